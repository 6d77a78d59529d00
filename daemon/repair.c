/* See repair.h. */
#include "daemon/repair.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/base/log.h"
#include "proto/crc32c.h"
#include "proto/verifier.h"
#include "routing/base/arena.h"
#include "routing/base/committee_id.h"

enum { TOLD_A_SECOND = 16, SCRATCH_BYTES = 8 << 20 };
static const int64_t first_rest_ms = 15 * 1000, longest_rest_ms = 24 * 3600 * 1000;

/* ---- what leads to it ---- */

/* A record of another family, held against one that is damaged. */
typedef void hold(struct repair *r, struct ev_damaged *d, const struct key *key,
		  const struct record *record);

static bool is_of(const struct ev_damaged *d, const struct key *key, enum role *role,
		  struct serial *serial)
{
	struct key at;

	if (!key_parse_serial(key, role, serial))
		return false;
	at = key_serial(*role, *serial);
	return key_equal(&at, &d->key);
}

/* Under a sequence number another document may stand by now, of a neighbour that was set back: what
 * fits two is none (ROLE_NONE). */
static void find_at(struct ev_damaged *d, enum role role, struct serial serial)
{
	bool second = d->found && (d->role != role || d->serial.n != serial.n);

	d->found = true;
	d->role = second ? ROLE_NONE : role;
	d->serial = serial;
}

static bool may_fit_two(const struct ev_damaged *d)
{
	return d->family == FAMILY_FETCH || d->family == FAMILY_STREAM;
}

static void hold_ident(struct repair *r, struct ev_damaged *d, const struct key *key,
		       const struct record *record)
{
	const struct rec_ident *i = &record->u.ident;
	struct key at = key_serial(i->role, i->serial);

	(void)r;
	if (d->family != FAMILY_DOCUMENT || !key_equal(&at, &d->key) ||
	    !key_parse_ident(key, &d->id, &d->origin))
		return;
	find_at(d, i->role, i->serial);
	d->digest = i->digest;
}

static bool is_fetched_as(const struct ev_damaged *d, const struct rec_document *doc)
{
	struct key at;

	if (doc->from_lane == LANE_NONE)
		return false; /* ours */
	at = key_seq(doc->from, doc->from_lane, doc->from_seq);
	return key_equal(&at, &d->key);
}

/* Whatever the book. */
static bool is_line_number(const struct ev_damaged *d, struct line_key line)
{
	struct line_key at;

	return key_parse_line(&d->key, &at) && line.number != 0 && at.number == line.number &&
	       at.year == line.year;
}

/* Its files are still to come: it has no state yet. */
static bool is_coming(struct repair *r, const struct key *key)
{
	struct lookup l = r->store->ops->lookup(r->store);
	struct record state;

	return l.get(l.ctx, r->scratch, FAMILY_STATE, key, &state) == ERR_NOT_FOUND;
}

static bool is_line(const struct ev_damaged *d, struct line_key line)
{
	struct key at = key_line(line);

	return line.number != 0 && key_equal(&at, &d->key);
}

static void hold_document(struct repair *r, struct ev_damaged *d, const struct key *key,
			  const struct record *record)
{
	const struct rec_document *doc = &record->u.document;
	struct key ident = key_ident(doc->id, doc->origin);
	struct line_key line = doc->line;
	struct serial serial;
	enum role role;
	bool fits = false;

	if (!key_parse_serial(key, &role, &serial))
		return;
	if (d->family == FAMILY_ENVELOPE)
		fits = is_of(d, key, &role, &serial);
	else if (d->family == FAMILY_IDENT)
		fits = key_equal(&ident, &d->key);
	else if (d->family == FAMILY_FETCH)
		fits = is_fetched_as(d, doc) && is_coming(r, key);
	else if (d->family == FAMILY_LINE) {
		line.book = doc->secrecy >= SECRECY_MAT ? BOOK_SECRET_OUT : BOOK_OUT;
		fits = role == ROLE_OUT && is_line(d, line);
	}
	if (!fits)
		return;
	find_at(d, role, serial);
	d->id = doc->id;
	d->origin = doc->origin;
	d->digest = doc->digest;
}

/* A work's own line does not say which of the two books it is of: its document does. */
static void hold_work(struct repair *r, struct ev_damaged *d, const struct key *key,
		      const struct record *record)
{
	struct lookup l = r->store->ops->lookup(r->store);
	struct line_key line = record->u.work.line;
	struct record document;
	struct serial serial;
	enum role role;

	if (d->family != FAMILY_LINE || !key_parse_serial(key, &role, &serial) || role != ROLE_IN ||
	    !is_line_number(d, line) ||
	    l.get(l.ctx, r->scratch, FAMILY_DOCUMENT, key, &document) != ERR_OK)
		return;
	line.book = document.u.document.secrecy >= SECRECY_MAT ? BOOK_SECRET_IN : BOOK_IN;
	if (is_line(d, line))
		find_at(d, role, serial);
}

/* Ids of entries are of our own making; of a document that a neighbour issued the key ends with
 * that one. */
static bool is_own_id(const struct ev_damaged *d, const struct doc_id *id)
{
	struct committee_id origin;
	struct doc_id of;

	return key_parse_ident(&d->key, &of, &origin) && memcmp(&of, id, sizeof of) == 0;
}

static void hold_paper(struct repair *r, struct ev_damaged *d, const struct key *key,
		       const struct record *record)
{
	const struct rec_paper *p = &record->u.paper;
	struct line_key line = p->line;
	struct serial serial;
	bool secret = p->secrecy >= SECRECY_MAT, out = p->direction == DIRECTION_OUT;

	(void)r;
	if (!key_parse_paper(key, &serial))
		return;
	/* the last of its corrections */
	if (d->family == FAMILY_IDENT && p->next.n == 0 && is_own_id(d, &p->id))
		find_at(d, ROLE_PAPER, serial);
	if (d->family != FAMILY_LINE)
		return;
	if (out)
		line.book = secret ? BOOK_SECRET_OUT : BOOK_OUT;
	else
		line.book = secret ? BOOK_SECRET_IN : BOOK_IN;
	/* a correction has the line of the entry that it corrects */
	if (is_line(d, line) && p->previous.n == 0)
		find_at(d, ROLE_PAPER, serial);
}

static void hold_route(struct repair *r, struct ev_damaged *d, const struct key *key,
		       const struct record *record)
{
	struct serial serial;
	enum role role;

	(void)r;
	for (uint32_t i = 0; d->family == FAMILY_STREAM && i < record->u.route.count; i++) {
		const struct publication *p = &record->u.route.publications[i];
		struct key at = key_seq(p->neighbour, p->lane, p->seq);

		if (key_equal(&at, &d->key) && key_parse_serial(key, &role, &serial))
			find_at(d, role, serial);
	}
}

static void hold_committee(struct repair *r, struct ev_damaged *d, const struct key *key,
			   const struct record *record)
{
	const struct rec_committee *c = &record->u.committee;

	(void)r;
	(void)key;
	for (uint32_t i = 0; d->family == FAMILY_KEY && i < c->key_count; i++) {
		struct key at = key_digest(c->keys[i].key_id);

		if (!key_equal(&at, &d->key))
			continue;
		d->found = true;
		d->origin = c->id;
	}
}

/* Which families lead to which, and who holds them together. */
static const struct walk {
	enum family over;
	uint64_t for_families;
	hold *hold;
} walks[] = {
	{ FAMILY_IDENT, 1ULL << FAMILY_DOCUMENT, hold_ident },
	{ FAMILY_DOCUMENT,
	  1ULL << FAMILY_ENVELOPE | 1ULL << FAMILY_IDENT | 1ULL << FAMILY_FETCH |
		  1ULL << FAMILY_LINE,
	  hold_document },
	{ FAMILY_WORK, 1ULL << FAMILY_LINE, hold_work },
	{ FAMILY_PAPER, 1ULL << FAMILY_LINE | 1ULL << FAMILY_IDENT, hold_paper },
	{ FAMILY_ROUTE, 1ULL << FAMILY_STREAM, hold_route },
	{ FAMILY_COMMITTEE, 1ULL << FAMILY_KEY, hold_committee },
};

static enum err walk_over(struct repair *r, const struct walk *w)
{
	const struct key all = { .len_bytes = 0 };
	struct lookup l = r->store->ops->lookup(r->store);
	struct scan scan = scan_of(all);
	enum err e = ERR_OK;

	while (e == ERR_OK) {
		struct record record;

		if (__atomic_load_n(r->stop, __ATOMIC_RELAXED))
			return ERR_CANCELLED;
		arena_reset(r->scratch);
		e = l.next(l.ctx, r->scratch, w->over, &scan, &record);
		for (uint32_t i = 0; e == ERR_OK && i < r->count; i++) {
			if (!r->found[i].found || may_fit_two(&r->found[i]))
				w->hold(r, &r->found[i], &scan.at, &record);
		}
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* What its submitter repeats is compared with that. */
static enum err find_submission(struct repair *r, struct ev_damaged *d)
{
	struct lookup l = r->store->ops->lookup(r->store);
	struct key key = key_serial(d->role, d->serial);
	struct opened opened = { .kind = KIND_NONE };
	struct record record;
	enum err e;

	if (may_fit_two(d) && d->role == ROLE_NONE)
		d->found = false;
	if (d->family != FAMILY_IDENT || !d->found || d->role == ROLE_PAPER)
		return ERR_OK;
	arena_reset(r->scratch);
	e = l.get(l.ctx, r->scratch, FAMILY_ENVELOPE, &key, &record);
	if (e == ERR_OK)
		e = seal_peek(r->scratch, record.u.envelope.envelope.bytes, &opened);
	d->found = e == ERR_OK; /* else once that is whole */
	d->submission = opened.head.submission;
	return e == ERR_NO_MEMORY || e == ERR_STORE ? e : ERR_OK;
}

static void work(struct job *j)
{
	struct repair *r = (struct repair *)j;
	struct store_damage *damages = calloc(STORE_DAMAGES_MAX, sizeof *damages);
	uint64_t families = 0;
	enum err e;

	r->scratch = arena_new(SCRATCH_BYTES);
	e = damages == NULL || r->scratch == NULL ? ERR_NO_MEMORY : ERR_OK;

	if (e == ERR_OK)
		r->count = r->store->ops->damages(r->store, damages);
	if (e == ERR_OK && r->count > 0)
		r->found = calloc(r->count, sizeof *r->found);
	if (r->found == NULL)
		r->count = 0; /* the next time */
	for (uint32_t i = 0; i < r->count; i++) {
		r->found[i] =
			(struct ev_damaged){ .family = damages[i].family, .key = damages[i].key };
		families |= 1ULL << damages[i].family;
	}
	for (size_t i = 0; e == ERR_OK && i < sizeof walks / sizeof walks[0]; i++) {
		if ((walks[i].for_families & families) != 0)
			e = walk_over(r, &walks[i]);
	}
	for (uint32_t i = 0; e == ERR_OK && i < r->count; i++)
		e = find_submission(r, &r->found[i]);
	free(damages);
	arena_destroy(r->scratch);
	if (e != ERR_OK)
		r->count = 0; /* nothing is told by halves: the next time */
	if (e != ERR_OK && e != ERR_CANCELLED)
		log_event(LOG_ERROR, "repair-failed", "error=VT-%d text=\"%s\"", (int)e,
			  err_text(e));
}

static int64_t told_since_ms(const struct repair *r, const struct ev_damaged *d)
{
	for (uint32_t i = 0; i < r->before_count; i++) {
		const struct told_damage *b = &r->before[i];

		if (b->at.family == d->family && key_equal(&b->at.key, &d->key))
			return b->since_ms;
	}
	return r->now_ms;
}

/* Without memory all of it is as if it were told first. */
static void remember(struct repair *r)
{
	struct told_damage *told = calloc(r->count, sizeof *told);

	for (uint32_t i = 0; i < r->count; i++) {
		struct ev_damaged *d = &r->found[i];
		int64_t since_ms = told_since_ms(r, d);

		d->told_ms = r->now_ms - since_ms;
		if (told != NULL)
			told[i] = (struct told_damage){ { d->family, d->key }, since_ms };
	}
	free(r->before);
	r->before = told;
	r->before_count = told == NULL ? 0 : r->count;
}

/* What is damaged is what was: it is told again in its time. */
static void worked(struct job *j)
{
	struct repair *r = (struct repair *)j;
	uint64_t sum = r->count;

	r->running = false;
	if (r->count > 0)
		remember(r);
	for (uint32_t i = 0; i < r->count; i++)
		sum = 31 * sum +
		      crc32c(0, (struct blob){ r->found[i].key.bytes, r->found[i].key.len_bytes });
	if (sum != r->sum)
		r->rest_ms = first_rest_ms;
	else if (!r->due)
		r->told = r->count;
	r->sum = sum;
	if (r->told < r->count) {
		r->next_ms = r->now_ms + r->rest_ms;
		r->rest_ms = 2 * r->rest_ms < longest_rest_ms ? 2 * r->rest_ms : longest_rest_ms;
	}
}

/* ---- a second's work ---- */

static void tell(struct repair *r)
{
	for (unsigned i = 0; i < TOLD_A_SECOND && r->told < r->count; i++) {
		struct event event = { .type = EVENT_DAMAGED, .u.damaged = r->found[r->told] };

		if (inbox_push(r->inbox, &event, NULL, NULL) != ERR_OK)
			return; /* full: the next second */
		r->told++;
	}
}

/* A lane that has come to stand waits for nothing else; not each time that its link is up again. */
static void hurry(struct repair *r, int64_t mono_ms)
{
	uint64_t standing = core_standing(r->core);

	if (standing == 0 || standing == r->standing)
		return;
	r->standing = standing;
	r->next_ms = mono_ms;
	r->rest_ms = first_rest_ms;
}

static bool is_due(struct repair *r, const struct store_figures *figures, int64_t mono_ms)
{
	if (figures->listed == 0) {
		r->before_count = 0;
		return false;
	}
	hurry(r, mono_ms);
	r->due = mono_ms >= r->next_ms;
	if (!r->due && figures->surveys == r->survey && figures->accepted == r->accepted)
		return false;
	r->survey = figures->surveys;
	r->accepted = figures->accepted;
	return true;
}

static void forget(struct repair *r)
{
	free(r->found);
	r->found = NULL;
	r->count = r->told = 0;
}

void repair_second(struct repair *r, int64_t mono_ms)
{
	struct store_figures figures;

	if (r->running || r->store->ops->damages == NULL)
		return;
	if (r->told < r->count) {
		tell(r);
		return;
	}
	r->store->ops->figures(r->store, &figures);
	if (!is_due(r, &figures, mono_ms))
		return;
	forget(r);
	r->now_ms = mono_ms;
	r->running = true;
	r->job = (struct job){ .work = work, .done = worked };
	r->runner.run(r->runner.ctx, &r->job);
}

void repair_end(struct repair *r)
{
	forget(r);
	free(r->before);
	r->before = NULL;
	r->before_count = 0;
}
