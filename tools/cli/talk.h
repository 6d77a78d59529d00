/* What a command says beside its result, on standard error. */
#ifndef VANTHU_TOOLS_CLI_TALK_H
#define VANTHU_TOOLS_CLI_TALK_H

#include <stdbool.h>

struct cli;
struct config_error;

/* Something that may be wrong. */
void cli_warn(struct cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* talk: stderr, silent with -q */
void cli_say(struct cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* What one may do next: talk that only people want, so neither with --json nor with --plain. */
void cli_hint(struct cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* On a terminal a person says yes; a script says -y, or it is not done. */
bool cli_confirmed(struct cli *cli, const char *question);

/* How it was done, or why it was not, for who asked with -v: a line on standard error, marked as
 * such. */
void cli_detail(struct cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same for a system call that failed: on what, and the system's reason (an errno). */
void cli_detail_errno(struct cli *cli, const char *what, int error);

/* One fault of a file, as compilers print them: FILE:LINE:COLUMN: what. */
void cli_fault_line(const char *file, const struct config_error *fault);

#endif
