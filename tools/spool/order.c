/* See order.h. */
#include "tools/spool/order.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/base/i18n.h"
#include "daemon/config/config.h"

enum value { VALUE_TEXT, VALUE_LIST, VALUE_FLAG, VALUE_FILES };

/* The options of `vanthu send` (tools/command/send_order.c), as tests/system/spool.bats compares,
 * but --wait: the result does not wait, and receipts are told in in/receipts; and but --edxml,
 * which is for what comes from an edXML file: such a file is an order itself. */
static const struct {
	const char *name;
	enum value value;
} keys[] = {
	{ "to", VALUE_LIST },	       { "type", VALUE_TEXT },	      { "number", VALUE_TEXT },
	{ "subject", VALUE_TEXT },     { "urgency", VALUE_TEXT },     { "secrecy", VALUE_TEXT },
	{ "due", VALUE_TEXT },	       { "reply-to", VALUE_TEXT },    { "update", VALUE_TEXT },
	{ "replace", VALUE_TEXT },     { "finish", VALUE_FLAG },      { "no-finish", VALUE_FLAG },
	{ "date", VALUE_TEXT },	       { "signer", VALUE_TEXT },      { "position", VALUE_TEXT },
	{ "competence", VALUE_TEXT },  { "term", VALUE_TEXT },	      { "note", VALUE_TEXT },
	{ "paper-copies", VALUE_TEXT }, { "id", VALUE_TEXT },	      { "strict", VALUE_FLAG },
	{ "foreign-id", VALUE_TEXT },  { "publish", VALUE_FLAG },     { "files", VALUE_FILES },
};
enum { KEYS = sizeof keys / sizeof keys[0] };
_Static_assert((int)KEYS <= (int)ORDER_OPTIONS_MAX, "too_many_keys");

struct reading {
	struct spool_order *order;
	struct spool_fault *fault;
	enum err err;
};

static void at(struct reading *r, const struct yaml_node *n)
{
	r->err = r->fault->err;
	r->fault->line = n->line;
	r->fault->column = n->column;
}

static void no_memory(struct reading *r)
{
	*r->fault = (struct spool_fault){ .err = ERR_NO_MEMORY };
	r->err = ERR_NO_MEMORY;
}

bool spool_order_ends(const char *name, const char *ending)
{
	size_t len = strlen(name), end = strlen(ending);

	return len >= end && strcasecmp(name + len - end, ending) == 0;
}

static bool means_something(const char *name)
{
	static const char *const endings[] = { ".yaml",	 ".edxml", ".ready",
					       ".tmp",	 ".part",  ".accepted.json",
					       ".refused.json", ".waiting.json" };

	for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
		if (spool_order_ends(name, endings[i]))
			return true;
	}
	return false;
}

bool spool_order_takes_path(const char *path)
{
	const char *part = path;
	unsigned depth = 0;

	if (strlen(path) >= ORDER_PATH_MAX || strchr(path, '\\') != NULL)
		return false;
	for (;;) {
		size_t len = strcspn(part, "/");

		if (len == 0 || len > NAME_MAX_BYTES || part[0] == '.')
			return false;
		if (part[len] == '\0')
			return !means_something(part);
		/* what was sent lies in these */
		if (depth == 0 && ((len == 4 && strncasecmp(part, "done", len) == 0) ||
				   (len == 7 && strncasecmp(part, "refused", len) == 0)))
			return false;
		if (++depth > ORDER_DEPTH_MAX)
			return false;
		part += len + 1;
	}
}

static const char *option_of(struct reading *r, const char *name, const char *value)
{
	size_t size = strlen(name) + strlen(value) + sizeof "--=";
	char *out = arena_alloc(r->order->arena, size);

	if (out == NULL) {
		no_memory(r);
		return NULL;
	}
	snprintf(out, size, "--%s%s%s", name, value[0] == '\0' ? "" : "=", value);
	return out;
}

static void add(struct reading *r, const char *name, const char *value)
{
	const char *option = option_of(r, name, value);

	if (option != NULL)
		r->order->options[r->order->option_count++] = option;
}

static void take_flag(struct reading *r, const char *name, const struct yaml_node *n)
{
	static const char *const yes[] = { "true", "yes" }, *const no[] = { "false", "no", "" };

	for (size_t i = 0; n->type == YAML_SCALAR && i < sizeof yes / sizeof yes[0]; i++) {
		if (strcasecmp(n->value, yes[i]) == 0) {
			add(r, name, "");
			return;
		}
	}
	for (size_t i = 0; n->type == YAML_SCALAR && i < sizeof no / sizeof no[0]; i++) {
		if (strcasecmp(n->value, no[i]) == 0)
			return;
	}
	spool_fault_set(r->fault, ERR_SPOOL_KEY, name, SAID_FLAG, name);
	at(r, n);
}

static void take_text(struct reading *r, const char *name, const struct yaml_node *n)
{
	if (n->type != YAML_SCALAR) {
		spool_fault_set(r->fault, ERR_SPOOL_KEY, name, SAID_ONE, name);
		at(r, n);
		return;
	}
	if (n->value[0] == '\0')
		return; /* a field that a form left empty */
	if (strcmp(name, "id") == 0)
		r->order->id = n->value;
	if (strcmp(name, "date") == 0)
		r->order->dated = true;
	add(r, name, n->value);
}

/* [a, b] is a,b, as on the command line. */
static void take_list(struct reading *r, const char *name, const struct yaml_node *n)
{
	size_t size = 1, len = 0;
	char *joined;

	if (n->type != YAML_LIST) {
		take_text(r, name, n);
		return;
	}
	for (const struct yaml_node *each = n->first; each != NULL; each = each->next) {
		if (each->type != YAML_SCALAR || each->value[0] == '\0') {
			spool_fault_set(r->fault, ERR_SPOOL_KEY, name, SAID_LIST, name);
			at(r, each);
			return;
		}
		size += strlen(each->value) + 1;
	}
	joined = arena_alloc(r->order->arena, size);
	if (joined == NULL) {
		no_memory(r);
		return;
	}
	joined[0] = '\0';
	for (const struct yaml_node *each = n->first; each != NULL; each = each->next)
		len += (size_t)snprintf(joined + len, size - len, "%s%s", len == 0 ? "" : ",",
					each->value);
	if (len > 0)
		add(r, name, joined);
}

static void take_file(struct reading *r, const struct yaml_node *n)
{
	struct spool_order *o = r->order;

	if (n->type != YAML_SCALAR || !spool_order_takes_path(n->value)) {
		spool_fault_set(r->fault, ERR_SPOOL_PATH, "files", SAID_PATH,
				n->type == YAML_SCALAR ? n->value : "[…]");
		at(r, n);
		return;
	}
	for (unsigned i = 0; i < o->file_count; i++) {
		if (strcasecmp(o->files[i], n->value) == 0) {
			spool_fault_set(r->fault, ERR_SPOOL_PATH, "files", SAID_FILE_TWICE,
					n->value);
			at(r, n);
			return;
		}
	}
	if (o->file_count == PARTS_MAX) {
		*r->fault = (struct spool_fault){ .err = ERR_TOO_MANY_ATTACHMENTS };
		at(r, n);
		return;
	}
	o->files[o->file_count] = arena_text(o->arena, n->value, strlen(n->value));
	if (o->files[o->file_count] == NULL)
		no_memory(r);
	else
		o->file_count++;
}

static void take_files(struct reading *r, const struct yaml_node *n)
{
	if (n->type == YAML_SCALAR && n->value[0] != '\0')
		take_file(r, n);
	for (const struct yaml_node *each = n->type == YAML_LIST ? n->first : NULL;
	     each != NULL && r->err == ERR_OK; each = each->next)
		take_file(r, each);
	if (r->err == ERR_OK && r->order->file_count == 0) {
		spool_fault_set(r->fault, ERR_SPOOL_KEY, "files", SAID_NO_FILES, "");
		at(r, n);
	}
}

/* Programs write reply_to where the option is --reply-to. */
static bool same_key(const char *key, const char *name)
{
	while (*key != '\0' && (*key == *name || (*key == '_' && *name == '-'))) {
		key++;
		name++;
	}
	return *key == *name;
}

static void take_key(struct reading *r, const struct yaml_node *n)
{
	unsigned i = 0;

	while (i < KEYS && !same_key(n->key, keys[i].name))
		i++;
	if (i == KEYS) {
		spool_fault_set(r->fault, ERR_SPOOL_KEY, n->key, SAID_NO_KEY, n->key);
		at(r, n);
		r->fault->line = n->key_line;
		r->fault->column = n->key_column;
		return;
	}
	switch (keys[i].value) {
	case VALUE_TEXT:
		take_text(r, keys[i].name, n);
		break;
	case VALUE_LIST:
		take_list(r, keys[i].name, n);
		break;
	case VALUE_FLAG:
		take_flag(r, keys[i].name, n);
		break;
	case VALUE_FILES:
		take_files(r, n);
		break;
	}
}

/* reply-to and reply_to are one. */
static void refuse_doubles(struct reading *r, const struct yaml_node *root)
{
	for (const struct yaml_node *n = root->first; n != NULL; n = n->next) {
		for (const struct yaml_node *m = root->first; m != n; m = m->next) {
			if (!same_key(n->key, m->key) && !same_key(m->key, n->key))
				continue;
			spool_fault_set(r->fault, ERR_SPOOL_KEY, n->key, SAID_KEY_TWICE, n->key);
			at(r, n);
			return;
		}
	}
}

static void take_root(struct reading *r, const struct yaml_node *root)
{
	if (root == NULL || root->type != YAML_MAP) {
		spool_fault_set(r->fault, ERR_SPOOL_ORDER, "", SAID_NO_KEYS, "");
		r->err = ERR_SPOOL_ORDER;
		return;
	}
	for (const struct yaml_node *n = root->first; n != NULL && r->err == ERR_OK; n = n->next)
		take_key(r, n);
	if (r->err == ERR_OK)
		refuse_doubles(r, root);
	if (r->err == ERR_OK && r->order->file_count == 0) {
		spool_fault_set(r->fault, ERR_SPOOL_KEY, "files", SAID_NO_FILES, "");
		r->err = ERR_SPOOL_KEY;
	}
}

static enum err read_yaml(struct blob text, struct yaml_file **out, struct spool_fault *fault)
{
	struct config_errors *errors = calloc(1, sizeof *errors);
	enum err e;

	*out = NULL;
	if (errors == NULL) {
		*fault = (struct spool_fault){ .err = ERR_NO_MEMORY };
		return ERR_NO_MEMORY;
	}
	e = yaml_text_read(text, out, errors);
	if (e == ERR_OK && errors->count > 0) {
		yaml_file_free(*out);
		*out = NULL;
		e = ERR_CONFIG;
	}
	if (e != ERR_OK) {
		spool_fault_set_text(fault, e == ERR_CONFIG ? ERR_SPOOL_ORDER : e,
				     errors->list[0].text);
		fault->line = errors->list[0].line;
		fault->column = errors->list[0].column;
	}
	free(errors);
	return fault->err;
}

enum err spool_order_read(struct blob text, struct spool_order *out, struct spool_fault *fault)
{
	struct reading r = { .order = out, .fault = fault };
	struct yaml_file *file;

	memset(out, 0, sizeof *out);
	memset(fault, 0, sizeof *fault);
	if (text.len_bytes > ORDER_MAX_BYTES) {
		fault->err = ERR_TOO_LARGE;
		return ERR_TOO_LARGE;
	}
	if (read_yaml(text, &file, fault) != ERR_OK)
		return fault->err;
	out->arena = arena_new(ORDER_MAX_BYTES * 4);
	if (out->arena == NULL)
		no_memory(&r);
	else
		take_root(&r, yaml_file_root(file));
	if (out->id != NULL)
		out->id = arena_text(out->arena, out->id, strlen(out->id));
	yaml_file_free(file);
	if (r.err != ERR_OK)
		spool_order_free(out);
	return r.err;
}

void spool_order_free(struct spool_order *o)
{
	arena_destroy(o->arena);
	memset(o, 0, sizeof *o);
}
