/* The rows of the table that route.h describes. */
#ifndef VANTHU_TOOLS_GATEWAY_ROUTES_H
#define VANTHU_TOOLS_GATEWAY_ROUTES_H

#include "tools/gateway/route.h"

/* All rows; the last one has no method. */
const struct route *routes_table(void);

#endif
