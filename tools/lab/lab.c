/* Making a lab: folders, keys, configurations, the directory; see lab.h. Processes are in
 * tools/lab/process.c. */
#include "tools/lab/lab.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "proto/digest.h"
#include "routing/base/committee_id.h"
#include "tools/base/files.h"
#include "tools/base/text.h"
#include "tools/lab/ports.h"
#include "tools/output/output.h"
#include "tools/registry/registry.h"

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
	snprintf(out, size, "%s/vanthu-%.16s",
		 runtime != NULL && strlen(runtime) < 60 ? runtime : "/tmp", hex);
}

static enum err write_config(struct arena *a, const char *folder, const char *member,
			     const struct rec_committee *c, unsigned gateway_port)
{
	char text[2048], run[256], gateway[64];
	const char *path = fs_join(a, member, "vanthud.yaml");
	int n;

	if (path == NULL)
		return ERR_NO_MEMORY;
	run_folder(folder, c->id.text, run, sizeof run);
	gateway_config(gateway_port, gateway, sizeof gateway);
	n = snprintf(
	    text, sizeof text,
	    "# %s\ncommittee: %s\ndata: data\nrun: %s\nsigning_key: sign.key\nlink_key: link.key\n"
	    "registry_root: ../registry/root.pem\ndirectory: ../registry/directory.vtd\n%s%s%s"
	    "%s",
	    c->name, c->id.text, run, c->endpoint[0] == '\0' ? "" : "listen: ", c->endpoint,
	    c->endpoint[0] == '\0' ? "" : "\n", gateway);
	return n > 0 && (size_t)n < sizeof text
		   ? fs_write_new(path, (struct blob){ (const uint8_t *)text, (size_t)n }, false)
		   : ERR_FILE;
}

/* In the folder `member`, whatever its name is yet: nothing in it names itself. Port 0: without a
 * gateway. */
static enum err make_member(struct arena *a, const char *folder, const char *member,
			    const struct registry *r, struct rec_committee *c,
			    unsigned gateway_port)
{
	int64_t now_ms = text_now_ms();
	struct identity keys;
	enum err e = fs_mkdir(member, true);

	if (e == ERR_OK)
		e = identity_new(a, &keys);
	if (e == ERR_OK)
		e = identity_save(a, &keys, member);
	if (e == ERR_OK)
		e = registry_certify(a, r, &keys, now_ms, c);
	if (e == ERR_OK && gateway_port != 0)
		e = gateway_make_token(a, member);
	return e == ERR_OK ? write_config(a, folder, member, c, gateway_port) : e;
}

/* `tree_fix`: what mends a tree that is none, which only a lab of its own has from a file. */
static enum err report(struct cli *cli, enum err e, const char *folder,
		       const struct registry_fault *fault, const char *tree_fix)
{
	char message[512];

	if (e == ERR_BAD_TREE && fault->what != NULL) {
		snprintf(message, sizeof message, "%s %s", fault->culprit.text, _(fault->what));
		cli_fail_text(cli, e, message, tree_fix);
	} else if (e != ERR_OK) {
		cli_fail_file(cli, e, folder);
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

/* `gateway_port`: of the first; 0: none has one. */
static enum err fill_lab(struct cli *cli, struct arena *a, const char *folder,
			 const struct tree_list *tree, unsigned gateway_port,
			 struct registry_fault *fault)
{
	int64_t now_ms = text_now_ms();
	const char *registry_folder = fs_join(a, folder, "registry");
	struct progress p;
	struct registry r;
	enum err e = registry_folder == NULL
			 ? ERR_NO_MEMORY
			 : registry_create(a, registry_folder, "vanthu lab", now_ms, &r);

	progress_begin(&p, _("Making committees"), tree->count, cli->quiet);
	for (uint32_t i = 0; e == ERR_OK && i < tree->count; i++) {
		const char *member = fs_join(a, folder, tree->committees[i].id.text);

		e = member == NULL ? ERR_NO_MEMORY
				   : make_member(a, folder, member, &r, &tree->committees[i],
						 gateway_port == 0 ? 0 : gateway_port + i);
		progress_at(&p, i);
	}
	progress_end(&p);
	return e == ERR_OK ? registry_publish(a, &r, tree->committees, tree->count, now_ms, fault)
			   : e;
}

/* So many from this one on; 0: any that are free. */
static enum err find_ports(struct cli *cli, const char *path, uint32_t count, unsigned *port)
{
	char message[256], fix[128];

	if (*port + count > 65536) {
		snprintf(message, sizeof message,
			 _("%u ports are wanted, and the last there is is 65535"),
			 count);
		snprintf(fix, sizeof fix, _("give a --port of at most %u"), 65536 - count);
		cli_fail_text(cli, ERR_USAGE, message, fix);
		return ERR_USAGE;
	}
	if (*port == 0 && path != NULL)
		*port = choose_ports(path, count);
	if (*port != 0 || path == NULL)
		return ERR_OK;
	cli_fail_text(cli, ERR_NETWORK, _("no ports in a row are free on loopback"),
		      _("name the first one with --port"));
	return ERR_NETWORK;
}

enum err lab_create(struct cli *cli, const char *folder, const struct tree_list *tree,
		    unsigned port, bool gateway)
{
	struct arena *a = arena_new((size_t)1 << 30);
	struct registry_fault fault = { .what = NULL };
	uint32_t count = tree->count * (gateway ? 2 : 1);
	char path[PATH_MAX];
	enum err e = a == NULL ? ERR_NO_MEMORY : find_ports(cli, NULL, count, &port);

	if (e == ERR_OK)
		e = fs_mkdir(folder, false);
	if (e == ERR_OK)
		e = absolute(folder, path);
	if (e == ERR_OK)
		e = find_ports(cli, path, count, &port);
	if (e == ERR_OK)
		e = give_endpoints(a, tree, port);
	if (e == ERR_OK)
		e = fill_lab(cli, a, path, tree, gateway ? port + tree->count : 0, &fault);
	arena_destroy(a);
	return report(cli, e, folder, &fault, _(err_fix(ERR_BAD_TREE)));
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
		cli_fail_file(cli, ERR_FILE, folder);
		return ERR_FILE;
	}
	while ((entry = readdir(d)) != NULL && out->count < LAB_MEMBERS_MAX) {
		struct lab_member *m = &out->members[out->count];

		if (entry->d_name[0] == '.' || strlen(entry->d_name) >= sizeof m->id)
			continue;
		if ((size_t)snprintf(m->config, sizeof m->config, "%s/%s/vanthud.yaml", out->folder,
				     entry->d_name) >= sizeof m->config ||
		    access(m->config, R_OK) != 0)
			continue;
		memcpy(m->id, entry->d_name, strlen(entry->d_name) + 1);
		m->gateway = gateway_is_wanted(m->config);
		out->count++;
	}
	closedir(d);
	qsort(out->members, out->count, sizeof *out->members, by_id);
	if (out->count == 0) {
		cli_fail_text(cli, ERR_NOT_FOUND, folder,
			      _("make a lab there: vanthu lab create DIR --tree FILE"));
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

/* The next port that is free, and not of anybody of the lab who does not run; 0: there is none. */
static unsigned next_port(unsigned highest)
{
	unsigned next = highest + 1;

	while (next < 65536 && !ports_free(next))
		next++;
	return highest == 0 || next > 65535 ? 0 : next;
}

/* The highest that the directory names on loopback, and that gateways have. */
static unsigned highest_port(const struct directory *d, unsigned gateway_highest)
{
	unsigned highest = gateway_highest;

	for (uint32_t i = 0; i < d->entry_count; i++) {
		const char *colon = strrchr(d->entries[i].endpoint, ':');
		unsigned port = colon == NULL ? 0 : (unsigned)strtoul(colon + 1, NULL, 10);

		highest = port > highest ? port : highest;
	}
	return highest;
}

static enum err give_endpoint(struct arena *a, unsigned port, struct rec_committee *entry)
{
	char endpoint[ENDPOINT_MAX + 1];

	if (port == 0)
		return ERR_NETWORK;
	snprintf(endpoint, sizeof endpoint, "tcp://127.0.0.1:%u", port);
	entry->endpoint = arena_text(a, endpoint, strlen(endpoint));
	return entry->endpoint == NULL ? ERR_NO_MEMORY : ERR_OK;
}

/* A new member's folder has this name until the directory has it: lab_open does not see it, so
 * nothing starts it. */
static enum err staging_of(const char *folder, const char *id, char out[PATH_MAX],
			   char final[PATH_MAX])
{
	bool whole = snprintf(out, PATH_MAX, "%s/.%s.new", folder, id) < PATH_MAX &&
		     snprintf(final, PATH_MAX, "%s/%s", folder, id) < PATH_MAX;

	errno = whole ? errno : ENAMETOOLONG;
	return whole ? ERR_OK : ERR_FILE;
}

/* What an earlier `lab add` was killed before: the directory has the member, its folder not yet its
 * name. *mended: it was `id`. */
static enum err mend(const char *folder, const struct directory *d,
		     const struct rec_committee *wanted, bool *mended)
{
	char staging[PATH_MAX], final[PATH_MAX];
	enum err e = ERR_OK;

	*mended = false;
	for (uint32_t i = 0; e == ERR_OK && i < d->entry_count; i++) {
		const struct rec_committee *c = &d->entries[i];

		e = staging_of(folder, c->id.text, staging, final);
		if (e != ERR_OK || access(staging, F_OK) != 0 || access(final, F_OK) == 0)
			continue;
		e = rename(staging, final) == 0 ? ERR_OK : ERR_FILE;
		*mended =
		    *mended ||
		    (id_equal(c->id, wanted->id) && id_equal(c->superior, wanted->superior) &&
		     strcmp(c->name, wanted->name) == 0 && strcmp(c->symbol, wanted->symbol) == 0);
	}
	return e;
}

/* Folder, directory, name of the folder, in this order: a fault takes back the folder, and a kill
 * leaves what mend() finishes. */
static enum err put(struct arena *a, const char *folder, struct registry *r,
		    struct rec_committee *entry, unsigned gateway_port,
		    struct registry_fault *fault)
{
	struct rec_committee *entries =
	    arena_array(a, r->directory.entry_count + 1u, sizeof *entries);
	char staging[PATH_MAX], final[PATH_MAX];
	enum err e =
	    entries == NULL ? ERR_NO_MEMORY : staging_of(folder, entry->id.text, staging, final);

	if (e == ERR_OK && access(final, F_OK) == 0)
		e = ERR_EXISTS;
	if (e != ERR_OK)
		return e;
	fs_remove_tree(staging); /* of one that was killed before the directory had it */
	e = make_member(a, folder, staging, r, entry, gateway_port);
	if (e == ERR_OK) {
		if (r->directory.entry_count > 0)
			memcpy(entries, r->directory.entries,
			       r->directory.entry_count * sizeof *entries);
		entries[r->directory.entry_count] = *entry;
		e = registry_publish(a, r, entries, r->directory.entry_count + 1, text_now_ms(),
				     fault);
	}
	if (e != ERR_OK) {
		int why = errno;

		fs_remove_tree(staging);
		errno = why;
		return e;
	}
	return rename(staging, final) == 0 ? ERR_OK : ERR_FILE;
}

/* `gateway_highest`: the highest port of a gateway of the lab, 0: it has none. */
static enum err add(struct arena *a, const char *folder, struct rec_committee *entry, char *top,
		    unsigned gateway_highest, struct registry_fault *fault)
{
	const char *registry_folder = fs_join(a, folder, "registry");
	struct registry r;
	bool mended = false;
	unsigned port, gateway_port = 0;
	enum err e =
	    registry_folder == NULL ? ERR_NO_MEMORY : registry_open(a, registry_folder, &r);

	if (e == ERR_OK)
		e = mend(folder, &r.directory, entry, &mended);
	for (uint32_t i = 0; e == ERR_OK && i < r.directory.entry_count; i++) {
		const struct rec_committee *c = &r.directory.entries[i];

		if (strcmp(c->id.text, entry->id.text) == 0 && !mended)
			e = ERR_EXISTS;
		if (c->superior.text[0] == '\0' && !c->retired)
			memcpy(top, c->id.text, sizeof c->id.text);
	}
	if (e != ERR_OK || mended)
		return e;
	port = next_port(highest_port(&r.directory, gateway_highest));
	if (gateway_highest != 0 && (gateway_port = next_port(port)) == 0)
		return ERR_NETWORK;
	if (entry->endpoint[0] == '\0')
		e = give_endpoint(a, port, entry);
	return e == ERR_OK ? put(a, folder, &r, entry, gateway_port, fault) : e;
}

/* 0: no member has a gateway. */
static enum err find_gateways(struct cli *cli, const char *folder, unsigned *highest)
{
	struct lab l;
	enum err e = lab_open(cli, folder, &l);

	*highest = 0;
	for (unsigned i = 0; e == ERR_OK && i < l.count; i++) {
		unsigned port = gateway_port(&l.members[i]);

		*highest = port > *highest ? port : *highest;
	}
	if (e == ERR_OK)
		lab_close(&l);
	return e;
}

/* Two at once would each sign a version of their own. The kernel releases the lock when the process
 * ends, however it does. */
static enum err lock_registry(const char *folder, int *fd)
{
	char path[PATH_MAX + 16];

	snprintf(path, sizeof path, "%s/registry", folder);
	*fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return *fd >= 0 && flock(*fd, LOCK_EX) == 0 ? ERR_OK : ERR_FILE;
}

enum err lab_add(struct cli *cli, const char *folder, struct rec_committee *entry,
		 char top[COMMITTEE_ID_MAX + 1])
{
	struct arena *a = arena_new((size_t)1 << 30);
	struct registry_fault fault = { .what = NULL };
	char path[PATH_MAX], message[512];
	unsigned highest;
	int lock = -1;
	enum err e = a == NULL ? ERR_NO_MEMORY : absolute(folder, path);

	top[0] = '\0';
	if (e == ERR_OK)
		e = find_gateways(cli, path, &highest);
	if (e == ERR_OK)
		e = lock_registry(path, &lock);
	if (e == ERR_OK)
		e = add(a, path, entry, top, highest, &fault);
	if (lock >= 0)
		close(lock);
	arena_destroy(a);
	if (e == ERR_EXISTS) {
		snprintf(message, sizeof message,
			 _("%s: there is such a committee, or a folder of this name, in %s"),
			 entry->id.text, folder);
		cli_fail_text(cli, e, message,
			      _("choose another id; see who is there with: vanthu lab status DIR"));
	}
	return cli->error_printed ? e : report(cli, e, folder, &fault, registry_tree_fix());
}
