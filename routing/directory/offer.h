/* Somebody has said which directory it has. */
#ifndef VANTHU_ROUTING_DIRECTORY_OFFER_H
#define VANTHU_ROUTING_DIRECTORY_OFFER_H

#include <stdint.h>

struct link;
struct turn_view;

void offer_heard(struct turn_view *t, struct link *l, uint64_t version);

#endif
