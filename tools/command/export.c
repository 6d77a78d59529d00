/* export: the proofs of a document into a file. */
#include <unistd.h>

#include "tools/base/files.h"
#include "tools/client/client.h"
#include "tools/command/commands.h"
#include "tools/output/output.h"

enum { OPT_TO = 1, EVIDENCE_ARENA_BYTES = 256 << 20 };

const struct command_option export_options[] = {
	{ "to", OPT_TO, N_("FILE"), N_("the new file"), VALUE_FILE, NULL },
	{ NULL, 0, NULL, NULL, VALUE_NONE, NULL },
};

int cmd_export(struct cli *cli, int argc, char **argv)
{
	static const struct column columns[] = { { "file", N_("File"), FORMAT_TEXT, false },
						 { "size_bytes", N_("Size"), FORMAT_BYTES, false },
						 { NULL, NULL, FORMAT_TEXT, false } };
	struct arena *a = arena_new(EVIDENCE_ARENA_BYTES);
	struct client_fault fault = { .err = ERR_OK };
	struct call *c = NULL;
	const char *id, *to = NULL;
	struct blob bytes;
	enum err e;
	int option;

	while ((option = cli_option(cli, argc, argv)) == OPT_TO)
		to = optarg;
	if (option != -1 || argc - optind != 1 || to == NULL) {
		if (option == -1)
			cli_wanted(cli, _("one ID and --to are wanted"), "");
		arena_destroy(a);
		return err_exit_code(ERR_USAGE);
	}
	id = argv[optind];
	e = call_open(cli, CLIENT_OFFICE, &c);
	if (e == ERR_OK) {
		e = a == NULL ? ERR_NO_MEMORY
			      : evidence_read(call_client(c), id, a, &bytes, &fault);
		if (fault.err != ERR_OK)
			e = call_report(c, &fault);
		else if (e == ERR_OK)
			e = fs_write_new(to, bytes, false);
		if (e == ERR_TOO_LARGE)
			cli_fail_text(cli, e,
				      _("the evidence is larger than 64 MiB: the directory, or the "
					"receipts, are too many for one file"),
				      "");
		else if (e != ERR_OK && fault.err == ERR_OK)
			cli_fail_file(cli, e, to);
	}
	if (e == ERR_OK)
		output_object(
		    cli,
		    json_pack("{s:s, s:I}", "file", to, "size_bytes", (json_int_t)bytes.len_bytes),
		    columns);
	call_close(c);
	arena_destroy(a);
	return err_exit_code(e);
}
