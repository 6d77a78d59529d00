/* What the decide_*.c files share: the core's memory and the few steps that several decisions take.
 * Not for anybody outside routing/.
 *
 * Memory holds windows: a fixed amount for each link, nothing for each document. Every durable change goes through core_put or
 * core_erase, which plan it and
 * apply it; boot calls the same apply for what is stored. */
#ifndef VANTHU_ROUTING_CORE_INTERNAL_H
#define VANTHU_ROUTING_CORE_INTERNAL_H

#include "routing/core.h"
#include "routing/directory/install.h"
#include "routing/directory/staged.h"
#include "routing/links/aside.h"
#include "routing/state/tree.h"

enum { SHUNNED_MAX = 16 };

/* Our store beside what neighbours hold of it, see routing/links/stand.c: on the disk, but for `run`. */
struct stand {
	struct store_mark mark;
	uint64_t settled;    /* so often an operator has said: go on */
	uint64_t floor;      /* starts of this store that a neighbour has seen */
	enum err alarm;      /* ERR_OK, ERR_BEHIND, ERR_TWICE */
	int64_t since_ms;
	struct committee_id by; /* who showed it */
};
struct peer_stand {
	struct store_mark seen;  /* the last that it said of itself */
	uint8_t before[16];      /* the store that it had before that one */
	enum err ours;           /* ERR_BEHIND, ERR_TWICE: what it showed of us */
	enum err its;            /* ERR_PEER_BEHIND, ERR_PEER_TWICE */
	int64_t ours_since_ms, its_since_ms;
	uint64_t its_settled;    /* as it said then */
	/* of this process */
	bool met;    /* it has seen this process */
	bool speaks; /* of its store */
	bool untold; /* something of ours */
};

struct link {
	struct committee_id neighbour;
	bool superior;
	bool present;   /* a neighbour under the directory in force */
	bool ended;     /* retired: gives away what it holds, and gets facts only */
	bool leaving;   /* was a subordinate, and may still ask for the directory that says so */
	bool was_present; /* while a directory comes into force */
	bool connected; /* the transport stands */
	bool up;        /* both have said Hello */
	bool touched;   /* core_finish has something to look at */
	bool ping_due;  /* an operator asked */
	int64_t last_heard_ms; /* monotonic */
	int64_t down_since_ms; /* monotonic; while it is not up */
	int64_t last_proof_ms; /* wall */
	int64_t next_hello_ms; /* monotonic: not before */
	int64_t hellos_ms; /* monotonic: when all Hellos so far would have come at the rate that is allowed */
	int64_t next_ping_ms;
	int64_t next_pins_ms;
	int64_t ping_sent_us;
	int64_t rtt_us;
	uint64_t ping_token;
	struct reply_to ping_reply;
	uint64_t violations;
	uint32_t down_reason; /* the last thing that is known of why it is not up */
	uint32_t withholding; /* why the neighbour takes no documents, in its own words; 0: it does */
	int64_t bye_until_ms; /* monotonic: until then it lets us not in, and has said why */
	int64_t connected_ms; /* monotonic: since when the transport stands */
	int64_t next_fault_notice_ms;
	uint64_t peer_directory_version;
	struct peer_stand stand;
	unsigned directory_budget; /* parts that it may ask for until the next tick */
	bool part_due;             /* what it asked for last has not found its turn yet */
	struct msg_directory_wanted part_wanted;
	/* What this link's lanes may have under way towards us: now, and from the next connection on. */
	uint64_t credit_messages, credit_bytes, next_credit_messages, next_credit_bytes;
	struct stream_out out[LANE_COUNT];
	struct stream_in in[LANE_COUNT];
	int64_t resume_ms[LANE_COUNT]; /* monotonic: subscribe again then; 0: not held */
	bool resubscribed[LANE_COUNT]; /* a Subscribe is out that no item has answered yet */
	unsigned asked_in_vain[LANE_COUNT]; /* asked again for what is not where it should be, and no item has come in its place since */
	uint64_t suspect_seq[LANE_COUNT]; /* its signature was wrong once: asked for again before it is refused */
	struct digest suspect[LANE_COUNT]; /* that envelope's: another one in its place is suspect for itself */
	uint64_t held_seq[LANE_COUNT]; /* looked at for "held" up to here */
	struct clock_reading clock;
	bool clock_told; /* that it differs */
	int64_t next_clock_notice_ms; /* monotonic: not before */
	bool hello_open; /* one of ours is to be answered, that was sent then: */
	int64_t hello_sent_us;
	uint64_t wait_seq[LANE_COUNT]; /* the item at the head that waits for two directories to agree, */
	uint32_t waits[LANE_COUNT];    /* and how often it was asked for */
	enum err held_for[LANE_COUNT]; /* why the head of the lane is not taken; ERR_OK: it is */
	int64_t held_since_ms[LANE_COUNT]; /* monotonic */
	struct tries tries[LANE_COUNT];
	uint64_t rejected, rejected_by; /* items that we rejected, and that it did; in this process */
	struct aside_sum aside[LANE_COUNT];
	uint64_t up_run_ms; /* running time when it came up */
	int64_t next_relay_notice_ms; /* monotonic: of a relay whose clock was ahead, not before */
};

/* Who is being asked for a newer directory: one at a time, see routing/links/quest.c. */
struct quest {
	bool active;
	struct committee_id from;
	enum party party;
	struct committee_id after; /* as it was asked last */
	unsigned parts;
	int64_t until_ms; /* monotonic: given up then */
};
/* Not asked for a while: it was silent, or handed us what is no directory. */
struct shunned {
	struct committee_id id;
	int64_t until_ms, pause_ms;
};

/* See routing/links/visit.c. */
struct visit_end {
	struct committee_id id; /* "": free */
	enum party party;
	bool greeted;
	int64_t begun_ms, heard_ms;
	unsigned frames, parts; /* heard; that it may still be sent */
	uint64_t token;         /* of the Ping that it has to answer; 0: none */
};
struct visit {
	bool wanted;
	struct visit_end host; /* where we are */
	unsigned turn; /* in the list of hosts */
	int64_t next_ms, pause_ms;
};

/* See routing/documents/requeue.c. */
struct requeue {
	bool active;
	uint64_t from_version; /* the directory that the queues were made under */
	struct committee_id *moved; /* who stands elsewhere since, or is new */
	uint32_t moved_count;
	uint32_t link; /* being looked at */
	bool begun, moved_on;
	struct key at;
	uint64_t upto[LANE_COUNT]; /* queued before it began */
	bool finding; /* who has moved: goes through the directory first */
	bool found_some;
	struct key found_at;
	struct key row;         /* of whose groups the members `moved` up to moved_at have been looked at */
	uint32_t moved_at;
	unsigned moved_left;    /* to be looked at in this tick */
};

/* This year's counters in one sum, for live events; see routing/target/counter.c. */
struct target_memory {
	struct month january; /* of the year; {0}: not read yet */
	struct target_count year;
	bool touched; /* in this turn */
};

/* A recount under way, a bounded number of records a tick; see routing/target/recount.c. */
struct recount {
	bool active;
	bool repair; /* put what was counted in the place of the counters */
	struct reply_to reply; /* who asked; nobody when the daemon itself began it */
	unsigned phase; /* incoming, outgoing, paper */
	bool begun;
	struct key at; /* the last record looked at in this phase */
	struct tally *tally;
	uint32_t tally_count, tally_capacity;
	uint64_t documents, papers;
	uint64_t damaged; /* records that cannot be read; the first of them by name */
	struct recount_damage damage[RECOUNT_DAMAGE_MAX];
};

/* The store's own time; see routing/links/passed.c. */
struct passed {
	int64_t value_ms, at_mono_ms; /* it was this then */
	int64_t boot_ms;              /* when this process began */
	int64_t written_ms;           /* on the disk */
	bool caught_up;               /* the time that the daemon was down has been added */
	bool anchored;                /* when it was this, the wall clock was that, and right */
	int64_t anchor_ms, anchor_wall_ms;
};

/* May we sign? See routing/links/guard.c. */
struct guard {
	struct signer_validity signer;
	bool signer_said;
	bool judged; /* what follows holds for `judged_at` */
	struct now judged_at;
	enum clock_verdict verdict;
	int64_t ahead_ms;
	enum err told; /* the reason not to sign that was told last */
	int64_t next_notice_ms; /* monotonic: not before */
};

/* The index of numbers, made for a store that had none; see routing/documents/numbers.c. */
struct numbering {
	bool active;
	bool paper; /* documents are done */
	bool begun;
	struct key at; /* the last record looked at */
};

struct core {
	struct core_config config;
	struct now now; /* of the last event */
	struct guard guard;
	struct passed passed;
	struct link **links; /* each allocated by itself: views and streams stay where they are */
	uint32_t link_count;
	struct tree *tree;
	uint64_t next_serial;
	uint64_t directory_version;
	struct requeue requeue;
	struct stand stand;
	struct quest quest;
	struct shunned shunned[SHUNNED_MAX];
	struct visit visit;
	struct visit_end visitors[VISITORS_MAX];
	struct aside_memory aside;
	struct install install;
	unsigned parts_left;   /* of the directory, that this turn may still serve */
	uint32_t parts_link;   /* whose turn it is */
	struct staged staged; /* the plan's lookup, and the version whose entries still lie in STAGED */
	uint64_t doubted; /* so often others did not believe our time, in this process */
	int64_t doubted_at_ms; /* monotonic */
	struct target_memory target;
	struct recount recount;
	struct numbering numbering;
	int64_t valid_until_ms; /* of the directory in force */
	int64_t next_alarm_ms;  /* monotonic: the directory's age, and who has no link, are told again then */
	uint32_t unlinked;      /* subordinates beyond LINKS_MAX */
	struct committee_id first_unlinked;
	uint64_t act_number;
	struct digest seed;
	uint64_t drawn;
	int64_t next_tick_ms;
	struct core_room room;
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

/* ---- routing/links/link.c ---- */
struct link *link_find(struct core *c, struct committee_id neighbour);
/* The links that the directory in force wants: the superior, and all below, those that have ended too, until their daemons are gone: what
 * they hold for others must still get away. */
enum err link_prepare_all(struct turn_view *t);
/* Known streams for a neighbour of the directory; new ones are written. */
enum err link_prepare(struct turn_view *t, struct committee_id neighbour, bool superior);
/* One of an earlier directory: neither dialled nor let in, but for a former subordinate that asks for the directory. */
enum err link_remember(struct turn_view *t, struct committee_id neighbour);
void link_write_in(struct turn_view *t, struct link *l, enum lane lane);
void link_write_out(struct turn_view *t, struct link *l, enum lane lane);
void link_say(struct turn_view *t, struct link *l, const struct message *m);
void link_hello(struct turn_view *t, struct link *l, bool answer);
void link_subscribe(struct turn_view *t, struct link *l, enum lane lane);
void link_ping(struct turn_view *t, struct link *l);
/* The neighbour has said which directory it has: a newer one is asked for. */
/* Why we take no documents now, for pings: an error code, or 0. */
uint32_t link_withholding(const struct turn_view *t);
void link_peer_version(struct turn_view *t, struct link *l, uint64_t version);
void link_down(struct turn_view *t, struct link *l, enum err why);
void link_violation(struct turn_view *t, struct link *l, enum err why);
/* Told, at most once a second; nobody's fault but ours. */
void link_alarm(struct turn_view *t, struct link *l, enum err why);
/* Counted and told, at most once a second; the link goes on. */
void link_fault(struct turn_view *t, struct link *l, enum err why);
void link_heard(struct turn_view *t, struct link *l, bool proof);
/* Publisher: a new stream from `acked` on, because the subscriber's idea of the old one is not ours. */
void link_restart_stream(struct turn_view *t, struct link *l, enum lane lane);
/* Queues one envelope for a neighbour. */
void link_publish(struct turn_view *t, struct link *l, enum lane lane, struct rec_stream *r, uint64_t *seq);

/* ---- routing/links/guard.c ---- */
/* ERR_OK, or why nothing new may be signed: ERR_CLOCK_WRONG, ERR_OWN_KEY, ERR_OWN_KEY_UNKNOWN. To be asked before a draft is planned. */
enum err core_may_sign(struct turn_view *t);
/* Is our clock known to be right or wrong, by our neighbours'? */
enum clock_verdict core_clock_verdict(struct turn_view *t);
/* The neighbour has said its clock; `round_trip_us` as for clock_measure. */
void guard_measure(struct turn_view *t, struct link *l, int64_t peer_wall_ms, int64_t round_trip_us);
void guard_look_at_link(struct turn_view *t, struct link *l); /* tells when the neighbour's clock has passed the bound, or is right again */
void guard_forget(struct core *c); /* a link came or went */
void guard_tick(struct turn_view *t);

/* ---- routing/links/stand.c ---- */
enum err stand_load(struct turn_view *t);
enum err stand_load_peer(struct turn_view *t, struct link *l);
void stand_fill(const struct core *c, const struct link *l, struct msg_hello *h);
/* Before it is answered, and before its offers are taken. */
void stand_hello(struct turn_view *t, struct link *l, const struct msg_hello *m);
/* It has shown that we are behind (ERR_BEHIND), or run twice (ERR_TWICE). */
void stand_ours(struct turn_view *t, struct link *l, enum err what);
/* It is behind (ERR_PEER_BEHIND), or runs twice. `settled`: as it says itself. */
void stand_its(struct turn_view *t, struct link *l, enum err what, uint64_t settled);
/* The end of a turn: what was found out is told. */
void stand_tell(struct turn_view *t);
enum err stand_resume(struct turn_view *t, const struct ev_operate *e);

/* ---- routing/links/quest.c ---- */
/* Somebody has said which version it has: a newer one is asked for, of whoever it is. */
void quest_offer(struct turn_view *t, struct committee_id who, enum party party, uint64_t version);
void quest_part(struct turn_view *t, struct committee_id who, enum party party, const struct msg_directory_part *m);
/* It hands nothing on any more: another may be asked. */
void quest_lost(struct turn_view *t, struct committee_id who, enum party party);
/* What it handed on was no directory, or not one that can come into force. */
void quest_failed(struct turn_view *t, struct committee_id who, enum party party, enum err why);
bool quest_shuns(const struct turn_view *t, struct committee_id who);
void party_say(struct turn_view *t, struct committee_id who, enum party party, const struct message *m);

/* ---- routing/links/visit.c ---- */
enum err visit_tick(struct turn_view *t);
/* A new directory is in force: what was sought is found, or to be looked for anew. */
void visit_news(struct turn_view *t);
void visit_connected(struct turn_view *t, const struct ev_link *e);
void visit_disconnected(struct turn_view *t, const struct ev_link *e);
enum err visit_message(struct turn_view *t, const struct ev_message *e);
/* ---- routing/links/passed.c ---- */
enum err passed_load(struct turn_view *t);
void passed_at_least(struct core *c, int64_t value_ms); /* at boot: a row says so */
void passed_tick(struct turn_view *t);
enum err passed_write(struct turn_view *t); /* the end of a turn */
int64_t passed_now(const struct core *c, struct now now);
/* How long it has waited (ms), at least. */
int64_t passed_row_age(const struct core *c, struct now now, const struct rec_stream *row);

/* ---- routing/documents/requeue.c ---- */
enum err requeue_begin(struct turn_view *t, uint64_t from_version);
enum err requeue_load(struct turn_view *t);
enum err requeue_tick(struct turn_view *t);
enum err requeue_part(struct turn_view *t, struct link *l); /* a leaving neighbour that has the directory is let go */
void requeue_free(struct requeue *q);

/* ---- routing/documents/document.c: what decide_submit, decide_publish and decide_fetched share ---- */
struct doc_place {
	enum role role;
	struct serial serial;
};
/* ---- routing/documents/numbers.c ---- */
struct numbered;
/* Others that have a number: how many (SAME_NUMBER_MAX at most), and one of them, the newest of its kind. */
struct number_others {
	uint32_t count;
	struct doc_place one;
};
/* The key that all with its number begin with, in our own series. *has false: nothing that could be another's number too. */
enum err number_series(struct turn_view *t, const struct numbered *n, struct key *out, bool *has);
enum err number_of_document(struct turn_view *t, const struct rec_document *d, text_t type_name, struct key *series, bool *has);
enum err number_of_paper(struct turn_view *t, const struct rec_paper *p, struct key *series, bool *has);
enum err number_others(struct turn_view *t, const struct key *series, struct doc_place self, struct number_others *out);
enum err number_id(struct turn_view *t, struct doc_place p, struct doc_id *id); /* zero when it cannot be read */
/* A document or an entry of ours has the number now, or has it no more; who shares it follows. */
enum err number_put(struct turn_view *t, const struct key *series, struct doc_place place);
enum err number_drop(struct turn_view *t, const struct key *series, struct doc_place place);
enum err numbers_load(struct turn_view *t);
enum err numbers_tick(struct turn_view *t);

/* ---- slips.c ---- */
struct policy_question;
/* The weightiest first: enum err, as warnings. */
struct slips {
	uint32_t codes[WARNINGS_MAX];
	uint32_t count;
	struct doc_id same; /* with ERR_SAME_NUMBER: one of those that have the number, and how many there are */
	uint32_t same_count;
};
/* `series` NULL: it has no number of ours; `self`: where it lies, or will. */
enum err slips_look(struct turn_view *t, const struct key *series, struct doc_place self, struct policy_question *q, struct slips *out);
enum err slips_own_symbol(struct turn_view *t, text_t *out); /* "" not known */
/* In the plan's arena: the answer is sent when the decision is over. */
void slips_answer(struct turn_view *t, const struct slips *s, struct act_reply *a);
/* Who is served beyond us, one entry a neighbour. */
struct route {
	struct committee_id neighbour;
	struct committee_id *targets;
	uint32_t target_count;
};
/* Whom a head addresses. */
struct addressed {
	struct committee_id origin;
	uint64_t version; /* the head's directory version: what its groups mean */
	const struct recipient *recipients;
	uint32_t count;
};
struct routing_question {
	struct addressed to;
	const struct committee_id *targets; /* the part of the explicit ones that is ours to serve; none: all that lie away from `from` */
	uint32_t target_count;
	struct committee_id from; /* "" when submitted here */
	bool taken; /* ours to answer for already: it may go back to where it came from */
};
struct unserved {
	struct committee_id committee;
	enum err why; /* ERR_UNKNOWN_RECIPIENT, ERR_RETIRED_RECIPIENT, ERR_NO_ROUTE */
};
struct routing_answer {
	bool mine;
	struct route *routes;
	uint32_t route_count;
	struct unserved *unserved; /* who is to be served and cannot be */
	uint32_t unserved_count;
};
/* Writes the state of a document, the only way to: what it counts as for the target changes with it, in the same plan. `before`: what is
 * stored, NULL when there is none. */
enum err document_state(struct turn_view *t, struct doc_place place, const struct rec_document *d, const struct rec_state *before,
			const struct rec_state *after);
/* ---- routing/target/counter.c ---- */
/* A record that counted as `before` counts as `after`: counters, this year's sum, and a recount that has passed it, follow. `family` and `key`
 * name the record. ERR_STORE, ERR_NO_MEMORY. */
enum err counter_move(struct turn_view *t, enum family family, const struct key *key, const struct target_place *before,
		      const struct target_place *after);
/* The end of a turn: one live event when something was counted. */
enum err counter_finish(struct turn_view *t);
/* Has this store been counted, and since then every change? Written when it is empty, or when a recount has put all counters right. */
enum err counter_known(struct turn_view *t, bool *known);
void counter_changed_whole(struct turn_view *t);
/* ---- routing/target/recount.c ---- */
/* Counts anew when this store has never been counted, or was in the middle of it. */
enum err recount_load(struct turn_view *t);
enum err recount_begin(struct turn_view *t, struct reply_to reply, bool repair);
enum err recount_tick(struct turn_view *t);
/* A record that a running recount has looked at already counts otherwise now. */
enum err recount_follow(struct turn_view *t, enum family family, const struct key *key, const struct target_place *before,
			const struct target_place *after);
void recount_free(struct recount *r);
/* ---- routing/documents/route.c ---- */
/* ERR_PROTOCOL: targets that are no recipients. */
enum err document_route(struct turn_view *t, const struct routing_question *q, struct routing_answer *out);
/* Does it address its signer's whole subtree, besides others perhaps? */
bool names_subtree(const struct recipient *recipients, uint32_t count);
bool manifest_has_files(const struct manifest_item *items, uint32_t count);
enum lane lane_of(enum urgency urgency);
/* The whole of the document is here: receipt when it is ours, relay record and publications when others are served beyond. */
enum err document_complete(struct turn_view *t, struct doc_place place, const struct rec_document *d, const struct blob *relays);
/* A signed refusal for each committee that cannot be served. */
enum err document_unserved(struct turn_view *t, struct doc_place place, const struct rec_document *d, const struct routing_answer *answer);

#include "routing/decide/decide.h"

#endif
