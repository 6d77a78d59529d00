/* webhook: who is told of changes by HTTP. Subscriptions are files in the gateway's folder; the
 * gateway sends. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "routing/base/committee_id.h"
#include "tools/base/files.h"
#include "tools/base/text.h"
#include "tools/command/commands.h"
#include "tools/command/webhook_show.h"
#include "tools/output/output.h"
#include "tools/run/run.h"

enum { OPT_KIND = 1, OPT_COMMITTEE, OPT_TYPE, OPT_DIRECTION, OPT_ED25519, OPT_SINCE };

const struct command_option webhook_options[] = {
	{ "kind", OPT_KIND, N_("KIND[,KIND…]"),
	  N_("only these kinds of changes: arrived,receipt …; a wrong word lists them all"),
	  VALUE_NONE, "add" },
	{ "committee", OPT_COMMITTEE, N_("ID[,ID…]"),
	  N_("only of documents from or to these committees, and of these links"), VALUE_COMMITTEE,
	  "add" },
	{ "type", OPT_TYPE, N_("TYPE[,TYPE…]"), N_("only of documents of these types"), VALUE_TYPE,
	  "add" },
	{ "direction", OPT_DIRECTION, "in|out", N_("only of documents that came, or were sent"),
	  VALUE_WORDS, "add" },
	{ "ed25519", OPT_ED25519, NULL,
	  N_("signed with a key pair: the receiver needs only its public half"), VALUE_NONE,
	  "add" },
	{ "since", OPT_SINCE, N_("NUMBER|oldest"),
	  N_("from the change after this number on, or the oldest that is kept"), VALUE_NONE,
	  "add replay" },
	{ NULL, 0, NULL, NULL, VALUE_NONE, NULL },
};

/* One run of the command, with all that it holds. */
struct work {
	struct cli *cli;
	struct config config;
	struct config_networks allow;
	struct webhook_folder folder;
	struct webhook_entry *entries;
	unsigned count;
	int lock;
};

static int fail(struct work *w, enum err e, const char *about)
{
	return e == ERR_FILE ? cli_fail_file(w->cli, e, w->folder.path)
			     : cli_fail(w->cli, e, about);
}

/* The exit code; 0: all is read. `changes`: nobody else changes anything until finish(). */
static int begin(struct work *w, struct cli *cli, bool changes)
{
	enum err e;

	memset(w, 0, sizeof *w);
	w->cli = cli;
	w->lock = -1;
	e = cli_config(cli, &w->config);
	if (e != ERR_OK)
		return err_exit_code(e);
	e = webhook_folder_of(&w->config, &w->folder);
	if (e == ERR_OK && !config_networks_parse(w->config.gateway_webhook_allow, &w->allow))
		e = ERR_CONFIG;
	if (e == ERR_OK && changes)
		e = webhook_folder_make(&w->folder);
	if (e == ERR_OK && changes)
		e = webhook_folder_lock(&w->folder, &w->lock);
	if (e == ERR_OK)
		e = webhook_folder_load(&w->folder, &w->entries, &w->count);
	return e == ERR_OK ? 0 : fail(w, e, w->folder.path);
}

static void finish(struct work *w)
{
	for (unsigned i = 0; i < w->count; i++)
		webhook_key_erase(&w->entries[i].subscription.key);
	free(w->entries);
	if (w->lock >= 0)
		close(w->lock);
}

/* By its name, or its id. NULL: there is none. */
static struct webhook_entry *find(struct work *w, const char *name)
{
	for (unsigned i = 0; i < w->count; i++) {
		struct webhook_entry *e = &w->entries[i];

		if (strcmp(e->subscription.name, name) == 0 ||
		    strcmp(e->subscription.id, name) == 0)
			return e;
	}
	return NULL;
}

/* ---- add ---- */

static bool known_kinds(const struct webhook_words *w)
{
	for (unsigned i = 0; i < w->count; i++) {
		const char *kind = webhook_kind_at(0);

		for (unsigned k = 0; kind != NULL && strcmp(kind, w->list[i]) != 0; k++)
			kind = webhook_kind_at(k);
		if (kind == NULL)
			return false;
	}
	return true;
}

static int bad_kind(struct cli *cli)
{
	char fix[1024];
	size_t at = (size_t)snprintf(fix, sizeof fix, "%s", _("kinds of changes:"));

	for (unsigned i = 0; webhook_kind_at(i) != NULL; i++)
		at += (size_t)snprintf(fix + at, sizeof fix - at, "%s %s", i == 0 ? "" : ",",
				       webhook_kind_at(i));
	return cli_bad_value(cli, fix);
}

static bool known_ids(const struct webhook_words *w)
{
	struct committee_id id;

	for (unsigned i = 0; i < w->count; i++) {
		if (id_parse(w->list[i], strlen(w->list[i]), &id) != ERR_OK)
			return false;
	}
	return true;
}

static bool read_types(const char *text, struct webhook_words *out)
{
	char *nfc = text_nfc(text);
	bool ok = nfc != NULL && webhook_words_parse(nfc, out);

	free(nfc);
	return ok;
}

static bool read_since(const char *text, struct webhook_subscription *s)
{
	char *end;
	unsigned long long n;

	if (strcmp(text, "oldest") == 0) {
		s->from = WEBHOOK_FROM_OLDEST;
		return true;
	}
	errno = 0;
	n = strtoull(text, &end, 10);
	s->from = WEBHOOK_FROM_NUMBER;
	s->since = n;
	return text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0 && n <= INT64_MAX;
}

/* An option into the subscription; 0, or the exit code. */
static int take_option(struct cli *cli, int option, struct webhook_subscription *s)
{
	switch (option) {
	case OPT_KIND:
		return webhook_words_parse(optarg, &s->kinds) && known_kinds(&s->kinds)
			       ? 0
			       : bad_kind(cli);
	case OPT_COMMITTEE:
		return webhook_words_parse(optarg, &s->committees) && known_ids(&s->committees)
			       ? 0
			       : cli_bad_value(cli, _(err_fix(ERR_BAD_ID)));
	case OPT_TYPE:
		return read_types(optarg, &s->types) ? 0 : cli_usage(cli, cli->value);
	case OPT_DIRECTION:
		return webhook_direction_read(optarg, &s->direction) ? 0
								     : cli_usage(cli, cli->value);
	case OPT_ED25519:
		s->key.ed25519 = true;
		return 0;
	default:
		s->moves = true;
		return read_since(optarg, s) ? 0 : cli_usage(cli, cli->value);
	}
}

static enum err draw_id(char out[WEBHOOK_ID_SIZE])
{
	uint8_t bytes[(WEBHOOK_ID_SIZE - 1) / 2];

	if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
		return ERR_SYSTEM;
	for (size_t i = 0; i < sizeof bytes; i++)
		snprintf(out + 2 * i, 3, "%02x", bytes[i]);
	return ERR_OK;
}

static enum err check_new(struct work *w, const char *name, const char *url)
{
	if (!webhook_name_valid(name))
		return ERR_WEBHOOK_NAME;
	if (find(w, name) != NULL)
		return ERR_EXISTS;
	if (w->count == WEBHOOK_MAX)
		return ERR_WEBHOOK_MANY;
	return webhook_target_check(&w->allow, url);
}

/* Where the feed ends; *last is the number of its newest change. */
static enum err ask_end(struct work *w, uint64_t *last)
{
	struct run_program program = { .config = w->config.file, .language = "en", .stop = -1 };
	struct webhook_feed feed = webhook_feed_run(&program);
	struct webhook_ask ask = { .newest = true, .limit = 1, .stop = -1 };
	struct webhook_batch batch;
	char path[CONFIG_PATH_MAX];
	enum err e = run_find(path, sizeof path);

	program.vanthu = path;
	if (e == ERR_OK)
		e = feed.next(feed.context, &ask, &batch);
	if (e != ERR_OK)
		return e;
	json_decref(batch.changes);
	*last = batch.next;
	return ERR_OK;
}

/* With what comes from now on. By the daemon's number, never by the clock: one that is ahead would
 * skip all until it is right. */
static int begin_now(struct work *w, struct webhook_subscription *s)
{
	enum err e = ask_end(w, &s->since);

	s->moves = true;
	s->from = WEBHOOK_FROM_NUMBER;
	return e == ERR_OK ? 0
			   : cli_fail_text(w->cli, e, _(err_text(e)),
					   _("start the daemon, which says where the changes are; "
					     "or say where it begins with --since"));
}

/* 0, or the exit code. Behind the end nothing would be sent until numbers have come that far, or
 * never. Where no daemon answers, the gateway finds it out (VT-6025). */
static int check_since(struct work *w, const struct webhook_subscription *s)
{
	char message[160], fix[160];
	uint64_t last;

	if (s->from != WEBHOOK_FROM_NUMBER || s->since == 0 || ask_end(w, &last) != ERR_OK ||
	    s->since <= last)
		return 0;
	snprintf(message, sizeof message, _("no change has the number %llu yet"),
		 (unsigned long long)s->since);
	snprintf(fix, sizeof fix, _("the newest is %llu; the oldest that is kept: --since oldest"),
		 (unsigned long long)last);
	return cli_fail_text(w->cli, ERR_USAGE, message, fix);
}

static int add(struct work *w, struct webhook_subscription *s, char **operands)
{
	const char *name = operands[0], *url = operands[1];
	struct webhook_entry made = { .fault = ERR_OK };
	enum err e = check_new(w, name, url);
	int code;

	if (e != ERR_OK)
		return fail(w, e, e == ERR_WEBHOOK_URL || e == ERR_WEBHOOK_TARGET ? url : name);
	snprintf(s->name, sizeof s->name, "%s", name);
	snprintf(s->url, sizeof s->url, "%s", url);
	s->created_ms = text_now_ms();
	s->order = 1;
	code = s->moves ? check_since(w, s) : w->cli->dry_run ? 0 : begin_now(w, s);
	if (code != 0)
		return code;
	e = draw_id(s->id);
	if (e == ERR_OK)
		e = webhook_key_new(s->key.ed25519, &s->key);
	if (e == ERR_OK && !w->cli->dry_run)
		e = webhook_folder_save(&w->folder, s);
	if (e != ERR_OK)
		return fail(w, e, name);
	made.subscription = *s;
	code = webhook_show_new(w->cli, &made);
	webhook_key_erase(&made.subscription.key);
	return code;
}

/* ---- the others ---- */

/* A subscription goes on from its cursor, or from where it is told to. */
static int give_order(struct work *w, struct webhook_entry *e, const char *word,
		      const struct webhook_subscription *wanted)
{
	struct webhook_subscription *s = &e->subscription;
	int code = strcmp(word, "replay") == 0 ? check_since(w, wanted) : 0;
	enum err error = ERR_OK;

	if (code != 0)
		return code;
	if (strcmp(word, "resume") == 0 && e->cursor.order == s->order &&
	    (e->cursor.given_up == ERR_WEBHOOK_LATE || e->cursor.given_up == ERR_WEBHOOK_FEED))
		return fail(w, e->cursor.given_up, s->name);
	s->paused = strcmp(word, "pause") == 0;
	if (!s->paused)
		s->order++;
	if (strcmp(word, "replay") == 0) {
		s->moves = true;
		s->from = wanted->from;
		s->since = wanted->since;
	} else if (!s->paused && e->cursor.order + 1 == s->order) {
		s->moves = false; /* the last move is done */
	}
	if (!w->cli->dry_run)
		error = webhook_folder_save(&w->folder, s);
	return error == ERR_OK ? webhook_show_done(w->cli, webhook_show_json(e))
			       : fail(w, error, s->name);
}

static int take_away(struct work *w, struct webhook_entry *e)
{
	json_t *view = webhook_show_json(e);
	enum err error =
		w->cli->dry_run ? ERR_OK : webhook_folder_remove(&w->folder, e->subscription.id);

	if (error == ERR_OK)
		return webhook_show_done(w->cli, view);
	json_decref(view);
	return fail(w, error, e->subscription.name);
}

/* The gateway sends it, from where it sends everything: its answer is looked for in the cursor. */
static enum err await_test(struct work *w, const char *id, uint64_t test,
			   struct webhook_answer *out)
{
	enum { PAUSE_MS = 50, GRACE_MS = 10000 };
	int64_t left_ms = w->config.gateway_webhook_timeout_ms + GRACE_MS;

	for (; left_ms > 0; left_ms -= PAUSE_MS) {
		struct webhook_entry *entries;
		bool done = false;
		unsigned count;
		enum err e = webhook_folder_load(&w->folder, &entries, &count);

		if (e != ERR_OK)
			return e;
		for (unsigned i = 0; i < count; i++) {
			const struct webhook_entry *entry = &entries[i];

			if (strcmp(entry->subscription.id, id) != 0 || entry->cursor.tested < test)
				continue;
			*out = entry->cursor.test;
			done = true;
		}
		free(entries);
		if (done)
			return ERR_OK;
		if (!webhook_folder_has_sender(&w->folder))
			return ERR_WEBHOOK_NO_SENDER;
		poll(NULL, 0, PAUSE_MS);
	}
	return ERR_TIMEOUT;
}

static bool is_taken(const struct webhook_answer *a)
{
	return a->status >= 200 && a->status < 300;
}

static int not_taken(struct work *w, const struct webhook_answer *a)
{
	char message[512];

	if (a->status != 0)
		snprintf(message, sizeof message, _("%s: HTTP status %u"),
			 _(err_text(ERR_WEBHOOK_ANSWER)), a->status);
	else
		snprintf(message, sizeof message, "%s: %s", _(err_text(ERR_WEBHOOK_ANSWER)),
			 a->error);
	return cli_fail_text(w->cli, ERR_WEBHOOK_ANSWER, message, _(err_fix(ERR_WEBHOOK_ANSWER)));
}

static int test(struct work *w, struct webhook_entry *e)
{
	static const struct column columns[] = {
		{ "name", N_("Name"), FORMAT_TEXT, true },
		{ "status", N_("HTTP"), FORMAT_COUNT, false },
		{ "took_ms", N_("ms"), FORMAT_COUNT, false },
		{ NULL, NULL, FORMAT_TEXT, false },
	};
	struct webhook_subscription *s = &e->subscription;
	struct webhook_answer answer;
	enum err error;
	json_t *view;

	if (!webhook_folder_has_sender(&w->folder))
		return fail(w, ERR_WEBHOOK_NO_SENDER, s->name);
	s->test++;
	error = webhook_folder_save(&w->folder, s);
	close(w->lock); /* others need not wait for the answer */
	w->lock = -1;
	if (error == ERR_OK)
		error = await_test(w, s->id, s->test, &answer);
	if (error != ERR_OK)
		return fail(w, error, s->name);
	if (!is_taken(&answer))
		return not_taken(w, &answer);
	view = webhook_show_answer(&answer);
	json_object_set_new(view, "name", json_string(s->name));
	return output_object(w->cli, view, columns);
}

static int carry_out(struct work *w, struct webhook_subscription *wanted, char **operands)
{
	const char *word = operands[0];
	struct webhook_entry *e;

	if (strcmp(word, "add") == 0)
		return add(w, wanted, operands + 1);
	if (strcmp(word, "list") == 0)
		return webhook_show_list(w->cli, w->entries, w->count);
	e = find(w, operands[1]);
	if (e == NULL)
		return fail(w, ERR_NOT_FOUND, operands[1]);
	if (strcmp(word, "remove") == 0)
		return take_away(w, e);
	if (strcmp(word, "show") == 0)
		return webhook_show_one(w->cli, &w->config, e);
	if (e->fault != ERR_OK)
		return fail(w, e->fault, operands[1]);
	return strcmp(word, "test") == 0 ? test(w, e) : give_order(w, e, word, wanted);
}

int cmd_webhook(struct cli *cli, int argc, char **argv)
{
	struct webhook_subscription wanted = { .from = WEBHOOK_FROM_CREATED };
	struct work w;
	int c, code;

	while ((c = cli_option(cli, argc, argv)) != -1) {
		code = c == '?' ? err_exit_code(ERR_USAGE) : take_option(cli, c, &wanted);
		if (code != 0)
			return code;
	}
	if (optind == argc)
		return cli_wanted(cli, _("what of the webhooks?"), "");
	code = begin(&w, cli,
		     strcmp(argv[optind], "list") != 0 && strcmp(argv[optind], "show") != 0);
	if (code == 0)
		code = carry_out(&w, &wanted, argv + optind);
	finish(&w);
	webhook_key_erase(&wanted.key);
	return code;
}
