/* See register.h. */
#include "routing/books/register.h"

#include <assert.h>
#include <string.h>

#include "routing/base/calendar.h"
#include "routing/base/limits.h"
#include "routing/state/feed.h"
#include "routing/state/lookup.h"
#include "routing/state/memory.h"
#include "routing/state/plan.h"

enum book register_book(enum direction direction, enum secrecy secrecy)
{
	if (direction == DIRECTION_OUT)
		return secrecy >= SECRECY_MAT ? BOOK_SECRET_OUT : BOOK_OUT;
	return secrecy >= SECRECY_MAT ? BOOK_SECRET_IN : BOOK_IN;
}

/* The number after the last one of a book and year. The last line is read once in a process; what
 * is added afterwards is known. */
static enum err next_number(struct turn_view *t, enum book book, uint16_t year, uint32_t *out)
{
	struct register_end *end = &t->core->books[book];
	struct line_key last = { .number = 0 };
	struct scan scan = scan_of(key_book_year(book, year));
	struct record r;
	enum err e;

	if (end->year == year) {
		*out = end->next;
		return ERR_OK;
	}
	/* A damaged line keeps its number: the key says which. */
	scan.report_damage = true;
	e = t->lookup.last(t->lookup.ctx, t->plan->arena, FAMILY_LINE, &scan, &r);
	if (e == ERR_OK || e == ERR_DAMAGED)
		e = key_parse_line(&scan.at, &last) ? ERR_OK : ERR_DAMAGED;
	*out = last.number + 1;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err register_next(struct turn_view *t, enum book book, struct line_key *at)
{
	uint16_t year = (uint16_t)month_year(month_of_ms(t->now.wall_ms));

	*at = (struct line_key){ .book = book, .year = year };
	return next_number(t, book, year, &at->number);
}

static void feed_line(struct turn_view *t, struct line_key at, const struct rec_line *line)
{
	feed_add(t, &(struct change){ .kind = CHANGE_NUMBERED,
				      .what = line->kind == LINE_VOID ? CHANGE_VOID : CHANGE_ADDED,
				      .role = line->role,
				      .serial = line->serial,
				      .line = at,
				      .secret = at.book >= BOOK_SECRET_OUT });
}

void register_ends(struct turn_view *t, struct book_mark out[BOOK_COUNT])
{
	memset(out, 0, BOOK_COUNT * sizeof *out);
	for (enum book book = BOOK_OUT; book < BOOK_COUNT; book++) {
		struct line_key next;
		enum err e = register_next(t, book, &next);

		if (e == ERR_OK)
			out[book] =
				(struct book_mark){ .year = next.year, .last = next.number - 1 };
		else if (e != ERR_DAMAGED)
			plan_fails(t->plan, e); /* a number that is given already must be known */
	}
}

void register_mend(struct turn_view *t, struct line_key at, const struct rec_line *line)
{
	struct register_end *end = &t->core->books[at.book], before = *end;
	const struct record r = { .family = FAMILY_LINE, .u.line = *line };

	core_put(t, key_line(at), &r);
	if (before.year != at.year)
		*end = before; /* what stands behind it was not read */
}

enum err register_return(struct turn_view *t, struct line_key at, const struct rec_line *line,
			 bool *taken)
{
	struct record r;
	enum err e = core_get(t, FAMILY_LINE, key_line(at), &r);

	*taken = e == ERR_OK || e == ERR_DAMAGED;
	if (e != ERR_NOT_FOUND)
		return *taken ? ERR_OK : e;
	register_mend(t, at, line);
	feed_line(t, at, line);
	return ERR_OK;
}

enum err register_enter(struct turn_view *t, enum book book, const struct rec_line *line,
			struct line_key *at)
{
	struct record r = { .family = FAMILY_LINE };
	enum err e = register_next(t, book, at);

	if (e != ERR_OK)
		return e;
	r.u.line = *line;
	core_put(t, key_line(*at), &r);
	feed_line(t, *at, line);
	assert(t->core->books[book].next == at->number + 1);
	return ERR_OK;
}

enum err register_add(struct turn_view *t, struct line_key at, const struct rec_line *line)
{
	struct scan scan = scan_of(key_line_all(at));
	struct record r;
	struct line_key last;
	enum err e;

	/* An addition that cannot be read stands where it stood. */
	scan.report_damage = true;
	e = t->lookup.last(t->lookup.ctx, t->plan->arena, FAMILY_LINE, &scan, &r);
	if (e != ERR_OK && e != ERR_DAMAGED)
		return e;
	if (!key_parse_line(&scan.at, &last))
		return ERR_DAMAGED;
	if (last.addition >= LINE_ADDITIONS_MAX)
		return ERR_BUSY;
	at.addition = (uint16_t)(last.addition + 1);
	r = (struct record){ .family = FAMILY_LINE };
	r.u.line = *line;
	core_put(t, key_line(at), &r);
	return ERR_OK;
}
