/* See sums.h. */
#include "tools/archive/sums.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/digest.h"
#include "tools/base/files.h"

enum { HEX_BYTES = DIGEST_HEX_SIZE - 1, PIECE_BYTES = 256 * 1024 };

size_t sums_print(const struct digest *sha256, const char *name, char out[SUMS_LINE_SIZE])
{
	bool escaped = strpbrk(name, "\\\n\r") != NULL;
	size_t n = 0;

	if (strlen(name) >= SUMS_NAME_SIZE)
		return 0;
	if (escaped)
		out[n++] = '\\';
	digest_to_hex(sha256, out + n);
	n += HEX_BYTES;
	out[n++] = ' ';
	out[n++] = ' ';
	for (; *name != '\0'; name++) {
		bool mark = *name == '\\' || *name == '\n' || *name == '\r';

		if (mark)
			out[n++] = '\\';
		out[n++] = *name == '\n' ? 'n' : *name == '\r' ? 'r' : *name;
	}
	out[n++] = '\n';
	out[n] = '\0';
	return n;
}

/* False: an escape that there is not, or too long. */
static bool read_name(const char *from, size_t len, bool escaped, char out[SUMS_NAME_SIZE])
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		char c = from[i];

		if (c == '\0' || n + 1 >= SUMS_NAME_SIZE)
			return false;
		if (escaped && c == '\\') {
			if (++i == len)
				return false;
			c = from[i];
			if (c != '\\' && c != 'n' && c != 'r')
				return false;
			c = c == 'n' ? '\n' : c == 'r' ? '\r' : c;
		}
		out[n++] = c;
	}
	out[n] = '\0';
	return n > 0;
}

bool sums_next(struct blob text, size_t *at, struct sums_line *out, bool *fault)
{
	const char *from = (const char *)text.data + *at, *end;
	char hex[DIGEST_HEX_SIZE], written[DIGEST_HEX_SIZE];
	bool escaped;

	*fault = false;
	if (*at >= text.len_bytes)
		return false;
	*fault = true;
	end = memchr(from, '\n', text.len_bytes - *at);
	if (end == NULL)
		return false;
	*at += (size_t)(end - from) + 1;
	escaped = *from == '\\';
	from += escaped;
	if (end - from < HEX_BYTES + 3 || from[HEX_BYTES] != ' ' || from[HEX_BYTES + 1] != ' ')
		return false;
	memcpy(hex, from, HEX_BYTES);
	hex[HEX_BYTES] = '\0';
	from += HEX_BYTES + 2;
	if (digest_from_hex(hex, &out->sha256) != ERR_OK)
		return false;
	digest_to_hex(&out->sha256, written);
	/* in the one form that it is written in: no bit of it can be changed unnoticed */
	if (memcmp(hex, written, HEX_BYTES) != 0 ||
	    !read_name(from, (size_t)(end - from), escaped, out->name))
		return false;
	*fault = false;
	return true;
}

enum err sums_of_file(const char *path, struct digest *out, uint64_t *size_bytes)
{
	struct digest_stream *s;
	uint8_t *piece;
	ssize_t n;
	int fd, error = 0;
	enum err e = fs_open(path, &fd, size_bytes);

	if (e != ERR_OK)
		return e;
	s = digest_begin();
	piece = malloc(PIECE_BYTES);
	if (s == NULL || piece == NULL) {
		e = ERR_NO_MEMORY;
	} else {
		while ((n = read(fd, piece, PIECE_BYTES)) > 0)
			digest_add(s, (struct blob){ piece, (size_t)n });
		error = errno;
		e = n == 0 ? ERR_OK : ERR_FILE;
	}
	if (e == ERR_OK)
		*out = digest_end(s);
	else
		digest_abandon(s);
	free(piece);
	close(fd);
	errno = error;
	return e;
}
