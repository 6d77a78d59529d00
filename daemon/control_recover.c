/* An operator's word about a store that is behind; see control_internal.h and routing/stand.c. */
#include "daemon/control_internal.h"
#include "proto/fields.h"

void control_recover(struct client *c, uint64_t id, const Vanthu__V1__LinkName *m)
{
	struct event event = { .type = EVENT_OPERATE };
	struct pending_reply *p;

	if (field_id(m->committee, true, &event.u.operate.neighbour) != ERR_OK) {
		control_say_error(c, id, ERR_BAD_ID, m->committee);
		return;
	}
	p = control_expect(c, id);
	if (p == NULL) {
		control_say_error(c, id, ERR_BUSY, "");
		return;
	}
	p->done = true;
	event.u.operate.operation = OPERATION_RESUME;
	event.u.operate.uid = c->uid;
	event.u.operate.reply.n = p->number;
	if (inbox_push(c->control->parts.inbox, &event, NULL, NULL) != ERR_OK) {
		control_expect_no_more(c->control, p);
		control_say_error(c, id, ERR_BUSY, "");
	}
}
