/* A change as an event: who wants it, its id, its body. */
#ifndef VANTHU_TOOLS_WEBHOOK_EVENT_H
#define VANTHU_TOOLS_WEBHOOK_EVENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "tools/webhook/subscription.h"

enum { WEBHOOK_EVENT_ID_SIZE = 37 }; /* "msg_", 32 hexadecimal digits and a NUL */

/* The kinds of changes that there are; NULL past the last. Static. */
const char *webhook_kind_at(unsigned index);

/* Its kind and its document fit the filter. What is about no document fits none by type, and by
 * committee or direction only where it names them. */
bool webhook_event_wanted(const struct webhook_subscription *s, const json_t *change);
/* 0: it has none. */
uint64_t webhook_event_number(const json_t *change);

/* The same for an event each time that it is sent to a subscription, and for no other. */
void webhook_event_id(const char *subscription, const char *feed, uint64_t number,
		      char out[WEBHOOK_EVENT_ID_SIZE]);
/* {"type": kind, "timestamp": at, "data": change}; *body is the caller's (free). ERR_NO_MEMORY. */
must_use enum err webhook_event_body(const json_t *change, char **body, size_t *len_bytes);
/* A change of the kind "test" that no feed has. */
json_t *webhook_event_test(const struct webhook_subscription *s, int64_t at_ms);

#endif
