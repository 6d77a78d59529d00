/* How far in/ has come in the feed of changes, on disk in gateway.folder/spool: `cursor` and, of
 * each document that was put there, its id in delivered/XX. What is put is put once:
 *
 *   1 it is made whole under a name with a dot     ends here: made anew
 *   2 the cursor notes both names                  ends here: step 3
 *   3 it is renamed                                ends here: the name with a dot is gone, so it
 *                                                  was renamed, and who took it away has it
 *   4 the id is noted, then the cursor goes on     ends here: as in 3 */
#ifndef VANTHU_TOOLS_SPOOL_CURSOR_H
#define VANTHU_TOOLS_SPOOL_CURSOR_H

#include "tools/spool/place.h"

enum { CURSOR_FEED_SIZE = 65, CURSOR_NAME_SIZE = 300 };

struct spool_cursor {
	bool begun;		     /* there is one: else all that the feed keeps is new */
	char feed[CURSOR_FEED_SIZE]; /* of the numbers; another one: another store */
	uint64_t since;		     /* the last number that was dealt with */
	char day[11];		     /* of it, YYYY-MM-DD; "" not known */
	bool catching;		     /* up with the lists, for changes were missed */
	uint64_t on;		     /* from here on after that */
};

/* What is renamed: `from` in in/ to `to` in in/ or in/receipts. */
struct spool_putting {
	const char *from, *to;
	bool receipt;
	uint64_t number; /* of the change; 0: while catching up */
	const char *id;	 /* of the document; "" of a receipt */
};

/* Ends what was under way when the process ended, and removes what was not yet noted. ERR_FILE. */
must_use enum err spool_cursor_load(const struct spool_place *p, struct spool_cursor *out);
/* On disk, whole or as before. ERR_FILE, ERR_NO_MEMORY. */
must_use enum err spool_cursor_save(const struct spool_place *p, const struct spool_cursor *c);
/* Steps 2 to 4; c->since is then the number. */
must_use enum err spool_cursor_put(const struct spool_place *p, struct spool_cursor *c,
				   const struct spool_putting *what);
/* Was this document put there? ERR_FILE. */
must_use enum err spool_cursor_has(const struct spool_place *p, const char *id, bool *out);

#endif
