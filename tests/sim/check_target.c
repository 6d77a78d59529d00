/* The target's counters equal a count of the records, on every disk that a crash leaves and at the
 * end. Counted here from receipts, not from the states that the code under test counts by, with the
 * C library's calendar, and by the registry's own tree. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "routing/base/committee_id.h"
#include "routing/target/target.h"
#include "tests/sim/check.h"

enum { PLACES_MAX = 1024, SERIALS_MAX = 131072 };

static struct {
	struct model_cell places[PLACES_MAX];
	unsigned count;
	/* By the document's serial: ours, what was answered and what was delivered; others',
	 * whether we have receipted it, and when. */
	struct answers {
		uint64_t receipts, delivered;
		int64_t ours_ms;
		/* when it counts by its state: of a clock that was ahead, when that was found
		 * out */
		int64_t known_ms;
		int64_t all_ms; /* of ours, the last receipt or refusal */
		enum done {
			DONE_NOTHING,
			DONE_ACCEPTED,
			DONE_FINISHED,
			DONE_RETURNED,
			DONE_RECALLED
		} done;
		char office_day[16], done_day[16];
	} answers[SERIALS_MAX];
	uint64_t touched; /* of them: those before it may not be empty */
} tally; /* of one member; the simulator has one thread */

/* Hardly a disk has as many serials as there is room for. */
static void clear(void)
{
	memset(tally.answers, 0, tally.touched * sizeof tally.answers[0]);
	memset(tally.places, 0, tally.count * sizeof tally.places[0]);
	tally.touched = 0;
	tally.count = 0;
}

static struct answers *touch(uint64_t serial)
{
	if (serial >= tally.touched)
		tally.touched = serial + 1;
	return &tally.answers[serial];
}

/* As somebody who has ended, or who is not there yet, stood last, or will stand first. */
static int parent_of(const struct world *w, uint64_t version, int member)
{
	int parent = NOT_THERE;

	for (uint64_t v = version; v >= 1 && parent == NOT_THERE; v--)
		parent = w->versions[v - 1].parent[member];
	for (uint64_t v = version; v <= w->version_count && parent == NOT_THERE; v++)
		parent = w->versions[v - 1].parent[member];
	return parent;
}

static bool was_there(const struct world *w, uint64_t version, int member)
{
	for (uint64_t v = version; v >= 1; v--) {
		if (w->versions[v - 1].parent[member] != NOT_THERE)
			return true;
	}
	return false;
}

void check_target_path(const struct world *w, int member, uint64_t version, char out[64])
{
	size_t len = 0;

	version = version == 0 ? 1 : version > w->version_count ? w->version_count : version;
	/* of days before a directory knew it: where it stood first */
	while (version < w->version_count && !was_there(w, version, member))
		version++;
	for (int at = member; at >= 0 && len < 60; at = parent_of(w, version, at))
		len += (size_t)snprintf(out + len, 64 - len, "%d>", at);
}

static struct target_count *at(const char *month, enum direction direction, const char *path,
			       const char *type)
{
	for (unsigned i = 0; i < tally.count; i++) {
		if (strcmp(tally.places[i].month, month) == 0 &&
		    tally.places[i].direction == direction &&
		    strcmp(tally.places[i].path, path) == 0 &&
		    strcmp(tally.places[i].type, type) == 0)
			return &tally.places[i].count;
	}
	if (tally.count == PLACES_MAX)
		return &tally.places[0].count; /* then it differs, and is seen */
	snprintf(tally.places[tally.count].month, sizeof tally.places[0].month, "%s", month);
	snprintf(tally.places[tally.count].path, sizeof tally.places[0].path, "%s", path);
	snprintf(tally.places[tally.count].type, sizeof tally.places[0].type, "%s", type);
	tally.places[tally.count].direction = direction;
	return &tally.places[tally.count++].count;
}

static struct target_count *at_time(int64_t ms, enum direction direction, const char *path,
				    const char *type)
{
	time_t local = (time_t)(ms / 1000) + 7 * 3600;
	char month[32];
	struct tm tm;

	gmtime_r(&local, &tm);
	strftime(month, sizeof month, "%Y-%m", &tm);
	return at(month, direction, path, type);
}

static void day_text(int64_t ms, char out[16])
{
	time_t local = (time_t)(ms / 1000) + 7 * 3600;
	struct tm tm;

	gmtime_r(&local, &tm);
	strftime(out, 16, "%Y-%m-%d", &tm);
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
	a = touch(serial.n);
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
	if (key_parse_serial(key, &role, &serial) && serial.n < SERIALS_MAX) {
		touch(serial.n)->known_ms = r->u.state.complete_at_ms;
		touch(serial.n)->all_ms = r->u.state.closed_at_ms;
	}
}

/* What has become of one that was received, by what the office has said of it. */
static void note_work(struct world *w, const struct member *m, const struct key *key,
		      const struct record *r)
{
	const struct rec_work *work = &r->u.work;
	struct serial serial;
	struct answers *a;
	enum role role;

	(void)w;
	(void)m;
	if (!key_parse_serial(key, &role, &serial) || serial.n >= SERIALS_MAX)
		return;
	a = touch(serial.n);
	a->office_day[0] = a->done_day[0] = '\0';
	if (work->due_on != NULL)
		snprintf(a->office_day, sizeof a->office_day, "%s", work->due_on);
	if (work->stand.recall == OFFICE_RECALL_AGREED && work->stand.asks != BUSINESS_UPDATE &&
	    work->stand.asks != BUSINESS_REPLACE)
		a->done = DONE_RECALLED;
	else if (work->stand.work == OFFICE_RETURNED)
		a->done = DONE_RETURNED;
	else if (work->stand.work == OFFICE_FINISHED)
		a->done = DONE_FINISHED;
	else if (work->stand.work == OFFICE_ACCEPTED)
		a->done = DONE_ACCEPTED;
	if (work->finished_at_ms != 0)
		day_text(work->finished_at_ms, a->done_day);
}

static void count_done(const struct answers *a, const char *document_day, struct target_count *c)
{
	bool office = a->office_day[0] != '\0', document = document_day[0] != '\0';

	switch (a->done) {
	case DONE_NOTHING:
		break;
	case DONE_RECALLED:
		c->recalled++;
		break;
	case DONE_RETURNED:
		c->returned++;
		break;
	case DONE_ACCEPTED:
		c->processed += !office && !document;
		break;
	case DONE_FINISHED:
		c->processed++;
		c->late += (office && strcmp(a->done_day, a->office_day) > 0) ||
			   (document && strcmp(a->done_day, document_day) > 0);
		break;
	}
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

	return key_parse_serial(key, &role, &serial) && serial.n < SERIALS_MAX ? touch(serial.n)
									       : &none;
}

static void count_out(struct world *w, const struct member *m, const struct key *key,
		      const struct record *r)
{
	const struct answers *a = answers_of(key);
	int64_t begun_ms = counted_at(w, m, a, r->u.document.taken_at_ms);
	struct target_count *c;
	char path[64];

	check_target_path(w, m->index, r->u.document.directory_version, path);
	c = at_time(begun_ms, DIRECTION_OUT, path, r->u.document.summary.type_code);
	if (a->delivered >= r->u.document.recipient_count) {
		c->digital++;
		c->also_paper += r->u.document.summary.paper_copies > 0;
		c->slow += a->all_ms - begun_ms > 86400000;
		return;
	}
	c->pending++;
	c->refused += a->receipts >= r->u.document.recipient_count;
}

static void count_in(struct world *w, const struct member *m, const struct key *key,
		     const struct record *r)
{
	const struct answers *a = answers_of(key);

	const char *day = r->u.document.summary.due_on;
	struct target_count *c;
	char path[64];

	if (a->ours_ms == 0)
		return;
	check_target_path(w, m->index, r->u.document.directory_version, path);
	c = at_time(counted_at(w, m, a, a->ours_ms), DIRECTION_IN, path,
		    r->u.document.summary.type_code);
	c->digital++;
	count_done(a, day == NULL ? "" : day, c);
}

static void count_paper(struct world *w, const struct member *m, const struct key *key,
			const struct record *r)
{
	const struct rec_paper *p = &r->u.paper;
	char month[32], path[64];

	(void)key;
	check_target_path(w, m->index, p->directory_version, path);
	snprintf(month, sizeof month, "%.7s", p->date);
	if (p->cancelled_at_ms != 0 || p->next.n != 0)
		return; /* crossed out, or another record says it right */
	if (p->secrecy == SECRECY_THUONG)
		at(month, p->direction, path, p->type_code)->paper++;
	else
		at(month, p->direction, path, p->type_code)->secret++;
}

/* What a counter says is taken from what was counted here; at the end nothing may be left. Types
 * are told apart by their symbols only: QĐ is one here. */
static void subtract(struct world *w, const struct member *m, const struct key *key,
		     const struct record *r)
{
	const struct target_count *c = &r->u.counter.count;
	struct target_count *mine;
	struct target_key counter;
	char text[32], path[64];

	if (!key_parse_counter(key, &counter))
		return;
	snprintf(text, sizeof text, "%04u-%02u", month_year(counter.month),
		 month_in_year(counter.month));
	check_target_path(w, m->index, counter.since, path);
	mine = at(text, counter.direction, path, r->u.counter.type_code);
#define TAKE(count_name) mine->count_name -= c->count_name;
	TARGET_COUNTS(TAKE)
#undef TAKE
}

static void report(struct world *w, const struct member *m, const struct model_cell *b)
{
	const struct target_count *c = &b->count;

	world_violation(w, "target",
			"%s counts in %s %s %s at %s otherwise: digital %lld paper %lld "
			"pending %lld refused %lld secret %lld slow %lld processed %lld late "
			"%lld returned %lld recalled %lld too few",
			m->id.text, b->month, b->direction == DIRECTION_IN ? "in" : "out", b->type,
			b->path, (long long)c->digital, (long long)c->paper, (long long)c->pending,
			(long long)c->refused, (long long)c->secret, (long long)c->slow,
			(long long)c->processed, (long long)c->late, (long long)c->returned,
			(long long)c->recalled);
}

unsigned check_target_count(struct world *w, const struct member *m, struct model_cell **out)
{
	clear();
	check_each(w, m, FAMILY_RECEIPT, key_role(ROLE_OUT), count_receipt);
	check_each(w, m, FAMILY_RECEIPT, key_role(ROLE_IN), count_receipt);
	check_each(w, m, FAMILY_STATE, key_role(ROLE_OUT), note_time);
	check_each(w, m, FAMILY_STATE, key_role(ROLE_IN), note_time);
	check_each(w, m, FAMILY_WORK, key_role(ROLE_IN), note_work);
	check_each(w, m, FAMILY_DOCUMENT, key_role(ROLE_OUT), count_out);
	check_each(w, m, FAMILY_DOCUMENT, key_role(ROLE_IN), count_in);
	check_each(w, m, FAMILY_PAPER, check_all(), count_paper);
	*out = tally.places;
	return tally.count;
}

void check_target(struct world *w, const struct member *m)
{
	struct target_count zero = { .digital = 0 };
	struct model_cell *places;

	if (!damages_counted(m))
		return;
	(void)check_target_count(w, m, &places);
	check_each(w, m, FAMILY_COUNTER, check_all(), subtract);
	for (unsigned i = 0; i < tally.count; i++) {
		if (!target_equal(&tally.places[i].count, &zero))
			report(w, m, &tally.places[i]);
	}
}
