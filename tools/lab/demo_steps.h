/* What the demo does step by step: commands of this very program on a lab, each shown as a clerk
 * would type it. */
#ifndef VANTHU_TOOLS_LAB_DEMO_STEPS_H
#define VANTHU_TOOLS_LAB_DEMO_STEPS_H

#include "tools/cli/cli.h"
#include "tools/lab/screen.h"
#include "tools/lab/lab.h"

enum { DEMO_CHAPTERS = 5, DEMO_MEMBERS = 7 };

/* A committee as the tree draws it. */
struct demo_member {
	char id[COMMITTEE_ID_MAX + 1], name[COMMITTEE_NAME_MAX + 1];
	char branch[64]; /* what connects it with its superior */
	unsigned place;	 /* its line on the screen */
	char state[16];	 /* as drawn last */
};

struct demo_document {
	char id[37], number[80];
	int64_t sent_ms;
};

struct demo {
	struct cli *cli;
	struct lab lab;
	struct screen screen;
	char folder[CONFIG_PATH_MAX];
	char plan[CONFIG_PATH_MAX], large[CONFIG_PATH_MAX], report[CONFIG_PATH_MAX];
	struct demo_member members[DEMO_MEMBERS]; /* from the top down, each branch whole */
	unsigned chapter;
	bool failed;
	char why[512]; /* what the last command that failed said */
	/* for the summary: what was seen */
	unsigned documents, receipts, copies, clerk_acts, statuses;
	double plan_s, killed_s, share, line, lowest_share;
	unsigned paper;
	char plan_number[80], target[160], book[CONFIG_PATH_MAX + 32];
	size_t book_bytes;
};

/* A signal wants it to end, or nobody reads it any more: the steps that follow do nothing and print
 * nothing. */
bool demo_stopped(const struct demo *s);

void demo_chapter(struct demo *s, const char *title);
void demo_say(struct demo *s, enum tone tone, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Says it on the terminal's own screen, where it stays; the demo has failed. */
void demo_fail(struct demo *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Shows what is typed at a member. */
void demo_command(struct demo *s, const char *member, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Runs a command of this program as a member: the `data` of its JSON, a new reference. NULL when it
 * failed, and `why` says how; demo_must reports it too. */
json_t *demo_ask(struct demo *s, const char *member, const char *const *args);
json_t *demo_must(struct demo *s, const char *member, const char *const *args);
/* The same without its data; false after reporting that it failed. */
bool demo_run(struct demo *s, const char *member, const char *const *args);
/* Sends as a member; false after reporting what went wrong. */
bool demo_send(struct demo *s, const char *from, const char *const *files, unsigned count,
	       const char *const *options, struct demo_document *out);
/* Saves the document at a member and compares every file with the one that was sent; verifies
 * it. */
bool demo_compare(struct demo *s, const char *member, const char *id, const char *const *files,
		  unsigned count);

#endif
