/* See part.h. */
#include "tools/gateway/part.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tools/base/file_name.h"
#include "tools/gateway/deadlines.h"
#include "tools/gateway/exchange.h"
#include "tools/gateway/permit.h"
#include "tools/gateway/pool.h"

/* Many may read at once and slowly: each holds a few of these, in the client and in what is sent.
 */
enum { BLOCK_BYTES = 64 * 1024, TAG_SIZE = 2 * 32 + 3, WORDS_PARTS_MAX = 100000 };

/* What is larger than any content is so, whatever it is. */
static bool read_number(const char **at, uint64_t *out)
{
	const char *p = *at;
	uint64_t n = 0;

	for (; *p >= '0' && *p <= '9'; p++)
		n = n > (UINT64_MAX - 9) / 10 ? UINT64_MAX : n * 10 + (uint64_t)(*p - '0');
	if (p == *at)
		return false;
	*at = p;
	*out = n;
	return true;
}

enum part_range part_range(const char *range, uint64_t size_bytes, uint64_t *from, uint64_t *length)
{
	uint64_t first, last = UINT64_MAX;

	if (range == NULL || strncasecmp(range, "bytes=", 6) != 0 || strchr(range, ',') != NULL)
		return PART_ALL;
	range += 6;
	range += strspn(range, " ");
	if (*range == '-') { /* the last so many */
		range++;
		if (!read_number(&range, &last) || *range != '\0')
			return PART_ALL;
		if (last == 0 || size_bytes == 0)
			return PART_BEYOND;
		*length = last < size_bytes ? last : size_bytes;
		*from = size_bytes - *length;
		return PART_RANGE;
	}
	if (!read_number(&range, &first) || *range++ != '-')
		return PART_ALL;
	if (*range != '\0' && (!read_number(&range, &last) || *range != '\0' || last < first))
		return PART_ALL;
	if (first >= size_bytes)
		return PART_BEYOND;
	*from = first;
	*length = (last < size_bytes - 1 ? last : size_bytes - 1) - first + 1;
	return PART_RANGE;
}

bool part_tag_among(const char *tags, const char *tag)
{
	size_t len = strlen(tag);

	while (tags != NULL && *tags != '\0') {
		size_t word;

		tags += strspn(tags, " \t,");
		if (strncmp(tags, "W/", 2) == 0)
			tags += 2;
		word = strcspn(tags, ",");
		while (word > 0 && strchr(" \t", tags[word - 1]) != NULL)
			word--;
		if ((word == 1 && *tags == '*') || (word == len && strncmp(tags, tag, len) == 0))
			return true;
		tags += strcspn(tags, ",");
	}
	return false;
}

/* ---- a content on its way ---- */

struct reading {
	struct gateway *gateway;
	struct deadline *deadline;
	struct pool_place *place;
	struct content_stream *stream;
	struct content_part part;
	struct client_fault fault;
	struct content_range range;
	char document[UUID_TEXT_SIZE];
	struct blob piece; /* what of it has not gone yet */
};

static void reading_free(void *ctx)
{
	struct reading *r = ctx;

	content_close(r->stream);
	if (r->place != NULL)
		pool_give(r->gateway->pool, r->place);
	free(r);
}

static ssize_t reading_next(void *ctx, uint64_t at, char *out, size_t max)
{
	struct reading *r = ctx;
	size_t n;

	(void)at;
	while (r->piece.len_bytes == 0) {
		if (content_ended(r->stream))
			return MHD_CONTENT_READER_END_OF_STREAM;
		/* Also a wrong digest: the client sees that it is cut off, and has no whole. */
		if (content_next(r->stream, &r->piece) != ERR_OK)
			return MHD_CONTENT_READER_END_WITH_ERROR;
	}
	n = r->piece.len_bytes < max ? r->piece.len_bytes : max;
	memcpy(out, r->piece.data, n);
	r->piece.data += n;
	r->piece.len_bytes -= n;
	deadline_moved(r->deadline, n);
	return (ssize_t)n;
}

/* ---- the answer ---- */

static void print_tag(const struct digest *d, char out[TAG_SIZE])
{
	out[0] = '"';
	for (unsigned i = 0; i < sizeof d->bytes; i++)
		snprintf(out + 1 + 2 * i, 3, "%02x", d->bytes[i]);
	memcpy(out + 1 + 2 * sizeof d->bytes, "\"", 2);
}

static void add_digest(struct exchange *x, const struct digest *d)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char text[64] = "sha-256=:";
	size_t n = strlen(text);

	for (unsigned i = 0; i < sizeof d->bytes; i += 3) {
		unsigned left = (unsigned)sizeof d->bytes - i;
		unsigned v = (unsigned)d->bytes[i] << 16 |
			     (left > 1 ? (unsigned)d->bytes[i + 1] << 8 : 0) |
			     (left > 2 ? (unsigned)d->bytes[i + 2] : 0);

		text[n++] = letters[v >> 18];
		text[n++] = letters[v >> 12 & 63];
		text[n++] = left > 1 ? letters[v >> 6 & 63] : '=';
		text[n++] = left > 2 ? letters[v & 63] : '=';
	}
	text[n++] = ':';
	text[n] = '\0';
	exchange_add_header(x, "Repr-Digest", text); /* RFC 9530 */
}

/* A name that a header can have, and beside it the whole one (RFC 6266, RFC 8187). */
static void add_name(struct exchange *x, const char *name)
{
	char text[64 + 4 * FILE_NAME_SIZE] = "attachment; filename=\"";
	size_t n = strlen(text);

	for (const char *at = name; *at != '\0'; at++)
		text[n++] = (*at >= 0x20 && *at < 0x7f && strchr("\"\\%", *at) == NULL) ? *at : '_';
	n += (size_t)snprintf(text + n, sizeof text - n, "\"; filename*=UTF-8''");
	for (const unsigned char *at = (const unsigned char *)name; *at != '\0'; at++) {
		bool plain = (*at >= '0' && *at <= '9') || (*at >= 'a' && *at <= 'z') ||
			     (*at >= 'A' && *at <= 'Z') || strchr("-._~", *at) != NULL;

		n += (size_t)snprintf(text + n, sizeof text - n, plain ? "%c" : "%%%02X", *at);
	}
	exchange_add_header(x, "Content-Disposition", text);
}

/* Never what a browser would run: a document is somebody else's. */
static void add_type(struct exchange *x, const char *name)
{
	exchange_add_header(x, "Content-Type", media_type_of(name));
	exchange_add_header(x, "Cache-Control", "private, no-cache");
	exchange_add_header(x, "Accept-Ranges", "bytes");
	add_name(x, name);
}

static void answer_content(struct exchange *x, struct reading *r, bool partial)
{
	char text[96], tag[TAG_SIZE];
	struct MHD_Response *response = MHD_create_response_from_callback(
		r->range.length_bytes, BLOCK_BYTES, reading_next, r, reading_free);

	if (response == NULL) {
		reading_free(r);
		return;
	}
	exchange_response(x, partial ? MHD_HTTP_PARTIAL_CONTENT : MHD_HTTP_OK, response);
	print_tag(&r->part.sha256, tag);
	exchange_add_header(x, "ETag", tag);
	add_digest(x, &r->part.sha256);
	add_type(x, r->part.name);
	if (!partial)
		return;
	snprintf(text, sizeof text, "bytes %llu-%llu/%llu", (unsigned long long)r->range.from,
		 (unsigned long long)(r->range.from + r->range.length_bytes - 1),
		 (unsigned long long)r->part.size_bytes);
	exchange_add_header(x, "Content-Range", text);
}

static void answer_beyond(struct exchange *x, const struct reading *r)
{
	char text[64];

	exchange_refuse(x, ERR_HTTP_RANGE, NULL, "Range");
	snprintf(text, sizeof text, "bytes */%llu", (unsigned long long)r->part.size_bytes);
	exchange_add_header(x, "Content-Range", text);
}

/* Which bytes are wanted; the reading is the answer's from here on. */
static void answer_wanted(struct exchange *x, struct reading *r)
{
	const char *if_range = exchange_header(x, "If-Range");
	const char *wanted = exchange_header(x, "Range");
	char tag[TAG_SIZE];
	enum part_range kind;
	enum err e;

	print_tag(&r->part.sha256, tag);
	if (part_tag_among(exchange_header(x, "If-None-Match"), tag)) {
		exchange_response(x, MHD_HTTP_NOT_MODIFIED,
				  MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT));
		exchange_add_header(x, "ETag", tag);
		reading_free(r);
		return;
	}
	r->range = (struct content_range){ .document = r->document,
					   .part = &r->part,
					   .length_bytes = r->part.size_bytes,
					   .window_bytes = 2 * BLOCK_BYTES };
	if (x->head_only || (if_range != NULL && strcmp(if_range, tag) != 0))
		wanted = NULL; /* of HEAD there is no range (RFC 9110 §14.2) */
	kind = part_range(wanted, r->part.size_bytes, &r->range.from, &r->range.length_bytes);
	if (kind == PART_BEYOND) {
		answer_beyond(x, r);
		reading_free(r);
		return;
	}
	e = content_open(r->place->client, &r->range, &r->fault, &r->stream);
	if (e == ERR_OK && r->range.length_bytes > 0)
		e = content_next(r->stream, &r->piece); /* so that its errors have a status */
	if (e != ERR_OK) {
		r->fault.err = e;
		exchange_fault(x, &r->fault);
		reading_free(r);
		return;
	}
	answer_content(x, r, kind == PART_RANGE);
}

void part_answer(struct exchange *x)
{
	const char *number = route_word(x->route, &x->words, "part", 4);
	struct reading *r = calloc(1, sizeof *r);
	unsigned long n;
	char *end;
	enum err e;

	if (r == NULL) {
		exchange_refuse(x, ERR_NO_MEMORY, NULL, NULL);
		return;
	}
	r->gateway = x->gateway;
	r->deadline = x->deadline;
	n = strtoul(number, &end, 10);
	e = *end != '\0' || number[0] < '0' || number[0] > '9' || n == 0 || n > WORDS_PARTS_MAX
		    ? ERR_NOT_FOUND
		    : pool_take(x->gateway->pool, CLIENT_OFFICE, &x->rights, &r->place);
	if (e == ERR_OK)
		e = permit_view(x, r->place->client, &r->fault, (uint32_t)n - 1, &r->part,
				r->document);
	if (e == ERR_OK) {
		answer_wanted(x, r);
		return;
	}
	r->fault.err = e;
	exchange_fault(x, &r->fault);
	reading_free(r);
}
