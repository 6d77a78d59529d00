/* See acknowledge.h. */
#include "routing/decide/acknowledge.h"

#include <string.h>

#include "routing/base/arena.h"
#include "routing/base/committee_id.h"
#include "routing/base/types.h"
#include "routing/links/links.h"
#include "routing/state/memory.h"
#include "routing/state/message.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"
#include "routing/state/stream.h"

enum err decide_acknowledge(struct turn_view *t, struct link *l, const struct msg_acknowledge *m)
{
	struct stream_out *out = &l->out[m->lane];

	if (!out->subscribed || memcmp(out->id.bytes, m->stream.bytes, sizeof out->id.bytes) != 0)
		return ERR_OK; /* of a subscription before this one */
	if (m->have > out->sent && m->have > out->sent_most) {
		link_violation(t, l, ERR_GAP);
		return ERR_OK;
	}
	return acknowledged_upto(t, l, m);
}

/* The names of one document may lie in several rows (routing/documents/rows.c). Its files are
 * fetched by the first of them; the other rows get their Complete at once and yet stay until the
 * first is erased: should the link end before the neighbour has the whole document, all names are
 * requeued to another route. */
static enum err follows_another(struct turn_view *t, const struct link *l, enum lane lane,
				uint64_t seq, const struct rec_stream *row, bool *yes)
{
	struct record route, other;
	enum err e = core_get(t, FAMILY_ROUTE, key_serial(row->role, row->serial), &route);

	*yes = false;
	for (uint32_t i = 0; e == ERR_OK && i < route.u.route.count && !*yes; i++) {
		const struct publication *p = &route.u.route.publications[i];

		if (!id_equal(p->neighbour, l->neighbour) || p->lane != lane || p->seq >= seq)
			continue;
		e = core_get(t, FAMILY_STREAM, key_seq(p->neighbour, p->lane, p->seq), &other);
		*yes = e == ERR_OK && other.u.stream.role == row->role &&
		       other.u.stream.serial.n == row->serial.n;
		if (e == ERR_NOT_FOUND)
			e = ERR_OK;
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err decide_complete(struct turn_view *t, struct link *l, const struct msg_seqs *m)
{
	struct stream_out *out = &l->out[m->lane];

	if (memcmp(out->id.bytes, m->stream.bytes, sizeof out->id.bytes) != 0)
		return ERR_OK;
	for (uint32_t i = 0; i < m->count; i++) {
		struct key key = key_seq(l->neighbour, m->lane, m->seqs[i]);
		struct record r;
		bool follows;
		enum err e;

		if (m->seqs[i] > out->acked)
			continue; /* not even acknowledged: PINNED is resent later */
		e = core_get(t, FAMILY_STREAM, key, &r);
		if (e == ERR_OK)
			e = follows_another(t, l, m->lane, m->seqs[i], &r.u.stream, &follows);
		if (e == ERR_NOT_FOUND || e == ERR_DAMAGED)
			continue;
		if (e != ERR_OK)
			return e;
		if (!follows)
			core_erase(t, FAMILY_STREAM, key); /* else PINNED is resent later */
	}
	return ERR_OK;
}

enum err decide_pinned(struct turn_view *t, struct link *l, const struct msg_seqs *m)
{
	struct stream_in *in = &l->in[m->lane];
	uint64_t *done = arena_array(t->plan->arena, m->count, sizeof *done);
	struct message answer = { .type = MESSAGE_COMPLETE };
	uint32_t count = 0;

	if (done == NULL)
		return ERR_NO_MEMORY;
	for (uint32_t i = 0; i < m->count; i++) {
		struct record r;
		bool aside;
		enum err e;

		if (m->seqs[i] > in->have)
			continue;
		e = aside_has_seq(t, l->neighbour, m->lane, m->seqs[i], &aside);
		if (e != ERR_OK)
			return e;
		if (aside)
			continue; /* its files are wanted when it is believed */
		e = core_get(t, FAMILY_FETCH, key_seq(l->neighbour, m->lane, m->seqs[i]), &r);
		if (e == ERR_NOT_FOUND)
			done[count++] = m->seqs[i];
		else if (e != ERR_OK && e != ERR_DAMAGED)
			return e;
	}
	if (count > 0) {
		answer.u.seqs = (struct msg_seqs){
			.lane = m->lane, .stream = m->stream, .seqs = done, .count = count
		};
		link_say(t, l, &answer);
	}
	if (count < m->count)
		plan_act(t->plan, ACT_FETCH)->neighbour = l->neighbour;
	return ERR_OK;
}
