/* What the checkers of recall worlds must notice (plant.h). */
#include <string.h>

#include "routing/state/plan.h"
#include "tests/sim/plant.h"

/* The first document of others for us whose content is gone, or is there. */
static bool find_content(struct spoil *s, bool gone)
{
	for (unsigned n = 0; spoil_nth(s, FAMILY_STATE, key_role(ROLE_IN), n); n++) {
		if (s->r.u.state.content_dropped == gone && s->r.u.state.complete_at_ms != 0)
			return true;
	}
	return false;
}

static bool kept(struct spoil *s)
{
	if (!find_content(s, true))
		return false;
	s->r.u.state.content_dropped = false;
	plan_put(s->plan, s->scan.at, &s->r);
	return true;
}

static bool let_go(struct spoil *s)
{
	if (!find_content(s, false))
		return false;
	s->r.u.state.content_dropped = true;
	plan_put(s->plan, s->scan.at, &s->r);
	plan_erase(s->plan, FAMILY_ENVELOPE, s->scan.at);
	return true;
}

static bool forgotten(struct spoil *s)
{
	if (!find_content(s, true))
		return false;
	plan_erase(s->plan, FAMILY_DOCUMENT, s->scan.at);
	return true;
}

/* A document loses its file together with one that was given back. */
static bool file_of_another(struct spoil *s)
{
	for (unsigned n = 0; spoil_nth(s, FAMILY_FILE, (struct key){ .len_bytes = 0 }, n); n++) {
		if (s->scan.at.bytes[sizeof(struct digest)] != ROLE_IN)
			continue;
		plan_erase(s->plan, FAMILY_FILE, s->scan.at);
		return true;
	}
	return false;
}

static bool find_status(struct spoil *s, enum role role, const char *code, bool of_document)
{
	static const struct doc_id nothing;

	for (unsigned n = 0; spoil_nth(s, FAMILY_STATUS, key_role(role), n); n++) {
		const struct doc_id *request = &s->r.u.status.status.request;

		if (strcmp(s->r.u.status.code, code) == 0 &&
		    (memcmp(request, &nothing, sizeof nothing) != 0) == of_document)
			return true;
	}
	return false;
}

static bool outcome(struct spoil *s, bool of_document)
{
	if (!find_status(s, ROLE_OUT, "15", of_document))
		return false;
	memcpy(s->r.u.status.code, "16", sizeof "16");
	plan_put(s->plan, s->scan.at, &s->r);
	return true;
}

static bool other_outcome(struct spoil *s)
{
	return outcome(s, false);
}

static bool other_outcome_of_document(struct spoil *s)
{
	for (unsigned n = 0; spoil_nth(s, FAMILY_WORK, key_role(ROLE_IN), n); n++) {
		if (s->r.u.work.stand.recall != OFFICE_RECALL_AGREED ||
		    s->r.u.work.stand.asks != BUSINESS_RECALL)
			continue;
		s->r.u.work.stand.recall = OFFICE_RECALL_DECLINED;
		plan_put(s->plan, s->scan.at, &s->r);
		return true;
	}
	return false;
}

/* It was there before its document, and never went into the history. */
static bool left_early(struct spoil *s)
{
	struct record status, r = { .family = FAMILY_EARLY };

	if (!find_status(s, ROLE_IN, "13", false))
		return false;
	status = s->r;
	plan_erase(s->plan, FAMILY_STATUS, s->scan.at);
	if (!spoil_nth(s, FAMILY_DOCUMENT, key_role(ROLE_IN), 0))
		return false;
	r.u.early.status = status.u.status;
	r.u.early.digest = s->r.u.document.digest;
	plan_put(s->plan, key_ident(s->r.u.document.id, s->r.u.document.origin), &r);
	return true;
}

/* It never came. */
static bool lost(struct spoil *s)
{
	if (!find_status(s, ROLE_IN, "13", false))
		return false;
	plan_erase(s->plan, FAMILY_STATUS, s->scan.at);
	return true;
}

static void check(struct world *w)
{
	check_recalls(w);
	check_office(w);
}

static const struct planted faults[] = {
	{ "what was given back, and says that its content is there", kept },
	{ "content let go that was not given back", let_go },
	{ "a file let go that another document needs", file_of_another },
	{ "nothing known any more of what was given back", forgotten },
	{ "an issuer that holds a refusal of what was given back", other_outcome },
	{ "an office that declined what its issuer holds as given back, by a document",
	  other_outcome_of_document },
	{ "a recall that still waits for its document", left_early },
	{ "a recall that never came", lost },
};

bool recall_plants(struct world *w)
{
	bool good = true;

	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
		good = plant(w, "recall", &faults[i], w->member_count, check) && good;
	return good;
}
