/* Worlds in which a bit of a stored record changes while its process is down: it must be found, and
 * be made again, from the other records or from a neighbour, and nothing else may suffer. What is
 * spoilt somebody still has, of one disk at a time; but for the signed bytes of a document that
 * waits in a lane. Those may be lost: then whom they were for must be refused by that name, and
 * what is behind them in the lane must come. */
#include <stdio.h>
#include <stdlib.h>

#include "daemon/store/memory.h"
#include "routing/base/arena.h"
#include "routing/base/committee_id.h"
#include "routing/state/hollow.h"
#include "routing/state/memory.h"
#include "tests/sim/check.h"

enum { SPOILS_PERMILLE = 700, TRIES = 24 };

static const enum family families[] = {
	FAMILY_IDENT, FAMILY_DOCUMENT, FAMILY_STATE,   FAMILY_ENVELOPE, FAMILY_RELAY,
	FAMILY_ROUTE, FAMILY_STREAM,   FAMILY_RECEIPT, FAMILY_FILE,	FAMILY_SWEEP,
	FAMILY_WORK,  FAMILY_STATUS,   FAMILY_OPEN,    FAMILY_NUMBER,	FAMILY_LINE,
	FAMILY_TOLD,  FAMILY_FETCH,    FAMILY_KEY,     FAMILY_SERIES
};

static struct arena *scratch(void)
{
	struct arena *a = arena_new(4 << 20);

	if (a == NULL)
		abort();
	return a;
}

/* ---- who has it ---- */

static bool find(const struct member *m, struct arena *a, const struct rec_document *d,
		 struct doc_key *doc)
{
	struct record r;

	if (!member_get(m, a, FAMILY_IDENT, key_ident(d->id, d->origin), &r))
		return false;
	*doc = (struct doc_key){ r.u.ident.role, r.u.ident.serial };
	return true;
}

/* It stands next to `m`, has it from there or gave it there, and can give it. */
static bool gives(const struct member *other, const struct member *m, struct arena *a,
		  const struct rec_document *d)
{
	struct doc_key doc;
	struct record r;
	bool between;

	if (!find(other, a, d, &doc) ||
	    !member_get(other, a, FAMILY_DOCUMENT, key_serial(doc.role, doc.serial), &r))
		return false;
	between = doc.role != ROLE_OUT && id_equal(r.u.document.from, m->id);
	if (!member_get(other, a, FAMILY_STATE, key_serial(doc.role, doc.serial), &r) ||
	    r.u.state.complete_at_ms == 0 || r.u.state.content_dropped)
		return false;
	if (member_get(other, a, FAMILY_ROUTE, key_serial(doc.role, doc.serial), &r)) {
		for (uint32_t i = 0; i < r.u.route.count; i++)
			between = between || id_equal(r.u.route.publications[i].neighbour, m->id);
	}
	return between &&
	       member_get(other, a, FAMILY_ENVELOPE, key_serial(doc.role, doc.serial), &r);
}

static bool is_given(const struct member *m, struct arena *a, const struct rec_document *d)
{
	struct world *w = m->world;

	for (int i = 0; i < w->edge_count; i++) {
		const struct edge *e = &w->edges[i];
		int other = e->superior == m->index	 ? e->subordinate
			    : e->subordinate == m->index ? e->superior
							 : -1;

		if (other >= 0 && gives(&w->members[other], m, a, d))
			return true;
	}
	return false;
}

static const struct member *member_of(const struct world *w, struct committee_id id)
{
	int i = world_find(w, id.text);

	return i < 0 ? NULL : &w->members[i];
}

/* A receipt of ours at who issued the document, one of theirs at who gave it. */
static bool is_receipt_there(const struct member *m, struct arena *a, struct doc_key doc,
			     const struct rec_document *d, struct committee_id recipient)
{
	const struct member *other =
		member_of(m->world, doc.role == ROLE_OUT ? recipient : d->origin);
	struct doc_key there;
	struct record r;

	return doc.role != ROLE_RELAY && other != NULL && find(other, a, d, &there) &&
	       member_get(other, a, FAMILY_RECEIPT,
			  key_receipt(there.role, there.serial, recipient), &r) &&
	       r.u.receipt.kind == KIND_RECEIPT;
}

/* What an office said, at the other end. */
static bool is_status_there(const struct member *m, struct arena *a, struct doc_key doc,
			    const struct rec_document *d, struct committee_id office, uint32_t n)
{
	bool ours = id_equal(office, m->id);
	const struct member *other = member_of(m->world, doc.role == ROLE_IN ? d->origin : office);
	struct doc_key there;
	struct record r;

	if (ours && doc.role == ROLE_OUT)
		return false; /* whom of its recipients it asked is not worked out here */
	return other != NULL && find(other, a, d, &there) &&
	       member_get(other, a, FAMILY_STATUS, key_status(there.role, there.serial, office, n),
			  &r);
}

/* A row of it stands in a lane, and was not acknowledged. */
static bool is_queued(const struct member *m, struct arena *a, struct doc_key doc)
{
	struct record route, r;

	if (!member_get(m, a, FAMILY_ROUTE, key_serial(doc.role, doc.serial), &route))
		return false;
	for (uint32_t i = 0; i < route.u.route.count; i++) {
		const struct publication *p = &route.u.route.publications[i];
		uint64_t acked = 0;

		if (member_get(m, a, FAMILY_LINKOUT, key_link(p->neighbour, p->lane), &r))
			acked = r.u.linkout.acked;
		if (p->seq > acked &&
		    member_get(m, a, FAMILY_STREAM, key_seq(p->neighbour, p->lane, p->seq), &r) &&
		    r.u.stream.role == doc.role && r.u.stream.serial.n == doc.serial.n)
			return true;
	}
	return false;
}

static bool may_be_had(const struct member *m, struct arena *a, enum family f,
		       const struct key *key)
{
	struct committee_id who;
	struct record r;
	struct doc_key doc;
	struct line_key line;
	uint32_t n = 0;

	if (f == FAMILY_STREAM)
		return member_get(m, a, f, *key, &r) && r.u.stream.role != ROLE_NONE;
	if (f == FAMILY_LINE)
		return key_parse_line(key, &line) && line.addition == 0 &&
		       member_get(m, a, f, *key, &r) && r.u.line.kind == LINE_ENTRY;
	if (f == FAMILY_RELAY)
		return key_parse_serial(key, &doc.role, &doc.serial);
	if (f == FAMILY_RECEIPT) {
		if (!key_parse_receipt(key, &doc.role, &doc.serial, &who))
			return false;
	} else if (f == FAMILY_STATUS) {
		if (!key_parse_status(key, &doc.role, &doc.serial, &who, &n))
			return false;
	} else if (f != FAMILY_DOCUMENT && f != FAMILY_ENVELOPE) {
		return true;
	} else if (!key_parse_serial(key, &doc.role, &doc.serial)) {
		return false;
	}
	if (!member_get(m, a, FAMILY_DOCUMENT, key_serial(doc.role, doc.serial), &r))
		return false;
	if (f == FAMILY_RECEIPT)
		return is_receipt_there(m, a, doc, &r.u.document, who);
	if (f == FAMILY_STATUS)
		return is_status_there(m, a, doc, &r.u.document, who, n);
	return is_given(m, a, &r.u.document) || (f == FAMILY_ENVELOPE && is_queued(m, a, doc));
}

/* ---- a bit ---- */

static size_t count_of(const struct memory_disk *d, enum family f)
{
	struct key key;
	size_t n = 0;

	while (memory_disk_nth(d, f, n, &key))
		n++;
	return n;
}

/* By its index; -1: none of the model's. */
static int document_at(const struct member *m, struct arena *a, const struct key *key)
{
	struct world *w = m->world;
	const struct wanted *d = NULL;
	struct record r;

	if (member_get(m, a, FAMILY_DOCUMENT, *key, &r))
		d = workload_find(w, &r.u.document.id);
	return d == NULL ? -1 : (int)(d - w->documents);
}

/* Where in a stream a document came first nobody knows any more without its DOCUMENT; and without
 * its signed bytes, while it waits and nobody can give them, it may be lost. */
static void note_loss(const struct member *m, struct arena *a, enum family f, const struct key *key)
{
	struct world *w = m->world;
	int document = document_at(m, a, key);
	struct doc_key doc;
	struct record r;

	if (document < 0 || !key_parse_serial(key, &doc.role, &doc.serial) ||
	    !member_get(m, a, FAMILY_DOCUMENT, *key, &r))
		return;
	if (f == FAMILY_DOCUMENT)
		w->was_aside[document] |= (uint16_t)(1u << m->index);
	if (f == FAMILY_ENVELOPE && !is_given(m, a, &r.u.document) && is_queued(m, a, doc))
		w->unsigned_at[document] |= (uint16_t)(1u << m->index);
}

static void tell(const struct member *m, enum family f, const struct key *key)
{
	printf("%8lld %s: a bit of its %s ", (long long)m->world->now_ms, m->id.text,
	       family_name(f));
	for (unsigned i = 0; i < key->len_bytes; i++)
		printf("%02x", key->bytes[i]);
	printf("\n");
}

void damages_after_crash(struct member *m)
{
	struct world *w = m->world;
	struct arena *a;

	if (!w->damaging || w->healed || !prng_chance(&w->damages, SPOILS_PERMILLE))
		return;
	for (int i = 0; i < w->member_count; i++) {
		if (memory_disk_damaged(w->members[i].disk) > 0)
			return;
	}
	a = scratch();
	for (unsigned i = 0; i < TRIES; i++) {
		enum family f =
			families[prng_below(&w->damages, sizeof families / sizeof families[0])];
		size_t count = count_of(m->disk, f);
		struct key key;

		if (count == 0 ||
		    !memory_disk_nth(m->disk, f, prng_below(&w->damages, count), &key) ||
		    !may_be_had(m, a, f, &key))
			continue;
		if (f == FAMILY_DOCUMENT || f == FAMILY_ENVELOPE)
			note_loss(m, a, f, &key);
		if (memory_disk_spoil(m->disk, f, &key) != ERR_OK)
			abort();
		w->spoilt[f]++;
		if (w->verbose)
			tell(m, f, &key);
		break;
	}
	arena_destroy(a);
}

bool damages_answer(const struct world *w, enum err e)
{
	return w->damaging && e == ERR_DAMAGED;
}

bool damages_counted(const struct member *m)
{
	struct arena *a = scratch();
	struct record r;
	bool yes = !m->world->damaging || member_get(m, a, FAMILY_META, key_name("target"), &r);

	arena_destroy(a);
	return yes;
}

bool damages_are(const struct member *m)
{
	return memory_disk_damaged(m->disk) > 0;
}

/* ---- signed bytes that are lost ---- */

static int index_of(const struct world *w, const struct wanted *d)
{
	return (int)(d - w->documents);
}

bool damages_lost(const struct world *w, const struct wanted *d, int recipient)
{
	const struct member *origin = &w->members[d->origin];
	struct arena *a;
	struct doc_key doc;
	struct record r;
	bool lost;

	if (w->unsigned_at[index_of(w, d)] == 0)
		return false;
	a = scratch();
	lost = member_get(origin, a, FAMILY_IDENT, key_ident(d->id, origin->id), &r);
	doc = (struct doc_key){ r.u.ident.role, r.u.ident.serial };
	lost = lost &&
	       member_get(origin, a, FAMILY_RECEIPT,
			  key_receipt(doc.role, doc.serial, w->members[recipient].id), &r) &&
	       r.u.receipt.kind == KIND_REFUSAL && r.u.receipt.reason == ERR_SIGNED_LOST;
	arena_destroy(a);
	return lost;
}

unsigned damages_lost_count(const struct world *w, const struct wanted *d)
{
	unsigned count = 0;

	for (int i = 0; i < w->member_count; i++)
		count += (d->addressed >> i & 1) != 0 && damages_lost(w, d, i);
	return count;
}

bool damages_hollow(const struct member *m, const struct wanted *d, const struct rec_envelope *e)
{
	return (m->world->unsigned_at[index_of(m->world, d)] >> m->index & 1) != 0 && hollow_is(e);
}

/* ---- at the end ---- */

void check_damages(struct world *w)
{
	for (int i = 0; i < w->member_count; i++) {
		const struct member *m = &w->members[i];

		if (m->store != NULL && memory_disk_damaged(m->disk) > 0)
			world_violation(w, "damages", "%s still has %u damaged records", m->id.text,
					memory_disk_damaged(m->disk));
	}
}
