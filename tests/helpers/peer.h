/* A neighbour for the tests that speaks the real protocol with a committee's real keys, and says
 * what it likes. */
#ifndef VANTHU_TESTS_HELPERS_PEER_H
#define VANTHU_TESTS_HELPERS_PEER_H

#include <zmq.h>

#include "proto/signer.h"
#include "routing/base/limits.h"
#include "routing/state/message.h"
#include "routing/state/record.h"

struct way_out { /* a stream that we publish */
	struct stream_id id;
	uint64_t seq;
	struct digest chain;
};

struct way_in { /* one that we are offered */
	struct stream_id id;
	uint64_t base, last;
};

struct peer {
	void *zmq, *socket;
	struct arena *arena;
	struct committee_id self;
	struct signer *signer;
	const char *endpoint, *folder;
	uint8_t server_key[32];
	struct way_out out[LANE_COUNT];
	struct way_in in[LANE_COUNT];
	bool subscribed[LANE_COUNT]; /* by the other side */
	uint64_t credit_seq[LANE_COUNT];
	uint64_t our_credit; /* what we give it; UINT64_MAX: all that can be said */
	/* connections that are dialled take in next to nothing that is not read */
	bool deaf;
	unsigned next_id;
};

/* The committee whose folder in the lab this is. Ends the process when something is missing. */
void peer_open(struct peer *p, const char *endpoint, const char *server_key_hex,
	       const char *folder);
/* A connection with the committee's link key; no Hello yet. */
void *peer_dial(struct peer *p);
/* Hello and the three subscriptions, both ways; dials again while the other side refuses the key.
 * False when that takes a minute. */
bool peer_greet(struct peer *p);
void peer_close(struct peer *p); /* what was said still goes out */

void peer_say(struct peer *p, const struct message *m);
void peer_send(struct peer *p, const void *bytes, size_t len_bytes);
/* The next message of this type; pings are answered on the way. False after that time. */
bool peer_hear(struct peer *p, enum message_type type, int timeout_ms, struct message *out);
/* Does it still answer? A ping shows it. */
bool peer_alive(struct peer *p);

/* A document of ours to these committees (a list that ends with NULL), sealed; the caller may
 * change the draft before sealing it. */
struct draft peer_document(struct peer *p, const char *const *to);
void peer_seal(struct peer *p, struct draft *d);
/* The next sequence in our stream; `publish` with an offset or another chain is how to lie. */
struct publish_item peer_item(struct peer *p, enum lane lane, const struct draft *d);
void peer_publish(struct peer *p, enum lane lane, const struct publish_item *items, uint32_t count);
/* Waits until the other side has all of our lane on disk. */
bool peer_acknowledged(struct peer *p, enum lane lane, uint64_t have);
/* Waits for a signed refusal of this envelope; its reason, or 0. */
uint32_t peer_refusal(struct peer *p, const struct digest *digest);

#endif
