/* Drafts of vanthu.h: the words that their fields take, and what is sent of them. */
#ifndef VANTHU_TOOLS_CLIENT_VANTHU_DRAFT_H
#define VANTHU_TOOLS_CLIENT_VANTHU_DRAFT_H

#include "tools/client/submission.h"
#include "tools/client/types.h"
#include "tools/client/vanthu.h"

/* Words of an urgency or secrecy, by the protocol's number less one; NULL after the last. */
extern const char *const vanthu_urgencies[], *const vanthu_secrecies[];

/* The submission of a draft, whose texts are lent to it. The type is named by the daemon's table,
 * whose texts *types keeps; free it after the submission. The lock is held, for the daemon is
 * asked. A code; *types is NULL where it fails. */
int vanthu_draft_submission(vanthu *v, const vanthu_draft *d, unsigned flags,
			    struct client_types **types, struct submission *out);
/* A copy of the answer, the caller's; NULL without memory. */
vanthu_sent *vanthu_draft_sent(const Vanthu__V1__Accepted *a);
/* What a draft lacks, besides parts, that cannot be sent without; NULL: nothing. */
const char *vanthu_draft_missing(const vanthu_draft *d);
size_t vanthu_draft_part_count(const vanthu_draft *d);

#endif
