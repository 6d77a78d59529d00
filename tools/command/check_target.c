/* See check_target.h. */
#include "tools/command/check_target.h"

#include <stdio.h>
#include <string.h>

#include "routing/target/target.h"
#include "tools/base/text.h"
#include "tools/client/client.h"
#include "tools/input/input.h"
#include "tools/output/output.h"

enum { NAMES_SIZE = 96, POINT = TARGET_WHOLE / 100 };
/* A day, and the hours of the night in which the next report comes. */
enum { DUE_MS = 27 * 3600 * 1000 };

struct named {
	unsigned count;
	char names[NAMES_SIZE];
};

static void add(struct named *n, const char *name)
{
	size_t at = strlen(n->names);

	n->count++;
	if (at + strlen(name) + 6 < sizeof n->names)
		snprintf(n->names + at, sizeof n->names - at, "%s%s", at == 0 ? "" : " ", name);
	else if (strstr(n->names, "…") == NULL)
		snprintf(n->names + at, sizeof n->names - at, " …");
}

static void say(struct target_state *out, const char *what, const struct named *n)
{
	size_t at = strlen(out->text);

	if (n->count == 0)
		return;
	snprintf(out->text + at, sizeof out->text - at, "%s%s: %s", at == 0 ? "" : "; ", what,
		 n->names);
}

/* In the first hours of a period its first report is on its way still: nothing to be warned of. */
static bool is_due(const struct figures *f, const Vanthu__V1__Reporter *r)
{
	return r->as_of_ms == 0 || month_of_ms(r->as_of_ms).n >= f->from.n ||
	       text_now_ms() - r->as_of_ms > DUE_MS;
}

static void look_below(const struct figures *f, struct target_state *out)
{
	struct named missing = { .count = 0 }, late = missing, unfit = missing, refused = missing,
		     misplaced = missing;

	for (size_t i = 0; i < f->reporter_count; i++) {
		const Vanthu__V1__Reporter *r = f->reporters[i];

		if (r->stand == VANTHU__V1__REPORT_STAND__REPORT_STAND_MISSING && is_due(f, r))
			add(&missing, r->committee);
		if (r->stand == VANTHU__V1__REPORT_STAND__REPORT_STAND_LATE)
			add(&late, r->committee);
		if (r->unfit_all > 0)
			add(&unfit, r->committee);
		if (reports_refused(r))
			add(&refused, r->committee);
	}
	for (size_t i = 0; i < f->misplaced_count; i++) {
		const char *who = f->misplaced[i]->committee;

		if (i == 0 || strcmp(who, f->misplaced[i - 1]->committee) != 0)
			add(&misplaced, who);
	}
	say(out, _("no report"), &missing);
	say(out, _("report late"), &late);
	say(out, _("report does not agree"), &unfit);
	say(out, _("report refused"), &refused);
	say(out, _("reports of where it did not stand"), &misplaced);
	out->missing = missing.count;
	out->late = late.count;
	out->unfit = unfit.count + misplaced.count;
	out->refused = refused.count;
}

static void look_at_share(struct cli *cli, const Vanthu__V1__Target *t, unsigned long within,
			  struct target_state *out)
{
	json_t *said = target_json(t);
	char sentence[200];

	target_sentence(cli, said, sentence, sizeof sentence);
	out->share = t->recounting			   ? TARGET_UNKNOWN
		     : t->counted == 0			   ? TARGET_REACHED
		     : !t->reached			   ? TARGET_BELOW
		     : t->share < t->line + within * POINT ? TARGET_NEAR
							   : TARGET_REACHED;
	if (out->share == TARGET_BELOW)
		snprintf(out->text, sizeof out->text, "VT-%d %s", ERR_BELOW_LINE, sentence);
	else
		snprintf(out->text, sizeof out->text, "%s", sentence);
	json_decref(said);
	snprintf(out->figures, sizeof out->figures, "share=%u.%02u%% line=%u.%02u%% counted=%llu",
		 t->share / 100, t->share % 100, t->line / 100, t->line % 100,
		 (unsigned long long)t->counted);
}

enum err check_target_state(struct call *c, const struct period *period, unsigned long within,
			    struct target_state *out)
{
	struct figures_query below = { .from = period->from, .to = period->to };
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__TargetQuery query = VANTHU__V1__TARGET_QUERY__INIT;
	struct figures figures = { .sums = NULL };
	Vanthu__V1__Reply *reply;
	size_t at;
	enum err e;

	*out = (struct target_state){ .share = TARGET_UNKNOWN };
	query.from_month = period->from.n;
	query.to_month = period->to.n;
	request.what_case = VANTHU__V1__REQUEST__WHAT_TARGET;
	request.target = &query;
	e = call_ask(c, &request, VANTHU__V1__REPLY__WHAT_TARGET, &reply);
	if (e != ERR_OK)
		return e;
	look_at_share(call_cli(c), reply->target, within, out);
	e = figures_ask(c, &below, &figures);
	if (e == ERR_OK)
		look_below(&figures, out);
	figures_free(&figures);
	at = strlen(out->figures);
	snprintf(out->figures + at, sizeof out->figures - at,
		 " reports_missing=%u reports_late=%u reports_unfit=%u reports_refused=%u",
		 out->missing, out->late, out->unfit, out->refused);
	return e;
}
