/* See given.h. */
#include "routing/documents/given.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "routing/base/arena.h"
#include "routing/base/calendar.h"
#include "routing/base/limits.h"
#include "routing/documents/alike.h"
#include "routing/documents/numbers.h"
#include "routing/documents/slips.h"
#include "routing/documents/term.h"
#include "routing/rules/rules.h"
#include "routing/state/lookup.h"
#include "routing/state/memory.h"
#include "routing/state/plan.h"

enum { SCRATCH_BYTES = 1 << 20 };

/* ---- a store from before ---- */

static bool is_of_issuer(const struct doctypes *types, text_t number,
			 const struct number_parts *wanted, uint64_t *n)
{
	char ours[NUMBERING_ORGANISATION_MAX + 1], its[NUMBERING_ORGANISATION_MAX + 1];
	struct number_parts parts;

	if (number == NULL || numbering_parse_among(types, number, &parts) != ERR_OK)
		return false;
	*n = parts.n;
	numbering_issuer(wanted, ours);
	numbering_issuer(&parts, its);
	return spelling_same_number(ours, its);
}

/* A number that is looked for among those of its series. */
struct wanted_number {
	const struct doctypes *types;
	const struct number_parts *parts;
};

/* *is: a member of the index is of the issuer that `wanted` has, with the number *n. What cannot be
 * read is passed over. */
static enum err look_at(struct turn_view *t, struct arena *scratch, const struct key *member,
			const struct wanted_number *wanted, uint64_t *n, bool *is)
{
	struct doc_key doc;
	struct record r;
	struct key key;
	bool paper;
	enum err e;

	*is = false;
	if (!series_parse(member, &doc.role, &doc.serial))
		return ERR_OK;
	paper = doc.role == ROLE_PAPER;
	key = paper ? key_paper(doc.serial) : key_serial(doc.role, doc.serial);
	e = t->lookup.get(t->lookup.ctx, scratch, paper ? FAMILY_PAPER : FAMILY_DOCUMENT, &key, &r);
	if (e == ERR_OK)
		*is = is_of_issuer(wanted->types,
				   paper ? r.u.paper.number : r.u.document.summary.number,
				   wanted->parts, n);
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

/* The highest number of the series that the index knows, 0: none. The keys of a term and type
 * ascend by number, those of all issuers together (a congress has its own), so the first from the
 * end is most often the one. ERR_BUSY: too many of others. */
static enum err find_indexed(struct turn_view *t, const struct wanted_number *wanted,
			     const struct key *counter, uint64_t *last)
{
	struct arena *scratch = arena_new(SCRATCH_BYTES);
	enum err e = scratch == NULL ? ERR_NO_MEMORY : ERR_OK;
	bool is = false;
	struct key prefix;
	struct scan scan;
	struct record r;
	unsigned walked = 0;

	*last = 0;
	if (e == ERR_OK && !series_members(counter, &prefix))
		e = ERR_NOT_FOUND;
	if (e == ERR_OK)
		scan = scan_of(prefix);
	while (e == ERR_OK && !is) {
		arena_reset(scratch);
		e = t->lookup.last(t->lookup.ctx, scratch, FAMILY_NUMBER, &scan, &r);
		if (e == ERR_OK && walked++ == NUMBERS_WALKED_MAX)
			e = ERR_BUSY;
		if (e == ERR_OK)
			e = look_at(t, scratch, &scan.at, wanted, last, &is);
	}
	arena_destroy(scratch);
	*last = is ? *last : 0;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* ---- one number ---- */

static text_t date_of(struct turn_view *t, const struct given_question *q, char today[DATE_MAX + 1])
{
	date_of_ms(t->now.wall_ms, today);
	return q->date == NULL || q->date[0] == '\0' ? today : q->date;
}

static void types_of(struct turn_view *t, const struct given_question *q, struct doctypes *out)
{
	char today[DATE_MAX + 1];

	doctype_table_on(t->core->doctypes, date_of(t, q, today), out);
}

/* Answers of numbering_series, and failures. */
static enum err find_counter(struct turn_view *t, const struct number_parts *parts,
			     const struct given_question *q, const struct number_term *term,
			     struct key *out)
{
	char today[DATE_MAX + 1];
	text_t date = term_date(term, parts->form == NUMBER_FORM_PARTY, date_of(t, q, today));
	enum err e =
		numbering_series_of(t->core->doctypes, parts,
				    q->type_name == NULL ? "" : q->type_name, date, term->key, out);

	if (e == ERR_OK && q->secret)
		series_make_secret(out);
	return e;
}

/* Likewise. */
static enum err find(struct turn_view *t, const struct number_parts *parts,
		     const struct given_question *q, const struct number_term *term,
		     struct given *out)
{
	struct doctypes types;
	const struct wanted_number wanted = { &types, parts };
	uint64_t stored = 0;
	struct record r;
	enum err e = find_counter(t, parts, q, term, &out->counter);

	if (e != ERR_OK)
		return e;
	out->counted = true;
	e = core_get(t, FAMILY_SERIES, out->counter, &r);
	if (e != ERR_OK && e != ERR_NOT_FOUND && e != ERR_DAMAGED)
		return e;
	out->stored = e == ERR_OK;
	if (out->stored)
		stored = r.u.series.last;
	/* All that this one gave, this store has counted: what the index has besides was given in
	 * the term before it, and dated in it. */
	if (!out->stored && e == ERR_NOT_FOUND && term->counted &&
	    parts->form == NUMBER_FORM_PARTY && strcmp(term->from, term->key) == 0)
		return ERR_OK;
	/* Documents of days that were counted to our term later, the index alone has. */
	if (out->stored && strcmp(term->from, term->key) == 0) {
		out->last = stored;
		return ERR_OK;
	}
	out->lost = e == ERR_DAMAGED;
	out->unknown = !q->secret && (term->settling || (t->core->numbering.active &&
							 !t->core->numbering.ours));
	types_of(t, q, &types);
	e = find_indexed(t, &wanted, &out->counter, &out->last);
	out->lost = out->lost || e == ERR_BUSY;
	out->last = out->last > stored ? out->last : stored;
	return e == ERR_BUSY ? ERR_OK : e;
}

/* Was it given in this term already, by the series of the one before: on a day of it, before the
 * directory said so? ERR_BUSY: a store from before is still being read. */
static enum err was_given(struct turn_view *t, const struct given_question *q, text_t number,
			  const struct number_term *term, bool *yes)
{
	char today[DATE_MAX + 1];
	text_t date = date_of(t, q, today), name = q->type_name == NULL ? "" : q->type_name;
	const struct numbered n = { .types = t->core->doctypes,
				    .number = number,
				    .type_code = q->type_code,
				    .type_name = name,
				    .date = term_date(term, true, date) };
	const struct rec_paper p = { .direction = DIRECTION_OUT,
				     .type_code = q->type_code,
				     .type_name = name,
				     .number = number,
				     .subject = "",
				     .date = date,
				     .party = "",
				     .secrecy = q->secret ? SECRECY_MAT : SECRECY_THUONG };
	struct alike_found found;
	struct month month = { 0 };
	enum err e = ERR_OK;

	*yes = false;
	if (!q->secret) /* those have series of their own, and are never digital */
		e = number_in_term(t, &n, term, yes);
	if (e != ERR_OK || *yes)
		return e;
	(void)date_month(date, &month);
	e = alike_find(t, &p, month, &found);
	*yes = e == ERR_OK && found.given;
	return e;
}

static enum err print(struct number_parts *parts, uint64_t last, char text[NUMBER_MAX + 1])
{
	if (last >= NUMBERING_LAST)
		return ERR_NO_NUMBER;
	parts->n = (uint32_t)last + 1;
	return numbering_print(parts, text) == ERR_OK ? ERR_OK : ERR_NO_NUMBER;
}

/* The next one that is free; given->last: the one before it. */
static enum err next_free(struct turn_view *t, const struct given_question *q,
			  const struct number_term *term, struct number_parts *parts,
			  struct given *given, text_t *number)
{
	char text[NUMBER_MAX + 1];
	bool taken = true;
	enum err e = ERR_OK;

	for (unsigned walked = 0; e == ERR_OK && taken; walked++) {
		given->last += walked > 0;
		e = walked == NUMBERS_WALKED_MAX ? ERR_NO_NUMBER : print(parts, given->last, text);
		taken = false;
		if (e == ERR_OK && parts->form == NUMBER_FORM_PARTY && term->key[0] != '\0')
			e = was_given(t, q, text, term, &taken);
	}
	if (e != ERR_OK)
		return e;
	*number = arena_text(t->plan->arena, text, strlen(text));
	return *number == NULL ? ERR_NO_MEMORY : ERR_OK;
}

enum err given_next(struct turn_view *t, const struct given_question *q, text_t template,
		    struct given *out, text_t *number)
{
	char today[DATE_MAX + 1];
	struct number_parts parts;
	struct doctypes types;
	struct number_term term;
	text_t symbol = "";
	enum err e = slips_own_symbol(t, &symbol);

	*out = (struct given){ .counted = false };
	*number = "";
	if (e == ERR_OK)
		e = term_of(t, date_of(t, q, today), &term);
	if (e != ERR_OK)
		return e;
	types_of(t, q, &types);
	e = numbering_template_among(&types, template, q->type_code, symbol, &parts);
	if (e == ERR_OK)
		e = find(t, &parts, q, &term, out);
	if (e == ERR_FIELD || e == ERR_BAD_TYPE)
		return ERR_NO_NUMBER;
	if (e != ERR_OK)
		return e;
	if (parts.form == NUMBER_FORM_PARTY && term.over)
		return ERR_NO_NUMBER;
	if (out->lost || out->unknown)
		return out->lost ? ERR_NO_NUMBER : ERR_BUSY;
	e = next_free(t, q, &term, &parts, out, number);
	out->n = parts.n;
	return e;
}

bool given_is_answer(enum err e)
{
	return e == ERR_NUMBER_TYPE || e == ERR_NO_NUMBER || e == ERR_BAD_DATE || e == ERR_BUSY;
}

static bool is_uncounted(enum err e)
{
	return e == ERR_FIELD || e == ERR_BAD_TYPE || e == ERR_NUMBER_TYPE || e == ERR_BAD_DATE;
}

enum err given_by_hand(struct turn_view *t, const struct given_question *q, text_t number,
		       struct given *out)
{
	char today[DATE_MAX + 1];
	struct number_parts parts;
	struct doctypes types;
	struct number_term term;
	enum err e;

	*out = (struct given){ .counted = false };
	types_of(t, q, &types);
	if (number == NULL || numbering_parse_among(&types, number, &parts) != ERR_OK)
		return ERR_OK;
	e = term_of(t, date_of(t, q, today), &term);
	if (e == ERR_OK)
		e = find(t, &parts, q, &term, out);
	out->n = parts.n;
	return !out->counted && is_uncounted(e) ? ERR_OK : e;
}

enum err given_counter(struct turn_view *t, const struct given_question *q, text_t number,
		       struct key *counter, uint64_t *n)
{
	char today[DATE_MAX + 1];
	struct number_parts parts;
	struct doctypes types;
	struct number_term term;
	enum err e;

	*n = 0;
	types_of(t, q, &types);
	if (number == NULL || numbering_parse_among(&types, number, &parts) != ERR_OK)
		return ERR_OK;
	e = term_of(t, date_of(t, q, today), &term);
	if (e == ERR_OK)
		e = find_counter(t, &parts, q, &term, counter);
	if (e == ERR_OK)
		*n = parts.n;
	return is_uncounted(e) ? ERR_OK : e;
}

uint32_t given_gap(const struct given *g)
{
	return g->counted && !g->unknown && g->last > 0 && g->n > g->last + 1
		       ? (uint32_t)(g->n - g->last - 1)
		       : 0;
}

void given_take(struct turn_view *t, const struct given *g)
{
	struct record r = { .family = FAMILY_SERIES,
			    .u.series = { .last = g->n > g->last ? g->n : g->last } };
	/* What was found in the index is kept, so that it is not looked for again. */
	bool found = !g->stored && !g->lost;

	/* Not known yet: the index will have it. */
	if (g->counted && !g->unknown && (g->n > g->last || found))
		core_put(t, g->counter, &r);
}

bool given_fits(struct turn_view *t, const struct given_question *q, text_t template,
		text_t own_symbol, text_t number)
{
	char text[NUMBER_MAX + 1];
	struct number_parts wanted, parts;
	struct doctypes types;

	types_of(t, q, &types);
	if (numbering_template_among(&types, template, q->type_code, own_symbol, &wanted) !=
		    ERR_OK ||
	    numbering_parse_among(&types, number, &parts) != ERR_OK)
		return false;
	wanted.n = parts.n;
	return numbering_print(&wanted, text) == ERR_OK && spelling_same_number(text, number);
}
