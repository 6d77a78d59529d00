/* The shares of the target: each is one number of documents of another, kept as both so that any
 * of them can be checked by hand, and added up before it is divided. Pure arithmetic over counts
 * (docs/DOMAIN.md §6). */
#ifndef VANTHU_ROUTING_TARGET_SHARE_H
#define VANTHU_ROUTING_TARGET_SHARE_H

#include "routing/state/figures.h"

/* Both directions of the same committees, months and types. */
struct target_sides {
	struct target_count in, out;
};

enum target_measure {
	MEASURE_OUT,	   /* D1: sent and receipted by all, of those issued */
	MEASURE_IN,	   /* D2: received here, of those received at all */
	MEASURE_PROCESSED, /* D3: processed, of those that were to be */
	MEASURE_PAPERLESS, /* D4: as D1, and not on paper besides */
	MEASURES
};

/* What the headline is made of: an office chooses it, and it is printed with its definition. */
enum target_headline {
	HEADLINE_EXCHANGED, /* (D1 + D2) ÷ both: what is counted there */
	HEADLINE_PROCESSED, /* the same with D3's documents too */
};

struct target_ratio {
	uint64_t of, all; /* all == 0: nothing to divide by, so no share */
};

/* "exchanged" or "processed". False: neither. */
bool target_headline_parse(text_t text, enum target_headline *out);
text_t target_headline_name(enum target_headline h);

struct target_ratio target_measure(const struct target_sides *s, enum target_measure m);
struct target_ratio target_headline_ratio(const struct target_sides *s, enum target_headline h);
/* Ten-thousandths, rounded down; 0 of nothing. Exact for any numbers of documents. */
unsigned target_ratio_share(struct target_ratio r);
/* Not rounded: 89.999 % does not reach 90 %. False of nothing. */
bool target_ratio_reaches(struct target_ratio r, unsigned line);
/* One count more, in its direction; of none it counts nowhere. */
void target_sides_add(struct target_sides *to, enum direction d, const struct target_count *what);

#endif
