/* See place.h. */
#include "tools/spool/place.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/base/text.h"
#include "tools/client/client.h"

_Static_assert((int)PLACE_ID_SIZE == (int)UUID_TEXT_SIZE, "an_id");

/* A send may carry gigabytes; --wait of `changes` comes on top, and is less. */
enum { ASK_MAX_MS = 3600 * 1000 };

/* Ours or root's, and nobody changes what is in it but a group that the operator chose. */
static enum err check(int fd)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return ERR_FILE;
	return (st.st_uid == geteuid() || st.st_uid == 0) && (st.st_mode & S_IWOTH) == 0
		   ? ERR_OK
		   : ERR_SPOOL_FOLDER;
}

/* Which of them it is, for whoever has to mend it. */
static void name_it(struct spool_place *p, int at, const char *name)
{
	char link[48], above[PLACE_PATH_SIZE] = "";
	ssize_t n = 0;

	snprintf(link, sizeof link, "/proc/self/fd/%d", at);
	if (at != AT_FDCWD)
		n = readlink(link, above, sizeof above - 1);
	above[n > 0 ? n : 0] = '\0';
	snprintf(p->wrong, sizeof p->wrong, "%s%s%s", above, n > 0 ? "/" : "", name);
}

static enum err open_in(struct spool_place *p, int at, const char *name, unsigned mode, int *fd)
{
	enum err e = spool_disk_folder(&p->disk, at, name, mode, fd);

	if (e == ERR_OK)
		e = check(*fd);
	if (e != ERR_OK) {
		int why = errno;

		name_it(p, at, name);
		errno = why;
	}
	return e;
}

static enum err open_shared(struct spool_place *p, const struct config *c)
{
	enum err e = open_in(p, AT_FDCWD, c->gateway_spool, DISK_SHARED_FOLDER, &p->root);

	if (e == ERR_OK)
		e = open_in(p, p->root, "out", DISK_SHARED_FOLDER, &p->out);
	if (e == ERR_OK)
		e = open_in(p, p->out, "done", DISK_SHARED_FOLDER, &p->done);
	if (e == ERR_OK)
		e = open_in(p, p->out, "refused", DISK_SHARED_FOLDER, &p->refused);
	if (e == ERR_OK)
		e = open_in(p, p->root, "in", DISK_SHARED_FOLDER, &p->in);
	if (e == ERR_OK)
		e = open_in(p, p->in, "receipts", DISK_SHARED_FOLDER, &p->receipts);
	return e;
}

static enum err open_private(struct spool_place *p, const struct config *c)
{
	int folder = -1;
	enum err e = open_in(p, AT_FDCWD, c->gateway_folder, DISK_PRIVATE_FOLDER, &folder);

	if (e == ERR_OK)
		e = open_in(p, folder, "spool", DISK_PRIVATE_FOLDER, &p->state);
	if (e == ERR_OK)
		e = open_in(p, p->state, "open", DISK_PRIVATE_FOLDER, &p->open);
	if (e == ERR_OK)
		e = open_in(p, p->state, "known", DISK_PRIVATE_FOLDER, &p->known);
	if (e == ERR_OK)
		e = open_in(p, p->state, "delivered", DISK_PRIVATE_FOLDER, &p->delivered);
	if (e == ERR_OK)
		e = open_in(p, p->state, "stuck", DISK_PRIVATE_FOLDER, &p->stuck);
	if (e == ERR_OK)
		e = open_in(p, p->state, "work", DISK_PRIVATE_FOLDER, &p->work);
	if (folder >= 0)
		close(folder);
	return e;
}

enum err spool_place_open(const struct spool_parts *parts, int stop, struct spool_place *out)
{
	const struct config *c = parts->config;
	enum err e;

	*out = (struct spool_place){ .parts = parts,
				     .disk = { parts->step, parts->step_ctx },
				     .stop = stop,
				     .root = -1, .out = -1, .done = -1, .refused = -1, .in = -1,
				     .receipts = -1, .state = -1, .open = -1, .known = -1,
				     .delivered = -1, .stuck = -1, .work = -1 };
	snprintf(out->work_path, sizeof out->work_path, "%s/spool/work", c->gateway_folder);
	e = open_private(out, c);
	return e == ERR_OK ? open_shared(out, c) : e;
}

static int view(int at, const char *name)
{
	return at < 0 && at != AT_FDCWD
		   ? -1
		   : openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

enum err spool_place_view(const struct config *c, struct spool_place *out)
{
	int folder;

	*out = (struct spool_place){ .stop = -1, .root = -1, .out = -1, .done = -1, .refused = -1,
				     .in = -1, .receipts = -1, .state = -1, .open = -1,
				     .known = -1, .delivered = -1, .stuck = -1, .work = -1 };
	if (c->gateway_spool[0] == '\0')
		return ERR_SPOOL_OFF;
	out->root = view(AT_FDCWD, c->gateway_spool);
	if (out->root < 0)
		return ERR_FILE;
	out->out = view(out->root, "out");
	out->done = view(out->out, "done");
	out->refused = view(out->out, "refused");
	out->in = view(out->root, "in");
	out->receipts = view(out->in, "receipts");
	errno = 0;
	folder = view(AT_FDCWD, c->gateway_folder);
	out->state = view(folder, "spool");
	if (errno == EACCES) {
		if (folder >= 0)
			close(folder);
		return ERR_FILE;
	}
	out->open = view(out->state, "open");
	out->known = view(out->state, "known");
	out->stuck = view(out->state, "stuck");
	if (folder >= 0)
		close(folder);
	return ERR_OK;
}

void spool_place_close(struct spool_place *p)
{
	const int all[] = { p->root,	p->out,	 p->done,  p->refused,	 p->in,	 p->receipts,
			    p->state, p->open, p->known, p->delivered, p->stuck, p->work };

	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
		if (all[i] >= 0)
			close(all[i]);
	}
}

static enum err clear_rooms(const struct spool_place *p)
{
	int fd = openat(p->work, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = fd < 0 ? NULL : fdopendir(fd);
	enum err e = list == NULL ? ERR_FILE : ERR_OK;
	struct dirent *each;

	if (list == NULL && fd >= 0)
		close(fd);
	while (e == ERR_OK && (each = readdir(list)) != NULL) {
		if (each->d_name[0] != '.')
			e = spool_disk_remove(&p->disk, p->work, each->d_name);
	}
	if (list != NULL)
		closedir(list);
	return e;
}

enum err spool_place_room(const struct spool_place *p, char name[PLACE_ID_SIZE], int *fd)
{
	struct doc_id made;
	enum err e = clear_rooms(p);

	*fd = -1;
	name[0] = '\0';
	if (e == ERR_OK)
		e = uuid_new(text_now_ms(), &made);
	if (e != ERR_OK)
		return e;
	uuid_print(made.bytes, name);
	return spool_disk_folder(&p->disk, p->work, name, DISK_PRIVATE_FOLDER, fd);
}

static enum err run_it(void *ctx, const struct run_program *p, const char *const *args,
		       struct run_result *out)
{
	(void)ctx;
	return run_vanthu(p, args, out);
}

enum err spool_place_ask(const struct spool_place *p, const char *language,
			 const char *const *args, int *code, json_t **answer)
{
	const struct run_program program = { .vanthu = p->parts->vanthu,
					     .config = p->parts->config->file,
					     .language = language,
					     .timeout_ms = ASK_MAX_MS,
					     .stop = p->stop };
	spool_run run = p->parts->run == NULL ? run_it : p->parts->run;
	struct run_result r = { 0 };
	enum err e = run(p->parts->run_ctx, &program, args, &r);

	*answer = NULL;
	*code = 0;
	if (e != ERR_OK)
		return e;
	*code = r.code;
	*answer = json_loadb(r.out, r.len, JSON_DISABLE_EOF_CHECK, NULL);
	run_free(&r);
	if (*answer != NULL && !json_is_object(*answer)) {
		json_decref(*answer);
		*answer = NULL;
	}
	return ERR_OK;
}

unsigned spool_place_number(const json_t *error)
{
	const char *code = json_string_value(json_object_get(error, "code"));

	return code == NULL || strncmp(code, "VT-", 3) != 0
		   ? 0
		   : (unsigned)strtoul(code + 3, NULL, 10);
}

unsigned spool_place_code(const json_t *answer)
{
	return spool_place_number(json_object_get(answer, "error"));
}

void spool_place_log(const struct spool_place *p, enum err e, const char *text)
{
	if (p->parts->log != NULL)
		p->parts->log(p->parts->log_ctx, e, text);
}
