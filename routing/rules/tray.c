/* See tray.h. */
#include "routing/rules/tray.h"

#include <string.h>

#include "routing/rules/office_status.h"

/* Replaced before anything was done with it: what is to be done is done with the newer one. */
static bool is_over(const struct office_stand *at)
{
	return at->replaced && at->work <= OFFICE_ARRIVED;
}

static bool is_handled(const struct office_stand *at)
{
	if (at->recall == OFFICE_RECALL_ASKED)
		return false;
	return at->work == OFFICE_FINISHED || at->work == OFFICE_RETURNED ||
	       office_stand_frozen(at) || is_over(at);
}

enum tray tray_of(const struct office_stand *at, text_t due_on, text_t today)
{
	/* the work is done, or to be given back: its day is late for nothing */
	bool settled = at->work == OFFICE_FINISHED || at->work == OFFICE_RETURNED;

	if (is_handled(at))
		return TRAY_DONE;
	/* texts of this form compare as days do (routing/base/calendar.h) */
	if (!settled && due_on[0] != '\0' && strcmp(due_on, today) < 0)
		return TRAY_OVERDUE;
	if (at->work > OFFICE_ARRIVED || at->recall == OFFICE_RECALL_ASKED)
		return TRAY_WORK;
	return TRAY_NEW;
}

text_t tray_deadline(text_t of_office, text_t of_document)
{
	if (of_office != NULL && of_office[0] != '\0')
		return of_office;
	return of_document == NULL ? "" : of_document;
}

text_t tray_name(enum tray d)
{
	static const text_t names[] = { "", "overdue", "new", "work", "done" };

	return names[d];
}
