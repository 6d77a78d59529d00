/* Worlds in which the disk of one member is put back to an earlier copy: what it had promised since
 * is gone, and both ends of its links must say so. Draws from a sequence of its own. */
#include <string.h>

#include "daemon/store/memory.h"
#include "tests/sim/check.h"

enum { COPY_FIRST_MS = 3000, COPY_LAST_MS = 9000, BACK_FIRST_MS = 10000, BACK_LAST_MS = 16000 };

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

	if (w->copy == NULL || !m->running)
		return;
	member_crash(m);
	memory_disk_destroy(m->disk);
	m->disk = w->copy;
	w->copy = NULL;
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

/* When it is shown, it knows, its neighbours know, and nobody else is blamed. */
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
		if (i != m->index && own.alarm != ERR_OK)
			world_violation(w, "setback", "%s blames itself for %s",
					w->members[i].id.text, m->id.text);
		if (i == m->index && w->shown && own.alarm == ERR_OK)
			world_violation(w, "setback", "%s does not know that it is behind",
					m->id.text);
		for (uint32_t k = 0; core_link(w->members[i].core, k, &v); k++) {
			bool it = world_find(w, v.neighbour.text) == m->index;

			if (i != m->index && !it && v.store_alarm != ERR_OK)
				world_violation(w, "setback", "%s blames %s", w->members[i].id.text,
						v.neighbour.text);
			if (i != m->index && it && w->shown && v.store_alarm != ERR_PEER_BEHIND &&
			    v.store_alarm != ERR_PEER_TWICE)
				world_violation(w, "setback", "%s does not know that %s is behind",
						w->members[i].id.text, m->id.text);
		}
	}
}
