/* How committees stand with their reports of figures: in words, and who of a subtree does not. */
#ifndef VANTHU_TOOLS_OUTPUT_REPORTS_H
#define VANTHU_TOOLS_OUTPUT_REPORTS_H

#include "tools/output/figures.h"

/* own reported late missing ended: a state (FORMAT_STATE). */
const char *reports_state(const Vanthu__V1__Reporter *r);
/* Are there figures of it in the period? Who has ended may never have reported. */
bool reports_known(const Vanthu__V1__Reporter *r);
/* Is the last of its reports one that was not taken? One from before the last that was is settled,
 * and one that came twice is no matter. */
bool reports_refused(const Vanthu__V1__Reporter *r);
/* One of them, as {committee, name, superior, depth, state, as_of, taken_at, closed, refused,
 * refused_code, refused_at, unfit, leaves_out, again}; again {count, through, at}, null where none
 * came again. A new reference. */
json_t *reports_one_json(const Vanthu__V1__Reporter *r);
/* All below the one at the top: {committees, reported, late, missing, ended, refused, unfit,
 * misplaced}, the first two numbers, the others lists of ids, misplaced one of {committee, name,
 * month, why, documents}: what is in no sum, for its committee never stood (never), or in that
 * month no longer (left), where it says that it counts. A new reference. */
json_t *reports_json(const struct figures *f);
/* Of reports_json, as a sentence: "4 of 6 have reported; not yet: cb-a, cb-b". */
void reports_sentence(const json_t *reports, char *out, size_t size_bytes);

#endif
