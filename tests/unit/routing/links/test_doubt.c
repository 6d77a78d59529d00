/* A time that is not believed, and the word of who signed it: facts that are set aside, and the
 * signer that is asked. */
#include <string.h>

#include "tests/unit/support/paper.h"
#include "tests/unit/support/shelf.h"

/* ---- facts ---- */

/* A document of ours for xa-a1, and its receipt, signed ahead. */
static struct draft receipt_ahead(struct stage *g, struct neighbour *xa)
{
	struct submission u;
	struct record r;
	struct fact f = { .kind = KIND_RECEIPT, .at_ms = FIXTURE_NOW_MS + 7 * HOUR_MS, .note = "" };
	struct draft d;

	u.recipients[0] = (struct recipient){ .committee = fixture_id("xa-a1") };
	station_take(g->s, submission_of(&u, 5, 1));
	station_commit(g->s);
	station_clear(g->s);
	neighbour_up(g->s, xa);
	r = station_get(g->s, FAMILY_IDENT, key_ident(u.event.u.submit.id, g->s->self));
	f.document = (struct document_ref){ g->s->self, u.event.u.submit.id, r.u.ident.digest };
	d = fixture_fact(g->f, "xa-a1", "huyen-a", 7, &f);
	d.head.signed_at_ms = FIXTURE_NOW_MS + 7 * HOUR_MS;
	fixture_seal(g->f, "xa-a1", &d);
	return d;
}

static void
test_a_receipt_signed_ahead_is_doubted_with_its_bytes_counts_when_corrected(void **state)
{
	struct stage *g = *state;
	struct neighbour xa = neighbour_of("xa-a1");
	struct draft d = receipt_ahead(g, &xa), c;
	struct fact doubt,
	    correction = { .kind = KIND_CORRECTION, .at_ms = FIXTURE_NOW_MS, .note = "" };
	struct opened o;

	neighbour_publishes(g->s, &xa, LANE_FACTS, &d);
	station_commit(g->s);
	assert_int_equal(station_count(g->s, FAMILY_ASIDE), 1);
	assert_int_equal(station_count(g->s, FAMILY_RECEIPT), 0);
	doubt = shelf_fact(g, "xa-a1", 1, &o);
	assert_int_equal(doubt.kind, KIND_DOUBT);
	assert_true(doubt.doubted_kind == KIND_RECEIPT &&
		    doubt.envelope.len_bytes == d.envelope.len_bytes);
	correction.document = doubt.document;
	correction.doubted = doubt.doubted;
	correction.doubted_kind = doubt.doubted_kind;
	correction.token = doubt.token;
	c = fixture_fact(g->f, "xa-a1", "huyen-a", 8, &correction);
	fixture_seal(g->f, "xa-a1", &c);
	station_clear(g->s);
	neighbour_publishes(g->s, &xa, LANE_FACTS, &c);
	assert_int_equal(shelf_settle(g->s), 1);
	assert_non_null(station_notice(g->s, NOTICE_RECEIPT));
	assert_int_equal(station_count(g->s, FAMILY_RECEIPT), 1);
}

static void test_a_fact_for_others_goes_on_whatever_its_time(void **state)
{
	struct stage *g = *state;
	struct fact f = { .kind = KIND_RECEIPT, .at_ms = FIXTURE_NOW_MS, .note = "",
			  .document = { { "tinh" }, fixture_doc_id(3), fixture_digest("d") } };
	struct neighbour xa = neighbour_of("xa-a1");
	struct draft d = fixture_fact(g->f, "xa-a1", "tinh", 7, &f);
	struct record r;

	d.head.signed_at_ms = FIXTURE_NOW_MS + 7 * HOUR_MS;
	fixture_seal(g->f, "xa-a1", &d);
	neighbour_up(g->s, &xa);
	neighbour_publishes(g->s, &xa, LANE_FACTS, &d);
	station_commit(g->s);
	assert_int_equal(station_count(g->s, FAMILY_ASIDE), 0);
	r = station_get(g->s, FAMILY_STREAM, key_seq(g->tinh.id, LANE_FACTS, 1));
	assert_memory_equal(&r.u.stream.digest, &d.digest, sizeof d.digest);
}

/* ---- the signer's side ---- */

static struct draft doubt_of(struct stage *g, unsigned id, const struct fact *f, int64_t at_ms)
{
	struct draft d = fixture_fact(g->f, "tinh", "huyen-a", id, f);

	d.head.signed_at_ms = at_ms;
	fixture_seal(g->f, "tinh", &d);
	return d;
}

static void test_a_signer_corrects_what_lies_ahead_of_its_own_clock_and_nothing_else(void **state)
{
	struct stage *g = *state;
	struct submission u;
	struct record r;
	struct fact f = { .kind = KIND_DOUBT,
			  .at_ms = FIXTURE_NOW_MS,
			  .note = "",
			  .doubted_kind = KIND_DOCUMENT,
			  .token = fixture_blob("a token") };
	struct draft d;
	struct opened o;

	g->s->now.wall_ms += 7 * HOUR_MS;
	u.recipients[0] = (struct recipient){ .committee = fixture_id("xa-a1") };
	station_take(g->s, submission_of(&u, 5, 1));
	station_commit(g->s);
	r = station_get(g->s, FAMILY_IDENT, key_ident(u.event.u.submit.id, g->s->self));
	f.document = (struct document_ref){ g->s->self, u.event.u.submit.id, r.u.ident.digest };
	f.doubted = r.u.ident.digest;
	station_clear(g->s);
	neighbour_up(g->s, &g->tinh);
	d = doubt_of(g, 20, &f, FIXTURE_NOW_MS);
	/* its clock still says so: its word is worth no more than before */
	neighbour_publishes(g->s, &g->tinh, LANE_FACTS, &d);
	station_commit(g->s);
	assert_non_null(station_notice(g->s, NOTICE_DOUBTED));
	assert_false(station_has(g->s, FAMILY_STREAM, key_seq(g->tinh.id, LANE_FACTS, 1)));
	station_clear(g->s);
	g->s->now.wall_ms -= 7 * HOUR_MS;
	/* who asks has a wrong clock too: a question needs no time */
	d = doubt_of(g, 21, &f, FIXTURE_NOW_MS + HOUR_MS);
	neighbour_publishes(g->s, &g->tinh, LANE_FACTS, &d);
	station_commit(g->s);
	f = shelf_fact(g, "tinh", 1, &o);
	assert_int_equal(o.kind, KIND_CORRECTION);
	assert_true(o.head.signed_at_ms == FIXTURE_NOW_MS && f.token.len_bytes == 7 &&
		    memcmp(f.token.data, "a token", 7) == 0);
	assert_memory_equal(&f.doubted, &r.u.ident.digest, sizeof f.doubted);
	station_clear(g->s);
	f = (struct fact){ .kind = KIND_DOUBT,
			   .at_ms = FIXTURE_NOW_MS,
			   .note = "",
			   .doubted_kind = KIND_DOCUMENT,
			   .document = { g->s->self, u.event.u.submit.id, fixture_digest("x") },
			   .doubted = fixture_digest("x") };
	d = doubt_of(g, 22, &f, FIXTURE_NOW_MS);
	neighbour_publishes(g->s, &g->tinh, LANE_FACTS, &d); /* another content: not ours */
	station_commit(g->s);
	assert_false(station_has(g->s, FAMILY_STREAM, key_seq(g->tinh.id, LANE_FACTS, 2)));
}

/* Sent while the clock was in the next month, or the next year: the figures of both are true
 * again. */
static void test_what_was_sent_by_a_clock_ahead_counts_when_it_is_known_better(void **state)
{
	struct stage *g = *state;
	struct fact f = { .kind = KIND_DOUBT,
			  .at_ms = FIXTURE_NOW_MS,
			  .note = "",
			  .doubted_kind = KIND_DOCUMENT,
			  .token = fixture_blob("a token") };
	struct target_count none = { .digital = 0 }, one = { .pending = 1 };
	struct month july = { (uint16_t)(JUNE.n + 1) };
	struct submission u;
	struct record r;
	struct draft d;

	g->s->now.wall_ms += 20 * 24 * HOUR_MS;
	u.recipients[0] = (struct recipient){ .committee = fixture_id("xa-a1") };
	station_take(g->s, submission_of(&u, 5, 1));
	station_commit(g->s);
	paper_expect(g, july, DIRECTION_OUT, one);
	r = station_get(g->s, FAMILY_IDENT, key_ident(u.event.u.submit.id, g->s->self));
	f.document = (struct document_ref){ g->s->self, u.event.u.submit.id, r.u.ident.digest };
	f.doubted = r.u.ident.digest;
	station_clear(g->s);
	g->s->now.wall_ms = FIXTURE_NOW_MS;
	neighbour_up(g->s, &g->tinh);
	d = doubt_of(g, 20, &f, FIXTURE_NOW_MS);
	neighbour_publishes(g->s, &g->tinh, LANE_FACTS, &d);
	station_commit(g->s);
	paper_expect(g, july, DIRECTION_OUT, none);
	paper_expect(g, JUNE, DIRECTION_OUT, one);
	paper_expect_equal(g);
	r = station_get(g->s, FAMILY_STATE, key_serial(ROLE_OUT, r.u.ident.serial));
	assert_true(r.u.state.complete_at_ms == FIXTURE_NOW_MS);
}

static void test_a_signer_corrects_a_receipt_only_when_it_signed_that(void **state)
{
	struct stage *g = *state;
	static const char *const signers[] = { "huyen-a", "xa-a1" };
	struct fact receipt = { .kind = KIND_RECEIPT,
				.at_ms = FIXTURE_NOW_MS,
				.note = "",
				.document = {
				    { "tinh" }, fixture_doc_id(3), fixture_digest("d") } };

	neighbour_up(g->s, &g->tinh);
	for (unsigned i = 0; i < COUNT_OF(signers); i++) {
		struct draft signed_ahead =
				 fixture_fact(g->f, signers[i], "tinh", 30 + i, &receipt),
			     d;
		struct fact f = { .kind = KIND_DOUBT,
				  .at_ms = FIXTURE_NOW_MS,
				  .note = "",
				  .document = receipt.document,
				  .doubted_kind = KIND_RECEIPT };

		signed_ahead.head.signed_at_ms = FIXTURE_NOW_MS + 7 * HOUR_MS;
		fixture_seal(g->f, signers[i], &signed_ahead);
		f.doubted = signed_ahead.digest;
		f.envelope = signed_ahead.envelope;
		d = doubt_of(g, 40 + i, &f, FIXTURE_NOW_MS);
		neighbour_publishes(g->s, &g->tinh, LANE_FACTS, &d);
		station_commit(g->s);
		station_clear(g->s);
	}
	assert_true(station_has(g->s, FAMILY_STREAM, key_seq(g->tinh.id, LANE_FACTS, 1)));
	assert_false(station_has(g->s, FAMILY_STREAM, key_seq(g->tinh.id, LANE_FACTS, 2)));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_set_up, stage_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(
		    test_a_receipt_signed_ahead_is_doubted_with_its_bytes_counts_when_corrected),
		TEST(test_a_fact_for_others_goes_on_whatever_its_time),
		TEST(test_a_signer_corrects_what_lies_ahead_of_its_own_clock_and_nothing_else),
		TEST(test_what_was_sent_by_a_clock_ahead_counts_when_it_is_known_better),
		TEST(test_a_signer_corrects_a_receipt_only_when_it_signed_that),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
