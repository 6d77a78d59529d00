/* The part of the directory that answers a question. */
#ifndef VANTHU_ROUTING_DIRECTORY_PART_H
#define VANTHU_ROUTING_DIRECTORY_PART_H

#include <stdbool.h>

#include "routing/base/err.h"

struct message;
struct msg_directory_wanted;
struct turn_view;

/* The part that answers, as a message; false: nothing to say. */
must_use enum err directory_part(struct turn_view *t, const struct msg_directory_wanted *m,
				 struct message *out, bool *any);

#endif
