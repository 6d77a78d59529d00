/* What a reminder says: its subject and its text, in Vietnamese whatever the language of who sends
 * it, for the recipient reads it. */
#ifndef VANTHU_TOOLS_COMMAND_REMINDER_H
#define VANTHU_TOOLS_COMMAND_REMINDER_H

#include <stdbool.h>
#include <stdint.h>

#include "routing/base/limits.h"
#include "routing/base/types.h"
#include "tools/client/client.h"

/* A document of ours and a recipient that has not done it; texts malloc'd, "" where there is
 * nothing. */
struct reminder {
	struct doc_id id;
	char id_text[UUID_TEXT_SIZE];
	char origin[COMMITTEE_ID_MAX + 1];
	struct digest digest;
	char *number, *type_name;
	char *subject; /* "" of a secret one: what is secret is not repeated where it is not */
	char issued_on[DATE_MAX + 1], due_on[DATE_MAX + 1];
	char today[DATE_MAX + 1];   /* by the daemon's clock, which judged it */
	int32_t late_days;	    /* working days; negative: until its day */
	unsigned count;		    /* of reminders before */
	char last_on[DATE_MAX + 1]; /* the day of the last of them */
	char to[COMMITTEE_ID_MAX + 1], *to_name;
	char superior[COMMITTEE_ID_MAX + 1], *superior_name; /* who gets a copy */
	Vanthu__V1__RemindVerdict verdict;
	char next_on[DATE_MAX + 1];
	bool by_itself; /* configured to be sent without anybody asking for it */
};

/* False without memory. */
bool reminder_take(struct reminder *r, const Vanthu__V1__DueLine *l);
void reminder_free(struct reminder *r);

/* malloc'd; NULL without memory. */
char *reminder_subject(const struct reminder *r);
/* `note`: what is said besides, NULL nothing. */
char *reminder_text(const struct reminder *r, const char *note);

#endif
