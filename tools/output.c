/* Values as people read them, and the two ways to print a result; see output.h. */
#include "tools/output.h"

#include <stdio.h>
#include <string.h>

#include "tools/text.h"

struct word {
	const char *value;
	const char *text;
	const char *symbol;
};
static const struct word states[] = {
	{ "accepted", N_("accepted"), "·" },   { "sending", N_("on the way"), "→" },     { "delivered", N_("delivered"), "✓" },
	{ "refused", N_("refused"), "✗" },     { "expired", N_("overdue"), "!" },        { "waiting", N_("waiting"), "…" },
	{ "relayed", N_("relayed"), "→" },     { "held", N_("held back"), "!" },         { "up", N_("up"), "✓" },
	{ "down", N_("down"), "✗" },           { "running", N_("running"), "✓" },        { "stopped", N_("stopped"), "✗" },
	{ "arrived", N_("arrived"), "✓" },     { "receipt", N_("receipt"), "✓" },        { "superior", N_("superior"), "↑" },
	{ "subordinate", N_("subordinate"), "↓" }, { "link-up", N_("link up"), "✓" },    { "link-down", N_("link down"), "✗" },
	{ "in", N_("in"), "←" },               { "out", N_("out"), "→" },                { "counted", N_("counted"), "·" },
	{ "cancelled", N_("cancelled"), "✗" }, { "secret", N_("secret"), "!" },          { "paper", N_("paper"), "·" },
	{ "target", N_("target"), "·" },
	{ "directory", N_("directory"), "·" }, { "status", N_("status"), "·" },
};
static const struct word urgencies[] = {
	{ "thuong", "", "" }, { "khan", "KHẨN", "" }, { "thuong-khan", "THƯỢNG KHẨN", "" }, { "hoa-toc", "HỎA TỐC", "" },
};

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
	const struct word *w = find_word(states, sizeof states / sizeof states[0], value);

	if (w == NULL)
		snprintf(out, size, "%s", value);
	else
		snprintf(out, size, "%s %s", w->symbol, _(w->text));
}

static void print_list(const json_t *value, char *out, size_t size)
{
	size_t used = 0, i;
	json_t *each;

	out[0] = '\0';
	json_array_foreach(value, i, each) {
		const char *text = json_string_value(each);

		if (text != NULL && used < size)
			used += (size_t)snprintf(out + used, size - used, "%s%s", used == 0 ? "" : ", ", text);
	}
}

static void print_bytes(json_int_t n, char *out, size_t size)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
	double value = (double)n;
	size_t unit = 0;

	while (value >= 1024 && unit + 1 < sizeof units / sizeof units[0]) {
		value /= 1024;
		unit++;
	}
	if (unit == 0)
		snprintf(out, size, "%lld B", (long long)n);
	else
		snprintf(out, size, value < 10 ? "%.1f %s" : "%.0f %s", value, units[unit]);
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
		snprintf(out, size, _("%lld days"), (long long)(seconds / 86400));
}

/* A share that is a fraction of whole numbers may lie a hair below what it stands for. */
static void print_percent(double share, char *out, size_t size)
{
	long long tenths = (long long)(share * 1000 + 1e-7);

	snprintf(out, size, _("%lld.%lld %%"), tenths / 10, tenths % 10);
}

static void print_text(struct cli *cli, const char *text, enum format format, bool whole, char *out, size_t size)
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
		if (len == 7)
			snprintf(out, size, "%.2s/%.4s", text + 5, text);
		else
			snprintf(out, size, "%s", text);
		return;
	case FORMAT_URGENCY:
		w = find_word(urgencies, sizeof urgencies / sizeof urgencies[0], text);
		snprintf(out, size, "%s", w == NULL ? text : w->text);
		return;
	case FORMAT_ID:
		/* UUIDv7 beginnings are alike; the ending names a document as well (DESIGN §9). */
		snprintf(out, size, "%s", whole || len < 8 ? text : text + len - 8);
		return;
	default:
		snprintf(out, size, "%s", text);
		return;
	}
}

void output_format(struct cli *cli, const json_t *value, enum format format, bool whole, char *out, size_t size)
{
	out[0] = '\0';
	if (value == NULL || json_is_null(value))
		return;
	if (json_is_string(value))
		print_text(cli, json_string_value(value), format, whole, out, size);
	else if (json_is_array(value))
		print_list(value, out, size);
	else if (json_is_boolean(value))
		snprintf(out, size, "%s", json_is_true(value) ? _("yes") : _("no"));
	else if (json_is_integer(value) && format == FORMAT_BYTES)
		print_bytes(json_integer_value(value), out, size);
	else if (json_is_integer(value) && format == FORMAT_AGE)
		print_age(json_integer_value(value), out, size);
	else if (json_is_integer(value))
		snprintf(out, size, "%lld", (long long)json_integer_value(value));
	else if (json_is_real(value) && format == FORMAT_PERCENT)
		print_percent(json_real_value(value), out, size);
	else if (json_is_real(value))
		snprintf(out, size, "%g", json_real_value(value));
}

int output_list(struct cli *cli, json_t *data, const struct column *columns)
{
	cli->renderer->list(cli, data, columns);
	json_decref(data);
	return 0;
}

int output_object(struct cli *cli, json_t *data, const struct column *columns)
{
	cli->renderer->object(cli, data, columns);
	json_decref(data);
	return 0;
}
