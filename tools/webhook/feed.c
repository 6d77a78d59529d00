/* See feed.h. */
#include "tools/webhook/feed.h"

#include <stdio.h>
#include <string.h>

#include "tools/webhook/event.h"

enum { GRACE_MS = 30000, ANSWER_MAX_BYTES = 4 << 20 };

static uint64_t number_at(const json_t *object, const char *key)
{
	json_int_t n = json_integer_value(json_object_get(object, key));

	return n > 0 ? (uint64_t)n : 0;
}

static enum err read_fault(const json_t *fault, struct webhook_batch *out)
{
	const char *code = json_string_value(json_object_get(fault, "code"));

	out->other = code != NULL && strcmp(code, "VT-2094") == 0;
	out->missed = out->other || (code != NULL && strcmp(code, "VT-2093") == 0);
	out->first = number_at(fault, "first");
	return out->missed ? ERR_OK : ERR_UNREACHABLE;
}

/* Numbers rise, and each is one. */
static bool in_order(const json_t *changes, uint64_t next)
{
	const json_t *change;
	uint64_t last = 0;
	size_t i;

	json_array_foreach(changes, i, change)
	{
		uint64_t n = webhook_event_number(change);

		if (n <= last || n > next)
			return false;
		last = n;
	}
	return true;
}

static enum err read_data(const json_t *data, struct webhook_batch *out)
{
	const char *feed = json_string_value(json_object_get(data, "feed"));
	json_t *changes = json_object_get(data, "changes");

	if (feed == NULL || strlen(feed) >= sizeof out->feed)
		return ERR_UNREACHABLE;
	memcpy(out->feed, feed, strlen(feed) + 1);
	out->next = number_at(data, "next");
	out->first = number_at(data, "first");
	out->missed = out->missed || json_is_true(json_object_get(data, "missed"));
	if (out->missed)
		return ERR_OK;
	if (!json_is_array(changes) || !in_order(changes, out->next))
		return ERR_UNREACHABLE;
	out->changes = json_incref(changes);
	return ERR_OK;
}

enum err webhook_feed_read(const char *text, size_t len, struct webhook_batch *out)
{
	json_t *json = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_DISABLE_EOF_CHECK, NULL);
	const json_t *fault = json_object_get(json, "error"), *data = json_object_get(json, "data");
	enum err e = ERR_UNREACHABLE;

	memset(out, 0, sizeof *out);
	/* Where something is missing both are there: why, and from where it goes on. */
	if (fault != NULL)
		e = read_fault(fault, out);
	if (data != NULL && (fault == NULL || e == ERR_OK))
		e = read_data(data, out);
	if (e == ERR_OK && out->changes == NULL)
		out->changes = json_array();
	json_decref(json);
	return e;
}

static enum err next(void *context, const struct webhook_ask *ask, struct webhook_batch *out)
{
	struct run_program program = *(const struct run_program *)context;
	char since[48], wait[32], limit[32];
	const char *args[] = { "changes", since, wait, limit, NULL };
	struct run_result result;
	enum err e;

	if (ask->newest)
		snprintf(since, sizeof since, "--since=now");
	else
		snprintf(since, sizeof since, "--since=%llu", (unsigned long long)ask->since);
	snprintf(wait, sizeof wait, "--wait=%ds", ask->wait_ms / 1000);
	snprintf(limit, sizeof limit, "--limit=%u", ask->limit);
	program.timeout_ms = ask->wait_ms + GRACE_MS;
	program.stop = ask->stop;
	program.max_bytes = ANSWER_MAX_BYTES;
	memset(out, 0, sizeof *out);
	e = run_vanthu(&program, args, &result);
	if (e != ERR_OK)
		return e;
	e = webhook_feed_read(result.out, result.len, out);
	run_free(&result);
	return e;
}

struct webhook_feed webhook_feed_run(const struct run_program *program)
{
	return (struct webhook_feed){ .next = next, .context = (void *)(uintptr_t)program };
}
