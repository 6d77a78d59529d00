/* Links, queues, status and figures; see daemon/control/internal.h. All read only. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/base/version.h"
#include "daemon/control/internal.h"
#include "daemon/keys/keys.h"
#include "proto/digest.h"
#include "proto/fields.h"
#include "routing/base/committee_id.h"
#include "routing/state/stream.h"

enum { BUCKETS = 7, HELD_SHOWN_MS = 5000 };

/* Where the ages of `queue show` part (ms): 1 minute, 5 minutes, 1 hour, 8 hours, 1 day, 1 week. */
static const int64_t bucket_ends[BUCKETS - 1] = { 60000,    300000,   3600000,
						  28800000, 86400000, 604800000 };

static int64_t wall_ms(const struct client *c)
{
	return c->control->parts.wall_ms(c->control->parts.ctx);
}

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

/* Our own, and of neighbours each kind once. */
static void add_store_alarms(struct client *c, Vanthu__V1__Status *s, uint32_t *alarms)
{
	bool behind = false, twice = false;
	struct link_view v;

	if (s->store_alarm != 0)
		alarms[s->n_alarms++] = s->store_alarm;
	for (uint32_t i = 0; core_link(c->control->parts.core, i, &v); i++) {
		behind = behind || v.store_alarm == ERR_PEER_BEHIND;
		twice = twice || v.store_alarm == ERR_PEER_TWICE;
	}
	if (behind)
		alarms[s->n_alarms++] = ERR_PEER_BEHIND;
	if (twice)
		alarms[s->n_alarms++] = ERR_PEER_TWICE;
}

/* What cannot be believed here, and what others could not believe of us. */
static void add_aside(struct client *c, Vanthu__V1__Status *s)
{
	struct link_view v;
	bool lately;

	s->set_aside = core_aside_count(c->control->parts.core);
	for (uint32_t i = 0; core_link(c->control->parts.core, i, &v); i++) {
		uint64_t age_s = (uint64_t)v.aside_age_ms / 1000;

		s->set_aside_oldest_s =
		    age_s > s->set_aside_oldest_s ? age_s : s->set_aside_oldest_s;
	}
	if (s->set_aside > 0)
		s->alarms[s->n_alarms++] = ERR_ASIDE;
	s->doubted = core_doubted(c->control->parts.core, &lately);
	if (lately)
		s->alarms[s->n_alarms++] = ERR_DOUBTED;
}

static void fill_link(struct client *c, const struct link_view *v, Vanthu__V1__LinkView *out,
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
}

/* ERR_OK: one is in force. ERR_KEY_REVOKED: none is, and no clock would mend it. */
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
		e = judge_link_keys(&own.u.committee, wall_ms(c), ERR_OWN_KEY);
	return e != ERR_OK ? e : judge_link_keys(neighbour, wall_ms(c), ERR_LINK_KEY);
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

/* One that was a neighbour is shown while something is still to be done about it. */
static bool is_shown(const struct link_view *v)
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

		if (!is_shown(&v))
			continue;
		arena_reset(c->control->arena);
		fill_link(c, &v, &link, lanes);
		fill_endpoint(c, &v, &link);
		r.more = 1;
		r.link = &link;
		control_say(c, &r);
	}
	control_say_done(c, id);
}

/* ---- queue by age ---- */

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

		if (!is_shown(&v))
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

/* ---- status ---- */

static enum err fill_links(struct client *c, Vanthu__V1__Status *s)
{
	struct core *core = c->control->parts.core;
	uint32_t count = core_link_count(core);
	Vanthu__V1__LinkView *each = arena_array(c->control->arena, count, sizeof *each);
	uint64_t (*lanes)[3] = arena_array(c->control->arena, count, sizeof *lanes);
	struct link_view v;

	s->links = arena_array(c->control->arena, count, sizeof *s->links);
	if (each == NULL || lanes == NULL || s->links == NULL)
		return ERR_NO_MEMORY;
	for (uint32_t i = 0; i < count && core_link(core, i, &v); i++) {
		if (!is_shown(&v))
			continue;
		fill_link(c, &v, &each[i], lanes[i]);
		fill_endpoint(c, &v, &each[i]);
		s->links[s->n_links++] = &each[i];
		s->queue_count += each[i].queued;
		s->fetching += each[i].fetching;
		if (each[i].oldest_queued_s > s->queue_oldest_s)
			s->queue_oldest_s = each[i].oldest_queued_s;
	}
	return ERR_OK;
}

static void fill_directory(struct client *c, Vanthu__V1__Status *s)
{
	struct lookup l = control_lookup(c);
	struct key own = key_committee(core_self(c->control->parts.core)), head;
	struct record r;

	s->directory_version = core_directory_version(c->control->parts.core);
	head = key_number(s->directory_version);
	if (l.get(l.ctx, c->control->arena, FAMILY_COMMITTEE, &own, &r) == ERR_OK)
		s->name = (char *)(uintptr_t)r.u.committee.name;
	if (l.get(l.ctx, c->control->arena, FAMILY_DIRECTORY, &head, &r) == ERR_OK)
		s->directory_valid_until_ms = r.u.directory.valid_until_ms;
}

/* Map, disk and inodes, each by its own code: they have different mends. */
static void fill_room(Vanthu__V1__Status *s, const struct store_room *room, enum err frozen)
{
	s->disk_free_bytes = room->disk_free_bytes;
	s->map_bytes = room->map_bytes;
	s->map_used_bytes = room->map_used_bytes;
	s->inodes_counted = room->inodes_known;
	s->inodes_free = room->inodes_free;
	s->refusing = !room->submissions;
	if (frozen != ERR_OK)
		s->alarms[s->n_alarms++] = frozen;
	else if (s->refusing)
		s->alarms[s->n_alarms++] = room->why != ERR_OK ? room->why : ERR_DISK_FULL;
	if (frozen == ERR_OK && !room->files)
		s->alarms[s->n_alarms++] = ERR_NO_INODES;
}

static void fill_installation(struct client *c, Vanthu__V1__Installation *i, Vanthu__V1__Status *s)
{
	struct installer_view v = installer_view(c->control->parts.installer);
	size_t size = sizeof v.failed_from + 256;
	char *about;

	control_installation(c->control, i);
	if (i->phase != VANTHU__V1__INSTALLATION_PHASE__INSTALLATION_PHASE_UNSPECIFIED)
		s->installation = i;
	if (v.failed == ERR_OK)
		return;
	s->directory_failed = (uint32_t)v.failed;
	about = arena_alloc(c->control->arena, size);
	if (about == NULL)
		return;
	snprintf(about, size, "%s%s%s%s%s", v.failed_from, v.fault == NULL ? "" : ": ",
		 v.fault == NULL ? "" : v.culprit.text,
		 v.fault == NULL || v.culprit.text[0] == '\0' ? "" : " ",
		 v.fault == NULL ? "" : v.fault);
	s->directory_failed_about = about;
}

void control_status(struct client *c, const Vanthu__V1__Request *request)
{
	uint64_t id = request->id;
	Vanthu__V1__Reply r = control_reply_to(id, VANTHU__V1__REPLY__WHAT_STATUS);
	Vanthu__V1__Status s = VANTHU__V1__STATUS__INIT;
	struct store *store = c->control->parts.store;
	struct control_figures figures = { .up_since_ms = 0 };
	struct store_figures stored;
	struct store_room room = { .submissions = true, .files = true };
	struct committee_id self = core_self(c->control->parts.core);
	Vanthu__V1__Target target;
	Vanthu__V1__Clock clock;
	struct stand_view stand;
	uint32_t alarms[16];
	Vanthu__V1__Installation installation;

	c->control->parts.figures(c->control->parts.ctx, &figures);
	store->ops->figures(store, &stored);
	if (store->ops->room(store, &room) != ERR_OK || figures.frozen != ERR_OK)
		room.submissions = false;
	if (fill_links(c, &s) != ERR_OK || control_target_now(c, &target) != ERR_OK) {
		control_say_error(c, id, ERR_NO_MEMORY, "");
		return;
	}
	s.target = &target;
	s.committee = self.text;
	s.version = (char *)(uintptr_t)VANTHU_VERSION;
	s.up_since_ms = figures.up_since_ms;
	fill_directory(c, &s);
	fill_installation(c, &installation, &s);
	s.damaged = stored.damaged;
	s.alarms = alarms;
	fill_room(&s, &room, figures.frozen);
	if (s.damaged > 0)
		alarms[s.n_alarms++] = ERR_DAMAGED;
	if (figures.descriptors_short)
		alarms[s.n_alarms++] = ERR_DESCRIPTORS;
	if (s.directory_failed != 0)
		alarms[s.n_alarms++] = s.directory_failed;
	if (s.directory_valid_until_ms != 0 && s.directory_valid_until_ms < wall_ms(c))
		alarms[s.n_alarms++] = ERR_DIRECTORY_EXPIRED;
	if (core_unlinked(c->control->parts.core) > 0)
		alarms[s.n_alarms++] = ERR_LINKS_FULL;
	control_fill_clock(c, &clock);
	s.clock = &clock;
	if (clock.refusing != 0)
		alarms[s.n_alarms++] = clock.refusing;
	core_stand(c->control->parts.core, &stand);
	s.store_alarm = (uint32_t)stand.alarm;
	s.store_alarm_since_ms = stand.alarm == ERR_OK ? 0 : stand.since_ms;
	s.store_alarm_by = stand.by.text;
	add_store_alarms(c, &s, alarms);
	add_aside(c, &s);
	r.status = &s;
	control_say(c, &r);
}

/* Resident memory from the kernel: pages in the second field of statm. */
static uint64_t resident_bytes(void)
{
	unsigned long long all = 0, resident = 0;
	FILE *f = fopen("/proc/self/statm", "re");

	if (f != NULL) {
		if (fscanf(f, "%llu %llu", &all, &resident) != 2)
			resident = 0;
		fclose(f);
	}
	return resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

void control_figures(struct client *c, const Vanthu__V1__Request *request)
{
	uint64_t id = request->id;
	Vanthu__V1__Reply r = control_reply_to(id, VANTHU__V1__REPLY__WHAT_FIGURES);
	Vanthu__V1__Figures f = VANTHU__V1__FIGURES__INIT;
	struct control_figures figures = { .up_since_ms = 0 };

	c->control->parts.figures(c->control->parts.ctx, &figures);
	f.turns = figures.turns;
	f.commits = figures.commits;
	f.signatures = figures.signatures;
	f.documents_taken = figures.documents_taken;
	f.facts_taken = figures.facts_taken;
	f.resident_bytes = resident_bytes();
	f.file_syncs = figures.file_syncs;
	r.figures = &f;
	control_say(c, &r);
}
