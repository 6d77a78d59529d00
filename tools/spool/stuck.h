/* Documents that came and cannot be put into in/ yet, because something of theirs is damaged: noted
 * on disk in gateway.folder/spool/stuck before the cursor goes on, so that those behind them need
 * not wait, and tried again, up to ten minutes apart, until they can be put. */
#ifndef VANTHU_TOOLS_SPOOL_STUCK_H
#define VANTHU_TOOLS_SPOOL_STUCK_H

#include "tools/spool/place.h"

/* Notes that it could not be put, now once more. `error` is borrowed. ERR_FILE, ERR_NO_MEMORY. */
must_use enum err spool_stuck_note(const struct spool_place *p, const char *id, uint64_t number,
				   const json_t *error);
/* It is there, or never will be. One that is not noted: ERR_OK. */
must_use enum err spool_stuck_forget(const struct spool_place *p, const char *id);
/* One that is to be tried again at this instant (Unix ms). False: none. */
bool spool_stuck_due(const struct spool_place *p, int64_t now_ms, char id[PLACE_ID_SIZE],
		     uint64_t *number);

#endif
