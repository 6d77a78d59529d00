/* save: contents into a folder or a file (tools/client/save.h). */
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
#include "tools/client/client.h"
#include "tools/command/commands.h"
#include "tools/output/output.h"

enum { OPT_TO = 1, OPT_PART, OPT_AS, OPT_OUTPUT = 'o' };
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

/* What the command line asked for. */
struct wanted {
	const char *id, *to, *as, *output;
	unsigned long part; /* 0: all */
};

struct saving {
	struct call *call;
	const struct wanted *w;
	struct save save;
	struct progress progress;
};

static void show_progress(void *ctx, const struct content_part *part, uint64_t got_bytes)
{
	struct saving *s = ctx;

	if (got_bytes == 0)
		progress_begin(&s->progress, part->name, part->size_bytes,
			       call_cli(s->call)->quiet);
	else
		progress_at(&s->progress, got_bytes);
}

static enum err find_parts(struct call *c, const char *id, struct save *s)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Ref ref = VANTHU__V1__REF__INIT;
	Vanthu__V1__Reply *reply;
	enum err e;

	ref.text = (char *)(uintptr_t)id;
	request.what_case = VANTHU__V1__REQUEST__WHAT_SHOW;
	request.show = &ref;
	e = call_ask(c, &request, VANTHU__V1__REPLY__WHAT_VIEW, &reply);
	if (e != ERR_OK)
		return e;
	s->count = (uint32_t)reply->view->n_parts;
	s->parts = calloc(s->count + 1u, sizeof *s->parts);
	e = s->parts == NULL ? ERR_NO_MEMORY : ERR_OK;
	for (uint32_t i = 0; e == ERR_OK && i < s->count; i++)
		e = content_part_of(reply->view, i, &s->parts[i].part);
	return e;
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

	if (part > s->save.count) {
		snprintf(message, sizeof message, _("there is no part %lu: it has %u"), part,
			 s->save.count);
		cli_fail_text(cli, ERR_NOT_FOUND, message, _("see its parts with: vanthu show ID"));
		return ERR_NOT_FOUND;
	}
	if (part == 0 && s->w->as != NULL && s->save.count > 1) {
		snprintf(message, sizeof message, _("--as is for one part, and it has %u"),
			 s->save.count);
		cli_wanted(cli, message, _("say which one with --part"));
		return ERR_USAGE;
	}
	if (part > 0) {
		s->save.parts[0] = s->save.parts[part - 1];
		s->save.count = 1;
	}
	return ERR_OK;
}

static json_t *line_of(const struct save_part *p)
{
	return json_pack("{s:s, s:I, s:o, s:s, s:i}", "name", p->taken, "size_bytes",
			 (json_int_t)p->part.size_bytes, "sha256",
			 json_hex(field_bytes(p->part.sha256.bytes, sizeof p->part.sha256.bytes)),
			 "given_name", p->part.name, "part", (int)p->part.number + 1);
}

static const char *why_missing(const struct save_part *p)
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
	const struct save_part *first = NULL;

	for (uint32_t i = 0; i < s->save.count; i++) {
		const struct save_part *p = &s->save.parts[i];

		if (p->taken[0] != '\0') {
			json_array_append_new(files, line_of(p));
			continue;
		}
		first = first == NULL ? p : first;
		json_array_append_new(missing,
				      json_pack("{s:s, s:i, s:o, s:s}", "given_name", p->part.name,
						"part", (int)p->part.number + 1, "code",
						json_sprintf("VT-%d", (int)p->fault), "message",
						why_missing(p)));
	}
	if (first != NULL && json_array_size(files) == 0) {
		errno = first->why;
		cli_fail_file(cli, first->fault, first->part.name);
		json_decref(files);
		json_decref(missing);
		return err_exit_code(first->fault);
	}
	out = json_pack("{s:s, s:O, s:o}", "folder", s->w->to, "files", files, "missing", missing);
	if (cli->json)
		cli->renderer->object(cli, out, columns);
	else
		cli->renderer->list(cli, files, columns);
	for (uint32_t i = 0; i < s->save.count; i++) {
		const struct save_part *p = &s->save.parts[i];

		if (p->taken[0] == '\0')
			cli_warn(cli, _("part %u is missing: %s: VT-%d: %s"), p->part.number + 1,
				 p->part.name, (int)p->fault, why_missing(p));
		else if (strcmp(p->taken, p->part.name) != 0 && s->w->as == NULL)
			cli_say(cli, _("%s is saved as %s"), p->part.name, p->taken);
	}
	cli_hint(cli, _("Saved in %s"), s->w->to);
	json_decref(files);
	json_decref(out);
	return first == NULL ? 0 : EXIT_PARTLY;
}

static int save_into_folder(struct cli *cli, struct saving *s)
{
	if ((mkdir(s->w->to, 0755) != 0 && errno != EEXIST) ||
	    (s->save.folder = open(s->w->to, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		return cli_fail_file(cli, ERR_FILE, s->w->to);
	for (uint32_t i = 0; i < s->save.count; i++) {
		save_part(&s->save, &s->save.parts[i], s->w->as);
		progress_end(&s->progress);
		if (s->save.parts[i].fault == ERR_UNREACHABLE ||
		    s->save.parts[i].fault == ERR_TIMEOUT) {
			/* nobody answers for the rest either */
			for (uint32_t k = i + 1; k < s->save.count; k++)
				s->save.parts[k].fault = s->save.parts[i].fault;
			break;
		}
	}
	close(s->save.folder);
	if (folder_sync(s->w->to) != ERR_OK) /* the names, too, are there when it says so */
		return cli_fail_file(cli, ERR_FILE, s->w->to);
	return report(cli, s);
}

static int save_into_file(struct cli *cli, struct saving *s)
{
	bool to_stdout = strcmp(s->w->output, "-") == 0;
	struct save_part *p = &s->save.parts[0];

	fflush(stdout);
	p->fault = to_stdout ? save_descriptor(&s->save, p, STDOUT_FILENO)
			     : save_file(&s->save, p, s->w->output);
	progress_end(&s->progress);
	if (p->fault == ERR_OK && !to_stdout && !cli->json)
		cli_say(cli, _("Saved as %s"), s->w->output);
	if (p->fault == ERR_OK && cli->json)
		output_object(cli,
			      json_pack("{s:s, s:I, s:s, s:i}", "file", s->w->output, "size_bytes",
					(json_int_t)p->part.size_bytes, "given_name", p->part.name,
					"part", (int)p->part.number + 1),
			      NULL);
	if (p->fault == ERR_OK)
		return 0;
	errno = p->why;
	return cli_fail_file(cli, p->fault, to_stdout ? p->part.name : s->w->output);
}

int cmd_save(struct cli *cli, int argc, char **argv)
{
	struct wanted w;
	struct saving s = { .w = &w, .save = { .folder = -1, .progress = show_progress } };
	enum err e;
	int code;

	if (!read_options(cli, argc, argv, &w))
		return err_exit_code(ERR_USAGE);
	e = call_open(cli, CLIENT_OFFICE, &s.call);
	if (e == ERR_OK) {
		s.save.client = call_client(s.call);
		s.save.document = w.id;
		s.save.progress_ctx = &s;
		e = find_parts(s.call, w.id, &s.save);
	}
	if (e == ERR_OK)
		e = choose_part(cli, &s);
	code = e != ERR_OK	  ? err_exit_code(e)
	       : w.output != NULL ? save_into_file(cli, &s)
				  : save_into_folder(cli, &s);
	free(s.save.parts);
	call_close(s.call);
	return code;
}
