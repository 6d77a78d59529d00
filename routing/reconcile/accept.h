/* What is damaged and comes from nowhere any more is accepted as lost, by an operator, with a
 * reason: ACCEPTED says who and when, and is told by the history. The damaged value stays where it
 * lies, as its copy in the quarantine does: a line of a register keeps its number, an entry on
 * paper its line, an act its place in the log, and who reads them shows that they cannot be read
 * and who has accepted that. From then on it is no alarm, is not asked for any more, and stands in
 * the way of nothing that waits for a sound store; is it written anew after all, it is whole.
 *
 * | who else has it | families |
 * |---|---|
 * | HOPE_HERE: other records say it as well | those of the first four rows of repair.h's table |
 * | HOPE_THERE: neighbours, of a document that was receipted perhaps | DOCUMENT, ENVELOPE, RECEIPT,
 *   STATUS, COMMITTEE, DIRECTORY, REPORT, FIGURES |
 * | HOPE_NONE: nobody | PAPER, additions to LINE, DECLARED, ACT, HISTORY, and all others |
 *
 * Where there is hope who accepts says that he knows what he gives up: else ERR_NOT_YET. */
#ifndef VANTHU_ROUTING_RECONCILE_ACCEPT_H
#define VANTHU_ROUTING_RECONCILE_ACCEPT_H

#include <stdbool.h>

#include "routing/base/err.h"
#include "routing/state/record.h"

struct ev_accept;
struct turn_view;

/* How many there are. ERR_STORE and kin. */
must_use enum err accept_load(struct turn_view *t);
/* Answers: ERR_NOT_FOUND, ERR_BAD_STATE (it reads right), ERR_NOT_YET. ERR_STORE, ERR_NO_MEMORY. */
must_use enum err accept_record(struct turn_view *t, const struct ev_accept *e);
/* Is this record one of them, whether it is damaged still or not? Costs nothing where there are
 * none. ERR_STORE, ERR_NO_MEMORY. */
must_use enum err accept_has(struct turn_view *t, enum family family, const struct key *key,
			     bool *yes);

enum accept_hope { HOPE_HERE = 1, HOPE_THERE = 2, HOPE_NONE = 3 };
enum accept_hope accept_hope(enum family family, const struct key *key);

#endif
