/* The core: one committee's whole behaviour as a function of events, stored records and time.  No
 * I/O, clock, randomness, threads or globals, so that the simulator runs the shipped code.
 * docs/ARCHITECTURE.md "The turn".
 *
 * Order within a turn:  core_take* → (seal) → (commit) → (acts).  core_take changes memory at once,
 * so a turn that cannot be committed ends the process: memory is ahead of the disk. */
#ifndef VANTHU_ROUTING_CORE_H
#define VANTHU_ROUTING_CORE_H

#include "routing/base/err.h"
#include "routing/base/types.h"
#include "routing/state/clocks.h"
#include "routing/state/message.h"

struct arena;
struct core;
struct deadline_rules;
struct doctype_table;
struct retention_table;
struct target_table;
struct excluded_types;
struct event;
struct plan;
struct rec_aside;
struct rec_stream;
struct stream_out;

struct core_config {
	struct committee_id self;
	/* a lane's window; 0: the default of routing/base/limits.h */
	uint64_t credit_messages;
	uint64_t credit_bytes;
	int64_t relay_retention_ms;    /* content is kept this long after the next hop has it */
	/* an outgoing document without all receipts is marked expired then; 0: never */
	int64_t expire_ms;
	/* the store was made from a backup: it is behind, whether a neighbour shows it or not */
	bool restored;
	/* who has not answered after that is asked, and as often; 0: WANTED_AFTER_MS */
	int64_t wanted_after_ms;
	bool drop_recalled; /* the content of what came here goes once it was given back */
	/* A recall goes to a recipient before its document is known to be there, as programs of
	 * others say it: no daemon sets it (routing/documents/early.h). */
	bool asks_at_once;
	uint64_t attachment_max_bytes;
	/* the feed of changes is kept so long, and so many; 0: for ever, and FEED_KEEP_COUNT */
	int64_t feed_keep_ms;
	uint64_t feed_keep_count;
	uint32_t recount_records;      /* read in one tick of a recount; 0: some 500 */
	/* rows of a directory written or read in one tick; 0: DIRECTORY_STAGE_ROWS */
	uint32_t directory_rows;
	/* The one hash that the core needs, for chains: SHA-256(chain ‖ n as 8 bytes big-endian ‖
	 * digest), in place. */
	void (*chain_step)(struct digest *chain, uint64_t n, const struct digest *digest);
	/* SHA-256, for lines of the history (routing/state/history.h). */
	struct digest (*digest_of)(struct blob bytes);
	/* Which document the one in a stored envelope answers, id zero: none; for a store that has
	 * no index of that (routing/documents/matter.c). NULL: it gets none. */
	enum err (*answered_by)(struct arena *a, struct blob envelope, struct document_ref *out);
	/* Which key signed a stored envelope, and its digest. NULL: a receipt is never signed
	 * anew, and a status is each time that it goes once more. */
	enum err (*signed_with)(struct arena *a, struct blob envelope, struct digest *key_id,
				struct digest *digest);
};

/* A core with no memory of anything; NULL without memory. */
struct core *core_new(const struct core_config *config);
void core_destroy(struct core *c);

/* Boot: rebuilds memory from the stored records through the same apply that runs live. What is
 * missing (streams of a neighbour that has none yet) goes to the plan, to be committed before
 * anything else. Seed the core first. ERR_STORE, ERR_DAMAGED, ERR_NO_MEMORY. */
must_use enum err core_load(struct core *c, struct now now, struct plan *plan);

/* Gives the core its randomness, once after core_new: stream ids, envelope ids and ping tokens are
 * drawn from it. */
void core_seed(struct core *c, const uint8_t seed[32]);

/* One event. Fails only with ERR_STORE (a lookup failed): the process ends. What is wrong with the
 * event itself is answered in the plan. */
must_use enum err core_take(struct core *c, struct now now, const struct event *event,
			    struct plan *plan);

/* The end of a turn's deciding: acknowledgements, credit and pumps for all links that this turn
 * touched, once each; and where the feed stands (plan->feed_next). */
must_use enum err core_finish(struct core *c, struct now now, struct plan *plan);

/* Once the drafts of a plan are sealed: their bytes go into its writes (plan_resolve), and what it
 * did into the history. Each plan that is committed, in the order in which they were decided, and
 * before the next one is begun. ERR_NO_MEMORY. */
must_use enum err core_sealed(struct core *c, struct plan *plan);

/* When the core next wants an EVENT_TICK, in monotonic ms; INT64_MAX: never. */
int64_t core_deadline_ms(const struct core *c);

/* What there is room for. The shell sets it before each turn, after it has checked free disk and
 * map space. */
struct core_room {
	bool submissions; /* of our own, and on paper */
	bool documents;   /* of others */
	bool facts;
	enum err why;     /* what submissions are refused with */
	uint64_t left_bytes; /* a plan with documents of ours may cost so much; 0: not known */
	enum err left_why;   /* what bounds that: ERR_MAP_FULL, ERR_DISK_FULL */
};

void core_set_room(struct core *c, struct core_room room);

/* Whether stored records are damaged or missing, and how: ERR_OK: none is known of. While it is
 * anything else no counter of the target is put right by a recount, for what cannot be read would
 * be counted as never having been. */
void core_set_unsound(struct core *c, enum err why);

/* Damaged records that were accepted as lost so far, also those that came again after all. */
uint64_t core_accepted(const struct core *c);

/* What the directory in force says of the key that this daemon signs with. */
struct signer_validity {
	bool known; /* the directory has it */
	int64_t from_ms;
	int64_t to_ms;           /* 0: no end known */
	int64_t revoked_from_ms; /* 0: not revoked */
};

/* The shell calls it whenever the key or the directory changes; before the first call no key is
 * checked. */
void core_set_signer(struct core *c, const struct signer_validity *v);

/* May it sign? As of the last event. */
struct clock_view {
	enum clock_verdict verdict;
	/* by how much the neighbours' clocks are ahead of ours, when the verdict is CLOCK_WRONG */
	int64_t ahead_ms;
	/* ERR_OK, ERR_CLOCK_WRONG, ERR_OWN_KEY, ERR_OWN_KEY_UNKNOWN: nothing new is signed */
	enum err refusing;
	struct signer_validity signer;
	int64_t now_ms;     /* wall */
};

void core_clock(struct core *c, struct clock_view *out);

/* What a reload may change. */
void core_set_policy(struct core *c, int64_t relay_retention_ms, int64_t expire_ms,
		     uint64_t attachment_max_bytes);

/* Does the content of what was given back go? Of what is given back from now on. */
void core_set_recall(struct core *c, bool drop);

/* The office's rules of deadlines; the table is borrowed until the next call. Before the first call
 * there are Saturdays and Sundays, and "at once" is at once. What is due is looked at anew. */
/* The types of documents that our own may have (NULL: as built in); it is borrowed. */
void core_set_doctypes(struct core *c, const struct doctype_table *types);
/* The targets that the office may declare (NULL: none); it is borrowed. */
void core_set_targets(struct core *c, const struct target_table *targets);
/* How long contents are kept (NULL: for ever); it is borrowed. */
void core_set_retention(struct core *c, const struct retention_table *retention);
/* The bounds of the feed; as in struct core_config. */
void core_set_feed(struct core *c, int64_t keep_ms, uint64_t keep_count);
void core_set_deadlines(struct core *c, const struct deadline_rules *rules);

/* What our office leaves out of its share; copied. Reports say it. */
void core_set_excluded(struct core *c, const struct excluded_types *types);

/* The credit that each lane of one link gets: bounded to what routing/base/limits.h allows, 0 for
 * the configured default. A larger one holds at once. A smaller one from the next connection on,
 * because credit that was announced may be in use. Nothing happens when there is no such link. */
void core_set_window(struct core *c, struct committee_id neighbour, uint64_t credit_messages,
		     uint64_t credit_bytes);

/* ---- What the outbox and the figures read ---- */

/* What a neighbour gives back to a store that is behind; and what ours gives to it, whose store is.
 */
struct recovery_link {
	bool speaks;	 /* it has said in this process what it can */
	bool reconciles; /* … and that it gives back what it holds */
	bool asked;	 /* in this round, since it came up */
	bool done;	 /* all that it holds has been taken */
	/* documents that came from it and were not known here; when it is done, what it published
	 * again */
	uint64_t came;
	uint64_t lacks; /* documents that it knows and does not have whole, when it is done */
	enum giving_phase giving;
	uint64_t round, published, gone; /* of what it gets from us */
};

struct link_view {
	struct committee_id neighbour;
	bool superior;        /* the neighbour is our superior */
	bool present;         /* a neighbour under the directory in force */
	bool leaving;         /* was a subordinate; may still fetch the directory that moved it */
	bool up;
	int64_t last_proof_ms;      /* wall; 0: never in this process */
	int64_t last_rtt_us;
	uint64_t queued[LANE_COUNT]; /* not acknowledged */
	uint64_t violations;
	/* items taken from the neighbour and not believed yet; see routing/links/aside.c */
	uint32_t aside;
	uint64_t aside_bytes;
	int64_t aside_age_ms;        /* of the oldest, in the daemon's running time */
	/* items of the neighbour that were rejected as invalid; in this process */
	uint64_t rejected;
	uint64_t rejected_by;        /* our items that the neighbour rejected */
	/* why the item at the head of one of its lanes is not taken now; ERR_OK: no lane is held
	 * up */
	enum err held_for;
	int64_t held_ms;             /* how long held_for has held */
	uint64_t peer_directory_version;
	/* ERR_PEER_BEHIND, ERR_PEER_TWICE; else what the neighbour showed of us: ERR_BEHIND,
	 * ERR_TWICE */
	enum err store_alarm;
	int64_t store_alarm_since_ms; /* wall */
	/* what is held of its history: the newest head of so many, and the last one under another
	 * id; line 0: none */
	struct history_head head, head_before;
	unsigned heads;
	bool clock_known;           /* its clock has been measured */
	int64_t clock_ahead_ms;     /* of ours, now; negative: behind */
	int64_t clock_error_ms;     /* at most, + or -; -1: it may be later by any amount */
	int64_t clock_measured_ms;  /* wall */
	/* why documents do not go over this link although it is up: ERR_CLOCK_NEIGHBOUR; ERR_OK:
	 * nothing known */
	enum err waits_for;
	/* error code: why it is not up, as far as this side can know it; 0 while it is up */
	uint32_t down_reason;
	struct recovery_link recovery;
};

uint32_t core_link_count(const struct core *c);
bool core_link(const struct core *c, uint32_t index, struct link_view *out);
bool core_link_find(const struct core *c, struct committee_id neighbour, struct link_view *out);

/* The outgoing side of a lane: what the pump reads and moves forward. NULL when there is no such
 * link or it is not subscribed. */
struct stream_out *core_stream_out(struct core *c, struct committee_id neighbour, enum lane lane);
/* What lanes stand before rows that cannot be read: another number when that has changed, 0: none
 * does. */
uint64_t core_standing(const struct core *c);

/* How long a row of a queue has waited (ms, as of the last event), whatever was done to the clock
 * meanwhile; with the time that the daemon was down, as far as that is known. */
int64_t core_row_age_ms(const struct core *c, const struct rec_stream *row);

/* The configured hash, for whoever carries chains on (the outbox). */
void core_chain_step(const struct core *c, struct digest *chain, uint64_t n,
		     const struct digest *digest);

/* The plan is committed: what memory says only of what is on the disk follows it. In the order of
 * commits; a plan that has nothing to commit too. */
void core_landed(struct core *c, const struct plan *plan);

/* The feed of changes as of the last plan that was committed. */
struct feed_view {
	uint8_t id[16]; /* drawn when the feed began, and when it turned out that it was set back */
	uint64_t first; /* the oldest number that is kept; `next` when none is */
	uint64_t next;  /* the number that the next change gets; from 1 on */
};

void core_feed(const struct core *c, struct feed_view *out);

/* Is this store behind what neighbours hold of it, or does it run twice? ERR_OK: neither. Until an
 * operator has settled it. */
struct stand_view {
	enum err alarm; /* ERR_OK, ERR_BEHIND, ERR_TWICE */
	int64_t since_ms;
	struct committee_id by; /* the neighbour that showed it */
};

void core_stand(const struct core *c, struct stand_view *out);

/* The way back of this store (routing/reconcile/reconcile.h), or the last one that there was. */
struct recovery_view {
	enum reconcile_stage stage;  /* RECONCILE_NONE: none is under way */
	int64_t began_ms, ended_ms;  /* wall; 0: never, as far as is known; not yet */
	uint64_t returned;	     /* documents of our own that came back */
	uint64_t came;		     /* all that came back, these too */
	uint64_t gone;		     /* that neighbours know and do not have whole */
	uint64_t listed;	     /* of these, by name: FAMILY_GONE */
	uint64_t voided[BOOK_COUNT]; /* numbers made void, by book */
	uint32_t neighbours, done;   /* who is to give back; of them who has */
};

void core_recovery(const struct core *c, struct recovery_view *out);

/* Is a directory part from this committee awaited? The shell keeps the parts and has the whole
 * directory checked. */
bool core_asks(const struct core *c, struct committee_id who, enum party party);

/* How long the item has been set aside, in the daemon's running time. */
uint64_t core_aside_age_ms(const struct core *c, const struct rec_aside *a);
/* Items set aside, of all links; also of committees that are neighbours no more. */
uint64_t core_aside_count(const struct core *c);
/* How often others did not believe a time that we signed, in this process; and whether that was in
 * the last hour. */
uint64_t core_doubted(const struct core *c, bool *lately);
/* How many subordinates have no link, because there are more neighbours than LINKS_MAX. */
uint32_t core_unlinked(const struct core *c);

/* The target's counters are being compared with the records, or rebuilt. */
bool core_recounting(const struct core *c);
uint64_t core_directory_version(const struct core *c);
/* The version in force whose entries are not all in COMMITTEE yet; 0: none. No other can be
 * installed meanwhile. */
uint64_t core_directory_settling(const struct core *c);
/* The shell is installing a directory: no other directory is requested meanwhile. */
void core_set_installing(struct core *c, bool installing);
/* Must rows of an earlier directory be settled or swept before another installation can start? */
bool core_directory_unsettled(const struct core *c);
struct committee_id core_self(const struct core *c);
/* Is the index of matters of a store from before still being made? */
bool core_matters_incomplete(const struct core *c);

#endif
