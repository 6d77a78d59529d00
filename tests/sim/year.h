/* A year of a ministry's tree, 1 + 30 committees: days and hours, offices that begin and end their
 * day, a term that changes, and what is done in them; see year.c. The model is what was asked and
 * what was answered: nothing in it comes from the code under test. */
#ifndef VANTHU_TESTS_SIM_YEAR_H
#define VANTHU_TESTS_SIM_YEAR_H

#include "tests/sim/world.h"

enum {
	YEAR_MEMBERS = 31,
	YEAR_DAYS = 365,
	YEAR_DAYS_MOST = 540, /* with those after it, until all is done */
	YEAR_TOLD = 12,	      /* acts on one document at one of its recipients, at most */
	YEAR_KINDS = 8
};

#define YEAR_START_MS 1751302800000LL /* 2025-07-01T00:00:00+07:00 */
#define DAY_MS	      86400000LL
/* What only a secret paper says: nothing may keep it. */
#define YEAR_SECRET "điều không được ghi"

/* A kind of document: what its numbers count by. */
struct year_kind {
	text_t code, name, template;
	bool state; /* of the State: begins anew with each year, not with a term */
};

struct year_document {
	struct doc_id id;
	uint8_t origin, kind;
	enum group group;   /* as it was addressed; GROUP_NONE: by name */
	uint32_t addressed; /* bit per member */
	enum urgency urgency;
	uint32_t business; /* 1, or 4: it replaces an earlier one, `about` */
	int32_t about;	   /* what it answers or replaces; −1: nothing */
	int32_t due_day;   /* −1: none */
	bool accepted;
	bool given_up;	     /* its issuer has ended, or all that it was for */
	bool fewer;	     /* who has ended is named no more */
	uint32_t number;     /* as it was told */
	uint32_t deliveries; /* index of the first; as many as it is addressed to, by member */
	uint32_t asks;	     /* how often it was asked back */
	int32_t asking;	     /* the recall that is being asked now; −1: none */
	uint64_t content;
};

/* The issuer asks for a document back. */
struct year_recall {
	uint32_t document, asked; /* bit per member */
	bool all;		  /* nobody is named: it is asked of all */
	bool told;
	uint32_t n; /* of the issuer's questions about this document, from 1 */
};

enum year_acting { ACTING_NOT, ACTING_STEP, ACTING_ANSWER };

/* One document at one of its recipients: what its office is to do, and has been told. */
struct year_delivery {
	uint32_t document;
	uint8_t member, step, told_count;
	bool late;
	const char *plan; /* a digit a step: the code; x: what may not be done now */
	/* the same, and what was said to a recall: a it was agreed, d declined */
	char told[YEAR_TOLD + 1];
	uint32_t arrival;
	int32_t answer;	     /* the document that it is finished with; −1: none */
	const char *answers; /* what will be said to a recall, and to the next: a, d */
	uint8_t asked, answered;
	enum year_acting acting; /* one act after the other: what is tried has no answer yet */
	bool frozen;		 /* a recall was agreed to */
	bool tried_frozen;	 /* and then something that is refused */
	bool gone;		 /* its office has ended before it came */
	uint8_t due_step;	 /* the step, from 1, that due_on was given with; 0: none */
	char due_on[11];
	int32_t arrived_day;	 /* as it was noticed; −1: not */
};

struct year_paper {
	struct doc_id id;
	uint8_t member, kind;
	enum direction direction;
	enum secrecy secrecy;
	bool not_issued;	/* only a number, under which nothing was issued */
	bool cancel, change;	/* what happens to it later: one of them, or nothing */
	bool accepted, altered; /* that has happened */
	/* number: of what came in; of an arrival that is void, "" until the next one is known */
	char date[16], number[32];
	uint32_t told; /* the number given to what went out */
};

struct year {
	struct prng prng;
	struct year_document *documents;
	uint32_t document_count, document_most, drawn;
	struct year_delivery *deliveries;
	uint32_t delivery_count, delivery_most;
	struct year_paper *papers;
	uint32_t paper_count;
	struct year_recall *recalls;
	uint32_t recall_count, recall_most;
	struct year_due *due; /* year_due.c */
	bool working[YEAR_DAYS_MOST], played[YEAR_DAYS_MOST];
	bool joined, moved;
	uint64_t ended[YEAR_MEMBERS]; /* in which version; 0: not yet */
	/* and for so many evenings nothing that it holds had still to get away, and nobody to do
	 * anything with what it sent or got */
	uint8_t drained[YEAR_MEMBERS];
	bool away[YEAR_MEMBERS];      /* and its machine is switched off for good */
	bool open;
	int day;
	uint32_t terms_begun; /* bit per member */
	bool tables_changed; /* of holidays, in some committees */
	int off[YEAR_MEMBERS]; /* its machine stays off until that day */
	uint32_t pending;      /* what has not been answered yet */
	uint32_t late, returned, answers, refused, crashes, cuts, acts, days;
	uint32_t asked, agreed, declined, frozen, voids, changes, reminders, still_open;
	uint32_t statuses, lines;
	uint32_t too_late, unserved, given_up; /* of who has ended: refused, never came, not sent */
};

/* ---- year_tree.c ---- */
void year_name(int index, struct committee_id *out);
int year_superior(int index); /* −1 at the top */
void year_describe(int index, struct rec_committee *out);
/* Who comes in the course of the year, who gets another superior, who ends, and who ends in another
 * one that takes its subordinates; and when. */
enum {
	YEAR_JOINS = 30,
	YEAR_JOIN_DAY = 60,
	YEAR_MOVES = 10,
	YEAR_MOVES_TO = 1,
	YEAR_MOVE_DAY = 160,
	YEAR_ENDS = 8,
	YEAR_END_DAY = 120,
	YEAR_MERGES = 7,
	YEAR_MERGES_INTO = 6,
	YEAR_MERGE_DAY = 200
};
/* Of these no report gets anywhere: a bit each. */
#define YEAR_SILENT (1u << 9 | 1u << 17 | 1u << 29)
int year_end_day(int index); /* when it ends, by itself or in another one; −1: not in this year */
int year_heir(int index);    /* whom its papers go to then */
int year_term_day(int index); /* when its term begins; −1: not in this year */
const struct year_kind *year_kind(unsigned kind);
/* The tree as `vanthu lab create --tree` takes it. */
void year_print_tree(void);

/* ---- year.c ---- */
struct year_run {
	uint64_t seed;
	uint32_t documents;
	bool weekly; /* offices work on one day a week: as much happens, in fewer boots */
	bool plants; /* and then each fault that must be noticed (year_plant.c) */
};
/* Plays it, checks it and prints what came of it. */
bool year_run(struct world *w, const struct year_run *run);
bool year_is_open(const struct world *w);
void year_event(struct world *w, const struct sim_event *e);
/* At the beginning of the given working day from today (0: now), within its hour. */
void year_schedule(struct world *w, int kind, uint32_t index, unsigned days);
void year_date(int day, char out[16]); /* YYYY-MM-DD */

/* ---- year_work.c ---- */
enum { YEAR_SUBMIT, YEAR_STEP, YEAR_PAPER, YEAR_ASK, YEAR_ANSWER, YEAR_CRASH, YEAR_COMMIT };
void year_draw(struct world *w, uint32_t documents);
void year_submit(struct world *w, uint32_t document);
/* How many copies of it go on paper besides; 0: none. */
uint32_t year_paper_copies(const struct year_document *d);
void year_step(struct world *w, uint32_t delivery);
/* Has an office that has ended done all that it has still to do, and others what it sent? */
bool year_is_clear(const struct world *w, int member);
/* NULL: the document is none of the year's, or not for this committee; *untold: for whom it is, its
 * issuer was not told yet */
struct year_delivery *year_find(const struct world *w, const struct doc_id *id, int member,
				bool *untold);
/* until it is answered, the client repeats itself */
void year_again(struct world *w, int kind, uint32_t index);
/* The clerk sees it in the inbox: on the disk, whole. */
bool year_in_inbox(const struct world *w, const struct year_delivery *v, struct ev_office *out);
void year_replied(struct world *w, const struct act_reply *r);
void year_release(struct world *w);

/* ---- year_recall.c ---- */
/* Now and then a document that was accepted is asked back on a later day. */
void year_recall_draw(struct world *w, uint32_t document);
void year_ask(struct world *w, uint32_t recall);
void year_asked(struct world *w, uint32_t recall, const struct act_reply *r);
void year_answer(struct world *w, uint32_t delivery);
void year_answered(struct world *w, uint64_t asked, const struct act_reply *r);

/* ---- year_paper.c ---- */
void year_paper_draw(struct world *w, uint32_t paper);
void year_register(struct world *w, uint32_t paper);
void year_registered(struct world *w, uint64_t asked, const struct act_reply *r);

/* ---- year_due.c ---- */
void year_due_begin(struct world *w);
/* A daemon has booted, or its table of holidays has changed: it goes by the one of that day. */
void year_due_rules(struct world *w, struct member *m);
/* The day on which some committees' tables change. */
void year_due_change(struct world *w);
void year_noticed(struct world *w, const struct member *m, const struct act_notify *n);
/* What each office has still to do, by its disk and by the model. */
void year_check_open(struct world *w);
/* a canary: the last reminder once more */
void year_remind_again(struct world *w);
/* and another: a reminder by the table of holidays that was changed since */
void year_remind_by_old_table(struct world *w);
void year_due_release(struct year *y);

/* ---- year_plant.c: the checkers' canaries ---- */
/* Plants one fault after the other on the top's disk and runs `check`, which must notice; the disk
 * is whole again afterwards. A line for each; false: one was not noticed. */
bool year_plants(struct world *w, void (*check)(struct world *w));

/* ---- year_store.c ---- */
/* Writes a committee's year into the store of a lab's daemon, which does not run now; says so in a
 * line. False: it cannot be written. */
bool year_store(struct world *w, const char *id, const char *folder);
/* The versions of the directory, a line each: number, day, and who stands under whom since. */
void year_print_directories(const struct world *w);

/* ---- year_check.c, year_check_work.c ---- */
void year_check_books(struct world *w);
void year_check_numbers(struct world *w);
void year_check_work(struct world *w);

/* ---- year_main.c ---- */
int year_main(int argc, char **argv);

#endif
