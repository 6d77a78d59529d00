/* What LMDB's codes mean to the store. */
#ifndef VANTHU_DAEMON_STORE_LMDB_ERROR_H
#define VANTHU_DAEMON_STORE_LMDB_ERROR_H

#include "routing/base/err.h"

/* Logs and maps an LMDB code. */
must_use enum err lmdb_error(int code, const char *what);

#endif
