/* One table of keys drives everything about the configuration; see config.h. The table:
 * rows.c. */
#include "daemon/config/config.h"

#include <assert.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/base/i18n.h"
#include "daemon/base/log_level.h"
#include "daemon/config/rows.h"
#include "daemon/config/units.h"
#include "daemon/config/yaml.h"
#include "routing/base/committee_id.h"
#include "routing/base/endpoint.h"
#include "routing/base/limits.h"

/* Which of them can differ on one link (links: ID: …): the same names, units and bounds. */
static const struct {
	const char *of;
	size_t offset;
} link_members[] = {
	{ "link.credit_messages", offsetof(struct config_link, credit_messages) },
	{ "link.credit_bytes", offsetof(struct config_link, credit_bytes) },
	{ "link.bulk_window", offsetof(struct config_link, bulk_window_bytes) },
};

enum {
	LINK_MEMBER_COUNT = sizeof link_members / sizeof link_members[0],
	LINK_PREFIX = sizeof "link." - 1
};

/* ---- values ---- */

static enum units units_of(enum key_type type)
{
	return type == KEY_SIZE ? UNITS_SIZE : type == KEY_COUNT ? UNITS_NONE : UNITS_DURATION;
}

/* Into the member, whatever its width. */
static void store_number(const struct config_row *row, char *at, uint64_t n)
{
	uint32_t narrow = (uint32_t)n;

	if (row->size == sizeof narrow)
		memcpy(at, &narrow, sizeof narrow);
	else
		memcpy(at, &n, sizeof n);
}

static uint64_t load_number(const struct config_row *row, const char *at)
{
	uint32_t narrow;
	uint64_t n;

	if (row->size == sizeof narrow) {
		memcpy(&narrow, at, sizeof narrow);
		return narrow;
	}
	memcpy(&n, at, sizeof n);
	return n;
}

static const char *set_number(const struct config_row *row, char *at, const char *text)
{
	uint64_t n = 0;

	if (!units_parse(units_of(row->type), text, &n))
		return row->type == KEY_SIZE	? N_("a size like 64K, 256M or 2G")
		       : row->type == KEY_COUNT ? N_("a number")
						: N_("a duration like 2ms, 30s, 5m, 12h or 7d");
	n = row->type == KEY_DURATION_MS ? n / 1000 : n;
	if (n < row->low || n > row->high)
		return N_("within its bounds");
	store_number(row, at, n);
	return NULL;
}

static void print_number(const struct config_row *row, const char *at, char *out, size_t size_bytes)
{
	uint64_t n = load_number(row, at);

	units_print(units_of(row->type), row->type == KEY_DURATION_MS ? n * 1000 : n, out,
		    size_bytes);
}

static const char *set_path(const struct config_row *row, struct config *c, const char *folder,
			    const char *text)
{
	char *at = (char *)c + row->offset;
	int n;

	if (text[0] == '\0' || text[0] == '/')
		n = snprintf(at, row->size, "%s", text);
	else
		n = snprintf(at, row->size, "%s/%s", folder, text);
	return n < 0 || (size_t)n >= row->size ? N_("a shorter path") : NULL;
}

/* NULL, or what would have been right. */
static const char *set_value(const struct config_row *row, struct config *c, const char *folder,
			     const char *text)
{
	char *at = (char *)c + row->offset;
	struct config_networks networks;
	struct type_numbers numbers;
	enum target_headline headline;
	enum log_level level;

	switch (row->type) {
	case KEY_ID:
		return id_parse(text, strlen(text), &c->committee) == ERR_OK
			       ? NULL
			       : N_("a committee id: a-z, 0-9 and -, at most 32");
	case KEY_PATH:
		return set_path(row, c, folder, text);
	case KEY_ENDPOINT:
		if (text[0] != '\0' && !endpoint_valid(text, true))
			return N_("tcp://ADDRESS:PORT");
		break;
	case KEY_HOST_PORT:
		if (!endpoint_address_valid(text))
			return N_("ADDRESS:PORT, such as 127.0.0.1:8080 or [::1]:8080");
		break;
	case KEY_NETWORKS:
		if (!config_networks_parse(text, &networks))
			return N_("addresses or networks, with commas: 10.1.0.0/16, fd00::/8");
		break;
	case KEY_TYPE_NUMBERS:
		if (!type_numbers_parse(text, &numbers))
			return N_("names of types and their numbers, 1 to 9999, each once: "
				  "Kết luận=40, Thông tri=41");
		break;
	case KEY_LEVEL:
		if (!log_level_parse(text, &level))
			return N_("error, warning, info or debug");
		break;
	case KEY_CONTENT:
		if (strcmp(text, "keep") != 0 && strcmp(text, "drop") != 0)
			return N_("keep or drop");
		break;
	case KEY_YES:
		if (strcmp(text, "yes") != 0 && strcmp(text, "no") != 0)
			return N_("yes or no");
		break;
	case KEY_LINE:
		return target_line_parse(text, &c->target_line)
			       ? NULL
			       : N_("steps like: 2025=90%, 2027-07=95%, 2030=100%");
	case KEY_EXCLUDED:
		return target_exclude_parse(text, &c->excluded)
			       ? NULL
			       : N_("symbols or names of types, with commas: GM, TC");
	case KEY_HEADLINE:
		if (!target_headline_parse(text, &headline))
			return N_("exchanged or processed");
		break;
	case KEY_TEXT:
		break;
	default:
		return set_number(row, at, text);
	}
	return (size_t)snprintf(at, row->size, "%s", text) >= row->size ? N_("a shorter text")
									: NULL;
}

/* ---- the file ---- */

static const struct config_row *find_row(const char *name)
{
	for (unsigned i = 0; i < config_row_count; i++) {
		if (strcmp(config_rows[i].key.name, name) == 0)
			return &config_rows[i];
	}
	return NULL;
}

static const struct config_row *link_row(unsigned member)
{
	const struct config_row *row = find_row(link_members[member].of);

	assert(row != NULL); /* both tables are here */
	return row;
}

static bool is_group(const char *name)
{
	size_t len = strlen(name);

	for (unsigned i = 0; i < config_row_count; i++) {
		if (strncmp(config_rows[i].key.name, name, len) == 0 &&
		    config_rows[i].key.name[len] == '.')
			return true;
	}
	return false;
}

struct loading {
	struct config *config;
	struct config_errors *errors;
	char folder[PATH_MAX];
	bool *seen; /* one a row */
};

static void report_wrong(struct loading *l, const struct config_row *row,
			 const struct yaml_node *node, const char *name, const char *right)
{
	char low[32], high[32];

	if (config_key_range(&row->key, low, high, sizeof low))
		config_errors_add(l->errors, node->line, node->column,
				  _("%s: \"%s\" is not %s (%s to %s)"), name, node->value, _(right),
				  low, high);
	else
		config_errors_add(l->errors, node->line, node->column, _("%s: \"%s\" is not %s"),
				  name, node->value, _(right));
}

static void take_value(struct loading *l, const struct yaml_node *node, const char *name)
{
	const struct config_row *row = find_row(name);
	const char *right;

	if (row == NULL && (is_group(name) || strcmp(name, "links") == 0)) {
		config_errors_add(l->errors, node->line, node->column,
				  _("%s: a group is wanted, its keys below it"), name);
		return;
	}
	if (row == NULL) {
		config_errors_add(l->errors, node->key_line, node->key_column,
				  _("%s: no such key; the keys: vanthu config show"), name);
		return;
	}
	if (node->type != YAML_SCALAR) {
		config_errors_add(l->errors, node->line, node->column,
				  _("%s: one value, not a list or a group"), name);
		return;
	}
	l->seen[row - config_rows] = true;
	right = set_value(row, l->config, l->folder, node->value);
	if (right != NULL)
		report_wrong(l, row, node, name, right);
}

static void take_link_value(struct loading *l, const struct yaml_node *node,
			    struct config_link *link)
{
	char name[128];

	snprintf(name, sizeof name, "links.%s.%s", link->neighbour.text, node->key);
	for (unsigned m = 0; m < LINK_MEMBER_COUNT; m++) {
		const struct config_row *row = link_row(m);
		const char *right;

		if (strcmp(link_members[m].of + LINK_PREFIX, node->key) != 0)
			continue;
		if (node->type != YAML_SCALAR) {
			config_errors_add(l->errors, node->line, node->column,
					  _("%s: one value, not a list or a group"), name);
			return;
		}
		right = set_number(row, (char *)link + link_members[m].offset, node->value);
		if (right != NULL)
			report_wrong(l, row, node, name, right);
		return;
	}
	config_errors_add(
		l->errors, node->key_line, node->key_column,
		_("%s: no such key; there are credit_messages, credit_bytes and bulk_window"),
		name);
}

static void take_links(struct loading *l, const struct yaml_node *links)
{
	for (const struct yaml_node *n = links->first; n != NULL; n = n->next) {
		struct config_link *link = &l->config->links[l->config->link_count];

		if (l->config->link_count == CONFIG_LINKS_MAX) {
			config_errors_add(l->errors, n->key_line, n->key_column,
					  _("links: more than %d"), (int)CONFIG_LINKS_MAX);
			return;
		}
		if (id_parse(n->key, strlen(n->key), &link->neighbour) != ERR_OK) {
			config_errors_add(l->errors, n->key_line, n->key_column,
					  _("links: \"%s\" is not a committee id: a-z, 0-9 and -, "
					    "at most 32"),
					  n->key);
			continue;
		}
		if (n->type != YAML_MAP) {
			config_errors_add(l->errors, n->line, n->column,
					  _("links.%s: a group is wanted: bulk_window: 256K …"),
					  n->key);
			continue;
		}
		l->config->link_count++;
		for (const struct yaml_node *value = n->first; value != NULL; value = value->next)
			take_link_value(l, value, link);
	}
}

static void take_map(struct loading *l, const struct yaml_node *map, const char *prefix)
{
	for (const struct yaml_node *n = map->first; n != NULL; n = n->next) {
		char name[128];

		snprintf(name, sizeof name, "%s%s%s", prefix, prefix[0] == '\0' ? "" : ".", n->key);
		if (n->type == YAML_MAP && prefix[0] == '\0' && is_group(name))
			take_map(l, n, name);
		else if (prefix[0] == '\0' && strcmp(name, "links") == 0 && n->type == YAML_MAP)
			take_links(l, n);
		else if (prefix[0] == '\0' && (is_group(name) || strcmp(name, "links") == 0) &&
			 n->type == YAML_SCALAR && n->value[0] == '\0')
			continue; /* all below it is behind # */
		else
			take_value(l, n, name);
	}
}

static void set_defaults(struct loading *l)
{
	for (unsigned i = 0; i < config_row_count; i++) {
		if (config_rows[i].key.required && !l->seen[i])
			config_errors_add(l->errors, 0, 0, _("%s: missing"),
					  config_rows[i].key.name);
		if (!l->seen[i] && !config_rows[i].key.required &&
		    set_value(&config_rows[i], l->config, l->folder, config_rows[i].key.fallback) !=
			    NULL)
			config_errors_add(l->errors, 0, 0, _("%s: the default does not fit"),
					  config_rows[i].key.name);
	}
}

/* The file's absolute name and its folder. */
static enum err locate(const char *path, struct loading *l)
{
	char joined[PATH_MAX], real[PATH_MAX];
	struct stat st;
	char *slash;

	snprintf(joined, sizeof joined, "%s", path);
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode) &&
	    (size_t)snprintf(joined, sizeof joined, "%s/vanthud.yaml", path) >= sizeof joined)
		return ERR_FILE;
	if (realpath(joined, real) == NULL)
		return ERR_FILE;
	if ((size_t)snprintf(l->config->file, sizeof l->config->file, "%s", real) >=
	    sizeof l->config->file)
		return ERR_FILE;
	memcpy(l->folder, real, sizeof real);
	slash = strrchr(l->folder, '/');
	if (slash != NULL)
		*slash = '\0';
	return ERR_OK;
}

enum err config_load(const char *path, struct config *out, struct config_errors *errors)
{
	struct loading *l = calloc(1, sizeof *l);
	struct yaml_file *file = NULL;
	const struct yaml_node *root;
	enum err e;

	memset(out, 0, sizeof *out);
	memset(errors, 0, sizeof *errors);
	if (l == NULL || (l->seen = calloc(config_row_count, sizeof *l->seen)) == NULL) {
		free(l);
		return ERR_NO_MEMORY;
	}
	l->config = out;
	l->errors = errors;
	e = locate(path, l);
	if (e == ERR_OK)
		e = yaml_file_read(out->file, &file, errors);
	if (e != ERR_OK)
		goto out;
	root = yaml_file_root(file);
	if (root != NULL && root->type != YAML_MAP)
		config_errors_add(errors, root->line, root->column, "%s",
				  _("keys and values are wanted: committee: …"));
	else if (root != NULL)
		take_map(l, root, "");
	set_defaults(l);
	if (errors->count > 0)
		e = ERR_CONFIG;
out:
	yaml_file_free(file);
	free(l->seen);
	free(l);
	return e;
}

bool config_socket(const struct config *c, const char *name, char *out, size_t size_bytes)
{
	int n = snprintf(out, size_bytes, "%s/%s", c->run, name);

	return n > 0 && (size_t)n < size_bytes &&
	       (size_t)n < sizeof(((struct sockaddr_un *)0)->sun_path);
}

const struct config_key *config_key_at(unsigned index)
{
	return index < config_row_count ? &config_rows[index].key : NULL;
}

void config_value(const struct config *c, const char *name, char *out, size_t size_bytes)
{
	const struct config_row *row = find_row(name);

	out[0] = '\0';
	if (row == NULL)
		return;
	if (row->type >= KEY_SIZE)
		print_number(row, (const char *)c + row->offset, out, size_bytes);
	else if (row->type == KEY_LINE)
		target_line_print(&c->target_line, out, size_bytes);
	else if (row->type == KEY_EXCLUDED)
		target_exclude_print(&c->excluded, out, size_bytes);
	else
		snprintf(out, size_bytes, "%s", (const char *)c + row->offset);
}

/* ---- what differs on one link ---- */

struct config_link config_link_for(const struct config *c, struct committee_id neighbour)
{
	struct config_link l = { .neighbour = neighbour,
				 .credit_messages = c->credit_messages,
				 .credit_bytes = c->credit_bytes,
				 .bulk_window_bytes = c->bulk_window_bytes };

	for (unsigned i = 0; i < c->link_count; i++) {
		const struct config_link *own = &c->links[i];

		if (!id_equal(own->neighbour, neighbour))
			continue;
		l.credit_messages =
			own->credit_messages != 0 ? own->credit_messages : l.credit_messages;
		l.credit_bytes = own->credit_bytes != 0 ? own->credit_bytes : l.credit_bytes;
		l.bulk_window_bytes =
			own->bulk_window_bytes != 0 ? own->bulk_window_bytes : l.bulk_window_bytes;
	}
	return l;
}

const struct config_key *config_link_at(const struct config *c, unsigned index,
					struct config_link_text *out)
{
	for (unsigned i = 0; i < c->link_count; i++) {
		for (unsigned m = 0; m < LINK_MEMBER_COUNT; m++) {
			const struct config_row *row = link_row(m);
			const char *at = (const char *)&c->links[i] + link_members[m].offset;

			if (load_number(row, at) == 0 || index-- != 0)
				continue;
			snprintf(out->name, sizeof out->name, "links.%s.%s",
				 c->links[i].neighbour.text, link_members[m].of + LINK_PREFIX);
			print_number(row, at, out->value, sizeof out->value);
			return &row->key;
		}
	}
	return NULL;
}

/* ---- what example and man page say of a key ---- */

bool config_key_range(const struct config_key *key, char *low, char *high, size_t size_bytes)
{
	const struct config_row *row = find_row(key->name);
	uint64_t factor;

	if (row == NULL || row->high == 0)
		return false;
	factor = row->type == KEY_DURATION_MS ? 1000 : 1;
	units_print(units_of(row->type), row->low * factor, low, size_bytes);
	units_print(units_of(row->type), row->high * factor, high, size_bytes);
	return true;
}

const char *config_key_on_link(const struct config_key *key)
{
	for (unsigned m = 0; m < LINK_MEMBER_COUNT; m++) {
		if (strcmp(link_members[m].of, key->name) == 0)
			return key->name + LINK_PREFIX;
	}
	return NULL;
}

void config_reload(struct config *running, const struct config *fresh, char *out, size_t size_bytes)
{
	size_t used = 0;

	out[0] = '\0';
	running->link_count = fresh->link_count;
	memcpy(running->links, fresh->links, sizeof running->links);
	for (unsigned i = 0; i < config_row_count; i++) {
		char *to = (char *)running + config_rows[i].offset;
		const char *from = (const char *)fresh + config_rows[i].offset;

		if (memcmp(to, from, config_rows[i].size) == 0)
			continue;
		if (config_rows[i].key.reload)
			memcpy(to, from, config_rows[i].size);
		else if (used < size_bytes)
			used += (size_t)snprintf(out + used, size_bytes - used, "%s%s",
						 used == 0 ? "" : ",", config_rows[i].key.name);
	}
}

bool config_drops_recalled(const struct config *c)
{
	return strcmp(c->recall_content, "drop") == 0;
}

bool config_may_publish(const struct config *c)
{
	return strcmp(c->publish_allow, "yes") == 0;
}

enum target_headline config_headline(const struct config *c)
{
	enum target_headline h = HEADLINE_EXCHANGED;

	return target_headline_parse(c->headline, &h) ? h : HEADLINE_EXCHANGED;
}

bool config_requires_audit(const struct config *c)
{
	return strcmp(c->gateway_audit_required, "yes") == 0;
}
