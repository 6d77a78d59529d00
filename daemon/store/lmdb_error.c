/* LMDB's codes; see lmdb_error.h. */
#include "daemon/store/lmdb_error.h"

#include <errno.h>
#include <lmdb.h>
#include <stdbool.h>

#include "daemon/base/log.h"

/* What LMDB finds where it looks for the structure of its own pages. */
static bool is_damage(int code)
{
	return code == MDB_PAGE_NOTFOUND || code == MDB_CORRUPTED || code == MDB_CURSOR_FULL ||
	       code == MDB_PAGE_FULL || code == MDB_INCOMPATIBLE || code == MDB_INVALID ||
	       code == MDB_PANIC;
}

enum err lmdb_error(int code, const char *what)
{
	if (code == MDB_SUCCESS)
		return ERR_OK;
	if (code == MDB_NOTFOUND)
		return ERR_NOT_FOUND;
	log_event(LOG_ERROR, "store-failed", "call=%s code=%d", what, code);
	return code == MDB_MAP_FULL		  ? ERR_MAP_FULL
	       : code == ENOSPC || code == EDQUOT ? ERR_DISK_FULL
	       : code == ENOMEM			  ? ERR_NO_MEMORY
	       : is_damage(code)		  ? ERR_STORE_DAMAGED
						  : ERR_STORE;
}
