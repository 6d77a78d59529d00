/* The target's counters equal a count of the records, on every disk that a crash leaves and at the
 * end. Counted here from receipts, not from the states that the code under test counts by, and with
 * the C library's calendar. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "routing/base/committee_id.h"
#include "routing/target/target.h"
#include "tests/sim/check.h"

enum { PLACES_MAX = 256, SERIALS_MAX = 131072 };

struct bucket {
	char month[32];
	enum direction direction;
	struct target_count count;
};

static struct {
	struct bucket places[PLACES_MAX];
	unsigned count;
	/* By the document's serial: ours, what was answered and what was delivered; others',
	 * whether we have receipted it, and when. */
	struct answers {
		uint64_t receipts, delivered;
		int64_t ours_ms;
		/* when it counts by its state: of a clock that was ahead, when that was found
		 * out */
		int64_t known_ms;
	} answers[SERIALS_MAX];
} tally; /* of one member; the simulator has one thread */

static struct target_count *at(const char *month, enum direction direction)
{
	for (unsigned i = 0; i < tally.count; i++) {
		if (strcmp(tally.places[i].month, month) == 0 &&
		    tally.places[i].direction == direction)
			return &tally.places[i].count;
	}
	if (tally.count == PLACES_MAX)
		return &tally.places[0].count; /* then it differs, and is seen */
	snprintf(tally.places[tally.count].month, sizeof tally.places[0].month, "%s", month);
	tally.places[tally.count].direction = direction;
	return &tally.places[tally.count++].count;
}

static struct target_count *at_time(int64_t ms, enum direction direction)
{
	time_t local = (time_t)(ms / 1000) + 7 * 3600;
	char month[32];
	struct tm tm;

	gmtime_r(&local, &tm);
	strftime(month, sizeof month, "%Y-%m", &tm);
	return at(month, direction);
}

static void count_receipt(struct world *w, const struct member *m, const struct key *key,
			  const struct record *r)
{
	struct committee_id recipient;
	struct answers *a;
	struct serial serial;
	enum role role;

	if (!key_parse_receipt(key, &role, &serial, &recipient) || serial.n >= SERIALS_MAX) {
		world_violation(w, "target", "%s has a receipt out of place", m->id.text);
		return;
	}
	a = &tally.answers[serial.n];
	a->receipts++;
	a->delivered += r->u.receipt.kind == KIND_RECEIPT;
	if (r->u.receipt.kind == KIND_RECEIPT && id_equal(recipient, m->id))
		a->ours_ms = r->u.receipt.at_ms;
}

static void note_time(struct world *w, const struct member *m, const struct key *key,
		      const struct record *r)
{
	struct serial serial;
	enum role role;

	(void)w;
	(void)m;
	if (key_parse_serial(key, &role, &serial) && serial.n < SERIALS_MAX)
		tally.answers[serial.n].known_ms = r->u.state.complete_at_ms;
}

/* Known better is earlier, never later; the month of `first_ms` otherwise. */
static int64_t counted_at(struct world *w, const struct member *m, const struct answers *a,
			  int64_t first_ms)
{
	if (a->known_ms > first_ms)
		world_violation(w, "target", "%s counts a document later than it was there",
				m->id.text);
	return a->known_ms == 0 ? first_ms : a->known_ms;
}

static const struct answers *answers_of(const struct key *key)
{
	static const struct answers none;
	struct serial serial;
	enum role role;

	return key_parse_serial(key, &role, &serial) && serial.n < SERIALS_MAX
		   ? &tally.answers[serial.n]
		   : &none;
}

static void count_out(struct world *w, const struct member *m, const struct key *key,
		      const struct record *r)
{
	const struct answers *a = answers_of(key);
	struct target_count *c =
	    at_time(counted_at(w, m, a, r->u.document.taken_at_ms), DIRECTION_OUT);

	if (a->delivered >= r->u.document.recipient_count) {
		c->digital++;
		return;
	}
	c->pending++;
	c->refused += a->receipts >= r->u.document.recipient_count;
}

static void count_in(struct world *w, const struct member *m, const struct key *key,
		     const struct record *r)
{
	const struct answers *a = answers_of(key);

	(void)r;
	if (a->ours_ms != 0)
		at_time(counted_at(w, m, a, a->ours_ms), DIRECTION_IN)->digital++;
}

static void count_paper(struct world *w, const struct member *m, const struct key *key,
			const struct record *r)
{
	const struct rec_paper *p = &r->u.paper;
	char month[32];

	(void)w;
	(void)m;
	(void)key;
	snprintf(month, sizeof month, "%.7s", p->date);
	if (p->cancelled_at_ms != 0 || p->next.n != 0)
		return; /* crossed out, or another record says it right */
	if (p->secrecy == SECRECY_THUONG)
		at(month, p->direction)->paper++;
	else
		at(month, p->direction)->secret++;
}

static void subtract(struct world *w, const struct member *m, const struct key *key,
		     const struct record *r)
{
	const struct target_count *c = &r->u.counter;
	struct target_count *mine;
	enum direction direction;
	struct month month;
	char text[32];

	if (!key_parse_counter(key, &month, &direction))
		return;
	snprintf(text, sizeof text, "%04u-%02u", month_year(month), month_in_year(month));
	mine = at(text, direction);
	if (!target_equal(mine, c))
		world_violation(w, "target",
				"%s counts in %s %s: digital %d paper %d pending %d refused %d "
				"secret %d, should be %d %d %d %d %d",
				m->id.text, text, direction == DIRECTION_IN ? "in" : "out",
				(int)c->digital, (int)c->paper, (int)c->pending, (int)c->refused,
				(int)c->secret, (int)mine->digital, (int)mine->paper,
				(int)mine->pending, (int)mine->refused, (int)mine->secret);
	*mine = (struct target_count){ .digital = 0 };
}

void check_target(struct world *w, const struct member *m)
{
	struct target_count zero = { .digital = 0 };

	memset(&tally, 0, sizeof tally);
	check_each(w, m, FAMILY_RECEIPT, key_role(ROLE_OUT), count_receipt);
	check_each(w, m, FAMILY_RECEIPT, key_role(ROLE_IN), count_receipt);
	check_each(w, m, FAMILY_STATE, key_role(ROLE_OUT), note_time);
	check_each(w, m, FAMILY_STATE, key_role(ROLE_IN), note_time);
	check_each(w, m, FAMILY_DOCUMENT, key_role(ROLE_OUT), count_out);
	check_each(w, m, FAMILY_DOCUMENT, key_role(ROLE_IN), count_in);
	check_each(w, m, FAMILY_PAPER, check_all(), count_paper);
	check_each(w, m, FAMILY_COUNTER, check_all(), subtract);
	for (unsigned i = 0; i < tally.count; i++) {
		if (!target_equal(&tally.places[i].count, &zero))
			world_violation(w, "target", "%s has no counter for %s", m->id.text,
					tally.places[i].month);
	}
}
