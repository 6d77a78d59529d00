/* See operate.h. */
#include "daemon/control/operate.h"

#include "daemon/control/client.h"
#include "proto/fields.h"

/* Hands it to the core, and notes what the answer will be. */
static void operate(struct client *c, struct pending_reply reply, struct ev_operate what)
{
	struct event event = { .type = EVENT_OPERATE, .u.operate = what };
	struct pending_reply *p = control_expect(c, reply.request_id);

	if (p == NULL) {
		control_say_error(c, reply.request_id, ERR_BUSY, "");
		return;
	}
	p->pong = reply.pong;
	p->done = reply.done;
	event.u.operate.uid = c->uid;
	event.u.operate.reply.n = p->number;
	if (inbox_push(c->control->parts.inbox, &event, NULL, NULL) != ERR_OK) {
		control_expect_no_more(c->control, p);
		control_say_error(c, reply.request_id, ERR_BUSY, "");
	}
}

void control_recover(struct client *c, const Vanthu__V1__Request *request)
{
	const Vanthu__V1__LinkName *m = request->recover;
	uint64_t id = request->id;
	struct ev_operate what = { .operation = OPERATION_RESUME };

	if (field_id(m->committee, true, &what.neighbour) != ERR_OK)
		control_say_error(c, id, ERR_BAD_ID, m->committee);
	else
		operate(c, (struct pending_reply){ .request_id = id, .done = true }, what);
}

void control_ping(struct client *c, const Vanthu__V1__Request *request)
{
	const Vanthu__V1__LinkName *m = request->ping;
	uint64_t id = request->id;
	struct ev_operate what = { .operation = OPERATION_LINK_PING };

	if (field_id(m->committee, false, &what.neighbour) != ERR_OK)
		control_say_error(c, id, ERR_BAD_ID, m->committee);
	else
		operate(c, (struct pending_reply){ .request_id = id, .pong = true }, what);
}

void control_recount(struct client *c, const Vanthu__V1__Request *request)
{
	const Vanthu__V1__Recount *m = request->recount;
	uint64_t id = request->id;
	operate(
	    c, (struct pending_reply){ .request_id = id },
	    (struct ev_operate){ .operation = m->repair ? OPERATION_REPAIR : OPERATION_RECOUNT });
}
