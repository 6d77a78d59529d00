/* The spool folder with real folders: what is sent, refused, put off and put
 * there. */
#include "tools/spool/turn.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/support/fixture.h"
#include "tests/unit/support/spool_desk.h"

static const char folders[] = "done refused";
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

/* ---- out ---- */

static void test_an_order_is_sent_when_it_stays_as_it_is(void **state)
{
	struct spool_desk *d = *state;

	spool_desk_write(d, "spool/out/a.pdf", "content");
	spool_desk_write(d, "spool/out/a.yaml", "to: b\nfiles: [a.pdf]\n");
	spool_desk_turns(d, 1);
	assert_false(spool_desk_has(d, "spool/out/a.accepted.json"));
	spool_desk_write(d, "spool/out/a.pdf", "content that grows");
	spool_desk_turns(d, 1);
	assert_false(spool_desk_has(d, "spool/out/a.accepted.json"));
	assert_int_equal(spool_desk_count(d, "daemon", ""), 0);
	spool_desk_turns(d, 1);
	assert_true(spool_desk_has(d, "spool/out/a.accepted.json"));
	assert_true(spool_desk_has(d, "spool/out/done/a/a.pdf"));
	assert_true(spool_desk_has(d, "spool/out/done/a/a.yaml"));
	assert_true(spool_desk_has(d, "spool/out/done/a/result.json"));
	assert_int_equal(spool_desk_count(d, "spool/out", folders), 1);
	assert_int_equal(spool_desk_count(d, "daemon", ""), 1);
}

static void test_looks_that_follow_at_once_do_not_make_it_complete(void **state)
{
	struct spool_desk *d = *state;

	spool_desk_write(d, "spool/out/a.pdf", "content");
	spool_desk_write(d, "spool/out/a.yaml", "to: b\nfiles: [a.pdf]\n");
	for (unsigned i = 0; i < 5; i++) {
		d->turn.look_ms = 0;
		assert_true(spool_turn(&d->turn, d->now_ms) >= 0);
	}
	assert_int_equal(spool_desk_count(d, "daemon", ""), 0);
}

static void test_with_ready_beside_it_an_order_is_sent_at_once(void **state)
{
	struct spool_desk *d = *state;

	spool_desk_write(d, "spool/out/sub/a.pdf", "content");
	spool_desk_write(d, "spool/out/a.yaml", "to: b\nfiles: [sub/a.pdf]\n");
	spool_desk_write(d, "spool/out/a.ready", "");
	spool_desk_turns(d, 1);
	assert_true(spool_desk_has(d, "spool/out/a.accepted.json"));
	assert_true(spool_desk_has(d, "spool/out/done/a/sub/a.pdf"));
	assert_true(spool_desk_has(d, "spool/out/done/a/a.ready"));
}

static void test_the_same_again_is_answered_and_not_sent(void **state)
{
	struct spool_desk *d = *state;
	char first[40], second[40], third[40];
	json_t *result;

	for (unsigned i = 0; i < 2; i++) {
		spool_desk_write(d, "spool/out/a.pdf", "content");
		spool_desk_write(d, "spool/out/a.yaml", "to: b\nfiles: [a.pdf]\n");
		spool_desk_write(d, "spool/out/a.ready", "");
		spool_desk_restart(d);
		spool_desk_turns(d, 1);
		spool_desk_id(d, "spool/out/a.accepted.json", i == 0 ? first : second);
	}
	assert_string_equal(first, second);
	assert_int_equal(d->asked, 1);
	result = spool_desk_json(d, "spool/out/a.accepted.json");
	assert_true(json_is_true(
	    json_object_get(json_object_get(result, "data"), "repetition")));
	json_decref(result);
	assert_true(spool_desk_has(d, "spool/out/done/a-2/a.pdf"));
	/* Another content under the name is another document. */
	spool_desk_write(d, "spool/out/a.pdf", "other");
	spool_desk_write(d, "spool/out/a.yaml", "to: b\nfiles: [a.pdf]\n");
	spool_desk_write(d, "spool/out/a.ready", "");
	spool_desk_turns(d, 1);
	spool_desk_id(d, "spool/out/a.accepted.json", third);
	assert_string_not_equal(first, third);
	assert_int_equal(spool_desk_count(d, "daemon", ""), 2);
	assert_true(spool_desk_has(d, "spool/out/done/a-3/result.json"));
}

static void test_while_nobody_answers_it_waits_and_then_goes(void **state)
{
	struct spool_desk *d = *state;

	d->mood = "down";
	spool_desk_write(d, "spool/out/a.pdf", "content");
	spool_desk_write(d, "spool/out/a.yaml", "to: b\nfiles: [a.pdf]\n");
	spool_desk_write(d, "spool/out/a.ready", "");
	spool_desk_turns(d, 20);
	spool_desk_assert_code(d, "spool/out/a.waiting.json", "VT-5001");
	assert_true(spool_desk_has(d, "spool/out/a.yaml"));
	assert_true(spool_desk_has(d, "spool/out/a.pdf"));
	d->mood = "";
	spool_desk_turns(d, 70);
	assert_true(spool_desk_has(d, "spool/out/a.accepted.json"));
	assert_false(spool_desk_has(d, "spool/out/a.waiting.json"));
	assert_int_equal(spool_desk_count(d, "daemon", ""), 1);
}

static void test_what_was_sent_before_it_is_refused_now_is_accepted(void **state)
{
	struct spool_desk *d = *state;
	json_t *result;

	d->mood = "lost";
	spool_desk_write(d, "spool/out/a.pdf", "content");
	spool_desk_write(d, "spool/out/a.yaml", "to: nobody\nfiles: [a.pdf]\n");
	spool_desk_write(d, "spool/out/b.pdf", "content");
	spool_desk_write(d, "spool/out/b.yaml", "to: b\nfiles: [b.pdf]\n");
	spool_desk_turns(d, 6);
	spool_desk_assert_code(d, "spool/out/b.waiting.json", "VT-5002");
	spool_desk_restart(d);
	d->mood = "closed";
	spool_desk_turns(d, 20);
	result = spool_desk_json(d, "spool/out/b.accepted.json");
	assert_true(
	    json_is_true(json_object_get(json_object_get(result, "data"), "repeated")));
	json_decref(result);
	spool_desk_assert_code(d, "spool/out/a.refused.json", "VT-2005");
	assert_int_equal(spool_desk_count(d, "daemon", ""), 1);
}

static void test_what_was_sent_and_taken_away_is_told_all_the_same(void **state)
{
	struct spool_desk *d = *state;
	char path[SPOOL_DESK_PATH + 64];

	d->mood = "lost";
	spool_desk_write(d, "spool/out/a.pdf", "content");
	spool_desk_write(d, "spool/out/a.yaml", "to: b\nfiles: [a.pdf]\n");
	spool_desk_turns(d, 4);
	assert_int_equal(spool_desk_count(d, "daemon", ""), 1);
	snprintf(path, sizeof path, "%s/spool/out/a.yaml", d->root);
	assert_int_equal(unlink(path), 0);
	d->mood = "";
	spool_desk_restart(d);
	spool_desk_turns(d, 20);
	assert_true(spool_desk_has(d, "spool/out/a.accepted.json"));
	assert_int_equal(spool_desk_count(d, "gateway/spool/open", ""), 0);
}

static void test_what_is_wrong_is_refused_with_what_mends_it(void **state)
{
	static const struct {
		const char *order, *code;
		bool ready;
	} cases[] = {
		{ "to: nobody\nfiles: [a.pdf]\n", "VT-2005", true },
		{ "typ: b\nfiles: [a.pdf]\n", "VT-6041", false },
		{ "to: b\nfiles: [../daemon/x]\n", "VT-6042", false },
		{ "to: b\nfiles: [link.pdf]\n", "VT-6042", false },
		{ "to: b\nfiles: [linked/a.pdf]\n", "VT-6042", false },
		{ "to: b\nfiles: [pipe]\n", "VT-6042", false },
		{ "to: b\nfiles: [done.]\n", "VT-6043", true },
		{ "to: b\nfiles: [none.pdf]\n", "VT-6043", true },
		{ "to: b\nfiles: [large.pdf]\n", "VT-2009", false },
		{ "{", "VT-6040", false },
	};
	struct spool_desk *d = *state;
	char path[SPOOL_DESK_PATH + 64], target[SPOOL_DESK_PATH + 64], word[64], large[1200];

	memset(large, 'x', sizeof large);
	large[sizeof large - 1] = '\0';
	spool_desk_write(d, "gateway/secret", "key");
	snprintf(target, sizeof target, "%s/gateway/secret", d->root);
	snprintf(path, sizeof path, "%s/spool/out/link.pdf", d->root);
	assert_int_equal(symlink(target, path), 0);
	snprintf(path, sizeof path, "%s/spool/out/linked", d->root);
	snprintf(target, sizeof target, "%s/gateway", d->root);
	assert_int_equal(symlink(target, path), 0);
	snprintf(path, sizeof path, "%s/spool/out/pipe", d->root);
	assert_int_equal(mkfifo(path, 0600), 0);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		spool_desk_write(d, "spool/out/a.pdf", "content");
		spool_desk_write(d, "spool/out/large.pdf", large);
		snprintf(word, sizeof word, "spool/out/x%zu.yaml", i);
		spool_desk_write(d, word, cases[i].order);
		snprintf(word, sizeof word, "spool/out/x%zu.ready", i);
		if (cases[i].ready)
			spool_desk_write(d, word, "");
		spool_desk_turns(d, 3);
		snprintf(word, sizeof word, "spool/out/x%zu.refused.json", i);
		spool_desk_assert_code(d, word, cases[i].code);
		snprintf(word, sizeof word, "spool/out/refused/x%zu/x%zu.yaml", i, i);
		assert_true(spool_desk_has(d, word));
	}
	assert_int_equal(spool_desk_count(d, "daemon", ""), 0);
	assert_int_equal(spool_desk_count(d, "gateway/spool/open", ""), 0);
}

static void test_names_that_lead_elsewhere_or_cannot_be_kept(void **state)
{
	struct spool_desk *d = *state;
	char path[SPOOL_DESK_PATH + 300], word[300];

	snprintf(path, sizeof path, "%s/spool/out/l.yaml", d->root);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	snprintf(path, sizeof path, "%s/spool/out/folder.yaml", d->root);
	assert_int_equal(mkdir(path, 0700), 0);
	spool_desk_write(d, "spool/out/a\nb:c.yaml", "to: b\nfiles: [x]\n");
	spool_desk_write(d, "spool/out/CON.yaml", "to: b\nfiles: [x]\n");
	spool_desk_write(d, "spool/out/\xff.yaml", "to: b\nfiles: [x]\n");
	spool_desk_write(d, "spool/out/.hidden.yaml", "to: b\nfiles: [x]\n");
	spool_desk_write(d, "spool/out/half.yaml.tmp", "to: b\n");
	snprintf(word, sizeof word, "spool/out/%0230d.yaml", 1);
	spool_desk_write(d, word, "to: b\nfiles: [x]\n");
	spool_desk_turns(d, 4);
	spool_desk_assert_code(d, "spool/out/a_b_c.refused.json", "VT-6044");
	spool_desk_assert_code(d, "spool/out/_CON.refused.json", "VT-6044");
	snprintf(word, sizeof word, "spool/out/%0200d.refused.json", 0);
	spool_desk_assert_code(d, word, "VT-6044");
	spool_desk_assert_code(d, "spool/out/l.refused.json", "VT-6042");
	assert_true(spool_desk_has(d, "spool/out/\xff.yaml"));
	assert_true(spool_desk_has(d, "spool/out/.hidden.yaml"));
	assert_true(spool_desk_has(d, "spool/out/half.yaml.tmp"));
	assert_int_equal(spool_desk_count(d, "daemon", ""), 0);
}

static void test_an_order_whose_file_is_missing_says_so_and_waits(void **state)
{
	struct spool_desk *d = *state;

	spool_desk_write(d, "spool/out/a.yaml", "to: b\nfiles: [a.pdf]\n");
	spool_desk_turns(d, 6);
	spool_desk_assert_code(d, "spool/out/a.waiting.json", "VT-6043");
	spool_desk_write(d, "spool/out/a.pdf", "content");
	spool_desk_turns(d, 3);
	assert_true(spool_desk_has(d, "spool/out/a.accepted.json"));
	assert_false(spool_desk_has(d, "spool/out/a.waiting.json"));
}

static void test_edxml_goes_to_its_own_command(void **state)
{
	struct spool_desk *d = *state;

	spool_desk_write(d, "spool/out/e.edxml", "<x/>");
	spool_desk_turns(d, 3);
	spool_desk_assert_code(d, "spool/out/e.refused.json", "VT-1001");
	assert_true(spool_desk_has(d, "spool/out/refused/e/e.edxml"));
}

static void test_a_folder_that_everybody_writes_to_is_not_touched(void **state)
{
	struct spool_desk *d = *state;
	char path[SPOOL_DESK_PATH + 64];

	spool_desk_write(d, "spool/out/a.pdf", "content");
	spool_desk_write(d, "spool/out/a.yaml", "to: b\nfiles: [a.pdf]\n");
	snprintf(path, sizeof path, "%s/spool/out", d->root);
	assert_int_equal(chmod(path, 0777), 0);
	spool_desk_turns(d, 5);
	assert_int_equal(d->last_logged, ERR_SPOOL_FOLDER);
	assert_string_equal(d->last_text, path);
	assert_int_equal(d->logged, 1);
	assert_true(spool_desk_has(d, "spool/out/a.yaml"));
	assert_int_equal(chmod(path, 0770), 0);
	spool_desk_turns(d, 3);
	assert_true(spool_desk_has(d, "spool/out/a.accepted.json"));
}

/* ---- in ---- */

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
#define FOLDER_1 "2026-11-29-31-KH_ĐU-000000000001"

static void test_what_comes_lies_there_whole_under_names_that_all_systems_take(void **state)
{
	static const char *const names[] = { "A.txt", "a-2.TXT", "_CON", "document-2.json",
					     "document.json" };
	struct spool_desk *d = *state;
	char word[200];
	json_t *value;

	d->inbox = two_documents;
	d->changes = its_changes;
	spool_desk_turns(d, 2);
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		snprintf(word, sizeof word, "spool/in/" FOLDER_1 "/%s", names[i]);
		assert_true(spool_desk_has(d, word));
	}
	assert_int_equal(spool_desk_count(d, "spool/in/" FOLDER_1, ""), COUNT_OF(names));
	value = spool_desk_json(d, "spool/in/" FOLDER_1 "/document.json");
	spool_desk_assert_text(value, "data.id", DOC_1);
	assert_int_equal(json_array_size(json_object_get(value, "files")), 4);
	json_decref(value);
	assert_true(spool_desk_has(d, "spool/in/receipts/" DOC_2 "-6.json"));
	assert_true(spool_desk_consume(d));
	spool_desk_restart(d);
	spool_desk_turns(d, 3);
	assert_int_equal(spool_desk_count(d, "spool/in", "receipts"), 0);
	assert_int_equal(spool_desk_count(d, "spool/in/receipts", ""), 0);
}

static void test_a_document_whose_content_is_gone_is_noted_and_the_next_one_comes(void **state)
{
	struct spool_desk *d = *state;

	d->inbox = "[{\"id\":\"" DOC_1 "\",\"number\":\"1\",\"attachment_count\":1,"
		   "\"attachments\":\"VT-2056\"},{\"id\":\"" DOC_2 "\",\"attachment_count\":0,"
		   "\"number\":\"2-CV\",\"arrived_at\":\"2026-11-30T01:00:00.000Z\"}]";
	d->changes = its_changes;
	spool_desk_turns(d, 2);
	assert_int_equal(spool_desk_count(d, "spool/in", "receipts"), 1);
	assert_true(spool_desk_has(d, "spool/in/2026-11-30-2-CV-000000000002"));
	assert_true(spool_desk_has(d, "spool/in/receipts/" DOC_1 "-3.json"));
}

static void test_a_damaged_document_comes_when_it_is_mended_and_holds_up_no_other(void **state)
{
	static const char mended[] =
	    "[{\"id\":\"" DOC_1 "\",\"number\":\"1\",\"attachment_count\":1,"
	    "\"arrived_at\":\"2026-11-29T18:30:00.000Z\",\"attachments\":[{\"name\":\"a\"}]}]";
	static const char due[] = "{\"v\":1,\"id\":\"" DOC_1 "\",\"number\":3,\"since\":1,"
				  "\"tries\":1,\"next\":0}";
	struct spool_desk *d = *state;
	json_t *stuck;

	d->inbox = "[{\"id\":\"" DOC_1 "\",\"number\":\"1\",\"attachment_count\":1,"
		   "\"attachments\":\"VT-3009\"},{\"id\":\"" DOC_2 "\",\"attachment_count\":0,"
		   "\"number\":\"2-CV\",\"arrived_at\":\"2026-11-30T01:00:00.000Z\"}]";
	d->changes = its_changes;
	spool_desk_turns(d, 2);
	assert_int_equal(spool_desk_count(d, "spool/in", "receipts"), 1);
	assert_int_equal(spool_desk_count(d, "spool/in/receipts", ""), 1);
	assert_int_equal(d->logged, 1);
	stuck = spool_desk_json(d, "gateway/spool/stuck/" DOC_1 ".json");
	spool_desk_assert_text(stuck, "error.code", "VT-3009");
	json_decref(stuck);
	/* Still damaged: noted, not logged again. */
	spool_desk_write(d, "gateway/spool/stuck/" DOC_1 ".json", due);
	spool_desk_restart(d);
	spool_desk_turns(d, 1);
	stuck = spool_desk_json(d, "gateway/spool/stuck/" DOC_1 ".json");
	assert_int_equal(json_integer_value(json_object_get(stuck, "tries")), 2);
	json_decref(stuck);
	assert_int_equal(d->logged, 1);
	d->inbox = mended;
	spool_desk_write(d, "gateway/spool/stuck/" DOC_1 ".json", due);
	spool_desk_turns(d, 2);
	/* Its day is that in Vietnam. */
	assert_true(spool_desk_has(d, "spool/in/2026-11-30-1-000000000001/a"));
	assert_int_equal(spool_desk_count(d, "gateway/spool/stuck", ""), 0);
	assert_int_equal(spool_desk_count(d, "spool/in/receipts", ""), 1);
}

static void test_who_was_too_late_catches_up_and_gets_nothing_twice(void **state)
{
	struct spool_desk *d = *state;
	json_t *note;

	d->inbox = two_documents;
	d->changes = "[{\"number\":3,\"kind\":\"arrived\",\"id\":\"" DOC_1
		     "\",\"at\":\"2026-11-29T01:00:00.000Z\"}]";
	spool_desk_turns(d, 2);
	assert_true(spool_desk_consume(d));
	d->first = 20;
	d->changes = "[{\"number\":21,\"kind\":\"receipt\",\"id\":\"" DOC_1 "\",\"at\":\"\"}]";
	spool_desk_restart(d);
	spool_desk_turns(d, 4);
	assert_int_equal(spool_desk_count(d, "spool/in", "receipts"), 1);
	assert_true(spool_desk_has(d, "spool/in/2026-11-30-2-CV-000000000002"));
	note = spool_desk_json(d, "spool/in/receipts/changes-19.json");
	spool_desk_assert_text(note, "data.error.code", "VT-6046");
	assert_int_equal(json_integer_value(json_object_get(json_object_get(note, "data"),
							    "from")),
			 4);
	json_decref(note);
	assert_true(spool_desk_has(d, "spool/in/receipts/" DOC_1 "-21.json"));
	assert_true(spool_desk_consume(d));
	/* The store was replaced: numbers mean nothing any more. */
	d->feed = "f2";
	d->first = 2;
	d->changes = "[{\"number\":2,\"kind\":\"arrived\",\"id\":\"" DOC_2 "\",\"at\":\"\"}]";
	spool_desk_turns(d, 4);
	assert_int_equal(spool_desk_count(d, "spool/in", "receipts"), 0);
	assert_true(spool_desk_has(d, "spool/in/receipts/changes-1.json"));
	/* Once more, and its feed has just begun. */
	d->feed = "f3";
	d->first = 1;
	d->changes = "[]";
	spool_desk_turns(d, 4);
	assert_int_equal(spool_desk_count(d, "spool/in", "receipts"), 0);
	assert_true(spool_desk_has(d, "spool/in/receipts/changes-0.json"));
	assert_int_equal(spool_desk_count(d, "spool/in/receipts", ""), 2);
}

#define DESK_TEST(f) cmocka_unit_test_setup_teardown(f, open_desk, close_desk)

int main(void)
{
	const struct CMUnitTest tests[] = {
		DESK_TEST(test_an_order_is_sent_when_it_stays_as_it_is),
		DESK_TEST(test_looks_that_follow_at_once_do_not_make_it_complete),
		DESK_TEST(test_with_ready_beside_it_an_order_is_sent_at_once),
		DESK_TEST(test_the_same_again_is_answered_and_not_sent),
		DESK_TEST(test_while_nobody_answers_it_waits_and_then_goes),
		DESK_TEST(test_what_was_sent_before_it_is_refused_now_is_accepted),
		DESK_TEST(test_what_was_sent_and_taken_away_is_told_all_the_same),
		DESK_TEST(test_what_is_wrong_is_refused_with_what_mends_it),
		DESK_TEST(test_names_that_lead_elsewhere_or_cannot_be_kept),
		DESK_TEST(test_an_order_whose_file_is_missing_says_so_and_waits),
		DESK_TEST(test_edxml_goes_to_its_own_command),
		DESK_TEST(test_a_folder_that_everybody_writes_to_is_not_touched),
		DESK_TEST(test_what_comes_lies_there_whole_under_names_that_all_systems_take),
		DESK_TEST(test_a_document_whose_content_is_gone_is_noted_and_the_next_one_comes),
		DESK_TEST(test_a_damaged_document_comes_when_it_is_mended_and_holds_up_no_other),
		DESK_TEST(test_who_was_too_late_catches_up_and_gets_nothing_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
