/* The tables that an office keeps as plain text files (tables.* of the configuration): days off,
 * types of documents, persons, distribution lists, targets that are declared, how long contents are
 * kept. Read whole, or not at all: what was read before stays in force. */
#ifndef VANTHU_DAEMON_TABLES_TABLES_H
#define VANTHU_DAEMON_TABLES_TABLES_H

#include "daemon/config/config.h"
#include "routing/base/arena.h"
#include "routing/base/err.h"
#include "routing/rules/rules.h"

struct tables {
	struct working_days days;
	struct doctype_table types;
	struct persons persons; /* empty: any name is taken */
	struct distributions lists;
	struct target_table targets;
	struct retention_table retention;
};

/* The tables that are in force, and those before them: what a turn under way has borrowed stays
 * where it is until the second reload after it. Zero at first. */
struct tables_store {
	struct tables now;
	struct arena *arena, *before;
};

/* Reads the files that the configuration names; of one that it does not name, what is built in
 * (etc/holidays, etc/doctypes, etc/targets, etc/retention; no persons and no lists). Each fault is
 * added to `errors` with file and line. ERR_CONFIG: there was one. ERR_NO_MEMORY. Blocks on the
 * disk. */
must_use enum err tables_read(const struct config *config, struct arena *a, struct tables *out,
			      struct config_errors *errors);
/* The same without keeping it: for a check. */
must_use enum err tables_check(const struct config *config, struct config_errors *errors);
/* Reads them into force; with an error what was in force stays. */
must_use enum err tables_renew(struct tables_store *s, const struct config *config,
			       struct config_errors *errors);
void tables_free(struct tables_store *s);

/* How an office counts its deadlines: borrows `t`. */
struct deadline_rules tables_deadlines(const struct tables *t, const struct config *config);

#endif
