/* Whom a document goes to, as people write it: ids, groups and distribution lists (@NAME) between
 * commas. */
#ifndef VANTHU_TOOLS_INPUT_RECIPIENTS_H
#define VANTHU_TOOLS_INPUT_RECIPIENTS_H

#include <jansson.h>

#include "routing/base/arena.h"
#include "routing/base/err.h"
#include "tools/cli/cli.h"

/* Fills m->recipients, in the arena, which also keeps a copy of `to`. ERR_NO_RECIPIENT: nobody is
 * named. */
must_use enum err recipients_read(struct arena *a, const char *to, struct submission *m);

/* Committees by name become their ids: names and ids in any case, with or without diacritics, where
 * the name is one committee's. `given` is one word, or with `list` words between commas among which
 * groups stay; what is nobody's name stays too, for the daemon to say so. What looks like an id is
 * taken for one, or with `doubt` only where a committee has it. *out is malloc'd. ERR_SEVERAL_NAMED
 * and failures have been reported. Where a name must be looked up it asks the daemon, so it blocks
 * as a call does, and the call's last reply is freed. */
must_use enum err recipients_resolve(struct call *c, const char *given, bool list, bool doubt,
				     char **out);

/* The one committee that a word means, as above, of a filter or an operand: *out, malloc'd also
 * when it fails, or NULL. What is nobody's name and no id either is reported with what may have
 * been meant, ERR_BAD_ID; an id that nobody has stays, for the daemon to say so. */
must_use enum err recipients_one(struct call *c, const char *given, char **out);

/* After the daemon did not know a recipient: reports which of `to` are no committees and which ids
 * are near. Asks the daemon for its list, so it blocks as a call does, and the call's last reply is
 * freed. Returns `e`, the daemon's answer. */
must_use enum err recipients_report_unknown(struct call *c, const char *to, enum err e);


/* Whether the text names anybody at all. */
bool recipients_named(const char *to);
/* The same as talk, when `id` is not in the directory: a filter may name whom nobody knows any
 * more. */
void recipients_hint_unknown(struct call *c, const char *id);

#endif
