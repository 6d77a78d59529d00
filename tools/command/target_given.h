/* Options of `target` that its forms read by their names, after the whole line has been read. */
#ifndef VANTHU_TOOLS_COMMAND_TARGET_GIVEN_H
#define VANTHU_TOOLS_COMMAND_TARGET_GIVEN_H

#include <stdbool.h>

#include "proto/control.pb-c.h"

struct cli;

/* NULL: it was not given. It is the option that a fault names from now on. */
const char *target_given(struct cli *cli, const char *name);
/* --direction, also đến and đi; unspecified where it was not given. False after a fault was
 * reported. */
bool target_given_direction(struct cli *cli, Vanthu__V1__Direction *out);

#endif
