/* Pages of the history as JSON. */
#ifndef VANTHU_TOOLS_OUTPUT_LOG_JSON_H
#define VANTHU_TOOLS_OUTPUT_LOG_JSON_H

#include <jansson.h>

#include "proto/control.pb-c.h"

/* All of a page: the contract of `vanthu log show --json`. NULL without memory. */
json_t *log_json_page(const Vanthu__V1__LogPage *m);
json_t *log_json_entry(const Vanthu__V1__LogEntry *e);

#endif
