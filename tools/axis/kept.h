/* The files that are made for systems that ask us as an axis (served.h): what one is, how many
 * stay, and what a process that was killed left of them. */
#ifndef VANTHU_TOOLS_AXIS_KEPT_H
#define VANTHU_TOOLS_AXIS_KEPT_H

#include <jansson.h>

#include "routing/base/err.h"

enum { KEPT_BYTES = 1 << 30, KEPT_FILES = 1000 };

/* "sha256", "size_bytes" and "from", the code of its sender: by one reading, it may be large.
 * ERR_FILE, ERR_NO_MEMORY. */
must_use enum err kept_measure(const char *path, json_t **said);
/* Of all systems: the oldest go until the rest is within the bounds (KEPT_BYTES and
 * KEPT_FILES), but never the newest. Who still reads one has it open. */
void kept_bound(const char *gateway_folder);
/* Before any system is served: removes what a process that was killed left under way, and the made
 * files. */
void kept_sweep(const char *gateway_folder);

#endif
