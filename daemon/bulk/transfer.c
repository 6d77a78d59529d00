/* One transfer for each envelope with files still to come; see transfer.h.
 *
 *   FREE ─FETCH record─► OPEN (job: what is here already?) ─► LEAVES ─► BYTES ─► FINISH (job: whole
 *   digest, sync, rename)
 *     ▲                   ▲──────────── next item ───────────────────────────────────┘ │ last item
 *     └─ record gone ─ REPORTED (the core was notified; its commit erases the record) ◄┘
 *
 * Chunks are written by one job at a time for each transfer, in the order they came. What is asked
 * for and not yet written is bounded by the window. */
#include "daemon/bulk/transfer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/base/log.h"
#include "routing/base/committee_id.h"

static void start_job(struct transfer *t, void (*work)(struct job *j), void (*done)(struct job *j))
{
	t->busy = true;
	t->job.work = work;
	t->job.done = done;
	t->bulk->jobs++;
	t->bulk->runner.run(t->bulk->runner.ctx, &t->job);
}

static void drop_pieces(struct bulk *b, struct piece *p)
{
	while (p != NULL) {
		struct piece *next = p->next;

		if (p->room_bytes == ROOM_BYTES && b->room_count < ROOMS_MAX)
			b->rooms[b->room_count++] = p->data;
		else
			free(p->data);
		free(p);
		p = next;
	}
}

static void destroy(struct transfer *t)
{
	if (t->incoming != NULL)
		t->bulk->files->ops->incoming_close(t->incoming, false);
	drop_pieces(t->bulk, t->arrived);
	drop_pieces(t->bulk, t->working);
	free(t->leaves);
	free(t->manifest);
	free(t);
}

/* Frees the transfer's slot; its memory is freed when no job works on it any more. */
void transfer_release(struct bulk_link *p, struct transfer *t)
{
	for (unsigned i = 0; i < PARALLEL_MAX; i++) {
		if (p->transfers[i] == t)
			p->transfers[i] = NULL;
	}
	p->under_way_bytes -= (t->asked - t->got) * CHUNK_BYTES - t->writing_bytes;
	t->asked = t->got = 0;
	if (t->busy)
		t->dead = true;
	else
		destroy(t);
}

/* True when the job's transfer was dropped meanwhile: nothing more to do. */
static bool job_back(struct transfer *t)
{
	t->busy = false;
	t->bulk->jobs--;
	t->bulk->writing_bytes -= t->writing_bytes;
	if (!t->dead)
		return false;
	destroy(t);
	return true;
}

void transfer_give_up(struct bulk_link *p, struct transfer *t, enum err why)
{
	struct bulk *b = t->bulk;

	log_event(LOG_WARNING, "fetch-failed", "committee=%s lane=%d seq=%llu item=%u error=VT-%d",
		  p->id.text, (int)t->lane, (unsigned long long)t->seq, t->item, (int)why);
	if (p->failed_count < FAILED_MAX)
		p->failed[p->failed_count++] =
			(struct failed){ .lane = t->lane,
					 .seq = t->seq,
					 .again_ms = b->now_ms + TRY_AGAIN_MS,
					 .spoilt = t->phase == PHASE_BYTES && why == ERR_DIGEST };
	transfer_release(p, t);
}

static void report(struct transfer *t, enum err result)
{
	struct ev_fetched e = { .neighbour = t->peer->id,
				.lane = t->lane,
				.seq = t->seq,
				.role = t->role,
				.serial = t->serial,
				.result = result };

	t->phase = PHASE_REPORTED;
	t->heard_ms = t->bulk->now_ms;
	t->bulk->ops.fetched(t->bulk->ops.ctx, &e);
}

/* ---- asking ---- */

static void ask(struct transfer *t)
{
	struct bulk *b = t->bulk;
	struct bulk_link *p = t->peer;
	const uint64_t most = p->sends_two ? PIECES_PER_FETCH : PIECES_FIRST_FETCH;

	while ((t->phase == PHASE_LEAVES || t->phase == PHASE_BYTES) && t->asked < t->pieces) {
		uint64_t room = p->window_bytes > p->under_way_bytes
					? (p->window_bytes - p->under_way_bytes) / CHUNK_BYTES
					: 0;
		uint64_t want = t->pieces - t->asked;
		struct message m = { .type = MESSAGE_FETCH };

		want = want < most ? want : most;
		/* Whole requests while there is a window for them; single pieces only when nothing
		 * is under way at all. */
		if (room < want && p->under_way_bytes > 0)
			return;
		if (room < want)
			want = room > 0 ? room : 1;
		m.u.fetch = (struct msg_fetch){ .lane = t->lane,
						.stream = t->stream,
						.seq = t->seq,
						.item = t->item,
						.what = t->phase == PHASE_LEAVES ? FETCH_LEAVES
										 : FETCH_BYTES,
						.first = t->asked,
						.count = (uint32_t)want,
						.at_once = CHUNKS_A_MESSAGE,
						.again = t->again };
		if (t->phase == PHASE_BYTES && b->spare_bytes < want * CHUNK_BYTES)
			return; /* it stays with the sender until there is room */
		if (b->ops.send(b->ops.ctx, p->id, &m) != ERR_OK)
			return; /* the tick retries */
		if (t->phase == PHASE_BYTES && b->spare_bytes != UINT64_MAX)
			b->spare_bytes -= want * CHUNK_BYTES;
		t->asked += want;
		p->under_way_bytes += want * CHUNK_BYTES;
	}
}

void transfer_ask_all(struct bulk_link *p)
{
	/* Urgent first: its requests stand before those of the others at the sender. */
	for (enum lane lane = LANE_URGENT; lane <= LANE_NORMAL; lane++) {
		for (unsigned i = 0; i < PARALLEL_MAX; i++) {
			if (p->transfers[i] != NULL && p->transfers[i]->lane == lane)
				ask(p->transfers[i]);
		}
	}
}

/* ---- phases ---- */

static void finish(struct transfer *t)
{
	struct manifest_item item = t->manifest[t->item];

	t->result = t->bulk->files->ops->incoming_finish(t->incoming, &item);
	if (t->result == ERR_OK)
		t->incoming = NULL;
}

static void work_finish(struct job *j)
{
	finish((struct transfer *)j);
}

static void after_finish(struct transfer *t)
{
	struct bulk_link *p = t->peer;

	if (t->result == ERR_OK) {
		t->item++;
		transfer_begin_item(t);
	} else if (t->result == ERR_DIGEST) {
		/* Every chunk fits the signed root and the whole does not fit the signed digest: so
		 * the signer signed what cannot be. */
		t->bulk->files->ops->incoming_close(t->incoming, true);
		t->incoming = NULL;
		report(t, ERR_DIGEST);
	} else {
		transfer_give_up(p, t, t->result);
		return;
	}
	transfer_ask_all(p);
}

static void finished(struct job *j)
{
	struct transfer *t = (struct transfer *)j;

	if (!job_back(t))
		after_finish(t);
}

static void finish_item(struct transfer *t)
{
	t->phase = PHASE_FINISH;
	start_job(t, work_finish, finished);
}

static void begin_bytes(struct transfer *t, uint64_t first)
{
	t->phase = PHASE_BYTES;
	t->pieces = files_chunks(t->manifest[t->item].size_bytes);
	t->asked = t->got = first;
	if (first >= t->pieces)
		finish_item(t);
}

static void begin_leaves(struct transfer *t)
{
	uint64_t chunks = files_chunks(t->manifest[t->item].size_bytes);

	t->phase = PHASE_LEAVES;
	t->pieces = (chunks + LEAVES_PER_PIECE - 1) / LEAVES_PER_PIECE;
	t->asked = t->got = 0;
	free(t->leaves);
	t->leaves = calloc(chunks + 1, sizeof *t->leaves);
	if (t->leaves == NULL)
		transfer_give_up(t->peer, t, ERR_NO_MEMORY);
}

static void work_open(struct job *j)
{
	struct transfer *t = (struct transfer *)j;
	const struct files_ops *files = t->bulk->files->ops;
	const struct manifest_item *item = &t->manifest[t->item];
	char name[COMMITTEE_ID_MAX + 64];

	snprintf(name, sizeof name, "%s.%d.%llu.%u", t->peer->id.text, (int)t->lane,
		 (unsigned long long)t->seq, t->item);
	t->missing = 0;
	t->result = files->incoming_open(t->bulk->files, name, &t->incoming);
	if (t->result != ERR_OK)
		return;
	/* One chunk or none: its leaf is the root that the signer signed. Of few chunks none is
	 * asked for either, unless some of them are here. */
	if (files_chunks(item->size_bytes) <= 1)
		t->result = files->incoming_leaves(t->incoming, item, &item->chunk_root,
						   files_chunks(item->size_bytes));
	else
		t->result = files->incoming_resume(t->incoming, item);
	if (t->result == ERR_OK)
		t->result = files->incoming_missing(t->incoming, 0, &t->missing);
}

static void opened(struct job *j)
{
	struct transfer *t = (struct transfer *)j;
	struct bulk_link *p = t->peer;

	if (job_back(t))
		return;
	if (t->result == ERR_OK)
		begin_bytes(t, t->missing);
	else if (t->result == ERR_NOT_FOUND)
		begin_leaves(t);
	else if (t->result == ERR_DIGEST)
		report(t, ERR_DIGEST); /* no bytes at all, and a root that is not the empty one */
	else
		transfer_give_up(p, t, t->result);
	transfer_ask_all(p);
}

/* One of ours that comes back to a store that was set back (routing/reconcile/take.h) may have its
 * files here still: whoever may see them, we may. */
static bool is_here(const struct transfer *t, const struct manifest_item *item)
{
	const struct files_ops *files = t->bulk->files->ops;

	return item->inlined ||
	       (t->role == ROLE_OUT && files->exists(t->bulk->files, &item->sha256));
}

void transfer_begin_item(struct transfer *t)
{
	while (t->item < t->manifest_count && is_here(t, &t->manifest[t->item]))
		t->item++;
	t->asked = t->got = t->pieces = 0;
	if (t->item == t->manifest_count) {
		report(t, ERR_OK);
		return;
	}
	if (t->manifest[t->item].size_bytes > t->bulk->config.attachment_max_bytes) {
		report(t, ERR_TOO_LARGE);
		return;
	}
	t->phase = PHASE_OPEN;
	start_job(t, work_open, opened);
}

/* ---- pieces ---- */

static void work_write(struct job *j)
{
	struct transfer *t = (struct transfer *)j;
	const struct files_ops *files = t->bulk->files->ops;

	uint64_t end = 0;

	t->result = ERR_OK;
	for (struct piece *p = t->working; p != NULL && t->result == ERR_OK; p = p->next) {
		t->result = files->incoming_chunks(t->incoming, p->index,
						   (struct blob){ p->data, p->len_bytes });
		end = p->index + p->chunks;
	}
	t->finishing = t->result == ERR_OK && end == t->pieces;
	if (t->finishing)
		finish(t);
}

static void write_pieces(struct transfer *t);

static void written(struct job *j)
{
	struct transfer *t = (struct transfer *)j;
	struct bulk *b = t->bulk; /* outlives a transfer that is given up */
	struct bulk_link *p = t->peer;
	uint64_t n = 0;

	if (job_back(t))
		return;
	for (const struct piece *piece = t->working; piece != NULL; piece = piece->next)
		n += piece->chunks;
	drop_pieces(t->bulk, t->working);
	t->working = NULL;
	p->under_way_bytes -= n * CHUNK_BYTES - t->writing_bytes;
	t->writing_bytes = 0;
	t->got += n;
	if (t->finishing) {
		t->phase = PHASE_FINISH;
		after_finish(t);
		return;
	}
	if (t->result == ERR_DIGEST) {
		/* The leaves fit the signed root, the chunk does not fit its leaf: this neighbour's
		 * disk has damaged it, or it has changed it. Who was asked to check and sends it
		 * all the same has changed it. */
		bool changed = t->again || p->failed_count == FAILED_MAX;

		transfer_give_up(p, t, ERR_DIGEST);
		if (changed)
			b->ops.violation(b->ops.ctx, p->id, ERR_DIGEST);
		return;
	}
	if (t->result != ERR_OK) {
		transfer_give_up(p, t, t->result);
		return;
	}
	write_pieces(t);
	transfer_ask_all(p);
}

/* The next one is number got + those that wait for the disk: they come in the order asked for. */
static uint64_t next_index(const struct transfer *t)
{
	uint64_t n = t->got;

	for (const struct piece *p = t->arrived; p != NULL; p = p->next)
		n += p->chunks;
	for (const struct piece *p = t->working; p != NULL; p = p->next)
		n += p->chunks;
	return n;
}

/* A piece is full, or nothing more is on its way. */
static bool worth_writing(const struct transfer *t)
{
	return t->arrived != NULL && (t->arrived->next != NULL ||
				      t->arrived->len_bytes + CHUNK_BYTES > t->arrived->capacity ||
				      next_index(t) == t->asked);
}

static void leave_window(struct transfer *t)
{
	uint64_t bytes = 0;

	for (const struct piece *p = t->working; p != NULL; p = p->next)
		bytes += p->chunks * CHUNK_BYTES;
	if (bytes > WRITING_MAX_BYTES - t->bulk->writing_bytes)
		return;
	t->writing_bytes = bytes;
	t->bulk->writing_bytes += bytes;
	t->peer->under_way_bytes -= bytes;
}

static void write_arrived(struct transfer *t)
{
	struct bulk_link *p = t->peer; /* the job may be done at once, and the transfer ended */

	t->working = t->arrived;
	t->arrived = NULL;
	t->arrived_last = &t->arrived;
	t->finishing = false;
	leave_window(t);
	start_job(t, work_write, written);
	transfer_ask_all(p);
}

static void write_pieces(struct transfer *t)
{
	if (!t->busy && worth_writing(t))
		write_arrived(t);
}

void transfer_write_late(struct transfer *t)
{
	if (!t->busy && t->arrived != NULL &&
	    t->bulk->now_ms - t->arrived->begun_ms >= COLLECTED_MS)
		write_arrived(t);
}

static void work_leaves(struct job *j)
{
	struct transfer *t = (struct transfer *)j;
	const struct manifest_item *item = &t->manifest[t->item];
	const struct files_ops *files = t->bulk->files->ops;

	t->missing = 0;
	t->result = files->incoming_leaves(t->incoming, item, t->leaves,
					   files_chunks(item->size_bytes));
	if (t->result == ERR_OK)
		t->result = files->incoming_missing(t->incoming, 0, &t->missing);
}

static void leaves_written(struct job *j)
{
	struct transfer *t = (struct transfer *)j;
	struct bulk *b = t->bulk; /* outlives a transfer that is given up */
	struct bulk_link *p = t->peer;

	if (job_back(t))
		return;
	if (t->result == ERR_DIGEST) {
		/* The root is signed, the leaves are this neighbour's word. */
		transfer_give_up(p, t, ERR_DIGEST);
		b->ops.violation(b->ops.ctx, p->id, ERR_DIGEST);
		return;
	}
	if (t->result != ERR_OK) {
		transfer_give_up(p, t, t->result);
		return;
	}
	begin_bytes(t, t->missing);
	transfer_ask_all(p);
}

static void take_leaves(struct transfer *t, const struct msg_chunk *m)
{
	uint64_t chunks = files_chunks(t->manifest[t->item].size_bytes),
		 first = m->index * LEAVES_PER_PIECE;
	uint64_t want = chunks - first < LEAVES_PER_PIECE ? chunks - first : LEAVES_PER_PIECE;

	if (m->data.len_bytes != want * sizeof *t->leaves) {
		transfer_give_up(t->peer, t, ERR_PROTOCOL);
		return;
	}
	memcpy(&t->leaves[first], m->data.data, m->data.len_bytes);
	t->got++;
	t->peer->under_way_bytes -= CHUNK_BYTES;
	if (t->got == t->pieces)
		start_job(t, work_leaves, leaves_written);
}

/* Pieces in a message: chunks in a row, of which only the last of a file is shorter; or one piece
 * of leaves. */
static uint64_t chunks_in(const struct msg_chunk *m)
{
	return m->what == FETCH_LEAVES || m->data.len_bytes == 0 ? 1
								 : files_chunks(m->data.len_bytes);
}

/* *bytes: that are wanted; then, that there are. NULL without memory. */
static uint8_t *room_for(struct bulk *b, size_t *bytes)
{
	if (*bytes <= ROOM_BYTES / 2)
		return aligned_alloc(FILES_DIRECT_ALIGN, *bytes);
	*bytes = ROOM_BYTES;
	if (b->room_count == 0)
		return aligned_alloc(FILES_DIRECT_ALIGN, ROOM_BYTES);
	b->room_count--;
	if (b->rooms_unused > b->room_count)
		b->rooms_unused = b->room_count;
	return b->rooms[b->room_count];
}

/* For what was asked for from here on. NULL without memory. */
static struct piece *piece_new(const struct transfer *t)
{
	struct piece *piece = malloc(sizeof *piece);
	uint64_t index = next_index(t), most = t->asked - index;
	size_t capacity = (size_t)(most < PIECE_CHUNKS_MAX ? most : PIECE_CHUNKS_MAX) * CHUNK_BYTES;

	if (piece == NULL)
		return NULL;
	*piece = (struct piece){ .index = index,
				 .capacity = capacity,
				 .room_bytes = capacity,
				 .begun_ms = t->bulk->now_ms };
	piece->data = room_for(t->bulk, &piece->room_bytes);
	if (piece->data == NULL) {
		free(piece);
		return NULL;
	}
	return piece;
}

static struct piece *append_piece(struct transfer *t)
{
	struct piece *piece = piece_new(t);

	if (piece == NULL)
		return NULL;
	*t->arrived_last = piece;
	t->arrived_last = &piece->next;
	return piece;
}

/* The one that is being collected, if all of this fits; else another one. */
static struct piece *piece_for(struct transfer *t, size_t len_bytes)
{
	struct piece *piece = t->arrived;

	while (piece != NULL && piece->next != NULL)
		piece = piece->next;
	return piece != NULL && piece->capacity - piece->len_bytes >= len_bytes ? piece
										: append_piece(t);
}

/* Only the last of a file is shorter. */
static bool is_whole(const struct transfer *t, const struct msg_chunk *m)
{
	uint64_t end = m->index * CHUNK_BYTES + m->data.len_bytes;

	return m->data.len_bytes > 0 &&
	       (m->data.len_bytes % CHUNK_BYTES == 0 || end == t->manifest[t->item].size_bytes);
}

static void take_bytes(struct transfer *t, const struct msg_chunk *m)
{
	struct piece *piece = is_whole(t, m) ? piece_for(t, m->data.len_bytes) : append_piece(t);

	if (piece == NULL) {
		transfer_give_up(t->peer, t, ERR_NO_MEMORY);
		return;
	}
	if (m->data.len_bytes > 0)
		memcpy(piece->data + piece->len_bytes, m->data.data, m->data.len_bytes);
	piece->len_bytes += m->data.len_bytes;
	piece->chunks += chunks_in(m);
	if (!is_whole(t, m))
		piece->capacity = piece->len_bytes; /* judged by itself, and now */
	write_pieces(t);
}

struct transfer *transfer_find(const struct bulk_link *p, enum lane lane, uint64_t seq)
{
	for (unsigned i = 0; i < PARALLEL_MAX; i++) {
		struct transfer *t = p->transfers[i];

		if (t != NULL && t->lane == lane && t->seq == seq)
			return t;
	}
	return NULL;
}

void transfer_tick(struct bulk *b)
{
	for (; b->rooms_unused > 0; b->rooms_unused--)
		free(b->rooms[--b->room_count]);
	b->rooms_unused = b->room_count;
}

enum err transfer_take(struct transfer *t, const struct msg_chunk *m)
{
	if (t->retried && m->index > next_index(t))
		/* of the transfer before this one, which wanted more: they come in order, and this
		 * one begins where that one failed */
		return ERR_OK;
	if (m->index != next_index(t) || m->index >= t->asked || chunks_in(m) > t->asked - m->index)
		return ERR_PROTOCOL;
	t->heard_ms = t->bulk->now_ms;
	if (m->what == FETCH_LEAVES)
		take_leaves(t, m);
	else
		take_bytes(t, m);
	return ERR_OK;
}
