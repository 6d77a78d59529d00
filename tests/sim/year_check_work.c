/* What was sent in the year, and the work on it: each document at each of its recipients, whole,
 * receipted and as it was signed; each office's history as it was told, in an order that may be,
 * and the same at the issuer; who was asked a document back, and
 * what each said to it. */
#include <stdlib.h>
#include <string.h>

#include "tests/sim/check.h"
#include "tests/sim/year.h"

enum { ARENA_BYTES = 4 << 20 };

/* One disk, and a document on it. */
struct place {
	const struct member *m;
	struct lookup l;
	struct arena *a;
	enum role role;
	struct serial serial;
};

static struct store *stores[YEAR_MEMBERS];

static bool get(const struct place *p, enum family family, struct key key, struct record *out)
{
	return p->l.get(p->l.ctx, p->a, family, &key, out) == ERR_OK;
}

static bool find(struct world *w, const struct year_document *d, int member, struct place *p)
{
	struct record r;

	p->m = &w->members[member];
	p->l = stores[member]->ops->lookup(stores[member]);
	if (!get(p, FAMILY_IDENT, key_ident(d->id, w->members[d->origin].id), &r))
		return false;
	p->role = r.u.ident.role;
	p->serial = r.u.ident.serial;
	return true;
}

static bool same(struct blob x, struct blob y)
{
	return x.len_bytes == y.len_bytes && memcmp(x.data, y.data, x.len_bytes) == 0;
}

static void check_delivered(struct world *w, const struct place *from, const struct place *to)
{
	struct record state, theirs, ours, receipt;
	struct key there = key_serial(to->role, to->serial),
		   here = key_serial(from->role, from->serial);

	if (!get(to, FAMILY_STATE, there, &state) || state.u.state.complete_at_ms == 0)
		world_violation(w, "year", "a document of %s is not whole at %s", from->m->id.text,
				to->m->id.text);
	else if (!get(to, FAMILY_ENVELOPE, there, &theirs) ||
		 !get(from, FAMILY_ENVELOPE, here, &ours) ||
		 !same(theirs.u.envelope.envelope.bytes, ours.u.envelope.envelope.bytes))
		world_violation(w, "year", "an envelope of %s differs at %s", from->m->id.text,
				to->m->id.text);
	else if (!get(from, FAMILY_RECEIPT, key_receipt(from->role, from->serial, to->m->id),
		      &receipt) ||
		 receipt.u.receipt.kind != KIND_RECEIPT)
		world_violation(w, "year", "%s has no receipt of %s", from->m->id.text,
				to->m->id.text);
}

/* A code as the model writes it. */
static char letter_of(const char *code)
{
	if (code[0] == '0')
		return code[1];
	return code[1] == '5' ? 'a' : code[1] == '6' ? 'd' : '?';
}

/* Written apart from what it checks: after what may each come? A digit is a code's last, 0 what has
 * only arrived; `said` is what was said last to a recall, 0 nothing. After it was agreed nothing
 * comes. */
static bool may_follow(char before, char said, char next)
{
	static const char *const after[] = { "2:03", "3:02", "4:345", "5:346", "6:345" };

	if (said == 'a')
		return false;
	for (unsigned i = 0; i < sizeof after / sizeof after[0]; i++) {
		if (after[i][0] == next)
			return strchr(after[i] + 2, before) != NULL;
	}
	return next == 'a' || next == 'd';
}

static bool status_at(const struct place *p, struct committee_id office, uint32_t n,
		      struct record *out)
{
	return get(p, FAMILY_STATUS, key_status(p->role, p->serial, office, n), out);
}

static void check_history(struct world *w, const struct year_delivery *v, const struct place *from,
			  const struct place *to)
{
	struct committee_id office = to->m->id;
	char before = '0', said = '0';
	uint32_t n, answered = 0;
	struct record own, theirs;

	for (n = 1; status_at(to, office, n, &own); n++) {
		char next = letter_of(own.u.status.code);

		if (!may_follow(before, said, next))
			world_violation(w, "statuses", "%s: %s after 0%c and %c", office.text,
					own.u.status.code, before, said);
		else if (n > v->told_count || next != v->told[n - 1])
			world_violation(w, "statuses", "%s was told %s, and status %u is %s",
					office.text, v->told, n, own.u.status.code);
		else if (!status_at(from, office, n, &theirs) ||
			 !same(own.u.status.envelope.bytes, theirs.u.status.envelope.bytes) ||
			 strcmp(own.u.status.code, theirs.u.status.code) != 0)
			world_violation(w, "statuses", "%s does not hold status %u of %s as signed",
					from->m->id.text, n, office.text);
		if (next == 'a' || next == 'd') {
			said = next;
			answered++;
		} else {
			before = next;
		}
		w->year->statuses++;
	}
	if (n != v->told_count + 1u)
		world_violation(w, "statuses", "%s was told %s, and status %u is not there",
				office.text, v->told, n);
	else if (status_at(from, office, n, &theirs))
		world_violation(w, "statuses", "%s has a status more than it was told",
				office.text);
	if (answered > v->asked)
		world_violation(w, "recall", "%s was asked %u times, and answered %u", office.text,
				v->asked, answered);
}

/* ---- what was asked back ---- */

/* Was this recipient named in the n-th question about the document? */
static bool was_asked(const struct world *w, const struct year_delivery *v, uint32_t n)
{
	for (uint32_t i = 0; i < w->year->recall_count; i++) {
		const struct year_recall *c = &w->year->recalls[i];

		if (c->document == v->document && c->n == n)
			return (c->asked >> v->member & 1) != 0;
	}
	return false;
}

/* Each question stands with the issuer, and with those that it was put to, and with no others; none
 * waits to be sent any more. */
static void check_questions(struct world *w, const struct year_delivery *v,
			    const struct place *from, const struct place *to)
{
	const struct year_document *d = &w->year->documents[v->document];
	struct committee_id issuer = from->m->id;
	struct record ours, theirs;

	for (uint32_t n = 1; n <= d->asks; n++) {
		bool there = status_at(to, issuer, n, &theirs);

		if (!status_at(from, issuer, n, &ours) || strcmp(ours.u.status.code, "13") != 0)
			world_violation(w, "recall", "%s has lost its question %u", issuer.text, n);
		else if (there != was_asked(w, v, n))
			world_violation(w, "recall", "question %u of %s and %s: %s", n, issuer.text,
					to->m->id.text, there ? "nobody asked" : "it never came");
		else if (there && (strcmp(theirs.u.status.code, "13") != 0 ||
				   theirs.u.status.at_ms != ours.u.status.at_ms ||
				   strcmp(theirs.u.status.note, ours.u.status.note) != 0))
			world_violation(w, "recall", "question %u of %s is another at %s", n,
					issuer.text, to->m->id.text);
	}
	if (status_at(from, issuer, d->asks + 1, &ours) ||
	    status_at(to, issuer, d->asks + 1, &theirs))
		world_violation(w, "recall", "%s has a question more than it asked", issuer.text);
	if ((get(from, FAMILY_TOLD, key_receipt(from->role, from->serial, to->m->id), &ours)
		     ? ours.u.told.asked
		     : 0) != v->asked)
		world_violation(w, "recall", "%s does not count how often it asked %s", issuer.text,
				to->m->id.text);
}

static void each_told(struct world *w, const struct member *m, const struct key *key,
		      const struct record *r)
{
	(void)key;
	if (r->u.told.unsent != 0)
		world_violation(w, "recall", "%s has still to send a status", m->id.text);
}

/* What it answers or replaces, the same at both ends. */
static void check_reply_to(struct world *w, const struct year_document *d, const struct place *p)
{
	const struct document_ref *about;
	struct record r;

	if (!get(p, FAMILY_DOCUMENT, key_serial(p->role, p->serial), &r))
		return; /* said already */
	about = r.u.document.summary.reply_to;
	if (d->about < 0 ? about != NULL
			 : about == NULL || memcmp(&about->id, &w->year->documents[d->about].id,
						   sizeof about->id) != 0)
		world_violation(w, "year", "%s has another answer than was sent", p->m->id.text);
}

/* Its office had ended before it came: the issuer holds a refusal that says so, and nobody anything
 * else. */
static void check_gone(struct world *w, const struct year_delivery *v, const struct place *from,
		       struct place *to)
{
	const struct year_document *d = &w->year->documents[v->document];
	struct record r;

	if (find(w, d, v->member, to) ||
	    !get(from, FAMILY_RECEIPT, key_receipt(from->role, from->serial, to->m->id), &r) ||
	    r.u.receipt.kind != KIND_REFUSAL || r.u.receipt.reason != ERR_RETIRED_RECIPIENT)
		world_violation(w, "year", "%s does not know that %s had ended", from->m->id.text,
				to->m->id.text);
	else if (status_at(from, to->m->id, 1, &r))
		world_violation(w, "statuses", "%s has a status of %s, which had ended",
				from->m->id.text, to->m->id.text);
}

/* Nothing new comes of who has ended. */
static void check_version(struct world *w, const struct year_document *d, uint64_t version)
{
	uint64_t ended = w->year->ended[d->origin];

	if (ended != 0 && version >= ended)
		world_violation(w, "year", "%s has ended, and sent something",
				w->members[d->origin].id.text);
}

static void check_document(struct world *w, const struct year_document *d, struct arena *a)
{
	struct place from = { .a = a }, to = { .a = a };
	struct record r;

	if (d->given_up) {
		if (find(w, d, d->origin, &from))
			world_violation(w, "year", "%s has what it was refused", from.m->id.text);
		return;
	}
	if (!find(w, d, d->origin, &from) || from.role != ROLE_OUT) {
		world_violation(w, "year", "%s has lost a document of its own",
				w->members[d->origin].id.text);
		return;
	}
	if (!get(&from, FAMILY_DOCUMENT, key_serial(from.role, from.serial), &r) ||
	    strtoul(r.u.document.summary.number, NULL, 10) != d->number)
		world_violation(w, "numbers", "%s was told %u, and sent %s", from.m->id.text,
				d->number, r.u.document.summary.number);
	else
		check_version(w, d, r.u.document.directory_version);
	for (uint32_t k = 0; k < (uint32_t)__builtin_popcount(d->addressed); k++) {
		const struct year_delivery *v = &w->year->deliveries[d->deliveries + k];

		if (v->gone) {
			check_gone(w, v, &from, &to);
			continue;
		}
		if (!find(w, d, v->member, &to) || to.role != ROLE_IN) {
			world_violation(w, "year", "a document of %s never came to %s",
					from.m->id.text, w->members[v->member].id.text);
			return;
		}
		check_delivered(w, &from, &to);
		check_history(w, v, &from, &to);
		check_questions(w, v, &from, &to);
		check_reply_to(w, d, &to);
	}
	check_reply_to(w, d, &from);
}

void year_check_work(struct world *w)
{
	struct arena *a = arena_new(ARENA_BYTES);

	for (int i = 0; i < w->member_count; i++) {
		if (a == NULL || store_memory_open(w->members[i].disk, &stores[i]) != ERR_OK)
			abort();
	}
	for (uint32_t i = 0; i < w->year->document_count && w->violation[0] == '\0'; i++) {
		arena_reset(a);
		check_document(w, &w->year->documents[i], a);
	}
	for (int i = 0; i < w->member_count; i++) {
		stores[i]->ops->close(stores[i]);
		check_each(w, &w->members[i], FAMILY_TOLD, check_all(), each_told);
	}
	arena_destroy(a);
}
