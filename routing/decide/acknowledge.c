/* What the subscriber has, and what its attachments need no longer: the queue shrinks here and nowhere else. */
#include <string.h>

#include "routing/core_internal.h"

/* Our chain, folded over what is queued: at `have`, and at `some`, which lies before it or is it. */
struct folded {
	uint64_t have, some;
	struct digest at_have, at_some;
};

static enum err fold(struct turn_view *t, const struct link *l, enum lane lane, struct folded *f)
{
	const struct stream_out *out = &l->out[lane];

	f->at_have = out->chain;
	for (uint64_t n = out->acked + 1; n <= f->have; n++) {
		struct record r;
		enum err e = core_get(t, FAMILY_STREAM, key_seq(l->neighbour, lane, n), &r);

		if (e != ERR_OK)
			return e; /* ERR_NOT_FOUND: the queue has a hole, and going on would lose documents unnoticed */
		t->core->config.chain_step(&f->at_have, n, &r.u.stream.digest);
		if (n == f->some)
			f->at_some = f->at_have;
	}
	return ERR_OK;
}

static enum err erase_rows(struct turn_view *t, const struct link *l, enum lane lane, uint64_t upto)
{
	for (uint64_t n = l->out[lane].acked + 1; n <= upto; n++) {
		struct key key = key_seq(l->neighbour, lane, n);
		struct record r;
		enum err e = core_get(t, FAMILY_STREAM, key, &r);

		if (e == ERR_NOT_FOUND)
			continue; /* rejected */
		if (e != ERR_OK)
			return e;
		if (!r.u.stream.has_files)
			core_erase(t, FAMILY_STREAM, key);
	}
	return ERR_OK;
}

enum err link_acknowledged(struct turn_view *t, struct link *l, const struct msg_acknowledge *m)
{
	enum lane lane = m->lane;
	uint64_t have = m->have;
	struct stream_out *out = &l->out[lane];
	struct folded f = { .have = have, .some = have };
	enum err e;

	if (have <= out->acked)
		return ERR_OK;
	/* We send no more than that; but a store may be older than the bound, and a neighbour may say what it was not sent. */
	if (have - out->acked > UNACKNOWLEDGED_MAX)
		f.some = out->acked + UNACKNOWLEDGED_MAX;
	e = fold(t, l, lane, &f);
	/* What the subscriber has cannot be compared with a row that cannot be read: nothing is let go of, and the rest goes on. */
	if (e == ERR_DAMAGED) {
		link_alarm(t, l, e);
		return ERR_OK;
	}
	if (e != ERR_OK)
		return e;
	if (memcmp(f.at_have.bytes, m->chain.bytes, sizeof m->chain.bytes) != 0) {
		link_fault(t, l, ERR_CHAIN);
		link_restart_stream(t, l, lane);
		link_hello(t, l, false);
		return ERR_OK;
	}
	/* What was rejected is refused, and so signed: until we may, nothing is let go of. It is acknowledged again. */
	if (m->rejected_count > 0 && core_may_sign(t) != ERR_OK)
		return ERR_OK;
	e = reject_rows(t, l, m, f.some);
	if (e == ERR_OK)
		e = erase_rows(t, l, lane, f.some);
	if (e != ERR_OK)
		return e;
	out->chain = f.at_some;
	out->acked = f.some;
	if (out->sent < f.some)
		out->sent = f.some;
	link_write_out(t, l, lane);
	l->touched = true;
	if (f.some < have) {
		/* For the rest it subscribes again, and a later turn lets go of that. */
		out->subscribed = false;
		out->sent = f.some;
		link_hello(t, l, false);
	}
	return ERR_OK;
}

enum err decide_acknowledge(struct turn_view *t, struct link *l, const struct msg_acknowledge *m)
{
	struct stream_out *out = &l->out[m->lane];

	if (!out->subscribed || memcmp(out->id.bytes, m->stream.bytes, sizeof out->id.bytes) != 0)
		return ERR_OK; /* of a subscription before this one */
	if (m->have > out->sent && m->have > out->sent_most) {
		link_violation(t, l, ERR_GAP);
		return ERR_OK;
	}
	return link_acknowledged(t, l, m);
}

/* The names of one document may lie in several rows (routing/documents/rows.c). Its files are fetched by the first of them; the others say Complete for themselves
 * at once and yet stay until that one goes: should the neighbour part with us before it has the whole, all names go another way. */
static enum err follows_another(struct turn_view *t, const struct link *l, enum lane lane, uint64_t seq, const struct rec_stream *row, bool *yes)
{
	struct record route, other;
	enum err e = core_get(t, FAMILY_ROUTE, key_serial(row->role, row->serial), &route);

	*yes = false;
	for (uint32_t i = 0; e == ERR_OK && i < route.u.route.count && !*yes; i++) {
		const struct publication *p = &route.u.route.publications[i];

		if (!id_equal(p->neighbour, l->neighbour) || p->lane != lane || p->seq >= seq)
			continue;
		e = core_get(t, FAMILY_STREAM, key_seq(p->neighbour, p->lane, p->seq), &other);
		*yes = e == ERR_OK && other.u.stream.role == row->role && other.u.stream.serial.n == row->serial.n;
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
			continue; /* not even acknowledged: PINNED asks again later */
		e = core_get(t, FAMILY_STREAM, key, &r);
		if (e == ERR_OK)
			e = follows_another(t, l, m->lane, m->seqs[i], &r.u.stream, &follows);
		if (e == ERR_NOT_FOUND || e == ERR_DAMAGED)
			continue;
		if (e != ERR_OK)
			return e;
		if (!follows)
			core_erase(t, FAMILY_STREAM, key); /* else PINNED asks again later */
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
		e = aside_of_place(t, l->neighbour, m->lane, m->seqs[i], &aside);
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
		answer.u.seqs = (struct msg_seqs){ .lane = m->lane, .stream = m->stream, .seqs = done, .count = count };
		link_say(t, l, &answer);
	}
	if (count < m->count)
		plan_act(t->plan, ACT_FETCH)->neighbour = l->neighbour;
	return ERR_OK;
}
