/* See register.h. */
#include "tools/output/register.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/output/output.h"

#define BOOK(name) VANTHU__V1__BOOK__BOOK_##name
#define KIND(name) VANTHU__V1__REGISTER_LINE_KIND__REGISTER_LINE_KIND_##name

enum { CELL_BYTES = 16 * 1024 };

/* ---- columns ---- */

static const struct register_column out_columns[] = {
	{ "symbol", "Số, ký hiệu văn bản", N_("Number and symbol"), 10 },
	{ "date", "Ngày tháng văn bản", N_("Date of the document"), 8 },
	{ "what", "Tên loại và trích yếu nội dung văn bản", N_("Type and subject"), 20 },
	{ "signer", "Người ký", N_("Signed by"), 9 },
	{ "to", "Nơi nhận văn bản", N_("Recipients"), 17 },
	{ "archive", "Đơn vị, người nhận bản lưu", N_("Who keeps the copy for the file"), 8 },
	{ "copies", "Số lượng bản", N_("Copies"), 5 },
	{ "moved_on", "Ngày chuyển", N_("Sent on"), 8 },
	{ "received_by", "Ký nhận", N_("Receipt"), 8 },
	{ "note", "Ghi chú", N_("Notes"), 7 },
	{ NULL, NULL, NULL, 0 },
};
static const struct register_column in_columns[] = {
	{ "arrived_on", "Ngày đến", N_("Arrived on"), 8 },
	{ "number", "Số đến", N_("Arrival no."), 5 },
	{ "from", "Tác giả", N_("Issuer"), 13 },
	{ "symbol", "Số, ký hiệu văn bản", N_("Number and symbol"), 10 },
	{ "date", "Ngày tháng văn bản", N_("Date of the document"), 8 },
	{ "what", "Tên loại và trích yếu nội dung văn bản", N_("Type and subject"), 22 },
	{ "unit", "Đơn vị hoặc người nhận", N_("Unit or person in charge"), 10 },
	{ "moved_on", "Ngày chuyển", N_("Handed over on"), 8 },
	{ "received_by", "Ký nhận", N_("Receipt"), 8 },
	{ "note", "Ghi chú", N_("Notes"), 8 },
	{ NULL, NULL, NULL, 0 },
};
static const struct register_column followup_columns[] = {
	{ "number", "Số đến", N_("Arrival no."), 6 },
	{ "what", "Tên loại, số, ký hiệu, ngày, tháng và tên cơ quan, tổ chức ban hành văn bản",
	  N_("Type, number, symbol, date and issuer of the document"), 32 },
	{ "unit", "Đơn vị hoặc người nhận", N_("Unit or person in charge"), 14 },
	{ "due", "Thời hạn giải quyết", N_("To be settled by"), 10 },
	{ "progress", "Tiến độ giải quyết", N_("Progress"), 14 },
	{ "answer", "Số, ký hiệu văn bản trả lời", N_("Number and symbol of the answer"), 11 },
	{ "note", "Ghi chú", N_("Notes"), 13 },
	{ NULL, NULL, NULL, 0 },
};

const struct register_column *register_columns(Vanthu__V1__Book book)
{
	return book == BOOK(OUT) ? out_columns : book == BOOK(IN) ? in_columns : followup_columns;
}

unsigned register_column_count(Vanthu__V1__Book book)
{
	const struct register_column *columns = register_columns(book);
	unsigned count = 0;

	while (columns[count].title != NULL)
		count++;
	return count;
}

const char *register_title(Vanthu__V1__Book book, bool secret)
{
	if (book == BOOK(OUT))
		return secret ? "SỔ ĐĂNG KÝ VĂN BẢN MẬT ĐI" : "SỔ ĐĂNG KÝ VĂN BẢN ĐI";
	if (book == BOOK(IN))
		return secret ? "SỔ ĐĂNG KÝ VĂN BẢN MẬT ĐẾN" : "SỔ ĐĂNG KÝ VĂN BẢN ĐẾN";
	return secret ? "SỔ THEO DÕI GIẢI QUYẾT VĂN BẢN MẬT ĐẾN"
		      : "SỔ THEO DÕI GIẢI QUYẾT VĂN BẢN ĐẾN";
}

const char *register_name(Vanthu__V1__Book book, bool secret)
{
	if (book == BOOK(OUT))
		return secret ? _("Register of secret documents sent")
			      : _("Register of documents sent");
	if (book == BOOK(IN))
		return secret ? _("Register of secret documents received")
			      : _("Register of documents received");
	return secret ? _("Follow-up of secret documents received")
		      : _("Follow-up of documents received");
}

/* ---- JSON ---- */

static const char *kind_word(const Vanthu__V1__RegisterLine *l)
{
	return l->kind == KIND(VOID)	   ? "void"
	       : l->kind == KIND(ADDITION) ? "addition"
	       : l->kind == KIND(ENTRY)	   ? "entry"
					   : "damaged";
}

static void set(json_t *o, const char *key, const char *text)
{
	json_object_set_new(o, key, json_text_or_null(text));
}

static const char *secrecy_word(Vanthu__V1__Secrecy s)
{
	static const char *const words[] = { "thuong", "mat", "toi-mat", "tuyet-mat" };
	unsigned i = (unsigned)s - 1;

	return words[i < sizeof words / sizeof words[0] ? i : 0];
}

/* Of what cannot be read, and that it is lost. */
static void add_accepted(json_t *o, const Vanthu__V1__RegisterLine *l)
{
	if (l->accepted_at_ms == 0)
		return;
	json_object_set_new(o, "accepted_at", json_time(l->accepted_at_ms));
	json_object_set_new(o, "accepted_by", json_integer((json_int_t)l->accepted_by));
}

static void add_sent(json_t *o, const Vanthu__V1__RegisterLine *l)
{
	json_object_set_new(o, "to", json_texts(l->to, l->n_to));
	json_object_set_new(o, "to_names", json_texts(l->to_names, l->n_to_names));
	if (l->n_lists > 0) {
		json_object_set_new(o, "lists", json_texts(l->lists, l->n_lists));
		json_object_set_new(o, "listed", json_integer((json_int_t)l->listed));
	}
	set(o, "sent_on", l->moved_on);
	json_object_set_new(o, "copies",
			    l->paper ? json_null() : json_integer((json_int_t)l->copies));
	json_object_set_new(o, "delivered",
			    l->paper ? json_null() : json_integer((json_int_t)l->delivered));
	json_object_set_new(o, "delivered_at", json_time(l->delivered_at_ms));
}

static void add_received(json_t *o, const Vanthu__V1__RegisterLine *l)
{
	set(o, "from", l->from);
	set(o, "from_name", l->from_name);
	set(o, "arrived_on", l->moved_on);
	json_object_set_new(o, "work", l->work == NULL ? json_null() : json_work(l->work));
	json_object_set_new(o, "assigned_at", json_time(l->assigned_at_ms));
	set(o, "assigned_by", l->assigned_by);
	set(o, "due", l->work != NULL && l->work->due_on[0] != '\0' ? l->work->due_on : l->due_on);
	set(o, "document_due", l->due_on);
	set(o, "answer", l->answer_symbol);
}

json_t *register_json(Vanthu__V1__Book book, const Vanthu__V1__RegisterLine *l)
{
	json_t *o = json_object();

	json_object_set_new(o, "year", json_integer((json_int_t)l->year));
	json_object_set_new(o, "number", json_integer((json_int_t)l->number));
	json_object_set_new(o, "kind", json_string(kind_word(l)));
	json_object_set_new(o, "registered_at", json_time(l->at_ms));
	set(o, "registered_by", l->person);
	json_object_set_new(o, "id", l->id.len == 0 ? json_null() : json_uuid(l->id));
	json_object_set_new(o, "form",
			    l->id.len == 0 ? json_null()
					   : json_string(l->paper ? "paper" : "digital"));
	set(o, "symbol", l->symbol);
	set(o, "type", l->type_code);
	set(o, "type_name", l->type_name);
	set(o, "subject", l->subject);
	set(o, "date", l->date);
	set(o, "signer", l->signer);
	set(o, "competence", l->competence);
	set(o, "position", l->position);
	json_object_set_new(o, "secrecy", json_string(secrecy_word(l->secrecy)));
	json_object_set_new(o, "urgency", json_string(json_urgency(l->urgency)));
	set(o, "note", l->note);
	json_object_set_new(o, "business", json_string(json_business(l->business)));
	set(o, "concerns", l->older);
	if (book == BOOK(OUT))
		add_sent(o, l);
	else
		add_received(o, l);
	add_accepted(o, l);
	json_object_set_new(o, "additions", json_array());
	return o;
}

/* What an entry on paper says since a correction. */
static json_t *corrected_json(const Vanthu__V1__PaperSaid *p)
{
	json_t *o = json_object();

	set(o, "symbol", p->number);
	set(o, "type", p->type_code);
	set(o, "type_name", p->type_name);
	set(o, "subject", p->subject);
	set(o, "date", p->date);
	set(o, "party", p->party);
	set(o, "issued", p->issued_on);
	return o;
}

json_t *register_addition_json(const Vanthu__V1__RegisterLine *l)
{
	json_t *o = json_object();

	json_object_set_new(o, "addition", json_integer((json_int_t)l->addition));
	json_object_set_new(o, "kind", json_string(kind_word(l)));
	set(o, "code", l->code);
	json_object_set_new(o, "at", json_time(l->at_ms));
	set(o, "person", l->person);
	set(o, "note", l->note);
	json_object_set_new(o, "business",
			    l->business == 0 ? json_null()
					     : json_string(json_business(l->business)));
	set(o, "newer", l->newer);
	set(o, "office", l->office);
	set(o, "office_name", l->office_name);
	if (l->corrected != NULL)
		json_object_set_new(o, "corrected", corrected_json(l->corrected));
	add_accepted(o, l);
	return o;
}

/* ---- as people read it ---- */

/* A cell that grows by what is joined to it; what does not fit is cut. */
struct cell {
	char text[CELL_BYTES];
	size_t used;
};

static const char *get(const json_t *o, const char *key)
{
	const char *text = json_string_value(json_object_get(o, key));

	return text == NULL ? "" : text;
}

static void join(struct cell *c, const char *between, const char *text)
{
	size_t before = c->used == 0 ? 0 : strlen(between), len = strlen(text);

	if (len == 0 || c->used >= sizeof c->text - 1)
		return;
	if (before + len < sizeof c->text - c->used) {
		memcpy(c->text + c->used, between, before);
		memcpy(c->text + c->used + before, text, len + 1);
		c->used += before + len;
		return;
	}
	c->used += (size_t)snprintf(c->text + c->used, sizeof c->text - c->used, "%s%s",
				    c->used == 0 ? "" : between, text);
	if (c->used >= sizeof c->text) {
		c->used = sizeof c->text - 1;
		while (c->used > 0 && ((unsigned char)c->text[c->used - 1] & 0xc0) == 0x80)
			c->used--;
		c->text[c->used > 0 ? c->used - 1 : 0] = '\0';
		c->used = sizeof c->text;
	}
}

static void join_value(struct cli *cli, struct cell *c, const char *between, const json_t *value,
		       enum format format)
{
	char text[256];

	output_format(cli, value, format, true, text, sizeof text);
	join(c, between, text);
}

/* The day of a time. */
static void join_day(struct cli *cli, struct cell *c, const char *between, const json_t *value)
{
	char text[64];

	output_format(cli, value, FORMAT_TIME, true, text, sizeof text);
	text[sizeof "DD/MM/YYYY" - 1] = '\0';
	join(c, between, text);
}

static void begin(struct cell *c)
{
	c->text[0] = '\0';
	c->used = 0;
}

static void put(json_t *cells, const char *key, struct cell *c)
{
	json_object_set_new(cells, key, json_string(c->text));
	begin(c);
}

static void join_names(struct cli *cli, struct cell *c, const json_t *line)
{
	const json_t *names = json_object_get(line, "to_names"), *to = json_object_get(line, "to"),
		     *lists = json_object_get(line, "lists"), *list;
	size_t listed = (size_t)json_integer_value(json_object_get(line, "listed")), at;

	for (size_t i = 0; i + listed < json_array_size(to); i++) {
		const char *name = json_string_value(json_array_get(names, i));

		if (name != NULL && name[0] != '\0')
			join(c, "; ", name);
		else
			join_value(cli, c, "; ", json_array_get(to, i), FORMAT_WHO);
	}
	json_array_foreach(lists, at, list) join(c, "; ", json_string_value(list));
}

static void join_issuer(struct cell *c, const char *between, const json_t *line)
{
	const char *name = get(line, "from_name");

	join(c, between, name[0] != '\0' ? name : get(line, "from"));
}

static void join_type(struct cell *c, const json_t *line)
{
	const char *name = get(line, "type_name");

	join(c, "", name[0] != '\0' ? name : get(line, "type"));
}

static void join_unit(struct cell *c, const json_t *work)
{
	const json_t *with = json_object_get(work, "with");

	join(c, "", get(work, "to"));
	for (size_t i = 0; i < json_array_size(with); i++)
		join(c, ", ", json_string_value(json_array_get(with, i)));
}

/* What it does with an older one. */
static void join_older(struct cell *c, const json_t *line)
{
	json_t *said;

	if (get(line, "concerns")[0] == '\0')
		return;
	said = people_does(get(line, "business"), get(line, "concerns"));
	join(c, "; ", json_string_value(said));
	json_decref(said);
}

/* What a newer one did with it, or how that was answered. */
static void join_newer(struct cli *cli, struct cell *c, Vanthu__V1__Book book, const json_t *a)
{
	json_t *said;

	if (get(a, "office")[0] == '\0' && strcmp(get(a, "code"), "16") != 0) {
		said = people_done(get(a, "business"), get(a, "newer"));
		join(c, ": ", json_string_value(said));
	} else {
		said = people_status(get(a, "code"), get(a, "business"), book == BOOK(OUT));
		join_value(cli, c, ": ", said, FORMAT_OFFICE);
		join(c, ": ", get(a, "newer"));
	}
	json_decref(said);
}

static void join_code(struct cli *cli, struct cell *c, Vanthu__V1__Book book, const json_t *a)
{
	json_t *code = people_status(get(a, "code"), "", book == BOOK(OUT));

	join_value(cli, c, ": ", code, FORMAT_OFFICE);
	json_decref(code);
}

/* Who has accepted that it cannot be read, and when. */
static void join_accepted(struct cli *cli, struct cell *c, const json_t *line)
{
	const json_t *at = json_object_get(line, "accepted_at");
	char text[160], when[64];

	if (at == NULL)
		return;
	output_format(cli, at, FORMAT_MINUTE, true, when, sizeof when);
	snprintf(text, sizeof text, _("accepted as lost by user %lld on %s; its copy is kept"),
		 json_integer_value(json_object_get(line, "accepted_by")), when);
	join(c, "; ", text);
}

/* What the decree's columns have no place for. */
static void join_notes(struct cli *cli, struct cell *c, Vanthu__V1__Book book, const json_t *line)
{
	char unread[96];

	if (strcmp(get(line, "kind"), "damaged") == 0) {
		snprintf(unread, sizeof unread, _("line %lld cannot be read"),
			 json_integer_value(json_object_get(line, "number")));
		join(c, "; ", unread);
		join_accepted(cli, c, line);
		return;
	}
	if (json_object_get(line, "accepted_at") != NULL)
		join(c, "; ", _("what it registers cannot be read"));
	join_accepted(cli, c, line);
	if (strcmp(get(line, "kind"), "void") == 0)
		join(c, "; ", book == BOOK(OUT) ? _("not issued") : _("number not used"));
	if (strcmp(get(line, "form"), "paper") == 0)
		join(c, "; ", _("on paper"));
	join_value(cli, c, "; ", json_object_get(line, "urgency"), FORMAT_URGENCY);
	if (strcmp(get(line, "secrecy"), "thuong") != 0)
		join(c, "; ", _("secret"));
	join_older(c, line);
	join(c, "; ", get(line, "note"));
	if (book == BOOK(FOLLOWUP))
		join(c, "; ", get(json_object_get(line, "work"), "note"));
}

static void add_out_cells(struct cli *cli, const json_t *line, json_t *cells, struct cell *c)
{
	const json_t *copies = json_object_get(line, "copies");
	char receipts[64];

	join(c, "", get(line, "competence"));
	join(c, ", ", get(line, "position"));
	join(c, get(line, "position")[0] != '\0' ? " " : ", ", get(line, "signer"));
	put(cells, "signer", c);
	join_names(cli, c, line);
	put(cells, "to", c);
	/* the signed original stays where it was issued (NĐ 30/2020 Art. 19) */
	if (strcmp(get(line, "form"), "digital") == 0)
		join(c, "", _("Records office (in the system)"));
	put(cells, "archive", c);
	join_value(cli, c, "", copies, FORMAT_COUNT);
	put(cells, "copies", c);
	join_value(cli, c, "", json_object_get(line, "sent_on"), FORMAT_DATE);
	put(cells, "moved_on", c);
	if (json_is_integer(copies)) {
		snprintf(receipts, sizeof receipts, "%lld/%lld",
			 json_integer_value(json_object_get(line, "delivered")),
			 json_integer_value(copies));
		join(c, "", receipts);
		join_value(cli, c, "\n", json_object_get(line, "delivered_at"), FORMAT_MINUTE);
	}
	put(cells, "received_by", c);
}

static void add_in_cells(struct cli *cli, const json_t *line, json_t *cells, struct cell *c)
{
	const json_t *work = json_object_get(line, "work"),
		     *assigned = json_object_get(line, "assigned_at");

	join_value(cli, c, "", json_object_get(line, "arrived_on"), FORMAT_DATE);
	put(cells, "arrived_on", c);
	join_issuer(c, "", line);
	put(cells, "from", c);
	join_unit(c, work);
	put(cells, "unit", c);
	join_day(cli, c, "", assigned);
	put(cells, "moved_on", c);
	join(c, "", get(line, "assigned_by"));
	join_value(cli, c, "\n", assigned, FORMAT_MINUTE);
	put(cells, "received_by", c);
}

static void add_followup_cells(struct cli *cli, const json_t *line, json_t *cells, struct cell *c)
{
	const json_t *work = json_object_get(line, "work");
	json_t *recall;
	char date[32];

	join_type(c, line);
	join(c, " ", get(line, "symbol"));
	output_format(cli, json_object_get(line, "date"), FORMAT_DATE, true, date, sizeof date);
	join(c, ", ", date);
	join_issuer(c, ", ", line);
	put(cells, "what", c);
	join_unit(c, work);
	put(cells, "unit", c);
	join_value(cli, c, "", json_object_get(line, "due"), FORMAT_DATE);
	put(cells, "due", c);
	join_value(cli, c, "", json_object_get(work, "code"), FORMAT_OFFICE);
	recall = people_request(work, "recall");
	join_value(cli, c, "; ", recall, FORMAT_OFFICE);
	json_decref(recall);
	if (json_is_object(work))
		join_day(cli, c, "\n", json_object_get(work, "since"));
	put(cells, "progress", c);
	join(c, "", get(line, "answer"));
	put(cells, "answer", c);
}

/* Most subjects begin with the name of the type, as the document does: it is not said twice. */
static void join_what(struct cell *c, const json_t *line)
{
	const char *name = get(line, "type_name"), *subject = get(line, "subject");
	size_t len = strlen(name);

	if (len == 0 || strncmp(subject, name, len) != 0 ||
	    (subject[len] != ' ' && subject[len] != '\0')) {
		join_type(c, line);
		join(c, ": ", subject);
	} else {
		join(c, "", subject);
	}
}

json_t *register_cells(struct cli *cli, Vanthu__V1__Book book, const json_t *line)
{
	/* neither cleared nor of the heap, which a thousand of this size keep busy */
	struct cell cell, *c = &cell;
	json_t *cells = json_object();

	begin(c);
	json_object_set(cells, "number", json_object_get(line, "number"));
	join(c, "", get(line, "symbol"));
	put(cells, "symbol", c);
	join_value(cli, c, "", json_object_get(line, "date"), FORMAT_DATE);
	put(cells, "date", c);
	join_what(c, line);
	put(cells, "what", c);
	if (book == BOOK(OUT))
		add_out_cells(cli, line, cells, c);
	else if (book == BOOK(IN))
		add_in_cells(cli, line, cells, c);
	else
		add_followup_cells(cli, line, cells, c);
	join_notes(cli, c, book, line);
	put(cells, "note", c);
	return cells;
}

/* All of it, so that nobody has to look for what differs. */
static void join_corrected(struct cli *cli, struct cell *c, const json_t *corrected)
{
	if (!json_is_object(corrected))
		return;
	join(c, ": ", get(corrected, "symbol"));
	join_value(cli, c, ", ", json_object_get(corrected, "issued"), FORMAT_DATE);
	join_value(cli, c, ", ", json_object_get(corrected, "date"), FORMAT_DATE);
	join(c, ", ", get(corrected, "type_name"));
	join(c, ": ", get(corrected, "subject"));
	join(c, "; ", get(corrected, "party"));
}

char *register_addition_text(struct cli *cli, Vanthu__V1__Book book, const json_t *a)
{
	struct cell cell, *c = &cell;

	begin(c);
	join_value(cli, c, "", json_object_get(a, "at"), FORMAT_MINUTE);
	if (strcmp(get(a, "kind"), "damaged") == 0)
		join(c, ": ", _("an addition that cannot be read"));
	else if (strcmp(get(a, "kind"), "void") == 0)
		join(c, ": ", _("cancelled"));
	else if (get(a, "business")[0] != '\0')
		join_newer(cli, c, book, a);
	else if (get(a, "code")[0] == '\0')
		join(c, ": ", _("correction"));
	else
		join_code(cli, c, book, a);
	join(c, " – ", get(a, "office_name")[0] != '\0' ? get(a, "office_name") : get(a, "office"));
	join_corrected(cli, c, json_object_get(a, "corrected"));
	join_accepted(cli, c, a);
	join(c, " – ", get(a, "note"));
	join(c, " – ", get(a, "person"));
	return strdup(c->text);
}
