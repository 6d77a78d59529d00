/* The feed: on every disk that a crash leaves, the changes are those of which the records speak,
 * each once, under numbers without gaps; and who follows reads nothing that a crash takes back. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/store/memory.h"
#include "routing/rules/rules.h"
#include "tests/sim/check.h"

enum { ARENA_BYTES = 8 << 20, FACT_BYTES = 80 };

/* What a record or a change says, as bytes that compare: kind, document, who, which. */
struct feed_fact {
	char bytes[FACT_BYTES];
};

struct facts {
	struct feed_fact *list;
	size_t count, capacity;
};

/* Of one disk: what its records say, what its feed says. */
struct feed_look {
	struct facts stored, told;
	uint64_t next; /* number that the next change must have */
	bool broken;
};

static struct feed_look look;

static void add(struct facts *f, enum change_kind kind, uint64_t about, const char *who,
		uint64_t which)
{
	struct feed_fact *at;

	if (f->count == f->capacity) {
		f->capacity = f->capacity == 0 ? 64 : 2 * f->capacity;
		f->list = realloc(f->list, f->capacity * sizeof *f->list);
		assert(f->list != NULL);
	}
	at = &f->list[f->count++];
	memset(at, 0, sizeof *at);
	snprintf(at->bytes, sizeof at->bytes, "%02d %llu %s %llu", (int)kind,
		 (unsigned long long)about, who, (unsigned long long)which);
}

static int by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, FACT_BYTES);
}

static uint64_t about(enum role role, struct serial serial)
{
	return (uint64_t)role << 56 | serial.n;
}

/* ---- what the records say ---- */

static void document(struct world *w, const struct member *m, const struct key *key,
		     const struct record *r)
{
	struct serial serial;
	enum role role;

	(void)w;
	(void)r;
	if (key_parse_serial(key, &role, &serial) && role == ROLE_OUT)
		add(&look.stored, CHANGE_SENT, about(role, serial), m->id.text, 0);
}

/* A refusal that a receipt has replaced since is in no record: those are left out on both sides. */
static void receipt(struct world *w, const struct member *m, const struct key *key,
		    const struct record *r)
{
	struct committee_id who;
	struct serial serial;
	enum role role;

	(void)w;
	if (!key_parse_receipt(key, &role, &serial, &who) || r->u.receipt.kind != KIND_RECEIPT)
		return;
	if (role == ROLE_IN && strcmp(who.text, m->id.text) == 0)
		add(&look.stored, CHANGE_ARRIVED, about(role, serial), "", 0);
	else if (role == ROLE_OUT)
		add(&look.stored, CHANGE_RECEIPT, about(role, serial), who.text, 0);
}

static void line(struct world *w, const struct member *m, const struct key *key,
		 const struct record *r)
{
	struct line_key at;

	(void)w;
	(void)m;
	(void)r;
	if (key_parse_line(key, &at) && at.addition == 0)
		add(&look.stored, CHANGE_NUMBERED, (uint64_t)at.book << 32 | at.year, "",
		    at.number);
}

/* Every status is told once, whoever gave it. */
static void status(struct world *w, const struct member *m, const struct key *key,
		   const struct record *r)
{
	struct committee_id office;
	struct serial serial;
	enum role role;
	uint32_t number;

	(void)w;
	(void)m;
	if (key_parse_status(key, &role, &serial, &office, &number))
		add(&look.stored, CHANGE_STATUS, about(role, serial), office.text,
		    (uint64_t)office_status_of(r->u.status.code));
}

static void paper(struct world *w, const struct member *m, const struct key *key,
		  const struct record *r)
{
	const struct rec_paper *p = &r->u.paper;
	struct serial serial;

	(void)w;
	(void)m;
	if (!key_parse_paper(key, &serial))
		return;
	add(&look.stored, CHANGE_PAPER, serial.n, "",
	    p->not_issued	 ? CHANGE_VOID
	    : p->previous.n != 0 ? CHANGE_CORRECTED
				 : CHANGE_ADDED);
	if (p->cancelled_at_ms != 0 && !p->not_issued)
		add(&look.stored, CHANGE_PAPER, serial.n, "", CHANGE_CANCELLED);
}

static void directory(struct world *w, const struct member *m, const struct key *key,
		      const struct record *r)
{
	(void)w;
	(void)m;
	(void)key;
	add(&look.stored, CHANGE_DIRECTORY, r->u.directory.version, "", 0);
}

/* ---- what the feed says ---- */

static void told(const struct change *c)
{
	struct facts *f = &look.told;

	if (c->kind == CHANGE_SENT)
		add(f, c->kind, about(c->role, c->serial), c->committee.text, 0);
	else if (c->kind == CHANGE_ARRIVED)
		add(f, c->kind, about(c->role, c->serial), "", 0);
	else if (c->kind == CHANGE_RECEIPT)
		add(f, c->kind, about(c->role, c->serial), c->committee.text, 0);
	else if (c->kind == CHANGE_NUMBERED)
		add(f, c->kind, (uint64_t)c->line.book << 32 | c->line.year, "", c->line.number);
	else if (c->kind == CHANGE_PAPER)
		add(f, c->kind, c->serial.n, "", (uint64_t)c->what);
	else if (c->kind == CHANGE_DIRECTORY)
		add(f, c->kind, c->number, "", 0);
	else if (c->status != OFFICE_NONE || c->kind == CHANGE_STATUS)
		add(f, CHANGE_STATUS, about(c->role, c->serial), c->committee.text,
		    (uint64_t)c->status);
}

static void row(struct world *w, const struct member *m, const struct key *key,
		const struct record *r)
{
	uint64_t n = 0;

	if (!key_parse_number(key, &n) || n != look.next || r->u.feed.count == 0) {
		if (!look.broken)
			world_violation(w, "feed", "%s has changes from %llu on where %llu follows",
					m->id.text, (unsigned long long)n,
					(unsigned long long)look.next);
		look.broken = true;
	}
	look.next = n + r->u.feed.count;
	for (uint32_t i = 0; i < r->u.feed.count; i++)
		told(&r->u.feed.changes[i]);
}

/* ---- both ---- */

static void compare(struct world *w, const struct member *m)
{
	const struct facts *s = &look.stored, *t = &look.told;
	size_t i = 0;

	if (s->count > 0)
		qsort(s->list, s->count, sizeof *s->list, by_bytes);
	if (t->count > 0)
		qsort(t->list, t->count, sizeof *t->list, by_bytes);
	while (i < s->count && i < t->count && by_bytes(&s->list[i], &t->list[i]) == 0)
		i++;
	if (i == s->count && i == t->count)
		return;
	world_violation(w, "feed", "%s: %zu facts, %zu changes; first: \"%s\", \"%s\"", m->id.text,
			s->count, t->count, i < s->count ? s->list[i].bytes : "",
			i < t->count ? t->list[i].bytes : "");
}

void check_feed(struct world *w, const struct member *m)
{
	const struct {
		enum family family;
		void (*each)(struct world *w, const struct member *m, const struct key *key,
			     const struct record *r);
	} walks[] = { { FAMILY_DOCUMENT, document }, { FAMILY_RECEIPT, receipt },
		      { FAMILY_LINE, line },	     { FAMILY_STATUS, status },
		      { FAMILY_PAPER, paper },	     { FAMILY_DIRECTORY, directory },
		      { FAMILY_FEED, row } };

	memset(&look, 0, sizeof look);
	look.next = 1;
	for (size_t i = 0; i < sizeof walks / sizeof walks[0]; i++)
		check_each(w, m, walks[i].family, check_all(), walks[i].each);
	if (!look.broken)
		compare(w, m);
	free(look.stored.list);
	free(look.told.list);
}

/* ---- who follows ---- */

static uint64_t mixed(uint64_t sum, uint64_t n)
{
	return (sum ^ n) * 1099511628211u;
}

static uint64_t sum_of(uint64_t sum, uint64_t number, const struct change *c)
{
	sum = mixed(mixed(sum, number), (uint64_t)c->kind);
	sum = mixed(mixed(sum, c->serial.n), (uint64_t)c->role);
	return mixed(sum, c->line.number);
}

/* Another feed, or one that is behind: begun again, from what there is. */
static void begin_again(struct world *w, struct member *m, const struct feed_view *v)
{
	bool same = memcmp(m->follower.id, v->id, sizeof v->id) == 0;

	if (m->follower.read > 0 && !w->setback)
		world_violation(w, "feed", "who follows %s is told that it is %s", m->id.text,
				same ? "ahead" : "another feed");
	m->follower.read = 0;
	m->follower.sum = 0;
	memcpy(m->follower.id, v->id, sizeof v->id);
}

void check_follow(struct member *m)
{
	struct arena *a = m->scratch;
	struct scan scan = scan_of(check_all());
	struct lookup l = m->store->ops->lookup(m->store);
	struct feed_view v;
	struct record r;

	m->follower.put_back = false;
	core_feed(m->core, &v);
	if (memcmp(m->follower.id, v.id, sizeof v.id) != 0 || m->follower.read >= v.next)
		begin_again(m->world, m, &v);
	if (m->follower.read + 1 == v.next)
		return;
	arena_reset(a);
	if (m->follower.read > 0)
		scan = scan_from(check_all(), key_number(m->follower.read));
	while (l.next(l.ctx, a, FAMILY_FEED, &scan, &r) == ERR_OK) {
		uint64_t n = 0;

		if (!key_parse_number(&scan.at, &n) || n != m->follower.read + 1) {
			world_violation(m->world, "feed", "who follows %s from %llu on gets %llu",
					m->id.text, (unsigned long long)m->follower.read,
					(unsigned long long)n);
			return;
		}
		for (uint32_t i = 0; i < r.u.feed.count; i++)
			m->follower.sum =
			    sum_of(m->follower.sum, ++m->follower.read, &r.u.feed.changes[i]);
		arena_reset(a);
	}
}

static uint64_t stored_sum, stored_upto, sum_upto;

static void sum_row(struct world *w, const struct member *m, const struct key *key,
		    const struct record *r)
{
	(void)w;
	(void)m;
	(void)key;
	for (uint32_t i = 0; i < r->u.feed.count && stored_upto < sum_upto; i++)
		stored_sum = sum_of(stored_sum, ++stored_upto, &r->u.feed.changes[i]);
}

void check_followed(struct world *w, const struct member *m)
{
	if (m->follower.put_back)
		return; /* it has read what is gone, and is told so when it asks */
	stored_sum = stored_upto = 0;
	sum_upto = m->follower.read;
	check_each(w, m, FAMILY_FEED, check_all(), sum_row);
	if (stored_upto != m->follower.read || stored_sum != m->follower.sum)
		world_violation(w, "feed", "who followed %s to %llu has read what is not there",
				m->id.text, (unsigned long long)m->follower.read);
}

/* ---- a program that loses a change ---- */

static enum err (*real_commit)(struct store *s, const struct plan *p);

/* The last change of a turn's record, when there are others: the first is told in its place. */
static enum err forgetful_commit(struct store *s, const struct plan *p)
{
	for (uint32_t i = 0; i < p->write_count; i++) {
		const struct rec_feed *r = &p->writes[i].record.u.feed;

		if (p->writes[i].record.family == FAMILY_FEED && !p->writes[i].erase &&
		    r->changes == p->changes && r->count > 1)
			p->changes[r->count - 1] = p->changes[0];
	}
	return real_commit(s, p);
}

void check_forget_changes(struct member *m)
{
	static struct store_ops forgetful;

	if (m->world->canary != CANARY_FORGETS_CHANGE)
		return;
	real_commit = m->store->ops->commit;
	forgetful = *m->store->ops;
	forgetful.commit = forgetful_commit;
	m->store->ops = &forgetful;
}
