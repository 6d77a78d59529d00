/* A document whose signed bytes are lost: its ENVELOPE says so. Nobody could give them back
 * (routing/reconcile/hollow.h decides), and under its sequence number stands what no subscriber
 * takes, so that the chain stays and what is behind it goes. */
#ifndef VANTHU_ROUTING_STATE_HOLLOW_H
#define VANTHU_ROUTING_STATE_HOLLOW_H

#include <stdbool.h>

#include "routing/base/types.h"

struct rec_envelope;

/* What stands for them, in the record and on the wire: no envelope of any version. It is never
 * empty, for that would be a fault in framing. */
struct blob hollow_bytes(void);
bool hollow_is(const struct rec_envelope *e);

#endif
