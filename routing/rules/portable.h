/* Names of files that every system takes: none of \ / : * ? " < > | or control characters, no blank
 * or dot at the end, no name of a device (CON, NUL, COM1 …). Source: Microsoft, "Naming Files,
 * Paths, and Namespaces". Whether it is composed (NFC) is for who has the tables. */
#ifndef VANTHU_ROUTING_RULES_PORTABLE_H
#define VANTHU_ROUTING_RULES_PORTABLE_H

#include <stdbool.h>

#include "routing/base/types.h"

bool portable_name(text_t name);
bool portable_char(char c); /* may stand in such a name */
/* The names of devices count with any ending: CON.txt too. */
bool portable_is_device(text_t name);

#endif
