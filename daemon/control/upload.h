/* A submission from the moment that its request was read until the core has decided: small contents
 * came within the request, large ones follow as Data against credit; a worker hashes and writes;
 * then the core is asked. Nothing is acknowledged before the core's commit. */
#ifndef VANTHU_DAEMON_CONTROL_UPLOAD_H
#define VANTHU_DAEMON_CONTROL_UPLOAD_H

#include "daemon/control/client.h"
#include "daemon/control/pieces.h"

struct upload {
	struct job job; /* first */
	/* what submit.c has read; all in the arena */
	struct client *client;	/* may be gone once the core has it */
	uint64_t id;		/* of the request */
	control_answer *answer; /* gets what the core has decided */
	size_t answer_bytes;	/* that the answer may take */
	struct arena *arena;
	bool owns_request; /* the arena holds the unpacked request itself */
	struct ev_submit event;
	struct recipient *recipients;
	struct pieces in; /* its parts, how many; their sizes, and what is inline; … */
	struct blob body;	      /* as submitted */
	const struct part *described; /* as the body has them, as many */
	/* what of the submission is to blame: a field of the body, a file's name, or "" */
	text_t signer; /* of a submission, as its body says */
	text_t fault;
	/* its own; all zero at first */
	struct task task;
	struct account *account; /* stays while `charge` holds something of it */
	struct charge charge;
	enum err result;   /* of the job */
	bool busy;	   /* a job is out */
};

/* The one way in: takes the upload, which calloc made, with its arena, and frees it at the end. The
 * one way out is the core, whose decision `answer` gets; what goes wrong before that (too many
 * uploads, no room, a disk that fails, pieces that do not fit) the client is sent as an error. */
void upload_begin(struct upload *u);
/* Instead of it, of one that has not begun: the client is sent why not. */
void upload_refuse(struct upload *u, enum err why);
/* The same, said to nobody: the client has gone, or knows. */
void upload_abandon(struct upload *u);
/* The request DATA: more of the submission `id`; of an unknown one: dropped. */
void upload_data(struct client *c, uint64_t id, const Vanthu__V1__Data *m);
/* Is there room for the whole submission, or for this piece, until it is on disk? */
bool upload_submit_fits(struct client *c, size_t frame_bytes);
bool upload_data_fits(struct client *c, size_t frame_bytes);

#endif
