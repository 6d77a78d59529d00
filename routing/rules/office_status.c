/* See office_status.h. */
#include "routing/rules/office_status.h"

#include <string.h>

static const struct {
	enum office_status status;
	const char *code;
	bool from_issuer;
} codes[] = {
	{ OFFICE_ARRIVED, "01", false },       { OFFICE_RETURNED, "02", false },
	{ OFFICE_ACCEPTED, "03", false },      { OFFICE_ASSIGNED, "04", false },
	{ OFFICE_PROCESSING, "05", false },    { OFFICE_FINISHED, "06", false },
	{ OFFICE_RECALL_ASKED, "13", true },   { OFFICE_RECALL_AGREED, "15", false },
	{ OFFICE_RECALL_DECLINED, "16", false },
};

enum { CODES = sizeof codes / sizeof codes[0] };

text_t office_status_code(enum office_status s)
{
	for (unsigned i = 0; i < CODES; i++) {
		if (codes[i].status == s)
			return codes[i].code;
	}
	return "";
}

enum office_status office_status_of(text_t code)
{
	for (unsigned i = 0; i < CODES; i++) {
		if (strcmp(codes[i].code, code) == 0)
			return codes[i].status;
	}
	return OFFICE_NONE;
}

bool office_status_from_issuer(enum office_status s)
{
	for (unsigned i = 0; i < CODES; i++) {
		if (codes[i].status == s)
			return codes[i].from_issuer;
	}
	return false;
}

#define AFTER(s) (1u << OFFICE_##s)

/* After which states of the work each may come. */
static unsigned allowed_after(enum office_status next)
{
	switch (next) {
	case OFFICE_RETURNED:
		return AFTER(ARRIVED) | AFTER(ACCEPTED);
	case OFFICE_ACCEPTED:
		return AFTER(ARRIVED) | AFTER(RETURNED);
	case OFFICE_ASSIGNED:
		return AFTER(ACCEPTED) | AFTER(ASSIGNED) | AFTER(PROCESSING);
	case OFFICE_PROCESSING:
		return AFTER(ACCEPTED) | AFTER(ASSIGNED) | AFTER(FINISHED);
	case OFFICE_FINISHED:
		return AFTER(ACCEPTED) | AFTER(ASSIGNED) | AFTER(PROCESSING);
	default:
		return 0;
	}
}

static bool is_about_newer(const struct office_stand *at)
{
	return at->asks == BUSINESS_UPDATE || at->asks == BUSINESS_REPLACE;
}

bool office_stand_frozen(const struct office_stand *at)
{
	return at->recall == OFFICE_RECALL_AGREED && !is_about_newer(at);
}

bool office_stand_asked_back(const struct office_stand *at)
{
	return at->recall == OFFICE_RECALL_ASKED && !is_about_newer(at);
}

bool office_status_may_follow(const struct office_stand *at, enum office_status next)
{
	enum office_status work = at->work == OFFICE_NONE ? OFFICE_ARRIVED : at->work;

	if (office_stand_frozen(at))
		return false;
	switch (next) {
	case OFFICE_RECALL_ASKED:
		return at->recall != OFFICE_RECALL_ASKED || at->asks != BUSINESS_NONE;
	case OFFICE_RECALL_AGREED:
	case OFFICE_RECALL_DECLINED:
		return at->recall == OFFICE_RECALL_ASKED;
	case OFFICE_ACCEPTED:
	case OFFICE_ASSIGNED:
	case OFFICE_PROCESSING:
		if (at->replaced)
			return false;
		/* fall through */
	default:
		return (allowed_after(next) & 1u << work) != 0;
	}
}

void office_status_apply(struct office_stand *at, enum office_status next)
{
	if (next >= OFFICE_RECALL_ASKED)
		at->recall = next;
	else if (next != OFFICE_NONE)
		at->work = next;
}
