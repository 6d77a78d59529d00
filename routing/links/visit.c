/* See visit.h. */
#include "routing/links/visit.h"

#include <string.h>

#include "routing/base/committee_id.h"
#include "routing/base/limits.h"
#include "routing/base/types.h"
#include "routing/directory/directory.h"
#include "routing/links/quest.h"
#include "routing/state/event.h"
#include "routing/state/memory.h"
#include "routing/state/message.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"
#include "routing/state/tree.h"

/* ---- whom to ask ---- */

struct hosts {
	struct committee_id ids[VISIT_HOSTS_MAX];
	unsigned count, rows;
};

/* `ended_too`: a neighbour may have ended and still give away what it holds. */
static enum err add_host(struct turn_view *t, struct hosts *h, struct committee_id id,
			 bool ended_too)
{
	struct record r;
	enum err e;

	if (h->count == VISIT_HOSTS_MAX || h->rows == VISIT_ROWS_MAX ||
	    id_equal(id, t->core->config.self) || quest_shuns(t, id))
		return ERR_OK;
	for (unsigned i = 0; i < h->count; i++) {
		if (id_equal(h->ids[i], id))
			return ERR_OK;
	}
	h->rows++;
	e = core_get(t, FAMILY_COMMITTEE, key_committee(id), &r);
	if (e == ERR_OK && r.u.committee.endpoint[0] != '\0' &&
	    (ended_too || !r.u.committee.retired))
		h->ids[h->count++] = id;
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

/* All right below `superior`, those behind us first, so that not all ask the same one. */
static enum err add_below(struct turn_view *t, struct hosts *h, struct committee_id superior)
{
	struct committee_id at = t->core->config.self;
	bool again = false;
	enum err e = ERR_OK;

	while (e == ERR_OK && h->count < VISIT_HOSTS_MAX && h->rows < VISIT_ROWS_MAX) {
		e = tree_next_subordinate(&t->tree, superior, at, &at);
		if (e == ERR_NOT_FOUND && !again) {
			again = true;
			at = (struct committee_id){ "" };
			e = ERR_OK;
			continue;
		}
		if (e == ERR_OK && again && strcmp(at.text, t->core->config.self.text) >= 0)
			return ERR_OK;
		if (e == ERR_OK)
			e = add_host(t, h, at, false);
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static bool stays_down(const struct turn_view *t, const struct link *l)
{
	return l->present && !l->up && t->now.mono_ms - l->down_since_ms >= VISIT_AFTER_MS;
}

/* Beyond a superior that cannot be reached: those above it, it itself (it may refuse us as its
 * subordinate and still know us), what stands beside us, and what stands below those above. */
static enum err add_around(struct turn_view *t, struct hosts *h, struct committee_id superior)
{
	struct committee_id above[TREE_DEPTH_MAX];
	unsigned depth = 0;
	enum err e = ERR_OK;

	for (struct committee_id at = superior; e == ERR_OK && depth < TREE_DEPTH_MAX; depth++) {
		e = tree_superior(&t->tree, at, &above[depth], NULL);
		at = above[depth];
		if (e == ERR_NOT_FOUND || (e == ERR_OK && id_empty(at))) {
			e = ERR_OK;
			break;
		}
	}
	for (unsigned i = 0; i < depth && e == ERR_OK; i++)
		e = add_host(t, h, above[i], false);
	if (e == ERR_OK)
		e = add_host(t, h, superior, false);
	if (e == ERR_OK)
		e = add_below(t, h, superior);
	for (unsigned i = 0; i < depth && e == ERR_OK; i++)
		e = add_below(t, h, above[i]);
	return e;
}

/* A subordinate that stays away and has an address is asked too: we may be the one that moved. */
static enum err list_hosts(struct turn_view *t, struct hosts *h)
{
	enum err e = ERR_OK;

	h->count = h->rows = 0;
	for (uint32_t i = 0; i < t->core->link_count && e == ERR_OK; i++) {
		const struct link *l = t->core->links[i];

		if (l->superior && stays_down(t, l))
			e = add_around(t, h, l->neighbour);
	}
	for (uint32_t i = 0; i < t->core->link_count && e == ERR_OK; i++) {
		const struct link *l = t->core->links[i];

		if (!l->superior && stays_down(t, l))
			e = add_host(t, h, l->neighbour, true);
	}
	return e;
}

/* ---- both ends of a visit ---- */

static void say_hello(struct turn_view *t, const struct visit_end *o, bool answer)
{
	struct message m = { .type = MESSAGE_HELLO };

	m.u.hello = (struct msg_hello){ .protocol_min = PROTOCOL_MIN,
					.protocol_max = PROTOCOL_MAX,
					.committee = t->core->config.self,
					.purpose = PURPOSE_DIRECTORY,
					.directory_version = t->core->directory_version,
					.wall_ms = t->now.wall_ms,
					.answer = answer };
	party_say(t, o->id, o->party, &m);
}

static void begin(struct turn_view *t, struct visit_end *o, struct committee_id id,
		  enum party party)
{
	*o = (struct visit_end){ .id = id,
				 .party = party,
				 .begun_ms = t->now.mono_ms,
				 .heard_ms = t->now.mono_ms,
				 .parts = VISIT_PARTS };
}

static void end(struct turn_view *t, struct visit_end *o)
{
	struct act *a = plan_act(t->plan, ACT_VISIT_END);

	quest_lost(t, o->id, o->party);
	a->neighbour = o->id;
	a->party = o->party;
	/* The next one not at once, and not all committees in the same moment. */
	if (o->party == PARTY_HOST) {
		struct visit *v = &t->core->visit;

		v->next_ms = t->now.mono_ms + v->pause_ms +
			     (int64_t)(core_draw_number(t->core) % (uint64_t)v->pause_ms);
	}
	memset(o, 0, sizeof *o);
}

static bool has_lasted(const struct visit_end *o, int64_t now_ms)
{
	return now_ms - o->heard_ms >= (o->greeted ? VISIT_IDLE_MS : VISIT_STANDS_MS) ||
	       now_ms - o->begun_ms >= VISIT_MOST_MS;
}

static void say_ping(struct turn_view *t, const struct visit_end *o, enum message_type type,
		     uint64_t token)
{
	struct message m = { .type = type };

	m.u.ping = (struct msg_ping){ .token = token,
				      .directory_version = t->core->directory_version,
				      .wall_ms = t->now.wall_ms };
	party_say(t, o->id, o->party, &m);
}

/* Who asks and does not read what it is sent gets no more than VISIT_PARTS: its Pong shows that it
 * has read. */
static enum err serve(struct turn_view *t, struct visit_end *o,
		      const struct msg_directory_wanted *m)
{
	struct message part;
	bool any = false;
	enum err e = ERR_OK;

	if (o->parts > 0)
		e = directory_part(t, m, &part, &any);
	if (e != ERR_OK || !any)
		return e;
	party_say(t, o->id, o->party, &part);
	if (--o->parts == VISIT_PARTS / 2) {
		o->token = core_draw_number(t->core) | 1;
		say_ping(t, o, MESSAGE_PING, o->token);
	}
	return ERR_OK;
}

static void take_hello(struct turn_view *t, struct visit_end *o, const struct msg_hello *m)
{
	if (!id_equal(m->committee, o->id) || m->purpose != PURPOSE_DIRECTORY ||
	    m->protocol_min > PROTOCOL_MAX || m->protocol_max < PROTOCOL_MIN) {
		end(t, o);
		return;
	}
	o->greeted = true;
	if (!m->answer)
		say_hello(t, o, true);
	quest_offer(t, o->id, o->party, m->directory_version);
	if (o->party == PARTY_HOST && m->directory_version == t->core->directory_version)
		end(t, o); /* neither has news for the other */
}

static enum err hear(struct turn_view *t, struct visit_end *o, const struct message *m)
{
	o->heard_ms = t->now.mono_ms;
	if (++o->frames > VISIT_FRAMES_MAX) {
		end(t, o);
		return ERR_OK;
	}
	switch (m->type) {
	case MESSAGE_HELLO:
		take_hello(t, o, &m->u.hello);
		return ERR_OK;
	case MESSAGE_PING:
		say_ping(t, o, MESSAGE_PONG, m->u.ping.token);
		return ERR_OK;
	case MESSAGE_PONG:
		if (o->token != 0 && m->u.ping.token == o->token) {
			o->parts = VISIT_PARTS;
			o->token = 0;
		}
		return ERR_OK;
	case MESSAGE_DIRECTORY_WANTED:
		return serve(t, o, &m->u.directory_wanted);
	case MESSAGE_DIRECTORY_PART:
		quest_part(t, o->id, o->party, &m->u.directory_part);
		return ERR_OK;
	default:
		end(t, o); /* what it says to a neighbour */
		return ERR_OK;
	}
}

/* ---- our own ---- */

static enum err next_visit(struct turn_view *t)
{
	struct visit *v = &t->core->visit;
	struct hosts h;
	enum err e = list_hosts(t, &h);

	if (e != ERR_OK)
		return e;
	if (h.count == 0) {
		v->wanted = false;
		return ERR_OK;
	}
	if (!v->wanted) {
		*v = (struct visit){ .wanted = true, .pause_ms = VISIT_PAUSE_MS };
		v->next_ms = t->now.mono_ms + (int64_t)(core_draw_number(t->core) % VISIT_PAUSE_MS);
		return ERR_OK;
	}
	if (v->turn >= h.count) {
		v->turn = 0;
		v->pause_ms =
		    v->pause_ms * 2 < VISIT_PAUSE_MOST_MS ? v->pause_ms * 2 : VISIT_PAUSE_MOST_MS;
	}
	begin(t, &v->host, h.ids[v->turn++], PARTY_HOST);
	plan_act(t->plan, ACT_VISIT)->neighbour = v->host.id;
	return ERR_OK;
}

void visit_news(struct turn_view *t)
{
	struct visit *v = &t->core->visit;

	if (!id_empty(v->host.id))
		end(t, &v->host);
	v->wanted = false;
}

enum err visit_tick(struct turn_view *t)
{
	struct visit *v = &t->core->visit;

	for (unsigned i = 0; i < VISITORS_MAX; i++) {
		if (!id_empty(t->core->visitors[i].id) &&
		    has_lasted(&t->core->visitors[i], t->now.mono_ms))
			end(t, &t->core->visitors[i]);
	}
	if (!id_empty(v->host.id) && has_lasted(&v->host, t->now.mono_ms))
		end(t, &v->host);
	if (!id_empty(v->host.id) || (v->wanted && t->now.mono_ms < v->next_ms))
		return ERR_OK;
	return next_visit(t);
}

/* ---- what happens ---- */

/* The other end of a running visit with this committee; NULL: there is none. */
static struct visit_end *find(struct core *c, struct committee_id id, enum party party)
{
	if (party == PARTY_HOST)
		return id_equal(c->visit.host.id, id) ? &c->visit.host : NULL;
	for (unsigned i = 0; i < VISITORS_MAX; i++) {
		if (id_equal(c->visitors[i].id, id))
			return &c->visitors[i];
	}
	return NULL;
}

void visit_connected(struct turn_view *t, const struct ev_link *e)
{
	struct committee_id nobody = { "" };
	struct visit_end *o = find(t->core, e->neighbour, e->party);

	if (e->party == PARTY_HOST) {
		if (o != NULL)
			say_hello(t, o, false);
		return;
	}
	if (o == NULL)
		o = find(t->core, nobody, PARTY_VISITOR);
	if (o == NULL) {
		struct act *a = plan_act(t->plan, ACT_VISIT_END);

		a->neighbour = e->neighbour; /* no room: it will dial again */
		a->party = PARTY_VISITOR;
		return;
	}
	quest_lost(t, e->neighbour, PARTY_VISITOR); /* of a connection before this one */
	begin(t, o, e->neighbour, PARTY_VISITOR);
}

void visit_disconnected(struct turn_view *t, const struct ev_link *e)
{
	struct visit_end *o = find(t->core, e->neighbour, e->party);

	if (o != NULL)
		end(t, o);
}

enum err visit_message(struct turn_view *t, const struct ev_message *e)
{
	struct visit_end *o = find(t->core, e->neighbour, e->party);

	return o == NULL ? ERR_OK : hear(t, o, &e->message);
}
