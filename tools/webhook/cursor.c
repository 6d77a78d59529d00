/* See cursor.h. */
#include "tools/webhook/cursor.h"

#include <stdio.h>
#include <string.h>

enum { VERSION = 1 };

void webhook_cursor_answer(struct webhook_cursor *c, const struct webhook_answer *answer)
{
	memmove(&c->answers[1], &c->answers[0], (WEBHOOK_ANSWERS_MAX - 1) * sizeof c->answers[0]);
	c->answers[0] = *answer;
	if (c->answer_count < WEBHOOK_ANSWERS_MAX)
		c->answer_count++;
}

static json_t *answer_json(const struct webhook_answer *a)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:s}", "at_ms", (json_int_t)a->at_ms, "number",
			 (json_int_t)a->number, "status", (json_int_t)a->status, "took_ms",
			 (json_int_t)a->took_ms, "error", a->error);
}

static bool answer_read(json_t *json, struct webhook_answer *out)
{
	json_int_t at, number, status, took;
	const char *error;

	if (json_unpack(json, "{s:I, s:I, s:I, s:I, s:s}", "at_ms", &at, "number", &number,
			"status", &status, "took_ms", &took, "error", &error) != 0)
		return false;
	*out = (struct webhook_answer){ .at_ms = at,
					.number = (uint64_t)number,
					.status = (unsigned)status,
					.took_ms = (unsigned)took };
	snprintf(out->error, sizeof out->error, "%s", error);
	return true;
}

json_t *webhook_cursor_json(const struct webhook_cursor *c)
{
	json_t *answers = json_array();

	for (unsigned i = 0; answers != NULL && i < c->answer_count; i++)
		json_array_append_new(answers, answer_json(&c->answers[i]));
	return json_pack("{s:i, s:I, s:b, s:I, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o}",
			 "v", VERSION, "order", (json_int_t)c->order, "started", c->started, "done",
			 (json_int_t)c->done, "feed", c->feed, "delivered",
			 (json_int_t)c->delivered, "attempts", (json_int_t)c->attempts,
			 "failing_since_ms", (json_int_t)c->failing_since_ms, "next_ms",
			 (json_int_t)c->next_ms, "given_up", (json_int_t)c->given_up, "given_up_ms",
			 (json_int_t)c->given_up_ms, "tested", (json_int_t)c->tested, "test",
			 answer_json(&c->test), "answers", answers);
}

static bool answers_read(const json_t *json, struct webhook_cursor *out)
{
	json_t *answer;
	size_t i;

	json_array_foreach(json, i, answer)
	{
		if (i == WEBHOOK_ANSWERS_MAX || !answer_read(answer, &out->answers[i]))
			return false;
		out->answer_count++;
	}
	return json_is_array(json);
}

enum err webhook_cursor_read(const json_t *json, struct webhook_cursor *out)
{
	json_int_t order, done, delivered, attempts, failing, next, given_up, given_up_ms, tested;
	json_t *test, *answers;
	int version, started;
	const char *feed;

	memset(out, 0, sizeof *out);
	if (json_unpack((json_t *)(uintptr_t)json,
			"{s:i, s:I, s:b, s:I, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o}",
			"v", &version, "order", &order, "started", &started, "done", &done, "feed",
			&feed, "delivered", &delivered, "attempts", &attempts, "failing_since_ms",
			&failing, "next_ms", &next, "given_up", &given_up, "given_up_ms",
			&given_up_ms, "tested", &tested, "test", &test, "answers", &answers) != 0 ||
	    version != VERSION || order < 0 || done < 0 || strlen(feed) >= sizeof out->feed)
		return ERR_WEBHOOK_FILE;
	out->order = (uint64_t)order;
	out->started = started != 0;
	out->done = (uint64_t)done;
	memcpy(out->feed, feed, strlen(feed) + 1);
	out->delivered = (uint64_t)delivered;
	out->attempts = (unsigned)attempts;
	out->failing_since_ms = failing;
	out->next_ms = next;
	out->given_up = err_known((unsigned)given_up) ? (enum err)given_up : ERR_OK;
	out->given_up_ms = given_up_ms;
	out->tested = (uint64_t)tested;
	return answer_read(test, &out->test) && answers_read(answers, out) ? ERR_OK
									   : ERR_WEBHOOK_FILE;
}
