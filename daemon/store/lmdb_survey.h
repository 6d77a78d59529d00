/* A walk over everything in a file of LMDB, page by page (lmdb_pages.h), compared with what its
 * commits say should be there (ledger.h). */
#ifndef VANTHU_DAEMON_STORE_LMDB_SURVEY_H
#define VANTHU_DAEMON_STORE_LMDB_SURVEY_H

#include "daemon/store/ledger.h"
#include "daemon/store/lmdb_layout.h"
#include "daemon/store/store.h"

enum { LEDGER_NAME_BYTES = 6 };
#define LEDGER_NAME "ledger" /* beside the names of the databases: no database has this name */

/* What is known of the sums that a file has. */
enum ledger_state {
	LEDGER_NONE = 0, /* of an older build, or they are damaged: what is there counts */
	LEDGER_STALE,	 /* another program has written since: what is there counts */
	LEDGER_HELD,	 /* of the last commit */
};

struct lmdb_survey {
	struct store_survey found; /* without its time */
	struct ledger counted, held;
	enum ledger_state state;
	uint64_t commit; /* whose state this is; 0: an empty file */
};

/* Who follows a walk; all members may be NULL. */
struct lmdb_survey_visitor {
	void *ctx;
	/* Each record; `good`: its checksum. The value is borrowed for the call. */
	void (*record)(void *ctx, enum family f, const struct key *key, struct blob value,
		       bool good);
	/* A record of a page that no other leads to, with the checksum of this family; there may be
	 * a newer one under its key, which comes before it. */
	void (*stray)(void *ctx, enum family f, const struct key *key, struct blob value);
	void (*fault)(void *ctx, const char *database, uint64_t page, const char *what);
	const bool *stop; /* another thread may set it */
};

/* Of the state of a commit, 0: of the newest. Faults are logged, the first of them. Errors as
 * pages_walk; ERR_NOT_FOUND: no such state any more; ERR_CANCELLED: stopped. */
must_use enum err lmdb_survey(int fd, uint64_t commit, const struct lmdb_survey_visitor *visitor,
			      struct lmdb_survey *out);
/* Only its sums, of the newest state, and whether the heads of the file agree. */
must_use enum err lmdb_survey_sums(int fd, struct lmdb_survey *out);

#endif
