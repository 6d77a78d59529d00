/* What the demo does step by step: commands of this very program on a lab, each shown as a person
 * would type it. */
#ifndef VANTHU_TOOLS_LAB_DEMO_STEPS_H
#define VANTHU_TOOLS_LAB_DEMO_STEPS_H

#include "tools/cli/cli.h"
#include "tools/lab/lab.h"

struct demo {
	struct cli *cli;
	struct lab lab;
	char folder[CONFIG_PATH_MAX];
	char plan[CONFIG_PATH_MAX], large[CONFIG_PATH_MAX], report[CONFIG_PATH_MAX],
	    table[CONFIG_PATH_MAX];
	int64_t began_ms;
	bool failed;
};

/* A signal wants it to end, or nobody reads it any more: the steps that follow do nothing and print
 * nothing. */
bool demo_stopped(const struct demo *s);

/* Prints a heading with the seconds since the beginning. */
void demo_chapter(struct demo *s, const char *title);
void demo_say(struct demo *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
void demo_fail(struct demo *s, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Sends as a member and returns the id in `id` (UUID text), false after reporting what went
 * wrong. */
bool demo_send(struct demo *s, const char *from, const char *const *files, unsigned count,
	       const char *const *options, char id[37]);
/* Prints receipts as they come until `wanted` recipients have the document or the time is over. */
bool demo_receipts(struct demo *s, const char *from, const char *id, unsigned wanted,
		   int timeout_ms);
/* Runs a command of this program as a member and shows it. */
int demo_show(struct demo *s, const char *member, const char *const *args);
/* Runs a command as a member without showing it; false after reporting that it failed. */
bool demo_run(struct demo *s, const char *member, const char *const *args);
/* Prints a member's digital share in a sentence. */
void demo_share(struct demo *s, const char *member);
/* Saves the document at a member and compares every file with the one that was sent; verifies
 * it. */
bool demo_compare(struct demo *s, const char *member, const char *id, const char *const *files,
		  unsigned count);

#endif
