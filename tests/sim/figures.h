/* Figures on their way up: what each report must say, and what becomes of reports. The model is
 * what check_target.c counts on the reporter's own disk before the turn in which it leaves. */
#ifndef VANTHU_TESTS_SIM_FIGURES_H
#define VANTHU_TESTS_SIM_FIGURES_H

#include "tests/sim/check.h"

enum { REPORTS_KEPT = 96, LOSSES_MOST = 8 };

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
	unsigned injected[MEMBERS_MAX]; /* by signer: refused at most so often */
	unsigned nights, lost, again, forged, impossible, asks, lies;
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
