/* See stand.h. */
#include "routing/links/stand.h"

#include <assert.h>
#include <string.h>

#include "routing/base/arena.h"
#include "routing/base/committee_id.h"
#include "routing/base/limits.h"
#include "routing/base/types.h"
#include "routing/books/books.h"
#include "routing/state/feed.h"
#include "routing/state/history.h"
#include "routing/state/lookup.h"
#include "routing/state/memory.h"
#include "routing/state/message.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"
#include "routing/state/stream.h"

#define SELF_NAME "behind-store"
#define PEER_NAME "behind-of-"

enum {
	NOTE_VERSION = 1,
	SELF_BYTES = 1 + 16 + 8 + 8 + 8 + 4 + 8 + COMMITTEE_ID_MAX,
	PEER_BYTES = 1 + 16 + 8 + 16 + 16 + 4 + 8 + 4 + 8 + 8,
	/* behind these, of later builds */
	BOOKS_BYTES = (BOOK_COUNT - 1) * (2 + 4),
	MARKS_BYTES = (LANE_COUNT - 1) * (8 + 8),
	SELF_MORE_BYTES = 1 + 8 + 2 * BOOKS_BYTES + 2 * 8 + (BOOK_COUNT - 1) * 8,
	PEER_MORE_BYTES = 1 + MARKS_BYTES + BOOKS_BYTES + /* giving: */ 1 + 8 + MARKS_BYTES + 1 +
			  8 + (LANE_COUNT - 1) * 8 + 2 * 8,
	/* and behind those */
	SELF_TIMES_BYTES = 3 * 8,
	PEER_GAVE_BYTES = 2 * 8 + 1 + 8
};

/* ---- notes on the disk ---- */

static uint8_t *put_number(uint8_t *at, uint64_t n, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		at[i] = (uint8_t)(n >> (8 * (bytes - 1 - i)));
	return at + bytes;
}

static const uint8_t *get_number(const uint8_t *at, uint64_t *n, unsigned bytes)
{
	*n = 0;
	for (unsigned i = 0; i < bytes; i++)
		*n = *n << 8 | at[i];
	return at + bytes;
}

static uint8_t *put_bytes(uint8_t *at, const void *from, size_t bytes)
{
	memcpy(at, from, bytes);
	return at + bytes;
}

static const uint8_t *get_bytes(const uint8_t *at, void *to, size_t bytes)
{
	memcpy(to, at, bytes);
	return at + bytes;
}

static uint8_t *put_books(uint8_t *at, const struct book_mark books[BOOK_COUNT])
{
	for (int book = BOOK_OUT; book < BOOK_COUNT; book++) {
		at = put_number(at, books[book].year, 2);
		at = put_number(at, books[book].last, 4);
	}
	return at;
}

static const uint8_t *get_books(const uint8_t *at, struct book_mark books[BOOK_COUNT])
{
	for (int book = BOOK_OUT; book < BOOK_COUNT; book++) {
		uint64_t n;

		at = get_number(at, &n, 2);
		books[book].year = (uint16_t)n;
		at = get_number(at, &n, 4);
		books[book].last = (uint32_t)n;
	}
	return at;
}

static uint8_t *put_lanes(uint8_t *at, const uint64_t lanes[LANE_COUNT])
{
	for (int lane = LANE_FACTS; lane < LANE_COUNT; lane++)
		at = put_number(at, lanes[lane], 8);
	return at;
}

static const uint8_t *get_lanes(const uint8_t *at, uint64_t lanes[LANE_COUNT])
{
	for (int lane = LANE_FACTS; lane < LANE_COUNT; lane++)
		at = get_number(at, &lanes[lane], 8);
	return at;
}

static void put_note(struct turn_view *t, struct key key, const uint8_t *bytes, size_t len)
{
	struct record r = { .family = FAMILY_META };

	r.u.note.bytes = arena_blob(t->plan->arena, (struct blob){ bytes, len });
	core_put(t, key, &r);
}

void stand_write(struct turn_view *t)
{
	const struct stand *s = &t->core->stand;
	const struct reconcile *r = &t->core->reconcile;
	uint8_t bytes[SELF_BYTES + SELF_MORE_BYTES + SELF_TIMES_BYTES], *at = bytes;

	*at++ = NOTE_VERSION;
	at = put_bytes(at, s->mark.store, sizeof s->mark.store);
	at = put_number(at, s->mark.starts, 8);
	at = put_number(at, s->settled, 8);
	at = put_number(at, s->floor, 8);
	at = put_number(at, (uint64_t)s->alarm, 4);
	at = put_number(at, (uint64_t)s->since_ms, 8);
	at = put_bytes(at, s->by.text, COMMITTEE_ID_MAX);
	*at++ = (uint8_t)r->stage;
	at = put_number(at, r->round, 8);
	at = put_books(at, r->had);
	at = put_books(at, r->known);
	at = put_number(at, r->returned, 8);
	at = put_number(at, r->gone, 8);
	for (int book = BOOK_OUT; book < BOOK_COUNT; book++)
		at = put_number(at, r->voided[book], 8);
	at = put_number(at, (uint64_t)r->began_ms, 8);
	at = put_number(at, (uint64_t)r->ended_ms, 8);
	at = put_number(at, r->listed, 8);
	assert(at == bytes + sizeof bytes);
	put_note(t, key_name(SELF_NAME), bytes, sizeof bytes);
}

static void read_reconcile(const uint8_t *at, const uint8_t *end, struct reconcile *r)
{
	uint64_t n;

	*r = (struct reconcile){ .stage = (enum reconcile_stage) * at++ };
	at = get_number(at, &r->round, 8);
	at = get_books(at, r->had);
	at = get_books(at, r->known);
	at = get_number(at, &r->returned, 8);
	at = get_number(at, &r->gone, 8);
	for (int book = BOOK_OUT; book < BOOK_COUNT; book++)
		at = get_number(at, &r->voided[book], 8);
	if (end - at < SELF_TIMES_BYTES)
		return; /* of a build before that */
	at = get_number(at, &n, 8);
	r->began_ms = (int64_t)n;
	at = get_number(at, &n, 8);
	r->ended_ms = (int64_t)n;
	get_number(at, &r->listed, 8);
}

static void read_self(const struct record *r, struct stand *s, struct reconcile *reconcile)
{
	const uint8_t *at = r->u.note.bytes.data;
	uint64_t n;

	if (r->u.note.bytes.len_bytes < SELF_BYTES || *at++ != NOTE_VERSION)
		return;
	at = get_bytes(at, s->mark.store, sizeof s->mark.store);
	at = get_number(at, &s->mark.starts, 8);
	at = get_number(at, &s->settled, 8);
	at = get_number(at, &s->floor, 8);
	at = get_number(at, &n, 4);
	s->alarm = (enum err)n;
	at = get_number(at, &n, 8);
	s->since_ms = (int64_t)n;
	at = get_bytes(at, s->by.text, COMMITTEE_ID_MAX);
	if (r->u.note.bytes.len_bytes >= SELF_BYTES + SELF_MORE_BYTES)
		read_reconcile(at, r->u.note.bytes.data + r->u.note.bytes.len_bytes, reconcile);
}

static struct key peer_key(struct committee_id id)
{
	char name[sizeof PEER_NAME + COMMITTEE_ID_MAX];

	memcpy(name, PEER_NAME, sizeof PEER_NAME);
	memcpy(name + sizeof PEER_NAME - 1, id.text, strlen(id.text) + 1);
	return key_name(name);
}

static uint8_t *put_giving(uint8_t *at, const struct giving *g)
{
	*at++ = (uint8_t)g->phase;
	at = put_number(at, g->round, 8);
	at = put_lanes(at, g->lost.have);
	at = put_lanes(at, g->lost.last);
	*at++ = (uint8_t)g->role;
	at = put_number(at, g->serial, 8);
	at = put_lanes(at, g->upto);
	at = put_number(at, g->published, 8);
	return put_number(at, g->gone, 8);
}

static const uint8_t *get_giving(const uint8_t *at, struct giving *g)
{
	g->phase = (enum giving_phase) * at++;
	at = get_number(at, &g->round, 8);
	at = get_lanes(at, g->lost.have);
	at = get_lanes(at, g->lost.last);
	g->role = (enum role) * at++;
	at = get_number(at, &g->serial, 8);
	at = get_lanes(at, g->upto);
	at = get_number(at, &g->published, 8);
	return get_number(at, &g->gone, 8);
}

enum { MARKED = 1, RECONCILED = 2, FORGOTTEN = 4 };

void stand_write_peer(struct turn_view *t, const struct link *l)
{
	const struct peer_stand *s = &l->stand;
	uint8_t bytes[PEER_BYTES + PEER_MORE_BYTES + PEER_GAVE_BYTES], *at = bytes;

	*at++ = NOTE_VERSION;
	at = put_bytes(at, s->seen.store, sizeof s->seen.store);
	at = put_number(at, s->seen.starts, 8);
	at = put_bytes(at, s->seen.run, sizeof s->seen.run);
	at = put_bytes(at, s->before, sizeof s->before);
	at = put_number(at, (uint64_t)s->ours, 4);
	at = put_number(at, (uint64_t)s->ours_since_ms, 8);
	at = put_number(at, (uint64_t)s->its, 4);
	at = put_number(at, (uint64_t)s->its_since_ms, 8);
	at = put_number(at, s->its_settled, 8);
	*at++ = (uint8_t)((s->marked ? MARKED : 0) | (s->reconciled ? RECONCILED : 0) |
			  (s->forgotten ? FORGOTTEN : 0));
	at = put_lanes(at, s->lost.have);
	at = put_lanes(at, s->lost.last);
	at = put_books(at, s->books);
	at = put_giving(at, &s->giving);
	at = put_number(at, s->gave, 8);
	at = put_number(at, s->lacks, 8);
	*at++ = s->giving.lists;
	at = put_number(at, s->giving.named, 8);
	assert(at == bytes + sizeof bytes);
	put_note(t, peer_key(l->neighbour), bytes, sizeof bytes);
}

static void read_peer_more(const uint8_t *at, const uint8_t *end, struct peer_stand *s)
{
	s->marked = (*at & MARKED) != 0;
	s->forgotten = (*at & FORGOTTEN) != 0;
	s->reconciled = (*at++ & RECONCILED) != 0;
	at = get_lanes(at, s->lost.have);
	at = get_lanes(at, s->lost.last);
	at = get_books(at, s->books);
	at = get_giving(at, &s->giving);
	if (end - at < PEER_GAVE_BYTES)
		return; /* of a build before that */
	at = get_number(at, &s->gave, 8);
	at = get_number(at, &s->lacks, 8);
	s->giving.lists = *at++ != 0;
	get_number(at, &s->giving.named, 8);
}

enum err stand_load_peer(struct turn_view *t, struct link *l)
{
	struct peer_stand *s = &l->stand;
	struct record r;
	const uint8_t *at;
	uint64_t n;
	enum err e = core_get(t, FAMILY_META, peer_key(l->neighbour), &r);

	if (e == ERR_NOT_FOUND || e == ERR_DAMAGED ||
	    (e == ERR_OK && r.u.note.bytes.len_bytes < PEER_BYTES))
		return ERR_OK; /* nothing is known of it */
	if (e != ERR_OK)
		return e;
	at = r.u.note.bytes.data;
	if (*at++ != NOTE_VERSION)
		return ERR_OK;
	at = get_bytes(at, s->seen.store, sizeof s->seen.store);
	at = get_number(at, &s->seen.starts, 8);
	s->seen.any = s->seen.starts != 0; /* 0: it has never said Hello */
	at = get_bytes(at, s->seen.run, sizeof s->seen.run);
	at = get_bytes(at, s->before, sizeof s->before);
	at = get_number(at, &n, 4);
	s->ours = (enum err)n;
	at = get_number(at, &n, 8);
	s->ours_since_ms = (int64_t)n;
	at = get_number(at, &n, 4);
	s->its = (enum err)n;
	at = get_number(at, &n, 8);
	s->its_since_ms = (int64_t)n;
	at = get_number(at, &s->its_settled, 8);
	if (r.u.note.bytes.len_bytes >= PEER_BYTES + PEER_MORE_BYTES)
		read_peer_more(at, r.u.note.bytes.data + r.u.note.bytes.len_bytes, s);
	s->reconciled = s->reconciled && t->core->reconcile.stage == RECONCILE_NONE;
	return ERR_OK;
}

/* ---- alarms ---- */

static void notify_store(struct turn_view *t, struct committee_id about, enum err what)
{
	struct document_ref none = { .origin = { "" } };

	notify(t, NOTICE_STORE, none, about, (uint32_t)what, NULL);
	feed_add(t, &(struct change){ .kind = CHANGE_STORE,
				      .committee = about,
				      .reason = (uint32_t)what });
}

/* Twice is the worse of the two: where it is known, the other follows from it. */
static bool is_news(enum err known, enum err what, enum err worst)
{
	return known != what && known != worst;
}

/* The first sequence number whose document still wants its files: one that is being fetched, or one
 * that was set aside and is fetched when it is believed. */
static enum err first_unfetched(struct turn_view *t, const struct link *l, enum lane lane,
				enum family family, uint64_t *first)
{
	struct scan scan = scan_of(key_link(l->neighbour, lane));
	struct committee_id neighbour;
	enum lane parsed;
	struct record r;
	bool known;
	enum err e;

	scan.report_damage = true;
	do
		e = t->lookup.next(t->lookup.ctx, t->plan->arena, family, &scan, &r);
	while (e == ERR_OK && family == FAMILY_ASIDE && !r.u.aside.has_files);
	if (e != ERR_OK && e != ERR_DAMAGED)
		return e;
	known = family == FAMILY_ASIDE ? key_parse_aside(&scan.at, &neighbour, &parsed, first)
				       : key_parse_seq(&scan.at, &neighbour, &parsed, first);
	return known ? ERR_OK : ERR_NOT_FOUND;
}

/* The last sequence number up to which all is here: what is still to be fetched may have been
 * complete since, and its publisher has released it then. */
static uint64_t have_all(struct turn_view *t, const struct link *l, enum lane lane)
{
	static const enum family wanting[] = { FAMILY_FETCH, FAMILY_ASIDE };
	uint64_t have = l->in[lane].have;

	for (size_t i = 0; i < sizeof wanting / sizeof *wanting; i++) {
		uint64_t first = 0;
		enum err e = first_unfetched(t, l, lane, wanting[i], &first);

		if (e == ERR_OK && first > 0 && first <= have)
			have = first - 1;
		if (e != ERR_OK && e != ERR_NOT_FOUND)
			plan_fails(t->plan, e); /* a mark too far would lose what is wanted */
	}
	return have;
}

void stand_have(struct turn_view *t, const struct link *l, uint64_t have[LANE_COUNT])
{
	for (enum lane lane = LANE_FACTS; lane <= LANE_NORMAL; lane++)
		have[lane] = have_all(t, l, lane);
}

void stand_mark(struct turn_view *t, struct link *l)
{
	struct peer_stand *s = &l->stand;

	if (s->marked)
		return;
	stand_have(t, l, s->lost.have);
	for (int lane = LANE_FACTS; lane < LANE_COUNT; lane++)
		s->lost.last[lane] = l->out[lane].last;
	s->marked = true;
	stand_write_peer(t, l);
}

void stand_agreed(struct turn_view *t, struct link *l)
{
	if (!l->stand.marked || !l->stand.speaks || t->core->stand.alarm != ERR_OK ||
	    t->core->reconcile.stage != RECONCILE_NONE)
		return;
	for (int lane = LANE_FACTS; lane < LANE_COUNT; lane++) {
		if (!l->out[lane].subscribed)
			return;
	}
	l->stand.marked = false;
	stand_write_peer(t, l);
}

void stand_forget(struct turn_view *t, struct link *l)
{
	l->stand.forgotten = true;
	stand_write_peer(t, l);
}

void stand_taken(struct turn_view *t, struct link *l, const struct msg_hello *m)
{
	if (!l->stand.forgotten)
		return;
	for (enum lane lane = LANE_FACTS; lane <= LANE_NORMAL; lane++) {
		if (m->acked[lane] > l->in[lane].have)
			return; /* of a stream from before: it begins that one anew */
	}
	l->stand.forgotten = false;
	stand_write_peer(t, l);
}

static void begin_reconcile(struct turn_view *t)
{
	struct reconcile *r = &t->core->reconcile;

	if (r->stage == RECONCILE_NONE) {
		/* what an earlier loss has left unfound stays listed */
		*r = (struct reconcile){ .stage = RECONCILE_NONE, .listed = r->listed };
		register_ends(t, r->had);
	}
	r->round = core_draw_number(t->core) | 1;
	r->stage = RECONCILE_NEIGHBOURS;
	r->began_ms = t->now.wall_ms;
	r->gone = 0;
	for (uint32_t i = 0; i < t->core->link_count; i++) {
		struct link *l = t->core->links[i];

		stand_mark(t, l);
		l->stand.reconciled = false;
		l->stand.came = l->stand.listed = 0;
		l->stand.next_ask_ms = t->now.mono_ms;
		stand_write_peer(t, l);
	}
}

/* This start gets its number, in the first commit of the process. A store of a build before this
 * one gets its name besides. */
enum err stand_load(struct turn_view *t)
{
	struct stand *s = &t->core->stand;
	struct record r;
	enum err e = core_get(t, FAMILY_META, key_name(SELF_NAME), &r);

	if (e == ERR_OK)
		read_self(&r, s, &t->core->reconcile);
	else if (e != ERR_NOT_FOUND && e != ERR_DAMAGED)
		return e;
	if (s->mark.starts == 0)
		core_draw(t->core, s->mark.store);
	s->mark.any = true;
	s->mark.starts++;
	core_draw(t->core, s->mark.run);
	if (t->core->config.restored && s->alarm == ERR_OK) {
		s->alarm = ERR_BEHIND;
		s->since_ms = t->now.wall_ms;
		feed_begin_anew(t);
		history_begin_anew(t);
		begin_reconcile(t);
		/* nobody is there yet to be notified */
		feed_add(t, &(struct change){ .kind = CHANGE_STORE,
					      .committee = t->core->config.self,
					      .reason = ERR_BEHIND });
	} else if (t->core->reconcile.stage != RECONCILE_NONE) {
		/* This may be a copy of a store that was behind already: what it had got back since
		 * is asked for once more, under a round that no neighbour has answered. */
		t->core->reconcile.stage = RECONCILE_NEIGHBOURS;
		t->core->reconcile.round = core_draw_number(t->core) | 1;
		t->core->reconcile.gone = 0; /* each says it once more */
	}
	stand_write(t);
	return ERR_OK;
}

void stand_ours(struct turn_view *t, struct link *l, enum err what)
{
	struct stand *s = &t->core->stand;

	if (is_news(l->stand.ours, what, ERR_TWICE)) {
		l->stand.ours = what;
		l->stand.ours_since_ms = t->now.wall_ms;
		stand_write_peer(t, l);
	}
	if (!is_news(s->alarm, what, ERR_TWICE))
		return;
	if (s->alarm == ERR_OK) {
		s->since_ms = t->now.wall_ms;
		feed_begin_anew(t);
		history_begin_anew(t);
		if (what == ERR_BEHIND)
			begin_reconcile(t);
	}
	s->alarm = what;
	s->by = l->neighbour;
	stand_write(t);
	notify_store(t, l->neighbour, what);
	for (uint32_t i = 0; i < t->core->link_count; i++)
		t->core->links[i]->stand.hello_due = true;
}

void stand_its(struct turn_view *t, struct link *l, enum err what, uint64_t settled)
{
	if (!is_news(l->stand.its, what, ERR_PEER_TWICE))
		return;
	l->stand.its = what;
	l->stand.its_since_ms = t->now.wall_ms;
	l->stand.its_settled = settled;
	stand_write_peer(t, l);
	notify_store(t, l->neighbour, what);
}

void stand_settle_its(struct turn_view *t, struct link *l)
{
	if (l->stand.its == ERR_OK)
		return;
	l->stand.its = ERR_OK;
	stand_write_peer(t, l);
	notify_store(t, l->neighbour, ERR_OK);
}

/* ---- what a Hello says ---- */

/* What was not acknowledged counts as if it were: the link was forgotten, or no documents go to one
 * that has ended. */
static bool is_given_up(const struct link *l, int lane)
{
	return l->stand.forgotten || (l->ended && lane != LANE_FACTS);
}

void stand_fill(const struct core *c, const struct link *l, struct msg_hello *h)
{
	h->says_store = true;
	h->store = c->stand.mark;
	h->store_alarm = (uint32_t)c->stand.alarm;
	h->store_settled = c->stand.settled;
	h->seen = l->stand.seen;
	h->seen_alarm = l->stand.its == ERR_PEER_TWICE	  ? ERR_TWICE
			: l->stand.its == ERR_PEER_BEHIND ? ERR_BEHIND
							  : 0;
	h->seen_settled = l->stand.its_settled;
	for (int lane = LANE_FACTS; lane < LANE_COUNT; lane++)
		h->acked[lane] = is_given_up(l, lane) ? 0 : l->out[lane].acked;
	h->reconciles = true;
	core_books(c, h->books);
	memcpy(h->seen_books, l->stand.books, sizeof h->seen_books);
}

/* Is the first further than the second? */
static bool is_further(const struct book_mark *a, const struct book_mark *b)
{
	return a->year > b->year || (a->year == b->year && a->last > b->last);
}

void stand_take_books(struct turn_view *t, struct link *l, const struct book_mark books[BOOK_COUNT])
{
	bool news = false;

	for (int book = BOOK_OUT; book < BOOK_COUNT; book++) {
		if (!is_further(&books[book], &l->stand.books[book]))
			continue; /* also of a store that was set back: what it had is what counts
				   */
		l->stand.books[book] = books[book];
		news = true;
	}
	if (news)
		stand_write_peer(t, l);
}

/* It has heard of a line of ours that is in no register here: it was on our disk before it was told
 * of it. */
static void take_seen_books(struct turn_view *t, struct link *l, const struct msg_hello *m)
{
	struct reconcile *r = &t->core->reconcile;

	for (int book = BOOK_OUT; book < BOOK_COUNT; book++) {
		const struct book_mark *seen = &m->seen_books[book];
		const struct line_key line = { .book = (enum book)book,
					       .year = seen->year,
					       .number = seen->last };
		struct record found;
		enum err e;

		if (seen->last == 0)
			continue;
		e = core_get(t, FAMILY_LINE, key_line(line), &found);
		if (e != ERR_OK && e != ERR_NOT_FOUND && e != ERR_DAMAGED)
			plan_fails(t->plan, e);
		if (e != ERR_NOT_FOUND)
			continue;
		stand_ours(t, l, ERR_BEHIND);
		if (!is_further(seen, &r->known[book]))
			continue;
		r->known[book] = *seen;
		stand_write(t);
	}
}

static bool same_store(const struct store_mark *a, const struct store_mark *b)
{
	return memcmp(a->store, b->store, sizeof a->store) == 0;
}

static bool same_run(const struct store_mark *a, const struct store_mark *b)
{
	return memcmp(a->run, b->run, sizeof a->run) == 0;
}

/* What it has seen of us. While it has seen this process before, a later one means that two run. */
static void take_seen(struct turn_view *t, struct link *l, const struct msg_hello *m)
{
	struct stand *s = &t->core->stand;
	bool same = same_store(&m->seen, &s->mark);

	if (m->seen.any && same && m->seen.starts == s->mark.starts &&
	    same_run(&m->seen, &s->mark)) {
		l->stand.met = true;
	} else if (m->seen.any && same && m->seen.starts >= s->mark.starts) {
		if (m->seen.starts > s->floor)
			s->floor = m->seen.starts;
		stand_ours(t, l, l->stand.met ? ERR_TWICE : ERR_BEHIND);
	} else if (m->seen.any && !same && (l->stand.met || s->settled == 0)) {
		/* it knows us by another store, which this one has nothing of */
		stand_ours(t, l, l->stand.met ? ERR_TWICE : ERR_BEHIND);
	}
	/* Its own verdict, unless it is of before we were settled. */
	if ((m->seen_alarm == ERR_TWICE || m->seen_alarm == ERR_BEHIND) &&
	    s->settled <= m->seen_settled)
		stand_ours(t, l, (enum err)m->seen_alarm);
}

/* Its acknowledgements are ours, given after our commit: more than we have cannot be. Unless we
 * have started this stream again since, because a late Hello offered it after it had been
 * replaced; or have forgotten the link. */
static void take_acknowledged(struct turn_view *t, struct link *l, const struct msg_hello *m)
{
	for (enum lane lane = LANE_FACTS; lane <= LANE_NORMAL; lane++) {
		const struct stream_in *in = &l->in[lane];

		/* we have never heard of any stream of it on this lane */
		if (!in->known && !in->taken_up && !l->stand.forgotten && m->says_store &&
		    m->acked[lane] > 0)
			stand_ours(t, l, ERR_BEHIND);
		if (!in->known ||
		    memcmp(in->id.bytes, m->streams[lane].stream.bytes, sizeof in->id.bytes) != 0)
			continue;
		if (m->acked[lane] > in->have && !in->taken_up && !l->stand.forgotten)
			stand_ours(t, l, ERR_BEHIND);
		/* One that says nothing of its store is taken at its word: TCP keeps order. */
		if (!m->says_store && m->streams[lane].last < in->have)
			stand_its(t, l, ERR_PEER_BEHIND, 0);
	}
}

static void take_store(struct turn_view *t, struct link *l, const struct msg_hello *m)
{
	struct peer_stand *s = &l->stand;
	bool same = same_store(&s->seen, &m->store);

	/* `before` is what was there before: another store, or another process of the same start.
	 * When that comes back, both are there. */
	if (s->seen.any && same && m->store.starts == s->seen.starts &&
	    !same_run(&s->seen, &m->store))
		stand_its(t, l,
			  memcmp(s->before, m->store.run, sizeof s->before) == 0 ? ERR_PEER_TWICE
										 : ERR_PEER_BEHIND,
			  m->store_settled);
	else if (s->seen.any && !same && memcmp(s->before, m->store.store, sizeof s->before) == 0)
		stand_its(t, l, ERR_PEER_TWICE, m->store_settled);
	else if (s->seen.any && !same && m->store_settled == 0)
		/* a new one: nothing of what we know is in it, and no operator has said that he
		 * knows */
		stand_its(t, l, ERR_PEER_BEHIND, m->store_settled);
	if (!s->seen.any || !same || m->store.starts > s->seen.starts ||
	    (m->store.starts == s->seen.starts && !same_run(&s->seen, &m->store))) {
		if (s->seen.any && (!same || m->store.starts == s->seen.starts))
			memcpy(s->before, same ? s->seen.run : s->seen.store, sizeof s->before);
		s->seen = m->store;
		stand_write_peer(t, l);
	}
	if (m->store_alarm == ERR_BEHIND || m->store_alarm == ERR_TWICE)
		stand_its(t, l, m->store_alarm == ERR_TWICE ? ERR_PEER_TWICE : ERR_PEER_BEHIND,
			  m->store_settled);
	else if (m->store_settled > s->its_settled)
		stand_settle_its(t, l); /* its operator has settled it */
}

/* A Hello of the process, or of the store, that was there before. One that died may have left it on
 * the way, where its connection hung: the first that comes back says nothing. Another one after the
 * present one has spoken again means that both are there. */
static bool is_late(struct link *l, const struct msg_hello *m)
{
	struct peer_stand *s = &l->stand;
	bool same = same_store(&s->seen, &m->store);
	const uint8_t *id = same ? m->store.run : m->store.store;

	if (!s->seen.any || (same && m->store.starts != s->seen.starts))
		return false;
	if (same && same_run(&s->seen, &m->store)) {
		s->spoke_since = true;
		return false;
	}
	if (memcmp(s->before, id, sizeof s->before) != 0 || (s->came_back && s->spoke_since))
		return false;
	s->came_back = true;
	s->spoke_since = false;
	return true;
}

void stand_hello(struct turn_view *t, struct link *l, const struct msg_hello *m)
{
	if (m->says_store && is_late(l, m))
		return;
	l->stand.speaks = m->says_store;
	take_acknowledged(t, l, m);
	if (!m->says_store)
		return;
	l->stand.reconciles = m->reconciles;
	take_store(t, l, m);
	take_seen(t, l, m);
	take_seen_books(t, l, m);
	stand_take_books(t, l, m->books);
	if (t->core->reconcile.stage != RECONCILE_NONE)
		stand_mark(t, l); /* before its streams are taken up */
	l->stand.next_ask_ms = t->now.mono_ms;
}

/* ---- settled ---- */

void stand_settle(struct turn_view *t)
{
	struct stand *s = &t->core->stand;

	s->alarm = ERR_OK;
	s->settled++;
	/* later than any that a neighbour has seen */
	s->mark.starts = (s->mark.starts > s->floor ? s->mark.starts : s->floor) + 1;
	stand_write(t);
	for (uint32_t i = 0; i < t->core->link_count; i++) {
		struct link *l = t->core->links[i];

		l->stand.hello_due = true;
		if (l->stand.ours != ERR_OK) {
			l->stand.ours = ERR_OK;
			stand_write_peer(t, l);
		}
	}
	notify_store(t, t->core->config.self, ERR_OK);
}
