/* See target.h. */
#include "routing/target/target.h"

#include <stdio.h>
#include <string.h>

#include "routing/base/visible.h"
#include "routing/rules/rules.h"
#include "routing/state/record.h"

static bool is_secret(enum secrecy s)
{
	return s >= SECRECY_MAT;
}

static bool is_day(text_t date)
{
	return date != NULL && date[0] != '\0';
}

/* Finished on a day after the one that it was due on, by the office or the document itself. */
static bool is_late(const struct rec_document *d, const struct rec_work *w)
{
	char done[DATE_MAX + 1];

	date_of_ms(w->finished_at_ms, done);
	return (is_day(w->due_on) && strcmp(done, w->due_on) > 0) ||
	       (is_day(d->summary.due_on) && strcmp(done, d->summary.due_on) > 0);
}

static void count_work(const struct rec_document *d, const struct rec_work *w,
		       struct target_count *out)
{
	const struct office_stand *stand = &w->stand;

	if (office_stand_frozen(stand)) {
		out->recalled = 1;
	} else if (stand->work == OFFICE_RETURNED) {
		out->returned = 1;
	} else if (stand->work == OFFICE_FINISHED) {
		out->processed = 1;
		out->late = is_late(d, w);
	} else if (stand->work == OFFICE_ACCEPTED && !is_day(w->due_on) &&
		   !is_day(d->summary.due_on)) {
		out->processed = 1; /* nothing has to be answered */
	}
}

static void name_type(struct target_cell *p, text_t code, text_t name)
{
	p->type_code = code;
	p->type_name = name;
}

static bool is_slow(const struct rec_state *s)
{
	return s->closed_at_ms != 0 && s->closed_at_ms - s->complete_at_ms > TARGET_SLOW_MS;
}

struct target_cell target_of_document(enum role role, const struct rec_document *d,
				       const struct rec_state *s, const struct rec_work *w)
{
	struct target_cell p = { .at = { .direction = DIRECTION_NONE } };
	uint64_t answered = s == NULL ? 0 : s->delivered + s->refused;

	/* Incoming: what an inbox shows (what is here whole), so not before it is whole. */
	if (s == NULL || s->complete_at_ms == 0 ||
	    (role != ROLE_OUT && !(role == ROLE_IN && d->mine)))
		return p;
	p.at.direction = role == ROLE_OUT ? DIRECTION_OUT : DIRECTION_IN;
	/* of ours, when it was taken, or what is known better since (routing/decide/doubt.c) */
	p.at.month = month_of_ms(s->complete_at_ms);
	p.version = d->directory_version;
	name_type(&p, d->summary.type_code, d->summary.type_name);
	if (is_secret(d->secrecy)) {
		p.count.secret = 1;
	} else if (role == ROLE_IN) {
		p.count.digital = 1;
		if (w != NULL)
			count_work(d, w, &p.count);
	} else if (d->recipient_count > 0 && s->delivered >= d->recipient_count) {
		p.count.digital = 1;
		p.count.slow = is_slow(s);
		p.count.also_paper = d->summary.paper_copies > 0;
	} else {
		p.count.pending = 1;
		p.count.refused = answered >= d->recipient_count ? 1 : 0;
	}
	return p;
}

struct target_cell target_of_paper(const struct rec_paper *r)
{
	struct target_cell p = { .at = { .direction = DIRECTION_NONE } };

	if (r->cancelled_at_ms != 0 || r->next.n != 0 || !date_month(r->date, &p.at.month))
		return p;
	p.at.direction = r->direction;
	p.version = r->directory_version;
	name_type(&p, r->type_code, r->type_name);
	if (is_secret(r->secrecy))
		p.count.secret = 1;
	else
		p.count.paper = 1;
	return p;
}

bool target_excludes(const struct excluded_types *types, text_t type_code, text_t type_name)
{
	char code[FOLD_NUMBER_SIZE], name[FOLD_NAME_SIZE], wanted[FOLD_NUMBER_SIZE],
		wanted_name[FOLD_NAME_SIZE];

	if (types->count == 0)
		return false;
	spelling_number(type_code == NULL ? "" : type_code, code);
	if (type_name == NULL || !spelling_name(type_name, name))
		name[0] = '\0';
	for (uint32_t i = 0; i < types->count; i++) {
		spelling_number(types->each[i], wanted);
		if (code[0] != '\0' && strcmp(code, wanted) == 0)
			return true;
		if (name[0] != '\0' && spelling_name(types->each[i], wanted_name) &&
		    strcmp(name, wanted_name) == 0)
			return true;
	}
	return false;
}

bool target_exclude_parse(text_t text, struct excluded_types *out)
{
	*out = (struct excluded_types){ .count = 0 };
	if (visible_fault(text) != 0)
		return false; /* it goes up with our report, which would not be taken */
	while (*text == ' ')
		text++;
	if (*text == '\0')
		return true;
	for (;;) {
		size_t len = strcspn(text, ","), end = len;

		while (end > 0 && text[end - 1] == ' ')
			end--;
		if (end == 0 || end > EXCLUDED_BYTES || out->count == EXCLUDED_MAX)
			return false;
		memcpy(out->each[out->count], text, end);
		out->each[out->count++][end] = '\0';
		if (text[len] == '\0')
			return true;
		for (text += len + 1; *text == ' ';)
			text++;
	}
}

void target_exclude_print(const struct excluded_types *types, char *out, size_t size_bytes)
{
	size_t at = 0;

	if (size_bytes > 0)
		out[0] = '\0';
	for (uint32_t i = 0; i < types->count && at < size_bytes; i++)
		at += (size_t)snprintf(out + at, size_bytes - at, "%s%s", i == 0 ? "" : ", ",
				       types->each[i]);
}

/* ---- counts ---- */

bool target_declarable(uint64_t done, uint64_t all)
{
	return all > 0 && all <= DECLARED_ALL_MAX && done <= all;
}

bool target_key_equal(const struct target_key *a, const struct target_key *b)
{
	return a->month.n == b->month.n && a->direction == b->direction && a->since == b->since &&
	       a->type == b->type;
}

void target_add(struct target_count *to, const struct target_count *what)
{
#define ADD(count_name) to->count_name += what->count_name;
	TARGET_COUNTS(ADD)
#undef ADD
}

static uint64_t less(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

void target_subtract(struct target_count *from, const struct target_count *what)
{
#define LESS(count_name) from->count_name = less(from->count_name, what->count_name);
	TARGET_COUNTS(LESS)
#undef LESS
}

bool target_equal(const struct target_count *a, const struct target_count *b)
{
	bool equal = true;

#define EQUAL(count_name) equal = equal && a->count_name == b->count_name;
	TARGET_COUNTS(EQUAL)
#undef EQUAL
	return equal;
}

uint64_t target_counted(const struct target_count *c)
{
	return c->digital + c->paper + c->pending;
}

uint64_t target_to_process(const struct target_count *c)
{
	return less(c->digital + c->paper, c->returned + c->recalled);
}

unsigned target_share(const struct target_count *c)
{
	uint64_t counted = target_counted(c);

	return counted == 0 ? 0 : (unsigned)(c->digital * TARGET_WHOLE / counted);
}

/* ---- the line ---- */

static bool read_number(const char **at, unsigned most_digits, unsigned *out)
{
	unsigned digits = 0;

	for (*out = 0; **at >= '0' && **at <= '9' && digits < most_digits; (*at)++, digits++)
		*out = *out * 10 + (unsigned)(**at - '0');
	return digits > 0 && (**at < '0' || **at > '9');
}

/* "90%", "92.5%", "92.75%": ten-thousandths. */
static bool read_share(const char **at, unsigned *out)
{
	unsigned whole, part = 0, scale = 10;

	if (!read_number(at, 3, &whole))
		return false;
	if (**at == '.') {
		for ((*at)++; **at >= '0' && **at <= '9'; (*at)++, scale /= 10) {
			if (scale == 0)
				return false;
			part += (unsigned)(**at - '0') * scale;
		}
		if (scale == 10)
			return false; /* a point and nothing behind it */
	}
	*out = whole * 100 + part;
	return *(*at)++ == '%' && *out <= TARGET_WHOLE;
}

static bool read_step(const char **at, struct target_step *out)
{
	unsigned year, month = 1;

	if (!read_number(at, 4, &year))
		return false;
	if (**at == '-') {
		(*at)++;
		if (!read_number(at, 2, &month))
			return false;
	}
	out->from = month_make(year, month);
	if (out->from.n == 0 || *(*at)++ != '=')
		return false;
	return read_share(at, &out->share);
}

static void pass_blanks(const char **at)
{
	while (**at == ' ')
		(*at)++;
}

bool target_line_parse(text_t text, struct target_line *out)
{
	memset(out, 0, sizeof *out);
	for (pass_blanks(&text); out->count < TARGET_STEPS_MAX; pass_blanks(&text)) {
		struct target_step *step = &out->steps[out->count];

		if (!read_step(&text, step) || (out->count > 0 && step->from.n <= step[-1].from.n))
			return false;
		out->count++;
		pass_blanks(&text);
		if (*text == '\0')
			return true;
		if (*text++ != ',')
			return false;
	}
	return false;
}

void target_line_print(const struct target_line *line, char *out, size_t size_bytes)
{
	size_t at = 0;

	if (size_bytes > 0)
		out[0] = '\0';
	for (unsigned i = 0; i < line->count && at < size_bytes; i++) {
		const struct target_step *s = &line->steps[i];
		char month[8] = "", part[8] = "";

		if (month_in_year(s->from) != 1)
			snprintf(month, sizeof month, "-%02u", month_in_year(s->from));
		if (s->share % 100 != 0)
			snprintf(part, sizeof part, ".%02u", s->share % 100);
		at += (size_t)snprintf(out + at, size_bytes - at, "%s%04u%s=%u%s%%",
				       i == 0 ? "" : ", ", month_year(s->from), month,
				       s->share / 100, part);
	}
}

unsigned target_line_at(const struct target_line *line, struct month m)
{
	unsigned share = line->count == 0 ? 0 : line->steps[0].share;

	for (unsigned i = 1; i < line->count && line->steps[i].from.n <= m.n; i++)
		share = line->steps[i].share;
	return share;
}

bool target_reached(const struct target_count *c, unsigned line)
{
	uint64_t counted = target_counted(c);

	return counted > 0 && c->digital * TARGET_WHOLE >= counted * line;
}
