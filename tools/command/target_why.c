/* See target_why.h. Each document comes with the reason and the command that mends it; with a
 * committee below, those on which its report does not agree with us. */
#include "tools/command/target_why.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "routing/base/limits.h"
#include "tools/base/text.h"
#include "tools/client/client.h"
#include "tools/command/commands.h"
#include "tools/command/target_given.h"
#include "tools/command/target_show.h"
#include "tools/input/input.h"
#include "tools/output/output.h"

enum {
	OPT_REASON = 64, /* beside those of target.c */
	OPT_DIRECTION,
	OPT_PAGE,
	OPT_ALL,
	OPT_DIGITAL,
	OPT_PAPER,
	OPT_WITHOUT,
	OPT_RECEIPTED,
	OPT_PROCESSED,
	PAGE_ROWS = 20,
	PAGES_MAX = 100000,
	WHY_BYTES = 512
};

#define REASON_WORDS "paper|link-down|waiting|refused|expired|no-route|new|in-hand|overdue|newer"

const struct command_option target_why_options[] = {
	{ "reason", OPT_REASON, REASON_WORDS, N_("only those with this reason"), VALUE_WORDS,
	  "why" },
	{ "direction", OPT_DIRECTION, N_("in|out"),
	  N_("only what came, or what went out; of simulate, what comes more or goes out more"),
	  VALUE_DIRECTION, "why simulate" },
	{ "page", OPT_PAGE, N_("N"), N_("this page of the list"), VALUE_NONE, "why" },
	{ "all", OPT_ALL, NULL, N_("all of them, and how many were returned or recalled"),
	  VALUE_NONE, "why" },
	{ "digital", OPT_DIGITAL, N_("N"), N_("so many documents more, through the system"),
	  VALUE_NONE, "simulate" },
	{ "paper", OPT_PAPER, N_("N"), N_("so many documents more, on paper"), VALUE_NONE,
	  "simulate" },
	{ "without-paper-from", OPT_WITHOUT, N_("WHO|TYPE"),
	  N_("what is on paper with this party, or of this type, through the system instead"),
	  VALUE_NONE, "simulate" },
	{ "receipted", OPT_RECEIPTED, N_("N|all"),
	  N_("so many of those pending: receipted by all their recipients"), VALUE_NONE,
	  "simulate" },
	{ "processed", OPT_PROCESSED, N_("N|all"),
	  N_("so many of those received and not processed: processed"), VALUE_NONE, "simulate" },
	{ NULL, 0, NULL, NULL, VALUE_NONE, NULL },
};

static const char *const reason_words[] = {
	"",    "paper",	  "link-down", "waiting", "refused",	 "expired",  "no-route",
	"new", "in-hand", "overdue",   "newer",	  "not-counted", "not-ours",
};

enum { REASON_COUNT = sizeof reason_words / sizeof reason_words[0] };

#define IS(name) VANTHU__V1__WHY_REASON__WHY_REASON_##name

/* ---- what mends it ---- */

/* The very command; "" for none. `id`: the document, as it is typed. */
static void mend_of(const Vanthu__V1__WhyCause *c, const char *id, char *out, size_t size)
{
	const char *who = c->n_committees > 0 ? c->committees[0] : "";

	out[0] = '\0';
	switch (c->reason) {
	case IS(PAPER):
		snprintf(out, size, "vanthu paper show %s", id);
		break;
	case IS(LINK_DOWN):
		snprintf(out, size, "vanthu link show %s", c->hop);
		break;
	case IS(WAITING):
		snprintf(out, size, "vanthu trace %s", id);
		break;
	case IS(REFUSED):
		snprintf(out, size, "vanthu show %s", id);
		break;
	case IS(EXPIRED):
		if (c->count == 1 && strcmp(c->hop, who) == 0)
			snprintf(out, size, "vanthu resend %s --to %s", id, who);
		else
			snprintf(out, size, "vanthu trace %s", id);
		break;
	case IS(NO_ROUTE):
		snprintf(out, size, "vanthu committee show %s", who);
		break;
	case IS(NEW):
		snprintf(out, size, "vanthu accept %s", id);
		break;
	case IS(IN_HAND):
		snprintf(out, size, "vanthu finish %s", id);
		break;
	case IS(REPLACED):
		snprintf(out, size, "vanthu return %s --reason TEXT", id);
		break;
	case IS(NOT_COUNTED):
	case IS(NOT_OURS):
		snprintf(out, size, "vanthu target ask %s", who);
		break;
	default: /* overdue stands beside what mends it */
		break;
	}
}

/* ---- as JSON ---- */

static json_t *cause_json(const Vanthu__V1__WhyCause *c, const char *id)
{
	unsigned reason = (unsigned)c->reason < REASON_COUNT ? (unsigned)c->reason : 0;
	json_t *out =
		json_pack("{s:s, s:o}", "reason", reason_words[reason], "code", json_code(c->code));
	char mend[256];

	if (c->count > 0) {
		json_object_set_new(out, "recipients", json_integer((json_int_t)c->count));
		json_object_set_new(out, "committees", json_texts(c->committees, c->n_committees));
		json_object_set_new(out, "names", json_texts(c->names, c->n_names));
	}
	if (c->hop[0] != '\0')
		json_object_set_new(out, "hop", json_string(c->hop));
	if (c->since_ms != 0)
		json_object_set_new(out, "since", json_time(c->since_ms));
	if (c->rule[0] != '\0')
		json_object_set_new(out, "rule", json_string(c->rule));
	if (c->reason == IS(NEW) || c->reason == IS(IN_HAND))
		json_object_set_new(out, "person", json_text_or_null(c->person));
	if (c->reason == IS(OVERDUE)) {
		json_object_set_new(out, "due", json_text_or_null(c->due_on));
		json_object_set_new(out, "late_days", json_integer(c->late_days));
	}
	mend_of(c, id, mend, sizeof mend);
	json_object_set_new(out, "mend", json_text_or_null(mend));
	return out;
}

static json_t *document_json(const Vanthu__V1__WhyDocument *d)
{
	bool in = d->direction == VANTHU__V1__DIRECTION__DIRECTION_IN;
	json_t *id = json_uuid(d->id), *reasons = json_array(), *out;
	char day[sizeof "YYYY-MM-DD"];

	text_day(d->at_ms, day);
	for (size_t i = 0; i < d->n_causes; i++)
		json_array_append_new(reasons, cause_json(d->causes[i], json_string_value(id)));
	out = json_pack("{s:o, s:s, s:b, s:o, s:s, s:s, s:s, s:s, s:o, s:o, s:o}", "id", id,
			"direction", in ? "in" : "out", "paper", d->paper, "date",
			json_text_or_null(day), "type", d->type_code, "type_name", d->type_name,
			"number", d->number, "subject", d->subject, "from",
			json_text_or_null(d->from), "party", json_text_or_null(d->party), "reasons",
			reasons);
	json_object_set(out, "mend", json_object_get(json_array_get(reasons, 0), "mend"));
	return out;
}

static json_t *sum_json(const Vanthu__V1__WhySum *s)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:b}", "named",
			 (json_int_t)(s->paper_out + s->paper_in + s->pending + s->unprocessed),
			 "paper_out", (json_int_t)s->paper_out, "paper_in", (json_int_t)s->paper_in,
			 "pending", (json_int_t)s->pending, "unprocessed",
			 (json_int_t)s->unprocessed, "excluded", (json_int_t)s->excluded, "secret",
			 (json_int_t)s->secret, "damaged", (json_int_t)s->damaged, "partial",
			 s->partial);
}

/* ---- for people ---- */

static const char *text_at(const json_t *o, const char *key)
{
	const char *text = json_string_value(json_object_get(o, key));

	return text == NULL ? "" : text;
}

static void who_words(struct cli *cli, const json_t *reason, char *out, size_t size)
{
	json_int_t all = json_integer_value(json_object_get(reason, "recipients"));
	json_t *names = people_names(cli, json_object_get(reason, "committees"),
				     json_object_get(reason, "names"), false);
	size_t named = json_array_size(json_object_get(reason, "committees"));

	snprintf(out, size, "%s", json_string_value(names));
	json_decref(names);
	/* what is not in the list at all */
	if (all > (json_int_t)named)
		snprintf(out, size,
			 ngettext("%lld recipient", "%lld recipients", (unsigned long)all),
			 (long long)all);
}

static void sent_words(struct cli *cli, const json_t *reason, char *out, size_t size)
{
	const char *word = text_at(reason, "reason");
	char who[160], since[64], code[200];

	who_words(cli, reason, who, sizeof who);
	output_format(cli, json_object_get(reason, "since"), FORMAT_MINUTE, false, since,
		      sizeof since);
	output_format(cli, json_object_get(reason, "code"), FORMAT_CODE, false, code, sizeof code);
	if (strcmp(word, "link-down") == 0 && json_is_string(json_object_get(reason, "since")))
		snprintf(out, size, _("no receipt of %s: the link to %s is down since %s"), who,
			 text_at(reason, "hop"), since);
	else if (strcmp(word, "link-down") == 0)
		snprintf(out, size, _("no receipt of %s: the link to %s is down"), who,
			 text_at(reason, "hop"));
	else if (strcmp(word, "refused") == 0)
		snprintf(out, size, _("refused by %s: %s"), who, code);
	else if (strcmp(word, "expired") == 0)
		snprintf(out, size, _("no receipt of %s, and it is waited for no more"), who);
	else if (strcmp(word, "no-route") == 0)
		snprintf(out, size, _("no way to %s: %s"), who, code);
	else if (strcmp(word, "not-counted") == 0)
		snprintf(out, size, _("receipted, and %s does not count it"), who);
	else if (strcmp(word, "not-ours") == 0)
		snprintf(out, size, _("%s counts it, and there is no receipt here"), who);
	else if (who[0] == '\0')
		snprintf(out, size, "%s", _("on its way"));
	else
		snprintf(out, size, _("no receipt of %s yet: on its way"), who);
}

static void reason_words_of(struct cli *cli, const json_t *reason, char *out, size_t size)
{
	const char *word = text_at(reason, "reason"), *person = text_at(reason, "person");
	json_int_t late = json_integer_value(json_object_get(reason, "late_days"));

	if (strcmp(word, "paper") == 0)
		snprintf(out, size, "%s", _("on paper"));
	else if (strcmp(word, "new") == 0)
		snprintf(out, size, "%s", _("not accepted yet"));
	else if (strcmp(word, "in-hand") == 0 && person[0] == '\0')
		snprintf(out, size, "%s", _("accepted, with nobody yet"));
	else if (strcmp(word, "in-hand") == 0)
		snprintf(out, size, _("in hand: %s"), person);
	else if (strcmp(word, "overdue") == 0 && late > 0)
		snprintf(out, size,
			 ngettext("%lld working day late", "%lld working days late",
				  (unsigned long)late),
			 (long long)late);
	else if (strcmp(word, "overdue") == 0)
		snprintf(out, size, "%s", _("its day is over"));
	else if (strcmp(word, "newer") == 0)
		snprintf(out, size, "%s", _("replaced by a newer one before it was accepted"));
	else
		sent_words(cli, reason, out, size);
}

/* The command behind "vanthu", with the id as short as it is typed. */
static void short_mend(const json_t *line, char *out, size_t size)
{
	const char *whole = text_at(line, "mend"), *id = text_at(line, "id"),
		   *mend = strncmp(whole, "vanthu ", 7) == 0 ? whole + 7 : whole,
		   *at = id[0] == '\0' ? NULL : strstr(mend, id);
	size_t len = strlen(id);

	if (at == NULL || len < 8)
		snprintf(out, size, "%s", mend);
	else
		snprintf(out, size, "%.*s%s", (int)(at - mend), mend, at + len - 8);
}

static void add_words(struct cli *cli, json_t *line)
{
	char why[WHY_BYTES] = "", one[WHY_BYTES], mend[256];
	json_t *reason;
	size_t i, at = 0;

	json_array_foreach(json_object_get(line, "reasons"), i, reason)
	{
		reason_words_of(cli, reason, one, sizeof one);
		if (at < sizeof why)
			at += (size_t)snprintf(why + at, sizeof why - at, "%s%s",
					       i == 0 ? "" : "; ", one);
	}
	short_mend(line, mend, sizeof mend);
	json_object_set_new(line, "why", json_string(why));
	json_object_set_new(line, "mend_text", json_string(mend));
}

static const struct column why_table[] = {
	{ "id", N_("Id"), FORMAT_ID, false },
	{ "direction", N_("Direction"), FORMAT_STATE, false },
	{ "number", N_("Number"), FORMAT_TEXT, false },
	{ "subject", N_("Subject"), FORMAT_TEXT, true },
	{ "why", N_("Why"), FORMAT_TEXT, true },
	{ "mend_text", N_("Mend: vanthu …"), FORMAT_TEXT, false },
	{ NULL, NULL, FORMAT_TEXT, false },
};
static const struct column why_plain[] = {
	{ "id", "id", FORMAT_ID, false },
	{ "direction", "direction", FORMAT_TEXT, false },
	{ "paper", "paper", FORMAT_BOOL, false },
	{ "date", "date", FORMAT_DATE, false },
	{ "number", "number", FORMAT_TEXT, false },
	{ "subject", "subject", FORMAT_TEXT, false },
	{ "from", "from", FORMAT_TEXT, false },
	{ "party", "party", FORMAT_TEXT, false },
	{ "reason_list", "reasons", FORMAT_LIST, false },
	{ "mend", "mend", FORMAT_TEXT, false },
	{ NULL, NULL, FORMAT_TEXT, false },
};

static void add_list_of_reasons(json_t *line)
{
	json_t *list = json_array(), *reason;
	size_t i;

	json_array_foreach(json_object_get(line, "reasons"), i, reason)
		json_array_append(list, json_object_get(reason, "reason"));
	json_object_set_new(line, "reason_list", list);
}

static void print_documents(struct cli *cli, json_t *documents)
{
	json_t *line;
	size_t i;

	json_array_foreach(documents, i, line)
	{
		if (cli->plain)
			add_list_of_reasons(line);
		else
			add_words(cli, line);
	}
	cli->renderer->list(cli, documents, cli->plain ? why_plain : why_table);
}

/* ---- our own documents ---- */

struct why {
	Vanthu__V1__WhyQuery query; /* its committee is freed by the command */
	unsigned long page;	    /* 0: not given */
	bool all;
};

static json_int_t number_at(const json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}

static void print_left_out(struct cli *cli, const json_t *sum, const json_t *out, bool all)
{
	json_int_t secret = number_at(sum, "secret"), excluded = number_at(sum, "excluded"),
		   damaged = number_at(sum, "damaged"), returned = number_at(out, "returned"),
		   recalled = number_at(out, "recalled");

	if (excluded > 0)
		cli_say(cli,
			ngettext("Left out: %lld of a type that target.exclude names.",
				 "Left out: %lld of types that target.exclude names.",
				 (unsigned long)excluded),
			(long long)excluded);
	if (secret > 0)
		cli_say(cli,
			ngettext("Left out: %lld secret.", "Left out: %lld secret.",
				 (unsigned long)secret),
			(long long)secret);
	if (all && returned + recalled > 0)
		cli_say(cli,
			_("To be processed by nobody: %lld returned, %lld recalled by their "
			  "issuers."),
			(long long)returned, (long long)recalled);
	if (damaged > 0)
		cli_warn(cli,
			 ngettext("%lld record cannot be read: what it holds is not named here",
				  "%lld records cannot be read: what they hold is not named here",
				  (unsigned long)damaged),
			 (long long)damaged);
	if (json_is_true(json_object_get(sum, "partial")))
		cli_warn(cli, "%s",
			 _("the counters are being counted again: they may not agree yet"));
}

static void print_hints(struct cli *cli, const json_t *out, const struct why *w)
{
	const json_t *sum = json_object_get(out, "not_digital");
	json_int_t paper = number_at(sum, "paper_in") + number_at(sum, "paper_out");
	unsigned long page = w->page == 0 ? 1 : w->page;

	if (json_is_true(json_object_get(out, "more")))
		cli_hint(cli,
			 _("Page %lu, and there are more. The next: vanthu target why --page %lu, "
			   "with the same options; all: --all"),
			 page, page + 1);
	if (paper > 0)
		cli_hint(cli, "%s",
			 _("What comes on paper: ask who sent it to send through the system. What "
			   "it would change: vanthu target simulate --without-paper-from WHO"));
}

static int print(struct cli *cli, json_t *out, const struct why *w)
{
	const json_t *sum = json_object_get(out, "not_digital");
	char period[64], sentence[160];

	if (cli->json)
		return output_object(cli, out, NULL);
	if (!cli->plain) {
		output_format(cli, json_object_get(out, "period"), FORMAT_PERIOD, true, period,
			      sizeof period);
		target_sentence(cli, out, sentence, sizeof sentence);
		printf("%s: %s\n", period, sentence);
		printf(_("Not digital: %lld on paper (%lld came, %lld went out), %lld pending. Not "
			 "processed: %lld.\n"),
		       (long long)(number_at(sum, "paper_in") + number_at(sum, "paper_out")),
		       (long long)number_at(sum, "paper_in"),
		       (long long)number_at(sum, "paper_out"), (long long)number_at(sum, "pending"),
		       (long long)number_at(sum, "unprocessed"));
		fflush(stdout);
	}
	print_documents(cli, json_object_get(out, "documents"));
	print_left_out(cli, sum, out, w->all);
	print_hints(cli, out, w);
	json_decref(out);
	return 0;
}

/* What the counters count as the lines name it: both must say the same. */
static json_t *counters_json(const Vanthu__V1__Target *t)
{
	Vanthu__V1__WhySum sum = VANTHU__V1__WHY_SUM__INIT;

	for (size_t i = 0; i < t->n_rows; i++) {
		const Vanthu__V1__TargetRow *r = t->rows[i];

		if (r->direction == VANTHU__V1__DIRECTION__DIRECTION_OUT) {
			sum.pending += r->pending;
			sum.paper_out += r->paper;
		} else {
			sum.paper_in += r->paper;
			sum.unprocessed += r->digital - r->processed - r->returned - r->recalled;
		}
	}
	return json_pack("{s:I, s:I, s:I, s:I}", "paper_out", (json_int_t)sum.paper_out, "paper_in",
			 (json_int_t)sum.paper_in, "pending", (json_int_t)sum.pending,
			 "unprocessed", (json_int_t)sum.unprocessed);
}

/* Of one direction alone the lines say less. */
static bool is_as_counted(const json_t *out, const Vanthu__V1__WhyQuery *query)
{
	const json_t *sum = json_object_get(out, "not_digital"), *value;
	const char *key;

	if (query->direction != VANTHU__V1__DIRECTION__DIRECTION_UNSPECIFIED ||
	    number_at(sum, "damaged") > 0 || json_is_true(json_object_get(sum, "partial")))
		return true;
	json_object_foreach((json_t *)(uintptr_t)json_object_get(out, "counters"), key, value)
	{
		if (json_integer_value(value) != number_at(sum, key))
			return false;
	}
	return true;
}

static enum err ask_target(struct call *c, const struct period *period, json_t **out)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__TargetQuery query = VANTHU__V1__TARGET_QUERY__INIT;
	Vanthu__V1__Reply *reply;
	enum err e;

	query.from_month = period->from.n;
	query.to_month = period->to.n;
	request.what_case = VANTHU__V1__REQUEST__WHAT_TARGET;
	request.target = &query;
	e = call_ask(c, &request, VANTHU__V1__REPLY__WHAT_TARGET, &reply);
	if (e != ERR_OK)
		return e;
	*out = target_json(reply->target);
	json_object_set_new(*out, "counters", counters_json(reply->target));
	json_object_set_new(*out, "returned",
			    json_integer((json_int_t)reply->target->sum->returned));
	json_object_set_new(*out, "recalled",
			    json_integer((json_int_t)reply->target->sum->recalled));
	return ERR_OK;
}

static enum err collect(struct call *c, const Vanthu__V1__WhyQuery *query, json_t *out)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__WhyQuery why = *query;
	json_t *documents = json_array();
	Vanthu__V1__Reply *reply;
	enum err e;

	json_object_set_new(out, "documents", documents);
	request.what_case = VANTHU__V1__REQUEST__WHAT_WHY;
	request.why = &why;
	e = call_send(c, &request);
	if (e != ERR_OK)
		return call_fail(c, e, NULL);
	while ((e = call_row(c, VANTHU__V1__REPLY__WHAT_WHY, &reply)) == ERR_OK) {
		if (reply->why->what_case == VANTHU__V1__WHY_LINE__WHAT_SUM)
			json_object_set_new(out, "not_digital", sum_json(reply->why->sum));
		else
			json_array_append_new(documents, document_json(reply->why->document));
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Says how many pages there are, of all that the options leave. */
static int fail_page(struct cli *cli, struct call *c, const struct why *w)
{
	Vanthu__V1__WhyQuery query = w->query;
	json_t *out = json_object();
	char message[128];
	unsigned long pages;
	enum err e;

	query.skip = query.most = 0;
	e = collect(c, &query, out);
	pages = (json_array_size(json_object_get(out, "documents")) + PAGE_ROWS - 1) / PAGE_ROWS;
	json_decref(out);
	if (e != ERR_OK)
		return err_exit_code(e);
	if (pages == 0)
		snprintf(message, sizeof message, "%s", _("the list is empty: it has no page"));
	else
		snprintf(message, sizeof message,
			 ngettext("there is no page %lu: the list has %lu page",
				  "there is no page %lu: the list has %lu pages", pages),
			 w->page, pages);
	return cli_fail_text(cli, ERR_NO_PAGE, message, _(err_fix(ERR_NO_PAGE)));
}

static int of_ours(struct cli *cli, struct call *c, struct why *w, const struct period *period)
{
	json_t *out = NULL, *documents;
	bool paged = !w->all && (w->page != 0 || (!cli->json && !cli->plain));
	enum err e = ERR_OK;

	w->query.from_month = period->from.n;
	w->query.to_month = period->to.n;
	if (paged) {
		w->query.skip = (uint64_t)(w->page == 0 ? 0 : w->page - 1) * PAGE_ROWS;
		w->query.most = PAGE_ROWS + 1; /* one more tells that there are more */
	}
	/* a document that comes between the two questions is no fault */
	for (unsigned i = 0;
	     e == ERR_OK && (out == NULL || !is_as_counted(out, &w->query)) && i < 3; i++) {
		json_decref(out);
		out = NULL;
		e = ask_target(c, period, &out);
		if (e == ERR_OK)
			e = collect(c, &w->query, out);
	}
	if (e != ERR_OK) {
		json_decref(out);
		return err_exit_code(e);
	}
	if (!is_as_counted(out, &w->query))
		cli_warn(cli, "%s",
			 _("the counters say otherwise: prove them with: vanthu target recount"));
	documents = json_object_get(out, "documents");
	if (paged && w->page > 1 && json_array_size(documents) == 0) {
		json_decref(out);
		return fail_page(cli, c, w);
	}
	json_object_set_new(out, "more",
			    json_boolean(paged && json_array_size(documents) > PAGE_ROWS));
	while (paged && json_array_size(documents) > PAGE_ROWS)
		json_array_remove(documents, json_array_size(documents) - 1);
	return print(cli, out, w);
}

/* ---- of a committee below ---- */

static const char *const stand_words[] = { "", "own", "there", "late", "missing", "ended" };

static json_t *reporter_json(const Vanthu__V1__Reporter *r)
{
	unsigned stand = (unsigned)r->stand;
	const char *mend =
		r->stand == VANTHU__V1__REPORT_STAND__REPORT_STAND_LATE ||
				r->stand == VANTHU__V1__REPORT_STAND__REPORT_STAND_MISSING ||
				r->unfit_all > 0 || r->refused > 0
			? "vanthu target ask "
			: "";
	char command[128] = "";

	if (mend[0] != '\0')
		snprintf(command, sizeof command, "%s%s", mend, r->committee);
	return json_pack(
		"{s:s, s:o, s:s, s:o, s:o, s:I, s:o, s:o, s:I, s:o, s:o, s:I, s:o}", "committee",
		r->committee, "name", json_text_or_null(r->name), "report",
		stand < sizeof stand_words / sizeof stand_words[0] ? stand_words[stand] : "",
		"as_of", json_time(r->as_of_ms), "taken_at", json_time(r->taken_at_ms), "refused",
		(json_int_t)r->refused, "refused_why", json_code(r->refused_why), "refused_at",
		json_time(r->refused_at_ms), "unfit", (json_int_t)r->unfit_all, "checked_at",
		json_time(r->checked_at_ms), "mend", json_text_or_null(command), "again",
		(json_int_t)(r->again == NULL ? 0 : r->again->count), "again_through",
		json_text_or_null(r->again == NULL ? "" : r->again->through));
}

static const char *stand_sentence(const json_t *out)
{
	const char *stand = text_at(out, "report");

	if (strcmp(stand, "missing") == 0)
		return json_is_string(json_object_get(out, "as_of"))
			       ? _("nothing of this period has been reported yet")
			       : _("no report was ever taken");
	if (strcmp(stand, "late") == 0)
		return _("its last report is older than a day's may be");
	return strcmp(stand, "ended") == 0 ? _("it has ended; what it reported counts")
					   : _("its report is here");
}

static int print_committee(struct cli *cli, json_t *out)
{
	static const struct column head[] = {
		{ "title", N_("Committee"), FORMAT_TEXT, false },
		{ "sentence", N_("Report"), FORMAT_TEXT, false },
		{ "as_of", N_("Figures as of"), FORMAT_MINUTE, false },
		{ "refused", N_("Reports refused"), FORMAT_COUNT, false },
		{ "refused_why", N_("The last of them"), FORMAT_CODE, false },
		{ "refused_at", N_("Refused at"), FORMAT_MINUTE, false },
		{ "unfit", N_("Documents that do not fit"), FORMAT_COUNT, false },
		{ "checked_at", N_("Compared at"), FORMAT_MINUTE, false },
		{ NULL, NULL, FORMAT_TEXT, false },
	};
	json_t *documents = json_object_get(out, "documents");
	size_t named = json_array_size(documents);

	if (cli->json)
		return output_object(cli, out, NULL);
	if (!cli->plain) {
		json_object_set_new(
			out, "title",
			people_name_id(text_at(out, "name"), text_at(out, "committee")));
		json_object_set_new(out, "sentence", json_string(stand_sentence(out)));
		cli->renderer->object(cli, out, head);
	}
	if (cli->plain || named > 0)
		print_documents(cli, documents);
	if ((json_int_t)named < number_at(out, "unfit"))
		cli_hint(cli, _("These are the first %zu of %lld."), named,
			 (long long)number_at(out, "unfit"));
	if (number_at(out, "again") > 0)
		cli_hint(cli,
			 _("Old reports of it came again through %s (%lld in all); they are not "
			   "its fault."),
			 text_at(out, "again_through"), (long long)number_at(out, "again"));
	if (text_at(out, "mend")[0] != '\0')
		cli_hint(cli,
			 _("Ask it for a new report: %s. If that does not agree either, let it "
			   "count again: vanthu target recount --repair there"),
			 text_at(out, "mend"));
	json_decref(out);
	return 0;
}

static int of_committee(struct cli *cli, struct call *c, struct why *w, const struct period *period)
{
	struct figures_query query = { .from = period->from,
				       .to = period->to,
				       .committee = w->query.committee,
				       .alone = true };
	const Vanthu__V1__Reporter *reporter;
	struct figures figures = { .sums = NULL };
	json_t *out = NULL;
	enum err e = figures_ask(c, &query, &figures);

	reporter = e == ERR_OK ? figures_reporter(&figures, w->query.committee) : NULL;
	if (e == ERR_OK)
		out = reporter == NULL ? json_pack("{s:s}", "committee", w->query.committee)
				       : reporter_json(reporter);
	if (e == ERR_OK)
		e = collect(c, &w->query, out);
	figures_free(&figures);
	if (e != ERR_OK) {
		json_decref(out);
		return err_exit_code(e);
	}
	return print_committee(cli, out);
}

/* ---- the command ---- */

static bool read_options(struct cli *cli, struct why *w)
{
	const char *reason = cli_given(cli, "reason");

	vanthu__v1__why_query__init(&w->query);
	for (unsigned i = 1; reason != NULL && i < REASON_COUNT; i++) {
		if (strcmp(reason_words[i], reason) == 0)
			w->query.reason = (Vanthu__V1__WhyReason)i;
	}
	w->all = cli_given(cli, "all") != NULL;
	return target_given_direction(cli, &w->query.direction) &&
	       (target_given(cli, "page") == NULL || cli_number(cli, 1, PAGES_MAX, &w->page));
}

int target_why(struct cli *cli, const struct target_wanted *wanted)
{
	struct why w = { .page = 0 };
	struct call *c = NULL;
	struct period months;
	char *who = NULL;
	enum err e;
	int code;

	if (!read_options(cli, &w))
		return err_exit_code(ERR_USAGE);
	if (wanted->committee != NULL && (cli_given(cli, "reason") != NULL ||
					  cli_given(cli, "direction") != NULL || w.page != 0))
		return cli_wanted(cli,
				  _("--committee is of the documents that do not fit: no reason, "
				    "direction or page"),
				  "");
	e = call_open(cli, CLIENT_OFFICE, &c);
	if (e == ERR_OK)
		e = target_show_find(c, wanted, &months, &who);
	if (e == ERR_OK && who != NULL)
		w.query.committee = who;
	code = e != ERR_OK   ? err_exit_code(e)
	       : who != NULL ? of_committee(cli, c, &w, &months)
			     : of_ours(cli, c, &w, &months);
	call_close(c);
	free(who);
	return code;
}
