/* When faults heal, everything drains, and both ends of every link agree. */
#include "tests/sim/check.h"

static void no_fetch(struct world *w, const struct member *m, const struct key *key,
		     const struct record *r)
{
	struct committee_id from = { "" };
	enum lane lane = LANE_NONE;
	uint64_t seq = 0;

	struct arena *a = arena_new(1 << 20);
	struct record d;
	bool known = member_get(m, a, FAMILY_DOCUMENT,
				key_serial(r->u.fetch.role, r->u.fetch.serial), &d);

	(void)key_parse_seq(key, &from, &lane, &seq);
	if (setback_is_gone(w, m, r)) {
		arena_destroy(a);
		return; /* nobody has its files */
	}
	world_violation(w, "convergence",
			"%s still fetches %02x%02x of %s from %s, %llu of lane %d (it came by "
			"%llu of %s)",
			m->id.text, known ? d.u.document.id.bytes[14] : 0,
			known ? d.u.document.id.bytes[15] : 0,
			known ? d.u.document.origin.text : "?", from.text, (unsigned long long)seq,
			(int)lane, (unsigned long long)(known ? d.u.document.from_seq : 0),
			known ? d.u.document.from.text : "?");
	arena_destroy(a);
}

static void no_aside(struct world *w, const struct member *m, const struct key *key,
		     const struct record *r)
{
	(void)key;
	if (setback_is_gone(w, m, r))
		return; /* its issuer does not know it any more */
	world_violation(w, "convergence", "%s still has something of %s set aside, VT-%d",
			m->id.text, r->u.aside.signer.text, (int)r->u.aside.why);
}

static void check_edge(struct world *w, int a, int b)
{
	struct member *from = &w->members[a], *to = &w->members[b];
	struct arena *arena = arena_new(1 << 20);

	for (enum lane lane = LANE_FACTS; lane <= LANE_NORMAL; lane++) {
		struct record out, in;
		struct link_view v;

		if (!core_link_find(from->core, to->id, &v) || v.queued[lane] != 0) {
			world_violation(w, "convergence", "%s has %llu queued for %s on lane %d",
					from->id.text, (unsigned long long)v.queued[lane],
					to->id.text, (int)lane);
			continue;
		}
		if (!member_get(from, arena, FAMILY_LINKOUT, key_link(to->id, lane), &out) ||
		    !member_get(to, arena, FAMILY_LINKIN, key_link(from->id, lane), &in))
			continue; /* nothing was ever published */
		if (out.u.linkout.acked != in.u.linkin.have)
			world_violation(w, "convergence", "%s has %llu acknowledged, %s has %llu",
					from->id.text, (unsigned long long)out.u.linkout.acked,
					to->id.text, (unsigned long long)in.u.linkin.have);
	}
	arena_destroy(arena);
}

/* Both ends agree: what the origin counts is what the recipients have. */
static void check_document(struct world *w, const struct wanted *d)
{
	struct member *origin = &w->members[d->origin];
	struct arena *a = arena_new(4 << 20);
	struct record ident, state, answer;

	if (!member_get(origin, a, FAMILY_IDENT, key_ident(d->id, origin->id), &ident) ||
	    !member_get(origin, a, FAMILY_STATE,
			key_serial(ident.u.ident.role, ident.u.ident.serial), &state)) {
		world_violation(w, "convergence", "%s accepted %s and does not have it",
				origin->id.text, d->number);
		arena_destroy(a);
		return;
	}
	for (int i = 0; i < w->member_count; i++) {
		struct member *m = &w->members[i];
		struct record there;

		if ((d->addressed >> i & 1) == 0 || workload_excused(w, d, i) ||
		    damages_lost(w, d, i))
			continue;
		if (!member_get(origin, a, FAMILY_RECEIPT,
				key_receipt(ident.u.ident.role, ident.u.ident.serial, m->id),
				&answer))
			world_violation(
			    w, "convergence", "%s of %s: no answer of %s, which %s it", d->number,
			    origin->id.text, m->id.text,
			    member_get(m, a, FAMILY_IDENT, key_ident(d->id, origin->id), &there)
				? "has"
				: "does not have");
		else if (answer.u.receipt.kind != KIND_RECEIPT)
			world_violation(w, "convergence", "%s of %s was refused by %s with VT-%u",
					d->number, origin->id.text, m->id.text,
					answer.u.receipt.reason);
	}
	if (!w->changing && state.u.state.delivered + damages_lost_count(w, d) !=
				    (uint64_t)__builtin_popcount(d->addressed))
		world_violation(w, "convergence", "%s of %s counts %llu delivered", d->number,
				origin->id.text, (unsigned long long)state.u.state.delivered);
	arena_destroy(a);
}

void check_convergence(struct world *w)
{
	if (!clerks_done(w))
		world_violation(w, "convergence", "an entry on paper was never answered");
	if (w->violation[0] == '\0' && !workload_done(w)) {
		for (int i = 0; i < w->document_count; i++) {
			if (!w->documents[i].accepted && !w->documents[i].conflicting &&
			    !workload_given_up(w, &w->documents[i]))
				world_violation(w, "convergence", "%s was never accepted",
						w->documents[i].number);
		}
	}
	for (int i = 0; i < w->member_count; i++) {
		if (w->changing && w->versions[w->version_count - 1].parent[i] == NOT_THERE)
			continue; /* has ended, or never came */
		if (w->members[i].running &&
		    core_directory_version(w->members[i].core) != w->version_count)
			world_violation(
			    w, "convergence", "%s has directory %llu of %llu",
			    w->members[i].id.text,
			    (unsigned long long)core_directory_version(w->members[i].core),
			    (unsigned long long)w->version_count);
		if (!w->members[i].running)
			world_violation(w, "convergence", "%s does not run", w->members[i].id.text);
		check_each(w, &w->members[i], FAMILY_FETCH, check_all(), no_fetch);
		check_each(w, &w->members[i], FAMILY_ASIDE, check_all(), no_aside);
	}
	for (int i = 0; i < w->edge_count && w->violation[0] == '\0'; i++) {
		if (world_parent(w, w->version_count, w->edges[i].subordinate) !=
		    w->edges[i].superior)
			continue; /* of an earlier tree */
		check_edge(w, w->edges[i].superior, w->edges[i].subordinate);
		check_edge(w, w->edges[i].subordinate, w->edges[i].superior);
	}
	for (int i = 0; i < w->document_count && w->violation[0] == '\0'; i++) {
		if (w->documents[i].accepted && !mandates_own(w, &w->documents[i]))
			check_document(w, &w->documents[i]);
	}
	if (w->violation[0] == '\0' && !workload_done(w))
		world_violation(w, "convergence",
				"not all documents are delivered and known to be");
}
