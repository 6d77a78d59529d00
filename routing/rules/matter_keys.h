/* Which documents belong to one matter, as keys of family NUMBER: what is looked for is the answer
 * to a document, whose record does not know it.
 *
 *     'r' ‖ id of the answered document ‖ role ‖ serial of one that answers it
 *     'f' ‖ id of an answer ‖ role ‖ serial of a document that an office finished with it
 *     'c' ‖ id of an older document ‖ role ‖ serial of one that recalls, updates or replaces it
 *     'd' ‖ id of a document ‖ role ‖ committee ‖ 0 ‖ serial of one that reminds that of it
 *
 * Ids alone, without their origin: whoever follows a key reads the document, which names both. */
#ifndef VANTHU_ROUTING_RULES_MATTER_KEYS_H
#define VANTHU_ROUTING_RULES_MATTER_KEYS_H

#include "routing/base/types.h"
#include "routing/state/record.h"

enum matter_link {
	MATTER_ANSWERED = 'r',
	MATTER_FINISHED = 'f',
	MATTER_CONCERNED = 'c',
	MATTER_REMINDED = 'd', /* with keys of its own, below */
};

struct key matter_prefix(enum matter_link link, const struct doc_id *of);
struct key matter_key(enum matter_link link, const struct doc_id *of, enum role role,
		      struct serial serial);
/* The document at the end of such a key. False: it is another key of the family. */
bool matter_parse(const struct key *k, enum role *role, struct serial *serial);
/* Reminders in the order in which they came here: of one committee, or with "" of all. */
struct key matter_reminder_prefix(const struct doc_id *of, enum role role,
				  struct committee_id whom);
struct key matter_reminder_key(const struct doc_id *of, enum role role, struct committee_id whom,
			       struct serial serial);
/* The reminder at the end of such a key, its role being that of the prefix. False: another key. */
bool matter_reminder_parse(const struct key *k, struct serial *serial);

#endif
