/* What the checkers of office worlds must notice (plant.h). */
#include <string.h>

#include "routing/state/plan.h"
#include "tests/sim/plant.h"

static struct key all(void)
{
	return (struct key){ .len_bytes = 0 };
}

/* ---- numbers ---- */

static const struct record *paper_of(struct spoil *s, const struct doc_id *id)
{
	for (unsigned n = 0; spoil_nth(s, FAMILY_PAPER, all(), n); n++) {
		if (memcmp(&s->r.u.paper.id, id, sizeof *id) == 0)
			return &s->r;
	}
	return NULL;
}

/* Two clerks at the same instant, and both are told the same number. */
static bool twice(struct spoil *s)
{
	for (int i = 1; i < s->w->number_count; i++) {
		struct number_act *a = &s->w->numbers[i];
		const struct number_act *b = a - 1;
		text_t number;

		if (a->member != s->member || b->member != a->member || a->type != b->type ||
		    a->at_ms != b->at_ms || a->what != NUMBER_GIVEN || b->what != NUMBER_GIVEN ||
		    a->told == 0 || b->told == 0 || paper_of(s, &b->id) == NULL)
			continue;
		number = s->r.u.paper.number;
		if (paper_of(s, &a->id) == NULL)
			continue;
		s->r.u.paper.number = number;
		plan_put(s->plan, s->scan.at, &s->r);
		a->told = b->told;
		return true;
	}
	return false;
}

/* The next one would be left out. */
static bool ahead(struct spoil *s)
{
	for (unsigned n = 0; spoil_nth(s, FAMILY_SERIES, all(), n); n++) {
		if (s->scan.at.bytes[s->scan.at.len_bytes - 2] != 'q')
			continue;
		s->r.u.series.last++;
		plan_put(s->plan, s->scan.at, &s->r);
		return true;
	}
	return false;
}

/* The second of its kind: nothing is lost at the end of a book. */
static bool erase_line(struct spoil *s, bool addition)
{
	struct line_key at;
	unsigned skip = addition ? 0 : 1;

	for (unsigned n = 0; spoil_nth(s, FAMILY_LINE, all(), n); n++) {
		if (!key_parse_line(&s->scan.at, &at) || (at.addition != 0) != addition ||
		    (addition && s->r.u.line.role != ROLE_PAPER) || skip-- > 0)
			continue;
		plan_erase(s->plan, FAMILY_LINE, s->scan.at);
		return true;
	}
	return false;
}

static bool line(struct spoil *s)
{
	return erase_line(s, false);
}

static bool correction(struct spoil *s)
{
	return erase_line(s, true);
}

/* ---- what is indexed ---- */

static bool find_index(struct spoil *s, char kind)
{
	for (unsigned n = 0; spoil_nth(s, FAMILY_NUMBER, all(), n); n++) {
		const struct key *k = &s->scan.at;

		if (k->bytes[0] == (uint8_t)kind &&
		    (kind != 'i' || k->bytes[k->len_bytes - 13] == ROLE_IN))
			return true;
	}
	return false;
}

static bool erase_index(struct spoil *s, char kind)
{
	if (!find_index(s, kind))
		return false;
	plan_erase(s->plan, FAMILY_NUMBER, s->scan.at);
	return true;
}

/* One more, of a document that is not there. */
static bool add_index(struct spoil *s, char kind)
{
	if (!find_index(s, kind))
		return false;
	s->scan.at.bytes[s->scan.at.len_bytes - 2] ^= 0x55;
	plan_put(s->plan, s->scan.at, &s->r);
	return true;
}

static bool no_answer(struct spoil *s)
{
	return erase_index(s, 'r');
}

static bool another_answer(struct spoil *s)
{
	return add_index(s, 'r');
}

/* As many as there should be, and one of them stands elsewhere. */
static bool wrong_answer(struct spoil *s)
{
	return add_index(s, 'r') && erase_index(s, 'r');
}

static bool no_number(struct spoil *s)
{
	return erase_index(s, 'i');
}

static bool another_number(struct spoil *s)
{
	return add_index(s, 'i');
}

/* ---- statuses ---- */

static bool dropped(struct spoil *s)
{
	if (!spoil_nth(s, FAMILY_STATUS, key_role(ROLE_OUT), 0))
		return false;
	plan_erase(s->plan, FAMILY_STATUS, s->scan.at);
	return true;
}

/* Those of one office, as they came and not as they were given. */
static bool swapped(struct spoil *s)
{
	for (unsigned k = 0; spoil_nth(s, FAMILY_STATUS, key_role(ROLE_OUT), k); k++) {
		struct record first = s->r, second;
		struct key at = s->scan.at, next;
		struct committee_id office;
		struct serial serial;
		enum role role;
		uint32_t n;

		if (!key_parse_status(&at, &role, &serial, &office, &n))
			continue;
		next = key_status(role, serial, office, n + 1);
		if (s->l.get(s->l.ctx, s->plan->arena, FAMILY_STATUS, &next, &second) != ERR_OK)
			continue;
		plan_put(s->plan, at, &second);
		plan_put(s->plan, next, &first);
		return true;
	}
	return false;
}

static void check(struct world *w)
{
	check_office(w);
	check_matters(w);
	check_numbers(w);
}

static const struct planted faults[] = {
	{ "two clerks at the same instant, one number", twice },
	{ "a series that is ahead of its book", ahead },
	{ "a lost line of a book", line },
	{ "a lost correction of a paper", correction },
	{ "an answer that is not indexed", no_answer },
	{ "an answer of nothing", another_answer },
	{ "an answer indexed elsewhere", wrong_answer },
	{ "a received number that is not indexed", no_number },
	{ "a received number of nothing", another_number },
	{ "a status that the issuer dropped", dropped },
	{ "statuses in the order in which they came", swapped },
};

bool office_plants(struct world *w)
{
	bool good = true;

	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
		good = plant(w, "office", &faults[i], w->member_count, check) && good;
	return good;
}
