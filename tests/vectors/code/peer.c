/* peer.json: each message between daemons as a whole frame; see vectors.h. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "proto/digest.h"
#include "proto/merkle.h"
#include "proto/wire_encode.h"
#include "routing/state/stream.h"
#include "tests/vectors/code/vectors.h"

static const struct stream_id stream = { { 0xb0, 0xb1, 0xb2, 0xb3, 0xb4, 0xb5, 0xb6, 0xb7, 0xb8,
					   0xb9, 0xba, 0xbb, 0xbc, 0xbd, 0xbe, 0xbf } };
static const uint64_t seqs[] = { 1, 2, 300 };

/* Begins the example; what its fields must be follows in "expect", which write_done closes. */
static void write_frame(struct vectors *v, struct out *o, const char *name, const char *message,
			const struct message *m)
{
	struct blob frame;
	enum err e = wire_encode(v->arena, m, &frame);

	assert(e == ERR_OK);
	out_vector(o, name, "frame");
	out_bytes(o, frame);
	out_number(o, "type", m->type);
	out_text(o, "message", message);
	out_object(o, "expect");
}

static void write_done(struct out *o)
{
	out_end(o);
	out_end(o);
}

static void expect_stream(struct out *o)
{
	out_number(o, "lane", LANE_URGENT);
	out_hex(o, "stream", (struct blob){ stream.bytes, sizeof stream.bytes });
}

static void write_hellos(struct vectors *v, struct out *o)
{
	struct message m = { .type = MESSAGE_HELLO };

	m.u.hello = (struct msg_hello){ .protocol_min = 1,
					.protocol_max = 1,
					.committee = member_id("thads"),
					.purpose = PURPOSE_CONTROL,
					.directory_version = 2,
					.wall_ms = VECTORS_NOW_MS,
					.has_streams = true };
	for (int lane = LANE_FACTS; lane <= LANE_NORMAL; lane++) {
		memset(m.u.hello.streams[lane].stream.bytes, 0x10 * lane, 16);
		m.u.hello.streams[lane].base = (uint64_t)lane - 1;
		m.u.hello.streams[lane].last = 100 * (uint64_t)lane;
	}
	write_frame(v, o, "hello", "Hello", &m);
	out_number(o, "protocol_max", 1);
	out_text(o, "committee", "thads");
	out_number(o, "purpose", 1);
	out_number(o, "wall_ms", VECTORS_NOW_MS);
	out_number(o, "streams.0.lane", 1);
	out_number(o, "streams.0.begin", 0);
	out_number(o, "streams.2.begin", 2);
	out_number(o, "streams.2.last", 300);
	out_number(o, "answer", 0);
	write_done(o);
	m.u.hello.answer = true;
	m.u.hello.committee = member_id("btp");
	write_frame(v, o, "hello-answer", "Hello", &m);
	out_number(o, "answer", 1);
	write_done(o);
	m.u.hello = (struct msg_hello){ .protocol_min = 1,
					.protocol_max = 1,
					.committee = member_id("thads"),
					.purpose = PURPOSE_BULK };
	write_frame(v, o, "hello-bulk", "Hello", &m);
	out_number(o, "purpose", 2);
	write_done(o);
}

static void expect_mark(struct out *o, const char *path, const struct store_mark *m)
{
	char field[64];

	snprintf(field, sizeof field, "%s.store", path);
	out_hex(o, field, (struct blob){ m->store, sizeof m->store });
	snprintf(field, sizeof field, "%s.starts", path);
	out_number(o, field, m->starts);
	snprintf(field, sizeof field, "%s.run", path);
	out_hex(o, field, (struct blob){ m->run, sizeof m->run });
}

/* Where two stores stand beside each other; and a visit, which says nothing of that. */
static void write_hello_of_stores(struct vectors *v, struct out *o)
{
	struct message m = { .type = MESSAGE_HELLO };
	struct msg_hello *h = &m.u.hello;

	*h = (struct msg_hello){ .protocol_min = 1,
				 .protocol_max = 1,
				 .committee = member_id("thads"),
				 .purpose = PURPOSE_CONTROL,
				 .directory_version = 2,
				 .wall_ms = VECTORS_NOW_MS,
				 .has_streams = true,
				 .says_store = true,
				 .store_alarm = ERR_BEHIND,
				 .store_settled = 1,
				 .seen_alarm = ERR_TWICE,
				 .seen_settled = 3 };
	h->store = (struct store_mark){ .any = true, .starts = 7 };
	h->seen = (struct store_mark){ .any = true, .starts = 12 };
	memset(h->store.store, 0x51, sizeof h->store.store);
	memset(h->store.run, 0x52, sizeof h->store.run);
	memset(h->seen.store, 0x61, sizeof h->seen.store);
	memset(h->seen.run, 0x62, sizeof h->seen.run);
	for (int lane = LANE_FACTS; lane <= LANE_NORMAL; lane++) {
		memset(h->streams[lane].stream.bytes, 0x10 * lane, 16);
		h->streams[lane].last = 100;
		h->acked[lane] = 90 + (uint64_t)lane;
	}
	write_frame(v, o, "hello-of-a-store-behind", "Hello", &m);
	for (int i = 0; i < 3; i++) {
		char field[64];

		snprintf(field, sizeof field, "acknowledged.%d", i);
		out_number(o, field, h->acked[i + 1]);
	}
	expect_mark(o, "store.mark", &h->store);
	expect_mark(o, "seen.mark", &h->seen);
	out_number(o, "store.alarm", ERR_BEHIND);
	out_number(o, "store.settled", 1);
	out_number(o, "seen.alarm", ERR_TWICE);
	out_number(o, "seen.settled", 3);
	write_done(o);
	*h = (struct msg_hello){ .protocol_min = 1,
				 .protocol_max = 1,
				 .committee = member_id("cb-mot"),
				 .purpose = PURPOSE_DIRECTORY,
				 .directory_version = 1 };
	write_frame(v, o, "hello-visit", "Hello", &m);
	out_number(o, "purpose", 3);
	out_number(o, "directory_version", 1);
	write_done(o);
}

static void expect_rejected(struct out *o)
{
	out_number(o, "rejected.0.seq", 3);
	out_number(o, "rejected.0.reason", ERR_REJECTED);
	out_number(o, "rejected.1.seq", 7);
	out_number(o, "rejected.1.reason", ERR_REJECTED);
}

/* Two items of the stream were given up; the chain at 7 is what the publisher said it is. */
static void write_rejections(struct vectors *v, struct out *o)
{
	static const struct rejected_seq rejected[] = { { 3, ERR_REJECTED }, { 7, ERR_REJECTED } };
	struct digest chain = digest_of(text_blob("the publisher's own word"));
	struct message m = { .type = MESSAGE_SUBSCRIBE };

	m.u.subscribe = (struct msg_subscribe){ .lane = LANE_URGENT,
						.stream = stream,
						.have = 7,
						.chain = chain,
						.rejected_count = 2,
						.credit_seq = 7 + CREDIT_MESSAGES,
						.credit_bytes = CREDIT_BYTES };
	memcpy(m.u.subscribe.rejected, rejected, sizeof rejected);
	write_frame(v, o, "subscribe-with-rejected", "Subscribe", &m);
	expect_rejected(o);
	write_done(o);
	m = (struct message){ .type = MESSAGE_ACKNOWLEDGE };
	m.u.acknowledge = (struct msg_acknowledge){ .lane = LANE_URGENT,
						    .stream = stream,
						    .have = 7,
						    .chain = chain,
						    .rejected_count = 2 };
	memcpy(m.u.acknowledge.rejected, rejected, sizeof rejected);
	write_frame(v, o, "acknowledge-with-rejected", "Acknowledge", &m);
	out_digest(o, "chain", &chain);
	expect_rejected(o);
	write_done(o);
}

static void write_subscription(struct vectors *v, struct out *o)
{
	struct digest chain = stream_chain_start(stream, 7);
	struct message m = { .type = MESSAGE_SUBSCRIBE };

	m.u.subscribe = (struct msg_subscribe){ .lane = LANE_URGENT,
						.stream = stream,
						.have = 7,
						.chain = chain,
						.credit_seq = 7 + CREDIT_MESSAGES,
						.credit_bytes = CREDIT_BYTES };
	write_frame(v, o, "subscribe", "Subscribe", &m);
	expect_stream(o);
	out_number(o, "have", 7);
	out_digest(o, "chain", &chain);
	out_number(o, "credit_seq", 7 + CREDIT_MESSAGES);
	out_number(o, "credit_bytes", CREDIT_BYTES);
	write_done(o);
	m = (struct message){ .type = MESSAGE_ACKNOWLEDGE };
	m.u.acknowledge = (struct msg_acknowledge){
		.lane = LANE_URGENT, .stream = stream, .have = 7, .chain = chain
	};
	write_frame(v, o, "acknowledge", "Acknowledge", &m);
	expect_stream(o);
	out_number(o, "have", 7);
	out_digest(o, "chain", &chain);
	write_done(o);
	m = (struct message){ .type = MESSAGE_CREDIT };
	m.u.credit = (struct msg_credit){ LANE_URGENT, stream, 5000, 9000000 };
	write_frame(v, o, "credit", "Credit", &m);
	expect_stream(o);
	out_number(o, "credit_seq", 5000);
	out_number(o, "credit_bytes", 9000000);
	write_done(o);
}

/* Two items from sequence 8 on; check.py folds the chain from that of "subscribe". */
static void write_publish(struct vectors *v, struct out *o, const struct examples *e)
{
	static const struct committee_id targets[] = { { "cb-mot" } };
	struct publish_item items[2];
	struct message m = { .type = MESSAGE_PUBLISH };
	struct digest chain = stream_chain_start(stream, 7);

	memset(items, 0, sizeof items);
	items[0] = (struct publish_item){ .seq = 8,
					  .envelope = e->document.envelope,
					  .relays = &e->relayed.envelope,
					  .relay_count = 1,
					  .targets = targets,
					  .target_count = 1 };
	items[1] = (struct publish_item){ .seq = 9, .envelope = e->batch[2].envelope };
	digest_chain_step(&chain, 8, &e->document.digest);
	items[0].chain = chain;
	digest_chain_step(&chain, 9, &e->batch[2].digest);
	items[1].chain = chain;
	m.u.publish = (struct msg_publish){ LANE_URGENT, stream, items, 2, 2 };
	write_frame(v, o, "publish", "Publish", &m);
	expect_stream(o);
	out_number(o, "items.0.seq", 8);
	out_text(o, "items.0.targets.0", "cb-mot");
	out_digest(o, "items.0.chain", &items[0].chain);
	out_digest(o, "items.1.chain", &items[1].chain);
	out_number(o, "directory_version", 2);
	write_done(o);
}

static void expect_history_head(struct out *o, const char *path, const struct history_head *h)
{
	char field[64];

	snprintf(field, sizeof field, "history.%s.id", path);
	out_hex(o, field, (struct blob){ h->id, sizeof h->id });
	snprintf(field, sizeof field, "history.%s.line", path);
	out_number(o, field, h->line);
	snprintf(field, sizeof field, "history.%s.chain", path);
	out_hex(o, field, (struct blob){ h->chain.bytes, h->has_chain ? 32 : 0 });
}

static struct history_head history_head_of(uint8_t id, uint64_t line, const char *chain)
{
	struct history_head h = { .line = line, .has_chain = chain != NULL };

	memset(h.id, id, sizeof h.id);
	if (chain != NULL)
		h.chain = digest_of(text_blob(chain));
	return h;
}

/* Heads of two histories: one asks after line 70 of the other's, which was set back and has no such
 * line any more. */
static void write_histories(struct vectors *v, struct out *o)
{
	struct message m = { .type = MESSAGE_PING };

	m.u.ping = (struct msg_ping){ .token = 0xfedcba9876543212ULL,
				      .directory_version = 2,
				      .wall_ms = VECTORS_NOW_MS,
				      .books = { [BOOK_IN] = { 2025, 12 } },
				      .head = history_head_of(0x71, 90, "line 90 of ours"),
				      .held = history_head_of(0x81, 70, "line 70 of theirs") };
	write_frame(v, o, "ping-with-history", "Ping", &m);
	out_number(o, "books.0.book", BOOK_IN);
	out_number(o, "books.0.year", 2025);
	out_number(o, "books.0.last", 12);
	expect_history_head(o, "head", &m.u.ping.head);
	expect_history_head(o, "held", &m.u.ping.held);
	out_number(o, "history.alarm", 0);
	write_done(o);
	m.type = MESSAGE_PONG;
	m.u.ping = (struct msg_ping){ .token = 0xfedcba9876543212ULL,
				      .directory_version = 2,
				      .wall_ms = VECTORS_NOW_MS,
				      .head = history_head_of(0x81, 61, "line 61 of theirs"),
				      .head_alarm = ERR_BEHIND,
				      .head_settled = 1,
				      .at = history_head_of(0x81, 70, NULL) };
	write_frame(v, o, "pong-with-history", "Pong", &m);
	expect_history_head(o, "head", &m.u.ping.head);
	expect_history_head(o, "at", &m.u.ping.at);
	out_number(o, "history.alarm", ERR_BEHIND);
	out_number(o, "history.settled", 1);
	write_done(o);
}

static void write_small(struct vectors *v, struct out *o)
{
	struct message m = { .type = MESSAGE_PING };

	m.u.ping = (struct msg_ping){ .token = 0xfedcba9876543211ULL,
				      .directory_version = 2,
				      .wall_ms = VECTORS_NOW_MS };
	write_frame(v, o, "ping", "Ping", &m);
	out_number(o, "token", m.u.ping.token);
	out_number(o, "wall_ms", VECTORS_NOW_MS);
	out_number(o, "withholding", 0);
	write_done(o);
	m.type = MESSAGE_PONG;
	write_frame(v, o, "pong", "Pong", &m);
	out_number(o, "token", m.u.ping.token);
	out_number(o, "directory_version", 2);
	out_number(o, "wall_ms", VECTORS_NOW_MS);
	write_done(o);
	m.u.ping.withholding = ERR_DISK_FULL;
	write_frame(v, o, "pong-withholding", "Pong", &m);
	out_number(o, "withholding", ERR_DISK_FULL);
	write_done(o);
	m = (struct message){ .type = MESSAGE_BYE };
	write_frame(v, o, "bye", "Bye", &m);
	out_number(o, "reason", 0);
	write_done(o);
	m.u.bye = (struct msg_bye){ ERR_CREDIT, 4000 };
	write_frame(v, o, "bye-cut-off", "Bye", &m);
	out_number(o, "reason", ERR_CREDIT);
	out_number(o, "retry_after_ms", 4000);
	write_done(o);
	m = (struct message){ .type = MESSAGE_COMPLETE };
	m.u.seqs = (struct msg_seqs){ LANE_URGENT, stream, seqs, 3 };
	write_frame(v, o, "complete", "Complete", &m);
	expect_stream(o);
	out_number(o, "seqs.2", 300);
	write_done(o);
	m.type = MESSAGE_PINNED;
	write_frame(v, o, "pinned", "Pinned", &m);
	expect_stream(o);
	out_number(o, "seqs.0", 1);
	write_done(o);
	m = (struct message){ .type = MESSAGE_OPEN_BULK };
	write_frame(v, o, "open-bulk", "OpenBulk", &m);
	write_done(o);
	m.type = MESSAGE_HELLO_WANTED;
	write_frame(v, o, "hello-wanted", "HelloWanted", &m);
	write_done(o);
}

static void write_fetch(struct vectors *v, struct out *o, enum fetch_what what, uint32_t count)
{
	struct message m = { .type = MESSAGE_FETCH };

	m.u.fetch = (struct msg_fetch){
		LANE_URGENT,	    stream, 8, 1, what, 0, count, what == FETCH_LEAVES ? 1 : 2,
		what == FETCH_BYTES
	};
	write_frame(v, o, what == FETCH_LEAVES ? "fetch-leaves" : "fetch-bytes", "Fetch", &m);
	expect_stream(o);
	out_number(o, "seq", 8);
	out_number(o, "item", 1);
	out_number(o, "what", what);
	out_number(o, "first", 0);
	out_number(o, "count", count);
	out_number(o, "at_once", m.u.fetch.at_once);
	out_number(o, "again", m.u.fetch.again);
	write_done(o);
}

/* The attachment of "document": all its leaves, two chunks in one message, and its last one. */
static void write_bulk(struct vectors *v, struct out *o)
{
	struct blob content = example_content(v, 100000),
		    last = { content.data + 3 * CHUNK_BYTES, 100000 - 3 * CHUNK_BYTES };
	struct message m = { .type = MESSAGE_CHUNK };
	struct digest leaves[4];

	for (size_t i = 0; i < 4; i++)
		leaves[i] = merkle_leaf(
		    i < 3 ? (struct blob){ content.data + i * CHUNK_BYTES, CHUNK_BYTES } : last);
	write_fetch(v, o, FETCH_LEAVES, 1);
	write_fetch(v, o, FETCH_BYTES, 4);
	m.u.chunk = (struct msg_chunk){ LANE_URGENT,  8, 1,
					FETCH_LEAVES, 0, { leaves[0].bytes, sizeof leaves } };
	write_frame(v, o, "chunk-leaves", "Chunk", &m);
	out_number(o, "what", 1);
	out_number(o, "index", 0);
	write_done(o);
	m.u.chunk =
	    (struct msg_chunk){ LANE_URGENT, 8, 1,
				FETCH_BYTES, 1, { content.data + CHUNK_BYTES, 2 * CHUNK_BYTES } };
	write_frame(v, o, "chunk-bytes-two", "Chunk", &m);
	out_number(o, "what", 2);
	out_number(o, "index", 1);
	write_done(o);
	m.u.chunk = (struct msg_chunk){ LANE_URGENT, 8, 1, FETCH_BYTES, 3, last };
	write_frame(v, o, "chunk-bytes", "Chunk", &m);
	out_number(o, "what", 2);
	out_number(o, "index", 3);
	write_done(o);
	m = (struct message){ .type = MESSAGE_UNAVAILABLE };
	m.u.unavailable = (struct msg_unavailable){ LANE_URGENT, 8, 1, ERR_NOT_ENTITLED };
	write_frame(v, o, "unavailable", "Unavailable", &m);
	out_number(o, "reason", 2014);
	write_done(o);
}

static void write_directory_parts(struct vectors *v, struct out *o)
{
	struct message m = { .type = MESSAGE_DIRECTORY_WANTED };
	const struct rec_committee *changed = &v->second.entries[PL];

	m.u.directory_wanted =
	    (struct msg_directory_wanted){ .have = 1, .after = member_id("cb-mot") };
	write_frame(v, o, "directory-wanted", "DirectoryWanted", &m);
	out_number(o, "have", 1);
	out_text(o, "after", "cb-mot");
	write_done(o);
	m = (struct message){ .type = MESSAGE_DIRECTORY_PART };
	m.u.directory_part = (struct msg_directory_part){ .since = 1,
							  .head = v->second.head.head,
							  .entries = &changed->entry,
							  .entry_count = 1,
							  .after = member_id("cb-mot"),
							  .upto = member_id("thads"),
							  .last = true };
	write_frame(v, o, "directory-part", "DirectoryPart", &m);
	out_number(o, "since", 1);
	out_hex(o, "entries.0", changed->entry);
	out_text(o, "upto", "thads");
	out_number(o, "last", 1);
	write_done(o);
}

void write_peer(struct vectors *v, const struct examples *e)
{
	struct out *o = out_open(v->folder, "peer");

	write_hellos(v, o);
	write_hello_of_stores(v, o);
	write_subscription(v, o);
	write_rejections(v, o);
	write_publish(v, o, e);
	write_small(v, o);
	write_histories(v, o);
	write_bulk(v, o);
	write_directory_parts(v, o);
	out_close(o);
}
