/* Connections between neighbours and what happens to frames on the way. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "proto/crc32c.h"
#include "proto/wire_decode.h"
#include "routing/base/committee_id.h"
#include "tests/sim/figures.h"
#include "tests/sim/places.h"
#include "tests/sim/small.h"
#include "tests/sim/world.h"

enum {
	DELAY_LEAST_MS = 1,
	DELAY_MOST_MS = 8,
	REFUSED_MS = 1000,
	FRAME_ARENA_BYTES = DECODE_BUDGET_BYTES
};

int world_find(const struct world *w, const char *id)
{
	for (int i = 0; i < w->member_count; i++) {
		if (strcmp(w->members[i].id.text, id) == 0)
			return i;
	}
	return -1;
}

struct edge *network_edge(struct world *w, int a, int b, int *direction)
{
	for (int i = 0; i < w->edge_count; i++) {
		struct edge *e = &w->edges[i];

		if (e->subordinate == a && e->superior == b) {
			*direction = 0;
			return e;
		}
		if (e->superior == a && e->subordinate == b) {
			*direction = 1;
			return e;
		}
	}
	return NULL;
}

static int receiver_of(const struct edge *e, int direction)
{
	return direction == 0 ? e->superior : e->subordinate;
}

static void tell(struct world *w, int member, enum event_type type, int neighbour)
{
	struct member *m = &w->members[member];
	struct event event = { .type = type };

	if (!m->running)
		return;
	event.u.link.neighbour = w->members[neighbour].id;
	if (inbox_push(m->inbox, &event, NULL, NULL) != ERR_OK)
		world_violation(w, "bounds", "inbox of %s is full", m->id.text);
	world_wake(w, m, 0);
}

/* ---- connections ---- */

static const struct version *version_of(const struct world *w, const struct member *m)
{
	uint64_t version = m->running ? core_directory_version(m->core) : 0;

	return version == 0 ? NULL : &w->versions[version - 1];
}

bool network_reaches(const struct world *w, int from, int to)
{
	const struct version *v = version_of(w, &w->members[from]);

	for (uint32_t i = 0; v != NULL && i < v->directory.entry_count; i++) {
		if (id_equal(v->directory.entries[i].id, w->members[to].id))
			return strcmp(v->directory.entries[i].endpoint, w->members[to].endpoint) ==
			       0;
	}
	return false;
}

/* It dials with the link key of its own directory, and is let in by the superior's. */
static bool keys_agree(const struct world *w, const struct member *down, const struct member *up)
{
	const struct version *own = version_of(w, down), *theirs = version_of(w, up);

	return own != NULL && theirs != NULL &&
	       own->link_key[down->index] == theirs->link_key[down->index];
}

/* Does the subordinate dial there, and does the superior let it in? Both by their own
 * directories. */
static bool is_wanted(struct world *w, const struct edge *e)
{
	struct member *up = &w->members[e->superior], *down = &w->members[e->subordinate];
	struct link_view v;

	if (!w->changing)
		return true;
	if (!core_link_find(down->core, up->id, &v) || !v.present || !v.superior ||
	    !network_reaches(w, e->subordinate, e->superior) || !keys_agree(w, down, up))
		return false;
	return core_link_find(up->core, down->id, &v) && ((v.present && !v.superior) || v.leaving);
}

void network_follow(struct world *w, int member)
{
	for (int i = 0; i < w->edge_count; i++) {
		struct edge *e = &w->edges[i];

		if (e->standing && (e->superior == member || e->subordinate == member) &&
		    !is_wanted(w, e))
			network_reset(w, i);
	}
}

void network_connect(struct world *w, int edge)
{
	struct edge *e = &w->edges[edge];

	if (e->standing || !w->members[e->superior].running ||
	    !w->members[e->subordinate].running || e->cut[0] || e->cut[1] ||
	    w->now_ms < e->refused_until_ms || !is_wanted(w, e))
		return;
	e->standing = true;
	e->bulk_standing = e->superior_knows = false;
	e->generation++;
	tell(w, e->subordinate, EVENT_CONNECTED, e->superior);
}

void network_reset(struct world *w, int edge)
{
	struct edge *e = &w->edges[edge];
	bool knew = e->superior_knows, bulk = e->bulk_standing;

	if (!e->standing)
		return;
	e->standing = e->bulk_standing = e->superior_knows = false;
	e->generation++;
	for (int side = 0; bulk && side < 2; side++) {
		struct member *m = &w->members[side == 0 ? e->superior : e->subordinate];

		if (m->running)
			bulk_disconnected(m->bulk,
					  w->members[side == 0 ? e->subordinate : e->superior].id);
	}
	tell(w, e->subordinate, EVENT_DISCONNECTED, e->superior);
	/* A ROUTER is not told that a peer went; sometimes a send finds out. */
	if (knew && w->small == NULL && prng_chance(&w->prng, 500))
		tell(w, e->superior, EVENT_DISCONNECTED, e->subordinate);
}

void network_member_gone(struct world *w, int member)
{
	for (int i = 0; i < w->edge_count; i++) {
		if (w->edges[i].superior == member || w->edges[i].subordinate == member)
			network_reset(w, i);
	}
	visits_member_gone(w, member);
}

void network_punish(struct world *w, int member, struct committee_id neighbour)
{
	int direction, other = world_find(w, neighbour.text);
	struct edge *e = other < 0 ? NULL : network_edge(w, member, other, &direction);

	if (e == NULL)
		return;
	e->refused_until_ms = w->now_ms + REFUSED_MS;
	network_reset(w, (int)(e - w->edges));
	tell(w, member, EVENT_DISCONNECTED, other);
}

void network_open_bulk(struct world *w, int edge)
{
	struct edge *e = &w->edges[edge];
	struct member *up = &w->members[e->superior], *down = &w->members[e->subordinate];

	if (!e->standing || e->bulk_standing || e->cut[0] || e->cut[1])
		return;
	e->bulk_standing = true;
	if (up->running)
		bulk_connected(up->bulk, down->id, member_now(up));
	if (down->running)
		bulk_connected(down->bulk, up->id, member_now(down));
}

/* ---- frames ---- */

static bool may_corrupt(struct blob frame)
{
	/* CURVE guards frames on the wire; what a lying neighbour can change is what it passes on:
	 * envelopes and chunks. */
	return frame.len_bytes > FRAME_HEADER_BYTES &&
	       (frame.data[3] == MESSAGE_PUBLISH || frame.data[3] == MESSAGE_CHUNK);
}

static int64_t delay_of(struct world *w, struct edge *e, int direction, bool bulk)
{
	int64_t at_ms;

	if (w->small != NULL)
		return w->now_ms + SMALL_FRAME_MS;
	at_ms = w->now_ms + DELAY_LEAST_MS + (int64_t)prng_below(&w->prng, DELAY_MOST_MS) +
		e->slow_ms[direction];
	if (w->active[FAULT_DELAY] && !w->healed && prng_chance(&w->prng, 30)) {
		at_ms += (int64_t)prng_below(&w->prng, 1500);
		w->struck[FAULT_DELAY]++;
	}
	if (!bulk && w->active[FAULT_REORDER] && !w->healed && prng_chance(&w->prng, 40)) {
		w->struck[FAULT_REORDER]++;
		return at_ms + (int64_t)prng_below(&w->prng, 60); /* others may overtake it */
	}
	if (at_ms < e->last_delivery_ms[direction][bulk])
		at_ms = e->last_delivery_ms[direction][bulk];
	e->last_delivery_ms[direction][bulk] = at_ms;
	return at_ms;
}

static void put_on_wire(struct world *w, struct edge *e, int direction, bool bulk,
			struct blob frame)
{
	struct sim_event f = { .kind = SIM_FRAME,
			       .edge = (int)(e - w->edges),
			       .direction = direction,
			       .bulk = bulk,
			       .generation = e->generation,
			       .len_bytes = frame.len_bytes };

	f.bytes = malloc(frame.len_bytes + 1);
	assert(f.bytes != NULL);
	memcpy(f.bytes, frame.data, frame.len_bytes);
	f.at_ms = delay_of(w, e, direction, bulk);
	if (w->active[FAULT_CORRUPT] && !w->healed && may_corrupt(frame) &&
	    prng_chance(&w->prng, 15)) {
		f.bytes[prng_below(&w->prng, frame.len_bytes)] ^=
		    (uint8_t)(1 << prng_below(&w->prng, 8));
		w->struck[FAULT_CORRUPT]++;
	}
	world_schedule(w, f);
}

static void keep_for_replay(struct world *w, struct edge *e, int direction, struct blob frame)
{
	struct sim_event *k = &w->kept[w->kept_next++ % KEPT_FRAMES];

	free(k->bytes);
	*k = (struct sim_event){ .kind = SIM_FRAME,
				 .edge = (int)(e - w->edges),
				 .direction = direction,
				 .len_bytes = frame.len_bytes };
	k->bytes = malloc(frame.len_bytes + 1);
	assert(k->bytes != NULL);
	memcpy(k->bytes, frame.data, frame.len_bytes);
}

enum err network_send(struct member *from, struct committee_id to, bool bulk, struct blob frame)
{
	struct world *w = from->world;
	enum message_type type;
	int direction, other = world_find(w, to.text);
	struct edge *e = other < 0 ? NULL : network_edge(w, from->index, other, &direction);

	if (e == NULL || !e->standing || (bulk && !e->bulk_standing) ||
	    (direction == 1 && !bulk && !e->superior_knows))
		return ERR_NETWORK;
	w->hash = crc32c(w->hash, frame);
	if (frame_type(frame, &type) == ERR_OK)
		places_reached(PLACE_MESSAGE, (int)type);
	if (e->cut[direction])
		return ERR_OK; /* gone without a trace */
	if (w->active[FAULT_LOSS] && !w->healed && prng_chance(&w->prng, 20)) {
		w->struck[FAULT_LOSS]++;
		return ERR_OK;
	}
	put_on_wire(w, e, direction, bulk, frame);
	if (!bulk && w->active[FAULT_DUPLICATE] && !w->healed && prng_chance(&w->prng, 30)) {
		w->struck[FAULT_DUPLICATE]++;
		put_on_wire(w, e, direction, bulk, frame);
	}
	if (!bulk && w->active[FAULT_REPLAY] && prng_chance(&w->prng, 50))
		keep_for_replay(w, e, direction, frame);
	return ERR_OK;
}

static void release_arena(void *owner)
{
	arena_destroy(owner);
}

static void take_messages(struct world *w, struct member *m, struct committee_id from,
			  struct blob frame)
{
	struct publish_opener opener = { .verifier = m->verifier,
				 .self = m->id,
				 .directory_version = core_directory_version(m->core) };
	struct arena *a = arena_new(FRAME_ARENA_BYTES);
	struct event single = { .type = EVENT_MESSAGE }, *events = &single;
	struct publish_opener_events opened;
	enum message_type type;
	uint32_t count = 1;
	enum err e = frame_type(frame, &type);

	assert(a != NULL);
	if (e == ERR_OK && type == MESSAGE_PUBLISH) {
		e = publish_opener_open(&opener, a, from,
					(struct publish_opener_frame){
						.bytes = frame, .wall_ms = member_now(m).wall_ms },
					&opened);
		events = opened.list;
		count = opened.count;
	} else if (e == ERR_OK) {
		single.u.message.neighbour = from;
		e = wire_decode(a, frame, &single.u.message.message);
		if (e == ERR_OK && type == MESSAGE_DIRECTORY_PART &&
		    core_asks(m->core, from, PARTY_NEIGHBOUR))
			download_part(m->follow, from, PARTY_NEIGHBOUR,
				    &single.u.message.message.u.directory_part);
	}
	if (e != ERR_OK) {
		arena_destroy(a);
		network_punish(w, m->index, from);
		return;
	}
	for (uint32_t i = 0; i < count; i++) {
		if (events[i].type == EVENT_PUBLISH)
			figures_opened(m, &events[i].u.publish);
		/* The last event's release frees them all: they leave the inbox in order, and a
		 * turn releases all at its end. */
		if (inbox_push(m->inbox, &events[i], i + 1 == count ? release_arena : NULL, a) !=
		    ERR_OK)
			world_violation(w, "bounds", "inbox of %s is full", m->id.text);
	}
	if (count == 0)
		arena_destroy(a);
	world_wake(w, m, w->small != NULL || prng_chance(&w->prng, 500) ? 0 : 2);
}

void network_reopen(struct member *m, struct committee_id neighbour, struct blob frame,
		    int64_t corrected_at_ms)
{
	struct publish_opener opener = { .verifier = m->verifier,
				 .self = m->id,
				 .directory_version = core_directory_version(m->core) };
	struct publish_opener_frame aside = { .bytes = frame,
				      .wall_ms = member_now(m).wall_ms,
				      .aside = true,
				      .corrected_at_ms = corrected_at_ms };
	struct arena *a = arena_new(FRAME_ARENA_BYTES);
	struct publish_opener_events opened;

	assert(a != NULL);
	if (m->world->canary == CANARY_NEVER_REOPENS) {
		arena_destroy(a);
		return;
	}
	aside.bytes = arena_blob(a, frame); /* the outbox uses its own memory again */
	if (publish_opener_open(&opener, a, neighbour, aside, &opened) != ERR_OK ||
	    opened.count != 1 || inbox_push(m->inbox, &opened.list[0], release_arena, a) != ERR_OK)
		world_violation(m->world, "aside",
				"%s cannot open again what it had set aside of %s", m->id.text,
				neighbour.text);
	world_wake(m->world, m, 0);
}

static void take_bulk(struct world *w, struct member *m, struct committee_id from,
		      struct blob frame)
{
	struct arena *a = arena_new(FRAME_ARENA_BYTES);
	struct message msg;

	assert(a != NULL);
	if (wire_decode(a, frame, &msg) == ERR_OK)
		bulk_message(m->bulk, from, &msg, member_now(m));
	else
		network_punish(w, m->index, from);
	arena_destroy(a);
}

void network_deliver(struct world *w, struct sim_event *f)
{
	struct edge *e = &w->edges[f->edge];
	struct member *m = &w->members[receiver_of(e, f->direction)],
		      *from = &w->members[receiver_of(e, 1 - f->direction)];
	struct blob frame = { f->bytes, f->len_bytes };
	enum message_type type;

	if (!e->standing || f->generation != e->generation || !m->running || e->cut[f->direction] ||
	    (f->bulk && !e->bulk_standing))
		return;
	if (f->bulk) {
		take_bulk(w, m, from->id, frame);
		return;
	}
	if (f->direction == 0 && !e->superior_knows) {
		/* The first frame of a connection makes it known, and it must be a Hello. */
		if (frame_type(frame, &type) != ERR_OK || type != MESSAGE_HELLO)
			return;
		e->superior_knows = true;
		tell(w, e->superior, EVENT_CONNECTED, e->subordinate);
	}
	if (frame_type(frame, &type) == ERR_OK && type == MESSAGE_OPEN_BULK) {
		network_open_bulk(w, f->edge);
		return;
	}
	take_messages(w, m, from->id, frame);
}
