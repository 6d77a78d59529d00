/* See trace.h. */
#include "daemon/control/trace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/base/byteset.h"
#include "daemon/control/client.h"
#include "daemon/control/documents.h"
#include "daemon/control/find.h"
#include "daemon/control/names.h"
#include "daemon/control/receipts.h"
#include "proto/body.h"
#include "proto/fields.h"
#include "proto/head.h"
#include "proto/seal.h"

enum { HOPS_MAX = 20000, RECORD_ARENA_BYTES = 4 << 20, HOP_EVENT_MAX = 16 };

/* ---- the route ---- */

struct path {
	struct client *client;
	struct arena *arena;   /* the answer's */
	struct arena *scratch; /* one signed record */
	Vanthu__V1__Hop **hops;
	size_t count;
	struct byteset *known; /* who did what */
};

static enum err add_hop(struct path *p, struct committee_id who, const char *event, int64_t at_ms)
{
	char both[sizeof who.text + HOP_EVENT_MAX], *name;
	int len = snprintf(both, sizeof both, "%s %s", who.text, event);
	struct blob key = { (const uint8_t *)both, (size_t)len };
	Vanthu__V1__Hop *h;
	uint32_t position;

	if (p->count == HOPS_MAX)
		return ERR_TOO_LARGE;
	/* Each of many receipts brings the relays' records again. */
	if (byteset_find(p->known, key, &position))
		return ERR_OK;
	h = arena_alloc(p->arena, sizeof *h);
	name = arena_alloc(p->arena, sizeof who.text);
	key.data = (const uint8_t *)arena_text(p->arena, both, key.len_bytes);
	if (h == NULL || name == NULL || key.data == NULL)
		return ERR_NO_MEMORY;
	byteset_add(p->known, key, &position);
	memcpy(name, who.text, sizeof who.text);
	vanthu__v1__hop__init(h);
	h->committee = h->signed_by = name;
	h->event = (char *)(uintptr_t)event;
	h->at_ms = at_ms;
	h->ahead = at_ms > p->client->control->parts.wall_ms(p->client->control->parts.ctx) +
				   CLOCK_TOLERANCE_MS;
	p->hops[p->count++] = h;
	return ERR_OK;
}

static enum err add_record(struct path *p, struct blob envelope)
{
	struct opened o;
	struct fact fact;
	enum err e;

	arena_reset(p->scratch);
	e = seal_peek(p->scratch, envelope, &o);
	if (e == ERR_OK)
		e = fact_unpack(p->scratch, o.kind, o.body, &fact);
	if (e != ERR_OK)
		return ERR_OK; /* not ours to judge here: verify does */
	if (o.kind == KIND_RELAY)
		return add_hop(p, o.head.origin, fact.relay_event == 2 ? "held" : "relayed",
			       fact.at_ms);
	return add_hop(p, o.head.origin, o.kind == KIND_REFUSAL ? "refused" : "delivered",
		       fact.at_ms);
}

static enum err add_records(struct path *p, const struct blob *envelopes, uint32_t count)
{
	enum err e = ERR_OK;

	for (uint32_t i = 0; e == ERR_OK && i < count; i++)
		e = add_record(p, envelopes[i]);
	return e;
}

/* All of one family under this document: relay records of our own, of others, receipts. */
static enum err add_family(struct path *p, const struct found_document *f, enum family family)
{
	struct lookup l = control_lookup(p->client);
	struct scan scan = scan_of(key_serial(f->role, f->serial));
	struct arena *a = arena_new(RECORD_ARENA_BYTES);
	enum err e = a == NULL ? ERR_NO_MEMORY : ERR_OK;

	while (e == ERR_OK) {
		struct record r;

		arena_reset(a);
		e = l.next(l.ctx, a, family, &scan, &r);
		if (e != ERR_OK)
			break;
		if (family == FAMILY_RELAY) {
			e = add_record(p, r.u.relay.envelope.bytes);
			continue;
		}
		e = add_records(p, r.u.receipt.relays, r.u.receipt.relay_count);
		if (e == ERR_OK)
			e = add_record(p, r.u.receipt.envelope.bytes);
	}
	arena_destroy(a);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static int by_time(const void *a, const void *b)
{
	const Vanthu__V1__Hop *const *x = a, *const *y = b;

	return (*x)->at_ms < (*y)->at_ms ? -1 : (*x)->at_ms > (*y)->at_ms;
}

static enum err find_path(struct client *c, const struct found_document *f, struct path *p)
{
	struct rec_envelope envelope;
	enum err e;

	p->hops = arena_array(p->arena, HOPS_MAX, sizeof(*p->hops));
	p->known = byteset_new(p->arena, HOPS_MAX);
	if (p->hops == NULL || p->known == NULL || p->scratch == NULL)
		return ERR_NO_MEMORY;
	e = add_hop(p, f->document.origin, "accepted", f->document.signed_at_ms);
	if (e == ERR_OK)
		e = control_envelope(c, f, &envelope);
	if (e == ERR_OK)
		e = add_records(p, envelope.relays, envelope.relay_count);
	/* a relay's content may be gone, one given back or archived too, and what a disk has
	 * spoilt; their records stay */
	if (e == ERR_OK || e == ERR_NOT_FOUND || e == ERR_CONTENT_RECALLED ||
	    e == ERR_CONTENT_ARCHIVED || e == ERR_SIGNED_LOST || e == ERR_DAMAGED)
		e = add_family(p, f, FAMILY_RELAY);
	if (e == ERR_OK)
		e = add_family(p, f, FAMILY_RECEIPT);
	qsort(p->hops, p->count, sizeof(*p->hops), by_time);
	return e;
}

static void name_all(struct client *c, const struct found_document *f, const struct path *p,
		     Vanthu__V1__Trace *out)
{
	size_t left = NAMES_VIEW_BYTES;

	out->origin_name = control_name(c, NULL, f->document.origin, &left);
	for (size_t i = 0; i < p->count; i++)
		p->hops[i]->name = control_name_of(c, NULL, p->hops[i]->committee, &left);
}

void control_trace(struct client *c, const Vanthu__V1__Request *request)
{
	const Vanthu__V1__Ref *m = request->trace;
	uint64_t id = request->id;
	Vanthu__V1__Reply r = control_reply_to(id, VANTHU__V1__REPLY__WHAT_TRACE);
	Vanthu__V1__Trace trace = VANTHU__V1__TRACE__INIT;
	struct path path = { .client = c, .arena = c->control->arena };
	struct found_document f;
	enum err e;

	if (control_find(c, id, m->text, true, &f) != ERR_OK)
		return;
	path.scratch = arena_new(RECORD_ARENA_BYTES);
	e = find_path(c, &f, &path);
	arena_destroy(path.scratch);
	if (e == ERR_OK)
		e = control_receipts(c, &f, &trace.recipients, &trace.n_recipients);
	if (e != ERR_OK) {
		control_say_error(c, id, e, m->text);
		return;
	}
	trace.id = field_bytes(f.document.id.bytes, sizeof f.document.id.bytes);
	trace.origin = (char *)(uintptr_t)f.document.origin.text;
	trace.state = (char *)(uintptr_t)control_state(&f);
	name_all(c, &f, &path, &trace);
	trace.hops = path.hops;
	trace.n_hops = path.count;
	r.trace = &trace;
	control_say(c, &r);
}
