/* The store: where records survive. One process owns one store; nothing outside daemon/store* knows
 * what it is made of. This is the interface; who makes a store chooses what it is made of, and
 * includes the header of that:
 *   daemon/store/lmdb.h    LMDB, one synced transaction a plan (the default)
 *   daemon/store/memory.h  for the simulator: a crash loses exactly what was not committed
 * A failed commit leaves the outcome open: the caller must end the process (docs/ARCHITECTURE.md
 * "The turn"). */
#ifndef VANTHU_DAEMON_STORE_STORE_H
#define VANTHU_DAEMON_STORE_STORE_H

#include "routing/base/err.h"
#include "routing/state/lookup.h"
#include "routing/state/plan.h"

struct store;

struct store_room {
	uint64_t map_bytes, map_used_bytes;
	uint64_t disk_free_bytes;
	/* what attachments may take and leave the reserve; 0 also when no files can be made */
	uint64_t spare_bytes;
	uint64_t left_bytes;	   /* a plan with documents of ours may cost so much */
	enum err left_why;	   /* what bounds that: ERR_MAP_FULL, ERR_DISK_FULL */
	uint64_t left_facts_bytes; /* a turn with facts only */
	uint64_t inodes_free;
	bool inodes_known; /* a file system that counts none has no bound of them */
	bool files;	   /* new files can be made: inodes */
	/* what is short, when submissions are not taken: ERR_MAP_FULL, ERR_DISK_FULL */
	enum err why;
	bool submissions; /* room for new documents of our own */
	bool documents;	  /* room for documents of others */
	bool facts;	  /* room for facts: the reserve */
};

/* What one walk over everything found. Families: a bit for each, by its number. */
struct store_survey {
	int64_t at_ms; /* wall clock; 0: none yet */
	uint64_t records;
	uint64_t faults;      /* of what holds the records together; 0: all were seen */
	uint64_t damaged;     /* records with a wrong checksum */
	uint64_t missing;     /* records that should be there */
	uint64_t damaged_in;  /* families with such records */
	uint64_t differing;   /* families that are not what was committed */
	char first_fault[64]; /* where the first lies, and what it is */
};

/* A record with a wrong checksum. */
struct store_damage {
	enum family family;
	struct key key;
};
/* More of them are listed when these are whole again. */
enum { STORE_DAMAGES_MAX = 1024 };

struct store_figures {
	uint64_t commits;
	/* records that are known to be damaged: by the last survey, and what was met since; without
	 * those that FAMILY_ACCEPTED says are lost */
	uint64_t damaged;
	uint32_t readers;
	struct store_survey survey; /* the last */
	uint64_t surveys;	    /* ended since the store was opened */
	uint32_t listed;	    /* what store_ops.damages would give */
	uint64_t accepted;	    /* found by it, or since, to be accepted as lost */
	uint64_t beyond;	    /* found by it, and not listed */
	/* a damaged record was met by reading that the last survey does not list: another survey
	 * would find what else there is */
	bool unlisted;
	/* What is known to be wrong: ERR_STORE_DAMAGED, ERR_RECORDS_MISSING, ERR_DAMAGED; ERR_OK
	 * when nothing, or only counters of the target, which a recount makes anew. */
	enum err unsound;
	/* of a copy: how many records it says that there are, each damaged one too; a walk that
	 * finds fewer was led past some. Else 0. */
	uint64_t entries;
};

/* Who takes the bytes of a copy, in order. */
struct store_sink {
	void *ctx;
	/* May block. Anything but ERR_OK ends the copy, which returns it. */
	enum err (*take)(void *ctx, struct blob bytes);
};

struct store_ops {
	/* Writes all of the plan's writes, or none, and returns when they are on disk. ERR_STORE,
	 * ERR_DISK_FULL, ERR_STORE_FOREIGN: end the process. ERR_STORE_GONE: what is open is in no
	 * folder any more; nothing may be acknowledged, and only this process still has it. An
	 * empty plan commits nothing. May block for as long as a sync takes. Any thread, one at a
	 * time; reading goes on meanwhile, and sees nothing of the plan before this returns. */
	enum err (*commit)(struct store *s, const struct plan *p);
	/* Is the store still the one that was opened, at its path, and no other process's?
	 * ERR_STORE_GONE, ERR_STORE_FOREIGN (not while a commit is under way, which looks for
	 * itself). Cheap: asked before each turn. */
	enum err (*check)(struct store *s);
	/* See routing/state/lookup.h. Any thread. */
	struct lookup (*lookup)(struct store *s);
	/* Between begin and end the same thread's lookups see one state, and cost less. Keep it
	 * short: what is committed meanwhile cannot use freed room again. */
	enum err (*read_begin)(struct store *s);
	void (*read_end)(struct store *s);
	/* Reports what there is room for now. Asked before each turn: in the common case three
	 * system calls. Keeps some room of the disk for the store alone, so that other data filling
	 * the disk does not end the process. */
	enum err (*room)(struct store *s, struct store_room *out);
	/* Another reserve from now on: documents are refused when less than reserve_bytes is free,
	 * submissions of our own when less than both together. Control thread only. */
	void (*set_reserve)(struct store *s, uint64_t reserve_bytes, uint64_t submit_reserve_bytes);
	void (*figures)(struct store *s, struct store_figures *out);
	/* A copy of all that is committed when it begins, as the bytes of one file, which the back
	 * end opens again. Any thread but the one that commits; reading and commits go on
	 * meanwhile. While it lasts what they free cannot be used again, so that the store grows
	 * by what is written: a sink is to take it as fast as a disk does. ERR_STORE; or what the
	 * sink said. NULL: the back end writes none. */
	enum err (*copy)(struct store *s, const struct store_sink *to);
	/* What was looked for last, before the first commit, and was not there or damaged: why a
	 * start ends with ERR_NOT_FOUND or ERR_DAMAGED. False: nothing. */
	bool (*missed)(struct store *s, enum family *family, struct key *key);
	/* Walks over everything that is committed, and compares it with what was: checksums, counts
	 * and sums of families, and what holds the records together. What it finds is in the
	 * figures, and logged. Long, reads the whole store; any thread, one at a time. Errors of
	 * reading alone: damage is a finding. ERR_CANCELLED soon after *stop, which another thread
	 * may set, is true; NULL is fine. */
	enum err (*survey)(struct store *s, const bool *stop);
	/* The damaged records that the last survey listed and that nothing was written over since,
	 * at most STORE_DAMAGES_MAX of them; returns how many. What is written over one of them is
	 * whole, and is taken out of the figures. Any thread. NULL: none is ever known. */
	uint32_t (*damages)(struct store *s, struct store_damage out[STORE_DAMAGES_MAX]);
	/* Of which record a copy in the quarantine is, by its name. False: of none that can be
	 * told. Any thread. NULL: there are no copies. */
	bool (*copied)(struct store *s, const char *name, enum family *family, struct key *key);
	/* What the last survey found missing is lost: with the next commit the sums say what is
	 * there. False: nothing is missing, or what holds the records together is damaged, and
	 * nothing is accepted. Control thread. NULL: nothing can be missing. */
	bool (*accept)(struct store *s);
	/* Housekeeping, every minute or so: stale readers, resident pages of the map. */
	void (*idle)(struct store *s);
	void (*close)(struct store *s); /* NULL is fine */
};

struct store {
	const struct store_ops *ops;
};

#endif
