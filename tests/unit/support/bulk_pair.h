/* Two daemons' attachments between them without sockets or threads: a file at the sender, records
 * that make the receiver fetch it. Frames really go through the codec; jobs run when the test
 * says. */
#ifndef VANTHU_TESTS_UNIT_SUPPORT_BULK_PAIR_H
#define VANTHU_TESTS_UNIT_SUPPORT_BULK_PAIR_H

#include "daemon/bulk/bulk.h"
#include "daemon/files/memory.h"
#include "daemon/store/memory.h"
#include "daemon/store/store.h"
#include "tests/unit/support/fixture.h"

enum { SIZE = 40 * CHUNK_BYTES + 77, SMALL = 2 * CHUNK_BYTES + 77, QUEUE_MAX = 512 };

struct pair;
struct end {
	struct pair *pair;
	struct committee_id id;
	struct memory_disk *disk;
	struct store *store;
	struct memory_files_disk *files_disk;
	struct files *files;
	struct bulk *bulk;
	struct blob inbox[QUEUE_MAX]; /* frames on their way to this end */
	unsigned first, count;
	struct job *jobs, **last;
	unsigned opened, closed, violations, faults, reported;
	enum err why;
	struct ev_fetched fetched;
};

struct pair {
	struct arena *arena;
	struct end tx, rx;
	uint8_t *content;
	size_t size_bytes;
	struct manifest_item item;
	struct now now;
	bool busy;                                        /* nothing can be sent */
	/* what is sent stays in the sender's memory until pair_drain */
	bool slow;
	struct sent { void (*release)(void *data, void *owner); void *owner; } unsent[QUEUE_MAX];
	unsigned unsent_count;
	void (*tamper)(struct pair *p, struct message *m); /* on the way to the receiver */
	void (*ask)(struct msg_fetch *f);                  /* on the way to the sender */
	unsigned chunks_at_most;                           /* seen in one message */
	unsigned leaves_asked;                             /* requests for some */
	uint64_t most_under_way;
};

extern const struct stream_id pair_stream;
extern const struct serial pair_serial;

int pair_set_up(void **state);
int pair_set_up_small(void **state); /* the file is of SMALL bytes: no leaves are asked for */
int pair_tear_down(void **state);
void pair_put(struct end *e, struct key key, struct record r); /* into its store */
void pair_connect(struct pair *p);
bool pair_deliver(struct end *e, struct end *from); /* one frame to e; false: none waits */
bool pair_run_job(struct end *e); /* one; false: there is none */
void pair_run(struct pair *p);    /* until nothing moves */
void pair_drain(struct pair *p);  /* the line takes what was held */
void pair_later(struct pair *p);  /* 6 s, and what is tried again then */

#endif
