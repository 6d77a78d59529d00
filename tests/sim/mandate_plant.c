/* What the checker of mandate worlds must notice (plant.h). */
#include "routing/state/plan.h"
#include "tests/sim/plant.h"

static bool find_refusal(struct spoil *s)
{
	for (unsigned n = 0; spoil_nth(s, FAMILY_RECEIPT, key_role(ROLE_OUT), n); n++) {
		if (s->r.u.receipt.reason == ERR_COMPETENCE)
			return true;
	}
	return false;
}

static bool dropped(struct spoil *s)
{
	if (!find_refusal(s))
		return false;
	plan_erase(s->plan, FAMILY_RECEIPT, s->scan.at);
	return true;
}

static bool other_rule(struct spoil *s)
{
	if (!find_refusal(s))
		return false;
	s->r.u.receipt.rule = "Điều 0.0.0 của bản 0";
	plan_put(s->plan, s->scan.at, &s->r);
	return true;
}

/* What was refused is taken for received. */
static bool taken(struct spoil *s)
{
	if (!find_refusal(s))
		return false;
	s->r.u.receipt.kind = KIND_RECEIPT;
	plan_put(s->plan, s->scan.at, &s->r);
	return true;
}

/* Whom the list means later. */
static bool other_list(struct spoil *s)
{
	for (unsigned n = 0; spoil_nth(s, FAMILY_DOCUMENT, key_role(ROLE_OUT), n); n++) {
		struct rec_document *d = &s->r.u.document;

		if (d->listed == 0 || d->recipients_len < 2)
			continue;
		d->recipients_len--;
		plan_put(s->plan, s->scan.at, &s->r);
		return true;
	}
	return false;
}

static const struct planted faults[] = {
	{ "a refusal that was dropped", dropped },
	{ "a refusal by another rule", other_rule },
	{ "what was refused, taken for received", taken },
	{ "whom a list means later", other_list },
};

bool mandate_plants(struct world *w)
{
	bool good = true;

	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
		good = plant(w, "mandate", &faults[i], w->member_count, check_mandates) && good;
	return good;
}
