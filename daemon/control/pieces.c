/* See pieces.h. */
#include "daemon/control/pieces.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/base/clock.h"

struct piece {
	struct piece *next;
	uint32_t part;
	bool last;
	size_t len_bytes;
	uint8_t data[];
};

void pieces_begin(struct pieces *p, const struct control_parts *parts, uint64_t number)
{
	p->files = parts->files;
	p->garbage = parts->garbage;
	p->number = number;
	p->arrived_last = &p->arrived;
}

/* ---- on the control thread ---- */

/* A piece brings something, or is the last: pieces of nothing would be counted against no
 * window. */
static bool is_fitting(const struct pieces *p, const Vanthu__V1__Data *m)
{
	const struct piece_part *part = m->part < p->part_count ? &p->parts[m->part] : NULL;
	size_t len = m->bytes.len;

	return part != NULL && part->streamed && part->got_bytes != UINT64_MAX &&
	       (len > 0 || m->last) && len <= CONTROL_DATA_BYTES &&
	       len <= part->size_bytes - part->got_bytes &&
	       (!m->last || part->got_bytes + len == part->size_bytes) &&
	       p->received_bytes + len <= p->promised_bytes;
}

enum err pieces_add(struct pieces *p, const Vanthu__V1__Data *m)
{
	struct piece_part *part;
	struct piece *piece;

	if (!is_fitting(p, m))
		return ERR_FORMAT;
	piece = malloc(sizeof *piece + m->bytes.len);
	if (piece == NULL)
		return ERR_NO_MEMORY;
	*piece = (struct piece){ .part = m->part, .last = m->last, .len_bytes = m->bytes.len };
	if (m->bytes.len > 0)
		memcpy(piece->data, m->bytes.data, m->bytes.len);
	part = &p->parts[m->part];
	p->open_parts += part->started ? 0 : 1;
	part->started = true;
	part->got_bytes = m->last ? UINT64_MAX : part->got_bytes + m->bytes.len;
	p->received_bytes += m->bytes.len;
	*p->arrived_last = piece;
	p->arrived_last = &piece->next;
	return ERR_OK;
}

bool pieces_hand_over(struct pieces *p)
{
	p->working = p->arrived;
	p->arrived = NULL;
	p->arrived_last = &p->arrived;
	return p->working != NULL;
}

void pieces_written(struct pieces *p)
{
	while (p->working != NULL) {
		struct piece *next = p->working->next;

		p->written_bytes += p->working->len_bytes;
		free(p->working);
		p->working = next;
	}
	p->open_parts = 0;
	for (uint32_t i = 0; i < p->part_count; i++)
		p->open_parts += p->parts[i].started && !p->parts[i].whole;
}

bool pieces_whole(const struct pieces *p)
{
	for (uint32_t i = 0; i < p->part_count; i++) {
		if (p->parts[i].streamed && !p->parts[i].whole)
			return false;
	}
	return true;
}

uint64_t pieces_promise(struct pieces *p)
{
	uint64_t before = p->promised_bytes;

	if (p->written_bytes + PIECES_WINDOW_BYTES / 2 < before)
		return 0;
	p->promised_bytes = p->written_bytes + PIECES_WINDOW_BYTES;
	return p->promised_bytes - before;
}

size_t pieces_held_bytes(const struct pieces *p)
{
	return (size_t)(p->received_bytes - p->written_bytes) + p->open_parts * PIECES_PART_BYTES;
}

static void free_list(struct piece *p)
{
	while (p != NULL) {
		struct piece *next = p->next;

		free(p);
		p = next;
	}
}

static void release(const struct pieces *p, const struct digest *sha256)
{
	p->files->ops->release(p->files, sha256);
	if (p->garbage != NULL)
		garbage_unclaimed(p->garbage, sha256, clock_now().mono_ms);
}

void pieces_end(struct pieces *p)
{
	for (uint32_t i = 0; i < p->part_count; i++) {
		if (p->parts[i].incoming != NULL)
			p->files->ops->incoming_close(p->parts[i].incoming, true);
		if (p->parts[i].pinned)
			release(p, &p->manifest[i].sha256);
	}
	free_list(p->arrived);
	free_list(p->working);
	*p = (struct pieces){ .files = NULL };
}

/* ---- the worker's ---- */

static enum err open_part(struct pieces *p, uint32_t i)
{
	char name[64];

	snprintf(name, sizeof name, "submit.%" PRIu64 ".%" PRIu32, p->number, i);
	return p->files->ops->incoming_open(p->files, name, &p->parts[i].incoming);
}

static enum err write_piece(struct pieces *p, const struct piece *piece)
{
	struct piece_part *part = &p->parts[piece->part];
	struct blob bytes = { piece->data, piece->len_bytes };
	enum err e = part->incoming == NULL ? open_part(p, piece->part) : ERR_OK;

	if (e == ERR_OK)
		e = p->files->ops->incoming_append(part->incoming, bytes);
	if (e == ERR_OK && piece->last)
		e = p->files->ops->incoming_seal(part->incoming, &p->manifest[piece->part]);
	part->whole = e == ERR_OK && piece->last;
	return e;
}

enum err pieces_write(struct pieces *p)
{
	enum err e = ERR_OK;

	for (const struct piece *piece = p->working; piece != NULL && e == ERR_OK;
	     piece = piece->next)
		e = write_piece(p, piece);
	return e;
}

enum err pieces_store(struct pieces *p, uint32_t part)
{
	enum err e = open_part(p, part);

	if (e == ERR_OK)
		e = p->files->ops->incoming_append(p->parts[part].incoming,
						   p->parts[part].content);
	return e == ERR_OK ? pieces_settle(p, part) : e;
}

enum err pieces_settle(struct pieces *p, uint32_t part)
{
	enum err e = p->files->ops->incoming_finish(p->parts[part].incoming, &p->manifest[part]);

	if (e == ERR_OK) {
		p->parts[part].incoming = NULL;
		p->parts[part].pinned = true;
	}
	return e;
}
