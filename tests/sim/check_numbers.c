/* Numbers on paper in office worlds: the book of what went out is read in the order in which it was
 * written, and each number must be the one that the book had come to then. What the office numbers
 * is the next of its series; by hand a clerk goes ahead of it, and what lies between is skipped by
 * that entry and no other, as many as the clerk was told of. No number is missing for any other
 * reason, and none is there twice but by hand. Shares no code with what it checks. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/check.h"

enum { ARENA_BYTES = 1 << 20, EARLY_MOST = 1024 };

static struct {
	unsigned last[2 * NUMBER_TYPES]; /* those of the term that begins behind; 0: none yet */
	bool early[NUMBER_TYPES][EARLY_MOST]; /* are dated in it, and were given before */
	/* One by hand, below what the book had come to, of which nobody can say whether it was the
	 * last before the term or the first of it; 0: none. The next number tells. */
	unsigned either[NUMBER_TYPES];
	bool there[NUMBER_ACTS_MAX]; /* has a line */
	unsigned line, altered;
	struct lookup l;
	struct arena *a;
} book; /* of one member; the simulator has one thread */

static int find(const struct world *w, const struct doc_id *id)
{
	for (int i = 0; i < w->number_count; i++) {
		if (memcmp(&w->numbers[i].id, id, sizeof *id) == 0)
			return i;
	}
	return -1;
}

/* Of the first of a series it is not known whether it skips any: nobody is told. */
static void check_skipped(struct world *w, const struct member *m, const struct number_act *a,
			  unsigned n, const unsigned *series)
{
	unsigned last = *series,
		 skipped = last > 0 && n > last + 1 ? n - last - 1 : 0;

	if (a->gap_known && a->gap != skipped)
		world_violation(w, "numbers", "%s: %u-%s after %u skips %u, and %u was told",
				m->id.text, n, number_types[a->type], last, skipped, a->gap);
	w->numbers_skipped += skipped;
	if (w->verbose && n > last + 1)
		printf("# %s: %u-%s by hand after %u, %s\n", m->id.text, n,
		       number_types[a->type], last,
		       last == 0	  ? "the first of its series"
		       : !a->gap_known ? "what it skips was in an answer that was lost"
				       : "what it skips was told");
}

/* What is dated in the term is counted anew from when the directory says so. What was given on that
 * day before that was counted on, and is of the term all the same: those numbers are left out, for
 * none is given twice in it. */
static unsigned *series_of(const struct number_act *a, unsigned n)
{
	unsigned *before = &book.last[a->type], *anew = before + NUMBER_TYPES,
		 skipped = a->what == NUMBER_JUMP ? a->gap : 0;

	if (!a->maybe_in_term || (!a->in_term && *anew == 0 && n == *before + 1 + skipped)) {
		assert(n < EARLY_MOST);
		if (strcmp(a->date, TERM_FROM) >= 0)
			book.early[a->type][n] = true;
		return before;
	}
	if (a->what == NUMBER_JUMP && !a->in_term && *anew == 0 && n <= *before) {
		assert(n < EARLY_MOST);
		book.early[a->type][n] = true;
		book.either[a->type] = n;
		return before;
	}
	/* by hand somebody goes ahead of it, and sees in the book what is there */
	while (a->what != NUMBER_JUMP && book.early[a->type][*anew + 1])
		++*anew;
	return anew;
}

/* It was the first of its term after all, and the next one counts on from it. */
static bool counts_from_either(const struct number_act *a, unsigned n, const unsigned *last)
{
	unsigned next = book.either[a->type];

	if (next == 0 || last != &book.last[a->type] + NUMBER_TYPES)
		return false;
	book.either[a->type] = 0;
	do
		next++;
	while (book.early[a->type][next]);
	return n == next;
}

static void take(struct world *w, const struct member *m, int index, const struct rec_paper *p)
{
	const struct number_act *a = &w->numbers[index];
	const char *type = number_types[a->type], *dash = strchr(p->number, '-');
	unsigned n = (unsigned)strtoul(p->number, NULL, 10), *last = series_of(a, n);

	if (a->member != m->index || book.there[index] || a->told == 0)
		world_violation(w, "numbers", "%s has %s in its book, which nobody was told of",
				m->id.text, p->number);
	book.there[index] = true;
	if (dash == NULL || strncmp(dash + 1, type, strlen(type)) != 0 || n != a->told)
		world_violation(w, "numbers", "%s: %u-%s was told, and %s is in the book",
				m->id.text, a->told, type, p->number);
	if (a->what == NUMBER_JUMP)
		check_skipped(w, m, a, n, last);
	else if (!counts_from_either(a, n, last) && n != *last + 1)
		world_violation(w, "numbers", "%s: %u-%s was given after %u", m->id.text, n, type,
				*last);
	if (strcmp(p->date, a->date) != 0)
		world_violation(w, "numbers", "%s: %s is of %s, and was of %s", m->id.text,
				p->number, p->date, a->date);
	*last = n > *last ? n : *last;
	w->term_begun += last >= book.last + NUMBER_TYPES;
}

static void look(struct world *w, const struct member *m, const struct key *key,
		 const struct record *r)
{
	struct line_key at;
	struct record paper;
	struct key serial = key_paper(r->u.line.serial);
	int index;

	if (!key_parse_line(key, &at) || at.book != BOOK_OUT)
		return;
	if (at.addition != 0) {
		book.altered += r->u.line.role == ROLE_PAPER;
		return;
	}
	if (at.number != book.line + 1)
		world_violation(w, "numbers", "%s: line %u of the register follows %u", m->id.text,
				at.number, book.line);
	book.line = at.number;
	if (r->u.line.role != ROLE_PAPER)
		return;
	arena_reset(book.a);
	if (book.l.get(book.l.ctx, book.a, FAMILY_PAPER, &serial, &paper) != ERR_OK) {
		world_violation(w, "numbers", "%s: line %u is of no paper", m->id.text, at.number);
		return;
	}
	index = find(w, &paper.u.paper.id);
	if (index < 0)
		world_violation(w, "numbers", "%s: %s is of nobody", m->id.text,
				paper.u.paper.number);
	else
		take(w, m, index, &paper.u.paper);
}

/* What the next number will be counted from. The key ends with whose symbol it is. */
static void look_series(struct world *w, const struct member *m, const struct key *key,
			const struct record *r)
{
	if (key->len_bytes < 3 || (key->bytes[key->len_bytes - 2] | 0x20) != 'q')
		return; /* of documents, by hand */
	for (int type = 0; type < 2 * NUMBER_TYPES; type++) {
		if (r->u.series.last == book.last[type])
			return;
	}
	world_violation(w, "numbers", "%s counts a series up to %llu, and no number is so high",
			m->id.text, (unsigned long long)r->u.series.last);
}

static void check_told(struct world *w, const struct member *m)
{
	unsigned altered = 0;

	for (int i = 0; i < w->number_count; i++) {
		const struct number_act *a = &w->numbers[i];

		if (a->member == m->index && a->told > 0 && !book.there[i])
			world_violation(w, "numbers", "%s: %u-%s was told and is not there",
					m->id.text, a->told, number_types[a->type]);
		altered += a->member == m->index ? a->altered : 0;
	}
	if (altered != book.altered)
		world_violation(w, "numbers", "%s has %u corrections of paper in its book, made %u",
				m->id.text, book.altered, altered);
}

void check_numbers(struct world *w)
{
	struct arena *a;

	if (!w->offices)
		return; /* check_paper has them */
	a = arena_new(ARENA_BYTES);
	assert(a != NULL);
	for (int k = 0; k < w->member_count; k++) {
		const struct member *m = &w->members[k];
		struct store *s;

		memset(&book, 0, sizeof book);
		assert(store_memory_open(m->disk, &s) == ERR_OK);
		book.l = s->ops->lookup(s);
		book.a = a;
		check_each(w, m, FAMILY_LINE, check_all(), look);
		check_told(w, m);
		check_each(w, m, FAMILY_SERIES, check_all(), look_series);
		for (int type = 0; type < NUMBER_TYPES; type++)
			w->numbers_seen += book.last[type];
		s->ops->close(s);
	}
	arena_destroy(a);
}
