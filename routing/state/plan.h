/* The plan of one turn: record writes, envelopes to seal and acts, in the order decided; bounded.
 * Nothing in it has happened yet: the turn seals the drafts under one signature, commits all writes
 * in one synced transaction and only then performs the acts. */
#ifndef VANTHU_ROUTING_STATE_PLAN_H
#define VANTHU_ROUTING_STATE_PLAN_H

#include "routing/base/calendar.h"
#include "routing/base/err.h"
#include "routing/base/types.h"
#include "routing/state/event.h"
#include "routing/state/lookup.h"
#include "routing/state/message.h"
#include "routing/state/record.h"

struct arena;
struct plan_index;
struct same_number;

struct write {
	struct key key;
	bool erase;
	struct record record; /* family is set also for an erase */
};

enum act_type {
	ACT_NONE = 0,
	ACT_SEND,       /* a message to a neighbour's control connection */
	ACT_PUMP,       /* publish to this neighbour what its credit allows */
	ACT_REPLY,      /* answer a local client */
	ACT_NOTIFY,     /* a live event for the local PUB socket */
	ACT_FETCH,      /* there is something to fetch from this neighbour */
	ACT_FETCH_STOP, /* forget what is being fetched from it */
	ACT_DROP_FILE,  /* nobody needs a content any more: DROPPED says which */
	ACT_VIOLATION,  /* a neighbour broke the protocol: count, name, cut off */
	ACT_DIRECTORY,  /* a new directory is in force: keys, links and ZAP follow */
	ACT_VISIT,      /* dial this committee, which is no neighbour perhaps, for the directory */
	ACT_VISIT_END,  /* close that connection, or forget the visitor's */
	ACT_REOPEN,     /* open again what was set aside: an EVENT_PUBLISH comes of it */
	ACT_INSTALLED,  /* what came of one event of a directory */
};

enum notice {
	NOTICE_NONE = 0,
	NOTICE_ACCEPTED,  /* submitted here and on disk */
	NOTICE_ARRIVED,   /* complete here and addressed to us */
	NOTICE_RELAYED,
	NOTICE_RECEIPT,   /* a recipient has it */
	NOTICE_REFUSED,
	NOTICE_DELIVERED, /* all receipts are in */
	NOTICE_STATUS,
	NOTICE_LINK_UP,
	NOTICE_LINK_DOWN,
	NOTICE_HELD,
	NOTICE_EXPIRED,
	NOTICE_DIRECTORY,
	NOTICE_PAPER,     /* a document on paper was registered, or its entry cancelled */
	NOTICE_TARGET,    /* the counters have changed */
	/* a store that is behind, or an identity that runs twice: ours (2034, 2036) or the
	 * neighbour's; 0: settled */
	NOTICE_STORE,
	/* a neighbour's clock differs, or is right again; with ourselves: whether we sign. The
	 * reason says which */
	NOTICE_CLOCK,
	NOTICE_ASIDE,     /* taken and set aside: `reason` says why it cannot be believed yet */
	NOTICE_SETTLED,   /* what was set aside is taken, or refused with `reason` */
	NOTICE_DOUBTED,   /* another committee does not believe the time of what we signed */
	NOTICE_DUE_SOON,  /* what the office has to do with a document is due soon, or today */
	NOTICE_OVERDUE,   /* … and was not done in time */
	NOTICE_SENT_DUE,  /* what a recipient has to do with a document of ours is due soon */
	NOTICE_SENT_OVERDUE, /* … and was not done in time */
};

struct act_notify {
	enum notice what;
	struct document_ref document; /* id and origin; digest may be zero */
	struct committee_id committee; /* the other one: recipient, neighbour, relay */
	uint32_t reason;
	struct summary summary;
	struct month january;       /* NOTICE_TARGET: of the year that `target` sums up */
	struct target_count target, target_in; /* both directions; of it, what came in */
	int64_t clock_ahead_ms;     /* NOTICE_CLOCK: of ours */
	/* NOTICE_DUE_SOON to NOTICE_SENT_OVERDUE: enum deadline_reason; the last moment, and its
	 * day */
	uint32_t due_reason;
	int64_t due_at_ms;
	char due_on[DATE_MAX + 1];
};

/* Where counters and records differ. */
struct recount_difference {
	struct target_key at;
	struct rec_counter stored, counted;
};

/* A record that cannot be read: what it stands for is in no count. */
struct recount_damage {
	enum family family;
	struct key key;
};

/* The counters are proven when there is neither difference nor damage. */
struct recount_result {
	uint64_t documents, papers; /* counted */
	const struct recount_difference *differences;
	uint32_t difference_count;
	uint32_t repaired_count; /* of the differences */
	/* of them: left by a repair, because the counter may know what can be read no more */
	uint32_t kept_count;
	uint64_t damaged;        /* records */
	const struct recount_damage *damage; /* the first of them */
	uint32_t damage_count;
};

struct act_reply {
	struct reply_to to;
	enum err result;
	/* of a submission */
	struct doc_id id;
	const struct committee_id *recipients;
	uint32_t recipient_count;
	bool repeated;          /* this answers a repetition */
	struct committee_id at; /* what the error is about, or "" */
	text_t about;           /* the same, when it is no committee; NULL */
	uint64_t number;        /* directory version, or round trip in µs */
	const struct recount_result *recount; /* NULL: no answer to a recount */
	const uint32_t *warnings;      /* enum err, of a submission or of paper */
	uint32_t warning_count;
	/* with ERR_SAME_NUMBER: one of those that have the number, and how many there are */
	struct doc_id same;
	uint32_t same_count;
	/* with the same, of one that came in: that one (routing/documents/same_number.h); NULL, or
	 * its count is 0: one of ours */
	const struct same_number *received;
	bool may;		/* of a submission: the table of the directory allows it */
	text_t rule;		/* what says so; NULL or "" */
	uint32_t rule_gap;      /* enum mandate_gap of routing/documents/mandate.h */
	text_t lists;           /* rec_document.lists of a submission; NULL or "" */
	uint32_t gap;           /* with ERR_NUMBER_GAP: how many numbers are skipped */
	text_t doc_number;      /* of the document or entry: its number; NULL or "" none */
	text_t doc_subject;     /* of a document that was accepted; NULL or "" */
	/* of an act of the office: where the work stands, after it or still; NULL */
	const struct rec_work *work;
	/* of paper: what stands there already and may be the same document; NULL */
	const struct rec_paper *alike;
	/* of many entries on paper: the answer to each */
	const struct act_reply *lines;
	uint32_t line_count;
	bool registered; /* of these: what was taken is on disk */
	/* of a declaration: the id of its target, and the last one before it; NULL */
	text_t target;
	const struct declaration *before;
};

/* ERR_OK: on disk, in force when it was the last. ERR_BUSY: again, soon. */
struct act_installed {
	uint64_t token;
	enum err result;
};

/* As it was when this was decided, for what came since is not on the disk yet: by lane, the last
 * number that may go, and the directory that what is queued was routed by. */
struct act_pump {
	uint64_t upto[LANE_COUNT];
	uint64_t directory_version;
};

struct act {
	enum act_type type;
	struct committee_id neighbour;
	enum party party; /* of ACT_SEND and ACT_VISIT_END: what `neighbour` is to us */
	union {
		struct message send;
		struct act_pump pump;
		struct act_notify notify;
		struct act_reply reply;
		uint32_t violation; /* enum err */
		struct key reopen;  /* of the ASIDE record */
		struct act_installed installed;
	} u;
};

struct plan {
	struct arena *arena; /* lives until the turn is over */
	struct write *writes;
	uint32_t write_count;
	struct draft *drafts;
	uint32_t draft_count;
	struct act *acts;
	uint32_t act_count;
	/* for the feed: the end of the turn makes records of them (routing/state/feed.h) */
	struct change *changes;
	uint32_t change_count;
	/* key → latest write; and a family's writes in the order of keys */
	struct plan_index *index;
	uint32_t family_writes[FAMILY_COUNT]; /* so that scans of untouched families cost nothing */
	struct lookup base;       /* the store, or what lies between */
	const struct rec_committee *own_entry; /* of core_own_entry; NULL: not read yet */
	/* What others read of memory between turns (the directory in force, keys, whose counters
	 * are right) is changed by it: nothing is decided upon it, and nobody looks, before it is
	 * on the disk. */
	bool alone;
	/* A read that failed where nobody could say so (plan_fails): the turn ends with it. */
	enum err failed;
	/* The feed when the turn's deciding was over; told from the commit on (core_landed). */
	uint8_t feed_id[16];
	uint64_t feed_first, feed_next;
	/* Lines of the history: empty writes from history_at on, that history_seal fills. */
	uint32_t history_at, history_lines, history_entries;
	int64_t history_at_ms;
	uint32_t costed;          /* writes counted in cost_bytes (plan_cost.h) */
	uint64_t cost_bytes;
};

/* A plan that can take PLAN_*_MAX of each; reused turn after turn. NULL without memory. Owned by
 * the caller. `base` must outlive it. */
struct plan *plan_new(struct lookup base);
void plan_destroy(struct plan *p);
void plan_clear(struct plan *p);

/* True while there is room for one more event of the largest kind. */
bool plan_has_room(const struct plan *p);
bool plan_is_empty(const struct plan *p); /* no writes: nothing to commit */

/* What a plan was, to go back to it: all that came of one event can be taken back before the turn
 * is over. The copy lives in the plan's arena, as long as the turn. */
struct plan_mark {
	struct write *writes; /* as they were: a later write to a key replaces the earlier one */
	uint32_t write_count, draft_count, act_count, change_count, costed;
	uint64_t cost_bytes;
	enum err failed;
};

must_use enum err plan_mark(struct plan *p, struct plan_mark *out); /* ERR_NO_MEMORY */
void plan_back(struct plan *p, const struct plan_mark *m);

/* Adds a write over what is stored and planned; a second write to the same key replaces the first
 * in place. The record's pointers must live as long as the plan's arena. plan_has_room bounds them:
 * asserts, never fails. */
struct write *plan_put(struct plan *p, struct key key, const struct record *record);
void plan_erase(struct plan *p, enum family family, struct key key);

/* Index + 1 of the new draft: what struct sealed and the `draft` members hold. */
uint32_t plan_draft(struct plan *p, const struct draft *d);
struct act *plan_act(struct plan *p, enum act_type type);
void plan_add_change(struct plan *p, const struct change *change); /* copied */
/* plan->alone, said by who decides; writes to the families of the directory and of keys say it by
 * themselves. */
void plan_goes_alone(struct plan *p);
/* The store could not be read where a decision has no way to say so: core_take and its like return
 * it, the first of several. */
void plan_fails(struct plan *p, enum err e);

/* Reads through the plan: its own writes first, then the store. The lookup lives as long as the
 * plan. `next` and `last` see planned puts and erases too. */
struct lookup plan_lookup(struct plan *p);

/* The same for plans that are decided upon this one while it is on its way to the disk. What it
 * plans is handed out as copies in the caller's arena, as the store would: this plan's own memory
 * ends with its commit, and theirs does not. Sealed plans only (plan_resolve). */
struct plan_copies {
	struct plan *plan;
	enum err (*copy)(void *ctx, struct arena *arena, const struct write *from,
			 struct record *out);
	void *ctx;
};

/* Both must outlive it. */
struct lookup plan_lookup_copies(struct plan_copies *c);

/* After sealing: puts the drafts' bytes, sizes and digests into all writes that refer to them. */
void plan_resolve(struct plan *p);

#endif
