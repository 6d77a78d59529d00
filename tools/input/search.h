/* Which documents are asked for: the options and words of inbox, outbox and find, and asking for
 * them. */
#ifndef VANTHU_TOOLS_INPUT_SEARCH_H
#define VANTHU_TOOLS_INPUT_SEARCH_H

#include <stdbool.h>
#include <stddef.h>

#include "routing/base/err.h"
#include "tools/cli/cli.h"
#include "tools/client/client.h"

struct words;

/* Codes of options that are a command's own begin here. */
enum { SEARCH_OPTIONS = 32 };

/* All zero at first, but for list.box. */
struct search {
	Vanthu__V1__List list;
	struct words *words;  /* NULL: all match */
	char plain[512];      /* of these, what the daemon sifts by */
	size_t enough;	      /* documents that match: no more are read; 0: all */
	struct words *person; /* in charge, or with; NULL: any */
	char *number;
	unsigned limit; /* 0: all */
	bool limited;	/* it was given */
	/* --cursor: where an earlier list ended. Of documents it is list.before; of entries on
	 * paper the day and id of the last one, "" none */
	bool resumed;
	char paper_day[sizeof "YYYY-MM-DD"], paper_id[37];
	const char *type;
	const char *sections[3]; /* only in these; NULL: any, and behind the last */
	char *from, *to;	 /* the ids of who was named */
	const char *typed_from, *typed_to;
	struct words *from_words, *to_words; /* the same, for parties on paper */
	struct committee_id self; /* whose office asks: its own name stands in every line */
	bool bare_type; /* one whose numbers have no symbol: the daemon knows no filter for these */
};

extern const struct command_option list_options[];

void search_begin(struct search *s, Vanthu__V1__Box box);
/* One of list_options. False: its value is wrong. */
bool search_take(struct search *s, int option, char *value);
enum { CURSOR_SIZE = 80 };
/* Where a list ends whose last document is this one: what --cursor takes. `day` and `id` of the
 * last entry on paper, "" of none. */
void search_cursor(uint64_t serial, const char *day, const char *id, char out[CURSOR_SIZE]);
/* What to say of a wrong value. */
const char *search_fix(int option);
/* The words, and who and what the options name. Failures have been reported; 0 or the exit code. */
int search_read_words(struct cli *cli, struct search *s, char **texts, int count);
int search_read_type(struct cli *cli, struct search *s);
must_use enum err search_resolve(struct call *c, struct search *s);
/* Only what is assigned to somebody. False: no memory, or no UTF-8. */
bool search_person(struct search *s, const char *name);
/* The daemon keeps back what cannot be theirs. */
void search_sift_person(struct search *s);
void search_end(struct search *s);

/* Is everything that is asked for decided by the daemon, but for the sections? */
bool search_is_daemons(const struct search *s);
/* Nothing but the box was asked for. */
bool search_is_whole(const struct search *s);
bool search_has_section(const struct search *s, const char *section);
bool search_matches(struct search *s, const Vanthu__V1__DocumentLine *l);
bool search_matches_paper(struct search *s, const Vanthu__V1__PaperLine *p);

/* Hands each line that matches to `take`, the newest first. *count, when it is not NULL, is what
 * the daemon told of its sections. Failures have been reported. */
must_use enum err search_documents(struct call *c, struct search *s,
				   void (*take)(void *ctx, const Vanthu__V1__DocumentLine *l),
				   void *ctx, Vanthu__V1__DeskCount *count);
/* The same of entries on paper. */
must_use enum err search_papers(struct call *c, struct search *s,
				void (*take)(void *ctx, const Vanthu__V1__PaperLine *p), void *ctx);
/* Nothing came: maybe a slip in a name. No refusal, for committees that have left the directory
 * still have documents. */
void search_hint_unknown(struct call *c, const struct search *s);

#endif
