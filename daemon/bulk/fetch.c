/* What is to be fetched stands in the FETCH records: here they become transfers, and transfers end.
 * See fetch.h. */
#include "daemon/bulk/fetch.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/bulk/transfer.h"
#include "routing/base/arena.h"

/* When its time has come, it is taken out, and *last says what was wrong with it; of one that never
 * failed, nothing (again_ms 0). */
static bool waits_to_try_again(const struct bulk *b, struct bulk_link *p, enum lane lane,
			       uint64_t seq, struct failed *last)
{
	*last = (struct failed){ .again_ms = 0 };
	for (unsigned i = 0; i < p->failed_count; i++) {
		if (p->failed[i].lane != lane || p->failed[i].seq != seq)
			continue;
		if (b->now_ms < p->failed[i].again_ms)
			return true;
		*last = p->failed[i];
		p->failed[i] = p->failed[--p->failed_count];
		return false;
	}
	return false;
}

static struct transfer *begin(struct bulk *b, struct bulk_link *p, enum lane lane, uint64_t seq,
			      const struct rec_fetch *fetch)
{
	struct key document_key = key_serial(fetch->role, fetch->serial),
		   link_key = key_link(p->id, lane);
	struct transfer *t = calloc(1, sizeof *t);
	struct record document, link;
	unsigned free_slot = 0;

	if (t == NULL ||
	    b->store.get(b->store.ctx, b->arena, FAMILY_DOCUMENT, &document_key, &document) !=
		    ERR_OK ||
	    b->store.get(b->store.ctx, b->arena, FAMILY_LINKIN, &link_key, &link) != ERR_OK) {
		free(t);
		return NULL;
	}
	t->manifest = calloc(document.u.document.manifest_count + 1, sizeof *t->manifest);
	if (t->manifest == NULL) {
		free(t);
		return NULL;
	}
	while (p->transfers[free_slot] != NULL)
		free_slot++;
	t->bulk = b;
	t->peer = p;
	t->lane = lane;
	t->seq = seq;
	t->role = fetch->role;
	t->serial = fetch->serial;
	t->stream = link.u.linkin.stream;
	t->arrived_last = &t->arrived;
	t->heard_ms = b->now_ms;
	t->manifest_count = document.u.document.manifest_count;
	memcpy(t->manifest, document.u.document.manifest, t->manifest_count * sizeof *t->manifest);
	p->transfers[free_slot] = t;
	return t;
}

/* Is a transfer slot free? The normal lane leaves one for the urgent lane. */
static bool has_slot(const struct bulk *b, const struct bulk_link *p, enum lane lane)
{
	unsigned used = 0;

	for (unsigned i = 0; i < PARALLEL_MAX; i++)
		used += p->transfers[i] != NULL;
	return used < b->config.parallel - (lane == LANE_NORMAL ? 1 : 0);
}

/* A transfer in PHASE_REPORTED ends when the core's commit has erased its FETCH record. When the
 * record stays, the core's event was lost, for the inbox was full: after REPORTED_MS the transfer
 * is started again, and finds its files there. The core may be notified twice. */
static void clear_reported(struct bulk *b, struct bulk_link *p)
{
	for (unsigned i = 0; i < PARALLEL_MAX; i++) {
		struct transfer *t = p->transfers[i];
		struct record r;
		struct key key;

		if (t == NULL || t->phase != PHASE_REPORTED || t->busy)
			continue;
		key = key_seq(p->id, t->lane, t->seq);
		if (b->store.get(b->store.ctx, b->arena, FAMILY_FETCH, &key, &r) == ERR_NOT_FOUND ||
		    b->now_ms - t->heard_ms > REPORTED_MS)
			transfer_release(p, t);
	}
}

void fetch_scan(struct bulk *b, struct bulk_link *p)
{
	arena_reset(b->arena);
	clear_reported(b, p);
	for (enum lane lane = LANE_URGENT; lane <= LANE_NORMAL; lane++) {
		struct scan scan = scan_of(key_link(p->id, lane));
		struct record r;

		while (has_slot(b, p, lane) &&
		       b->store.next(b->store.ctx, b->arena, FAMILY_FETCH, &scan, &r) == ERR_OK) {
			struct committee_id neighbour;
			enum lane parsed;
			struct transfer *t;
			uint64_t seq;
			struct failed last;

			if (!key_parse_seq(&scan.at, &neighbour, &parsed, &seq) ||
			    transfer_find(p, lane, seq) != NULL ||
			    waits_to_try_again(b, p, lane, seq, &last))
				continue;
			t = begin(b, p, lane, seq, &r.u.fetch);
			if (t == NULL)
				break;
			t->retried = last.again_ms != 0;
			t->again = last.spoilt;
			transfer_begin_item(t);
		}
	}
	transfer_ask_all(p);
}

void fetch_abandon(struct bulk *b, struct bulk_link *p)
{
	(void)b;
	for (unsigned i = 0; i < PARALLEL_MAX; i++) {
		if (p->transfers[i] != NULL)
			transfer_release(p, p->transfers[i]);
	}
	p->failed_count = 0;
}

void fetch_tick(struct bulk *b, struct bulk_link *p)
{
	for (unsigned i = 0; i < PARALLEL_MAX; i++) {
		struct transfer *t = p->transfers[i];

		if (t == NULL)
			continue;
		if (!t->busy && t->asked > t->got && b->now_ms - t->heard_ms > STALLED_MS)
			transfer_give_up(p, t, ERR_TIMEOUT);
		else
			transfer_write_late(t);
	}
	/* Those that were not wanted any more when their time had come. */
	for (unsigned i = p->failed_count; i-- > 0;) {
		if (b->now_ms > p->failed[i].again_ms + STALLED_MS)
			p->failed[i] = p->failed[--p->failed_count];
	}
}

bool fetch_active(const struct bulk_link *p)
{
	for (unsigned i = 0; i < PARALLEL_MAX; i++) {
		if (p->transfers[i] != NULL)
			return true;
	}
	return p->failed_count > 0;
}

uint64_t fetch_count(const struct bulk *b, const struct bulk_link *p)
{
	enum { COUNTED_MAX = 1000 };
	uint64_t n = 0;

	arena_reset(b->arena);
	for (enum lane lane = LANE_URGENT; lane <= LANE_NORMAL; lane++) {
		struct scan scan = scan_of(key_link(p->id, lane));
		struct record r;

		while (n < COUNTED_MAX &&
		       b->store.next(b->store.ctx, b->arena, FAMILY_FETCH, &scan, &r) == ERR_OK)
			n++;
	}
	return n;
}

void fetch_chunk(struct bulk *b, struct bulk_link *p, const struct msg_chunk *m)
{
	struct transfer *t = transfer_find(p, m->lane, m->seq);
	enum transfer_phase wanted = m->what == FETCH_LEAVES ? PHASE_LEAVES : PHASE_BYTES;

	if (t == NULL || t->item != m->item || t->phase != wanted)
		return; /* of a transfer before this one */
	if (m->what == FETCH_BYTES && m->data.len_bytes > CHUNK_BYTES)
		p->sends_two = true;
	if (transfer_take(t, m) == ERR_OK)
		return;
	transfer_give_up(p, t, ERR_PROTOCOL);
	b->ops.violation(b->ops.ctx, p->id, ERR_PROTOCOL);
}

void fetch_unavailable(struct bulk *b, struct bulk_link *p, const struct msg_unavailable *m)
{
	struct transfer *t = transfer_find(p, m->lane, m->seq);

	if (t == NULL || t->item != m->item ||
	    (t->phase != PHASE_LEAVES && t->phase != PHASE_BYTES))
		return;
	/* It has released what we are still fetching: the core asks for it to be published again.
	 */
	if (m->reason == ERR_NOT_ENTITLED)
		b->ops.fault(b->ops.ctx, p->id, ERR_NOT_HERE);
	transfer_give_up(p, t, err_known(m->reason) ? (enum err)m->reason : ERR_PROTOCOL);
}
