/* The core's memory: how it is made, drawn from, and changed. */
#ifndef VANTHU_ROUTING_STATE_MEMORY_H
#define VANTHU_ROUTING_STATE_MEMORY_H

#include "routing/base/calendar.h"
#include "routing/base/err.h"
#include "routing/base/limits.h"
#include "routing/base/types.h"
#include "routing/core.h"
#include "routing/rules/rules.h"
#include "routing/state/clocks.h"
#include "routing/state/event.h"
#include "routing/state/lookup.h"
#include "routing/state/message.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"
#include "routing/state/staged.h"
#include "routing/state/stream.h"
#include "routing/state/tree.h"
#include "routing/target/target.h"

struct tally;
struct tree;

/* What lies set aside of a lane; see aside.c. */
struct aside_sum {
	uint32_t count;
	uint64_t bytes;
	uint64_t since_run_ms;  /* running time when the oldest was set aside */
	uint64_t scanned_run_ms; /* the oldest that the present scan has read */
	bool scanned; /* the present scan has read one */
};

/* How often the item of one sequence number came invalid; see reject.c. */
struct tries {
	uint64_t seq;
	struct digest digest;
	uint32_t same, any; /* how often: with this digest, with any */
};

/* See aside.c. */
struct aside_memory {
	uint64_t count;       /* items of all links; also of committees that are none any more */
	uint64_t run_base_ms; /* running time when this process began */
	int64_t run_from_ms;  /* the monotonic time of that */
	int64_t next_note_ms; /* monotonic: the running time is stored then */
	bool moved_on;        /* the scan has read records up to `at` */
	bool hurry;           /* go on without waiting for the next tick */
	struct key at;
};

/* A directory that comes in several events, and what is left to do of the last one; see
 * install.c. */
struct install {
	bool active; /* some of its entries are staged */
	uint64_t version;
	struct digest head;
	uint64_t staged; /* entries taken */
	bool moved;      /* a committee among them stands elsewhere than before */
	/* stood below us in a version that we never had; their links are remembered */
	struct committee_id *passed;
	uint32_t passed_count;
	bool outside;    /* the shell checks a directory, or passes it in piece by piece */
	bool sweeping;   /* there may be staged rows that nobody needs */
	bool indexed;    /* CHANGED knows every committee */
	bool indexing_begun;
	struct key indexing_at;
};

enum { SHUNNED_MAX = 16 };
/* How far the way back of a store is that is behind; see routing/reconcile/reconcile.h. */
struct reconcile {
	enum reconcile_stage stage;
	uint64_t round;			    /* 0: none */
	struct book_mark had[BOOK_COUNT];   /* where our registers ended when it began */
	struct book_mark known[BOOK_COUNT]; /* … and where, as neighbours have heard */
	uint64_t returned, gone; /* documents of ours that came back; that no neighbour has whole */
	uint64_t voided[BOOK_COUNT]; /* lines made void */
	int64_t began_ms, ended_ms;  /* wall; 0: not yet */
	uint64_t listed;	     /* records of FAMILY_GONE */
	/* of this process */
	bool begun;
	struct key at;	  /* the walk's last record */
	uint32_t whom;	  /* of that document's recipients, the first that is still to be asked */
	int64_t until_ms; /* monotonic */
};

/* What a neighbour whose store is behind gets once more. */
struct giving {
	enum giving_phase phase;
	uint64_t round;
	struct lane_marks lost; /* what it had */
	enum role role;		/* the walk's position: the last serial that was looked at */
	uint64_t serial;
	uint64_t upto[LANE_COUNT]; /* all of it has been taken when this is acknowledged */
	uint64_t published, gone;
	bool lists;	/* it wants to know by name what is gone */
	uint64_t named; /* … and of so many it does */
};

/* When a neighbour's further round may begin (routing/reconcile/give.h); monotonic, of this
 * process. */
struct round_pace {
	int64_t begun_ms, next_ms;
	int64_t rest_ms; /* 0: none has begun */
};

/* Our store beside what neighbours hold of it, see routing/links/stand.c: on the disk, but for
 * `run`. */
struct stand {
	struct store_mark mark;
	uint64_t settled;    /* how often an operator has settled an alarm */
	uint64_t floor;      /* starts of this store that a neighbour has seen */
	enum err alarm;      /* ERR_OK, ERR_BEHIND, ERR_TWICE */
	int64_t since_ms;
	struct committee_id by; /* the neighbour whose Hello showed it */
};

struct peer_stand {
	struct store_mark seen;  /* its own mark in its last Hello */
	uint8_t before[16];      /* the store that it had before that one */
	enum err ours;           /* ERR_BEHIND, ERR_TWICE: what its Hello showed of our store */
	enum err its;            /* ERR_PEER_BEHIND, ERR_PEER_TWICE: of its store */
	int64_t ours_since_ms, its_since_ms;
	uint64_t its_settled;    /* its store_settled when `its` was set */
	/* of this process */
	bool met;       /* its Hello named the mark of this process */
	bool speaks;    /* its Hellos say what store it has */
	bool came_back; /* a Hello of what is in `before` came, and said nothing as yet */
	bool spoke_since; /* … and one of what is in `seen` since */
	bool hello_due; /* our own stand changed, and it does not know yet */
	bool reconciles;     /* it answers Reconcile */
	uint64_t asked_round; /* the round that it was asked for last; 0: none */
	uint64_t came;	      /* documents taken from it that were not known, in this round */
	uint64_t listed;      /* documents that it has named as gone, in this process */
	int64_t next_ask_ms; /* monotonic: Reconcile is said once more then */
	/* it has released files that we still fetch, and is publishing their documents again */
	bool repairing;
	struct round_pace pace;
	/* on the disk: */
	bool marked;	 /* `lost` says what we had when our store was found to be behind */
	bool reconciled; /* we have taken all that it gave, in this round */
	/* What it had published again and what it has not whole, as it said when it was done. */
	uint64_t gave, lacks;
	/* A directory ended this link, and what was on it is forgotten here: no acknowledgement of
	 * before says anything, theirs or ours, until both agree again. */
	bool forgotten;
	struct lane_marks lost;
	struct book_mark books[BOOK_COUNT]; /* how far its registers were, as it has said */
	struct giving giving;
};

/* See routing/links/heads.h. All but the last three is on the disk. */
struct peer_heads {
	enum err ours; /* ERR_REWRITTEN: it holds a head of ours that is none */
	enum err its;  /* ERR_PEER_REWRITTEN */
	int64_t ours_since_ms, its_since_ms;
	uint64_t settled;		       /* its head_settled, the highest that came */
	struct history_head before;	       /* the last one of the id before; line 0: none */
	struct history_head held[HEADS_KEPT]; /* ascending, of one id */
	unsigned count;
	unsigned asked; /* how often one of them was asked after */
	bool unwritten;
	int64_t written_ms; /* monotonic */
};

struct link {
	struct committee_id neighbour;
	bool superior;
	bool present;   /* a neighbour under the directory in force */
	bool ended;     /* retired: gives away what it holds, and gets facts only */
	bool leaving;   /* was a subordinate, and may still ask for the directory that says so */
	bool was_present; /* `present` before the directory that comes into force */
	bool connected; /* the transport stands */
	bool up;        /* both have said Hello */
	bool touched;   /* core_finish has to check it in this turn */
	int64_t last_heard_ms; /* monotonic */
	int64_t down_since_ms; /* monotonic; while it is not up */
	int64_t last_proof_ms; /* wall: it answered or acknowledged last */
	int64_t next_hello_ms; /* monotonic: not before */
	/* monotonic: when all Hellos so far would have come at the rate that is allowed */
	int64_t hellos_ms;
	int64_t next_ping_ms;
	int64_t next_pins_ms;
	int64_t ping_sent_us;
	int64_t rtt_us;
	uint64_t ping_token;
	struct reply_to ping_reply;
	uint64_t violations;
	uint32_t down_reason; /* error code: why it is not up, as far as known */
	/* why the neighbour takes no documents, in its own words; 0: it does */
	uint32_t withholding;
	int64_t bye_until_ms; /* monotonic: until then it refuses us, by its Bye */
	int64_t connected_ms; /* monotonic: since when the transport stands */
	int64_t next_fault_notice_ms;
	uint64_t peer_directory_version;
	struct peer_heads heads;
	struct peer_stand stand;
	unsigned directory_budget; /* parts that it may ask for until the next tick */
	bool part_due;             /* its last request, part_wanted, is still to be served */
	struct msg_directory_wanted part_wanted;
	/* What this link's lanes may have in flight towards us: now, and from the next connection
	 * on. */
	uint64_t credit_messages, credit_bytes, next_credit_messages, next_credit_bytes;
	struct stream_out out[LANE_COUNT];
	struct stream_in in[LANE_COUNT];
	int64_t resume_ms[LANE_COUNT]; /* monotonic: subscribe again then; 0: not held */
	bool resubscribed[LANE_COUNT]; /* a Subscribe is out that no item has answered yet */
	/* Subscribes resent for a missing item, since the last item in sequence came */
	unsigned asked_in_vain[LANE_COUNT];
	/* item whose signature was wrong: requested again, a few times, before it is refused */
	uint64_t suspect_seq[LANE_COUNT];
	/* that envelope's digest: another envelope under the same number is suspect for itself */
	struct digest suspect[LANE_COUNT];
	uint8_t suspected[LANE_COUNT]; /* so often */
	uint64_t held_seq[LANE_COUNT]; /* scanned for "held" up to here */
	struct clock_reading clock;
	bool clock_notified; /* that it differs */
	int64_t next_clock_notice_ms; /* monotonic: not before */
	bool hello_open; /* our Hello, sent at hello_sent_us, is not answered yet */
	bool hello_again; /* it was sent before: which of them an answer is to, nobody knows */
	int64_t hello_sent_us;
	/* the next item of the lane, which waits until both sides have one directory */
	uint64_t wait_seq[LANE_COUNT];
	uint32_t waits[LANE_COUNT];    /* how often it came meanwhile */
	enum err held_for[LANE_COUNT]; /* why the head of the lane is not taken; ERR_OK: it is */
	int64_t held_since_ms[LANE_COUNT]; /* monotonic */
	struct tries tries[LANE_COUNT];
	/* items of the neighbour that we rejected; ours that it rejected; in this process */
	uint64_t rejected, rejected_by;
	struct aside_sum aside[LANE_COUNT];
	uint64_t up_run_ms; /* running time when it came up */
	int64_t next_relay_notice_ms; /* monotonic: of a relay whose clock was ahead, not before */
};

/* Who is being asked for a newer directory: one at a time, see routing/links/quest.c. */
struct quest {
	bool active;
	struct committee_id from;
	enum party party;
	struct committee_id after; /* of the last request */
	unsigned parts;            /* received */
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
	unsigned frames;        /* received from it */
	unsigned parts;         /* that may still be sent to it */
	uint64_t token;         /* of the Ping that it has to answer; 0: none */
};

struct visit {
	bool wanted;
	struct visit_end host; /* the committee that we have dialled */
	unsigned turn;         /* index of the next one in the list of hosts */
	int64_t next_ms, pause_ms;
};

/* See routing/documents/requeue.c. */
struct requeue {
	bool active;
	bool facts;	       /* of all links their facts; then the rest of all */
	uint64_t from_version; /* the directory that the queues were made under */
	struct committee_id *moved; /* committees with another superior since, or new ones */
	uint32_t moved_count;
	uint32_t link; /* index of the link being scanned */
	bool begun, moved_on;
	struct key at;
	uint64_t upto[LANE_COUNT]; /* the last that was queued when the link's scan began */
	bool finding; /* first the directory is scanned for those that moved */
	bool found_some;
	struct key found_at;
	/* of this row's groups, the members in `moved` are handled up to moved_at */
	struct key row;
	uint32_t moved_at;
	unsigned moved_left;    /* that this tick may still handle */
};

/* The scan of TOLD for what waits; see routing/documents/told.c. */
struct telling {
	bool active, moved_on;
	struct key at;
};

/* This year's counters in one sum, for live events; see routing/target/counter.c. */
struct target_memory {
	struct month january; /* of the year; {0}: not read yet */
	struct target_count year, year_in; /* both directions; of it, what came in */
	struct type_memory {
		bool known;
		char code[TYPE_CODE_MAX + 1], name[COMMITTEE_NAME_MAX + 1];
		uint32_t type;
	} type; /* as last asked for */
	/* where our committee stood under a directory version, as last asked for; 0: none */
	uint64_t place_version, place_since;
	bool touched; /* changed in this turn */
	bool rebuild; /* a counter cannot be read: the next tick starts a recount that repairs */
	int64_t next_check_ms; /* monotonic: all counters are read then */
};

/* A recount under way, a bounded number of records a tick; see routing/target/recount.c. */
struct recount {
	bool active;
	bool repair; /* what was counted replaces the counters that differ */
	struct reply_to reply; /* who asked; nobody when the daemon itself began it */
	unsigned phase; /* incoming, outgoing, paper */
	bool begun;
	struct key at; /* the last record read in this phase */
	struct tally *tally;
	uint32_t tally_count, tally_capacity;
	uint64_t documents, papers;
	uint64_t damaged; /* records that cannot be read; the first of them by name */
	struct recount_damage damage[RECOUNT_DAMAGE_MAX];
};

enum { EXCHANGE_WITH_MAX = TREE_DEPTH_MAX, EXCHANGE_FOUND_MAX = 8 * REPORT_IDS_MAX };

/* A document that went between us and another; see routing/target/exchange.h. */
struct exchange_found {
	struct doc_id id;
	int64_t signed_at_ms;
	int64_t receipt_at_ms;
	uint32_t with;            /* index */
	enum direction direction; /* as we see it */
};

struct exchange_scan {
	bool active;
	struct committee_id with[EXCHANGE_WITH_MAX];
	uint32_t with_count;
	int64_t since_ms;  /* signed then or later; raised when there are more than fit */
	int64_t before_ms; /* receipted before */
	unsigned phase;
	bool begun;
	struct key at;
	uint32_t old; /* documents in a row that are too old */
	struct exchange_found *found; /* its own */
	uint32_t count, capacity;
	uint32_t most; /* of `found` */
	bool cut;      /* there were more, and since_ms was raised */
};

/* Reports of figures; see routing/target/report.c, and reported.c for what was taken. */
struct report_asked {
	struct committee_id who;
	int64_t at_mono_ms, at_wall_ms;
};

struct report_memory {
	bool loaded;
	struct day day;       /* of the last one that was due */
	int64_t signed_at_ms; /* the last one */
	bool wanted;          /* another one, as soon as it may; stored, so that a crash keeps it */
	struct reply_to reply;
	int64_t next_ms;      /* monotonic: not before */
	struct exchange_scan own; /* what the next one says of documents */
	struct excluded_types excluded; /* what our office leaves out of its share */
	/* Taken and not compared yet: these; and when `check`, any others from `passed` on */
	struct committee_id waiting[REPORT_WAITING_MAX];
	uint32_t waiting_count;
	bool check, check_again;
	/* whom our office asked for a report, the oldest overwritten first; a restart forgets */
	struct report_asked asked[REPORT_ASKED_MAX];
	uint32_t asked_next;
	struct committee_id passed;
	struct committee_id checked; /* the one that is being compared */
	int64_t checked_signed_ms;   /* … and when that report was signed */
	struct exchange_scan theirs;
};

/* The store's own time; see routing/links/passed.c. */
struct passed {
	int64_t value_ms, at_mono_ms; /* its value, and the monotonic time of that */
	int64_t boot_ms;              /* its value when this process began */
	int64_t written_ms;           /* its value on the disk */
	bool caught_up;               /* the time that the daemon was down has been added */
	/* at its value anchor_ms the wall clock was right, and said anchor_wall_ms */
	bool anchored;
	int64_t anchor_ms, anchor_wall_ms;
};

/* May we sign? See routing/links/guard.c. */
struct guard {
	struct signer_validity signer;
	bool signer_said; /* core_set_signer was called */
	bool judged; /* what follows holds for `judged_at` */
	struct now judged_at;
	enum clock_verdict verdict;
	int64_t ahead_ms;
	enum err notified; /* the reason not to sign that was notified last */
	int64_t next_notice_ms; /* monotonic: not before */
};

/* The index of numbers, made for a store that had none; see routing/documents/numbers.c. */
struct numbering {
	bool active;
	bool paper; /* documents of ours are done */
	bool received; /* and paper: those that were accepted follow */
	bool ours;     /* all numbers of ours are there */
	/* all numbers are known, the entries on paper by number are not: only paper is read */
	bool alike_only;
	bool alike_unknown; /* these are not known yet */
	bool begun;
	struct key at; /* the last record read */
};

enum { LAST_NUMBERS_MAX = 16 };
/* Series whose last number is looked for; see routing/reconcile/last_number.c. */
struct last_numbers {
	struct last_number {
		struct key counter;
		uint16_t from, to; /* years of the lines that may have its numbers */
		uint64_t last;	   /* found so far */
		uint64_t unknown;  /* lines of which nobody knows the number any more */
		bool unclear;	   /* one cannot be read, and may come again */
	} of[LAST_NUMBERS_MAX];
	uint32_t count;
	enum book book; /* that is read */
	bool begun;
	struct key at; /* the last line read */
};

/* A term of ours as numbers know it: what stands in META; see routing/documents/term.c. */
struct term_memory {
	bool known; /* key and from "": the time in which we had none */
	bool counted; /* this store has counted its numbers from the first on */
	char name[SYMBOL_MAX + 1];
	char key[DATE_MAX + 1];  /* its first known date: series are known by it */
	char from[DATE_MAX + 1]; /* the earliest known one: what is dated before is of another */
};

/* Tables of who may issue what that were read, so that each is read once; see
 * routing/documents/mandate.c. */
enum { MANDATE_TABLES = 2 };

struct mandate_table {
	uint64_t version; /* of the directory; 0: free */
	struct arena *arena;
	struct competence_table table;
};

struct mandate_tables {
	struct mandate_table each[MANDATE_TABLES];
	unsigned oldest;
};

/* The index of matters, made for a store that had none; see routing/documents/matter.c. */
struct matters {
	bool active;
	enum role role; /* ROLE_OUT, then ROLE_IN */
	bool begun;
	struct key at; /* the last record read */
};

/* The end of a register: the year that was written last, and the number after its last line. Year
 * 0: not read in this process. See routing/books/register.c. */
struct register_end {
	uint16_t year;
	uint32_t next;
};

/* The look at what is due, a bounded number of documents a tick; see
 * routing/documents/open_work.c. */
struct open_work {
	bool indexing; /* first the index is made, of a store that had none */
	enum role index_role; /* whose turn it is: what we received, then what we sent */
	bool begun;
	struct key at;         /* the last record read */
	int64_t next_round_ms; /* monotonic: not before */
};

/* What others have not followed yet; see routing/state/feed.c. */
struct feed_memory {
	uint8_t id[16];
	/* the oldest number that is kept, and the next one to be given: the same while none is
	 * kept */
	uint64_t first, next;
	struct feed_view landed; /* as of the last plan that was committed */
	int64_t next_look_ms; /* monotonic: whether the oldest is to go is looked at then */
};

/* The chain of what was done; see routing/state/history.h. */
struct history_memory {
	uint8_t id[16];
	uint64_t next;	     /* number of the next line */
	uint64_t boot_line;  /* the first one of this process */
	struct digest chain; /* of the last one */
	bool begin, started; /* the next line says so */
};

/* The look at documents of ours that wait for an answer; see routing/reconcile/wanted.h. */
struct wanted_round {
	bool begun;
	struct key at;
	uint32_t whom;
	int64_t next_ms; /* monotonic: not before */
};

/* What was said to an older build; see routing/reconcile/unheard.h. */
struct unheard {
	uint32_t round;	   /* that is due; 0: none */
	int64_t next_ms;   /* wall: not before */
	int64_t booted_ms; /* monotonic */
};

struct core {
	struct core_config config;
	struct deadline_rules deadlines;
	const struct doctype_table *doctypes; /* NULL: as built in */
	const struct target_table *targets; /* NULL: none is declared */
	const struct retention_table *retention; /* NULL: all is kept for ever */
	struct now now; /* of the last event */
	struct guard guard;
	struct passed passed;
	struct link **links; /* each allocated by itself: views and streams stay where they are */
	uint32_t link_count;
	struct tree *tree;
	uint64_t next_serial;
	uint64_t directory_version;
	struct requeue requeue;
	struct telling telling;
	struct stand stand;
	struct reconcile reconcile;
	struct wanted_round wanted;
	struct unheard unheard;
	struct quest quest;
	struct shunned shunned[SHUNNED_MAX];
	struct visit visit;
	struct visit_end visitors[VISITORS_MAX];
	struct aside_memory aside;
	struct install install;
	unsigned parts_left;   /* of the directory, that this turn may still serve */
	uint32_t parts_link;   /* index of the link that is served next */
	/* the plan's lookup, and the version whose entries still lie in STAGED */
	struct staged staged;
	uint64_t doubted; /* how often others did not believe our time, in this process */
	int64_t doubted_at_ms; /* monotonic */
	struct target_memory target;
	struct recount recount;
	struct report_memory report;
	struct numbering numbering;
	struct term_memory term, term_before;
	bool termless; /* a directory that was in force in this process names none */
	struct open_work open_work;
	struct matters matters;
	struct mandate_tables mandates;
	struct register_end books[BOOK_COUNT];
	/* of a directory that has no table of competences: routing/documents/mandate.c. 0: none is
	 * known */
	uint64_t untabled_version;
	bool tabled; /* one of them has a table */
	int64_t valid_until_ms; /* of the directory in force */
	/* monotonic: the directory's age, and who has no link, are notified again then */
	int64_t next_alarm_ms;
	uint32_t unlinked;      /* subordinates beyond LINKS_MAX */
	struct committee_id first_unlinked;
	uint64_t act_number;
	struct feed_memory feed;
	struct history_memory history;
	struct digest seed;
	uint64_t drawn;
	int64_t next_tick_ms;
	struct core_room room;
	enum err unsound; /* core_set_unsound */
	uint64_t accepted; /* records of FAMILY_ACCEPTED */
	struct last_numbers last_numbers;
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
/* What a stored record means for memory. Live decisions and boot both call it, so that it means
 * the same to them. */
void core_apply(struct core *c, const struct key *key, const struct record *r);
void core_put(struct turn_view *t, struct key key, const struct record *r);
void core_erase(struct turn_view *t, enum family family, struct key key);
must_use enum err core_get(struct turn_view *t, enum family family, struct key key,
			   struct record *out);
/* Our own entry in the directory, of the plan's arena; *out NULL: it is not there, or damaged. A
 * turn reads it once, however often it is asked for. */
must_use enum err core_own_entry(struct turn_view *t, const struct rec_committee **out);
/* The log of acts: who did what over a local socket. `subject` is copied. */
must_use enum err core_log_act(struct turn_view *t, uint32_t uid, text_t verb, text_t subject);
/* The same of an act in somebody's name. */
must_use enum err core_log_act_of(struct turn_view *t, uint32_t uid, text_t person, text_t verb,
				  text_t subject);
void core_draw(struct core *c, uint8_t out[16]);
uint64_t core_draw_number(struct core *c);
struct doc_id core_draw_id(struct core *c, int64_t wall_ms); /* a UUIDv7 */
/* Where our registers end: as memory has them, which is what the turn's plan leaves. */
void core_books(const struct core *c, struct book_mark out[BOOK_COUNT]);
struct link *link_find(struct core *c, struct committee_id neighbour);
/* Names a document in the families whose keys begin with role ‖ serial. On paper it is ROLE_PAPER
 * and a paper_serial. */
struct doc_key {
	enum role role;
	struct serial serial;
};

void recount_free(struct recount *r);
void memory_drop_exchange(struct exchange_scan *s);
void notify(struct turn_view *t, enum notice what, struct document_ref document,
	    struct committee_id committee, uint32_t reason, const struct summary *summary);

#endif
