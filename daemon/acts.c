/* What acts and bulk cause in this process; see acts.h. */
#include "daemon/acts.h"

#include "daemon/base/clock.h"
#include "daemon/base/log.h"
#include "proto/wire_encode.h"
#include "routing/base/committee_id.h"

/* ---- outbox ---- */

static enum err send_control(void *ctx, struct committee_id neighbour, struct blob frame)
{
	struct acts *a = ctx;
	enum err e = links_send(a->links, neighbour, PURPOSE_CONTROL, frame);

	/* A neighbour that does not read: an acknowledgement that did not go out must not be lost
	 * silently, so the link is started again. */
	if (e == ERR_BUSY) {
		links_reset(a->links, neighbour);
		sequencer_link(a->sequencer, EVENT_DISCONNECTED, neighbour, ERR_BUSY);
	}
	return e;
}

static bool may_publish(void *ctx, struct committee_id neighbour)
{
	return links_may_publish(((struct acts *)ctx)->links, neighbour);
}

static void reply(void *ctx, const struct act_reply *r)
{
	control_reply(((struct acts *)ctx)->control, r);
#ifdef VANTHU_CANARY_EARLY_ACK
	/* the canary of the tests: at once, not after its commit */
	control_service(((struct acts *)ctx)->control, NULL, 0);
#endif
}

static void publish_notice(void *ctx, const struct act_notify *n)
{
	live_events_publish(((struct acts *)ctx)->events, n, clock_now().wall_ms);
}

static void fetch(void *ctx, struct committee_id neighbour)
{
	bulk_wake(((struct acts *)ctx)->bulk, neighbour, clock_now());
}

static void fetch_stop(void *ctx, struct committee_id neighbour)
{
	bulk_stop(((struct acts *)ctx)->bulk, neighbour);
}

/* The core's own verdict: it has counted it. */
static void cut_off(void *ctx, struct committee_id neighbour, enum err why)
{
	struct acts *a = ctx;

	links_punish(a->links, neighbour, why);
	sequencer_link(a->sequencer, EVENT_DISCONNECTED, neighbour, why);
}

static void fault(void *ctx, struct committee_id neighbour, enum err why)
{
	sequencer_link(((struct acts *)ctx)->sequencer, EVENT_FAULT, neighbour, why);
}

void acts_violation(void *ctx, struct committee_id neighbour, enum err why)
{
	fault(ctx, neighbour, why);
	cut_off(ctx, neighbour, why);
}

static void reopen(void *ctx, struct committee_id neighbour, struct blob frame,
		   int64_t corrected_at_ms)
{
	sequencer_reopen(((struct acts *)ctx)->sequencer, neighbour, frame, clock_now().wall_ms,
			 corrected_at_ms);
}

static void follow_directory(void *ctx)
{
	struct acts *a = ctx;

	if (in_force_follow(a->in_force) != ERR_OK) {
		log_event(LOG_ERROR, "directory-not-followed", "version=%llu",
			  (unsigned long long)core_directory_version(a->core));
		*a->stopping = true; /* the next start reads it from the store */
	}
}

/* It stands in the store. Not at once: a submission with the same content may not have reached the
 * core yet. Files that were written lately refuse to go (daemon/files/files.h). */
static void drop_file(void *ctx)
{
	struct garbage *g = ((struct acts *)ctx)->garbage;

	if (g != NULL) /* in the turn of the boot there is none yet, and the start looks anyway */
		garbage_wake(g);
}

bool acts_may_drop(void *ctx)
{
	struct stand_view v;

	core_stand(((struct acts *)ctx)->core, &v);
	return v.alarm == ERR_OK;
}

/* When it gets lost, the record stays, and is found again. */
void acts_dropped(void *ctx, const struct ev_dropped *e)
{
	struct event event = { .type = EVENT_DROPPED, .u.dropped = *e };

	if (inbox_push(((struct acts *)ctx)->inbox, &event, NULL, NULL) != ERR_OK)
		log_event(LOG_WARNING, "inbox-full", "event=dropped");
}

static void visit(void *ctx, struct committee_id host)
{
	in_force_visit(((struct acts *)ctx)->in_force, host);
}

static enum err visit_send(void *ctx, struct committee_id who, enum party party, struct blob frame)
{
	return links_visit_send(((struct acts *)ctx)->links, who, party, frame);
}

static void visit_end(void *ctx, struct committee_id who, enum party party)
{
	links_visit_end(((struct acts *)ctx)->links, who, party);
}

static void installed(void *ctx, const struct act_installed *i)
{
	installer_installed(((struct acts *)ctx)->installer, i);
}

struct outbox_ops acts_outbox_ops(struct acts *a)
{
	return (struct outbox_ops){ .ctx = a,
				    .send = send_control,
				    .may_publish = may_publish,
				    .reply = reply,
				    .notify = publish_notice,
				    .fetch = fetch,
				    .fetch_stop = fetch_stop,
				    .drop_file = drop_file,
				    .violation = cut_off,
				    .directory = follow_directory,
				    .visit = visit,
				    .visit_send = visit_send,
				    .visit_end = visit_end,
				    .reopen = reopen,
				    .installed = installed };
}

/* ---- bulk ---- */

static enum err bulk_send(void *ctx, struct committee_id neighbour, const struct message *m)
{
	struct acts *a = ctx;
	struct blob frame;
	enum err e;

	arena_reset(a->scratch);
	e = wire_encode(a->scratch, m, &frame);
	return e == ERR_OK ? links_send(a->links, neighbour, PURPOSE_BULK, frame) : e;
}

static enum err bulk_send_frame(void *ctx, struct committee_id neighbour, struct blob frame,
				void (*release)(void *data, void *owner), void *owner)
{
	struct acts *a = ctx;

	return links_send_bulk(a->links, neighbour, frame, release, owner);
}

static void bulk_open(void *ctx, struct committee_id neighbour)
{
	struct acts *a = ctx;
	struct message m = { .type = MESSAGE_OPEN_BULK };
	struct link_view v;
	struct blob frame;

	if (!core_link_find(a->core, neighbour, &v))
		return;
	if (v.superior) {
		links_open_bulk(a->links, neighbour);
		return;
	}
	/* Always dialled by the subordinate (docs/PROTOCOL.md "Connections"): it is asked to. When
	 * the request gets lost, bulk sends another. */
	arena_reset(a->scratch);
	if (wire_encode(a->scratch, &m, &frame) == ERR_OK &&
	    links_send(a->links, neighbour, PURPOSE_CONTROL, frame) != ERR_OK)
		log_event(LOG_DEBUG, "bulk-not-asked", "committee=%s", neighbour.text);
}

static void bulk_close(void *ctx, struct committee_id neighbour)
{
	links_close_bulk(((struct acts *)ctx)->links, neighbour);
}

static void bulk_fetched(void *ctx, const struct ev_fetched *e)
{
	struct acts *a = ctx;
	struct event event = { .type = EVENT_FETCHED, .u.fetched = *e };

	/* The others leave room in the inbox for this; without it the record is found again, after
	 * half a minute or by the next connection. */
	if (inbox_push(a->inbox, &event, NULL, NULL) != ERR_OK)
		log_event(LOG_WARNING, "inbox-full", "event=fetched");
}

struct bulk_ops acts_bulk_ops(struct acts *a)
{
	return (struct bulk_ops){ .ctx = a,
				  .send = bulk_send,
				  .send_frame = bulk_send_frame,
				  .open = bulk_open,
				  .close = bulk_close,
				  .fetched = bulk_fetched,
				  .violation = acts_violation,
				  .fault = fault };
}
