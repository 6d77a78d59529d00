/* Connections of visits: ours to a host, and those of visitors; see links.h and
 * routing/links/visit.c.
 *
 * A visitor proves a link key that the directory has, as a neighbour does, and its connection is
 * known by user id and routing id like any other. It has a slot of its own, so that it takes none
 * of a neighbour's, and its first frame must be a Hello that says it is a visit. */
#include "daemon/links/visit.h"

#include <string.h>

#include "daemon/base/clock.h"
#include "daemon/base/log.h"
#include "daemon/links/find.h"
#include "daemon/links/pending.h"
#include "daemon/links/send.h"
#include "daemon/links/socket.h"
#include "routing/base/committee_id.h"

enum {
	CALL_PAUSE_MS = 500,
	VISIT_OVER_MS = 200,
	CALL_PAUSE_MOST_MS = 60 * 1000,
	CALL_FORGOTTEN_MS = 10 * 60 * 1000
};

/* ---- who comes ---- */

/* A ROUTER cannot close one peer, so a visitor that reconnects at will would use up the
 * descriptors: it waits longer each time. */
static bool may_call(struct links *l, struct committee_id who)
{
	int64_t now_ms = clock_now().mono_ms;
	struct caller *c = &l->callers[0];

	for (unsigned i = 0; i < CALLERS_MAX; i++) {
		if (id_equal(l->callers[i].who, who)) {
			c = &l->callers[i];
			break;
		}
		if (l->callers[i].last_ms < c->last_ms)
			c = &l->callers[i];
	}
	if (!id_equal(c->who, who) || now_ms - c->last_ms > CALL_FORGOTTEN_MS) {
		*c = (struct caller){ .who = who, .last_ms = now_ms, .pause_ms = CALL_PAUSE_MS };
		return true;
	}
	if (now_ms - c->last_ms < c->pause_ms)
		return false;
	c->last_ms = now_ms;
	c->pause_ms = c->pause_ms * 2 < CALL_PAUSE_MOST_MS ? c->pause_ms * 2 : CALL_PAUSE_MOST_MS;
	return true;
}

bool links_may_visit(struct links *l, const uint8_t public_key[32], struct committee_id *out)
{
	struct link_socket *n;

	if (l->config.known == NULL || !l->config.known(l->config.ctx, public_key, out) ||
	    id_equal(*out, l->config.self))
		return false;
	n = links_find(l, *out);
	return (n == NULL || clock_now().mono_ms >= n->refused_until_ms) && may_call(l, *out);
}

struct visitor *links_visitor(struct links *l, struct committee_id who)
{
	for (unsigned i = 0; i < VISITORS_MAX; i++) {
		if (l->visitors[i].connection.standing && id_equal(l->visitors[i].who, who))
			return &l->visitors[i];
	}
	return NULL;
}

bool links_take_visitor(struct links *l, struct committee_id who, struct listener *r,
			const void *rid)
{
	struct visitor *v = links_visitor(l, who);

	for (unsigned i = 0; i < VISITORS_MAX && v == NULL; i++) {
		if (!l->visitors[i].connection.standing)
			v = &l->visitors[i];
	}
	if (v == NULL)
		return false;
	*v = (struct visitor){ .who = who,
			       .connection = { .standing = true, .listener = r, .gate = l->gate } };
	v->connection.gate_id = gate_claim(l->gate, l->message_fd, who);
	memcpy(v->connection.rid, rid, RID_BYTES);
	links_enqueue_visit(l, LINK_CONNECTED, who, PARTY_VISITOR);
	return true;
}

static void forget(struct links *l, struct visitor *v)
{
	v->connection.standing = false;
	links_enqueue_visit(l, LINK_DISCONNECTED, v->who, PARTY_VISITOR);
}

void links_forget_visitors_of(struct links *l, const struct listener *r)
{
	for (unsigned i = 0; i < VISITORS_MAX; i++) {
		if (l->visitors[i].connection.standing &&
		    (r == NULL || l->visitors[i].connection.listener == r))
			forget(l, &l->visitors[i]);
	}
}

void links_forget_visitors(struct links *l)
{
	links_forget_visitors_of(l, NULL);
}

/* ---- where we go ---- */

static bool dial(struct links *l)
{
	struct link_peer host = l->host;
	const struct own_link_key *own = &l->visit_keys[l->visit_try % l->visit_key_count];
	unsigned key = l->visit_try / l->visit_key_count;

	if (key >= host.key_count || host.endpoint[0] == '\0')
		return false;
	memcpy(host.keys[0], l->host.keys[key], sizeof host.keys[0]);
	return dialled_open(l, &l->visit, &host, own) == ERR_OK;
}

void links_visit(struct links *l, const struct link_peer *host, const struct own_link_key *keys,
		 unsigned count)
{
	dialled_close(&l->visit, 0);
	l->host = *host;
	l->visit_try = 0;
	l->visit_key_count = count < 2 * OWN_KEYS_MAX ? count : 2 * OWN_KEYS_MAX;
	memcpy(l->visit_keys, keys, l->visit_key_count * sizeof *keys);
	log_event(LOG_INFO, "visit", "committee=%s", host->committee.text);
	if (l->visit_key_count == 0 || !dial(l))
		links_enqueue_visit(l, LINK_DISCONNECTED, host->committee, PARTY_HOST);
}

bool links_watch_visit(struct links *l)
{
	enum err why;
	enum dialled_change change = dialled_watch(&l->visit, &why);

	if (change == DIALLED_NOTHING || change == DIALLED_FAILED)
		return change == DIALLED_FAILED; /* it tries again by itself */
	if (change == DIALLED_UP) {
		l->visit.gate = l->gate;
		l->visit.gate_id = gate_claim(l->gate, l->visit.fd, l->host.committee);
		links_enqueue_visit(l, LINK_CONNECTED, l->host.committee, PARTY_HOST);
		return true;
	}
	dialled_close(&l->visit, 0);
	l->visit_try++;
	if (change != DIALLED_REFUSED || !dial(l))
		links_enqueue_visit(l, LINK_DISCONNECTED, l->host.committee, PARTY_HOST);
	return true;
}

/* ---- both ---- */

void links_visit_end(struct links *l, struct committee_id who, enum party party)
{
	struct visitor *v = party == PARTY_VISITOR ? links_visitor(l, who) : NULL;

	if (v != NULL) {
		gate_cut(l->gate, v->connection.gate_id, VISIT_OVER_MS);
		v->connection.standing = false;
	}
	if (party == PARTY_HOST && id_equal(who, l->host.committee))
		dialled_close(&l->visit, 0);
}

enum err links_visit_send(struct links *l, struct committee_id who, enum party party,
			  struct blob frame)
{
	struct visitor *v = party == PARTY_VISITOR ? links_visitor(l, who) : NULL;

	if (party == PARTY_HOST)
		return id_equal(who, l->host.committee) ? links_send_dialled(&l->visit, NULL, frame)
							: ERR_NETWORK;
	return v == NULL ? ERR_NETWORK : links_send_router(&v->connection, NULL, frame);
}
