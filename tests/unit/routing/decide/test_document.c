/* Documents in their right place that are not right, the fetching of their files, and the facts
 * that come back. */
#include <string.h>

#include "proto/digest.h"
#include "tests/unit/support/fixture.h"

static const char *const to_us[] = { "huyen-a", NULL };
static const char *const to_xa_a1[] = { "xa-a1", NULL };

/* The signed refusal that this plan makes, to whom it goes and why. */
static void expect_refusal(struct stage *g, const char *to, enum err why)
{
	const struct draft *d;

	assert_int_equal(g->s->plan->draft_count, 1);
	d = &g->s->plan->drafts[0];
	assert_int_equal(d->head.kind, KIND_REFUSAL);
	assert_int_equal(d->fact.reason, why);
	assert_int_equal(d->head.recipient_count, 1);
	assert_string_equal(d->head.recipients[0].committee.text, to);
	assert_int_equal(station_notice(g->s, NOTICE_REFUSED)->reason, why);
	station_commit(g->s);
	/* Refused is dealt with: the stream goes on. */
	assert_int_equal(station_said(g->s, "tinh", MESSAGE_ACKNOWLEDGE, 0)->u.acknowledge.have,
			 g->tinh.seq[LANE_NORMAL]);
	assert_int_equal(station_count(g->s, FAMILY_DOCUMENT), 0);
	station_clear(g->s);
}

static void publish(struct stage *g, const struct draft *d)
{
	neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, d);
}

static void test_bad_signature_is_asked_for_again_and_then_refused_to_the_neighbour(void **state)
{
	struct stage *g = *state;
	struct draft d = fixture_document(g->f, "tinh", 1, to_us);
	struct event e;
	uint8_t *broken;

	neighbour_up(g->s, &g->tinh);
	fixture_seal(g->f, "tinh", &d);
	broken = arena_alloc(g->f->arena, d.envelope.len_bytes);
	memcpy(broken, d.envelope.data, d.envelope.len_bytes);
	broken[d.envelope.len_bytes - 1] ^= 1;
	d.envelope.data = broken;
	e = neighbour_item(g->s, &g->tinh, LANE_NORMAL, &d, NULL);
	for (unsigned i = 0; i < 2; i++) {
		station_take(g->s, &e);
		assert_int_equal(g->s->plan->draft_count, 0); /* spoilt on the way? */
	}
	station_take(g->s, &e);
	expect_refusal(g, "tinh", ERR_SIGNATURE);
}

static void test_rules_are_answered_to_the_signer(void **state)
{
	struct stage *g = *state;
	struct draft d;

	neighbour_up(g->s, &g->tinh);
	d = fixture_document(g->f, "xa-b1", 1, to_us);
	d.head.secrecy = SECRECY_MAT;
	fixture_seal(g->f, "xa-b1", &d);
	publish(g, &d);
	expect_refusal(g, "xa-b1", ERR_SECRET);
	d = fixture_document(g->f, "xa-b1", 2, to_us);
	d.head.manifest_count = 0;
	d.body = (struct blob){ NULL, 0 };
	fixture_seal(g->f, "xa-b1", &d);
	publish(g, &d);
	expect_refusal(g, "xa-b1", ERR_FORMAT);
	d = fixture_document(g->f, "xa-b1", 3, (const char *const[]){ "nowhere", NULL });
	fixture_seal(g->f, "xa-b1", &d);
	publish(g, &d);
	expect_refusal(g, "xa-b1", ERR_UNKNOWN_RECIPIENT);
	d = fixture_document(g->f, "xa-b1", 4, (const char *const[]){ "xa-b1", "tinh", NULL });
	fixture_seal(g->f, "xa-b1", &d);
	publish(g, &d);
	expect_refusal(g, "xa-b1", ERR_NOT_ADDRESSED); /* all lie where it came from */
}

static void test_content_that_is_not_what_the_manifest_says_is_refused(void **state)
{
	struct stage *g = *state;
	struct draft d = fixture_document(g->f, "xa-b1", 1, to_us);
	struct manifest_item item = d.head.manifest[0];

	neighbour_up(g->s, &g->tinh);
	item.sha256.bytes[0] ^= 1;
	d.head.manifest = &item;
	fixture_seal(g->f, "xa-b1", &d);
	publish(g, &d);
	expect_refusal(g, "xa-b1", ERR_DIGEST);
}

static void test_own_document_that_comes_back_is_a_loop_and_answered_to_nobody(void **state)
{
	struct stage *g = *state;
	struct draft d = fixture_document(g->f, "huyen-a", 1, to_xa_a1);

	neighbour_up(g->s, &g->tinh);
	fixture_seal(g->f, "huyen-a", &d);
	publish(g, &d);
	assert_int_equal(g->s->plan->draft_count, 0);
	assert_int_equal(station_notice(g->s, NOTICE_REFUSED)->reason, ERR_LOOP);
	station_commit(g->s);
	assert_int_equal(station_count(g->s, FAMILY_DOCUMENT), 0);
}

static void test_own_relay_record_is_a_loop_and_too_many_are_the_hop_limit(void **state)
{
	struct stage *g = *state;
	struct draft d = fixture_document(g->f, "tinh", 1, to_us);
	struct relay_note notes[2] = { { .relay = { "huyen-b" } }, { .relay = { "huyen-a" } } };
	struct event e;

	neighbour_up(g->s, &g->tinh);
	d.head.hop_limit = 2;
	fixture_seal(g->f, "tinh", &d);
	e = neighbour_item(g->s, &g->tinh, LANE_NORMAL, &d, NULL);
	e.u.publish.relay_notes = notes;
	e.u.publish.relays = (struct blob[2]){ fixture_blob("r"), fixture_blob("r") };
	e.u.publish.relay_count = 2;
	station_take(g->s, &e);
	expect_refusal(g, "tinh", ERR_LOOP);
	notes[1].relay = fixture_id("xa-b1");
	d.head.id = fixture_doc_id(2);
	fixture_seal(g->f, "tinh", &d);
	e = neighbour_item(g->s, &g->tinh, LANE_NORMAL, &d, NULL);
	e.u.publish.relay_notes = notes;
	e.u.publish.relays = (struct blob[2]){ fixture_blob("r"), fixture_blob("r") };
	e.u.publish.relay_count = 2;
	station_take(g->s, &e);
	expect_refusal(g, "tinh", ERR_HOP_LIMIT);
}

static void test_targets_that_the_signer_did_not_name_are_the_neighbours_fault(void **state)
{
	struct stage *g = *state;
	struct draft d = fixture_document(g->f, "tinh", 1, to_us);
	struct event e;

	neighbour_up(g->s, &g->tinh);
	fixture_seal(g->f, "tinh", &d);
	e = neighbour_item(g->s, &g->tinh, LANE_NORMAL, &d, to_xa_a1);
	station_clear(g->s);
	station_take(g->s, &e);
	assert_int_equal(g->s->plan->draft_count, 0); /* no refusal: the signer did nothing wrong */
	station_commit(g->s);
	assert_int_equal(station_count(g->s, FAMILY_DOCUMENT), 0);
}

static void test_targets_limit_whom_this_hop_serves(void **state)
{
	struct stage *g = *state;
	struct draft d = fixture_document(
	    g->f, "tinh", 1, (const char *const[]){ "huyen-a", "xa-a1", "xa-a2", NULL });
	struct event e;

	neighbour_up(g->s, &g->tinh);
	fixture_seal(g->f, "tinh", &d);
	e = neighbour_item(g->s, &g->tinh, LANE_NORMAL, &d, (const char *const[]){ "xa-a2", NULL });
	station_take(g->s, &e);
	station_commit(g->s);
	assert_false(
	    station_has(g->s, FAMILY_STREAM, key_seq(fixture_id("xa-a1"), LANE_NORMAL, 1)));
	assert_true(station_has(g->s, FAMILY_STREAM, key_seq(fixture_id("xa-a2"), LANE_NORMAL, 1)));
	/* Ours by the signed head, whoever it was to be passed on to: the copy that names us may
	 * never come. */
	assert_int_equal(station_count(g->s, FAMILY_RECEIPT), 1);
}

static void test_same_id_with_another_envelope_is_a_conflict_told_to_the_signer(void **state)
{
	struct stage *g = *state;
	struct draft d = fixture_document(g->f, "tinh", 1, to_us),
		     other = fixture_document(g->f, "tinh", 1, (const char *const[]){ "**", NULL });
	struct record r;

	neighbour_up(g->s, &g->tinh);
	fixture_seal(g->f, "tinh", &d);
	fixture_seal(g->f, "tinh", &other);
	publish(g, &d);
	station_commit(g->s);
	station_clear(g->s);
	publish(g, &other);
	assert_int_equal(g->s->plan->draft_count, 1);
	assert_int_equal(g->s->plan->drafts[0].fact.reason, ERR_CONFLICT);
	assert_memory_equal(&g->s->plan->drafts[0].fact.document.digest, &other.digest, 32);
	station_commit(g->s);
	assert_int_equal(station_count(g->s, FAMILY_DOCUMENT), 1);
	r = station_get(g->s, FAMILY_IDENT, key_ident(d.head.id, d.head.origin));
	assert_memory_equal(&r.u.ident.digest, &d.digest, 32);
}

/* ---- files ---- */

static struct draft with_file(struct stage *g, const char *const *recipients)
{
	struct draft d = fixture_document(g->f, "tinh", 1, recipients);
	struct manifest_item *item = arena_alloc(g->f->arena, sizeof *item);

	*item = fixture_file_item(100000);
	d.head.manifest = item;
	fixture_seal(g->f, "tinh", &d);
	return d;
}

static void test_document_with_files_waits_for_them_before_any_receipt(void **state)
{
	struct stage *g = *state;
	struct draft d = with_file(g, to_us);
	struct record r;

	neighbour_up(g->s, &g->tinh);
	publish(g, &d);
	station_commit(g->s);
	assert_string_equal(station_act(g->s, ACT_FETCH, 0)->neighbour.text, "tinh");
	assert_int_equal(station_count(g->s, FAMILY_FETCH), 1);
	assert_int_equal(station_count(g->s, FAMILY_FILE), 1);
	assert_int_equal(station_count(g->s, FAMILY_RECEIPT), 0);
	assert_int_equal(station_count(g->s, FAMILY_STATE), 0);
	assert_null(station_notice(g->s, NOTICE_ARRIVED));
	r = station_get(g->s, FAMILY_FETCH, key_seq(g->tinh.id, LANE_NORMAL, 1));
	assert_int_equal(r.u.fetch.role, ROLE_IN);
}

static struct event fetched(struct stage *g, enum err result)
{
	struct record r = station_get(g->s, FAMILY_FETCH, key_seq(g->tinh.id, LANE_NORMAL, 1));
	struct event e = { .type = EVENT_FETCHED };

	e.u.fetched = (struct ev_fetched){ g->tinh.id,	   LANE_NORMAL,	     1,
					   r.u.fetch.role, r.u.fetch.serial, result };
	station_clear(g->s);
	return e;
}

static void test_last_file_completes_once_however_often_it_is_told(void **state)
{
	struct stage *g = *state;
	struct draft d = with_file(g, to_us);
	struct event e;

	neighbour_up(g->s, &g->tinh);
	publish(g, &d);
	station_commit(g->s);
	e = fetched(g, ERR_OK);
	station_take(g->s, &e);
	station_take(g->s, &e);
	assert_int_equal(g->s->plan->draft_count, 1);
	station_commit(g->s);
	assert_non_null(station_said(g->s, "tinh", MESSAGE_COMPLETE, 0));
	assert_null(station_said(g->s, "tinh", MESSAGE_COMPLETE, 1));
	assert_int_equal(station_count(g->s, FAMILY_FETCH), 0);
	assert_int_equal(station_count(g->s, FAMILY_RECEIPT), 1);
}

static void test_file_that_can_never_be_right_is_refused_to_the_signer_for_good(void **state)
{
	struct stage *g = *state;
	struct draft d = with_file(g, to_us);
	struct record r;
	struct event e;

	neighbour_up(g->s, &g->tinh);
	publish(g, &d);
	station_commit(g->s);
	e = fetched(g, ERR_DIGEST);
	station_take(g->s, &e);
	assert_int_equal(g->s->plan->drafts[0].fact.reason, ERR_DIGEST);
	assert_string_equal(g->s->plan->drafts[0].head.recipients[0].committee.text, "tinh");
	station_commit(g->s);
	assert_int_equal(station_count(g->s, FAMILY_FETCH), 0);
	r = station_get(g->s, FAMILY_IDENT, key_ident(d.head.id, d.head.origin));
	assert_true(station_get(g->s, FAMILY_STATE, key_serial(ROLE_IN, r.u.ident.serial))
			.u.state.content_dropped);
	assert_null(station_notice(g->s, NOTICE_ARRIVED));
}

static void test_pins_are_answered_for_what_needs_no_fetching_any_more(void **state)
{
	static const uint64_t seqs[] = { 1, 2, 99 };
	struct stage *g = *state;
	struct draft d = with_file(g, to_us), plain = fixture_document(g->f, "tinh", 2, to_us);
	struct message m = { .type = MESSAGE_PINNED };
	const struct message *answer;

	fixture_seal(g->f, "tinh", &plain);
	neighbour_up(g->s, &g->tinh);
	publish(g, &d);
	publish(g, &plain);
	station_commit(g->s);
	station_clear(g->s);
	m.u.seqs = (struct msg_seqs){ LANE_NORMAL, g->tinh.streams[LANE_NORMAL], seqs, 3 };
	neighbour_says(g->s, &g->tinh, &m);
	answer = station_said(g->s, "tinh", MESSAGE_COMPLETE, 0);
	/* not the one being fetched, not one that never came */
	assert_int_equal(answer->u.seqs.count, 1);
	assert_int_equal(answer->u.seqs.seqs[0], 2);
	assert_int_equal(station_acts(g->s, ACT_FETCH), 1);
}

/* ---- facts ---- */

/* A document of ours to xa-b1 and tinh, over tinh. */
static struct document_ref send_one(struct stage *g)
{
	struct submission u = { .recipients = { { .committee = { "xa-b1" } },
						{ .committee = { "tinh" } } } };
	struct document_ref ref = { .origin = g->s->self, .id = fixture_doc_id(1) };

	station_take(g->s, submission_of(&u, 1, 2));
	station_commit(g->s);
	ref.digest = g->s->plan->drafts[0].digest;
	station_clear(g->s);
	return ref;
}

static void fact_arrives(struct stage *g, const char *signer, enum kind kind,
			 struct document_ref about, unsigned id)
{
	struct fact f = { .kind = kind,
			  .document = about,
			  .at_ms = FIXTURE_NOW_MS,
			  .reason = kind == KIND_REFUSAL ? ERR_DIGEST : 0,
			  .relay_event = 2,
			  .hop = 1,
			  .note = "" };
	struct draft d = fixture_fact(g->f, signer, g->s->self.text, id, &f);

	station_clear(g->s);
	neighbour_publishes(g->s, &g->tinh, LANE_FACTS, &d);
	station_commit(g->s);
}

static struct rec_state state_of(struct stage *g)
{
	struct record r = station_get(g->s, FAMILY_IDENT, key_ident(fixture_doc_id(1), g->s->self));

	return station_get(g->s, FAMILY_STATE, key_serial(ROLE_OUT, r.u.ident.serial)).u.state;
}

static void test_receipts_count_once_each_and_the_last_closes(void **state)
{
	struct stage *g = *state;
	struct document_ref ref;

	neighbour_up(g->s, &g->tinh);
	ref = send_one(g);
	fact_arrives(g, "xa-b1", KIND_RECEIPT, ref, 101);
	assert_non_null(station_notice(g->s, NOTICE_RECEIPT));
	fact_arrives(g, "xa-b1", KIND_RECEIPT, ref, 102);
	assert_null(station_notice(g->s, NOTICE_RECEIPT));
	assert_true(state_of(g).delivered == 1 && state_of(g).closed_at_ms == 0);
	fact_arrives(g, "tinh", KIND_RECEIPT, ref, 103);
	assert_true(state_of(g).delivered == 2 && state_of(g).closed_at_ms != 0);
	assert_non_null(station_notice(g->s, NOTICE_DELIVERED));
}

static void test_refusal_then_receipt_is_delivered_and_not_the_other_way(void **state)
{
	struct stage *g = *state;
	struct document_ref ref;

	neighbour_up(g->s, &g->tinh);
	ref = send_one(g);
	fact_arrives(g, "xa-b1", KIND_REFUSAL, ref, 101);
	assert_true(state_of(g).refused == 1 && state_of(g).delivered == 0);
	fact_arrives(g, "xa-b1", KIND_RECEIPT, ref, 102);
	assert_true(state_of(g).refused == 0 && state_of(g).delivered == 1);
	fact_arrives(g, "xa-b1", KIND_REFUSAL, ref, 103);
	assert_true(state_of(g).refused == 0 && state_of(g).delivered == 1);
}

static void test_refusal_of_a_hop_speaks_for_all_beyond_it_and_for_no_other(void **state)
{
	struct stage *g = *state;
	struct document_ref ref;

	neighbour_up(g->s, &g->tinh);
	ref = send_one(g);
	fact_arrives(g, "xa-a2", KIND_REFUSAL, ref, 101); /* not on the way to anybody */
	assert_int_equal(state_of(g).refused, 0);
	fact_arrives(g, "huyen-b", KIND_REFUSAL, ref, 102); /* on the way to xa-b1 only */
	assert_int_equal(state_of(g).refused, 1);
	fact_arrives(g, "tinh", KIND_REFUSAL, ref, 103);
	assert_int_equal(state_of(g).refused, 2);
}

static void test_fact_by_a_stranger_or_about_something_else_is_dropped_and_counted(void **state)
{
	struct stage *g = *state;
	struct document_ref ref, wrong;
	struct link_view view;

	neighbour_up(g->s, &g->tinh);
	ref = send_one(g);
	fact_arrives(g, "huyen-b", KIND_RECEIPT, ref, 101); /* no recipient */
	assert_int_equal(station_notice(g->s, NOTICE_REFUSED)->reason, ERR_NOT_ADDRESSED);
	wrong = ref;
	wrong.digest.bytes[0] ^= 1;
	fact_arrives(g, "xa-b1", KIND_RECEIPT, wrong, 102);
	assert_int_equal(station_notice(g->s, NOTICE_REFUSED)->reason, ERR_DIGEST);
	wrong = ref;
	wrong.id = fixture_doc_id(9);
	fact_arrives(g, "xa-b1", KIND_RECEIPT, wrong, 103);
	assert_int_equal(station_notice(g->s, NOTICE_REFUSED)->reason, ERR_NOT_FOUND);
	wrong = ref;
	wrong.origin = fixture_id("tinh");
	fact_arrives(g, "xa-b1", KIND_RECEIPT, wrong, 104);
	assert_int_equal(station_notice(g->s, NOTICE_REFUSED)->reason, ERR_NOT_FOUND);
	assert_true(state_of(g).delivered == 0 && state_of(g).refused == 0);
	/* never answered: facts about facts would have no end */
	assert_int_equal(g->s->plan->draft_count, 0);
	assert_true(core_link_find(g->s->core, g->tinh.id, &view));
	assert_int_equal(view.violations, 4);
	assert_true(view.up);
}

static void test_fact_for_somebody_below_is_passed_on_as_it_came(void **state)
{
	struct stage *g = *state;
	struct fact f = { .kind = KIND_RECEIPT,
			  .document = { { "xa-a1" }, fixture_doc_id(5), fixture_digest("d") },
			  .note = "" };
	struct draft d = fixture_fact(g->f, "tinh", "xa-a1", 101, &f),
		     back = fixture_fact(g->f, "xa-b1", "huyen-b", 102, &f);
	struct record r;

	neighbour_up(g->s, &g->tinh);
	neighbour_publishes(g->s, &g->tinh, LANE_FACTS, &d);
	neighbour_publishes(g->s, &g->tinh, LANE_FACTS, &back); /* lies where it came from */
	station_commit(g->s);
	r = station_get(g->s, FAMILY_STREAM, key_seq(fixture_id("xa-a1"), LANE_FACTS, 1));
	assert_int_equal(r.u.stream.fact.bytes.len_bytes, d.envelope.len_bytes);
	assert_memory_equal(r.u.stream.fact.bytes.data, d.envelope.data, d.envelope.len_bytes);
	assert_int_equal(station_count(g->s, FAMILY_STREAM), 1);
	assert_int_equal(station_notice(g->s, NOTICE_REFUSED)->reason, ERR_NO_ROUTE);
}

static void test_document_in_the_lane_of_facts_is_not_taken(void **state)
{
	struct stage *g = *state;
	struct draft d = fixture_document(g->f, "tinh", 1, to_us);

	neighbour_up(g->s, &g->tinh);
	fixture_seal(g->f, "tinh", &d);
	neighbour_publishes(g->s, &g->tinh, LANE_FACTS, &d);
	station_commit(g->s);
	assert_int_equal(station_count(g->s, FAMILY_DOCUMENT), 0);
	assert_int_equal(station_notice(g->s, NOTICE_REFUSED)->reason, ERR_PROTOCOL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_set_up, stage_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_bad_signature_is_asked_for_again_and_then_refused_to_the_neighbour),
		TEST(test_rules_are_answered_to_the_signer),
		TEST(test_content_that_is_not_what_the_manifest_says_is_refused),
		TEST(test_own_document_that_comes_back_is_a_loop_and_answered_to_nobody),
		TEST(test_own_relay_record_is_a_loop_and_too_many_are_the_hop_limit),
		TEST(test_targets_that_the_signer_did_not_name_are_the_neighbours_fault),
		TEST(test_targets_limit_whom_this_hop_serves),
		TEST(test_same_id_with_another_envelope_is_a_conflict_told_to_the_signer),
		TEST(test_document_with_files_waits_for_them_before_any_receipt),
		TEST(test_last_file_completes_once_however_often_it_is_told),
		TEST(test_file_that_can_never_be_right_is_refused_to_the_signer_for_good),
		TEST(test_pins_are_answered_for_what_needs_no_fetching_any_more),
		TEST(test_receipts_count_once_each_and_the_last_closes),
		TEST(test_refusal_then_receipt_is_delivered_and_not_the_other_way),
		TEST(test_refusal_of_a_hop_speaks_for_all_beyond_it_and_for_no_other),
		TEST(test_fact_by_a_stranger_or_about_something_else_is_dropped_and_counted),
		TEST(test_fact_for_somebody_below_is_passed_on_as_it_came),
		TEST(test_document_in_the_lane_of_facts_is_not_taken),
	};

	return cmocka_run_group_tests_name("decide_document", tests, NULL, NULL);
}
