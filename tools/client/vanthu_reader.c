/* Parts of a document read by pull, of vanthu.h: a connection of its own, and on it one range after
 * the other. */
#include "tools/client/vanthu_reader.h"

#include <stdlib.h>
#include <string.h>

#include "tools/client/vanthu_connection.h"
#include "tools/client/vanthu_content.h"
#include "tools/client/vanthu_fault.h"

struct vanthu_reader {
	struct client *client;
	char id[UUID_TEXT_SIZE];
	struct content_part part;
	struct content_stream *content; /* NULL: a range is to be asked for */
	struct content_range range;
	struct client_fault fault;
	struct blob piece; /* what of the last one was not given yet; the connection's */
};

int vanthu_reader_open(vanthu *v, const char *name, size_t part, vanthu_reader **out)
{
	vanthu_reader *r = calloc(1, sizeof *r);
	int code, error;

	*out = NULL;
	if (r == NULL)
		return vanthu_fail_about(ERR_NO_MEMORY, "");
	if (!vanthu_lock(v)) {
		free(r);
		return VANTHU_ERR_BAD_STATE;
	}
	code = vanthu_find_part(v, name, part, &r->part, r->id);
	if (code == VANTHU_OK) {
		r->fault.err = client_connect_beside(v->client, &error, &r->client);
		r->fault.error = error;
		code = r->fault.err == ERR_OK ? VANTHU_OK : vanthu_fail(&r->fault);
	}
	vanthu_unlock(v);
	if (code != VANTHU_OK) {
		vanthu_reader_free(r);
		return code;
	}
	r->range = (struct content_range){ .document = r->id,
					   .part = &r->part,
					   .length_bytes = r->part.size_bytes };
	*out = r;
	return VANTHU_OK;
}

uint64_t vanthu_reader_size_bytes(const vanthu_reader *r)
{
	return r->part.size_bytes;
}

static void end_range(vanthu_reader *r)
{
	content_close(r->content);
	r->content = NULL;
	r->piece = (struct blob){ NULL, 0 };
}

int vanthu_reader_seek(vanthu_reader *r, uint64_t from, uint64_t length_bytes)
{
	if (from > r->part.size_bytes)
		return vanthu_fail_about(ERR_NOT_FOUND, r->part.name);
	end_range(r);
	r->range.from = from;
	r->range.length_bytes = length_bytes;
	return VANTHU_OK;
}

/* A piece that is not empty, or the end of the range. */
static enum err next_piece(vanthu_reader *r)
{
	enum err e = ERR_OK;

	if (r->content == NULL)
		e = content_open(r->client, &r->range, &r->fault, &r->content);
	while (e == ERR_OK && r->piece.len_bytes == 0 && !content_ended(r->content))
		e = content_next(r->content, &r->piece);
	return e;
}

int vanthu_reader_read(vanthu_reader *r, void *buffer, size_t size, size_t *got)
{
	uint8_t *out = buffer;

	*got = 0;
	while (*got < size) {
		size_t n;

		if (r->piece.len_bytes == 0 && next_piece(r) != ERR_OK)
			return vanthu_fail(&r->fault);
		n = r->piece.len_bytes < size - *got ? r->piece.len_bytes : size - *got;
		if (n == 0)
			break;
		memcpy(out + *got, r->piece.data, n);
		r->piece.data += n;
		r->piece.len_bytes -= n;
		*got += n;
	}
	return VANTHU_OK;
}

void vanthu_reader_free(vanthu_reader *r)
{
	if (r == NULL)
		return;
	end_range(r);
	client_close(r->client);
	free(r);
}
