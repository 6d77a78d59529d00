/* See paper_import.h. Lines are registered one by one or all at once, with a report of each. An id
 * is made of what its line says, so the same file again registers nothing twice, whatever became of
 * the first try. */
#include "tools/command/paper_import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/digest.h"
#include "tools/base/text.h"
#include "tools/cli/cli.h"
#include "tools/client/client.h"
#include "tools/command/paper_cell.h"
#include "tools/command/paper_column.h"
#include "tools/command/paper_entry.h"
#include "tools/input/input.h"
#include "tools/output/output.h"

enum {
	BATCH_LINES = 200, /* asked at once: few enough that others get their turn */
	REQUEST_BYTES = CONTROL_MESSAGE_MAX_BYTES - 1024,
	BATCH_BYTES = REQUEST_BYTES / 2,
	PACE_LINES = 1000, /* from so many on, how fast it went is said */
	PARTLY = 7	   /* exit code: some lines, and others not */
};

enum state {
	STATE_WAITING,
	STATE_REGISTERED,
	STATE_CHECKED, /* of a dry run: it could be */
	STATE_THERE,
	STATE_SAME, /* as an earlier line of the file */
	STATE_REFUSED,
	STATE_LEFT,  /* because another one was refused */
	STATE_UNSURE /* whether it was registered: the daemon did not answer */
};
static const char *const state_words[] = { "unsure", "registered", "checked", "there",
					   "same",   "refused",	   "left",    "unsure" };

struct entry {
	unsigned line;
	struct paper p;
	enum state state;
	unsigned same_as; /* its line */
	struct cli_caught fault;
	bool no_room; /* refused, because what came before it took what one commit may take */
	char *number; /* that it has in the book; NULL: as in the file */
	bool has_id;
	struct doc_id id;		 /* of the entry in the book */
	uint32_t warnings[WARNINGS_MAX]; /* codes */
	unsigned warning_count;
	json_t *alike;
};

struct import {
	struct cli *cli;
	bool together, strict;
	struct table table;
	unsigned columns[TABLE_CELLS_MAX]; /* enum paper_column */
	struct entry *entries;
	size_t count;
};

/* ---- the file ---- */

static char *read_file(struct cli *cli, const char *name, size_t *len)
{
	bool is_stdin = strcmp(name, "-") == 0;
	FILE *from = is_stdin ? stdin : fopen(name, "re");
	char *bytes = from == NULL ? NULL : malloc(TABLE_BYTES_MAX + 1);
	bool failed = from == NULL;

	*len = 0;
	if (bytes != NULL) {
		*len = fread(bytes, 1, TABLE_BYTES_MAX + 1, from);
		failed = ferror(from) != 0;
	}
	if (failed || bytes == NULL) {
		cli_fail_file(cli, failed ? ERR_FILE : ERR_NO_MEMORY, name);
		free(bytes);
		bytes = NULL;
	}
	if (from != NULL && !is_stdin)
		fclose(from);
	return bytes;
}

static int fail_table(struct cli *cli, unsigned line, const char *what, const char *fix)
{
	char message[256];

	if (line == 0)
		snprintf(message, sizeof message, "%s", what);
	else
		snprintf(message, sizeof message, _("line %u: %s"), line, what);
	return cli_fail_text(cli, ERR_TABLE, message, fix[0] == '\0' ? _(err_fix(ERR_TABLE)) : fix);
}

static int say_fault(struct cli *cli, enum table_fault f, unsigned line)
{
	static const struct {
		enum table_fault fault;
		bool with_line;
		const char *what, *fix;
	} texts[] = {
		{ TABLE_EMPTY, false, N_("the file has no line"), "" },
		{ TABLE_NUL, false, N_("the file is no text, or UTF-16 without a mark"), "" },
		{ TABLE_UTF8, true, N_("not UTF-8: the letters of another code"), "" },
		{ TABLE_QUOTE, true, N_("quotes that are not closed, or followed by something"),
		  N_("write a quote within quotes twice, and close each cell that begins with "
		     "one") },
		{ TABLE_LONG, true, N_("the line is too long: 65,536 bytes at most"), "" },
		{ TABLE_CELLS, true, N_("the line has too many cells: 64 at most"), "" },
		{ TABLE_ROWS, true, N_("the file is too long: 200,000 lines at most"),
		  N_("split it; the first line, with the names, goes into each part") },
	};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		if (texts[i].fault == f)
			return fail_table(cli, texts[i].with_line ? line : 0, _(texts[i].what),
					  texts[i].fix[0] == '\0' ? "" : _(texts[i].fix));
	}
	return cli_fail(cli, ERR_NO_MEMORY, NULL);
}

static int read_table(struct import *m, const char *file)
{
	size_t len;
	char *bytes = read_file(m->cli, file, &len);
	enum table_fault f;

	if (bytes == NULL)
		return err_exit_code(ERR_FILE);
	if (len > TABLE_BYTES_MAX) {
		free(bytes);
		return fail_table(
			m->cli, 0, _("the file is too large: 32 MiB at most"),
			_("split it; the first line, with the names, goes into each part"));
	}
	f = table_read(bytes, len, &m->table);
	free(bytes);
	return f == TABLE_OK ? 0 : say_fault(m->cli, f, m->table.fault_line);
}

/* ---- the names of its columns ---- */

static int fail_column(struct cli *cli, const char *what, const char *name)
{
	char message[256];

	snprintf(message, sizeof message, "%s: %.100s", what, name);
	return cli_fail_text(cli, ERR_COLUMN, message, _(err_fix(ERR_COLUMN)));
}

static int read_headings(struct import *m)
{
	static const enum paper_column needed[] = { COLUMN_DIRECTION, COLUMN_NUMBER, COLUMN_DATE };
	static const char *const names[] = { "direction", "number", "date" };
	const struct table_row *row = &m->table.rows[0];
	bool seen[PAPER_COLUMNS] = { false };

	for (unsigned i = 0; i < row->count; i++) {
		const char *name = row->cells[i];

		if (name[strspn(name, " ")] == '\0')
			m->columns[i] = COLUMN_LEFT_OUT;
		else if (!paper_column_find(name, &m->columns[i]))
			return fail_column(m->cli, _("no such column"), name);
		else if (m->columns[i] != COLUMN_LEFT_OUT && seen[m->columns[i]])
			return fail_column(m->cli, _("a column that comes twice"), name);
		seen[m->columns[i]] = true;
	}
	for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
		if (!seen[needed[i]])
			return fail_column(m->cli, _("the first line has no such column"),
					   names[i]);
	}
	return 0;
}

/* ---- a line ---- */

static void add_field(struct digest_stream *s, const char *text)
{
	size_t len = text == NULL ? 0 : strlen(text);
	uint8_t head[4] = { (uint8_t)(len >> 24), (uint8_t)(len >> 16), (uint8_t)(len >> 8),
			    (uint8_t)len };

	digest_add(s, (struct blob){ head, sizeof head });
	if (len > 0)
		digest_add(s, (struct blob){ (const uint8_t *)text, len });
}

/* A UUID of version 8 (RFC 9562): the first bytes of SHA-256 over what the line says, but its note,
 * which says nothing of which document it is. Of a secret one, over what is kept of it. */
static bool make_id(struct paper *p)
{
	struct digest_stream *s = digest_begin();
	bool secret = p->secrecy > VANTHU__V1__SECRECY__SECRECY_THUONG;
	char word[2] = { (char)('0' + (int)p->direction), '\0' };
	struct digest d;

	if (s == NULL)
		return false;
	add_field(s, "vanthu paper import v1");
	add_field(s, word);
	add_field(s, p->number);
	add_field(s, p->kind->name);
	add_field(s, p->date);
	add_field(s, secret ? NULL : p->subject);
	add_field(s, secret ? NULL : p->party);
	add_field(s, secret ? NULL : p->signer);
	add_field(s, secret ? NULL : p->position);
	add_field(s, secret ? NULL : p->competence);
	word[0] = (char)('0' + (int)p->secrecy);
	add_field(s, word);
	if (p->issued[0] != '\0') /* a line without it has the id that it always had */
		add_field(s, p->issued);
	d = digest_end(s);
	memcpy(p->id.bytes, d.bytes, sizeof p->id.bytes);
	p->id.bytes[6] = (uint8_t)((p->id.bytes[6] & 0x0f) | 0x80);
	p->id.bytes[8] = (uint8_t)((p->id.bytes[8] & 0x3f) | 0x80);
	return true;
}

/* A line break in quotes, however it was saved, is a blank: a book has lines. */
static void join_lines(char *cell)
{
	char *to = cell;

	for (const char *at = cell; *at != '\0'; at++) {
		if (*at == '\r' && at[1] == '\n')
			continue;
		*to++ = *at == '\r' || *at == '\n' || *at == '\t' ? ' ' : *at;
	}
	*to = '\0';
}

/* The report names each line by its number, whatever is wrong in the cells before that. */
static void take_number(struct import *m, const struct table_row *row, struct entry *e)
{
	for (unsigned i = 0; i < m->table.rows[0].count && i < row->count; i++) {
		if (m->columns[i] == COLUMN_NUMBER)
			(void)!paper_cell_take(m->cli, &e->p, COLUMN_NUMBER, row->cells[i]);
	}
}

/* What helps on the command line, said of a table. */
static void fix_in_table(struct cli_caught *f)
{
	const char *fix = NULL;

	if (f->err == ERR_FUTURE)
		fix = _("write the day on which it came or went: 24/11/2026");
	else if (f->err == ERR_NO_TYPE)
		fix = _("give the type in a column of its own, by its symbol (KH) or its full "
			"name");
	if (fix == NULL)
		return;
	free(f->fix);
	f->fix = strdup(fix);
}

static int read_line(struct import *m, const struct table_row *row, struct entry *e)
{
	struct cli *cli = m->cli;
	char message[128];

	e->line = row->line;
	e->p.secrecy = VANTHU__V1__SECRECY__SECRECY_THUONG;
	e->p.strict = m->strict;
	take_number(m, row, e);
	for (unsigned i = m->table.rows[0].count; i < row->count; i++) {
		if (row->cells[i][0] == '\0')
			continue;
		snprintf(message, sizeof message, _("it has %u cells, the first line %u"),
			 row->count, m->table.rows[0].count);
		return cli_fail_text(cli, ERR_TABLE, message,
				     _("put a cell that has the separator in it into quotes"));
	}
	for (unsigned i = 0; i < m->table.rows[0].count; i++) {
		char empty[] = "", *cell = i < row->count ? row->cells[i] : empty;
		int code;

		join_lines(cell);
		text_trim(cell);
		code = paper_cell_take(cli, &e->p, m->columns[i], cell);
		if (code != 0)
			return code;
	}
	if (paper_check(cli, &e->p) != 0)
		return 1;
	return make_id(&e->p) ? 0 : cli_fail(cli, ERR_NO_MEMORY, NULL);
}

static int order_ids(const void *a, const void *b)
{
	const struct entry *x = *(const struct entry *const *)a,
			   *y = *(const struct entry *const *)b;
	int order = memcmp(&x->p.id, &y->p.id, sizeof x->p.id);

	return order != 0 ? order : (x->line > y->line) - (x->line < y->line);
}

/* Lines that say the same are one entry. */
static bool find_same(struct import *m)
{
	const struct entry **sorted = calloc(m->count + 1, sizeof *sorted);
	size_t n = 0;

	for (size_t i = 0; sorted != NULL && i < m->count; i++) {
		if (m->entries[i].state == STATE_WAITING)
			sorted[n++] = &m->entries[i];
	}
	if (sorted != NULL)
		qsort(sorted, n, sizeof *sorted, order_ids);
	for (size_t i = 1; sorted != NULL && i < n; i++) {
		const struct entry *before = sorted[i - 1];
		struct entry *e = &m->entries[sorted[i] - m->entries];

		if (memcmp(&before->p.id, &e->p.id, sizeof e->p.id) != 0)
			continue;
		e->state = STATE_SAME;
		e->same_as = before->state == STATE_SAME ? before->same_as : before->line;
	}
	free(sorted);
	return sorted != NULL;
}

static int read_lines(struct import *m)
{
	m->count = m->table.count - 1;
	m->entries = calloc(m->count + 1, sizeof *m->entries);
	if (m->entries == NULL)
		return cli_fail(m->cli, ERR_NO_MEMORY, NULL);
	for (size_t i = 0; i < m->count; i++) {
		struct entry *e = &m->entries[i];

		m->cli->caught = &e->fault;
		if (read_line(m, &m->table.rows[i + 1], e) != 0) {
			e->state = STATE_REFUSED;
			fix_in_table(&e->fault);
		}
		m->cli->caught = NULL;
	}
	return find_same(m) ? 0 : cli_fail(m->cli, ERR_NO_MEMORY, NULL);
}

/* ---- asking ---- */

/* The lines of one request. */
struct batch {
	struct entry *entries[IMPORT_LINES_MAX];
	Vanthu__V1__PaperAdd adds[IMPORT_LINES_MAX], *list[IMPORT_LINES_MAX];
	size_t count, bytes;
};

static void take_outcome(struct import *m, struct entry *e, const Vanthu__V1__PaperImported *all,
			 const Vanthu__V1__PaperOutcome *o)
{
	const Vanthu__V1__PaperAccepted *a = o->accepted;

	e->no_room = o->code == ERR_DISK_FULL || o->code == ERR_MAP_FULL;
	if (o->code != 0 || a == NULL) {
		e->state = STATE_REFUSED;
		m->cli->caught = &e->fault;
		cli_fail(m->cli, (enum err)o->code, o->about);
		m->cli->caught = NULL;
		return;
	}
	e->state = a->repeated_request ? STATE_THERE
		   : all->registered   ? STATE_REGISTERED
		   : m->cli->dry_run   ? STATE_CHECKED
				       : STATE_LEFT;
	if (a->id.len == sizeof e->id.bytes) {
		memcpy(e->id.bytes, a->id.data, sizeof e->id.bytes);
		e->has_id = true;
	}
	/* What an automatic one would have got is not its number. */
	if (e->state == STATE_LEFT)
		return;
	e->number = strdup(a->number);
	for (size_t i = 0; i < a->n_warnings && i < WARNINGS_MAX; i++)
		e->warnings[e->warning_count++] = a->warnings[i];
	if (a->alike_id.len > 0)
		e->alike = json_pack("{s:o, s:s}", "id", json_uuid(a->alike_id), "date",
				     a->alike_date);
}

/* What went wrong with the request itself stands in each of its lines. */
static enum err ask(struct import *m, struct call *c, struct batch *b, bool dry_run)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__PaperImport lines = VANTHU__V1__PAPER_IMPORT__INIT;
	struct cli_caught fault = { .err = ERR_OK };
	Vanthu__V1__Reply *reply;
	enum err e;

	lines.n_lines = b->count;
	lines.lines = b->list;
	lines.together = m->together;
	lines.dry_run = dry_run;
	request.what_case = VANTHU__V1__REQUEST__WHAT_PAPER_IMPORT;
	request.paper_import = &lines;
	m->cli->caught = &fault;
	e = call_ask(c, &request, VANTHU__V1__REPLY__WHAT_PAPER_IMPORTED, &reply);
	m->cli->caught = NULL;
	for (size_t i = 0; i < b->count; i++) {
		struct entry *at = b->entries[i];

		if (e == ERR_OK && i < reply->paper_imported->n_outcomes) {
			take_outcome(m, at, reply->paper_imported,
				     reply->paper_imported->outcomes[i]);
			continue;
		}
		at->state = STATE_UNSURE;
		at->fault.err = e == ERR_OK ? ERR_FORMAT : e;
		at->fault.message = fault.message == NULL ? NULL : strdup(fault.message);
		at->fault.fix =
			strdup(_("import the same file again: nothing is registered twice"));
	}
	cli_caught_free(&fault);
	b->count = b->bytes = 0;
	return e;
}

static size_t add_to(struct batch *b, struct entry *e)
{
	Vanthu__V1__PaperAdd *add = &b->adds[b->count];

	paper_fill(&e->p, add);
	b->entries[b->count] = e;
	b->list[b->count++] = add;
	b->bytes += protobuf_c_message_get_packed_size(&add->base) + 8;
	return b->bytes;
}

/* Once through all that wait. */
static enum err ask_round(struct import *m, struct call *c, struct batch *b)
{
	enum err e = ERR_OK;

	for (size_t i = 0; i < m->count; i++) {
		if (m->entries[i].state != STATE_WAITING)
			continue;
		if (e != ERR_OK) {
			m->entries[i].state = STATE_LEFT;
			continue;
		}
		if (add_to(b, &m->entries[i]) >= BATCH_BYTES || b->count == BATCH_LINES)
			e = ask(m, c, b, m->cli->dry_run);
	}
	return e == ERR_OK && b->count > 0 ? ask(m, c, b, m->cli->dry_run) : e;
}

/* On a disk that is nearly full a commit takes few lines: the others wait for the next one, as long
 * as each round finds room for some. */
static bool wait_again(struct import *m, size_t *taken)
{
	size_t now = 0, waiting = 0;

	for (size_t i = 0; i < m->count; i++)
		now += m->entries[i].state == STATE_REGISTERED ||
		       m->entries[i].state == STATE_CHECKED || m->entries[i].state == STATE_THERE;
	for (size_t i = 0; now > *taken && i < m->count; i++) {
		struct entry *at = &m->entries[i];

		if (at->state != STATE_REFUSED || !at->no_room)
			continue;
		cli_caught_free(&at->fault);
		at->fault = (struct cli_caught){ .err = ERR_OK };
		at->state = STATE_WAITING;
		waiting++;
	}
	*taken = now;
	return waiting > 0;
}

static enum err ask_some(struct import *m, struct call *c, struct batch *b)
{
	size_t taken = 0;
	enum err e;

	do
		e = ask_round(m, c, b);
	while (e == ERR_OK && wait_again(m, &taken));
	return e;
}

/* More than one request takes is not begun. */
static int check_together(const struct import *m)
{
	Vanthu__V1__PaperAdd add;
	size_t bytes = 0, waiting = 0;
	char message[256];

	for (size_t i = 0; i < m->count; i++) {
		if (m->entries[i].state != STATE_WAITING)
			continue;
		paper_fill(&m->entries[i].p, &add);
		bytes += protobuf_c_message_get_packed_size(&add.base) + 8;
		waiting++;
	}
	if (waiting <= IMPORT_LINES_MAX && bytes <= REQUEST_BYTES)
		return 0;
	snprintf(message, sizeof message,
		 _("all or nothing: %zu lines with %zu bytes, at most %d lines with %d bytes"),
		 waiting, bytes, IMPORT_LINES_MAX, (int)REQUEST_BYTES);
	return cli_fail_text(m->cli, ERR_TOGETHER, message, _(err_fix(ERR_TOGETHER)));
}

static enum err ask_all(struct import *m, struct call *c, struct batch *b)
{
	bool refused = false;
	enum err e;

	for (size_t i = 0; i < m->count; i++) {
		refused = refused || m->entries[i].state == STATE_REFUSED;
		if (m->entries[i].state == STATE_WAITING)
			add_to(b, &m->entries[i]);
	}
	if (b->count == 0)
		return ERR_OK;
	e = ask(m, c, b, refused || m->cli->dry_run);
	for (size_t i = 0; refused && i < m->count; i++) {
		if (m->entries[i].state == STATE_CHECKED && !m->cli->dry_run)
			m->entries[i].state = STATE_LEFT;
	}
	return e;
}

/* ---- the report ---- */

static void add_problem(json_t *row, const struct entry *e)
{
	char text[1024] = "";
	size_t used = 0;

	if (e->fault.err != ERR_OK)
		used += (size_t)snprintf(text, sizeof text, "VT-%d %s", (int)e->fault.err,
					 e->fault.message == NULL ? "" : e->fault.message);
	if (e->state == STATE_SAME)
		used += (size_t)snprintf(text, sizeof text, _("line %u"), e->same_as);
	for (unsigned i = 0; i < e->warning_count && used < sizeof text; i++)
		used += (size_t)snprintf(text + used, sizeof text - used, "%s%s%u %s",
					 used == 0 ? "" : "; ", "VT-", (unsigned)e->warnings[i],
					 _(err_text((enum err)e->warnings[i])));
	json_object_set_new(row, "problem", json_text_or_null(text));
}

static json_t *row_of(struct cli *cli, const struct entry *e)
{
	const char *number = e->number != NULL ? e->number : e->p.number;
	json_t *warnings = json_array(),
	       *row = json_pack("{s:i, s:s, s:o, s:o}", "line", (int)e->line, "state",
				state_words[e->state], "number",
				json_text_or_null(number == NULL ? "" : number), "id", json_null());
	bool known = e->has_id && (e->state == STATE_REGISTERED || e->state == STATE_THERE);

	if (known)
		json_object_set_new(row, "id",
				    json_uuid((ProtobufCBinaryData){
					    .len = sizeof e->id.bytes,
					    .data = (uint8_t *)(uintptr_t)e->id.bytes }));
	json_object_set_new(row, "error", json_code(e->fault.err));
	json_object_set_new(row, "message",
			    json_text_or_null(e->fault.message == NULL ? "" : e->fault.message));
	json_object_set_new(row, "fix",
			    json_text_or_null(e->fault.fix == NULL ? "" : e->fault.fix));
	json_object_set_new(row, "same_as",
			    e->state == STATE_SAME ? json_integer(e->same_as) : json_null());
	for (unsigned i = 0; i < e->warning_count; i++)
		json_array_append_new(warnings, json_code(e->warnings[i]));
	json_object_set_new(row, "warnings", warnings);
	json_object_set_new(row, "alike", e->alike == NULL ? json_null() : json_incref(e->alike));
	if (cli->dry_run)
		json_object_set_new(row, "dry_run", json_true());
	if (!cli->json && !cli->plain)
		add_problem(row, e);
	return row;
}

static void print_rows(struct import *m)
{
	static const struct column people[] = {
		{ "line", N_("Line"), FORMAT_COUNT, false },
		{ "number", N_("Number"), FORMAT_TEXT, false },
		{ "state", N_("State"), FORMAT_STATE, false },
		{ "problem", N_("Problem"), FORMAT_TEXT, true },
		{ "fix", N_("What helps"), FORMAT_TEXT, true },
		{ NULL, NULL, FORMAT_TEXT, false },
	};
	static const struct column plain[] = {
		{ "line", N_("Line"), FORMAT_COUNT, false },
		{ "state", N_("State"), FORMAT_STATE, false },
		{ "number", N_("Number"), FORMAT_TEXT, false },
		{ "id", N_("Id"), FORMAT_TEXT, false },
		{ "error", N_("Problem"), FORMAT_CODE, false },
		{ NULL, NULL, FORMAT_TEXT, false },
	};
	json_t *rows = json_array();

	for (size_t i = 0; i < m->count; i++)
		json_array_append_new(rows, row_of(m->cli, &m->entries[i]));
	output_list(m->cli, rows, m->cli->plain ? plain : people);
}

static int worst(const struct import *m)
{
	bool done = false, failed = false;
	int code = 0;

	for (size_t i = 0; i < m->count; i++) {
		const struct entry *e = &m->entries[i];
		int its = err_exit_code(e->fault.err);

		done = done || e->state == STATE_REGISTERED || e->state == STATE_THERE;
		failed = failed || e->fault.err != ERR_OK;
		code = its > code ? its : code;
	}
	return done && failed && !m->together ? PARTLY : code;
}

static void say_summary(const struct import *m, int64_t began_ms)
{
	size_t n[STATE_UNSURE + 1] = { 0 };
	int64_t took_ms = text_now_ms() - began_ms;

	for (size_t i = 0; i < m->count; i++)
		n[m->entries[i].state]++;
	if (m->cli->dry_run)
		cli_say(m->cli,
			_("%zu lines: %zu can be registered, %zu already there, %zu the same as "
			  "another, %zu refused, %zu left."),
			m->count, n[STATE_CHECKED], n[STATE_THERE], n[STATE_SAME],
			n[STATE_REFUSED], n[STATE_LEFT] + n[STATE_UNSURE] + n[STATE_WAITING]);
	else
		cli_say(m->cli,
			_("%zu lines: %zu registered, %zu already there, %zu the same as another, "
			  "%zu refused, %zu left."),
			m->count, n[STATE_REGISTERED], n[STATE_THERE], n[STATE_SAME],
			n[STATE_REFUSED], n[STATE_LEFT] + n[STATE_UNSURE] + n[STATE_WAITING]);
	if (m->count >= PACE_LINES && took_ms > 0)
		cli_say(m->cli, _("%lld lines a second."),
			(long long)m->count * 1000 / (long long)took_ms);
	if (m->cli->dry_run)
		cli_hint(m->cli, "%s", _("Nothing was registered: this was a dry run."));
	else if (n[STATE_REFUSED] + n[STATE_UNSURE] > 0)
		cli_hint(m->cli, "%s",
			 _("Put the lines right and import the same file again: what is there "
			   "stays one."));
}

static int run(struct import *m)
{
	struct batch *b = calloc(1, sizeof *b);
	struct call *c = NULL;
	int64_t began_ms = text_now_ms();
	int code = b == NULL ? cli_fail(m->cli, ERR_NO_MEMORY, NULL) : 0;
	enum err e;

	if (code == 0 && m->together)
		code = check_together(m);
	if (code != 0) {
		free(b);
		return code;
	}
	e = call_open(m->cli, CLIENT_OFFICE, &c);
	if (e == ERR_OK) {
		e = m->together ? ask_all(m, c, b) : ask_some(m, c, b);
		print_rows(m);
		say_summary(m, began_ms);
		code = worst(m);
	} else {
		code = err_exit_code(e);
	}
	call_close(c);
	free(b);
	return code;
}

static void import_free(struct import *m)
{
	for (size_t i = 0; m->entries != NULL && i < m->count; i++) {
		struct entry *e = &m->entries[i];

		free(e->p.number);
		free(e->p.subject);
		free(e->p.party);
		free(e->p.signer);
		free(e->p.position);
		free(e->p.competence);
		free(e->p.note);
		free(e->number);
		json_decref(e->alike);
		cli_caught_free(&e->fault);
	}
	free(m->entries);
	table_free(&m->table);
}

/* Spreadsheets take it for UTF-8 by its mark; semicolons, for where a comma is in numbers. */
static int print_template(struct cli *cli)
{
	const char *const names[] = { N_("direction"), N_("number"), N_("type"),   N_("date"),
				      N_("subject"),   N_("party"),  N_("secrecy") };
	const unsigned char mark[] = { 0xef, 0xbb, 0xbf };
	json_t *columns;

	if (cli->json) {
		columns = json_array();
		for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
			json_array_append_new(columns, json_string(names[i]));
		return output_object(cli, json_pack("{s:o}", "columns", columns), NULL);
	}
	fwrite(mark, 1, sizeof mark, stdout);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		printf("%s%s", i == 0 ? "" : ";", cli->plain ? names[i] : _(names[i]));
	fputs("\r\n", stdout);
	return 0;
}

int paper_import(struct cli *cli, const char *file, bool strict)
{
	struct import m = { .cli = cli, .strict = strict };
	int code;

	if (cli_given(cli, "template") != NULL && file == NULL)
		return print_template(cli);
	if (file == NULL || cli_given(cli, "template") != NULL)
		return cli_wanted(cli, _("a file, or --template?"),
				  _("for example: vanthu paper import documents.csv"));
	m.together = cli_given(cli, "all-or-nothing") != NULL;
	code = read_table(&m, file);
	if (code == 0)
		code = read_headings(&m);
	if (code == 0)
		code = read_lines(&m);
	if (code == 0)
		code = run(&m);
	import_free(&m);
	return code;
}
