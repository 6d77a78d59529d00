/* Contents that nobody needs: looked at again before they go, and kept when in doubt. */
#include "daemon/files/garbage.h"

#include "tests/unit/support/fixture.h"

/* Files that only count what is dropped, and records that may name it. */
static struct yard {
	struct files files;
	unsigned dropped;
	enum err verdict; /* of the files */
	bool named;	  /* by a record */
	struct garbage *garbage;
} yard;

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
	(void)scan;
	(void)out;
	assert_int_equal(family, FAMILY_FILE);
	return yard.named ? ERR_OK : ERR_NOT_FOUND;
}

static void run_here(void *ctx, struct job *j)
{
	(void)ctx;
	j->work(j);
	j->done(j);
}

static int set_up(void **state)
{
	static const struct files_ops ops = { .drop = drop };

	(void)state;
	yard = (struct yard){ .files = { &ops } };
	yard.garbage = garbage_new(&(struct garbage_parts){
	    .files = &yard.files, .lookup = { .next = next }, .runner = { .run = run_here } });
	assert_non_null(yard.garbage);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	garbage_destroy(yard.garbage);
	return 0;
}

static void test_a_content_that_no_record_names_goes_when_it_is_due(void **state)
{
	(void)state;
	garbage_note(yard.garbage, fixture_digest("content"), 1000);
	garbage_due(yard.garbage, 999);
	assert_int_equal(yard.dropped, 0);
	garbage_due(yard.garbage, 1000);
	assert_int_equal(yard.dropped, 1);
	garbage_due(yard.garbage, INT64_MAX);
	assert_int_equal(yard.dropped, 1);
}

static void test_a_content_that_a_record_names_meanwhile_stays(void **state)
{
	(void)state;
	garbage_note(yard.garbage, fixture_digest("content"), 0);
	yard.named = true;
	garbage_due(yard.garbage, 1000);
	yard.named = false;
	garbage_due(yard.garbage, INT64_MAX);
	assert_int_equal(yard.dropped, 0);
}

static void test_a_content_that_the_files_keep_yet_is_tried_again_later(void **state)
{
	(void)state;
	garbage_note(yard.garbage, fixture_digest("content"), 0);
	yard.verdict = ERR_BUSY;
	garbage_due(yard.garbage, 0);
	assert_int_equal(yard.dropped, 1);
	yard.verdict = ERR_OK;
	garbage_due(yard.garbage, 0); /* not at once */
	assert_int_equal(yard.dropped, 1);
	garbage_due(yard.garbage, INT64_MAX);
	assert_int_equal(yard.dropped, 2);
}

static void test_what_is_too_much_to_wait_is_forgotten_and_the_rest_goes(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 1000; i++)
		garbage_note(yard.garbage, fixture_digest("content"), 0);
	garbage_due(yard.garbage, 0);
	assert_int_equal(yard.dropped, 256);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_a_content_that_no_record_names_goes_when_it_is_due, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_a_content_that_a_record_names_meanwhile_stays,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_a_content_that_the_files_keep_yet_is_tried_again_later, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_what_is_too_much_to_wait_is_forgotten_and_the_rest_goes, set_up,
		    tear_down),
	};

	return cmocka_run_group_tests_name("garbage", tests, NULL, NULL);
}
