/* Where a document that arrived lies on a clerk's desk: the list that is worked through from above.
 * Of this program; the parts are those of a records office's day: what is late, what has come, what
 * is in hand. */
#ifndef VANTHU_ROUTING_RULES_TRAY_H
#define VANTHU_ROUTING_RULES_TRAY_H

#include "routing/base/types.h"

enum tray {
	TRAY_NONE = 0,
	TRAY_OVERDUE = 1, /* not handled, and its day has passed */
	TRAY_NEW = 2,	  /* neither accepted nor returned */
	TRAY_WORK = 3,	  /* accepted, assigned, in process; or asked back, which wants an answer */
	TRAY_DONE = 4,	  /* finished, returned or given back */
};

/* `due_on` is the day that counts (tray_deadline), `today` that of Vietnam, both YYYY-MM-DD; "" is
 * no day. The due day itself is not late yet. */
enum tray tray_of(const struct office_stand *at, text_t due_on, text_t today);
/* The office's own day goes before that of the document. "" none. */
text_t tray_deadline(text_t of_office, text_t of_document);
/* "overdue", "new", "work", "done"; "" for TRAY_NONE. Static. */
text_t tray_name(enum tray d);

#endif
