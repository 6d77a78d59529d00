/* Doubts. */
#ifndef VANTHU_ROUTING_LINKS_DOUBT_H
#define VANTHU_ROUTING_LINKS_DOUBT_H

#include <stdbool.h>

#include "routing/base/err.h"

struct key;
struct link;
struct rec_aside;
struct record;
struct turn_view;

bool doubt_is_due(const struct turn_view *t, const struct link *l, const struct rec_aside *a);
/* Asks the signer, and notes in the record that it did. */
must_use enum err doubt_say(struct turn_view *t, const struct key *key, struct rec_aside *a);
must_use enum err doubt_again(struct turn_view *t, const struct key *key, struct record *r);

#endif
