/* The spool folder: documents of systems that only write and read files. What lies in out/ is
 * sent, what comes lies in in/ (docs/INTEGRATION.md "Spool folder"). A thread of the gateway looks
 * into it every now and then: on a shared folder (NFS, SMB) nobody says that something has come.
 *
 * Nothing is lost or doubled, wherever the process ends:
 * - out/: which id an order got is on disk before the command is asked to send it, under its name
 *   and content; the daemon takes an id once. The result is written before the files are moved, and
 *   what was moved where is on disk too.
 * - in/: a folder is made under a name with a dot, then that it will be given its name is noted,
 *   then it is renamed. Noted, and no longer there under the name with a dot: it was given its
 *   name, and who took it away has it. */
#ifndef VANTHU_TOOLS_SPOOL_SPOOL_H
#define VANTHU_TOOLS_SPOOL_SPOOL_H

#include <stdint.h>

#include "daemon/config/config.h"
#include "routing/base/err.h"
#include "tools/run/run.h"
#include "tools/spool/fault.h"
#include "tools/spool/retry.h"
#include "tools/spool/survey.h"

/* As run_vanthu. */
typedef enum err (*spool_run)(void *ctx, const struct run_program *p, const char *const *args,
			      struct run_result *out);

struct spool_parts {
	const struct config *config; /* gateway_spool, gateway_spool_poll_ms, gateway_folder, … */
	const char *vanthu;          /* path of the program */
	spool_run run;               /* NULL: run_vanthu */
	void *run_ctx;
	/* What the operator should know, one line, in the language of this process; from the thread
	 * of the spool. NULL: nobody. */
	void (*log)(void *ctx, enum err e, const char *text);
	void *log_ctx;
	void (*step)(void *ctx); /* for tests: before each change of a folder; NULL */
	void *step_ctx;
};

struct spool;
/* `parts`, and what it points to, are borrowed until spool_stop. ERR_SYSTEM: no thread. A folder
 * that is not there yet is no error: it is made, or looked for again. */
must_use enum err spool_start(const struct spool_parts *parts, struct spool **out);
/* Ends what it has just asked of the command, and waits for its thread. NULL is fine. */
void spool_stop(struct spool *s);

#endif
