/* See alike.h. */
#include "routing/documents/alike.h"

#include <string.h>

#include "routing/base/arena.h"
#include "routing/base/limits.h"
#include "routing/documents/entry.h"
#include "routing/documents/term.h"
#include "routing/rules/rules.h"
#include "routing/state/lookup.h"
#include "routing/state/memory.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"

/* Secret documents have a series of their own. */
static bool is_same_book(const struct rec_paper *a, const struct rec_paper *b)
{
	return a->direction == b->direction &&
	       (a->secrecy >= SECRECY_MAT) == (b->secrecy >= SECRECY_MAT);
}

bool alike_same_document(const struct rec_paper *a, const struct rec_paper *b)
{
	return is_same_book(a, b) && strcmp(a->type_name, b->type_name) == 0 &&
	       strcmp(a->date, b->date) == 0 && spelling_same_number(a->number, b->number) &&
	       spelling_same_name(a->party, b->party);
}

/* One that counts: neither cancelled nor corrected by another record; and not of the entry itself
 * that is compared with it. */
static bool stands_beside(const struct rec_paper *one, const struct rec_paper *p)
{
	return one->cancelled_at_ms == 0 && one->next.n == 0 &&
	       memcmp(&one->id, &p->id, sizeof p->id) != 0;
}

/* Do both lie in one series of numbers? A number like 31-KH/ĐU is given once a term, one like
 * 15/QĐ-BNV once a year (docs/DOMAIN.md §1). Of terms only our own is known, and of what came in
 * often the day of its coming alone: so entries of a year to either side are compared, and the
 * result is a guess. */
static bool same_series(const struct rec_paper *a, const struct rec_paper *b,
			const struct number_term *term)
{
	const char *at = a->number;

	while (*at >= '0' && *at <= '9')
		at++;
	if (*at != '-')
		return strncmp(entry_issued_on(a), entry_issued_on(b), 4) == 0;
	return a->direction != DIRECTION_OUT ||
	       term_has(term, a->date) == term_has(term, b->date);
}

/* What we send, we have issued: whom it went to makes no other document of it. */
static bool alike(const struct rec_paper *a, const struct rec_paper *b,
		  const struct number_term *term)
{
	bool issuer = a->direction == DIRECTION_OUT || a->party[0] == '\0' || b->party[0] == '\0' ||
		      spelling_same_name(a->party, b->party);

	return issuer && is_same_book(a, b) && strcmp(a->type_name, b->type_name) == 0 &&
	       spelling_same_number(a->number, b->number) && same_series(a, b, term);
}

/* Of a month so far from that of another; the earlier one of two that are equally far. */
static unsigned rank(struct month m, struct month from)
{
	return m.n < from.n ? 2u * (unsigned)(from.n - m.n) - 1 : 2u * (unsigned)(m.n - from.n);
}

enum err alike_put(struct turn_view *t, const struct rec_paper *p, struct serial serial)
{
	struct key prefix = series_paper(p->direction, p->number);
	struct record r = { .family = FAMILY_NUMBER };

	core_put(t, series_member(&prefix, ROLE_PAPER, serial), &r);
	return ERR_OK;
}

static void look_at(const struct rec_paper *one, const struct rec_paper *p, struct month month,
		    const struct number_term *term, struct alike_found *out, unsigned *best)
{
	bool stands = stands_beside(one, p), is_alike = alike(one, p, term);
	struct month its = { 0 };
	unsigned away;

	(void)date_month(one->date, &its);
	away = rank(its, month);
	if (stands && out->there == NULL && alike_same_document(one, p))
		out->there = one;
	out->given = out->given || (is_alike && memcmp(&one->id, &p->id, sizeof p->id) != 0);
	if (is_alike && out->used == NULL && (stands || one->cancelled_at_ms != 0))
		out->used = one;
	if (is_alike && stands && away <= 2 * MONTHS_A_YEAR && away < *best) {
		out->twin = one;
		*best = away;
	}
}

enum err alike_find(struct turn_view *t, const struct rec_paper *p, struct month month,
		    struct alike_found *out)
{
	struct scan scan = scan_of(series_paper(p->direction, p->number));
	unsigned best = UINT32_MAX;
	struct number_term term;
	enum err e = term_of(t, p->date, &term);

	*out = (struct alike_found){ .there = NULL };
	if (t->core->numbering.alike_unknown)
		return ERR_BUSY;
	for (unsigned n = 0; n < PAPER_ALIKE_MAX && e == ERR_OK; n++) {
		struct record *r = arena_alloc(t->plan->arena, sizeof *r);
		struct serial serial;

		e = r == NULL ? ERR_NO_MEMORY
			      : t->lookup.last(t->lookup.ctx, t->plan->arena, FAMILY_NUMBER, &scan,
					       r);
		if (e != ERR_OK || !series_parse_paper(&scan.at, &serial))
			continue;
		e = core_get(t, FAMILY_PAPER, key_paper(serial), r);
		if (e == ERR_OK)
			look_at(&r->u.paper, p, month, &term, out, &best);
		e = e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}
