/* log: what this daemon did, line by line, and whether anybody has changed it since. The daemon
 * says what stands in the store; that the lines follow from one another is computed here. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "proto/digest.h"
#include "routing/state/record.h"
#include "tools/command/commands.h"
#include "tools/output/output.h"

enum { OPT_SINCE = 1, OPT_LIMIT, SHOWN = 20, LINES_MAX = 1000, FAULTS_MAX = 64, KEY_DIGITS = 300 };

const struct command_option log_options[] = {
	{ "since", OPT_SINCE, N_("N"), N_("only lines behind the one with this number"), VALUE_NONE,
	  NULL },
	{ "limit", OPT_LIMIT, N_("N"), N_("at most so many lines; else the last 20"), VALUE_NONE,
	  NULL },
	{ NULL, 0, NULL, NULL, VALUE_NONE, NULL },
};

static enum err ask(struct call *c, Vanthu__V1__LogQuery *query, const Vanthu__V1__LogPage **out)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Reply *reply;
	enum err e;

	request.what_case = VANTHU__V1__REQUEST__WHAT_LOG;
	request.log = query;
	e = call_ask(c, &request, VANTHU__V1__REPLY__WHAT_LOG, &reply);
	*out = e == ERR_OK ? reply->log : NULL;
	return e;
}

/* ---- show ---- */

/* A row an entry; what it is about stands in one column. */
static json_t *rows_of(const json_t *page)
{
	json_t *rows = json_array(), *line, *entry;
	size_t i, k;

	json_array_foreach(json_object_get(page, "lines"), i, line)
	{
		json_array_foreach(json_object_get(line, "entries"), k, entry)
		{
			json_t *row = json_copy(entry);

			json_object_set(row, "line", json_object_get(line, "number"));
			json_object_set(row, "at", json_object_get(line, "at"));
			if (strcmp(json_string_value(json_object_get(entry, "stand")), "same") == 0)
				json_object_set_new(row, "stand", json_null());
			json_array_append_new(rows, row);
		}
	}
	return rows;
}

static int show(struct cli *cli, Vanthu__V1__LogQuery *query)
{
	static const struct column columns[] = {
		{ "line", N_("Line"), FORMAT_COUNT, false },
		{ "at", N_("When"), FORMAT_TIME, false },
		{ "what", N_("What"), FORMAT_LOG, false },
		{ "document", N_("Document"), FORMAT_ID, false },
		{ "committee", N_("Committee"), FORMAT_TEXT, false },
		{ "number", N_("No."), FORMAT_COUNT, false },
		{ "verb", N_("Act"), FORMAT_TEXT, false },
		{ "subject", N_("To what"), FORMAT_TEXT, true },
		{ "person", N_("In whose name"), FORMAT_TEXT, true },
		{ "code", N_("Code"), FORMAT_TEXT, false },
		{ "stand", N_("Its record"), FORMAT_STATE, false },
		{ NULL, NULL, FORMAT_TEXT, false },
	};
	const Vanthu__V1__LogPage *m;
	struct call *c = NULL;
	json_t *page = NULL;
	int code;
	enum err e = call_open(cli, CLIENT_OPERATE, &c);

	if (e == ERR_OK)
		e = ask(c, query, &m);
	code = err_exit_code(e);
	if (e == ERR_OK) {
		page = log_json_page(m);
		code = cli->json ? output_object(cli, json_incref(page), NULL)
				 : output_list(cli, rows_of(page), columns);
	}
	json_decref(page);
	call_close(c);
	return code;
}

/* ---- verify ---- */

/* Where the walk stands. */
struct walk {
	struct digest chain; /* of the line before */
	bool known;	     /* … can be relied on */
	uint64_t next;	     /* the number that must come */
	uint64_t lines, entries, last, fault_count;
	json_t *faults; /* of the chain, in its order */
	json_t *open;	/* entries that their records do not bear out, by key: a later one may */
	json_t *lost;	/* keys of those that the chain itself says were accepted as lost */
	uint64_t broken; /* the first of lines that are not there, up to now; 0: none */
	json_t *begun;
};

static void add_fault(struct walk *w, json_t *fault)
{
	w->fault_count++;
	if (json_array_size(w->faults) < FAULTS_MAX)
		json_array_append(w->faults, fault);
	json_decref(fault);
}

static json_t *fault_of(uint64_t number, const char *why)
{
	return json_pack("{s:I, s:s, s:s, s:n}", "line", (json_int_t)number, "what", "history",
			 "why", why, "goes_on");
}

static void fault_of_line(struct walk *w, uint64_t number, const char *why)
{
	add_fault(w, fault_of(number, why));
}

/* "history:…", as read_entry names what an entry is of. */
static void key_of_line(uint64_t number, char out[KEY_DIGITS])
{
	snprintf(out, KEY_DIGITS, "history:%016llx", (unsigned long long)number);
}

static void key_of(const char *what, const uint8_t *bytes, size_t count, char out[KEY_DIGITS])
{
	size_t len = (size_t)snprintf(out, KEY_DIGITS, "%s:", what);

	for (size_t i = 0; i < count && len + 3 < KEY_DIGITS; i++)
		len += (size_t)snprintf(out + len, KEY_DIGITS - len, "%02x", bytes[i]);
}

/* It may be one that was accepted as lost, which a later line says. */
static void cannot_read(struct walk *w, uint64_t number)
{
	char key[KEY_DIGITS];

	key_of_line(number, key);
	json_object_set_new(w->open, key, fault_of(number, "unreadable"));
	w->broken = w->broken == 0 ? number : w->broken;
	w->known = false;
}

/* From this line on the chain is known again: each before it that cannot be read says so. */
static void goes_on(struct walk *w, uint64_t number)
{
	char key[KEY_DIGITS];

	for (uint64_t n = w->broken; n != 0 && n < number; n++) {
		key_of_line(n, key);
		json_object_set_new(json_object_get(w->open, key), "goes_on",
				    json_integer((json_int_t)number));
	}
	w->broken = 0;
}

/* Its key names the family and the record that is lost. */
static void note_lost(struct walk *w, const Vanthu__V1__LogLine *l, const Vanthu__V1__LogEntry *e)
{
	char key[KEY_DIGITS];

	if (strcmp(e->what, "accepted") != 0 || e->key.len < 1 ||
	    e->stand != VANTHU__V1__LOG_STAND__LOG_STAND_SAME)
		return;
	key_of(family_name((enum family)e->key.data[0]), e->key.data + 1, e->key.len - 1, key);
	json_object_set_new(w->lost, key,
			    json_pack("{s:I, s:o, s:I}", "line", (json_int_t)l->number, "at",
				      json_time(l->at_ms), "uid", (json_int_t)e->uid));
}

static void read_entry(struct walk *w, const Vanthu__V1__LogLine *l, const Vanthu__V1__LogEntry *e)
{
	bool same = e->stand == VANTHU__V1__LOG_STAND__LOG_STAND_SAME;
	char key[KEY_DIGITS];
	json_t *fault;

	w->entries++;
	note_lost(w, l, e);
	if (e->before.len == sizeof w->chain.bytes) {
		if (w->known && memcmp(e->before.data, w->chain.bytes, e->before.len) != 0)
			fault_of_line(w, l->number, "unchained");
		memcpy(w->chain.bytes, e->before.data, e->before.len);
		w->known = true;
		json_array_append_new(w->begun,
				      json_pack("{s:I, s:o}", "line", (json_int_t)l->number, "at",
						json_time(l->at_ms)));
	}
	if (same && json_object_size(w->open) == 0)
		return;
	key_of(e->what, e->key.data, e->key.len, key);
	json_object_del(w->open, key);
	if (same)
		return;
	fault = log_json_entry(e);
	json_object_set(fault, "why", json_object_get(fault, "stand"));
	json_object_set_new(fault, "line", json_integer((json_int_t)l->number));
	json_object_set_new(w->open, key, fault);
}

static void read_line(struct walk *w, const Vanthu__V1__LogLine *l)
{
	struct digest digest;

	if (l->number != w->next) {
		fault_of_line(w, w->next, "gone");
		w->known = false;
	}
	w->next = l->number + 1;
	w->lines++;
	if (l->damaged || l->digest.len != sizeof digest.bytes ||
	    l->chain.len != sizeof digest.bytes) {
		cannot_read(w, l->number);
		return;
	}
	goes_on(w, l->number);
	for (size_t i = 0; i < l->n_entries; i++)
		read_entry(w, l, l->entries[i]);
	memcpy(digest.bytes, l->digest.data, sizeof digest.bytes);
	digest_chain_step(&w->chain, l->number, &digest);
	if (w->known && memcmp(w->chain.bytes, l->chain.data, l->chain.len) != 0)
		fault_of_line(w, l->number, "unchained");
	/* a line that was changed is named once: what follows it goes by what it says */
	memcpy(w->chain.bytes, l->chain.data, l->chain.len);
	w->known = true;
}

static enum err walk(struct call *c, struct walk *w, json_t **head)
{
	Vanthu__V1__LogQuery query = VANTHU__V1__LOG_QUERY__INIT;
	const Vanthu__V1__LogPage *m;
	uint64_t until = 0;
	enum err e;

	do {
		e = ask(c, &query, &m);
		if (e != ERR_OK)
			return e;
		until = until == 0 ? m->last : until;
		for (size_t i = 0; i < m->n_lines; i++)
			read_line(w, m->lines[i]);
		query.after = m->next;
	} while (m->n_lines > 0 && m->next < until);
	w->last = m->last;
	*head = json_pack("{s:o, s:o}", "head", json_hex(m->head), "id", json_hex(m->id));
	return ERR_OK;
}

static int by_line(const void *a, const void *b)
{
	json_int_t x = json_integer_value(json_object_get(*(json_t *const *)a, "line")),
		   y = json_integer_value(json_object_get(*(json_t *const *)b, "line"));

	return (x > y) - (x < y);
}

static json_t *sorted(json_t **all, size_t count)
{
	json_t *out = json_array();

	if (count > 0)
		qsort(all, count, sizeof all[0], by_line);
	for (size_t i = 0; i < count && i < FAULTS_MAX; i++)
		json_array_append(out, all[i]);
	return out;
}

/* Faults of both kinds, and what was accepted as lost, each by line. */
static void judge(struct walk *w, json_t *verdict)
{
	json_t *all[2 * FAULTS_MAX], *lost[FAULTS_MAX], *fault, *by;
	size_t count = 0, lost_count = 0, kept = 0, i;
	const char *key;

	json_array_foreach(w->faults, i, fault) all[count++] = fault;
	json_object_foreach(w->open, key, fault)
	{
		by = strcmp(json_string_value(json_object_get(fault, "why")), "unreadable") == 0
			     ? json_object_get(w->lost, key)
			     : NULL;
		if (by != NULL) {
			json_object_set(fault, "accepted", by);
			lost_count++;
			if (kept < FAULTS_MAX)
				lost[kept++] = fault;
			continue;
		}
		w->fault_count++;
		if (count < sizeof all / sizeof all[0])
			all[count++] = fault;
	}
	json_object_set_new(verdict, "whole", json_boolean(w->fault_count + lost_count == 0));
	json_object_set_new(verdict, "fault_count", json_integer((json_int_t)w->fault_count));
	json_object_set_new(verdict, "faults", sorted(all, count));
	json_object_set_new(verdict, "accepted_count", json_integer((json_int_t)lost_count));
	json_object_set_new(verdict, "accepted", sorted(lost, kept));
}

static const struct column fault_columns[] = {
	{ "line", N_("Line"), FORMAT_COUNT, false },
	{ "what", N_("What"), FORMAT_LOG, false },
	{ "why", N_("Its record"), FORMAT_STATE, false },
	{ "goes_on", N_("Goes on at"), FORMAT_COUNT, false },
	{ "document", N_("Document"), FORMAT_ID, false },
	{ "committee", N_("Committee"), FORMAT_TEXT, false },
	{ NULL, NULL, FORMAT_TEXT, false },
};

/* Nothing is wrong but what somebody has accepted as lost. */
static int print_good(struct cli *cli, json_t *verdict)
{
	static const struct column columns[] = {
		{ "lines", N_("Lines"), FORMAT_COUNT, false },
		{ "entries", N_("Entries"), FORMAT_COUNT, false },
		{ "head", N_("Head"), FORMAT_TEXT, true },
		{ "fault_count", N_("Faults"), FORMAT_COUNT, false },
		{ "losses", N_("Accepted as lost"), FORMAT_COUNT, false },
		{ NULL, NULL, FORMAT_TEXT, false },
	};
	json_t *lost = json_object_get(verdict, "accepted");

	if (!cli->json && json_array_size(lost) > 0) {
		json_object_set(verdict, "losses", json_object_get(verdict, "accepted_count"));
		output_list(cli, json_incref(lost), fault_columns);
	}
	return output_object(cli, verdict, columns);
}

static int print_verdict(struct cli *cli, json_t *verdict)
{
	const json_t *list = json_object_get(verdict, "faults");
	char about[64];
	int code;

	if (json_array_size(list) == 0)
		return print_good(cli, verdict);
	if (!cli->json)
		output_list(cli, json_incref((json_t *)(uintptr_t)list), fault_columns);
	snprintf(about, sizeof about, _("line %llu"),
		 (unsigned long long)json_integer_value(
			 json_object_get(json_array_get(list, 0), "line")));
	cli->beside = verdict;
	code = cli_fail(cli, ERR_HISTORY, about);
	cli->beside = NULL;
	json_decref(verdict);
	return code;
}

static int verify(struct cli *cli)
{
	struct walk w = { .known = true, .next = 1 };
	json_t *verdict = NULL;
	struct call *c = NULL;
	int code;
	enum err e = call_open(cli, CLIENT_OPERATE, &c);

	w.faults = json_array();
	w.open = json_object();
	w.lost = json_object();
	w.begun = json_array();
	if (e == ERR_OK)
		e = walk(c, &w, &verdict);
	code = err_exit_code(e);
	if (e == ERR_OK) {
		judge(&w, verdict);
		json_object_set_new(verdict, "lines", json_integer((json_int_t)w.lines));
		json_object_set_new(verdict, "entries", json_integer((json_int_t)w.entries));
		json_object_set_new(verdict, "last", json_integer((json_int_t)w.last));
		json_object_set(verdict, "begun", w.begun);
		code = print_verdict(cli, verdict);
	}
	json_decref(w.faults);
	json_decref(w.open);
	json_decref(w.lost);
	json_decref(w.begun);
	call_close(c);
	return code;
}

int cmd_log(struct cli *cli, int argc, char **argv)
{
	Vanthu__V1__LogQuery query = VANTHU__V1__LOG_QUERY__INIT;
	bool good = true, since = false;
	unsigned long n = SHOWN;
	int option;

	while (good && (option = cli_option(cli, argc, argv)) != -1) {
		if (option == OPT_LIMIT)
			good = cli_number(cli, 1, LINES_MAX, &n);
		else if (option == OPT_SINCE)
			good = since = cli_number(cli, 0, LONG_MAX, &query.after);
		else
			good = false;
	}
	if (!good)
		return err_exit_code(ERR_USAGE);
	query.limit = (uint32_t)n;
	query.newest = since ? 0 : (uint32_t)n;
	if (argc - optind == 1 && strcmp(argv[optind], "show") == 0)
		return show(cli, &query);
	if (argc - optind == 1 && strcmp(argv[optind], "verify") == 0)
		return verify(cli);
	return arguments_missing(cli, argc - optind, argv + optind);
}
