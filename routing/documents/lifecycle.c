/* See lifecycle.h. */
#include "routing/documents/lifecycle.h"

#include <stddef.h>
#include <string.h>

#include "routing/state/record.h"

enum {
	ACCEPTED = 1 << LIFECYCLE_ACCEPTED,
	SENDING = 1 << LIFECYCLE_SENDING,
	DELIVERED = 1 << LIFECYCLE_DELIVERED,
	REFUSED = 1 << LIFECYCLE_REFUSED,
	EXPIRED = 1 << LIFECYCLE_EXPIRED
};

/* To where each may move. */
static const unsigned ours[LIFECYCLE_COUNT] = {
	[LIFECYCLE_NONE] = ACCEPTED,
	[LIFECYCLE_ACCEPTED] = ACCEPTED | SENDING | DELIVERED | REFUSED | EXPIRED,
	[LIFECYCLE_SENDING] = SENDING | DELIVERED | REFUSED | EXPIRED,
	[LIFECYCLE_DELIVERED] = DELIVERED,
	[LIFECYCLE_REFUSED] = REFUSED | DELIVERED,
	[LIFECYCLE_EXPIRED] = EXPIRED | DELIVERED | REFUSED,
};
static const unsigned incoming[LIFECYCLE_COUNT] = {
	[LIFECYCLE_NONE] = SENDING,
	[LIFECYCLE_SENDING] = SENDING | DELIVERED | REFUSED,
	[LIFECYCLE_DELIVERED] = DELIVERED,
	[LIFECYCLE_REFUSED] = REFUSED,
};
static const unsigned relayed[LIFECYCLE_COUNT] = {
	[LIFECYCLE_NONE] = SENDING,
	[LIFECYCLE_SENDING] = SENDING | DELIVERED | REFUSED,
	[LIFECYCLE_DELIVERED] = DELIVERED | SENDING,
	[LIFECYCLE_REFUSED] = REFUSED,
};

static const text_t names[LIFECYCLE_COUNT] = {
	[LIFECYCLE_NONE] = "",
	[LIFECYCLE_ACCEPTED] = "accepted",
	[LIFECYCLE_SENDING] = "sending",
	[LIFECYCLE_DELIVERED] = "delivered",
	[LIFECYCLE_REFUSED] = "refused",
	[LIFECYCLE_EXPIRED] = "expired",
};

enum lifecycle lifecycle_of(enum role role, const struct rec_document *d, const struct rec_state *s)
{
	uint64_t all = d->recipient_count;

	if (s == NULL)
		return role == ROLE_OUT ? LIFECYCLE_NONE : LIFECYCLE_SENDING;
	if (role != ROLE_OUT)
		return s->refused > 0		? LIFECYCLE_REFUSED
		       : s->complete_at_ms != 0 ? LIFECYCLE_DELIVERED
						: LIFECYCLE_SENDING;
	if (all > 0 && s->delivered >= all)
		return LIFECYCLE_DELIVERED;
	if (all > 0 && s->delivered + s->refused >= all)
		return LIFECYCLE_REFUSED;
	if (s->expired)
		return LIFECYCLE_EXPIRED;
	return s->delivered + s->refused > 0 ? LIFECYCLE_SENDING : LIFECYCLE_ACCEPTED;
}

bool lifecycle_may_move(enum role role, enum lifecycle from, enum lifecycle to)
{
	const unsigned *moves = role == ROLE_OUT     ? ours
				: role == ROLE_IN    ? incoming
				: role == ROLE_RELAY ? relayed
						     : NULL;

	if (moves == NULL || (unsigned)from >= LIFECYCLE_COUNT || (unsigned)to >= LIFECYCLE_COUNT)
		return false;
	return (moves[from] & 1u << to) != 0;
}

text_t lifecycle_name(enum lifecycle l)
{
	return (unsigned)l < LIFECYCLE_COUNT ? names[l] : "";
}

enum lifecycle lifecycle_named(text_t name)
{
	enum lifecycle l = LIFECYCLE_ACCEPTED;

	while (l < LIFECYCLE_COUNT && strcmp(names[l], name) != 0)
		l++;
	return l < LIFECYCLE_COUNT ? l : LIFECYCLE_NONE;
}
