/* The spool folder: each document once, wherever the process ends and whatever it loses. */
#include "tools/spool/turn.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/support/fixture.h"
#include "tests/unit/support/spool_desk.h"

#define DOC_1 "0190a000-0000-7000-8000-000000000001"
#define DOC_2 "0190a000-0000-7000-8000-000000000002"

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

/* ---- ids ---- */

static void lay_one(const struct spool_desk *d, const char *order)
{
	spool_desk_write(d, "spool/out/a.pdf", "content");
	spool_desk_write(d, "spool/out/a.yaml", order);
	spool_desk_write(d, "spool/out/a.ready", "");
}

/* Of a result, that it warns of this alone. */
static void assert_warning(const struct spool_desk *d, const char *path, const char *code)
{
	json_t *result = spool_desk_json(d, path), *list;

	assert_non_null(result);
	list = json_object_get(json_object_get(result, "data"), "warnings");
	assert_int_equal(json_array_size(list), code == NULL ? 0 : 1);
	if (code != NULL)
		spool_desk_assert_text(json_array_get(list, 0), "code", code);
	json_decref(result);
}

static void write_json(const struct spool_desk *d, const char *path, json_t *value)
{
	char *text = json_dumps(value, 0);

	spool_desk_write(d, path, text);
	free(text);
	json_decref(value);
}

static void test_what_was_sent_before_all_state_was_lost_is_not_sent_again(void **state)
{
	struct spool_desk *d = *state;
	char first[40], second[40];

	lay_one(d, "to: b\nfiles: [a.pdf]\n");
	spool_desk_turns(d, 1);
	spool_desk_id(d, "spool/out/a.accepted.json", first);
	assert_warning(d, "spool/out/a.accepted.json", NULL);
	assert_int_equal(first[14], '8');
	spool_desk_lose_state(d);
	spool_desk_restart(d);
	lay_one(d, "to: b\nfiles: [a.pdf]\n");
	spool_desk_turns(d, 1);
	spool_desk_id(d, "spool/out/a.accepted.json", second);
	assert_string_equal(first, second);
	assert_warning(d, "spool/out/a.accepted.json", "VT-6095");
	assert_int_equal(spool_desk_count(d, "daemon", ""), 1);
	/* Known here, too. */
	lay_one(d, "to: b\nfiles: [a.pdf]\n");
	spool_desk_turns(d, 1);
	assert_int_equal(d->asked, 2);
	assert_warning(d, "spool/out/a.accepted.json", "VT-6095");
	/* Another name: once more. */
	spool_desk_write(d, "spool/out/a.pdf", "content");
	spool_desk_write(d, "spool/out/again.yaml", "to: b\nfiles: [a.pdf]\n");
	spool_desk_turns(d, 3);
	assert_warning(d, "spool/out/again.accepted.json", NULL);
	assert_int_equal(spool_desk_count(d, "daemon", ""), 2);
}

static void test_sent_on_another_day_it_is_the_same_document_all_the_same(void **state)
{
	struct spool_desk *d = *state;
	char id[40], path[64];
	json_t *shown;

	lay_one(d, "to: b\nfiles: [a.pdf]\n");
	spool_desk_turns(d, 1);
	spool_desk_id(d, "spool/out/a.accepted.json", id);
	snprintf(path, sizeof path, "daemon/%s", id);
	spool_desk_write(d, path, "of another day");
	spool_desk_lose_state(d);
	spool_desk_restart(d);
	lay_one(d, "to: b\nfiles: [a.pdf]\n");
	spool_desk_turns(d, 1);
	assert_warning(d, "spool/out/a.accepted.json", "VT-6095");
	/* With other files it is not this order, whatever its id. */
	snprintf(path, sizeof path, "shown/%s", id);
	shown = spool_desk_json(d, path);
	json_object_set_new(json_array_get(json_object_get(shown, "attachments"), 0), "sha256",
			    json_string("00"));
	write_json(d, path, shown);
	spool_desk_lose_state(d);
	spool_desk_restart(d);
	lay_one(d, "to: b\nfiles: [a.pdf]\n");
	spool_desk_turns(d, 1);
	spool_desk_assert_code(d, "spool/out/a.refused.json", "VT-2002");
}

static void test_an_id_of_the_orders_own_is_kept_and_judged_by_the_daemon(void **state)
{
	struct spool_desk *d = *state;
	char path[SPOOL_DESK_PATH + 64], line[1024] = "";
	json_t *shown;
	FILE *f;

	lay_one(d, "id: " DOC_1 "\nto: b\nfiles: [a.pdf]\n");
	spool_desk_turns(d, 1);
	/* It was sent on another day. */
	snprintf(path, sizeof path, "%s/daemon/" DOC_1, d->root);
	f = fopen(path, "re");
	assert_non_null(f);
	assert_true(fread(line, 1, sizeof line - 1, f) > 0);
	fclose(f);
	memcpy(strstr(line, "--date=") + 7, "2026-01-02", 10);
	spool_desk_write(d, "daemon/" DOC_1, line);
	shown = spool_desk_json(d, "shown/" DOC_1);
	json_object_set_new(shown, "issued", json_string("2026-01-02"));
	write_json(d, "shown/" DOC_1, shown);
	spool_desk_lose_state(d);
	spool_desk_restart(d);
	lay_one(d, "id: " DOC_1 "\nto: b\nfiles: [a.pdf]\n");
	spool_desk_turns(d, 1);
	assert_warning(d, "spool/out/a.accepted.json", "VT-6095");
	/* Another order under this id, with the same files. */
	lay_one(d, "id: " DOC_1 "\nto: c\nfiles: [a.pdf]\n");
	spool_desk_turns(d, 1);
	spool_desk_assert_code(d, "spool/out/a.refused.json", "VT-2002");
}

static void test_an_order_with_an_id_of_its_own_that_went_and_was_taken_away_is_told(void **state)
{
	struct spool_desk *d = *state;
	char path[SPOOL_DESK_PATH + 64];

	d->mood = "lost";
	lay_one(d, "id: " DOC_1 "\nto: b\nfiles: [a.pdf]\n");
	spool_desk_write(d, "spool/out/e.edxml", "<edxml/>");
	spool_desk_turns(d, 30);
	assert_int_equal(spool_desk_count(d, "daemon", ""), 2);
	for (unsigned i = 0; i < 2; i++) {
		snprintf(path, sizeof path, "%s/spool/out/%s", d->root,
			 i == 0 ? "a.yaml" : "e.edxml");
		assert_int_equal(unlink(path), 0);
	}
	d->mood = "";
	spool_desk_restart(d);
	spool_desk_turns(d, 20);
	assert_true(spool_desk_has(d, "spool/out/a.accepted.json"));
	assert_true(spool_desk_has(d, "spool/out/e.accepted.json"));
	assert_int_equal(spool_desk_count(d, "gateway/spool/open", ""), 0);
}

#define OLD_KEY_PLAIN "99b6f2ddbc7cdaaf7c71b27a80407abd17770e84f9f41260bcc2cb64d77336aa"
#define OLD_KEY_OWN   "c9262a21e9f133c7400fac69848741b40688dca08dc1779dcf5b61107a23e6c6"
#define OLD_PART      "99"
/* As version 1 wrote them when ids were drawn. The keys are over name and content. */
static void put_old_entry(const struct spool_desk *d, const char *key, const char *id)
{
	char path[160], text[1024];

	snprintf(path, sizeof path, "gateway/spool/open/%s.json", key);
	snprintf(text, sizeof text,
		 "{\"v\":1,\"file\":\"a.yaml\",\"key\":\"%s\",\"id\":\"%s\","
		 "\"date\":\"2026-11-01\","
		 "\"at\":1793491200000,\"stage\":0,\"inputs\":[{\"path\":\"a.yaml\",\"size\":1,"
		 "\"modified\":1},{\"path\":\"a.pdf\",\"size\":1,\"modified\":1}]}",
		 key, id);
	spool_desk_write(d, path, text);
}

static void test_entries_of_before_go_on_under_the_id_that_was_drawn(void **state)
{
	static const struct {
		const char *order, *key, *entry, *wanted;
	} cases[] = {
		{ "to: b\nfiles: [a.pdf]\n", OLD_KEY_PLAIN, DOC_1, DOC_1 },
		{ "id: " DOC_2 "\nto: b\nfiles: [a.pdf]\n", OLD_KEY_OWN, "", DOC_2 },
	};
	struct spool_desk *d = *state;
	char id[40];

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		lay_one(d, cases[i].order);
		put_old_entry(d, cases[i].key, cases[i].entry);
		spool_desk_turns(d, 1);
		spool_desk_id(d, "spool/out/a.accepted.json", id);
		assert_string_equal(id, cases[i].wanted);
		assert_int_equal(spool_desk_count(d, "gateway/spool/open", ""), 0);
	}
	/* Known ones answer, as they did. */
	spool_desk_write(d, "gateway/spool/known/" OLD_PART "/" OLD_KEY_PLAIN ".json",
			 "{\"v\":1,\"file\":\"a.yaml\",\"key\":\"" OLD_KEY_PLAIN
			 "\",\"id\":\"" DOC_2 "\",\"date\":\"2026-11-01\","
			 "\"at\":1793491200000,\"stage\":2,\"inputs\":[],"
			 "\"verdict\":\"accepted\",\"target\":\"a\",\"result\":{\"v\":1,\"name\":"
			 "\"a\",\"data\":{\"id\":\"" DOC_2 "\",\"warnings\":[]}}}");
	lay_one(d, cases[0].order);
	d->asked = 0;
	spool_desk_turns(d, 1);
	spool_desk_id(d, "spool/out/a.accepted.json", id);
	assert_string_equal(id, DOC_2);
	assert_int_equal(d->asked, 0);
	assert_warning(d, "spool/out/a.accepted.json", "VT-6095");
}

static void test_each_attempt_has_a_room_of_its_own(void **state)
{
	struct spool_desk *d = *state;
	char first[512];

	d->mood = "lost";
	lay_one(d, "to: b\nfiles: [a.pdf]\n");
	spool_desk_turns(d, 1);
	snprintf(first, sizeof first, "%s", d->path);
	d->mood = "";
	spool_desk_restart(d);
	spool_desk_turns(d, 1);
	assert_string_not_equal(first, d->path);
	assert_string_equal(strrchr(first, '/'), "/a.pdf");
	assert_int_equal(spool_desk_count(d, "gateway/spool/work", ""), 0);
	/* What a command that was left behind reads is gone, and no other's. */
	spool_desk_write(d, "gateway/spool/" "work/1/a.pdf", "of another order");
	lay_one(d, "to: c\nfiles: [a.pdf]\n");
	spool_desk_turns(d, 1);
	assert_true(spool_desk_has(d, "spool/out/done/a-2/a.pdf"));
	assert_int_equal(spool_desk_count(d, "gateway/spool/work", ""), 0);
}

static void test_sent_and_not_finished_is_sent_and_says_so(void **state)
{
	struct spool_desk *d = *state;

	d->mood = "unfinished";
	lay_one(d, "to: b\nreply-to: x\nfinish: true\nfiles: [a.pdf]\n");
	spool_desk_turns(d, 1);
	assert_warning(d, "spool/out/a.accepted.json", "VT-6096");
	assert_true(spool_desk_has(d, "spool/out/done/a/a.pdf"));
	assert_int_equal(d->asked, 1);
}

static const char two_documents[] =
	"[{\"id\":\"" DOC_2 "\",\"number\":\"2-CV\",\"arrived_at\":\"2026-11-30T01:00:00.000Z\","
	"\"attachment_count\":0},"
	"{\"id\":\"" DOC_1 "\",\"number\":\"31-KH/ĐU\",\"arrived_at\":\"2026-11-29T01:00:00.000Z\","
	"\"attachment_count\":4,\"attachments\":[{\"name\":\"A.txt\"},{\"name\":\"a.TXT\"},"
	"{\"name\":\"CON\"},{\"name\":\"document.json\"}]}]";
static const char its_changes[] =
	"[{\"number\":3,\"kind\":\"arrived\",\"id\":\"" DOC_1
	"\",\"at\":\"2026-11-29T01:00:00.000Z\"},"
	"{\"number\":5,\"kind\":\"link_up\",\"id\":null,\"at\":\"2026-11-29T02:00:00.000Z\"},"
	"{\"number\":6,\"kind\":\"receipt\",\"id\":\"" DOC_2
	"\",\"at\":\"2026-11-29T03:00:00.000Z\"},"
	"{\"number\":9,\"kind\":\"arrived\",\"id\":\"" DOC_2
	"\",\"at\":\"2026-11-30T01:00:00.000Z\"}]";

/* ---- wherever it ends ---- */

static void lay_out(const struct spool_desk *d)
{
	spool_desk_write(d, "spool/out/a.pdf", "content a");
	spool_desk_write(d, "spool/out/a.yaml", "to: b\nfiles: [a.pdf]\n");
	spool_desk_write(d, "spool/out/a.ready", "");
	spool_desk_write(d, "spool/out/sub/b.pdf", "content b");
	spool_desk_write(d, "spool/out/b.yaml", "to: b\nfiles: [sub/b.pdf]\n");
	spool_desk_write(d, "spool/out/c.pdf", "content c");
	spool_desk_write(d, "spool/out/c.yaml", "to: nobody\nfiles: [c.pdf]\n");
}

/* A process that ends before its n-th change, or has nothing more to do: true. */
static bool run_until(struct spool_desk *d, unsigned n)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		spool_desk_restart(d);
		d->steps = 0;
		d->die_at = n;
		spool_desk_turns(d, 5);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_true(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 9);
	return WEXITSTATUS(status) == 0;
}

/* Who waits for results takes each as soon as it is there. */
static unsigned take_results(const struct spool_desk *d)
{
	static const char *const results[] = { "a.accepted.json", "b.accepted.json",
					       "c.refused.json" };
	char path[SPOOL_DESK_PATH + 64];
	unsigned count = 0;

	for (size_t i = 0; i < COUNT_OF(results); i++) {
		snprintf(path, sizeof path, "%s/spool/out/%s", d->root, results[i]);
		count += unlink(path) == 0;
	}
	return count;
}

static void test_wherever_it_ends_all_happens_once(void **state)
{
	struct spool_desk *d = *state;
	unsigned n = 1, results;
	bool whole;

	do {
		spool_desk_close(d);
		spool_desk_open(d);
		d->inbox = two_documents;
		d->changes = its_changes;
		lay_out(d);
		whole = run_until(d, n++);
		results = take_results(d);
		assert_true(spool_desk_consume(d));
		assert_true(run_until(d, 0));
		results += take_results(d);
		assert_true(spool_desk_consume(d));
		assert_int_equal(results, 3);
		assert_int_equal(spool_desk_count(d, "daemon", ""), 2);
		assert_int_equal(spool_desk_count(d, "spool/out", "done refused sub"), 0);
		assert_int_equal(spool_desk_count(d, "spool/out/sub", ""), 0);
		assert_true(spool_desk_has(d, "spool/out/done/a/a.pdf"));
		assert_true(spool_desk_has(d, "spool/out/done/b/sub/b.pdf"));
		assert_true(spool_desk_has(d, "spool/out/refused/c/c.pdf"));
		assert_int_equal(spool_desk_count(d, "taken", "receipts"), 2);
		assert_int_equal(spool_desk_count(d, "taken/receipts", ""), 1);
		assert_int_equal(spool_desk_count(d, "gateway/spool/open", ""), 0);
	} while (!whole);
	printf("%u places at which it ended\n", n - 2);
	assert_true(n > 100);
}

/* What the gateway keeps is gone as well: all is sent, nothing twice. */
static void test_wherever_it_ends_and_loses_its_state_nothing_is_sent_twice(void **state)
{
	struct spool_desk *d = *state;
	unsigned n = 1;
	bool whole;

	do {
		spool_desk_close(d);
		spool_desk_open(d);
		lay_out(d);
		spool_desk_write(d, "spool/out/e.edxml", "<edxml/>");
		spool_desk_write(d, "spool/out/own.pdf", "content own");
		spool_desk_write(d, "spool/out/own.yaml",
				 "id: " DOC_1 "\nto: b\nfiles: [own.pdf]\n");
		whole = run_until(d, n++);
		spool_desk_lose_state(d);
		assert_true(run_until(d, 0));
		assert_int_equal(spool_desk_count(d, "daemon", ""), 4);
		assert_false(spool_desk_has(d, "spool/out/a.yaml"));
		assert_false(spool_desk_has(d, "spool/out/b.yaml"));
		assert_false(spool_desk_has(d, "spool/out/own.yaml"));
		assert_false(spool_desk_has(d, "spool/out/e.edxml"));
		assert_true(spool_desk_has(d, "spool/out/a.accepted.json"));
		assert_true(spool_desk_has(d, "spool/out/b.accepted.json"));
		assert_true(spool_desk_has(d, "spool/out/own.accepted.json"));
		assert_true(spool_desk_has(d, "spool/out/e.accepted.json"));
	} while (!whole);
	printf("%u places at which it ended and lost its state\n", n - 2);
	assert_true(n > 100);
}

static void test_it_may_end_again_while_it_mends_what_was_left(void **state)
{
	enum { SEEDS = 12 };
	struct spool_desk *d = *state;
	uint64_t draw = 42;

	for (unsigned seed = 0; seed < SEEDS; seed++) {
		unsigned results = 0;
		bool whole = false;

		spool_desk_close(d);
		spool_desk_open(d);
		d->inbox = two_documents;
		d->changes = its_changes;
		lay_out(d);
		for (unsigned again = 0; !whole; again++) {
			draw = draw * 6364136223846793005ULL + 1442695040888963407ULL;
			whole = run_until(d, again > 30 ? 0 : 1 + (unsigned)(draw >> 33) % 90);
			results += take_results(d);
			assert_true(spool_desk_consume(d));
		}
		assert_int_equal(results, 3);
		assert_int_equal(spool_desk_count(d, "daemon", ""), 2);
		assert_int_equal(spool_desk_count(d, "spool/out", "done refused sub"), 0);
		assert_int_equal(spool_desk_count(d, "taken", "receipts"), 2);
		assert_int_equal(spool_desk_count(d, "taken/receipts", ""), 1);
	}
}

#define DESK_TEST(f) cmocka_unit_test_setup_teardown(f, open_desk, close_desk)

int main(void)
{
	const struct CMUnitTest tests[] = {
		DESK_TEST(test_what_was_sent_before_all_state_was_lost_is_not_sent_again),
		DESK_TEST(test_sent_on_another_day_it_is_the_same_document_all_the_same),
		DESK_TEST(test_an_id_of_the_orders_own_is_kept_and_judged_by_the_daemon),
		DESK_TEST(test_an_order_with_an_id_of_its_own_that_went_and_was_taken_away_is_told),
		DESK_TEST(test_entries_of_before_go_on_under_the_id_that_was_drawn),
		DESK_TEST(test_each_attempt_has_a_room_of_its_own),
		DESK_TEST(test_sent_and_not_finished_is_sent_and_says_so),
		DESK_TEST(test_wherever_it_ends_all_happens_once),
		DESK_TEST(test_wherever_it_ends_and_loses_its_state_nothing_is_sent_twice),
		DESK_TEST(test_it_may_end_again_while_it_mends_what_was_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
