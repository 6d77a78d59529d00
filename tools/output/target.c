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

json_t *target_share_json(uint64_t digital, uint64_t counted)
{
	return counted == 0 ? json_null() : json_real((double)digital / (double)counted);
}

json_t *target_json(const Vanthu__V1__Target *t)
{
	json_t *out =
	    json_pack("{s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:f, s:b}", "period",
		      period_json(t), "counted", (json_int_t)t->counted, "digital",
		      (json_int_t)t->digital, "paper", (json_int_t)t->paper, "pending",
		      (json_int_t)t->pending, "refused", (json_int_t)t->refused, "secret",
		      (json_int_t)t->secret, "share", target_share_json(t->digital, t->counted),
		      "line", (double)t->line / TARGET_WHOLE, "reached", t->reached);

	if (t->recounting)
		json_object_set_new(out, "recounting", json_true());
	return out;
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

	output_format(cli, share, format, true, share_text, sizeof share_text);
	output_format(cli, line, format, true, line_text, sizeof line_text);
	if (json_is_null(share))
		snprintf(out, size_bytes, _("nothing counted yet (line %s)"), line_text);
	else if (json_is_true(json_object_get(target, "reached")))
		snprintf(out, size_bytes, _("%s ✓ reaches the line of %s"), share_text, line_text);
	else
		snprintf(out, size_bytes, _("%s ✗ below the line of %s"), share_text, line_text);
	if (json_is_true(json_object_get(target, "recounting"))) {
		size_t used = strlen(out);

		snprintf(out + used, size_bytes - used, " (%s)", _("recount under way"));
	}
}
