/* register: the books of the office, as a table, for a spreadsheet, and as a page to print. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/base/files.h"
#include "tools/base/text.h"
#include "tools/cli/cli.h"
#include "tools/client/client.h"
#include "tools/command/commands.h"
#include "tools/input/input.h"
#include "tools/output/output.h"

enum {
	OPT_PERIOD = 1,
	OPT_SECRET,
	OPT_FORMAT,
	OPT_OUTPUT,
	OPT_REASON,
	OPT_TYPE,
	OPT_DATE,
	OPT_ID,
	OPT_LIMIT,
	OPT_CURSOR
};
enum book_format { FORMAT_TABLE, FORMAT_CSV, FORMAT_HTML };

const struct command_option register_options[] = {
	{ "period", OPT_PERIOD, N_("PERIOD"),
	  N_("2026, 2026-11, 2026-Q4, 2026-H2, 2025-11..2026-02 or all"), VALUE_NONE,
	  "out in followup" },
	{ "secret", OPT_SECRET, NULL,
	  N_("the book of secret documents, for who may read it (secret_group)"), VALUE_NONE,
	  NULL },
	{ "format", OPT_FORMAT, "table|csv|html",
	  N_("csv for a spreadsheet, html to print on A4; these have all columns"), VALUE_WORDS,
	  "out in followup" },
	{ "output", OPT_OUTPUT, N_("FILE"), N_("the new file, with csv or html"), VALUE_FILE,
	  "out in followup" },
	{ "limit", OPT_LIMIT, N_("N"), N_("at most so many lines, with --json and --plain"),
	  VALUE_NONE, "out in followup" },
	{ "cursor", OPT_CURSOR, N_("CURSOR"),
	  N_("go on behind this place: `next` of a list that --limit cut"), VALUE_NONE,
	  "out in followup" },
	{ "reason", OPT_REASON, N_("TEXT"), N_("why: it stays in the book"), VALUE_NONE, "void" },
	{ "type", OPT_TYPE, N_("TYPE"), N_("type of document: its symbol (KH) or its full name"),
	  VALUE_TYPE, "void" },
	{ "date", OPT_DATE, N_("DATE"), N_("of the term or year that the number is of; else today"),
	  VALUE_NONE, "void" },
	{ "id", OPT_ID, N_("UUID"), N_("of an act to repeat safely, of what went out"), VALUE_NONE,
	  "void" },
	{ NULL, 0, NULL, NULL, VALUE_NONE, NULL },
};

/* On a screen; what is left out is on paper. */
static const struct column out_table[] = {
	{ "number", N_("No."), FORMAT_COUNT, false },
	{ "symbol", N_("Number"), FORMAT_TEXT, false },
	{ "date", N_("Date"), FORMAT_TEXT, false },
	{ "what", N_("Type and subject"), FORMAT_TEXT, true },
	{ "to", N_("Recipients"), FORMAT_TEXT, true },
	{ "received_by", N_("Receipt"), FORMAT_TEXT, true },
	{ "note", N_("Notes"), FORMAT_TEXT, true },
	{ NULL, NULL, FORMAT_TEXT, false },
};
static const struct column in_table[] = {
	{ "number", N_("Arrival no."), FORMAT_COUNT, false },
	{ "arrived_on", N_("Arrived on"), FORMAT_TEXT, false },
	{ "from", N_("Issuer"), FORMAT_TEXT, true },
	{ "symbol", N_("Number"), FORMAT_TEXT, false },
	{ "what", N_("Type and subject"), FORMAT_TEXT, true },
	{ "unit", N_("In charge"), FORMAT_TEXT, true },
	{ "note", N_("Notes"), FORMAT_TEXT, true },
	{ NULL, NULL, FORMAT_TEXT, false },
};
static const struct column followup_table[] = {
	{ "number", N_("Arrival no."), FORMAT_COUNT, false },
	{ "what", N_("Document"), FORMAT_TEXT, true },
	{ "unit", N_("In charge"), FORMAT_TEXT, true },
	{ "due", N_("Due"), FORMAT_TEXT, false },
	{ "progress", N_("Progress"), FORMAT_TEXT, true },
	{ "answer", N_("Answer"), FORMAT_TEXT, false },
	{ "note", N_("Notes"), FORMAT_TEXT, true },
	{ NULL, NULL, FORMAT_TEXT, false },
};
/* With --plain: values as they are, whatever the language. */
static const struct column out_plain[] = {
	{ "year", "year", FORMAT_COUNT, false },
	{ "number", "number", FORMAT_COUNT, false },
	{ "kind", "kind", FORMAT_TEXT, false },
	{ "id", "id", FORMAT_ID, false },
	{ "symbol", "symbol", FORMAT_TEXT, false },
	{ "date", "date", FORMAT_TEXT, false },
	{ "subject", "subject", FORMAT_TEXT, false },
	{ "signer", "signer", FORMAT_TEXT, false },
	{ "to", "to", FORMAT_LIST, false },
	{ "sent_on", "sent_on", FORMAT_TEXT, false },
	{ "copies", "copies", FORMAT_COUNT, false },
	{ "delivered", "delivered", FORMAT_COUNT, false },
	{ NULL, NULL, FORMAT_TEXT, false },
};
static const struct column in_plain[] = {
	{ "year", "year", FORMAT_COUNT, false },
	{ "number", "number", FORMAT_COUNT, false },
	{ "kind", "kind", FORMAT_TEXT, false },
	{ "id", "id", FORMAT_ID, false },
	{ "arrived_on", "arrived_on", FORMAT_TEXT, false },
	{ "from", "from", FORMAT_TEXT, false },
	{ "symbol", "symbol", FORMAT_TEXT, false },
	{ "date", "date", FORMAT_TEXT, false },
	{ "subject", "subject", FORMAT_TEXT, false },
	{ "due", "due", FORMAT_TEXT, false },
	{ "answer", "answer", FORMAT_TEXT, false },
	{ NULL, NULL, FORMAT_TEXT, false },
};

struct book_wanted {
	Vanthu__V1__Book book;
	bool secret;
	struct period period; /* zero: this year */
	enum book_format format;
	const char *output;  /* NULL: standard output */
	unsigned long limit; /* 0: all */
	/* --cursor: behind this line; year 0: from the first on. Of what is read, the last one */
	uint32_t after_year, after_number, last_year, last_number;
	bool parted; /* one of both was given */
	/* ours: lines as they are, for programs; or rows for people, and the line that came last */
	json_t *lines, *rows, *line;
	struct flow *flow; /* ours; takes the rows, when they are shown as they come */
	char *office;	   /* its name; ours */
	/* of a void number */
	const char *reason, *type, *date;
	struct doc_id id; /* zero: none was given */
};

/* ---- asking ---- */

static int refused(struct cli *cli, struct call *c, const Vanthu__V1__Reply *reply)
{
	if (reply->what_case == VANTHU__V1__REPLY__WHAT_ERROR &&
	    reply->error->code == ERR_PERMISSION && strcmp(reply->error->about, "secret") == 0)
		return cli_fail_text(cli, ERR_PERMISSION,
				     _("the book of secret documents is not for this user"),
				     _("ask the operator to add you to the group that secret_group "
				       "names in the configuration"));
	return err_exit_code(call_fail(c, ERR_OK, reply));
}

/* An addition as a row of its own, below the line that it is to. */
static json_t *addition_cells(struct cli *cli, Vanthu__V1__Book book, const json_t *line,
			      const json_t *addition)
{
	char *text = register_addition_text(cli, book, addition);
	json_t *cells = json_object();

	json_object_set(cells, "number", json_object_get(line, "number"));
	json_object_set(cells, "symbol", json_object_get(line, "symbol"));
	json_object_set_new(cells, "note", json_string(text == NULL ? "" : text));
	json_object_set_new(cells, "addition", json_true());
	free(text);
	return cells;
}

/* For people a line becomes its row at once: a year of lines would not stay in the processor's
 * cache until all are there. */
static void take_row(struct book_wanted *w, json_t *row)
{
	if (w->flow != NULL)
		flow_row(w->flow, row);
	else
		json_array_append_new(w->rows, row);
}

static void keep_row(struct cli *cli, struct book_wanted *w, const Vanthu__V1__RegisterLine *l)
{
	if (l->addition == 0) {
		json_decref(w->line);
		w->line = register_json(w->book, l);
		take_row(w, register_cells(cli, w->book, w->line));
	} else if (w->line != NULL) {
		json_t *addition = register_addition_json(l);

		take_row(w, addition_cells(cli, w->book, w->line, addition));
		json_decref(addition);
	}
}

/* True: there is a line more than is wanted, and the next part begins with it. */
static bool is_full(struct cli *cli, const struct book_wanted *w, const Vanthu__V1__RegisterLine *l)
{
	if (w->limit == 0 || l->addition != 0 || json_array_size(w->lines) < w->limit)
		return false;
	snprintf(cli->next, sizeof cli->next, "%u.%u", w->last_year, w->last_number);
	return true;
}

/* Additions come behind their line. */
static void keep(struct cli *cli, struct book_wanted *w, const Vanthu__V1__RegisterLine *l)
{
	size_t count = json_array_size(w->lines);

	w->last_year = l->year;
	w->last_number = l->number;
	if (w->rows != NULL)
		keep_row(cli, w, l);
	else if (l->addition == 0)
		json_array_append_new(w->lines, register_json(w->book, l));
	else if (count > 0)
		json_array_append_new(
			json_object_get(json_array_get(w->lines, count - 1), "additions"),
			register_addition_json(l));
}

static int ask_lines(struct cli *cli, struct call *c, struct book_wanted *w)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__RegisterQuery query = VANTHU__V1__REGISTER_QUERY__INIT;
	Vanthu__V1__Reply *reply;
	bool more = true;
	enum err e;

	query.book = w->book;
	query.secret = w->secret;
	query.from_month = w->period.from.n;
	query.to_month = w->period.to.n;
	query.after_year = w->after_year;
	query.after_number = w->after_number;
	cli->paged = w->parted;
	request.what_case = VANTHU__V1__REQUEST__WHAT_REGISTER;
	request.register_ = &query;
	e = call_send(c, &request);
	while (e == ERR_OK && more) {
		e = call_next(c, &reply);
		if (e != ERR_OK)
			break;
		more = reply->more;
		if (reply->what_case == VANTHU__V1__REPLY__WHAT_REGISTER) {
			if (!is_full(cli, w, reply->register_)) {
				keep(cli, w, reply->register_);
				continue;
			}
			client_abandon(call_client(c)); /* the rest is not wanted */
			more = false;
		} else if (reply->what_case != VANTHU__V1__REPLY__WHAT_DONE)
			return refused(cli, c, reply);
	}
	return e == ERR_OK ? 0 : err_exit_code(call_fail(c, e, NULL));
}

static enum err ask_office(struct call *c, struct book_wanted *w)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Nothing nothing = VANTHU__V1__NOTHING__INIT;
	Vanthu__V1__Reply *reply;
	enum err e;

	request.what_case = VANTHU__V1__REQUEST__WHAT_STATUS;
	request.status = &nothing;
	e = call_ask(c, &request, VANTHU__V1__REPLY__WHAT_STATUS, &reply);
	if (e == ERR_OK)
		w->office = strdup(reply->status->name[0] != '\0' ? reply->status->name
								  : reply->status->committee);
	return e;
}

/* ---- a table ---- */

static const struct column *columns_of(const struct book_wanted *w)
{
	return w->book == VANTHU__V1__BOOK__BOOK_OUT  ? out_table
	       : w->book == VANTHU__V1__BOOK__BOOK_IN ? in_table
						      : followup_table;
}

static int print_table(struct cli *cli, struct book_wanted *w)
{
	const bool out = w->book == VANTHU__V1__BOOK__BOOK_OUT;
	size_t count;

	if (w->rows == NULL)
		return output_list(cli, json_incref(w->lines), out ? out_plain : in_plain);
	if (w->flow != NULL) {
		count = flow_end(w->flow);
		w->flow = NULL;
	} else {
		count = json_array_size(w->rows);
		output_list(cli, json_incref(w->rows), columns_of(w));
	}
	if (count > 0)
		cli_hint(cli, "%s", _("All columns, to print: --format html --output FILE.html"));
	return 0;
}

/* What the page is written in, beside the titles of the decree. */
static bool in_vietnamese(void)
{
	return strcmp(_("en"), "vi") == 0;
}

/* ---- for a spreadsheet ---- */

static void write_cells(FILE *to, const struct register_column *columns, const json_t *row)
{
	const char *cells[REGISTER_CELLS_MAX];
	char number[24];
	unsigned count = 0;

	snprintf(number, sizeof number, "%lld", json_integer_value(json_object_get(row, "number")));
	for (const struct register_column *c = columns; c->title != NULL; c++) {
		const json_t *value = json_object_get(row, c->key);

		cells[count++] = json_is_integer(value)	 ? number
				 : json_is_string(value) ? json_string_value(value)
							 : "";
	}
	csv_row(to, cells, count);
}

static void write_csv(FILE *to, const struct book_wanted *w)
{
	const struct register_column *columns = register_columns(w->book);
	const char *titles[REGISTER_CELLS_MAX];
	unsigned count = 0;
	json_t *row;
	size_t i;

	for (const struct register_column *c = columns; c->title != NULL; c++)
		titles[count++] = in_vietnamese() ? c->decree : _(c->title);
	csv_row(to, titles, count);
	json_array_foreach(w->rows, i, row) write_cells(to, columns, row);
}

/* ---- a page ---- */

static void write_row(FILE *to, const struct register_column *columns, const json_t *row)
{
	const char *cells[REGISTER_CELLS_MAX];
	unsigned count = 0;
	char number[24];

	snprintf(number, sizeof number, "%lld", json_integer_value(json_object_get(row, "number")));
	for (const struct register_column *c = columns; c->title != NULL; c++)
		cells[count++] = strcmp(c->key, "number") == 0
					 ? number
					 : json_string_value(json_object_get(row, c->key));
	if (json_is_true(json_object_get(row, "addition")))
		page_addition(to, "↳", json_string_value(json_object_get(row, "note")), count);
	else
		page_row(to, cells, count);
}

static void write_table(FILE *to, const struct book_wanted *w)
{
	const struct register_column *columns = register_columns(w->book);
	struct page_column heads[REGISTER_CELLS_MAX + 1] = { { .title = NULL } };
	unsigned count = register_column_count(w->book);
	json_t *row;
	size_t i;

	for (unsigned k = 0; k < count; k++)
		heads[k] = (struct page_column){ .title = columns[k].decree,
						 .beside = in_vietnamese() ? NULL
									   : _(columns[k].title),
						 .width = columns[k].width };
	page_table_begin(to, heads);
	if (json_array_size(w->rows) == 0)
		page_nothing(to, _("Nothing was entered in this period."), count);
	json_array_foreach(w->rows, i, row) write_row(to, columns, row);
	page_signature_row(to, _("Checked by"), _("Kept by"), _("(signature and full name)"),
			   _("…………, day …… month …… year ……"), count);
	page_table_end(to);
}

/* In months as they are said; no month given is this year. */
static void print_period(const struct period *p, char *out, size_t size)
{
	unsigned from = month_in_year(p->from), to = month_in_year(p->to);
	char today[11];

	text_today(today);
	if (p->to.n == UINT16_MAX)
		snprintf(out, size, "%s", _("All years"));
	else if (p->to.n == 0)
		snprintf(out, size, _("Year %.4s"), today);
	else if (p->from.n == p->to.n)
		snprintf(out, size, _("Month %02u/%04u"), from, month_year(p->from));
	else if (from == 1 && to == 12 && month_year(p->from) == month_year(p->to))
		snprintf(out, size, _("Year %04u"), month_year(p->from));
	else
		snprintf(out, size, _("From %02u/%04u to %02u/%04u"), from, month_year(p->from), to,
			 month_year(p->to));
}

static void write_page(FILE *to, const struct book_wanted *w)
{
	char period[64];
	const char *title = register_title(w->book, w->secret);
	struct page_head head = { .language = _("en"),
				  .office = w->office,
				  .title = title,
				  .beside = NULL,
				  .period = period };

	if (!in_vietnamese())
		head.beside = register_name(w->book, w->secret);
	print_period(&w->period, period, sizeof period);
	page_begin(to, &head);
	write_table(to, w);
	page_end(to);
}

/* ---- the command ---- */

static int write_file(struct cli *cli, const struct book_wanted *w, const char *text, size_t len)
{
	static const struct column columns[] = { { "file", N_("File"), FORMAT_TEXT, false },
						 { "size_bytes", N_("Size"), FORMAT_BYTES, false },
						 { NULL, NULL, FORMAT_TEXT, false } };
	struct blob bytes = { (const uint8_t *)text, len };
	enum err e;

	if (w->output == NULL) {
		fwrite(text, 1, len, stdout);
		return 0;
	}
	e = fs_write_new(w->output, bytes, w->secret);
	if (e != ERR_OK)
		return cli_fail_file(cli, e, w->output);
	output_object(cli,
		      json_pack("{s:s, s:I}", "file", w->output, "size_bytes", (json_int_t)len),
		      columns);
	if (w->format == FORMAT_HTML)
		cli_hint(cli, "%s", _("Open it in a browser and print it: A4, landscape."));
	return 0;
}

static int write_book(struct cli *cli, const struct book_wanted *w)
{
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);
	int code;

	if (to == NULL)
		return cli_fail(cli, ERR_NO_MEMORY, NULL);
	if (w->format == FORMAT_CSV)
		write_csv(to, w);
	else
		write_page(to, w);
	if (fclose(to) != 0)
		code = cli_fail(cli, ERR_NO_MEMORY, NULL);
	else
		code = write_file(cli, w, text, len);
	free(text);
	return code;
}

static int run(struct cli *cli, struct book_wanted *w)
{
	struct call *c = NULL;
	enum err e = call_open(cli, CLIENT_OFFICE, &c);
	int code;

	if (w->format == FORMAT_TABLE && (cli->json || cli->plain))
		w->lines = json_array();
	else
		w->rows = json_array();
	if (w->format == FORMAT_TABLE)
		w->flow = flow_new(cli, columns_of(w));
	if (e == ERR_OK && w->format == FORMAT_HTML)
		e = ask_office(c, w);
	code = e == ERR_OK ? ask_lines(cli, c, w) : err_exit_code(e);
	call_close(c);
	if (code == 0)
		code = w->format == FORMAT_TABLE ? print_table(cli, w) : write_book(cli, w);
	flow_drop(w->flow);
	json_decref(w->lines);
	json_decref(w->rows);
	json_decref(w->line);
	free(w->office);
	return code;
}

static bool read_book(const char *word, struct book_wanted *w)
{
	static const char *const words[] = {
		"out", "in", "followup", "di", "den", "theo-doi", NULL
	};
	int i = text_choose(word, words);

	w->book = (Vanthu__V1__Book)(i < 3 ? i + 1 : i - 2);
	return i >= 0;
}

/* What the options say that do not go together. 0: they do. */
static int check_options(struct cli *cli, const struct book_wanted *w)
{
	if (w->parted && (w->format != FORMAT_TABLE || (!cli->json && !cli->plain)))
		return cli_wanted(cli, _("--limit and --cursor are for --json and --plain"), "");
	if (w->output != NULL && w->format == FORMAT_TABLE)
		return cli_wanted(cli, _("--output goes with --format csv or html"), "");
	if (w->output == NULL && w->format != FORMAT_TABLE && (cli->json || cli->plain))
		return cli_wanted(cli,
				  _("--json and --plain have a format of their own: give --output "
				    "FILE, or leave --format out"),
				  "");
	if (w->output == NULL && w->format == FORMAT_HTML && isatty(STDOUT_FILENO))
		return cli_wanted(cli, _("still missing: --output FILE.html (what to print from)"),
				  "");
	return 0;
}

/* ---- a void number ---- */

struct void_number {
	Vanthu__V1__RegisterVoid m;
	struct doc_id id;
	char *number, *reason; /* ours */
	char date[11];
};

static int fill_void(struct cli *cli, const struct book_wanted *w, struct void_number *v)
{
	const struct text_field fields[] = { { "number", v->number, NUMBER_MAX, false },
					     { "reason", v->reason, SUBJECT_MAX, false } };
	static const struct doc_id none;
	const struct doctype *type = NULL;
	int code = text_field_check(cli, fields, 2);

	vanthu__v1__register_void__init(&v->m);
	/* of what went out the series is told by type and symbol */
	if (code == 0 && w->book == VANTHU__V1__BOOK__BOOK_OUT &&
	    !numbering_is_template(v->number) && strchr(v->number, '/') == NULL)
		return cli_fail_text(cli, ERR_FIELD, _("the number wants its symbol"),
				     _("as it would be printed, like 14-CV/ĐU; the next one: "
				       "auto"));
	if (code == 0 && w->date != NULL && !text_date(w->date, v->date))
		code = cli_fail(cli, ERR_BAD_DATE, w->date);
	if (code == 0 && w->book == VANTHU__V1__BOOK__BOOK_OUT)
		code = w->type != NULL ? doctype_option(cli, w->type, v->date, &type)
				       : doctype_of_number(cli, v->number, v->date, &type);
	if (code != 0)
		return code;
	if (w->date == NULL)
		text_today(v->date);
	v->id = w->id;
	if (memcmp(&v->id, &none, sizeof none) == 0 && uuid_new(text_now_ms(), &v->id) != ERR_OK)
		return cli_fail(cli, ERR_SYSTEM, NULL);
	v->m.id = (ProtobufCBinaryData){ .len = sizeof v->id.bytes, .data = v->id.bytes };
	v->m.direction = w->book == VANTHU__V1__BOOK__BOOK_OUT
				 ? VANTHU__V1__DIRECTION__DIRECTION_OUT
				 : VANTHU__V1__DIRECTION__DIRECTION_IN;
	v->m.secret = w->secret;
	if (numbering_is_template(v->number))
		v->m.number_template = v->number;
	else
		v->m.number = v->number;
	if (type != NULL) {
		v->m.type_code = (char *)(uintptr_t)type->code;
		v->m.type_name = (char *)(uintptr_t)type->name;
		v->m.date = v->date;
	}
	v->m.reason = v->reason;
	v->m.dry_run = cli->dry_run;
	return 0;
}

static int print_void(struct cli *cli, const struct book_wanted *w,
		      const Vanthu__V1__PaperAccepted *a)
{
	static const struct column columns[] = { { "number", N_("Number"), FORMAT_TEXT, false },
						 { "state", N_("State"), FORMAT_STATE, false },
						 { "repeated", N_("Repeated"), FORMAT_BOOL, false },
						 { NULL, NULL, FORMAT_TEXT, false } };
	json_t *out = json_pack("{s:s, s:s, s:s}", "book",
				w->book == VANTHU__V1__BOOK__BOOK_OUT ? "out" : "in", "number",
				a->number, "state", "void");
	struct slips printed = { .count = 0 };

	if (a->repeated_request)
		json_object_set_new(out, "repeated", json_true());
	if (cli->dry_run)
		json_object_set_new(out, "dry_run", json_true());
	slips_print(cli, &printed, slips_of_paper(a));
	slips_add(out, slips_of_paper(a));
	output_object(cli, out, columns);
	if (cli->dry_run)
		cli_hint(cli, "%s", _("Nothing was entered: this was a dry run."));
	return 0;
}

static int make_void(struct cli *cli, struct book_wanted *w, char **operands, int count)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	struct void_number v = { .number = NULL };
	char id[UUID_TEXT_SIZE];
	Vanthu__V1__Reply *reply;
	struct call *c = NULL;
	enum err e = ERR_OK;
	int code;

	if (count == 0 || !read_book(operands[0], w) || w->book == VANTHU__V1__BOOK__BOOK_FOLLOWUP)
		return cli_wanted(cli, _("in or out?"), "");
	if (count != 2)
		return cli_wanted(cli, _("which number?"),
				  _("as it would be printed; the next one: auto"));
	if (w->reason == NULL)
		return cli_fail_text(cli, ERR_USAGE, _("missing: --reason"),
				     _("say why: the line stays in the book with it"));
	v.number = text_entry(operands[1]);
	v.reason = text_entry(w->reason);
	code = fill_void(cli, w, &v);
	if (code == 0)
		e = call_open(cli, CLIENT_OFFICE, &c);
	request.what_case = VANTHU__V1__REQUEST__WHAT_REGISTER_VOID;
	request.register_void = &v.m;
	uuid_print(v.id.bytes, id);
	/* of what came in the number itself says whether it is a repetition */
	if (code == 0 && !cli->dry_run && w->book == VANTHU__V1__BOOK__BOOK_OUT)
		cli->request_id = id;
	if (code == 0 && e == ERR_OK)
		e = call_ask(c, &request, VANTHU__V1__REPLY__WHAT_PAPER_ACCEPTED, &reply);
	cli->request_id = NULL;
	if (code == 0)
		code = e == ERR_OK ? print_void(cli, w, reply->paper_accepted) : err_exit_code(e);
	call_close(c);
	free(v.number);
	free(v.reason);
	return code;
}

/* --limit and --cursor. False: a fault, which was reported. */
static bool read_part(struct cli *cli, int option, struct book_wanted *w)
{
	int end = 0;

	w->parted = true;
	if (option == OPT_LIMIT)
		return cli_number(cli, 1, UINT32_MAX, &w->limit);
	if (sscanf(optarg, "%5u.%9u%n", &w->after_year, &w->after_number, &end) == 2 &&
	    optarg[end] == '\0' && w->after_year > 0 && w->after_year <= UINT16_MAX)
		return true;
	cli_bad_value(cli, _("it is `next` of an earlier list, as --json tells it"));
	return false;
}

int cmd_register(struct cli *cli, int argc, char **argv)
{
	static const char *const formats[] = { "table", "csv", "html", NULL };
	struct book_wanted w = { .book = VANTHU__V1__BOOK__BOOK_UNSPECIFIED };
	int c, code;

	while ((c = cli_option(cli, argc, argv)) != -1) {
		if (c == '?')
			return err_exit_code(ERR_USAGE);
		if ((c == OPT_LIMIT || c == OPT_CURSOR) && !read_part(cli, c, &w))
			return err_exit_code(ERR_USAGE);
		if (c == OPT_LIMIT || c == OPT_CURSOR)
			continue;
		if (c == OPT_SECRET)
			w.secret = true;
		else if (c == OPT_FORMAT)
			w.format = (enum book_format)text_choose(optarg, formats);
		else if (c == OPT_OUTPUT)
			w.output = optarg;
		else if (c == OPT_REASON)
			w.reason = optarg;
		else if (c == OPT_TYPE)
			w.type = optarg;
		else if (c == OPT_DATE)
			w.date = optarg;
		else if (c == OPT_ID && uuid_parse(optarg, &w.id) != ERR_OK)
			return cli_bad_value(cli, _("give a UUID (32 hexadecimal digits, not all "
						    "zero), or leave --id out and one is made"));
		else if (c == OPT_ID)
			continue;
		else if (!period_parse(optarg, &w.period))
			return cli_bad_value(cli, _("a period is: 2026, 2026-11, 2026-Q4, 2026-H2, "
						    "2025-11..2026-02 or all"));
	}
	if (optind == argc)
		return cli_wanted(cli, _("out, in or followup?"), "");
	if (strcmp(argv[optind], "void") == 0)
		return make_void(cli, &w, argv + optind + 1, argc - optind - 1);
	if (!read_book(argv[optind], &w))
		return cli_usage(cli, argv[optind]);
	code = check_options(cli, &w);
	return code == 0 ? run(cli, &w) : code;
}
