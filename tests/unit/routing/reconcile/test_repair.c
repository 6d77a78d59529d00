/* Records that a disk has damaged, more than one at a time, and neighbours that say something else:
 * nothing that was proven is taken back, and no state goes a way that it cannot go. What is damaged
 * one at a time is for the worlds of tests/sim/damages.c. */
#include "routing/reconcile/repair.h"

#include <string.h>

#include "tests/unit/support/fixture.h"

/* A document of ours to xa-b1 and tinh, over tinh. */
static struct document_ref send_one(struct stage *g)
{
	struct submission u = { .recipients = { { .committee = { "xa-b1" } },
						{ .committee = { "tinh" } } } };
	struct document_ref ref = { .origin = g->s->self, .id = fixture_doc_id(1) };

	neighbour_up(g->s, &g->tinh);
	station_take(g->s, submission_of(&u, 1, 2));
	station_commit(g->s);
	ref.digest = g->s->plan->drafts[0].digest;
	station_clear(g->s);
	return ref;
}

static void arrives(struct stage *g, const char *signer, enum kind kind, struct document_ref about,
		    unsigned id)
{
	struct fact f = { .kind = kind,
			  .document = about,
			  .at_ms = FIXTURE_NOW_MS,
			  .reason = kind == KIND_REFUSAL ? ERR_DIGEST : 0,
			  .note = "" };
	struct draft d = fixture_fact(g->f, signer, g->s->self.text, id, &f);

	station_clear(g->s);
	neighbour_publishes(g->s, &g->tinh, LANE_FACTS, &d);
	station_commit(g->s);
}

static struct doc_key ours(struct stage *g)
{
	struct record r = station_get(g->s, FAMILY_IDENT, key_ident(fixture_doc_id(1), g->s->self));

	return (struct doc_key){ r.u.ident.role, r.u.ident.serial };
}

static struct rec_state state_of(struct stage *g)
{
	return station_get(g->s, FAMILY_STATE, key_serial(ROLE_OUT, ours(g).serial)).u.state;
}

static struct key receipt_of(struct stage *g, const char *recipient)
{
	return key_receipt(ROLE_OUT, ours(g).serial, fixture_id(recipient));
}

static void spoil(struct stage *g, enum family family, struct key key)
{
	struct record r;

	assert_ok(memory_disk_spoil(g->s->disk, family, &key));
	assert_int_equal(g->s->lookup.get(g->s->lookup.ctx, g->f->arena, family, &key, &r),
			 ERR_DAMAGED);
	core_set_unsound(g->s->core, ERR_DAMAGED);
}

static void test_two_damaged_receipts_come_again_one_after_the_other(void **state)
{
	struct stage *g = *state;
	struct document_ref ref = send_one(g);

	arrives(g, "xa-b1", KIND_RECEIPT, ref, 101);
	arrives(g, "tinh", KIND_RECEIPT, ref, 102);
	assert_int_equal(state_of(g).delivered, 2);
	spoil(g, FAMILY_RECEIPT, receipt_of(g, "xa-b1"));
	spoil(g, FAMILY_RECEIPT, receipt_of(g, "tinh"));
	arrives(g, "xa-b1", KIND_RECEIPT, ref, 103);
	assert_true(state_of(g).delivered == 2 && state_of(g).closed_at_ms != 0);
	assert_true(station_has(g->s, FAMILY_RECEIPT, receipt_of(g, "xa-b1")));
	arrives(g, "tinh", KIND_RECEIPT, ref, 104);
	assert_int_equal(state_of(g).delivered, 2);
	assert_true(station_has(g->s, FAMILY_RECEIPT, receipt_of(g, "tinh")));
	/* nobody is told twice */
	assert_null(station_notice(g->s, NOTICE_RECEIPT));
	assert_null(station_notice(g->s, NOTICE_DELIVERED));
}

static void test_no_refusal_takes_the_place_of_a_damaged_receipt(void **state)
{
	struct stage *g = *state;
	struct document_ref ref = send_one(g);
	struct key key;
	struct record r;

	arrives(g, "xa-b1", KIND_RECEIPT, ref, 101);
	arrives(g, "tinh", KIND_RECEIPT, ref, 102);
	key = receipt_of(g, "xa-b1");
	spoil(g, FAMILY_RECEIPT, key);
	arrives(g, "xa-b1", KIND_REFUSAL, ref, 103);
	arrives(g, "tinh", KIND_REFUSAL, ref, 104); /* on the way to it */
	assert_true(state_of(g).delivered == 2 && state_of(g).refused == 0);
	assert_int_equal(g->s->lookup.get(g->s->lookup.ctx, g->f->arena, FAMILY_RECEIPT, &key, &r),
			 ERR_DAMAGED);
	arrives(g, "xa-b1", KIND_RECEIPT, ref, 105);
	assert_true(station_has(g->s, FAMILY_RECEIPT, key));
}

static void test_a_damaged_refusal_comes_again_or_a_receipt_takes_its_place(void **state)
{
	struct stage *g = *state;
	struct document_ref ref = send_one(g);
	struct key key;

	arrives(g, "xa-b1", KIND_REFUSAL, ref, 101);
	key = receipt_of(g, "xa-b1");
	spoil(g, FAMILY_RECEIPT, key);
	arrives(g, "xa-b1", KIND_REFUSAL, ref, 102);
	assert_true(state_of(g).delivered == 0 && state_of(g).refused == 1);
	assert_int_equal(station_get(g->s, FAMILY_RECEIPT, key).u.receipt.kind, KIND_REFUSAL);
	spoil(g, FAMILY_RECEIPT, key);
	arrives(g, "xa-b1", KIND_RECEIPT, ref, 103);
	assert_true(state_of(g).delivered == 1 && state_of(g).refused == 0);
}

/* ---- one of another's ---- */

static struct key first_in(void)
{
	return key_serial(ROLE_IN, (struct serial){ 1 });
}

static void comes(struct stage *g, const struct blob *relays, uint32_t relay_count)
{
	struct draft d =
		fixture_document(g->f, "tinh", 1, (const char *const[]){ "huyen-a", NULL });
	struct event e;

	fixture_seal(g->f, "tinh", &d);
	e = neighbour_item(g->s, &g->tinh, LANE_NORMAL, &d, NULL);

	e.u.publish.relays = relays;
	e.u.publish.relay_count = relay_count;
	station_clear(g->s);
	station_take(g->s, &e);
	station_commit(g->s);
}

static void test_a_document_that_comes_again_mends_what_is_damaged_of_it(void **state)
{
	struct stage *g = *state;
	struct record document, envelope;

	neighbour_up(g->s, &g->tinh);
	comes(g, NULL, 0);
	spoil(g, FAMILY_DOCUMENT, first_in());
	spoil(g, FAMILY_ENVELOPE, first_in());
	comes(g, NULL, 0);
	document = station_get(g->s, FAMILY_DOCUMENT, first_in());
	envelope = station_get(g->s, FAMILY_ENVELOPE, first_in());
	assert_true(document.u.document.mine && document.u.document.relay_count == 0);
	assert_true(envelope.u.envelope.envelope.bytes.len_bytes > 0 &&
		    envelope.u.envelope.relay_count == 0);
	assert_int_equal(station_count(g->s, FAMILY_IDENT), 1);
	assert_int_equal(station_count(g->s, FAMILY_DOCUMENT), 1);
}

/* Relay records that nobody vouches for, behind one that came without: both records must say how
 * many there are, or what reads them by the one reads past the other. */
static void test_both_records_say_how_many_relay_records_there_are(void **state)
{
	struct stage *g = *state;
	const struct blob relay = { (const uint8_t *)"relay", 5 };
	struct record document;

	neighbour_up(g->s, &g->tinh);
	comes(g, NULL, 0);
	spoil(g, FAMILY_DOCUMENT, first_in());
	comes(g, &relay, 1);
	document = station_get(g->s, FAMILY_DOCUMENT, first_in());
	assert_int_equal(document.u.document.relay_count,
			 station_get(g->s, FAMILY_ENVELOPE, first_in()).u.envelope.relay_count);
	spoil(g, FAMILY_ENVELOPE, first_in());
	comes(g, &relay, 1);
	document = station_get(g->s, FAMILY_DOCUMENT, first_in());
	assert_int_equal(document.u.document.relay_count,
			 station_get(g->s, FAMILY_ENVELOPE, first_in()).u.envelope.relay_count);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_set_up, stage_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_two_damaged_receipts_come_again_one_after_the_other),
		TEST(test_no_refusal_takes_the_place_of_a_damaged_receipt),
		TEST(test_a_damaged_refusal_comes_again_or_a_receipt_takes_its_place),
		TEST(test_a_document_that_comes_again_mends_what_is_damaged_of_it),
		TEST(test_both_records_say_how_many_relay_records_there_are),
	};

	return cmocka_run_group_tests_name("reconcile_repair", tests, NULL, NULL);
}
