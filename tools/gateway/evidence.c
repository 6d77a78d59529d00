/* See evidence.h. The file has its name only until it is open. */
#include "tools/gateway/evidence.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/base/files.h"
#include "tools/gateway/command.h"
#include "tools/gateway/exchange.h"
#include "tools/gateway/permit.h"

enum { TIMEOUT_MS = 120000 };

static void answer_file(struct exchange *x, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;

	unlink(path);
	if (fd < 0 || fstat(fd, &st) != 0) {
		if (fd >= 0)
			close(fd);
		exchange_refuse(x, ERR_FILE, NULL, NULL);
		return;
	}
	exchange_response(x, MHD_HTTP_OK, MHD_create_response_from_fd64((uint64_t)st.st_size, fd));
	exchange_add_header(x, "Content-Type", "application/octet-stream");
	exchange_add_header(x, "Content-Disposition", "attachment; filename=\"evidence.vte\"");
	exchange_add_header(x, "Cache-Control", "no-store");
}

static void answer_failure(struct exchange *x, const struct run_result *said)
{
	json_t *root = json_loadb(said->out, said->len, 0, NULL);
	enum err e;
	json_t *p = problem_of_command(json_object_get(root, "error"), x->language, &e);

	exchange_problem(x, e, p);
	json_decref(root);
}

void evidence_answer(struct exchange *x)
{
	const char *id;
	const struct run_program program = exchange_program(x, TIMEOUT_MS);
	char folder[CONFIG_PATH_MAX + 16], path[CONFIG_PATH_MAX + 48], to[CONFIG_PATH_MAX + 64];
	const char *args[] = { "export", to, "--", NULL, NULL };
	struct run_result said;
	enum err e;

	if (!permit_document(x))
		return;
	id = x->document[0] != '\0' ? x->document : route_word(x->route, &x->words, "id", 2);
	args[3] = id;
	snprintf(folder, sizeof folder, "%s/incoming", x->gateway->config->gateway_folder);
	snprintf(path, sizeof path, "%s/%s.vte", folder, x->id);
	snprintf(to, sizeof to, "--to=%s", path);
	e = strcmp(id, "-") == 0 ? ERR_NOT_FOUND : fs_mkdir(folder, true);
	if (e == ERR_OK && !command_place_take())
		e = ERR_BUSY;
	else if (e == ERR_OK) {
		e = run_vanthu(&program, args, &said);
		command_place_give();
	}
	if (e != ERR_OK) {
		unlink(path); /* of a child that was ended in the middle */
		exchange_refuse(x, e, NULL, NULL);
		return;
	}
	if (said.code == 0)
		answer_file(x, path);
	else
		answer_failure(x, &said);
	run_free(&said);
}
