/* See evidence.h. Sent in pieces, made from the rows as fast as the client reads. */
#include "daemon/control/evidence.h"

#include <stdlib.h>

#include "daemon/base/byteset.h"
#include "daemon/control/client.h"
#include "daemon/control/find.h"
#include "daemon/control/listing.h"
#include "proto/fields.h"
#include "routing/base/limits.h"
#include "routing/core.h"
#include "routing/state/hollow.h"

/* Of one piece: a row may bring HOP_LIMIT records of relays besides its own. */
enum { PIECE_ITEMS_MAX = 1024, PIECE_FILL_BYTES = CONTROL_DATA_BYTES };

enum step { STEP_ENVELOPE, STEP_RECEIPTS, STEP_RELAYS, STEP_HEAD, STEP_ENTRIES, STEP_END };

/* The directory is sent in one version, or the listing breaks off. */
struct evidence_walk {
	enum step step;
	enum err gone; /* why its envelope may not be here; ERR_OK: it is */
	enum role role;
	struct serial serial;
	struct scan scan;
	uint64_t version;
};

struct pile {
	ProtobufCBinaryData *list;
	size_t count;
};

struct piece {
	struct pile relays, receipts, entries;
	struct byteset *known; /* relays: each of many receipts brings their records again */
	Vanthu__V1__Evidence out;
	ProtobufCBinaryData head;
	size_t len_bytes, rows;
};

static void pile_add(struct piece *p, struct pile *pile, struct blob bytes)
{
	pile->list[pile->count++] = field_bytes(bytes.data, bytes.len_bytes);
	p->len_bytes += bytes.len_bytes;
	p->rows++;
}

static void add_relays(struct piece *p, const struct blob *relays, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		uint32_t position;

		if (byteset_add(p->known, relays[i], &position))
			pile_add(p, &p->relays, relays[i]);
	}
}

static void next_step(struct evidence_walk *w, enum step step, struct key from)
{
	w->step = step;
	w->scan = scan_of(from);
}

/* One row more, or the next step when there is none. */
static enum err take_row(struct client *c, struct evidence_walk *w, struct piece *p)
{
	struct lookup l = control_lookup(c);
	struct arena *a = c->control->arena;
	struct key own = key_serial(w->role, w->serial), all = { .len_bytes = 0 },
		   version = key_number(w->version);
	struct record r;
	enum err e;

	switch (w->step) {
	case STEP_ENVELOPE:
		e = l.get(l.ctx, a, FAMILY_ENVELOPE, &own, &r);
		if (e == ERR_NOT_FOUND && w->gone != ERR_OK)
			return w->gone;
		if (e == ERR_OK && hollow_is(&r.u.envelope))
			return ERR_SIGNED_LOST;
		if (e != ERR_OK)
			return e;
		p->out.envelope = field_bytes(r.u.envelope.envelope.bytes.data,
					      r.u.envelope.envelope.bytes.len_bytes);
		p->len_bytes += r.u.envelope.envelope.bytes.len_bytes;
		add_relays(p, r.u.envelope.relays, r.u.envelope.relay_count);
		next_step(w, STEP_RECEIPTS, own);
		return ERR_OK;
	case STEP_RECEIPTS:
		e = l.next(l.ctx, a, FAMILY_RECEIPT, &w->scan, &r);
		if (e == ERR_OK) {
			pile_add(p, &p->receipts, r.u.receipt.envelope.bytes);
			add_relays(p, r.u.receipt.relays, r.u.receipt.relay_count);
		} else if (e == ERR_NOT_FOUND) {
			next_step(w, STEP_RELAYS, own);
		}
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	case STEP_RELAYS:
		e = l.next(l.ctx, a, FAMILY_RELAY, &w->scan, &r);
		if (e == ERR_OK)
			add_relays(p, &r.u.relay.envelope.bytes, 1);
		else if (e == ERR_NOT_FOUND)
			next_step(w, w->version == 0 ? STEP_END : STEP_HEAD, all);
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	case STEP_HEAD:
		e = l.get(l.ctx, a, FAMILY_DIRECTORY, &version, &r);
		if (e != ERR_OK)
			return e;
		p->head = field_bytes(r.u.directory.head.data, r.u.directory.head.len_bytes);
		p->out.heads = &p->head;
		p->out.n_heads = 1;
		next_step(w, STEP_ENTRIES, all);
		return ERR_OK;
	case STEP_ENTRIES:
		/* The root is over all entries, so all prove each. */
		e = l.next(l.ctx, a, FAMILY_COMMITTEE, &w->scan, &r);
		if (e == ERR_OK)
			pile_add(p, &p->entries, r.u.committee.entry);
		else if (e == ERR_NOT_FOUND)
			w->step = STEP_END;
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	case STEP_END:
		break;
	}
	return ERR_OK;
}

static bool has_room(const struct piece *p)
{
	return p->len_bytes < PIECE_FILL_BYTES && p->rows + HOP_LIMIT + 1 < PIECE_ITEMS_MAX;
}

static bool piece_new(struct arena *a, struct piece *p)
{
	struct pile *piles[] = { &p->relays, &p->receipts, &p->entries };

	*p = (struct piece){ .out = VANTHU__V1__EVIDENCE__INIT };
	for (size_t i = 0; i < sizeof piles / sizeof piles[0]; i++) {
		piles[i]->list = arena_array(a, PIECE_ITEMS_MAX, sizeof *piles[i]->list);
		if (piles[i]->list == NULL)
			return false;
	}
	p->known = byteset_new(a, PIECE_ITEMS_MAX);
	return p->known != NULL;
}

/* The last piece is the end: no `done` follows. */
static bool send_piece(struct client *c, uint64_t id, void *walk)
{
	Vanthu__V1__Reply r = control_reply_to(id, VANTHU__V1__REPLY__WHAT_EVIDENCE);
	struct evidence_walk *w = walk;
	struct piece p;
	enum err e = piece_new(c->control->arena, &p) ? ERR_OK : ERR_NO_MEMORY;

	if (w->version != core_directory_version(c->control->parts.core))
		/* another directory has come into force meanwhile: a retry is sent it from its
		 * beginning */
		e = ERR_BUSY;
	while (e == ERR_OK && w->step != STEP_END && has_room(&p))
		e = take_row(c, w, &p);
	if (e != ERR_OK) {
		control_say_error(c, id, e, "");
		return false;
	}
	p.out.relays = p.relays.list;
	p.out.n_relays = p.relays.count;
	p.out.receipts = p.receipts.list;
	p.out.n_receipts = p.receipts.count;
	p.out.entries = p.entries.list;
	p.out.n_entries = p.entries.count;
	r.more = w->step != STEP_END;
	r.evidence = &p.out;
	control_say(c, &r);
	return r.more;
}

void control_evidence(struct client *c, const Vanthu__V1__Request *request)
{
	const Vanthu__V1__Ref *m = request->evidence;
	uint64_t id = request->id;
	static const struct listing_kind kind = { send_piece, free, true };
	struct evidence_walk *w;
	struct found_document f;

	if (control_find(c, id, m->text, false, &f) != ERR_OK)
		return;
	w = calloc(1, sizeof *w);
	if (w != NULL)
		*w = (struct evidence_walk){ .gone = control_content_gone(&f),
					     .role = f.role,
					     .serial = f.serial,
					     .version =
						 core_directory_version(c->control->parts.core) };
	control_listing_begin(c, id, &kind, w);
}
