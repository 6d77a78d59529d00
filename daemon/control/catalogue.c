/* See catalogue.h. */
#include "daemon/control/catalogue.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/base/log.h"
#include "daemon/control/fold.h"
#include "daemon/control/folio_make.h"
#include "daemon/store/store.h"
#include "routing/base/arena.h"
#include "routing/state/plan.h"

enum {
	ARENA_BYTES = 1 << 20,
	/* A folio takes a worker some 10 ms. With so many records a second there is work to do, and
	 * one in half a minute is less than 0.1 % of a processor. */
	BUSY_RECORDS = 500,
	BUSY_TICKS = 30,
	ASKED_TICKS = 60, /* so long after a question, folios follow each other */
	FAILED_TICKS = 60,
	REST_TICKS = 60,
	CHANGED_SHARE = 64, /* of a span: so many changed documents, and it is made again */
};

/* The file of a folio takes some 250 KiB; nothing is taken from what documents may need. */
#define SPARE_BYTES (64ULL << 20)

struct shelf {
	const struct folio *folio; /* NULL: none */
	struct folio_bits changed;
	unsigned changed_count;
	struct folio_bits since; /* the next one's making began */
};

struct catalogue {
	struct job job; /* first: the folio that is being made */
	bool making;
	bool more;	 /* the next one may follow at once */
	uint64_t number; /* its place */
	const struct folio *made;
	enum err result;

	struct store *store;
	struct job_runner runner;
	char folder[4096];
	uint32_t span;
	struct fold fold;
	struct arena *arena;
	struct shelf **shelves; /* NULL: nothing has been made there */
	size_t count;
	uint64_t made_count;
	unsigned records, last_records; /* committed in this second, in the one before */
	unsigned ticks, waited, failed, asked;
	uint64_t spare_bytes;
};

struct catalogue *catalogue_new(struct store *store, struct job_runner runner, const char *folder,
				uint32_t span)
{
	struct catalogue *c = calloc(1, sizeof *c);

	if (c == NULL)
		return NULL;
	c->arena = arena_new(ARENA_BYTES);
	if (c->arena == NULL || strlen(folder) >= sizeof c->folder) {
		catalogue_free(c);
		return NULL;
	}
	c->store = store;
	c->runner = runner;
	memcpy(c->folder, folder, strlen(folder) + 1);
	c->span = span;
	c->spare_bytes = UINT64_MAX;
	fold_fill(&c->fold);
	return c;
}

void catalogue_free(struct catalogue *c)
{
	if (c == NULL)
		return;
	assert(!c->making);
	for (size_t i = 0; i < c->count; i++) {
		if (c->shelves[i] != NULL)
			folio_drop(c->shelves[i]->folio);
		free(c->shelves[i]);
	}
	free(c->shelves);
	arena_destroy(c->arena);
	free(c);
}

static struct shelf *shelf_of(const struct catalogue *c, uint64_t serial)
{
	uint64_t number = serial / c->span;

	return number < c->count ? c->shelves[number] : NULL;
}

/* ---- what changes ---- */

static void note(struct catalogue *c, uint64_t serial)
{
	struct shelf *s = shelf_of(c, serial);
	uint32_t at = (uint32_t)(serial % c->span);

	if (s == NULL)
		return;
	s->changed_count += !folio_has(&s->changed, at);
	folio_set(&s->changed, at);
	folio_set(&s->since, at);
}

/* A folio says of it what this may have changed. That somebody was told of a deadline it does not
 * say. */
static bool is_described(const struct write *w)
{
	const struct rec_open *open = &w->record.u.open;

	switch (w->record.family) {
	case FAMILY_DOCUMENT:
	case FAMILY_STATE:
	case FAMILY_WORK:
		return true;
	case FAMILY_OPEN:
		return w->erase || (open->soon_at_ms == 0 && open->late_at_ms == 0);
	default:
		return false;
	}
}

void catalogue_follow(struct catalogue *c, const struct plan *p)
{
	if (c == NULL)
		return;
	c->records += p->write_count;
	for (uint32_t i = 0; c->count > 0 && i < p->write_count; i++) {
		const struct write *w = &p->writes[i];
		struct serial serial;
		enum role role;

		if (is_described(w) && key_parse_serial(&w->key, &role, &serial))
			note(c, serial.n);
	}
}

/* ---- what is made next ---- */

static void work(struct job *j)
{
	struct catalogue *c = (struct catalogue *)j;
	struct lookup l = c->store->ops->lookup(c->store);

	c->result = folio_make(&l, &c->fold, c->folder, c->number * c->span, c->span, &c->made);
}

static unsigned count_bits(const struct folio_bits *b)
{
	unsigned n = 0;

	for (unsigned i = 0; i < FOLIO_WORDS; i++)
		n += (unsigned)__builtin_popcountll(b->of[i]);
	return n;
}

static void done(struct job *j)
{
	struct catalogue *c = (struct catalogue *)j;
	struct shelf *s = c->shelves[c->number];

	c->making = false;
	if (c->result != ERR_OK) {
		log_event(LOG_WARNING, "catalogue-failed", "folio=%llu code=VT-%u",
			  (unsigned long long)c->number, (unsigned)c->result);
		c->failed = FAILED_TICKS;
		return;
	}
	folio_drop(s->folio);
	s->folio = c->made;
	s->changed = s->since;
	s->changed_count = count_bits(&s->changed);
	c->made_count++;
	c->more = c->asked > 0; /* not from here: the runner may be at its end */
}

/* Serials that are given, or passed by, so far. */
static uint64_t serials(struct catalogue *c)
{
	static const enum role roles[] = { ROLE_OUT, ROLE_IN, ROLE_RELAY };
	struct lookup l = c->store->ops->lookup(c->store);
	uint64_t last = 0;

	for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
		struct scan scan = scan_of(key_role(roles[i]));
		struct serial serial;
		struct record r;
		enum role role;

		arena_reset(c->arena);
		if (l.last(l.ctx, c->arena, FAMILY_DOCUMENT, &scan, &r) == ERR_OK &&
		    key_parse_serial(&scan.at, &role, &serial) && serial.n > last)
			last = serial.n;
	}
	return last + 1;
}

/* Spans whose serials are all given. */
static uint64_t whole_spans(struct catalogue *c)
{
	return serials(c) / c->span;
}

static bool make_room(struct catalogue *c, uint64_t spans)
{
	struct shelf **grown;

	if (spans <= c->count)
		return true;
	grown = realloc(c->shelves, spans * sizeof *grown);
	if (grown == NULL)
		return false;
	memset(grown + c->count, 0, (spans - c->count) * sizeof *grown);
	c->shelves = grown;
	c->count = spans;
	return true;
}

/* The newest that is missing; then the one of which most has changed. */
static bool choose(const struct catalogue *c, uint64_t *out)
{
	unsigned most = c->span / CHANGED_SHARE;

	for (uint64_t i = c->count; i-- > 0;) {
		if (c->shelves[i] == NULL || c->shelves[i]->folio == NULL) {
			*out = i;
			return true;
		}
	}
	for (uint64_t i = 0; i < c->count; i++) {
		if (c->shelves[i]->changed_count > most) {
			most = c->shelves[i]->changed_count;
			*out = i;
		}
	}
	return most > c->span / CHANGED_SHARE;
}

static void make_next(struct catalogue *c)
{
	struct shelf *s;
	uint64_t number = 0;

	if (c->making || c->failed > 0 || c->spare_bytes < SPARE_BYTES ||
	    !make_room(c, whole_spans(c)) || !choose(c, &number))
		return;
	if (c->shelves[number] == NULL)
		c->shelves[number] = calloc(1, sizeof **c->shelves);
	s = c->shelves[number];
	if (s == NULL)
		return;
	memset(&s->since, 0, sizeof s->since);
	c->waited = 0;
	c->making = true;
	c->number = number;
	c->job = (struct job){ .work = work, .done = done };
	c->runner.run(c->runner.ctx, &c->job);
}

void catalogue_tick(struct catalogue *c, uint64_t spare_bytes)
{
	bool busy;

	if (c == NULL)
		return;
	c->spare_bytes = spare_bytes;
	busy = c->records >= BUSY_RECORDS;
	c->last_records = c->records;
	c->records = 0;
	c->waited++;
	c->failed -= c->failed > 0;
	c->asked -= c->asked > 0;
	if (!busy || c->waited >= BUSY_TICKS)
		make_next(c);
	if (++c->ticks % REST_TICKS != 0)
		return;
	for (size_t i = 0; i < c->count; i++) {
		if (c->shelves[i] != NULL && c->shelves[i]->folio != NULL)
			folio_rest(c->shelves[i]->folio);
	}
}

void catalogue_go_on(struct catalogue *c)
{
	if (c == NULL || !c->more)
		return;
	c->more = false;
	if (c->last_records + c->records < BUSY_RECORDS)
		make_next(c);
}

void catalogue_ask(struct catalogue *c)
{
	if (c == NULL)
		return;
	c->asked = ASKED_TICKS;
	if (c->last_records + c->records < BUSY_RECORDS)
		make_next(c);
}

/* ---- what is there ---- */

const struct folio *catalogue_folio(const struct catalogue *c, uint64_t serial)
{
	const struct shelf *s = c == NULL ? NULL : shelf_of(c, serial);

	return s == NULL ? NULL : s->folio;
}

void catalogue_add_changed(const struct catalogue *c, const struct folio *p,
			   struct folio_bits *bits)
{
	const struct shelf *s = shelf_of(c, p->first);

	for (unsigned i = 0; i < FOLIO_WORDS; i++)
		bits->of[i] |= s->changed.of[i];
}

bool catalogue_has_changed(const struct catalogue *c, const struct folio *p, uint32_t at)
{
	return folio_has(&shelf_of(c, p->first)->changed, at);
}

bool catalogue_lacks(struct catalogue *c, unsigned spans)
{
	uint64_t all, lacking;

	if (c == NULL)
		return true;
	all = serials(c);
	lacking = all - (c->count * c->span < all ? c->count * c->span : all);
	for (size_t i = 0; i < c->count; i++)
		lacking += c->shelves[i] == NULL || c->shelves[i]->folio == NULL
				   ? c->span
				   : c->shelves[i]->changed_count;
	return lacking > (uint64_t)spans * c->span;
}

unsigned catalogue_count(const struct catalogue *c)
{
	unsigned n = 0;

	for (size_t i = 0; c != NULL && i < c->count; i++)
		n += c->shelves[i] != NULL && c->shelves[i]->folio != NULL;
	return n;
}

uint64_t catalogue_made(const struct catalogue *c)
{
	return c->made_count;
}
