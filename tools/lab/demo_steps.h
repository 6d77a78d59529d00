/* What the demo does step by step: commands of this very program on a lab, each shown as a person
 * would type it. */
#ifndef VANTHU_TOOLS_LAB_DEMO_STEPS_H
#define VANTHU_TOOLS_LAB_DEMO_STEPS_H

#include "tools/cli/cli.h"
#include "tools/lab/lab.h"

struct story {
	struct cli *cli;
	struct lab lab;
	char folder[CONFIG_PATH_MAX];
	char plan[CONFIG_PATH_MAX], large[CONFIG_PATH_MAX], report[CONFIG_PATH_MAX],
	    table[CONFIG_PATH_MAX];
	int64_t began_ms;
	bool failed;
};

/* A signal wants it to end, or nobody reads it any more: what follows does nothing and tells
 * nothing. */
bool story_stopped(const struct story *s);

/* Prints a heading with the seconds since the beginning. */
void story_chapter(struct story *s, const char *title);
void story_say(struct story *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
void story_fail(struct story *s, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Sends as a member and returns the id in `id` (UUID text), false after telling what went wrong. */
bool story_send(struct story *s, const char *from, const char *const *files, unsigned count,
		const char *const *options, char id[37]);
/* Tells receipts as they come until `wanted` recipients have it or the time is over. */
bool story_receipts(struct story *s, const char *from, const char *id, unsigned wanted,
		    int timeout_ms);
/* Runs a command of this program as a member and shows it. */
int story_show(struct story *s, const char *member, const char *const *args);
/* Runs a command as a member without showing it; false after telling that it failed. */
bool story_run(struct story *s, const char *member, const char *const *args);
/* Tells a member's digital share in a sentence. */
void story_share(struct story *s, const char *member);
/* Saves the document at a member and compares every file with the one that was sent; verifies
 * it. */
bool story_compare(struct story *s, const char *member, const char *id, const char *const *files,
		   unsigned count);

#endif
