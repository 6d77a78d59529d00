/* What an axis has for us: listed, fetched, done by `vanthu edxml import`, told done or failed.
 *
 * Exactly once: what came of a file is written into `in/` under its SHA-256 before the axis hears
 * of it. The same file again, under whatever id, gets the same answer. A crash before the writing
 * imports again: a document's id is made of its file, and an office's status that is repeated
 * changes nothing. Messages are done in the order of their making; one that cannot be done now
 * holds up the others, but for one whose document has not come yet. */
#ifndef VANTHU_TOOLS_AXIS_INTAKE_H
#define VANTHU_TOOLS_AXIS_INTAKE_H

#include "tools/axis/work.h"

/* Takes all that is there. ERR_OK: the axis has nothing more that can be done now. */
must_use enum err axis_intake(struct axis_work *w);

/* A listed message, from the list's JSON: only those that wait, in the order of their making (time,
 * then id). *items is the caller's. ERR_AXIS_ANSWER: it is no list. */
must_use enum err axis_intake_sort(const json_t *answer, json_t **items);

#endif
