/* save: contents into a folder or a file. Never outside the folder, never over a file. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/folder.h"
#include "proto/digest.h"
#include "proto/fields.h"
#include "routing/base/visible.h"
#include "tools/base/file_name.h"
#include "tools/base/files.h"
#include "tools/base/text.h"
#include "tools/client/connection.h"
#include "tools/command/commands.h"
#include "tools/output/output.h"

enum { OPT_TO = 1, OPT_PART, OPT_AS, OPT_OUTPUT = 'o', WINDOW_BYTES = 2 << 20, NAME_TRIES = 1000 };
enum { EXIT_PARTLY = 7 }; /* docs/man: partly done */

const struct command_option save_options[] = {
	{ "to", OPT_TO, N_("DIR"),
	  N_("the folder; it is made when it is not there, and no file in it is written over"),
	  VALUE_FOLDER, NULL },
	{ "part", OPT_PART, N_("N"),
	  N_("only this part: 1 is the document, 2 its first attachment"), VALUE_NONE, NULL },
	{ "as", OPT_AS, N_("NAME"), N_("the file's name in the folder, for one part"), VALUE_NONE,
	  NULL },
	{ "output", OPT_OUTPUT, N_("FILE"),
	  N_("one part into this new file, without --part the document itself; -: to standard "
	     "output"),
	  VALUE_FILE, NULL },
	{ NULL, 0, NULL, NULL, VALUE_NONE, NULL },
};

struct wanted_part {
	uint32_t number; /* as the daemon counts, from 0 */
	char name[NAME_MAX_BYTES + 1];
	uint64_t size_bytes;
	struct digest sha256;
	char taken[FILE_NAME_SIZE]; /* its name in the folder; "": it is not there */
	enum err fault;             /* why not */
	int why;                    /* its errno, when it is ERR_FILE */
};

/* What the command line asked for. */
struct wanted {
	const char *id, *to, *as, *output;
	unsigned long part; /* 0: all */
};

struct saving {
	struct client *client;
	const struct wanted *w;
	int folder;
	struct wanted_part *parts;
	uint32_t count;
};

/* Another part of this very document has the name: it is taken, whatever is in it. */
static bool is_ours(const struct saving *s, const char *name)
{
	for (uint32_t i = 0; i < s->count; i++) {
		if (strcmp(s->parts[i].taken, name) == 0)
			return true;
	}
	return false;
}

/* A file that has just this content already: saved before. Who saves again gets no doubles. */
static bool has_content(int folder, const char *name, const struct wanted_part *p)
{
	int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct digest_stream *hash = NULL;
	uint8_t bytes[65536];
	struct stat st;
	struct digest d;
	ssize_t n = 0;

	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    (uint64_t)st.st_size == p->size_bytes)
		hash = digest_begin();
	while (hash != NULL && (n = read(fd, bytes, sizeof bytes)) > 0)
		digest_add(hash, (struct blob){ bytes, (size_t)n });
	if (fd >= 0)
		close(fd);
	if (hash == NULL)
		return false;
	d = digest_end(hash);
	return n == 0 && digest_equal(&d, &p->sha256);
}

/* The folder does not take such a name, though it may take another. */
static bool refuses_name(int why)
{
	return why == ENAMETOOLONG || why == EINVAL || why == EILSEQ || why == ENOENT || why == EIO;
}

/* A new file, or the one that has the content already (*there): "name", else "name-2" …, in the
 * first form that the folder takes. The names were checked by the daemon, and are checked again:
 * they come from far. -1: errno says why. */
static int create_new(const struct saving *s, const char *wanted, struct wanted_part *p,
		      bool *there)
{
	unsigned form = 0;
	char taken[FILE_NAME_SIZE];

	*there = false;
	for (unsigned i = 1; i < NAME_TRIES;) {
		int fd;

		if (!file_name_form(wanted, i, form, taken))
			return -1; /* errno is that of the last form */
		if (is_ours(s, taken)) {
			i++;
			continue;
		}
		*there = has_content(s->folder, taken, p);
		fd = *there ? -1
			    : openat(s->folder, taken,
				     O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
		if (*there || fd >= 0) {
			snprintf(p->taken, sizeof p->taken, "%s", taken);
			return fd;
		}
		if (errno == EEXIST)
			i++;
		else if (refuses_name(errno))
			form++;
		else
			return -1;
	}
	return -1;
}

/* False: errno says why. */
static bool write_piece(int fd, ProtobufCBinaryData bytes)
{
	size_t done = 0;

	while (done < bytes.len) {
		ssize_t n = write(fd, bytes.data + done, bytes.len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		done += (size_t)n;
	}
	return true;
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

/* The daemon's error, or that of a reply which is none. */
static enum err fault_of(const Vanthu__V1__Reply *reply)
{
	return reply->what_case == VANTHU__V1__REPLY__WHAT_ERROR ? (enum err)reply->error->code
								 : ERR_PROTOCOL;
}

/* All bytes of one part into fd, hashed on the way, and synced. Tells nothing; w->why is the errno
 * of an ERR_FILE. */
static enum err receive(struct client *c, const char *document, struct wanted_part *w, int fd)
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

	w->why = 0;
	ref.text = (char *)(uintptr_t)document;
	content.ref = &ref;
	content.part = w->number;
	content.credit_bytes = promised;
	request.what_case = VANTHU__V1__REQUEST__WHAT_CONTENT;
	request.content = &content;
	progress_begin(&progress, w->name, w->size_bytes, client_cli(c)->quiet);
	e = hash == NULL ? ERR_NO_MEMORY : client_send(c, &request);
	while (e == ERR_OK && !last) {
		e = client_next(c, &reply);
		if (e == ERR_OK && reply->what_case != VANTHU__V1__REPLY__WHAT_DATA)
			e = fault_of(reply);
		if (e != ERR_OK)
			break;
		digest_add(hash, field_blob(reply->data->bytes));
		got += reply->data->bytes.len;
		last = reply->data->last;
		if (w->why == 0 && !write_piece(fd, reply->data->bytes))
			/* what cannot be written is read to its end: other parts follow on this
			 * connection */
			w->why = errno;
		if (!last && got + WINDOW_BYTES / 2 > promised) {
			e = more_credit(c, request.id, got);
			promised = got + WINDOW_BYTES;
		}
		progress_at(&progress, got);
	}
	progress_end(&progress);
	/* a pipe has no disk */
	if (e == ERR_OK && w->why == 0 && fsync(fd) != 0 && errno != EINVAL && errno != EROFS)
		w->why = errno;
	if (e != ERR_OK || w->why != 0) {
		digest_abandon(hash);
		return e != ERR_OK ? e : ERR_FILE;
	}
	d = digest_end(hash);
	return digest_equal(&d, &w->sha256) ? ERR_OK : ERR_DIGEST;
}

static enum err fail_here(struct wanted_part *p)
{
	p->why = errno;
	return ERR_FILE;
}

/* Into a file that gets its name when it is whole: whoever is stopped half way leaves nothing. The
 * folder has said that it takes the name. */
static enum err save_hidden(struct saving *s, const char *wanted, struct wanted_part *p, int hidden)
{
	enum err e;

	unlinkat(s->folder, p->taken, 0);
	e = receive(s->client, s->w->id, p, hidden);
	while (e == ERR_OK && !fs_show(hidden, s->folder, p->taken)) {
		/* by somebody, meanwhile: it may be the same, else the next one is ours */
		bool there = false, taken = errno == EEXIST;
		int fd;

		p->taken[0] = taken ? '\0' : p->taken[0];
		fd = taken ? create_new(s, wanted, p, &there) : -1;
		if (there)
			return ERR_OK;
		if (fd < 0)
			return fail_here(p);
		close(fd);
		unlinkat(s->folder, p->taken, 0);
	}
	return e;
}

/* One part into the folder. What goes wrong is kept with it: the others are saved all the same. */
static void save_part(struct saving *s, struct wanted_part *p)
{
	const char *wanted = s->w->as != NULL ? s->w->as : p->name;
	bool there;
	int hidden = -1, fd = create_new(s, wanted, p, &there);

	if (there)
		return;
	if (fd < 0)
		p->fault = fail_here(p);
	else if ((hidden = fs_hidden(s->folder)) >= 0)
		p->fault = save_hidden(s, wanted, p, hidden);
	else
		p->fault = receive(s->client, s->w->id, p, fd);
	if (hidden >= 0)
		close(hidden);
	if (fd >= 0 && close(fd) != 0 && p->fault == ERR_OK)
		p->fault = fail_here(p);
	if (p->fault != ERR_OK) {
		if (fd >= 0 && hidden < 0)
			/* half a file would look like a whole one */
			unlinkat(s->folder, p->taken, 0);
		p->taken[0] = '\0';
	}
}

static enum err find_parts(struct client *c, const char *id, struct wanted_part **parts,
			   uint32_t *count)
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

		(*parts)[i].number = i;
		snprintf((*parts)[i].name, sizeof (*parts)[i].name, "%s", p->name);
		(*parts)[i].size_bytes = p->size_bytes;
		if (field_fixed(p->sha256, (*parts)[i].sha256.bytes, 32) != ERR_OK)
			return ERR_FORMAT;
	}
	return ERR_OK;
}

/* As a part's name may be: what nobody sees would be written differently. */
static bool is_file_name(const char *name)
{
	return strlen(name) <= NAME_MAX_BYTES && visible_fault(name) == 0 && !visible_blank(name) &&
	       strchr(name, '/') == NULL && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

static bool read_options(struct cli *cli, int argc, char **argv, struct wanted *w)
{
	int c;

	*w = (struct wanted){ NULL, NULL, NULL, NULL, 0 };
	while ((c = cli_option(cli, argc, argv)) != -1) {
		if (c == OPT_TO)
			w->to = optarg;
		else if (c == OPT_AS && !is_file_name(optarg)) {
			cli_bad_value(cli, _("--as is a file's name, without a folder"));
			return false;
		} else if (c == OPT_AS)
			w->as = optarg;
		else if (c == OPT_OUTPUT)
			w->output = optarg;
		else if (c != OPT_PART || !cli_number(cli, 1, PARTS_MAX, &w->part))
			return false;
	}
	if (argc - optind != 1 || (w->to == NULL && w->output == NULL)) {
		cli_wanted(cli, _("one ID and --to are wanted"), "");
		return false;
	}
	if (w->output != NULL && (w->to != NULL || w->as != NULL)) {
		cli_wanted(cli, _("--output names one file: neither --to nor --as goes with it"),
			   "");
		return false;
	}
	if (w->output != NULL && strcmp(w->output, "-") == 0 && cli->json) {
		cli_wanted(cli, _("standard output takes either the content or JSON"),
			   _("name a file, or leave --json out"));
		return false;
	}
	w->id = argv[optind];
	return true;
}

/* Only the part that is wanted stays in the list. */
static enum err choose_part(struct cli *cli, struct saving *s)
{
	unsigned long part = s->w->part == 0 && s->w->output != NULL ? 1 : s->w->part;
	char message[128];

	if (part > s->count) {
		snprintf(message, sizeof message, _("there is no part %lu: it has %u"), part,
			 s->count);
		cli_fail_text(cli, ERR_NOT_FOUND, message, _("see its parts with: vanthu show ID"));
		return ERR_NOT_FOUND;
	}
	if (part == 0 && s->w->as != NULL && s->count > 1) {
		snprintf(message, sizeof message, _("--as is for one part, and it has %u"),
			 s->count);
		cli_wanted(cli, message, _("say which one with --part"));
		return ERR_USAGE;
	}
	if (part > 0) {
		s->parts[0] = s->parts[part - 1];
		s->count = 1;
	}
	return ERR_OK;
}

static json_t *line_of(const struct wanted_part *p)
{
	return json_pack("{s:s, s:I, s:o, s:s, s:i}", "name", p->taken, "size_bytes",
			 (json_int_t)p->size_bytes, "sha256",
			 json_hex(field_bytes(p->sha256.bytes, sizeof p->sha256.bytes)),
			 "given_name", p->name, "part", (int)p->number + 1);
}

static const char *why_missing(const struct wanted_part *p)
{
	return p->fault == ERR_FILE && p->why != 0 ? fs_why(p->why) : _(err_text(p->fault));
}

/* What lies in the folder now, and what does not. */
static int report(struct cli *cli, const struct saving *s)
{
	static const struct column columns[] = { { "name", N_("Name"), FORMAT_TEXT, true },
						 { "size_bytes", N_("Size"), FORMAT_BYTES, false },
						 { NULL, NULL, FORMAT_TEXT, false } };
	json_t *files = json_array(), *missing = json_array(), *out;
	const struct wanted_part *first = NULL;

	for (uint32_t i = 0; i < s->count; i++) {
		const struct wanted_part *p = &s->parts[i];

		if (p->taken[0] != '\0') {
			json_array_append_new(files, line_of(p));
			continue;
		}
		first = first == NULL ? p : first;
		json_array_append_new(missing,
				      json_pack("{s:s, s:i, s:o, s:s}", "given_name", p->name,
						"part", (int)p->number + 1, "code",
						json_sprintf("VT-%d", (int)p->fault), "message",
						why_missing(p)));
	}
	if (first != NULL && json_array_size(files) == 0) {
		errno = first->why;
		cli_fail_file(cli, first->fault, first->name);
		json_decref(files);
		json_decref(missing);
		return err_exit_code(first->fault);
	}
	out = json_pack("{s:s, s:O, s:o}", "folder", s->w->to, "files", files, "missing", missing);
	if (cli->json)
		cli->renderer->object(cli, out, columns);
	else
		cli->renderer->list(cli, files, columns);
	for (uint32_t i = 0; i < s->count; i++) {
		const struct wanted_part *p = &s->parts[i];

		if (p->taken[0] == '\0')
			cli_warn(cli, _("part %u is missing: %s: VT-%d: %s"), p->number + 1,
				 p->name, (int)p->fault, why_missing(p));
		else if (strcmp(p->taken, p->name) != 0 && s->w->as == NULL)
			cli_say(cli, _("%s is saved as %s"), p->name, p->taken);
	}
	cli_hint(cli, _("Saved in %s"), s->w->to);
	json_decref(files);
	json_decref(out);
	return first == NULL ? 0 : EXIT_PARTLY;
}

static int save_into_folder(struct cli *cli, struct saving *s)
{
	if ((mkdir(s->w->to, 0755) != 0 && errno != EEXIST) ||
	    (s->folder = open(s->w->to, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		return cli_fail_file(cli, ERR_FILE, s->w->to);
	for (uint32_t i = 0; i < s->count; i++) {
		save_part(s, &s->parts[i]);
		if (s->parts[i].fault == ERR_UNREACHABLE || s->parts[i].fault == ERR_TIMEOUT) {
			/* nobody answers for the rest either */
			for (uint32_t k = i + 1; k < s->count; k++)
				s->parts[k].fault = s->parts[i].fault;
			break;
		}
	}
	close(s->folder);
	if (folder_sync(s->w->to) != ERR_OK) /* the names, too, are there when it says so */
		return cli_fail_file(cli, ERR_FILE, s->w->to);
	return report(cli, s);
}

static enum err save_as(struct saving *s, const char *path, struct wanted_part *p)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644), folder,
	    hidden = -1;
	const char *name;
	enum err e;

	if (fd < 0)
		return errno == EEXIST ? ERR_EXISTS : fail_here(p);
	folder = fs_open_folder_of(path, &name);
	if (folder >= 0 && (hidden = fs_hidden(folder)) >= 0)
		unlinkat(folder, name, 0);
	e = receive(s->client, s->w->id, p, hidden >= 0 ? hidden : fd);
	if (e == ERR_OK && hidden >= 0 && !fs_show(hidden, folder, name))
		e = errno == EEXIST ? ERR_EXISTS : fail_here(p);
	if (close(fd) != 0 && e == ERR_OK)
		e = fail_here(p);
	if (e != ERR_OK && hidden < 0)
		unlink(path);
	if (e == ERR_OK && folder_sync_parent(path) != ERR_OK)
		e = fail_here(p);
	if (hidden >= 0)
		close(hidden);
	if (folder >= 0)
		close(folder);
	return e;
}

static int save_into_file(struct cli *cli, struct saving *s)
{
	bool to_stdout = strcmp(s->w->output, "-") == 0;
	struct wanted_part *p = &s->parts[0];

	fflush(stdout);
	p->fault = to_stdout ? receive(s->client, s->w->id, p, STDOUT_FILENO)
			     : save_as(s, s->w->output, p);
	if (p->fault == ERR_OK && !to_stdout && !cli->json)
		cli_say(cli, _("Saved as %s"), s->w->output);
	if (p->fault == ERR_OK && cli->json)
		output_object(cli,
			      json_pack("{s:s, s:I, s:s, s:i}", "file", s->w->output, "size_bytes",
					(json_int_t)p->size_bytes, "given_name", p->name, "part",
					(int)p->number + 1),
			      NULL);
	if (p->fault == ERR_OK)
		return 0;
	errno = p->why;
	return cli_fail_file(cli, p->fault, to_stdout ? p->name : s->w->output);
}

int cmd_save(struct cli *cli, int argc, char **argv)
{
	struct wanted w;
	struct saving s = { .w = &w, .folder = -1 };
	enum err e;
	int code;

	if (!read_options(cli, argc, argv, &w))
		return err_exit_code(ERR_USAGE);
	e = client_open(cli, CLIENT_OFFICE, &s.client);
	if (e == ERR_OK)
		e = find_parts(s.client, w.id, &s.parts, &s.count);
	if (e == ERR_OK)
		e = choose_part(cli, &s);
	code = e != ERR_OK	  ? err_exit_code(e)
	       : w.output != NULL ? save_into_file(cli, &s)
				  : save_into_folder(cli, &s);
	free(s.parts);
	client_close(s.client);
	return code;
}
