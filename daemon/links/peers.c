/* Peers, our own keys, the listeners that serve them; see peers.h. */
#include "daemon/links/peers.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/base/clock.h"
#include "daemon/base/log.h"
#include "daemon/links/find.h"
#include "daemon/links/links_state.h"
#include "daemon/links/pending.h"
#include "daemon/links/socket.h"
#include "daemon/links/visit.h"
#include "routing/base/committee_id.h"

enum { HELLO_ARENA_BYTES = 1 << 20, LAST_WORD_MS = 1000 };

static bool allowed(void *ctx, const uint8_t public_key[32], struct committee_id *out)
{
	struct links *l = ctx;

	for (unsigned i = 0; i < l->neighbour_count; i++) {
		struct link_socket *n = &l->neighbours[i];

		if (n->peer.superior || !links_key_allowed(n, public_key, 32))
			continue;
		*out = n->peer.committee;
		return clock_now().mono_ms >= n->refused_until_ms;
	}
	return links_may_visit(l, public_key, out);
}

/* The superior, or what we dial it with, has changed: dialled again at the next chance. */
static void redial(struct links *l)
{
	struct link_socket *n = links_superior(l);

	if (n != NULL && l->control.up)
		links_enqueue(l, LINK_DISCONNECTED, n, PURPOSE_CONTROL, ERR_NETWORK);
	if (n != NULL && l->bulk.up)
		links_enqueue(l, LINK_DISCONNECTED, n, PURPOSE_BULK, ERR_NETWORK);
	dialled_close(&l->bulk, LAST_WORD_MS);
	dialled_close(&l->control, LAST_WORD_MS);
}

static void forget_connections(struct links *l, const struct listener *r, enum err why)
{
	links_forget_visitors_of(l, r);
	for (unsigned i = 0; i < l->neighbour_count; i++) {
		struct link_socket *n = &l->neighbours[i];

		for (enum purpose p = PURPOSE_CONTROL; p <= PURPOSE_BULK; p++) {
			if (!n->connections[p].standing || n->connections[p].listener != r)
				continue;
			n->connections[p].standing = false;
			links_enqueue(l, LINK_DISCONNECTED, n, p, why);
		}
	}
}

/* A neighbour that went takes its connections with it; one that stays keeps them. */
enum err links_set_peers(struct links *l, const struct link_peer *peers, unsigned count)
{
	struct link_socket *fresh = calloc(count + 1, sizeof *fresh);
	struct link_socket *old = l->neighbours;
	unsigned old_count = l->neighbour_count;
	bool superior_same = false;

	if (fresh == NULL)
		return ERR_NO_MEMORY;
	for (unsigned i = 0; i < count; i++) {
		struct link_socket *before = links_find(l, peers[i].committee);

		if (before != NULL)
			fresh[i] = *before;
		if (peers[i].superior && before != NULL && before->peer.superior &&
		    strcmp(before->peer.endpoint, peers[i].endpoint) == 0 &&
		    before->peer.key_count > 0 && peers[i].key_count > 0 &&
		    memcmp(before->peer.keys[0], peers[i].keys[0], 32) == 0)
			superior_same = true;
		if (before != NULL && before->peer.superior != peers[i].superior) {
			links_enqueue(l, LINK_DISCONNECTED, before, PURPOSE_CONTROL, ERR_MOVED);
			memset(fresh[i].connections, 0, sizeof fresh[i].connections);
		}
		fresh[i].peer = peers[i];
	}
	for (unsigned i = 0; i < old_count; i++) {
		bool stays = false;

		for (unsigned k = 0; k < count; k++)
			stays = stays || id_equal(peers[k].committee, old[i].peer.committee);
		if (!stays)
			links_enqueue(l, LINK_DISCONNECTED, &old[i], PURPOSE_CONTROL, ERR_MOVED);
	}
	l->neighbours = fresh;
	l->neighbour_count = count;
	gate_set_neighbours(l->gate, count);
	free(old);
	if (superior_same)
		return ERR_OK;
	redial(l);
	return ERR_OK;
}

static enum err open_listeners(struct links *l)
{
	unsigned wanted = 0, open = 0;

	for (unsigned i = 0; i < l->config.key_count; i++) {
		struct listener *free_slot = NULL;
		bool there = false;

		for (unsigned k = 0; k < OWN_KEYS_MAX; k++) {
			struct listener *r = &l->listeners[k];

			if (r->socket == NULL)
				free_slot = r;
			else
				there =
				    there || strcmp(r->key.listen, l->config.keys[i].listen) == 0;
		}
		if (l->config.keys[i].listen[0] == '\0' || there)
			continue; /* two keys on one port: the newer has it */
		wanted++;
		if (free_slot != NULL && listener_open(l, free_slot, &l->config.keys[i]) == ERR_OK)
			open++;
	}
	return wanted > 0 && open == 0 ? ERR_NETWORK : ERR_OK;
}

enum err links_set_keys(struct links *l, const struct own_link_key *keys, unsigned count)
{
	bool same = count == l->config.key_count;

	for (unsigned i = 0; i < count && same; i++)
		same = memcmp(&keys[i], &l->config.keys[i], sizeof keys[i]) == 0;
	if (same)
		return ERR_OK;
	if (memcmp(keys[0].public_key, l->config.keys[l->dial_key].public_key, 32) != 0)
		redial(l);
	memcpy(l->config.keys, keys, count * sizeof *keys);
	l->config.key_count = count;
	l->dial_key = 0;
	for (unsigned k = 0; k < OWN_KEYS_MAX; k++) {
		struct listener *r = &l->listeners[k];
		bool wanted = false;

		for (unsigned i = 0; i < count && !wanted; i++)
			wanted = memcmp(&keys[i], &r->key, sizeof keys[i]) == 0;
		if (r->socket == NULL || wanted)
			continue;
		log_event(LOG_INFO, "listener-closed", "endpoint=%s", r->key.listen);
		forget_connections(l, r, ERR_NETWORK);
		listener_close(r);
	}
	return open_listeners(l);
}

/* ---- open and close ---- */

enum err links_open(void *zmq, const struct links_config *config, const struct link_peer *peers,
		    unsigned count, struct links **out)
{
	struct links *l = calloc(1, sizeof *l);
	enum err e;

	*out = NULL;
	if (l == NULL)
		return ERR_NO_MEMORY;
	l->zmq = zmq;
	l->config = *config;
	zmq_msg_init(&l->message);
	l->arena = arena_new(HELLO_ARENA_BYTES);
	e = l->arena == NULL ? ERR_NO_MEMORY : zap_open(zmq, allowed, l, &l->zap);
	if (e == ERR_OK)
		e = gate_open(zmq, &l->gate);
	if (e == ERR_OK)
		e = links_set_peers(l, peers, count);
	if (e == ERR_OK)
		e = open_listeners(l);
	if (e != ERR_OK) {
		links_close(l);
		return e;
	}
	*out = l;
	return ERR_OK;
}

void links_close(struct links *l)
{
	if (l == NULL)
		return;
	zmq_msg_close(&l->message);
	dialled_close(&l->visit, 0);
	dialled_close(&l->bulk, 0);
	dialled_close(&l->control, 0);
	for (unsigned i = 0; i < OWN_KEYS_MAX; i++)
		listener_close(&l->listeners[i]);
	gate_close(l->gate);
	zap_close(l->zap);
	arena_destroy(l->arena);
	free(l->neighbours);
	free(l);
}

enum err links_rebind(struct links *l)
{
	enum err e = ERR_OK;

	for (unsigned i = 0; i < OWN_KEYS_MAX; i++) {
		struct listener *r = &l->listeners[i];
		struct own_link_key key = r->key;

		if (r->socket == NULL)
			continue;

		forget_connections(l, r, ERR_BUSY);
		listener_close(r);
		if (listener_open_again(l, r, &key) != ERR_OK)
			e = ERR_NETWORK;
		explicit_bzero(&key, sizeof key);
	}
	return e;
}
