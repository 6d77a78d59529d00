/* Transfers and who they are with: what all files of bulk share, and nobody else. */
#ifndef VANTHU_DAEMON_BULK_BULK_STATE_H
#define VANTHU_DAEMON_BULK_BULK_STATE_H

#include "daemon/bulk/bulk.h"

enum {
	PARALLEL_MAX = 8,
	SERVE_QUEUE_MAX = 256, /* requests of one neighbour that wait */
	FAILED_MAX = 64,       /* fetches of one neighbour that wait to be tried again */
	RETRY_MS = 50,	       /* the neighbour's queue was full */
	REOPEN_MS = 3000,
	IDLE_CLOSE_MS = 30 * 1000,
	TRY_AGAIN_MS = 5 * 1000,
	STALLED_MS = 60 * 1000, /* asked, and nothing came */
	/* the core was notified, and the FETCH record is still there */
	REPORTED_MS = 30 * 1000,
	FETCH_ARENA_BYTES = 8 << 20,
	/* What is collected for longer is written as it is: a line that is slow and breaks often
	 * must not lose more than that each time. */
	COLLECTED_MS = 1000,
	/* What has come and is being written and synced leaves its window: a disk that takes its
	 * time over one file must not keep the line from the next. Of all links together so
	 * much. */
	WRITING_MAX_BYTES = 16 << 20,
	/* with the heap's own words less than the MiB from which on it maps */
	PIECE_CHUNKS_MAX = 31,
	ROOM_BYTES = PIECE_CHUNKS_MAX * CHUNK_BYTES,
	ROOMS_MAX = 4,
};

/* Chunks in a row, collected while they come and written in one go. */
struct piece {
	struct piece *next;
	uint64_t index; /* of the first chunk in it */
	uint64_t chunks;
	size_t len_bytes, capacity, room_bytes;
	uint8_t *data; /* at a multiple of FILES_DIRECT_ALIGN */
	int64_t begun_ms;
};

enum transfer_phase {
	PHASE_FREE,
	PHASE_OPEN,
	PHASE_LEAVES,
	PHASE_BYTES,
	PHASE_FINISH,
	PHASE_REPORTED
};

/* One published envelope whose attachments are being fetched, one item after the other. At most one
 * job works for it at a time. */
struct transfer {
	struct job job; /* first: jobs come back as their transfer */
	struct bulk *bulk;
	struct bulk_link *peer;
	enum transfer_phase phase;
	enum lane lane;
	uint64_t seq;
	enum role role;
	struct serial serial;
	struct stream_id stream;
	struct manifest_item *manifest;
	uint32_t manifest_count;
	uint32_t item;
	struct incoming *incoming;
	struct digest *leaves;		       /* being collected */
	uint64_t pieces, asked, got;	       /* of the present phase: all, asked for, written */
	struct piece *arrived, **arrived_last; /* waiting for the job */
	struct piece *working;		       /* the job's */
	uint64_t missing;		       /* the job's answer */
	enum err result;		       /* the job's answer */
	uint64_t writing_bytes;	/* that the job writes, where they are in no window any more */
	bool finishing; /* the job has also asked for the end of the file; `result` is of that */
	int64_t heard_ms;
	bool retried; /* answers to earlier requests may still arrive */
	bool again;   /* and was not what its leaves say */
	bool busy;    /* the job is out */
	bool dead;    /* freed when the job returns */
};

struct failed {
	enum lane lane;
	uint64_t seq;
	int64_t again_ms;
	bool spoilt; /* what came was not what its leaves say */
};

struct serving; /* one neighbour's requests to us */

struct bulk_link {
	struct bulk_link *next;
	struct committee_id id;
	bool wanted; /* the link is up */
	bool connected;
	bool sends_two; /* has sent two chunks in one message on this connection */
	int64_t reopen_ms;
	int64_t used_ms;
	struct transfer *transfers[PARALLEL_MAX];
	struct failed failed[FAILED_MAX];
	unsigned failed_count;
	uint64_t window_bytes;
	uint64_t under_way_bytes; /* asked for and not yet written */
	struct serving *serving;
};

struct bulk {
	struct bulk_config config;
	struct bulk_ops ops;
	struct lookup store;
	struct files *files;
	struct job_runner runner;
	struct arena *arena;
	struct bulk_link *peers;
	unsigned jobs;
	int64_t now_ms;
	uint64_t spare_bytes; /* free on the disk, until it is measured again */
	uint64_t writing_bytes; /* of all transfers' jobs */
	/* Room for pieces that was used lately: memory that is given back and asked for again costs
	 * a fault a page, which is as much as writing it. */
	uint8_t *rooms[ROOMS_MAX];
	unsigned room_count, rooms_unused; /* so many were not needed since the last tick */
};

#endif
