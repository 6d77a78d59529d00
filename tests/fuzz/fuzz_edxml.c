/* Any bytes as an edXML file: none makes it crash, hang or read further than it may. What was read
 * is written, and that must be read as the same message. */
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tools/edxml/edxml.h"

enum { PARTS_BYTES = 8 << 20, WRITTEN_BYTES = 64 << 20 };

struct bytes {
	uint8_t *data;
	size_t len, room;
};

/* Contents of all parts, one after the other. */
static struct bytes contents;
static struct bytes written;

static enum err add(void *ctx, const uint8_t *bytes, size_t len)
{
	struct bytes *to = ctx;

	if (to->len + len > WRITTEN_BYTES)
		return ERR_TOO_LARGE;
	if (to->len + len > to->room) {
		to->room = 2 * (to->len + len);
		to->data = realloc(to->data, to->room);
		if (to->data == NULL)
			abort();
	}
	if (len != 0)
		memcpy(to->data + to->len, bytes, len);
	to->len += len;
	return ERR_OK;
}

static enum err take(void *ctx, uint32_t part, const uint8_t *bytes, size_t len)
{
	(void)part;
	return add(ctx, bytes, len);
}

static enum err content(void *ctx, uint32_t part, edxml_take *to, void *to_ctx)
{
	const struct edxml_message *m = ctx;
	size_t from = 0;

	for (uint32_t i = 0; i < part; i++)
		from += m->parts[i].size_bytes;
	return to(to_ctx, contents.data + from, m->parts[part].size_bytes);
}

static void unpack(const struct edxml_message *m)
{
	size_t from = 0;

	for (uint32_t i = 0; i < m->part_count; i++) {
		const struct edxml_part *p = &m->parts[i];
		size_t len = p->size_bytes;
		int packed, to;
		bool done;

		if (len >= 4 && unpack_wanted(edxml_part_name(p), contents.data + from, len)) {
			packed = memfd_create("packed", MFD_CLOEXEC);
			to = memfd_create("to", MFD_CLOEXEC);
			if (write(packed, contents.data + from, len) == (ssize_t)len &&
			    unpack_file(packed, edxml_part_name(p), to, PARTS_BYTES, &done) ==
				    ERR_OK &&
			    done && lseek(to, 0, SEEK_CUR) > PARTS_BYTES)
				abort();
			close(packed);
			close(to);
		}
		from += len;
	}
}

static void write_and_read_again(struct edxml_message *m)
{
	struct edxml_source source = { m, content };
	struct edxml_sink sink = { NULL, NULL, 0 };
	static struct edxml_outcome o;
	struct edxml_message *back = NULL;
	enum err e;

	written.len = 0;
	if (edxml_write(m, &source, add, &written) != ERR_OK)
		return;
	e = edxml_read((struct blob){ written.data, written.len }, &sink, &o, &back);
	if (e == ERR_EDXML_BOUND) /* it was just within before */
		return;
	if (e != ERR_OK || !edxml_message_equal(m, back)) {
		fprintf(stderr, "written, and not the same: VT-%u line %u %s\n", (unsigned)e,
			o.fault.line, o.fault.about);
		abort();
	}
	edxml_message_free(back);
}

/* What has no field goes with a document: a rest of the rest is the same, and as the rest of
 * another it adds nothing that cannot be written. */
static void make_and_add_rest(const struct edxml_message *m, struct blob file)
{
	struct edxml_sink sink = { NULL, NULL, 0 };
	static struct edxml_outcome o;
	struct edxml_message *other = edxml_message_new(), *back = NULL;
	struct blob rest, again;

	if (other == NULL)
		abort();
	if (edxml_rest_make(m, &rest) == ERR_OK && rest.len_bytes != 0) {
		if (edxml_read(rest, &sink, &o, &back) != ERR_OK ||
		    edxml_rest_make(back, &again) != ERR_OK ||
		    again.len_bytes != rest.len_bytes ||
		    memcmp(again.data, rest.data, rest.len_bytes) != 0)
			abort();
		free((void *)(uintptr_t)again.data);
		edxml_message_free(back);
	}
	free((void *)(uintptr_t)rest.data);
	if (edxml_rest_add(other, file, &o) == ERR_OK)
		write_and_read_again(other);
	edxml_message_free(other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct edxml_sink sink = { &contents, take, PARTS_BYTES };
	static struct edxml_outcome o;
	struct edxml_reader *r;
	struct edxml_message *m = NULL;
	size_t step = size == 0 ? 1 : data[size - 1] + 1u;
	enum err e;

	contents.len = 0;
	(void)add(&contents, data, 0);
	e = edxml_read_begin(&sink, &o, &r);
	for (size_t at = 0; e == ERR_OK && at < size; at += step)
		e = edxml_read_feed(
			r, (struct blob){ data + at, size - at < step ? size - at : step });
	if (e == ERR_OK)
		e = edxml_read_end(r, &m);
	if (e == ERR_OK) {
		unpack(m);
		write_and_read_again(m);
		make_and_add_rest(m, (struct blob){ data, size });
	} else if (o.fault.err != e) {
		abort(); /* a fault is always noted */
	}
	edxml_read_free(r);
	edxml_message_free(m);
	return 0;
}
