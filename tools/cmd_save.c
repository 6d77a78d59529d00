/* save and export: contents into a folder, proofs into a file. Never outside the folder, never over a file. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/digest.h"
#include "proto/fields.h"
#include "tools/client.h"
#include "tools/commands.h"
#include "tools/evidence.h"
#include "tools/fsutil.h"
#include "tools/json.h"
#include "tools/output.h"
#include "tools/term.h"
#include "tools/text.h"

enum { OPT_TO = 1, WINDOW_BYTES = 2 << 20, NAME_TRIES = 100, EVIDENCE_ARENA_BYTES = 64 << 20 };

const struct command_option save_options[] = {
	{ "to", OPT_TO, N_("DIR"), N_("the folder; it is made when it is not there, and no file in it is written over"), VALUE_FOLDER, NULL },
	{ NULL, 0, NULL, NULL, VALUE_NONE, NULL },
};
const struct command_option export_options[] = {
	{ "to", OPT_TO, N_("FILE"), N_("the new file"), VALUE_FILE, NULL },
	{ NULL, 0, NULL, NULL, VALUE_NONE, NULL },
};

struct wanted_part {
	char name[NAME_MAX_BYTES + 1];
	uint64_t size_bytes;
	struct digest sha256;
};

/* A file that is new: "name", else "name-2" … The names were checked by the daemon, and are checked again: they come from far. Characters
 * that nobody sees become marks: one that turns the direction of writing makes exe look like docx. */
static int create_new(int folder, const char *sent, char *taken, size_t size)
{
	char name[NAME_MAX_BYTES + 1];
	const char *dot;

	snprintf(name, sizeof name, "%s", sent);
	text_one_line(name);
	dot = strrchr(name, '.');
	if (name[0] == '\0' || strchr(name, '/') != NULL || strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
		errno = EINVAL;
		return -1;
	}
	dot = dot == NULL || dot == name ? name + strlen(name) : dot;
	for (int i = 1; i < NAME_TRIES; i++) {
		int fd;

		if (i == 1)
			snprintf(taken, size, "%s", name);
		else
			snprintf(taken, size, "%.*s-%d%s", (int)(dot - name), name, i, dot);
		fd = openat(folder, taken, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
		if (fd >= 0 || errno != EEXIST)
			return fd;
	}
	return -1;
}

static enum err write_piece(int fd, ProtobufCBinaryData bytes)
{
	size_t done = 0;

	while (done < bytes.len) {
		ssize_t n = write(fd, bytes.data + done, bytes.len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == ENOSPC ? ERR_DISK_FULL : ERR_FILE;
		done += (size_t)n;
	}
	return ERR_OK;
}

static enum err more_credit(struct client *c, uint64_t id, uint64_t got_bytes)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__ControlCredit credit = VANTHU__V1__CONTROL_CREDIT__INIT;

	credit.bytes = got_bytes + WINDOW_BYTES;
	request.what_case = VANTHU__V1__REQUEST__WHAT_CREDIT;
	request.credit = &credit;
	return client_send_more(c, &request, id);
}

/* All bytes of one part into fd, hashed on the way. */
static enum err receive(struct client *c, const char *document, uint32_t part, int fd, const struct wanted_part *w)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Content content = VANTHU__V1__CONTENT__INIT;
	Vanthu__V1__Ref ref = VANTHU__V1__REF__INIT;
	struct digest_stream *hash = digest_begin();
	struct progress progress;
	Vanthu__V1__Reply *reply;
	uint64_t got = 0, promised = WINDOW_BYTES;
	struct digest d;
	bool last = false;
	enum err e;

	ref.text = (char *)(uintptr_t)document;
	content.ref = &ref;
	content.part = part;
	content.credit_bytes = promised;
	request.what_case = VANTHU__V1__REQUEST__WHAT_CONTENT;
	request.content = &content;
	progress_begin(&progress, w->name, w->size_bytes, client_cli(c)->quiet);
	e = hash == NULL ? ERR_NO_MEMORY : client_send(c, &request);
	while (e == ERR_OK && !last) {
		e = client_next(c, &reply);
		if (e != ERR_OK || reply->what_case != VANTHU__V1__REPLY__WHAT_DATA) {
			digest_abandon(hash);
			return client_fail(c, e, reply);
		}
		digest_add(hash, field_blob(reply->data->bytes));
		got += reply->data->bytes.len;
		last = reply->data->last;
		e = write_piece(fd, reply->data->bytes);
		if (e == ERR_OK && !last && got + WINDOW_BYTES / 2 > promised) {
			e = more_credit(c, request.id, got);
			promised = got + WINDOW_BYTES;
		}
		progress_at(&progress, got);
	}
	progress_end(&progress);
	if (e != ERR_OK) {
		digest_abandon(hash);
		return e;
	}
	d = digest_end(hash);
	return digest_equal(&d, &w->sha256) ? ERR_OK : ERR_DIGEST;
}

static enum err save_part(struct client *c, const char *document, uint32_t part, const struct wanted_part *w, int folder, json_t *out)
{
	char taken[NAME_MAX_BYTES + 16];
	int fd = create_new(folder, w->name, taken, sizeof taken);
	enum err e = fd < 0 ? ERR_FILE : receive(c, document, part, fd, w);

	if (fd >= 0 && (fsync(fd) != 0 || close(fd) != 0) && e == ERR_OK)
		e = ERR_FILE;
	if (e != ERR_OK) {
		if (fd >= 0)
			unlinkat(folder, taken, 0); /* half a file would look like a whole one */
		cli_fail_file(client_cli(c), e, w->name);
		return e;
	}
	json_array_append_new(out, json_pack("{s:s, s:I, s:o}", "name", taken, "size_bytes", (json_int_t)w->size_bytes, "sha256",
					     json_hex(field_bytes(w->sha256.bytes, sizeof w->sha256.bytes))));
	return ERR_OK;
}

static enum err find_parts(struct client *c, const char *id, struct wanted_part **parts, uint32_t *count)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Ref ref = VANTHU__V1__REF__INIT;
	Vanthu__V1__Reply *reply;
	enum err e;

	ref.text = (char *)(uintptr_t)id;
	request.what_case = VANTHU__V1__REQUEST__WHAT_SHOW;
	request.show = &ref;
	e = client_call(c, &request, VANTHU__V1__REPLY__WHAT_VIEW, &reply);
	if (e != ERR_OK)
		return e;
	*count = (uint32_t)reply->view->n_parts;
	*parts = calloc(*count + 1u, sizeof **parts);
	if (*parts == NULL)
		return ERR_NO_MEMORY;
	for (uint32_t i = 0; i < *count; i++) {
		const Vanthu__V1__PartView *p = reply->view->parts[i];

		snprintf((*parts)[i].name, sizeof (*parts)[i].name, "%s", p->name);
		(*parts)[i].size_bytes = p->size_bytes;
		if (field_fixed(p->sha256, (*parts)[i].sha256.bytes, 32) != ERR_OK)
			return ERR_FORMAT;
	}
	return ERR_OK;
}

/* The operand and --to; false after a fault was told. */
static bool read_options(struct cli *cli, int argc, char **argv, const char **id, const char **to)
{
	int c;

	*to = NULL;
	while ((c = cli_option(cli, argc, argv)) != -1) {
		if (c == '?')
			return false;
		*to = optarg;
	}
	if (argc - optind != 1 || *to == NULL) {
		cli_wanted(cli, _("one ID and --to are wanted"), "");
		return false;
	}
	*id = argv[optind];
	return true;
}

int cmd_save(struct cli *cli, int argc, char **argv)
{
	static const struct column columns[] = { { "name", N_("Name"), FORMAT_TEXT, true },
						 { "size_bytes", N_("Size"), FORMAT_BYTES, false },
						 { NULL, NULL, FORMAT_TEXT, false } };
	struct wanted_part *parts = NULL;
	json_t *files = json_array();
	const char *id, *to;
	struct client *c = NULL;
	uint32_t count = 0;
	int folder = -1;
	enum err e = ERR_OK;

	if (!read_options(cli, argc, argv, &id, &to)) {
		json_decref(files);
		return err_exit_code(ERR_USAGE);
	}
	if (mkdir(to, 0755) != 0 && errno != EEXIST)
		e = ERR_FILE;
	if (e == ERR_OK && (folder = open(to, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		e = ERR_FILE;
	if (e != ERR_OK)
		cli_fail_file(cli, e, to);
	if (e == ERR_OK)
		e = client_open(cli, CLIENT_OFFICE, &c);
	if (e == ERR_OK)
		e = find_parts(c, id, &parts, &count);
	for (uint32_t i = 0; e == ERR_OK && i < count; i++)
		e = save_part(c, id, i, &parts[i], folder, files);
	if (e == ERR_OK) {
		json_t *out = json_pack("{s:s, s:O}", "folder", to, "files", files);

		if (cli->json)
			cli->renderer->object(cli, out, columns);
		else
			cli->renderer->list(cli, files, columns);
		cli_hint(cli, _("Saved in %s"), to);
		json_decref(out);
	}
	json_decref(files);
	free(parts);
	client_close(c);
	if (folder >= 0)
		close(folder);
	return err_exit_code(e);
}

int cmd_export(struct cli *cli, int argc, char **argv)
{
	static const struct column columns[] = { { "file", N_("File"), FORMAT_TEXT, false },
						 { "size_bytes", N_("Size"), FORMAT_BYTES, false },
						 { NULL, NULL, FORMAT_TEXT, false } };
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Ref ref = VANTHU__V1__REF__INIT;
	Vanthu__V1__Reply *reply;
	struct arena *a = arena_new(EVIDENCE_ARENA_BYTES);
	struct client *c = NULL;
	const char *id, *to;
	struct blob bytes;
	enum err e;

	if (!read_options(cli, argc, argv, &id, &to)) {
		arena_destroy(a);
		return err_exit_code(ERR_USAGE);
	}
	ref.text = (char *)(uintptr_t)id;
	request.what_case = VANTHU__V1__REQUEST__WHAT_EVIDENCE;
	request.evidence = &ref;
	e = client_open(cli, CLIENT_OFFICE, &c);
	if (e == ERR_OK)
		e = client_call(c, &request, VANTHU__V1__REPLY__WHAT_EVIDENCE, &reply);
	if (e == ERR_OK) {
		e = a == NULL ? ERR_NO_MEMORY : evidence_pack(a, reply->evidence, &bytes);
		if (e == ERR_OK)
			e = fs_write_new(to, bytes, false);
		if (e != ERR_OK)
			cli_fail_file(cli, e, to);
	}
	if (e == ERR_OK)
		output_object(cli, json_pack("{s:s, s:I}", "file", to, "size_bytes", (json_int_t)bytes.len_bytes), columns);
	client_close(c);
	arena_destroy(a);
	return err_exit_code(e);
}
