/* An order: the file NAME.yaml in the spool folder's out/, which says what is to be sent. Each key
 * is an option of `vanthu send`; `files` names what is sent, the document first. Nothing is done
 * here but reading. */
#ifndef VANTHU_TOOLS_SPOOL_ORDER_H
#define VANTHU_TOOLS_SPOOL_ORDER_H

#include <stdbool.h>

#include "routing/base/arena.h"
#include "routing/base/limits.h"
#include "tools/spool/fault.h"

enum {
	ORDER_MAX_BYTES = 64 << 10,
	ORDER_OPTIONS_MAX = 32,
	ORDER_PATH_MAX = 512, /* bytes of a file's path below out/ */
	ORDER_DEPTH_MAX = 8   /* folders of it */
};

struct spool_order {
	struct arena *arena;                       /* of all texts */
	const char *options[ORDER_OPTIONS_MAX];	   /* "--type=CV", "--strict" */
	unsigned option_count;
	const char *files[PARTS_MAX]; /* below out/: "a.pdf", "case-7/a.pdf"; never outside it */
	unsigned file_count;
	const char *id; /* what the order itself asks for, among the options too; NULL: nothing */
	bool dated;	/* --date is among the options */
};

/* `text` is at most ORDER_MAX_BYTES long. ERR_OK: *out is the caller's (spool_order_free).
 * Otherwise nothing is to be freed, and *fault says what is wrong, with its line: ERR_SPOOL_ORDER,
 * ERR_SPOOL_KEY, ERR_SPOOL_PATH, ERR_TOO_MANY_ATTACHMENTS, ERR_TOO_LARGE, ERR_NO_MEMORY. */
must_use enum err spool_order_read(struct blob text, struct spool_order *out,
				   struct spool_fault *fault);
void spool_order_free(struct spool_order *o);

/* May a file be named so: below out/, no step up, nothing hidden, and none of the names that mean
 * something there (orders, results, .ready, what is being written). */
bool spool_order_takes_path(const char *path);
/* The name ends so, in any case of its letters: ".yaml". */
bool spool_order_ends(const char *name, const char *ending);

#endif
