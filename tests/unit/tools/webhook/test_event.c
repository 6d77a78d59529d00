/* Changes as events, and the feed's answers: what is wanted, what an id is, and which answers are
 * none. */
#include "tools/webhook/event.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/support/fixture.h"
#include "tools/webhook/feed.h"

static bool wanted(const char *kinds, const char *committees, const char *types,
		   enum webhook_direction direction, const char *change)
{
	struct webhook_subscription s = { .direction = direction };
	json_t *json = json_loads(change, 0, NULL);
	bool out;

	assert_non_null(json);
	assert_true(webhook_words_parse(kinds, &s.kinds));
	assert_true(webhook_words_parse(committees, &s.committees));
	assert_true(webhook_words_parse(types, &s.types));
	out = webhook_event_wanted(&s, json);
	json_decref(json);
	return out;
}

static void test_filters(void **state)
{
	static const char came[] = "{\"number\":1,\"kind\":\"arrived\",\"from\":\"thads\","
				   "\"committee\":null,\"direction\":\"in\",\"document\":"
				   "{\"type\":\"CV\",\"to\":[\"btp\",\"dhl\"]}}";
	static const char link[] = "{\"number\":2,\"kind\":\"link_up\",\"from\":null,\"committee\":"
				   "\"thads\",\"direction\":null,\"document\":null}";

	(void)state;
	assert_true(wanted("", "", "", WEBHOOK_BOTH, came));
	assert_true(wanted("receipt,arrived", "", "", WEBHOOK_BOTH, came));
	assert_false(wanted("receipt", "", "", WEBHOOK_BOTH, came));
	assert_true(wanted("", "thads", "", WEBHOOK_BOTH, came));
	assert_true(wanted("", "x dhl", "", WEBHOOK_BOTH, came));
	assert_false(wanted("", "vanphong", "", WEBHOOK_BOTH, came));
	assert_true(wanted("", "", "KH,CV", WEBHOOK_BOTH, came));
	assert_false(wanted("", "", "KH", WEBHOOK_BOTH, came));
	assert_true(wanted("", "", "", WEBHOOK_IN, came));
	assert_false(wanted("", "", "", WEBHOOK_OUT, came));
	assert_true(wanted("link_up", "thads", "", WEBHOOK_BOTH, link));
	assert_false(wanted("", "btp", "", WEBHOOK_BOTH, link));
	assert_false(wanted("", "", "CV", WEBHOOK_BOTH, link));
	assert_false(wanted("", "", "", WEBHOOK_IN, link));
	assert_false(wanted("", "", "", WEBHOOK_BOTH, "{\"number\":3}"));
}

static void test_ids_differ_by_subscription_feed_and_number_alone(void **state)
{
	static const struct {
		const char *subscription, *feed;
		uint64_t number;
	} rows[] = { { "a", "f", 1 }, { "a", "f", 2 }, { "b", "f", 1 }, { "a", "g", 1 } };
	char ids[COUNT_OF(rows)][WEBHOOK_EVENT_ID_SIZE], again[WEBHOOK_EVENT_ID_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		webhook_event_id(rows[i].subscription, rows[i].feed, rows[i].number, ids[i]);
		webhook_event_id(rows[i].subscription, rows[i].feed, rows[i].number, again);
		assert_string_equal(ids[i], again);
		assert_int_equal(strlen(ids[i]), 36);
		assert_null(strchr(ids[i], '.'));
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(ids[i], ids[k]);
	}
}

static enum err read_feed(const char *text, struct webhook_batch *out)
{
	enum err e = webhook_feed_read(text, strlen(text), out);

	json_decref(out->changes);
	return e;
}

static void test_answers_of_the_feed(void **state)
{
	static const char *const wrong[] = {
		"",
		"no JSON",
		"{}",
		"{\"v\":1,\"error\":{\"code\":\"VT-5001\"}}",
		"{\"v\":1,\"error\":{}}",
		"{\"v\":1,\"data\":{}}",
		"{\"v\":1,\"data\":{\"changes\":[],\"next\":3}}",
		"{\"v\":1,\"data\":{\"changes\":{},\"next\":3,\"feed\":\"a\"}}",
		"{\"v\":1,\"data\":{\"changes\":[{\"number\":2},{\"number\":2}],\"next\":3,"
		"\"feed\":"
		"\"a\"}}",
		"{\"v\":1,\"data\":{\"changes\":[{\"number\":4}],\"next\":3,\"feed\":\"a\"}}",
		"{\"v\":1,\"data\":{\"changes\":[{}],\"next\":3,\"feed\":\"a\"}}",
		"{\"v\":1,\"data\":{\"changes\":[],\"changes\":[],\"next\":3,\"feed\":\"a\"}}",
	};
	struct webhook_batch b;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(wrong); i++)
		assert_int_equal(read_feed(wrong[i], &b), ERR_UNREACHABLE);
	assert_ok(read_feed("{\"v\":1,\"data\":{\"changes\":[{\"number\":2},{\"number\":5}],"
			    "\"next\":9,\"first\":1,\"feed\":\"ab\",\"missed\":false}}\n",
			    &b));
	assert_int_equal(b.next, 9);
	assert_string_equal(b.feed, "ab");
	assert_false(b.missed);
	/* Whether as a fault, or as an answer that says it. */
	assert_ok(read_feed("{\"v\":1,\"error\":{\"code\":\"VT-2093\"}}", &b));
	assert_true(b.missed);
	assert_ok(read_feed("{\"v\":1,\"error\":{\"code\":\"VT-2093\"},\"data\":{\"changes\":[],"
			    "\"next\":9,\"first\":7,\"feed\":\"ab\",\"missed\":true}}",
			    &b));
	assert_true(b.missed);
	assert_int_equal(b.first, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_filters),
		cmocka_unit_test(test_ids_differ_by_subscription_feed_and_number_alone),
		cmocka_unit_test(test_answers_of_the_feed),
	};

	return cmocka_run_group_tests_name("webhook_event", tests, NULL, NULL);
}
