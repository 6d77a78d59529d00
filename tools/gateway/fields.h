/* The members of a request against the row that it asks: of a query made to JSON, of JSON
 * checked. */
#ifndef VANTHU_TOOLS_GATEWAY_FIELDS_H
#define VANTHU_TOOLS_GATEWAY_FIELDS_H

#include <jansson.h>
#include <microhttpd.h>

#include "tools/gateway/route.h"

/* Adds a word of a query, encoded as it came, by its row's type: "1", "true" and "" are true, "0"
 * and "false" are not; lists have commas between. ERR_HTTP_FIELD: it cannot be that, or is there
 * already, in the body too; ERR_HTTP_REQUEST: it cannot be decoded. */
must_use enum err fields_take_word(json_t *fields, const struct route *r, const char *name,
				   const char *value);
/* Adds all words of a query. Errors as above, of *field, which lives as long as the connection. */
must_use enum err fields_of_query(struct MHD_Connection *c, const struct route *r, json_t *fields,
				  const char **field);
/* ERR_HTTP_FIELD: *field is not known, of another type, or missing. dry_run is always known where
 * something is changed. */
must_use enum err fields_check(const json_t *fields, const struct route *r, const char **field);
/* The row's field of a name, or NULL. */
const struct route_field *fields_find(const struct route *r, const char *name);

#endif
