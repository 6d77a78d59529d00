/* What lies in the spool folder and what the gateway has noted of it, for `vanthu spool`: read from
 * the folders, whether the gateway runs or not. Nothing is made. */
#ifndef VANTHU_TOOLS_SPOOL_SURVEY_H
#define VANTHU_TOOLS_SPOOL_SURVEY_H

#include <jansson.h>

#include "daemon/config/config.h"

enum { SURVEY_ITEMS_MAX = 10000 }; /* of each kind */

/* *out is a new object: folder, active_at (the last thing done there, RFC 3339 or null), waiting,
 * under_way, refused, stuck, untaken (how many), receipts (how many lie there) and items, the
 * oldest first: {state, name, id, since, tries, next, code, message, fix}, null where there is
 * none. State:
 *   waiting    an order in out/ that is not sent yet
 *   under_way  one that has its id, and whose end is open
 *   refused    one in out/refused
 *   stuck      a document that came and cannot be put into in/ yet
 *   untaken    a folder that lies in in/
 * ERR_SPOOL_OFF, ERR_FILE (errno), ERR_NO_MEMORY. */
must_use enum err spool_survey(const struct config *c, json_t **out);

#endif
