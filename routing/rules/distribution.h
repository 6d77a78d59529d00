/* Distribution lists (docs/DOMAIN.md §13): names for committees that a document often goes to
 * together. An office keeps some as a plain text file, the signed directory has others in the same
 * form. */
#ifndef VANTHU_ROUTING_RULES_DISTRIBUTION_H
#define VANTHU_ROUTING_RULES_DISTRIBUTION_H

#include "routing/base/arena.h"
#include "routing/base/err.h"
#include "routing/base/types.h"

enum { DISTRIBUTIONS_MAX = 500 };

struct distribution {
	text_t name; /* as it is written there */
	const struct committee_id *members;
	uint32_t member_count;
};

/* In the order of the text. */
struct distributions {
	const struct distribution *list;
	uint32_t count;
};

/* Reads lists. A name is separated from its members by a tab or two blanks, members by commas or
 * blanks; a line with the name of the line before goes on with it:
 *
 *     NAME  MEMBER, MEMBER
 *     Khối nội chính  thads, btp
 *     Khối nội chính  vanphong
 *
 * Rows and texts belong to the arena. *line is where the first fault stands, 0 where there is none;
 * then *out is empty. ERR_FIELD: a name that is longer than LIST_NAME_MAX, has a comma or begins
 * with @, or as lines_next has it. ERR_LIST_EMPTY: a name alone. ERR_BAD_ID: a member. ERR_EXISTS:
 * the same name further up, or the same member twice. ERR_TOO_MANY_RECIPIENTS: more than
 * RECIPIENTS_MAX of one name. ERR_TOO_LARGE: more than DISTRIBUTIONS_MAX names. ERR_UTF8.
 * ERR_NO_MEMORY. */
must_use enum err distributions_parse(struct blob text, struct arena *a, struct distributions *out,
				      uint32_t *line);

/* The one list of two sources (NULL: none) that a name means: in any spelling, hyphens for blanks;
 * without tone marks where that means one alone. ERR_LIST_UNKNOWN; ERR_LIST_SEVERAL: both sources
 * have it, or without marks it is several. Never another list than the one whose name it is. */
must_use enum err distributions_find(const struct distributions *office,
				     const struct distributions *directory, text_t name,
				     struct distribution *out);

#endif
