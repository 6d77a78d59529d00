/* The end of an order: its result beside it in out/, and its files moved away. Each step can be
 * done again: the process may end between any two. */
#ifndef VANTHU_TOOLS_SPOOL_RESULT_H
#define VANTHU_TOOLS_SPOOL_RESULT_H

#include "tools/spool/journal.h"

enum { RESULT_NAME_MAX = 200 }; /* bytes of an order's name without its ending */

/* The name that results of the order `file` bear: without the ending, and where it cannot be kept
 * on every system, the nearest that can. */
void spool_result_name(const char *file, char out[NAME_MAX_BYTES + 1]);
/* Brings an entry that has ended (STAGE_ENDED, STAGE_SHOWN) to its end. It is closed after ERR_OK.
 * With a member `silent` nothing is shown beside: another order has its name by now. */
must_use enum err spool_result_finish(const struct spool_place *p, json_t *entry);
/* NAME.waiting.json: why it is not sent yet (an error object, borrowed). */
must_use enum err spool_result_wait(const struct spool_place *p, const char *file,
				    json_t *error);

#endif
