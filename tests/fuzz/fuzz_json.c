/* Any bytes as JSON that comes back from a disk that others can write or from a program: a
 * subscription of webhooks, what is known of how far it is, what the feed answers. What is taken
 * and written again is taken as the same. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "tools/webhook/cursor.h"
#include "tools/webhook/feed.h"
#include "tools/webhook/subscription.h"

static void try_subscription(const json_t *json)
{
	static struct webhook_subscription s, back;
	json_t *written, *again;

	if (webhook_subscription_read(json, &s) != ERR_OK)
		return;
	must(webhook_name_valid(s.name));
	written = webhook_subscription_json(&s);
	must(written != NULL && webhook_subscription_read(written, &back) == ERR_OK);
	again = webhook_subscription_json(&back);
	must(json_equal(written, again));
	json_decref(written);
	json_decref(again);
}

static void try_cursor(const json_t *json)
{
	static struct webhook_cursor c, back;
	json_t *written, *again;

	if (webhook_cursor_read(json, &c) != ERR_OK)
		return;
	must(c.answer_count <= WEBHOOK_ANSWERS_MAX);
	written = webhook_cursor_json(&c);
	must(written != NULL && webhook_cursor_read(written, &back) == ERR_OK);
	again = webhook_cursor_json(&back);
	must(json_equal(written, again));
	json_decref(written);
	json_decref(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *json = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, NULL);
	struct webhook_batch batch;

	if (json != NULL) {
		try_subscription(json);
		try_cursor(json);
		json_decref(json);
	}
	memset(&batch, 0, sizeof batch);
	if (webhook_feed_read((const char *)data, size, &batch) == ERR_OK) {
		must(json_is_array(batch.changes));
		json_decref(batch.changes);
	}
	return 0;
}
