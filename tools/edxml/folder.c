/* See tools/edxml/folder.h. */
#include "tools/edxml/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/digest.h"
#include "routing/base/visible.h"
#include "tools/edxml/unpack.h"
#include "tools/edxml/values.h"

enum { PIECE_BYTES = 64 << 10 };

struct loading {
	int folder;
	int fds[PARTS_MAX]; /* of each part while the file is read; 0: none */
	uint8_t heads[PARTS_MAX][4];
	uint64_t sizes[PARTS_MAX];
	int why; /* errno of what failed; 0: nothing did */
};

/* What follows on the way out may fail, too. */
static enum err file_fault(struct loading *l)
{
	l->why = errno;
	return ERR_FILE;
}

/* While names are not known: "1", "2" … */
static enum err open_part(struct loading *l, uint32_t part)
{
	char name[16];

	snprintf(name, sizeof name, "%u", part + 1);
	l->fds[part] =
		openat(l->folder, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (l->fds[part] >= 0)
		return ERR_OK;
	l->fds[part] = 0;
	return file_fault(l);
}

static enum err take(void *ctx, uint32_t part, const uint8_t *bytes, size_t len)
{
	struct loading *l = ctx;

	if (l->fds[part] == 0 && open_part(l, part) != ERR_OK)
		return ERR_FILE;
	for (size_t i = 0; i < len && l->sizes[part] + i < sizeof l->heads[part]; i++)
		l->heads[part][l->sizes[part] + i] = bytes[i];
	l->sizes[part] += len;
	while (len != 0) {
		ssize_t n = write(l->fds[part], bytes, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return file_fault(l);
		bytes += n;
		len -= (size_t)n;
	}
	return ERR_OK;
}

/* The last word of what somebody called it, on whatever system; never a path. */
static void file_name_of(const struct edxml_part *p, uint32_t part, char out[FILE_NAME_SIZE])
{
	const char *name = edxml_part_name(p), *at;

	for (at = name; *at != '\0'; at++)
		if (*at == '/' || *at == '\\')
			name = at + 1;
	if (name[0] == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		snprintf(out, FILE_NAME_SIZE, "part-%u", part + 1);
	else if (visible_fault(name) != 0 || visible_blank(name))
		file_name_portable(name, out);
	else
		file_name_numbered(name, 1, NAME_MAX_BYTES, out);
}

static enum err unpack(struct loading *l, struct edxml_loaded *out, uint32_t part,
		       struct edxml_outcome *outcome)
{
	const char *name = edxml_part_name(&out->message->parts[part]);
	char packed[16];
	bool unpacked;
	struct stat st;
	enum err e;
	int to;

	if (!unpack_wanted(name, l->heads[part], l->sizes[part] < 4 ? (size_t)l->sizes[part] : 4))
		return ERR_OK;
	to = openat(l->folder, "unpacked", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (to < 0)
		return edxml_slip_fault(&outcome->fault, file_fault(l), 0, name);
	snprintf(packed, sizeof packed, "%u", part + 1);
	e = unpack_file(l->fds[part], name, to, ATTACHMENT_MAX_BYTES, &unpacked);
	if (e == ERR_FILE)
		e = file_fault(l);
	if (e == ERR_OK && unpacked && fstat(to, &st) == 0) {
		out->sizes[part] = (uint64_t)st.st_size;
		edxml_slip_note(&outcome->slips, EDXML_SLIP_PACKED, 0, name);
	}
	close(to);
	if (e == ERR_OK && unpacked && renameat(l->folder, "unpacked", l->folder, packed) != 0)
		e = file_fault(l);
	else if (e != ERR_OK || !unpacked)
		(void)unlinkat(l->folder, "unpacked", 0);
	return e == ERR_OK ? ERR_OK : edxml_slip_fault(&outcome->fault, e, 0, name);
}

/* "2" becomes "2/name.pdf": two parts may have the same name. */
static enum err name_part(struct loading *l, struct edxml_loaded *out, uint32_t part)
{
	char number[16], name[FILE_NAME_SIZE];

	snprintf(number, sizeof number, "%u", part + 1);
	file_name_of(&out->message->parts[part], part, name);
	snprintf(out->names[part], sizeof out->names[part], "%s/%s", number, name);
	if (l->fds[part] == 0 && open_part(l, part) != ERR_OK) /* an empty one */
		return ERR_FILE;
	if (renameat(l->folder, number, l->folder, "naming") != 0 ||
	    mkdirat(l->folder, number, 0700) != 0 ||
	    renameat(l->folder, "naming", l->folder, out->names[part]) != 0)
		return file_fault(l);
	return ERR_OK;
}

static enum err read_all(int from, struct edxml_reader *r, struct edxml_loaded *out)
{
	struct digest_stream *digest = digest_begin();
	uint8_t *piece = malloc(PIECE_BYTES);
	enum err e = digest == NULL || piece == NULL ? ERR_NO_MEMORY : ERR_OK;
	ssize_t n = 0;

	while (e == ERR_OK && ((n = read(from, piece, PIECE_BYTES)) > 0 || errno == EINTR)) {
		if (n < 0)
			continue;
		digest_add(digest, (struct blob){ piece, (size_t)n });
		out->size_bytes += (uint64_t)n;
		e = edxml_read_feed(r, (struct blob){ piece, (size_t)n });
		errno = 0;
	}
	if (e == ERR_OK && n < 0)
		e = ERR_FILE;
	if (e == ERR_OK)
		out->sha256 = digest_end(digest);
	else
		digest_abandon(digest);
	free(piece);
	return e;
}

static enum err load(int from, struct loading *l, struct edxml_outcome *outcome,
		     struct edxml_loaded *out)
{
	struct edxml_sink sink = { .ctx = l, .write = take };
	struct edxml_reader *r;
	enum err e = edxml_read_begin(&sink, outcome, &r);

	errno = 0;
	if (e == ERR_OK)
		e = read_all(from, r, out);
	if (e == ERR_OK)
		e = edxml_read_end(r, &out->message);
	edxml_read_free(r);
	for (uint32_t i = 0; e == ERR_OK && i < out->message->part_count; i++) {
		out->sizes[i] = l->sizes[i];
		e = unpack(l, out, i, outcome);
		if (e == ERR_OK)
			e = name_part(l, out, i);
	}
	return e;
}

enum err edxml_folder_load(int from, int folder, struct edxml_outcome *outcome,
			   struct edxml_loaded **out)
{
	struct loading *l = calloc(1, sizeof *l);
	struct edxml_loaded *loaded = calloc(1, sizeof *loaded);
	int why = 0;
	enum err e = ERR_NO_MEMORY;

	*out = NULL;
	if (l != NULL && loaded != NULL) {
		l->folder = folder;
		e = load(from, l, outcome, loaded);
	}
	if (l != NULL)
		why = l->why != 0 ? l->why : errno;
	for (unsigned i = 0; l != NULL && i < PARTS_MAX; i++)
		if (l->fds[i] > 0)
			close(l->fds[i]);
	free(l);
	if (e == ERR_OK)
		*out = loaded;
	else
		edxml_folder_free(loaded);
	if (e != ERR_OK)
		edxml_slip_refuse(&outcome->fault, e, 0, "");
	errno = why;
	return e;
}

void edxml_folder_free(struct edxml_loaded *l)
{
	if (l != NULL)
		edxml_message_free(l->message);
	free(l);
}
