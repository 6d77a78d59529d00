/* A neighbour publishes one envelope: its sequence number and chain first, then its content. An
 * envelope out of sequence or off the chain is the neighbour's fault and is requested again, a few
 * times (routing/links/reject.c). A bad envelope in sequence is its signer's fault: its sequence
 * number is acknowledged and the envelope refused. An envelope that cannot be believed yet is
 * acknowledged too and set aside (routing/links/aside.c). No bad item holds up for long the good
 * ones behind it. */
#ifndef VANTHU_ROUTING_DECIDE_PUBLISH_H
#define VANTHU_ROUTING_DECIDE_PUBLISH_H

#include "routing/base/err.h"

struct ev_publish;
struct turn_view;

must_use enum err decide_publish(struct turn_view *t, const struct ev_publish *e);

#endif
