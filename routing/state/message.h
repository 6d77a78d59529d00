/* What two neighbours say to each other, as plain structs: proto/wire turns them into frames and
 * back. docs/PROTOCOL.md has the same for other languages. Pointers belong to the arena they were
 * decoded into, or to the sender. */
#ifndef VANTHU_ROUTING_STATE_MESSAGE_H
#define VANTHU_ROUTING_STATE_MESSAGE_H

#include "routing/base/limits.h"
#include "routing/base/types.h"

enum message_type {
	MESSAGE_NONE = 0,
	MESSAGE_HELLO = 1,
	MESSAGE_SUBSCRIBE = 2,
	MESSAGE_PUBLISH = 3,
	MESSAGE_ACKNOWLEDGE = 4,
	MESSAGE_CREDIT = 5,
	MESSAGE_PING = 6,
	MESSAGE_PONG = 7,
	MESSAGE_BYE = 8,
	MESSAGE_COMPLETE = 9,
	MESSAGE_PINNED = 10,
	MESSAGE_OPEN_BULK = 11,
	MESSAGE_HELLO_WANTED = 12,
	MESSAGE_DIRECTORY_WANTED = 13,
	MESSAGE_DIRECTORY_PART = 14,
	MESSAGE_RECONCILE = 15,
	MESSAGE_RECONCILED = 16,
	MESSAGE_FETCH = 20,
	MESSAGE_CHUNK = 21,
	MESSAGE_UNAVAILABLE = 22,
};

enum purpose { PURPOSE_NONE = 0, PURPOSE_CONTROL = 1, PURPOSE_BULK = 2, PURPOSE_DIRECTORY = 3 };
/* What the other end of a connection is to us. A host we dialled, a visitor dialled us: for the
 * directory only, whoever it is in the tree. */
enum party { PARTY_NEIGHBOUR = 0, PARTY_HOST, PARTY_VISITOR };
enum fetch_what { FETCH_NONE = 0, FETCH_LEAVES = 1, FETCH_BYTES = 2 };

struct stream_offer {
	struct stream_id stream;
	uint64_t base;
	uint64_t last;
};

/* Which store speaks: its name since it was made, how often it was started, and the process. */
struct store_mark {
	bool any;
	uint8_t store[16];
	uint64_t starts;
	uint8_t run[16];
};

struct msg_hello {
	uint32_t protocol_min, protocol_max;
	struct committee_id committee;
	enum purpose purpose;
	uint64_t directory_version;
	int64_t wall_ms;
	bool has_streams;
	struct stream_offer streams[LANE_COUNT];
	bool answer;
	/* See routing/links/stand.c. */
	bool says_store;            /* all of these; older builds say none of them */
	uint64_t acked[LANE_COUNT]; /* of `streams`: what the receiver has acknowledged */
	struct store_mark store;    /* the sender's */
	uint32_t store_alarm;       /* enum err: what the sender has found out about it */
	uint64_t store_settled;     /* how often an operator has settled such an alarm */
	struct store_mark seen;     /* the receiver's, as the sender saw it last */
	uint32_t seen_alarm;        /* what the sender has found out about that one */
	uint64_t seen_settled;      /* the receiver's store_settled at that time */
	bool reconciles;	    /* the sender answers RECONCILE */
	struct book_mark books[BOOK_COUNT];	 /* how far the sender's registers are */
	struct book_mark seen_books[BOOK_COUNT]; /* … the receiver's, as far as it has said */
};

struct msg_subscribe {
	enum lane lane;
	struct stream_id stream;
	uint64_t have;
	struct digest chain;
	uint64_t credit_seq;
	uint64_t credit_bytes;
	struct rejected_seq rejected[REJECTED_MAX];
	uint32_t rejected_count;
};

struct publish_item {
	uint64_t seq;
	struct blob envelope;
	const struct blob *relays;
	uint32_t relay_count;
	const struct committee_id *targets;
	uint32_t target_count;
	struct digest chain; /* the publisher's, at seq */
};

struct msg_publish {
	enum lane lane;
	struct stream_id stream;
	const struct publish_item *items;
	uint32_t item_count;
	uint64_t directory_version; /* in force at the publisher */
};

struct msg_acknowledge {
	enum lane lane;
	struct stream_id stream;
	uint64_t have;
	struct digest chain; /* the subscriber's, at have */
	struct rejected_seq rejected[REJECTED_MAX];
	uint32_t rejected_count;
};

struct msg_credit {
	enum lane lane;
	struct stream_id stream;
	uint64_t credit_seq;
	uint64_t credit_bytes;
};

struct msg_ping { /* PING and PONG */
	uint64_t token;
	uint64_t directory_version;
	int64_t wall_ms;
	/* error code: why the sender takes no documents now; 0: it does */
	uint32_t withholding;
	struct book_mark books[BOOK_COUNT];
	/* See routing/links/heads.h. */
	struct history_head head;   /* the sender's; older builds say none */
	uint32_t head_alarm;        /* its store_alarm and store_settled, as in a Hello */
	uint64_t head_settled;
	struct history_head held;   /* of PING: one that it holds of the receiver's */
	struct history_head at;     /* of PONG: the sender's own at that line */
};

struct msg_bye {
	uint32_t reason;         /* error code; 0: the sender stops in good order */
	uint32_t retry_after_ms; /* 0: the receiver chooses */
};

struct msg_seqs { /* COMPLETE and PINNED */
	enum lane lane;
	struct stream_id stream;
	const uint64_t *seqs;
	uint32_t count;
};

struct msg_directory_wanted {
	uint64_t have;
	struct committee_id after;
};

struct msg_directory_part {
	uint64_t since;
	struct blob head;
	const struct blob *entries;
	uint32_t entry_count;
	struct committee_id after, upto;
	bool last;
};

/* See routing/reconcile/reconcile.h. */
struct msg_reconcile {
	uint64_t round;
	struct lane_marks lost;
	bool lists; /* what is known and not whole is to be named */
};

struct msg_reconciled {
	uint64_t round;
	uint64_t published, gone;
};

struct msg_fetch {
	enum lane lane;
	struct stream_id stream;
	uint64_t seq;
	uint32_t item;
	enum fetch_what what;
	uint64_t first;
	uint32_t count;
	uint32_t at_once; /* chunks in one message, at most; at least 1 */
	bool again;       /* the chunks that came before did not match their leaf hashes */
};

struct msg_chunk {
	enum lane lane;
	uint64_t seq;
	uint32_t item;
	enum fetch_what what;
	uint64_t index;   /* of the first piece in it */
	struct blob data; /* points into the frame that it was decoded from */
};

struct msg_unavailable {
	enum lane lane;
	uint64_t seq;
	uint32_t item;
	uint32_t reason;
};

struct message {
	enum message_type type;
	union {
		struct msg_hello hello;
		struct msg_subscribe subscribe;
		struct msg_publish publish;
		struct msg_acknowledge acknowledge;
		struct msg_credit credit;
		struct msg_ping ping;
		struct msg_bye bye;
		struct msg_seqs seqs;
		struct msg_directory_wanted directory_wanted;
		struct msg_directory_part directory_part;
		struct msg_reconcile reconcile;
		struct msg_reconciled reconciled;
		struct msg_fetch fetch;
		struct msg_chunk chunk;
		struct msg_unavailable unavailable;
	} u;
};

#endif
