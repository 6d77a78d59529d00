/* The windows of links. */
#ifndef VANTHU_DAEMON_DIRECTORY_WINDOWS_H
#define VANTHU_DAEMON_DIRECTORY_WINDOWS_H

#include "daemon/bulk/bulk.h"
#include "daemon/config/config.h"
#include "routing/core.h"

/* Gives each link the windows that the configuration has for it, and logs a link of the
 * configuration that is nobody's. Again whenever links or configuration have changed. */
void windows_set(const struct config *config, struct core *core, struct bulk *bulk);

#endif
