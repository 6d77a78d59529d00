/* One document or receipt into in/. */
#ifndef VANTHU_TOOLS_SPOOL_DELIVER_H
#define VANTHU_TOOLS_SPOOL_DELIVER_H

#include "tools/spool/cursor.h"

/* in/DATE-NUMBER-ID/ with document.json (as `show --json` says it, with the names of the files) and
 * the files. One that was put before is not put again. ERR_OK: it is there, or it will never be:
 * then a note in in/receipts says why (its content was given back, for example); or something of it
 * is damaged, and it is noted as stuck (stuck.h). Otherwise: later, with all others. */
must_use enum err spool_deliver_document(const struct spool_place *p, struct spool_cursor *c,
					 const char *id, uint64_t number);
/* Those that are stuck and whose time has come, once more. As spool_deliver_document. */
must_use enum err spool_deliver_stuck(const struct spool_place *p, struct spool_cursor *c);
/* in/receipts/ID-NUMBER.json: `change` as the feed has it (borrowed). */
must_use enum err spool_deliver_note(const struct spool_place *p, struct spool_cursor *c,
				     const json_t *change, uint64_t number);

#endif
