/* See mend.h. */
#include "routing/links/mend.h"

#include "routing/base/arena.h"
#include "routing/base/committee_id.h"
#include "routing/state/lookup.h"
#include "routing/state/memory.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"

/* Rows go from below, as they are acknowledged, but for those whose files are still owed: what lies
 * together at the end is not acknowledged, and a gap below it was. *last 0: no rows. */
static enum err find_rows(struct turn_view *t, const struct link *l, enum lane lane, uint64_t *last,
			  uint64_t *acked)
{
	struct scan scan = scan_of(key_link(l->neighbour, lane));
	struct record r;
	enum err e;

	*last = *acked = 0;
	scan.report_damage = true;
	while ((e = t->lookup.last(t->lookup.ctx, t->plan->arena, FAMILY_STREAM, &scan, &r)) ==
		       ERR_OK ||
	       e == ERR_DAMAGED) {
		struct committee_id neighbour;
		enum lane parsed;
		uint64_t seq;

		if (!key_parse_seq(&scan.at, &neighbour, &parsed, &seq) || seq == 0)
			continue;
		if (*last != 0 && seq != *acked)
			break; /* a gap */
		*last = *last == 0 ? seq : *last;
		*acked = seq - 1;
	}
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

/* The last number that a document got there. */
static enum err find_routed(struct turn_view *t, const struct link *l, enum lane lane,
			    uint64_t *last)
{
	struct scan scan = scan_of((struct key){ .len_bytes = 0 });
	struct record r;
	enum err e;

	*last = 0;
	while ((e = t->lookup.next(t->lookup.ctx, t->plan->arena, FAMILY_ROUTE, &scan, &r)) ==
	       ERR_OK) {
		for (uint32_t i = 0; i < r.u.route.count; i++) {
			const struct publication *p = &r.u.route.publications[i];

			if (p->lane == lane && p->seq > *last &&
			    id_equal(p->neighbour, l->neighbour))
				*last = p->seq;
		}
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err mend_out(struct turn_view *t, struct link *l, enum lane lane)
{
	struct stream_out *out = &l->out[lane];
	uint64_t routed = 0;
	enum err e = find_rows(t, l, lane, &out->last, &out->acked);

	if (e == ERR_OK && lane != LANE_FACTS)
		e = find_routed(t, l, lane, &routed);
	if (e != ERR_OK)
		return e;
	if (routed > out->last)
		out->last = out->acked = routed; /* all that is left is owed for its files alone */
	else if (out->last == 0)
		/* above all that could have been given */
		out->last = out->acked = (uint64_t)t->now.wall_ms;
	return ERR_OK;
}
