/* The digital share: what is counted, where, and the line to reach. Pure arithmetic over counts;
 * who changes them is counter.c.
 *
 * The rule (Kế hoạch 31-KH/ĐU of 30/12/2021: 90 % of official documents sent, received and
 * processed digitally by 2025, 100 % by 2030; it names no formula, so this one is printed with
 * every figure):
 *   counted  = documents of this committee, each once whatever the number of recipients: those it
 *              sent or received here, and those registered on paper; mật and above are left out
 *              ("trừ văn bản mật")
 *   digital  = received here whole; or sent here with the signed receipts of all recipients
 *   pending  = sent here, and not yet receipted by all; `refused` of these never will be unless a
 *              recipient changes its mind
 *   paper    = registered by hand
 *   share    = digital ÷ (digital + paper + pending)
 *   processed = of those received digitally: finished by our office, in time or late; or accepted
 *              where nothing has to be answered: no day is set, nobody is assigned. Of `late` the
 *              day (ours or the document's own, whichever comes first) was over. What the office
 *              gave back, or the issuer has back, is to be processed by nobody
 * A document counts in the month (UTC+7) in which it was accepted or arrived; paper in the month of
 * its date; in its type; and in the subtree in which its committee stood under the directory that
 * the document names (struct target_key.since). */
#ifndef VANTHU_ROUTING_TARGET_TARGET_H
#define VANTHU_ROUTING_TARGET_TARGET_H

#include <stdbool.h>
#include <stdint.h>

#include "routing/base/calendar.h"
#include "routing/base/types.h"
#include "routing/state/record.h"

/* Where one record counts, and as what: at most one of each member is 1. A zero month: nowhere. */
struct target_cell {
	/* since and type are not filled in: counter.c does, which knows the tree */
	struct target_key at;
	uint64_t version;     /* the directory version that at.since comes from; 0: not known */
	text_t type_code, type_name;
	struct target_count count;
};

/* Delivered to all, but the last receipt came later than this: digital all the same, and shown. */
enum { TARGET_SLOW_MS = 24 * 3600 * 1000 };

/* `state` may be NULL: not complete yet. `work`: what our office does with what was received, NULL:
 * nothing yet. Documents that only pass through count nowhere. Borrows the texts of `d`. */
struct target_cell target_of_document(enum role role, const struct rec_document *d,
				       const struct rec_state *state, const struct rec_work *work);
struct target_cell target_of_paper(const struct rec_paper *p);
/* Is it a type that an office leaves out of its share: by its symbol, or its name, in any
 * spelling? */
bool target_excludes(const struct excluded_types *types, text_t type_code, text_t type_name);
bool target_key_equal(const struct target_key *a, const struct target_key *b);

void target_add(struct target_count *to, const struct target_count *what);
/* Never below 0: a counter that was damaged must not wrap around. */
void target_subtract(struct target_count *from, const struct target_count *what);
bool target_equal(const struct target_count *a, const struct target_count *b);
uint64_t target_counted(const struct target_count *c);
/* What is to be processed, digital or on paper: of incoming documents. */
uint64_t target_to_process(const struct target_count *c);
/* digital ÷ counted in ten-thousandths, rounded down: 89.999 % never shows as 90 %. 0 when nothing
 * is counted. */
unsigned target_share(const struct target_count *c);

/* May so many be declared done of all? There is one at least, and DECLARED_ALL_MAX at most. */
bool target_declarable(uint64_t done, uint64_t all);

/* ---- the line to reach ---- */

enum { TARGET_STEPS_MAX = 16, TARGET_WHOLE = 10000 };
struct target_step {
	struct month from; /* holds from this month on */
	unsigned share;    /* ten-thousandths */
};

/* Steps in ascending order; what lies before the first is under the first. */
struct target_line {
	struct target_step steps[TARGET_STEPS_MAX];
	unsigned count;
};

/* "GM, Thư công": types by symbol or name, at most EXCLUDED_MAX; "": none. False: one is too long,
 * empty, or there are too many. */
bool target_exclude_parse(text_t text, struct excluded_types *out);
void target_exclude_print(const struct excluded_types *types, char *out, size_t size_bytes);

/* "2025=90%, 2030=100%"; a step may begin in a month: "2027-07=92.5%". False: not that, or not
 * ascending. */
bool target_line_parse(text_t text, struct target_line *out);
/* The same form back. */
void target_line_print(const struct target_line *line, char *out, size_t size_bytes);
/* The share to reach in a month; 0 without steps. */
unsigned target_line_at(const struct target_line *line, struct month m);
/* Is it reached? Exact: no rounding. False when nothing is counted. */
bool target_reached(const struct target_count *c, unsigned line);

/* What else of this folder others use. */
#include "routing/target/counter.h"
#include "routing/target/declared.h"
#include "routing/target/outlook.h"
#include "routing/target/place.h"
#include "routing/target/recount.h"
#include "routing/target/report.h"
#include "routing/target/reported.h"
#include "routing/target/share.h"
#include "routing/target/simulate.h"

#endif
