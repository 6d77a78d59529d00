/* The distribution lists of office and directory: listed, and their names in answers. */
#ifndef VANTHU_DAEMON_CONTROL_LISTS_H
#define VANTHU_DAEMON_CONTROL_LISTS_H

#include <stddef.h>

#include "daemon/control/client.h"
#include "routing/base/arena.h"

void control_lists(struct client *c, const Vanthu__V1__Request *request);

/* A text cut into its lines, in the arena, for an answer; NULL or "": none, and without memory. */
char **control_lines(struct arena *a, text_t lines, size_t *count);

#endif
