/* A directory as it travels: whole, or what has changed since a version, in a file or part by part on a link; see directory.h.
 * Whatever the way, the same is checked: the head's signature, and that all entries together have its root and are one tree. */
#include <stdlib.h>
#include <string.h>

#include "proto/digest.h"
#include "proto/directory.h"
#include "proto/envelope.pb-c.h"
#include "proto/fields.h"
#include "proto/prescan.h"
#include "routing/id.h"

enum { ENTRIES_MAX = 400000, ROWS_ARENA_BYTES = 256 << 20 };

static enum err check_certificates(const struct rec_committee *c, struct blob root_der)
{
	for (uint32_t i = 0; i < c->key_count; i++) {
		uint8_t public_key[32];
		enum err e;

		if (c->keys[i].use != KEY_USE_SIGN)
			continue;
		e = certificate_check(c->keys[i].certificate, root_der, public_key);
		if (e != ERR_OK || memcmp(public_key, c->keys[i].public_key, sizeof public_key) != 0)
			return ERR_CERTIFICATE;
	}
	return ERR_OK;
}

/* ---- checking ---- */

/* All entries as they will be: our rows with the changes over them, both ascending by id. */
static enum err merge(struct arena *a, struct lookup rows, const struct directory *changes, struct rec_committee *out, uint32_t *count)
{
	struct scan scan = scan_of((struct key){ .len_bytes = 0 });
	uint32_t room = changes->head.entry_count > UINT32_MAX ? 0 : (uint32_t)changes->head.entry_count, next = 0;
	struct record r;
	enum err e;

	*count = 0;
	while ((e = rows.next(rows.ctx, a, FAMILY_COMMITTEE, &scan, &r)) == ERR_OK) {
		int order = -1;

		while (next < changes->entry_count && (order = strcmp(changes->entries[next].id.text, r.u.committee.id.text)) < 0) {
			if (*count == room)
				return ERR_DIGEST;
			out[(*count)++] = changes->entries[next++];
		}
		if (next < changes->entry_count && order == 0)
			continue; /* ours is the older one */
		if (*count == room)
			return ERR_DIGEST;
		out[(*count)++] = r.u.committee;
	}
	if (e != ERR_NOT_FOUND)
		return e;
	while (next < changes->entry_count && *count < room)
		out[(*count)++] = changes->entries[next++];
	return next == changes->entry_count ? ERR_OK : ERR_DIGEST;
}

static enum err check_whole(const struct directory *d, const struct rec_committee *entries, uint32_t count)
{
	struct committee_id culprit;
	struct digest root;
	const char *what;
	enum err e = directory_root(entries, count, &root);

	if (e == ERR_OK && (count != d->head.entry_count || !digest_equal(&root, &d->head.entries_root)))
		e = ERR_DIGEST;
	return e == ERR_OK ? directory_check_tree(entries, count, &culprit, &what) : e;
}

static enum err check_changes(struct lookup rows, const struct directory *d)
{
	struct arena *a = arena_new(ROWS_ARENA_BYTES);
	struct rec_committee *all = a == NULL ? NULL : arena_array(a, d->head.entry_count, sizeof *all);
	uint32_t count = 0;
	enum err e = all == NULL ? ERR_NO_MEMORY : ERR_OK;

	for (uint32_t i = 0; i < d->entry_count && e == ERR_OK; i++) {
		if (i > 0 && strcmp(d->entries[i - 1].id.text, d->entries[i].id.text) >= 0)
			e = ERR_FORMAT;
	}
	if (e == ERR_OK)
		e = merge(a, rows, d, all, &count);
	if (e == ERR_OK)
		e = check_whole(d, all, count);
	arena_destroy(a);
	return e;
}

/* Head, entries and what is kept of before, checked as one. */
static enum err open_parts(struct arena *a, const Vanthu__V1__DirectoryFile *m, struct blob root_der, const struct directory_base *base,
			   struct directory *out)
{
	enum err e = m->n_entries > ENTRIES_MAX ? ERR_TOO_LARGE : directory_head_open(a, field_blob(m->head), root_der, &out->head);

	out->entries = arena_array(a, m->n_entries, sizeof *out->entries);
	if (e == ERR_OK && (out->entries == NULL || out->head.entry_count > ENTRIES_MAX))
		e = out->entries == NULL ? ERR_NO_MEMORY : ERR_TOO_LARGE;
	for (size_t i = 0; e == ERR_OK && i < m->n_entries; i++)
		e = directory_entry_unpack(a, field_blob(m->entries[i]), &out->entries[i]);
	out->entry_count = (uint32_t)m->n_entries;
	out->since = m->since;
	if (e != ERR_OK)
		return e;
	if (m->since == 0)
		e = check_whole(out, out->entries, out->entry_count);
	else if (base == NULL || m->since > base->version)
		e = ERR_DIRECTORY_AHEAD; /* what changed before that is not here */
	else
		e = check_changes(base->rows, out);
	for (uint32_t i = 0; e == ERR_OK && i < out->entry_count; i++)
		e = check_certificates(&out->entries[i], root_der);
	return e;
}

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
	return pack(a, &m.base, out);
}

enum err directory_file_open(struct arena *a, struct blob bytes, struct blob root_der, const struct directory_base *base, struct directory *out)
{
	const Vanthu__V1__DirectoryFile *m;
	enum err e;

	memset(out, 0, sizeof *out);
	m = unpack(a, &vanthu__v1__directory_file__descriptor, bytes, &e);
	return m == NULL ? e : open_parts(a, m, root_der, base, out);
}

/* ---- part by part ---- */

struct directory_parts {
	struct blob head;
	uint64_t since;
	ProtobufCBinaryData *entries;
	size_t count, capacity;
	size_t bytes;
	struct committee_id upto;
};

struct directory_parts *directory_parts_new(void)
{
	return calloc(1, sizeof(struct directory_parts));
}

static void forget(struct directory_parts *p)
{
	free((void *)(uintptr_t)p->head.data);
	for (size_t i = 0; i < p->count; i++)
		free(p->entries[i].data);
	free(p->entries);
	memset(p, 0, sizeof *p);
}

void directory_parts_destroy(struct directory_parts *p)
{
	if (p == NULL)
		return;
	forget(p);
	free(p);
}

static enum err keep(struct blob bytes, uint8_t **out)
{
	*out = malloc(bytes.len_bytes == 0 ? 1 : bytes.len_bytes);
	if (*out == NULL)
		return ERR_NO_MEMORY;
	if (bytes.len_bytes > 0)
		memcpy(*out, bytes.data, bytes.len_bytes);
	return ERR_OK;
}

static enum err keep_entry(struct directory_parts *p, struct blob entry)
{
	uint8_t *copy;
	enum err e;

	if (p->bytes + entry.len_bytes > DIRECTORY_FILE_MAX_BYTES || p->count >= ENTRIES_MAX)
		return ERR_TOO_LARGE;
	if (p->count == p->capacity) {
		size_t capacity = p->capacity == 0 ? 64 : p->capacity * 2;
		ProtobufCBinaryData *grown = realloc(p->entries, capacity * sizeof *grown);

		if (grown == NULL)
			return ERR_NO_MEMORY;
		p->entries = grown;
		p->capacity = capacity;
	}
	e = keep(entry, &copy);
	if (e == ERR_OK) {
		p->entries[p->count++] = field_bytes(copy, entry.len_bytes);
		p->bytes += entry.len_bytes;
	}
	return e;
}

enum err directory_parts_add(struct directory_parts *p, const struct msg_directory_part *m)
{
	bool same = !id_empty(m->after) && p->head.data != NULL && p->head.len_bytes == m->head.len_bytes && p->since == m->since &&
		    id_equal(p->upto, m->after) && memcmp(p->head.data, m->head.data, m->head.len_bytes) == 0;
	enum err e = ERR_OK;

	if (!same) {
		uint8_t *head;

		forget(p);
		if (!id_empty(m->after))
			return ERR_GAP; /* the head changed half way: it is asked for anew */
		e = keep(m->head, &head);
		if (e != ERR_OK)
			return e;
		p->head = (struct blob){ head, m->head.len_bytes };
		p->since = m->since;
	}
	for (uint32_t i = 0; i < m->entry_count && e == ERR_OK; i++)
		e = keep_entry(p, m->entries[i]);
	p->upto = m->upto;
	if (e != ERR_OK)
		forget(p);
	return e;
}

bool directory_parts_equal(const struct directory_parts *p, const struct rec_committee *entries, uint32_t count)
{
	bool same = p->count == count;

	for (uint32_t i = 0; i < count && same; i++)
		same = p->entries[i].len == entries[i].entry.len_bytes && memcmp(p->entries[i].data, entries[i].entry.data, p->entries[i].len) == 0;
	return same;
}

enum err directory_parts_open(const struct directory_parts *p, struct arena *a, struct blob root_der, const struct directory_base *base,
			      struct directory *out)
{
	Vanthu__V1__DirectoryFile m = VANTHU__V1__DIRECTORY_FILE__INIT;
	struct blob head = arena_blob(a, p->head);

	memset(out, 0, sizeof *out);
	if (head.data == NULL)
		return ERR_NO_MEMORY;
	m.head = field_bytes(head.data, head.len_bytes);
	m.since = p->since;
	m.n_entries = p->count;
	m.entries = p->entries;
	return open_parts(a, &m, root_der, base, out);
}
