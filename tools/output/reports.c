/* See reports.h. */
#include "tools/output/reports.h"

#include <stdio.h>
#include <string.h>

#include "tools/output/output.h"

/* Names in a sentence: who wants all of them has a table. */
enum { NAMES_MAX = 4 };

const char *reports_state(const Vanthu__V1__Reporter *r)
{
	switch (r->stand) {
	case VANTHU__V1__REPORT_STAND__REPORT_STAND_OWN:
		return "own";
	case VANTHU__V1__REPORT_STAND__REPORT_STAND_THERE:
		return "reported";
	case VANTHU__V1__REPORT_STAND__REPORT_STAND_LATE:
		return "late";
	case VANTHU__V1__REPORT_STAND__REPORT_STAND_ENDED:
		return "ended";
	default:
		return "missing";
	}
}

bool reports_known(const Vanthu__V1__Reporter *r)
{
	return r->stand == VANTHU__V1__REPORT_STAND__REPORT_STAND_OWN ||
	       (r->as_of_ms != 0 && strcmp(reports_state(r), "missing") != 0);
}

bool reports_refused(const Vanthu__V1__Reporter *r)
{
	return r->refused_why != 0 && r->refused_why != ERR_REPORT_OLD &&
	       r->refused_at_ms > r->taken_at_ms;
}

static json_t *again_json(const Vanthu__V1__ReportsAgain *a)
{
	return a == NULL ? json_null()
			 : json_pack("{s:I, s:s, s:o}", "count", (json_int_t)a->count, "through",
				     a->through, "at", json_time(a->at_ms));
}

json_t *reports_one_json(const Vanthu__V1__Reporter *r)
{
	return json_pack(
		"{s:s, s:s, s:o, s:I, s:s, s:o, s:o, s:b, s:I, s:o, s:o, s:I, s:o, s:o}",
		"committee", r->committee, "name", r->name, "superior",
		json_text_or_null(r->superior), "depth", (json_int_t)r->depth, "state",
		reports_state(r), "as_of", json_time(r->as_of_ms), "taken_at",
		json_time(r->taken_at_ms), "closed", r->closed, "refused", (json_int_t)r->refused,
		"refused_code", json_code(r->refused_why), "refused_at",
		json_time(r->refused_at_ms), "unfit", (json_int_t)r->unfit_all, "leaves_out",
		json_texts(r->excluded, r->n_excluded), "again", again_json(r->again));
}

static json_t *misplaced_json(const struct figures *f)
{
	json_t *out = json_array();

	for (size_t i = 0; i < f->misplaced_count; i++) {
		const Vanthu__V1__Misplaced *m = f->misplaced[i];
		struct month month = { (uint16_t)m->month };
		char text[16];

		snprintf(text, sizeof text, "%04u-%02u", month_year(month),
			 month_in_year(month));
		json_array_append_new(
			out,
			json_pack("{s:s, s:s, s:s, s:s, s:I}", "committee", m->committee, "name",
				  m->name, "month", text, "why",
				  m->why == VANTHU__V1__MISPLACED_WHY__MISPLACED_LEFT ? "left"
										      : "never",
				  "documents", (json_int_t)m->documents));
	}
	return out;
}

json_t *reports_json(const struct figures *f)
{
	static const char *const lists[] = { "late", "missing", "ended", "refused", "unfit" };
	json_int_t all = 0, reported = 0;
	json_t *out = json_object();

	for (unsigned i = 0; i < sizeof lists / sizeof lists[0]; i++)
		json_object_set_new(out, lists[i], json_array());
	for (size_t i = 0; i < f->reporter_count; i++) {
		const Vanthu__V1__Reporter *r = f->reporters[i];
		json_t *list = json_object_get(out, reports_state(r));

		if (r->depth == 0)
			continue;
		if (r->stand != VANTHU__V1__REPORT_STAND__REPORT_STAND_ENDED)
			all++;
		if (list != NULL)
			json_array_append_new(list, json_string(r->committee));
		else
			reported++;
		if (r->refused > 0)
			json_array_append_new(json_object_get(out, "refused"),
					      json_string(r->committee));
		if (r->unfit_all > 0)
			json_array_append_new(json_object_get(out, "unfit"),
					      json_string(r->committee));
	}
	json_object_set_new(out, "committees", json_integer(all));
	json_object_set_new(out, "reported", json_integer(reported));
	json_object_set_new(out, "misplaced", misplaced_json(f));
	return out;
}

static void add_names(const json_t *list, const char *head, char *out, size_t size_bytes)
{
	size_t used = strlen(out), count = json_array_size(list);

	if (count == 0)
		return;
	for (size_t i = 0; i < count && i < NAMES_MAX && used < size_bytes; i++)
		used += (size_t)snprintf(out + used, size_bytes - used, "%s%s%s",
					 i == 0 ? "; " : ", ", i == 0 ? head : "",
					 json_string_value(json_array_get(list, i)));
	if (count > NAMES_MAX && used < size_bytes)
		snprintf(out + used, size_bytes - used,
			 ngettext(", and %zu more", ", and %zu more", count - NAMES_MAX),
			 count - NAMES_MAX);
}

/* Each committee once, with all its months together. */
static void add_misplaced(const json_t *list, char *out, size_t size_bytes)
{
	json_t *names = json_array(), *each;
	const char *last = "";
	size_t i;

	json_array_foreach(list, i, each)
	{
		const char *who = json_string_value(json_object_get(each, "committee"));

		if (strcmp(who, last) != 0)
			json_array_append_new(names, json_string(who));
		last = who;
	}
	add_names(names, _("of where they did not stand, in no sum: "), out, size_bytes);
	json_decref(names);
}

void reports_sentence(const json_t *reports, char *out, size_t size_bytes)
{
	long long reported = (long long)json_integer_value(json_object_get(reports, "reported")),
		  all = (long long)json_integer_value(json_object_get(reports, "committees"));

	snprintf(out, size_bytes,
		 ngettext("%lld of %lld has reported", "%lld of %lld have reported",
			  (unsigned long)reported),
		 reported, all);
	add_names(json_object_get(reports, "missing"), _("not yet: "), out, size_bytes);
	add_names(json_object_get(reports, "late"), _("late: "), out, size_bytes);
	add_names(json_object_get(reports, "refused"), _("reports not taken: "), out, size_bytes);
	add_names(json_object_get(reports, "unfit"), _("do not fit: "), out, size_bytes);
	add_misplaced(json_object_get(reports, "misplaced"), out, size_bytes);
}
