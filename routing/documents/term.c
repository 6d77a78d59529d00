/* See term.h. */
#include "routing/documents/term.h"

#include <stdio.h>
#include <string.h>

#include "routing/base/arena.h"
#include "routing/rules/rules.h"
#include "routing/state/memory.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"

static const char note_name[] = "term";

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
	if (!is_same_term(known, own))
		return true;
	copy_date(out->key, known->key);
	if (strcmp(known->from, out->from) < 0)
		copy_date(out->from, known->from);
	return true;
}

enum err term_now(struct turn_view *t, struct number_term *out)
{
	const struct rec_committee *own = NULL;
	struct term_memory term;
	enum err e = core_own_entry(t, &own);

	*out = (struct number_term){ .key = "" };
	if (e != ERR_OK || !of_entry(&t->core->term, own, &term))
		return e;
	copy_date(out->key, term.key);
	copy_date(out->from, strcmp(term.from, term.key) < 0 ? term.from : term.key);
	out->settling =
		is_same_term(&t->core->term, own) && strcmp(term.from, t->core->term.from) < 0;
	return ERR_OK;
}

text_t term_date(const struct number_term *term, bool party, text_t date)
{
	return party && strcmp(date, term->key) < 0 && strcmp(date, term->from) >= 0 ? term->key
										     : date;
}

/* "KEY FROM NAME" */
static enum err write_note(struct turn_view *t, const struct term_memory *term)
{
	char text[2 * DATE_MAX + SYMBOL_MAX + 8];
	struct record r = { .family = FAMILY_META, .u.note = { .number = 1 } };
	int len = snprintf(text, sizeof text, "%s %s %s", term->key, term->from, term->name);

	r.u.note.bytes =
		arena_blob(t->plan->arena, (struct blob){ (const uint8_t *)text, (size_t)len });
	if (r.u.note.bytes.data == NULL)
		return ERR_NO_MEMORY;
	core_put(t, key_name(note_name), &r);
	t->core->term = *term;
	return ERR_OK;
}

static bool read_note(const struct blob *b, struct term_memory *out)
{
	const char *at = (const char *)b->data;
	size_t head = 2 * (DATE_MAX + 1);

	*out = (struct term_memory){ .known = true };
	if (b->len_bytes < head || b->len_bytes - head > SYMBOL_MAX)
		return false;
	memcpy(out->key, at, DATE_MAX);
	memcpy(out->from, at + DATE_MAX + 1, DATE_MAX);
	memcpy(out->name, at + head, b->len_bytes - head);
	return true;
}

enum err term_load(struct turn_view *t)
{
	struct record r;
	enum err e = core_get(t, FAMILY_META, key_name(note_name), &r);

	if (e == ERR_OK && !read_note(&r.u.note.bytes, &t->core->term))
		t->core->term = (struct term_memory){ .known = false };
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

enum err term_tick(struct turn_view *t, bool *earlier)
{
	const struct term_memory *known = &t->core->term;
	const struct rec_committee *own = NULL;
	struct term_memory term;
	enum err e = core_own_entry(t, &own);

	*earlier = false;
	if (e != ERR_OK || !of_entry(known, own, &term) ||
	    (known->known && strcmp(known->key, term.key) == 0 &&
	     strcmp(known->from, term.from) == 0 && strcmp(known->name, term.name) == 0))
		return e;
	*earlier = is_same_term(known, own) && strcmp(term.from, known->from) < 0;
	return write_note(t, &term);
}
