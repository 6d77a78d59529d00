/* Serving: a neighbour's requests wait in a bounded queue, one job at a time reads the pieces, and they go out as its queue takes them.
 * See bulk.h. */
#include <stdlib.h>
#include <string.h>

#include "daemon/bulk_internal.h"
#include "daemon/log.h"
#include "proto/digest.h"

struct serving {
	struct job job; /* first */
	struct bulk *bulk;
	struct peer *peer;
	struct msg_fetch queue[SERVE_QUEUE_MAX];
	unsigned first, count;
	struct msg_fetch now; /* being read or sent */
	struct manifest_item item;
	bool busy, sending, dead;
	uint32_t read, sent; /* pieces of `now` */
	enum err result;
	size_t len_bytes[PIECES_PER_FETCH];
	uint8_t *data; /* PIECES_PER_FETCH chunks while something is read or sent, else NULL: idle neighbours cost nothing */
};

static uint8_t *piece(const struct serving *s, uint32_t n)
{
	return s->data + (size_t)n * CHUNK_BYTES;
}

static void destroy(struct serving *s)
{
	free(s->data);
	free(s);
}

static void refuse(struct bulk *b, struct peer *p, const struct msg_fetch *m, enum err why)
{
	struct message answer = { .type = MESSAGE_UNAVAILABLE };

	if (why == ERR_NOT_ENTITLED)
		b->ops.fault(b->ops.ctx, p->id, why);
	answer.u.unavailable = (struct msg_unavailable){ .lane = m->lane, .seq = m->seq, .item = m->item, .reason = (uint32_t)why };
	/* When even this does not go out, the other side's patience ends by itself. */
	if (b->ops.send(b->ops.ctx, p->id, &answer) != ERR_OK)
		return;
}

/* Entitled is who was published the envelope on this link, by place in the stream; knowing a digest is nothing. */
static enum err entitled(struct bulk *b, struct peer *p, const struct msg_fetch *m, struct manifest_item *item)
{
	struct key place = key_seq(p->id, m->lane, m->seq), link_key = key_link(p->id, m->lane), document_key;
	struct record stream, link, document;
	enum err e;

	arena_reset(b->arena);
	e = b->store.get(b->store.ctx, b->arena, FAMILY_LINKOUT, &link_key, &link);
	if (e == ERR_OK && memcmp(&link.u.linkout.stream, &m->stream, sizeof m->stream) != 0)
		return ERR_CHAIN;
	if (e == ERR_OK)
		e = b->store.get(b->store.ctx, b->arena, FAMILY_STREAM, &place, &stream);
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
	return item->inlined ? ERR_NOT_ENTITLED : ERR_OK;
}

static void read_leaves(struct serving *s)
{
	struct files *files = s->bulk->files;

	for (s->read = 0; s->read < s->now.count && s->result == ERR_OK; s->read++) {
		size_t count = 0;

		s->result = files->ops->leaves(files, &s->item, s->now.first + s->read, (struct digest *)(void *)piece(s, s->read), &count);
		s->len_bytes[s->read] = count * sizeof(struct digest);
		if (s->result == ERR_OK && count == 0)
			s->result = ERR_NOT_FOUND;
	}
}

static void read_bytes(struct serving *s)
{
	struct files *files = s->bulk->files;
	struct chunk_range range = { .first = s->now.first, .count = s->now.count };
	size_t got = 0;

	s->result = files->ops->chunks(files, &s->item, &range, s->data, &got);
	for (; s->result == ERR_OK && s->read < s->now.count; s->read++) {
		s->len_bytes[s->read] = got < CHUNK_BYTES ? got : CHUNK_BYTES;
		got -= s->len_bytes[s->read];
	}
}

static void work_read(struct job *j)
{
	struct serving *s = (struct serving *)j;

	s->data = malloc((size_t)s->now.count * CHUNK_BYTES);
	s->result = s->data == NULL ? ERR_NO_MEMORY : ERR_OK;
	s->read = 0;
	if (s->now.what == FETCH_LEAVES)
		read_leaves(s);
	else
		read_bytes(s);
}

static void send_pieces(struct serving *s)
{
	struct bulk *b = s->bulk;

	while (s->sent < s->read) {
		struct message m = { .type = MESSAGE_CHUNK };

		m.u.chunk = (struct msg_chunk){ .lane = s->now.lane, .seq = s->now.seq, .item = s->now.item, .what = s->now.what,
						.index = s->now.first + s->sent,
						.data = { piece(s, s->sent), s->len_bytes[s->sent] } };
		if (b->ops.send(b->ops.ctx, s->peer->id, &m) != ERR_OK)
			return; /* later; bulk_deadline_ms says when */
		s->sent++;
	}
	s->sending = false;
	free(s->data);
	s->data = NULL;
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
	}
	if (s->result != ERR_OK) {
		refuse(s->bulk, s->peer, &s->now, s->result);
		free(s->data);
		s->data = NULL;
	} else {
		s->sending = true;
		s->sent = 0;
	}
	serve_go_on(s->bulk, s->peer);
}

void serve_go_on(struct bulk *b, struct peer *p)
{
	struct serving *s = p->serving;

	if (s == NULL)
		return;
	if (s->sending)
		send_pieces(s);
	while (!s->busy && !s->sending && s->count > 0) {
		enum err e;

		s->now = s->queue[s->first];
		s->first = (s->first + 1) % SERVE_QUEUE_MAX;
		s->count--;
		e = entitled(b, p, &s->now, &s->item);
		if (e != ERR_OK) {
			refuse(b, p, &s->now, e);
			continue;
		}
		s->busy = true;
		s->job.work = work_read;
		s->job.done = was_read;
		b->jobs++;
		b->runner.run(b->runner.ctx, &s->job);
	}
}

void serve_fetch(struct bulk *b, struct peer *p, const struct msg_fetch *m)
{
	struct serving *s = p->serving;

	if (m->count > PIECES_PER_FETCH) {
		b->ops.violation(b->ops.ctx, p->id, ERR_PROTOCOL);
		return;
	}
	if (s == NULL) {
		s = p->serving = calloc(1, sizeof *s);
		if (s == NULL)
			return;
		s->bulk = b;
		s->peer = p;
	}
	if (s->count == SERVE_QUEUE_MAX) {
		b->ops.violation(b->ops.ctx, p->id, ERR_CREDIT); /* far beyond any window */
		return;
	}
	s->queue[(s->first + s->count++) % SERVE_QUEUE_MAX] = *m;
	serve_go_on(b, p);
}

void serve_abandon(struct bulk *b, struct peer *p)
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

void serve_destroy(struct peer *p)
{
	if (p->serving != NULL)
		destroy(p->serving);
	p->serving = NULL;
}

bool serve_active(const struct peer *p)
{
	return p->serving != NULL && (p->serving->busy || p->serving->sending || p->serving->count > 0);
}
