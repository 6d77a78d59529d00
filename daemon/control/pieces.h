/* Contents of parts that come piece by piece over a local socket, as Data against credit: counted
 * against what was promised, then hashed and written by a worker. What a submission (upload.h) and
 * a stage (stage.h) have in common. Control thread only, but for pieces_write. */
#ifndef VANTHU_DAEMON_CONTROL_PIECES_H
#define VANTHU_DAEMON_CONTROL_PIECES_H

#include "daemon/control/control.h"
#include "daemon/files/files.h"
#include "proto/control.pb-c.h"

enum {
	PIECES_WINDOW_BYTES = 1 << 20, /* that may be under way of one submission */
	/* What a part that is being written takes: its unfinished chunk, leaves, names. */
	PIECES_PART_BYTES = 2 * CHUNK_BYTES + 6 * 1024
};

struct piece;

struct piece_part {
	struct blob content; /* came with the request; in its arena */
	bool streamed;	     /* comes in pieces */
	bool started;	     /* some bytes of it have come */
	bool whole;
	uint64_t size_bytes; /* as announced; while nobody knows it: that it may have */
	uint64_t got_bytes;  /* UINT64_MAX: all */
	struct incoming *incoming; /* its file, until it is settled */
	bool pinned;		   /* settled: its content stays until we release it */
	const struct digest *expected; /* that it must have, by who sends it; NULL: not known */
};

struct pieces {
	struct files *files;
	struct garbage *garbage; /* of these files; NULL: none */
	uint64_t number; /* in the names of its files */
	struct piece_part *parts; /* as many as `manifest`; both the owner's */
	struct manifest_item *manifest;
	uint32_t part_count;
	struct piece *arrived, **arrived_last, *working;
	uint64_t received_bytes, written_bytes, promised_bytes;
	size_t open_parts; /* that have begun and are not whole */
};

/* In place. Parts, manifest and their number are the owner's to set, before the first piece. No
 * other `number` of this process was the same: files may outlive the pieces that they came with. */
void pieces_begin(struct pieces *p, const struct control_parts *parts, uint64_t number);
/* Takes a copy of one more piece. ERR_FORMAT: no such part, more than was promised or announced,
 * behind its end, or nothing; ERR_NO_MEMORY. */
must_use enum err pieces_add(struct pieces *p, const Vanthu__V1__Data *m);
/* Hands what has come to the worker that calls pieces_write next. False: nothing has. */
bool pieces_hand_over(struct pieces *p);
/* The worker's: hashes and writes; a part whose last piece came is sealed, and whole. */
must_use enum err pieces_write(struct pieces *p);
/* The worker's: a content that came with the request becomes a file. */
must_use enum err pieces_store(struct pieces *p, uint32_t part);
/* The worker's: gives the sealed content of a part its name; it is pinned then. */
must_use enum err pieces_settle(struct pieces *p, uint32_t part);
/* The worker is back: frees what it has written. */
void pieces_written(struct pieces *p);
bool pieces_whole(const struct pieces *p); /* all parts that come in pieces */
/* How much more may be promised now, in steps of half a window; 0: nothing yet. It counts as
 * promised then. */
uint64_t pieces_promise(struct pieces *p);
size_t pieces_held_bytes(const struct pieces *p); /* what they take now */
/* Frees pieces, forgets files that are not settled, releases those that are: what no record names
 * by now is garbage. */
void pieces_end(struct pieces *p);

#endif
