/* A recall (status 13) that comes before its document: kept until that comes, within bounds. */
#include <string.h>

#include "routing/documents/documents.h"
#include "routing/state/memory.h"
#include "tests/unit/support/fixture.h"

static const char *const to_us[] = { "huyen-a", NULL };

static struct draft document(struct stage *g, unsigned id)
{
	struct draft d = fixture_document(g->f, "tinh", id, to_us);

	fixture_seal(g->f, "tinh", &d);
	return d;
}

static void ask(struct stage *g, const char *signer, struct document_ref ref, uint32_t n,
		const char *note)
{
	static unsigned id = 1000;
	struct fact f = { .kind = KIND_STATUS,
			  .at_ms = FIXTURE_NOW_MS,
			  .code = "13",
			  .note = note,
			  .document = ref,
			  .status = { .n = n } };
	struct draft d = fixture_fact(g->f, signer, "huyen-a", id++, &f);

	station_clear(g->s);
	neighbour_publishes(g->s, &g->tinh, LANE_FACTS, &d);
	station_commit(g->s);
}

static struct document_ref ref_of(const struct draft *d)
{
	return (struct document_ref){ d->head.origin, d->head.id, d->digest };
}

static void comes(struct stage *g, const struct draft *d)
{
	station_clear(g->s);
	neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, d);
	station_commit(g->s);
}

static struct rec_work work_of(struct stage *g, unsigned id)
{
	struct record r =
		station_get(g->s, FAMILY_IDENT, key_ident(fixture_doc_id(id), fixture_id("tinh")));

	return station_get(g->s, FAMILY_WORK, key_serial(r.u.ident.role, r.u.ident.serial)).u.work;
}

static void test_kept_and_asked_when_the_document_comes(void **state)
{
	struct stage *g = *state;
	struct draft d = document(g, 1);

	neighbour_up(g->s, &g->tinh);
	ask(g, "tinh", ref_of(&d), 1, "gửi nhầm");
	assert_null(station_notice(g->s, NOTICE_REFUSED));
	assert_int_equal(station_count(g->s, FAMILY_EARLY), 1);
	station_restart(g->s);
	neighbour_up(g->s, &g->tinh);
	comes(g, &d);
	assert_int_equal(station_count(g->s, FAMILY_EARLY), 0);
	assert_int_equal(work_of(g, 1).stand.recall, OFFICE_RECALL_ASKED);
	assert_string_equal(work_of(g, 1).recall_reason, "gửi nhầm");
	assert_int_equal(station_count(g->s, FAMILY_STATUS), 1);
}

static void test_the_last_one_counts_and_the_same_again_changes_nothing(void **state)
{
	struct stage *g = *state;
	struct draft d = document(g, 1);

	neighbour_up(g->s, &g->tinh);
	ask(g, "tinh", ref_of(&d), 2, "thứ hai");
	ask(g, "tinh", ref_of(&d), 1, "thứ nhất");
	ask(g, "tinh", ref_of(&d), 2, "thứ hai");
	ask(g, "tinh", ref_of(&d), 3, "thứ ba");
	assert_int_equal(station_count(g->s, FAMILY_EARLY), 1);
	comes(g, &d);
	assert_string_equal(work_of(g, 1).recall_reason, "thứ ba");
}

static void test_one_about_other_bytes_goes_and_asks_nothing(void **state)
{
	struct stage *g = *state;
	struct draft d = document(g, 1);
	struct document_ref other = ref_of(&d);
	struct record r;

	neighbour_up(g->s, &g->tinh);
	other.digest.bytes[0] ^= 1;
	ask(g, "tinh", other, 1, "x");
	comes(g, &d);
	assert_int_equal(station_notice(g->s, NOTICE_REFUSED)->reason, ERR_DIGEST);
	assert_int_equal(station_count(g->s, FAMILY_EARLY), 0);
	r = station_get(g->s, FAMILY_IDENT, key_ident(d.head.id, d.head.origin));
	assert_false(station_has(g->s, FAMILY_WORK, key_serial(r.u.ident.role, r.u.ident.serial)));
}

static void test_of_others_than_the_issuer_none_is_kept(void **state)
{
	struct stage *g = *state;
	struct draft d = document(g, 1);

	neighbour_up(g->s, &g->tinh);
	ask(g, "huyen-b", ref_of(&d), 1, "x");
	assert_int_equal(station_notice(g->s, NOTICE_REFUSED)->reason, ERR_NOT_ENTITLED);
	assert_int_equal(station_count(g->s, FAMILY_EARLY), 0);
}

static void test_one_issuer_fills_its_share_and_what_waited_too_long_makes_room(void **state)
{
	struct stage *g = *state;
	struct draft d = document(g, 1);
	struct document_ref ref = ref_of(&d);

	neighbour_up(g->s, &g->tinh);
	for (unsigned i = 0; i < EARLY_OF_ONE_MAX; i++) {
		ref.id = fixture_doc_id(2000 + i);
		ask(g, "tinh", ref, 1, "x");
	}
	assert_int_equal(station_count(g->s, FAMILY_EARLY), EARLY_OF_ONE_MAX);
	ref.id = fixture_doc_id(3000);
	ask(g, "tinh", ref, 1, "x");
	assert_int_equal(station_notice(g->s, NOTICE_REFUSED)->reason, ERR_NOT_FOUND);
	assert_int_equal(station_count(g->s, FAMILY_EARLY), EARLY_OF_ONE_MAX);
	ref.id = fixture_doc_id(2001); /* a later one of a document that waits has its place */
	ask(g, "tinh", ref, 2, "y");
	assert_null(station_notice(g->s, NOTICE_REFUSED));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, stage_set_up, stage_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(kept_and_asked_when_the_document_comes),
		TEST(the_last_one_counts_and_the_same_again_changes_nothing),
		TEST(one_about_other_bytes_goes_and_asks_nothing),
		TEST(of_others_than_the_issuer_none_is_kept),
		TEST(one_issuer_fills_its_share_and_what_waited_too_long_makes_room),
	};

	return cmocka_run_group_tests_name("early", tests, NULL, NULL);
}
