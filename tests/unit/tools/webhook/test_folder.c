/* Files of subscriptions: read as they were written, and what is half there or damaged is seen. */
#include "tools/webhook/folder.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/support/fixture.h"
#include "tools/base/files.h"

struct desk {
	char path[64];
	struct config config;
	struct webhook_folder folder;
};

static int set_up(void **state)
{
	struct desk *d = calloc(1, sizeof *d);

	assert_non_null(d);
	snprintf(d->path, sizeof d->path, "/tmp/vanthu-webhook-XXXXXX");
	assert_non_null(mkdtemp(d->path));
	snprintf(d->config.gateway_folder, sizeof d->config.gateway_folder, "%s/gateway", d->path);
	assert_ok(webhook_folder_of(&d->config, &d->folder));
	*state = d;
	return 0;
}

static int tear_down(void **state)
{
	struct desk *d = *state;

	fs_remove_tree(d->path);
	free(d);
	return 0;
}

static struct webhook_subscription sample(const char *id, const char *name)
{
	struct webhook_subscription s = { .created_ms = 1764403200123,
					  .direction = WEBHOOK_IN,
					  .paused = true,
					  .order = 3,
					  .moves = true,
					  .from = WEBHOOK_FROM_OLDEST,
					  .since = 12,
					  .test = 4 };

	snprintf(s.id, sizeof s.id, "%s", id);
	snprintf(s.name, sizeof s.name, "%s", name);
	snprintf(s.url, sizeof s.url, "https://a.example/b?c=%%20");
	assert_true(webhook_words_parse("arrived, link_up", &s.kinds));
	assert_true(webhook_words_parse("thads,btp", &s.committees));
	assert_true(webhook_words_parse("QĐ CV", &s.types));
	assert_ok(webhook_key_new(true, &s.key));
	return s;
}

static void test_what_was_written_is_read(void **state)
{
	struct desk *d = *state;
	struct webhook_subscription b = sample("00000000000000bb", "b"),
				    a = sample("00000000000000cc", "a");
	struct webhook_cursor cursor = { .order = 3,
					 .started = true,
					 .done = 4711,
					 .feed = "0af1",
					 .delivered = 9,
					 .attempts = 2,
					 .failing_since_ms = 5,
					 .next_ms = 6,
					 .given_up = ERR_WEBHOOK_GONE,
					 .given_up_ms = 7,
					 .tested = 4,
					 .test = { .at_ms = 8, .status = 200, .took_ms = 9 } };
	struct webhook_entry *entries;
	unsigned count;
	struct stat st;

	assert_ok(webhook_folder_load(&d->folder, &entries, &count));
	assert_int_equal(count, 0);
	assert_ok(webhook_folder_make(&d->folder));
	assert_ok(webhook_folder_save(&d->folder, &b));
	assert_ok(webhook_folder_save(&d->folder, &a));
	for (unsigned i = 1; i <= WEBHOOK_ANSWERS_MAX + 2; i++)
		webhook_cursor_answer(
			&cursor, &(struct webhook_answer){ .number = i, .error = "no \"host\"" });
	assert_ok(webhook_folder_save_cursor(&d->folder, b.id, &cursor));
	assert_ok(webhook_folder_load(&d->folder, &entries, &count));
	assert_int_equal(count, 2);
	assert_int_equal(entries[0].fault, ERR_OK);
	assert_int_equal(entries[1].fault, ERR_OK);
	assert_memory_equal(&entries[0].subscription, &a, sizeof a);
	assert_memory_equal(&entries[1].subscription, &b, sizeof b);
	assert_false(entries[0].cursor.started);
	assert_int_equal(entries[1].cursor.answers[0].number, WEBHOOK_ANSWERS_MAX + 2);
	assert_int_equal(entries[1].cursor.answer_count, WEBHOOK_ANSWERS_MAX);
	assert_memory_equal(&entries[1].cursor, &cursor, sizeof cursor);
	free(entries);
	assert_int_equal(stat(d->folder.path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_ok(webhook_folder_remove(&d->folder, b.id));
	assert_ok(webhook_folder_load(&d->folder, &entries, &count));
	assert_int_equal(count, 1);
	free(entries);
}

static void write_file(const struct desk *d, const char *name, const char *text)
{
	char path[WEBHOOK_PATH_MAX];

	snprintf(path, sizeof path, "%s/%s", d->folder.path, name);
	unlink(path);
	assert_ok(fs_write_new(path, fixture_blob(text), true));
}

static void test_damaged_files_are_seen_and_others_are_none(void **state)
{
	static const char *const damaged[] = {
		"",	     "{",
		"[]",	     "{\"v\":1}",
		"{\"v\":2}", "{\"v\":1,\"v\":1}",
		"null",	     "{\"v\":1,\"id\":\"00000000000000aa\"}",
	};
	struct desk *d = *state;
	struct webhook_subscription good = sample("00000000000000bb", "b");
	struct webhook_entry *entries;
	unsigned count;

	assert_ok(webhook_folder_make(&d->folder));
	assert_ok(webhook_folder_save(&d->folder, &good));
	/* What a crash leaves, and what people leave. */
	write_file(d, "00000000000000bb.json.new", "{\"v\":");
	write_file(d, "README", "x");
	write_file(d, "zz.json", "{}");
	write_file(d, "00000000000000AA.json", "{}");
	for (size_t i = 0; i < COUNT_OF(damaged); i++) {
		write_file(d, "00000000000000aa.json", damaged[i]);
		assert_ok(webhook_folder_load(&d->folder, &entries, &count));
		assert_int_equal(count, 2);
		assert_int_equal(entries[0].fault, ERR_WEBHOOK_FILE);
		assert_string_equal(entries[0].subscription.id, "00000000000000aa");
		assert_int_equal(entries[1].fault, ERR_OK);
		free(entries);
	}
	assert_ok(webhook_folder_remove(&d->folder, "00000000000000aa"));
	/* A cursor that cannot be read is no reason to begin anew. */
	write_file(d, "cursors/00000000000000bb.json", "{\"v\":1,");
	assert_ok(webhook_folder_load(&d->folder, &entries, &count));
	assert_int_equal(count, 1);
	assert_int_equal(entries[0].fault, ERR_WEBHOOK_FILE);
	free(entries);
	/* Nor is one that has another's name. */
	write_file(d, "cursors/00000000000000bb.json", "{}");
	good.id[15] = 'c';
	assert_ok(webhook_folder_save(&d->folder, &good));
	assert_ok(webhook_folder_remove(&d->folder, "00000000000000bb"));
	assert_ok(webhook_folder_load(&d->folder, &entries, &count));
	assert_int_equal(count, 1);
	assert_int_equal(entries[0].fault, ERR_OK);
	free(entries);
}

static void test_one_sender_at_a_time_and_changes_are_noticed(void **state)
{
	struct desk *d = *state;
	struct webhook_subscription one = sample("00000000000000bb", "b");
	struct webhook_stamp stamp = { 0 };
	int fd, other;

	assert_ok(webhook_folder_make(&d->folder));
	assert_false(webhook_folder_has_sender(&d->folder));
	assert_ok(webhook_folder_lock_sender(&d->folder, &fd));
	assert_true(webhook_folder_has_sender(&d->folder));
	assert_int_equal(webhook_folder_lock_sender(&d->folder, &other), ERR_WEBHOOK_RUNNING);
	close(fd);
	assert_false(webhook_folder_has_sender(&d->folder));
	/* What changed just now may change again in the same tick. */
	assert_true(webhook_folder_changed(&d->folder, &stamp));
	assert_ok(webhook_folder_save(&d->folder, &one));
	assert_true(webhook_folder_changed(&d->folder, &stamp));
	stamp.settled = true;
	assert_false(webhook_folder_changed(&d->folder, &stamp) && stamp.settled);
	stamp.settled = true;
	stamp.modified_ns--;
	assert_true(webhook_folder_changed(&d->folder, &stamp));
}

static void test_no_more_than_there_may_be(void **state)
{
	struct desk *d = *state;
	struct webhook_entry *entries;
	unsigned count;

	assert_ok(webhook_folder_make(&d->folder));
	for (unsigned i = 0; i <= WEBHOOK_MAX; i++) {
		char name[WEBHOOK_PATH_MAX];

		snprintf(name, sizeof name, "%016x.json", i);
		write_file(d, name, "{}");
	}
	assert_int_equal(webhook_folder_load(&d->folder, &entries, &count), ERR_WEBHOOK_MANY);
	assert_null(entries);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_what_was_written_is_read, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_damaged_files_are_seen_and_others_are_none,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_one_sender_at_a_time_and_changes_are_noticed,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_more_than_there_may_be, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("webhook_folder", tests, NULL, NULL);
}
