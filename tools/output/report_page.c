/* See report_page.h. */
#include "tools/output/report_page.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "tools/output/output.h"
#include "tools/output/statistics_page.h"
#include "tools/output/statistics_rows.h"

enum { TEXT_BYTES = 4096, SHARE_BYTES = 32, NAMED_MAX = 3, LATE_MAX = 5, GOALS_MAX = 64 };

/* ---- sentences ---- */

/* A text that grows by sentences or by what is joined to it; what does not fit is left out. */
struct words {
	char text[TEXT_BYTES];
	size_t used;
};

__attribute__((format(printf, 2, 3))) static void say(struct words *w, const char *format, ...)
{
	size_t room = sizeof w->text - w->used;
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(w->text + w->used, room, format, args);
	va_end(args);
	if (n < 0 || (size_t)n >= room)
		w->text[w->used] = '\0';
	else
		w->used += (size_t)n;
}

static void begin(struct words *w)
{
	w->text[0] = '\0';
	w->used = 0;
}

static unsigned long long n_of(uint64_t n)
{
	return n;
}

/* ---- what was reached ---- */

static void say_line(struct words *w, const struct statistics *s, const struct statistics_row *top)
{
	char line[SHARE_BYTES], points[SHARE_BYTES];
	uint64_t wanted;
	int over;

	if (!statistics_over_line(top, &over)) {
		say(w, "%s", _("Nothing is counted in this period."));
		return;
	}
	statistics_share_text((int)top->line, line, sizeof line);
	statistics_percent(over < 0 ? -over : over, false, points, sizeof points);
	if (statistics_reached(top)) {
		say(w,
		    _("The line to reach is %s: it is reached, and passed by %s percentage "
		      "points."),
		    line, points);
		return;
	}
	/* rounded up: with one less it would not be reached */
	wanted = (top->ratio.all * top->line + TARGET_WHOLE - 1) / TARGET_WHOLE;
	statistics_percent(9 - over, false, points, sizeof points);
	if (s->headline == HEADLINE_PROCESSED) { /* counts what came twice, and no documents */
		say(w, _("The line to reach is %s: it is missed by %s percentage points."), line,
		    points);
		return;
	}
	say(w,
	    ngettext("The line to reach is %s: it is missed by %s percentage points; %llu document "
		     "more would have had to go digitally.",
		     "The line to reach is %s: it is missed by %s percentage points; %llu "
		     "documents more would have had to go digitally.",
		     wanted - top->ratio.of),
	    line, points, n_of(wanted - top->ratio.of));
}

static void say_before(struct words *w, const struct statistics *s,
		       const struct statistics_row *top)
{
	char period[96], share[SHARE_BYTES], points[SHARE_BYTES];
	int change;

	if (s->term)
		say(w, "%s",
		    _("What was reached in the term before is not kept here, so there is "
		      "nothing to compare with."));
	if (s->before_from.n == 0)
		return;
	statistics_period(s->before_from, s->before_to, period, sizeof period);
	if (!statistics_change(top, &change)) {
		say(w, _("There are no figures of the period before (%s) to compare with."),
		    period);
		return;
	}
	statistics_share_text((int)target_ratio_share(top->ratio_before), share, sizeof share);
	statistics_percent(change < 0 ? -change : change, false, points, sizeof points);
	if (change == 0)
		say(w, _("In the period before (%s) it was the same."), period);
	else if (change > 0)
		say(w,
		    _("In the period before (%s) it was %s: it has risen by %s percentage points."),
		    period, share, points);
	else
		say(w,
		    _("In the period before (%s) it was %s: it has fallen by %s percentage "
		      "points."),
		    period, share, points);
}

static void put_measure(FILE *to, const struct statistics_row *top, enum target_measure m,
			const char *what)
{
	struct target_ratio r = target_measure(&top->sides, m);
	char share[SHARE_BYTES];
	struct words w;

	begin(&w);
	statistics_share_text(r.all == 0 ? -1 : (int)target_ratio_share(r), share, sizeof share);
	say(&w, _("%s: %llu of %llu (%s)"), what, n_of(r.of), n_of(r.all), share);
	page_list_item(to, w.text);
}

/* Each of the numbers has its own plural. */
static void say_documents(struct words *w, const struct statistics_row *top)
{
	const struct target_count *in = &top->sides.in, *out = &top->sides.out;
	uint64_t hidden = in->secret + out->secret;
	char sent[96], secret[96];

	snprintf(sent, sizeof sent,
		 ngettext("%llu official document", "%llu official documents", target_counted(out)),
		 n_of(target_counted(out)));
	snprintf(secret, sizeof secret,
		 ngettext("%llu secret one is left out", "%llu secret ones are left out", hidden),
		 n_of(hidden));
	begin(w);
	if (top->committees > 1)
		say(w,
		    ngettext("In the period, %s and the committee below it (%u) sent %s and "
			     "received %llu; %s.",
			     "In the period, %s and the %u committees below it sent %s and "
			     "received %llu; %s.",
			     top->committees - 1),
		    top->name, top->committees - 1, sent, n_of(target_counted(in)), secret);
	else
		say(w, _("In the period, %s sent %s and received %llu; %s."), top->name, sent,
		    n_of(target_counted(in)), secret);
}

static void put_results(struct cli *cli, FILE *to, const struct statistics *s,
			const struct statistics_row *top)
{
	char share[SHARE_BYTES], time[64];
	struct words w;

	page_heading(to, _("I. What was reached"));
	say_documents(&w, top);
	statistics_share_text(statistics_share(top), share, sizeof share);
	if (top->ratio.all > 0 && s->headline == HEADLINE_PROCESSED)
		say(&w, _(" The share over all, with what is processed, is %s (%llu of %llu)."),
		    share, n_of(top->ratio.of), n_of(top->ratio.all));
	else if (top->ratio.all > 0)
		say(&w, _(" Of %llu that count %llu went digitally: %s."), n_of(top->ratio.all),
		    n_of(top->ratio.of), share);
	page_text(to, w.text);
	begin(&w);
	say_line(&w, s, top);
	say(&w, " ");
	say_before(&w, s, top);
	page_text(to, w.text);
	page_list_begin(to);
	put_measure(to, top, MEASURE_OUT, _("sent digitally, receipted by all recipients"));
	put_measure(to, top, MEASURE_IN, _("received digitally"));
	put_measure(to, top, MEASURE_PROCESSED, _("processed in the system"));
	put_measure(to, top, MEASURE_PAPERLESS, _("sent digitally, and not on paper besides"));
	page_list_end(to);
	if (month_of_ms(s->as_of_ms).n > s->to.n)
		return;
	begin(&w);
	statistics_time(cli, s->as_of_ms, time, sizeof time);
	say(&w, _("The period is not over: the figures are those of %s."), time);
	page_text(to, w.text);
}

/* ---- by committee ---- */

static bool is_stand(const Vanthu__V1__Reporter *r, const char *stand)
{
	return strcmp(reports_state(r), stand) == 0;
}

/* Those that have not ended. */
static unsigned count_standing(const struct statistics *s)
{
	unsigned n = 0;

	for (size_t i = 0; i < s->own.reporter_count; i++)
		n += !is_stand(s->own.reporters[i], "ended");
	return n;
}

static int best_first(const void *a, const void *b)
{
	const struct statistics_row *const *x = a, *const *y = b;
	uint64_t left = (*x)->ratio.of * (*y)->ratio.all, right = (*y)->ratio.of * (*x)->ratio.all;

	if (left != right)
		return left < right ? 1 : -1;
	return strcmp((*x)->name, (*y)->name);
}

/* From one to the other, whichever is first. */
static void say_shares(struct words *w, const char *title, const struct statistics_row *const *rows,
		       size_t from, size_t to)
{
	size_t count = from < to ? to - from : from - to;

	say(w, "%s", title);
	for (size_t i = 0; i < count; i++) {
		const struct statistics_row *row = rows[from < to ? from + i : from - 1 - i];
		char share[SHARE_BYTES];

		statistics_share_text(statistics_share(row), share, sizeof share);
		say(w, "%s%s (%s)", i == 0 ? " " : "; ", row->name, share);
	}
	say(w, ".");
}

/* Those directly below that have a share: how many reach the line, the best and the worst. */
static void put_ranking(FILE *to, const struct statistics *s)
{
	const struct statistics_row **rows = calloc(s->unit_count + 1, sizeof(void *));
	size_t count = 0, reached = 0, named;
	struct words w;

	for (size_t i = 0; rows != NULL && i < s->unit_count; i++) {
		const struct statistics_row *row = &s->units[i];

		if (row->depth != 1 || row->kind == STATISTICS_OWN ||
		    row->kind == STATISTICS_FORMER || statistics_share(row) < 0 ||
		    is_stand(row->reporter, "ended"))
			continue;
		rows[count++] = row;
		reached += statistics_reached(row);
	}
	if (count > 0) {
		qsort(rows, count, sizeof *rows, best_first);
		begin(&w);
		say(&w,
		    ngettext("The line is reached by %zu of the %zu committee directly below that "
			     "has "
			     "figures.",
			     "%zu of the %zu committees directly below that have figures reach the "
			     "line.",
			     count),
		    reached, count);
		page_text(to, w.text);
	}
	if (count > 1) {
		named = count / 2 < NAMED_MAX ? count / 2 : NAMED_MAX;
		begin(&w);
		say_shares(&w, _("Highest:"), rows, 0, named);
		say(&w, " ");
		say_shares(&w, _("Lowest:"), rows, count, count - named);
		page_text(to, w.text);
	}
	free(rows);
}

static void put_units(struct cli *cli, FILE *to, const struct statistics *s)
{
	page_heading(to, _("II. By committee"));
	put_ranking(to, s);
	statistics_page_units(cli, to, s, false);
	statistics_page_unit_chart(to, s);
}

/* ---- deadlines ---- */

static int latest_first(const void *a, const void *b)
{
	const struct statistics_row *const *x = a, *const *y = b;
	uint64_t left = (*x)->sides.in.late, right = (*y)->sides.in.late;

	if (left != right)
		return left < right ? 1 : -1;
	return strcmp((*x)->name, (*y)->name);
}

/* Those with the most of it; the table has all. */
static void put_late(FILE *to, const struct statistics *s)
{
	const struct statistics_row **rows = calloc(s->unit_count + 1, sizeof(void *));
	size_t count = 0;
	struct words w;

	for (size_t i = 0; rows != NULL && i < s->unit_count; i++) {
		const struct statistics_row *row = &s->units[i];

		if (row->kind != STATISTICS_SUM && row->known && row->sides.in.late > 0)
			rows[count++] = row;
	}
	if (count > 0) {
		qsort(rows, count, sizeof *rows, latest_first);
		begin(&w);
		say(&w, "%s", _("Processed late, most by:"));
		for (size_t i = 0; i < count && i < LATE_MAX; i++)
			say(&w, "%s%s (%llu)", i == 0 ? " " : "; ", rows[i]->name,
			    n_of(rows[i]->sides.in.late));
		say(&w, ".");
		page_text(to, w.text);
	}
	free(rows);
}

static void put_deadlines(FILE *to, const struct report_page *r, const struct statistics_row *top)
{
	const struct target_count *in = &top->sides.in;
	struct statistics_counts n = statistics_counts(top);
	struct words w;

	page_heading(to, _("III. Processing and deadlines"));
	begin(&w);
	say(&w,
	    ngettext("Of %llu document received that was to be processed %llu were processed in "
		     "time and %llu late; %llu are in work still, and %llu came on paper.",
		     "Of %llu documents received that were to be processed %llu were processed in "
		     "time and %llu late; %llu are in work still, and %llu came on paper.",
		     target_to_process(in)),
	    n_of(target_to_process(in)), n_of(n.in_time), n_of(in->late), n_of(n.open),
	    n_of(in->paper));
	page_text(to, w.text);
	put_late(to, r->statistics);
	if (!r->own)
		return;
	begin(&w);
	if (r->overdue == 0)
		say(&w, "%s", _("In its own office nothing is past its deadline now."));
	else
		say(&w,
		    ngettext("In its own office %llu document is past its deadline now.",
			     "In its own office %llu documents are past their deadline now.",
			     r->overdue),
		    n_of(r->overdue));
	page_text(to, w.text);
}

/* ---- what is missing ---- */

/* Documents of a committee that are in no sum. */
static uint64_t misplaced_of(const struct statistics *s, const char *committee)
{
	uint64_t n = 0;

	for (size_t i = 0; i < s->own.misplaced_count; i++) {
		if (strcmp(s->own.misplaced[i]->committee, committee) == 0)
			n += s->own.misplaced[i]->documents;
	}
	return n;
}

/* Who has ended reports no more: what it reported counts, and nobody waits for more. */
static bool has_gap(const struct statistics *s, const Vanthu__V1__Reporter *r)
{
	return !is_stand(r, "ended") &&
	       (is_stand(r, "missing") || is_stand(r, "late") || reports_refused(r) ||
		r->unfit_all > 0 || misplaced_of(s, r->committee) > 0);
}

/* The first entry of a committee that stands elsewhere now, and is no reporter. */
static bool is_of_former(const struct statistics *s, size_t i)
{
	const char *who = s->own.misplaced[i]->committee;

	return figures_reporter(&s->own, who) == NULL &&
	       (i == 0 || strcmp(s->own.misplaced[i - 1]->committee, who) != 0);
}

unsigned report_gaps(const struct statistics *s)
{
	unsigned gaps = 0;

	for (size_t i = 0; i < s->own.reporter_count; i++)
		gaps += has_gap(s, s->own.reporters[i]);
	for (size_t i = 0; i < s->own.misplaced_count; i++)
		gaps += is_of_former(s, i);
	return gaps;
}

static const char *name_of(const Vanthu__V1__Reporter *r)
{
	return r->name[0] != '\0' ? r->name : r->committee;
}

static void say_misplaced(struct words *w, uint64_t documents)
{
	if (documents > 0)
		say(w,
		    _(" %llu documents are reported of where it did not stand then, and are in no "
		      "sum;"),
		    n_of(documents));
}

static void put_former(FILE *to, const struct statistics *s, const Vanthu__V1__Misplaced *m)
{
	struct words w;

	begin(&w);
	say(&w, "%s:", m->name[0] != '\0' ? m->name : m->committee);
	say_misplaced(&w, misplaced_of(s, m->committee));
	w.text[w.used - 1] = '.';
	page_list_item(to, w.text);
}

static void put_gap(struct cli *cli, FILE *to, const struct statistics *s,
		    const Vanthu__V1__Reporter *r)
{
	char time[64];
	struct words w;

	begin(&w);
	say(&w, "%s:", name_of(r));
	statistics_time(cli, r->as_of_ms, time, sizeof time);
	if (is_stand(r, "missing"))
		say(&w, "%s", _(" has not reported, and is in no sum;"));
	if (is_stand(r, "late"))
		say(&w, _(" its last figures are of %s;"), time);
	statistics_time(cli, r->refused_at_ms, time, sizeof time);
	if (reports_refused(r))
		say(&w,
		    ngettext(" %llu of its reports was not taken, the last on %s (VT-%u %s);",
			     " %llu of its reports were not taken, the last on %s (VT-%u %s);",
			     r->refused),
		    n_of(r->refused), time, r->refused_why,
		    err_known(r->refused_why) ? _(err_text((enum err)r->refused_why)) : "");
	if (r->unfit_all > 0)
		say(&w,
		    ngettext(" %llu document that was exchanged with it is not counted alike here "
			     "and there;",
			     " %llu documents that were exchanged with it are not counted alike "
			     "here and there;",
			     r->unfit_all),
		    n_of(r->unfit_all));
	say_misplaced(&w, misplaced_of(s, r->committee));
	w.text[w.used - 1] = '.';
	page_list_item(to, w.text);
}

/* A report goes back to the year before at most. */
static void put_begin(FILE *to, const struct statistics *s)
{
	struct words w;

	if (s->begin_later == 0)
		return;
	begin(&w);
	say(&w,
	    ngettext("The period is not whole: the figures of %u committee begin within it (by "
		     "%02u/%04u), and what was before is in no sum.",
		     "The period is not whole: the figures of %u committees begin within it (by "
		     "%02u/%04u), and what was before is in no sum.",
		     s->begin_later),
	    s->begin_later, month_in_year(s->begin), month_year(s->begin));
	page_text(to, w.text);
}

static void put_gaps(struct cli *cli, FILE *to, const struct statistics *s)
{
	unsigned gaps = report_gaps(s);
	struct words w;

	page_heading(to, _("V. What is missing"));
	put_begin(to, s);
	if (gaps == 0) {
		page_text(to, _("Nothing: all have reported, and what they report fits what was "
				"exchanged with them."));
		return;
	}
	begin(&w);
	say(&w,
	    ngettext("Of %u committees %u is to be clarified:",
		     "Of %u committees %u are to be clarified:", gaps),
	    count_standing(s), gaps);
	page_text(to, w.text);
	page_list_begin(to);
	for (size_t i = 0; i < s->own.reporter_count; i++) {
		if (has_gap(s, s->own.reporters[i]))
			put_gap(cli, to, s, s->own.reporters[i]);
	}
	for (size_t i = 0; i < s->own.misplaced_count; i++) {
		if (is_of_former(s, i))
			put_former(to, s, s->own.misplaced[i]);
	}
	page_list_end(to);
}

/* ---- other targets ---- */

struct goal {
	const char *name;
	uint64_t done, all;
	const char *first, *last; /* days that it was declared for */
	unsigned declared;	  /* by so many */
};

static struct goal *find_goal(struct goal *goals, unsigned *count, const char *name)
{
	for (unsigned i = 0; i < *count; i++) {
		if (strcmp(goals[i].name, name) == 0)
			return &goals[i];
	}
	if (*count == GOALS_MAX)
		return NULL;
	goals[*count] = (struct goal){ .name = name };
	return &goals[(*count)++];
}

static void add_declared(struct goal *goals, unsigned *count, const Vanthu__V1__Reporter *r)
{
	for (size_t i = 0; i < r->n_declared && !is_stand(r, "ended"); i++) {
		const Vanthu__V1__Declared *d = r->declared[i];
		struct goal *g = find_goal(goals, count, d->name);

		if (g == NULL)
			continue;
		g->done += d->done;
		g->all += d->all;
		g->declared++;
		if (g->first == NULL || strcmp(d->as_of, g->first) < 0)
			g->first = d->as_of;
		if (g->last == NULL || strcmp(d->as_of, g->last) > 0)
			g->last = d->as_of;
	}
}

static bool declares(const Vanthu__V1__Reporter *r, const char *name)
{
	for (size_t i = 0; i < r->n_declared; i++) {
		if (strcmp(r->declared[i]->name, name) == 0)
			return true;
	}
	return false;
}

static void say_day(struct words *w, const char *date)
{
	say(w, "%.2s/%.2s/%.4s", date + 8, date + 5, date);
}

/* As the office's table names it; of one that is in another's only, its id. */
static const char *goal_title(const struct report_page *r, const char *id)
{
	const json_t *each;
	size_t i;

	json_array_foreach(r->targets, i, each) {
		const char *one = json_string_value(json_object_get(each, "id")),
			   *name = json_string_value(json_object_get(each, "name"));

		if (one != NULL && name != NULL && strcmp(one, id) == 0)
			return name;
	}
	return id;
}

static void put_goal(FILE *to, const struct page_column *columns, const struct goal *g,
		     const char *title, const struct statistics *s)
{
	char done[SHARE_BYTES], share[SHARE_BYTES], by[SHARE_BYTES];
	struct words days;
	const char *cells[5] = { title, done, share, by, days.text };

	snprintf(done, sizeof done, "%llu/%llu", n_of(g->done), n_of(g->all));
	statistics_share_text(
		g->all == 0 ? -1
			    : (int)target_ratio_share((struct target_ratio){ g->done, g->all }),
		share, sizeof share);
	snprintf(by, sizeof by, "%u/%u", g->declared, count_standing(s));
	begin(&days);
	if (g->declared == 0) { /* nobody's word, and no 0 */
		snprintf(done, sizeof done, "–");
		say(&days, "–");
	} else {
		say_day(&days, g->first);
	}
	if (g->declared > 0 && strcmp(g->first, g->last) != 0) {
		say(&days, " – ");
		say_day(&days, g->last);
	}
	page_figures(to, PAGE_ROW_PLAIN, 0, columns, cells);
}

/* Whichever of the two lists is shorter: who has declared it, or who has not. */
static void put_declarers(FILE *to, const struct goal *g, const char *title,
			  const struct statistics *s)
{
	bool few = g->declared <= count_standing(s) / 2, any = false;
	struct words w;

	begin(&w);
	say(&w, few ? _("%s, declared only by:") : _("%s, not declared by:"), title);
	for (size_t i = 0; i < s->own.reporter_count; i++) {
		const Vanthu__V1__Reporter *r = s->own.reporters[i];

		if (is_stand(r, "ended") || declares(r, g->name) != few)
			continue;
		say(&w, "%s%s", any ? "; " : " ", name_of(r));
		any = true;
	}
	say(&w, ".");
	if (any)
		page_text(to, w.text);
}

static void put_goals(FILE *to, const struct report_page *r)
{
	const struct statistics *s = r->statistics;
	const struct page_column columns[] = {
		{ .title = _("Target") },
		{ .title = _("done of all"), .width = 15, .number = true },
		{ .title = _("share"), .width = 12, .number = true },
		{ .title = _("declared by"), .width = 14, .number = true },
		{ .title = _("as of"), .width = 24 },
		{ .title = NULL },
	};
	struct goal goals[GOALS_MAX];
	unsigned count = 0;
	bool declared = false;
	const json_t *each;
	size_t n;

	page_heading(to, _("VI. Other targets of the plan"));
	/* Ours have their place, declared or not, however many names others make up. */
	json_array_foreach(r->targets, n, each)
	{
		const char *id = json_string_value(json_object_get(each, "id"));

		if (id != NULL)
			(void)find_goal(goals, &count, id);
	}
	for (size_t i = 0; i < s->own.reporter_count; i++)
		add_declared(goals, &count, s->own.reporters[i]);
	for (unsigned i = 0; i < count; i++)
		declared = declared || goals[i].declared > 0;
	if (!declared) {
		page_text(to, _("No committee has declared how far it is with them."));
		return;
	}
	page_table_begin(to, columns);
	for (unsigned i = 0; i < count; i++)
		put_goal(to, columns, &goals[i], goal_title(r, goals[i].name), s);
	page_table_end(to);
	for (unsigned i = 0; i < count; i++)
		put_declarers(to, &goals[i], goal_title(r, goals[i].name), s);
}

/* ---- the page ---- */

void report_page(struct cli *cli, FILE *to, const struct report_page *r)
{
	const struct statistics *s = r->statistics;
	const struct statistics_row *top = statistics_top(s);
	char period[96];
	struct page_head head = {
		.language = _("en"),
		.superior = r->superior,
		.office = top == NULL ? NULL : top->name,
		.kind = "BÁO CÁO",
		.title = "Kết quả gửi, nhận, xử lý văn bản trên môi trường số",
		.period = period,
		.upright = true,
	};

	if (strcmp(_("en"), "vi") != 0)
		head.beside = _("Report on documents sent, received and processed digitally");
	statistics_title(s, period, sizeof period);
	page_begin(to, &head);
	if (top != NULL) {
		put_results(cli, to, s, top);
		put_units(cli, to, s);
		put_deadlines(to, r, top);
	}
	page_heading(to, _("IV. By month and by type"));
	statistics_page_months(cli, to, s, false);
	statistics_page_types(cli, to, s, false);
	put_gaps(cli, to, s);
	put_goals(to, r);
	statistics_page_definition(to, s);
	statistics_page_sources(cli, to, s);
	page_signatures(to, _("Made up by"), _("For the committee"), _("(signature and full name)"),
			_("…………, day …… month …… year ……"));
	page_end(to);
}
