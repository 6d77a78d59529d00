/* Figures of the target: what is counted together, and what a committee says of its own figures to
 * all above it (docs/PROTOCOL.md "Reports"). Arrays and texts of a report belong to the arena that
 * it was made or read in. */
#ifndef VANTHU_ROUTING_STATE_FIGURES_H
#define VANTHU_ROUTING_STATE_FIGURES_H

#include <stdbool.h>
#include <stdint.h>

#include "routing/base/calendar.h"
#include "routing/base/types.h"

enum direction { DIRECTION_NONE = 0, DIRECTION_IN = 1, DIRECTION_OUT = 2 };

/* Documents by how they went; what each means: routing/target/target.h. TARGET_COUNTS names all of
 * them, for whatever is done with each. */
struct target_count {
	uint64_t digital;
	uint64_t paper;
	uint64_t pending;    /* with those refused */
	uint64_t refused;    /* of pending: all recipients have answered, and one or more refused */
	uint64_t secret;     /* left out: mật and above */
	uint64_t also_paper; /* of digital: it went on paper besides */
	uint64_t slow;       /* of digital, outgoing: the last receipt came after TARGET_SLOW_MS */
	uint64_t processed;  /* of digital, incoming: the office is done with it */
	uint64_t late;       /* of processed: after the day that it was due */
	uint64_t returned;   /* of digital, incoming: the office gave it back */
	uint64_t recalled;   /* of digital, incoming: the issuer has it back */
};

#define TARGET_COUNTS(X)                                                                          \
	X(digital)                                                                                \
	X(paper)                                                                                  \
	X(pending)                                                                                \
	X(refused)                                                                                \
	X(secret)                                                                                 \
	X(also_paper)                                                                             \
	X(slow)                                                                                   \
	X(processed)                                                                              \
	X(late)                                                                                   \
	X(returned)                                                                               \
	X(recalled)

/* What is counted together. Month {0} or no direction: nothing. */
struct target_key {
	struct month month;
	enum direction direction;
	/* The directory version since which this committee and all above it have stood where they
	 * stood when the document was issued (tree_since): in whose subtree it counts. 0: always,
	 * or of before any directory knew it, or not known (place_version). */
	uint64_t since;
	uint32_t type; /* series_type; 0: of no type */
};

/* Types, by symbol or name, that an office leaves out of its share. */
struct excluded_types {
	char each[EXCLUDED_MAX][EXCLUDED_BYTES + 1];
	uint32_t count;
};

/* ---- reports ---- */

struct report_row {
	struct target_key at;
	text_t type_code, type_name; /* "" both: of no type, or of those that are too many */
	struct target_count count;
};

/* Documents between who reports and one committee above it, signed at or after
 * exchanged_since_ms, so that the other can compare. Those that are receipted before
 * exchanged_before_ms: by who reports (IN), or by the other, as far as who reports has the receipt
 * (OUT). */
struct report_exchange {
	struct committee_id with;
	enum direction direction; /* as who reports sees it */
	const struct doc_id *ids; /* ascending */
	uint32_t id_count;
};

/* One of the plan's other targets, as an office declares it: `done` of `all` on a day. */
struct declaration {
	text_t name; /* of etc/targets */
	uint64_t done, all;
	text_t as_of;  /* YYYY-MM-DD */
	text_t person; /* in whose name it was said */
	int64_t at_ms; /* when */
};

enum unfit_why {
	UNFIT_NONE = 0,
	UNFIT_NOT_COUNTED = 1, /* we have its receipt, or it has ours, and it does not count it */
	UNFIT_NOT_OURS = 2,    /* it counts one of which there is no receipt here */
};

/* A document that a report and our own records do not agree on. The numbers are stored. */
struct report_unfit {
	enum unfit_why why;
	enum direction direction; /* as we see it */
	struct doc_id id;         /* of ours, or of theirs */
};

struct report {
	/* From above, and nothing else of this holds: "send me yours". */
	bool asks;
	/* The counters of these months as they were then: what no row names is 0. */
	struct month from, to;
	int64_t as_of_ms;
	const struct report_row *rows;
	uint32_t row_count;
	int64_t exchanged_since_ms, exchanged_before_ms;
	const struct report_exchange *exchanges;
	uint32_t exchange_count;
	const struct declaration *declared;
	uint32_t declared_count;
	/* Types, by code or name, that its own office leaves out of its share. The rows have
	 * them. */
	const text_t *excluded;
	uint32_t excluded_count;
};

#endif
