/* Changes of the feed as JSON: of `vanthu --json changes`, and of whoever follows it elsewhere. */
#ifndef VANTHU_TOOLS_OUTPUT_CHANGES_JSON_H
#define VANTHU_TOOLS_OUTPUT_CHANGES_JSON_H

#include <jansson.h>

#include "proto/control.pb-c.h"

/* New references. One change; an answer: {changes, next, first, last, feed, missed}. */
json_t *json_change(const Vanthu__V1__Change *m);
json_t *json_changes(const Vanthu__V1__Changes *m);

#endif
