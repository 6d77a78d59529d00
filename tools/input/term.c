/* See term.h. */
#include "tools/input/term.h"

#include <stdlib.h>
#include <string.h>

#include "tools/base/text.h"

static enum err ask(struct call *c, const char *id, char began[DATE_MAX + 1])
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__CommitteeQuery query = VANTHU__V1__COMMITTEE_QUERY__INIT;
	Vanthu__V1__Reply *reply;
	enum err e;

	query.id = (char *)(uintptr_t)id;
	request.what_case = VANTHU__V1__REQUEST__WHAT_COMMITTEES;
	request.committees = &query;
	e = call_send(c, &request);
	if (e != ERR_OK)
		return call_fail(c, e, NULL);
	while ((e = call_row(c, VANTHU__V1__REPLY__WHAT_COMMITTEE, &reply)) == ERR_OK) {
		if (strlen(reply->committee->term_from) == DATE_MAX)
			memcpy(began, reply->committee->term_from, DATE_MAX + 1);
	}
	return e == ERR_NOT_FOUND && !call_cli(c)->error_printed ? ERR_OK : e;
}

enum err term_months(struct call *c, struct month *from, struct month *to)
{
	struct config *config = malloc(sizeof *config);
	char began[DATE_MAX + 1] = "";
	enum err e = config == NULL ? ERR_NO_MEMORY : cli_config(call_cli(c), config);

	if (e == ERR_OK)
		e = ask(c, config->committee.text, began);
	*to = month_of_ms(text_now_ms());
	if (e == ERR_OK && (!date_month(began, from) || from->n > to->n)) {
		e = ERR_NO_TERM;
		cli_fail(call_cli(c), e, config->committee.text);
	}
	free(config);
	return e;
}
