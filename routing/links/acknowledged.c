/* See acknowledged.h. */
#include "routing/links/acknowledged.h"

#include <string.h>

#include "routing/base/limits.h"
#include "routing/base/types.h"
#include "routing/links/guard.h"
#include "routing/links/link.h"
#include "routing/links/reject.h"
#include "routing/state/memory.h"
#include "routing/state/message.h"
#include "routing/state/record.h"
#include "routing/state/stream.h"

/* Our chain, folded over what is queued: at `have`, and at `some`, which lies before it or is
 * it. */
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
			/* ERR_NOT_FOUND: the queue has a hole, and going on would lose documents
			 * unnoticed */
			return e;
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

enum err acknowledged_upto(struct turn_view *t, struct link *l, const struct msg_acknowledge *m)
{
	enum lane lane = m->lane;
	uint64_t have = m->have;
	struct stream_out *out = &l->out[lane];
	struct folded f = { .have = have, .some = have };
	enum err e;

	if (have <= out->acked)
		return ERR_OK;
	/* We send no more than that; but a store may be older than the bound, and a neighbour may
	 * say what it was not sent. */
	if (have - out->acked > UNACKNOWLEDGED_MAX)
		f.some = out->acked + UNACKNOWLEDGED_MAX;
	e = fold(t, l, lane, &f);
	/* The subscriber's chain cannot be compared past a row that cannot be read: no row is
	 * released, and the rest goes on. */
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
	/* A rejected item is answered by a signed refusal: until we may sign, no row is released.
	 * The subscriber repeats its acknowledgement. */
	if (m->rejected_count > 0 && guard_may_sign(t) != ERR_OK)
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
		/* For the rest the subscriber subscribes again, and a later turn releases those
		 * rows. */
		out->subscribed = false;
		out->sent = f.some;
		link_hello(t, l, false);
	}
	stream_assert_out(out);
	return ERR_OK;
}
