/* inbox: what has arrived, as a clerk works through it: what is late, what is new, what is in hand;
 * handled ones out of the way; a page at a time. Programs get all of it, the newest first. */
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/base/text.h"
#include "tools/client/client.h"
#include "tools/command/commands.h"
#include "tools/input/input.h"
#include "tools/output/output.h"

enum {
	OPT_ALL = SEARCH_OPTIONS,
	OPT_PAGE,
	OPT_MINE,
	OPT_PERSON,
	OPT_OVERDUE,
	OPT_NEW,
};
enum {
	SECTIONS = 4,
	ENDING_CHARS = 8,
	SHOWN_MAX = 200, /* where nobody has a terminal, and nothing else is said */
	PAGE_ROWS = 20,	 /* where --page says no --limit, and nobody has a terminal */
	PAGES_MAX = 100000,
	TALK_LINES = 6, /* below the list: what is next, and the prompt */
	LEAST_ROWS = 3, /* on the smallest terminal */
};

const struct command_option inbox_options[] = {
	{ "all", OPT_ALL, NULL,
	  N_("handled ones too: finished, returned, given back; programs (--json, --plain) get "
	     "them in any case"),
	  VALUE_NONE, NULL },
	{ "new", OPT_NEW, NULL, N_("only what is neither accepted nor returned yet"), VALUE_NONE,
	  NULL },
	{ "overdue", OPT_OVERDUE, NULL, N_("only what is late"), VALUE_NONE, NULL },
	{ "mine", OPT_MINE, NULL,
	  N_("only what is assigned to me: by VANTHU_PERSON, else by my name on this machine"),
	  VALUE_NONE, NULL },
	{ "person", OPT_PERSON, N_("NAME"), N_("only what is assigned to this person or unit"),
	  VALUE_NONE, NULL },
	{ "page", OPT_PAGE, N_("N"), N_("this page of the list"), VALUE_NONE, NULL },
	{ NULL, 0, NULL, NULL, VALUE_NONE, NULL },
};

/* With --plain: as it has always been, and what came later behind it. */
static const struct column plain_columns[] = {
	{ "id", "id", FORMAT_ID, false },
	{ "from", "from", FORMAT_TEXT, false },
	{ "number", "number", FORMAT_TEXT, false },
	{ "subject", "subject", FORMAT_TEXT, false },
	{ "urgency", "urgency", FORMAT_URGENCY, false },
	{ "arrived_at", "arrived_at", FORMAT_MINUTE, false },
	{ "arrival", "arrival", FORMAT_COUNT, false },
	{ "code", "code", FORMAT_OFFICE, false },
	{ "due", "due", FORMAT_DATE, false },
	{ "section", "section", FORMAT_TEXT, false },
	{ "deadline", "deadline", FORMAT_TEXT, false },
	{ "from_name", "from_name", FORMAT_TEXT, false },
	{ NULL, NULL, FORMAT_TEXT, false },
};

static const struct column overdue_columns[] = {
	{ "id", N_("Id"), FORMAT_ID, false },
	{ "deadline", N_("Due"), FORMAT_DATE, false },
	{ "urgency", N_("Urgency"), FORMAT_URGENCY, false },
	{ "number", N_("Number"), FORMAT_TEXT, false },
	{ "from_text", N_("From"), FORMAT_TEXT, true },
	{ "subject_text", N_("Subject"), FORMAT_TEXT, true },
	{ "person_text", N_("In charge"), FORMAT_TEXT, true },
	{ NULL, NULL, FORMAT_TEXT, false },
};
static const struct column new_columns[] = {
	{ "id", N_("Id"), FORMAT_ID, false },
	{ "day_text", N_("Arrived"), FORMAT_DATE, false },
	{ "urgency", N_("Urgency"), FORMAT_URGENCY, false },
	{ "number", N_("Number"), FORMAT_TEXT, false },
	{ "from_text", N_("From"), FORMAT_TEXT, true },
	{ "subject_text", N_("Subject"), FORMAT_TEXT, true },
	{ "deadline", N_("Due"), FORMAT_DATE, false },
	{ NULL, NULL, FORMAT_TEXT, false },
};
static const struct column work_columns[] = {
	{ "id", N_("Id"), FORMAT_ID, false },
	{ "arrival", N_("Arrival no."), FORMAT_COUNT, false },
	{ "urgency", N_("Urgency"), FORMAT_URGENCY, false },
	{ "number", N_("Number"), FORMAT_TEXT, false },
	{ "from_text", N_("From"), FORMAT_TEXT, true },
	{ "subject_text", N_("Subject"), FORMAT_TEXT, true },
	{ "person_text", N_("In charge"), FORMAT_TEXT, true },
	{ "deadline", N_("Due"), FORMAT_DATE, false },
	{ "recall_text", N_("Recall"), FORMAT_OFFICE, true },
	{ NULL, NULL, FORMAT_TEXT, false },
};
static const struct column done_columns[] = {
	{ "id", N_("Id"), FORMAT_ID, false },
	{ "arrival", N_("Arrival no."), FORMAT_COUNT, false },
	{ "number", N_("Number"), FORMAT_TEXT, false },
	{ "from_text", N_("From"), FORMAT_TEXT, true },
	{ "subject_text", N_("Subject"), FORMAT_TEXT, true },
	{ "now_text", N_("Now"), FORMAT_OFFICE, true },
	{ NULL, NULL, FORMAT_TEXT, false },
};

/* In the order of the list; as control.proto calls them. */
static const struct {
	const char *name;
	const char *title;
	const struct column *columns;
} sections[SECTIONS] = {
	{ "overdue", N_("Overdue"), overdue_columns },
	{ "new", N_("New"), new_columns },
	{ "work", N_("In hand"), work_columns },
	{ "done", N_("Handled"), done_columns },
};

/* What was asked, and what has come. */
struct desk {
	struct cli *cli;
	struct search search;
	bool all;
	char mine[256]; /* whose, of --mine; "" */
	unsigned page;	/* 0: not given */
	size_t rows;   /* of a page; 0: as many as the terminal has room for */
	size_t wanted; /* of a section, that are kept as rows */
	json_t *section[SECTIONS];
	size_t count[SECTIONS];
	json_t *list; /* for programs */
	uint64_t last_serial; /* of the last in it */
};

/* ---- what comes ---- */

static unsigned section_of(const Vanthu__V1__DocumentLine *l)
{
	for (unsigned i = 0; i < SECTIONS; i++) {
		if (strcmp(sections[i].name, l->section) == 0)
			return i;
	}
	return SECTIONS - 1;
}

static void take_row(void *ctx, const Vanthu__V1__DocumentLine *l)
{
	struct desk *d = ctx;
	unsigned at = section_of(l);
	char day[11];
	json_t *row;

	if (d->count[at]++ >= d->wanted)
		return;
	row = json_line(l);
	people_line(d->cli, row);
	text_day(l->arrived_at_ms, day);
	json_object_set_new(row, "day_text", json_string(day));
	json_array_append_new(d->section[at], row);
}

static void take_line(void *ctx, const Vanthu__V1__DocumentLine *l)
{
	struct desk *d = ctx;
	json_t *line;

	if (d->search.limit != 0 && d->page == 0 &&
	    json_array_size(d->list) == d->search.limit) {
		search_cursor(d->last_serial, "", "", d->cli->next);
		return;
	}
	line = json_line(l);
	d->last_serial = l->serial;
	json_object_set_new(line, "progress", json_progress(l));
	json_array_append_new(d->list, line);
}

/* ---- pages ---- */

static size_t total(const struct desk *d)
{
	size_t n = 0;

	for (unsigned i = 0; i < SECTIONS; i++)
		n += d->count[i];
	return n;
}

/* The rows from..to of the whole list that lie in this section, in a list of their own. */
static json_t *rows_of(const struct desk *d, unsigned section, size_t from, size_t to)
{
	json_t *out = json_array();
	size_t before = 0;

	for (unsigned i = 0; i < section; i++)
		before += d->count[i];
	for (size_t i = from > before ? from - before : 0;
	     before + i < to && i < json_array_size(d->section[section]); i++)
		json_array_append(out, json_array_get(d->section[section], i));
	return out;
}

/* On the terminal: with a heading for each section, and an empty line before it. */
static size_t lines_of(const struct desk *d, size_t from, size_t to)
{
	size_t lines = 0;

	for (unsigned i = 0; i < SECTIONS; i++) {
		json_t *rows = rows_of(d, i, from, to);

		if (json_array_size(rows) > 0)
			lines += 2 + text_list_lines(d->cli, rows, sections[i].columns);
		json_decref(rows);
	}
	return lines;
}

/* Where the page that begins there ends. */
static size_t end_of_page(const struct desk *d, size_t from, size_t height)
{
	size_t all = total(d), to = from + LEAST_ROWS;

	if (d->rows != 0)
		return from + d->rows < all ? from + d->rows : all;
	while (to < all && lines_of(d, from, to + 1) + TALK_LINES <= height)
		to++;
	return to < all ? to : all;
}

static void find_page(const struct desk *d, size_t *from, size_t *to)
{
	int height = terminal_height();

	*from = 0;
	*to = end_of_page(d, 0, (size_t)height);
	for (unsigned i = 1; i < d->page && *to < total(d); i++) {
		*from = *to;
		*to = end_of_page(d, *from, (size_t)height);
		if (i + 1 == d->page)
			return;
	}
	if (d->page > 1)
		*from = *to; /* behind the last */
}

/* ---- for people ---- */

static void print_section(const struct desk *d, unsigned i, size_t from, size_t to)
{
	json_t *rows = rows_of(d, i, from, to);
	char title[128];

	snprintf(title, sizeof title, "%s (%zu)", _(sections[i].title), d->count[i]);
	if (json_array_size(rows) > 0) {
		d->cli->renderer->heading(d->cli, title);
		d->cli->renderer->list(d->cli, rows, sections[i].columns);
	}
	json_decref(rows);
}

/* What is asked back is answered before all else; then what is new on this page is taken in. */
static void hint_acts(const struct desk *d, size_t from, size_t to)
{
	bool fresh = false;

	for (unsigned i = 0; i < SECTIONS; i++) {
		json_t *rows = rows_of(d, i, from, to), *row;
		size_t k;

		json_array_foreach(rows, k, row) {
			const json_t *work = json_object_get(row, "work");
			const char *id = json_string_value(json_object_get(row, "id")),
				   *code = json_string_value(json_object_get(work, "code")),
				   *recall = json_string_value(json_object_get(work, "recall"));

			fresh = fresh || (code != NULL && strcmp(code, "01") == 0);
			if (recall == NULL || strcmp(recall, "13") != 0 || id == NULL ||
			    strlen(id) <= ENDING_CHARS)
				continue;
			office_hint(d->cli, work, id + strlen(id) - ENDING_CHARS);
			json_decref(rows);
			return;
		}
		json_decref(rows);
	}
	if (fresh)
		cli_hint(d->cli, "%s", _("Take in all that is whole: vanthu accept --all-valid"));
}

static void hint_next(const struct desk *d, size_t from)
{
	for (unsigned i = 0; i < SECTIONS; i++) {
		json_t *rows = rows_of(d, i, from, from + 1);
		const char *id = json_string_value(json_object_get(json_array_get(rows, 0), "id"));

		if (id != NULL && strlen(id) > ENDING_CHARS)
			cli_hint(d->cli,
				 _("Read one: vanthu show %s. Save its files: vanthu save %s --to "
				   "DIR"),
				 id + strlen(id) - ENDING_CHARS, id + strlen(id) - ENDING_CHARS);
		json_decref(rows);
	}
}

static void hint_handled(struct cli *cli, unsigned long n)
{
	cli_hint(cli,
		 ngettext("%lu handled: vanthu inbox --all", "%lu handled: vanthu inbox --all", n),
		 n);
}

static void hint_more(const struct desk *d, size_t from, size_t to,
		      const Vanthu__V1__DeskCount *count)
{
	size_t all = total(d);

	if (to < all)
		cli_hint(d->cli,
			 _("%zu to %zu of %zu. The next: vanthu inbox --page %u, with the same "
			   "options"),
			 from + 1, to, all, (d->page == 0 ? 1 : d->page) + 1);
	if (d->all || count->done == 0)
		return;
	if (search_is_daemons(&d->search))
		hint_handled(d->cli, (unsigned long)count->done);
	else
		cli_hint(d->cli, "%s", _("Handled ones are not shown: vanthu inbox --all"));
}

static void print_empty(const struct desk *d, const Vanthu__V1__DeskCount *count)
{
	if (d->cli->quiet)
		return;
	if (total(d) > 0)
		terminal_say(_("There are not so many pages."));
	else if (count->done > 0 && search_is_whole(&d->search))
		terminal_say(_("Nothing to do: all is handled."));
	else
		terminal_say(_("Nothing to show."));
	if (total(d) == 0 && d->mine[0] != '\0')
		cli_hint(d->cli,
			 _("Looked for what is assigned to: %s. Another name: export "
			   "VANTHU_PERSON=NAME"),
			 d->mine);
}

static int print_desk(struct desk *d, const Vanthu__V1__DeskCount *count)
{
	size_t from, to;

	find_page(d, &from, &to);
	if (from == to)
		print_empty(d, count);
	for (unsigned i = 0; i < SECTIONS; i++)
		print_section(d, i, from, to);
	hint_more(d, from, to, count);
	hint_acts(d, from, to);
	hint_next(d, from);
	return 0;
}

/* The daemon has counted what it did not tell. */
static void take_counts(struct desk *d, const Vanthu__V1__DeskCount *count)
{
	const uint64_t counts[SECTIONS] = { count->overdue, count->new_, count->work, count->done };

	for (unsigned i = 0; i < SECTIONS; i++)
		d->count[i] = search_has_section(&d->search, sections[i].name) &&
					      (d->all || i != SECTIONS - 1)
				      ? counts[i]
				      : 0;
}

static enum err ask_desk(struct call *c, struct desk *d)
{
	Vanthu__V1__DeskCount count = VANTHU__V1__DESK_COUNT__INIT;
	int height = terminal_height();
	unsigned page = d->page == 0 ? 1 : d->page;
	enum err e;

	d->rows = d->search.limit;
	if (d->rows == 0 && height == 0)
		d->rows = d->page == 0 && !d->search.limited ? SHOWN_MAX : PAGE_ROWS;
	d->wanted = (d->rows != 0 ? d->rows : (size_t)height + LEAST_ROWS) * page;
	/* whom it is given to is among the texts that the daemon sifts */
	search_sift_person(&d->search);
	d->search.list.desk = true;
	d->search.list.handled = d->all;
	/* what is matched here cannot be counted there */
	if (search_is_daemons(&d->search))
		d->search.list.limit = (uint32_t)d->wanted;
	e = search_documents(c, &d->search, take_row, d, &count);
	if (e != ERR_OK)
		return e;
	if (search_is_daemons(&d->search))
		take_counts(d, &count);
	if (total(d) == 0)
		search_hint_unknown(c, &d->search);
	print_desk(d, &count);
	return ERR_OK;
}

/* ---- for programs ---- */

static void cut_page(struct desk *d)
{
	size_t rows = d->search.limit == 0 ? PAGE_ROWS : d->search.limit,
	       from = d->page > 1 ? (d->page - 1) * rows : 0;

	if (d->search.limit == 0 && d->page == 0)
		return;
	for (size_t i = 0; i < from && json_array_size(d->list) > 0; i++)
		json_array_remove(d->list, 0);
	while (json_array_size(d->list) > rows)
		json_array_remove(d->list, rows);
}

static enum err ask_list(struct call *c, struct desk *d)
{
	bool daemons = search_is_daemons(&d->search) && d->search.sections[0] == NULL;
	enum err e;

	search_sift_person(&d->search);
	d->search.list.members = true;
	if (d->page <= 1 && d->search.limit != 0) {
		/* one more tells whether there are more */
		d->search.enough = d->search.limit + 1u;
		d->search.list.limit = daemons ? d->search.limit + 1u : 0;
	}
	d->cli->paged = d->page == 0 && (d->search.limited || d->search.resumed);
	e = search_documents(c, &d->search, take_line, d, NULL);
	if (e != ERR_OK)
		return e;
	cut_page(d);
	if (json_array_size(d->list) == 0)
		search_hint_unknown(c, &d->search);
	d->cli->renderer->list(d->cli, d->list, plain_columns);
	return ERR_OK;
}

/* ---- the command line ---- */

/* Whose work is meant by "mine": there is no list of persons to ask. */
static bool take_mine(struct desk *d)
{
	const char *person = getenv("VANTHU_PERSON");
	const struct passwd *p = NULL;

	if (person != NULL && person[0] != '\0') {
		snprintf(d->mine, sizeof d->mine, "%s", person);
	} else {
		p = getpwuid(getuid());
		if (p == NULL)
			return false;
		/* the first field is the full name */
		snprintf(d->mine, sizeof d->mine, "%.*s", (int)strcspn(p->pw_gecos, ","),
			 p->pw_gecos);
		if (d->mine[0] == '\0')
			snprintf(d->mine, sizeof d->mine, "%s", p->pw_name);
	}
	return search_person(&d->search, person != NULL && person[0] != '\0' ? person : d->mine);
}

static void add_section(struct search *s, const char *name)
{
	unsigned i = 0;

	while (s->sections[i] != NULL && strcmp(s->sections[i], name) != 0)
		i++;
	s->sections[i] = name;
}

static bool take(struct desk *d, int option, char *value)
{
	unsigned long n;

	switch (option) {
	case OPT_ALL:
		d->all = true;
		return true;
	case OPT_PAGE:
		if (!cli_number(d->cli, 1, PAGES_MAX, &n))
			return false;
		d->page = (unsigned)n;
		return true;
	case OPT_MINE:
		return take_mine(d);
	case OPT_PERSON:
		return search_person(&d->search, value);
	case OPT_OVERDUE:
	case OPT_NEW:
		add_section(&d->search, option == OPT_NEW ? "new" : "overdue");
		return true;
	default:
		return search_take(&d->search, option, value);
	}
}

static const char *fix_of(int option)
{
	if (option == OPT_MINE)
		return _("say who you are: export VANTHU_PERSON=NAME, or use --person NAME");
	return option == OPT_PERSON ? _("give a name") : search_fix(option);
}

static int read_line(struct desk *d, int argc, char **argv)
{
	int option, code;

	while ((option = cli_option(d->cli, argc, argv)) != -1) {
		if (option == '?')
			return err_exit_code(ERR_USAGE);
		if (take(d, option, optarg))
			continue;
		return option == OPT_PAGE ? err_exit_code(ERR_USAGE)
					  : cli_bad_value(d->cli, fix_of(option));
	}
	code = search_read_words(d->cli, &d->search, argv + optind, argc - optind);
	return code == 0 ? search_read_type(d->cli, &d->search) : code;
}

static int run(struct desk *d)
{
	struct call *c = NULL;
	enum err e = call_open(d->cli, CLIENT_OFFICE, &c);

	if (e == ERR_OK)
		e = search_resolve(c, &d->search);
	if (e == ERR_OK)
		e = d->cli->json || d->cli->plain ? ask_list(c, d) : ask_desk(c, d);
	call_close(c);
	return err_exit_code(e);
}

int cmd_inbox(struct cli *cli, int argc, char **argv)
{
	struct desk d = { .cli = cli, .list = json_array() };
	int code;

	for (unsigned i = 0; i < SECTIONS; i++)
		d.section[i] = json_array();
	search_begin(&d.search, VANTHU__V1__BOX__BOX_INBOX);
	code = read_line(&d, argc, argv);
	if (code == 0 && d.search.resumed && (d.page != 0 || (!cli->json && !cli->plain)))
		code = cli_wanted(cli, _("--cursor is for --json and --plain, without --page"),
				  _("for people: --page N"));
	if (code == 0)
		code = run(&d);
	search_end(&d.search);
	for (unsigned i = 0; i < SECTIONS; i++)
		json_decref(d.section[i]);
	json_decref(d.list);
	return code;
}
