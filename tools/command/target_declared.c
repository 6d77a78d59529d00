/* See target_declared.h. */
#include "tools/command/target_declared.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "routing/target/target.h"
#include "tools/client/client.h"
#include "tools/output/output.h"

enum { LABEL_BYTES = 400 };

/* ---- texts ---- */

/* There are two languages (daemon/base/i18n.h); what the table says in both stands there. */
static bool is_vietnamese(void)
{
	return _(".")[0] == ',';
}

static const char *text_of(const json_t *o, const char *key)
{
	const char *text = json_string_value(json_object_get(o, key));

	return text == NULL ? "" : text;
}

static long long number_of(const json_t *o, const char *key)
{
	return (long long)json_integer_value(json_object_get(o, key));
}

void target_declared_fraction(struct cli *cli, const json_t *o, const char *done, const char *all,
			      char *out, size_t size_bytes)
{
	long long n = number_of(o, done), of = number_of(o, all);
	json_t *share = target_share_json((uint64_t)n, (uint64_t)of);
	char percent[32];

	out[0] = '\0';
	output_format(cli, share, FORMAT_PERCENT, true, percent, sizeof percent);
	if (of > 0)
		snprintf(out, size_bytes, "%lld/%lld (%s)", n, of, percent);
	json_decref(share);
}

json_t *target_declared_json(const Vanthu__V1__Declared *d)
{
	if (d == NULL)
		return json_null();
	return json_pack("{s:s, s:I, s:I, s:o, s:s, s:o, s:o}", "target", d->name, "done",
			 (json_int_t)d->done, "all", (json_int_t)d->all, "share",
			 target_share_json(d->done, d->all), "as_of", d->as_of, "person",
			 json_text_or_null(d->person), "declared_at", json_time(d->at_ms));
}

/* ---- declared: who, in the tree ---- */

/* A committee as it stands with one target. */
struct node {
	const Vanthu__V1__Reporter *who;
	const Vanthu__V1__Declared *said; /* NULL: it has not declared */
	size_t parent, child, sibling;	  /* 0: none; the root is node 0 */
	uint64_t done, all;		  /* with all below it */
	unsigned declared, missing;
};

static bool has_ended(const Vanthu__V1__Reporter *r)
{
	return r->stand == VANTHU__V1__REPORT_STAND__REPORT_STAND_ENDED;
}

static const Vanthu__V1__Declared *find_said(const Vanthu__V1__Reporter *r, const char *target)
{
	for (size_t i = 0; i < r->n_declared; i++) {
		if (strcmp(r->declared[i]->name, target) == 0)
			return r->declared[i];
	}
	return NULL;
}

/* Reporters come level by level, so that a superior stands before its subordinates, and those of
 * one before those of the next. */
static void link_nodes(struct node *nodes, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		size_t at = nodes[i - 1].parent;

		while (at < i && strcmp(nodes[at].who->committee, nodes[i].who->superior) != 0)
			at++;
		nodes[i].parent = at < i ? at : 0;
	}
	for (size_t i = count; i-- > 1;) {
		struct node *above = &nodes[nodes[i].parent];

		nodes[i].sibling = above->child;
		above->child = i;
	}
}

/* Where a committee is today it is summed: a state, and no flow. One that has ended has none. */
static void sum_nodes(struct node *nodes, size_t count, const char *target)
{
	for (size_t i = count; i-- > 0;) {
		struct node *n = &nodes[i], *above = &nodes[n->parent];

		n->said = find_said(n->who, target);
		if (n->said != NULL && !has_ended(n->who)) {
			n->done += n->said->done;
			n->all += n->said->all;
			n->declared++;
		} else if (!has_ended(n->who)) {
			n->missing++;
		}
		if (i == 0)
			break;
		above->done += n->done;
		above->all += n->all;
		above->declared += n->declared;
		above->missing += n->missing;
	}
}

/* The next one in the order of the tree; 0: no more. */
static size_t next_node(const struct node *nodes, size_t at)
{
	if (nodes[at].child != 0)
		return nodes[at].child;
	while (at != 0 && nodes[at].sibling == 0)
		at = nodes[at].parent;
	return nodes[at].sibling;
}

static const char *state_of(const struct node *n)
{
	if (has_ended(n->who))
		return "ended";
	if (n->said != NULL)
		return "declared";
	return n->who->stand == VANTHU__V1__REPORT_STAND__REPORT_STAND_MISSING ? "no-report"
									       : "not-declared";
}

static json_t *node_json(const struct node *n)
{
	const Vanthu__V1__Declared *d = n->said;
	json_t *row =
		json_pack("{s:s, s:s, s:o, s:I, s:s, s:o}", "committee", n->who->committee, "name",
			  n->who->name, "superior", json_text_or_null(n->who->superior), "depth",
			  (json_int_t)n->who->depth, "state", state_of(n), "reported_at",
			  json_time(n->who->as_of_ms));

	json_object_set_new(row, "done",
			    d == NULL ? json_null() : json_integer((json_int_t)d->done));
	json_object_set_new(row, "all", d == NULL ? json_null() : json_integer((json_int_t)d->all));
	json_object_set_new(row, "share",
			    d == NULL ? json_null() : target_share_json(d->done, d->all));
	json_object_set_new(row, "as_of", json_text_or_null(d == NULL ? "" : d->as_of));
	json_object_set_new(row, "person", json_text_or_null(d == NULL ? "" : d->person));
	json_object_set_new(row, "declared_at", json_time(d == NULL ? 0 : d->at_ms));
	json_object_set_new(row, "subtree",
			    json_pack("{s:I, s:I, s:o, s:I, s:I}", "done", (json_int_t)n->done,
				      "all", (json_int_t)n->all, "share",
				      target_share_json(n->done, n->all), "declared",
				      (json_int_t)n->declared, "missing", (json_int_t)n->missing));
	json_object_set_new(row, "leaf", json_boolean(n->child == 0));
	return row;
}

static json_t *goal_json(const Vanthu__V1__TargetGoal *g)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:f, s:s, s:s}", "id", g->id, "name_vi",
			 g->name_vi, "name_en", g->name_en, "unit_vi", g->unit_vi, "unit_en",
			 g->unit_en, "line", (double)g->share / TARGET_WHOLE, "from", g->from,
			 "source", g->source);
}

/* Adds to a target what is known of it. */
static void fill_target(json_t *target, const struct figures *f)
{
	struct node *nodes = calloc(f->reporter_count + 1, sizeof *nodes);
	json_t *by = json_array();
	uint64_t line =
		(uint64_t)(json_real_value(json_object_get(target, "line")) * TARGET_WHOLE + 0.5);

	if (nodes == NULL)
		abort();
	for (size_t i = 0; i < f->reporter_count; i++)
		nodes[i].who = f->reporters[i];
	if (f->reporter_count > 0) {
		link_nodes(nodes, f->reporter_count);
		sum_nodes(nodes, f->reporter_count, text_of(target, "id"));
		json_array_append_new(by, node_json(&nodes[0]));
	}
	for (size_t i = 0; f->reporter_count > 0 && (i = next_node(nodes, i)) != 0;)
		json_array_append_new(by, node_json(&nodes[i]));
	json_object_set_new(target, "done", json_integer((json_int_t)nodes[0].done));
	json_object_set_new(target, "all", json_integer((json_int_t)nodes[0].all));
	json_object_set_new(target, "share", target_share_json(nodes[0].done, nodes[0].all));
	json_object_set_new(target, "declared", json_integer(nodes[0].declared));
	json_object_set_new(target, "missing", json_integer(nodes[0].missing));
	/* not before all have declared */
	json_object_set_new(target, "reached",
			    json_boolean(nodes[0].missing == 0 && nodes[0].all > 0 &&
					 nodes[0].done * TARGET_WHOLE >= line * nodes[0].all));
	json_object_set_new(target, "by", by);
	free(nodes);
}

static const json_t *find_target(const json_t *targets, const char *id)
{
	json_t *each;
	size_t i;

	json_array_foreach(targets, i, each)
	{
		if (strcmp(text_of(each, "id"), id) == 0)
			return each;
	}
	return NULL;
}

/* What committees declared of targets that our office's table does not have, or not today. */
static json_t *others_json(const struct figures *f, const json_t *targets)
{
	json_t *out = json_array();

	for (size_t i = 0; i < f->reporter_count; i++) {
		const Vanthu__V1__Reporter *r = f->reporters[i];

		for (size_t k = 0; k < r->n_declared; k++) {
			json_t *row;

			if (find_target(targets, r->declared[k]->name) != NULL)
				continue;
			row = target_declared_json(r->declared[k]);
			json_object_set_new(row, "committee", json_string(r->committee));
			json_object_set_new(row, "name", json_string(r->name));
			json_array_append_new(out, row);
		}
	}
	return out;
}

/* ---- declared: asking ---- */

static enum err ask_goals(struct call *c, bool history, json_t *targets, json_t *made)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__DeclarationsQuery query = VANTHU__V1__DECLARATIONS_QUERY__INIT;
	Vanthu__V1__Reply *reply;
	enum err e;

	query.history = history;
	request.what_case = VANTHU__V1__REQUEST__WHAT_DECLARATIONS;
	request.declarations = &query;
	e = call_send(c, &request);
	if (e != ERR_OK)
		return call_fail(c, e, NULL);
	while ((e = call_row(c, VANTHU__V1__REPLY__WHAT_DECLARATION, &reply)) == ERR_OK) {
		const Vanthu__V1__DeclarationLine *line = reply->declaration;

		if (line->what_case == VANTHU__V1__DECLARATION_LINE__WHAT_GOAL &&
		    line->goal->in_force)
			json_array_append_new(targets, goal_json(line->goal));
		if (line->what_case == VANTHU__V1__DECLARATION_LINE__WHAT_MADE &&
		    line->made->said != NULL) {
			json_t *row = target_declared_json(line->made->said);

			json_object_set_new(row, "uid", json_integer(line->made->uid));
			json_array_append_new(made, row);
		}
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err target_declared_targets(struct call *c, const struct figures *f, json_t **out)
{
	json_t *targets = json_array(), *each;
	enum err e = ask_goals(c, false, targets, NULL);
	size_t i;

	json_array_foreach(targets, i, each)
	{
		fill_target(each, f);
		json_object_del(each, "by");
	}
	*out = targets;
	return e;
}

/* ---- declared: for people ---- */

static void sentence(struct cli *cli, const json_t *target, char *out, size_t size_bytes)
{
	long long missing = number_of(target, "missing"),
		  all = missing + number_of(target, "declared");
	const json_t *line = json_object_get(target, "line");
	char share[32], line_text[32], said[100];
	bool fine = (unsigned)(json_real_value(line) * TARGET_WHOLE + 0.5) % 10 != 0;
	enum format format = fine ? FORMAT_PERCENT_FINE : FORMAT_PERCENT;
	bool below;

	output_format(cli, json_object_get(target, "share"), format, true, share, sizeof share);
	output_format(cli, line, format, true, line_text, sizeof line_text);
	below = json_real_value(json_object_get(target, "share")) < json_real_value(line);
	if (number_of(target, "all") == 0)
		snprintf(said, sizeof said, _("nobody has declared (line %s)"), line_text);
	else if (below)
		snprintf(said, sizeof said, _("%s ✗ below the line of %s"), share, line_text);
	else if (missing > 0)
		snprintf(said, sizeof said, _("%s of what is declared (line %s)"), share,
			 line_text);
	else
		snprintf(said, sizeof said, _("%s ✓ reaches the line of %s"), share, line_text);
	snprintf(out, size_bytes, _("%s; %lld of %lld have declared"), said, all - missing, all);
}

static const char *target_name(const json_t *target)
{
	return text_of(target, is_vietnamese() ? "name_vi" : "name_en");
}

static void add_sentences(struct cli *cli, json_t *targets)
{
	char text[256];
	json_t *each;
	size_t i;

	json_array_foreach(targets, i, each)
	{
		sentence(cli, each, text, sizeof text);
		json_object_set_new(each, "sentence", json_string(text));
		json_object_set_new(each, "called", json_string(target_name(each)));
		target_declared_fraction(cli, each, "done", "all", text, sizeof text);
		if (strchr(text, '(') != NULL)
			*strchr(text, '(') = '\0';
		json_object_set_new(each, "sum", json_text_or_null(text));
		json_object_set_new(
			each, "unit",
			json_string(text_of(each, is_vietnamese() ? "unit_vi" : "unit_en")));
	}
}

void target_declared_summary(struct cli *cli, json_t *targets)
{
	static const struct column columns[] = {
		{ "called", N_("Target"), FORMAT_TEXT, true },
		{ "sum", N_("Done"), FORMAT_TEXT, false },
		{ "unit", N_("Unit"), FORMAT_TEXT, true },
		{ "sentence", N_("Share"), FORMAT_TEXT, true },
		{ NULL, NULL, FORMAT_TEXT, false },
	};
	long long declared = 0;
	json_t *each;
	size_t i;

	json_array_foreach(targets, i, each) declared += number_of(each, "declared");
	if (declared == 0)
		return;
	add_sentences(cli, targets);
	cli->renderer->heading(cli, _("Other targets of the plan"));
	cli->renderer->list(cli, targets, columns);
}

static void state_words(struct cli *cli, const json_t *row, char *out, size_t size_bytes)
{
	const char *state = text_of(row, "state");
	char said[100];

	target_declared_fraction(cli, row, "done", "all", said, sizeof said);
	if (strcmp(state, "ended") == 0)
		snprintf(out, size_bytes, "%s", _("ended: not summed"));
	else if (strcmp(state, "no-report") == 0)
		snprintf(out, size_bytes, "%s", _("✗ no report"));
	else if (strcmp(state, "not-declared") == 0)
		snprintf(out, size_bytes, "%s", _("✗ not declared"));
	else
		snprintf(out, size_bytes, "✓ %s", said);
}

/* Lines, for a table cuts blanks off at the beginning. */
static void add_words(struct cli *cli, json_t *row)
{
	const json_t *sums = json_object_get(row, "subtree");
	char text[LABEL_BYTES] = "", below[100];
	long long has = number_of(sums, "declared"), depth = number_of(row, "depth");

	for (long long i = 0; i < depth && i < 8; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text), "%s",
			 i == 0 ? "└─" : "──");
	snprintf(text + strlen(text), sizeof text - strlen(text), "%s%.300s", depth > 0 ? " " : "",
		 text_of(row, "name")[0] != '\0' ? text_of(row, "name")
						 : text_of(row, "committee"));
	json_object_set_new(row, "label", json_string(text));
	state_words(cli, row, text, sizeof text);
	json_object_set_new(row, "word", json_string(text));
	if (json_is_true(json_object_get(row, "leaf")))
		return;
	target_declared_fraction(cli, sums, "done", "all", below, sizeof below);
	json_object_set_new(row, "below", json_text_or_null(below));
	snprintf(text, sizeof text, "%lld/%lld", has, has + number_of(sums, "missing"));
	json_object_set_new(row, "have", json_string(text));
}

static void print_tree(struct cli *cli, json_t *target, bool missing)
{
	static const struct column tree[] = {
		{ "label", N_("Committee"), FORMAT_TEXT, true },
		{ "word", N_("Declared"), FORMAT_TEXT, false },
		{ "as_of", N_("As of"), FORMAT_DATE, false },
		{ "person", N_("By"), FORMAT_TEXT, true },
		{ "below", N_("With those below"), FORMAT_TEXT, false },
		{ "have", N_("Have declared"), FORMAT_TEXT, false },
		{ NULL, NULL, FORMAT_TEXT, false },
	};
	static const struct column absent[] = {
		{ "committee", N_("Id"), FORMAT_TEXT, false },
		{ "name", N_("Committee"), FORMAT_TEXT, true },
		{ "word", N_("State"), FORMAT_TEXT, false },
		{ "reported_at", N_("Last report"), FORMAT_MINUTE, false },
		{ NULL, NULL, FORMAT_TEXT, false },
	};
	char heading[LABEL_BYTES];
	json_t *each, *by = json_object_get(target, "by");
	size_t i;

	snprintf(heading, sizeof heading, "%s (%s): %s%s%s", target_name(target),
		 text_of(target, "id"), text_of(target, "sum"),
		 number_of(target, "all") > 0 ? text_of(target, "unit") : "",
		 number_of(target, "all") > 0 ? ", " : "");
	snprintf(heading + strlen(heading), sizeof heading - strlen(heading), "%s",
		 text_of(target, "sentence"));
	json_array_foreach(by, i, each) add_words(cli, each);
	cli->renderer->heading(cli, heading);
	if (json_array_size(by) > 0)
		cli->renderer->list(cli, by, missing ? absent : tree);
}

static void print_others(struct cli *cli, const json_t *others)
{
	static const struct column columns[] = {
		{ "target", N_("Target"), FORMAT_TEXT, false },
		{ "name", N_("Committee"), FORMAT_TEXT, true },
		{ "done", N_("Done"), FORMAT_COUNT, false },
		{ "all", N_("All"), FORMAT_COUNT, false },
		{ "share", N_("Share"), FORMAT_PERCENT, false },
		{ "as_of", N_("As of"), FORMAT_DATE, false },
		{ NULL, NULL, FORMAT_TEXT, false },
	};

	if (json_array_size(others) == 0)
		return;
	cli->renderer->heading(cli, _("Not in the list of this office, or not today"));
	cli->renderer->list(cli, others, columns);
}

/* With --plain: every row in one table. */
static void print_plain(struct cli *cli, const json_t *targets)
{
	static const struct column columns[] = {
		{ "target", "target", FORMAT_TEXT, false },
		{ "committee", "committee", FORMAT_TEXT, false },
		{ "state", "state", FORMAT_TEXT, false },
		{ "done", "done", FORMAT_COUNT, false },
		{ "all", "all", FORMAT_COUNT, false },
		{ "as_of", "as_of", FORMAT_TEXT, false },
		{ "person", "person", FORMAT_TEXT, false },
		{ "declared_at", "declared_at", FORMAT_TEXT, false },
		{ "subtree_done", "subtree_done", FORMAT_COUNT, false },
		{ "subtree_all", "subtree_all", FORMAT_COUNT, false },
		{ "subtree_declared", "subtree_declared", FORMAT_COUNT, false },
		{ "subtree_missing", "subtree_missing", FORMAT_COUNT, false },
		{ NULL, NULL, FORMAT_TEXT, false },
	};
	static const char *const sums[] = { "done", "all", "declared", "missing" };
	json_t *rows = json_array(), *target, *each;
	size_t i, k;

	json_array_foreach(targets, i, target)
	{
		json_array_foreach(json_object_get(target, "by"), k, each)
		{
			json_object_set(each, "target", json_object_get(target, "id"));
			for (size_t n = 0; n < sizeof sums / sizeof sums[0]; n++) {
				char key[32];

				snprintf(key, sizeof key, "subtree_%s", sums[n]);
				json_object_set(
					each, key,
					json_object_get(json_object_get(each, "subtree"), sums[n]));
			}
			json_array_append(rows, each);
		}
	}
	output_list(cli, rows, columns);
}

static void print_history(struct cli *cli, const json_t *made)
{
	static const struct column columns[] = {
		{ "target", N_("Target"), FORMAT_TEXT, false },
		{ "done", N_("Done"), FORMAT_COUNT, false },
		{ "all", N_("All"), FORMAT_COUNT, false },
		{ "share", N_("Share"), FORMAT_PERCENT, false },
		{ "as_of", N_("As of"), FORMAT_DATE, false },
		{ "person", N_("By"), FORMAT_TEXT, true },
		{ "declared_at", N_("Declared on"), FORMAT_MINUTE, false },
		{ NULL, NULL, FORMAT_TEXT, false },
	};

	cli->renderer->list(cli, made, columns);
	if (json_array_size(made) == 0)
		cli_hint(cli, "%s",
			 _("Nothing is declared yet: vanthu target declare NAME DONE/ALL --as-of "
			   "DATE"));
}

static void keep_missing(json_t *target)
{
	json_t *by = json_object_get(target, "by");

	for (size_t i = json_array_size(by); i-- > 0;) {
		const char *state = text_of(json_array_get(by, i), "state");

		if (strcmp(state, "declared") == 0 || strcmp(state, "ended") == 0)
			json_array_remove(by, i);
	}
}

static void print_declared(struct cli *cli, json_t *out, bool missing)
{
	json_t *targets = json_object_get(out, "targets"), *each;
	size_t i;

	if (cli->json) {
		cli->renderer->object(cli, out, NULL);
		return;
	}
	if (cli->plain) {
		print_plain(cli, targets);
		return;
	}
	add_sentences(cli, targets);
	json_array_foreach(targets, i, each) print_tree(cli, each, missing);
	if (!missing)
		print_others(cli, json_object_get(out, "others"));
	fflush(stdout);
}

int target_declared_show(struct cli *cli)
{
	const bool missing = cli_given(cli, "missing") != NULL,
		   history = cli_given(cli, "history") != NULL;
	struct figures f = { .reporter_count = 0 };
	struct figures_query query = { .committee = "" };
	json_t *targets = json_array(), *made = json_array(), *out, *each;
	struct call *c = NULL;
	size_t i;
	enum err e;

	e = call_open(cli, CLIENT_READ, &c);
	if (e == ERR_OK)
		e = ask_goals(c, history, targets, made);
	if (e == ERR_OK && !history)
		e = figures_ask(c, &query, &f);
	call_close(c);
	if (e == ERR_OK && history && cli->json)
		cli->renderer->list(cli, made, NULL);
	else if (e == ERR_OK && history)
		print_history(cli, made);
	if (e == ERR_OK && !history) {
		json_array_foreach(targets, i, each)
		{
			fill_target(each, &f);
			if (missing)
				keep_missing(each);
		}
		out = json_pack("{s:O, s:o}", "targets", targets, "others",
				others_json(&f, targets));
		print_declared(cli, out, missing);
		json_decref(out);
	}
	figures_free(&f);
	json_decref(targets);
	json_decref(made);
	return err_exit_code(e);
}

void target_declared_name(json_t *targets)
{
	json_t *each;
	size_t i;

	json_array_foreach(targets, i, each)
		json_object_set_new(each, "name", json_string(target_name(each)));
}
