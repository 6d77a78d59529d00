/* Making a lab: folders, keys, configurations, the directory; see lab.h. Processes are in lab_process.c. */
#include "tools/lab.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/digest.h"
#include "tools/fsutil.h"
#include "tools/ports.h"
#include "tools/registry.h"
#include "tools/term.h"
#include "tools/text.h"

enum { SOCKET_PATH_ROOM = 90 }; /* sun_path is 108 bytes, the longest name of ours 13 */

/* Sockets have short paths: a lab deep in the file system keeps them elsewhere. */
static void run_folder(const char *folder, const char *id, char *out, size_t size)
{
	char joined[CONFIG_PATH_MAX * 2], hex[DIGEST_HEX_SIZE];
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	struct digest d;

	snprintf(joined, sizeof joined, "%s/%s/run", folder, id);
	if (strlen(joined) <= SOCKET_PATH_ROOM) {
		snprintf(out, size, "run");
		return;
	}
	d = digest_of((struct blob){ (const uint8_t *)joined, strlen(joined) });
	digest_to_hex(&d, hex);
	snprintf(out, size, "%s/vanthu-%.16s", runtime != NULL && strlen(runtime) < 60 ? runtime : "/tmp", hex);
}

static enum err write_config(struct arena *a, const char *folder, const struct rec_committee *c)
{
	char text[2048], run[256];
	const char *member = fs_join(a, folder, c->id.text);
	const char *path = member == NULL ? NULL : fs_join(a, member, "vanthud.yaml");
	int n;

	if (path == NULL)
		return ERR_NO_MEMORY;
	run_folder(folder, c->id.text, run, sizeof run);
	n = snprintf(text, sizeof text,
		     "# %s\ncommittee: %s\ndata: data\nrun: %s\nsigning_key: sign.key\nlink_key: link.key\n"
		     "registry_root: ../registry/root.pem\ndirectory: ../registry/directory.vtd\n%s%s%s",
		     c->name, c->id.text, run, c->endpoint[0] == '\0' ? "" : "listen: ", c->endpoint, c->endpoint[0] == '\0' ? "" : "\n");
	return n > 0 && (size_t)n < sizeof text ? fs_write_new(path, (struct blob){ (const uint8_t *)text, (size_t)n }, false) : ERR_FILE;
}

static enum err make_member(struct arena *a, const char *folder, const struct registry *r, struct rec_committee *c, int64_t now_ms)
{
	const char *member = fs_join(a, folder, c->id.text);
	struct identity keys;
	enum err e = member == NULL ? ERR_NO_MEMORY : fs_mkdir(member, true);

	if (e == ERR_OK)
		e = identity_new(a, &keys);
	if (e == ERR_OK)
		e = identity_save(a, &keys, member);
	if (e == ERR_OK)
		e = registry_certify(a, r, &keys, now_ms, c);
	return e == ERR_OK ? write_config(a, folder, c) : e;
}

static enum err tell(struct cli *cli, enum err e, const char *folder, const struct registry_fault *fault)
{
	char message[512];

	if (e == ERR_BAD_TREE && fault->what != NULL) {
		snprintf(message, sizeof message, "%s %s", fault->culprit.text, _(fault->what));
		cli_fail_text(cli, e, message, _(err_fix(e)));
	} else if (e != ERR_OK) {
		cli_fail(cli, e, folder);
	}
	return e;
}

static enum err absolute(const char *folder, char out[PATH_MAX])
{
	return realpath(folder, out) == NULL ? ERR_FILE : ERR_OK;
}

/* The same folder gets the same ports when they are free. */
static unsigned choose_ports(const char *folder, uint32_t count)
{
	struct digest d = digest_of((struct blob){ (const uint8_t *)folder, strlen(folder) });
	uint64_t seed;

	memcpy(&seed, d.bytes, sizeof seed);
	return ports_find(count, seed);
}

static enum err give_endpoints(struct arena *a, const struct tree_list *tree, unsigned port)
{
	for (uint32_t i = 0; i < tree->count; i++) {
		char endpoint[ENDPOINT_MAX + 1];

		/* A lab is on loopback, whatever endpoints a tree of real machines names. */
		snprintf(endpoint, sizeof endpoint, "tcp://127.0.0.1:%u", port + i);
		tree->committees[i].endpoint = arena_text(a, endpoint, strlen(endpoint));
		if (tree->committees[i].endpoint == NULL)
			return ERR_NO_MEMORY;
	}
	return ERR_OK;
}

static enum err fill_lab(struct cli *cli, struct arena *a, const char *folder, const struct tree_list *tree, struct registry_fault *fault)
{
	int64_t now_ms = text_now_ms();
	const char *registry_folder = fs_join(a, folder, "registry");
	struct progress p;
	struct registry r;
	enum err e = registry_folder == NULL ? ERR_NO_MEMORY : registry_create(a, registry_folder, "vanthu lab", now_ms, &r);

	progress_begin(&p, _("Making committees"), tree->count, cli->quiet);
	for (uint32_t i = 0; e == ERR_OK && i < tree->count; i++) {
		e = make_member(a, folder, &r, &tree->committees[i], now_ms);
		progress_at(&p, i);
	}
	progress_end(&p);
	return e == ERR_OK ? registry_publish(a, &r, tree->committees, tree->count, now_ms, fault) : e;
}

enum err lab_create(struct cli *cli, const char *folder, const struct tree_list *tree, unsigned port)
{
	struct arena *a = arena_new((size_t)1 << 30);
	struct registry_fault fault = { .what = NULL };
	char path[PATH_MAX];
	enum err e = a == NULL ? ERR_NO_MEMORY : ERR_OK;

	if (e == ERR_OK && (port + tree->count > 65536))
		e = ERR_USAGE;
	if (e == ERR_OK)
		e = fs_mkdir(folder, false);
	if (e == ERR_OK)
		e = absolute(folder, path);
	if (e == ERR_OK && port == 0 && (port = choose_ports(path, tree->count)) == 0) {
		e = ERR_NETWORK;
		cli_fail_text(cli, e, _("no ports in a row are free on loopback"), _("name the first one with --port"));
	}
	if (e == ERR_OK)
		e = give_endpoints(a, tree, port);
	if (e == ERR_OK)
		e = fill_lab(cli, a, path, tree, &fault);
	arena_destroy(a);
	return tell(cli, e, folder, &fault);
}

/* ---- what is there ---- */

static int by_id(const void *a, const void *b)
{
	const struct lab_member *x = a, *y = b;

	return strcmp(x->id, y->id);
}

enum err lab_open(struct cli *cli, const char *folder, struct lab *out)
{
	char path[PATH_MAX];
	const struct dirent *entry;
	DIR *d = NULL;
	enum err e = absolute(folder, path);

	memset(out, 0, sizeof *out);
	if (e == ERR_OK && strlen(path) >= sizeof out->folder)
		e = ERR_FILE;
	if (e == ERR_OK) {
		memcpy(out->folder, path, strlen(path) + 1);
		d = opendir(path);
		out->members = calloc(LAB_MEMBERS_MAX, sizeof *out->members);
	}
	if (d == NULL || out->members == NULL) {
		if (d != NULL)
			closedir(d);
		cli_fail(cli, ERR_FILE, folder);
		return ERR_FILE;
	}
	while ((entry = readdir(d)) != NULL && out->count < LAB_MEMBERS_MAX) {
		struct lab_member *m = &out->members[out->count];

		if (entry->d_name[0] == '.' || strlen(entry->d_name) >= sizeof m->id)
			continue;
		if ((size_t)snprintf(m->config, sizeof m->config, "%s/%s/vanthud.yaml", out->folder, entry->d_name) >= sizeof m->config ||
		    access(m->config, R_OK) != 0)
			continue;
		memcpy(m->id, entry->d_name, strlen(entry->d_name) + 1);
		out->count++;
	}
	closedir(d);
	qsort(out->members, out->count, sizeof *out->members, by_id);
	if (out->count == 0) {
		cli_fail_text(cli, ERR_NOT_FOUND, folder, _("make a lab there: vanthu lab create DIR --tree FILE"));
		return ERR_NOT_FOUND;
	}
	return ERR_OK;
}

void lab_close(struct lab *l)
{
	free(l->members);
	memset(l, 0, sizeof *l);
}

const struct lab_member *lab_find(const struct lab *l, const char *id)
{
	for (unsigned i = 0; i < l->count; i++) {
		if (strcmp(l->members[i].id, id) == 0)
			return &l->members[i];
	}
	return NULL;
}

/* ---- one more ---- */

/* The next free port after the highest that the directory names on loopback. */
static enum err next_endpoint(struct arena *a, const struct directory *d, struct rec_committee *entry)
{
	char endpoint[ENDPOINT_MAX + 1];
	unsigned highest = 0, next;

	for (uint32_t i = 0; i < d->entry_count; i++) {
		const char *colon = strrchr(d->entries[i].endpoint, ':');
		unsigned port = colon == NULL ? 0 : (unsigned)strtoul(colon + 1, NULL, 10);

		highest = port > highest ? port : highest;
	}
	for (next = highest + 1; next < 65536 && !ports_free(next);)
		next++;
	if (highest == 0 || next > 65535)
		return ERR_NETWORK;
	snprintf(endpoint, sizeof endpoint, "tcp://127.0.0.1:%u", next);
	entry->endpoint = arena_text(a, endpoint, strlen(endpoint));
	return entry->endpoint == NULL ? ERR_NO_MEMORY : ERR_OK;
}

static enum err add(struct arena *a, const char *folder, struct rec_committee *entry, char *top, struct registry_fault *fault)
{
	int64_t now_ms = text_now_ms();
	const char *registry_folder = fs_join(a, folder, "registry");
	struct rec_committee *entries;
	struct registry r;
	enum err e = registry_folder == NULL ? ERR_NO_MEMORY : registry_open(a, registry_folder, &r);

	if (e != ERR_OK)
		return e;
	for (uint32_t i = 0; i < r.directory.entry_count; i++) {
		const struct rec_committee *c = &r.directory.entries[i];

		if (strcmp(c->id.text, entry->id.text) == 0)
			return ERR_EXISTS;
		if (c->superior.text[0] == '\0' && !c->retired)
			memcpy(top, c->id.text, sizeof c->id.text);
	}
	if (entry->endpoint[0] == '\0')
		e = next_endpoint(a, &r.directory, entry);
	entries = arena_array(a, r.directory.entry_count + 1u, sizeof *entries);
	if (e != ERR_OK || entries == NULL)
		return e != ERR_OK ? e : ERR_NO_MEMORY;
	e = make_member(a, folder, &r, entry, now_ms);
	if (e != ERR_OK)
		return e;
	if (r.directory.entry_count > 0)
		memcpy(entries, r.directory.entries, r.directory.entry_count * sizeof *entries);
	entries[r.directory.entry_count] = *entry;
	return registry_publish(a, &r, entries, r.directory.entry_count + 1, now_ms, fault);
}

enum err lab_add(struct cli *cli, const char *folder, struct rec_committee *entry, char top[COMMITTEE_ID_MAX + 1])
{
	struct arena *a = arena_new((size_t)1 << 30);
	struct registry_fault fault = { .what = NULL };
	char path[PATH_MAX];
	enum err e = a == NULL ? ERR_NO_MEMORY : absolute(folder, path);

	top[0] = '\0';
	if (e == ERR_OK)
		e = add(a, path, entry, top, &fault);
	arena_destroy(a);
	return tell(cli, e, folder, &fault);
}
