/* webhook list and show; see webhook_show.h. */
#include "tools/command/webhook_show.h"

#include <string.h>

#include "tools/base/text.h"
#include "tools/client/client.h"
#include "tools/command/commands.h"
#include "tools/output/output.h"
#include "tools/run/run.h"

enum { BEHIND_MAX = 1000 };

static const struct column columns[] = {
	{ "name", N_("Name"), FORMAT_TEXT, false },
	{ "state", N_("State"), FORMAT_STATE, false },
	{ "url", N_("Address"), FORMAT_TEXT, true },
	{ "kinds", N_("Changes"), FORMAT_LIST, true },
	{ "delivered", N_("Taken"), FORMAT_COUNT, false },
	{ "since", N_("Since"), FORMAT_MINUTE, false },
	{ NULL, NULL, FORMAT_TEXT, false },
};

static const struct column one_columns[] = {
	{ "name", N_("Name"), FORMAT_TEXT, true },
	{ "state", N_("State"), FORMAT_STATE, false },
	{ "reason", N_("Why"), FORMAT_CODE, true },
	{ "since", N_("Since"), FORMAT_TIME, false },
	{ "url", N_("Address"), FORMAT_TEXT, true },
	{ "kinds", N_("Changes"), FORMAT_LIST, true },
	{ "committees", N_("Committees"), FORMAT_LIST, true },
	{ "types", N_("Types"), FORMAT_LIST, true },
	{ "direction", N_("Direction"), FORMAT_STATE, false },
	{ "secret", N_("Secret"), FORMAT_TEXT, true },
	{ "public_key", N_("Public key"), FORMAT_TEXT, true },
	{ "created_at", N_("Created"), FORMAT_TIME, false },
	{ "done", N_("Up to number"), FORMAT_COUNT, false },
	{ "behind", N_("Changes waiting"), FORMAT_COUNT, false },
	{ "delivered", N_("Taken"), FORMAT_COUNT, false },
	{ "attempts", N_("Failed attempts"), FORMAT_COUNT, false },
	{ "next_at", N_("Next attempt"), FORMAT_TIME, false },
	{ NULL, NULL, FORMAT_TEXT, false },
};

static const struct column answer_columns[] = {
	{ "at", N_("Time"), FORMAT_TIME, false },
	{ "number", N_("Change"), FORMAT_COUNT, false },
	{ "status", N_("HTTP"), FORMAT_COUNT, false },
	{ "took_ms", N_("ms"), FORMAT_COUNT, false },
	{ "error", N_("Fault"), FORMAT_TEXT, true },
	{ NULL, NULL, FORMAT_TEXT, false },
};

/* An order that the gateway has not carried out yet ends what was given up. */
static bool given_up(const struct webhook_entry *e)
{
	return e->cursor.given_up != ERR_OK && e->cursor.order == e->subscription.order;
}

static const char *state_of(const struct webhook_entry *e)
{
	if (e->fault != ERR_OK)
		return "damaged";
	if (given_up(e))
		return "given_up";
	if (e->subscription.paused)
		return "paused";
	return e->cursor.attempts > 0 && e->cursor.order == e->subscription.order ? "failing"
										  : "active";
}

static json_t *time_or_null(int64_t ms)
{
	char text[40];

	text_rfc3339(ms, text, sizeof text);
	return json_text_or_null(text);
}

static json_t *code_or_null(enum err e)
{
	return e == ERR_OK ? json_null() : json_sprintf("VT-%d", (int)e);
}

json_t *webhook_show_answer(const struct webhook_answer *a)
{
	return json_pack("{s:o, s:o, s:o, s:I, s:o}", "at", time_or_null(a->at_ms), "number",
			 a->number == 0 ? json_null() : json_integer((json_int_t)a->number),
			 "status", a->status == 0 ? json_null() : json_integer(a->status),
			 "took_ms", (json_int_t)a->took_ms, "error", json_text_or_null(a->error));
}

static json_t *answers_json(const struct webhook_cursor *c)
{
	json_t *out = json_array();

	for (unsigned i = 0; i < c->answer_count; i++)
		json_array_append_new(out, webhook_show_answer(&c->answers[i]));
	return out;
}

static int64_t since_of(const struct webhook_entry *e)
{
	return given_up(e) ? e->cursor.given_up_ms : e->cursor.failing_since_ms;
}

json_t *webhook_show_json(const struct webhook_entry *e)
{
	const struct webhook_subscription *s = &e->subscription;
	const struct webhook_cursor *c = &e->cursor;
	char key[WEBHOOK_KEY_TEXT_SIZE];

	if (e->fault != ERR_OK)
		return json_pack("{s:s, s:s, s:s, s:o}", "id", s->id, "name", s->id, "state",
				 state_of(e), "reason", code_or_null(e->fault));
	webhook_key_public(&s->key, key);
	return json_pack(
		"{s:s, s:s, s:s, s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:s, s:o, s:o, s:I, s:o, s:I, "
		"s:I, s:o, s:o}",
		"id", s->id, "name", s->name, "state", state_of(e), "reason",
		given_up(e) ? code_or_null(c->given_up) : json_null(), "since",
		time_or_null(since_of(e)), "url", s->url, "kinds", webhook_words_json(&s->kinds),
		"committees", webhook_words_json(&s->committees), "types",
		webhook_words_json(&s->types), "direction",
		json_text_or_null(webhook_direction_word(s->direction)), "signature",
		s->key.ed25519 ? "v1a" : "v1", "public_key", json_text_or_null(key), "created_at",
		time_or_null(s->created_ms), "done", (json_int_t)c->done, "feed",
		json_text_or_null(c->feed), "delivered", (json_int_t)c->delivered, "attempts",
		(json_int_t)c->attempts, "next_at", time_or_null(c->next_ms), "answers",
		answers_json(c));
}

int webhook_show_list(struct cli *cli, const struct webhook_entry *entries, unsigned count)
{
	json_t *list = json_array();
	bool ended = false;

	for (unsigned i = 0; i < count; i++) {
		json_array_append_new(list, webhook_show_json(&entries[i]));
		ended = ended || (entries[i].fault == ERR_OK && given_up(&entries[i]));
	}
	if (ended)
		cli_hint(cli, "%s",
			 _("Why one is given up, and what helps: vanthu webhook show NAME"));
	return output_list(cli, list, columns);
}

/* How many changes wait for it, as far as they are counted; null where the daemon does not say. */
static json_t *behind(const struct config *config, const struct webhook_entry *e)
{
	struct webhook_ask ask = { .since = e->cursor.done, .limit = BEHIND_MAX, .stop = -1 };
	struct run_program program = { .config = config->file, .language = "en", .stop = -1 };
	struct webhook_feed feed = webhook_feed_run(&program);
	struct webhook_batch batch;
	char path[CONFIG_PATH_MAX];
	json_int_t count = 0;
	json_t *change;
	size_t i;

	program.vanthu = path;
	if (!e->cursor.started || run_find(path, sizeof path) != ERR_OK ||
	    feed.next(feed.context, &ask, &batch) != ERR_OK)
		return json_null();
	json_array_foreach(batch.changes, i, change)
	{
		count += webhook_event_wanted(&e->subscription, change);
	}
	json_decref(batch.changes);
	return batch.missed ? json_null() : json_integer(count);
}

int webhook_show_one(struct cli *cli, const struct config *config, const struct webhook_entry *e)
{
	json_t *view = webhook_show_json(e), *answers = json_object_get(view, "answers");

	if (e->fault == ERR_OK)
		json_object_set_new(view, "behind", behind(config, e));
	cli->renderer->object(cli, view, one_columns);
	if (!cli->json && json_array_size(answers) > 0) {
		cli->renderer->heading(cli, _("Last answers"));
		cli->renderer->list(cli, answers, answer_columns);
	}
	if (e->fault == ERR_OK && given_up(e))
		cli_hint(cli, "%s", _(err_fix(e->cursor.given_up)));
	json_decref(view);
	return 0;
}

int webhook_show_new(struct cli *cli, const struct webhook_entry *e)
{
	json_t *view = webhook_show_json(e);
	char key[WEBHOOK_KEY_TEXT_SIZE];

	if (!e->subscription.key.ed25519 && !cli->dry_run) {
		webhook_key_print(&e->subscription.key, key);
		json_object_set_new(view, "secret", json_string(key));
		explicit_bzero(key, sizeof key);
		cli_hint(cli, "%s",
			 _("Give the secret to the receiver now: it is not shown again."));
	}
	return output_object(cli, view, one_columns);
}

int webhook_show_done(struct cli *cli, json_t *view)
{
	static const struct column few[] = {
		{ "name", N_("Name"), FORMAT_TEXT, true },
		{ "state", N_("State"), FORMAT_STATE, false },
		{ "url", N_("Address"), FORMAT_TEXT, true },
		{ NULL, NULL, FORMAT_TEXT, false },
	};

	return output_object(cli, view, few);
}
