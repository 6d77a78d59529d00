/* What of a submission goes into the request beside its contents: for submission.c, which knows
 * them before, and submission_stream.c, which does not. */
#ifndef VANTHU_TOOLS_CLIENT_SUBMISSION_PACK_H
#define VANTHU_TOOLS_CLIENT_SUBMISSION_PACK_H

#include "proto/body.h"
#include "tools/client/submission.h"

enum {
	SUBMISSION_WHOLE_BYTES = 256 * 1024, /* a content up to this goes within the request … */
	SUBMISSION_TOGETHER_BYTES = 512 * 1024, /* … as long as all of them have no more */
};

/* Names parts[i] after the last word of `path`, in NFC: two parts of one name could not both be
 * saved, so the second gets a number. The texts lie in the arena. ERR_UTF8. */
must_use enum err submission_part(struct arena *a, struct part *parts, unsigned i,
				  const char *path);
/* Fills all of the request but `parts`, in the arena; texts stay those of `m`. ERR_NO_RECIPIENT,
 * ERR_TOO_MANY_RECIPIENTS, ERR_NO_MEMORY. */
must_use enum err submission_pack(struct arena *a, const struct submission *m,
				  const struct part *parts, unsigned count,
				  Vanthu__V1__Submit *out);

#endif
