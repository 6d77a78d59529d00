/* What the decide_*.c files share: the core's memory and the few steps that several decisions take.
 * Not for anybody outside routing/.
 *
 * Memory holds windows: a fixed amount for each link, nothing for each document. Every durable change goes through core_put or
 * core_erase, which plan it and
 * apply it; boot calls the same apply for what is stored. */
#ifndef VANTHU_ROUTING_CORE_INTERNAL_H
#define VANTHU_ROUTING_CORE_INTERNAL_H

#include "routing/core.h"
#include "routing/tree.h"

struct link {
	struct committee_id neighbour;
	bool superior;
	bool present;   /* a neighbour under the directory in force */
	bool connected; /* the transport stands */
	bool up;        /* both have said Hello */
	bool touched;   /* core_finish has something to look at */
	bool ping_due;  /* an operator asked */
	int64_t last_heard_ms; /* monotonic */
	int64_t last_proof_ms; /* wall */
	int64_t next_hello_ms; /* monotonic: not before */
	int64_t next_ping_ms;
	int64_t next_pins_ms;
	int64_t ping_sent_us;
	int64_t rtt_us;
	uint64_t ping_token;
	struct reply_to ping_reply;
	uint64_t violations;
	uint64_t peer_directory_version;
	/* What this link's lanes may have under way towards us: now, and from the next connection on. */
	uint64_t credit_messages, credit_bytes, next_credit_messages, next_credit_bytes;
	struct stream_out out[LANE_COUNT];
	struct stream_in in[LANE_COUNT];
	int64_t resume_ms[LANE_COUNT]; /* monotonic: subscribe again then; 0: not held */
	bool resubscribed[LANE_COUNT]; /* a Subscribe is out that no item has answered yet */
	uint64_t suspect_seq[LANE_COUNT]; /* its signature was wrong once: asked for again before it is refused */
	uint64_t held_seq[LANE_COUNT]; /* looked at for "held" up to here */
};

struct core {
	struct core_config config;
	struct link **links; /* each allocated by itself: views and streams stay where they are */
	uint32_t link_count;
	struct tree *tree;
	uint64_t next_serial;
	uint64_t directory_version;
	uint64_t act_number;
	struct digest seed;
	uint64_t drawn;
	int64_t next_tick_ms;
	bool room_submissions, room_documents, room_facts;
	bool loaded;
};

/* One turn's context, passed down instead of six parameters. */
struct turn_view {
	struct core *core;
	struct now now;
	struct plan *plan;
	struct lookup lookup; /* the plan over the store */
	struct tree_view tree;
};
struct turn_view turn_view_of(struct core *c, struct now now, struct plan *plan);

/* ---- core.c: durable changes ---- */
void core_put(struct turn_view *t, struct key key, const struct record *r);
void core_append(struct turn_view *t, struct key key, const struct record *r);
void core_erase(struct turn_view *t, enum family family, struct key key);
enum err core_get(struct turn_view *t, enum family family, struct key key, struct record *out);
/* The log of acts: who did what over a local socket. `subject` is copied. */
enum err core_log_act(struct turn_view *t, uint32_t uid, text_t verb, text_t subject);
void core_draw(struct core *c, uint8_t out[16]);
uint64_t core_draw_number(struct core *c);
struct doc_id core_draw_id(struct core *c, int64_t wall_ms); /* a UUIDv7 */

/* ---- link.c ---- */
struct link *link_find(struct core *c, struct committee_id neighbour);
/* Known streams for a neighbour of the directory; new ones are written. */
enum err link_prepare(struct turn_view *t, struct committee_id neighbour, bool superior);
void link_write_in(struct turn_view *t, struct link *l, enum lane lane);
void link_write_out(struct turn_view *t, struct link *l, enum lane lane);
void link_say(struct turn_view *t, struct link *l, const struct message *m);
void link_hello(struct turn_view *t, struct link *l, bool answer);
void link_subscribe(struct turn_view *t, struct link *l, enum lane lane);
void link_down(struct turn_view *t, struct link *l, enum err why);
void link_violation(struct turn_view *t, struct link *l, enum err why);
void link_heard(struct turn_view *t, struct link *l, bool proof);
/* Publisher: a new stream from `acked` on, because the subscriber's idea of the old one is not ours. */
void link_restart_stream(struct turn_view *t, struct link *l, enum lane lane);
/* Queues one envelope for a neighbour. */
void link_publish(struct turn_view *t, struct link *l, enum lane lane, struct rec_stream *r, uint64_t *seq);

/* ---- document.c: what decide_submit, decide_publish and decide_fetched share ---- */
struct doc_place {
	enum role role;
	struct serial serial;
};
/* Who is served beyond us, one entry a neighbour; `from` is never one of them. */
struct route {
	struct committee_id neighbour;
	struct committee_id *targets;
	uint32_t target_count;
};
struct routing_question {
	const struct recipient *recipients;
	uint32_t recipient_count;
	const struct committee_id *targets; /* the part of the explicit ones that is ours to serve; none: all that lie away from `from` */
	uint32_t target_count;
	struct committee_id origin;
	struct committee_id from; /* "" when submitted here */
};
struct routing_answer {
	bool mine;
	struct route *routes;
	uint32_t route_count;
	struct committee_id culprit; /* what an error is about */
};
enum err document_route(struct turn_view *t, const struct routing_question *q, struct routing_answer *out);
bool manifest_has_files(const struct manifest_item *items, uint32_t count);
enum lane lane_of(enum urgency urgency);
/* The whole of the document is here: receipt when it is ours, relay record and publications when others are served beyond. */
enum err document_complete(struct turn_view *t, struct doc_place place, const struct rec_document *d, const struct blob *relays);
/* Plans a fact of ours to a committee, by the next hop towards it. `keep` (may be NULL) gets the sealed reference for a record of our own. */
enum err fact_send(struct turn_view *t, struct committee_id to, const struct fact *fact, const struct blob *relays, uint32_t relay_count,
		   struct sealed *keep);
/* Passes an envelope with a fact on, as it came. */
enum err fact_forward(struct turn_view *t, struct committee_id to, struct committee_id from, const struct rec_stream *fact);
void notify(struct turn_view *t, enum notice what, struct document_ref document, struct committee_id committee, uint32_t reason,
	    const struct summary *summary);
/* The committees that a document of ours is for, expanded and without repetition, in the plan's arena. ERR_TOO_MANY_RECIPIENTS past the arena. */
struct recipient_list {
	struct committee_id *ids;
	uint32_t count;
	uint32_t capacity;
};
enum err recipients_expand(struct turn_view *t, struct committee_id origin, const struct recipient *recipients, uint32_t count,
			   struct recipient_list *out);
/* Is this committee a recipient of a document of that origin? */
enum err recipients_contain(struct turn_view *t, struct committee_id origin, const struct recipient *recipients, uint32_t count,
			    struct committee_id id, bool *contains);

/* ---- decide_*.c: one kind of event each. They fail with ERR_STORE (and kin) only. ---- */
enum err decide_submit(struct turn_view *t, const struct ev_submit *e);
enum err decide_connected(struct turn_view *t, const struct ev_link *e);
enum err decide_disconnected(struct turn_view *t, const struct ev_link *e);
enum err decide_message(struct turn_view *t, const struct ev_message *e);
enum err decide_hello(struct turn_view *t, struct link *l, const struct msg_hello *m);
enum err decide_subscribe(struct turn_view *t, struct link *l, const struct msg_subscribe *m);
enum err decide_acknowledge(struct turn_view *t, struct link *l, const struct msg_acknowledge *m);
enum err decide_complete(struct turn_view *t, struct link *l, const struct msg_seqs *m);
enum err decide_pinned(struct turn_view *t, struct link *l, const struct msg_seqs *m);
enum err decide_publish(struct turn_view *t, const struct ev_publish *e);
enum err decide_document(struct turn_view *t, struct link *l, const struct ev_publish *e);
enum err decide_fact(struct turn_view *t, struct link *l, const struct ev_publish *e);
enum err decide_fetched(struct turn_view *t, const struct ev_fetched *e);
enum err decide_directory(struct turn_view *t, const struct ev_directory *e);
enum err decide_operate(struct turn_view *t, const struct ev_operate *e);
enum err decide_tick(struct turn_view *t);
/* Pins of one lane that the publisher still holds: asks the subscriber about them. */
enum err link_ask_pins(struct turn_view *t, struct link *l, enum lane lane);
/* The subscriber says that it has all up to `have`, and its chain there. Only when that is ours: erases or pins. Otherwise nothing is let go
 * and a new stream begins after what was acknowledged before. */
enum err link_acknowledged(struct turn_view *t, struct link *l, enum lane lane, uint64_t have, const struct digest *chain);

#endif
