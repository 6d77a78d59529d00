/* The records office, from the disks alone: each register's numbers without gap or double, one line
 * for each document that must have one; statuses that each followed what may come before; and the
 * issuer holding exactly what each recipient's office has signed. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "tests/sim/check.h"

enum { ARENA_BYTES = 4 << 20, SERIALS_MAX = 4096 };

/* ---- registers ---- */

static struct {
	uint8_t book[3]; /* and year, as the key has them */
	uint32_t number, addition;
	bool registered[2][SERIALS_MAX]; /* of ours, of others */
	int papers;
} shelf; /* of one member; the simulator has one thread */

static uint32_t big_endian(const uint8_t *b, unsigned bytes)
{
	uint32_t n = 0;

	for (unsigned i = 0; i < bytes; i++)
		n = n << 8 | b[i];
	return n;
}

static void check_entry(struct world *w, const struct member *m, const struct rec_line *r,
			uint32_t number)
{
	bool *there;

	if (r->role == ROLE_PAPER) {
		shelf.papers++;
		return;
	}
	if (r->kind == LINE_VOID && w->setback && m->index == w->setback_member)
		return; /* nobody knows what it was */
	if ((r->role != ROLE_OUT && r->role != ROLE_IN) || r->serial.n >= SERIALS_MAX) {
		world_violation(w, "register", "%s: line %u is about nothing", m->id.text, number);
		return;
	}
	there = &shelf.registered[r->role == ROLE_IN][r->serial.n];
	if (*there)
		world_violation(w, "register", "%s: one document has two lines, %u is the second",
				m->id.text, number);
	*there = true;
}

static void check_line(struct world *w, const struct member *m, const struct key *key,
		       const struct record *r)
{
	uint32_t number = big_endian(key->bytes + 3, 4), addition = big_endian(key->bytes + 7, 2);

	if (memcmp(shelf.book, key->bytes, sizeof shelf.book) != 0) {
		memcpy(shelf.book, key->bytes, sizeof shelf.book);
		shelf.number = shelf.addition = 0;
	}
	if (addition == 0 ? number != shelf.number + 1
			  : number != shelf.number || addition != shelf.addition + 1)
		world_violation(w, "register", "%s: book %u has %u.%u after %u.%u", m->id.text,
				key->bytes[0], number, addition, shelf.number, shelf.addition);
	shelf.number = number;
	shelf.addition = addition;
	if (addition == 0)
		check_entry(w, m, &r->u.line, number);
}

static void want_ours(struct world *w, const struct member *m, const struct key *key,
		      const struct record *r)
{
	uint64_t serial = 0;

	for (unsigned i = 1; i <= 8; i++)
		serial = serial << 8 | key->bytes[i];
	if (key->bytes[0] == ROLE_OUT && (serial >= SERIALS_MAX || !shelf.registered[0][serial]))
		world_violation(w, "register", "%s has sent %s, and no line of it", m->id.text,
				r->u.document.summary.number);
}

static void want_theirs(struct world *w, const struct member *m, const struct key *key,
			const struct record *r)
{
	uint64_t serial = 0;

	for (unsigned i = 1; i <= 8; i++)
		serial = serial << 8 | key->bytes[i];
	if (key->bytes[0] != ROLE_IN)
		return; /* a recall of one of ours */
	if (serial >= SERIALS_MAX ||
	    (r->u.work.line.number != 0) != shelf.registered[1][serial])
		world_violation(w, "register", "%s: a line and the work on %u do not agree",
				m->id.text, (unsigned)serial);
}

static void check_registers(struct world *w, const struct member *m)
{
	int papers = 0;

	memset(&shelf, 0, sizeof shelf);
	check_each(w, m, FAMILY_LINE, check_all(), check_line);
	check_each(w, m, FAMILY_DOCUMENT, check_all(), want_ours);
	check_each(w, m, FAMILY_WORK, check_all(), want_theirs);
	for (int i = 0; i < w->entry_count; i++)
		papers += w->entries[i].member == m->index && w->entries[i].accepted;
	for (int i = 0; i < w->number_count; i++)
		papers += w->numbers[i].member == m->index && w->numbers[i].told > 0;
	if (papers != shelf.papers)
		world_violation(w, "register", "%s has %d lines of paper for %d entries",
				m->id.text, shelf.papers, papers);
}

/* ---- statuses ---- */

/* Written apart from what it checks: after what may each come? A letter is a code's last digit, 0
 * what has only arrived. */
static bool may_follow(char before, char next)
{
	static const char *const after[] = { "2:03", "3:02", "4:345", "5:346", "6:345" };

	for (unsigned i = 0; i < sizeof after / sizeof after[0]; i++) {
		if (after[i][0] == next)
			return strchr(after[i] + 2, before) != NULL;
	}
	return false;
}

/* Whose statuses about which document. */
struct series_of {
	const struct world *w;
	const struct wanted *d;
	const struct member *office;
};

/* The n-th of them, as one member has it. */
static bool status_at(const struct series_of *s, const struct member *holder, uint32_t n,
		      struct arena *a, struct record *out)
{
	struct record ident;
	struct committee_id origin = s->w->members[s->d->origin].id;

	return member_get(holder, a, FAMILY_IDENT, key_ident(s->d->id, origin), &ident) &&
	       member_get(holder, a, FAMILY_STATUS,
			  key_status(ident.u.ident.role, ident.u.ident.serial, s->office->id, n),
			  out);
}

static bool same_bytes(const struct record *a, const struct record *b)
{
	const struct blob *x = &a->u.status.envelope.bytes, *y = &b->u.status.envelope.bytes;

	return x->len_bytes == y->len_bytes &&
	       (x->len_bytes == 0 || memcmp(x->data, y->data, x->len_bytes) == 0);
}

/* ---- recalls and replacements ---- */

/* What an office has said of one document so far, by its own history. */
struct course {
	char before;		/* the last digit of the work's code */
	uint32_t answered;	/* recalls by a status 13 */
	uint64_t answered_newer; /* bit per document that asked */
	bool frozen, replaced;
};

/* How often the issuer's questions have come to an office. */
static uint32_t questions_at(struct world *w, const struct wanted *d, const struct member *office,
			     struct arena *a)
{
	const struct series_of s = { w, d, &w->members[d->origin] };
	uint32_t count = 0;

	/* its numbers count what it asked of anybody: some were asked of others alone */
	for (uint32_t n = 1; n <= SERIALS_MAX / 64; n++) {
		struct record r;

		arena_reset(a);
		count += status_at(&s, office, n, a, &r) && strcmp(r.u.status.code, "13") == 0;
	}
	return count;
}

/* The document that asked. NULL: no document did. */
static const struct wanted *asker(struct world *w, const struct wanted *d,
				  const struct doc_id *request)
{
	static const struct doc_id none;
	const struct wanted *x = workload_find(w, request);

	if (memcmp(request, &none, sizeof none) == 0)
		return NULL;
	if (x == NULL || x->older == 0 || &w->documents[x->older - 1] != d)
		world_violation(w, "recall", "%s: an answer to a document that does not ask",
				d->number);
	return x;
}

static void take_answer(struct world *w, const struct wanted *d, const struct member *office,
			const struct rec_status *s, struct course *c)
{
	const bool agreed = strcmp(s->code, "15") == 0;
	const struct wanted *x = asker(w, d, &s->status.request);
	uint64_t bit = x == NULL ? 0 : 1ull << (x - w->documents);

	if (x == NULL) {
		c->answered++;
		c->frozen = agreed;
		return;
	}
	if ((c->answered_newer & bit) != 0)
		world_violation(w, "recall", "%s answers %s a second time", office->id.text,
				x->number);
	c->answered_newer |= bit;
	c->frozen = agreed && x->business == BUSINESS_RECALL;
	c->replaced = c->replaced || (agreed && x->business == BUSINESS_REPLACE);
}

static void take_status(struct world *w, const struct wanted *d, const struct member *office,
			const struct rec_status *s, struct course *c)
{
	char next = s->code[1];

	if (c->frozen)
		world_violation(w, "recall", "%s: %s for %s, which was given back",
				office->id.text, s->code, d->number);
	if (s->code[0] == '1') {
		take_answer(w, d, office, s, c);
		return;
	}
	if (c->replaced && strchr("345", next) != NULL)
		world_violation(w, "recall", "%s: %s for %s, which was replaced", office->id.text,
				s->code, d->number);
	if (!may_follow(c->before, next))
		world_violation(w, "office", "%s: %s after 0%c for %s", office->id.text, s->code,
				c->before, d->number);
	c->before = next;
}

/* Its record of the work says what its history does, and what is not answered is asked. */
static void check_stand(struct world *w, const struct wanted *d, const struct member *office,
			const struct course *c, struct arena *a)
{
	struct committee_id origin = w->members[d->origin].id;
	struct record ident, work = { .family = FAMILY_WORK };
	const struct office_stand *at = &work.u.work.stand;
	bool frozen;

	arena_reset(a);
	if (!member_get(office, a, FAMILY_IDENT, key_ident(d->id, origin), &ident) ||
	    ident.u.ident.role != ROLE_IN ||
	    !member_get(office, a, FAMILY_WORK, key_serial(ROLE_IN, ident.u.ident.serial), &work))
		return;
	frozen = at->recall == OFFICE_RECALL_AGREED && at->asks != BUSINESS_UPDATE &&
		 at->asks != BUSINESS_REPLACE;
	if (frozen != c->frozen || at->replaced != c->replaced)
		world_violation(w, "recall", "%s: %s stands otherwise than its history says",
				office->id.text, d->number);
	for (int i = 0; i < w->document_count; i++) {
		const struct wanted *x = &w->documents[i];

		if (x->older == 0 || &w->documents[x->older - 1] != d || !x->accepted ||
		    (x->addressed >> office->index & 1) == 0 || damages_lost(w, x, office->index))
			continue;
		if ((c->answered_newer >> i & 1) == 0 && !c->frozen && !c->replaced &&
		    at->recall != OFFICE_RECALL_ASKED)
			world_violation(w, "recall", "%s was never asked for %s", office->id.text,
					x->number);
	}
	w->frozen += c->frozen;
	w->replaced += c->replaced;
}

/* Whom the issuer has asked has been asked, once for each time, and answers no more often. */
static void check_asked(struct world *w, const struct wanted *d, const struct member *office,
			const struct course *c, struct arena *a)
{
	const struct member *origin = &w->members[d->origin];
	uint32_t came = questions_at(w, d, office, a);
	struct record ident, told = { .family = FAMILY_TOLD };

	if (damages_lost(w, d, office->index))
		return; /* it was asked for what never came to it */
	arena_reset(a);
	if (!member_get(origin, a, FAMILY_IDENT, key_ident(d->id, origin->id), &ident) ||
	    !member_get(origin, a, FAMILY_TOLD,
			key_receipt(ROLE_OUT, ident.u.ident.serial, office->id), &told))
		told.u.told = (struct rec_told){ .asked = 0 };
	if (told.u.told.unsent != 0 || told.u.told.asked != came)
		world_violation(w, "recall", "%s asked %s %u times for %s, and %u came",
				origin->id.text, office->id.text, told.u.told.asked, d->number,
				came);
	if (c->answered > came)
		world_violation(w, "recall", "%s gave %s back unasked", office->id.text,
				d->number);
	w->asked += came;
}

/* Returns how many statuses the office has given. */
static uint32_t check_history(struct world *w, const struct wanted *d, const struct member *office,
			      struct arena *a)
{
	const struct series_of s = { w, d, office };
	const struct member *origin = &w->members[d->origin];
	struct course c = { .before = '0' };
	uint32_t n;

	for (n = 1;; n++) {
		struct record own, theirs;

		arena_reset(a);
		if (!status_at(&s, office, n, a, &own))
			break;
		if (office == origin && strcmp(own.u.status.code, "13") != 0)
			world_violation(w, "recall", "%s says %s of its own %s", office->id.text,
					own.u.status.code, d->number);
		if (office != origin)
			take_status(w, d, office, &own.u.status, &c);
		if (!status_at(&s, origin, n, a, &theirs) || !same_bytes(&own, &theirs))
			world_violation(w, "office",
					"%s does not hold status %u of %s for %s as it was signed",
					origin->id.text, n, office->id.text, d->number);
	}
	arena_reset(a);
	if (status_at(&s, origin, n, a, &(struct record){ .family = FAMILY_NONE }))
		world_violation(w, "office", "%s holds a status %u of %s that it never gave",
				origin->id.text, n, office->id.text);
	if (office == origin || (d->addressed >> office->index & 1) == 0)
		return n - 1;
	check_stand(w, d, office, &c, a);
	check_asked(w, d, office, &c, a);
	return n - 1;
}

/* Does a history have it? `x`: what asked for it; NULL: nothing, or a status 13 did. */
static bool has_said(struct world *w, const struct office_act *act, const struct wanted *d,
		     const struct wanted *x, struct arena *a)
{
	const struct member *m = &w->members[act->member];
	const struct series_of s = { w, d, m };
	bool found = false;
	char code[8];

	snprintf(code, sizeof code, "%02u", (unsigned)act->next % 100);
	for (uint32_t n = 1; !found; n++) {
		struct record r;

		arena_reset(a);
		if (!status_at(&s, m, n, a, &r))
			break;
		found = strcmp(r.u.status.code, code) == 0 &&
			(act->next >= OFFICE_RECALL_ASKED ||
			 r.u.status.status.arrival == act->arrival) &&
			(x == NULL ||
			 memcmp(&r.u.status.status.request, &x->id, sizeof x->id) == 0);
	}
	return found;
}

/* What a clerk was told was done stands in the history, under the number that was told; an answer
 * to a document that asks, in that of the older one. */
static void check_told(struct world *w, const struct office_act *act, struct arena *a)
{
	const struct wanted *d = &w->documents[act->document];
	bool found = has_said(w, act, d, NULL, a);

	if (!found && d->older != 0 && act->next > OFFICE_RECALL_ASKED)
		found = has_said(w, act, &w->documents[d->older - 1], d, a);
	/* given back already, to another question: there was nothing left to agree to */
	if (!found && d->older != 0 && act->repeated && act->next == OFFICE_RECALL_AGREED)
		found = has_said(w, act, &w->documents[d->older - 1], NULL, a);
	if (!found)
		world_violation(w, "office", "%s: what was done with %s is in no history",
				w->members[act->member].id.text, d->number);
}

void check_office(struct world *w)
{
	struct arena *a = arena_new(ARENA_BYTES);

	assert(a != NULL);
	for (int k = 0; k < w->member_count; k++)
		check_registers(w, &w->members[k]);
	for (int i = 0; i < w->document_count; i++) {
		for (int k = 0; w->documents[i].accepted && k < w->member_count; k++)
			w->statuses += check_history(w, &w->documents[i], &w->members[k], a);
	}
	for (int i = 0; i < w->act_count; i++) {
		if (w->acts[i].done)
			check_told(w, &w->acts[i], a);
	}
	arena_destroy(a);
}
