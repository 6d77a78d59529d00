/* See tree_file.h. Keys that are not known are faults: a misspelt one would be a committee without
 * a superior. */
#include "tools/registry/tree_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/config/config.h"
#include "routing/base/committee_id.h"
#include "routing/base/endpoint.h"
#include "routing/rules/rules.h"
#include "routing/base/visible.h"
#include "tools/base/text.h"

enum { COMMITTEES_MAX = 100000 };

struct loading {
	struct arena *arena;
	struct config_errors *errors;
	struct tree_list *out;
};

static void fault(struct loading *l, const struct yaml_node *at, const char *what,
		  const char *value)
{
	config_errors_add(l->errors, at->line, at->column, "%s: %s", value, what);
}

/* A key that is none: where it stands, not what it is for. */
static void fault_of_key(struct loading *l, const struct yaml_node *n, const char *what)
{
	config_errors_add(l->errors, n->key_line, n->key_column, "%s: %s", n->key, what);
}

/* False: the fault was reported, and *out is "". */
static bool scalar(struct loading *l, const struct yaml_node *n, size_t max_bytes, const char **out)
{
	const char *wrong = NULL;
	char *nfc = NULL;

	*out = "";
	if (n->type != YAML_SCALAR)
		wrong = _("one value is wanted");
	else if ((nfc = text_entry(n->value)) == NULL || strlen(nfc) > max_bytes)
		wrong = _("too long, or not UTF-8");
	else if (visible_fault(nfc) != 0)
		wrong = _("has a character that nobody sees");
	if (wrong != NULL)
		fault(l, n, wrong, n->key);
	else
		*out = arena_text(l->arena, nfc, strlen(nfc));
	free(nfc);
	*out = *out == NULL ? "" : *out;
	return wrong == NULL;
}

static void read_id(struct loading *l, const struct yaml_node *n, struct committee_id *out)
{
	const char *text;

	if (scalar(l, n, 256, &text) && id_parse(text, strlen(text), out) != ERR_OK)
		fault(l, n,
		      _("not a committee id (a-z, 0-9 and -, at most 32; superior, subordinates, "
			"subtree, all and registry are reserved)"),
		      text);
}

static void read_day(struct loading *l, const struct yaml_node *n, text_t *out)
{
	char date[11];

	if (!scalar(l, n, DATE_MAX, out))
		return;
	if (!text_date(*out, date)) {
		fault(l, n, _("not a date: YYYY-MM-DD"), *out);
		return;
	}
	/* as the directory has it, however it was written */
	*out = arena_text(l->arena, date, strlen(date));
	*out = *out == NULL ? "" : *out;
}

/* "G15", or {code: G15, from: 2020-07-22, until: …}. */
static void read_organ(struct loading *l, const struct yaml_node *n, struct rec_committee *c,
		       struct organ_days *days)
{
	text_t *codes = (text_t *)(uintptr_t)c->organ_ids;

	if (n->type != YAML_MAP) {
		scalar(l, n, COMMITTEE_ID_MAX, &codes[c->organ_id_count++]);
		return;
	}
	*days = (struct organ_days){ .code = "", .from = "", .until = "" };
	for (const struct yaml_node *each = n->first; each != NULL; each = each->next) {
		if (strcmp(each->key, "code") == 0)
			scalar(l, each, COMMITTEE_ID_MAX, &days->code);
		else if (strcmp(each->key, "from") == 0)
			read_day(l, each, &days->from);
		else if (strcmp(each->key, "until") == 0)
			read_day(l, each, &days->until);
		else
			fault_of_key(l, each, _("no such key; code, from and until are"));
	}
	if (days->code[0] == '\0')
		fault(l, n, _("code is wanted"), "organ_ids");
	codes[c->organ_id_count++] = days->code;
	if (days->from[0] != '\0' || days->until[0] != '\0')
		c->organ_count++;
}

static void read_organs(struct loading *l, const struct yaml_node *n, struct rec_committee *c)
{
	struct organ_days *days;
	uint32_t count = 0;

	for (const struct yaml_node *each = n->first; each != NULL; each = each->next)
		count++;
	c->organ_ids = arena_array(l->arena, count, sizeof *c->organ_ids);
	days = arena_array(l->arena, count, sizeof *days);
	if (n->type != YAML_LIST || c->organ_ids == NULL || days == NULL || count > 16) {
		c->organ_ids = NULL;
		fault(l, n, _("a list of at most 16 codes is wanted"), n->key);
		return;
	}
	c->organs = days;
	for (const struct yaml_node *each = n->first; each != NULL; each = each->next)
		read_organ(l, each, c, &days[c->organ_count]);
}

static void read_term(struct loading *l, const struct yaml_node *n, struct rec_committee *c)
{
	for (const struct yaml_node *each = n->first; each != NULL; each = each->next) {
		if (strcmp(each->key, "name") == 0) {
			scalar(l, each, SYMBOL_MAX, &c->term_name);
		} else if (strcmp(each->key, "from") == 0) {
			read_day(l, each, &c->term_from);
		} else {
			fault_of_key(l, each, _("no such key; name and from are"));
		}
	}
}

static void read_value(struct loading *l, const struct yaml_node *n, struct rec_committee *c)
{
	if (strcmp(n->key, "id") == 0) {
		read_id(l, n, &c->id);
	} else if (strcmp(n->key, "superior") == 0) {
		read_id(l, n, &c->superior);
	} else if (strcmp(n->key, "name") == 0) {
		scalar(l, n, COMMITTEE_NAME_MAX, &c->name);
	} else if (strcmp(n->key, "symbol") == 0) {
		scalar(l, n, SYMBOL_MAX, &c->symbol);
	} else if (strcmp(n->key, "endpoint") == 0) {
		if (scalar(l, n, ENDPOINT_MAX, &c->endpoint) && !endpoint_valid(c->endpoint, false))
			fault(l, n, _("not tcp://HOST:PORT"), c->endpoint);
	} else if (strcmp(n->key, "organ_ids") == 0) {
		read_organs(l, n, c);
	} else if (strcmp(n->key, "seal") == 0) {
		const char *seal;
		bool read = scalar(l, n, 8, &seal);

		c->no_seal = strcmp(seal, "false") == 0;
		if (read && !c->no_seal && strcmp(seal, "true") != 0)
			fault(l, n, _("true or false is wanted"), n->key);
	} else if (strcmp(n->key, "level") == 0) {
		if (scalar(l, n, SYMBOL_MAX, &c->level) &&
		    !competence_is_committee(competence_level_of(c->level)))
			fault(l, n,
			      _("no such level; central, provincial, above-base, base and "
				"chi-bo are"),
			      c->level);
	} else if (strcmp(n->key, "term") == 0 && n->type == YAML_MAP) {
		read_term(l, n, c);
	} else {
		fault_of_key(
			l, n,
			_("no such key; id, name, symbol, superior, endpoint, organ_ids, seal, "
			  "level and term are"));
	}
}

static void read_committee(struct loading *l, const struct yaml_node *n, struct rec_committee *c)
{
	static const char *const wanted[] = { "id", "name", "symbol" };

	*c = (struct rec_committee){
		.name = "", .symbol = "", .endpoint = "", .term_name = "", .term_from = ""
	};
	if (n->type != YAML_MAP) {
		fault(l, n, _("id, name and symbol are wanted"), "committees");
		return;
	}
	for (const struct yaml_node *each = n->first; each != NULL; each = each->next)
		read_value(l, each, c);
	for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
		const struct yaml_node *value = yaml_child(n, wanted[i]);

		if (value == NULL || (value->type == YAML_SCALAR && visible_blank(value->value)))
			fault(l, n, _("missing"), wanted[i]);
	}
}

static void read_all(struct loading *l, const struct yaml_node *root)
{
	const struct yaml_node *list =
	    root == NULL || root->type != YAML_MAP ? NULL : yaml_child(root, "committees");
	uint32_t count = 0;

	if (list == NULL || list->type != YAML_LIST || list->first == NULL) {
		config_errors_add(l->errors, root == NULL ? 1 : root->line, 1, "%s",
				  _("committees: a list of committees is wanted"));
		return;
	}
	for (const struct yaml_node *n = list->first; n != NULL; n = n->next)
		count++;
	l->out->committees = count > COMMITTEES_MAX
				 ? NULL
				 : arena_array(l->arena, count, sizeof *l->out->committees);
	if (l->out->committees == NULL) {
		fault(l, list, _("too many"), "committees");
		return;
	}
	for (const struct yaml_node *n = list->first; n != NULL; n = n->next) {
		struct rec_committee *c = &l->out->committees[l->out->count];

		read_committee(l, n, c);
		for (uint32_t i = 0; i < l->out->count && count <= 1000; i++) {
			if (id_equal(l->out->committees[i].id, c->id))
				fault(l, n, _("is there twice"), c->id.text);
		}
		l->out->count++;
	}
}

static enum err finish(struct cli *cli, const char *name, enum err e,
		       const struct config_errors *errors)
{
	char message[512];

	if (e == ERR_OK && errors->count == 0)
		return ERR_OK;
	if (errors->count == 0) {
		cli_fail_file(cli, e, name);
		return e;
	}
	for (unsigned i = 1; i < errors->count && i < CONFIG_ERRORS_MAX && !cli->json; i++)
		cli_fault_line(name, &errors->list[i]);
	snprintf(message, sizeof message, "%s:%u:%u: %s", name, errors->list[0].line,
		 errors->list[0].column, errors->list[0].text);
	cli_fail_text(cli, ERR_BAD_TREE, message, _(err_fix(ERR_BAD_TREE)));
	return ERR_BAD_TREE;
}

static enum err load(struct cli *cli, struct loading *l, const char *name, struct yaml_file *file,
		     enum err e)
{
	memset(l->out, 0, sizeof *l->out);
	if (e == ERR_OK)
		read_all(l, yaml_file_root(file));
	yaml_file_free(file);
	return finish(cli, name, e, l->errors);
}

enum err tree_file_load(struct cli *cli, struct arena *a, const char *path, struct tree_list *out)
{
	struct config_errors *errors = calloc(1, sizeof *errors);
	struct loading l = { .arena = a, .errors = errors, .out = out };
	struct yaml_file *file = NULL;
	enum err e;

	if (errors == NULL)
		return ERR_NO_MEMORY;
	e = yaml_file_read(path, &file, errors);
	e = load(cli, &l, path, file, e);
	free(errors);
	return e;
}

enum err tree_text_load(struct cli *cli, struct arena *a, const char *text, struct tree_list *out)
{
	struct config_errors *errors = calloc(1, sizeof *errors);
	struct loading l = { .arena = a, .errors = errors, .out = out };
	struct yaml_file *file = NULL;
	enum err e;

	if (errors == NULL)
		return ERR_NO_MEMORY;
	e = yaml_text_read((struct blob){ (const uint8_t *)text, strlen(text) }, &file, errors);
	e = load(cli, &l, "tree", file, e);
	free(errors);
	return e;
}
