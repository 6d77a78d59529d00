/* From a frame to events: a bad envelope gives an event with a verdict, a bad frame none at all. */
#include "daemon/links/publish_opener.h"

#include <stdio.h>
#include <string.h>

#include "proto/body.h"
#include "proto/wire_encode.h"
#include "tests/unit/support/fixture.h"

static struct publish_opener_frame at(struct blob bytes)
{
	return (struct publish_opener_frame){ .bytes = bytes, .wall_ms = FIXTURE_NOW_MS };
}

static const char *const to_us[] = { "huyen-a", NULL };

static int set_up(void **state)
{
	*state = fixture_new();
	return 0;
}

static int tear_down(void **state)
{
	fixture_free(*state);
	return 0;
}

static struct draft document(struct fixture *f, unsigned id)
{
	struct draft d = fixture_document(f, "tinh", id, to_us);

	fixture_seal(f, "tinh", &d);
	return d;
}

static enum err open_items(struct fixture *f, const struct publish_item *items, uint32_t n,
			   struct event **events, uint32_t *count)
{
	struct publish_opener o = { .verifier = f->verifier,
			    .self = { "huyen-a" },
			    .directory_version = 5 };
	struct message m = { .type = MESSAGE_PUBLISH,
			     .u.publish = { LANE_NORMAL, { { 3 } }, items, n, 5 } };
	struct publish_opener_events opened;
	struct blob frame;
	enum err e;

	assert_ok(wire_encode(f->arena, &m, &frame));
	e = publish_opener_open(&o, f->arena, fixture_id("tinh"), at(frame), &opened);
	*events = opened.list;
	*count = opened.count;
	return e;
}

static const struct ev_publish *open_one(struct fixture *f, const struct publish_item *item)
{
	struct event *events;
	uint32_t count;

	assert_ok(open_items(f, item, 1, &events, &count));
	assert_int_equal(count, 1);
	assert_int_equal(events[0].type, EVENT_PUBLISH);
	return &events[0].u.publish;
}

static void test_good_document_comes_with_all_that_the_core_needs(void **state)
{
	struct fixture *f = *state;
	struct draft d = document(f, 1);
	const struct ev_publish *e = open_one(
	    f, &(struct publish_item){ .seq = 9, .envelope = d.envelope, .chain = { { 1 } } });

	assert_int_equal(e->verdict, ERR_OK);
	assert_true(e->lane == LANE_NORMAL && e->seq == 9 && e->stream.bytes[0] == 3 &&
		    e->chain.bytes[0] == 1 && e->opened_under == 5);
	assert_string_equal(e->neighbour.text, "tinh");
	assert_string_equal(e->signer.text, "tinh");
	assert_string_equal(e->summary.number, "31-KH/ĐU");
	assert_memory_equal(&e->digest, &d.digest, 32);
	assert_int_equal(e->envelope.len_bytes, d.envelope.len_bytes);
	assert_null(e->fact);
}

static void test_bad_envelope_among_good_ones_spoils_only_itself(void **state)
{
	struct fixture *f = *state;
	struct draft d[3] = { document(f, 1), document(f, 2), document(f, 3) };
	struct publish_item items[3];
	struct event *events;
	uint32_t count;

	for (uint32_t i = 0; i < 3; i++)
		items[i] = (struct publish_item){ .seq = i + 1, .envelope = d[i].envelope };
	items[1].envelope = fixture_blob("rubbish");
	assert_ok(open_items(f, items, 3, &events, &count));
	assert_int_equal(count, 3);
	assert_int_equal(events[0].u.publish.verdict, ERR_OK);
	assert_int_equal(events[1].u.publish.verdict, ERR_FORMAT);
	assert_null(events[1].u.publish.head);
	assert_string_equal(events[1].u.publish.signer.text, "");
	assert_int_equal(events[2].u.publish.verdict, ERR_OK);
}

static void test_head_without_a_good_signature_is_not_shown(void **state)
{
	struct fixture *f = *state;
	struct draft d = document(f, 1), foreign = fixture_document(f, "tinh", 2, to_us);
	uint8_t *bytes = arena_alloc(f->arena, d.envelope.len_bytes);
	const struct ev_publish *e;

	memcpy(bytes, d.envelope.data, d.envelope.len_bytes);
	bytes[d.envelope.len_bytes - 1] ^= 1;
	e = open_one(
	    f, &(struct publish_item){ .seq = 1, .envelope = { bytes, d.envelope.len_bytes } });
	assert_int_equal(e->verdict, ERR_SIGNATURE);
	assert_null(e->head);
	/* its digest is known all the same: the chain goes over it */
	assert_memory_equal(&e->digest, &d.digest, 32);
	fixture_seal(f, "huyen-b", &foreign);
	e = open_one(f, &(struct publish_item){ .seq = 1, .envelope = foreign.envelope });
	assert_int_equal(e->verdict, ERR_NOT_SIGNER);
	assert_null(e->head);
}

static void test_revoked_keys_head_is_shown_so_that_its_signer_can_be_notified(void **state)
{
	struct fixture *f = *state;
	struct draft d = document(f, 1);
	const struct ev_publish *e;

	f->keys[fixture_index(f, "tinh")].revoked_from_ms = FIXTURE_NOW_MS - 5;
	e = open_one(f, &(struct publish_item){ .seq = 1, .envelope = d.envelope });
	assert_int_equal(e->verdict, ERR_KEY_REVOKED);
	assert_string_equal(e->head->origin.text, "tinh");
}

static void test_body_that_does_not_fit_its_manifest_is_refused(void **state)
{
	struct fixture *f = *state;
	struct draft d = fixture_document(f, "tinh", 1, to_us);
	struct manifest_item items[2] = { d.head.manifest[0], d.head.manifest[0] };
	struct document_body empty = { .part_count = 0 };

	d.head.manifest = items;
	d.head.manifest_count = 2; /* one part only */
	fixture_seal(f, "tinh", &d);
	assert_int_equal(
	    open_one(f, &(struct publish_item){ .seq = 1, .envelope = d.envelope })->verdict,
	    ERR_FORMAT);
	d.head.manifest_count = 1;
	items[0].size_bytes++;
	fixture_seal(f, "tinh", &d);
	assert_int_equal(
	    open_one(f, &(struct publish_item){ .seq = 1, .envelope = d.envelope })->verdict,
	    ERR_DIGEST);
	d.head.manifest_count = 0;
	assert_ok(document_body_pack(f->arena, &empty, &d.body));
	fixture_seal(f, "tinh", &d);
	assert_int_equal(
	    open_one(f, &(struct publish_item){ .seq = 1, .envelope = d.envelope })->verdict,
	    ERR_OK);
	d.body = fixture_blob("junk");
	fixture_seal(f, "tinh", &d);
	assert_int_equal(
	    open_one(f, &(struct publish_item){ .seq = 1, .envelope = d.envelope })->verdict,
	    ERR_FORMAT);
}

static void test_body_of_a_later_version_is_passed_on_unread(void **state)
{
	struct fixture *f = *state;
	struct draft d = fixture_document(f, "tinh", 1, to_us);
	const struct ev_publish *e;

	d.head.body_version = 2;
	d.body = fixture_blob("\x0a");
	fixture_seal(f, "tinh", &d);
	e = open_one(f, &(struct publish_item){ .seq = 1, .envelope = d.envelope });
	assert_int_equal(e->verdict, ERR_OK);
	assert_string_equal(e->summary.number, "");
}

static struct draft relay_about(struct fixture *f, const char *signer, struct document_ref about)
{
	struct fact fact = { .kind = KIND_RELAY,
			     .document = about,
			     .at_ms = FIXTURE_NOW_MS,
			     .relay_event = 1,
			     .hop = 1,
			     .note = "" };

	return fixture_fact(f, signer, "tinh", 50, &fact);
}

static enum err with_relay(struct fixture *f, const struct draft *d, struct blob relay)
{
	return open_one(f,
			&(struct publish_item){
			    .seq = 1, .envelope = d->envelope, .relays = &relay, .relay_count = 1 })
	    ->verdict;
}

static void test_relay_records_must_be_good_and_about_this_document(void **state)
{
	struct fixture *f = *state;
	struct draft d = document(f, 1), relay;
	struct document_ref ref = { d.head.origin, d.head.id, d.digest };
	struct fact receipt = { .kind = KIND_RECEIPT, .document = ref, .note = "" };
	const struct ev_publish *e;
	uint8_t *bytes;

	relay = relay_about(f, "huyen-b", ref);
	e = open_one(
	    f, &(struct publish_item){
		   .seq = 1, .envelope = d.envelope, .relays = &relay.envelope, .relay_count = 1 });
	assert_int_equal(e->verdict, ERR_OK);
	assert_string_equal(e->relay_notes[0].relay.text, "huyen-b");
	assert_int_equal(e->relay_notes[0].fact.hop, 1);
	bytes = arena_alloc(f->arena, relay.envelope.len_bytes);
	memcpy(bytes, relay.envelope.data, relay.envelope.len_bytes);
	bytes[relay.envelope.len_bytes - 1] ^= 1;
	/* the neighbour had checked it */
	assert_int_equal(with_relay(f, &d, (struct blob){ bytes, relay.envelope.len_bytes }),
			 ERR_CHAIN);
	/* a document is no relay record */
	assert_int_equal(with_relay(f, &d, d.envelope), ERR_CHAIN);
	relay = fixture_fact(f, "huyen-b", "tinh", 51, &receipt);
	assert_int_equal(with_relay(f, &d, relay.envelope), ERR_CHAIN);
	ref.id = fixture_doc_id(2);
	relay = relay_about(f, "huyen-b", ref);
	assert_int_equal(with_relay(f, &d, relay.envelope), ERR_CHAIN);
	bytes = arena_alloc(f->arena, RELAY_RECORD_MAX_BYTES + 1);
	assert_int_equal(with_relay(f, &d, (struct blob){ bytes, RELAY_RECORD_MAX_BYTES + 1 }),
			 ERR_CHAIN);
}

/* Whose clock was ahead, or whose key has ended, shows the way and proves nothing about when: the
 * document itself is right. */
static void test_a_relay_whose_clock_was_ahead_holds_up_nothing_and_proves_no_custody(void **state)
{
	struct fixture *f = *state;
	struct draft d = document(f, 1), relay;
	struct document_ref ref = { d.head.origin, d.head.id, d.digest };
	struct publish_item item = {
		.seq = 1, .envelope = d.envelope, .relays = &relay.envelope, .relay_count = 1
	};
	struct key_info *signer = &f->keys[fixture_index(f, "tinh")],
			*passed_on = &f->keys[fixture_index(f, "huyen-b")];
	const struct ev_publish *e;

	relay = relay_about(f, "huyen-b", ref);
	signer->to_ms = FIXTURE_NOW_MS - 2 * CLOCK_TOLERANCE_MS;
	d.head.signed_at_ms = signer->to_ms - 1;
	fixture_seal(f, "tinh", &d);
	item.envelope = d.envelope;
	ref.digest = d.digest;
	relay.fact.document = ref;
	relay.fact.at_ms = signer->to_ms - 1;
	fixture_seal(f, "huyen-b", &relay);
	/* seen by another before its key ended */
	assert_int_equal(open_one(f, &item)->verdict, ERR_OK);
	relay.head.signed_at_ms = FIXTURE_NOW_MS + 2 * CLOCK_TOLERANCE_MS;
	fixture_seal(f, "huyen-b", &relay);
	assert_int_equal(open_one(f, &item)->verdict, ERR_KEY_NOT_VALID);
	relay.head.signed_at_ms = FIXTURE_NOW_MS;
	fixture_seal(f, "huyen-b", &relay);
	passed_on->revoked_from_ms = FIXTURE_NOW_MS;
	assert_int_equal(open_one(f, &item)->verdict, ERR_KEY_NOT_VALID);
	passed_on->revoked_from_ms = 0;
	signer->to_ms = 0;
	relay.head.signed_at_ms = FIXTURE_NOW_MS + 2 * CLOCK_TOLERANCE_MS;
	fixture_seal(f, "huyen-b", &relay);
	e = open_one(f, &item);
	assert_int_equal(e->verdict, ERR_OK);
	assert_true(e->relay_notes[0].ahead && e->relay_notes[0].no_custody);
	assert_string_equal(e->relay_notes[0].relay.text, "huyen-b");
}

/* Relay records of a document, as large as one may be. */
static void make_large_relays(struct fixture *f, const struct draft *d, struct blob *relays,
			      unsigned count)
{
	struct recipient many[20] = { { .group = GROUP_NONE } };
	struct fact fact = { .kind = KIND_RELAY,
			     .at_ms = FIXTURE_NOW_MS,
			     .relay_event = 1,
			     .hop = 1,
			     .note = "",
			     .document = { d->head.origin, d->head.id, d->digest } };

	for (unsigned i = 0; i < COUNT_OF(many); i++)
		snprintf(many[i].committee.text, sizeof many[i].committee.text,
			 "mot-noi-nhan-co-ten-that-la-dai%u", i % 10);
	for (unsigned i = 0; i < count; i++) {
		struct draft relay = fixture_fact(f, "huyen-b", "tinh", 50 + i, &fact);

		relay.head.recipients = many;
		relay.head.recipient_count = COUNT_OF(many);
		fixture_seal(f, "huyen-b", &relay);
		relays[i] = relay.envelope;
	}
	assert_true(relays[0].len_bytes > 950 && relays[0].len_bytes <= RELAY_RECORD_MAX_BYTES);
}

static void test_what_would_not_fit_a_frame_when_it_goes_on_is_refused(void **state)
{
	struct fixture *f = *state;
	struct draft d = fixture_document(f, "tinh", 1, (const char *const[]){ "huyen-a", NULL });
	struct publish_item item = { .seq = 1 };
	struct blob relays[HOP_LIMIT];
	uint8_t *body = arena_alloc(f->arena, 63 * 1024 + 700);

	memset(body, 'x', 63 * 1024 + 700);
	d.head.body_version = 2; /* passed on unread */
	d.body = (struct blob){ body, 63 * 1024 + 700 };
	fixture_seal(f, "tinh", &d);
	make_large_relays(f, &d, relays, HOP_LIMIT);
	item.envelope = d.envelope;
	item.relays = relays;
	item.relay_count = 13;
	assert_int_equal(open_one(f, &item)->verdict, ERR_OK);
	/* They still come in one frame, and with ours there is none for them. */
	item.relay_count = HOP_LIMIT;
	assert_true(wire_item_bound(&item) <= ITEM_MAX_BYTES);
	assert_int_equal(open_one(f, &item)->verdict, ERR_TOO_LARGE);
}

static void test_room_for_our_own_record_and_some_names_is_the_bound(void **state)
{
	enum {
		OWN = ITEM_EACH_BYTES + RELAY_RECORD_MAX_BYTES,
		NAMES = ITEM_TARGETS_LEAST * (ITEM_EACH_BYTES + COMMITTEE_ID_MAX),
		BODY = 50 * 1024
	};
	struct fixture *f = *state;
	uint8_t *body = arena_alloc(f->arena, ENVELOPE_MAX_BYTES);
	size_t len = BODY;

	/* With the records of fifteen hops; the envelope grows to the last byte that goes on, and
	 * over it. */
	for (unsigned over = 0; over < 3; over++) {
		struct draft d =
		    fixture_document(f, "tinh", 1, (const char *const[]){ "huyen-a", NULL });
		struct publish_item item = { .seq = 1 };
		struct blob relays[HOP_LIMIT - 1];

		d.head.body_version = 2;
		d.body = (struct blob){ body, len };
		fixture_seal(f, "tinh", &d);
		make_large_relays(f, &d, relays, COUNT_OF(relays));
		item.envelope = d.envelope;
		item.relays = relays;
		item.relay_count = COUNT_OF(relays);
		if (over == 0) {
			assert_true(wire_item_bound(&item) + OWN + NAMES < ITEM_MAX_BYTES);
			len += ITEM_MAX_BYTES - NAMES - OWN - wire_item_bound(&item);
		} else {
			assert_int_equal(wire_item_bound(&item) + OWN + NAMES,
					 ITEM_MAX_BYTES + over - 1);
			assert_int_equal(open_one(f, &item)->verdict,
					 over == 1 ? ERR_OK : ERR_TOO_LARGE);
			len++;
		}
	}
}

static void test_fact_is_opened_and_directory_heads_do_not_travel_so(void **state)
{
	struct fixture *f = *state;
	struct fact receipt = {
		.kind = KIND_RECEIPT,
		.document = { { "huyen-a" }, fixture_doc_id(8), fixture_digest("d") },
		.note = ""
	};
	struct draft d = fixture_fact(f, "xa-b1", "huyen-a", 1, &receipt);
	const struct ev_publish *e =
	    open_one(f, &(struct publish_item){ .seq = 1, .envelope = d.envelope });
	struct rec_directory head = fixture_directory(f, 2).head;

	assert_int_equal(e->verdict, ERR_OK);
	assert_int_equal(e->fact->kind, KIND_RECEIPT);
	assert_memory_equal(&e->fact->document.digest, &receipt.document.digest, 32);
	e = open_one(f, &(struct publish_item){ .seq = 1, .envelope = head.head });
	assert_int_not_equal(e->verdict, ERR_OK);
}

/* Directories come by other messages, and nothing is decided by one that came as a document. */
static void test_directory_head_that_comes_as_an_item_is_unsupported(void **state)
{
	struct fixture *f = *state;
	struct draft d = fixture_document(f, "tinh", 1, to_us);

	d.head.kind = KIND_DIRECTORY;
	d.head.origin = (struct committee_id){ REGISTRY_ID };
	fixture_seal(f, "tinh", &d);
	f->keys[fixture_index(f, "tinh")].committee = d.head.origin;
	assert_int_equal(
		open_one(f, &(struct publish_item){ .seq = 1, .envelope = d.envelope })->verdict,
		ERR_UNSUPPORTED);
}

/* A status or a receipt that we signed comes back; whatever else a neighbour puts there is nothing
 * of ours. */
static void test_what_comes_back_is_what_we_signed_or_nothing(void **state)
{
	struct fixture *f = *state;
	struct fact receipt = { .kind = KIND_RECEIPT,
				.document = { { "tinh" }, fixture_doc_id(8), fixture_digest("d") },
				.at_ms = FIXTURE_NOW_MS },
		    refusal = receipt, returned = receipt;
	const struct draft good = fixture_fact(f, "huyen-a", "tinh", 1, &receipt),
			   foreign = fixture_fact(f, "huyen-b", "tinh", 2, &receipt);
	struct blob inside[4] = { good.envelope, foreign.envelope };

	refusal.kind = KIND_REFUSAL;
	returned.kind = KIND_RETURNED;
	inside[2] = fixture_fact(f, "huyen-a", "tinh", 3, &refusal).envelope;
	inside[3] = fixture_blob("rubbish");
	for (unsigned i = 0; i < COUNT_OF(inside); i++) {
		const struct ev_publish *e;
		struct draft d;

		returned.envelope = inside[i];
		d = fixture_fact(f, "tinh", "huyen-a", 10 + i, &returned);
		e = open_one(f, &(struct publish_item){ .seq = 1, .envelope = d.envelope });
		assert_ok(e->verdict);
		assert_true((e->returned != NULL) == (i == 0));
	}
}

static void test_frame_that_is_no_publish_gives_no_events(void **state)
{
	struct fixture *f = *state;
	struct publish_opener o = { .verifier = f->verifier, .self = { "huyen-a" } };
	struct message ping = { .type = MESSAGE_PING };
	struct publish_opener_events opened = { (struct event *)(uintptr_t)1, 7 };
	struct blob frame;

	assert_ok(wire_encode(f->arena, &ping, &frame));
	assert_int_equal(publish_opener_open(&o, f->arena, fixture_id("tinh"), at(frame), &opened),
			 ERR_PROTOCOL);
	assert_null(opened.list);
	assert_int_equal(opened.count, 0);
	assert_int_equal(publish_opener_open(&o, f->arena, fixture_id("tinh"),
					     at(fixture_blob("junk")), &opened),
			 ERR_PROTOCOL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_good_document_comes_with_all_that_the_core_needs),
		TEST(test_bad_envelope_among_good_ones_spoils_only_itself),
		TEST(test_head_without_a_good_signature_is_not_shown),
		TEST(test_revoked_keys_head_is_shown_so_that_its_signer_can_be_notified),
		TEST(test_body_that_does_not_fit_its_manifest_is_refused),
		TEST(test_body_of_a_later_version_is_passed_on_unread),
		TEST(test_relay_records_must_be_good_and_about_this_document),
		TEST(test_a_relay_whose_clock_was_ahead_holds_up_nothing_and_proves_no_custody),
		TEST(test_what_would_not_fit_a_frame_when_it_goes_on_is_refused),
		TEST(test_room_for_our_own_record_and_some_names_is_the_bound),
		TEST(test_fact_is_opened_and_directory_heads_do_not_travel_so),
		TEST(test_directory_head_that_comes_as_an_item_is_unsupported),
		TEST(test_what_comes_back_is_what_we_signed_or_nothing),
		TEST(test_frame_that_is_no_publish_gives_no_events),
	};

	return cmocka_run_group_tests_name("opener", tests, NULL, NULL);
}
