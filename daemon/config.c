/* One table of keys drives everything about the configuration; see config.h. A new key is a row here and a member of struct config. */
#include "daemon/config.h"

#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/config_yaml.h"
#include "daemon/log.h"
#include "routing/endpoint.h"
#include "routing/id.h"
#include "routing/limits.h"

#define N_(text) text
#define AT(member) offsetof(struct config, member), sizeof(((struct config *)0)->member)

enum key_type { KEY_ID, KEY_PATH, KEY_ENDPOINT, KEY_TEXT, KEY_LEVEL, KEY_SIZE, KEY_COUNT, KEY_DURATION_MS, KEY_DURATION_US };

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
	{ { "committee", "text", "", N_("id of the committee that this daemon serves"), true, false }, KEY_ID, AT(committee), 0, 0 },
	{ { "data", "path", "data", N_("folder of the store and the attachments"), false, false }, KEY_PATH, AT(data), 0, 0 },
	{ { "run", "path", "run", N_("folder of the local sockets"), false, false }, KEY_PATH, AT(run), 0, 0 },
	{ { "signing_key", "path", "sign.key", N_("Ed25519 private key, PKCS#8 PEM"), false, false }, KEY_PATH, AT(signing_key), 0, 0 },
	{ { "link_key", "path", "link.key", N_("CURVE secret key, Z85"), false, false }, KEY_PATH, AT(link_key), 0, 0 },
	{ { "registry_root", "path", "root.pem", N_("certificate of the registry"), false, false }, KEY_PATH, AT(registry_root), 0, 0 },
	{ { "directory", "path", "", N_("directory file that is installed at start when it is newer"), false, false }, KEY_PATH,
	  AT(directory), 0, 0 },
	{ { "listen", "text", "", N_("tcp://ADDRESS:PORT for subordinates; empty binds nothing"), false, false }, KEY_ENDPOINT,
	  AT(listen), 0, 0 },
	{ { "office_group", "text", "", N_("group that may use the office socket"), false, false }, KEY_TEXT, AT(office_group), 0, 0 },
	{ { "operate_group", "text", "", N_("group that may use the operate socket"), false, false }, KEY_TEXT, AT(operate_group), 0, 0 },
	{ { "read_group", "text", "", N_("group that may use the read socket"), false, false }, KEY_TEXT, AT(read_group), 0, 0 },
	{ { "store.map", "size", "64G", N_("most that the store may grow to (sparse; cannot be lowered later)"), false, false }, KEY_SIZE,
	  AT(map_bytes), 16 * MIB, 4096 * GIB },
	{ { "store.reserve", "size", "256M", N_("free space that is kept: below it no documents are taken"), false, true }, KEY_SIZE,
	  AT(reserve_bytes), MIB, 1024 * GIB },
	{ { "attachment.max", "size", "2G", N_("largest attachment"), false, true }, KEY_SIZE, AT(attachment_max_bytes), CHUNK_BYTES,
	  ATTACHMENT_MAX_BYTES },
	{ { "link.credit_messages", "count", "4096", N_("envelopes under way on a lane"), false, false }, KEY_COUNT, AT(credit_messages), 1,
	  65536 },
	{ { "link.credit_bytes", "size", "8M", N_("bytes under way on a lane"), false, false }, KEY_SIZE, AT(credit_bytes),
	  ENVELOPE_MAX_BYTES, GIB },
	{ { "link.bulk_window", "size", "2M", N_("attachment bytes under way on a link; 256K suits 10 Mbit/s"), false, false }, KEY_SIZE,
	  AT(bulk_window_bytes), 2 * CHUNK_BYTES, 64 * MIB },
	{ { "relay.retention", "duration", "7d", N_("how long a relay keeps content after it was passed on"), false, true },
	  KEY_DURATION_MS, AT(relay_retention_ms), 0, 3650 * DAY_MS },
	{ { "expire", "duration", "30d", N_("an own document without all receipts counts as expired then; 0: never"), false, true },
	  KEY_DURATION_MS, AT(expire_ms), 0, 3650 * DAY_MS },
	{ { "commit_gap", "duration", "2ms", N_("how long a commit waits for more while more is under way"), false, true },
	  KEY_DURATION_US, AT(commit_gap_us), 0, 100000 },
	{ { "workers.verify", "count", "1", N_("threads that check signatures"), false, false }, KEY_COUNT, AT(verify_workers), 1, 16 },
	{ { "workers.files", "count", "2", N_("threads that read and write attachments"), false, false }, KEY_COUNT, AT(file_workers), 1, 16 },
	{ { "log_level", "text", "info", N_("error, warning, info or debug"), false, true }, KEY_LEVEL, AT(log_level), 0, 0 },
};
enum { ROW_COUNT = sizeof rows / sizeof rows[0] };

/* ---- values ---- */

static bool parse_number(const char *text, const char **rest, uint64_t *out)
{
	char *end;

	if (*text < '0' || *text > '9' || strlen(text) > 18)
		return false;
	*out = strtoull(text, &end, 10);
	*rest = end;
	return true;
}

struct unit {
	const char *name;
	uint64_t factor;
};
static const struct unit sizes[] = { { "", 1 }, { "K", 1024 }, { "M", MIB }, { "G", GIB }, { "T", 1024 * GIB } };
static const struct unit durations[] = { { "us", 1 }, { "ms", 1000 }, { "s", 1000000 }, { "m", 60 * 1000000ULL },
					 { "h", 3600 * 1000000ULL }, { "d", DAY_MS * 1000 } };

static bool parse_unit(const char *text, const struct unit *units, size_t count, uint64_t *out)
{
	const char *rest;
	uint64_t n;

	if (!parse_number(text, &rest, &n))
		return false;
	if (n == 0 && *rest == '\0') {
		*out = 0;
		return true;
	}
	for (size_t i = 0; i < count; i++) {
		if (strcmp(rest, units[i].name) == 0 && n <= UINT64_MAX / units[i].factor) {
			*out = n * units[i].factor;
			return true;
		}
	}
	return false;
}

/* Into the member, whatever its width. */
static void store_number(const struct row *row, struct config *c, uint64_t n)
{
	char *at = (char *)c + row->offset;
	uint32_t narrow = (uint32_t)n;

	if (row->size == sizeof narrow)
		memcpy(at, &narrow, sizeof narrow);
	else
		memcpy(at, &n, sizeof n);
}

static uint64_t load_number(const struct row *row, const struct config *c)
{
	const char *at = (const char *)c + row->offset;
	uint32_t narrow;
	uint64_t n;

	if (row->size == sizeof narrow) {
		memcpy(&narrow, at, sizeof narrow);
		return narrow;
	}
	memcpy(&n, at, sizeof n);
	return n;
}

static const char *set_number(const struct row *row, struct config *c, const char *text)
{
	const char *rest;
	uint64_t n = 0;
	bool ok;

	switch (row->type) {
	case KEY_SIZE:
		ok = parse_unit(text, sizes, sizeof sizes / sizeof sizes[0], &n);
		if (!ok)
			return N_("a size like 64K, 256M or 2G");
		break;
	case KEY_DURATION_MS:
	case KEY_DURATION_US:
		ok = parse_unit(text, durations, sizeof durations / sizeof durations[0], &n);
		if (!ok)
			return N_("a duration like 2ms, 30s, 5m, 12h or 7d");
		n = row->type == KEY_DURATION_MS ? n / 1000 : n;
		break;
	default:
		ok = parse_number(text, &rest, &n) && *rest == '\0';
		if (!ok)
			return N_("a number");
		break;
	}
	if (n < row->low || n > row->high)
		return N_("within its bounds");
	store_number(row, c, n);
	return NULL;
}

static const char *set_path(const struct row *row, struct config *c, const char *folder, const char *text)
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
static const char *set_value(const struct row *row, struct config *c, const char *folder, const char *text)
{
	char *at = (char *)c + row->offset;
	enum log_level level;

	switch (row->type) {
	case KEY_ID:
		return id_parse(text, strlen(text), &c->committee) == ERR_OK ? NULL : N_("a committee id: a-z, 0-9 and -, at most 32");
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
	case KEY_TEXT:
		break;
	default:
		return set_number(row, c, text);
	}
	return (size_t)snprintf(at, row->size, "%s", text) >= row->size ? N_("a shorter text") : NULL;
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

static void take_value(struct loading *l, const struct yaml_node *node, const char *name)
{
	const struct row *row = find_row(name);
	const char *right;

	if (row == NULL) {
		config_errors_add(l->errors, node->line, node->column, "%s: no such key; the keys: vanthu config show", name);
		return;
	}
	if (node->type != YAML_SCALAR) {
		config_errors_add(l->errors, node->line, node->column, "%s: one value, not a list or a group", name);
		return;
	}
	l->seen[row - rows] = true;
	right = set_value(row, l->config, l->folder, node->value);
	if (right == NULL)
		return;
	if (row->high != 0 && (row->type >= KEY_SIZE))
		config_errors_add(l->errors, node->line, node->column, "%s: \"%s\" is not %s (%llu to %llu)", name, node->value, right,
				  (unsigned long long)row->low, (unsigned long long)row->high);
	else
		config_errors_add(l->errors, node->line, node->column, "%s: \"%s\" is not %s", name, node->value, right);
}

static void take_map(struct loading *l, const struct yaml_node *map, const char *prefix)
{
	for (const struct yaml_node *n = map->first; n != NULL; n = n->next) {
		char name[128];

		snprintf(name, sizeof name, "%s%s%s", prefix, prefix[0] == '\0' ? "" : ".", n->key);
		if (n->type == YAML_MAP && prefix[0] == '\0' && is_group(name))
			take_map(l, n, name);
		else
			take_value(l, n, name);
	}
}

static void set_defaults(struct loading *l)
{
	for (unsigned i = 0; i < ROW_COUNT; i++) {
		if (rows[i].key.required && !l->seen[i])
			config_errors_add(l->errors, 0, 0, "%s: missing", rows[i].key.name);
		if (!l->seen[i] && !rows[i].key.required && set_value(&rows[i], l->config, l->folder, rows[i].key.fallback) != NULL)
			config_errors_add(l->errors, 0, 0, "%s: the default does not fit", rows[i].key.name);
	}
}

/* The file's absolute name and its folder. */
static enum err locate(const char *path, struct loading *l)
{
	char joined[PATH_MAX], real[PATH_MAX];
	struct stat st;
	char *slash;

	snprintf(joined, sizeof joined, "%s", path);
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode) && (size_t)snprintf(joined, sizeof joined, "%s/vanthud.yaml", path) >= sizeof joined)
		return ERR_FILE;
	if (realpath(joined, real) == NULL)
		return ERR_FILE;
	if ((size_t)snprintf(l->config->file, sizeof l->config->file, "%s", real) >= sizeof l->config->file)
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
		config_errors_add(errors, root->line, root->column, "keys and values are wanted: committee: …");
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

	return n > 0 && (size_t)n < size_bytes && (size_t)n < sizeof(((struct sockaddr_un *)0)->sun_path);
}

const struct config_key *config_key_at(unsigned index)
{
	return index < ROW_COUNT ? &rows[index].key : NULL;
}

static void print_scaled(uint64_t n, const struct unit *units, size_t count, char *out, size_t size_bytes)
{
	size_t i = count - 1;

	while (i > 0 && (n == 0 || n % units[i].factor != 0))
		i--;
	snprintf(out, size_bytes, "%llu%s", (unsigned long long)(n / units[i].factor), n == 0 ? "" : units[i].name);
}

void config_value(const struct config *c, const char *name, char *out, size_t size_bytes)
{
	const struct row *row = find_row(name);

	out[0] = '\0';
	if (row == NULL)
		return;
	switch (row->type) {
	case KEY_SIZE:
		print_scaled(load_number(row, c), sizes, sizeof sizes / sizeof sizes[0], out, size_bytes);
		break;
	case KEY_DURATION_MS:
		print_scaled(load_number(row, c) * 1000, durations, sizeof durations / sizeof durations[0], out, size_bytes);
		break;
	case KEY_DURATION_US:
		print_scaled(load_number(row, c), durations, sizeof durations / sizeof durations[0], out, size_bytes);
		break;
	case KEY_COUNT:
		snprintf(out, size_bytes, "%llu", (unsigned long long)load_number(row, c));
		break;
	default:
		snprintf(out, size_bytes, "%s", (const char *)c + row->offset);
		break;
	}
}

void config_reload(struct config *running, const struct config *fresh, char *out, size_t size_bytes)
{
	size_t used = 0;

	out[0] = '\0';
	for (unsigned i = 0; i < ROW_COUNT; i++) {
		char *to = (char *)running + rows[i].offset;
		const char *from = (const char *)fresh + rows[i].offset;

		if (memcmp(to, from, rows[i].size) == 0)
			continue;
		if (rows[i].key.reload)
			memcpy(to, from, rows[i].size);
		else if (used < size_bytes)
			used += (size_t)snprintf(out + used, size_bytes - used, "%s%s", used == 0 ? "" : ",", rows[i].key.name);
	}
}
