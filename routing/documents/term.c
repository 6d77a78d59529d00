/* See term.h. */
#include "routing/documents/term.h"

#include <stdio.h>
#include <string.h>

#include "routing/base/arena.h"
#include "routing/base/calendar.h"
#include "routing/rules/rules.h"
#include "routing/state/memory.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"

static const char note_name[] = "term", before_name[] = "term-before";

static bool is_same_term(const struct term_memory *known, const struct rec_committee *own)
{
	bool named = own->term_name != NULL && own->term_name[0] != '\0' && known->name[0] != '\0';

	if (!known->known)
		return false;
	return (named && spelling_same_name(own->term_name, known->name)) ||
	       strcmp(own->term_from, known->key) == 0 || strcmp(own->term_from, known->from) == 0;
}

static void copy_date(char to[DATE_MAX + 1], text_t from)
{
	snprintf(to, DATE_MAX + 1, "%s", from);
}

/* What is known of the term that our entry names. False: it names none. */
static bool of_entry(const struct term_memory *known, const struct rec_committee *own,
		     struct term_memory *out)
{
	*out = (struct term_memory){ .known = true };
	if (own == NULL || own->term_from == NULL || strlen(own->term_from) != DATE_MAX)
		return false;
	snprintf(out->name, sizeof out->name, "%s", own->term_name == NULL ? "" : own->term_name);
	copy_date(out->key, own->term_from);
	copy_date(out->from, own->term_from);
	if (!is_same_term(known, own)) {
		out->counted = known->known;
		return true;
	}
	out->counted = known->counted;
	copy_date(out->key, known->key);
	if (strcmp(known->from, out->from) < 0)
		copy_date(out->from, known->from);
	return true;
}

/* What was in force before the term that our entry names. */
static struct term_memory before_entry(const struct core *c, const struct rec_committee *own)
{
	struct term_memory none = { .known = c->termless };

	if (is_same_term(&c->term, own))
		return c->term_before;
	return c->term.known ? c->term : none;
}

static text_t first_day(const struct term_memory *term)
{
	return strcmp(term->from, term->key) < 0 ? term->from : term->key;
}

static void fill(const struct term_memory *term, struct number_term *out)
{
	out->counted = term->counted;
	copy_date(out->key, term->key);
	copy_date(out->from, first_day(term));
}

bool term_has(const struct number_term *term, text_t date)
{
	return strcmp(date, term->from) >= 0 &&
	       (term->until[0] == '\0' || strcmp(date, term->until) < 0);
}

enum err term_of(struct turn_view *t, text_t date, struct number_term *out)
{
	const struct rec_committee *own = NULL;
	struct term_memory term, before;
	char today[DATE_MAX + 1];
	enum err e = core_own_entry(t, &own);

	*out = (struct number_term){ .key = "" };
	if (e != ERR_OK || !of_entry(&t->core->term, own, &term))
		return e;
	before = before_entry(t->core, own);
	term.counted = term.counted || (!is_same_term(&t->core->term, own) && before.known);
	date_of_ms(t->now.wall_ms, today);
	if (strcmp(date, first_day(&term)) >= 0) {
		fill(&term, out);
		out->settling = is_same_term(&t->core->term, own) &&
				strcmp(term.from, t->core->term.from) < 0;
	} else if (before.known && strcmp(date, first_day(&before)) >= 0) {
		fill(&before, out);
		copy_date(out->until, first_day(&term));
		out->over = strcmp(today, out->until) >= 0;
	} else {
		copy_date(out->until, first_day(before.known ? &before : &term));
		out->over = true;
	}
	return ERR_OK;
}

text_t term_date(const struct number_term *term, bool party, text_t date)
{
	return party && strcmp(date, term->key) < 0 && strcmp(date, term->from) >= 0 ? term->key
										     : date;
}

text_t term_key_before(const struct turn_view *t)
{
	return t->core->term_before.key;
}

/* "KEY FROM NAME"; of no term the dates are blank. The note's number: COUNTED, or 1. */
enum { COUNTED = 2 };

static enum err write_note(struct turn_view *t, text_t name, const struct term_memory *term)
{
	char text[2 * DATE_MAX + SYMBOL_MAX + 8];
	struct record r = { .family = FAMILY_META,
			    .u.note = { .number = term->counted ? COUNTED : 1 } };
	int len = snprintf(text, sizeof text, "%-10s %-10s %s", term->key, term->from, term->name);

	r.u.note.bytes =
		arena_blob(t->plan->arena, (struct blob){ (const uint8_t *)text, (size_t)len });
	if (r.u.note.bytes.data == NULL)
		return ERR_NO_MEMORY;
	core_put(t, key_name(name), &r);
	return ERR_OK;
}

static bool parse_note(const struct blob *b, struct term_memory *out)
{
	const char *at = (const char *)b->data;
	size_t head = 2 * (DATE_MAX + 1);

	*out = (struct term_memory){ .known = true };
	if (b->len_bytes < head || b->len_bytes - head > SYMBOL_MAX)
		return false;
	if (at[0] == ' ')
		return true;
	memcpy(out->key, at, DATE_MAX);
	memcpy(out->from, at + DATE_MAX + 1, DATE_MAX);
	memcpy(out->name, at + head, b->len_bytes - head);
	return true;
}

static enum err read_note(struct turn_view *t, text_t name, struct term_memory *out)
{
	struct record r;
	enum err e = core_get(t, FAMILY_META, key_name(name), &r);

	if (e != ERR_OK || !parse_note(&r.u.note.bytes, out))
		*out = (struct term_memory){ .known = false };
	out->counted = out->known && r.u.note.number >= COUNTED;
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

enum err term_load(struct turn_view *t)
{
	enum err e = read_note(t, note_name, &t->core->term);

	if (e == ERR_OK)
		e = read_note(t, before_name, &t->core->term_before);
	/* a time without a term was written down, and none has begun since */
	t->core->termless = t->core->term_before.known && !t->core->term.known;
	return e;
}

/* The directory names no term: what comes after that time begins under our eyes, also when the
 * process ends in between. */
static enum err note_termless(struct turn_view *t)
{
	struct term_memory none = { .known = true };
	enum err e = write_note(t, before_name, &none);

	if (e == ERR_OK) {
		t->core->term_before = none;
		t->core->termless = true;
	}
	return e;
}

enum err term_tick(struct turn_view *t, bool *earlier)
{
	struct core *c = t->core;
	const struct rec_committee *own = NULL;
	struct term_memory term, before;
	bool same;
	enum err e = core_own_entry(t, &own);

	*earlier = false;
	if (e != ERR_OK || !of_entry(&c->term, own, &term)) {
		if (e == ERR_OK && own != NULL && !c->term.known && !c->termless)
			e = note_termless(t);
		return e;
	}
	same = is_same_term(&c->term, own);
	if (same && strcmp(c->term.key, term.key) == 0 && strcmp(c->term.from, term.from) == 0 &&
	    strcmp(c->term.name, term.name) == 0)
		return e;
	*earlier = same && strcmp(term.from, c->term.from) < 0;
	before = before_entry(c, own);
	term.counted = term.counted || (!same && before.known);
	if (!same && before.known)
		e = write_note(t, before_name, &before);
	if (e == ERR_OK)
		e = write_note(t, note_name, &term);
	if (e != ERR_OK)
		return e;
	c->term = term;
	c->term_before = before;
	return ERR_OK;
}
