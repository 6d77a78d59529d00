/* See write.h. */
#include "tools/archive/write.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/base/folder.h"
#include "tools/archive/sums.h"
#include "tools/base/files.h"
#include "tools/client/client.h"

static const char about_name[] = "document.json", evidence_name[] = "evidence",
		  files_name[] = "files";

/* The folders above it, too; what lies there goes. */
static enum err make_place(const struct archive_order *o, char *whole)
{
	size_t begin = strlen(o->folder) + 1;

	for (char *slash = strchr(whole + begin, '/'); slash != NULL;
	     slash = strchr(slash + 1, '/')) {
		enum err e;

		*slash = '\0';
		e = fs_mkdir(whole, false);
		*slash = '/';
		if (e != ERR_OK)
			return e;
	}
	fs_remove_tree(whole);
	return fs_mkdir(whole, false);
}

static enum err ask_view(const struct archive_order *o, Vanthu__V1__Reply **reply,
			 struct client_fault *fault)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Ref ref = VANTHU__V1__REF__INIT;
	enum err e;

	ref.text = (char *)(uintptr_t)o->id;
	request.what_case = VANTHU__V1__REQUEST__WHAT_SHOW;
	request.show = &ref;
	e = client_send(o->client, &request);
	if (e == ERR_OK)
		e = client_next(o->client, reply);
	if (e == ERR_OK && (*reply)->what_case == VANTHU__V1__REPLY__WHAT_VIEW)
		return ERR_OK;
	client_fault(o->client, e, e == ERR_OK ? *reply : NULL, fault);
	return fault->err;
}

/* The parts into their folder; s->parts is the caller's. */
static enum err write_files(const struct archive_order *o, const char *folder, struct save *s,
			    struct client_fault *fault)
{
	Vanthu__V1__Reply *reply;
	enum err e = ask_view(o, &reply, fault);

	if (e != ERR_OK)
		return e;
	s->count = (uint32_t)reply->view->n_parts;
	s->parts = calloc(s->count + 1u, sizeof *s->parts);
	e = s->parts == NULL ? ERR_NO_MEMORY : ERR_OK;
	for (uint32_t i = 0; e == ERR_OK && i < s->count; i++)
		e = content_part_of(reply->view, i, &s->parts[i].part);
	if (e == ERR_OK)
		e = fs_mkdir(folder, false);
	s->folder = e == ERR_OK ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	if (e == ERR_OK && s->folder < 0)
		e = ERR_FILE;
	for (uint32_t i = 0; e == ERR_OK && i < s->count; i++) {
		save_part(s, &s->parts[i], NULL);
		e = s->parts[i].fault;
		if (e == ERR_FILE)
			errno = s->parts[i].why;
	}
	return e == ERR_OK ? folder_sync(folder) : e;
}

/* ---- the list ---- */

struct list {
	char *text;
	size_t len, capacity;
};

static enum err list_file(const struct archive_order *o, const char *whole, const char *name,
			  struct list *l)
{
	const char *path = fs_join(o->arena, whole, name);
	struct digest sha256;
	uint64_t size;
	enum err e = path == NULL ? ERR_NO_MEMORY : sums_of_file(path, &sha256, &size);

	if (e != ERR_OK)
		return e;
	if (l->len + SUMS_LINE_SIZE > l->capacity) {
		char *grown = realloc(l->text, l->capacity + 16 * SUMS_LINE_SIZE);

		if (grown == NULL)
			return ERR_NO_MEMORY;
		l->text = grown;
		l->capacity += 16 * (size_t)SUMS_LINE_SIZE;
	}
	l->len += sums_print(&sha256, name, l->text + l->len);
	return l->len > ARCHIVE_SUMS_MAX_BYTES ? ERR_TOO_LARGE : ERR_OK;
}

/* Last of all: by it the document is whole. */
static enum err write_sums(const struct archive_order *o, const char *whole, const struct save *s)
{
	const char *path = fs_join(o->arena, whole, archive_sums_name);
	struct list l = { .text = NULL };
	enum err e = path == NULL ? ERR_NO_MEMORY : list_file(o, whole, about_name, &l);

	if (e == ERR_OK)
		e = list_file(o, whole, evidence_name, &l);
	for (uint32_t i = 0; e == ERR_OK && i < s->count; i++) {
		const char *name = fs_join(o->arena, files_name, s->parts[i].taken);

		e = name == NULL ? ERR_NO_MEMORY : list_file(o, whole, name, &l);
	}
	if (e == ERR_OK)
		e = fs_write_new(path, (struct blob){ (const uint8_t *)l.text, l.len }, false);
	free(l.text);
	return e;
}

enum err archive_write_document(const struct archive_order *o, struct client_fault *fault,
				int *error)
{
	const char *joined = fs_join(o->arena, o->folder, o->path), *about, *evidence, *files;
	struct save s = { .client = o->client, .document = o->id, .folder = -1 };
	char *whole = joined == NULL ? NULL : strdup(joined);
	struct blob proofs = { NULL, 0 };
	enum err e = whole == NULL ? ERR_NO_MEMORY : ERR_OK;

	*fault = (struct client_fault){ .err = ERR_OK };
	if (e == ERR_OK)
		e = evidence_read(o->client, o->id, o->arena, &proofs, fault);
	if (e == ERR_OK)
		e = make_place(o, whole);
	if (e == ERR_OK) {
		about = fs_join(o->arena, whole, about_name);
		evidence = fs_join(o->arena, whole, evidence_name);
		files = fs_join(o->arena, whole, files_name);
		e = about == NULL || evidence == NULL || files == NULL
			    ? ERR_NO_MEMORY
			    : fs_write_new(about, o->about, false);
		if (e == ERR_OK)
			e = fs_write_new(evidence, proofs, false);
		if (e == ERR_OK)
			e = write_files(o, files, &s, fault);
	}
	if (e == ERR_OK)
		e = write_sums(o, whole, &s);
	*error = errno;
	if (s.folder >= 0)
		close(s.folder);
	free(s.parts);
	free(whole);
	return e;
}
