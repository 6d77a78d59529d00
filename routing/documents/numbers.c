/* See numbers.h. */
#include "routing/documents/numbers.h"

#include <string.h>

#include "routing/base/calendar.h"
#include "routing/base/limits.h"
#include "routing/documents/alike.h"
#include "routing/documents/same_number.h"
#include "routing/documents/term.h"
#include "routing/rules/rules.h"
#include "routing/state/lookup.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"
#include "routing/target/target.h"

enum { RECORDS_PER_TICK = 256 };
static const char note_name[] = "numbers", alike_note_name[] = "papers";

static bool is_party(text_t number)
{
	struct number_symbol symbol;

	series_symbol(number, &symbol);
	return symbol.party;
}

static enum err number_series(struct turn_view *t, const struct numbered *n, struct key *out,
			      bool *has)
{
	struct numbered of_term = *n;
	struct number_term term;
	enum err e = term_of(t, n->date, &term);

	if (e == ERR_OK)
		of_term.date = term_date(&term, is_party(n->number), n->date);
	*has = e == ERR_OK && series_key(&of_term, term.key, out);
	return e;
}

enum err number_others(struct turn_view *t, const struct key *series, struct doc_key self,
		       struct number_others *out)
{
	struct scan scan = scan_of(*series);
	struct record r;
	enum err e = ERR_OK;

	*out = (struct number_others){ .count = 0 };
	while (out->count < SAME_NUMBER_MAX &&
	       (e = t->lookup.next(t->lookup.ctx, t->plan->arena, FAMILY_NUMBER, &scan, &r)) ==
		       ERR_OK) {
		struct doc_key doc;

		if (!series_parse(&scan.at, &doc.role, &doc.serial) ||
		    (doc.role == self.role && doc.serial.n == self.serial.n))
			continue;
		out->one = doc;
		out->count++;
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err day_of(struct turn_view *t, struct doc_key doc, char day[DATE_MAX + 1])
{
	struct record r;
	enum err e = core_get(t, FAMILY_DOCUMENT, key_serial(doc.role, doc.serial), &r);
	text_t on = e == ERR_OK ? r.u.document.summary.issued_on : NULL;

	day[0] = '\0';
	if (e == ERR_OK && on != NULL && strlen(on) == DATE_MAX)
		memcpy(day, on, DATE_MAX + 1);
	else if (e == ERR_OK)
		date_of_ms(r.u.document.taken_at_ms, day);
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

static enum err has_in_term(struct turn_view *t, const struct key *series,
			    const struct number_term *term, bool *yes)
{
	struct scan scan = scan_of(*series);
	struct record r;
	enum err e = ERR_OK;

	for (unsigned n = 0; n < SAME_NUMBER_MAX && e == ERR_OK && !*yes; n++) {
		char day[DATE_MAX + 1];
		struct doc_key doc;

		e = t->lookup.next(t->lookup.ctx, t->plan->arena, FAMILY_NUMBER, &scan, &r);
		if (e != ERR_OK || !series_parse(&scan.at, &doc.role, &doc.serial) ||
		    doc.role != ROLE_OUT)
			continue;
		e = day_of(t, doc, day);
		*yes = day[0] != '\0' && term_has(term, day);
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err number_in_term(struct turn_view *t, const struct numbered *n,
			const struct number_term *term, bool *yes)
{
	const text_t terms[] = { "", term_key_before(t), term->key };
	struct key series, other;
	enum err e = ERR_OK;

	*yes = false;
	if (!series_key(n, term->key, &series))
		return ERR_OK;
	for (unsigned i = 0; i < sizeof terms / sizeof terms[0] && e == ERR_OK && !*yes; i++) {
		if (series_of_term(&series, terms[i], &other))
			e = has_in_term(t, &other, term, yes);
	}
	return e;
}

static enum err read_document(struct turn_view *t, struct doc_key p, struct record *r)
{
	return p.role == ROLE_PAPER ? core_get(t, FAMILY_PAPER, key_paper(p.serial), r)
				    : core_get(t, FAMILY_DOCUMENT, key_serial(p.role, p.serial), r);
}

enum err number_id(struct turn_view *t, struct doc_key p, struct doc_id *id)
{
	struct record r;
	enum err e = read_document(t, p, &r);

	*id = e != ERR_OK	     ? (struct doc_id){ { 0 } }
	      : p.role == ROLE_PAPER ? r.u.paper.id
				     : r.u.document.id;
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

/* Where it counts for the target: an entry on paper says so in its serial. */
static enum err month_of(struct turn_view *t, struct doc_key p, struct month *out)
{
	struct record r;
	enum err e;

	out->n = (uint16_t)(p.serial.n >> 40);
	if (p.role == ROLE_PAPER)
		return ERR_OK;
	e = read_document(t, p, &r);
	*out = e == ERR_OK ? month_of_ms(r.u.document.taken_at_ms) : (struct month){ 0 };
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

static enum err set_shared(struct turn_view *t, struct doc_key p, bool shared)
{
	struct record r = { .family = FAMILY_NUMBER };
	struct month month;
	enum err e = month_of(t, p, &month);

	if (e != ERR_OK || month.n == 0)
		return e;
	if (shared)
		core_put(t, series_shared(month, p.role, p.serial), &r);
	else
		core_erase(t, FAMILY_NUMBER, series_shared(month, p.role, p.serial));
	return ERR_OK;
}

enum err number_put_beside(struct turn_view *t, const struct key *series, struct doc_key doc,
			   const struct number_others *others)
{
	struct record r = { .family = FAMILY_NUMBER };
	enum err e = ERR_OK;

	core_put(t, series_member(series, doc.role, doc.serial), &r);
	if (others->count == 1)
		e = set_shared(t, others->one, true); /* until now it was alone */
	return e == ERR_OK && others->count > 0 ? set_shared(t, doc, true) : e;
}

enum err number_put(struct turn_view *t, const struct key *series, struct doc_key doc)
{
	struct number_others others;
	enum err e = number_others(t, series, doc, &others);

	return e == ERR_OK ? number_put_beside(t, series, doc, &others) : e;
}

enum err number_drop(struct turn_view *t, const struct key *series, struct doc_key doc)
{
	struct number_others others;
	enum err e = number_others(t, series, doc, &others);

	if (e != ERR_OK)
		return e;
	core_erase(t, FAMILY_NUMBER, series_member(series, doc.role, doc.serial));
	if (others.count > 0)
		e = set_shared(t, doc, false);
	return e == ERR_OK && others.count == 1 ? set_shared(t, others.one, false) : e;
}

enum err number_of_document(struct turn_view *t, const struct rec_document *d, text_t type_name,
			    struct key *series, bool *has)
{
	char day[DATE_MAX + 1];
	struct numbered n = { .types = t->core->doctypes,
			      .number = d->summary.number,
			      .type_code = d->summary.type_code,
			      .type_name = type_name,
			      .date = d->summary.issued_on };

	date_of_ms(d->taken_at_ms, day);
	if (n.date == NULL || n.date[0] == '\0')
		n.date = day;
	*has = false;
	return n.number == NULL || n.number[0] == '\0' ? ERR_OK : number_series(t, &n, series, has);
}

enum err number_of_paper(struct turn_view *t, const struct rec_paper *p, struct key *series,
			 bool *has)
{
	struct numbered n = { .types = t->core->doctypes,
			      .number = p->number,
			      .type_code = p->type_code,
			      .type_name = p->type_name,
			      .date = p->date };

	*has = false;
	/* Secret documents have a series of their own (docs/DOMAIN.md §4). */
	return p->direction != DIRECTION_OUT || p->secrecy >= SECRECY_MAT || p->next.n != 0 ||
			       (p->cancelled_at_ms != 0 && !p->not_issued)
		       ? ERR_OK
		       : number_series(t, &n, series, has);
}

/* ---- a store from before ---- */

/* What the note of numbers says when all is there; 1: only the numbers of ours. */
enum { WHOLE = 2 };

/* 0: there is no such note. */
static enum err read_note(struct turn_view *t, const char *name, uint64_t *number)
{
	struct record r;
	enum err e = core_get(t, FAMILY_META, key_name(name), &r);

	*number = e == ERR_OK ? r.u.note.number : 0;
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

static void write_notes(struct turn_view *t)
{
	struct record r = { .family = FAMILY_META, .u.note = { .number = WHOLE } };

	core_put(t, key_name(note_name), &r);
	core_put(t, key_name(alike_note_name), &r);
}

/* What the notes do not have is read once more. */
static struct numbering missing_of(uint64_t numbers, bool papers, bool has_paper)
{
	return (struct numbering){ .active = true,
				   .paper = numbers != 0,
				   .ours = numbers != 0,
				   .alike_only = numbers >= WHOLE,
				   .alike_unknown = has_paper && !papers };
}

enum err numbers_load(struct turn_view *t)
{
	struct scan scan = scan_of((struct key){ .len_bytes = 0 });
	uint64_t numbers = 0, papers = 0;
	struct record r;
	bool has_paper;
	enum err e = term_load(t);

	if (e == ERR_OK)
		e = read_note(t, note_name, &numbers);
	if (e == ERR_OK)
		e = read_note(t, alike_note_name, &papers);
	if (e != ERR_OK || (numbers >= WHOLE && papers != 0))
		return e;
	e = t->lookup.next(t->lookup.ctx, t->plan->arena, FAMILY_PAPER, &scan, &r);
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	has_paper = e == ERR_OK;
	if (has_paper || (numbers < WHOLE && t->core->next_serial > 1))
		t->core->numbering = missing_of(numbers, papers != 0, has_paper);
	else
		write_notes(t);
	return ERR_OK;
}

/* One that was accepted stands in the register; others are put there when they are. */
static enum err index_received(struct turn_view *t, const struct rec_document *d,
			       struct doc_key doc)
{
	const struct rec_document document = *d;
	struct received received;
	struct record r;
	enum err e = core_get(t, FAMILY_WORK, key_serial(doc.role, doc.serial), &r);

	if (e == ERR_OK && r.u.work.line.number != 0) {
		same_number_document(&document, doc, &received);
		same_number_put(t, &received);
	}
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

/* Where it stands in another term, it goes from there. */
static enum err drop_from(struct turn_view *t, const struct key *series, text_t term_from,
			  struct doc_key doc)
{
	struct key other;
	struct record r;
	enum err e = ERR_NOT_FOUND;

	if (series_of_term(series, term_from, &other) && !key_equal(&other, series))
		e = core_get(t, FAMILY_NUMBER, series_member(&other, doc.role, doc.serial), &r);
	if (e == ERR_OK)
		e = number_drop(t, &other, doc);
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

/* Of a term whose beginning was corrected to an earlier day: what stood in the one before, or under
 * the key of none that is known, goes to the others of this one. */
static enum err put_again(struct turn_view *t, const struct key *series, struct doc_key doc)
{
	enum err e = drop_from(t, series, "", doc);

	if (e == ERR_OK)
		e = drop_from(t, series, term_key_before(t), doc);
	return e == ERR_OK ? number_put(t, series, doc) : e;
}

static enum err index_ours(struct turn_view *t, const struct record *r, struct doc_key doc)
{
	const struct record one = *r;
	const bool paper = doc.role == ROLE_PAPER;
	struct received received;
	struct key series;
	bool has = false;
	enum err e = ERR_OK;

	if (paper) {
		same_number_paper(&one.u.paper, doc.serial, &received);
		same_number_put(t, &received);
		e = alike_put(t, &one.u.paper, doc.serial);
	}
	if (e == ERR_OK && !t->core->numbering.ours)
		e = paper ? number_of_paper(t, &one.u.paper, &series, &has)
			  : number_of_document(t, &one.u.document, "", &series, &has);
	return e == ERR_OK && has ? put_again(t, &series, doc) : e;
}

/* The end of our documents, of paper, of what was received. */
static void next_kind(struct turn_view *t)
{
	struct numbering *n = &t->core->numbering;

	if (n->received || (n->paper && n->alike_only)) {
		*n = (struct numbering){ .active = false };
		write_notes(t);
		return;
	}
	n->begun = false;
	n->alike_unknown = n->alike_unknown && !n->paper;
	n->received = n->ours = n->paper;
	n->paper = true;
}

/* Indexes the next record. A record that the index has already is put once more, which changes
 * nothing: after a crash indexing starts again. */
static enum err step(struct turn_view *t)
{
	struct numbering *n = &t->core->numbering;
	const bool paper = n->paper && !n->received;
	struct key all = { .len_bytes = 0 },
		   prefix = paper ? all : key_role(n->received ? ROLE_IN : ROLE_OUT);
	struct scan scan = n->begun ? scan_from(prefix, n->at) : scan_of(prefix);
	struct doc_key doc = { .role = ROLE_PAPER };
	struct record r;
	enum err e = t->lookup.next(t->lookup.ctx, t->plan->arena,
				    paper ? FAMILY_PAPER : FAMILY_DOCUMENT, &scan, &r);

	if (e == ERR_NOT_FOUND) {
		next_kind(t);
		return ERR_OK;
	}
	if (e != ERR_OK)
		return e;
	n->begun = true;
	n->at = scan.at;
	if (!(paper ? key_parse_paper(&scan.at, &doc.serial)
		    : key_parse_serial(&scan.at, &doc.role, &doc.serial)))
		return ERR_OK;
	return n->received ? index_received(t, &r.u.document, doc) : index_ours(t, &r, doc);
}

enum err numbers_tick(struct turn_view *t)
{
	bool earlier;
	enum err e = term_tick(t, &earlier);

	if (e == ERR_OK && earlier) {
		t->core->numbering =
			(struct numbering){ .active = true,
					    .alike_unknown = t->core->numbering.alike_unknown };
		core_erase(t, FAMILY_META, key_name(note_name));
	}
	for (unsigned i = 0; i < RECORDS_PER_TICK && t->core->numbering.active &&
			     plan_has_room(t->plan) && e == ERR_OK;
	     i++)
		e = step(t);
	if (t->core->numbering.active)
		t->core->next_tick_ms = t->now.mono_ms; /* the rest goes on in between */
	return e;
}
