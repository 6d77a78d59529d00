/* See prepare.h. */
#include "routing/links/prepare.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "routing/base/committee_id.h"
#include "routing/base/limits.h"
#include "routing/links/aside.h"
#include "routing/links/heads.h"
#include "routing/links/link.h"
#include "routing/links/mend.h"
#include "routing/links/passed.h"
#include "routing/links/stand.h"
#include "routing/state/lookup.h"
#include "routing/state/memory.h"
#include "routing/state/record.h"
#include "routing/state/stream.h"
#include "routing/state/tree.h"

/* Sorted insertion: links are few and rarely made. */
static struct link *link_add(struct core *c, struct committee_id neighbour)
{
	struct link **grown = realloc(c->links, (c->link_count + 1) * sizeof(*grown));
	struct link *l = calloc(1, sizeof *l);
	uint32_t at = 0;

	if (grown != NULL)
		c->links = grown;
	if (grown == NULL || l == NULL) {
		free(l);
		return NULL;
	}
	l->neighbour = neighbour;
	l->credit_messages = l->next_credit_messages = c->config.credit_messages;
	l->credit_bytes = l->next_credit_bytes = c->config.credit_bytes;
	while (at < c->link_count && strcmp(c->links[at]->neighbour.text, neighbour.text) < 0)
		at++;
	memmove(&c->links[at + 1], &c->links[at], (c->link_count - at) * sizeof(*grown));
	c->links[at] = l;
	c->link_count++;
	/* link_find halves; two of one name would each have half of a stream */
	assert(at == 0 || strcmp(c->links[at - 1]->neighbour.text, neighbour.text) < 0);
	assert(at + 1 == c->link_count ||
	       strcmp(neighbour.text, c->links[at + 1]->neighbour.text) < 0);
	return l;
}

static enum err load_lane(struct turn_view *t, struct link *l, enum lane lane)
{
	struct key key = key_link(l->neighbour, lane);
	struct scan scan = scan_of(key);
	struct stream_out *out = &l->out[lane];
	struct record r;
	enum err e = core_get(t, FAMILY_LINKOUT, key, &r);

	if (e == ERR_NOT_FOUND) {
		core_draw(t->core, out->id.bytes);
		out->chain = stream_chain_start(out->id, 0);
		link_write_out(t, l, lane);
	} else if (e == ERR_DAMAGED) {
		e = mend_out(t, l, lane);
		if (e != ERR_OK)
			return e;
		link_restart_stream(t, l, lane);
	} else if (e != ERR_OK) {
		return e;
	} else {
		core_put(t, key, &r);
	}
	scan.report_damage = true; /* its sequence number was used all the same */
	e = t->lookup.last(t->lookup.ctx, t->plan->arena, FAMILY_STREAM, &scan, &r);
	if (e == ERR_OK || e == ERR_DAMAGED) {
		enum lane parsed_lane;
		struct committee_id neighbour;
		uint64_t seq;

		if (key_parse_seq(&scan.at, &neighbour, &parsed_lane, &seq) && seq > out->last)
			out->last = seq;
		if (e == ERR_OK && !t->core->loaded)
			passed_at_least(t->core, r.u.stream.passed_ms);
	} else if (e != ERR_NOT_FOUND) {
		return e;
	}
	out->sent = out->acked;
	stream_assert_out(out);
	e = core_get(t, FAMILY_LINKIN, key, &r);
	if (e == ERR_OK)
		core_put(t, key, &r);
	if (e == ERR_DAMAGED) {
		core_erase(t, FAMILY_LINKIN, key); /* its publisher knows where it begins */
		/* what it says of our acknowledgements shows this, and no store that is behind */
		l->in[lane].taken_up = true;
		e = ERR_OK;
	}
	return e == ERR_NOT_FOUND || e == ERR_OK ? aside_load_lane(t, l, lane) : e;
}

static enum err load_link(struct turn_view *t, struct committee_id neighbour, struct link **out)
{
	struct link *l = link_add(t->core, neighbour);

	enum err e;

	*out = l;
	if (l == NULL)
		return ERR_NO_MEMORY;
	e = stand_load_peer(t, l);
	if (e == ERR_OK)
		e = heads_load(t, l);
	if (e != ERR_OK)
		return e;
	for (enum lane lane = LANE_FACTS; lane <= LANE_NORMAL; lane++) {
		e = load_lane(t, l, lane);
		if (e != ERR_OK)
			return e;
	}
	stand_mark(t, l);
	return ERR_OK;
}

/* Known streams for a neighbour of the directory; new ones are written. */
static enum err link_prepare(struct turn_view *t, struct committee_id neighbour, bool superior)
{
	struct link *l = link_find(t->core, neighbour);
	bool known = l != NULL;

	if (!known) {
		enum err e;

		if (t->core->link_count >= LINKS_MAX) {
			if (t->core->unlinked++ == 0)
				t->core->first_unlinked = neighbour;
			/* notified with the next tick (routing/decide/tick.c) */
			t->core->next_alarm_ms = 0;
			return ERR_OK;
		}
		e = load_link(t, neighbour, &l);
		if (e != ERR_OK)
			return e;
	}
	/* The link may have been dropped and come back: its streams are written again. */
	for (enum lane lane = LANE_FACTS; known && !l->was_present && lane <= LANE_NORMAL; lane++)
		link_write_out(t, l, lane);
	if (known && l->was_present && l->superior != superior) {
		link_down(t, l, ERR_MOVED); /* who was above is below now: another connection */
		l->connected = false;
	}
	if (!known || !l->was_present)
		l->down_since_ms = t->now.mono_ms;
	l->superior = superior;
	l->ended = false;
	l->present = true;
	return ERR_OK;
}

enum err link_prepare_all(struct turn_view *t)
{
	struct committee_id self = t->core->config.self, superior, above, subordinate = { "" };
	struct tree_view all = t->tree;
	enum err e = tree_superior(&t->tree, self, &superior, NULL);

	t->core->unlinked = 0;
	if (e == ERR_NOT_FOUND)
		return ERR_OK; /* no directory yet, or one without us: nobody to talk to */
	if (e == ERR_OK && !id_empty(superior))
		e = link_prepare(t, superior, true);
	all.retired_too = true;
	while (e == ERR_OK &&
	       (e = tree_next_subordinate(&all, self, subordinate, &subordinate)) == ERR_OK) {
		struct link *l;

		e = link_prepare(t, subordinate, false);
		l = link_find(t->core, subordinate);
		if (e == ERR_OK && l != NULL)
			e = tree_superior(&t->tree, subordinate, &above, &l->ended);
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err link_remember(struct turn_view *t, struct committee_id neighbour)
{
	struct link *l;
	enum err e = load_link(t, neighbour, &l);

	if (e == ERR_OK)
		l->leaving = true;
	return e;
}

enum err link_remember_passed(struct turn_view *t)
{
	struct install *in = &t->core->install;
	enum err e = ERR_OK;

	for (uint32_t i = 0; i < in->passed_count && e == ERR_OK; i++) {
		struct link *l = link_find(t->core, in->passed[i]);

		if (l != NULL && !l->present)
			l->leaving = true;
		else if (l == NULL && t->core->link_count < LINKS_MAX)
			e = link_remember(t, in->passed[i]);
	}
	in->passed_count = 0;
	return e;
}
