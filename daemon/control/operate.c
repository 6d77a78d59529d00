/* See operate.h. */
#include "daemon/control/operate.h"

#include "daemon/control/client.h"
#include "daemon/control/target.h"
#include "proto/fields.h"

static void ask(struct client *c, uint64_t request_id, struct ev_operate what,
		control_answer *answer)
{
	struct event event = { .type = EVENT_OPERATE, .u.operate = what };
	struct question q = { .request_id = request_id,
			      .event = &event,
			      .reply = &event.u.operate.reply,
			      .answer = answer };

	event.u.operate.uid = c->uid;
	control_ask_core(c, &q);
}

static void say_done(struct client *c, const struct pending_reply *p, const struct act_reply *a)
{
	(void)a;
	control_say_done(c, p->request_id);
}

static void say_pong(struct client *c, const struct pending_reply *p, const struct act_reply *a)
{
	Vanthu__V1__Reply r = control_reply_to(p->request_id, VANTHU__V1__REPLY__WHAT_PONG);
	Vanthu__V1__PingResult pong = VANTHU__V1__PING_RESULT__INIT;

	pong.round_trip_us = a->number;
	r.pong = &pong;
	control_say(c, &r);
}

void control_recover(struct client *c, const Vanthu__V1__Request *request)
{
	const Vanthu__V1__Neighbour *m = request->recover;
	uint64_t id = request->id;
	struct ev_operate what = { .operation = OPERATION_RESUME };

	if (field_id(m->committee, true, &what.neighbour) != ERR_OK)
		control_say_error(c, id, ERR_BAD_ID, m->committee);
	else
		ask(c, id, what, say_done);
}

/* With the act's own commit the sums change. */
void control_accept_loss(struct client *c, const Vanthu__V1__Request *request)
{
	struct store *store = c->control->parts.store;

	if (store->ops->accept == NULL || !store->ops->accept(store))
		control_say_error(c, request->id, ERR_BAD_STATE, "");
	else
		ask(c, request->id, (struct ev_operate){ .operation = OPERATION_ACCEPT }, say_done);
}

void control_ping(struct client *c, const Vanthu__V1__Request *request)
{
	const Vanthu__V1__Neighbour *m = request->ping;
	uint64_t id = request->id;
	struct ev_operate what = { .operation = OPERATION_LINK_PING };

	if (field_id(m->committee, false, &what.neighbour) != ERR_OK)
		control_say_error(c, id, ERR_BAD_ID, m->committee);
	else
		ask(c, id, what, say_pong);
}

void control_recount(struct client *c, const Vanthu__V1__Request *request)
{
	const Vanthu__V1__Recount *m = request->recount;
	uint64_t id = request->id;
	struct ev_operate what = { .operation = m->repair ? OPERATION_REPAIR : OPERATION_RECOUNT };
	struct store *store = c->control->parts.store;
	struct store_figures figures;

	/* what was found within this second counts, too */
	store->ops->figures(store, &figures);
	core_set_unsound(c->control->parts.core, figures.unsound);
	ask(c, id, what, control_recount_reply);
}

void control_report_now(struct client *c, const Vanthu__V1__Request *request)
{
	ask(c, request->id, (struct ev_operate){ .operation = OPERATION_REPORT }, say_done);
}

void control_ask_report(struct client *c, const Vanthu__V1__Request *request)
{
	const Vanthu__V1__Neighbour *m = request->ask_report;
	struct ev_operate what = { .operation = OPERATION_ASK_REPORT };

	if (field_id(m->committee, false, &what.neighbour) != ERR_OK)
		control_say_error(c, request->id, ERR_BAD_ID, m->committee);
	else
		ask(c, request->id, what, say_done);
}
