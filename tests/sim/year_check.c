/* The year's books and numbers, from the disks alone: each register from 1 without gap or double,
 * anew with each year; one line for each document, entry and acceptance, under the number that was
 * told; secret paper in books of its own, and nothing anywhere of what it says; and each
 * committee's numbers of a kind from 1 without gap or double, anew once a term (the State's: a
 * year), those of secret paper apart. */
#include <stdlib.h>
#include <string.h>

#include "tests/sim/check.h"
#include "tests/sim/year.h"

enum { SERIALS_MAX = 1 << 18, TERM_KNOWN_DAYS = 15 };

/* ---- registers ---- */

static struct {
	uint8_t book[3]; /* and year, as the key has them */
	uint32_t number, addition;
	bool ours[SERIALS_MAX];
	uint32_t arrival[SERIALS_MAX]; /* of others, by serial */
	uint32_t papers[2], voids[2]; /* ordinary, secret */
	uint32_t altered, additions, asks, answers;
} shelf; /* of one member; the simulator has one thread */

static uint64_t big_endian(const uint8_t *b, unsigned bytes)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < bytes; i++)
		n = n << 8 | b[i];
	return n;
}

static unsigned year_of(int64_t ms)
{
	/* the only turn of a year in it: 2025-12-31T17:00:00Z */
	return ms < 1767200400000LL ? 2025 : 2026;
}

static bool is_secret_book(uint8_t book)
{
	return book == BOOK_SECRET_OUT || book == BOOK_SECRET_IN;
}

/* A secret paper in an ordinary book, or the other way round. */
static void check_secrecy(struct world *w, const struct member *m, const struct rec_line *r,
			  bool secret)
{
	struct arena *a = arena_new(64 << 10);
	struct record p;

	if (a == NULL)
		abort();
	if (!member_get(m, a, FAMILY_PAPER, key_paper(r->serial), &p) ||
	    (p.u.paper.secrecy != SECRECY_THUONG) != secret)
		world_violation(w, "secret", "%s has a paper in the wrong book", m->id.text);
	arena_destroy(a);
}

static void enter(struct world *w, const struct member *m, const struct rec_line *r,
		  uint32_t number)
{
	uint64_t serial = r->serial.n;
	bool twice = false, secret = is_secret_book(shelf.book[0]);

	if (r->role == ROLE_PAPER) {
		shelf.papers[secret]++;
		check_secrecy(w, m, r, secret);
	} else if (r->role == ROLE_NONE && r->kind == LINE_VOID) {
		shelf.voids[secret]++;
	} else if ((r->role != ROLE_OUT && r->role != ROLE_IN) || serial >= SERIALS_MAX) {
		world_violation(w, "register", "%s: line %u is about nothing", m->id.text, number);
	} else if (r->role == ROLE_OUT) {
		twice = shelf.ours[serial];
		shelf.ours[serial] = true;
	} else {
		twice = shelf.arrival[serial] != 0;
		shelf.arrival[serial] = number;
	}
	if (twice)
		world_violation(w, "register", "%s: one document has two lines, %u is the second",
				m->id.text, number);
}

static void each_line(struct world *w, const struct member *m, const struct key *key,
		      const struct record *r)
{
	uint32_t number = (uint32_t)big_endian(key->bytes + 3, 4),
		 addition = (uint32_t)big_endian(key->bytes + 7, 2);
	unsigned of = (unsigned)big_endian(key->bytes + 1, 2);

	w->year->lines++;
	if (memcmp(shelf.book, key->bytes, sizeof shelf.book) != 0) {
		memcpy(shelf.book, key->bytes, sizeof shelf.book);
		shelf.number = shelf.addition = 0;
	}
	if (addition == 0 ? number != shelf.number + 1
			  : number != shelf.number || addition != shelf.addition + 1)
		world_violation(w, "register", "%s: book %u of %u has %u.%u after %u.%u",
				m->id.text, key->bytes[0], of, number, addition, shelf.number,
				shelf.addition);
	if (addition == 0 && of != year_of(r->u.line.at_ms))
		world_violation(w, "register", "%s: line %u stands in the book of %u", m->id.text,
				number, of);
	shelf.number = number;
	shelf.addition = addition;
	if (addition == 0)
		enter(w, m, &r->u.line, number);
	else if (r->u.line.role == ROLE_PAPER)
		shelf.altered++;
	else if (r->u.line.role == ROLE_OUT && r->u.line.status == OFFICE_RECALL_ASKED)
		shelf.asks++;
	else if (r->u.line.role == ROLE_OUT && r->u.line.office.text[0] != '\0')
		shelf.answers++;
	else
		shelf.additions++;
}

static void each_ours(struct world *w, const struct member *m, const struct key *key,
		      const struct record *r)
{
	uint64_t serial = big_endian(key->bytes + 1, 8);

	if (serial >= SERIALS_MAX || !shelf.ours[serial])
		world_violation(w, "register", "%s has sent %s, and no line of it", m->id.text,
				r->u.document.summary.number);
	else
		shelf.ours[serial] = false; /* what is left over is about nothing */
}

/* What follows the acceptance and the book says: that it was returned, and accepted after all; that
 * its recall was agreed to or declined. */
static uint32_t additions_of(const char *told)
{
	const char *accepted = strchr(told, '3');
	uint32_t n = 0;

	for (const char *at = accepted; at != NULL && *at != '\0'; at++)
		n += at > accepted && strchr("23ad", *at) != NULL;
	return n;
}

/* The lines of incoming documents are those that the office was told of, under these numbers. */
static void check_arrivals(struct world *w, const struct member *m)
{
	struct lookup l;
	struct arena *a = arena_new(1 << 20);
	struct store *s;
	uint32_t entered = 0, told = 0, additions = 0;

	if (a == NULL || store_memory_open(m->disk, &s) != ERR_OK)
		abort();
	l = s->ops->lookup(s);
	for (uint32_t i = 0; i < SERIALS_MAX; i++)
		entered += shelf.arrival[i] != 0;
	for (uint32_t i = 0; i < w->year->delivery_count; i++) {
		const struct year_delivery *v = &w->year->deliveries[i];
		const struct year_document *d = &w->year->documents[v->document];
		struct key key = key_ident(d->id, w->members[d->origin].id);
		struct record r;

		if (v->member != m->index || strchr(v->told, '3') == NULL)
			continue;
		told++;
		additions += additions_of(v->told);
		arena_reset(a);
		if (l.get(l.ctx, a, FAMILY_IDENT, &key, &r) != ERR_OK ||
		    r.u.ident.serial.n >= SERIALS_MAX ||
		    shelf.arrival[r.u.ident.serial.n] != v->arrival)
			world_violation(w, "register",
					"%s was told arrival %u, and its book says otherwise",
					m->id.text, v->arrival);
	}
	if (entered != told)
		world_violation(w, "register", "%s has %u lines of what came, and accepted %u",
				m->id.text, entered, told);
	if (additions != shelf.additions)
		world_violation(w, "register", "%s has %u additions to what came, and made %u",
				m->id.text, shelf.additions, additions);
	s->ops->close(s);
	arena_destroy(a);
}

/* The record of an entry, as it stands, has the number that was told. */
static void check_told(struct world *w, const struct member *m, const struct year_paper *p)
{
	struct arena *a = arena_new(64 << 10);
	struct record r = { .family = FAMILY_NONE };

	if (a == NULL)
		abort();
	if (!member_get(m, a, FAMILY_IDENT, key_ident(p->id, m->id), &r) ||
	    !member_get(m, a, FAMILY_PAPER, key_paper(r.u.ident.serial), &r) ||
	    (r.u.paper.cancelled_at_ms != 0) != (p->altered && p->cancel))
		world_violation(w, "register", "%s: an entry on paper is not as it was told",
				m->id.text);
	else if (p->direction == DIRECTION_OUT &&
		 strtoul(r.u.paper.number, NULL, 10) != p->told)
		world_violation(w, "numbers", "%s was told %u, and %s is on paper", m->id.text,
				p->told, r.u.paper.number);
	else if (p->direction == DIRECTION_IN && (p->altered && p->change) !=
			 (strncmp(r.u.paper.number, p->number, strlen(p->number)) != 0))
		world_violation(w, "register", "%s has %s on paper, entered was %s", m->id.text,
				r.u.paper.number, p->number);
	arena_destroy(a);
}

static void check_papers(struct world *w, const struct member *m)
{
	uint32_t papers[2] = { 0, 0 }, voids[2] = { 0, 0 }, altered = 0, left = 0;

	for (uint32_t i = 0; i < w->year->paper_count; i++) {
		const struct year_paper *p = &w->year->papers[i];
		bool secret = p->secrecy != SECRECY_THUONG,
		     arrival = p->not_issued && p->direction == DIRECTION_IN;

		if (p->member != m->index || !p->accepted)
			continue;
		papers[secret] += !arrival;
		voids[secret] += arrival;
		altered += p->altered;
		if (!p->not_issued)
			check_told(w, m, p);
	}
	for (unsigned k = 0; k < 2; k++) {
		if (papers[k] != shelf.papers[k] || voids[k] != shelf.voids[k])
			world_violation(w, "register",
					"%s has %u lines of paper and %u void arrivals, was told "
					"%u and %u",
					m->id.text, shelf.papers[k], shelf.voids[k], papers[k],
					voids[k]);
	}
	if (altered != shelf.altered)
		world_violation(w, "register",
				"%s has %u corrections of paper in its books, made %u", m->id.text,
				shelf.altered, altered);
	for (uint32_t i = 0; i < SERIALS_MAX; i++)
		left += shelf.ours[i];
	if (left != 0)
		world_violation(w, "register", "%s has %u lines of what it never sent", m->id.text,
				left);
}

static void check_asks(struct world *w, const struct member *m)
{
	uint32_t asks = 0, answers = 0;

	for (uint32_t i = 0; i < w->year->document_count; i++)
		asks += w->year->documents[i].origin == m->index ? w->year->documents[i].asks : 0;
	for (uint32_t i = 0; i < w->year->delivery_count; i++) {
		const struct year_delivery *v = &w->year->deliveries[i];

		for (const char *told = v->told;
		     w->year->documents[v->document].origin == m->index && *told != '\0'; told++)
			answers += *told == 'a' || *told == 'd';
	}
	if (asks != shelf.asks)
		world_violation(w, "register", "%s has %u questions in its books, asked %u",
				m->id.text, shelf.asks, asks);
	if (answers != shelf.answers)
		world_violation(w, "register", "%s has %u answers in its books, was given %u",
				m->id.text, shelf.answers, answers);
}

void year_check_books(struct world *w)
{
	for (int k = 0; k < w->member_count && w->violation[0] == '\0'; k++) {
		const struct member *m = &w->members[k];

		memset(&shelf, 0, sizeof shelf);
		check_each(w, m, FAMILY_LINE, check_all(), each_line);
		check_each(w, m, FAMILY_DOCUMENT, key_role(ROLE_OUT), each_ours);
		check_arrivals(w, m);
		check_papers(w, m);
		check_asks(w, m);
		if (memory_disk_contains(
			    m->disk, (struct blob){ (const uint8_t *)YEAR_SECRET,
						    sizeof YEAR_SECRET - 1 }))
			world_violation(w, "secret", "%s keeps what a secret paper says",
					m->id.text);
	}
}

/* ---- numbers ---- */

struct given {
	int64_t at_ms;
	uint32_t number;
};

static struct {
	struct given *list;
	size_t count, capacity;
	unsigned kind;
	bool secret;
} numbers; /* of one member and kind */

static bool is_kind(text_t code, text_t name, text_t number)
{
	const struct year_kind *k = year_kind(numbers.kind);

	return strcmp(code, k->code) == 0 && strcmp(name, k->name) == 0 &&
	       (strchr(number, '-') < strchr(number, '/')) == !k->state;
}

static void note(text_t number, int64_t at_ms)
{
	if (numbers.count == numbers.capacity) {
		numbers.capacity = numbers.capacity == 0 ? 1024 : numbers.capacity * 2;
		numbers.list = realloc(numbers.list, numbers.capacity * sizeof *numbers.list);
		if (numbers.list == NULL)
			abort();
	}
	numbers.list[numbers.count++] =
		(struct given){ at_ms, (uint32_t)strtoul(number, NULL, 10) };
}

static void each_document(struct world *w, const struct member *m, const struct key *key,
			  const struct record *r)
{
	const struct summary *s = &r->u.document.summary;

	(void)w;
	(void)m;
	(void)key;
	if (!numbers.secret && is_kind(s->type_code, s->type_name, s->number))
		note(s->number, r->u.document.taken_at_ms);
}

static void each_paper(struct world *w, const struct member *m, const struct key *key,
		       const struct record *r)
{
	const struct rec_paper *p = &r->u.paper;

	(void)w;
	(void)m;
	(void)key;
	if (p->direction == DIRECTION_OUT && (p->secrecy != SECRECY_THUONG) == numbers.secret &&
	    p->previous.n == 0 && /* a correction keeps the number */
	    is_kind(p->type_code, p->type_name, p->number))
		note(p->number, p->added_at_ms);
}

static int by_time(const void *a, const void *b)
{
	const struct given *x = a, *y = b;

	if (x->at_ms != y->at_ms)
		return x->at_ms < y->at_ms ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

/* When what is counted so begins anew: the congress of the top, the turn of the year. */
static bool begins_anew(const struct member *m, int64_t before_ms, int64_t at_ms)
{
	int64_t turn_ms = 1767200400000LL;

	if (!year_kind(numbers.kind)->state) {
		if (year_term_day(m->index) < 0)
			return false;
		turn_ms = YEAR_START_MS + year_term_day(m->index) * DAY_MS;
	}
	return before_ms < turn_ms && at_ms >= turn_ms;
}

static void check_series(struct world *w, const struct member *m)
{
	const struct year_kind *k = year_kind(numbers.kind);
	uint32_t last = 0;
	bool anew = false, early = false;

	numbers.count = 0;
	check_each(w, m, FAMILY_DOCUMENT, key_role(ROLE_OUT), each_document);
	check_each(w, m, FAMILY_PAPER, check_all(), each_paper);
	if (numbers.count == 0)
		return;
	qsort(numbers.list, numbers.count, sizeof *numbers.list, by_time);
	for (size_t i = 0; i < numbers.count; i++) {
		const struct given *g = &numbers.list[i];

		/* The directory that tells of the new term comes in the course of its first day, or
		 * when machines are on again. */
		early = early || (i > 0 && begins_anew(m, numbers.list[i - 1].at_ms, g->at_ms));
		if (early && !anew && g->number == 1) {
			anew = true;
			last = 0;
		}
		if (g->number != last + 1)
			world_violation(w, "numbers", "%s gave %s %u after %u", m->id.text, k->name,
					g->number, last);
		last = g->number;
	}
	if (early && !anew &&
	    numbers.list[numbers.count - 1].at_ms >
		    YEAR_START_MS +
			    (k->state ? 185 : year_term_day(m->index) + TERM_KNOWN_DAYS) * DAY_MS)
		world_violation(w, "numbers", "%s did not begin %s anew", m->id.text, k->name);
}

void year_check_numbers(struct world *w)
{
	for (int k = 0; k < w->member_count; k++) {
		for (unsigned i = 2; i < 2 * YEAR_KINDS && w->violation[0] == '\0'; i++) {
			numbers.kind = i / 2;
			numbers.secret = i % 2 == 1;
			check_series(w, &w->members[k]);
		}
	}
	free(numbers.list);
	memset(&numbers, 0, sizeof numbers);
}
