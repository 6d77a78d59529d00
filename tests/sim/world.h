/* Many committees in one process: virtual clock, network and disks; the shipped core, turn, outbox,
 * opener and bulk; real frames and real seals.
 *
 *   world.c      time, events in order, a seed from its beginning to its verdict
 *   member.c     one committee: what survives a crash, and the parts that do not
 *   network.c    connections and frames, and what happens to them on the way
 *   visits.c     connections between those that are no neighbours, for the directory
 *   faults.c     which faults a seed draws, when they strike, healing
 *   disks.c      commits that take their time, and crashes meanwhile
 *   clocks.c     clocks that are wrong by minutes to days, and are mended
 *   hostile.c    a neighbour that lies
 *   tools/registry/registry.c   changing worlds: versions of the directory, and the tree of each
 *   setback.c    worlds in which a disk is put back to an earlier copy
 *   damages.c    worlds in which a bit of a stored record changes
 *   offices.c    office worlds: what is done with what has arrived
 *   figures.c    figure worlds: reports over several midnights, and what becomes of them
 *   recalls.c    and what comes of what was asked back: by documents too, early, content let go
 *   numbers.c    and what its clerks number
 *   *_plant.c    faults of a disk that the checkers must notice
 *   mandates.c   mandate worlds: who may issue what, lists of recipients, and their model
 *   clerks.c     counting worlds: entries on paper, recounts, and which entries there must be
 *   year*.c      a year of a ministry's tree, and what must be there after it
 *   small*.c     three committees, and every sequence of a few operations
 *   workload.c   who submits what; the independent model of what must come of it
 *   check_*.c    one invariant each, against the model and the disks only */
#ifndef VANTHU_TESTS_SIM_WORLD_H
#define VANTHU_TESTS_SIM_WORLD_H

#include "daemon/bulk/bulk.h"
#include "daemon/directory/download.h"
#include "daemon/files/files.h"
#include "daemon/files/memory.h"
#include "daemon/inbox.h"
#include "daemon/links/publish_opener.h"
#include "daemon/outbox.h"
#include "daemon/repair.h"
#include "daemon/store/memory.h"
#include "daemon/store/store.h"
#include "daemon/turn.h"
#include "proto/directory.h"
#include "proto/signer.h"
#include "proto/verifier.h"
#include "routing/core.h"
#include "tests/sim/prng.h"

enum {
	MEMBERS_MAX = 31,   /* of a year (year.c) */
	MEMBERS_DRAWN = 15, /* at most, of all other worlds: their masks have no more bits */
	DOCUMENTS_MAX = 64,
	PARTS = 2,
	FORGED_MAX = 64,
	KEPT_FRAMES = 32,
	EDGES_MAX = 48,
	VERSIONS_MAX = 12,
	OWN_KEYS = 4
};

enum { ENTRIES_MAX = 48, OFFICE_ACTS_MAX = 160, NUMBER_ACTS_MAX = 120, NUMBER_TYPES = 2 };
enum { MANDATE_LEVELS = 3, MANDATE_TYPES = 3, MANDATE_WAYS = 4, MANDATE_LISTS = 2 };
enum { NOT_THERE = -2, TREE_CHANGES = 9, CLOCKS_MOST = 6 };
/* Seeds from here on are of changing worlds: the tree and the keys change while documents flow.
 * Those before stay what they were. */
#define CHANGING_SEEDS 1000000ULL
/* From here on: counting worlds, changing ones too, in which clerks register paper while a month
 * ends (clerks.c). */
#define COUNTING_SEEDS 2000000ULL
/* From here on: wide worlds, changing ones in which some documents name so many recipients beside
 * nearly full envelopes that their names do not fit one item (workload.c). */
#define WIDE_SEEDS 3000000ULL
/* From here on: worlds that do not change, in which one member's disk is put back to an earlier
 * copy (setback.c). */
#define SETBACK_SEEDS 4000000ULL
/* From here on: worlds that do not change, in which offices work on what they receive
 * (offices.c). */
#define OFFICE_SEEDS 5000000ULL
/* From here on: of these, such as go over the midnight at which a term begins, with crashes at that
 * moment (numbers.c). */
#define TERM_SEEDS 5500000ULL
#define TERM_FROM "2026-10-01"
/* From here on: office worlds in which more is asked back, by documents of their own and by issuers
 * that do not wait until theirs has come, and some offices let go of what they gave back
 * (recalls.c). */
#define RECALL_SEEDS 5800000ULL
/* From here on: worlds that do not change but in who may issue what and in lists of recipients
 * (mandates.c). */
#define MANDATE_SEEDS 6000000ULL
/* From here on: office worlds over four midnights and the end of a month, in which figures go up
 * the tree (figures.c). Odd ones change too. */
#define FIGURE_SEEDS 7000000ULL
/* From here on: office worlds that do not change, in which a bit of a record changes when its
 * process dies (damages.c). */
#define DAMAGE_SEEDS   8000000ULL
#define FIRST_ENDPOINT "tcp://127.0.0.1:1"
#define START_WALL_MS 1790000000000LL
#define MONTH_ENDS_MS 1790787600000LL /* 2026-10-01T00:00:00+07:00 */

enum fault {
	FAULT_LOSS,
	FAULT_DUPLICATE,
	FAULT_REORDER,
	FAULT_DELAY,
	FAULT_RESET,
	FAULT_PARTITION,
	FAULT_ONE_WAY,
	FAULT_CRASH,
	FAULT_CRASH_COMMIT,
	FAULT_SLOW,
	FAULT_SKEW,
	FAULT_CORRUPT,
	FAULT_GARBAGE,
	FAULT_FORGED_DOCUMENT,
	FAULT_FORGED_RECEIPT,
	FAULT_REPLAY,
	FAULT_COUNT
};

/* Faults of a program that work while a world runs; the checkers must notice each. */
enum canary {
	CANARY_NONE,
	CANARY_NEVER_REOPENS,  /* what is set aside is never opened again */
	CANARY_SKIPS_NUMBER,   /* a number is lost before a clerk goes ahead by hand */
	CANARY_TERM_GOES_ON,   /* numbers go on as if no term had begun */
	CANARY_LOOKS_AWAY,     /* nobody judges what may be issued */
	CANARY_HALF_COMPARED,  /* reports are compared in one direction (figures.c) */
	CANARY_KEEPS_RECALLED, /* what was given back keeps its content where it should go */
	CANARY_FORGETS_EARLY,  /* a recall that came before its document is lost */
	CANARY_KEEPS_FIRST,    /* a declaration that is put right is not taken (declares.c) */
	CANARY_FORGETS_CHANGE, /* the feed lacks a change, and has another one twice */
	CANARY_ONE_EARLY,      /* acts leave while their commit is still under way (disks.c) */
	CANARY_REWRITES,       /* a history is written anew while its daemon is down (rewrites.c) */
	CANARY_LEAVES_DAMAGE,  /* a record that is damaged stays so */
	CANARY_COUNT
};

struct world;

struct member {
	struct world *world;
	int index, superior; /* -1 at the top */
	struct committee_id id;
	/* survives */
	struct signer *signer; /* the key that it signed with last, opened; NULL: none yet */
	struct blob signing_pem[OWN_KEYS]; /* the newest last */
	struct digest key_id[OWN_KEYS];
	unsigned key_count;
	struct memory_disk *disk;
	struct memory_files_disk *files_disk;
	int64_t skew_ms;
	int64_t clock_ms; /* its clock is wrong by so much; 0: as right as clocks are */
	bool alone;       /* and nobody is there to tell it */
	bool directory_installed;
	const char *endpoint; /* where it is, whatever directories say */
	struct {
		uint8_t id[16];
		uint64_t read, sum; /* the last number that it has read, and all it has read */
		bool put_back;	    /* the disk was, and it has not looked since */
	} follower; /* a program that reads its feed after each turn, and outlives it */
	int64_t operates_ms;  /* its operator settles a history no sooner again */
	uint64_t handed;      /* a version that lies beside its configuration */
	/* does not */
	bool running;
	uint64_t brought; /* a version waits to be installed from a file; 0: none */
	int64_t wake_ms;
	struct store *store;
	struct files *files;
	struct core *core;
	struct installer *installer;
	struct download *follow;
	struct verifier *verifier;
	struct inbox *inbox;
	struct outbox *outbox;
	struct turn *turn;
	struct bulk *bulk;
	struct repair repair;
	struct garbage *garbage;
	struct arena *scratch;
	struct job *writing;	  /* a commit is under way */
	uint64_t version_seen;	  /* on its disk when its last turn was over */
	uint64_t write_number;	  /* of the last one that began, or ended in a crash */
	struct memory_disk *before; /* of a canary; see disks.c */
};

/* One edge of the tree. Direction 0 goes up (subordinate → superior), 1 goes down. */
struct edge {
	int superior, subordinate;
	bool standing, bulk_standing;
	bool superior_knows; /* it has seen the first frame of this connection */
	uint64_t generation;
	int64_t retry_ms, refused_until_ms;
	bool cut[2];
	int64_t slow_ms[2];
	int64_t last_delivery_ms[2][2]; /* direction, control or bulk: TCP keeps order */
};

/* Where a member visits. */
struct sim_visit {
	bool dialled, standing;
	bool host_knows; /* it has seen the first frame */
	int host;
	uint64_t generation;
};

enum event_kind {
	SIM_FRAME,
	SIM_WAKE,
	SIM_RESTART,
	SIM_SUBMIT,
	SIM_FAULT,
	SIM_CONNECT,
	SIM_CHANGE,
	SIM_PAPER,
	SIM_OFFICE,
	SIM_RECOUNT,
	SIM_VISIT,
	SIM_VISIT_FRAME,
	SIM_RELOCATE,
	SIM_COPY,
	SIM_BACK,
	SIM_CLOCK,
	SIM_YEAR,
	SIM_TERM,
	SIM_FIGURES,
	SIM_DISK /* `document`: not 0: it dies */
};

struct sim_event {
	int64_t at_ms;
	uint64_t order;
	enum event_kind kind;
	int member, edge, direction;
	bool bulk;
	uint64_t generation;
	uint8_t *bytes;
	size_t len_bytes;
	int document;
};

/* What a submitter wants, and has been told. The model: nothing here comes from the code under
 * test. */
struct wanted {
	struct doc_id id;
	int origin;
	uint16_t addressed; /* bit per member */
	struct recipient recipients[MEMBERS_MAX];
	uint32_t recipient_count;
	uint32_t repeat; /* each is named so often: a model of many without a committee for each */
	enum urgency urgency;
	char number[32];
	size_t part_bytes[PARTS];
	uint64_t part_seed[PARTS];
	uint32_t part_count;
	bool accepted;
	bool gone;	  /* it was on a disk that was put back, and nowhere else */
	bool conflicting; /* a second submission under an id that is taken: must be refused */
	bool borrowed;	  /* and the id is that of a document that came from another committee */
	struct digest part_digest[PARTS];
	uint64_t version; /* of the directory that it was accepted under; 0: not known yet */
	enum err last_error;
	bool answers_one; /* in office worlds: another, that may not be there at all */
	struct document_ref answers;
	/* in office worlds: what it does with an older one of its origin, by its index + 1 */
	enum business business;
	int older;
	bool has_newer; /* and is one */
	/* in recall worlds */
	bool at_once;	/* asked back as soon as it is accepted */
	bool asked_too; /* asked back although a newer one is drawn */
	int64_t tried_ms;		/* submitted last */
	int64_t submitted_ms, asked_ms; /* first; first told that it is asked back; 0: not yet */
	uint16_t early; /* bit per member at which a recall came before it */
	/* in mandate worlds */
	int type, list;	      /* by its index + 1, behind those of the directory the office's */
	uint16_t named;	      /* besides the list */
	uint64_t low_version; /* its origin had at least that one when it was asked */
	unsigned office_seen; /* the office's list was given as it was before 1, after 2 */
	bool refused, unlawful;
};

/* What a clerk wants to register on paper, and has been told. */
struct entry {
	struct doc_id id;
	int member;
	enum direction direction;
	enum secrecy secrecy;
	const char *date;
	char number[32];
	bool cancel; /* will be */
	bool accepted, refused, cancelled;
};

/* What a clerk wants to do with a document at one of its recipients, and has been told. */
struct office_act {
	int document, member;
	enum office_status next;
	bool answered, done, given_up;
	uint32_t arrival; /* as it was told */
	bool repeated;
};

enum number_what {
	NUMBER_GIVEN, /* an entry on paper, to be numbered */
	NUMBER_VOID,  /* the next number is not issued */
	NUMBER_JUMP   /* an entry with a number of its own, somewhat ahead */
};

/* What a clerk wants a number for, and has been told. */
struct number_act {
	struct doc_id id;
	int member, type;
	enum number_what what;
	int64_t at_ms;
	unsigned ahead;
	bool cancel, change; /* will be */
	char number[32], template[32], subject[32];
	unsigned told; /* 0: not yet */
	char date[16]; /* by the clock of its office when it was asked */
	/* the directory that its office had when it was first asked of that day: had the term begun
	 * by it, and by the one when it was answered? */
	uint64_t version;
	bool in_term, maybe_in_term;
	unsigned gap;  /* that the answer told */
	bool gap_known; /* it was the first answer */
	bool refused, cancelled, changed;
	unsigned altered; /* how often it was, with an addition to its line */
};

/* A version of the directory, and the tree that it means, worked out apart from it. */
struct version {
	struct directory directory;
	int parent[MEMBERS_MAX]; /* −1 at the top, NOT_THERE */
	int link_key[MEMBERS_MAX]; /* which one is in force, without an overlap */
};

/* What a version says: verdicts by level, type and way (0: any): 0 nothing, 1 may, 2 may not. */
struct mandate_version {
	uint8_t level[MEMBERS_DRAWN];
	uint8_t verdict[MANDATE_LEVELS][MANDATE_TYPES][MANDATE_WAYS];
	uint16_t lists[MANDATE_LISTS];
};

struct world {
	uint64_t seed;
	struct prng prng, content;
	int64_t now_ms; /* virtual, monotonic */
	uint64_t events_done, order;
	struct member members[MEMBERS_MAX];
	int member_count;
	struct edge edges[EDGES_MAX];
	int edge_count;
	struct sim_visit visits[MEMBERS_MAX]; /* by who dials */
	struct sim_event *heap;
	size_t heap_count, heap_capacity;
	bool active[FAULT_COUNT];
	unsigned struck[FAULT_COUNT];
	bool healed;
	struct wanted documents[DOCUMENTS_MAX];
	int document_count;
	struct arena *arena; /* directory, keys */
	int64_t start_wall_ms;
	bool wide;
	int wide_count; /* documents with more names than fit */
	int borrowed_count; /* answers to ids of documents that came from others */
	bool damaging;
	struct prng damages;
	unsigned spoilt[FAMILY_COUNT];
	/* bit per member: signed bytes that waited there in a lane were spoilt */
	uint16_t unsigned_at[DOCUMENTS_MAX];
	bool setback, shown; /* shown: a neighbour holds what the copy does not */
	int setback_member;
	bool was_put_back;
	int64_t knew_ms;     /* since then */
	bool knew;	     /* it said itself that it is behind */
	uint32_t told;	     /* bit per member that said so of it */
	uint64_t lost_alone; /* documents that it had accepted, and nobody else has */
	struct memory_disk *copy;
	bool counting;
	struct entry entries[ENTRIES_MAX];
	int entry_count;
	bool offices, midnight, recalls;
	uint16_t drops, hasty; /* bit per member: lets content go; asks before it knows */
	/* recalls before their document; contents; recalls by a document agreed to */
	unsigned early, let_go, recalled_by;
	unsigned term_crashes, term_begun; /* numbers given in the new term, by series */
	struct office_act acts[OFFICE_ACTS_MAX];
	int act_count;
	struct number_act numbers[NUMBER_ACTS_MAX];
	int number_count;
	unsigned numbers_seen, numbers_skipped; /* on the disks at the end */
	unsigned statuses; /* on the disks at the end */
	unsigned answers; /* that are indexed, at all members */
	unsigned asked, frozen, replaced; /* recipients, of what; at the end too */
	unsigned recounts; /* that have ended, and were equal */
	bool changing;
	struct version versions[VERSIONS_MAX];
	uint64_t version_count;
	struct blob registry_pem;
	int change_count;
	uint32_t retired, weak; /* bit per member; weak: some of its signatures came too late */
	unsigned struck_change[TREE_CHANGES], relocated;
	struct signer *evil;
	struct digest evil_key_id;
	struct sim_event kept[KEPT_FRAMES]; /* for replay */
	unsigned kept_next;
	struct prng clocks; /* of its own, so that the rest of a seed is drawn as before */
	struct prng disks; /* of its own, too */
	/* commits that took their time; crashes while one did */
	unsigned long long commits_flown;
	unsigned crashes_in_flight;
	unsigned clocks_wrong, asides, settled, doubts;
	uint16_t was_aside[DOCUMENTS_MAX]; /* bit per member: taken, and believed later */
	uint32_t hash; /* of every frame and commit, in order */
	int64_t directory_valid_ms;
	bool mandates;
	struct prng mandate_prng;
	struct mandate_version mandate[VERSIONS_MAX];
	struct blob competence, lists; /* of the next version */
	uint16_t blind;		       /* bit per member whose program judges nothing */
	uint16_t office_lists[2];      /* of all offices, before and after */
	int64_t office_list_changes_ms;
	unsigned by_list, forbidden, unlawful, refusals[2], unjudged; /* at the first hop, last */
	struct year *year; /* NULL: a world of seconds */
	struct small *small;	 /* NULL: it draws; else nothing in it is drawn (small.h) */
	struct figures *figures; /* NULL: reports leave, and nobody looks */
	int64_t skipped_ms; /* nights, by all clocks; the times of events go without them */
	char violation[256];
	bool verbose;
	bool rewritten; /* of CANARY_REWRITES: it is done */
	enum canary canary;
	unsigned same_instant; /* numbers asked for by two clerks at once, and given to both */
	unsigned out_of_order; /* statuses that came before an earlier one of the same office */
};

/* The first violation stays; later ones often follow from it. */
void world_violation(struct world *w, const char *checker, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Whatever happens until then, or until something is violated. */
void world_run_until(struct world *w, int64_t until_ms);
/* Runs one seed; true when nothing was violated. */
bool world_run(struct world *w, uint64_t seed);
/* Its parts, for worlds that are made otherwise: nothing is there yet; all that the first directory
 * has boot, and find each other from then on; and from the healing of all faults to the verdict. */
void world_begin(struct world *w, uint64_t seed);
void world_start(struct world *w, int64_t connect_ms);
bool world_finish(struct world *w);
void world_free(struct world *w);
void world_schedule(struct world *w, struct sim_event e);
void world_wake(struct world *w, struct member *m, int64_t in_ms);

/* ---- member.c ---- */
void member_create(struct world *w, int index, int superior);
void member_start(struct member *m);
void member_crash(struct member *m); /* everything not committed is gone */
void member_stop(struct member *m);  /* in order, and nobody starts it again but who stopped it */
void member_turn(struct member *m);
struct now member_now(const struct member *m);
void member_free(struct member *m);
void member_install(struct member *m, uint64_t version); /* a version comes to it from outside */
/* from its disk */
/* The directory that is on its disk: memory may be ahead, by what a crash would lose. When an
 * answer leaves, it is the one that it was decided under, or a later one of the same turn. */
uint64_t member_version(const struct member *m);
bool member_get(const struct member *m, struct arena *a, enum family family, struct key key,
		struct record *out);

/* ---- network.c ---- */
/* from a to b; NULL when they are no neighbours */
struct edge *network_edge(struct world *w, int a, int b, int *direction);
enum err network_send(struct member *from, struct committee_id to, bool bulk, struct blob frame);
void network_deliver(struct world *w, struct sim_event *e);
/* what it had set aside */
void network_reopen(struct member *m, struct committee_id neighbour, struct blob frame,
		    int64_t corrected_at_ms);
void network_reset(struct world *w, int edge);
void network_connect(struct world *w, int edge);
void network_open_bulk(struct world *w, int edge);
void network_member_gone(struct world *w, int member);
void network_punish(struct world *w, int member, struct committee_id neighbour);
int world_find(const struct world *w, const char *id); /* index of a committee, −1 */

/* its directory has changed: connections that it no longer keeps end */
void network_follow(struct world *w, int member);

struct event;
/* does it know where the other one is? */
bool network_reaches(const struct world *w, int from, int to);

/* ---- visits.c ---- */
void visits_dial(struct member *m, struct committee_id host);
void visits_connect(struct world *w, const struct sim_event *e);
enum err visits_send(struct member *m, struct committee_id who, enum party party,
		     struct blob frame);
void visits_end(struct member *m, struct committee_id who, enum party party);
void visits_deliver(struct world *w, const struct sim_event *e);
void visits_member_gone(struct world *w, int member);

/* ---- tools/registry/registry.c ---- */
void registry_relocate(struct world *w);
int world_parent(const struct world *w, uint64_t version, int member);
bool world_is_below(const struct world *w, uint64_t version, int top, int member);
/* what it believes: heads that the registry has signed */
struct directory_trust registry_trust(struct member *m);
void registry_draw(struct world *w);
void registry_change(struct world *w);
/* Versions in which one has another superior, and in which a new one is there and starts. */
void registry_move(struct world *w, int member, int to);
void registry_join(struct world *w, int member);
/* A version in which one has a new key, the old one ends in good time; with as many as may be, one
 * in which nothing differs. */
void registry_renew(struct world *w, int member);
/* Versions in which one has ended, and in which its subordinates go to another one besides. */
void registry_end(struct world *w, int member);
/* A version with the world's next table and lists; `member` ≥ 0: it gets that level. */
void registry_level(struct world *w, int member, text_t level);
void registry_merge(struct world *w, int member, int into);
/* A version in which the committees of these indices begin a term; it comes to the top. */
void registry_begin_terms(struct world *w, const int *members, unsigned count, text_t name,
			  text_t from);

/* ---- disks.c ---- */
struct job_runner disks_runner(struct member *m); /* who commits */
void disks_landed(struct world *w, const struct sim_event *e);
/* What becomes of a commit that is under way; before and after the process is gone. */
void disks_crash(struct member *m);
void disks_after_crash(struct member *m);
enum pace disks_pace(struct world *w);

/* ---- faults.c ---- */
void faults_draw(struct world *w);
void faults_strike(struct world *w);
void faults_heal(struct world *w);
void clocks_draw(struct world *w);
void clocks_strike(struct world *w, int member, bool mend);
void clocks_noticed(struct world *w, int member, const struct act_notify *n);
const char *fault_name(enum fault f);

/* ---- hostile.c ---- */
void hostile_garbage(struct world *w, int edge);
void hostile_document(struct world *w, int edge);
void hostile_receipt(struct world *w, int edge);
/* For others that lie: a head in a member's name, and its key id in what another key has sealed. */
struct head hostile_head(struct world *w, const struct member *as, enum kind kind,
			 const struct recipient *to);
void hostile_dress_up(struct world *w, struct draft *d, const struct member *as);

/* ---- workload.c ---- */
void workload_draw(struct world *w);
void workload_submit(struct world *w, int document);
void workload_replied(struct world *w, const struct act_reply *r);
void workload_part(const struct wanted *d, uint32_t part, uint8_t *out); /* its bytes */
/* Whom an accepted document is for, by the version that its origin accepted it under. */
void workload_resolve(struct world *w, struct wanted *d);
/* A changing world cannot hold everything: who has ended answers no more, and what was signed by a
 * key that ended too soon may be refused. */
bool workload_excused(const struct world *w, const struct wanted *d, int recipient);
/* is it on the way of this document? */
bool workload_passes(const struct world *w, const struct wanted *d, int member);
const struct wanted *workload_find(const struct world *w, const struct doc_id *id);
/* never accepted, and rightly so */
bool workload_given_up(const struct world *w, const struct wanted *d);
/* all accepted documents are closed at their origins and nothing is queued */
bool workload_done(struct world *w);

/* ---- damages.c ---- */
void damages_after_crash(struct member *m);
/* What a client hears as long as a record is not whole again: it asks once more. */
bool damages_answer(const struct world *w, enum err e);
/* It has counted since, or is in no need to. */
bool damages_counted(const struct member *m);
bool damages_are(const struct member *m); /* its disk has a record that is not whole */
/* Was this recipient refused it, because the signed bytes were spoilt where they waited? To how
 * many was it? And is that what lies there instead of them? */
bool damages_lost(const struct world *w, const struct wanted *d, int recipient);
unsigned damages_lost_count(const struct world *w, const struct wanted *d);
bool damages_hollow(const struct member *m, const struct wanted *d, const struct rec_envelope *e);
void check_damages(struct world *w);

/* ---- setback.c ---- */
void setback_draw(struct world *w);
void setback_copy(struct world *w);
void setback_restore(struct world *w);
void setback_noticed(struct world *w, const struct member *m, const struct act_notify *n);
/* Documents that nobody has any more are gone: no model wants them back. */
void setback_count_lost(struct world *w);
/* Its id was given to a second content: what it had accepted first cannot stand beside that. */
/* A submission is accepted as a new one: did its store forget that it had sent it? Before it could
 * know that it was put back, so that two versions of it are there, and who has one refuses the
 * other by name (VT-2002): no model says which. */
void setback_again(struct world *w, struct wanted *d);
void setback_forgot(struct world *w, struct wanted *d);
/* Is what is still fetched, or set aside, of a document that nobody has any more? */
bool setback_is_gone(struct world *w, const struct member *m, const struct record *r);
bool setback_done(struct world *w); /* nobody is behind any more */
void check_setback(struct world *w);

/* ---- clerks.c ---- */
void clerks_draw(struct world *w);
void clerks_submit(struct world *w, int entry);
void clerks_recount(struct world *w, int member);
/* false: not an answer to one of these */
bool clerks_replied(struct world *w, const struct act_reply *r);
bool clerks_done(const struct world *w);
void check_paper(struct world *w);

/* ---- offices.c ---- */
void offices_draw(struct world *w);
void offices_act(struct world *w, int act);
/* Does a clerk there see it in the inbox, whole? */
bool offices_sees(const struct member *m, const struct wanted *d);
/* false: not an answer to one of these */
bool offices_replied(struct world *w, const struct act_reply *r);
bool offices_done(const struct world *w);
/* Its disk is put back, and still as it was: what its clerks were told, and nobody else has heard
 * of, is lost with it. */
void offices_put_back(const struct member *m);
/* must it wait for the one that it updates or replaces? */
bool offices_wait(const struct world *w, const struct wanted *d);
/* a refusal of one that updates or replaces, and rightly so: it is sent by itself then */
bool offices_refused(struct world *w, struct wanted *d, enum err why);
void offices_noticed(struct world *w, const struct member *m, const struct act_notify *n);
/* it is told that one was accepted */
void offices_accepted(struct world *w, const struct wanted *d);
void check_office(struct world *w);
void check_matters(struct world *w);

/* ---- mandates.c ---- */
extern const char *const mandate_codes[MANDATE_TYPES];
extern const char *const mandate_types[MANDATE_TYPES];
struct ev_submit;
void mandates_begin(struct world *w); /* before the directory is made */
void mandates_draw(struct world *w);
void mandates_change(struct world *w);
void mandates_blind(struct member *m); /* before each turn */
text_t mandates_level(const struct world *w, uint64_t version, int member);
/* The lists that it names, in the event's arena. */
void mandates_submit(struct world *w, struct wanted *d, struct arena *a, struct ev_submit *s);
void mandates_accepted(struct world *w, struct wanted *d);
/* Refused, and rightly so. */
bool mandates_refused(struct world *w, struct wanted *d, const struct act_reply *r);
/* `rule`: what says so */
bool mandates_forbid(const struct world *w, const struct wanted *d, uint64_t version,
		     char rule[64]);
/* check_mandates alone knows what must become of it */
bool mandates_own(const struct world *w, const struct wanted *d);
void check_mandates(struct world *w);
/* ---- mandate_plant.c: its canaries ---- */
bool mandate_plants(struct world *w);

/* ---- office_plant.c: the canaries of what checks office worlds ---- */
/* After a good one, each on a disk of its own; a line for each. False: one was not noticed. */
bool office_plants(struct world *w);

/* ---- recalls.c ---- */
void recalls_draw(struct world *w);
/* after each turn, in recall worlds */
void recalls_look(struct member *m);
/* nothing is still to be let go */
bool recalls_done(struct world *w);
/* does this office let go of what it gave back? */
bool recalls_let_go(const struct world *w, int member);
void check_recalls(struct world *w);
/* ---- recall_plant.c: its canaries ---- */
bool recall_plants(struct world *w);

/* ---- numbers.c ---- */
extern const char *const number_types[NUMBER_TYPES];
void numbers_draw(struct world *w);
void numbers_act(struct world *w, int act);
/* At midnight: the term begins (member < 0), or a process dies. */
void numbers_midnight(struct world *w, int member);
/* False: it is the answer to something else. */
bool numbers_replied(struct world *w, const struct act_reply *r);
bool numbers_done(const struct world *w);
void check_numbers(struct world *w);

/* ---- checkers: at the end, and one while it runs ---- */
void check_loss(struct world *w);
/* On its disk, running or not. */
void check_feed(struct world *w, const struct member *m);
void check_chain(struct world *w, const struct member *m); /* the same */
/* The disk of a canary, whose history is written anew, once in a world. */
void rewrites_after_crash(struct member *m);
/* Its follower reads what the last turn has committed. */
void check_follow(struct member *m);
void check_followed(struct world *w, const struct member *m);
/* The store of a canary, which loses changes. */
void check_forget_changes(struct member *m);
void check_duplicates(struct world *w);
void check_order(struct world *w);
void check_receipts(struct world *w);
void check_receipt_now(struct world *w, int origin, const struct act_notify *n);
void check_entitlement(struct world *w);
void check_convergence(struct world *w);
void check_authenticity(struct world *w);
void check_target(struct world *w, const struct member *m); /* one disk, at any time */
/* likewise: the version in force, and no other's entries */
void check_directory(struct world *w, const struct member *m);

#endif
