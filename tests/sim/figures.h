/* Figures on their way up: what each report must say, and what becomes of reports. The model is
 * what check_target.c counts on the reporter's own disk before the turn in which it leaves. */
#ifndef VANTHU_TESTS_SIM_FIGURES_H
#define VANTHU_TESTS_SIM_FIGURES_H

#include "routing/base/limits.h"
#include "tests/sim/check.h"

struct target_table;

enum {
	REPORTS_KEPT = 96,
	LOSSES_MOST = 8,
	SAID_MOST = 64,
	REPLY_FIGURES = 900000, /* nobody waits for these answers */
};

/* What happens: a kind of SIM_FIGURES. */
enum {
	FIGURES_NIGHT,
	FIGURES_ASK,
	FIGURES_NOW,
	FIGURES_LOSE,
	FIGURES_AGAIN,
	FIGURES_FORGE,
	FIGURES_IMPOSSIBLE,
	FIGURES_KINDS, /* those that are drawn among each other */
	FIGURES_DECLARE
};

/* A declaration as an office gave it. */
struct said_declaration {
	int member;
	const char *target;
	uint64_t done, all;
	char as_of[DATE_MAX + 1];
};

/* One report, as its signer's disk was. */
struct snapshot {
	int member;
	int64_t signed_ms;
	unsigned count;
	struct model_cell *cells;
};

struct kept_report {
	int signer;
	int64_t signed_ms;
	size_t len_bytes;
	uint8_t *bytes;
	struct digest digest;
};

struct figures {
	uint32_t silent; /* bit per member: no report of it gets anywhere */
	bool watching;
	int64_t from_ms; /* by the right clock */
	struct prng prng;
	struct snapshot *list;
	unsigned count, capacity;
	struct snapshot before[MEMBERS_MAX]; /* cells NULL: nothing may leave now */
	int64_t last_ms[MEMBERS_MAX];
	bool asked[MEMBERS_MAX];
	/* Envelopes that were under way, for those who show them again. */
	struct kept_report kept[REPORTS_KEPT];
	unsigned kept_next;
	/* What `receiver` gets of `signer` of this time is lost. */
	struct loss {
		int signer, receiver;
		int64_t from_ms, to_ms;
	} losses[LOSSES_MOST];
	unsigned loss_count;
	/* by signer, over its own link: refused at most so often */
	unsigned injected[MEMBERS_MAX];
	struct prng declares;
	struct said_declaration said[SAID_MOST];
	unsigned said_count;
	const struct said_declaration *last_said[MEMBERS_MAX]; /* NULL: it was not there */
	unsigned nights, lost, again, forged, impossible, asks, lies;
	unsigned declared; /* last ones that were found at a level above */
};

void figures_begin(struct world *w, uint32_t silent);
/* From now on; what left before is not looked at. */
void figures_watch(struct world *w);
void figures_draw(struct world *w);
void figures_event(struct world *w, const struct sim_event *e);
/* Around each turn of a member, and when it dies. */
void figures_before(struct member *m);
void figures_after(struct member *m);
/* False: an answer to something else. */
bool figures_replied(const struct act_reply *r);
void figures_opened(struct member *m, struct ev_publish *e);
/* After a world of seconds: somebody lies, a night passes, and everything must be there. */
void figures_finish(struct world *w);
void figures_release(struct world *w);
const struct snapshot *figures_find(const struct world *w, int member, int64_t signed_ms);
/* A report that a member signs and that its daemon knows nothing of, to its superior there; when it
 * was signed, 0: it could not be given. */
int64_t figures_inject(struct world *w, int edge, struct report *report);

/* ---- declares.c ---- */
const struct target_table *declares_table(void);
void declares_draw(struct world *w);
void declares_event(struct world *w);
/* When all is quiet: each declares, and puts it right. */
void declares_finish(struct world *w);
/* What a disk holds of a signer's declarations is what that one said, whenever it was. */
void check_declared(struct world *w, const struct member *m, int signer, const struct report *held);
/* And after declares_finish and a night, the last. */
void check_last_declared(struct world *w, int superior, int member, const struct report *held);
void declares_keep_first(struct world *w);

/* ---- check_figures.c ---- */
/* One disk, at any time: what it holds of others is what they said, and nothing else. */
void check_figures(struct world *w, const struct member *m);
/* When all have reported: every level has the last report of each below it, and none of those that
 * are silent. */
void check_all_figures(struct world *w);
/* The documents in question are named, in both directions: of a report signed then that names these
 * two and no others, one of each direction. */
void check_lie(struct world *w, int superior, int liar, int64_t signed_ms,
	       const struct doc_id made_up[2]);
#endif
