/* See resend.h. The document is looked up here; the core decides. */
#include "daemon/control/resend.h"

#include "daemon/control/client.h"
#include "daemon/control/find.h"
#include "proto/fields.h"

static void answer(struct client *c, const struct pending_reply *p, const struct act_reply *a)
{
	Vanthu__V1__Reply r = control_reply_to(p->request_id, VANTHU__V1__REPLY__WHAT_RESENT);
	Vanthu__V1__Resent resent = VANTHU__V1__RESENT__INIT;
	struct doc_id id = a->id;

	resent.id = field_bytes(id.bytes, sizeof id.bytes);
	resent.waiting = a->repeated;
	resent.next = (char *)(uintptr_t)a->at.text;
	r.resent = &resent;
	control_say(c, &r);
}

void control_resend(struct client *c, const Vanthu__V1__Request *request)
{
	const Vanthu__V1__Resend *m = request->resend;
	uint64_t id = request->id;
	struct event event = { .type = EVENT_RESEND };
	struct question q = {
		.request_id = id, .event = &event, .reply = &event.u.resend.reply, .answer = answer
	};
	struct found_document f;

	if (field_id(m->to, false, &event.u.resend.to) != ERR_OK) {
		control_say_error(c, id, ERR_BAD_ID, m->to);
		return;
	}
	if (control_find(c, id, m->ref == NULL ? "" : m->ref->text, true, &f) != ERR_OK)
		return;
	event.u.resend.uid = c->uid;
	event.u.resend.role = f.role;
	event.u.resend.serial = f.serial;
	event.u.resend.dry_run = m->dry_run;
	control_ask_core(c, &q);
}
