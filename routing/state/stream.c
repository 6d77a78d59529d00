/* Dense sequence, chain and credit of one direction of one lane; see stream.h. Nothing here is
 * fatal. */
#include "routing/state/stream.h"

#include <assert.h>
#include <string.h>

void stream_assert_out(const struct stream_out *s)
{
	assert(s->base <= s->acked);
	assert(s->acked <= s->sent);
	assert(s->sent <= s->last);
}

void stream_assert_in(const struct stream_in *s)
{
	assert(s->open);
	assert(s->base <= s->have);
	assert(s->have <= s->credit_seq);
	assert(s->acked <= s->have);
	assert(s->rejected_count <= REJECTED_MAX);
}

struct digest stream_chain_start(struct stream_id id, uint64_t base)
{
	struct digest start = {{0}};

	memcpy(start.bytes, id.bytes, sizeof id.bytes);
	for (unsigned i = 0; i < 8; i++)
		start.bytes[16 + i] = (uint8_t)(base >> (8 * (7 - i)));
	return start;
}

bool stream_may_send(const struct stream_out *s, uint64_t size_bytes)
{
	if (!s->subscribed || s->sent >= s->last || s->sent >= s->credit_seq)
		return false;
	/* Whatever credit the subscriber gives: what it acknowledges in one word must fit one
	 * plan. */
	if (s->sent - s->acked >= UNACKNOWLEDGED_MAX)
		return false;
	/* An envelope larger than the whole window must still pass when it is alone, or the lane
	 * would stand still for ever. */
	return s->sent == s->acked || s->sent_bytes + size_bytes <= s->credit_bytes;
}

void stream_note_sent(struct stream_out *s, uint64_t size_bytes)
{
	s->sent++;
	if (s->sent > s->sent_most)
		s->sent_most = s->sent;
	s->sent_bytes += size_bytes;
	stream_assert_out(s);
}

bool stream_is_held(const struct stream_out *s)
{
	return s->hollow_at > s->acked && s->hollow_at <= s->sent;
}

bool stream_credit_due(const struct stream_in *s, uint64_t window_messages, uint64_t window_bytes)
{
	/* Rounded up: a window of one is used up when nothing is left of it. */
	return s->credit_seq < s->have + (window_messages + 1) / 2 ||
	       s->credit_bytes < s->got_bytes + (window_bytes + 1) / 2;
}

enum err stream_check(const struct stream_in *s, struct stream_id id, uint64_t seq,
		      uint64_t size_bytes)
{
	if (!s->open || memcmp(s->id.bytes, id.bytes, sizeof id.bytes) != 0)
		return ERR_CHAIN;
	if (seq <= s->have)
		return ERR_EXISTS;
	if (seq > s->have + 1)
		return ERR_GAP;
	if (seq > s->credit_seq)
		return ERR_CREDIT;
	/* One envelope may pass the bound: see stream_may_send. */
	if (s->got_bytes > s->credit_bytes && size_bytes > 0)
		return ERR_CREDIT;
	return ERR_OK;
}
