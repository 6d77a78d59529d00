/* Between the files of the local sockets; for nobody else.
 *
 *   control.c           sockets, turns, the switch over requests
 *   daemon/control/listen.c    the sockets themselves
 *   daemon/control/client.c    who comes in, who has to go, and why
 *   daemon/control/frame.c     requests off a socket, replies onto it
 *   daemon/control/check.c     requests that contradict themselves
 *   daemon/control/room.c      what a request may need, before it is taken
 *   daemon/control/share.c     places and bytes, and who may have how many
 *   daemon/control/submit.c    submissions: the request, pieces, the answer
 *   daemon/control/upload.c    submissions: what a worker does with contents
 *   daemon/control/content.c   contents out, verification
 *   daemon/control/show.c  one document, by any of its names
 *   daemon/control/documents.c      listings, told as fast as the client reads; lists of documents
 *   daemon/control/trace.c     a document's way
 *   daemon/control/evidence.c  its whole life, as a file that verifies without a daemon
 *   daemon/control/status.c     links, queues, status, keys, figures
 *   daemon/control/operate.c   what an operator asks of the core: ping, recount, going on with a
 *                              store that is behind
 *   daemon/control/queue.c     what waits for the neighbours, by document
 *   daemon/control/committees.c committees, and the directory as a file
 *   daemon/control/import.c    directories in
 *   daemon/control/recipients.c   groups as the committees that they stand for
 *   daemon/control/paper.c     documents on paper; daemon/control/papers.c their list
 *   daemon/control/resend.c    a document again to one of its recipients
 *   daemon/control/target.c    the digital share, and its recount */
#ifndef VANTHU_DAEMON_CONTROL_INTERNAL_H
#define VANTHU_DAEMON_CONTROL_INTERNAL_H

#include <sys/stat.h>

#include "daemon/control/control.h"
#include "daemon/control/share.h"
#include "proto/control.pb-c.h"
#include "proto/head.h"
#include "routing/rules/rules.h"

enum {
	REPLY_ARENA_BYTES = 16 << 20,
	/* listings and further requests wait while more than this is to be sent */
	OUT_PAUSE_BYTES = 64 * 1024,
	CONTENT_PAUSE_BYTES = 512 * 1024, /* contents */
	PENDING_REPLIES_MAX = 8192,       /* requests under way in the core */
	PENDING_OPERATE_MAX = 2048,       /* of them from operators */
	CLIENT_PENDING_MAX = 2048,        /* of one client */
	UPLOADS_MAX = 4,                  /* submissions with streamed contents, a client */
	UPLOAD_WINDOW_BYTES = 1 << 20,
	CLIENT_JOBS_MAX = 512,
	CONTROL_ABOUT_BYTES = 512,        /* what an error may say it is about */
	/* clients that have gone while a worker had something of theirs */
	CONTROL_LEAVING_MAX = 256,
};

struct upload;
struct download;
struct listing;
struct import;

struct client {
	struct control *control;
	int fd;
	enum door door;
	uint32_t uid;
	int poll_index;
	struct blob request;      /* the frame that is being served */
	struct account *account;
	uint8_t *in;
	size_t in_len, in_capacity;
	struct charge in_charge;  /* a frame beyond what each client may hold */
	int64_t frame_ms;         /* mono: when the frame that is not whole yet began */
	uint8_t *out;
	size_t out_len, out_sent, out_capacity;
	struct charge out_charge;
	/* mono: when a whole request, an answer or the reading of one last happened */
	int64_t active_ms;
	uint64_t touched;         /* in which order clients last did anything at all */
	unsigned pending;         /* answers that the core owes */
	bool waits;               /* for bytes of others, … */
	uint64_t freed_seen;      /* … since their number was this */
	/* the other end is closed: what it had sent is taken, and then it goes */
	bool hung;
	struct upload *uploads;
	unsigned upload_count;
	struct download *downloads;
	struct import *import;
	struct listing *listing; /* one at a time: the next request waits until it is told whole */
	unsigned jobs;           /* out now: the client's memory stays until they are back */
	bool closing;
};

/* Who waits for the core: the number in reply_to leads here. */
struct pending_reply {
	uint64_t number; /* 0: free */
	struct client *client;
	struct charge charge; /* what the answer may take */
	uint64_t request_id;
	bool operate;         /* not the office's */
	bool pong;            /* a ping's */
	bool import;          /* a directory's */
	bool paper;
	bool resend;
	bool done;            /* nothing to say but that */
	uint64_t entry_count;
};

/* Why clients were sent away: counted, and told every few seconds. */
struct control_goings {
	unsigned refused, for_others, half, unread, idle;
	uint32_t uid; /* the last of them */
};

struct control {
	struct control_parts parts;
	int listeners[DOOR_COUNT];
	char paths[DOOR_COUNT][128];
	int64_t keep_after_ms; /* a socket could not be made anew: not tried again before */
	/* the sockets, as their names led to them when they were bound */
	struct stat bound[DOOR_COUNT];
	struct client *clients[CONTROL_CLIENTS_MAX + CONTROL_LEAVING_MAX];
	unsigned client_count;
	unsigned first;           /* whose turn it is to be served first */
	int64_t turn_end_ms;      /* mono: no further request after that */
	struct shares *shares;
	uint64_t touches;
	int64_t now_ms;           /* mono, to the second: control_tick */
	struct control_goings goings[DOOR_COUNT]; /* not in the log yet */
	int64_t next_log_ms;
	size_t most_held_bytes;   /* since memory was last given back */
	unsigned left_count;      /* clients that have gone since */
	int64_t next_trim_ms;
	int spare_fd;             /* for who comes when descriptors are used up */
	struct import *importing; /* the only one */
	struct pending_reply pending[PENDING_REPLIES_MAX];
	unsigned pending_hint, pending_count, pending_operate;
	uint64_t last_number;
	uint64_t spare_bytes; /* of the disk, for contents of submissions */
	enum err spare_why;   /* what is short, when it is not enough */
	unsigned jobs;
	int64_t made_anew_ms; /* wall: when a damaged counter of the target was last seen to */
	struct arena *arena; /* one request */
};

/* ---- daemon/control/listen.c ---- */
must_use enum err control_listen_all(struct control *c);

/* ---- daemon/control/client.c ---- */
void control_accept(struct control *c, enum door door);
/* Nobody waits any more for what this client asked; its memory goes in control_reap, once its jobs
 * are back. */
void control_drop(struct client *c);
void control_reap(struct control *c);
void control_free_client(struct client *c);

/* ---- daemon/control/frame.c ---- */
bool control_has_frame(const struct client *c);
/* Neither a listing nor too much of this client's is under way, and it waits for nothing. */
bool control_may_read(const struct client *c);
/* These two: false when the client has gone, or has to. */
bool control_read_some(struct client *c);
bool control_write_some(struct client *c);
/* Takes requests off what was read. `first`: one at least, however late it is. */
bool control_take_frames(struct client *c, bool first,
			 bool (*take)(struct client *c, struct blob bytes));

/* ---- daemon/control/check.c ---- */
/* Fields that contradict each other, have no such value, or are not known here: the field goes to
 * `about`. Works on no state. */
enum err control_check(const Vanthu__V1__Request *m, char about[CONTROL_ABOUT_BYTES]);

/* ---- daemon/control/room.c ---- */
/* May it be taken now? False: it waits until others let go of something. */
bool control_fits(struct client *c, const Vanthu__V1__Request *m, size_t frame_bytes);
/* What the answer to a submission may take. */
size_t control_accepted_bytes(struct client *c, size_t recipient_count, bool groups);
void control_wait(struct client *c);
bool control_waits(const struct client *c);

/* ---- control.c, daemon/control/reply.c ---- */
bool control_reserve(uint8_t **buffer, size_t *capacity, size_t need); /* false without memory */
/* Packs and queues; on ERR_NO_MEMORY the client is closed. */
void control_say(struct client *c, Vanthu__V1__Reply *r);
/* What an error is about goes back as it came, but not a MiB of it: cut at a character. */
void control_cut_about(text_t text, char out[CONTROL_ABOUT_BYTES]);
void control_say_error(struct client *c, uint64_t request_id, enum err why, text_t about);
void control_fill_clock(const struct client *c, Vanthu__V1__Clock *out);
void control_say_done(struct client *c, uint64_t request_id);
Vanthu__V1__Reply control_reply_to(uint64_t request_id, Vanthu__V1__Reply__WhatCase what);
/* A number for the core's answer; 0: too many under way. */
struct pending_reply *control_expect(struct client *c, uint64_t request_id);
/* its place is free again */
void control_expect_no_more(struct control *control, struct pending_reply *p);
void control_run(struct client *c, struct job *j); /* counts it */
/* the same at once, on this thread: j may be gone afterwards */
void control_run_here(struct client *c, struct job *j);
/* To be called first in done(): true when the client has gone and its memory goes with the last
 * job. */
bool control_job_back(struct client *c);
size_t control_out_waiting(const struct client *c);
struct lookup control_lookup(const struct client *c);

/* ---- the requests ---- */
void control_submit(struct client *c, const Vanthu__V1__Request *request);
void control_data(struct client *c, uint64_t id, const Vanthu__V1__Data *m);
void control_submit_reply(struct client *c, const struct pending_reply *p,
			  const struct act_reply *r);
void control_uploads_drop(struct client *c);

void control_content(struct client *c, const Vanthu__V1__Request *request);
void control_content_credit(struct client *c, const Vanthu__V1__Request *request);
void control_downloads_go_on(struct client *c);
void control_downloads_drop(struct client *c);
void control_verify(struct client *c, const Vanthu__V1__Request *request);

/* Hexadecimal digits of a UUID or of its ending, with or without dashes: how many, 0 when it is
 * something else. */
enum { CONTROL_ENDING_MIN = 6, CONTROL_ID_DIGITS = 32, CONTROL_CHOICES_MAX = 8 };
/* ---- daemon/control/recipients.c ---- */
enum { CONTROL_RECIPIENTS_MAX = 10000 };
struct id_list {
	struct committee_id *ids;
	size_t count;
	struct names *names; /* their places; NULL: none are there */
};

struct member_cache;
/* All committees that a document is for, no doubles, in the request's arena. ERR_TOO_LARGE past
 * CONTROL_RECIPIENTS_MAX. */
enum err control_recipients(struct client *c, const struct rec_document *d, struct id_list *out);
/* The same as names, which may lie in the cache (NULL: none) and live as long. */
enum err control_members(struct client *c, const struct rec_document *d, struct member_cache *cache,
			 char ***names, size_t *count);
struct member_cache *control_member_cache(void); /* NULL without memory, which is fine */
void control_member_cache_drop(struct member_cache *m); /* NULL is fine */

/* The line's number of recipients where it is not known yet, and with `names` its recipients by
 * name. */
enum err control_fill_recipients(struct client *c, const struct rec_document *d, bool names,
				 struct member_cache *cache, Vanthu__V1__DocumentLine *line);
/* Is a committee among them, by name or as a member of a group under the document's directory? Does
 * not make the whole group. */
struct member_filter;
/* NULL without memory: then each question fails with that */
struct member_filter *control_member_filter_new(void);
void control_member_filter_drop(struct member_filter *f);
enum err control_member_filter(struct client *c, struct member_filter *f,
			       const struct rec_document *d, struct committee_id id, bool *yes);

/* Is it this number, as fold_number() has it? */
bool control_has_number(const char *number, const char *folded);
unsigned control_read_hex(const char *text, char digits[CONTROL_ID_DIGITS + 1]);
void control_id_to_hex(const struct doc_id *id, char out[CONTROL_ID_DIGITS + 1]);
void control_say_ambiguous(struct client *c, uint64_t id, const char *about,
			   char (*choices)[CONTROL_ID_DIGITS + 1], unsigned count);

void control_list(struct client *c, const Vanthu__V1__Request *request);
/* A listing of any kind. `step` tells a row or passes one over: true when there is more; false when
 * it has ended and has told that too (control_listing_end). It runs with the arena of requests
 * emptied. `drop` frees the walk. */
struct listing_kind {
	bool (*step)(struct client *c, uint64_t id, void *walk);
	void (*drop)(void *walk);
	bool long_rows; /* of more than some KiB, up to a whole message */
};

/* Begins it, as fast as the client reads and a bounded number of steps a turn. Takes the walk over;
 * NULL: told that there is no memory. */
void control_listing_begin(struct client *c, uint64_t id, const struct listing_kind *kind,
			   void *walk);
/* Says how it ended: whole with ERR_OK or ERR_NOT_FOUND. Returns false, for a step to return. */
bool control_listing_end(struct client *c, uint64_t id, enum err e, text_t about);
void control_listing_go_on(struct client *c);
/* There is something to tell, and room for it. */
bool control_listing_ready(const struct client *c);
void control_listing_drop(struct client *c);
void control_show(struct client *c, const Vanthu__V1__Request *request);
void control_trace(struct client *c, const Vanthu__V1__Request *request);
void control_evidence(struct client *c, const Vanthu__V1__Request *request);

void control_status(struct client *c, const Vanthu__V1__Request *request);
void control_links(struct client *c, const Vanthu__V1__Request *request);
void control_queue(struct client *c, const Vanthu__V1__Request *request);
void control_aside_list(struct client *c, const Vanthu__V1__Request *request);
void control_queue_list(struct client *c, const Vanthu__V1__Request *request);
void control_committees(struct client *c, const Vanthu__V1__Request *request);
void control_keys(struct client *c, const Vanthu__V1__Request *request);
/* What names an entry on paper: an ending of its id, or its number. */
struct paper_name {
	char digits[CONTROL_ID_DIGITS + 1];
	unsigned digit_count;
	char number[FOLD_NUMBER_SIZE];
};

void control_paper_name(const char *text, struct paper_name *out);
bool control_paper_named(const struct paper_name *n, const struct rec_paper *p);
void control_paper_add(struct client *c, const Vanthu__V1__Request *request);
void control_paper_cancel(struct client *c, const Vanthu__V1__Request *request);
void control_papers(struct client *c, const Vanthu__V1__Request *request);
void control_paper_reply(struct client *c, const struct pending_reply *p,
			 const struct act_reply *r);
void control_resend(struct client *c, const Vanthu__V1__Request *request);
void control_resend_reply(struct client *c, const struct pending_reply *p,
			  const struct act_reply *r);
void control_target(struct client *c, const Vanthu__V1__Request *request);
/* This year's, for `status`: without rows. */
must_use enum err control_target_now(struct client *c, Vanthu__V1__Target *out);
void control_recount(struct client *c, const Vanthu__V1__Request *request);
/* What a recount could not read goes into the log, whoever began it. */
void control_recount_log(const struct recount_result *r);
void control_recount_reply(struct client *c, const struct pending_reply *p,
			   const struct act_reply *r);
void control_figures(struct client *c, const Vanthu__V1__Request *request);
void control_recover(struct client *c, const Vanthu__V1__Request *request);
void control_ping(struct client *c, const Vanthu__V1__Request *request);

void control_directory(struct client *c, const Vanthu__V1__Request *request);
void control_import(struct client *c, const Vanthu__V1__Request *request);
void control_import_drop(struct client *c);
/* What is being installed, for `status` and for who waits for it. */
void control_installation(const struct control *control, Vanthu__V1__Installation *out);
/* false: no import has this id */
bool control_import_data(struct client *c, uint64_t id, const Vanthu__V1__Data *m);

/* ---- documents by name: daemon/control/show.c ---- */
struct found_document {
	enum role role;
	struct serial serial;
	struct rec_document document;
	struct rec_state state; /* zero when there is none yet */
	bool state_damaged;     /* it is zero because it cannot be read */
};

/* By id, unique ending of it, or printed number. On ERR_AMBIGUOUS and ERR_NOT_FOUND the client has
 * been told. */
must_use enum err control_find(struct client *c, uint64_t id, const char *text, bool relayed_too,
			       struct found_document *out);
/* zero when there is none yet */
must_use enum err control_load_state(struct client *c, struct found_document *f);
/* accepted sending delivered refused expired */
const char *control_state(const struct found_document *f);
must_use enum err control_envelope(struct client *c, const struct found_document *f,
				   struct rec_envelope *out);
void control_fill_line(struct client *c, const struct found_document *f,
		       Vanthu__V1__DocumentLine *line);
/* Receipts and refusals, and who has not answered yet. */
must_use enum err control_receipts(struct client *c, const struct found_document *f,
				   Vanthu__V1__ReceiptView ***list, size_t *count);

#endif
