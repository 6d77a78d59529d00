/* Between bulk.c (who, when), daemon/bulk/fetch.c (receiving) and daemon/bulk/serve.c (sending);
 * for nobody else. */
#ifndef VANTHU_DAEMON_BULK_INTERNAL_H
#define VANTHU_DAEMON_BULK_INTERNAL_H

#include "daemon/bulk/bulk.h"

enum {
	PARALLEL_MAX = 8,
	SERVE_QUEUE_MAX = 256,      /* requests of one neighbour that wait */
	FAILED_MAX = 64,            /* fetches of one neighbour that wait to be tried again */
	RETRY_MS = 50,              /* its queue was full */
	REOPEN_MS = 3000,
	IDLE_CLOSE_MS = 30 * 1000,
	TRY_AGAIN_MS = 5 * 1000,
	STALLED_MS = 60 * 1000,     /* asked, and nothing came */
	TOLD_MS = 30 * 1000,        /* told, and its record is still there */
	FETCH_ARENA_BYTES = 8 << 20,
};

struct piece {
	struct piece *next;
	enum fetch_what what;
	uint64_t index;  /* of the first chunk in it */
	uint64_t chunks;
	size_t len_bytes;
	uint8_t data[];
};

enum transfer_phase { PHASE_FREE, PHASE_OPEN, PHASE_LEAVES, PHASE_BYTES, PHASE_FINISH, PHASE_TOLD };

/* One published envelope whose attachments are being fetched, one item after the other. At most one
 * job works for it at a time. */
struct transfer {
	struct job job; /* first: jobs come back as their transfer */
	struct bulk *bulk;
	struct peer *peer;
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
	struct digest *leaves;   /* being collected */
	uint64_t pieces, asked, got; /* of the present phase: all, asked for, written */
	struct piece *arrived, **arrived_last; /* waiting for the job */
	struct piece *working;                 /* the job's */
	uint64_t missing;                      /* the job's answer */
	enum err result;                       /* the job's answer */
	int64_t heard_ms;
	bool retried; /* what was asked for before may still be on its way */
	bool again;   /* and was not what its leaves say */
	bool busy;  /* the job is out */
	bool dead;  /* let go of when the job is back */
};

struct failed {
	enum lane lane;
	uint64_t seq;
	int64_t again_ms;
	bool spoilt; /* what came was not what its leaves say */
};

struct serving; /* one neighbour's requests to us */

struct peer {
	struct peer *next;
	struct committee_id id;
	bool wanted;    /* the link is up */
	bool connected;
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
	struct peer *peers;
	unsigned jobs;
	int64_t now_ms;
	uint64_t spare_bytes; /* of the disk, until it is looked at again */
};

/* ---- daemon/bulk/fetch.c: one transfer ---- */
/* the next item that is a file; at the end it is told */
void transfer_begin_item(struct transfer *t);
/* out of its place; the memory when no job works on it any more */
void transfer_let_go(struct peer *p, struct transfer *t);
/* to be tried again later */
void transfer_give_up(struct peer *p, struct transfer *t, enum err why);
void transfer_ask_all(struct peer *p);
struct transfer *transfer_find(const struct peer *p, enum lane lane, uint64_t seq); /* NULL */
void fetch_chunk(struct bulk *b, struct peer *p, const struct msg_chunk *m);
void fetch_unavailable(struct bulk *b, struct peer *p, const struct msg_unavailable *m);

/* ---- daemon/bulk/scan.c ---- */
/* fills free places from the FETCH records, asks for what the window allows */
void fetch_scan(struct bulk *b, struct peer *p);
/* the connection is gone; what is on disk stays */
void fetch_abandon(struct bulk *b, struct peer *p);
void fetch_tick(struct bulk *b, struct peer *p);
bool fetch_active(const struct peer *p);
uint64_t fetch_count(const struct bulk *b, const struct peer *p);

/* ---- daemon/bulk/serve.c ---- */
void serve_fetch(struct bulk *b, struct peer *p, const struct msg_fetch *m);
void serve_go_on(struct bulk *b, struct peer *p);
void serve_abandon(struct bulk *b, struct peer *p);         /* drops what waits */
void serve_destroy(struct peer *p);
bool serve_active(const struct peer *p);

#endif
