/* See heads.h. */
#include "routing/links/heads.h"

#include <string.h>

#include "routing/base/arena.h"
#include "routing/base/limits.h"
#include "routing/links/stand.h"
#include "routing/state/feed.h"
#include "routing/state/history.h"
#include "routing/state/lookup.h"
#include "routing/state/memory.h"
#include "routing/state/message.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"

#define NOTE_NAME "history-of-"

enum {
	NOTE_VERSION = 1,
	HEAD_BYTES = 16 + 8 + 32,
	/* and HEAD_BYTES for each that is held */
	NOTE_BYTES = 1 + 4 + 8 + 4 + 8 + 8 + HEAD_BYTES + 1,
	WRITE_MS = 60 * 1000,	    /* no more often, beside other writes … */
	WRITE_MOST_MS = 600 * 1000, /* … and by itself after that */
};

/* ---- on the disk ---- */

static uint8_t *put_number(uint8_t *at, uint64_t n, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		at[i] = (uint8_t)(n >> (8 * (bytes - 1 - i)));
	return at + bytes;
}

static const uint8_t *get_number(const uint8_t *at, uint64_t *n, unsigned bytes)
{
	*n = 0;
	for (unsigned i = 0; i < bytes; i++)
		*n = *n << 8 | at[i];
	return at + bytes;
}

static uint8_t *put_head(uint8_t *at, const struct history_head *h)
{
	memcpy(at, h->id, sizeof h->id);
	at = put_number(at + sizeof h->id, h->line, 8);
	memcpy(at, h->chain.bytes, sizeof h->chain.bytes);
	return at + sizeof h->chain.bytes;
}

static const uint8_t *get_head(const uint8_t *at, struct history_head *h)
{
	memcpy(h->id, at, sizeof h->id);
	at = get_number(at + sizeof h->id, &h->line, 8);
	memcpy(h->chain.bytes, at, sizeof h->chain.bytes);
	h->has_chain = h->line != 0;
	return at + sizeof h->chain.bytes;
}

static struct key note_key(struct committee_id id)
{
	char name[sizeof NOTE_NAME + COMMITTEE_ID_MAX];

	memcpy(name, NOTE_NAME, sizeof NOTE_NAME);
	memcpy(name + sizeof NOTE_NAME - 1, id.text, strlen(id.text) + 1);
	return key_name(name);
}

static void write_note(struct turn_view *t, struct link *l)
{
	struct peer_heads *h = &l->heads;
	struct record r = { .family = FAMILY_META };
	uint8_t bytes[NOTE_BYTES + HEADS_KEPT * HEAD_BYTES], *at = bytes;

	*at++ = NOTE_VERSION;
	at = put_number(at, (uint64_t)h->ours, 4);
	at = put_number(at, (uint64_t)h->ours_since_ms, 8);
	at = put_number(at, (uint64_t)h->its, 4);
	at = put_number(at, (uint64_t)h->its_since_ms, 8);
	at = put_number(at, h->settled, 8);
	at = put_head(at, &h->before);
	*at++ = (uint8_t)h->count;
	for (unsigned i = 0; i < h->count; i++)
		at = put_head(at, &h->held[i]);
	r.u.note.bytes = arena_blob(t->plan->arena, (struct blob){ bytes, (size_t)(at - bytes) });
	core_put(t, note_key(l->neighbour), &r);
	h->unwritten = false;
	h->written_ms = t->now.mono_ms;
}

static void read_note(struct blob note, struct peer_heads *h)
{
	const uint8_t *at = note.data;
	uint64_t n;

	if (note.len_bytes < NOTE_BYTES || *at++ != NOTE_VERSION)
		return;
	at = get_number(at, &n, 4);
	h->ours = (enum err)n;
	at = get_number(at, &n, 8);
	h->ours_since_ms = (int64_t)n;
	at = get_number(at, &n, 4);
	h->its = (enum err)n;
	at = get_number(at, &n, 8);
	h->its_since_ms = (int64_t)n;
	at = get_number(at, &h->settled, 8);
	at = get_head(at, &h->before);
	n = *at++;
	while (h->count < n && h->count < HEADS_KEPT &&
	       (size_t)(at - note.data) + HEAD_BYTES <= note.len_bytes)
		at = get_head(at, &h->held[h->count++]);
}

enum err heads_load(struct turn_view *t, struct link *l)
{
	struct record r;
	enum err e = core_get(t, FAMILY_META, note_key(l->neighbour), &r);

	l->heads = (struct peer_heads){ .written_ms = t->now.mono_ms };
	if (e == ERR_OK)
		read_note(r.u.note.bytes, &l->heads);
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e; /* it is heard of anew */
}

void heads_write(struct turn_view *t)
{
	int64_t after_ms = t->plan->write_count > 0 ? WRITE_MS : WRITE_MOST_MS;

	for (uint32_t i = 0; i < t->core->link_count && plan_has_room(t->plan); i++) {
		struct link *l = t->core->links[i];
		/* that this store is behind explains what its neighbours hold */
		bool explained = l->heads.ours != ERR_OK && t->core->stand.alarm != ERR_OK;

		if (explained)
			l->heads.ours = ERR_OK;
		if (explained ||
		    (l->heads.unwritten && t->now.mono_ms - l->heads.written_ms >= after_ms))
			write_note(t, l);
	}
}

/* ---- alarms ---- */

static void say(struct turn_view *t, struct committee_id about, enum err what)
{
	const struct document_ref none = { .origin = { "" } };

	notify(t, NOTICE_STORE, none, about, (uint32_t)what, NULL);
	feed_add(t, &(struct change){
			    .kind = CHANGE_STORE, .committee = about, .reason = (uint32_t)what });
}

static void raise_ours(struct turn_view *t, struct link *l)
{
	if (l->heads.ours != ERR_OK)
		return;
	l->heads.ours = ERR_REWRITTEN;
	l->heads.ours_since_ms = t->now.wall_ms;
	write_note(t, l);
	say(t, l->neighbour, ERR_REWRITTEN);
}

static void raise_its(struct turn_view *t, struct link *l)
{
	if (l->heads.its != ERR_OK)
		return;
	l->heads.its = ERR_PEER_REWRITTEN;
	l->heads.its_since_ms = t->now.wall_ms;
	write_note(t, l);
	say(t, l->neighbour, ERR_PEER_REWRITTEN);
}

void heads_settle_ours(struct turn_view *t)
{
	bool any = false;

	for (uint32_t i = 0; i < t->core->link_count; i++) {
		struct link *l = t->core->links[i];

		if (l->heads.ours == ERR_OK)
			continue;
		l->heads.ours = ERR_OK;
		write_note(t, l);
		any = true;
	}
	if (any)
		history_begin_anew(t);
}

void heads_settle_its(struct turn_view *t, struct link *l)
{
	struct peer_heads *h = &l->heads;

	if (h->its == ERR_OK)
		return;
	h->its = ERR_OK;
	if (h->count > 0)
		h->before = h->held[h->count - 1];
	h->count = 0;
	write_note(t, l);
	say(t, l->neighbour, ERR_OK);
}

/* ---- what is held ---- */

static bool same_id(const struct history_head *a, const struct history_head *b)
{
	return memcmp(a->id, b->id, sizeof a->id) == 0;
}

static bool same_chain(const struct history_head *a, const struct history_head *b)
{
	return memcmp(a->chain.bytes, b->chain.bytes, sizeof a->chain.bytes) == 0;
}

/* One goes, neither the oldest nor the newest: the one whose neighbours lie closest, so that those
 * that stay are spread over all. */
static void thin(struct peer_heads *h)
{
	unsigned goes = 1;

	for (unsigned i = 2; i + 1 < h->count; i++) {
		if (h->held[i + 1].line - h->held[i - 1].line <
		    h->held[goes + 1].line - h->held[goes - 1].line)
			goes = i;
	}
	memmove(&h->held[goes], &h->held[goes + 1], (h->count - goes - 1) * sizeof h->held[0]);
	h->count--;
}

static void keep(struct link *l, const struct history_head *head)
{
	struct peer_heads *h = &l->heads;

	if (h->count == HEADS_KEPT)
		thin(h);
	h->held[h->count++] = *head;
	h->unwritten = true;
}

/* It goes on under another id, and says why: that explains what was found out of the one before. */
static void take_anew(struct turn_view *t, struct link *l, const struct msg_ping *m)
{
	struct peer_heads *h = &l->heads;

	h->its = ERR_OK;
	h->before = h->held[h->count - 1];
	h->count = 0;
	h->settled = m->head_settled;
	keep(l, &m->head);
	write_note(t, l);
}

/* Its answer to what we hold. */
static void take_answer(struct turn_view *t, struct link *l, const struct history_head *at)
{
	const struct peer_heads *h = &l->heads;

	for (unsigned i = 0; at->has_chain && i < h->count; i++) {
		if (h->held[i].line == at->line && same_id(&h->held[i], at) &&
		    !same_chain(&h->held[i], at))
			raise_its(t, l);
	}
}

/* Under another id than what is held. What was found out stays until an operator settles it, but
 * for a store that has found out itself that it is behind. */
static void take_other(struct turn_view *t, struct link *l, const struct msg_ping *m)
{
	struct peer_heads *h = &l->heads;

	if (h->before.line != 0 && same_id(&h->before, &m->head))
		return; /* a late one */
	if (m->head_alarm != 0 || l->stand.its != ERR_OK ||
	    (h->its == ERR_OK && m->head_settled > h->settled))
		take_anew(t, l, m);
	else if (m->head_settled >= h->settled) /* else it is of before that was settled */
		raise_its(t, l);
}

void heads_take(struct turn_view *t, struct link *l, const struct msg_ping *m)
{
	struct peer_heads *h = &l->heads;
	const struct history_head *newest = h->count == 0 ? NULL : &h->held[h->count - 1];

	take_answer(t, l, &m->at);
	if (!m->head.has_chain)
		return;
	if (newest != NULL && !same_id(newest, &m->head)) {
		take_other(t, l, m);
		return;
	}
	if (h->its != ERR_OK)
		return; /* what is held stays as it was when it was found out */
	h->settled = m->head_settled > h->settled ? m->head_settled : h->settled;
	if (newest == NULL || m->head.line > newest->line)
		keep(l, &m->head);
}

/* ---- what is said ---- */

/* The chain in memory is of lines whose commit comes before that of this turn. */
static void fill_head(const struct core *c, struct msg_ping *m)
{
	memcpy(m->head.id, c->history.id, sizeof m->head.id);
	m->head.line = c->history.next - 1;
	m->head.chain = c->history.chain;
	m->head.has_chain = m->head.line != 0;
	m->head_alarm = (uint32_t)c->stand.alarm;
	m->head_settled = c->stand.settled;
}

void heads_fill_ping(struct turn_view *t, struct link *l, struct msg_ping *m)
{
	struct peer_heads *h = &l->heads;

	fill_head(t->core, m);
	if (h->count > 0)
		m->held = h->held[h->asked++ % h->count];
}

/* The other holds this head of ours. */
static enum err judge_held(struct turn_view *t, struct link *l, const struct history_head *held,
			   struct history_head *at)
{
	const struct history_memory *own = &t->core->history;
	bool same = memcmp(held->id, own->id, sizeof own->id) == 0;
	struct record r;
	enum err e = core_get(t, FAMILY_HISTORY, key_number(held->line), &r);

	at->line = held->line;
	if (e == ERR_OK) {
		at->has_chain = true;
		at->chain = r.u.history.chain;
	}
	if (same && (e == ERR_NOT_FOUND || (e == ERR_OK && !same_chain(held, at)))) {
		/* Nobody has written anew what this process itself has written. */
		if (held->line >= own->boot_line)
			stand_ours(t, l, ERR_BEHIND);
		else
			raise_ours(t, l);
	}
	memcpy(at->id, own->id, sizeof at->id); /* another one, if it is behind */
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

enum err heads_answer(struct turn_view *t, struct link *l, const struct msg_ping *ping,
		      struct msg_ping *pong)
{
	enum err e = ERR_OK;

	if (ping->held.has_chain)
		e = judge_held(t, l, &ping->held, &pong->at);
	fill_head(t->core, pong);
	return e;
}
