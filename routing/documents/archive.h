/* Contents that go into an archive: what an office's table of retention lets go (thời hạn bảo quản,
 * routing/rules/retention_table.h), and nothing that anybody may still need. It is exported and
 * verified first, by whoever asks; here is judged whether it may go. Years are counted from the end
 * of the calendar year in which the work on a document was done, by the clock and, lest a clock
 * that has jumped ahead lets anything go, by the store's own time (routing/links/passed.h) too.
 *
 * Only the content goes: the envelope and the files that no other document needs. The record of the
 * document, its lines in the registers, receipts, statuses and what was counted stay as they are.
 */
#ifndef VANTHU_ROUTING_DOCUMENTS_ARCHIVE_H
#define VANTHU_ROUTING_DOCUMENTS_ARCHIVE_H

#include "routing/base/err.h"
#include "routing/base/limits.h"
#include "routing/state/clocks.h"
#include "routing/state/memory.h"

struct arena;
struct ev_operate;
struct lookup;
struct rec_document;
struct rec_state;

/* What is asked: all borrowed. The core's clock is judged as of its last event. */
struct archive_question {
	struct core *core;
	const struct lookup *lookup;
	struct arena *arena; /* records that are read go there */
	struct now now;
	struct doc_key doc;
	const struct rec_document *document;
	const struct rec_state *state;
};

struct archive_verdict {
	enum err why;		 /* ERR_OK: it may go */
	uint32_t years;		 /* by the rule; RETENTION_EVER */
	int64_t done_ms;	 /* the work on it was done then (wall); 0: it is not */
	char from[DATE_MAX + 1]; /* by the rule it may go from that day on; "" on none */
};

/* May its content go now? Why not: ERR_NOT_FOUND: it only passed through. ERR_NOT_YET: it is not
 * whole. ERR_CONTENT_ARCHIVED, ERR_CONTENT_RECALLED, ERR_NOT_HERE: it has gone. ERR_KEPT_WORK,
 * ERR_KEPT_ANSWERS, ERR_KEPT_RECALL, ERR_KEPT: see routing/base/err.h; the rule is not over. Else
 * the rule is over, and: ERR_CLOCK_WRONG, ERR_KEPT_TIME: the clock is not to be believed.
 * ERR_BEHIND, ERR_TWICE, ERR_PEER_BEHIND, ERR_PEER_TWICE: the store or a neighbour's is, and
 * content may be asked for. ERR_UNSOUND, ERR_DAMAGED: records are damaged or missing.
 * ERR_KEPT_NEIGHBOUR: it is still published. Fails with what the store fails with. */
must_use enum err archive_judge(const struct archive_question *q, struct archive_verdict *out);
/* Is the rule over, whatever else holds the content? */
bool archive_is_due(const struct archive_verdict *v);

/* Lets the content of one go that lies in an archive (e->archive, e->evidence), and answers. One
 * that has gone there already, with the same evidence, is answered as done. */
must_use enum err archive_take(struct turn_view *t, const struct ev_operate *e);

#endif
