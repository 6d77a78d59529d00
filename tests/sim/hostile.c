/* A neighbour that lies: it holds the place in the stream that only a neighbour can hold, and no
 * key but its own. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/body.h"
#include "proto/digest.h"
#include "proto/seal.h"
#include "proto/wire_encode.h"
#include "tests/sim/world.h"

enum { ARENA_BYTES = 4 << 20, GARBAGE_MOST = 400 };

static void deliver(struct world *w, int edge, int direction, struct blob frame)
{
	struct sim_event e = { .kind = SIM_FRAME,
			       .at_ms = w->now_ms,
			       .edge = edge,
			       .direction = direction,
			       .generation = w->edges[edge].generation,
			       .len_bytes = frame.len_bytes };

	e.bytes = malloc(frame.len_bytes + 1);
	assert(e.bytes != NULL);
	memcpy(e.bytes, frame.data, frame.len_bytes);
	network_deliver(w, &e);
	free(e.bytes);
}

void hostile_garbage(struct world *w, int edge)
{
	uint8_t bytes[GARBAGE_MOST];
	size_t len = 1 + prng_below(&w->prng, sizeof bytes - 1);

	if (!w->edges[edge].standing)
		return;
	w->struck[FAULT_GARBAGE]++;
	prng_fill(&w->prng, bytes, len);
	/* Half of them look like frames. */
	if (len > 4 && prng_chance(&w->prng, 500)) {
		bytes[0] = 'V';
		bytes[1] = 'T';
		bytes[2] = 1;
		bytes[3] = (uint8_t)(1 + prng_below(&w->prng, 12));
	}
	deliver(w, edge, (int)prng_below(&w->prng, 2), (struct blob){ bytes, len });
}

/* Another committee's key id under the liar's signature. */
void hostile_dress_up(struct world *w, struct draft *d, const struct member *as)
{
	uint8_t *bytes = (uint8_t *)(uintptr_t)d->envelope.data;
	size_t n = sizeof w->evil_key_id.bytes;

	for (size_t i = 0; i + n <= d->envelope.len_bytes; i++) {
		if (memcmp(bytes + i, w->evil_key_id.bytes, n) == 0)
			memcpy(bytes + i, as->key_id[0].bytes, n);
	}
}

/* Puts a sealed envelope in the next place of what `to` has taken of this link. */
static void publish(struct world *w, struct arena *a, int edge, int direction, enum lane lane,
		    const struct draft *d)
{
	struct edge *e = &w->edges[edge];
	struct member *to = &w->members[direction == 0 ? e->superior : e->subordinate];
	struct member *from = &w->members[direction == 0 ? e->subordinate : e->superior];
	struct message m = { .type = MESSAGE_PUBLISH };
	struct publish_item item = { .envelope = d->envelope };
	struct record in;
	struct blob frame;

	if (!to->running || !member_get(to, a, FAMILY_LINKIN, key_link(from->id, lane), &in))
		return;
	item.seq = in.u.linkin.have + 1;
	item.chain = in.u.linkin.chain;
	digest_chain_step(&item.chain, item.seq, &d->digest);
	m.u.publish = (struct msg_publish){
		.lane = lane, .stream = in.u.linkin.stream, .items = &item, .item_count = 1
	};
	if (wire_encode(a, &m, &frame) == ERR_OK)
		deliver(w, edge, direction, frame);
}

struct head hostile_head(struct world *w, const struct member *as, enum kind kind,
			 const struct recipient *to)
{
	struct head h = { .origin = as->id,
			  .kind = kind,
			  .body_version = 1,
			  .urgency = URGENCY_THUONG,
			  .secrecy = SECRECY_THUONG,
			  .signed_at_ms = w->start_wall_ms + w->skipped_ms + w->now_ms,
			  .directory_version = 1,
			  .hop_limit = HOP_LIMIT,
			  .recipients = to,
			  .recipient_count = 1 };

	prng_fill(&w->prng, h.id.bytes, sizeof h.id.bytes);
	h.id.bytes[6] = 0x70;
	h.id.bytes[8] = 0x80;
	return h;
}

void hostile_document(struct world *w, int edge)
{
	struct arena *a = arena_new(ARENA_BYTES);
	int direction = (int)prng_below(&w->prng, 2);
	struct edge *e = &w->edges[edge];
	int to = direction == 0 ? e->superior : e->subordinate,
	    as = (int)prng_below(&w->prng, (uint64_t)w->member_count);
	struct recipient recipient = { .committee = w->members[to].id };
	struct part part = { .name = "giả.txt",
			     .media_type = "text/plain",
			     .content = { (const uint8_t *)"forged", 6 } };
	struct document_body body = { .number = "99-CV/X",
				      .type_code = "CV",
				      .type_name = "Công văn",
				      .subject = "forged",
				      .parts = &part,
				      .part_count = 1 };
	struct manifest_item item = { .size_bytes = 6, .inlined = true };
	struct draft d;

	assert(a != NULL);
	if (e->standing && as != to) {
		memset(&d, 0, sizeof d);
		d.head = hostile_head(w, &w->members[as], KIND_DOCUMENT, &recipient);
		item.sha256 = digest_of(part.content);
		d.head.manifest = &item;
		d.head.manifest_count = 1;
		assert(document_body_pack(a, &body, &d.body) == ERR_OK &&
		       seal_drafts(w->evil, a, &d, 1) == ERR_OK);
		hostile_dress_up(w, &d, &w->members[as]);
		w->struck[FAULT_FORGED_DOCUMENT]++;
		publish(w, a, edge, direction, LANE_NORMAL, &d);
	}
	arena_destroy(a);
}

/* "Everybody has it": in the name of a recipient, to the origin of a document, by a neighbour of
 * the origin. */
void hostile_receipt(struct world *w, int edge)
{
	struct arena *a = arena_new(ARENA_BYTES);
	struct wanted *d = &w->documents[prng_below(&w->prng, (uint64_t)w->document_count)];
	int direction, as = (int)prng_below(&w->prng, (uint64_t)w->member_count);
	struct edge *e = &w->edges[edge];
	struct member *origin = &w->members[d->origin];
	struct recipient recipient = { .committee = origin->id };
	struct record ident;
	struct draft draft;

	assert(a != NULL);
	direction = e->superior == d->origin ? 0 : 1;
	if (e->standing && d->accepted && (d->addressed >> as & 1) != 0 &&
	    (e->superior == d->origin || e->subordinate == d->origin) &&
	    member_get(origin, a, FAMILY_IDENT, key_ident(d->id, origin->id), &ident)) {
		memset(&draft, 0, sizeof draft);
		draft.head = hostile_head(w, &w->members[as], KIND_RECEIPT, &recipient);
		draft.fact = (struct fact){ .kind = KIND_RECEIPT,
					    .at_ms = w->start_wall_ms + w->skipped_ms + w->now_ms,
					    .note = "",
					    .document = { .origin = origin->id,
							  .id = d->id,
							  .digest = ident.u.ident.digest } };
		assert(seal_drafts(w->evil, a, &draft, 1) == ERR_OK);
		hostile_dress_up(w, &draft, &w->members[as]);
		w->struck[FAULT_FORGED_RECEIPT]++;
		publish(w, a, edge, direction, LANE_FACTS, &draft);
	}
	arena_destroy(a);
}
