/* See lmdb_new.h and docs/TRAPS.md §2.5. LMDB writes the two heads of a new file and syncs them
 * with the first commit: a power cut before that may leave one and a half of them, which neither
 * LMDB nor we can tell from a store that was damaged, and no daemon would start on it again. So the
 * heads are written in a folder of their own (the flag for a file without one would stay in them),
 * synced, and get their name then. */
#include "daemon/store/lmdb_new.h"

#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/folder.h"
#include "daemon/base/log.h"
#include "daemon/store/lmdb_env.h"
#include "daemon/store/lmdb_error.h"

static enum err write_heads(const char *folder)
{
	MDB_env *env = NULL;
	enum err e = lmdb_error(mdb_env_create(&env), "mdb_env_create");

	if (e == ERR_OK)
		e = lmdb_error(mdb_env_open(env, folder, MDB_NOLOCK, 0600), "mdb_env_open");
	if (env != NULL)
		mdb_env_close(env);
	return e;
}

static enum err failed(const char *path)
{
	int saved = errno;

	log_event(LOG_ERROR, "store-not-made", "path=%s errno=%d", path, saved);
	return saved == ENOSPC || saved == EDQUOT ? ERR_DISK_FULL : ERR_STORE;
}

static enum err sync_file(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	enum err e = fd >= 0 && fsync(fd) == 0 ? ERR_OK : failed(path);

	if (fd >= 0)
		close(fd);
	return e;
}

/* Of a making that was not finished, or was while nobody could see it. */
static enum err clear(const char *folder, const char *file)
{
	if ((unlink(file) != 0 && errno != ENOENT) || (rmdir(folder) != 0 && errno != ENOENT))
		return failed(folder);
	return ERR_OK;
}

enum err lmdb_new_make(const char *directory)
{
	char path[LMDB_PATH_MAX], folder[LMDB_PATH_MAX - 16], fresh[LMDB_PATH_MAX];
	struct stat there;
	enum err e;

	snprintf(path, sizeof path, "%s/data.mdb", directory);
	snprintf(folder, sizeof folder, "%s/new", directory);
	snprintf(fresh, sizeof fresh, "%s/data.mdb", folder);
	e = clear(folder, fresh);
	if (e != ERR_OK || (stat(path, &there) == 0 ? there.st_size > 0 : errno != ENOENT))
		return e; /* who opens it says what is wrong */
	if (folder_make(folder) != ERR_OK)
		return failed(folder);
	e = write_heads(folder);
	if (e == ERR_OK)
		e = sync_file(fresh);
	if (e == ERR_OK && rename(fresh, path) != 0)
		e = failed(path);
	if (e == ERR_OK && folder_sync(directory) != ERR_OK)
		e = failed(directory);
	return e == ERR_OK ? clear(folder, fresh) : e;
}
