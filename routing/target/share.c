/* See share.h. */
#include "routing/target/share.h"

#include <string.h>

#include "routing/target/target.h"

static const char *const headline_names[] = {
	[HEADLINE_EXCHANGED] = "exchanged",
	[HEADLINE_PROCESSED] = "processed",
};

bool target_headline_parse(text_t text, enum target_headline *out)
{
	for (unsigned i = 0; i < sizeof headline_names / sizeof headline_names[0]; i++) {
		if (strcmp(text, headline_names[i]) == 0) {
			*out = (enum target_headline)i;
			return true;
		}
	}
	return false;
}

text_t target_headline_name(enum target_headline h)
{
	return headline_names[h];
}

struct target_ratio target_measure(const struct target_sides *s, enum target_measure m)
{
	const struct target_count *in = &s->in, *out = &s->out;

	switch (m) {
	case MEASURE_OUT:
		return (struct target_ratio){ out->digital, target_counted(out) };
	case MEASURE_IN:
		return (struct target_ratio){ in->digital, target_counted(in) };
	case MEASURE_PROCESSED:
		return (struct target_ratio){ in->processed, target_to_process(in) };
	case MEASURE_PAPERLESS:
		return (struct target_ratio){ out->digital > out->also_paper
						      ? out->digital - out->also_paper
						      : 0,
					      target_counted(out) };
	case MEASURES:
		break;
	}
	return (struct target_ratio){ 0, 0 };
}

struct target_ratio target_headline_ratio(const struct target_sides *s, enum target_headline h)
{
	struct target_ratio out = target_measure(s, MEASURE_OUT),
			    in = target_measure(s, MEASURE_IN), done = { 0, 0 };

	if (h == HEADLINE_PROCESSED)
		done = target_measure(s, MEASURE_PROCESSED);
	return (struct target_ratio){ out.of + in.of + done.of, out.all + in.all + done.all };
}

unsigned target_ratio_share(struct target_ratio r)
{
	return r.all == 0 ? 0 : (unsigned)(r.of * TARGET_WHOLE / r.all);
}

bool target_ratio_reaches(struct target_ratio r, unsigned line)
{
	return r.all > 0 && r.of * TARGET_WHOLE >= r.all * line;
}

void target_sides_add(struct target_sides *to, enum direction d, const struct target_count *what)
{
	if (d == DIRECTION_IN)
		target_add(&to->in, what);
	else if (d == DIRECTION_OUT)
		target_add(&to->out, what);
}
