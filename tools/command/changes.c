/* changes: what has changed since a number, for programs that follow: they remember the last number
 * that they have dealt with. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "routing/base/change_kind.h"
#include "routing/base/limits.h"
#include "tools/base/text.h"
#include "tools/command/commands.h"
#include "tools/output/output.h"

enum {
	OPT_SINCE = 1,
	OPT_FOLLOW,
	OPT_WAIT,
	OPT_LIMIT,
	OPT_KIND,
	OPT_FEED,
	FOLLOW_WAIT_MS = 30 * 1000,
	LIMIT_MAX = 1000,
	FEED_BYTES = 16
};

const struct command_option changes_options[] = {
	{ "since", OPT_SINCE, N_("N"),
	  N_("only what came after this number, the last that was dealt with; now: what comes from "
	     "now on; else all that is kept"),
	  VALUE_NONE, NULL },
	{ "follow", OPT_FOLLOW, NULL, N_("go on as more comes, until interrupted"), VALUE_NONE,
	  NULL },
	{ "wait", OPT_WAIT, N_("TIME"),
	  N_("when nothing is newer, wait so long for it: 30s, at most 10m"), VALUE_NONE, NULL },
	{ "limit", OPT_LIMIT, N_("N"), N_("at most so many at once"), VALUE_NONE, NULL },
	{ "kind", OPT_KIND, N_("KIND[,KIND…]"), N_("only changes of these kinds"), VALUE_NONE,
	  NULL },
	{ "feed", OPT_FEED, N_("ID"),
	  N_("the feed that the number is of: another one is a fault (VT-2094)"), VALUE_NONE,
	  NULL },
	{ NULL, 0, NULL, NULL, VALUE_NONE, NULL },
};

struct wanted {
	Vanthu__V1__ChangesQuery query;
	char *kinds[CHANGE_KINDS];
	char *kinds_text; /* its own; `kinds` point into it */
	uint8_t feed[FEED_BYTES];
	bool follow, waits;
};

/* ---- for people ---- */

/* Number and subject of the document, beside the change. */
static json_t *rows_of(const json_t *answer)
{
	json_t *rows = json_array(), *each;
	size_t i;

	json_array_foreach(json_object_get(answer, "changes"), i, each)
	{
		const json_t *d = json_object_get(each, "document");
		json_t *row = json_copy(each), *said = json_object_get(d, "number");

		if (!json_is_string(said) || json_string_value(said)[0] == '\0')
			said = json_object_get(each, "target");
		json_object_set(row, "said", said == NULL ? json_null() : said);
		json_object_set(row, "subject", json_object_get(d, "subject"));
		json_array_append_new(rows, row);
	}
	return rows;
}

static int print_table(struct cli *cli, const json_t *answer)
{
	static const struct column columns[] = {
		{ "number", N_("No."), FORMAT_COUNT, false },
		{ "at", N_("When"), FORMAT_TIME, false },
		{ "kind", N_("Change"), FORMAT_CHANGE, false },
		{ "what", N_("How"), FORMAT_CHANGE, false },
		{ "id", N_("Id"), FORMAT_ID, false },
		{ "committee", N_("Committee"), FORMAT_TEXT, false },
		{ "said", N_("Number"), FORMAT_TEXT, false },
		{ "subject", N_("Subject"), FORMAT_TEXT, true },
		{ NULL, NULL, FORMAT_TEXT, false },
	};

	return output_list(cli, rows_of(answer), columns);
}

/* Some were missed: whole as JSON, with what can be told; as text it is a fault. */
static int fail_missed(struct cli *cli, const Vanthu__V1__Changes *m, json_t *answer)
{
	char about[64];
	int code;

	snprintf(about, sizeof about, _("kept from %llu on"), (unsigned long long)m->first);
	cli->beside = answer;
	code = cli_fail(cli, (enum err)m->reason, about);
	cli->beside = NULL;
	json_decref(answer);
	return code;
}

static int print_answer(struct cli *cli, const struct wanted *w, const Vanthu__V1__Changes *m)
{
	json_t *answer = json_changes(m);

	if (m->missed)
		return fail_missed(cli, m, answer);
	if (cli->json)
		return output_object(cli, answer, NULL);
	if (m->n_changes > 0 || !w->follow)
		print_table(cli, answer);
	json_decref(answer);
	return 0;
}

/* ---- asking ---- */

/* False: nobody reads any more. */
static bool delivered(struct cli *cli)
{
	bool good = fflush(stdout) == 0 && ferror(stdout) == 0;

	cli->reader_gone = !good && errno == EPIPE;
	return good;
}

static int ask(struct cli *cli, struct wanted *w)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	struct call *c = NULL;
	Vanthu__V1__Reply *reply;
	int code = 0;
	enum err e;

	cli->timeout_ms = cli->timeout_ms > INT_MAX - (int)w->query.wait_ms
			      ? INT_MAX
			      : cli->timeout_ms + (int)w->query.wait_ms;
	e = call_open(cli, CLIENT_OFFICE, &c);
	request.what_case = VANTHU__V1__REQUEST__WHAT_CHANGES;
	request.changes = &w->query;
	do {
		if (e == ERR_OK)
			e = call_ask(c, &request, VANTHU__V1__REPLY__WHAT_CHANGES, &reply);
		if (e != ERR_OK)
			break;
		errno = 0;
		code = print_answer(cli, w, reply->changes);
		w->query.since = reply->changes->next;
		w->query.oldest = w->query.newest = false;
	} while (w->follow && code == 0 && delivered(cli));
	call_close(c);
	return e == ERR_OK ? code : err_exit_code(e);
}

/* ---- options ---- */

static bool read_since(struct cli *cli, struct wanted *w)
{
	unsigned long n;

	w->query.oldest = false;
	w->query.newest = strcmp(optarg, "now") == 0;
	if (w->query.newest)
		return true;
	if (!cli_number(cli, 0, LONG_MAX, &n))
		return false;
	w->query.since = n;
	return true;
}

static bool read_wait(struct cli *cli, struct wanted *w)
{
	static const struct {
		const char *name;
		uint32_t ms;
	} units[] = { { "ms", 1 }, { "s", 1000 }, { "m", 60 * 1000 } };
	char *unit;
	unsigned long n = strtoul(optarg, &unit, 10);

	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
		if (optarg[0] < '0' || optarg[0] > '9' || strcmp(unit, units[i].name) != 0 ||
		    n > CHANGES_WAIT_MAX_MS / units[i].ms)
			continue;
		w->query.wait_ms = (uint32_t)n * units[i].ms;
		w->waits = true;
		return true;
	}
	cli_bad_value(cli, _("it is a time up to 10m: 500ms, 30s, 5m"));
	return false;
}

static bool fail_kind(struct cli *cli)
{
	char fix[512];
	size_t len = (size_t)snprintf(fix, sizeof fix, "%s", _("the kinds are:"));

	for (int k = CHANGE_NONE + 1; k < CHANGE_KINDS && len < sizeof fix; k++)
		len += (size_t)snprintf(fix + len, sizeof fix - len, " %s",
					change_kind_name((enum change_kind)k));
	cli_bad_value(cli, fix);
	return false;
}

static bool read_kinds(struct cli *cli, struct wanted *w)
{
	char *rest, *kind;

	free(w->kinds_text);
	w->kinds_text = rest = strdup(optarg);
	w->query.n_kinds = 0;
	while (rest != NULL && (kind = strsep(&rest, ",")) != NULL) {
		if (change_kind_named(kind) == CHANGE_NONE || w->query.n_kinds == CHANGE_KINDS) {
			return fail_kind(cli);
		}
		w->kinds[w->query.n_kinds++] = kind;
	}
	w->query.kinds = w->kinds;
	return w->kinds_text != NULL;
}

static bool read_feed(struct cli *cli, struct wanted *w)
{
	size_t len = strlen(optarg);

	for (size_t i = 0; i < FEED_BYTES; i++) {
		unsigned byte;

		if (len != 2 * FEED_BYTES || sscanf(optarg + 2 * i, "%2x", &byte) != 1 ||
		    strspn(optarg, "0123456789abcdef") != len) {
			cli_bad_value(cli, _("it is `feed` of an earlier answer: 32 digits"));
			return false;
		}
		w->feed[i] = (uint8_t)byte;
	}
	w->query.feed = (ProtobufCBinaryData){ .len = FEED_BYTES, .data = w->feed };
	return true;
}

static bool read_option(struct cli *cli, int option, struct wanted *w)
{
	unsigned long n;

	switch (option) {
	case OPT_SINCE:
		return read_since(cli, w);
	case OPT_FOLLOW:
		w->follow = true;
		return true;
	case OPT_WAIT:
		return read_wait(cli, w);
	case OPT_LIMIT:
		if (!cli_number(cli, 1, LIMIT_MAX, &n))
			return false;
		w->query.limit = (uint32_t)n;
		return true;
	case OPT_KIND:
		return read_kinds(cli, w);
	case OPT_FEED:
		return read_feed(cli, w);
	default:
		return false;
	}
}

int cmd_changes(struct cli *cli, int argc, char **argv)
{
	struct wanted w = { .follow = false };
	bool good = true;
	int c, code;

	vanthu__v1__changes_query__init(&w.query);
	w.query.oldest = true;
	while (good && (c = cli_option(cli, argc, argv)) != -1)
		good = read_option(cli, c, &w);
	if (w.follow && !w.waits)
		w.query.wait_ms = FOLLOW_WAIT_MS;
	code = good ? ask(cli, &w) : err_exit_code(ERR_USAGE);
	free(w.kinds_text);
	return code;
}
