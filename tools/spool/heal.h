/* Which errors pass: by themselves, by an operator, by a neighbour that sends a file once more. All
 * others are final: who wrote the order has to change it, or the document will never be whole. */
#ifndef VANTHU_TOOLS_SPOOL_HEAL_H
#define VANTHU_TOOLS_SPOOL_HEAL_H

#include <stdbool.h>

#include "routing/base/err.h"

/* `code` is a VT number, of a command's answer; 0, no error, passes. */
bool spool_heals(unsigned code);
/* It passes, and is of the one document that was asked for: others need not wait for it. */
bool spool_heals_alone(unsigned code);

#endif
