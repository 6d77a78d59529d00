/* See outlook.h. */
#include "routing/target/outlook.h"

#include "routing/target/target.h"

struct outlook_room outlook_room(struct target_ratio now, unsigned line, unsigned weight)
{
	struct outlook_room out = { .reached = target_ratio_reaches(now, line) };
	uint64_t missing;

	if (now.all == 0) {
		out.digital = 1;
	} else if (out.reached) {
		out.papers =
			line == 0 ? UINT64_MAX : (now.of * TARGET_WHOLE / line - now.all) / weight;
	} else if (line >= TARGET_WHOLE) {
		out.digital = UINT64_MAX;
	} else {
		missing = now.all * line - now.of * TARGET_WHOLE;
		out.digital = (missing + (TARGET_WHOLE - line) - 1) / (TARGET_WHOLE - line);
	}
	return out;
}

/* At the end of the month that lasts and of `later` more, times whole_months. */
static struct target_ratio after(const struct outlook_pace *p, unsigned later)
{
	uint64_t n = p->whole_months;
	struct target_ratio now = p->current, out;

	if (now.all * n < p->whole.all) /* it lasts still */
		out = p->whole;
	else
		out = (struct target_ratio){ now.of * n, now.all * n };
	out.of += (p->so_far.of - now.of) * n + p->whole.of * later;
	out.all += (p->so_far.all - now.all) * n + p->whole.all * later;
	return out;
}

struct outlook outlook_project(const struct outlook_pace *p)
{
	bool reached = target_ratio_reaches(p->so_far, p->line);
	struct outlook out = { .known = p->whole_months > 0 && p->whole.all > 0 };
	struct target_ratio end;

	if (!out.known)
		return out;
	end = after(p, p->left);
	out.end = (struct target_ratio){ end.of / p->whole_months, end.all / p->whole_months };
	out.share = target_ratio_share(end);
	out.reaches = target_ratio_reaches(end, p->line);
	for (unsigned i = 0; i <= p->left && out.turns.n == 0; i++) {
		if (target_ratio_reaches(after(p, i), p->line) != reached)
			out.turns.n = (uint16_t)(p->month.n + i);
	}
	return out;
}
