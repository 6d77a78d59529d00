/* Making a folio of the catalogue from the store. */
#ifndef VANTHU_DAEMON_CONTROL_FOLIO_MAKE_H
#define VANTHU_DAEMON_CONTROL_FOLIO_MAKE_H

#include "daemon/control/folio.h"

struct fold;
struct lookup;

/* Reads the documents of a span and maps what it makes of them; the file lies in `folder` as long
 * as it is mapped. ERR_NO_MEMORY, ERR_SYSTEM (no file), and what the store says. Blocks for some
 * ten milliseconds: for a worker. */
must_use enum err folio_make(const struct lookup *l, const struct fold *fold, const char *folder,
			     uint64_t first, uint32_t span, const struct folio **out);

#endif
