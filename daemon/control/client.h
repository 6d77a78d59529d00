/* A client of a local socket: what it has sent, what it is told, what the core and workers owe it,
 * and what all clients share. The lowest layer of the local sockets: it knows no request. Control
 * thread only; clients belong to `struct control`, and nobody else frees one. */
#ifndef VANTHU_DAEMON_CONTROL_CLIENT_H
#define VANTHU_DAEMON_CONTROL_CLIENT_H

#include <sys/stat.h>

#include "daemon/control/control.h"
#include "daemon/control/share.h"
#include "proto/control.pb-c.h"

enum {
	REPLY_ARENA_BYTES = 16 << 20,
	/* listings and further requests wait while more than this is to be sent */
	OUT_PAUSE_BYTES = 64 * 1024,
	PENDING_REPLIES_MAX = 8192, /* requests under way in the core */
	CONTROL_ABOUT_BYTES = 512,  /* what an error may say it is about */
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
	struct blob request; /* the frame that is being served */
	struct account *account;
	uint8_t *in;
	size_t in_len, in_capacity;
	struct charge in_charge; /* a frame beyond what each client may hold */
	int64_t frame_ms;	 /* mono: when the frame that is not whole yet began */
	uint8_t *out;
	size_t out_len, out_sent, out_capacity;
	struct charge out_charge;
	/* mono: when a whole request, an answer or the reading of one last happened */
	int64_t active_ms;
	uint64_t touched;    /* in which order clients last did anything at all */
	unsigned pending;    /* answers that the core owes */
	bool waits;	     /* for bytes of others, … */
	uint64_t freed_seen; /* … since their number was this */
	/* the other end is closed: what it had sent is taken, and then it goes */
	bool hung;
	struct upload *uploads;
	unsigned upload_count;
	struct download *downloads;
	struct import *import;
	struct listing *listing; /* one at a time: the next request waits until it is told whole */
	unsigned jobs;		 /* out now: the client's memory stays until they are back */
	bool closing;
};

/* Who waits for the core: the number in reply_to leads here. */
struct pending_reply {
	uint64_t number; /* 0: free */
	struct client *client;
	struct charge charge; /* what the answer may take */
	uint64_t request_id;
	bool operate; /* not the office's */
	bool pong;    /* a ping's */
	bool import;  /* a directory's */
	bool paper;
	bool resend;
	bool done; /* nothing to say but that */
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
	unsigned first;	     /* whose turn it is to be served first */
	int64_t turn_end_ms; /* mono: no further request after that */
	struct shares *shares;
	uint64_t touches;
	int64_t now_ms;				  /* mono, to the second: control_tick */
	struct control_goings goings[DOOR_COUNT]; /* not in the log yet */
	int64_t next_log_ms;
	size_t most_held_bytes; /* since memory was last given back */
	unsigned left_count;	/* clients that have gone since */
	int64_t next_trim_ms;
	int spare_fd;		  /* for who comes when descriptors are used up */
	struct import *importing; /* the only one */
	struct pending_reply pending[PENDING_REPLIES_MAX];
	unsigned pending_hint, pending_count, pending_operate;
	uint64_t last_number;
	uint64_t spare_bytes; /* of the disk, for contents of submissions */
	enum err spare_why;   /* what is short, when it is not enough */
	unsigned jobs;
	int64_t made_anew_ms; /* wall: when a damaged counter of the target was last seen to */
	struct arena *arena;  /* one request */
};

/* ---- answers ---- */

/* Packs and queues; without memory the client is closed. What is too large becomes that error. */
void control_say(struct client *c, Vanthu__V1__Reply *r);
void control_say_done(struct client *c, uint64_t request_id);
void control_say_error(struct client *c, uint64_t request_id, enum err why, text_t about);
Vanthu__V1__Reply control_reply_to(uint64_t request_id, Vanthu__V1__Reply__WhatCase what);
/* What an error is about goes back as it came, but not a MiB of it: cut at a character. */
void control_cut_about(text_t text, char out[CONTROL_ABOUT_BYTES]);
void control_fill_clock(const struct client *c, Vanthu__V1__Clock *out);
size_t control_out_waiting(const struct client *c); /* bytes told that it has not read */
/* A buffer of `need` bytes at least, with what it had; false without memory. */
bool control_reserve(uint8_t **buffer, size_t *capacity, size_t need);

/* ---- the core ---- */

/* A number for the core's answer; NULL: too many under way. */
struct pending_reply *control_expect(struct client *c, uint64_t request_id);
/* Its place is free again. */
void control_expect_no_more(struct control *control, struct pending_reply *p);

/* ---- workers ---- */

/* Counts it and hands it to a worker. Its done() runs on the control thread and calls
 * control_job_back first. */
void control_run(struct client *c, struct job *j);
/* The same at once, on this thread: j may be gone afterwards. */
void control_run_here(struct client *c, struct job *j);
/* True when the client has gone, and its memory goes with the last job. */
bool control_job_back(struct client *c);

/* ---- what it works on ---- */

struct lookup control_lookup(const struct client *c);
int64_t control_wall_ms(const struct client *c);
/* It takes no further request until others have let go of bytes. */
void control_wait(struct client *c);
bool control_waits(const struct client *c);

/* ---- its end ---- */

/* Nobody waits any more for what this client asked; its memory goes in control_reap, once its jobs
 * are back. Twice is fine. */
void control_drop(struct client *c);
void control_reap(struct control *c);
void control_free_client(struct client *c);

#endif
