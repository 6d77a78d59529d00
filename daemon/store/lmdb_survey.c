/* See lmdb_survey.h. */
#include "daemon/store/lmdb_survey.h"

#include <stdio.h>
#include <string.h>

#include "daemon/base/log.h"
#include "daemon/store/lmdb_pages.h"
#include "proto/record_codec.h"

enum { FAULTS_LOGGED = 8 };

struct course {
	struct lmdb_survey *out;
	const struct lmdb_survey_visitor *visitor; /* NULL: nobody */
	bool has_sums;
	const char *database; /* of the last record, and what it is */
};

static void note_fault(void *ctx, const char *database, uint64_t page, const char *what)
{
	struct course *c = ctx;
	struct store_survey *s = &c->out->found;

	if (s->faults++ == 0)
		snprintf(s->first_fault, sizeof s->first_fault, "%.15s:%llu %s",
			 database == NULL ? "-" : database, (unsigned long long)page, what);
	if (s->faults <= FAULTS_LOGGED)
		log_event(LOG_ERROR, "store-page-damaged", "database=%s page=%llu what=\"%s\"",
			  database == NULL ? "-" : database, (unsigned long long)page, what);
	if (c->visitor != NULL && c->visitor->fault != NULL)
		c->visitor->fault(c->visitor->ctx, database == NULL ? "-" : database, page, what);
}

/* Whose record this is, and under which key: also in the databases of older formats. */
static enum family family_of(const char *database, struct blob stored, struct key *key)
{
	bool documents = strcmp(database, "documents") == 0;
	size_t before = documents ? SERIAL_KEY_BYTES : 0;
	bool named = documents || strcmp(database, "links") == 0;
	enum family f = FAMILY_NONE;

	if (stored.len_bytes < before + named || stored.len_bytes - named > KEY_MAX_BYTES)
		return FAMILY_NONE;
	if (named) {
		/* LINE stands before all others there (lmdb_layout.c) */
		f = stored.data[before] == 0 && !documents ? FAMILY_LINE
							   : (enum family)stored.data[before];
	} else if (strcmp(database, "due") == 0) {
		f = FAMILY_SWEEP;
	} else {
		for (int i = FAMILY_META; i < FAMILY_COUNT && f == FAMILY_NONE; i++) {
			if (strcmp(database, family_name((enum family)i)) == 0)
				f = (enum family)i;
		}
	}
	key->len_bytes = (uint8_t)(stored.len_bytes - named);
	memcpy(key->bytes, stored.data, before);
	memcpy(key->bytes + before, stored.data + before + named, key->len_bytes - before);
	return (unsigned)f < FAMILY_COUNT ? f : FAMILY_NONE;
}

static void take_sums(struct course *c, struct blob key, struct blob value)
{
	if (key.len_bytes != LEDGER_NAME_BYTES ||
	    memcmp(key.data, LEDGER_NAME, LEDGER_NAME_BYTES) != 0) {
		note_fault(c, NULL, 0, "a database that is none");
		return;
	}
	c->has_sums = ledger_decode(value, &c->out->held);
	if (!c->has_sums)
		log_event(LOG_WARNING, "store-sums-damaged", "bytes=%zu", value.len_bytes);
}

static bool take_record(void *ctx, const char *database, struct blob stored, struct blob value)
{
	struct course *c = ctx;
	struct store_survey *s = &c->out->found;
	struct key key = { .len_bytes = 0 };
	enum family f;
	bool good;

	if (database == NULL) {
		take_sums(c, stored, value);
		return true;
	}
	f = family_of(database, stored, &key);
	good = f != FAMILY_NONE && record_check(f, &key, value) == ERR_OK;
	s->records++;
	if (!good) {
		s->damaged++;
		s->damaged_in |= 1ULL << f;
	}
	if (f != FAMILY_NONE)
		ledger_add(&c->out->counted, f, &key, value);
	if (c->visitor == NULL)
		return true;
	if (c->visitor->record != NULL)
		c->visitor->record(c->visitor->ctx, f, &key, value, good);
	return c->visitor->stop == NULL || !__atomic_load_n(c->visitor->stop, __ATOMIC_RELAXED);
}

/* Nothing says of which database it is: its checksum is over family and key. */
static void take_stray(void *ctx, struct blob stored, struct blob value)
{
	struct course *c = ctx;
	struct key key = { .len_bytes = 0 };

	for (int i = FAMILY_META; i < FAMILY_COUNT; i++) {
		enum layout l = lmdb_layout((enum family)i);
		const char *database = l == LAYOUT_DOCUMENTS ? "documents"
				       : l == LAYOUT_LINKS   ? "links"
							     : family_name((enum family)i);
		enum family f = family_of(database, stored, &key);

		if (f != FAMILY_NONE && record_check(f, &key, value) == ERR_OK) {
			c->visitor->stray(c->visitor->ctx, f, &key, value);
			return;
		}
	}
}

/* Records that are not there any more. One that came from elsewhere (a wrong bit in the name of its
 * family) has a wrong checksum, and is counted as that. */
static void compare(struct lmdb_survey *s)
{
	for (int f = FAMILY_META; s->state == LEDGER_HELD && f < FAMILY_COUNT; f++) {
		const struct ledger_sum *held = &s->held.of[f], *counted = &s->counted.of[f];

		bool damaged = (s->found.damaged_in >> f & 1) != 0;

		if (held->count == counted->count && (held->digest == counted->digest || damaged))
			continue;
		if (held->count > counted->count)
			s->found.missing += held->count - counted->count;
		s->found.differing |= 1ULL << f;
	}
}

/* Sums of a later commit than the state that they lie in: a head of the file says another number
 * than it had. */
static void judge_sums(struct course *c, const struct pages_totals *totals)
{
	struct lmdb_survey *s = c->out;

	s->commit = totals->commit;
	s->state = !c->has_sums						   ? LEDGER_NONE
		   : s->held.commit == totals->commit || totals->compacted ? LEDGER_HELD
									   : LEDGER_STALE;
	if (s->state == LEDGER_STALE && s->held.commit > totals->commit)
		note_fault(c, NULL, totals->commit & 1,
			   "a head that is older than what it leads to");
}

/* The state before has older sums, or the heads were exchanged. */
static void judge_before(struct course *c, int fd)
{
	const struct pages_visitor visitor = { .ctx = c, .record = take_record };
	struct lmdb_survey before = { .commit = 0 }, *s = c->out;
	struct course earlier = { .out = &before };
	struct pages_visitor quiet = visitor;
	struct pages_totals totals;

	quiet.ctx = &earlier;
	if (pages_walk_list(fd, true, &quiet, &totals) != ERR_OK || !earlier.has_sums ||
	    before.found.faults > 0)
		return; /* a state that the next commit overwrites */
	if (c->has_sums && before.held.commit > s->held.commit && s->state != LEDGER_HELD)
		note_fault(c, NULL, s->commit & 1, "heads of the file that were exchanged");
}

static enum err walk(int fd, struct course *c, uint64_t commit, bool all)
{
	bool strays = c->visitor != NULL && c->visitor->stray != NULL;
	const struct pages_visitor visitor = { .ctx = c,
					       .record = take_record,
					       .stray = strays ? take_stray : NULL,
					       .fault = note_fault };
	struct pages_totals totals;
	enum err e;

	memset(c->out, 0, sizeof *c->out);
	e = all ? pages_walk(fd, commit, &visitor, &totals)
		: pages_walk_list(fd, false, &visitor, &totals);
	if (e == ERR_OK && totals.stopped)
		e = ERR_CANCELLED;
	if (e != ERR_OK)
		return e;
	judge_sums(c, &totals);
	if (commit == 0)
		judge_before(c, fd);
	return ERR_OK;
}

enum err lmdb_survey(int fd, uint64_t commit, const struct lmdb_survey_visitor *visitor,
		     struct lmdb_survey *out)
{
	struct course c = { .out = out, .visitor = visitor };
	enum err e = walk(fd, &c, commit, true);

	if (e == ERR_OK && out->found.faults == 0)
		compare(out);
	return e;
}

enum err lmdb_survey_sums(int fd, struct lmdb_survey *out)
{
	struct course c = { .out = out };

	return walk(fd, &c, 0, false);
}
