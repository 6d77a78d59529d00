/* One direction of one lane between two neighbours: dense sequence, chain and credit. Pure state;
 * whoever holds it moves it.
 *
 *   publisher:   base ≤ acked ≤ sent ≤ last: sent runs ahead of acked within the credit given
 *   subscriber:  base ≤ have ≤ announced credit_seq
 *
 * chain(base) = stream id in the first 16 bytes, base big-endian in the next 8, then zeros;
 * chain(n) = SHA-256(chain(n−1) ‖ n ‖ envelope digest). */
#ifndef VANTHU_ROUTING_STATE_STREAM_H
#define VANTHU_ROUTING_STATE_STREAM_H

#include "routing/base/err.h"
#include "routing/base/limits.h"
#include "routing/base/types.h"

struct stream_out {
	struct stream_id id;
	uint64_t base;
	uint64_t acked;
	uint64_t sent;
	/* of this stream, by this process: a Subscribe may set `sent` back while acknowledgements
	 * of more are in flight */
	uint64_t sent_most;
	uint64_t last;
	struct digest chain; /* at acked */
	bool subscribed;     /* since the present Hello */
	uint64_t credit_seq;
	uint64_t credit_bytes;
	uint64_t sent_bytes; /* since Subscribe */
	/* The pump's: the chain at `sent`, so that it need not be computed again from `acked` each
	 * time. */
	bool sent_chain_valid;
	uint64_t sent_chain_at;
	struct digest sent_chain;
	uint64_t stands_at; /* and the row that it could not read last, which it has told of */
	/* the last that it sent hollow (routing/state/hollow.h): nothing goes behind it until it is
	 * acknowledged */
	uint64_t hollow_at;
};

struct stream_in {
	struct stream_id id;
	/* the stream began after this number: earlier items are published again when their files
	 * are still owed */
	uint64_t base;
	uint64_t have;
	struct digest chain;
	bool known;            /* a stream was ever agreed */
	/* by this process, from its base: what is acknowledged of it may be our own of an earlier
	 * time */
	bool taken_up;
	bool open;             /* Subscribe was sent on this connection */
	uint64_t credit_seq;   /* announced */
	uint64_t credit_bytes; /* announced */
	uint64_t got_bytes;    /* since Subscribe */
	uint64_t acked;        /* acknowledged on this connection */
	/* the latest rejected items, repeated to the publisher with each acknowledgement */
	struct rejected_seq rejected[REJECTED_MAX];
	uint32_t rejected_count;
};

/* base ≤ acked ≤ sent ≤ last: to be called after each move. Aborts. */
void stream_assert_out(const struct stream_out *s);
/* base ≤ have ≤ credit_seq, of an open stream: after each item that stream_check let pass. Not when
 * a stream begins: its base is the neighbour's word. Aborts. */
void stream_assert_in(const struct stream_in *s);

struct digest stream_chain_start(struct stream_id id, uint64_t base);

/* May one more envelope of this size be sent now? A window with nothing in it takes any
 * envelope. */
bool stream_may_send(const struct stream_out *s, uint64_t size_bytes);
void stream_note_sent(struct stream_out *s, uint64_t size_bytes); /* moves sent by one */
/* Does what was sent hollow wait to be acknowledged? */
bool stream_is_held(const struct stream_out *s);

/* How far the subscriber lets the publisher go. True when new credit should be announced (half of a
 * window is used up). */
bool stream_credit_due(const struct stream_in *s, uint64_t window_messages, uint64_t window_bytes);

/* ERR_OK: the next one. ERR_EXISTS: had it before. ERR_GAP, ERR_CREDIT, ERR_CHAIN (another stream):
 * the neighbour's fault. */
must_use enum err stream_check(const struct stream_in *s, struct stream_id id, uint64_t seq,
			       uint64_t size_bytes);

#endif
