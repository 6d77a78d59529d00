/* See store_lmdb_examine in lmdb.h. The damaged file is read page by page and never mapped, so that
 * nothing that it says can end the process; the new store is LMDB's own. Records go over as they
 * are, with their checksums: nothing is decoded that is not understood. */
#include "daemon/store/lmdb_doctor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "daemon/store/lmdb_error.h"
#include "daemon/store/lmdb_layout.h"
#include "daemon/store/lmdb_ledger.h"
#include "daemon/store/lmdb_survey.h"

enum { COPIED_AT_ONCE = 2000, NOTED_MAX = 4096 };

struct noted {
	struct store_damage *list;
	uint32_t count;
};

struct salvage {
	const struct store_lmdb_findings *findings;
	struct store_lmdb_examined *out;
	struct lmdb_store *to; /* NULL: nothing is copied */
	MDB_txn *txn;
	struct ledger sums; /* as the transaction has them */
	unsigned in_txn;
	enum err result;
	/* which is which is known when all is read */
	struct noted damaged, accepted;
};

/* False: too many, or no memory. */
static bool note(struct noted *n, enum family f, const struct key *key)
{
	if (n->list == NULL)
		n->list = malloc(NOTED_MAX * sizeof *n->list);
	if (n->list == NULL || n->count == NOTED_MAX)
		return false;
	n->list[n->count++] = (struct store_damage){ f, *key };
	return true;
}

static bool is_accepted(const struct salvage *s, const struct store_damage *d)
{
	for (uint32_t i = 0; i < s->accepted.count; i++) {
		const struct store_damage *a = &s->accepted.list[i];

		if (a->family == d->family && key_equal(&a->key, &d->key))
			return true;
	}
	return false;
}

static void name_damaged(const struct salvage *s)
{
	for (uint32_t i = 0; i < s->damaged.count; i++) {
		const struct store_damage *d = &s->damaged.list[i];

		if (is_accepted(s, d))
			s->out->accepted++;
		else
			s->findings->damaged(s->findings->ctx, d->family, &d->key);
	}
}

static enum err end_txn(struct salvage *s)
{
	enum err e = s->result;

	if (s->txn == NULL)
		return e;
	if (e == ERR_OK)
		e = lmdb_ledger_put(s->to, s->txn, &s->sums);
	if (e == ERR_OK)
		e = lmdb_error(mdb_txn_commit(s->txn), "mdb_txn_commit");
	else
		mdb_txn_abort(s->txn);
	s->txn = NULL;
	s->in_txn = 0;
	if (e == ERR_OK)
		s->to->ledger = s->sums;
	return e;
}

/* False: there is one under this key, and it stays. */
static bool put(struct salvage *s, enum family f, const struct key *key, struct blob value,
		bool over)
{
	MDB_val k, v, old;
	struct stored_key stored;
	int code;

	if (s->txn == NULL) {
		s->sums = s->to->ledger;
		s->result = lmdb_error(mdb_txn_begin(s->to->env, NULL, 0, &s->txn), "begin");
	}
	if (s->result != ERR_OK)
		return false;
	lmdb_encode_key(f, key, &stored);
	k = (MDB_val){ .mv_size = stored.len_bytes, .mv_data = stored.bytes };
	v = (MDB_val){ .mv_size = value.len_bytes, .mv_data = (void *)(uintptr_t)value.data };
	code = mdb_get(s->txn, s->to->dbis[f], &k, &old);
	if (code == MDB_SUCCESS && !over)
		return false;
	if (code == MDB_SUCCESS)
		ledger_remove(&s->sums, f, key, (struct blob){ old.mv_data, old.mv_size });
	ledger_add(&s->sums, f, key, value);
	s->result = lmdb_error(mdb_put(s->txn, s->to->dbis[f], &k, &v, 0), "mdb_put");
	if (++s->in_txn == COPIED_AT_ONCE)
		s->result = end_txn(s);
	return s->result == ERR_OK;
}

static void take(void *ctx, enum family f, const struct key *key, struct blob value, bool good)
{
	struct salvage *s = ctx;
	enum family lost;
	struct key lost_key;

	if (good && f == FAMILY_ACCEPTED && key_parse_accepted(key, &lost, &lost_key))
		(void)note(&s->accepted, lost, &lost_key);
	if (!good && !note(&s->damaged, f, key))
		s->findings->damaged(s->findings->ctx, f, key);
	else if (good && s->to != NULL && put(s, f, key, value, true))
		s->out->copied++;
}

/* Pages that lay below a damaged one may be of the last commit or of none: what is found from above
 * is newer. */
static void take_stray(void *ctx, enum family f, const struct key *key, struct blob value)
{
	struct salvage *s = ctx;

	if (!put(s, f, key, value, false))
		return;
	s->out->copied++;
	s->out->strayed++;
}

static void take_fault(void *ctx, const char *database, uint64_t page, const char *what)
{
	const struct salvage *s = ctx;

	s->findings->fault(s->findings->ctx, database, page, what);
}

static void name_differing(const struct salvage *s, const struct lmdb_survey *survey)
{
	for (int f = FAMILY_META; f < FAMILY_COUNT; f++) {
		if ((survey->found.differing >> f & 1) != 0)
			s->findings->differs(s->findings->ctx, (enum family)f,
					     survey->held.of[f].count, survey->counted.of[f].count);
	}
}

static enum err examine(int fd, struct salvage *s)
{
	const struct lmdb_survey_visitor visitor = { .ctx = s,
						     .record = take,
						     .stray = s->to == NULL ? NULL : take_stray,
						     .fault = take_fault };
	struct lmdb_survey survey = { .commit = 0 };
	enum err e = lmdb_survey(fd, 0, &visitor, &survey), ended;

	ended = end_txn(s);
	name_damaged(s);
	if (e == ERR_FILE)
		e = ERR_STORE_DAMAGED; /* both heads */
	if (e == ERR_OK)
		name_differing(s, &survey);
	s->out->survey = survey.found;
	s->out->sums_known = survey.state == LEDGER_HELD;
	return e == ERR_OK ? ended : e;
}

/* The locks of a daemon lie on data.mdb itself (lmdb_owner.c). */
static enum err open_quietly(const char *data, int *fd)
{
	char path[LMDB_PATH_MAX];

	if ((size_t)snprintf(path, sizeof path, "%s/store/data.mdb", data) >= sizeof path)
		return ERR_FILE;
	*fd = open(path, O_RDONLY | O_CLOEXEC);
	if (*fd < 0)
		return errno == ENOENT ? ERR_NOT_FOUND : ERR_FILE;
	if (flock(*fd, LOCK_SH | LOCK_NB) == 0)
		return ERR_OK;
	return errno == EWOULDBLOCK ? ERR_STORE_BUSY : ERR_FILE;
}

enum err store_lmdb_examine(const struct store_lmdb_config *config,
			    const struct store_lmdb_findings *findings, const char *salvage,
			    struct store_lmdb_examined *out)
{
	struct store_lmdb_config fresh = *config;
	struct salvage s = { .findings = findings, .out = out };
	struct store *to = NULL;
	int fd = -1;
	enum err e = open_quietly(config->directory, &fd);

	*out = (struct store_lmdb_examined){ .copied = 0 };
	if (e == ERR_OK && salvage != NULL) {
		fresh.directory = salvage;
		e = access(salvage, F_OK) == 0 ? ERR_EXISTS : store_lmdb_open(&fresh, &to);
		s.to = (struct lmdb_store *)to;
	}
	if (e == ERR_OK)
		e = examine(fd, &s);
	if (to != NULL)
		to->ops->close(to);
	if (fd >= 0)
		close(fd);
	free(s.damaged.list);
	free(s.accepted.list);
	return e;
}
