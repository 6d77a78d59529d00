/* The description of the interface (OpenAPI 3.1), made from the table that routes. */
#ifndef VANTHU_TOOLS_GATEWAY_OPENAPI_H
#define VANTHU_TOOLS_GATEWAY_OPENAPI_H

#include <jansson.h>

struct exchange;
struct route;

/* A new reference; NULL without memory. */
json_t *openapi_new(const struct route *routes);
void openapi_answer(struct exchange *x);

#endif
