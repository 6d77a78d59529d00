/* Copies of the LMDB environment; see lmdb_copy.h and lmdb.h. LMDB writes a copy to a descriptor
 * and returns when all of it is written: here that is a pipe, so that who takes the bytes can
 * digest them, say how far it is, and end it. It is copied page by page as it lies there, free
 * pages too: to leave those out LMDB would walk its trees, and a branch that a disk has spoilt
 * would end the daemon. */
#include "daemon/store/lmdb_copy.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/base/log.h"
#include "daemon/store/lmdb.h"
#include "daemon/store/lmdb_env.h"
#include "daemon/store/lmdb_error.h"
#include "daemon/store/lmdb_layout.h"
#include "daemon/store/lmdb_owner.h"
#include "daemon/store/lmdb_read.h"
#include "routing/base/arena.h"

/* The first two pages are written while commits wait: a pipe takes them at once. */
enum { PIPE_BYTES = 1 << 20, TAKEN_AT_ONCE = 256 * 1024 };

/* ---- writing one ---- */

struct copying {
	MDB_env *env;
	int fd; /* the pipe's end that is written to */
	int code;
};

static void *write_copy(void *ctx)
{
	struct copying *c = ctx;

	c->code = mdb_env_copyfd2(c->env, c->fd, 0);
	close(c->fd);
	return NULL;
}

/* All signals are the control thread's. A reader that ends early is an error code: SIGPIPE stays
 * pending for the thread, and goes with it. */
static int start(struct copying *c, pthread_t *thread)
{
	sigset_t all, before;
	int code;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	code = pthread_create(thread, NULL, write_copy, c);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return code;
}

static enum err take_all(int fd, const struct store_sink *to)
{
	uint8_t *buffer = malloc(TAKEN_AT_ONCE);
	enum err e = buffer == NULL ? ERR_NO_MEMORY : ERR_OK;
	ssize_t n = 1;

	while (e == ERR_OK && n != 0) {
		n = read(fd, buffer, TAKEN_AT_ONCE);
		if (n > 0)
			e = to->take(to->ctx, (struct blob){ buffer, (size_t)n });
		else if (n < 0 && errno != EINTR)
			e = ERR_STORE;
	}
	free(buffer);
	return e;
}

enum err lmdb_copy(struct store *base, const struct store_sink *to)
{
	struct lmdb_store *s = (struct lmdb_store *)base;
	struct copying c = { .env = s->env };
	enum err e = lmdb_owner_check_path(s);
	pthread_t thread;
	int ends[2];

	if (e != ERR_OK)
		return e;
	if (pipe2(ends, O_CLOEXEC) != 0) {
		log_event(LOG_WARNING, "store-not-copied", "errno=%d", errno);
		return ERR_STORE;
	}
	fcntl(ends[1], F_SETPIPE_SZ, PIPE_BYTES); /* smaller is slower, and fine */
	c.fd = ends[1];
	c.code = start(&c, &thread);
	if (c.code != 0) {
		close(ends[0]);
		close(ends[1]);
		return lmdb_error(c.code, "copy");
	}
	e = take_all(ends[0], to);
	close(ends[0]); /* the writer hears of it */
	pthread_join(thread, NULL);
	return e == ERR_OK ? lmdb_error(c.code, "mdb_env_copyfd2") : e;
}

/* ---- reading one ---- */

struct lmdb_copied {
	struct lmdb_store s; /* first */
	struct lookup rows;
	bool absent[FAMILY_COUNT];
};

static enum err copied_get(void *ctx, struct arena *arena, enum family family,
			   const struct key *key, struct record *out)
{
	const struct lmdb_copied *c = ctx;

	return c->absent[family] ? ERR_NOT_FOUND
				 : c->rows.get(c->rows.ctx, arena, family, key, out);
}

static enum err copied_next(void *ctx, struct arena *arena, enum family family, struct scan *scan,
			    struct record *out)
{
	const struct lmdb_copied *c = ctx;

	return c->absent[family] ? ERR_NOT_FOUND
				 : c->rows.next(c->rows.ctx, arena, family, scan, out);
}

static enum err copied_last(void *ctx, struct arena *arena, enum family family, struct scan *scan,
			    struct record *out)
{
	const struct lmdb_copied *c = ctx;

	return c->absent[family] ? ERR_NOT_FOUND
				 : c->rows.last(c->rows.ctx, arena, family, scan, out);
}

static struct lookup copied_lookup(struct store *base)
{
	return (struct lookup){
		.ctx = base, .get = copied_get, .next = copied_next, .last = copied_last
	};
}

/* Several families may lie in one database. */
static bool is_counted(const struct lmdb_copied *c, int family)
{
	for (int f = FAMILY_META; f < family; f++) {
		if (!c->absent[f] && c->s.dbis[f] == c->s.dbis[family])
			return true;
	}
	return c->absent[family];
}

static void copied_figures(struct store *base, struct store_figures *out)
{
	struct lmdb_copied *c = (struct lmdb_copied *)base;
	MDB_txn *txn;

	*out = (struct store_figures){ .damaged = c->s.damaged };
	if (lmdb_reader_take(&c->s, &txn) != ERR_OK)
		return;
	for (int f = FAMILY_META; f < FAMILY_COUNT; f++) {
		MDB_stat stat;

		if (!is_counted(c, f) && mdb_stat(txn, c->s.dbis[f], &stat) == MDB_SUCCESS)
			out->entries += stat.ms_entries;
	}
	lmdb_reader_give(&c->s, txn);
}

static void copied_close(struct store *base)
{
	struct lmdb_store *s = (struct lmdb_store *)base;

	if (s == NULL)
		return;
	lmdb_readers_close(s);
	if (s->env != NULL)
		mdb_env_close(s->env);
	pthread_mutex_destroy(&s->lock);
	free(base);
}

static enum err open_file(struct lmdb_copied *c, const char *path)
{
	MDB_env **env = &c->s.env;
	enum err e = lmdb_error(mdb_env_create(env), "mdb_env_create");
	int code;

	if (e == ERR_OK)
		e = lmdb_error(mdb_env_set_maxdbs(*env, 2 * FAMILY_COUNT), "mdb_env_set_maxdbs");
	if (e != ERR_OK)
		return e;
	/* Nobody writes to it: no lock file. */
	code = mdb_env_open(*env, path,
			    MDB_NOSUBDIR | MDB_RDONLY | MDB_NOLOCK | MDB_NOTLS | MDB_NORDAHEAD,
			    0600);
	if (code == MDB_VERSION_MISMATCH || code == MDB_INVALID || code == MDB_CORRUPTED)
		return ERR_DAMAGED;
	e = lmdb_error(code, "mdb_env_open");
	return e == ERR_OK ? lmdb_find_databases(&c->s, c->absent) : e;
}

/* A newer one has records that this program would skip. */
static enum err judge_format(struct store *copy)
{
	struct arena *a = arena_new(1 << 20);
	struct key key = key_name("format");
	struct record r;
	enum err e = a == NULL ? ERR_NO_MEMORY : copied_get(copy, a, FAMILY_META, &key, &r);

	if (e == ERR_NOT_FOUND)
		e = ERR_DAMAGED;
	if (e == ERR_OK && r.u.note.number > FORMAT_VERSION)
		e = ERR_STORE_VERSION;
	arena_destroy(a);
	return e;
}

enum err store_lmdb_copy_open(const char *path, struct store **out)
{
	static const struct store_ops ops = { .lookup = copied_lookup,
					      .read_begin = lmdb_read_begin,
					      .read_end = lmdb_read_end,
					      .figures = copied_figures,
					      .close = copied_close };
	struct lmdb_copied *c = calloc(1, sizeof *c);
	enum err e;

	*out = NULL;
	if (c == NULL)
		return ERR_NO_MEMORY;
	c->s.base.ops = &ops;
	c->rows = lmdb_rows(&c->s);
	pthread_mutex_init(&c->s.lock, NULL);
	e = open_file(c, path);
	if (e == ERR_OK)
		e = judge_format(&c->s.base);
	if (e != ERR_OK) {
		copied_close(&c->s.base);
		return e;
	}
	*out = &c->s.base;
	return ERR_OK;
}
