/* See last_number.h. */
#include "routing/reconcile/last_number.h"

#include <stdlib.h>
#include <string.h>

#include "routing/base/arena.h"
#include "routing/base/calendar.h"
#include "routing/base/limits.h"
#include "routing/documents/documents.h"
#include "routing/reconcile/accept.h"
#include "routing/rules/rules.h"
#include "routing/state/lookup.h"
#include "routing/state/memory.h"
#include "routing/state/plan.h"

enum { LINES_PER_TICK = 128, SCRATCH_BYTES = 4 << 20 };

/* ---- which are wanted ---- */

/* Lines of these years may have its numbers; one dated in December may be sent in January. */
static void years_of(struct last_number *n)
{
	char year[5] = "";

	n->from = 0;
	n->to = UINT16_MAX;
	if (!series_begins(&n->counter, year))
		return;
	n->from = (uint16_t)strtoul(year, NULL, 10);
	if (series_is_of_year(&n->counter))
		n->to = (uint16_t)(n->from + 1);
}

void last_number_want(struct turn_view *t, const struct key *counter)
{
	struct last_numbers *all = &t->core->last_numbers;

	for (uint32_t i = 0; i < all->count; i++) {
		if (key_equal(&all->of[i].counter, counter))
			return;
	}
	if (all->count == LAST_NUMBERS_MAX)
		return;
	all->of[all->count].counter = *counter;
	years_of(&all->of[all->count++]);
	/* from the beginning for the others, too */
	for (uint32_t i = 0; i < all->count; i++) {
		all->of[i].last = all->of[i].unknown = 0;
		all->of[i].unclear = false;
	}
	all->book = BOOK_OUT;
	all->begun = false;
	t->core->next_tick_ms = t->now.mono_ms;
}

/* ---- lines ---- */

/* Nobody knows the number of what stands, or stood, in this line. */
static void note_unknown(struct turn_view *t, uint16_t year, bool given_up)
{
	struct last_numbers *all = &t->core->last_numbers;

	for (uint32_t i = 0; i < all->count; i++) {
		struct last_number *n = &all->of[i];

		if (year < n->from || year > n->to)
			continue;
		n->unknown += given_up;
		n->unclear = n->unclear || !given_up;
	}
}

static enum err cannot_read(struct turn_view *t, uint16_t year, enum family family,
			    const struct key *key)
{
	bool accepted;
	enum err e = accept_has(t, family, key, &accepted);

	if (e == ERR_OK)
		note_unknown(t, year, accepted);
	return e;
}

/* `day`: where it has no date of issue. */
static enum err counter_of(struct turn_view *t, const struct record *r, struct key *counter,
			   uint64_t *n)
{
	const struct rec_paper *p = &r->u.paper;
	const struct rec_document *d = &r->u.document;
	struct given_question q = { .type_code = p->type_code,
				    .type_name = p->type_name,
				    .date = p->date,
				    .secret = p->secrecy >= SECRECY_MAT };
	char day[DATE_MAX + 1];

	if (r->family == FAMILY_PAPER)
		return given_counter(t, &q, p->number, counter, n);
	q = (struct given_question){ .type_code = d->summary.type_code,
				     .type_name = d->summary.type_name,
				     .date = d->summary.issued_on };
	date_of_ms(d->taken_at_ms, day);
	if (q.date == NULL || q.date[0] == '\0')
		q.date = day;
	return given_counter(t, &q, d->summary.number, counter, n);
}

static enum err count(struct turn_view *t, const struct record *r)
{
	struct last_numbers *all = &t->core->last_numbers;
	struct key counter;
	uint64_t n;
	enum err e = counter_of(t, r, &counter, &n);

	for (uint32_t i = 0; e == ERR_OK && n != 0 && i < all->count; i++) {
		struct last_number *at = &all->of[i];

		if (key_equal(&at->counter, &counter) && n > at->last)
			at->last = n;
	}
	return e;
}

static enum err read(struct turn_view *t, struct arena *scratch, struct doc_key doc,
		     struct key *key, struct record *r)
{
	bool paper = doc.role == ROLE_PAPER;
	enum family family = paper ? FAMILY_PAPER : FAMILY_DOCUMENT;
	enum err e;

	*key = paper ? key_paper(doc.serial) : key_serial(doc.role, doc.serial);
	e = t->lookup.get(t->lookup.ctx, scratch, family, key, r);
	r->family = family;
	return e;
}

/* An entry on paper, and its corrections: each number of them was given. */
static enum err count_entry(struct turn_view *t, struct arena *scratch, uint16_t year,
			    struct doc_key doc)
{
	struct record r;
	struct key key;
	enum err e = ERR_OK;

	for (unsigned i = 0; e == ERR_OK && doc.serial.n != 0 && i <= LINE_ADDITIONS_MAX; i++) {
		e = read(t, scratch, doc, &key, &r);
		if (e == ERR_DAMAGED)
			return cannot_read(t, year, r.family, &key);
		if (e == ERR_NOT_FOUND) {
			note_unknown(t, year, true);
			return ERR_OK;
		}
		if (e == ERR_OK)
			e = count(t, &r);
		doc.serial.n = r.family == FAMILY_PAPER ? r.u.paper.next.n : 0;
	}
	return e;
}

static enum err count_line(struct turn_view *t, struct arena *scratch, struct line_key at,
			   const struct rec_line *line)
{
	if (line->kind == LINE_VOID && line->role == ROLE_NONE) {
		if (strcmp(line->note, LINE_NOTE_RESTORED) == 0)
			note_unknown(t, at.year, true);
		return ERR_OK;
	}
	return count_entry(t, scratch, at.year, (struct doc_key){ line->role, line->serial });
}

/* ERR_NOT_FOUND: there are no more in this book. */
static enum err step(struct turn_view *t, struct arena *scratch)
{
	struct last_numbers *all = &t->core->last_numbers;
	struct key prefix = key_book(all->book);
	struct scan scan = all->begun ? scan_from(prefix, all->at) : scan_of(prefix);
	struct line_key at;
	struct record r;
	enum err e;

	arena_reset(scratch);
	scan.report_damage = true;
	e = t->lookup.next(t->lookup.ctx, scratch, FAMILY_LINE, &scan, &r);
	if (e != ERR_OK && e != ERR_DAMAGED)
		return e;
	all->at = scan.at;
	all->begun = true;
	if (!key_parse_line(&scan.at, &at) || at.addition != 0)
		return ERR_OK;
	return e == ERR_OK ? count_line(t, scratch, at, &r.u.line)
			   : cannot_read(t, at.year, FAMILY_LINE, &scan.at);
}

/* ---- the end ---- */

/* What an older build gave stands in no line. The keys ascend by number, those of all issuers
 * together: the first from the end that is of this series is the one. */
static enum err look_in_index(struct turn_view *t, struct arena *scratch, struct last_number *n)
{
	struct key prefix, counter, key;
	struct scan scan;
	bool found = false;
	enum err e = ERR_OK;

	if (!series_members(&n->counter, &prefix))
		return ERR_OK; /* of secret documents */
	scan = scan_of(prefix);
	scan.report_damage = true;
	for (unsigned i = 0; e == ERR_OK && !found && i < NUMBERS_WALKED_MAX; i++) {
		uint64_t number = 0;
		struct doc_key doc;
		struct record r;

		arena_reset(scratch);
		e = t->lookup.last(t->lookup.ctx, scratch, FAMILY_NUMBER, &scan, &r);
		if (e != ERR_OK && e != ERR_DAMAGED)
			break;
		e = ERR_OK;
		if (!series_parse(&scan.at, &doc.role, &doc.serial))
			continue;
		e = read(t, scratch, doc, &key, &r);
		if (e == ERR_OK)
			e = counter_of(t, &r, &counter, &number);
		found = e == ERR_OK && number != 0 && key_equal(&counter, &n->counter);
		if (found && number > n->last)
			n->last = number;
		e = e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Meanwhile a number by hand may have said where it stands. */
static enum err write(struct turn_view *t, const struct last_number *n)
{
	struct record r = { .family = FAMILY_SERIES };
	struct record there;
	enum err e = core_get(t, FAMILY_SERIES, n->counter, &there);

	r.u.series.last = n->last + n->unknown;
	if (r.u.series.last > NUMBERING_LAST)
		r.u.series.last = NUMBERING_LAST;
	if (e == ERR_DAMAGED || (e == ERR_OK && there.u.series.last < r.u.series.last))
		core_put(t, n->counter, &r);
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

static enum err end(struct turn_view *t, struct arena *scratch)
{
	struct last_numbers *all = &t->core->last_numbers;
	enum err e = ERR_OK;

	for (uint32_t i = 0; e == ERR_OK && i < all->count; i++) {
		struct last_number *n = &all->of[i];

		if (n->unclear)
			continue;
		e = look_in_index(t, scratch, n);
		if (e == ERR_OK && n->last > 0) /* else nothing says anything of it */
			e = write(t, n);
	}
	all->count = 0;
	return e;
}

enum err last_number_tick(struct turn_view *t)
{
	struct last_numbers *all = &t->core->last_numbers;
	struct arena *scratch;
	enum err e = ERR_OK;

	/* an older store's index, or a term of which it is not known yet when it began */
	if (all->count == 0 || t->core->numbering.active)
		return ERR_OK;
	scratch = arena_new(SCRATCH_BYTES);
	if (scratch == NULL)
		return ERR_NO_MEMORY;
	for (unsigned i = 0; e == ERR_OK && i < LINES_PER_TICK; i++)
		e = step(t, scratch);
	if (e == ERR_NOT_FOUND) {
		e = all->book == BOOK_OUT ? ERR_OK : end(t, scratch);
		all->book = BOOK_SECRET_OUT;
		all->begun = false;
	}
	arena_destroy(scratch);
	if (all->count > 0)
		t->core->next_tick_ms = t->now.mono_ms;
	return e;
}
