/* See pins.h. */
#include "routing/links/pins.h"

#include "routing/base/arena.h"
#include "routing/base/committee_id.h"
#include "routing/base/limits.h"
#include "routing/links/link.h"
#include "routing/state/lookup.h"
#include "routing/state/memory.h"
#include "routing/state/message.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"

enum { PINS_PER_TICK = 64 };

enum err pins_republish(struct turn_view *t, struct link *l, enum lane lane)
{
	struct scan scan = scan_of(key_link(l->neighbour, lane));

	for (unsigned i = 0; i < PINS_PER_TICK && plan_has_room(t->plan); i++) {
		struct committee_id neighbour;
		enum lane parsed;
		struct record row, route;
		struct publication *all;
		uint64_t old, fresh;
		enum err e =
		    t->lookup.next(t->lookup.ctx, t->plan->arena, FAMILY_STREAM, &scan, &row);

		if (e == ERR_NOT_FOUND ||
		    (e == ERR_OK && (!key_parse_seq(&scan.at, &neighbour, &parsed, &old) ||
				     old > l->out[lane].base)))
			return ERR_OK;
		if (e == ERR_OK)
			e = core_get(t, FAMILY_ROUTE,
				     key_serial(row.u.stream.role, row.u.stream.serial), &route);
		if (e == ERR_DAMAGED)
			continue; /* it stays where it is */
		if (e != ERR_OK)
			return e;
		link_publish(t, l, lane, &row.u.stream, &fresh);
		core_erase(t, FAMILY_STREAM, scan.at);
		all = arena_array(t->plan->arena, route.u.route.count, sizeof *all);
		if (all == NULL)
			return ERR_NO_MEMORY;
		for (uint32_t k = 0; k < route.u.route.count; k++) {
			all[k] = route.u.route.publications[k];
			if (all[k].lane == lane && all[k].seq == old &&
			    id_equal(all[k].neighbour, l->neighbour))
				all[k].seq = fresh;
		}
		route.u.route.publications = all;
		core_put(t, key_serial(row.u.stream.role, row.u.stream.serial), &route);
	}
	return ERR_OK;
}

enum err pins_forget_fetches(struct turn_view *t, struct link *l, enum lane lane)
{
	struct scan scan = scan_of(key_link(l->neighbour, lane));

	for (unsigned i = 0; i < PINS_PER_TICK && plan_has_room(t->plan); i++) {
		struct committee_id neighbour;
		enum lane parsed;
		struct record r;
		uint64_t seq;
		enum err e = t->lookup.next(t->lookup.ctx, t->plan->arena, FAMILY_FETCH, &scan, &r);

		if (e == ERR_NOT_FOUND ||
		    (e == ERR_OK && (!key_parse_seq(&scan.at, &neighbour, &parsed, &seq) ||
				     seq > l->in[lane].base)))
			return ERR_OK;
		if (e != ERR_OK)
			return e;
		core_erase(t, FAMILY_FETCH, scan.at);
	}
	return ERR_OK;
}

enum err pins_drop_fetches(struct turn_view *t, struct link *l, enum lane lane, uint64_t base)
{
	struct scan scan =
		scan_from(key_link(l->neighbour, lane), key_seq(l->neighbour, lane, base));
	struct record r;
	enum err e;

	for (;;) {
		if (!plan_has_room(t->plan))
			return ERR_BUSY;
		e = t->lookup.next(t->lookup.ctx, t->plan->arena, FAMILY_FETCH, &scan, &r);
		if (e != ERR_OK)
			return e == ERR_NOT_FOUND ? ERR_OK : e;
		core_erase(t, FAMILY_FETCH, scan.at);
	}
}

enum err pins_ask(struct turn_view *t, struct link *l, enum lane lane)
{
	struct scan scan = scan_of(key_link(l->neighbour, lane));
	struct message m = { .type = MESSAGE_PINNED };
	uint64_t *seqs = arena_array(t->plan->arena, FRAME_SEQS_MAX, sizeof *seqs);
	uint32_t count = 0;

	if (seqs == NULL)
		return ERR_NO_MEMORY;
	while (count < FRAME_SEQS_MAX) {
		struct committee_id neighbour;
		enum lane parsed_lane;
		struct record r;
		enum err e =
		    t->lookup.next(t->lookup.ctx, t->plan->arena, FAMILY_STREAM, &scan, &r);

		if (e == ERR_NOT_FOUND)
			break;
		if (e != ERR_OK)
			return e;
		if (!key_parse_seq(&scan.at, &neighbour, &parsed_lane, &seqs[count]) ||
		    seqs[count] > l->out[lane].acked)
			break;
		if (seqs[count] > l->out[lane].base) /* earlier pins are published again */
			count++;
	}
	if (count > 0) {
		m.u.seqs = (struct msg_seqs){
			.lane = lane, .stream = l->out[lane].id, .seqs = seqs, .count = count
		};
		link_say(t, l, &m);
	}
	return ERR_OK;
}
