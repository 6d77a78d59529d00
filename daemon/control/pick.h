/* Documents of a list or a look-up, the newest first: by the catalogue where it has a folio, else
 * all that there are. Whoever walks judges each. */
#ifndef VANTHU_DAEMON_CONTROL_PICK_H
#define VANTHU_DAEMON_CONTROL_PICK_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/control/find.h"
#include "daemon/control/folio.h"
#include "routing/documents/documents.h"
#include "routing/rules/rules.h"

struct arena;
struct client;
struct names;
struct sift;

enum { PICK_ROLES = 3, PICK_KNOWN = 1024, PICK_AUDIENCES = 32 };

/* What is known of a committee, or of the group of an audience, for one question. */
struct pick_known {
	struct committee_id id; /* "": nobody */
	uint32_t words;
};
struct pick_audience {
	struct folio_audience audience;
	bool asked, has_to;
	uint32_t words;
};

/* Empty members ask for nothing. What is borrowed lives as long as this. */
struct pick {
	enum role roles[PICK_ROLES]; /* ROLE_NONE: no further one */
	bool whole;		     /* only what an inbox shows */
	struct committee_id from, to;
	text_t type_code;
	text_t number; /* as spelling_number() has it */
	enum lifecycle state;
	int64_t since_ms, until_ms;
	struct sift *sift;
	bool members; /* words are also those of the members of groups */
	/* Instead of `number`, either: it, or the ending of its id. Or the id of another system. */
	const char *digits;
	unsigned digit_count;
	text_t foreign;
	/* Asked of each document that its folio describes rightly, in the order of the walk;
	 * `meant` is false for one that lacks a word and is left out in any case. True: it is left
	 * out. NULL: of all others none is. */
	bool (*skip)(void *ctx, const struct folio *p, uint32_t at, bool meant);
	void *ctx;

	/* where it stands; all zero at first, but that `below` is PICK_ALL or a serial */
	uint64_t below;
	const struct folio *folio;	/* whose `bits` these are; only compared */
	struct folio_bits bits, worded; /* of all that is asked, of words alone */
	struct names *names;
	struct pick_known *known; /* by a hash of the id */
	struct pick_audience *audiences;
};

#define PICK_ALL UINT64_MAX

/* Whatever was made for it. */
void pick_end(struct pick *p);
/* The next one, whose record lies in `a`, without its state; role ROLE_NONE: none yet, go on.
 * ERR_NOT_FOUND at the end. One call is bounded work. */
must_use enum err pick_next(struct client *c, struct pick *p, struct arena *a,
			    struct found_document *out);

#endif
