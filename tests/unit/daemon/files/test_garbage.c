/* Contents that nobody needs: found by what the store says of them, also after a crash; looked at
 * again before they go, and kept when in doubt. */
#include "daemon/files/garbage.h"

#include <string.h>

#include "routing/state/event.h"
#include "tests/unit/support/fixture.h"

enum { NOTED_MAX = 300 };

/* Files that only count what is dropped, and records: those of DROPPED are numbered. */
static struct yard {
	struct files files;
	unsigned dropped, told;
	enum err verdict; /* of the files */
	enum err named;	  /* what the lookup of FILE says */
	bool noted[NOTED_MAX], may_not;
	struct job *held; /* by a worker that does not get to it */
	bool hold;
	struct garbage *garbage;
} yard;

static struct key key_of(unsigned i)
{
	struct digest d = { { (uint8_t)(i >> 8), (uint8_t)i } };

	return key_file(d, ROLE_IN, (struct serial){ 1 + i });
}

static enum err drop(struct files *f, const struct digest *sha256)
{
	(void)f;
	(void)sha256;
	yard.dropped++;
	return yard.verdict;
}

static enum err next(void *ctx, struct arena *a, enum family family, struct scan *scan,
		     struct record *out)
{
	(void)ctx;
	(void)a;
	*out = (struct record){ .family = family };
	if (family == FAMILY_FILE) {
		assert_true(scan->report_damage);
		return yard.named;
	}
	assert_int_equal(family, FAMILY_DROPPED);
	for (unsigned i = 0; i < NOTED_MAX; i++) {
		struct key key = key_of(i);

		if (!yard.noted[i] ||
		    (!scan->open && memcmp(scan->at.bytes, key.bytes, key.len_bytes) >= 0))
			continue;
		scan->at = key;
		scan->open = false;
		return ERR_OK;
	}
	return ERR_NOT_FOUND;
}

static void run_here(void *ctx, struct job *j)
{
	(void)ctx;
	if (yard.hold) {
		assert_null(yard.held);
		yard.held = j;
		return;
	}
	j->work(j);
	j->done(j);
}

static bool may_drop(void *ctx)
{
	(void)ctx;
	return !yard.may_not;
}

/* As the core does with the event. */
static void dropped(void *ctx, const struct ev_dropped *e)
{
	(void)ctx;
	yard.noted[e->serial.n - 1] = false;
	yard.told++;
}

static void start(void)
{
	static const struct files_ops ops = { .drop = drop };

	yard.files.ops = &ops;
	yard.garbage = garbage_new(&(struct garbage_parts){ .files = &yard.files,
							    .lookup = { .next = next },
							    .runner = { .run = run_here },
							    .may_drop = may_drop,
							    .dropped = dropped });
	assert_non_null(yard.garbage);
}

static int set_up(void **state)
{
	(void)state;
	yard = (struct yard){ .named = ERR_NOT_FOUND };
	start();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	garbage_destroy(yard.garbage);
	return 0;
}

static void test_a_content_that_no_record_names_goes_and_the_core_is_told(void **state)
{
	(void)state;
	garbage_due(yard.garbage, 1000);
	assert_int_equal(yard.dropped, 0);
	yard.noted[0] = true;
	garbage_wake(yard.garbage);
	garbage_due(yard.garbage, 2000);
	assert_true(yard.dropped == 1 && yard.told == 1);
	garbage_due(yard.garbage, 3600000);
	assert_int_equal(yard.dropped, 1);
}

static void test_what_a_crash_left_is_found_at_the_start(void **state)
{
	(void)state;
	yard.noted[7] = true;
	garbage_destroy(yard.garbage);
	start(); /* nobody wakes it */
	garbage_due(yard.garbage, 0);
	assert_true(yard.dropped == 1 && yard.told == 1);
	yard.noted[8] = true;
	yard.verdict = ERR_NOT_FOUND; /* removed, and the record not erased before the crash */
	garbage_destroy(yard.garbage);
	start();
	garbage_due(yard.garbage, 0);
	assert_true(yard.told == 2 && !yard.noted[8]);
}

static void test_a_content_that_a_record_names_meanwhile_stays(void **state)
{
	(void)state;
	yard.noted[0] = true;
	yard.named = ERR_OK;
	garbage_due(yard.garbage, 0);
	assert_true(yard.dropped == 0 && yard.told == 1 && !yard.noted[0]);
}

static void test_a_record_that_cannot_be_read_counts_as_one_that_names_it(void **state)
{
	(void)state;
	yard.noted[0] = true;
	yard.named = ERR_DAMAGED;
	garbage_due(yard.garbage, 0);
	assert_true(yard.dropped == 0 && yard.told == 0 && yard.noted[0]);
}

static void test_a_store_that_is_behind_deletes_nothing(void **state)
{
	(void)state;
	yard.noted[0] = true;
	yard.may_not = true;
	garbage_due(yard.garbage, 0);
	assert_int_equal(yard.dropped, 0);
	yard.may_not = false;
	garbage_due(yard.garbage, 1000);
	assert_int_equal(yard.dropped, 1);
}

static void test_nothing_is_dropped_while_somebody_copies_what_records_name(void **state)
{
	struct digest lost = { { 7 } };

	(void)state;
	yard.noted[0] = true;
	garbage_hold(yard.garbage);
	garbage_wake(yard.garbage);
	garbage_unclaimed(yard.garbage, &lost, 0);
	garbage_due(yard.garbage, 1000);
	garbage_due(yard.garbage, 3600000);
	assert_true(yard.dropped == 0 && yard.noted[0]);
	garbage_release(yard.garbage);
	garbage_due(yard.garbage, 3601000);
	assert_true(yard.dropped == 1 && !yard.noted[0]);
	garbage_due(yard.garbage, 3602000);
	assert_int_equal(yard.dropped, 2); /* and the one that nobody claimed */
}

static void test_a_content_that_the_files_keep_yet_is_tried_again_later(void **state)
{
	static const enum err verdicts[] = { ERR_BUSY, ERR_FILE };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(verdicts); i++) {
		int64_t at_ms = (int64_t)i * 3600000;

		yard.dropped = yard.told = 0;
		yard.noted[0] = true;
		yard.verdict = verdicts[i];
		garbage_due(yard.garbage, at_ms);
		assert_true(yard.dropped == 1 && yard.told == 0);
		yard.verdict = ERR_OK;
		garbage_due(yard.garbage, at_ms + 1000); /* not at once */
		assert_int_equal(yard.dropped, 1);
		garbage_due(yard.garbage, at_ms + 600000);
		assert_true(yard.dropped == 2 && yard.told == 1);
	}
}

static void test_however_many_wait_all_go_a_bounded_number_at_once(void **state)
{
	int64_t second = 0;

	(void)state;
	memset(yard.noted, true, sizeof yard.noted);
	garbage_due(yard.garbage, 0);
	assert_true(yard.dropped > 0 && yard.dropped < NOTED_MAX);
	while (yard.dropped < NOTED_MAX && second < 60)
		garbage_due(yard.garbage, ++second * 1000);
	assert_true(yard.dropped == NOTED_MAX && yard.told == NOTED_MAX);
}

static void test_one_job_at_a_time_and_what_comes_meanwhile_is_found_after_it(void **state)
{
	struct job *held;

	(void)state;
	yard.noted[5] = true;
	yard.hold = true;
	garbage_due(yard.garbage, 0);
	held = yard.held;
	assert_non_null(held);
	yard.noted[2] = true; /* before where the walk stands */
	garbage_wake(yard.garbage);
	garbage_due(yard.garbage, 1000); /* the worker is still at it */
	yard.hold = false;
	held->work(held);
	held->done(held);
	assert_int_equal(yard.dropped, 1);
	for (int64_t ms = 2000; ms < 6000; ms += 1000)
		garbage_due(yard.garbage, ms);
	assert_true(yard.dropped == 2 && !yard.noted[2]);
}

static struct digest content(unsigned i)
{
	return (struct digest){ { 0xff, (uint8_t)(i >> 8), (uint8_t)i } };
}

static void test_the_content_of_a_refused_submission_goes_after_a_while(void **state)
{
	struct digest d = content(1);

	(void)state;
	garbage_due(yard.garbage, 0);
	garbage_unclaimed(yard.garbage, &d, 1000);
	garbage_due(yard.garbage, 2000); /* a submission of the same content may follow */
	assert_int_equal(yard.dropped, 0);
	garbage_due(yard.garbage, 700000); /* the walk over what the store says comes first */
	garbage_due(yard.garbage, 701000);
	assert_true(yard.dropped == 1 && yard.told == 0); /* no record says anything of it */
	garbage_due(yard.garbage, 7200000);
	garbage_due(yard.garbage, 7201000);
	assert_int_equal(yard.dropped, 1);
}

static void test_the_content_that_a_document_has_is_not_unclaimed(void **state)
{
	struct digest d = content(1);

	(void)state;
	yard.named = ERR_OK; /* the submission's own record */
	garbage_unclaimed(yard.garbage, &d, 0);
	yard.named = ERR_NOT_FOUND;
	garbage_due(yard.garbage, 700000);
	garbage_due(yard.garbage, 701000);
	assert_int_equal(yard.dropped, 0);
	garbage_unclaimed(yard.garbage, &d, 701000);
	yard.named = ERR_OK; /* of one that came later */
	garbage_due(yard.garbage, 1400000);
	garbage_due(yard.garbage, 1401000);
	yard.named = ERR_NOT_FOUND;
	garbage_due(yard.garbage, 2100000);
	garbage_due(yard.garbage, 2101000);
	assert_int_equal(yard.dropped, 0);
}

static void test_an_unclaimed_content_that_is_kept_yet_is_tried_again(void **state)
{
	struct digest d = content(1);

	(void)state;
	garbage_unclaimed(yard.garbage, &d, 0);
	yard.verdict = ERR_BUSY;
	for (int64_t ms = 0; ms <= 700000; ms += 1000)
		garbage_due(yard.garbage, ms);
	assert_int_equal(yard.dropped, 1);
	yard.verdict = ERR_OK;
	for (int64_t ms = 701000; ms <= 1400000; ms += 1000)
		garbage_due(yard.garbage, ms);
	assert_int_equal(yard.dropped, 2);
}

static void test_of_unclaimed_contents_without_end_the_newest_are_remembered(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 3000; i++) {
		struct digest d = content(i);

		garbage_unclaimed(yard.garbage, &d, 0);
	}
	for (int64_t ms = 0; ms <= 36000000; ms += 1000)
		garbage_due(yard.garbage, ms);
	assert_int_equal(yard.dropped, 1024);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_a_content_that_no_record_names_goes_and_the_core_is_told),
		TEST(test_what_a_crash_left_is_found_at_the_start),
		TEST(test_a_content_that_a_record_names_meanwhile_stays),
		TEST(test_a_record_that_cannot_be_read_counts_as_one_that_names_it),
		TEST(test_a_store_that_is_behind_deletes_nothing),
		TEST(test_nothing_is_dropped_while_somebody_copies_what_records_name),
		TEST(test_a_content_that_the_files_keep_yet_is_tried_again_later),
		TEST(test_however_many_wait_all_go_a_bounded_number_at_once),
		TEST(test_the_content_of_a_refused_submission_goes_after_a_while),
		TEST(test_the_content_that_a_document_has_is_not_unclaimed),
		TEST(test_an_unclaimed_content_that_is_kept_yet_is_tried_again),
		TEST(test_of_unclaimed_contents_without_end_the_newest_are_remembered),
		TEST(test_one_job_at_a_time_and_what_comes_meanwhile_is_found_after_it),
	};

	return cmocka_run_group_tests_name("garbage", tests, NULL, NULL);
}
