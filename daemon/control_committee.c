/* The directory: its committees as rows, as a file, and this committee's own keys; see control_internal.h. */
#include <stdlib.h>
#include <string.h>

#include "daemon/control_internal.h"
#include "proto/directory.h"
#include "proto/fields.h"

/* ---- rows ---- */

static enum err fill_key(struct client *c, const struct key_entry *k, Vanthu__V1__Key *out)
{
	const struct control_parts *parts = &c->control->parts;

	vanthu__v1__key__init(out);
	out->use = (Vanthu__V1__KeyUse)k->use;
	out->key_id = field_bytes(k->key_id.bytes, sizeof k->key_id.bytes);
	out->public_key = field_bytes(k->public_key, sizeof k->public_key);
	out->from_ms = k->from_ms;
	out->to_ms = k->to_ms;
	out->revoked_from_ms = k->revoked_from_ms;
	out->ours = parts->key_in_use(parts->ctx, k->public_key);
	return ERR_OK;
}

static enum err fill_committee(struct client *c, const struct rec_committee *from, Vanthu__V1__Committee *out)
{
	struct arena *a = c->control->arena;
	Vanthu__V1__Key *keys = arena_array(a, from->key_count, sizeof *keys);

	vanthu__v1__committee__init(out);
	out->keys = arena_array(a, from->key_count, sizeof *out->keys);
	if (keys == NULL || out->keys == NULL)
		return ERR_NO_MEMORY;
	out->id = (char *)(uintptr_t)from->id.text;
	out->name = (char *)(uintptr_t)from->name;
	out->symbol = (char *)(uintptr_t)from->symbol;
	out->superior = (char *)(uintptr_t)from->superior.text;
	out->endpoint = (char *)(uintptr_t)from->endpoint;
	out->no_seal = from->no_seal;
	out->retired = from->retired;
	out->term = (char *)(uintptr_t)from->term_name;
	out->term_from = (char *)(uintptr_t)from->term_from;
	out->n_organ_ids = from->organ_id_count;
	out->organ_ids = (char **)(uintptr_t)from->organ_ids;
	out->directory_version = from->changed_in;
	out->n_keys = from->key_count;
	for (uint32_t i = 0; i < from->key_count; i++) {
		enum err e = fill_key(c, &from->keys[i], &keys[i]);

		if (e != ERR_OK)
			return e;
		out->keys[i] = &keys[i];
	}
	return ERR_OK;
}

struct committee_walk {
	struct scan scan;
	char id[COMMITTEE_ID_MAX + 1]; /* "": all */
	bool prefix, any;
};

static bool id_matches(const struct committee_walk *w, const char *id)
{
	return strncmp(id, w->id, w->prefix || w->id[0] == '\0' ? strlen(w->id) : sizeof w->id) == 0;
}

static bool step(struct client *c, uint64_t id, void *walk)
{
	struct committee_walk *w = walk;
	Vanthu__V1__Reply reply = control_reply_to(id, VANTHU__V1__REPLY__WHAT_COMMITTEE);
	struct lookup l = control_lookup(c);
	Vanthu__V1__Committee out;
	struct record r;
	enum err e = l.next(l.ctx, c->control->arena, FAMILY_COMMITTEE, &w->scan, &r);

	if (e == ERR_OK && !id_matches(w, r.u.committee.id.text))
		return true;
	if (e == ERR_OK)
		e = fill_committee(c, &r.u.committee, &out);
	if (e == ERR_NOT_FOUND && !w->any && w->id[0] != '\0') {
		control_say_error(c, id, ERR_NOT_FOUND, w->id);
		return false;
	}
	if (e != ERR_OK)
		return control_listing_end(c, id, e, "");
	w->any = true;
	reply.more = 1;
	reply.committee = &out;
	control_say(c, &reply);
	return true;
}

void control_committees(struct client *c, uint64_t id, const Vanthu__V1__CommitteeQuery *m)
{
	static const struct listing_kind kind = { step, free, false };
	struct key all = { .len_bytes = 0 };
	struct committee_walk *w;

	if (strlen(m->id) > COMMITTEE_ID_MAX) {
		control_say_error(c, id, ERR_NOT_FOUND, m->id);
		return;
	}
	w = calloc(1, sizeof *w);
	if (w != NULL) {
		w->scan = scan_of(all);
		w->prefix = m->prefix;
		memcpy(w->id, m->id, strlen(m->id) + 1);
	}
	control_listing_begin(c, id, &kind, w);
}

/* ---- as a file ---- */

enum { COPIES_MAX = 3 };

/* The file of one version, for all that are told it: 64 MiB for each of them would be too much. */
struct directory_copy {
	struct control *control;
	uint64_t version;
	unsigned readers;
	uint8_t *bytes;
	size_t len_bytes;
};

struct file_walk {
	struct directory_copy *copy;
	size_t told_bytes;
};

static void drop_file(void *walk)
{
	struct file_walk *w = walk;
	struct directory_copy *copy = w->copy;

	free(w);
	if (--copy->readers > 0)
		return;
	if (copy->control->copy == copy)
		copy->control->copy = NULL;
	copy->control->copy_count--;
	copy->control->copy_bytes -= copy->len_bytes;
	free(copy->bytes);
	free(copy);
}

static enum err collect(struct client *c, struct arena *a, struct blob *out)
{
	struct lookup l = control_lookup(c);
	struct key all = { .len_bytes = 0 };
	struct scan scan = scan_of(all);
	struct directory d = { .entry_count = 0 };
	struct record r;
	enum err e = l.last(l.ctx, a, FAMILY_DIRECTORY, &scan, &r);

	if (e != ERR_OK)
		return e;
	d.head = r.u.directory;
	d.entries = arena_array(a, d.head.entry_count, sizeof *d.entries);
	if (d.entries == NULL)
		return ERR_NO_MEMORY;
	scan = scan_of(all);
	while (d.entry_count < d.head.entry_count && (e = l.next(l.ctx, a, FAMILY_COMMITTEE, &scan, &r)) == ERR_OK)
		d.entries[d.entry_count++] = r.u.committee;
	return e == ERR_OK ? directory_file_pack(a, &d, out) : e;
}

/* The last piece is the end: no `done` follows. */
static bool tell_piece(struct client *c, uint64_t id, void *walk)
{
	struct file_walk *w = walk;
	Vanthu__V1__Reply r = control_reply_to(id, VANTHU__V1__REPLY__WHAT_DATA);
	Vanthu__V1__Data data = VANTHU__V1__DATA__INIT;
	size_t left = w->copy->len_bytes - w->told_bytes, n = left < CONTROL_DATA_BYTES ? left : CONTROL_DATA_BYTES;

	data.bytes = field_bytes(w->copy->bytes + w->told_bytes, n);
	w->told_bytes += n;
	data.last = w->told_bytes == w->copy->len_bytes;
	r.more = !data.last;
	r.data = &data;
	control_say(c, &r);
	return !data.last;
}

static enum err copy_out(struct control *control, struct blob file, struct directory_copy **out)
{
	struct directory_copy *copy = calloc(1, sizeof *copy);

	if (copy == NULL || (copy->bytes = malloc(file.len_bytes)) == NULL) {
		free(copy);
		return ERR_NO_MEMORY;
	}
	memcpy(copy->bytes, file.data, file.len_bytes);
	copy->len_bytes = file.len_bytes;
	copy->control = control;
	copy->version = core_directory_version(control->parts.core);
	control->copy = *out = copy;
	control->copy_count++;
	control->copy_bytes += file.len_bytes;
	return ERR_OK;
}

/* The file is made at once, so that it is of one version, and told in pieces. */
static enum err find_copy(struct client *c, struct directory_copy **out)
{
	struct control *control = c->control;
	struct blob file = { NULL, 0 };
	struct arena *a;
	enum err e;

	*out = control->copy;
	if (*out != NULL && (*out)->version == core_directory_version(control->parts.core))
		return ERR_OK;
	if (control->copy_count == COPIES_MAX)
		return ERR_BUSY;
	a = arena_new(DIRECTORY_FILE_MAX_BYTES * 4);
	e = a == NULL ? ERR_NO_MEMORY : collect(c, a, &file);
	if (e == ERR_OK)
		e = copy_out(control, file, out);
	arena_destroy(a);
	return e;
}

void control_directory(struct client *c, uint64_t id)
{
	static const struct listing_kind kind = { tell_piece, drop_file, true };
	struct file_walk *w = calloc(1, sizeof *w);
	enum err e = w == NULL ? ERR_NO_MEMORY : find_copy(c, &w->copy);

	if (e != ERR_OK) {
		free(w);
		control_say_error(c, id, e, "");
		return;
	}
	w->copy->readers++;
	control_listing_begin(c, id, &kind, w);
}

/* ---- our own keys ---- */

void control_keys(struct client *c, uint64_t id)
{
	struct lookup l = control_lookup(c);
	struct key key = key_committee(core_self(c->control->parts.core));
	struct record r;
	enum err e = l.get(l.ctx, c->control->arena, FAMILY_COMMITTEE, &key, &r);

	for (uint32_t i = 0; e == ERR_OK && i < r.u.committee.key_count; i++) {
		Vanthu__V1__Reply reply = control_reply_to(id, VANTHU__V1__REPLY__WHAT_KEY);
		Vanthu__V1__Key out;

		e = fill_key(c, &r.u.committee.keys[i], &out);
		reply.more = 1;
		reply.key = &out;
		control_say(c, &reply);
	}
	if (e != ERR_OK)
		control_say_error(c, id, e, "");
	else
		control_say_done(c, id);
}
