/* A submission while its contents come: between daemon/control/submit.c and
 * daemon/control/upload.c; for nobody else. */
#ifndef VANTHU_DAEMON_CONTROL_UPLOAD_H
#define VANTHU_DAEMON_CONTROL_UPLOAD_H

#include "daemon/control/client.h"

struct upload_piece {
	struct upload_piece *next;
	uint32_t part;
	bool last;
	size_t len_bytes;
	uint8_t data[];
};

struct upload_part {
	struct blob content; /* came with the message; in the arena */
	bool streamed;
	bool started; /* some bytes of it have come */
	bool whole;
	uint64_t size_bytes; /* as announced */
	uint64_t got_bytes;
	struct incoming *incoming;
	bool pinned; /* settled: its content stays until we release it */
};

struct upload {
	struct job job; /* first */
	struct task task;
	struct client *client; /* may be gone once the core has it */
	struct files *files;
	uint64_t id; /* of the request */
	struct arena *arena;
	struct ev_submit event;
	struct recipient *recipients;
	struct manifest_item *manifest;
	struct upload_part *parts;
	struct blob body; /* as submitted */
	uint32_t part_count;
	struct upload_piece *arrived, **arrived_last, *working;
	uint64_t received_bytes, written_bytes, promised_bytes;
	struct account *account; /* stays while `charge` holds something of it */
	struct charge charge;
	size_t open_parts;   /* that a file is open for */
	size_t answer_bytes; /* what its answer may take */
	enum err result;
	const struct part *described; /* as the body has them, as many */
	/* what of the submission is to blame: a field of the body, a file's name, or "" */
	text_t fault;
	bool owns_request; /* the arena holds the unpacked request itself */
	bool busy;
};

/* Small parts go inline up to 32 KiB together; what makes the envelope too large becomes a file
 * again, the largest first. ERR_TOO_LARGE: even with all parts as files. */
must_use enum err upload_choose_inline(struct upload *u);
/* Nothing more is to come. */
bool upload_whole(const struct upload *u);
/* The worker's part: writes what has arrived; when all is there, builds the event. */
void upload_work(struct job *j);
const struct files_ops *upload_files(const struct upload *u);

#endif
