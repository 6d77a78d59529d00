/* Running time. */
#ifndef VANTHU_ROUTING_LINKS_RUNNING_H
#define VANTHU_ROUTING_LINKS_RUNNING_H

#include <stdint.h>

#include "routing/base/err.h"

struct turn_view;

/* Milliseconds that this committee's daemon has run in all: what ages are counted by. */
uint64_t running_ms(const struct turn_view *t);
void running_note(struct turn_view *t);

/* At boot. ERR_STORE. */
must_use enum err running_load(struct turn_view *t);

#endif
