/* Frames of links: every message goes and comes back, and what a hostile neighbour may try ends in
 * a protocol error, never in a crash. */

#include <stdlib.h>
#include <string.h>

#include "proto/fields.h"
#include "proto/peer.pb-c.h"
#include "proto/wire_decode.h"
#include "proto/wire_encode.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/sweep.h"

static const struct stream_id stream = {{ 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 }};
static const uint64_t seqs[] = { 1, 2, 300, UINT64_MAX };
static const struct blob relays[] = { { (const uint8_t *)"relay one", 9 },
				      { (const uint8_t *)"two", 3 } };
static const struct committee_id targets[] = { { "xa-a1" }, { "xa-a2" } };
static const struct publish_item items[] = {
	{ .seq = 41,
	  .envelope = { (const uint8_t *)"envelope", 8 },
	  .relays = relays,
	  .relay_count = 2,
	  .targets = targets,
	  .target_count = 2,
	  .chain = { { 7 } } },
	{ .seq = 42, .envelope = { (const uint8_t *)"e", 1 }, .chain = { { 8 } } },
};

static int set_up(void **state)
{
	*state = arena_new(64 << 20);
	return 0;
}

static int tear_down(void **state)
{
	arena_destroy(*state);
	return 0;
}

static struct msg_hello hello(void)
{
	struct msg_hello h = { .protocol_min = 1,
			       .protocol_max = 9,
			       .committee = { "tinh" },
			       .purpose = PURPOSE_CONTROL,
			       .directory_version = 3,
			       .wall_ms = -5,
			       .has_streams = true,
			       .answer = true,
			       .says_store = true,
			       .acked = { 0, 1, 2, UINT64_MAX },
			       .store = { .any = true, .store = { 1 }, .starts = 3, .run = { 2 } },
			       .store_alarm = 2034,
			       .store_settled = 4,
			       .reconciles = true,
			       .books = { [BOOK_OUT] = { 2026, 8 } } };

	for (int lane = LANE_FACTS; lane < LANE_COUNT; lane++)
		h.streams[lane] = (struct stream_offer){ stream, (uint64_t)lane, UINT64_MAX };
	return h;
}

/* One good message of every type; returns how many. */
static unsigned all_messages(struct message m[24])
{
	unsigned n = 0;

	memset(m, 0, 24 * sizeof *m);
	m[n].u.hello = hello();
	m[n++].type = MESSAGE_HELLO;
	m[n].u.subscribe =
	    (struct msg_subscribe){ LANE_URGENT, stream, 4, { { 5 } }, 6, 7, { { 3, 3016 } }, 1 };
	m[n++].type = MESSAGE_SUBSCRIBE;
	m[n].u.publish = (struct msg_publish){ LANE_NORMAL, stream, items, 2, 9 };
	m[n++].type = MESSAGE_PUBLISH;
	m[n].u.acknowledge = (struct msg_acknowledge){
		LANE_FACTS, stream, 9, { { 7 } }, { { 8, 3016 }, { 9, 3010 } }, 2
	};
	m[n++].type = MESSAGE_ACKNOWLEDGE;
	m[n].u.credit = (struct msg_credit){ LANE_FACTS, stream, 10, 11 };
	m[n++].type = MESSAGE_CREDIT;
	m[n].u.ping = (struct msg_ping){
		.token = 1,
		.directory_version = 2,
		.wall_ms = 3,
		.withholding = 4001,
		.books = { [BOOK_IN] = { 2026, 7 }, [BOOK_SECRET_OUT] = { 2025, 1 } },
		.head = { { 1, 2 }, 70, true, { { 3 } } },
		.head_alarm = 2034,
		.head_settled = 5,
		.held = { { 4 }, 30, true, { { 5 } } }
	};
	m[n++].type = MESSAGE_PING;
	m[n].u.ping = (struct msg_ping){ .token = 4,
					 .directory_version = 5,
					 .wall_ms = 6,
					 .at = { { 1, 2 }, 30, false, { { 0 } } } };
	m[n++].type = MESSAGE_PONG;
	m[n].u.bye = (struct msg_bye){ 5007, 300000 };
	m[n++].type = MESSAGE_BYE;
	m[n].u.seqs = (struct msg_seqs){ LANE_NORMAL, stream, seqs, 4 };
	m[n++].type = MESSAGE_COMPLETE;
	m[n].u.seqs = (struct msg_seqs){ LANE_URGENT, stream, seqs, 4 };
	m[n++].type = MESSAGE_PINNED;
	m[n++].type = MESSAGE_OPEN_BULK;
	m[n++].type = MESSAGE_HELLO_WANTED;
	m[n].u.fetch =
	    (struct msg_fetch){ LANE_NORMAL, stream, 12, 99, FETCH_LEAVES, 2, 8, 2, true };
	m[n++].type = MESSAGE_FETCH;
	m[n].u.chunk = (struct msg_chunk){ LANE_NORMAL, 12, 1,
					   FETCH_BYTES, 3,  { (const uint8_t *)"data", 4 } };
	m[n++].type = MESSAGE_CHUNK;
	m[n].u.unavailable = (struct msg_unavailable){ LANE_URGENT, 12, 1, 2014 };
	m[n++].type = MESSAGE_UNAVAILABLE;
	m[n].u.reconcile = (struct msg_reconcile){ .round = 9,
						   .lost = { .have = { 0, 1, 2, 3 },
							     .last = { 0, 4, 5, UINT64_MAX } },
						   .lists = true };
	m[n++].type = MESSAGE_RECONCILE;
	m[n].u.reconciled = (struct msg_reconciled){ .round = 9, .published = 10, .gone = 11 };
	m[n++].type = MESSAGE_RECONCILED;
	return n;
}

static void test_every_message_comes_back_and_packs_to_the_same_bytes(void **state)
{
	struct message m[24];
	unsigned count = all_messages(m);

	assert_int_equal(count, 17);
	for (unsigned i = 0; i < count; i++) {
		struct message back;
		struct blob frame, again;

		assert_ok(wire_encode(*state, &m[i], &frame));
		assert_ok(wire_decode(*state, frame, &back));
		assert_int_equal(back.type, m[i].type);
		assert_ok(wire_encode(*state, &back, &again));
		assert_int_equal(again.len_bytes, frame.len_bytes);
		assert_memory_equal(again.data, frame.data, frame.len_bytes);
	}
}

/* The one large thing on a link is neither copied when it is sent nor when it is read. */
static void test_chunk_in_place_is_the_same_frame_and_is_read_where_it_lies(void **state)
{
	static uint8_t page[WIRE_CHUNK_ROOM + CHUNKS_A_MESSAGE * CHUNK_BYTES + 1];
	static const size_t sizes[] = {
		0, 1, 127, 128, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNKS_A_MESSAGE * CHUNK_BYTES
	};
	uint8_t *data = page + WIRE_CHUNK_ROOM;

	memset(data, 0xa5, sizeof page - WIRE_CHUNK_ROOM);
	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		struct message m = { .type = MESSAGE_CHUNK }, back;
		struct blob plain, in_place;

		m.u.chunk = (struct msg_chunk){ LANE_NORMAL, UINT64_MAX - i, 99,
						FETCH_BYTES, i * 1000,	     { data, sizes[i] } };
		assert_ok(wire_encode(*state, &m, &plain));
		assert_ok(wire_chunk_in_place(&m.u.chunk, data, &in_place));
		assert_int_equal(in_place.len_bytes, plain.len_bytes);
		assert_memory_equal(in_place.data, plain.data, plain.len_bytes);
		assert_ok(wire_decode(*state, in_place, &back));
		assert_int_equal(back.u.chunk.data.len_bytes, sizes[i]);
		assert_true(sizes[i] == 0 || back.u.chunk.data.data == data);
	}
}

static void test_chunk_in_place_at_its_largest_needs_no_more_than_its_room(void **state)
{
	static uint8_t page[WIRE_CHUNK_ROOM + FRAME_MAX_BYTES];
	struct msg_chunk c = { LANE_NORMAL, UINT64_MAX,
			       UINT32_MAX,  FETCH_BYTES,
			       UINT64_MAX,  { page + WIRE_CHUNK_ROOM, FRAME_MAX_BYTES - 50 } };
	struct blob frame;

	(void)state;
	assert_ok(wire_chunk_in_place(&c, page + WIRE_CHUNK_ROOM, &frame));
	assert_true(frame.data >= page);
	c.data.len_bytes = FRAME_MAX_BYTES;
	assert_int_equal(wire_chunk_in_place(&c, page + WIRE_CHUNK_ROOM, &frame), ERR_TOO_LARGE);
}

static void test_who_does_not_say_how_many_at_once_gets_one(void **state)
{
	struct message m = { .type = MESSAGE_FETCH }, back;
	struct blob frame;

	m.u.fetch = (struct msg_fetch){ LANE_NORMAL, {{ 1 }}, 1, 0, FETCH_BYTES, 0, 1, 0, false };
	assert_ok(wire_encode(*state, &m, &frame));
	assert_ok(wire_decode(*state, frame, &back));
	assert_int_equal(back.u.fetch.at_once, 1);
}

static void test_fields_arrive_in_their_places(void **state)
{
	struct message m[24], back;
	struct blob frame;

	all_messages(m);
	assert_ok(wire_encode(*state, &m[0], &frame));
	assert_ok(wire_decode(*state, frame, &back));
	assert_true(back.u.hello.has_streams && back.u.hello.answer && back.u.hello.wall_ms == -5 &&
		    back.u.hello.protocol_max == 9);
	assert_true(back.u.hello.streams[LANE_NORMAL].base == 3 &&
		    back.u.hello.streams[LANE_NORMAL].last == UINT64_MAX);
	assert_ok(wire_encode(*state, &m[2], &frame));
	assert_ok(wire_decode(*state, frame, &back));
	assert_int_equal(back.u.publish.item_count, 2);
	assert_true(back.u.publish.items[1].seq == 42 &&
		    back.u.publish.items[0].chain.bytes[0] == 7);
	assert_memory_equal(back.u.publish.items[0].relays[1].data, "two", 3);
	assert_string_equal(back.u.publish.items[0].targets[1].text, "xa-a2");
	assert_false(back.u.publish.items[0].envelope.data >= frame.data &&
		     back.u.publish.items[0].envelope.data < frame.data + frame.len_bytes);
	assert_ok(wire_encode(*state, &m[12], &frame));
	assert_ok(wire_decode(*state, frame, &back));
	assert_true(back.u.fetch.item == 99 && back.u.fetch.what == FETCH_LEAVES &&
		    back.u.fetch.first == 2 && back.u.fetch.count == 8);
	assert_ok(wire_encode(*state, &m[15], &frame));
	assert_ok(wire_decode(*state, frame, &back));
	assert_true(back.u.reconcile.lists && back.u.reconcile.round == 9 &&
		    back.u.reconcile.lost.have[LANE_NORMAL] == 3 &&
		    back.u.reconcile.lost.last[LANE_FACTS] == 4 &&
		    back.u.reconcile.lost.last[LANE_NORMAL] == UINT64_MAX);
	assert_ok(wire_encode(*state, &m[16], &frame));
	assert_ok(wire_decode(*state, frame, &back));
	assert_true(back.u.reconciled.round == 9 && back.u.reconciled.published == 10 &&
		    back.u.reconciled.gone == 11);
}

static enum err subscribe_with(struct arena *a, size_t rejected_count)
{
	static const uint8_t zeros[32];
	Vanthu__V1__Subscribe m = VANTHU__V1__SUBSCRIBE__INIT;
	Vanthu__V1__Rejected rejected = VANTHU__V1__REJECTED__INIT, *list[REJECTED_MAX + 1];
	uint8_t *frame = arena_alloc(a, 1024);
	struct message back;

	for (size_t i = 0; i < COUNT_OF(list); i++)
		list[i] = &rejected;
	m.lane = VANTHU__V1__LANE__LANE_FACTS;
	m.stream = field_bytes(zeros, 16);
	m.chain = field_bytes(zeros, 32);
	m.rejected = list;
	m.n_rejected = rejected_count;
	memcpy(frame, "VT\x01", 3);
	frame[3] = MESSAGE_SUBSCRIBE;
	return wire_decode(
		a, (struct blob){ frame, 4 + vanthu__v1__subscribe__pack(&m, frame + 4) }, &back);
}

static void test_more_rejected_than_anybody_remembers_are_refused(void **state)
{
	assert_ok(subscribe_with(*state, REJECTED_MAX));
	assert_int_equal(subscribe_with(*state, REJECTED_MAX + 1), ERR_PROTOCOL);
}

/* An older build of the other side has seen nothing of ours. */
static void test_hello_that_has_not_seen_our_store_says_so(void **state)
{
	struct message m[24], back;
	struct blob frame;

	all_messages(m);
	assert_ok(wire_encode(*state, &m[0], &frame));
	/* `seen` is the last field: without it it is a whole Hello all the same */
	assert_int_equal(frame.data[frame.len_bytes - 2], 15 << 3 | 2);
	frame.len_bytes -= 2;
	assert_ok(wire_decode(*state, frame, &back));
	assert_true(back.u.hello.says_store && !back.u.hello.seen.any);
	assert_true(back.u.hello.store.starts == 3 && back.u.hello.store_alarm == 2034 &&
		    back.u.hello.acked[LANE_NORMAL] == UINT64_MAX &&
		    back.u.hello.books[BOOK_OUT].last == 8);
}

static enum err there_and_back(void *ctx, struct arena *a)
{
	struct message back;
	struct blob frame;
	enum err e = wire_encode(a, ctx, &frame);

	return e == ERR_OK ? wire_decode(a, frame, &back) : e;
}

static void test_arena_of_any_size_is_enough_or_said_to_be_too_small(void **state)
{
	struct message m[24];
	unsigned count = all_messages(m);

	(void)state;
	for (unsigned i = 0; i < count; i++)
		sweep_memory(there_and_back, &m[i]);
}

static bool decodes_again(struct arena *a, const struct message *m)
{
	struct message back;
	struct blob frame;

	return wire_encode(a, m, &frame) == ERR_OK && wire_decode(a, frame, &back) == ERR_OK;
}

static void test_truncated_and_flipped_frames_end_in_an_error_or_a_valid_message(void **state)
{
	struct arena *a = arena_new(8 << 20);
	struct message m[24], back;
	unsigned count = all_messages(m);

	for (unsigned i = 0; i < count; i++) {
		struct blob frame;
		uint8_t *exact;

		assert_ok(wire_encode(*state, &m[i], &frame));
		for (size_t len = 0; len < frame.len_bytes; len++) {
			enum err e;

			arena_reset(a);
			exact = malloc(len + 1); /* so that a sanitizer sees one byte too many */
			memcpy(exact, frame.data, len);
			exact = realloc(exact, len == 0 ? 1 : len);
			e = wire_decode(a, (struct blob){ exact, len }, &back);
			/* Cut between two fields a message may still be one; it must then be valid
			 * as it is. */
			assert_true(e == ERR_PROTOCOL || e == ERR_OK);
			if (e == ERR_OK)
				assert_true(decodes_again(a, &back));
			free(exact);
		}
		exact = malloc(frame.len_bytes);
		memcpy(exact, frame.data, frame.len_bytes);
		for (size_t bit = 0; bit < frame.len_bytes * 8; bit++) {
			enum err e;

			arena_reset(a);
			exact[bit / 8] ^= (uint8_t)(1 << bit % 8);
			e = wire_decode(a, (struct blob){ exact, frame.len_bytes }, &back);
			assert_true(e == ERR_PROTOCOL || e == ERR_UNSUPPORTED || e == ERR_OK);
			if (e == ERR_OK)
				assert_true(decodes_again(a, &back));
			exact[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
		free(exact);
	}
	arena_destroy(a);
}

static void test_cut_publish_is_no_publish(void **state)
{
	struct message m[24], back;
	struct blob frame;

	all_messages(m);
	m[2].u.publish.directory_version = 0;
	assert_ok(wire_encode(*state, &m[2], &frame));
	/* The items come last then: nothing that is cut off there may pass for a shorter list. */
	for (size_t len = frame.len_bytes - 30; len < frame.len_bytes; len++)
		assert_int_equal(wire_decode(*state, (struct blob){ frame.data, len }, &back),
				 ERR_PROTOCOL);
}

static void test_what_is_no_frame_is_named(void **state)
{
	static uint8_t large[FRAME_MAX_BYTES + 1] = { 'V', 'T', 1, MESSAGE_PING };
	enum message_type type;
	struct message m;

	assert_int_equal(frame_type((struct blob){ NULL, 0 }, &type), ERR_PROTOCOL);
	assert_int_equal(frame_type((struct blob){ (const uint8_t *)"VT\x01", 3 }, &type),
			 ERR_PROTOCOL);
	assert_int_equal(frame_type((struct blob){ (const uint8_t *)"GET ", 4 }, &type),
			 ERR_PROTOCOL);
	assert_int_equal(frame_type((struct blob){ (const uint8_t *)"VT\x00\x06", 4 }, &type),
			 ERR_UNSUPPORTED);
	assert_int_equal(frame_type((struct blob){ (const uint8_t *)"VT\x02\x06", 4 }, &type),
			 ERR_UNSUPPORTED);
	assert_int_equal(frame_type((struct blob){ large, sizeof large }, &type), ERR_PROTOCOL);
	assert_ok(frame_type((struct blob){ (const uint8_t *)"VT\x01\x06", 4 }, &type));
	assert_int_equal(type, MESSAGE_PING);
	for (unsigned t = 0; t < 256; t++) {
		uint8_t bytes[4] = { 'V', 'T', 1, (uint8_t)t };
		bool empty_is_fine = t == MESSAGE_PING || t == MESSAGE_PONG || t == MESSAGE_BYE ||
				     t == MESSAGE_OPEN_BULK || t == MESSAGE_HELLO_WANTED ||
				     t == MESSAGE_DIRECTORY_WANTED;

		assert_int_equal(wire_decode(*state, (struct blob){ bytes, 4 }, &m),
				 empty_is_fine ? ERR_OK : ERR_PROTOCOL);
	}
}

static void refuse(struct arena *a, struct message m)
{
	struct message back;
	struct blob frame;

	assert_ok(wire_encode(a, &m, &frame));
	assert_int_equal(wire_decode(a, frame, &back), ERR_PROTOCOL);
}

static void test_lanes_purposes_and_offers_are_checked(void **state)
{
	struct message m[24], bad;

	all_messages(m);
	for (unsigned i = 1; i < 5; i++) {
		for (int lane = -1; lane <= 4; lane += lane == 0 ? 4 : 1) {
			bad = m[i];
			/* the first member of each of these */
			bad.u.subscribe.lane = (enum lane)lane;
			refuse(*state, bad);
		}
	}
	bad = m[0];
	bad.u.hello.purpose = (enum purpose)4;
	refuse(*state, bad);
	bad = m[0];
	bad.u.hello.committee = (struct committee_id){ "" };
	refuse(*state, bad);
	bad = m[0];
	bad.u.hello.streams[1].base = 5;
	bad.u.hello.streams[1].last = 4;
	refuse(*state, bad);
	bad = m[0];
	memcpy(bad.u.hello.committee.text, "../x", 5);
	refuse(*state, bad);
}

static void test_items_are_dense_not_empty_and_bounded(void **state)
{
	static struct publish_item many[FRAME_ITEMS_MAX + 1];
	static struct blob many_relays[HOP_LIMIT + 1];
	static struct committee_id many_targets[RECIPIENTS_MAX + 1];
	struct message m = { .type = MESSAGE_PUBLISH }, back;
	struct blob frame;

	for (size_t i = 0; i < COUNT_OF(many); i++)
		many[i] = (struct publish_item){ .seq = i + 1, .envelope = fixture_blob("e") };
	m.u.publish = (struct msg_publish){ LANE_FACTS, stream, many, FRAME_ITEMS_MAX, 0 };
	assert_ok(wire_encode(*state, &m, &frame));
	assert_ok(wire_decode(*state, frame, &back));
	assert_int_equal(back.u.publish.item_count, FRAME_ITEMS_MAX);
	m.u.publish.item_count++;
	refuse(*state, m);
	m.u.publish.item_count = 0;
	refuse(*state, m);
	m.u.publish.item_count = 3;
	many[2].seq = 4;
	refuse(*state, m);
	many[2].seq = 2;
	refuse(*state, m);
	m.u.publish.item_count = 1;
	many[0].envelope = (struct blob){ NULL, 0 };
	refuse(*state, m);
	many[0].envelope = fixture_blob("e");
	for (size_t i = 0; i < COUNT_OF(many_relays); i++)
		many_relays[i] = fixture_blob("r");
	many[0].relays = many_relays;
	many[0].relay_count = HOP_LIMIT;
	assert_true(decodes_again(*state, &m));
	many[0].relay_count++;
	refuse(*state, m);
	many[0].relay_count = 0;
	for (size_t i = 0; i < COUNT_OF(many_targets); i++)
		many_targets[i] = fixture_id("x");
	many[0].targets = many_targets;
	many[0].target_count = RECIPIENTS_MAX;
	assert_true(decodes_again(*state, &m));
	many[0].target_count++;
	refuse(*state, m);
}

static void test_fetches_chunks_and_lists_are_bounded(void **state)
{
	static uint64_t many[FRAME_SEQS_MAX + 1];
	static uint8_t data[CHUNKS_A_MESSAGE * CHUNK_BYTES + 1];
	struct message m[24], bad;

	all_messages(m);
	bad = m[8];
	bad.u.seqs.seqs = many;
	bad.u.seqs.count = FRAME_SEQS_MAX;
	assert_true(decodes_again(*state, &bad));
	bad.u.seqs.count++;
	refuse(*state, bad);
	bad = m[12];
	/* whoever serves says that there is no such part, and nothing past the end */
	bad.u.fetch.item = UINT32_MAX;
	bad.u.fetch.first = UINT64_MAX;
	assert_true(decodes_again(*state, &bad));
	bad.u.fetch.count = 0;
	refuse(*state, bad);
	bad.u.fetch.count = 4097;
	refuse(*state, bad);
	bad = m[12];
	bad.u.fetch.what = FETCH_NONE;
	refuse(*state, bad);
	bad = m[13];
	bad.u.chunk.data = (struct blob){ data, CHUNKS_A_MESSAGE * CHUNK_BYTES };
	assert_true(decodes_again(*state, &bad));
	bad.u.chunk.data.len_bytes++;
	refuse(*state, bad);
	bad.u.chunk.what = FETCH_LEAVES;
	bad.u.chunk.data.len_bytes = CHUNK_BYTES;
	assert_true(decodes_again(*state, &bad));
	bad.u.chunk.data.len_bytes++;
	refuse(*state, bad);
}

static void test_short_stream_ids_and_chains_are_refused(void **state)
{
	Vanthu__V1__Acknowledge m = VANTHU__V1__ACKNOWLEDGE__INIT;
	uint8_t frame[128] = { 'V', 'T', 1, MESSAGE_ACKNOWLEDGE };
	static const struct digest chain;
	struct message back;

	m.lane = VANTHU__V1__LANE__LANE_FACTS;
	m.chain = field_bytes(chain.bytes, sizeof chain.bytes);
	for (size_t len = 0; len < 20; len++) {
		size_t n;

		m.stream = field_bytes(stream.bytes, len < 16 ? len : 16);
		m.stream.len = len < 16 ? len : 16;
		n = vanthu__v1__acknowledge__pack(&m, frame + 4);
		assert_int_equal(wire_decode(*state, (struct blob){ frame, n + 4 }, &back),
				 len < 16 ? ERR_PROTOCOL : ERR_OK);
	}
}

static void test_frame_over_the_bound_is_not_made_and_item_bound_holds(void **state)
{
	static uint8_t large[FRAME_MAX_BYTES];
	static struct blob big_relays[HOP_LIMIT];
	struct publish_item item = { .seq = UINT64_MAX,
				     .envelope = { large, 100 },
				     .relays = big_relays,
				     .targets = targets,
				     .target_count = 2 };
	struct message m = { .type = MESSAGE_PUBLISH };
	struct blob none, frame;
	size_t base;

	for (size_t i = 0; i < COUNT_OF(big_relays); i++)
		big_relays[i] = (struct blob){ large, RELAY_RECORD_MAX_BYTES };
	m.u.publish = (struct msg_publish){ LANE_FACTS, stream, &item, 0, 0 };
	assert_ok(wire_encode(*state, &m, &none));
	base = none.len_bytes;
	m.u.publish.item_count = 1;
	for (uint32_t n = 0; n <= HOP_LIMIT; n++) {
		item.relay_count = n;
		item.envelope.len_bytes = (size_t)n * 4000 + 1;
		assert_ok(wire_encode(*state, &m, &frame));
		assert_true(frame.len_bytes - base <= wire_item_bound(&item));
	}
	item.envelope.len_bytes = FRAME_MAX_BYTES;
	assert_int_equal(wire_encode(*state, &m, &frame), ERR_TOO_LARGE);
	/* The largest lawful item fits a frame alone. */
	item.envelope.len_bytes = ENVELOPE_MAX_BYTES;
	item.relay_count = HOP_LIMIT - 1;
	item.target_count = 0;
	assert_ok(wire_encode(*state, &m, &frame));
	m.type = MESSAGE_NONE;
	assert_int_equal(wire_encode(*state, &m, &frame), ERR_PROTOCOL);
}

static void test_decoding_past_the_budget_is_out_of_memory(void **state)
{
	struct arena *small = arena_new(200);
	struct message m[24], back;
	struct blob frame;

	all_messages(m);
	assert_ok(wire_encode(*state, &m[2], &frame));
	assert_int_equal(wire_decode(small, frame, &back), ERR_NO_MEMORY);
	arena_destroy(small);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_every_message_comes_back_and_packs_to_the_same_bytes),
		TEST(test_arena_of_any_size_is_enough_or_said_to_be_too_small),
		TEST(test_chunk_in_place_is_the_same_frame_and_is_read_where_it_lies),
		TEST(test_chunk_in_place_at_its_largest_needs_no_more_than_its_room),
		TEST(test_who_does_not_say_how_many_at_once_gets_one),
		TEST(test_fields_arrive_in_their_places),
		TEST(test_more_rejected_than_anybody_remembers_are_refused),
		TEST(test_hello_that_has_not_seen_our_store_says_so),
		TEST(test_truncated_and_flipped_frames_end_in_an_error_or_a_valid_message),
		TEST(test_cut_publish_is_no_publish),
		TEST(test_what_is_no_frame_is_named),
		TEST(test_lanes_purposes_and_offers_are_checked),
		TEST(test_items_are_dense_not_empty_and_bounded),
		TEST(test_fetches_chunks_and_lists_are_bounded),
		TEST(test_short_stream_ids_and_chains_are_refused),
		TEST(test_frame_over_the_bound_is_not_made_and_item_bound_holds),
		TEST(test_decoding_past_the_budget_is_out_of_memory),
	};

	return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
