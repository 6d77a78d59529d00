/* Until when what was received is to be dealt with (docs/DOMAIN.md §9): registered by the end of
 * the next working day, urgent documents at once (30/2020/NĐ-CP Art. 4(2)(c)); then the day that
 * the office or the document says (Art. 23, 24), whichever comes first.
 * Days are those of Vietnam. */
#ifndef VANTHU_ROUTING_RULES_DEADLINE_H
#define VANTHU_ROUTING_RULES_DEADLINE_H

#include "routing/base/calendar.h"
#include "routing/base/types.h"
#include "routing/rules/working_days.h"

/* Why something is due. The numbers are part of control.proto. */
enum deadline_reason {
	DEADLINE_NONE = 0,
	DEADLINE_REGISTER = 1, /* it came, and is not registered yet */
	DEADLINE_AT_ONCE = 2,  /* the same, of an urgent one */
	DEADLINE_OFFICE = 3,   /* the day that it was assigned with */
	DEADLINE_DOCUMENT = 4, /* the day that the document itself names */
};

/* The numbers are part of control.proto. */
enum deadline_state {
	DEADLINE_OPEN = 0, /* there is no deadline */
	DEADLINE_LATER = 1,
	DEADLINE_SOON = 2,
	DEADLINE_TODAY = 3,
	DEADLINE_OVERDUE = 4,
};

/* As the office has it: borrowed. */
struct deadline_rules {
	const struct working_days *days; /* NULL: Saturdays and Sundays only */
	int64_t urgent_ms;               /* "at once": so long after it came, by the clock */
	uint32_t soon_days;              /* working days */
	/* Of what we sent and others have to do: from so many working days before its day on our
	 * office is told who has not done it, of those below us and of the others; 0: never. */
	uint32_t remind_down_days, remind_up_days;
	uint32_t remind_every_days;    /* working days between two reminders; 0 is 1 */
	uint32_t remind_superior_days; /* so late, the superior gets a copy; 0: never */
};

/* What is known of a document that was received. Dates "" or NULL: none, or none that is one. */
struct deadline_of {
	struct office_stand stand;
	enum urgency urgency;
	int64_t arrived_at_ms;
	text_t office_due_on, document_due_on;
};

struct deadline {
	enum deadline_reason reason;
	int64_t at_ms;             /* the last moment that is in time; 0 without a reason */
	char on[DATE_MAX + 1];     /* its day; "" without */
};

/* Whether the office still has something to do with it: it is neither returned nor finished, and no
 * recall of it was agreed to. */
bool deadline_is_open(const struct office_stand *stand);

/* What a deadline is made of. The last moment of a day. Until when what came then is to be
 * registered, urgent or not. The day that the office or the document names, whichever comes first;
 * {0}: neither does. */
int64_t deadline_day_ms(struct day day);
int64_t deadline_register_ms(const struct deadline_rules *rules, enum urgency urgency,
			     int64_t arrived_at_ms);
struct day deadline_named_day(text_t office_due_on, text_t document_due_on);

/* The next deadline of what is open; of what is not, none. */
struct deadline deadline_next(const struct deadline_rules *rules, const struct deadline_of *of);

/* How a deadline stands at an instant. SOON: within soon_days working days from that day. */
enum deadline_state deadline_state_at(const struct deadline_rules *rules, const struct deadline *d,
				      int64_t wall_ms);

/* Working days from the deadline's day to that of the instant: how many it is late; negative: how
 * many are left. 0 on the day itself, and without a deadline. */
int32_t deadline_late_days(const struct deadline_rules *rules, const struct deadline *d,
			   int64_t wall_ms);

#endif
