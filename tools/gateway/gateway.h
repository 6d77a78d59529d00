/* The gateway as a whole: HTTP, and what runs beside it. */
#ifndef VANTHU_TOOLS_GATEWAY_GATEWAY_H
#define VANTHU_TOOLS_GATEWAY_GATEWAY_H

#include "daemon/config/config.h"
#include "routing/base/err.h"

struct gateway_parts;

/* Starts all of it for a configuration, which is lent until gateway_stop. `stop`: a descriptor that
 * can be read once it is to end. *why: more on the fault, static, or NULL. Errors of its folder
 * (ERR_FILE), its address, its TLS. */
must_use enum err gateway_start(const struct config *config, int stop, struct gateway_parts **out,
				const char **why);
/* Would it start with these certificates, on this address? Opens nothing, may run beside one that
 * serves. ERR_GATEWAY_TLS, ERR_GATEWAY_PLAIN, ERR_NO_MEMORY; *why as gateway_start. */
must_use enum err gateway_check(const struct config *config, const char **why);
/* The certificates of TLS have been replaced: reads them again, while connections run. The log says
 * what came of it; what cannot be used changes nothing. */
void gateway_reload(struct gateway_parts *p);
/* Once a day: the log tells of what ends soon. */
void gateway_remind(const struct gateway_parts *p);
/* After `stop` can be read: waits for all that is under way. NULL is fine. */
void gateway_stop(struct gateway_parts *p);

#endif
