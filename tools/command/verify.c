/* verify: by the daemon for what it holds, or offline from an exported file, the registry's root
 * certificate and nothing else. */
#include <stdio.h>
#include <unistd.h>

#include "proto/certificate.h"
#include "proto/fields.h"
#include "tools/base/files.h"
#include "tools/base/text.h"
#include "tools/client/client.h"
#include "tools/command/commands.h"
#include "tools/output/output.h"

enum { OPT_ROOT = 1, OPT_FILES, ARENA_BYTES = 512 << 20, ROOT_MAX_BYTES = 65536 };

const struct command_option verify_options[] = {
	{ "root", OPT_ROOT, N_("PEM"),
	  N_("check an exported file with the root certificate of the registry; no daemon is "
	     "asked"),
	  VALUE_FILE, NULL },
	{ "files", OPT_FILES, N_("DIR"),
	  N_("compare the files in this folder with what was signed"), VALUE_FOLDER, NULL },
	{ NULL, 0, NULL, NULL, VALUE_NONE, NULL },
};

/* What a verdict is about, for people: "receipt 2"; "" when it is none of it. */
static const char *piece_name(const struct evidence_verdict *v, char *out, size_t size)
{
	static const char *const names[] = {
		[EVIDENCE_NOWHERE] = "",
		[EVIDENCE_FILE] = N_("the file"),
		[EVIDENCE_DIRECTORY] = N_("the directory"),
		[EVIDENCE_DOCUMENT] = N_("the document"),
		[EVIDENCE_BODY] = N_("the document's body"),
		[EVIDENCE_RECEIPTS_ORDER] = N_("the receipts' order"),
		[EVIDENCE_RECEIPT] = N_("receipt"),
		[EVIDENCE_RELAYS_ORDER] = N_("the relay records' order"),
		[EVIDENCE_RELAY] = N_("relay record"),
	};

	if (v->where == EVIDENCE_PART)
		snprintf(out, size, "%s", v->part);
	else if (v->number > 0)
		snprintf(out, size, "%s %zu", _(names[v->where]), v->number);
	else
		snprintf(out, size, "%s", v->where == EVIDENCE_NOWHERE ? "" : _(names[v->where]));
	return out;
}

static int print_verdict(struct cli *cli, enum err result, const char *where, const char *signed_by,
			 ProtobufCBinaryData id)
{
	static const struct column columns[] = { { "valid", N_("Valid"), FORMAT_BOOL, false },
						 { "signed_by", N_("Signed by"), FORMAT_TEXT,
						   false },
						 { "id", N_("Id"), FORMAT_TEXT, false },
						 { "reason", N_("Why not"), FORMAT_TEXT, false },
						 { NULL, NULL, FORMAT_TEXT, false } };
	char reason[512];

	snprintf(reason, sizeof reason, "VT-%d %s%s%s", (int)result, _(err_text(result)),
		 where[0] != '\0' ? ": " : "", where);
	output_object(cli,
		      json_pack("{s:b, s:o, s:o, s:o}", "valid", result == ERR_OK, "signed_by",
				json_text_or_null(signed_by), "id", json_uuid(id), "reason",
				result == ERR_OK ? json_null() : json_string(reason)),
		      columns);
	return result == ERR_OK ? 0 : 5;
}

/* ---- offline ---- */

/* Whoever cannot find it must not make one: only the registry's own says anything. */
static int bad_root(struct cli *cli, enum err e, const char *root)
{
	char message[CONFIG_PATH_MAX + 256];

	if (e != ERR_CERTIFICATE && e != ERR_FORMAT && e != ERR_TOO_LARGE)
		return cli_fail_file(cli, e, root);
	snprintf(message, sizeof message, _("%s: not the root certificate of a registry"), root);
	return cli_fail_text(
	    cli, e, message,
	    _("give the root.pem that the registry has, as your operator handed it out"));
}

static int verify_file(struct cli *cli, const char *path, const char *root, const char *folder)
{
	struct evidence_question q = { .folder = folder, .wall_ms = text_now_ms() };
	struct arena *a = arena_new(ARENA_BYTES);
	char text[NAME_MAX_BYTES + 64];
	struct evidence_verdict v;
	const char *about = root;
	struct blob pem;
	enum err e;
	int code;

	if (a == NULL)
		return cli_fail(cli, ERR_NO_MEMORY, NULL);
	e = fs_read(a, root, ROOT_MAX_BYTES, &pem);
	if (e == ERR_OK)
		e = certificate_from_pem(a, pem, &q.root_der);
	if (e == ERR_OK) {
		about = path;
		e = fs_read(a, path, EVIDENCE_MAX_BYTES, &q.file);
	}
	if (e == ERR_OK)
		e = evidence_verify_pem(a, &q, pem, &v);
	if (e != ERR_OK) {
		code = about == root ? bad_root(cli, e, root) : cli_fail_file(cli, e, about);
		arena_destroy(a);
		return code;
	}
	code = print_verdict(cli, v.result, piece_name(&v, text, sizeof text), v.signed_by.text,
			     field_bytes(v.id.bytes, v.signature_good ? sizeof v.id.bytes : 0));
	arena_destroy(a);
	return code;
}

/* ---- by the daemon ---- */

/* A name that no document has, or nobody to ask: perhaps it is the file that stands here. */
static bool is_file(const char *name)
{
	uint64_t size;
	int fd;

	if (fs_open(name, &fd, &size) != ERR_OK)
		return false;
	close(fd);
	return true;
}

static int root_wanted(struct cli *cli, const char *name)
{
	char message[CONFIG_PATH_MAX + 256];

	snprintf(message, sizeof message,
		 _("no document is called %s; a file here is, and to check that --root is wanted"),
		 name);
	return cli_wanted(cli, message,
			  _("vanthu verify FILE --root PEM, with the root.pem of the registry"));
}

static int verify_stored(struct cli *cli, const char *id)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Ref ref = VANTHU__V1__REF__INIT;
	Vanthu__V1__Reply *reply;
	struct call *c = NULL;
	int code;
	enum err e;

	ref.text = (char *)(uintptr_t)id;
	request.what_case = VANTHU__V1__REQUEST__WHAT_VERIFY;
	request.verify = &ref;
	e = call_open(cli, CLIENT_OFFICE, &c);
	if (e == ERR_OK)
		e = call_send(c, &request);
	if (e == ERR_OK)
		e = call_next(c, &reply);
	if (e == ERR_OK && reply->what_case == VANTHU__V1__REPLY__WHAT_ERROR &&
	    reply->error->code == ERR_NOT_FOUND && is_file(id)) {
		call_close(c);
		return root_wanted(cli, id);
	}
	if (c != NULL && (e != ERR_OK || reply->what_case != VANTHU__V1__REPLY__WHAT_VERDICT))
		e = call_fail(c, e, e == ERR_OK ? reply : NULL);
	code = err_exit_code(e);
	if (e == ERR_OK)
		code = print_verdict(
		    cli, reply->verdict->valid ? ERR_OK : (enum err)reply->verdict->reason, "",
		    reply->verdict->signed_by, reply->verdict->id);
	call_close(c);
	return code;
}

int cmd_verify(struct cli *cli, int argc, char **argv)
{
	const char *root = NULL, *files = NULL;
	int c;

	while ((c = cli_option(cli, argc, argv)) != -1) {
		if (c == '?')
			return err_exit_code(ERR_USAGE);
		if (c == OPT_ROOT)
			root = optarg;
		else
			files = optarg;
	}
	if (argc - optind != 1)
		return cli_wanted(cli, _("one ID or one FILE is wanted"), "");
	if (root == NULL && cli->config_path == NULL && is_file(argv[optind]))
		return root_wanted(cli, argv[optind]);
	return root != NULL ? verify_file(cli, argv[optind], root, files)
			    : verify_stored(cli, argv[optind]);
}
