/* See directory_scan.h. The source is a packed DirectoryFile; its fields are walked by hand, for
 * unpacking one of 256 MiB would hold it whole. */
#include "proto/directory_scan.h"

#include <stdlib.h>
#include <string.h>

#include "proto/certificate.h"
#include "proto/digest.h"
#include "proto/directory_file.h"
#include "proto/directory_tree.h"
#include "proto/merkle.h"

enum {
	FIELD_MAX_BYTES = ENVELOPE_MAX_BYTES, /* a head, or an entry: it must fit a frame */
	WINDOW_BYTES = 2 * FIELD_MAX_BYTES,
	TAG_MAX_BYTES = 20, /* a tag and a length */
	SCRATCH_BYTES = 8 << 20,
	CERTIFICATE_WORK = 16, /* checking one takes as long as that many entries */
};

enum phase { PHASE_FIELDS, PHASE_ENTRIES, PHASE_TREE, PHASE_DONE };

struct directory_scan {
	struct directory_source source;
	struct directory_trust trust;
	struct directory_base base;
	bool has_base;
	enum phase phase;
	struct arena *arena;   /* lives with the scan: the head */
	struct arena *scratch; /* one step */
	uint8_t *window;
	uint64_t window_at;
	size_t window_len;
	uint64_t at; /* in the source */
	struct rec_directory head;
	bool has_head, has_since;
	uint64_t since;
	uint32_t count;    /* entries in the source */
	uint32_t position; /* of them, in this walk */
	struct committee_id last;
	struct merkle_stream root;
	uint32_t whole; /* entries under the root */
	struct directory_tree *tree;
	struct scan rows;
	struct rec_committee row; /* of ours, the next one */
	struct arena *row_arena;
	bool row_known, rows_ended;
	struct committee_id culprit;
	const char *fault;
};

/* ---- sources and trust ---- */

static enum err read_memory(void *ctx, uint64_t at, uint8_t *out, size_t len_bytes)
{
	const struct blob *b = ctx;

	memcpy(out, b->data + at, len_bytes);
	return ERR_OK;
}

struct directory_source directory_source_of(const struct blob *bytes)
{
	return (struct directory_source){ .ctx = (void *)(uintptr_t)bytes,
					  .size_bytes = bytes->len_bytes,
					  .read = read_memory };
}

static enum err root_head(void *ctx, struct arena *a, struct blob head, struct rec_directory *out)
{
	return directory_head_open(a, head, *(const struct blob *)ctx, out);
}

static enum err root_certificates(void *ctx, const struct rec_committee *c)
{
	const struct blob *root_der = ctx;

	for (uint32_t i = 0; i < c->key_count; i++) {
		uint8_t public_key[32];

		if (c->keys[i].use == KEY_USE_SIGN &&
		    (certificate_check(c->keys[i].certificate, *root_der, public_key) != ERR_OK ||
		     memcmp(public_key, c->keys[i].public_key, sizeof public_key) != 0))
			return ERR_CERTIFICATE;
	}
	return ERR_OK;
}

struct directory_trust directory_trust_root(const struct blob *root_der)
{
	return (struct directory_trust){ .ctx = (void *)(uintptr_t)root_der,
					 .head = root_head,
					 .certificates = root_certificates };
}

/* ---- fields ---- */

struct field {
	uint32_t number;
	uint64_t value;     /* of a number */
	uint64_t bytes_at;  /* of bytes */
	uint64_t len_bytes;
};

/* These bytes of the source; they stay until the next call. */
static enum err peek(struct directory_scan *s, uint64_t at, size_t len_bytes, const uint8_t **out)
{
	if (at < s->window_at || at + len_bytes > s->window_at + s->window_len) {
		uint64_t left = s->source.size_bytes - at;
		size_t n = left < WINDOW_BYTES ? (size_t)left : WINDOW_BYTES;
		enum err e = s->source.read(s->source.ctx, at, s->window, n);

		s->window_len = 0;
		if (e != ERR_OK)
			return e;
		s->window_at = at;
		s->window_len = n;
	}
	*out = s->window + (at - s->window_at);
	return ERR_OK;
}

static bool read_varint(const uint8_t *bytes, size_t len_bytes, size_t *at, uint64_t *out)
{
	*out = 0;
	for (unsigned shift = 0; shift < 64 && *at < len_bytes; shift += 7) {
		uint8_t b = bytes[(*at)++];

		*out |= (uint64_t)(b & 0x7f) << shift;
		if ((b & 0x80) == 0)
			return true;
	}
	return false;
}

/* The field at s->at, which moves behind it. */
static enum err next_field(struct directory_scan *s, struct field *f)
{
	uint64_t left = s->source.size_bytes - s->at, tag, number;
	size_t n = left < TAG_MAX_BYTES ? (size_t)left : TAG_MAX_BYTES, at = 0;
	const uint8_t *bytes;
	enum err e = peek(s, s->at, n, &bytes);

	memset(f, 0, sizeof *f);
	if (e != ERR_OK)
		return e;
	if (!read_varint(bytes, n, &at, &tag) || tag >> 3 == 0 || tag >> 3 > INT32_MAX)
		return ERR_FORMAT;
	f->number = (uint32_t)(tag >> 3);
	switch (tag & 7) {
	case 0:
		if (!read_varint(bytes, n, &at, &f->value))
			return ERR_FORMAT;
		number = 0;
		break;
	case 1:
		number = 8;
		break;
	case 2:
		if (!read_varint(bytes, n, &at, &number))
			return ERR_FORMAT;
		f->bytes_at = s->at + at;
		f->len_bytes = number;
		break;
	case 5:
		number = 4;
		break;
	default:
		return ERR_FORMAT;
	}
	if (number > left - at)
		return ERR_FORMAT;
	if ((f->number == DIRECTORY_FIELD_SINCE) != ((tag & 7) == 0) &&
	    f->number <= DIRECTORY_FIELD_SINCE)
		return ERR_FORMAT;
	s->at += at + number;
	return ERR_OK;
}

static enum err field_bytes_of(struct directory_scan *s, const struct field *f, struct blob *out)
{
	const uint8_t *bytes;
	enum err e = f->len_bytes > FIELD_MAX_BYTES
			 ? ERR_TOO_LARGE
			 : peek(s, f->bytes_at, (size_t)f->len_bytes, &bytes);

	if (e == ERR_OK)
		*out = (struct blob){ bytes, (size_t)f->len_bytes };
	return e;
}

static enum err take_head(struct directory_scan *s, const struct field *f)
{
	struct blob bytes, copy;
	enum err e = s->has_head ? ERR_FORMAT : field_bytes_of(s, f, &bytes);

	if (e != ERR_OK)
		return e;
	copy = arena_blob(s->arena, bytes);
	if (copy.data == NULL)
		return ERR_NO_MEMORY;
	e = s->trust.head(s->trust.ctx, s->arena, copy, &s->head);
	if (e == ERR_OK && s->head.entry_count > DIRECTORY_ENTRIES_MAX)
		e = ERR_TOO_LARGE;
	s->has_head = e == ERR_OK;
	return e;
}

static enum err take_field(struct directory_scan *s, const struct field *f)
{
	if (f->number == DIRECTORY_FIELD_HEAD)
		return take_head(s, f);
	if (f->number == DIRECTORY_FIELD_SINCE) {
		if (s->has_since)
			return ERR_FORMAT;
		s->has_since = true;
		s->since = f->value;
	}
	if (f->number == DIRECTORY_FIELD_ENTRY && ++s->count > DIRECTORY_ENTRIES_MAX)
		return ERR_TOO_LARGE;
	return ERR_OK;
}

enum err directory_scan_head(struct directory_scan *s, const struct rec_directory **head)
{
	enum err e = s->source.size_bytes > DIRECTORY_FILE_MAX_BYTES ? ERR_TOO_LARGE : ERR_OK;

	while (e == ERR_OK && !s->has_head) {
		struct field f;

		if (s->at == s->source.size_bytes)
			return ERR_FORMAT;
		e = next_field(s, &f);
		if (e == ERR_OK)
			e = take_field(s, &f);
	}
	*head = &s->head;
	return e;
}

/* ---- the walk over all fields: how many entries, changes since when ---- */

static void begin_walk(struct directory_scan *s, enum phase phase)
{
	s->phase = phase;
	s->at = 0;
	s->position = 0;
}

static enum err begin_entries(struct directory_scan *s)
{
	if (s->since > 0 && (!s->has_base || s->since > s->base.version))
		return ERR_DIRECTORY_AHEAD; /* what changed before that is not here */
	if (s->since == 0 ? s->count != s->head.entry_count : s->count > s->head.entry_count)
		return ERR_DIGEST;
	s->tree = directory_tree_new((uint32_t)s->head.entry_count);
	if (s->tree == NULL)
		return ERR_NO_MEMORY;
	merkle_begin(&s->root);
	s->rows = scan_of((struct key){ .len_bytes = 0 });
	s->rows_ended = !s->has_base;
	begin_walk(s, PHASE_ENTRIES);
	return ERR_OK;
}

static enum err walk_fields(struct directory_scan *s, uint32_t work)
{
	enum err e = ERR_OK;

	for (; work > 0 && s->at < s->source.size_bytes && e == ERR_OK; work--) {
		struct field f;

		e = next_field(s, &f);
		if (e == ERR_OK)
			e = take_field(s, &f);
	}
	return e == ERR_OK && s->at == s->source.size_bytes ? begin_entries(s) : e;
}

/* ---- all entries as they will be: ours with the changes over them, both ascending by id ---- */

static enum err next_row(struct directory_scan *s)
{
	struct record r;
	enum err e;

	arena_reset(s->row_arena);
	e = s->base.rows.next(s->base.rows.ctx, s->row_arena, FAMILY_COMMITTEE, &s->rows, &r);
	s->row_known = e == ERR_OK;
	s->rows_ended = e == ERR_NOT_FOUND;
	if (e == ERR_OK)
		s->row = r.u.committee;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err put_under_root(struct directory_scan *s, const struct rec_committee *c, bool known)
{
	enum err e =
	    s->whole == s->head.entry_count ? ERR_DIGEST : directory_tree_add(s->tree, c, known);

	if (e == ERR_BAD_TREE)
		s->fault = directory_tree_fault(s->tree, &s->culprit);
	if (e != ERR_OK)
		return e;
	merkle_add(&s->root, merkle_leaf(c->entry));
	s->whole++;
	return ERR_OK;
}

/* Our rows before this id ("": all). Under a whole directory they count for nothing. */
static enum err pass_rows(struct directory_scan *s, const char *id, uint32_t *work)
{
	enum err e = ERR_OK;

	while (e == ERR_OK && *work > 0) {
		if (!s->row_known && !s->rows_ended)
			e = next_row(s);
		if (e != ERR_OK || !s->row_known ||
		    (id[0] != '\0' && strcmp(s->row.id.text, id) >= 0))
			return e;
		if (s->since > 0)
			e = put_under_root(s, &s->row, true);
		s->row_known = false;
		(*work)--;
	}
	return e;
}

static enum err take_entry(struct directory_scan *s, const struct rec_committee *c, uint32_t *work)
{
	bool ours = s->row_known && strcmp(s->row.id.text, c->id.text) == 0;
	bool same = ours && s->row.entry.len_bytes == c->entry.len_bytes &&
		    memcmp(s->row.entry.data, c->entry.data, c->entry.len_bytes) == 0;
	enum err e = put_under_root(s, c, same);

	if (ours)
		s->row_known = false;
	if (e == ERR_OK && !same) {
		*work -= *work < CERTIFICATE_WORK ? *work : CERTIFICATE_WORK;
		e = s->trust.certificates(s->trust.ctx, c);
	}
	return e;
}

static enum err read_entry(struct directory_scan *s, struct arena *a, const struct field *f,
			   struct rec_committee *out)
{
	struct blob bytes;
	enum err e = field_bytes_of(s, f, &bytes);

	if (e == ERR_OK)
		e = directory_entry_unpack(a, bytes, out);
	if (e == ERR_OK && s->position > 0 && strcmp(s->last.text, out->id.text) >= 0)
		e = ERR_FORMAT;
	return e;
}

static enum err end_entries(struct directory_scan *s, uint32_t *work)
{
	struct digest root;
	enum err e = pass_rows(s, "", work);

	if (e != ERR_OK || s->row_known || !s->rows_ended)
		return e;
	root = merkle_end(&s->root);
	if (s->whole != s->head.entry_count || !digest_equal(&root, &s->head.entries_root))
		return ERR_DIGEST;
	s->phase = PHASE_TREE;
	return ERR_OK;
}

static enum err walk_entries(struct directory_scan *s, uint32_t work)
{
	enum err e = ERR_OK;

	while (e == ERR_OK && work > 0 && s->at < s->source.size_bytes) {
		uint64_t before = s->at;
		struct rec_committee c;
		struct field f;

		arena_reset(s->scratch);
		e = next_field(s, &f);
		if (e != ERR_OK || f.number != DIRECTORY_FIELD_ENTRY)
			continue;
		e = read_entry(s, s->scratch, &f, &c);
		if (e == ERR_OK)
			e = pass_rows(s, c.id.text, &work);
		if (e == ERR_OK && work == 0) {
			/* the rows before it took all: it comes first the next time */
			s->at = before;
			break;
		}
		if (e == ERR_OK)
			e = take_entry(s, &c, &work);
		s->last = c.id;
		s->position++;
		work -= work > 0;
	}
	return e == ERR_OK && work > 0 && s->at == s->source.size_bytes ? end_entries(s, &work) : e;
}

static enum err walk_tree(struct directory_scan *s, uint32_t work)
{
	bool whole;
	enum err e = directory_tree_check(s->tree, work * 4, &whole);

	if (e == ERR_BAD_TREE)
		s->fault = directory_tree_fault(s->tree, &s->culprit);
	if (e != ERR_OK || !whole)
		return e;
	directory_tree_destroy(s->tree);
	s->tree = NULL;
	begin_walk(s, PHASE_DONE);
	return ERR_OK;
}

enum err directory_scan_check(struct directory_scan *s, uint32_t work, bool *done)
{
	const struct rec_directory *head;
	enum err e = directory_scan_head(s, &head);

	if (e == ERR_OK && s->phase == PHASE_FIELDS)
		e = walk_fields(s, work);
	else if (e == ERR_OK && s->phase == PHASE_ENTRIES)
		e = walk_entries(s, work);
	else if (e == ERR_OK && s->phase == PHASE_TREE)
		e = walk_tree(s, work);
	*done = e == ERR_OK && s->phase == PHASE_DONE;
	return e;
}

/* ---- piece by piece ---- */

enum err directory_scan_next(struct directory_scan *s, struct arena *a,
			     const struct directory_measure *most, struct directory_piece *out)
{
	struct directory_measure have = { .count = 0 };
	enum err e = ERR_OK;

	*out = (struct directory_piece){ .entries =
					     arena_array(a, most->count, sizeof *out->entries) };
	if (out->entries == NULL)
		return ERR_NO_MEMORY;
	while (e == ERR_OK && out->count < most->count && s->at < s->source.size_bytes) {
		struct rec_committee *c = &out->entries[out->count];
		uint64_t before = s->at;
		struct field f;

		e = next_field(s, &f);
		if (e != ERR_OK || f.number != DIRECTORY_FIELD_ENTRY)
			continue;
		e = read_entry(s, a, &f, c);
		if (e != ERR_OK)
			break;
		have.bytes += c->entry.len_bytes;
		have.writes += committee_writes(c);
		if (out->count > 0 && (have.bytes > most->bytes || have.writes > most->writes)) {
			s->at = before;
			break;
		}
		s->last = c->id;
		s->position++;
		out->count++;
	}
	out->last = s->position == s->count;
	return e;
}

/* ---- life ---- */

struct directory_scan *directory_scan_new(struct directory_source source,
					  struct directory_trust trust,
					  const struct directory_base *base)
{
	struct directory_scan *s = calloc(1, sizeof *s);

	if (s == NULL)
		return NULL;
	s->source = source;
	s->trust = trust;
	s->has_base = base != NULL;
	if (base != NULL)
		s->base = *base;
	s->arena = arena_new(SCRATCH_BYTES);
	s->scratch = arena_new(SCRATCH_BYTES);
	s->row_arena = arena_new(SCRATCH_BYTES);
	s->window = malloc(WINDOW_BYTES);
	if (s->arena == NULL || s->scratch == NULL || s->row_arena == NULL || s->window == NULL) {
		directory_scan_destroy(s);
		return NULL;
	}
	return s;
}

void directory_scan_destroy(struct directory_scan *s)
{
	if (s == NULL)
		return;
	directory_tree_destroy(s->tree);
	arena_destroy(s->arena);
	arena_destroy(s->scratch);
	arena_destroy(s->row_arena);
	free(s->window);
	free(s);
}

uint64_t directory_scan_since(const struct directory_scan *s)
{
	return s->since;
}

uint32_t directory_scan_count(const struct directory_scan *s)
{
	return s->count;
}

uint32_t directory_scan_position(const struct directory_scan *s)
{
	return s->position;
}

const char *directory_scan_fault(const struct directory_scan *s, struct committee_id *culprit)
{
	*culprit = s->culprit;
	return s->fault;
}
