/* One table of keys drives everything about the configuration; see config.h. A new key is a row
 * here and a member of struct config. */
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
#include "daemon/config/units.h"
#include "daemon/config/yaml.h"
#include "routing/base/committee_id.h"
#include "routing/base/endpoint.h"
#include "routing/base/limits.h"

#define AT(member) offsetof(struct config, member), sizeof(((struct config *)0)->member)

enum key_type {
	KEY_ID,
	KEY_PATH,
	KEY_ENDPOINT,
	KEY_TEXT,
	KEY_LEVEL,
	KEY_CONTENT,
	KEY_YES,
	KEY_LINE,
	KEY_EXCLUDED,
	KEY_HEADLINE,
	KEY_SIZE,
	KEY_COUNT,
	KEY_DURATION_MS,
	KEY_DURATION_US
};

struct row {
	struct config_key key;
	enum key_type type;
	size_t offset, size;
	uint64_t low, high;
};

#define MIB (1024ULL * 1024)
#define GIB (1024ULL * MIB)
#define DAY_MS (24ULL * 3600 * 1000)

static const struct row rows[] = {
	{ { "committee", "text", "", N_("id of the committee that this daemon serves"), true,
	    false },
	  KEY_ID,
	  AT(committee),
	  0,
	  0 },
	{ { "data", "path", "data", N_("folder of the store and the attachments"), false, false },
	  KEY_PATH,
	  AT(data),
	  0,
	  0 },
	{ { "run", "path", "run", N_("folder of the local sockets"), false, false },
	  KEY_PATH,
	  AT(run),
	  0,
	  0 },
	{ { "signing_key", "path", "sign.key", N_("Ed25519 private key, PKCS#8 PEM"), false,
	    false },
	  KEY_PATH,
	  AT(signing_key),
	  0,
	  0 },
	{ { "link_key", "path", "link.key", N_("CURVE secret key, Z85"), false, false },
	  KEY_PATH,
	  AT(link_key),
	  0,
	  0 },
	{ { "registry_root", "path", "root.pem", N_("certificate of the registry"), false, false },
	  KEY_PATH,
	  AT(registry_root),
	  0,
	  0 },
	{ { "directory", "path", "",
	    N_("directory file that is installed at start when it is newer"), false, false },
	  KEY_PATH,
	  AT(directory),
	  0,
	  0 },
	{ { "listen", "text", "", N_("tcp://ADDRESS:PORT for subordinates; empty binds nothing"),
	    false, false },
	  KEY_ENDPOINT,
	  AT(listen),
	  0,
	  0 },
	{ { "office_group", "text", "", N_("group that may use the office socket"), false, false },
	  KEY_TEXT,
	  AT(office_group),
	  0,
	  0 },
	{ { "operate_group", "text", "", N_("group that may use the operate socket"), false,
	    false },
	  KEY_TEXT,
	  AT(operate_group),
	  0,
	  0 },
	{ { "read_group", "text", "", N_("group that may use the read socket"), false, false },
	  KEY_TEXT,
	  AT(read_group),
	  0,
	  0 },
	{ { "secret_group", "text", "", N_("group that may read the registers of secret documents"),
	    false, false },
	  KEY_TEXT,
	  AT(secret_group),
	  0,
	  0 },
	{ { "store.map", "size", "64G",
	    N_("most that the store may grow to (sparse; cannot be lowered later)"), false, false },
	  KEY_SIZE,
	  AT(map_bytes),
	  16 * MIB,
	  4096 * GIB },
	{ { "store.reserve", "size", "256M",
	    N_("free space that is kept: below it no documents are taken"), false, true },
	  KEY_SIZE,
	  AT(reserve_bytes),
	  MIB,
	  1024 * GIB },
	{ { "attachment.max", "size", "2G", N_("largest attachment"), false, true },
	  KEY_SIZE,
	  AT(attachment_max_bytes),
	  CHUNK_BYTES,
	  ATTACHMENT_MAX_BYTES },
	{ { "link.credit_messages", "count", "4096", N_("envelopes under way on a lane"), false,
	    true },
	  KEY_COUNT,
	  AT(credit_messages),
	  1,
	  CREDIT_MESSAGES_MAX },
	{ { "link.credit_bytes", "size", "8M", N_("bytes under way on a lane"), false, true },
	  KEY_SIZE,
	  AT(credit_bytes),
	  ENVELOPE_MAX_BYTES,
	  CREDIT_BYTES_MAX },
	{ { "link.bulk_window", "size", "2M",
	    N_("attachment bytes under way on a link; 256K suits 10 Mbit/s"), false, true },
	  KEY_SIZE,
	  AT(bulk_window_bytes),
	  BULK_WINDOW_MIN_BYTES,
	  BULK_WINDOW_MAX_BYTES },
	{ { "relay.retention", "duration", "7d",
	    N_("how long a relay keeps content after it was passed on"), false, true },
	  KEY_DURATION_MS,
	  AT(relay_retention_ms),
	  0,
	  3650 * DAY_MS },
	{ { "expire", "duration", "30d",
	    N_("an own document without all receipts counts as expired then; 0: never"), false,
	    true },
	  KEY_DURATION_MS,
	  AT(expire_ms),
	  0,
	  3650 * DAY_MS },
	{ { "feed.keep", "duration", "30d",
	    N_("how long changes are kept for programs that follow; 0: as long as feed.count "
	       "allows"),
	    false, true },
	  KEY_DURATION_MS,
	  AT(feed_keep_ms),
	  0,
	  3650 * DAY_MS },
	{ { "feed.count", "count", "1000000", N_("how many of them are kept"), false, true },
	  KEY_COUNT,
	  AT(feed_count),
	  1,
	  100000000 },
	{ { "recall.content", "text", "keep",
	    N_("keep or drop: what becomes of the content of a document that was given back"),
	    false, true },
	  KEY_CONTENT,
	  AT(recall_content),
	  0,
	  0 },
	{ { "commit_gap", "duration", "2ms",
	    N_("how long a commit waits for more while more is under way"), false, true },
	  KEY_DURATION_US,
	  AT(commit_gap_us),
	  0,
	  100000 },
	{ { "workers.verify", "count", "1", N_("threads that check signatures"), false, false },
	  KEY_COUNT,
	  AT(verify_workers),
	  1,
	  16 },
	{ { "workers.files", "count", "8", N_("threads that read and write attachments"), false,
	    false },
	  KEY_COUNT,
	  AT(file_workers),
	  1,
	  16 },
	{ { "target.line", "steps", "2025=90%, 2030=100%",
	    N_("digital share to reach, each from its year (or YYYY-MM) on"), false, true },
	  KEY_LINE,
	  AT(target_line),
	  0,
	  0 },
	{ { "target.exclude", "types", "",
	    N_("types of documents that are left out of the share, by symbol or name: GM, TC"),
	    false, true },
	  KEY_EXCLUDED,
	  AT(excluded),
	  0,
	  0 },
	{ { "target.headline", "text", "exchanged",
	    N_("exchanged: of what is sent and received; processed: of what is processed, too"),
	    false, true },
	  KEY_HEADLINE,
	  AT(headline),
	  0,
	  0 },
	{ { "tables.holidays", "path", "",
	    N_("days off, a file like etc/holidays; empty: as delivered"), false, true },
	  KEY_PATH,
	  AT(holidays),
	  0,
	  0 },
	{ { "tables.doctypes", "path", "",
	    N_("types of documents, a file like etc/doctypes; empty: as delivered"), false, true },
	  KEY_PATH,
	  AT(doctypes),
	  0,
	  0 },
	{ { "tables.persons", "path", "",
	    N_("persons of the office, a file like etc/persons; empty: any name is taken"), false,
	    true },
	  KEY_PATH,
	  AT(persons),
	  0,
	  0 },
	{ { "tables.lists", "path", "",
	    N_("distribution lists of the office, a file like etc/lists; empty: none"), false,
	    true },
	  KEY_PATH,
	  AT(lists),
	  0,
	  0 },
	{ { "tables.targets", "path", "",
	    N_("the plan's targets that committees declare, a file like etc/targets; empty: as "
	       "delivered"),
	    false, true },
	  KEY_PATH,
	  AT(targets),
	  0,
	  0 },
	{ { "deadline.urgent", "duration", "2h",
	    N_("an urgent document is to be registered within it, day and night"), false, true },
	  KEY_DURATION_MS,
	  AT(urgent_ms),
	  0,
	  7 * DAY_MS },
	{ { "deadline.soon", "count", "2",
	    N_("working days before a deadline from which on it is near"), false, true },
	  KEY_COUNT,
	  AT(soon_days),
	  0,
	  250 },
	{ { "reminders.down", "count", "0",
	    N_("working days before its day on which what committees below have not done is told; "
	       "0: not at all"),
	    false, true },
	  KEY_COUNT,
	  AT(remind_down_days),
	  0,
	  250 },
	{ { "reminders.up", "count", "0",
	    N_("the same of committees that are not below"), false, true },
	  KEY_COUNT,
	  AT(remind_up_days),
	  0,
	  250 },
	{ { "reminders.every", "count", "5",
	    N_("working days between two reminders (vanthu remind) of one document to one office"),
	    false, true },
	  KEY_COUNT,
	  AT(remind_every_days),
	  1,
	  250 },
	{ { "reminders.superior", "count", "0",
	    N_("working days late from which on the superior of who is late gets it too; 0: never"),
	    false, true },
	  KEY_COUNT,
	  AT(remind_superior_days),
	  0,
	  250 },
	{ { "reminders.auto", "text", "no",
	    N_("whether vanthu remind --all-late --auto, as a timer calls it, sends any: yes or "
	       "no"),
	    false, true },
	  KEY_YES,
	  AT(remind_auto),
	  0,
	  0 },
	{ { "log_level", "text", "info", N_("error, warning, info or debug"), false, true },
	  KEY_LEVEL,
	  AT(log_level),
	  0,
	  0 },
};

enum { ROW_COUNT = sizeof rows / sizeof rows[0] };

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
static void store_number(const struct row *row, char *at, uint64_t n)
{
	uint32_t narrow = (uint32_t)n;

	if (row->size == sizeof narrow)
		memcpy(at, &narrow, sizeof narrow);
	else
		memcpy(at, &n, sizeof n);
}

static uint64_t load_number(const struct row *row, const char *at)
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

static const char *set_number(const struct row *row, char *at, const char *text)
{
	uint64_t n = 0;

	if (!units_parse(units_of(row->type), text, &n))
		return row->type == KEY_SIZE    ? N_("a size like 64K, 256M or 2G")
		       : row->type == KEY_COUNT ? N_("a number")
						: N_("a duration like 2ms, 30s, 5m, 12h or 7d");
	n = row->type == KEY_DURATION_MS ? n / 1000 : n;
	if (n < row->low || n > row->high)
		return N_("within its bounds");
	store_number(row, at, n);
	return NULL;
}

static void print_number(const struct row *row, const char *at, char *out, size_t size_bytes)
{
	uint64_t n = load_number(row, at);

	units_print(units_of(row->type), row->type == KEY_DURATION_MS ? n * 1000 : n, out,
		    size_bytes);
}

static const char *set_path(const struct row *row, struct config *c, const char *folder,
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
static const char *set_value(const struct row *row, struct config *c, const char *folder,
			     const char *text)
{
	char *at = (char *)c + row->offset;
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

static const struct row *find_row(const char *name)
{
	for (unsigned i = 0; i < ROW_COUNT; i++) {
		if (strcmp(rows[i].key.name, name) == 0)
			return &rows[i];
	}
	return NULL;
}

static const struct row *link_row(unsigned member)
{
	const struct row *row = find_row(link_members[member].of);

	assert(row != NULL); /* both tables are here */
	return row;
}

static bool is_group(const char *name)
{
	size_t len = strlen(name);

	for (unsigned i = 0; i < ROW_COUNT; i++) {
		if (strncmp(rows[i].key.name, name, len) == 0 && rows[i].key.name[len] == '.')
			return true;
	}
	return false;
}

struct loading {
	struct config *config;
	struct config_errors *errors;
	char folder[PATH_MAX];
	bool seen[ROW_COUNT];
};

static void report_wrong(struct loading *l, const struct row *row, const struct yaml_node *node,
			 const char *name, const char *right)
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
	const struct row *row = find_row(name);
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
	l->seen[row - rows] = true;
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
		const struct row *row = link_row(m);
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
	    _("%s: no such key; there are credit_messages, credit_bytes and bulk_window"), name);
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
			config_errors_add(
			    l->errors, n->key_line, n->key_column,
			    _("links: \"%s\" is not a committee id: a-z, 0-9 and -, at most 32"),
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
	for (unsigned i = 0; i < ROW_COUNT; i++) {
		if (rows[i].key.required && !l->seen[i])
			config_errors_add(l->errors, 0, 0, _("%s: missing"), rows[i].key.name);
		if (!l->seen[i] && !rows[i].key.required &&
		    set_value(&rows[i], l->config, l->folder, rows[i].key.fallback) != NULL)
			config_errors_add(l->errors, 0, 0, _("%s: the default does not fit"),
					  rows[i].key.name);
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
	if (l == NULL)
		return ERR_NO_MEMORY;
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
	return index < ROW_COUNT ? &rows[index].key : NULL;
}

void config_value(const struct config *c, const char *name, char *out, size_t size_bytes)
{
	const struct row *row = find_row(name);

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
			const struct row *row = link_row(m);
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
	const struct row *row = find_row(key->name);
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
	for (unsigned i = 0; i < ROW_COUNT; i++) {
		char *to = (char *)running + rows[i].offset;
		const char *from = (const char *)fresh + rows[i].offset;

		if (memcmp(to, from, rows[i].size) == 0)
			continue;
		if (rows[i].key.reload)
			memcpy(to, from, rows[i].size);
		else if (used < size_bytes)
			used += (size_t)snprintf(out + used, size_bytes - used, "%s%s",
						 used == 0 ? "" : ",", rows[i].key.name);
	}
}

bool config_drops_recalled(const struct config *c)
{
	return strcmp(c->recall_content, "drop") == 0;
}

enum target_headline config_headline(const struct config *c)
{
	enum target_headline h = HEADLINE_EXCHANGED;

	return target_headline_parse(c->headline, &h) ? h : HEADLINE_EXCHANGED;
}
