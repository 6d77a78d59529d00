/* See deadline.h. */
#include "routing/rules/deadline.h"

#include <string.h>

#include "routing/rules/office_status.h"

enum { DAY_MS = 24 * 3600 * 1000 };

static const struct working_days no_table = { .count = 0 };

static const struct working_days *days_of(const struct deadline_rules *rules)
{
	return rules->days == NULL ? &no_table : rules->days;
}

bool deadline_is_open(const struct office_stand *stand)
{
	if (stand->replaced && stand->work <= OFFICE_ARRIVED)
		return false; /* the newer one has the deadline */
	return !office_stand_frozen(stand) && stand->work != OFFICE_RETURNED &&
	       stand->work != OFFICE_FINISHED;
}

int64_t deadline_day_ms(struct day day)
{
	return day_begin_ms(day) + DAY_MS - 1;
}

int64_t deadline_register_ms(const struct deadline_rules *rules, enum urgency urgency,
			     int64_t arrived_at_ms)
{
	return urgency >= URGENCY_KHAN ? arrived_at_ms + rules->urgent_ms
				       : working_days_deadline_ms(days_of(rules), arrived_at_ms, 1);
}

static struct day read_day(text_t date)
{
	struct day day;

	return date != NULL && date_day(date, &day) ? day : (struct day){ 0 };
}

struct day deadline_named_day(text_t office_due_on, text_t document_due_on)
{
	struct day office = read_day(office_due_on), document = read_day(document_due_on);

	return document.n == 0 || (office.n != 0 && office.n < document.n) ? office : document;
}

static void set(struct deadline *d, enum deadline_reason reason, int64_t at_ms)
{
	if (d->reason != DEADLINE_NONE && d->at_ms <= at_ms)
		return;
	d->reason = reason;
	d->at_ms = at_ms;
	date_of_ms(at_ms, d->on);
}

/* The end of a day that somebody named: it is meant, working day or not. */
static void set_day(struct deadline *d, enum deadline_reason reason, text_t date)
{
	struct day day = read_day(date);

	if (day.n != 0)
		set(d, reason, deadline_day_ms(day));
}

struct deadline deadline_next(const struct deadline_rules *rules, const struct deadline_of *of)
{
	struct deadline d = { .reason = DEADLINE_NONE };
	bool registered = of->stand.work != OFFICE_NONE && of->stand.work != OFFICE_ARRIVED;

	if (!deadline_is_open(&of->stand))
		return d;
	set_day(&d, DEADLINE_DOCUMENT, of->document_due_on);
	set_day(&d, DEADLINE_OFFICE, of->office_due_on);
	if (registered)
		return d;
	set(&d, of->urgency >= URGENCY_KHAN ? DEADLINE_AT_ONCE : DEADLINE_REGISTER,
	    deadline_register_ms(rules, of->urgency, of->arrived_at_ms));
	return d;
}

enum deadline_state deadline_state_at(const struct deadline_rules *rules, const struct deadline *d,
				      int64_t wall_ms)
{
	struct day today = day_of_ms(wall_ms), due;

	if (d->reason == DEADLINE_NONE)
		return DEADLINE_OPEN;
	if (wall_ms > d->at_ms)
		return DEADLINE_OVERDUE;
	due = day_of_ms(d->at_ms);
	if (due.n == today.n)
		return DEADLINE_TODAY;
	return working_days_between(days_of(rules), today, due) <= (int32_t)rules->soon_days
		       ? DEADLINE_SOON
		       : DEADLINE_LATER;
}

int32_t deadline_late_days(const struct deadline_rules *rules, const struct deadline *d,
			   int64_t wall_ms)
{
	if (d->reason == DEADLINE_NONE)
		return 0;
	return working_days_between(days_of(rules), day_of_ms(d->at_ms), day_of_ms(wall_ms));
}
