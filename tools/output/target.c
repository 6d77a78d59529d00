/* See target.h. */
#include "tools/output/target.h"

#include <stdio.h>
#include <string.h>

#include "routing/target/target.h"
#include "tools/input/input.h"
#include "tools/output/output.h"

static json_t *period_json(const Vanthu__V1__Target *t)
{
	struct period p = { { (uint16_t)t->from_month }, { (uint16_t)t->to_month } };
	char text[40];

	period_print(p, text, sizeof text);
	return json_string(text);
}

const char *target_definition(enum target_headline h)
{
	if (h == HEADLINE_PROCESSED)
		return _("Each official document counts once, also on paper; mật and above and "
			 "types left out do not. Share = D1, D2 and D3 together: receipted by all, "
			 "received here and processed ÷ sent, received and to be processed. What "
			 "is pending is not digital yet.");
	return _("Each official document counts once, also on paper; mật and above and types left "
		 "out do not. Share = D1 and D2 together: receipted by all and received here ÷ "
		 "sent and received. What is pending is not digital yet.");
}

enum target_headline target_headline_of(Vanthu__V1__Headline h)
{
	return h == VANTHU__V1__HEADLINE__HEADLINE_PROCESSED ? HEADLINE_PROCESSED
							     : HEADLINE_EXCHANGED;
}

void target_put_counts(json_t *out, const struct target_count *c)
{
	json_object_set_new(out, "counted", json_integer((json_int_t)target_counted(c)));
#define PUT(count_name)                                                                           \
	json_object_set_new(out, #count_name, json_integer((json_int_t)c->count_name));
	TARGET_COUNTS(PUT)
#undef PUT
	json_object_set_new(out, "share", target_share_json(c->digital, target_counted(c)));
}

json_t *target_ratio_json(struct target_ratio r)
{
	return json_pack("{s:I, s:I, s:o}", "of", (json_int_t)r.of, "all", (json_int_t)r.all,
			 "share", target_share_json(r.of, r.all));
}

json_t *target_measures_json(const struct target_sides *s)
{
	return json_pack("{s:o, s:o, s:o, s:o}", "D1",
			 target_ratio_json(target_measure(s, MEASURE_OUT)), "D2",
			 target_ratio_json(target_measure(s, MEASURE_IN)), "D3",
			 target_ratio_json(target_measure(s, MEASURE_PROCESSED)), "D4",
			 target_ratio_json(target_measure(s, MEASURE_PAPERLESS)));
}

void target_bar(unsigned share, unsigned line, char *out, size_t size_bytes)
{
	enum { CELLS = 20 };
	unsigned full = share * CELLS / TARGET_WHOLE, mark = line * CELLS / TARGET_WHOLE;
	size_t used = 0;

	for (unsigned i = 0; i <= CELLS && used < size_bytes; i++) {
		/* the line stands between two cells: what is full up to it reaches it */
		if (i == mark)
			used += (size_t)snprintf(out + used, size_bytes - used, "|");
		if (i < CELLS && used < size_bytes)
			used += (size_t)snprintf(out + used, size_bytes - used, "%s",
						 i < full ? "█" : "░");
	}
}

json_t *target_share_json(uint64_t digital, uint64_t counted)
{
	return counted == 0 ? json_null() : json_real((double)digital / (double)counted);
}

json_t *target_json(const Vanthu__V1__Target *t)
{
	struct target_ratio headline = { t->headline_of, t->headline_all };
	bool own = t->headline != VANTHU__V1__HEADLINE__HEADLINE_UNSPECIFIED;
	json_t *out =
	    json_pack("{s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:f, s:b}", "period",
		      period_json(t), "counted", (json_int_t)t->counted, "digital",
		      (json_int_t)t->digital, "paper", (json_int_t)t->paper, "pending",
		      (json_int_t)t->pending, "refused", (json_int_t)t->refused, "secret",
		      (json_int_t)t->secret, "share",
		      own ? target_share_json(headline.of, headline.all)
			  : target_share_json(t->digital, t->counted),
		      "line", (double)t->line / TARGET_WHOLE, "reached", t->reached);

	if (own) {
		json_t *made = target_ratio_json(headline);

		json_object_set_new(
		    made, "name",
		    json_string(target_headline_name(target_headline_of(t->headline))));
		json_object_set_new(out, "headline", made);
	}
	if (t->recounting)
		json_object_set_new(out, "recounting", json_true());
	return out;
}

static void add_remark(const char *remark, char *out, size_t size_bytes)
{
	size_t used = strlen(out);

	snprintf(out + used, size_bytes - used, " (%s)", remark);
}

void target_sentence(struct cli *cli, const json_t *target, char *out, size_t size_bytes)
{
	const json_t *share = json_object_get(target, "share"),
		     *line = json_object_get(target, "line");
	/* Both with as many digits as the line has: 92.72 % is below a line of 92.75 %, and 92.7 %
	 * below one of 92.7 % is nonsense. */
	bool fine = (unsigned)(json_real_value(line) * TARGET_WHOLE + 0.5) % 10 != 0;
	enum format format = fine ? FORMAT_PERCENT_FINE : FORMAT_PERCENT;
	char share_text[32], line_text[32];
	const char *name;

	output_format(cli, share, format, true, share_text, sizeof share_text);
	output_format(cli, line, format, true, line_text, sizeof line_text);
	if (json_is_null(share))
		snprintf(out, size_bytes, _("nothing counted yet (line %s)"), line_text);
	else if (json_is_true(json_object_get(target, "reached")))
		snprintf(out, size_bytes, _("%s ✓ reaches the line of %s"), share_text, line_text);
	else
		snprintf(out, size_bytes, _("%s ✗ below the line of %s"), share_text, line_text);
	name = json_string_value(json_object_get(json_object_get(target, "headline"), "name"));
	if (name != NULL && strcmp(name, target_headline_name(HEADLINE_PROCESSED)) == 0)
		add_remark(_("with what is processed"), out, size_bytes);
	if (json_is_true(json_object_get(target, "recounting")))
		add_remark(_("recount under way"), out, size_bytes);
}
