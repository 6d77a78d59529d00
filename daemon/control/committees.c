/* See committees.h. */
#include "daemon/control/committees.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/control/client.h"
#include "daemon/control/control.h"
#include "daemon/control/listing.h"
#include "proto/directory.h"
#include "proto/directory_file.h"
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

static enum err fill_organs(struct client *c, const struct rec_committee *from,
			    Vanthu__V1__Committee *out)
{
	struct arena *a = c->control->arena;
	Vanthu__V1__OrganDays *each = arena_array(a, from->organ_count, sizeof *each);

	out->n_organ_ids = from->organ_id_count;
	out->organ_ids = (char **)(uintptr_t)from->organ_ids;
	out->n_organs = from->organ_count;
	out->organs = arena_array(a, from->organ_count, sizeof *out->organs);
	if (each == NULL || out->organs == NULL)
		return ERR_NO_MEMORY;
	for (uint32_t i = 0; i < from->organ_count; i++) {
		vanthu__v1__organ_days__init(&each[i]);
		each[i].code = (char *)(uintptr_t)from->organs[i].code;
		each[i].from = (char *)(uintptr_t)from->organs[i].from;
		each[i].until = (char *)(uintptr_t)from->organs[i].until;
		out->organs[i] = &each[i];
	}
	return ERR_OK;
}

static enum err fill_committee(struct client *c, const struct rec_committee *from,
			       Vanthu__V1__Committee *out)
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
	out->level = (char *)(uintptr_t)from->level;
	out->no_seal = from->no_seal;
	out->retired = from->retired;
	out->term = (char *)(uintptr_t)from->term_name;
	out->term_from = (char *)(uintptr_t)from->term_from;
	out->directory_version = from->changed_in;
	out->n_keys = from->key_count;
	if (fill_organs(c, from, out) != ERR_OK)
		return ERR_NO_MEMORY;
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
	return strncmp(id, w->id, w->prefix || w->id[0] == '\0' ? strlen(w->id) : sizeof w->id) ==
	       0;
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

void control_committees(struct client *c, const Vanthu__V1__Request *request)
{
	const Vanthu__V1__CommitteeQuery *m = request->committees;
	uint64_t id = request->id;
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

enum { PIECE_ROWS = 128, PIECE_FILL_BYTES = CONTROL_DATA_BYTES - ENVELOPE_MAX_BYTES - 64 };

/* Made from the rows while it is sent: of one version, or cut off. */
struct file_walk {
	uint64_t version;
	struct scan scan;
	bool begun;
};

struct piece {
	uint8_t *bytes;
	size_t len_bytes;
};

static enum err append(void *ctx, struct blob bytes)
{
	struct piece *p = ctx;

	if (bytes.len_bytes > CONTROL_DATA_BYTES - p->len_bytes)
		return ERR_TOO_LARGE;
	memcpy(p->bytes + p->len_bytes, bytes.data, bytes.len_bytes);
	p->len_bytes += bytes.len_bytes;
	return ERR_OK;
}

static enum err add_head(struct client *c, const struct file_walk *w, struct directory_sink sink)
{
	struct lookup l = control_lookup(c);
	struct key key = key_number(w->version);
	struct record r;
	enum err e = l.get(l.ctx, c->control->arena, FAMILY_DIRECTORY, &key, &r);

	return e == ERR_OK ? directory_append_head(sink, r.u.directory.head, 0) : e;
}

/* ERR_NOT_FOUND: that was all. */
static enum err add_rows(struct client *c, struct file_walk *w, const struct piece *p,
			 struct directory_sink sink)
{
	struct lookup l = control_lookup(c);
	enum err e = ERR_OK;

	for (unsigned i = 0; i < PIECE_ROWS && p->len_bytes < PIECE_FILL_BYTES && e == ERR_OK;
	     i++) {
		struct record r;

		e = l.next(l.ctx, c->control->arena, FAMILY_COMMITTEE, &w->scan, &r);
		if (e == ERR_OK)
			e = directory_append_field(sink, DIRECTORY_FIELD_ENTRY,
						   r.u.committee.entry);
	}
	return e;
}

/* The last piece is the end: no `done` follows. */
static bool send_piece(struct client *c, uint64_t id, void *walk)
{
	struct file_walk *w = walk;
	Vanthu__V1__Reply r = control_reply_to(id, VANTHU__V1__REPLY__WHAT_DATA);
	Vanthu__V1__Data data = VANTHU__V1__DATA__INIT;
	struct piece p = { .bytes = arena_alloc(c->control->arena, CONTROL_DATA_BYTES) };
	struct directory_sink sink = { .ctx = &p, .append = append };
	enum err e = p.bytes == NULL ? ERR_NO_MEMORY : ERR_OK;

	if (w->version != core_directory_version(c->control->parts.core))
		/* another directory has come into force meanwhile: a retry is sent it from its
		 * beginning */
		e = ERR_BUSY;
	if (e == ERR_OK && !w->begun)
		e = add_head(c, w, sink);
	w->begun = true;
	if (e == ERR_OK)
		e = add_rows(c, w, &p, sink);
	if (e != ERR_OK && e != ERR_NOT_FOUND) {
		control_say_error(c, id, e, "");
		return false;
	}
	data.bytes = field_bytes(p.bytes, p.len_bytes);
	data.last = e == ERR_NOT_FOUND;
	r.more = !data.last;
	r.data = &data;
	control_say(c, &r);
	return !data.last;
}

void control_directory(struct client *c, const Vanthu__V1__Request *request)
{
	uint64_t id = request->id;
	static const struct listing_kind kind = { send_piece, free, true };
	struct file_walk *w = calloc(1, sizeof *w);

	if (w == NULL || core_directory_version(c->control->parts.core) == 0) {
		control_say_error(c, id, w == NULL ? ERR_NO_MEMORY : ERR_NOT_FOUND, "");
		free(w);
		return;
	}
	w->version = core_directory_version(c->control->parts.core);
	w->scan = scan_of((struct key){ .len_bytes = 0 });
	control_listing_begin(c, id, &kind, w);
}

/* ---- our own keys ---- */

void control_keys(struct client *c, const Vanthu__V1__Request *request)
{
	uint64_t id = request->id;
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
