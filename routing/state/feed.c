/* See feed.h. */
#include "routing/state/feed.h"

#include <string.h>

#include "routing/base/arena.h"
#include "routing/base/limits.h"
#include "routing/state/lookup.h"
#include "routing/state/memory.h"
#include "routing/state/plan.h"

#define ID_NAME "feed"

enum { LOOK_MS = 10 * 1000, SCRATCH_BYTES = 16 << 20 };

static struct scan scan_all(void)
{
	struct scan scan = scan_of((struct key){ .len_bytes = 0 });

	/* a damaged record had its numbers all the same */
	scan.report_damage = true;
	return scan;
}

void feed_begin_anew(struct turn_view *t)
{
	struct feed_memory *f = &t->core->feed;
	struct record r = { .family = FAMILY_META };

	core_draw(t->core, f->id);
	r.u.note.bytes = arena_blob(t->plan->arena, (struct blob){ f->id, sizeof f->id });
	core_put(t, key_name(ID_NAME), &r);
}

static enum err load_id(struct turn_view *t)
{
	struct record r;
	enum err e = core_get(t, FAMILY_META, key_name(ID_NAME), &r);

	if (e == ERR_OK && r.u.note.bytes.len_bytes == sizeof t->core->feed.id)
		memcpy(t->core->feed.id, r.u.note.bytes.data, sizeof t->core->feed.id);
	else if (e == ERR_OK || e == ERR_NOT_FOUND || e == ERR_DAMAGED)
		feed_begin_anew(t);
	else
		return e;
	return ERR_OK;
}

/* How many numbers a damaged record had nobody knows: as many as it may. */
static enum err load_next(struct turn_view *t)
{
	struct scan scan = scan_all();
	struct record r;
	uint64_t n;
	enum err e = t->lookup.last(t->lookup.ctx, t->plan->arena, FAMILY_FEED, &scan, &r);

	if (e == ERR_OK)
		core_apply(t->core, &scan.at, &r);
	else if (e == ERR_DAMAGED && key_parse_number(&scan.at, &n))
		t->core->feed.next = n + FEED_ROW_MAX;
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

static enum err load_first(struct turn_view *t)
{
	struct scan scan = scan_all();
	struct record r;
	uint64_t n;
	enum err e = t->lookup.next(t->lookup.ctx, t->plan->arena, FAMILY_FEED, &scan, &r);

	if ((e == ERR_OK || e == ERR_DAMAGED) && key_parse_number(&scan.at, &n))
		t->core->feed.first = n;
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

enum err feed_load(struct turn_view *t)
{
	enum err e;

	t->core->feed.next = 1;
	e = load_id(t);
	if (e == ERR_OK)
		e = load_next(t);
	t->core->feed.first = t->core->feed.next;
	return e == ERR_OK ? load_first(t) : e;
}

void feed_add(struct turn_view *t, const struct change *change)
{
	plan_add_change(t->plan, change);
}

void feed_document(struct turn_view *t, enum change_kind kind, enum role role,
		   struct serial serial, struct committee_id committee)
{
	feed_add(t, &(struct change){
			.kind = kind, .role = role, .serial = serial, .committee = committee });
}

static enum change_kind kind_of(enum office_status status)
{
	switch (status) {
	case OFFICE_RETURNED:
		return CHANGE_RETURNED;
	case OFFICE_ACCEPTED:
		return CHANGE_ACCEPTED;
	case OFFICE_ASSIGNED:
		return CHANGE_ASSIGNED;
	case OFFICE_PROCESSING:
		return CHANGE_STARTED;
	case OFFICE_FINISHED:
		return CHANGE_FINISHED;
	case OFFICE_RECALL_ASKED:
		return CHANGE_RECALLED;
	case OFFICE_RECALL_AGREED:
		return CHANGE_AGREED;
	case OFFICE_RECALL_DECLINED:
		return CHANGE_DECLINED;
	case OFFICE_NONE:
	case OFFICE_ARRIVED:
		break;
	}
	return CHANGE_STATUS;
}

void feed_office(struct turn_view *t, enum office_status status, enum role role,
		 struct serial serial, struct committee_id office)
{
	bool others = role == ROLE_OUT && status != OFFICE_RECALL_ASKED;

	feed_add(t, &(struct change){ .kind = others ? CHANGE_STATUS : kind_of(status),
				      .role = role,
				      .serial = serial,
				      .committee = office,
				      .status = status });
}

void feed_finish(struct turn_view *t, int64_t passed_ms)
{
	struct plan *p = t->plan;

	for (uint32_t at = 0; at < p->change_count; at += FEED_ROW_MAX) {
		uint32_t left = p->change_count - at;
		struct record r = { .family = FAMILY_FEED };

		r.u.feed = (struct rec_feed){ .at_ms = t->now.wall_ms,
					      .passed_ms = passed_ms,
					      .changes = p->changes + at,
					      .count = left < FEED_ROW_MAX ? left : FEED_ROW_MAX };
		core_put(t, key_number(t->core->feed.next), &r);
	}
}

/* ---- what goes again ---- */

static bool too_many(const struct core *c, uint64_t end)
{
	uint64_t most = c->config.feed_keep_count == 0 ? FEED_KEEP_COUNT
						       : c->config.feed_keep_count;

	/* those behind the record are enough */
	return c->feed.next > end && c->feed.next - end >= most;
}

static bool too_old(const struct core *c, const struct rec_feed *r, int64_t passed_ms)
{
	return c->config.feed_keep_ms != 0 && passed_ms - r->passed_ms > c->config.feed_keep_ms;
}

/* The oldest record, when it is to go. *first: the number that is the oldest then. A record may
 * have FEED_ROW_MAX changes: nothing of it stays in the plan's arena. */
static enum err to_go(struct turn_view *t, struct arena *scratch, int64_t passed_ms,
		      struct key *key, uint64_t *first)
{
	struct scan scan = scan_all();
	struct lookup *l = &t->lookup;
	struct record oldest, next;
	bool readable;
	enum err e;

	arena_reset(scratch);
	e = l->next(l->ctx, scratch, FAMILY_FEED, &scan, &oldest);
	readable = e == ERR_OK;
	if (e != ERR_OK && e != ERR_DAMAGED)
		return e;
	*key = scan.at;
	e = l->next(l->ctx, scratch, FAMILY_FEED, &scan, &next);
	if ((e != ERR_OK && e != ERR_DAMAGED) || !key_parse_number(&scan.at, first))
		return e; /* the youngest stays */
	return too_many(t->core, *first) ||
			       (readable && too_old(t->core, &oldest.u.feed, passed_ms))
		       ? ERR_OK
		       : ERR_NOT_FOUND;
}

enum err feed_tick(struct turn_view *t, int64_t passed_ms)
{
	struct feed_memory *f = &t->core->feed;
	struct arena *scratch;
	enum err e = ERR_OK;
	unsigned rows = 0;

	if (t->now.mono_ms < f->next_look_ms && !too_many(t->core, f->first + FEED_ROW_MAX))
		return ERR_OK;
	f->next_look_ms = t->now.mono_ms + LOOK_MS;
	scratch = arena_new(SCRATCH_BYTES);
	if (scratch == NULL)
		return ERR_NO_MEMORY;
	for (; e == ERR_OK && rows < FEED_SWEPT_ROWS && plan_has_room(t->plan); rows++) {
		struct key key;
		uint64_t first;

		e = to_go(t, scratch, passed_ms, &key, &first);
		if (e != ERR_OK)
			break;
		core_erase(t, FAMILY_FEED, key);
		f->first = first;
	}
	arena_destroy(scratch);
	if (e == ERR_OK) { /* there are more */
		f->next_look_ms = 0;
		t->core->next_tick_ms = t->now.mono_ms;
	}
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

/* ---- what cannot be read ---- */

/* The youngest says which number comes next: one of no kind, which nobody is told of, stands there
 * then. *first: where the feed goes on behind it. */
static enum err go_on_behind(struct turn_view *t, const struct key *key, int64_t passed_ms,
			     uint64_t *first)
{
	static const struct change nothing = { .kind = CHANGE_NONE };
	struct scan scan = scan_from((struct key){ .len_bytes = 0 }, *key);
	struct record r = { .family = FAMILY_FEED }, next;
	enum err e;

	scan.report_damage = true;
	e = t->lookup.next(t->lookup.ctx, t->plan->arena, FAMILY_FEED, &scan, &next);
	if ((e == ERR_OK || e == ERR_DAMAGED) && key_parse_number(&scan.at, first))
		return ERR_OK;
	if (e != ERR_NOT_FOUND)
		return e;
	*first = t->core->feed.next;
	r.u.feed = (struct rec_feed){
		.at_ms = t->now.wall_ms, .passed_ms = passed_ms, .changes = &nothing, .count = 1
	};
	core_put(t, key_number(*first), &r);
	return ERR_OK;
}

enum err feed_leave_out(struct turn_view *t, const struct key *key, int64_t passed_ms)
{
	struct feed_memory *f = &t->core->feed;
	uint64_t n, first;
	enum err e;

	if (!key_parse_number(key, &n))
		return ERR_OK;
	e = go_on_behind(t, key, passed_ms, &first);
	if (e != ERR_OK)
		return e == ERR_DAMAGED ? ERR_OK : e;
	core_erase(t, FAMILY_FEED, *key);
	if (f->first == n)
		f->first = first;
	return ERR_OK;
}
