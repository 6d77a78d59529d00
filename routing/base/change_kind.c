/* See change_kind.h. */
#include "routing/base/change_kind.h"

#include <string.h>

static const char *const kinds[] = {
	[CHANGE_NONE] = "",
	[CHANGE_SENT] = "sent",
	[CHANGE_ARRIVED] = "arrived",
	[CHANGE_ACCEPTED] = "accepted",
	[CHANGE_RETURNED] = "returned",
	[CHANGE_ASSIGNED] = "assigned",
	[CHANGE_STARTED] = "started",
	[CHANGE_FINISHED] = "finished",
	[CHANGE_AGREED] = "agreed",
	[CHANGE_DECLINED] = "declined",
	[CHANGE_RECALLED] = "recalled",
	[CHANGE_UPDATED] = "updated",
	[CHANGE_REPLACED] = "replaced",
	[CHANGE_STATUS] = "status",
	[CHANGE_RECEIPT] = "receipt",
	[CHANGE_REFUSED] = "refused",
	[CHANGE_DELIVERED] = "delivered",
	[CHANGE_EXPIRED] = "expired",
	[CHANGE_NUMBERED] = "numbered",
	[CHANGE_PAPER] = "paper",
	[CHANGE_TARGET] = "target",
	[CHANGE_DIRECTORY] = "directory",
	[CHANGE_LINK_UP] = "link_up",
	[CHANGE_LINK_DOWN] = "link_down",
	[CHANGE_STORE] = "store",
	[CHANGE_DUE_SOON] = "due_soon",
	[CHANGE_OVERDUE] = "overdue",
	[CHANGE_SENT_DUE] = "sent_due",
	[CHANGE_SENT_OVERDUE] = "sent_overdue",
	[CHANGE_ARCHIVED] = "archived",
};
_Static_assert(sizeof kinds / sizeof kinds[0] == CHANGE_KINDS, "a kind without a name");

static const char *const whats[] = {
	[CHANGE_WHAT_NONE] = "",
	[CHANGE_ADDED] = "added",
	[CHANGE_CORRECTED] = "corrected",
	[CHANGE_CANCELLED] = "cancelled",
	[CHANGE_VOID] = "void",
	[CHANGE_DECLARED] = "declared",
	[CHANGE_REPORTED] = "reported",
};
_Static_assert(sizeof whats / sizeof whats[0] == CHANGE_WHATS, "a change without a name");

const char *change_kind_name(enum change_kind kind)
{
	return (unsigned)kind < CHANGE_KINDS ? kinds[kind] : "";
}

enum change_kind change_kind_named(const char *name)
{
	for (unsigned i = CHANGE_NONE + 1; i < CHANGE_KINDS; i++) {
		if (strcmp(kinds[i], name) == 0)
			return (enum change_kind)i;
	}
	return CHANGE_NONE;
}

const char *change_what_name(enum change_what what)
{
	return (unsigned)what < CHANGE_WHATS ? whats[what] : "";
}
