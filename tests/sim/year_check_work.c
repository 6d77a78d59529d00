/* What was sent in the year, and the work on it: each document at each of its recipients, whole,
 * receipted and as it was signed; each office's history as it was told, in an order that may be,
 * and the same at the issuer. */
#include <stdlib.h>
#include <string.h>

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

/* Written apart from what it checks: after what may each come? A digit is a code's last, 0 what has
 * only arrived. */
static bool may_follow(char before, char next)
{
	static const char *const after[] = { "2:03", "3:02", "4:345", "5:346", "6:345" };

	for (unsigned i = 0; i < sizeof after / sizeof after[0]; i++) {
		if (after[i][0] == next)
			return strchr(after[i] + 2, before) != NULL;
	}
	return false;
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
	char before = '0';
	struct record own, theirs;

	for (uint32_t n = 1; n <= v->told_count; n++) {
		bool there = status_at(to, office, n, &own);

		if (there && !may_follow(before, own.u.status.code[1]))
			world_violation(w, "statuses", "%s: %s after 0%c", office.text,
					own.u.status.code, before);
		else if (!there || own.u.status.code[1] != v->told[n - 1])
			world_violation(w, "statuses", "%s was told %s, and status %u is not there",
					office.text, v->told, n);
		else if (!status_at(from, office, n, &theirs) ||
			 !same(own.u.status.envelope.bytes, theirs.u.status.envelope.bytes) ||
			 strcmp(own.u.status.code, theirs.u.status.code) != 0)
			world_violation(w, "statuses", "%s does not hold status %u of %s as signed",
					from->m->id.text, n, office.text);
		before = v->told[n - 1];
		w->year->statuses++;
	}
	if (status_at(to, office, v->told_count + 1u, &own) ||
	    status_at(from, office, v->told_count + 1u, &theirs))
		world_violation(w, "statuses", "%s has a status more than it was told",
				office.text);
}

static void check_document(struct world *w, const struct year_document *d, struct arena *a)
{
	struct place from = { .a = a }, to = { .a = a };
	struct record r;

	if (!find(w, d, d->origin, &from) || from.role != ROLE_OUT) {
		world_violation(w, "year", "%s has lost a document of its own",
				w->members[d->origin].id.text);
		return;
	}
	if (!get(&from, FAMILY_DOCUMENT, key_serial(from.role, from.serial), &r) ||
	    strtoul(r.u.document.summary.number, NULL, 10) != d->number)
		world_violation(w, "numbers", "%s was told %u, and sent %s", from.m->id.text,
				d->number, r.u.document.summary.number);
	for (uint32_t k = 0; k < (uint32_t)__builtin_popcount(d->addressed); k++) {
		const struct year_delivery *v = &w->year->deliveries[d->deliveries + k];

		if (!find(w, d, v->member, &to) || to.role != ROLE_IN) {
			world_violation(w, "year", "a document of %s never came to %s",
					from.m->id.text, w->members[v->member].id.text);
			return;
		}
		check_delivered(w, &from, &to);
		check_history(w, v, &from, &to);
	}
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
	for (int i = 0; i < w->member_count; i++)
		stores[i]->ops->close(stores[i]);
	arena_destroy(a);
}
