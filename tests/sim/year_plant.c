/* What the year's checkers must notice: one disk after a good year, spoilt in one place as a
 * program with a fault would have left it. */
#include <stdlib.h>
#include <string.h>

#include "routing/base/arena.h"
#include "routing/base/calendar.h"
#include "routing/state/plan.h"
#include "routing/target/target.h"
#include "tests/sim/plant.h"
#include "tests/sim/year.h"

/* The first line of its kind after some others. */
static bool erase_line(struct spoil *s, bool addition)
{
	struct line_key at;

	for (unsigned n = 5; spoil_nth(s, FAMILY_LINE, key_book_year(BOOK_IN, 2025), n); n++) {
		if (!key_parse_line(&s->scan.at, &at) || (at.addition != 0) != addition)
			continue;
		plan_erase(s->plan, FAMILY_LINE, s->scan.at);
		return true;
	}
	return false;
}

static bool gap(struct spoil *s)
{
	return erase_line(s, false);
}

static bool correction(struct spoil *s)
{
	return erase_line(s, true);
}

static bool dropped(struct spoil *s)
{
	if (!spoil_nth(s, FAMILY_STATUS, key_role(ROLE_OUT), 3))
		return false;
	plan_erase(s->plan, FAMILY_STATUS, s->scan.at);
	return true;
}

static bool step(struct spoil *s)
{
	if (!spoil_nth(s, FAMILY_STATUS, key_role(ROLE_IN), 0))
		return false;
	memcpy(s->r.u.status.code, "06", sizeof s->r.u.status.code);
	plan_put(s->plan, s->scan.at, &s->r);
	return true;
}

/* That of another document of its type. */
static bool number(struct spoil *s)
{
	struct summary first;

	if (!spoil_nth(s, FAMILY_DOCUMENT, key_role(ROLE_OUT), 7))
		return false;
	first = s->r.u.document.summary;
	for (unsigned n = 8; spoil_nth(s, FAMILY_DOCUMENT, key_role(ROLE_OUT), n); n++) {
		struct summary *other = &s->r.u.document.summary;

		if (strcmp(other->type_name, first.type_name) != 0 ||
		    strtoul(other->number, NULL, 10) == strtoul(first.number, NULL, 10))
			continue;
		other->number = first.number;
		plan_put(s->plan, s->scan.at, &s->r);
		return true;
	}
	return false;
}

static bool receipt(struct spoil *s)
{
	if (!spoil_nth(s, FAMILY_RECEIPT, key_role(ROLE_OUT), 3))
		return false;
	plan_erase(s->plan, FAMILY_RECEIPT, s->scan.at);
	return true;
}

static bool counter(struct spoil *s)
{
	if (!spoil_nth(s, FAMILY_COUNTER, (struct key){ .len_bytes = 0 }, 0))
		return false;
	s->r.u.counter.count.digital++;
	plan_put(s->plan, s->scan.at, &s->r);
	return true;
}

/* The first status that says this, and its key. */
static bool find_status(struct spoil *s, enum role role, const char *code)
{
	for (unsigned n = 0; spoil_nth(s, FAMILY_STATUS, key_role(role), n); n++) {
		if (strcmp(s->r.u.status.code, code) == 0)
			return true;
	}
	return false;
}

/* What was recalled is assigned after all: the next status of the same office. */
static bool frozen(struct spoil *s)
{
	struct committee_id office;
	struct serial serial;
	enum role role;
	uint32_t n;

	if (!find_status(s, ROLE_IN, "15") ||
	    !key_parse_status(&s->scan.at, &role, &serial, &office, &n))
		return false;
	memcpy(s->r.u.status.code, "04", sizeof s->r.u.status.code);
	plan_put(s->plan, key_status(role, serial, office, n + 1), &s->r);
	return true;
}

static bool erase_status(struct spoil *s, enum role role, const char *code)
{
	if (!find_status(s, role, code))
		return false;
	plan_erase(s->plan, FAMILY_STATUS, s->scan.at);
	return true;
}

static bool agreed(struct spoil *s)
{
	return erase_status(s, ROLE_OUT, "15");
}

static bool declined(struct spoil *s)
{
	return erase_status(s, ROLE_OUT, "16");
}

static bool question(struct spoil *s)
{
	return erase_status(s, ROLE_IN, "13");
}

/* That it was asked back, in the register of what went out. */
static bool asked(struct spoil *s)
{
	for (unsigned n = 0; spoil_nth(s, FAMILY_LINE, key_book_year(BOOK_OUT, 2025), n); n++) {
		if (s->r.u.line.status != OFFICE_RECALL_ASKED)
			continue;
		s->r.u.line.status = OFFICE_NONE;
		plan_put(s->plan, s->scan.at, &s->r);
		return true;
	}
	return false;
}

/* Which recipient answered, in the same. */
static bool answered(struct spoil *s)
{
	for (unsigned n = 0; spoil_nth(s, FAMILY_LINE, key_book_year(BOOK_OUT, 2025), n); n++) {
		if (s->r.u.line.office.text[0] == '\0')
			continue;
		s->r.u.line.office.text[0] = '\0';
		plan_put(s->plan, s->scan.at, &s->r);
		return true;
	}
	return false;
}

/* The first paper that is wanted, of those that went out. */
static bool find_paper(struct spoil *s, bool secret, unsigned skip)
{
	for (unsigned n = 0; spoil_nth(s, FAMILY_PAPER, (struct key){ .len_bytes = 0 }, n); n++) {
		const struct rec_paper *p = &s->r.u.paper;

		if (p->direction == DIRECTION_OUT && (p->secrecy != SECRECY_THUONG) == secret &&
		    p->previous.n == 0 && !p->not_issued && skip-- == 0)
			return true;
	}
	return false;
}

static bool secret_number(struct spoil *s)
{
	if (!find_paper(s, true, 1))
		return false;
	s->r.u.paper.number = "999-CV/ĐU";
	s->r.u.paper.type_code = "CV";
	s->r.u.paper.type_name = "Công văn";
	plan_put(s->plan, s->scan.at, &s->r);
	return true;
}

static bool subject(struct spoil *s)
{
	if (!find_paper(s, true, 0))
		return false;
	s->r.u.paper.subject = YEAR_SECRET;
	plan_put(s->plan, s->scan.at, &s->r);
	return true;
}

static bool wrong_book(struct spoil *s)
{
	if (!find_paper(s, false, 0))
		return false;
	s->r.u.paper.secrecy = SECRECY_MAT;
	plan_put(s->plan, s->scan.at, &s->r);
	return true;
}

static bool paper_correction(struct spoil *s)
{
	for (unsigned n = 0; spoil_nth(s, FAMILY_LINE, (struct key){ .len_bytes = 0 }, n); n++) {
		struct line_key at;

		if (s->r.u.line.role != ROLE_PAPER || !key_parse_line(&s->scan.at, &at) ||
		    at.addition == 0)
			continue;
		plan_erase(s->plan, FAMILY_LINE, s->scan.at);
		return true;
	}
	return false;
}

static bool reply(struct spoil *s)
{
	for (unsigned n = 0; spoil_nth(s, FAMILY_DOCUMENT, key_role(ROLE_IN), n); n++) {
		if (s->r.u.document.summary.reply_to == NULL)
			continue;
		s->r.u.document.summary.reply_to = NULL;
		plan_put(s->plan, s->scan.at, &s->r);
		return true;
	}
	return false;
}

/* Finished, and still in the index of what is to be done. */
static bool left_behind(struct spoil *s)
{
	struct record open = { .family = FAMILY_OPEN };
	struct committee_id office;
	struct serial serial;
	enum role role;
	uint32_t n;

	if (!find_status(s, ROLE_IN, "15") ||
	    !key_parse_status(&s->scan.at, &role, &serial, &office, &n))
		return false;
	plan_put(s->plan, key_serial(role, serial), &open);
	return true;
}

static bool forgotten(struct spoil *s)
{
	if (!spoil_nth(s, FAMILY_OPEN, (struct key){ .len_bytes = 0 }, 0))
		return false;
	plan_erase(s->plan, FAMILY_OPEN, s->scan.at);
	return true;
}

/* The first month of somebody's figures that has a row; of the committee that moved, from
 * before. */
static bool find_figures(struct spoil *s, bool moved)
{
	struct committee_id mover;
	struct month none = { 0 };

	year_name(YEAR_MOVES, &mover);
	s->scan = scan_of(moved ? key_figures(mover, none) : (struct key){ .len_bytes = 0 });
	while (s->l.next(s->l.ctx, s->plan->arena, FAMILY_FIGURES, &s->scan, &s->r) == ERR_OK) {
		if (s->r.u.figures.figures.row_count > 0)
			return true;
	}
	return false;
}

static struct report_row *rows_of(struct spoil *s)
{
	struct report *f = &s->r.u.figures.figures;
	struct report_row *rows = arena_array(s->plan->arena, f->row_count, sizeof *rows);

	if (rows == NULL)
		abort();
	memcpy(rows, f->rows, f->row_count * sizeof *rows);
	f->rows = rows;
	return rows;
}

static bool summed_twice(struct spoil *s)
{
	struct report_row *rows;

	if (!find_figures(s, false))
		return false;
	rows = rows_of(s);
	target_add(&rows[0].count, &s->r.u.figures.figures.rows[0].count);
	plan_put(s->plan, s->scan.at, &s->r);
	return true;
}

static bool summed_though_refused(struct spoil *s)
{
	if (!find_figures(s, false))
		return false;
	s->r.u.figures.signed_at_ms++;
	plan_put(s->plan, s->scan.at, &s->r);
	return true;
}

static bool moved_before_its_time(struct spoil *s)
{
	struct report_row *rows;

	if (!find_figures(s, true))
		return false;
	rows = rows_of(s);
	for (uint32_t i = 0; i < s->r.u.figures.figures.row_count; i++)
		rows[i].at.since = UINT32_MAX; /* as it stands now */
	plan_put(s->plan, s->scan.at, &s->r);
	return true;
}

static bool missing_as_zero(struct spoil *s)
{
	struct record r = { .family = FAMILY_FIGURES };
	struct committee_id who;

	year_name(9, &who); /* of YEAR_SILENT */
	r.u.figures.figures.from = r.u.figures.figures.to = month_make(2025, 9);
	plan_put(s->plan, key_figures(who, month_make(2025, 9)), &r);
	return true;
}

/* What was done with a document, and no counter followed. */
static bool work_uncounted(struct spoil *s)
{
	for (unsigned n = 0; spoil_nth(s, FAMILY_COUNTER, (struct key){ .len_bytes = 0 }, n); n++) {
		if (s->r.u.counter.count.processed == 0)
			continue;
		s->r.u.counter.count.processed--;
		plan_put(s->plan, s->scan.at, &s->r);
		return true;
	}
	return false;
}

/* That an office had ended before a document came to it. */
static bool ended(struct spoil *s)
{
	for (unsigned n = 0; spoil_nth(s, FAMILY_RECEIPT, key_role(ROLE_OUT), n); n++) {
		if (s->r.u.receipt.kind != KIND_REFUSAL)
			continue;
		plan_erase(s->plan, FAMILY_RECEIPT, s->scan.at);
		return true;
	}
	return false;
}

/* What an office sent was sent after its end. */
static bool after_end(struct spoil *s)
{
	if (s->w->year->ended[s->member] == 0 ||
	    !spoil_nth(s, FAMILY_DOCUMENT, key_role(ROLE_OUT), 0))
		return false;
	s->r.u.document.directory_version = s->w->year->ended[s->member];
	plan_put(s->plan, s->scan.at, &s->r);
	return true;
}

/* Anywhere: who has ended is not the top. */
static const struct planted of_ended[] = {
	{ "a refusal of who has ended, dropped", ended },
	{ "a document of who has ended", after_end },
};

static const struct planted faults[] = {
	{ "a gap in a book", gap },
	{ "a lost addition to a line", correction },
	{ "a status that the issuer dropped", dropped },
	{ "a forbidden step", step },
	{ "a number given twice", number },
	{ "a lost receipt", receipt },
	{ "a wrong counter", counter },
	{ "a recalled document that was acted on", frozen },
	{ "a recall agreed to that the issuer dropped", agreed },
	{ "a recall declined that the issuer dropped", declined },
	{ "a question that a recipient dropped", question },
	{ "a question that its book does not say", asked },
	{ "an answer that its book does not say", answered },
	{ "a secret paper's number skipped", secret_number },
	{ "what a secret paper says", subject },
	{ "a secret paper in the ordinary book", wrong_book },
	{ "a lost correction of a paper", paper_correction },
	{ "what a document answers, lost", reply },
	{ "done, and still to be done", left_behind },
	{ "to be done, and forgotten", forgotten },
	{ "work that moved no counter", work_uncounted },
	{ "a report summed twice", summed_twice },
	{ "a report summed though it was refused", summed_though_refused },
	{ "a committee that moved, counted elsewhere before", moved_before_its_time },
	{ "what is missing, as zero", missing_as_zero },
};

bool year_plants(struct world *w, void (*check)(struct world *w))
{
	bool good = true;

	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
		good = plant(w, "year", &faults[i], 1, check) && good;
	for (size_t i = 0; i < sizeof of_ended / sizeof of_ended[0]; i++)
		good = plant(w, "year", &of_ended[i], w->member_count, check) && good;
	year_remind_again(w);
	good = plant_report(w, "year", "a reminder given twice", true) && good;
	year_remind_by_old_table(w);
	return plant_report(w, "year", "a reminder by the old table of holidays", true) && good;
}
