/* Endpoints of committees: tcp://HOST:PORT and nothing else, because libzmq takes much more than
 * one wants (docs/TRAPS.md §1.5). */
#ifndef VANTHU_ROUTING_BASE_ENDPOINT_H
#define VANTHU_ROUTING_BASE_ENDPOINT_H

#include "routing/base/types.h"

/* HOST is a name ([A-Za-z0-9.-]), an IPv4 address or [IPv6]; PORT 1..65535. `wildcard_too`: HOST
 * may be *, for binding. */
bool endpoint_valid(text_t endpoint, bool wildcard_too);
/* The same without a scheme, as HTTP names it: HOST:PORT. */
bool endpoint_address_valid(text_t address);

#endif
