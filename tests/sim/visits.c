/* Visits: a connection from one committee to another that need not be its neighbour; see
 * routing/links/visit.c. Who dials must know where the host is; who is dialled lets in whom its
 * directory has. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "proto/crc32c.h"
#include "proto/wire_decode.h"
#include "routing/base/committee_id.h"
#include "tests/sim/places.h"
#include "tests/sim/small.h"
#include "tests/sim/world.h"

enum { DELAY_LEAST_MS = 1, DELAY_MOST_MS = 8, ARENA_BYTES = 4 << 20 };

static void tell(struct world *w, int member, enum event_type type, int other, enum party party)
{
	struct member *m = &w->members[member];
	struct event event = { .type = type,
			       .u.link = { .neighbour = w->members[other].id,
					   .party = party,
					   .reason = ERR_NETWORK } };

	if (!m->running)
		return;
	if (inbox_push(m->inbox, &event, NULL, NULL) != ERR_OK)
		world_violation(w, "bounds", "inbox of %s is full", m->id.text);
	world_wake(w, m, 0);
}

static int64_t soon(struct world *w)
{
	if (w->small != NULL)
		return w->now_ms + SMALL_FRAME_MS;
	return w->now_ms + DELAY_LEAST_MS + (int64_t)prng_below(&w->prng, DELAY_MOST_MS);
}

void visits_dial(struct member *m, struct committee_id host)
{
	struct world *w = m->world;
	struct sim_visit *v = &w->visits[m->index];

	*v = (struct sim_visit){ .dialled = true,
				 .host = world_find(w, host.text),
				 .generation = v->generation + 1 };
	world_schedule(w, (struct sim_event){ .at_ms = soon(w),
					      .kind = SIM_VISIT,
					      .member = m->index,
					      .generation = v->generation });
}

static bool lets_in(const struct world *w, const struct member *host, const struct member *visitor)
{
	uint64_t version = core_directory_version(host->core);
	const struct directory *d = version == 0 ? NULL : &w->versions[version - 1].directory;

	for (uint32_t i = 0; d != NULL && i < d->entry_count; i++) {
		if (id_equal(d->entries[i].id, visitor->id))
			return true; /* with one or another of the keys that it has */
	}
	return false;
}

static bool cut(struct world *w, int a, int b)
{
	int direction;
	const struct edge *e = network_edge(w, a, b, &direction);

	return e != NULL && (e->cut[0] || e->cut[1]);
}

void visits_connect(struct world *w, const struct sim_event *e)
{
	struct sim_visit *v = &w->visits[e->member];
	struct member *m = &w->members[e->member], *host;

	if (!v->dialled || v->generation != e->generation || !m->running)
		return;
	host = &w->members[v->host];
	if (!host->running || !network_reaches(w, m->index, v->host) || cut(w, m->index, v->host))
		return; /* nobody there: the caller's patience ends */
	if (!lets_in(w, host, m)) {
		v->dialled = false;
		tell(w, m->index, EVENT_DISCONNECTED, v->host, PARTY_HOST);
		return;
	}
	v->standing = true;
	tell(w, m->index, EVENT_CONNECTED, v->host, PARTY_HOST);
}

static void put(struct world *w, int dialler, int direction, struct blob frame)
{
	struct sim_event f = { .at_ms = soon(w),
			       .kind = SIM_VISIT_FRAME,
			       .member = dialler,
			       .direction = direction,
			       .generation = w->visits[dialler].generation,
			       .len_bytes = frame.len_bytes };
	enum message_type type;

	w->hash = crc32c(w->hash, frame);
	if (frame_type(frame, &type) == ERR_OK)
		places_reached(PLACE_VISIT, (int)type);
	if (w->active[FAULT_LOSS] && !w->healed && prng_chance(&w->prng, 20))
		return;
	f.bytes = malloc(frame.len_bytes + 1);
	assert(f.bytes != NULL);
	memcpy(f.bytes, frame.data, frame.len_bytes);
	world_schedule(w, f);
}

enum err visits_send(struct member *m, struct committee_id who, enum party party, struct blob frame)
{
	struct world *w = m->world;
	int other = world_find(w, who.text), dialler = party == PARTY_HOST ? m->index : other;
	const struct sim_visit *v = &w->visits[dialler];

	if (!v->standing || v->host != (party == PARTY_HOST ? other : m->index) ||
	    (party == PARTY_VISITOR && !v->host_knows))
		return ERR_NETWORK;
	put(w, dialler, party == PARTY_HOST ? 0 : 1, frame);
	return ERR_OK;
}

void visits_end(struct member *m, struct committee_id who, enum party party)
{
	struct world *w = m->world;
	int other = world_find(w, who.text);
	struct sim_visit *v = &w->visits[party == PARTY_HOST ? m->index : other];

	if (party == PARTY_HOST && v->host == other)
		*v = (struct sim_visit){ .generation = v->generation + 1 };
	else if (party == PARTY_VISITOR && v->host == m->index)
		v->host_knows = false;
}

void visits_member_gone(struct world *w, int member)
{
	for (int i = 0; i < w->member_count; i++) {
		struct sim_visit *v = &w->visits[i];

		if (i != member && (!v->standing || v->host != member))
			continue;
		if (i != member)
			tell(w, i, EVENT_DISCONNECTED, member, PARTY_HOST);
		*v = (struct sim_visit){ .generation = v->generation + 1 };
	}
}

void visits_deliver(struct world *w, const struct sim_event *f)
{
	struct sim_visit *v = &w->visits[f->member];
	struct member *from, *to;
	enum party party = f->direction == 0 ? PARTY_VISITOR : PARTY_HOST;
	struct event event = { .type = EVENT_MESSAGE };
	struct arena *a;

	if (!v->standing || v->generation != f->generation)
		return;
	from = &w->members[f->direction == 0 ? f->member : v->host];
	to = &w->members[f->direction == 0 ? v->host : f->member];
	a = arena_new(ARENA_BYTES);
	assert(a != NULL);
	event.u.message.neighbour = from->id;
	event.u.message.party = party;
	if (to->running && wire_decode(a, (struct blob){ f->bytes, f->len_bytes },
				       &event.u.message.message) == ERR_OK) {
		struct message *m = &event.u.message.message;

		if (party == PARTY_VISITOR && !v->host_knows && m->type == MESSAGE_HELLO) {
			v->host_knows = true;
			tell(w, to->index, EVENT_CONNECTED, from->index, PARTY_VISITOR);
		}
		if (party == PARTY_HOST || v->host_knows) {
			if (m->type == MESSAGE_DIRECTORY_PART &&
			    core_asks(to->core, from->id, party))
				download_part(to->follow, from->id, party, &m->u.directory_part);
			if (m->type == MESSAGE_DIRECTORY_PART) {
				/* Not the core's: it lies in the arena. */
				m->u.directory_part.head = (struct blob){ NULL, 0 };
				m->u.directory_part.entries = NULL;
				m->u.directory_part.entry_count = 0;
			}
			assert(inbox_push(to->inbox, &event, NULL, NULL) == ERR_OK);
			world_wake(w, to, 0);
		}
	}
	arena_destroy(a);
}
