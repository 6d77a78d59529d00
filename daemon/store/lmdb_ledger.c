/* See lmdb_ledger.h. */
#include "daemon/store/lmdb_ledger.h"

#include <string.h>

#include "daemon/base/clock.h"
#include "daemon/base/log.h"
#include "daemon/store/lmdb_error.h"
#include "daemon/store/lmdb_layout.h"
#include "daemon/store/lmdb_read.h"
#include "daemon/store/lmdb_survey.h"

/* The head of a state is overwritten by the second commit after it; found in time when the walk
 * begins, which it does at once. */
enum { AT_START_BYTES = 256 << 20, TRIES = 20 };
_Static_assert(FAMILY_COUNT <= 64, "a bit for each family");

static void log_found(const struct lmdb_survey *s, uint64_t accepted)
{
	uint64_t damaged = s->found.damaged - accepted;

	for (int f = FAMILY_META; f < FAMILY_COUNT; f++) {
		if ((s->found.differing >> f & 1) != 0)
			log_event(LOG_ERROR, "records-missing",
				  "family=%s expected=%llu found=%llu", family_name((enum family)f),
				  (unsigned long long)s->held.of[f].count,
				  (unsigned long long)s->counted.of[f].count);
	}
	if (damaged > 0)
		log_event(LOG_ERROR, "records-damaged", "count=%llu of=%llu",
			  (unsigned long long)damaged, (unsigned long long)s->found.records);
}

/* Takes what was found to be damaged. */
static void keep(struct lmdb_store *s, const struct lmdb_survey *survey,
		 const struct lmdb_damages *found)
{
	pthread_mutex_lock(&s->lock);
	s->survey = survey->found;
	s->survey.at_ms = clock_now().wall_ms;
	s->surveys++;
	s->accepting = false;
	lmdb_damages_free(&s->damages);
	s->damages = *found;
	s->survey.damaged -= found->accepted;
	if (found->accepted > 0)
		s->survey.damaged_in = found->in;
	s->damaged = s->survey.damaged;
	s->damaged_in = s->survey.damaged_in;
	s->unlisted = false;
	for (int f = FAMILY_META; f < FAMILY_COUNT; f++) {
		const struct ledger_sum *held = &survey->held.of[f],
					*counted = &survey->counted.of[f];

		s->surplus[f] = (struct ledger_sum){ held->count - counted->count,
						     held->digest - counted->digest };
	}
	pthread_mutex_unlock(&s->lock);
	log_found(survey, found->accepted);
}

/* Who walks, and what is found to be damaged. */
struct walker {
	struct lmdb_store *store;
	MDB_txn *txn; /* NULL: the environment is not open yet */
	struct lmdb_damages found;
};

/* A bad value is set aside when it is met, as when it is read. */
static void set_aside(void *ctx, enum family f, const struct key *key, struct blob value, bool good)
{
	struct walker *w = ctx;
	struct stored_key stored;
	MDB_val k, v = { .mv_size = value.len_bytes, .mv_data = (void *)(uintptr_t)value.data };

	if (good)
		return;
	if (f == FAMILY_NONE) {
		k = (MDB_val){ .mv_size = key->len_bytes,
			       .mv_data = (void *)(uintptr_t)key->bytes };
		w->found.beyond++; /* nobody knows what it was */
		w->found.in |= 1ULL << FAMILY_NONE;
	} else if (w->txn != NULL && lmdb_damage_accepted(w->store, w->txn, f, key)) {
		w->found.accepted++;
		return;
	} else {
		lmdb_encode_key(f, key, &stored);
		k = (MDB_val){ .mv_size = stored.len_bytes, .mv_data = stored.bytes };
		lmdb_damages_add(&w->found, f, key);
	}
	lmdb_quarantine(w->store, f, &k, &v);
}

enum err lmdb_ledger_look(struct lmdb_store *s)
{
	struct walker walker = { .store = s };
	const struct lmdb_survey_visitor aside = { .ctx = &walker, .record = set_aside };
	struct lmdb_survey survey;
	struct stat file;
	bool whole = fstat(s->owner.data_fd, &file) == 0 && file.st_size <= AT_START_BYTES;
	enum err e = whole ? lmdb_survey(s->owner.data_fd, 0, &aside, &survey)
			   : lmdb_survey_sums(s->owner.data_fd, &survey);

	if (e != ERR_OK || survey.found.faults > 0)
		lmdb_damages_free(&walker.found);
	if (e == ERR_FILE || (e == ERR_OK && survey.found.faults > 0)) {
		log_event(LOG_ERROR, "store-damaged", "path=%s/data.mdb faults=%llu first=\"%s\"",
			  s->directory, (unsigned long long)survey.found.faults,
			  survey.found.first_fault);
		return ERR_STORE_DAMAGED;
	}
	if (e != ERR_OK)
		return e;
	s->sums_held = survey.state == LEDGER_HELD;
	if (s->sums_held)
		s->ledger = survey.held;
	if (whole)
		keep(s, &survey, &walker.found);
	return ERR_OK;
}

enum err lmdb_ledger_put(struct lmdb_store *s, MDB_txn *txn, struct ledger *ledger)
{
	uint8_t bytes[LEDGER_BYTES_MAX];
	MDB_val key = { .mv_size = LEDGER_NAME_BYTES, .mv_data = (void *)(uintptr_t)LEDGER_NAME },
		value = { .mv_data = bytes };
	MDB_dbi list;
	enum err e = lmdb_error(mdb_dbi_open(txn, NULL, 0, &list), "mdb_dbi_open");

	(void)s;
	if (e != ERR_OK)
		return e;
	ledger->commit = mdb_txn_id(txn);
	value.mv_size = ledger_encode(ledger, bytes);
	return lmdb_error(mdb_put(txn, list, &key, &value, 0), "mdb_put");
}

/* Of what is there. */
static enum err count_anew(struct lmdb_store *s)
{
	const struct lmdb_survey_visitor nothing = { .ctx = NULL };
	struct lmdb_survey survey;
	enum err e = lmdb_survey(s->owner.data_fd, 0, &nothing, &survey);

	if (e == ERR_OK && survey.found.faults > 0)
		return ERR_STORE_DAMAGED;
	if (e != ERR_OK)
		return e == ERR_FILE ? ERR_STORE_DAMAGED : e;
	s->ledger = survey.counted;
	if (survey.found.records > 1)
		log_event(LOG_INFO, "store-summed", "records=%llu before=%s",
			  (unsigned long long)survey.found.records,
			  survey.state == LEDGER_STALE ? "stale" : "none");
	return ERR_OK;
}

enum err lmdb_ledger_settle(struct lmdb_store *s)
{
	struct ledger sums;
	MDB_envinfo info;
	MDB_txn *txn;
	enum err e = s->sums_held ? ERR_OK : count_anew(s);

	mdb_env_info(s->env, &info);
	if (e != ERR_OK || s->ledger.commit == info.me_last_txnid)
		return e;
	e = lmdb_error(mdb_txn_begin(s->env, NULL, 0, &txn), "mdb_txn_begin");
	if (e != ERR_OK)
		return e;
	sums = s->ledger;
	e = lmdb_ledger_put(s, txn, &sums);
	if (e != ERR_OK) {
		mdb_txn_abort(txn);
		return e;
	}
	e = lmdb_error(mdb_txn_commit(txn), "mdb_txn_commit");
	if (e == ERR_OK)
		s->ledger = sums;
	return e;
}

static uint64_t mends_of(struct lmdb_store *s)
{
	uint64_t mends;

	pthread_mutex_lock(&s->lock);
	mends = s->mends;
	pthread_mutex_unlock(&s->lock);
	return mends;
}

/* Between two commits; false: one has written over something damaged since the walk began, so that
 * what it found is not how things are. */
static bool keep_if_so(struct lmdb_store *s, const struct lmdb_survey *survey,
		       struct lmdb_damages *found, uint64_t mends)
{
	bool so;

	pthread_mutex_lock(&s->committing);
	so = mends_of(s) == mends;
	if (so)
		keep(s, survey, found);
	pthread_mutex_unlock(&s->committing);
	return so;
}

enum err lmdb_ledger_survey(struct store *base, const bool *stop)
{
	struct lmdb_store *s = (struct lmdb_store *)base;
	struct walker walker = { .store = s };
	const struct lmdb_survey_visitor aside = { .ctx = &walker,
						   .record = set_aside,
						   .stop = stop };
	struct lmdb_survey survey;
	bool kept = false;
	enum err e = ERR_OK;
	MDB_txn *txn;

	for (unsigned i = 0; !kept && (e == ERR_OK || e == ERR_NOT_FOUND) && i < TRIES; i++) {
		uint64_t mends = mends_of(s);

		lmdb_damages_free(&walker.found);
		e = lmdb_reader_take(s, &txn);
		if (e != ERR_OK)
			return e;
		walker.txn = txn;
		e = lmdb_survey(s->owner.data_fd, mdb_txn_id(txn), &aside, &survey);
		lmdb_reader_give(s, txn);
		kept = e == ERR_OK && keep_if_so(s, &survey, &walker.found, mends);
	}
	if (!kept)
		lmdb_damages_free(&walker.found);
	return e;
}

bool lmdb_ledger_accept(struct store *base)
{
	struct lmdb_store *s = (struct lmdb_store *)base;

	pthread_mutex_lock(&s->lock);
	s->accepting = s->survey.differing != 0 && s->survey.faults == 0;
	pthread_mutex_unlock(&s->lock);
	return s->accepting;
}

bool lmdb_ledger_accepts(struct lmdb_store *s, struct ledger *sums)
{
	bool accepts;

	pthread_mutex_lock(&s->lock);
	accepts = s->accepting;
	for (int f = FAMILY_META; accepts && f < FAMILY_COUNT; f++) {
		if ((s->survey.differing >> f & 1) == 0)
			continue;
		sums->of[f].count -= s->surplus[f].count;
		sums->of[f].digest -= s->surplus[f].digest;
	}
	pthread_mutex_unlock(&s->lock);
	return accepts;
}

void lmdb_ledger_accepted(struct lmdb_store *s)
{
	pthread_mutex_lock(&s->lock);
	for (int f = FAMILY_META; f < FAMILY_COUNT; f++) {
		if ((s->survey.differing >> f & 1) != 0)
			log_event(LOG_WARNING, "loss-accepted", "family=%s records=%lld",
				  family_name((enum family)f), (long long)s->surplus[f].count);
	}
	s->accepting = false;
	s->survey.missing = s->survey.differing = 0;
	pthread_mutex_unlock(&s->lock);
}
