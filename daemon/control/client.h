/* A client of a local socket: what it has sent, what it is sent, what the core and workers owe it,
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

struct blocks;
struct catalogue;
struct client;

/* Work for a client that lasts longer than its request: a content received or sent, a listing, an
 * import. A task is embedded in the struct that it works for, which the file of its kind owns. */
struct task {
	const struct task_kind *kind;
	void *work; /* what the functions of the kind get */
	struct task *next;
};

enum {
	TASK_ALONE = 1u << 0,	    /* no further request is taken until it has ended */
	TASK_HOLDS_BYTES = 1u << 1, /* that others may wait for */
	TASK_WANTS_BYTES = 1u << 2, /* it goes on when other clients have released theirs */
	TASK_ONLY_ONE = 1u << 3,    /* for all clients: others may wait for its end */
};

struct task_kind {
	/* Goes on as far as the client reads, and may end itself. False: no other task of this kind
	 * can go on either. NULL: it goes on with requests and jobs. */
	bool (*step)(struct client *c, void *work);
	/* There is something to do that no poll item shows; NULL: never. */
	bool (*ready)(const struct client *c, const void *work);
	/* The client is dropped, and its task has ended: frees the work; what a worker still uses
	 * of it is freed when the job returns. */
	void (*drop)(void *work);
	unsigned traits; /* TASK_… */
};

struct client {
	struct control *control;
	int fd;
	enum local_socket socket;
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
	/* the client has closed its end: what it sent is still taken, then it is dropped */
	bool hung;
	bool no_secret; /* a request said so: for it and for all behind it; never false again */
	struct task *tasks; /* the newest first */
	unsigned jobs;	    /* out now: the client's memory stays until they are back */
	bool closing;
};

struct pending_reply;
/* Sends the client what the core has decided; errors are sent without calling it. */
typedef void control_answer(struct client *c, const struct pending_reply *p,
			    const struct act_reply *r);

/* Who waits for the core: the number in reply_to leads here. */
struct pending_reply {
	uint64_t number; /* 0: free */
	struct client *client;
	struct charge charge; /* what the answer may take */
	uint64_t request_id;
	bool operate; /* not the office's */
	control_answer *answer;
	uint64_t entry_count; /* of an import */
};

/* What the core is asked, and what becomes of its answer. */
struct question {
	uint64_t request_id;
	struct event *event;
	struct reply_to *reply; /* the event's */
	control_answer *answer;
	size_t answer_bytes;	      /* that the answer may take; 0: little */
	void (*release)(void *owner); /* the event's memory; NULL: none */
	void *owner;
};

/* Why clients were disconnected: counted, and logged every few seconds. */
struct control_goings {
	unsigned refused, for_others, half, unread, idle;
	uint32_t uid; /* the last of them */
};

struct control {
	struct control_parts parts;
	int listeners[SOCKET_COUNT];
	char paths[SOCKET_COUNT][128];
	int64_t keep_after_ms; /* a socket could not be bound again: not retried before */
	/* the sockets, as their names led to them when they were bound */
	struct stat bound[SOCKET_COUNT];
	struct stat home; /* the folder that the run folder lies in, when the daemon started */
	bool strayed;     /* another folder has its name: logged */
	gid_t secret_gid; /* may read the registers of secret documents; (gid_t)-1: none */
	struct client *clients[CONTROL_CLIENTS_MAX + CONTROL_LEAVING_MAX];
	unsigned client_count;
	unsigned first;	     /* whose turn it is to be served first */
	int64_t turn_end_ms; /* mono: no further request after that */
	struct shares *shares;
	uint64_t touches;
	int64_t now_ms;				    /* mono, to the second: control_tick */
	struct control_goings goings[SOCKET_COUNT]; /* not in the log yet */
	int64_t next_log_ms;
	size_t most_held_bytes; /* since memory was last given back */
	unsigned left_count;	/* clients that have gone since */
	int64_t next_trim_ms;
	int spare_fd;		  /* for who comes when descriptors are used up */
	struct import *importing; /* the only one */
	struct pending_reply pending[PENDING_REPLIES_MAX];
	unsigned pending_hint, pending_count, pending_operate;
	uint64_t last_number;
	uint64_t last_pieces; /* daemon/control/pieces.h: the number of the newest */
	uint64_t spare_bytes; /* of the disk, for contents of submissions */
	enum err spare_why;   /* which resource is short, when spare_bytes is too little */
	unsigned jobs;
	struct arena *arena;  /* one request */
	struct catalogue *catalogue; /* NULL: there is none, and all is read */
	struct blocks *blocks;	     /* of registers; NULL: none is known */
	bool viewing;
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
size_t control_out_waiting(const struct client *c); /* bytes of replies that the client has not
						     * read */
/* A buffer of `need` bytes at least, with what it had; false without memory. */
bool control_reserve(uint8_t **buffer, size_t *capacity, size_t need);

/* ---- the core ---- */

/* Hands the event to the core, with its memory, and notes who gets the answer. When too much is
 * under way the client gets an error, and the event's memory is released. */
void control_ask_core(struct client *c, const struct question *q);
/* The first half of control_ask_core, for callers that give the number to the core themselves: NULL
 * when too many are under way. */
struct pending_reply *control_expect(struct client *c, uint64_t request_id, control_answer *answer);
/* Frees the slot of `p`. */
void control_expect_no_more(struct control *control, struct pending_reply *p);
/* The core has decided. A client that has gone away is no error. */
void control_answered(struct control *control, const struct act_reply *a);

/* ---- tasks ---- */

void control_task_begin(struct client *c, struct task *t);
/* Removes the task from the client's list; fine when it was removed already. Frees nothing. */
void control_task_end(struct client *c, struct task *t);
unsigned control_task_count(const struct client *c, const struct task_kind *kind);
unsigned control_task_traits(const struct client *c); /* of all its tasks together */
/* All of the kind, or of any with NULL. */
void control_tasks_go_on(struct client *c, const struct task_kind *kind);
bool control_tasks_ready(const struct client *c);

/* ---- workers ---- */

/* Counts the job and hands it to a worker. Its done() runs on the control thread and calls
 * control_job_back first. */
void control_run(struct client *c, struct job *j);
/* As control_run, but at once, on this thread: `j` may be freed afterwards. */
void control_run_here(struct client *c, struct job *j);
/* True when the client has gone, and its memory goes with the last job. */
bool control_job_back(struct client *c);

/* ---- what it works on ---- */

struct lookup control_lookup(const struct client *c);
/* Until control_view_end all look-ups see one state, and cost half as much; nothing is committed
 * meanwhile. False: a view is open already, or none can be had, and each look-up sees its own. */
bool control_view(struct client *c);
void control_view_end(struct client *c, bool begun); /* what control_view said */
int64_t control_wall_ms(const struct client *c);
/* What is registered of secret documents is for root, the daemon's own user and secret_group alone;
 * for others there is none (docs/DOMAIN.md §4). Nor is there for a connection whose client wants
 * none: a program that works for others as the daemon's own user. */
bool control_may_see_secret(const struct client *c);
/* What a request for the register of secret documents is refused with: ERR_OK, ERR_PERMISSION, or
 * ERR_NO_SECRET where the client itself wanted none. */
must_use enum err control_judge_secret(const struct client *c);
/* The same of a request that registers one. Its user needs no right for it: he has it in his
 * hands; but who is to see none cannot do it, for the answer says what is there already. */
must_use enum err control_judge_secrecy(const struct client *c, enum secrecy secrecy);
/* The client takes no further request until others have released bytes. */
void control_wait(struct client *c);
bool control_waits(const struct client *c);

/* ---- its end ---- */

/* Nobody waits any more for what this client asked; its memory goes in control_reap, once its jobs
 * are back. Twice is fine. */
void control_drop(struct client *c);
void control_reap(struct control *c);
void control_free_client(struct client *c);

#endif
