/* A directory as it travels: whole, or what has changed since a version, in a file or part by part
 * on a link; see directory_file.h. However it travels, the same is checked: the head's signature,
 * and that all entries together have its root and are one tree. */
#include "proto/directory_file.h"

#include <stdlib.h>
#include <string.h>

#include "proto/directory_scan.h"
#include "proto/envelope.pb-c.h"
#include "proto/fields.h"
#include "proto/pb.h"
#include "routing/base/committee_id.h"

enum { WORK_AT_ONCE = 4096 };

/* ---- files ---- */

enum err directory_file_pack(struct arena *a, const struct directory *d, struct blob *out)
{
	Vanthu__V1__DirectoryFile m = VANTHU__V1__DIRECTORY_FILE__INIT;

	m.head = field_bytes(d->head.head.data, d->head.head.len_bytes);
	m.since = d->since;
	m.n_entries = d->entry_count;
	m.entries = arena_array(a, d->entry_count, sizeof *m.entries);
	if (m.entries == NULL)
		return ERR_NO_MEMORY;
	for (uint32_t i = 0; i < d->entry_count; i++)
		m.entries[i] = field_bytes(d->entries[i].entry.data, d->entries[i].entry.len_bytes);
	return pb_pack(a, &m.base, out);
}

enum err directory_file_open(struct arena *a, struct blob bytes, struct blob root_der,
			     const struct directory_base *base, struct directory *out)
{
	struct directory_scan *s =
	    directory_scan_new(directory_source_of(&bytes), directory_trust_root(&root_der), base);
	struct directory_measure all = { .bytes = SIZE_MAX, .writes = UINT64_MAX };
	const struct rec_directory *head = NULL;
	struct directory_piece piece;
	struct blob kept;
	bool done = false;
	enum err e = s == NULL ? ERR_NO_MEMORY : ERR_OK;

	memset(out, 0, sizeof *out);
	while (e == ERR_OK && !done)
		e = directory_scan_check(s, WORK_AT_ONCE, &done);
	if (e == ERR_OK) {
		all.count = directory_scan_count(s) + 1;
		e = directory_scan_next(s, a, &all, &piece);
	}
	if (e == ERR_OK)
		e = directory_scan_head(s, &head);
	if (e == ERR_OK) {
		kept = arena_blob(a, head->head);
		*out = (struct directory){ .head = *head,
					   .entries = piece.entries,
					   .entry_count = piece.count,
					   .since = directory_scan_since(s) };
		out->head.head = kept;
		e = kept.data == NULL ? ERR_NO_MEMORY : ERR_OK;
	}
	directory_scan_destroy(s);
	return e;
}

/* ---- part by part ---- */

/* What comes is put down as the packed DirectoryFile that it will be. */
struct directory_parts {
	struct directory_sink sink;
	uint8_t *head;
	size_t head_len;
	uint64_t since;
	uint64_t bytes;
	uint32_t count;
	struct committee_id upto;
};

struct directory_parts *directory_parts_new(struct directory_sink sink)
{
	struct directory_parts *p = calloc(1, sizeof *p);

	if (p != NULL)
		p->sink = sink;
	return p;
}

void directory_parts_forget(struct directory_parts *p)
{
	free(p->head);
	*p = (struct directory_parts){ .sink = p->sink };
}

void directory_parts_destroy(struct directory_parts *p)
{
	if (p == NULL)
		return;
	free(p->head);
	free(p);
}

static size_t put_varint(uint8_t *out, uint64_t n)
{
	size_t len = 0;

	for (; n >= 0x80; n >>= 7)
		out[len++] = (uint8_t)(n | 0x80);
	out[len++] = (uint8_t)n;
	return len;
}

enum err directory_append_field(struct directory_sink sink, unsigned field, struct blob bytes)
{
	uint8_t tag[11];
	size_t len = put_varint(tag, field << 3 | 2);
	enum err e;

	len += put_varint(tag + len, bytes.len_bytes);
	e = sink.append(sink.ctx, (struct blob){ tag, len });
	return e == ERR_OK && bytes.len_bytes > 0 ? sink.append(sink.ctx, bytes) : e;
}

enum err directory_append_head(struct directory_sink sink, struct blob head, uint64_t since)
{
	uint8_t number[11];
	size_t len;
	enum err e = directory_append_field(sink, DIRECTORY_FIELD_HEAD, head);

	number[0] = DIRECTORY_FIELD_SINCE << 3;
	len = 1 + put_varint(number + 1, since);
	return e == ERR_OK && since > 0 ? sink.append(sink.ctx, (struct blob){ number, len }) : e;
}

static enum err begin(struct directory_parts *p, const struct msg_directory_part *m)
{
	directory_parts_forget(p);
	if (!id_empty(m->after))
		return ERR_GAP; /* the head changed between parts: requested from the start */
	p->head = malloc(m->head.len_bytes + 1);
	if (p->head == NULL)
		return ERR_NO_MEMORY;
	if (m->head.len_bytes > 0)
		memcpy(p->head, m->head.data, m->head.len_bytes);
	p->head_len = m->head.len_bytes;
	p->since = m->since;
	p->sink.reset(p->sink.ctx);
	return directory_append_head(p->sink, m->head, m->since);
}

enum err directory_parts_add(struct directory_parts *p, const struct msg_directory_part *m)
{
	bool same = !id_empty(m->after) && p->head != NULL && p->head_len == m->head.len_bytes &&
		    p->since == m->since && id_equal(p->upto, m->after) &&
		    memcmp(p->head, m->head.data, m->head.len_bytes) == 0;
	enum err e = same ? ERR_OK : begin(p, m);

	for (uint32_t i = 0; i < m->entry_count && e == ERR_OK; i++) {
		p->bytes += m->entries[i].len_bytes;
		if (p->bytes > DIRECTORY_FILE_MAX_BYTES || ++p->count > DIRECTORY_ENTRIES_MAX)
			e = ERR_TOO_LARGE;
		else
			e = directory_append_field(p->sink, DIRECTORY_FIELD_ENTRY, m->entries[i]);
	}
	p->upto = m->upto;
	if (e != ERR_OK)
		directory_parts_forget(p);
	return e;
}
