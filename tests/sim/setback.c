/* Worlds in which the disk of one member is put back to an earlier copy: what it had promised since
 * is gone, and both ends of its links must say so. Draws from a sequence of its own. */
#include <string.h>

#include "daemon/store/memory.h"
#include "routing/base/committee_id.h"
#include "tests/sim/check.h"

enum {
	COPY_FIRST_MS = 3000,
	COPY_LAST_MS = 9000,
	BACK_FIRST_MS = 10000,
	BACK_LAST_MS = 16000,
	OPERATES_EVERY_MS = 2000
};

void setback_draw(struct world *w)
{
	struct prng p;

	prng_seed(&p, w->seed * 0x94d049bb133111ebULL);
	w->setback_member = (int)prng_below(&p, (uint64_t)w->member_count);
	world_schedule(
	    w, (struct sim_event){ .at_ms = COPY_FIRST_MS +
					    (int64_t)prng_below(&p, COPY_LAST_MS - COPY_FIRST_MS),
				   .kind = SIM_COPY });
	world_schedule(
	    w, (struct sim_event){ .at_ms = BACK_FIRST_MS +
					    (int64_t)prng_below(&p, BACK_LAST_MS - BACK_FIRST_MS),
				   .kind = SIM_BACK });
}

void setback_copy(struct world *w)
{
	w->copy = memory_disk_copy(w->members[w->setback_member].disk);
}

/* Does a neighbour hold more of the store, or an acknowledgement of more, than the copy has? Worked
 * out from the disks alone. */
static bool is_shown_by(struct world *w, struct member *m, const struct member *other)
{
	struct arena *a = arena_new(1 << 20);
	bool shown = false;

	for (enum lane lane = LANE_FACTS; lane <= LANE_NORMAL; lane++) {
		struct record out, in, theirs;
		uint64_t last = 0, seq;
		struct scan scan = scan_of(key_link(other->id, lane));
		struct committee_id neighbour;
		enum lane parsed;
		struct store *s;

		if (store_memory_open(m->disk, &s) == ERR_OK) {
			struct lookup l = s->ops->lookup(s);

			if (l.last(l.ctx, a, FAMILY_STREAM, &scan, &out) == ERR_OK &&
			    key_parse_seq(&scan.at, &neighbour, &parsed, &seq))
				last = seq;
			s->ops->close(s);
		}
		if (member_get(m, a, FAMILY_LINKOUT, key_link(other->id, lane), &out) &&
		    member_get(other, a, FAMILY_LINKIN, key_link(m->id, lane), &theirs) &&
		    memcmp(&out.u.linkout.stream, &theirs.u.linkin.stream,
			   sizeof out.u.linkout.stream) == 0)
			shown =
			    shown || theirs.u.linkin.have >
					 (last > out.u.linkout.acked ? last : out.u.linkout.acked);
		if (member_get(m, a, FAMILY_LINKIN, key_link(other->id, lane), &in) &&
		    member_get(other, a, FAMILY_LINKOUT, key_link(m->id, lane), &theirs) &&
		    memcmp(&in.u.linkin.stream, &theirs.u.linkout.stream,
			   sizeof in.u.linkin.stream) == 0)
			shown = shown || theirs.u.linkout.acked > in.u.linkin.have;
	}
	arena_destroy(a);
	(void)w;
	return shown;
}

void setback_restore(struct world *w)
{
	struct member *m = &w->members[w->setback_member];

	if (w->copy == NULL || (!m->running && w->small == NULL))
		return;
	member_crash(m);
	offices_put_back(m);
	memory_disk_destroy(m->disk);
	m->disk = w->copy;
	w->was_put_back = true;
	m->follower.put_back = true;
	/* the same once more, as often as it is put back */
	w->copy = w->small != NULL ? memory_disk_copy(m->disk) : NULL;
	for (int i = 0; i < w->edge_count; i++) {
		const struct edge *e = &w->edges[i];

		if (e->superior == m->index || e->subordinate == m->index)
			w->shown =
			    is_shown_by(w, m,
					&w->members[e->superior == m->index ? e->subordinate
									    : e->superior]) ||
			    w->shown;
	}
}

/* Of whom is it said, and by whom? */
void setback_noticed(struct world *w, const struct member *m, const struct act_notify *n)
{
	const struct member *back = &w->members[w->setback_member];
	bool own = n->reason == ERR_BEHIND || n->reason == ERR_TWICE;

	/* It says that it is settled only if it knew: of a commit that its process did not outlive
	 * nobody is told. */
	if (n->reason == ERR_OK && n->what == NOTICE_STORE &&
	    strcmp(n->committee.text, back->id.text) == 0 && m != back)
		w->told |= 1u << m->index;
	/* It has started more than once since, and met nobody whose streams show it: that its
	 * history is another one it says itself, and they of it (VT-2039). */
	if (n->reason == ERR_OK || (n->reason == ERR_REWRITTEN && m == back && w->was_put_back))
		return;
	if (own && m != back)
		world_violation(w, "setback", "%s blames itself for %s", m->id.text, back->id.text);
	if (!own && strcmp(n->committee.text, back->id.text) != 0)
		world_violation(w, "setback", "%s blames %s", m->id.text, n->committee.text);
	if (own && !w->knew)
		w->knew_ms = w->now_ms;
	w->knew = w->knew || own;
	if (!own)
		w->told |= 1u << m->index;
}

static bool has_ident(const struct world *w, const struct member *m, const struct wanted *d,
		      struct arena *a)
{
	struct record r;

	return member_get(m, a, FAMILY_IDENT, key_ident(d->id, w->members[d->origin].id), &r);
}

void setback_count_lost(struct world *w)
{
	struct arena *a = arena_new(1 << 20);

	for (int i = 0; i < w->document_count; i++) {
		struct wanted *d = &w->documents[i];
		bool there = false;

		if (d->origin != w->setback_member || !d->accepted || d->gone)
			continue;
		for (int k = 0; k < w->member_count && !there; k++)
			there = has_ident(w, &w->members[k], d, a);
		d->gone = !there;
		d->accepted = there;
		w->lost_alone += d->gone;
	}
	arena_destroy(a);
}

void setback_again(struct world *w, struct wanted *d)
{
	struct arena *a = arena_new(1 << 20);
	bool before = false;

	for (int k = 0; k < w->member_count && !before; k++)
		before = k != d->origin && has_ident(w, &w->members[k], d, a);
	arena_destroy(a);
	if (before)
		setback_forgot(w, d);
}

void setback_forgot(struct world *w, struct wanted *d)
{
	(void)w;
	d->gone = true;
	d->accepted = false;
}

bool setback_is_gone(struct world *w, const struct member *m, const struct record *r)
{
	const struct wanted *d = NULL;
	struct arena *a = arena_new(1 << 20);
	struct record document;

	if (w->setback && r->family == FAMILY_ASIDE)
		d = workload_find(w, &r->u.aside.document.id);
	else if (w->setback && r->family == FAMILY_FETCH &&
		 member_get(m, a, FAMILY_DOCUMENT, key_serial(r->u.fetch.role, r->u.fetch.serial),
			    &document))
		d = workload_find(w, &document.u.document.id);
	arena_destroy(a);
	return d != NULL && d->gone;
}

/* Another history is settled by nobody but an operator: at the store itself, and at each that has
 * heard of the one before (whose it is). */
static void settle_history(struct world *w, struct member *m, struct committee_id whose)
{
	struct event event = { .type = EVENT_OPERATE,
			       .u.operate = { .operation = OPERATION_RESUME, .neighbour = whose } };

	if (!w->healed || w->now_ms < m->operates_ms)
		return;
	m->operates_ms = w->now_ms + OPERATES_EVERY_MS;
	if (inbox_push(m->inbox, &event, NULL, NULL) == ERR_OK)
		world_wake(w, m, 0);
}

/* Who says that it is behind says so until it is settled; a notice of it may be lost in a crash. */
static bool all_settled(struct world *w, struct member *m)
{
	const struct member *back = &w->members[w->setback_member];
	const struct committee_id nobody = { "" };
	struct stand_view own;
	struct link_view v;
	bool settled;

	core_stand(m->core, &own);
	settled = own.alarm == ERR_OK;
	if (!settled && !w->knew) {
		w->knew = true;
		w->knew_ms = w->now_ms;
	}
	for (uint32_t k = 0; core_link(m->core, k, &v); k++) {
		if (v.store_alarm == ERR_PEER_BEHIND || v.store_alarm == ERR_PEER_TWICE)
			w->told |= 1u << m->index;
		if (v.store_alarm == ERR_REWRITTEN && m == back && own.alarm == ERR_OK)
			settle_history(w, m, nobody);
		if (v.store_alarm == ERR_PEER_REWRITTEN && id_equal(v.neighbour, back->id))
			settle_history(w, m, back->id);
		settled = settled && v.store_alarm == ERR_OK;
	}
	return settled;
}

bool setback_done(struct world *w)
{
	bool done = true;

	for (int i = 0; w->setback && i < w->member_count; i++)
		done = (!w->members[i].running || all_settled(w, &w->members[i])) && done;
	return done;
}

/* When it was shown, it knew, its neighbours knew, and it is all right again: what they hold has
 * come back, which the other checkers see. */
void check_setback(struct world *w)
{
	const struct member *m = &w->members[w->setback_member];
	struct stand_view own;

	for (int i = 0; i < w->member_count; i++) {
		struct link_view v;

		if (!w->members[i].running) {
			world_violation(w, "setback", "%s does not run", w->members[i].id.text);
			return;
		}
		core_stand(w->members[i].core, &own);
		if (own.alarm != ERR_OK)
			world_violation(w, "setback", "%s is still behind", w->members[i].id.text);
		for (uint32_t k = 0; core_link(w->members[i].core, k, &v); k++) {
			bool it = world_find(w, v.neighbour.text) == m->index;

			if (v.store_alarm != ERR_OK)
				world_violation(w, "setback", "%s still says VT-%d of %s",
						w->members[i].id.text, (int)v.store_alarm,
						v.neighbour.text);
			if (i != m->index && it && w->shown && (w->told >> i & 1) == 0)
				world_violation(w, "setback", "%s never knew that %s was behind",
						w->members[i].id.text, m->id.text);
		}
	}
	if (w->shown && !w->knew)
		world_violation(w, "setback", "%s never knew that it was behind", m->id.text);
}
