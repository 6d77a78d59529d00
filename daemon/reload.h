/* SIGHUP: the configuration is read again, and what may change in a running daemon is handed to
 * those who use it. Key files and the directory file are read again with it. */
#ifndef VANTHU_DAEMON_RELOAD_H
#define VANTHU_DAEMON_RELOAD_H

#include "daemon/bulk/bulk.h"
#include "daemon/config/config.h"
#include "daemon/directory/directory.h"
#include "daemon/keys/keys.h"
#include "daemon/store/store.h"
#include "daemon/tables/tables.h"
#include "routing/core.h"

struct reload_parts {
	struct config *config; /* all borrowed */
	struct core *core;
	struct store *store;
	struct tables_store *tables;
	struct bulk *bulk;
	struct own_keys *own_keys;
	struct install_parts *install;
};

/* A configuration that is not valid is logged, and everything stays as it is: ERR_OK. An error is
 * install_file's, and ends the process. Not while a turn is being sealed. Blocks on disk. */
must_use enum err reload_config(const struct reload_parts *p);

#endif
