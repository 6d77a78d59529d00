/* One vanthud: all its parts, built in order and torn down in reverse. Each piece gets a struct of
 * the parts that it uses; nobody but daemon.c has all of them. */
#ifndef VANTHU_DAEMON_DAEMON_H
#define VANTHU_DAEMON_DAEMON_H

#include "daemon/backup/backup.h"
#include "daemon/config/config.h"
#include "routing/base/err.h"

struct daemon;

/* Builds all parts and boots the core from the store; logs what fails, and leaves *out NULL then.
 * ERR_CONFIG, ERR_STORE_BUSY, ERR_STORE, ERR_NETWORK, … Blocks on disk. `config` is copied. */
must_use enum err daemon_open(const struct config *config, struct daemon **out);
/* The loop, until SIGTERM or SIGINT: ERR_OK. Any error: as loop_run, nothing may touch the daemon
 * any more. */
must_use enum err daemon_run(struct daemon *d);
void daemon_close(struct daemon *d); /* NULL is fine */

/* What is done with backups while no daemon runs: order->config and order->open_copy are filled
 * here. `config` may be NULL but to restore. Returns the exit code; see daemon/backup/offline.h. */
int daemon_backup(const struct config *config, struct backup_order *order);

#endif
