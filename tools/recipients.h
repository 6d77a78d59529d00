/* Whom a document goes to, as people write it: ids and groups between commas. */
#ifndef VANTHU_TOOLS_RECIPIENTS_H
#define VANTHU_TOOLS_RECIPIENTS_H

#include "routing/arena.h"
#include "tools/client.h"

/* Fills m->recipients, in the arena, which also keeps a copy of `to`. ERR_NO_RECIPIENT: nobody is named. */
must_use enum err recipients_read(struct arena *a, const char *to, Vanthu__V1__Submit *m);

/* After the daemon did not know a recipient: tells which of `to` are no committees and which ids are near. Asks the daemon for its
 * list, so it blocks as a call does, and the last reply is gone. Returns `e`, the daemon's answer. */
enum err recipients_tell_unknown(struct client *c, const char *to, enum err e);

/* Whether the text names anybody at all. */
bool recipients_named(const char *to);
/* The same as talk, when `id` is not in the directory: a filter may name whom nobody knows any more. */
void recipients_hint_unknown(struct client *c, const char *id);

#endif
