/* Values as people read them, and the two forms to print a result in; see output.h. */
#include "tools/output/output.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "tools/base/text.h"

enum { RELEASED_ROWS = 1000 };

struct word {
	const char *value;
	const char *text;
	const char *symbol;
};

static const struct word states[] = {
	{ "accepted", N_("accepted"), "·" },
	{ "sending", N_("on the way"), "→" },
	{ "delivered", N_("delivered"), "✓" },
	{ "refused", N_("refused"), "✗" },
	{ "expired", N_("overdue"), "!" },
	{ "waiting", N_("waiting"), "…" },
	{ "relayed", N_("relayed"), "→" },
	{ "held", N_("held back"), "!" },
	{ "up", N_("up"), "✓" },
	{ "down", N_("down"), "✗" },
	{ "running", N_("running"), "✓" },
	{ "stopped", N_("stopped"), "✗" },
	{ "whole", N_("whole"), "✓" },
	{ "damaged", N_("damaged"), "✗" },
	{ "arrived", N_("arrived"), "✓" },
	{ "receipt", N_("receipt"), "✓" },
	{ "superior", N_("superior"), "↑" },
	{ "subordinate", N_("subordinate"), "↓" },
	{ "former", N_("former neighbour"), "·" },
	{ "link-up", N_("link up"), "✓" },
	{ "link-down", N_("link down"), "✗" },
	{ "in", N_("in"), "←" },
	{ "out", N_("out"), "→" },
	{ "counted", N_("counted"), "·" },
	{ "cancelled", N_("cancelled"), "✗" },
	{ "corrected", N_("corrected"), "✓" },
	{ "registered", N_("registered"), "✓" },
	{ "checked", N_("can be registered"), "·" },
	{ "there", N_("already there"), "·" },
	{ "same", N_("the same as a line before"), "·" },
	{ "left", N_("left"), "·" },
	{ "unsure", N_("not known"), "!" },
	{ "void", N_("not issued"), "✗" },
	{ "secret", N_("secret"), "!" },
	{ "paper", N_("paper"), "·" },
	{ "target", N_("target"), "·" },
	{ "damaged", N_("damaged"), "!" },
	{ "directory", N_("directory"), "·" },
	{ "status", N_("status"), "·" },
	{ "set-aside", N_("set aside"), "!" },
	{ "settled", N_("settled"), "✓" },
	{ "doubted", N_("doubted"), "!" },
	{ "overdue", N_("past its deadline"), "!" },
	{ "own", N_("itself, now"), "·" },
	{ "reported", N_("reported"), "✓" },
	{ "late", N_("late"), "!" },
	{ "missing", N_("not reported yet"), "✗" },
	/* of the spool folder */
	{ "under_way", N_("being sent"), "→" },
	{ "stuck", N_("stuck, tried again"), "!" },
	{ "untaken", N_("not taken yet"), "·" },
	{ "again", N_("is tried again"), "✓" },
	/* of a store that is behind: what neighbours do, or get */
	{ "given", N_("all given back"), "✓" },
	{ "giving", N_("gives back"), "→" },
	{ "unasked", N_("not asked yet"), "…" },
	{ "away", N_("stays away"), "✗" },
	{ "old", N_("its version cannot"), "✗" },
	{ "looking", N_("looked through"), "→" },
	{ "taking", N_("taken by it"), "→" },
	/* of the history, and of a record beside it */
	{ "differs", N_("says otherwise now"), "✗" },
	{ "gone", N_("is gone"), "✗" },
	{ "unreadable", N_("cannot be read"), "✗" },
	{ "loss-accepted", N_("accepted as lost"), "·" },
	{ "unchained", N_("does not follow from the line before"), "✗" },
	/* of a webhook */
	{ "active", N_("in use"), "✓" },
	{ "failing", N_("not taken, tried again"), "!" },
	{ "paused", N_("paused"), "·" },
	{ "given_up", N_("given up"), "✗" },
	{ "ended", N_("has ended"), "·" },
	{ "today", N_("due today"), "!" },
	{ "soon", N_("due soon"), "…" },
	{ "due-soon", N_("due soon"), "…" },
	{ "later", N_("due later"), "·" },
	{ "none", N_("no deadline"), "·" },
};

static const struct word urgencies[] = {
	{ "thuong", "", "" },
	{ "khan", "KHẨN", "" },
	{ "thuong-khan", "THƯỢNG KHẨN", "" },
	{ "hoa-toc", "HỎA TỐC", "" },
};

/* What an office does with a document, by the code that it signs. */
static const struct word office[] = {
	{ "01", N_("arrived, not accepted yet"), "" },
	{ "02", N_("returned"), "" },
	{ "03", N_("accepted and registered"), "" },
	{ "04", N_("assigned"), "" },
	{ "05", N_("in process"), "" },
	{ "06", N_("finished"), "" },
	{ "13", N_("asked back"), "" },
	{ "15", N_("agreed to give back"), "" },
	{ "16", N_("declined to give back"), "" },
	{ "13-1", N_("asked for it back"), "" }, /* where its issuer reads it */
	/* to a newer document that updates (3) or replaces (4) it */
	{ "13-3", N_("asked to update it"), "" },
	{ "15-3", N_("update agreed"), "" },
	{ "16-3", N_("update declined"), "" },
	{ "13-4", N_("asked to replace it"), "" },
	{ "15-4", N_("replacement agreed"), "" },
	{ "16-4", N_("replacement declined"), "" },
};

/* Whom a document is sent to, where it is not one committee . */
static const struct word groups[] = {
	{ "superior", N_("superior"), "" },
	{ "subordinates", N_("subordinates"), "" },
	{ "subtree", N_("subtree"), "" },
};

static const struct word uses[] = {
	/* keys */
	{ "sign", N_("signing"), "" },
	{ "link", N_("linking"), "" },
	/* what a lost document was here, and which register a number was in */
	{ "our-own", N_("our own"), "" },
	{ "for-us", N_("for us"), "" },
	{ "passing", N_("passing through"), "" },
	{ "book-out", N_("outgoing"), "" },
	{ "book-in", N_("incoming"), "" },
	{ "book-secret-out", N_("outgoing, secret"), "" },
	{ "book-secret-in", N_("incoming, secret"), "" },
	{ "encrypt", N_("encryption"), "" },
	/* why nobody knows whether a document may be issued */
	{ "no-level", N_("the directory gives this committee no level"), "" },
	{ "no-table", N_("the directory has no table of that"), "" },
	{ "no-row", N_("the table says nothing of this type"), "" },
	/* whose a distribution list is */
	{ "office", N_("this office"), "" },
	{ "directory", N_("the directory"), "" },
	/* lanes */
	{ "facts", N_("receipts"), "" },
	{ "urgent", N_("urgent"), "" },
	{ "normal", N_("normal"), "" },
	/* kinds */
	{ "document", N_("document"), "" },
	{ "receipt", N_("receipt"), "" },
	{ "refusal", N_("refusal"), "" },
	{ "relay", N_("relay record"), "" },
	{ "unknown", N_("not known yet"), "" },
	/* why something is due */
	{ "register", N_("to be registered"), "" },
	{ "at-once", N_("urgent: to be registered at once"), "" },
	{ "assigned", N_("assigned until then"), "" },
	{ "own-date", N_("the document's own date"), "" },
	/* tokens of the gateway */
	{ "valid", N_("valid"), "" },
	{ "expired", N_("has expired"), "" },
	{ "revoked", N_("revoked"), "" },
	{ "password-to-change", N_("password to be changed"), "" },
	{ "disabled", N_("disabled"), "" },
	{ "damaged", N_("damaged"), "" },
};

/* What a daemon did (vanthu log). */
static const struct word log_words[] = {
	{ "document", N_("document"), "" },	  { "receipt", N_("receipt"), "" },
	{ "status", N_("status"), "" },		  { "line", N_("line of a register"), "" },
	{ "paper", N_("on paper"), "" },	  { "act", N_("act"), "" },
	{ "directory", N_("the directory"), "" }, { "declared", N_("declared"), "" },
	{ "begun", N_("the chain begins"), "" },  { "started", N_("daemon started"), "" },
	{ "store", N_("alarm of a store"), "" },  { "reported", N_("figures reported"), "" },
	{ "accepted", N_("loss accepted"), "" },
	{ "dropped", N_("content dropped"), "" }, { "history", N_("line of the history"), "" },
};

/* What has changed, and how (vanthu changes). */
static const struct word changes[] = {
	{ "sent", N_("sent"), "" },
	{ "arrived", N_("arrived"), "" },
	{ "accepted", N_("accepted"), "" },
	{ "returned", N_("returned"), "" },
	{ "assigned", N_("assigned"), "" },
	{ "started", N_("started"), "" },
	{ "finished", N_("finished"), "" },
	{ "agreed", N_("recall agreed"), "" },
	{ "declined", N_("recall declined"), "" },
	{ "recalled", N_("asked back"), "" },
	{ "updated", N_("updated by a newer one"), "" },
	{ "replaced", N_("replaced by a newer one"), "" },
	{ "status", N_("their status"), "" },
	{ "receipt", N_("receipt"), "" },
	{ "refused", N_("refused"), "" },
	{ "delivered", N_("delivered"), "" },
	{ "expired", N_("expired"), "" },
	{ "numbered", N_("in the register"), "" },
	{ "paper", N_("on paper"), "" },
	{ "target", N_("target"), "" },
	{ "directory", N_("the directory"), "" },
	{ "link_up", N_("link up"), "" },
	{ "link_down", N_("link down"), "" },
	{ "store", N_("store behind"), "" },
	{ "due_soon", N_("due soon"), "" },
	{ "overdue", N_("overdue"), "" },
	{ "sent_due", N_("due soon with them"), "" },
	{ "sent_overdue", N_("overdue with them"), "" },
	{ "archived", N_("archived"), "" },
	{ "added", N_("added"), "" },
	{ "corrected", N_("corrected"), "" },
	{ "cancelled", N_("cancelled"), "" },
	{ "void", N_("void"), "" },
	{ "declared", N_("declared"), "" },
	{ "reported", N_("reported"), "" },
};

static const struct word media[] = {
	{ "application/pdf", "PDF", "" },
	{ "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "Word", "" },
	{ "application/msword", "Word", "" },
	{ "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Excel", "" },
	{ "application/vnd.ms-excel", "Excel", "" },
	{ "application/vnd.openxmlformats-officedocument.presentationml.presentation", "PowerPoint",
	  "" },
	{ "application/vnd.ms-powerpoint", "PowerPoint", "" },
	{ "text/html", N_("page (HTML)"), "" },
	{ "text/plain", N_("plain text"), "" },
	{ "text/csv", N_("table (CSV)"), "" },
	{ "application/zip", N_("archive (ZIP)"), "" },
	{ "application/octet-stream", N_("file"), "" },
};
#define FIND_WORD(words, value) find_word(words, sizeof(words) / sizeof((words)[0]), value)

static const struct word *find_word(const struct word *words, size_t count, const char *value)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(words[i].value, value) == 0)
			return &words[i];
	}
	return NULL;
}

static void print_state(const char *value, char *out, size_t size)
{
	const struct word *w = FIND_WORD(states, value);

	if (w == NULL)
		snprintf(out, size, "%s", value);
	else
		snprintf(out, size, "%s %s", w->symbol, _(w->text));
}

/* "" stays "", which gettext would answer with the catalogue's head. */
static const char *word_or(const struct word *w, const char *value)
{
	return w == NULL ? value : w->text[0] == '\0' ? "" : _(w->text);
}

static void print_code(const char *value, char *out, size_t size)
{
	unsigned code = 0;

	if (sscanf(value, "VT-%u", &code) == 1 && err_known(code))
		snprintf(out, size, "%s %s", value, _(err_text((enum err)code)));
	else
		snprintf(out, size, "%s", value);
}

/* With the point or comma of the language: setlocale() has left numbers to programs
 * (daemon/base/i18n.h). */
void output_decimal(double value, int decimals, const char *unit, char *out, size_t size)
{
	char *point;

	snprintf(out, size, "%.*f%s", decimals, value, unit);
	point = strchr(out, '.');
	if (point != NULL && isdigit((unsigned char)point[1]))
		*point = _(".")[0]; /* the decimal point */
}

static void print_list(const json_t *value, enum format format, char *out, size_t size)
{
	size_t used = 0, i;
	json_t *each;

	out[0] = '\0';
	json_array_foreach(value, i, each) {
		const char *text = json_string_value(each);

		if (text != NULL && format == FORMAT_WHO)
			text = word_or(FIND_WORD(groups, text), text);
		if (text != NULL && used < size)
			used += (size_t)snprintf(out + used, size - used, "%s%s",
						 used == 0 ? "" : ", ", text);
	}
}

static void print_bytes(json_int_t n, char *out, size_t size)
{
	static const char *const units[] = { " B", " KiB", " MiB", " GiB", " TiB" };
	double value = (double)n;
	size_t unit = 0;

	while (value >= 1024 && unit + 1 < sizeof units / sizeof units[0]) {
		value /= 1024;
		unit++;
	}
	if (unit == 0)
		snprintf(out, size, "%lld B", (long long)n);
	else
		output_decimal(value, value < 10 ? 1 : 0, units[unit], out, size);
}

static void print_age(json_int_t seconds, char *out, size_t size)
{
	if (seconds < 60)
		snprintf(out, size, _("%lld s"), (long long)seconds);
	else if (seconds < 3600)
		snprintf(out, size, _("%lld min"), (long long)(seconds / 60));
	else if (seconds < 86400)
		snprintf(out, size, _("%lld h"), (long long)(seconds / 3600));
	else
		snprintf(out, size,
			 ngettext("%lld day", "%lld days", (unsigned long)(seconds / 86400)),
			 (long long)(seconds / 86400));
}

/* A share that is a fraction of whole numbers may lie a hair below what it stands for. */
static void print_percent(double share, char *out, size_t size)
{
	long long tenths = (long long)(share * 1000 + 1e-7);

	snprintf(out, size, _("%lld.%lld %%"), tenths / 10, tenths % 10);
}

static void print_percent_fine(double share, char *out, size_t size)
{
	long long hundredths = (long long)(share * 10000 + 1e-6);

	snprintf(out, size, _("%lld.%02lld %%"), hundredths / 100, hundredths % 100);
}

static void print_month(const char *text, char *out, size_t size)
{
	if (strlen(text) == 7)
		snprintf(out, size, "%.2s/%.4s", text + 5, text);
	else
		snprintf(out, size, "%s", text);
}

/* A period as period_print has it. */
static void print_period(const char *text, char *out, size_t size)
{
	static const char *const quarters[] = { "I", "II", "III", "IV" };
	char from[16], to[16], first[8];
	unsigned year, n;

	if (sscanf(text, "%4u-Q%1u", &year, &n) == 2 && n >= 1 && n <= 4) {
		snprintf(out, size, _("quarter %s/%u"), quarters[n - 1], year);
	} else if (sscanf(text, "%4u-H%1u", &year, &n) == 2) {
		snprintf(out, size, n == 1 ? _("first half of %u") : _("second half of %u"), year);
	} else if (strlen(text) == 16 && strstr(text, "..") == text + 7) {
		snprintf(first, sizeof first, "%.7s", text);
		print_month(first, from, sizeof from);
		print_month(text + 9, to, sizeof to);
		snprintf(out, size, "%s–%s", from, to);
	} else {
		print_month(text, out, size);
	}
}

static void print_text(struct cli *cli, const char *text, enum format format, bool whole, char *out,
		       size_t size)
{
	const struct word *w;
	size_t len = strlen(text);

	switch (format) {
	case FORMAT_STATE:
		print_state(text, out, size);
		return;
	case FORMAT_TIME:
		text_local_time(text, cli->utc, out, size);
		return;
	case FORMAT_MINUTE:
		text_local_time(text, cli->utc, out, size);
		if (strlen(out) == sizeof "DD/MM/YYYY HH:MM:SS" - 1)
			out[sizeof "DD/MM/YYYY HH:MM" - 1] = '\0';
		return;
	case FORMAT_DATE:
		if (len == 10)
			snprintf(out, size, "%.2s/%.2s/%.4s", text + 8, text + 5, text);
		else
			snprintf(out, size, "%s", text);
		return;
	case FORMAT_MONTH:
		print_month(text, out, size);
		return;
	case FORMAT_PERIOD:
		print_period(text, out, size);
		return;
	case FORMAT_URGENCY:
		w = FIND_WORD(urgencies, text);
		snprintf(out, size, "%s", word_or(w, text));
		return;
	case FORMAT_OFFICE:
		snprintf(out, size, "%s", word_or(FIND_WORD(office, text), text));
		return;
	case FORMAT_WHO:
		snprintf(out, size, "%s", word_or(FIND_WORD(groups, text), text));
		return;
	case FORMAT_WORD:
		snprintf(out, size, "%s", word_or(FIND_WORD(uses, text), text));
		return;
	case FORMAT_CHANGE:
		snprintf(out, size, "%s", word_or(FIND_WORD(changes, text), text));
		return;
	case FORMAT_LOG:
		snprintf(out, size, "%s", word_or(FIND_WORD(log_words, text), text));
		return;
	case FORMAT_MEDIA:
		snprintf(out, size, "%s", word_or(FIND_WORD(media, text), text));
		return;
	case FORMAT_CODE:
		print_code(text, out, size);
		return;
	case FORMAT_ID:
		/* UUIDv7 beginnings are alike; the ending names a document as well. What is none
		 * stands there as somebody typed it. */
		if (!whole && len == UUID_TEXT_SIZE - 1 &&
		    strspn(text, "0123456789abcdefABCDEF-") == len)
			text += len - 8;
		snprintf(out, size, "%s", text);
		return;
	default:
		len = len < size ? len : size - 1;
		memcpy(out, text, len);
		out[len] = '\0';
		return;
	}
}

void output_format(struct cli *cli, const json_t *value, enum format format, bool whole, char *out,
		   size_t size)
{
	out[0] = '\0';
	if (value == NULL || json_is_null(value))
		return;
	if (json_is_string(value))
		print_text(cli, json_string_value(value), format, whole, out, size);
	else if (json_is_array(value))
		print_list(value, format, out, size);
	else if (json_is_boolean(value))
		snprintf(out, size, "%s",
			 json_is_true(value)	 ? _("yes")
			 : format == FORMAT_MARK ? ""
						 : _("no"));
	else if (json_is_integer(value) && format == FORMAT_BYTES)
		print_bytes(json_integer_value(value), out, size);
	else if (json_is_integer(value) && format == FORMAT_AGE)
		print_age(json_integer_value(value), out, size);
	else if (json_is_integer(value))
		snprintf(out, size, "%lld",
			 (long long)json_integer_value(value) + (format == FORMAT_ORDINAL));
	else if (json_is_real(value) && format == FORMAT_PERCENT)
		print_percent(json_real_value(value), out, size);
	else if (json_is_real(value) && format == FORMAT_PERCENT_FINE)
		print_percent_fine(json_real_value(value), out, size);
	else if (json_is_real(value))
		output_decimal(json_real_value(value), 2, "", out, size);
	text_one_line(out);
}

void output_release(json_t *list)
{
	if (json_array_size(list) <= RELEASED_ROWS)
		json_decref(list);
}

int output_list(struct cli *cli, json_t *data, const struct column *columns)
{
	cli->renderer->list(cli, data, columns);
	output_release(data);
	return 0;
}

int output_object(struct cli *cli, json_t *data, const struct column *columns)
{
	cli->renderer->object(cli, data, columns);
	json_decref(data);
	return 0;
}
