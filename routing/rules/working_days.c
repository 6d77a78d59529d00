/* See working_days.h. */
#include "routing/rules/working_days.h"

#include <string.h>

#include "routing/rules/lines.h"

static bool is_weekend(struct day d)
{
	return day_weekday(d) >= SATURDAY;
}

/* ---- reading ---- */

/* Days as they are read: first counted, then taken. */
struct reading {
	struct arena *arena;
	struct day_off *days; /* NULL while they are counted */
	uint32_t count;
};

/* Where a date stands or would stand. */
static uint32_t place_of(const struct day_off *days, uint32_t count, const char *date)
{
	uint32_t low = 0, high = count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (strcmp(days[middle].date, date) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static enum err add_day(struct reading *r, struct day d, bool works, text_t name)
{
	struct day_off entry = { .works = works, .name = name };
	uint32_t at;

	if (works && !is_weekend(d))
		return ERR_BAD_DATE;
	if (r->count == DAYS_OFF_MAX)
		return ERR_TOO_LARGE;
	r->count++;
	if (r->days == NULL)
		return ERR_OK;
	day_date(d, entry.date);
	at = place_of(r->days, r->count - 1, entry.date);
	if (at < r->count - 1 && strcmp(r->days[at].date, entry.date) == 0)
		return ERR_EXISTS;
	memmove(r->days + at + 1, r->days + at, (r->count - 1 - at) * sizeof *r->days);
	r->days[at] = entry;
	return ERR_OK;
}

/* "A" or "A..B". */
static bool read_range(text_t text, struct day *from, struct day *to)
{
	char first[DATE_MAX + 1] = "";

	if (strlen(text) == DATE_MAX) {
		*to = (struct day){ 0 };
		if (date_day(text, from))
			*to = *from;
		return to->n != 0;
	}
	if (strlen(text) != 2 * DATE_MAX + 2 || strncmp(text + DATE_MAX, "..", 2) != 0)
		return false;
	memcpy(first, text, DATE_MAX);
	return date_day(first, from) && date_day(text + DATE_MAX + 2, to) && from->n <= to->n;
}

static enum err read_entry(void *ctx, char *entry)
{
	struct reading *r = ctx;
	bool works = *entry == '+';
	char *at = works ? entry + 1 : entry;
	struct day from, to;
	enum err e = ERR_OK;
	text_t name;

	if (!read_range(lines_word(&at), &from, &to))
		return ERR_BAD_DATE;
	if (*at == '\0')
		return ERR_FIELD;
	name = r->days == NULL ? at : arena_text(r->arena, at, strlen(at));
	if (name == NULL)
		return ERR_NO_MEMORY;
	for (struct day d = from; e == ERR_OK && d.n <= to.n; d.n++)
		e = add_day(r, d, works, name);
	return e;
}

enum err working_days_parse(struct blob text, struct arena *a, struct working_days *out,
			    uint32_t *line)
{
	struct reading r = { .arena = a };
	enum err e = lines_each(text, read_entry, &r, line);

	*out = (struct working_days){ .count = 0 };
	if (e != ERR_OK || r.count == 0)
		return e;
	r.days = arena_array(a, r.count, sizeof *r.days);
	if (r.days == NULL)
		return ERR_NO_MEMORY;
	r.count = 0;
	e = lines_each(text, read_entry, &r, line);
	if (e == ERR_OK)
		*out = (struct working_days){ .days = r.days, .count = r.count };
	return e;
}

/* ---- asking ---- */

const struct day_off *working_days_entry(const struct working_days *t, struct day d)
{
	char date[DATE_MAX + 1];
	uint32_t at;

	day_date(d, date);
	at = place_of(t->days, t->count, date);
	return at < t->count && strcmp(t->days[at].date, date) == 0 ? &t->days[at] : NULL;
}

bool working_days_has_year(const struct working_days *t, unsigned year)
{
	char date[DATE_MAX + 1];
	struct day from;
	uint32_t at;

	if (year < YEAR_MIN || year > YEAR_MAX)
		return false;
	memcpy(date, "0000-01-01", sizeof date);
	for (unsigned i = 4; i-- > 0; year /= 10)
		date[i] = (char)('0' + year % 10);
	at = place_of(t->days, t->count, date);
	return date_day(date, &from) && at < t->count && memcmp(t->days[at].date, date, 4) == 0;
}

bool working_day(const struct working_days *t, struct day d)
{
	const struct day_off *entry = working_days_entry(t, d);

	if (d.n == 0)
		return false;
	return entry != NULL ? entry->works : !is_weekend(d);
}

struct day working_days_add(const struct working_days *t, struct day d, uint32_t n)
{
	if (n > WORKING_DAYS_MAX)
		return (struct day){ 0 };
	if (n == 0) {
		while (d.n != 0 && !working_day(t, d))
			d = day_add(d, 1);
		return d;
	}
	while (d.n != 0 && n > 0) {
		d = day_add(d, 1);
		if (working_day(t, d))
			n--;
	}
	return d;
}

/* Mondays to Fridays after `from` up to and with `to`, the later. */
static int32_t weekdays_between(struct day from, struct day to)
{
	uint32_t span = to.n - from.n;
	int32_t n = (int32_t)(span / DAYS_A_WEEK * (DAYS_A_WEEK - 2));

	for (uint32_t i = 0; i < span % DAYS_A_WEEK; i++) {
		if (!is_weekend((struct day){ to.n - i }))
			n++;
	}
	return n;
}

int32_t working_days_between(const struct working_days *t, struct day from, struct day to)
{
	char after[DATE_MAX + 1];
	int32_t n;

	if (from.n == 0 || to.n == 0)
		return 0;
	if (to.n < from.n)
		return -working_days_between(t, to, from);
	n = weekdays_between(from, to);
	day_date(from, after);
	for (uint32_t i = place_of(t->days, t->count, after); i < t->count; i++) {
		struct day d;

		if (!date_day(t->days[i].date, &d) || d.n > to.n)
			break;
		if (d.n > from.n && t->days[i].works == is_weekend(d))
			n += t->days[i].works ? 1 : -1;
	}
	return n;
}

int64_t working_days_deadline_ms(const struct working_days *t, int64_t at_ms, uint32_t n)
{
	struct day d = working_days_add(t, day_of_ms(at_ms), n);
	const int64_t day_ms = (int64_t)24 * 3600 * 1000;

	return d.n == 0 ? INT64_MAX : day_begin_ms(d) + day_ms - 1;
}
