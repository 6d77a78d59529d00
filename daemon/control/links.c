/* See links.h. */
#include "daemon/control/links.h"

#include <string.h>

#include "daemon/control/client.h"
#include "daemon/keys/keys.h"
#include "proto/fields.h"
#include "routing/state/stream.h"

enum { BUCKETS = 7, HELD_SHOWN_MS = 5000 };

/* Sequences ascend with time: the oldest of a lane is the one after the acknowledged. Its age in
 * ms. */
static int64_t age_of_lane(struct client *c, const struct link_view *v, enum lane lane)
{
	struct lookup l = control_lookup(c);
	struct stream_out *s = core_stream_out(c->control->parts.core, v->neighbour, lane);
	struct arena *a = arena_new(1 << 20);
	struct record r;
	int64_t age_ms = 0;

	if (a != NULL && s != NULL && s->last > s->acked) {
		struct key key = key_seq(v->neighbour, lane, s->acked + 1);

		if (l.get(l.ctx, a, FAMILY_STREAM, &key, &r) == ERR_OK)
			age_ms = core_row_age_ms(c->control->parts.core, &r.u.stream);
	}
	arena_destroy(a);
	return age_ms;
}

static Vanthu__V1__RecoveryState recovery_state(const struct link_view *v,
						enum reconcile_stage stage)
{
	const struct recovery_link *r = &v->recovery;

	if (stage == RECONCILE_NONE || !v->present)
		return VANTHU__V1__RECOVERY_STATE__RECOVERY_STATE_UNSPECIFIED;
	if (r->done)
		return VANTHU__V1__RECOVERY_STATE__RECOVERY_STATE_DONE;
	if (!v->up)
		return VANTHU__V1__RECOVERY_STATE__RECOVERY_STATE_AWAY;
	if (!r->reconciles)
		return VANTHU__V1__RECOVERY_STATE__RECOVERY_STATE_OLD;
	return r->asked ? VANTHU__V1__RECOVERY_STATE__RECOVERY_STATE_GIVING
			: VANTHU__V1__RECOVERY_STATE__RECOVERY_STATE_WAITS;
}

static void fill_recovery(struct client *c, const struct link_view *v, Vanthu__V1__LinkView *out)
{
	Vanthu__V1__LinkRecovery *r;
	struct recovery_view own;
	bool its = v->recovery.giving != GIVING_NONE;

	/* what it got is told until its alarm is settled */
	if (v->recovery.giving == GIVING_DONE && v->store_alarm == ERR_OK)
		its = false;
	core_recovery(c->control->parts.core, &own);
	if (own.stage == RECONCILE_NONE && !its)
		return;
	r = arena_alloc(c->control->arena, sizeof *r);
	if (r == NULL)
		return;
	vanthu__v1__link_recovery__init(r);
	r->state = recovery_state(v, own.stage);
	r->came = v->recovery.came;
	r->lacks = v->recovery.lacks;
	r->giving = its ? (Vanthu__V1__GivingPhase)v->recovery.giving
			: VANTHU__V1__GIVING_PHASE__GIVING_PHASE_UNSPECIFIED;
	r->round = v->recovery.round;
	r->published = v->recovery.published;
	r->gone = v->recovery.gone;
	out->recovery = r;
}

static ProtobufCBinaryData kept(struct arena *a, const void *bytes, size_t len)
{
	struct blob copy = arena_blob(a, (struct blob){ bytes, len });

	return field_bytes(copy.data, copy.data == NULL ? 0 : copy.len_bytes);
}

static Vanthu__V1__HeldHistory *held_history(struct arena *a, const struct link_view *v)
{
	Vanthu__V1__HeldHistory *m = v->heads == 0 ? NULL : arena_alloc(a, sizeof *m);

	if (m == NULL)
		return NULL;
	vanthu__v1__held_history__init(m);
	m->line = v->head.line;
	m->head = kept(a, v->head.chain.bytes, sizeof v->head.chain.bytes);
	m->id = kept(a, v->head.id, sizeof v->head.id);
	m->heads = v->heads;
	m->before_line = v->head_before.line;
	if (v->head_before.line != 0)
		m->before_head =
			kept(a, v->head_before.chain.bytes, sizeof v->head_before.chain.bytes);
	return m;
}

static void fill_state(struct client *c, const struct link_view *v, Vanthu__V1__LinkView *out,
		       uint64_t lanes[3])
{
	int64_t oldest_ms = 0;

	vanthu__v1__link_view__init(out);
	out->committee = (char *)(uintptr_t)arena_text(c->control->arena, v->neighbour.text,
						       strlen(v->neighbour.text));
	out->role = (char *)(uintptr_t)(!v->present   ? "former"
					: v->superior ? "superior"
						      : "subordinate");
	out->up = v->up;
	out->last_proof_ms = v->last_proof_ms;
	for (enum lane lane = LANE_FACTS; lane <= LANE_NORMAL; lane++) {
		int64_t age_ms = age_of_lane(c, v, lane);

		lanes[lane - 1] = v->queued[lane];
		out->queued += v->queued[lane];
		oldest_ms = age_ms > oldest_ms ? age_ms : oldest_ms;
	}
	out->n_queued_lane = 3;
	out->queued_lane = lanes;
	out->oldest_queued_s = (uint64_t)oldest_ms / 1000;
	out->fetching = bulk_waiting(c->control->parts.bulk, v->neighbour);
	out->violations = v->violations;
	out->round_trip_us = (uint64_t)v->last_rtt_us;
	out->directory_version = v->peer_directory_version;
	out->store_alarm = (uint32_t)v->store_alarm;
	out->store_alarm_since_ms = v->store_alarm == ERR_OK ? 0 : v->store_alarm_since_ms;
	out->clock_ahead_ms = v->clock_ahead_ms;
	out->clock_measured_at_ms = v->clock_known ? v->clock_measured_ms : 0;
	out->clock_error_ms = v->clock_error_ms;
	out->waits_for = (uint32_t)v->waits_for;
	out->set_aside = v->aside;
	out->set_aside_oldest_s = (uint64_t)v->aside_age_ms / 1000;
	out->rejected = v->rejected + v->rejected_by;
	/* what passes by itself is no trouble */
	out->held_for = v->held_ms < HELD_SHOWN_MS ? 0 : (uint32_t)v->held_for;
	out->down_reason = v->down_reason;
	fill_recovery(c, v, out);
	out->history = held_history(c->control->arena, v);
}

/* ERR_OK: a key is in force. ERR_KEY_REVOKED: all are revoked: a corrected clock would not help. */
static enum err judge_link_keys(const struct rec_committee *entry, int64_t now_ms,
				enum err not_valid)
{
	bool any = false, revoked = true;

	for (uint32_t i = 0; i < entry->key_count; i++) {
		const struct key_entry *k = &entry->keys[i];

		if (k->use != KEY_USE_LINK)
			continue;
		if (identity_not_ended(k, now_ms))
			return ERR_OK;
		any = true;
		revoked = revoked && k->revoked_from_ms != 0 && now_ms >= k->revoked_from_ms;
	}
	return any && revoked ? ERR_KEY_REVOKED : not_valid;
}

/* A link that is down for its keys: none of ours is in force by this clock, or none of the
 * neighbour's. */
static enum err key_reason(struct client *c, const struct link_view *v,
			   const struct rec_committee *neighbour)
{
	struct lookup l = control_lookup(c);
	struct key key = key_committee(core_self(c->control->parts.core));
	struct record own;
	enum err e = ERR_OK;

	if (v->up || !v->present)
		return ERR_OK;
	if (l.get(l.ctx, c->control->arena, FAMILY_COMMITTEE, &key, &own) == ERR_OK)
		e = judge_link_keys(&own.u.committee, control_wall_ms(c), ERR_OWN_KEY);
	return e != ERR_OK ? e : judge_link_keys(neighbour, control_wall_ms(c), ERR_LINK_KEY);
}

static void fill_endpoint(struct client *c, const struct link_view *v, Vanthu__V1__LinkView *out)
{
	struct lookup l = control_lookup(c);
	struct key key = key_committee(v->neighbour);
	struct record r;

	enum err why;

	if (l.get(l.ctx, c->control->arena, FAMILY_COMMITTEE, &key, &r) != ERR_OK)
		return;
	out->endpoint = (char *)(uintptr_t)r.u.committee.endpoint;
	why = key_reason(c, v, &r.u.committee);
	if (why != ERR_OK)
		out->down_reason = (uint32_t)why;
}

void control_fill_link(struct client *c, const struct link_view *v, Vanthu__V1__LinkView *out,
		       uint64_t lanes[3])
{
	fill_state(c, v, out, lanes);
	fill_endpoint(c, v, out);
}

bool control_link_shown(const struct link_view *v)
{
	return v->present || v->leaving ||
	       v->queued[LANE_FACTS] + v->queued[LANE_URGENT] + v->queued[LANE_NORMAL] > 0;
}

void control_links(struct client *c, const Vanthu__V1__Request *request)
{
	uint64_t id = request->id;
	struct link_view v;

	for (uint32_t i = 0; core_link(c->control->parts.core, i, &v); i++) {
		Vanthu__V1__Reply r = control_reply_to(id, VANTHU__V1__REPLY__WHAT_LINK);
		Vanthu__V1__LinkView link;
		uint64_t lanes[3];

		if (!control_link_shown(&v))
			continue;
		arena_reset(c->control->arena);
		control_fill_link(c, &v, &link, lanes);
		r.more = 1;
		r.link = &link;
		control_say(c, &r);
	}
	control_say_done(c, id);
}

/* ---- queue by age ---- */

/* Where the ages of `queue show` part (ms): 1 minute, 5 minutes, 1 hour, 8 hours, 1 day, 1 week. */
static const int64_t bucket_ends[BUCKETS - 1] = { 60000,    300000,   3600000,
						  28800000, 86400000, 604800000 };

/* Number of publications that have waited longer: a binary search, because time ascends with the
 * sequence. */
static uint64_t older_than(struct client *c, struct arena *a, const struct link_view *v,
			   enum lane lane, int64_t age_ms)
{
	struct lookup l = control_lookup(c);
	struct stream_out *s = core_stream_out(c->control->parts.core, v->neighbour, lane);
	uint64_t low, high;

	if (s == NULL)
		return 0;
	low = s->acked + 1;
	high = s->last + 1;
	while (low < high) {
		uint64_t mid = low + (high - low) / 2;
		struct key key = key_seq(v->neighbour, lane, mid);
		struct record r;

		arena_reset(a);
		if (l.get(l.ctx, a, FAMILY_STREAM, &key, &r) == ERR_OK &&
		    core_row_age_ms(c->control->parts.core, &r.u.stream) > age_ms)
			low = mid + 1;
		else
			high = mid;
	}
	return low - (s->acked + 1);
}

void control_queue(struct client *c, const Vanthu__V1__Request *request)
{
	uint64_t id = request->id;
	struct arena *a = arena_new(1 << 20);
	struct link_view v;

	for (uint32_t i = 0; a != NULL && core_link(c->control->parts.core, i, &v); i++) {
		Vanthu__V1__Reply r = control_reply_to(id, VANTHU__V1__REPLY__WHAT_QUEUE);
		Vanthu__V1__QueueLine line = VANTHU__V1__QUEUE_LINE__INIT;
		uint64_t buckets[BUCKETS] = { 0 };

		if (!control_link_shown(&v))
			continue;
		for (enum lane lane = LANE_FACTS; lane <= LANE_NORMAL; lane++) {
			uint64_t younger = v.queued[lane];

			/* From the young end: what is older than each bound leaves the bucket
			 * before it. */
			for (unsigned b = 0; b < BUCKETS; b++) {
				uint64_t older = b == BUCKETS - 1
						     ? 0
						     : older_than(c, a, &v, lane, bucket_ends[b]);

				buckets[b] += younger > older ? younger - older : 0;
				younger = older;
			}
		}
		line.committee = v.neighbour.text;
		line.n_buckets = BUCKETS;
		line.buckets = buckets;
		r.more = 1;
		r.queue = &line;
		control_say(c, &r);
	}
	arena_destroy(a);
	control_say_done(c, id);
}
