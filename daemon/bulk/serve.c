/* Serving: a neighbour's requests wait in a bounded queue, one job at a time reads the pieces, and
 * they go out as its queue takes them. See bulk.h. */
#include "daemon/bulk/serve.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/base/log.h"
#include "proto/digest.h"
#include "proto/wire_encode.h"

/* What was read for one request: CHUNKS_A_MESSAGE or fewer chunks to a slot, room before them for
 * what makes them a frame. Frames not yet sent hold the slot too, and ZeroMQ's thread releases
 * those. */
enum { SLOT_BYTES = WIRE_CHUNK_ROOM + CHUNKS_A_MESSAGE * CHUNK_BYTES };
_Static_assert((size_t)SLOT_BYTES <= (size_t)FRAME_MAX_BYTES, "what a slot holds is one frame");

/* What of one neighbour's pages is not on the wire yet: outlives the serving, as pages do. */
struct flight {
	atomic_uint holders;
	atomic_size_t len_bytes;
};

struct page {
	atomic_uint holders;
	struct flight *flight;
	size_t len_bytes;
	uint8_t data[];
};

struct serving {
	struct job job; /* first */
	struct bulk *bulk;
	struct bulk_link *peer;
	struct msg_fetch queue[SERVE_QUEUE_MAX];
	unsigned queued_first, queued;
	struct msg_fetch now; /* being read or sent */
	struct manifest_item item;
	bool busy, sending, dead;
	uint32_t at_once;          /* chunks in a slot */
	uint32_t read, sent;       /* slots */
	uint64_t first[PIECES_PER_FETCH]; /* piece in a slot */
	size_t len_bytes[PIECES_PER_FETCH];
	enum err result;
	/* while something is read or sent, else NULL: idle neighbours cost nothing */
	struct page *page;
	struct flight *flight;
};

static uint8_t *slot(const struct serving *s, uint32_t n)
{
	return s->page->data + (size_t)n * SLOT_BYTES + WIRE_CHUNK_ROOM;
}

static void flight_release(struct flight *f)
{
	if (atomic_fetch_sub(&f->holders, 1) == 1)
		free(f);
}

static struct page *page_new(struct flight *f, size_t len_bytes)
{
	struct page *page = malloc(sizeof *page + len_bytes);

	if (page == NULL)
		return NULL;
	atomic_init(&page->holders, 1);
	page->len_bytes = len_bytes;
	page->flight = f;
	atomic_fetch_add(&f->holders, 1);
	atomic_fetch_add(&f->len_bytes, len_bytes);
	return page;
}

static void release(void *data, void *owner)
{
	struct page *page = owner;

	(void)data;
	if (page == NULL || atomic_fetch_sub(&page->holders, 1) != 1)
		return;
	atomic_fetch_sub(&page->flight->len_bytes, page->len_bytes);
	flight_release(page->flight);
	free(page);
}

static void release_page(struct serving *s)
{
	release(NULL, s->page);
	s->page = NULL;
}

static void destroy(struct serving *s)
{
	release_page(s);
	flight_release(s->flight);
	free(s);
}

/* It asks faster than it reads: the rest stays in the queue, which has its bound, and on the
 * disk. */
static bool reads_slowly(const struct serving *s)
{
	return atomic_load(&s->flight->len_bytes) >= SERVE_FLIGHT_BYTES;
}

static void refuse(struct bulk *b, struct bulk_link *p, const struct msg_fetch *m, enum err why)
{
	struct message answer = { .type = MESSAGE_UNAVAILABLE };

	if (why == ERR_NOT_ENTITLED)
		b->ops.fault(b->ops.ctx, p->id, why);
	answer.u.unavailable = (struct msg_unavailable){
		.lane = m->lane, .seq = m->seq, .item = m->item, .reason = (uint32_t)why
	};
	/* When even this does not go out, the other side's patience ends by itself. */
	if (b->ops.send(b->ops.ctx, p->id, &answer) != ERR_OK)
		return;
}

/* Whoever asks past the end, however far, gets nothing of what lies before it. */
static enum err lies_inside(const struct msg_fetch *m, const struct manifest_item *item)
{
	uint64_t pieces = files_chunks(item->size_bytes);

	if (m->what == FETCH_LEAVES)
		pieces = (pieces + LEAVES_PER_PIECE - 1) / LEAVES_PER_PIECE;
	return m->first < pieces && m->count <= pieces - m->first ? ERR_OK : ERR_NOT_FOUND;
}

/* Entitled is the neighbour that the envelope was published to on this link, by its sequence number
 * in the stream; knowing a digest is not enough. */
static enum err entitled(struct bulk *b, struct bulk_link *p, const struct msg_fetch *m,
			 struct manifest_item *item)
{
	struct key stream_key = key_seq(p->id, m->lane, m->seq),
		   link_key = key_link(p->id, m->lane), document_key;
	struct record stream, link, document;
	enum err e;

	arena_reset(b->arena);
	e = b->store.get(b->store.ctx, b->arena, FAMILY_LINKOUT, &link_key, &link);
	if (e == ERR_OK && memcmp(&link.u.linkout.stream, &m->stream, sizeof m->stream) != 0)
		return ERR_CHAIN;
	if (e == ERR_OK)
		e = b->store.get(b->store.ctx, b->arena, FAMILY_STREAM, &stream_key, &stream);
	if (e == ERR_OK && stream.u.stream.role == ROLE_NONE)
		e = ERR_NOT_FOUND;
	if (e == ERR_OK) {
		document_key = key_serial(stream.u.stream.role, stream.u.stream.serial);
		e = b->store.get(b->store.ctx, b->arena, FAMILY_DOCUMENT, &document_key, &document);
	}
	if (e == ERR_NOT_FOUND || (e == ERR_OK && m->item >= document.u.document.manifest_count))
		return ERR_NOT_ENTITLED;
	if (e != ERR_OK)
		return e;
	*item = document.u.document.manifest[m->item];
	return item->inlined ? ERR_NOT_ENTITLED : lies_inside(m, item);
}

static void read_leaves(struct serving *s)
{
	struct files *files = s->bulk->files;

	for (; s->read < s->now.count && s->result == ERR_OK; s->read++) {
		size_t count = 0;

		s->first[s->read] = s->now.first + s->read;
		s->result = files->ops->leaves(files, &s->item, s->first[s->read],
					       (struct digest *)(void *)slot(s, s->read), &count);
		s->len_bytes[s->read] = count * sizeof(struct digest);
		if (s->result == ERR_OK && count == 0)
			s->result = ERR_NOT_FOUND;
	}
}

static void read_bytes(struct serving *s)
{
	struct files *files = s->bulk->files;
	struct chunk_range range = { .first = s->now.first,
				     .count = s->now.count,
				     .check = s->now.again };
	uint8_t *buffers[PIECES_PER_FETCH];
	const size_t full = s->at_once * (size_t)CHUNK_BYTES;
	size_t got = 0;

	for (uint32_t n = 0; n < s->now.count; n++)
		buffers[n] = slot(s, n / s->at_once) + (size_t)(n % s->at_once) * CHUNK_BYTES;
	s->result = files->ops->chunks(files, &s->item, &range, buffers, &got);
	for (; s->result == ERR_OK && s->read * s->at_once < s->now.count; s->read++) {
		s->first[s->read] = s->now.first + s->read * s->at_once;
		s->len_bytes[s->read] = got < full ? got : full;
		got -= s->len_bytes[s->read];
	}
}

static void work_read(struct job *j)
{
	struct serving *s = (struct serving *)j;

	s->at_once = s->now.what == FETCH_LEAVES || s->now.at_once == 0 ? 1 : s->now.at_once;
	s->at_once = s->at_once < CHUNKS_A_MESSAGE ? s->at_once : CHUNKS_A_MESSAGE;
	s->page = page_new(s->flight,
			   (size_t)((s->now.count + s->at_once - 1) / s->at_once) * SLOT_BYTES);
	s->result = s->page == NULL ? ERR_NO_MEMORY : ERR_OK;
	s->read = 0;
	if (s->page == NULL)
		return;
	if (s->now.what == FETCH_LEAVES)
		read_leaves(s);
	else
		read_bytes(s);
}

static void send_slots(struct serving *s)
{
	struct bulk *b = s->bulk;

	while (s->sent < s->read) {
		struct msg_chunk m = { .lane = s->now.lane,
				       .seq = s->now.seq,
				       .item = s->now.item,
				       .what = s->now.what,
				       .index = s->first[s->sent],
				       .data = { slot(s, s->sent), s->len_bytes[s->sent] } };
		struct blob frame;

		if (wire_chunk_in_place(&m, slot(s, s->sent), &frame) != ERR_OK)
			break; /* it fits by the bounds of routing/base/limits.h */
		atomic_fetch_add(&s->page->holders, 1);
		if (b->ops.send_frame(b->ops.ctx, s->peer->id, frame, release, s->page) != ERR_OK)
			return; /* later; bulk_deadline_ms says when */
		s->sent++;
	}
	s->sending = false;
	release_page(s);
}

static void was_read(struct job *j)
{
	struct serving *s = (struct serving *)j;

	s->busy = false;
	s->bulk->jobs--;
	if (s->dead) {
		destroy(s);
		return;
	}
	if (s->result == ERR_DAMAGED) {
		char hex[DIGEST_HEX_SIZE];

		digest_to_hex(&s->item.sha256, hex);
		log_event(LOG_ERROR, "file-damaged", "file=%s committee=%s", hex, s->peer->id.text);
		files_suspect(s->bulk->files, &s->item.sha256);
	}
	if (s->result != ERR_OK) {
		refuse(s->bulk, s->peer, &s->now, s->result);
		release_page(s);
	} else {
		s->sending = true;
		s->sent = 0;
	}
	serve_go_on(s->bulk, s->peer);
}

void serve_go_on(struct bulk *b, struct bulk_link *p)
{
	struct serving *s = p->serving;

	if (s == NULL)
		return;
	if (s->sending)
		send_slots(s);
	while (!s->busy && !s->sending && s->queued > 0 && !reads_slowly(s)) {
		enum err e;

		s->now = s->queue[s->queued_first];
		s->queued_first = (s->queued_first + 1) % SERVE_QUEUE_MAX;
		s->queued--;
		e = entitled(b, p, &s->now, &s->item);
		if (e != ERR_OK) {
			refuse(b, p, &s->now, e);
			continue;
		}
		s->busy = true;
		s->read = 0; /* a job that is never begun, because we stop, has read nothing */
		s->result = ERR_OK;
		s->job.work = work_read;
		s->job.done = was_read;
		b->jobs++;
		b->runner.run(b->runner.ctx, &s->job);
	}
}

static struct serving *serving_new(struct bulk *b, struct bulk_link *p)
{
	struct serving *s = calloc(1, sizeof *s);
	struct flight *f = calloc(1, sizeof *f);

	if (s == NULL || f == NULL) {
		free(s);
		free(f);
		return NULL;
	}
	atomic_init(&f->holders, 1);
	atomic_init(&f->len_bytes, 0);
	s->flight = f;
	s->bulk = b;
	s->peer = p;
	return s;
}

void serve_fetch(struct bulk *b, struct bulk_link *p, const struct msg_fetch *m)
{
	struct serving *s = p->serving;

	if (m->count > PIECES_PER_FETCH) {
		b->ops.violation(b->ops.ctx, p->id, ERR_PROTOCOL);
		return;
	}
	if (s == NULL)
		s = p->serving = serving_new(b, p);
	if (s == NULL)
		return;
	if (s->queued == SERVE_QUEUE_MAX) {
		b->ops.violation(b->ops.ctx, p->id, ERR_CREDIT); /* far beyond any window */
		return;
	}
	s->queue[(s->queued_first + s->queued++) % SERVE_QUEUE_MAX] = *m;
	serve_go_on(b, p);
}

void serve_abandon(struct bulk *b, struct bulk_link *p)
{
	struct serving *s = p->serving;

	(void)b;
	if (s == NULL)
		return;
	p->serving = NULL;
	if (s->busy)
		s->dead = true;
	else
		destroy(s);
}

void serve_destroy(struct bulk_link *p)
{
	if (p->serving != NULL)
		destroy(p->serving);
	p->serving = NULL;
}

bool serve_active(const struct bulk_link *p)
{
	return p->serving != NULL &&
	       (p->serving->busy || p->serving->sending || p->serving->queued > 0);
}
