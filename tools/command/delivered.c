/* See delivered.h. */
#include "tools/command/delivered.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "routing/documents/documents.h"
#include "tools/base/text.h"
#include "tools/command/commands.h"

enum { POLL_MS = 50 };

/* Who refused it and why; the first of them, for the command that lists them all comes with it. */
static const char *refusal_sentence(const Vanthu__V1__DocumentView *view, char *out, size_t size)
{
	const Vanthu__V1__ReceiptView *first = NULL;
	unsigned count = 0;

	for (size_t i = 0; i < view->n_receipts; i++) {
		if (strcmp(view->receipts[i]->state, "refused") != 0)
			continue;
		first = first == NULL ? view->receipts[i] : first;
		count++;
	}
	if (first == NULL)
		return _(err_text(ERR_REFUSED));
	snprintf(out, size, _("refused by %s: VT-%u %s"), first->committee, (unsigned)first->reason,
		 _(err_text(err_known(first->reason) ? (enum err)first->reason : ERR_REFUSED)));
	if (count > 1)
		snprintf(out + strlen(out), size - strlen(out),
			 ngettext(", and by %u more", ", and by %u more", count - 1), count - 1);
	return out;
}

int delivered_wait(struct cli *cli, struct call *c, const char *id)
{
	int64_t until_ms = text_now_ms() + cli->timeout_ms;
	char fix[256], message[512];

	for (;;) {
		Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
		Vanthu__V1__Ref ref = VANTHU__V1__REF__INIT;
		Vanthu__V1__Reply *reply;
		enum lifecycle state;
		enum err e;

		ref.text = (char *)(uintptr_t)id;
		request.what_case = VANTHU__V1__REQUEST__WHAT_SHOW;
		request.show = &ref;
		e = call_ask(c, &request, VANTHU__V1__REPLY__WHAT_VIEW, &reply);
		if (e != ERR_OK)
			return err_exit_code(e);
		state = lifecycle_named(reply->view->line->state);
		if (state == LIFECYCLE_DELIVERED)
			return 0;
		if (state == LIFECYCLE_REFUSED) {
			snprintf(fix, sizeof fix, "%s %s", _("see who and why with: vanthu show"),
				 id);
			return cli_fail_text(cli, ERR_REFUSED,
					     refusal_sentence(reply->view, message, sizeof message),
					     fix);
		}
		if (text_now_ms() > until_ms) {
			snprintf(fix, sizeof fix, "%s %s", _("see where it is with: vanthu trace"),
				 id);
			return cli_fail_text(cli, ERR_NOT_YET,
					     _("accepted, but not yet delivered everywhere"), fix);
		}
		poll(NULL, 0, POLL_MS);
	}
}
