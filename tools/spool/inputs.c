/* See inputs.h. */
#include "tools/spool/inputs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/base/i18n.h"

enum { PIECE_BYTES = 256 << 10 };

enum err spool_inputs_of(const char *file, const char *const *files, unsigned count,
			 struct spool_inputs *out)
{
	out->room[0] = '\0';
	out->list = calloc(count + 1, sizeof *out->list);
	out->count = out->list == NULL ? 0 : count + 1;
	if (out->list == NULL)
		return ERR_NO_MEMORY;
	out->list[0].path = file;
	for (unsigned i = 0; i < count; i++)
		out->list[i + 1].path = files[i];
	return ERR_OK;
}

void spool_inputs_free(struct spool_inputs *in)
{
	free(in->list);
	in->list = NULL;
	in->count = 0;
}

static enum err fault_of(const struct spool_input *in, int error, struct spool_fault *fault)
{
	if (error == ENOENT)
		spool_fault_set(fault, ERR_SPOOL_MISSING, in->path, SAID_NOT_THERE, in->path);
	else if (error == ELOOP || error == EINVAL || error == ENOTDIR || error == ENXIO ||
		 error == EISDIR)
		spool_fault_set(fault, ERR_SPOOL_PATH, in->path, SAID_NO_FILE, in->path);
	else
		spool_fault_set(fault, ERR_FILE, in->path, SAID_UNREADABLE, in->path);
	errno = error;
	return fault->err;
}

/* *fd is the caller's. */
static enum err open_input(const struct spool_place *p, struct spool_input *in, int *fd,
			   struct spool_fault *fault)
{
	const char *name;
	int folder;
	enum err e = spool_disk_walk(p->out, in->path, &folder, &name);

	*fd = -1;
	if (e == ERR_OK)
		e = spool_disk_open(folder, name, fd, &in->size_bytes, &in->modified_ns);
	if (e != ERR_OK)
		e = fault_of(in, errno, fault);
	if (folder >= 0)
		close(folder);
	if (e == ERR_OK && in->size_bytes > p->parts->config->attachment_max_bytes) {
		close(*fd);
		*fd = -1;
		spool_fault_set(fault, ERR_TOO_LARGE, in->path, SAID_FILE_LARGE, in->path);
		e = ERR_TOO_LARGE;
	}
	return e;
}

static void add_text(struct digest_stream *s, const char *text)
{
	digest_add(s, (struct blob){ (const uint8_t *)text, strlen(text) + 1 });
}

enum err spool_inputs_look(const struct spool_place *p, struct spool_inputs *in,
			   struct digest *stamp, struct spool_fault *fault)
{
	struct digest_stream *s = digest_begin();
	enum err e = s == NULL ? ERR_NO_MEMORY : ERR_OK;
	char line[64];

	fault->err = e;
	for (unsigned i = 0; e == ERR_OK && i < in->count; i++) {
		struct spool_input *each = &in->list[i];
		int fd;

		e = open_input(p, each, &fd, fault);
		if (fd >= 0)
			close(fd);
		snprintf(line, sizeof line, "%llu %lld", (unsigned long long)each->size_bytes,
			 (long long)each->modified_ns);
		add_text(s, each->path);
		add_text(s, line);
	}
	if (e == ERR_OK)
		*stamp = digest_end(s);
	else
		digest_abandon(s);
	return e;
}

static enum err write_piece(int fd, const uint8_t *data, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == ENOSPC || errno == EDQUOT ? ERR_DISK_FULL : ERR_FILE;
		data += n;
		len -= (size_t)n;
	}
	return ERR_OK;
}

/* Not more than it was when it was opened: a file that grows is no whole one. */
static enum err copy_bytes(int from, int to, struct spool_input *in)
{
	struct digest_stream *s = digest_begin();
	uint8_t *piece = malloc(PIECE_BYTES);
	uint64_t len = 0;
	ssize_t n = 1;
	enum err e = s == NULL || piece == NULL ? ERR_NO_MEMORY : ERR_OK;

	while (e == ERR_OK && n > 0 && len <= in->size_bytes) {
		n = read(from, piece, PIECE_BYTES);
		if (n < 0 && errno == EINTR) {
			n = 1;
			continue;
		}
		if (n <= 0)
			break;
		len += (uint64_t)n;
		digest_add(s, (struct blob){ piece, (size_t)n });
		e = write_piece(to, piece, (size_t)n);
	}
	if (e == ERR_OK && n < 0)
		e = ERR_FILE;
	if (e == ERR_OK && len != in->size_bytes)
		e = ERR_CHANGED_FILE;
	free(piece);
	if (e == ERR_OK)
		in->digest = digest_end(s);
	else
		digest_abandon(s);
	return e;
}

/* Each in a folder of its own: it keeps the name that it is sent under. */
static enum err copy_one(const struct spool_place *p, struct spool_inputs *all, int room,
			 unsigned number, struct spool_fault *fault)
{
	struct spool_input *in = &all->list[number];
	const char *slash = strrchr(in->path, '/'), *name = slash == NULL ? in->path : slash + 1;
	uint64_t size_bytes = in->size_bytes;
	int64_t modified_ns = in->modified_ns;
	int from = -1, folder = -1, to = -1;
	char word[16];
	enum err e = open_input(p, in, &from, fault);

	if (e == ERR_OK && (in->size_bytes != size_bytes || in->modified_ns != modified_ns))
		e = ERR_CHANGED_FILE;
	snprintf(word, sizeof word, "%u", number);
	if (e == ERR_OK)
		e = spool_disk_folder(&p->disk, room, word, DISK_PRIVATE_FOLDER, &folder);
	if (e == ERR_OK) {
		to = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			    DISK_PRIVATE_FILE);
		e = to < 0 ? ERR_FILE : copy_bytes(from, to, in);
	}
	if (to >= 0 && close(to) != 0 && e == ERR_OK)
		e = ERR_FILE;
	snprintf(in->copy, sizeof in->copy, "%s/%s/%s/%s", p->work_path, all->room, word, name);
	if (folder >= 0)
		close(folder);
	if (from >= 0)
		close(from);
	return e;
}

void spool_inputs_clear(const struct spool_place *p, const struct spool_inputs *in)
{
	if (in->room[0] != '\0' && spool_disk_remove(&p->disk, p->work, in->room) != ERR_OK)
		spool_place_log(p, ERR_FILE, p->work_path);
}

enum err spool_inputs_copy(const struct spool_place *p, struct spool_inputs *in,
			   struct spool_fault *fault)
{
	int room;
	enum err e = spool_place_room(p, in->room, &room);

	for (unsigned i = 0; e == ERR_OK && i < in->count; i++)
		e = copy_one(p, in, room, i, fault);
	if (room >= 0)
		close(room);
	if (e != ERR_OK && fault->err != e)
		*fault = (struct spool_fault){ .err = e };
	return e;
}

enum err spool_inputs_key(const struct spool_inputs *in, char key[DIGEST_HEX_SIZE])
{
	struct digest_stream *s = digest_begin();
	struct digest d;

	key[0] = '\0';
	if (s == NULL)
		return ERR_NO_MEMORY;
	add_text(s, "vanthu-spool-v1");
	for (unsigned i = 0; i < in->count; i++) {
		add_text(s, in->list[i].path);
		digest_add(s, (struct blob){ in->list[i].digest.bytes,
					     sizeof in->list[i].digest.bytes });
	}
	d = digest_end(s);
	digest_to_hex(&d, key);
	return ERR_OK;
}

json_t *spool_inputs_stamps(const struct spool_inputs *in)
{
	json_t *out = json_array();

	for (unsigned i = 0; i < in->count; i++) {
		const struct spool_input *each = &in->list[i];
		json_t *stamp = json_pack("{s:s, s:I, s:I}", "path", each->path, "size",
					  (json_int_t)each->size_bytes, "modified",
					  (json_int_t)each->modified_ns);
		char hex[DIGEST_HEX_SIZE];

		digest_to_hex(&each->digest, hex);
		if (each->copy[0] != '\0')
			json_object_set_new(stamp, "sha256", json_string(hex));
		json_array_append_new(out, stamp);
	}
	return out;
}

json_t *spool_inputs_files(const struct spool_inputs *in)
{
	json_t *out = json_array();

	for (unsigned i = 1; i < in->count; i++) {
		char hex[DIGEST_HEX_SIZE];

		digest_to_hex(&in->list[i].digest, hex);
		json_array_append_new(out, json_pack("{s:s, s:I, s:s}", "name", in->list[i].path,
						     "size_bytes",
						     (json_int_t)in->list[i].size_bytes, "sha256",
						     hex));
	}
	return out;
}
