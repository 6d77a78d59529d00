/* What stands still is listed and tried again, also by folders of earlier versions and when trying
 * ended in the middle. */
#include "tools/spool/spool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/support/fixture.h"
#include "tests/unit/support/spool_desk.h"

#define DOC_1 "0190a000-0000-7000-8000-000000000001"

enum { ABOUT_SIZE = 512 };

static int open_desk(void **state)
{
	struct spool_desk *d = malloc(sizeof *d);

	assert_non_null(d);
	spool_desk_open(d);
	*state = d;
	return 0;
}

static int close_desk(void **state)
{
	spool_desk_close(*state);
	free(*state);
	return 0;
}

/* An order that is refused, with a file in a folder. */
static void refuse_one(struct spool_desk *d)
{
	spool_desk_write(d, "spool/out/sub/a.pdf", "content");
	spool_desk_write(d, "spool/out/a.yaml", "to: nobody\nfiles: [sub/a.pdf]\n");
	spool_desk_write(d, "spool/out/a.ready", "");
	spool_desk_turns(d, 1);
	spool_desk_assert_code(d, "spool/out/a.refused.json", "VT-2005");
	assert_true(spool_desk_has(d, "spool/out/refused/a/sub/a.pdf"));
}

static enum err retry(struct spool_desk *d, const char *name, bool dry, char about[ABOUT_SIZE])
{
	struct spool_retry *r;
	enum err e = spool_retry_open(&d->parts, dry, &r);

	assert_int_equal(e, ERR_OK);
	e = spool_retry_order(r, name);
	if (e == ERR_SPOOL_NONE)
		e = spool_retry_document(r, name);
	if (about != NULL)
		snprintf(about, ABOUT_SIZE, "%s", spool_retry_about(r));
	spool_retry_close(r);
	return e;
}

static void test_a_refused_order_goes_back_whole_and_is_judged_again(void **state)
{
	struct spool_desk *d = *state;
	char about[ABOUT_SIZE];

	refuse_one(d);
	assert_int_equal(retry(d, "b", false, about), ERR_SPOOL_NONE);
	assert_int_equal(retry(d, "../refused/a", false, about), ERR_SPOOL_NONE);
	assert_int_equal(retry(d, "a", true, about), ERR_OK);
	assert_true(spool_desk_has(d, "spool/out/refused/a/a.yaml"));
	spool_desk_write(d, "spool/out/sub/a.pdf", "of another");
	assert_int_equal(retry(d, "a", false, about), ERR_EXISTS);
	assert_string_equal(about, "sub/a.pdf");
	assert_true(spool_desk_has(d, "spool/out/refused/a/a.yaml"));
	spool_desk_write(d, "spool/out/refused/a/sub/a.pdf", "content");
	snprintf(about, sizeof about, "%s/spool/out/sub/a.pdf", d->root);
	assert_int_equal(unlink(about), 0);
	spool_desk_write(d, "spool/out/refused/a/a.yaml", "to: b\nfiles: [sub/a.pdf]\n");
	assert_int_equal(retry(d, "a", false, NULL), ERR_OK);
	assert_false(spool_desk_has(d, "spool/out/refused/a"));
	assert_false(spool_desk_has(d, "spool/out/a.refused.json"));
	spool_desk_turns(d, 1);
	assert_true(spool_desk_has(d, "spool/out/a.accepted.json"));
	assert_true(spool_desk_has(d, "spool/out/done/a/sub/a.pdf"));
	assert_int_equal(spool_desk_count(d, "daemon", ""), 1);
}

static void test_files_that_earlier_versions_put_side_by_side_find_their_folder(void **state)
{
	struct spool_desk *d = *state;

	spool_desk_write(d, "spool/out/refused/a-2/a.pdf", "content");
	spool_desk_write(d, "spool/out/refused/a-2/a.yaml", "to: b\nfiles: [sub/a.pdf]\n");
	spool_desk_write(d, "spool/out/refused/a-2/result.json", "{}");
	assert_int_equal(retry(d, "a-2", false, NULL), ERR_OK);
	assert_true(spool_desk_has(d, "spool/out/sub/a.pdf"));
	assert_false(spool_desk_has(d, "spool/out/refused/a-2"));
	spool_desk_turns(d, 3);
	assert_true(spool_desk_has(d, "spool/out/a.accepted.json"));
}

static void test_what_ended_in_the_middle_goes_on(void **state)
{
	struct spool_desk *d = *state;
	bool whole = false;

	for (unsigned n = 1; !whole; n++) {
		pid_t pid;
		int status;

		spool_desk_close(d);
		spool_desk_open(d);
		refuse_one(d);
		spool_desk_write(d, "spool/out/refused/a/a.yaml", "to: b\nfiles: [sub/a.pdf]\n");
		pid = fork();
		assert_true(pid >= 0);
		if (pid == 0) {
			d->steps = 0;
			d->die_at = n;
			_exit(retry(d, "a", false, NULL) == ERR_OK ? 0 : 1);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) != 1);
		whole = WEXITSTATUS(status) == 0;
		if (spool_desk_has(d, "spool/out/refused/a/a.yaml"))
			assert_int_equal(retry(d, "a", false, NULL), ERR_OK);
		spool_desk_restart(d);
		spool_desk_turns(d, 3);
		assert_true(spool_desk_has(d, "spool/out/a.accepted.json"));
		assert_int_equal(spool_desk_count(d, "daemon", ""), 1);
	}
}

static void test_all_that_stands_still_is_listed_with_its_reason(void **state)
{
	struct spool_desk *d = *state;
	json_t *all;

	refuse_one(d);
	d->mood = "lost";
	spool_desk_write(d, "spool/out/b.pdf", "content");
	spool_desk_write(d, "spool/out/b.yaml", "to: b\nfiles: [b.pdf]\n");
	spool_desk_write(d, "spool/out/c.yaml", "to: b\nfiles: [c.pdf]\n");
	spool_desk_write(d, "spool/in/2026-11-30-1-x/document.json", "{}");
	spool_desk_write(d, "spool/in/receipts/x.json", "{}");
	spool_desk_write(d, "gateway/spool/stuck/" DOC_1 ".json",
			 "{\"v\":1,\"id\":\"" DOC_1 "\",\"number\":3,\"since\":1000,"
			 "\"tries\":2,\"next\":4102444800000,"
			 "\"error\":{\"code\":\"VT-3009\",\"message\":\"no\"}}");
	spool_desk_turns(d, 3);
	assert_int_equal(spool_survey(&d->config, &all), ERR_OK);
	assert_int_equal(json_integer_value(json_object_get(all, "refused")), 1);
	assert_int_equal(json_integer_value(json_object_get(all, "under_way")), 1);
	assert_int_equal(json_integer_value(json_object_get(all, "waiting")), 1);
	assert_int_equal(json_integer_value(json_object_get(all, "untaken")), 1);
	assert_int_equal(json_integer_value(json_object_get(all, "stuck")), 1);
	/* The oldest first. */
	spool_desk_assert_text(json_array_get(json_object_get(all, "items"), 0), "code", "VT-3009");
	assert_true(json_is_string(json_object_get(all, "active_at")));
	json_decref(all);
	/* The end of its id is enough. */
	spool_desk_write(d, "gateway/spool/stuck/" DOC_1 ".json", "{\"v\":1,\"id\":\"" DOC_1 "\"}");
	assert_int_equal(retry(d, "00000001", false, NULL), ERR_OK);
	assert_int_equal(retry(d, "001", false, NULL), ERR_SPOOL_NONE);
}

static void test_without_a_folder_there_is_nothing_to_list(void **state)
{
	struct spool_desk *d = *state;
	json_t *all;

	d->config.gateway_folder[0] = '\0';
	assert_int_equal(spool_survey(&d->config, &all), ERR_OK);
	json_decref(all);
	d->config.gateway_spool[0] = '\0';
	assert_int_equal(spool_survey(&d->config, &all), ERR_SPOOL_OFF);
}

#define DESK_TEST(f) cmocka_unit_test_setup_teardown(f, open_desk, close_desk)

int main(void)
{
	const struct CMUnitTest tests[] = {
		DESK_TEST(test_a_refused_order_goes_back_whole_and_is_judged_again),
		DESK_TEST(test_files_that_earlier_versions_put_side_by_side_find_their_folder),
		DESK_TEST(test_what_ended_in_the_middle_goes_on),
		DESK_TEST(test_all_that_stands_still_is_listed_with_its_reason),
		DESK_TEST(test_without_a_folder_there_is_nothing_to_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
