/* Whose store it is: one process, for as long as it runs, whatever is deleted beside the data
 * meanwhile.
 *
 * A lock on a file that is only a lock is none: such files get deleted, and the next process locks
 * another inode of the same name (tried: two daemons took documents in turn and wrote over each
 * other's). So the locks lie on what cannot be deleted apart from the data: flock(2) on the inode
 * of the folder, and on that of data.mdb, which a copy of the folder made of hard links shares.
 * Both follow the inode through renames and bind mounts. flock belongs to the open file, not to the
 * process: that LMDB opens and closes data.mdb besides does not release it, as it would an fcntl
 * lock, and LMDB's own fcntl locks are on lock.mdb, which is not held here. owner.lock is
 * kept for daemons that know only that.
 *
 * A lock stops only programs that try to take it. A writer that does not (an older daemon after
 * owner.lock was deleted, a file copied over data.mdb) is found by the number of the last
 * transaction, before each commit: it must be our own. */
#include "daemon/store/lmdb_owner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/log.h"
#include "daemon/store/lmdb_new.h"

static enum err lock_inode(int fd)
{
	if (fd < 0)
		return ERR_STORE;
	if (flock(fd, LOCK_EX | LOCK_NB) != 0)
		return errno == EWOULDBLOCK ? ERR_STORE_BUSY : ERR_STORE;
	return ERR_OK;
}

static void name_of(const struct lmdb_store *s, const char *name, char out[LMDB_PATH_MAX])
{
	snprintf(out, LMDB_PATH_MAX, "%s/%s", s->directory, name);
}

/* Every process that has the environment open holds byte 0 of lock.mdb, an older daemon whose
 * owner.lock is gone too. To be asked before our own environment is open: closing the file would
 * release our own lock. */
static enum err nobody_inside(const struct lmdb_store *s)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 1 };
	char path[LMDB_PATH_MAX];
	enum err e = ERR_OK;
	int fd;

	name_of(s, "lock.mdb", path);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? ERR_OK : ERR_STORE;
	if (fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK) {
		log_event(LOG_ERROR, "store-in-use", "path=%s pid=%d", s->directory,
			  (int)lock.l_pid);
		e = ERR_STORE_BUSY;
	}
	close(fd);
	return e;
}

static enum err take_owner_lock(struct lmdb_store *s)
{
	char path[LMDB_PATH_MAX];

	name_of(s, "owner.lock", path);
	s->owner.lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	return lock_inode(s->owner.lock_fd);
}

enum err lmdb_owner_take(struct lmdb_store *s)
{
	char path[LMDB_PATH_MAX];
	enum err e;

	s->owner.folder_fd = open(s->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	e = lock_inode(s->owner.folder_fd);
	if (e == ERR_OK)
		e = take_owner_lock(s);
	if (e == ERR_OK && (e = lmdb_new_make(s->directory)) != ERR_OK)
		return e; /* it said why */
	name_of(s, "data.mdb", path);
	s->owner.data_fd = e == ERR_OK ? open(path, O_RDWR | O_CLOEXEC) : -1;
	if (e == ERR_OK)
		e = lock_inode(s->owner.data_fd);
	if (e == ERR_OK)
		e = nobody_inside(s);
	if (e == ERR_OK && stat(path, &s->owner.data) != 0)
		e = ERR_STORE;
	if (e == ERR_STORE)
		log_event(LOG_ERROR, "store-not-locked", "path=%s errno=%d", s->directory, errno);
	return e;
}

void lmdb_owner_opened(struct lmdb_store *s)
{
	MDB_envinfo info;

	mdb_env_info(s->env, &info);
	s->owner.last_txnid = info.me_last_txnid;
}

void lmdb_owner_release(struct lmdb_store *s)
{
	const int fds[] = { s->owner.data_fd, s->owner.lock_fd, s->owner.folder_fd };

	for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++) {
		if (fds[i] >= 0)
			close(fds[i]);
	}
}

enum err lmdb_owner_check_path(const struct lmdb_store *s)
{
	char path[LMDB_PATH_MAX];
	struct stat held, named;

	name_of(s, "data.mdb", path);
	if (fstat(s->owner.data_fd, &held) != 0)
		return ERR_STORE;
	if (held.st_nlink > 0 && stat(path, &named) == 0 && named.st_dev == s->owner.data.st_dev &&
	    named.st_ino == s->owner.data.st_ino)
		return ERR_OK;
	/* With the descriptor its bytes can still be had: /proc/PID/fd/N. */
	log_event(LOG_ERROR, "store-gone", "path=%s links=%u pid=%d fd=%d", path,
		  (unsigned)held.st_nlink, (int)getpid(), s->owner.data_fd);
	return ERR_STORE_GONE;
}

static enum err foreign(const struct lmdb_store *s, size_t found)
{
	log_event(LOG_ERROR, "store-written-by-another", "path=%s last_own=%zu found=%zu",
		  s->directory, s->owner.last_txnid, found);
	return ERR_STORE_FOREIGN;
}

enum err lmdb_owner_check_last(const struct lmdb_store *s, MDB_txn *txn)
{
	MDB_envinfo info;

	/* What the pages say, and what lock.mdb says: with a lock.mdb each, two processes see only
	 * the first of each other. */
	mdb_env_info(s->env, &info);
	if (info.me_last_txnid != s->owner.last_txnid)
		return foreign(s, info.me_last_txnid);
	if (txn != NULL && mdb_txn_id(txn) != s->owner.last_txnid + 1)
		return foreign(s, mdb_txn_id(txn) - 1);
	return ERR_OK;
}

enum err lmdb_owner_committed(struct lmdb_store *s)
{
	MDB_envinfo info;

	mdb_env_info(s->env, &info);
	/* A transaction that changed nothing has no number. */
	if (info.me_last_txnid != s->owner.last_txnid &&
	    info.me_last_txnid != s->owner.last_txnid + 1)
		return foreign(s, info.me_last_txnid);
	s->owner.last_txnid = info.me_last_txnid;
	return ERR_OK;
}

void lmdb_owner_keep_lock(struct lmdb_store *s)
{
	struct stat held, named;
	char path[LMDB_PATH_MAX];

	name_of(s, "owner.lock", path);
	if (fstat(s->owner.lock_fd, &held) == 0 && stat(path, &named) == 0 &&
	    held.st_ino == named.st_ino && held.st_dev == named.st_dev)
		return;
	log_event(LOG_WARNING, "owner-lock-deleted", "path=%s", path);
	close(s->owner.lock_fd);
	if (take_owner_lock(s) != ERR_OK)
		log_event(LOG_WARNING, "owner-lock-not-kept", "path=%s errno=%d", path, errno);
}
