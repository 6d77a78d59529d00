/* What takes its place in a neighbour's stream and cannot be believed yet, and what never comes as it should: aside.c, routing/decide/doubt.c, reject.c.
 * Not for anybody outside routing/. */
#ifndef VANTHU_ROUTING_LINKS_ASIDE_H
#define VANTHU_ROUTING_LINKS_ASIDE_H

#include "routing/core.h"

struct link;
struct turn_view;

/* What lies set aside of a lane; see aside.c. */
struct aside_sum {
	uint32_t count;
	uint64_t bytes;
	uint64_t since_run_ms;  /* the oldest */
	uint64_t looked_run_ms; /* the oldest that the present round over all has seen */
	bool looked;
};
/* How often one place came and was not as it should be; see reject.c. */
struct tries {
	uint64_t seq;
	struct digest digest;
	uint32_t same, any;
};

/* See aside.c. */
struct aside_memory {
	uint64_t count;       /* of all links, those of earlier directories too */
	uint64_t run_base_ms; /* running time when this process began */
	int64_t run_from_ms;  /* monotonic */
	int64_t next_note_ms; /* the running time is written down then */
	bool moved_on;        /* the round over all has looked at records up to `at` */
	bool hurry;           /* go on without waiting for the next tick */
	struct key at;
};

/* ---- aside.c ---- */
enum err aside_load(struct turn_view *t);
enum err aside_load_lane(struct turn_view *t, struct link *l, enum lane lane);
/* Milliseconds that this committee's daemon has run in all: what ages are counted by. */
uint64_t aside_run_ms(const struct turn_view *t);
void aside_note_running(struct turn_view *t);
/* Why the item cannot be believed yet; ERR_OK: it can be decided on. One whose time does not matter gets its verdict mended. */
enum err aside_judge(struct turn_view *t, const struct link *l, struct ev_publish *e, enum err *why);
/* Is there room for one more? When not, the oldest are given up, and there is soon. */
enum err aside_room(struct turn_view *t, const struct link *l, enum lane lane, bool *room);
/* Sets aside an item that has taken its place. */
enum err aside_take(struct turn_view *t, struct link *l, const struct ev_publish *e, enum err why);
enum err aside_tick(struct turn_view *t);
/* Something has changed that may settle much: looks at all without waiting. */
void aside_hurry(struct core *c);
/* The signer has spoken. */
enum err aside_corrected(struct turn_view *t, const struct key *key, struct record *r, int64_t at_ms);
/* Does what came in this place lie aside? */
enum err aside_of_place(struct turn_view *t, struct committee_id neighbour, enum lane lane, uint64_t seq, bool *yes);
/* The neighbour is none any more: documents whose files it owed come by other ways. */
enum err aside_forget_link(struct turn_view *t, struct committee_id neighbour);
enum err decide_aside(struct turn_view *t, const struct ev_publish *e);
/* ---- routing/decide/doubt.c ---- */
bool doubt_is_due(const struct turn_view *t, const struct link *l, const struct rec_aside *a);
/* Asks the signer, and notes in the record that it did. */
enum err doubt_say(struct turn_view *t, const struct key *key, struct rec_aside *a);
enum err doubt_again(struct turn_view *t, const struct key *key, struct record *r);
enum err take_doubt(struct turn_view *t, const struct ev_publish *e);
enum err take_correction(struct turn_view *t, const struct ev_publish *e);
/* ---- reject.c ---- */
/* Counts one more try of an item that is not as it should be. True when there were enough. */
bool reject_is_due(struct link *l, const struct ev_publish *e);
void reject_note(struct link *l, const struct ev_publish *e);
/* Publisher: what the subscriber has rejected up to `upto` is refused by name for all whom it served, and let go. */
enum err reject_rows(struct turn_view *t, struct link *l, const struct msg_acknowledge *m, uint64_t upto);

#endif
