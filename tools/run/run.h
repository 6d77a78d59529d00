/* Runs the command line of this installation as a child, for programs that do what a clerk does:
 * each act has there its options, its checks, its texts and its JSON. No shell takes part, and no
 * argument is looked at here: what comes from outside stands behind an option's `=` or behind
 * `--`. */
#ifndef VANTHU_TOOLS_RUN_RUN_H
#define VANTHU_TOOLS_RUN_RUN_H

#include <stdbool.h>
#include <stddef.h>

#include "routing/base/err.h"

/* The most arguments of one run, and what a run may say unless asked otherwise. */
enum { RUN_ARGS_MAX = 512, RUN_OUT_MAX_BYTES = 16 << 20 };

struct run_program {
	const char *vanthu;   /* path of the program; see run_find */
	const char *config;   /* vanthud.yaml of the committee */
	const char *language; /* "vi" or "en"; NULL: as this process */
	int timeout_ms;	      /* then the child is ended; 0: no limit */
	int stop;	      /* a descriptor that ends the child when it can be read; -1: none */
	size_t max_bytes;     /* of what it says; 0: RUN_OUT_MAX_BYTES */
	/* It may see secret documents, as this process may; else it is run with --no-secret. Who
	 * works for others says so only where they may. */
	bool secret;
};

struct run_result {
	int code;  /* the exit code: 0 done, err_exit_code() of what went wrong otherwise */
	char *out; /* what it said, the caller's, ends with a NUL: with --json also the error */
	size_t len;
};

/* The program `vanthu` beside the program that runs. ERR_FILE: there is none (errno). */
must_use enum err run_find(char *out, size_t size_bytes);

/* vanthu -c CONFIG --json [--no-secret] ARGS…, until it ends; ARGS end with NULL. ERR_OK: it ran,
 * whatever it said (*out is the caller's: run_free). ERR_TIMEOUT and ERR_CANCELLED: it was ended,
 * and whether its act happened is open: acts with an id of the caller's are safe to be repeated.
 * ERR_TOO_LARGE: too many arguments, or it said too much. ERR_SYSTEM: it could not be started
 * (errno). It is killed when the calling thread ends before it, as when this process is killed. */
must_use enum err run_vanthu(const struct run_program *p, const char *const *args,
			     struct run_result *out);
void run_free(struct run_result *r);

#endif
