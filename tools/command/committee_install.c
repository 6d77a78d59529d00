/* A directory file goes to the daemon: `committee import`, and what the registry has just made. */
#include <stdlib.h>
#include <unistd.h>

#include "proto/fields.h"
#include "routing/base/arena.h"
#include "routing/base/limits.h"
#include "tools/base/files.h"
#include "tools/client/client.h"
#include "tools/command/commands.h"
#include "tools/output/output.h"

static enum err send_file(struct cli *cli, struct call *c, struct blob file,
			  Vanthu__V1__Reply **reply)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Import import = VANTHU__V1__IMPORT__INIT;
	char text[160];
	enum err e;

	import.size_bytes = file.len_bytes;
	import.progress = true;
	request.what_case = VANTHU__V1__REQUEST__WHAT_IMPORT;
	request.import = &import;
	e = call_send(c, &request);
	for (size_t at = 0; e == ERR_OK && at < file.len_bytes;) {
		Vanthu__V1__Request more = VANTHU__V1__REQUEST__INIT;
		Vanthu__V1__Data data = VANTHU__V1__DATA__INIT;
		size_t n = file.len_bytes - at < CONTROL_DATA_BYTES ? file.len_bytes - at
								    : CONTROL_DATA_BYTES;

		data.bytes = field_bytes(file.data + at, n);
		more.what_case = VANTHU__V1__REQUEST__WHAT_DATA;
		more.data = &data;
		at += n;
		e = call_send_more(c, &more, request.id);
	}
	if (e != ERR_OK)
		return call_fail(c, e, NULL);
	/* However long it takes: each word of how far it is lets us wait on. */
	while (e == ERR_OK) {
		e = call_next(c, reply);
		if (e != ERR_OK || (*reply)->what_case != VANTHU__V1__REPLY__WHAT_INSTALLATION)
			break;
		if (cli->verbose || isatty(STDERR_FILENO))
			cli_say(cli, "%s",
				installation_words((*reply)->installation, text, sizeof text));
	}
	if (e == ERR_OK && (*reply)->what_case == VANTHU__V1__REPLY__WHAT_IMPORTED)
		return ERR_OK;
	return call_fail(c, e, e == ERR_OK ? *reply : NULL);
}

enum err committee_install(struct cli *cli, const char *from, uint64_t *version,
			   uint64_t *committees)
{
	struct arena *a = arena_new(DIRECTORY_FILE_MAX_BYTES + 4096);
	Vanthu__V1__Reply *reply;
	struct call *c = NULL;
	struct blob file;
	enum err e = a == NULL ? ERR_NO_MEMORY : fs_read(a, from, DIRECTORY_FILE_MAX_BYTES, &file);

	if (e == ERR_TOO_LARGE)
		e = ERR_DIRECTORY_SIZE;
	if (e == ERR_OK && file.len_bytes == 0)
		e = ERR_DIRECTORY_FORMAT;
	if (e != ERR_OK)
		cli_fail_file(cli, e, from);
	if (e == ERR_OK)
		e = call_open(cli, CLIENT_OPERATE, &c);
	if (e == ERR_OK) {
		call_about(c, from);
		e = send_file(cli, c, file, &reply);
	}
	if (e == ERR_OK) {
		*version = reply->imported->version;
		*committees = reply->imported->entry_count;
	}
	call_close(c);
	arena_destroy(a);
	return e;
}

enum err committee_install_made(struct cli *cli, const char *file)
{
	uint64_t version, committees;

	if (cli->config_path != NULL)
		return committee_install(cli, file, &version, &committees);
	cli_say(cli,
		_("Give it to the daemon at the top, from where it goes down the tree: vanthu "
		  "committee import %s"),
		file);
	return ERR_OK;
}
