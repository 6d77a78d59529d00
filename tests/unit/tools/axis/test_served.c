/* What waits for a system of the gateway as an axis, with a program in the place of `vanthu` that
 * says what the test wrote. */
#include "tools/axis/served.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tools/axis/kept.h"
#include "tools/axis/posted.h"
#include "tools/base/files.h"

static char folder[64], program[96], answer[96];

static void write_file(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static int make(void **state)
{
	char text[256];

	(void)state;
	snprintf(folder, sizeof folder, "/tmp/served-XXXXXX");
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(program, sizeof program, "%s/program", folder);
	snprintf(answer, sizeof answer, "%s/answer", folder);
	snprintf(text, sizeof text, "#!/bin/sh\ncat '%s'\n", answer);
	write_file(program, text, 0700);
	return 0;
}

static int remove_all(void **state)
{
	(void)state;
	fs_remove_tree(folder);
	return 0;
}

static bool wants_all(void *of, const json_t *change)
{
	(void)of;
	(void)change;
	return true;
}

static struct served open_served(int64_t from_ms)
{
	struct served s = { .wants = wants_all, .lock = -1 };

	s.work.gateway_folder = folder;
	s.work.committee = "us";
	s.work.program = (struct run_program){ .vanthu = program, .config = "x", .stop = -1 };
	snprintf(s.work.adapter.name, sizeof s.work.adapter.name, "eo");
	assert_int_equal(served_open(&s, from_ms), ERR_OK);
	return s;
}

/* Two arrivals and a receipt, the first of them before 2026. */
static void say(const char *feed, unsigned next)
{
	char text[2048];

	snprintf(text, sizeof text,
		 "{\"v\":1,\"data\":{\"missed\":false,\"feed\":\"%s\",\"next\":%u,\"changes\":["
		 "{\"number\":1,\"kind\":\"arrived\",\"direction\":\"in\",\"id\":\"old\","
		 "\"from\":\"a\",\"at\":\"2025-01-01T00:00:00.000Z\"},"
		 "{\"number\":2,\"kind\":\"arrived\",\"direction\":\"in\",\"id\":\"d1\","
		 "\"from\":\"a\",\"at\":\"2026-11-01T00:00:00.000Z\"},"
		 "{\"number\":3,\"kind\":\"receipt\",\"direction\":\"out\",\"id\":\"d2\","
		 "\"from\":\"us\",\"committee\":\"b\",\"at\":\"2026-11-02T00:00:00.000Z\"}]}}",
		 feed, next);
	write_file(answer, text, 0600);
}

static size_t count(const struct served *s, enum served_where where, char first[SERVED_ID_SIZE])
{
	char **ids;
	size_t n;

	assert_int_equal(served_ids(s, where, "", &ids, &n), ERR_OK);
	if (n > 0 && first != NULL)
		snprintf(first, SERVED_ID_SIZE, "%s", ids[0]);
	axis_disk_names_free(ids, n);
	return n;
}

#define IN_2026_MS INT64_C(1767225600000)

static void test_a_change_is_entered_once_however_often_it_is_read(void **state)
{
	char reason[AXIS_REASON_SIZE], first[SERVED_ID_SIZE];
	struct served s = open_served(IN_2026_MS);

	(void)state;
	say("f1", 3);
	assert_int_equal(served_enter(&s, reason), ERR_OK);
	assert_int_equal(count(&s, SERVED_WAITING, first), 2);
	assert_true(served_id_valid(first));
	assert_int_equal(strncmp(first, "0000000000000001-", 17), 0);
	/* The process ended before the state was written. */
	s.state.done = 0;
	assert_int_equal(served_enter(&s, reason), ERR_OK);
	assert_int_equal(count(&s, SERVED_WAITING, NULL), 2);
	/* Also of one that is done. */
	assert_int_equal(served_tell(&s, first, true, ""), ERR_OK);
	assert_int_equal(served_enter(&s, reason), ERR_OK);
	assert_int_equal(count(&s, SERVED_WAITING, NULL), 1);
	served_close(&s);
}

static void test_done_is_final_and_fail_is_not(void **state)
{
	char reason[AXIS_REASON_SIZE], id[SERVED_ID_SIZE], other[SERVED_ID_SIZE];
	struct served s = open_served(IN_2026_MS);
	enum served_where where;
	json_t *entry;

	(void)state;
	say("f1", 3);
	assert_int_equal(served_enter(&s, reason), ERR_OK);
	assert_int_equal(count(&s, SERVED_WAITING, id), 2);
	assert_int_equal(served_tell(&s, id, false, "why"), ERR_OK);
	assert_int_equal(served_tell(&s, id, false, "why"), ERR_OK);
	assert_int_equal(s.state.told_failed, 1);
	assert_int_equal(count(&s, SERVED_FAILED, other), 1);
	assert_string_equal(id, other);
	assert_int_equal(served_find(&s, id, &entry, &where), ERR_OK);
	assert_int_equal(where, SERVED_FAILED);
	assert_string_equal(axis_text(entry, "reason"), "why");
	json_decref(entry);
	assert_int_equal(served_retry(&s), ERR_OK);
	assert_int_equal(count(&s, SERVED_WAITING, NULL), 2);
	assert_int_equal(served_tell(&s, id, true, ""), ERR_OK);
	assert_int_equal(served_tell(&s, id, true, ""), ERR_OK);
	assert_int_equal(s.state.told_done, 1);
	assert_int_equal(served_tell(&s, id, false, "late"), ERR_AXIS_TOLD);
	/* The key of one that is done, under another order. */
	memcpy(other, id, sizeof other);
	other[0] = 'f';
	assert_int_equal(served_tell(&s, other, true, ""), ERR_NOT_FOUND);
	assert_int_equal(served_tell(&s, "../../x", true, ""), ERR_NOT_FOUND);
	served_close(&s);
}

static void test_an_order_never_comes_again(void **state)
{
	char reason[AXIS_REASON_SIZE], id[SERVED_ID_SIZE];
	struct served s = open_served(IN_2026_MS);

	(void)state;
	say("f1", 3);
	assert_int_equal(served_enter(&s, reason), ERR_OK);
	while (count(&s, SERVED_WAITING, id) > 0)
		assert_int_equal(served_tell(&s, id, true, ""), ERR_OK);
	served_close(&s);
	s = open_served(0);
	assert_int_equal(s.state.last, 2);
	assert_int_equal(s.state.from_ms, IN_2026_MS); /* that of the first time */
	served_close(&s);
}

static void test_what_was_missed_stops_it_until_somebody_looks(void **state)
{
	char reason[AXIS_REASON_SIZE];
	struct served s = open_served(IN_2026_MS);

	(void)state;
	say("f1", 3);
	assert_int_equal(served_enter(&s, reason), ERR_OK);
	write_file(answer,
		   "{\"v\":1,\"error\":{\"code\":\"VT-2094\",\"message\":\"other\"}}", 0600);
	assert_int_equal(served_enter(&s, reason), ERR_AXIS_FEED);
	served_close(&s);
	s = open_served(0);
	say("f2", 3);
	assert_int_equal(served_enter(&s, reason), ERR_AXIS_FEED);
	assert_int_equal(count(&s, SERVED_WAITING, NULL), 2); /* they wait all the same */
	assert_int_equal(served_retry(&s), ERR_OK);
	assert_int_equal(served_enter(&s, reason), ERR_OK);
	assert_int_equal(count(&s, SERVED_WAITING, NULL), 2);
	assert_string_equal(s.state.feed, "f2");
	served_close(&s);
}

/* The first question came when what was for it was not kept any more. */
static void test_what_is_kept_may_begin_too_late(void **state)
{
	char reason[AXIS_REASON_SIZE];
	struct served s = open_served(IN_2026_MS);

	(void)state;
	write_file(answer,
		   "{\"v\":1,\"data\":{\"missed\":false,\"feed\":\"f1\",\"first\":7,\"next\":7,"
		   "\"changes\":[{\"number\":7,\"kind\":\"arrived\",\"direction\":\"in\","
		   "\"id\":\"d7\",\"from\":\"a\",\"at\":\"2026-11-01T00:00:00.000Z\"}]}}",
		   0600);
	assert_int_equal(served_enter(&s, reason), ERR_AXIS_FEED);
	assert_int_equal(count(&s, SERVED_WAITING, NULL), 0);
	served_close(&s);
	/* Somebody has looked: from what there is. */
	s = open_served(0);
	assert_int_equal(s.state.stopped, ERR_AXIS_FEED);
	assert_int_equal(served_retry(&s), ERR_OK);
	assert_int_equal(served_enter(&s, reason), ERR_OK);
	assert_int_equal(count(&s, SERVED_WAITING, NULL), 1);
	served_close(&s);
}

static void test_a_state_of_before_is_read(void **state)
{
	char path[AXIS_PATH_MAX];
	struct served s = open_served(IN_2026_MS);

	(void)state;
	served_close(&s);
	served_path(folder, "eo", "state.json", path);
	write_file(path,
		   "{\"v\":1,\"done\":5,\"feed\":\"f1\",\"last\":2,\"from_ms\":3,\"made_ms\":4,"
		   "\"seen_ms\":5,\"told_done\":1,\"told_failed\":0,\"stopped\":0}",
		   0600);
	s = open_served(0);
	assert_int_equal(s.state.done, 5);
	assert_string_equal(s.state.to, "");
	assert_int_equal(served_set_to(&s, "000.00.11.A24"), ERR_OK);
	served_close(&s);
	s = open_served(0);
	assert_int_equal(s.state.last, 2);
	assert_string_equal(s.state.to, "000.00.11.A24");
	served_close(&s);
}

/* The room that the disk keeps is left; who is away is not asked for it. */
static void test_nothing_is_made_where_there_is_no_room(void **state)
{
	char reason[AXIS_REASON_SIZE], id[SERVED_ID_SIZE], path[AXIS_PATH_MAX];
	struct served s = open_served(IN_2026_MS);
	enum served_where where;
	json_t *entry;

	(void)state;
	say("f1", 3);
	assert_int_equal(served_enter(&s, reason), ERR_OK);
	assert_int_equal(count(&s, SERVED_WAITING, id), 2);
	assert_int_equal(served_find(&s, id, &entry, &where), ERR_OK);
	served_path(folder, "eo", "work/x.edxml", path);
	s.reserve_bytes = UINT64_MAX / 2;
	assert_int_equal(served_make(&s, id, &entry, &where, path, reason), ERR_DISK_FULL);
	assert_true(s.lock >= 0 && entry != NULL);
	assert_int_equal(where, SERVED_WAITING);
	/* There is room, and the command fails: nothing of it stays. */
	write_file(program, "#!/bin/sh\nexit 9\n", 0700);
	s.reserve_bytes = 0;
	assert_int_not_equal(served_make(&s, id, &entry, &where, path, reason), ERR_OK);
	assert_false(served_is_late(entry));
	assert_int_not_equal(access(path, F_OK), 0);
	json_decref(entry);
	served_close(&s);
}

static size_t kept_of(const char *system, char ***names)
{
	char path[AXIS_PATH_MAX];
	size_t n;

	served_path(folder, system, "work", path);
	assert_int_equal(axis_disk_names(path, ".edxml", SIZE_MAX, names, &n), ERR_OK);
	return n;
}

static void make_old_ones(const char *system, unsigned n)
{
	const struct timespec old[2] = { { 1000, 0 }, { 1000, 0 } };
	char path[AXIS_PATH_MAX], word[96];

	for (unsigned i = 0; i < n; i++) {
		snprintf(word, sizeof word, "work/%016x-%032x.edxml", i, i);
		served_path(folder, system, word, path);
		write_file(path, "x", 0600);
		assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
	}
}

/* Of all systems together; what is new stays, and what is told goes. */
static void test_made_files_are_kept_within_bounds(void **state)
{
	char reason[AXIS_REASON_SIZE], id[SERVED_ID_SIZE], path[AXIS_PATH_MAX], **names;
	struct served s = open_served(IN_2026_MS), other = s;
	enum served_where where;
	json_t *entry;

	(void)state;
	other.lock = -1;
	snprintf(other.work.adapter.name, sizeof other.work.adapter.name, "other");
	assert_int_equal(served_open(&other, 0), ERR_OK);
	served_close(&other);
	make_old_ones("other", KEPT_FILES);
	say("f1", 3);
	assert_int_equal(served_enter(&s, reason), ERR_OK);
	assert_int_equal(count(&s, SERVED_WAITING, id), 2);
	write_file(program,
		   "#!/bin/sh\nfor a; do case $a in --output=*) echo "
		   "'<From><OrganId>o1</OrganId></From><To><OrganId>o2</OrganId></To>' "
		   ">\"${a#--output=}\";; esac; done\necho '{\"v\":1,\"data\":{}}'\n",
		   0700);
	served_path(folder, "eo", "work/x.edxml", path);
	assert_int_equal(served_find(&s, id, &entry, &where), ERR_OK);
	assert_int_equal(served_make(&s, id, &entry, &where, path, reason), ERR_OK);
	assert_string_equal(axis_text(entry, "from_organ"), "o1");
	assert_int_equal(json_integer_value(json_object_get(entry, "size_bytes")), 65);
	assert_int_equal(strlen(axis_text(entry, "sha256")), 64);
	assert_int_not_equal(access(path, F_OK), 0);
	served_kept(&s, id, path);
	assert_int_equal(access(path, F_OK), 0);
	assert_int_equal(kept_of("other", &names), KEPT_FILES - 1);
	axis_disk_names_free(names, KEPT_FILES - 1);
	/* No command is wanted for it now. */
	write_file(program, "#!/bin/sh\nexit 9\n", 0700);
	assert_int_equal(served_make(&s, id, &entry, &where, path, reason), ERR_OK);
	assert_int_equal(served_tell(&s, id, true, ""), ERR_OK);
	assert_int_not_equal(access(path, F_OK), 0);
	json_decref(entry);
	served_close(&s);
	kept_sweep(folder);
	assert_int_equal(kept_of("other", &names), 0);
}

static void test_a_daemon_that_is_away_changes_nothing(void **state)
{
	char reason[AXIS_REASON_SIZE];
	struct served s = open_served(IN_2026_MS);

	(void)state;
	write_file(answer,
		   "{\"v\":1,\"error\":{\"code\":\"VT-5001\",\"message\":\"away\"}}", 0600);
	assert_int_equal(served_enter(&s, reason), ERR_UNREACHABLE);
	assert_string_equal(reason, "VT-5001 away");
	assert_int_equal(s.state.stopped, ERR_OK);
	served_close(&s);
}

static void test_a_key_is_of_one_file(void **state)
{
	struct posted p = { folder, "eo", -1 };
	char id[POSTED_ID_SIZE], other[POSTED_ID_SIZE];
	json_t *entry;

	(void)state;
	assert_int_equal(posted_open(&p), ERR_OK);
	posted_id(&p, "aa", id);
	posted_id(&p, "bb", other);
	assert_string_not_equal(id, other);
	assert_int_equal(posted_find(&p, id, &entry), ERR_NOT_FOUND);
	assert_int_equal(posted_check_key(&p, "k", id), ERR_OK);
	assert_int_equal(posted_note(&p, id, "k", json_pack("{s:s}", "id", id)), ERR_OK);
	assert_int_equal(posted_check_key(&p, "k", id), ERR_OK);
	assert_int_equal(posted_check_key(&p, "k", other), ERR_AXIS_KEY);
	assert_int_equal(posted_check_key(&p, "", other), ERR_OK);
	assert_int_equal(posted_find_key(&p, "k", &entry), ERR_OK);
	assert_string_equal(axis_text(entry, "id"), id);
	json_decref(entry);
	assert_int_equal(posted_find_key(&p, "l", &entry), ERR_NOT_FOUND);
	posted_close(&p);
	/* Another system's are its own. */
	p.system = "other";
	posted_id(&p, "aa", other);
	assert_string_not_equal(id, other);
	p.system = "../x";
	assert_int_equal(posted_open(&p), ERR_NOT_FOUND);
	posted_close(&p);
}

#define EACH(f) cmocka_unit_test_setup_teardown(f, make, remove_all)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(test_a_change_is_entered_once_however_often_it_is_read),
		EACH(test_done_is_final_and_fail_is_not),
		EACH(test_an_order_never_comes_again),
		EACH(test_what_was_missed_stops_it_until_somebody_looks),
		EACH(test_what_is_kept_may_begin_too_late),
		EACH(test_a_state_of_before_is_read),
		EACH(test_nothing_is_made_where_there_is_no_room),
		EACH(test_made_files_are_kept_within_bounds),
		EACH(test_a_daemon_that_is_away_changes_nothing),
		EACH(test_a_key_is_of_one_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
