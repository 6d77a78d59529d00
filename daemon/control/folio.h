/* A folio of the catalogue: what lists are asked by, of all documents within a span of serials, as
 * it was when the folio was made. It never changes, and is pages of a file that has no name: the
 * kernel's to drop and read again, nobody's heap, and gone with the process. What a folio leaves
 * out is not asked for; what it names is read from the store and judged there. */
#ifndef VANTHU_DAEMON_CONTROL_FOLIO_H
#define VANTHU_DAEMON_CONTROL_FOLIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "routing/base/err.h"
#include "routing/base/limits.h"
#include "routing/base/types.h"

enum { FOLIO_SPAN = 2048, FOLIO_WORDS = FOLIO_SPAN / 64 };

/* A bit for each serial of the span. */
struct folio_bits {
	uint64_t of[FOLIO_WORDS];
};

/* What a folio says of a document besides its columns. */
enum folio_flag {
	FOLIO_WHOLE = 1 << 0,	     /* an inbox shows it */
	FOLIO_ANY = 1 << 1,	     /* it may be anything: read it */
	FOLIO_ANY_TEXT = 1 << 2,     /* it may have any word */
	FOLIO_ANY_AUDIENCE = 1 << 3, /* it may be for anybody */
	FOLIO_OPEN = 1 << 4,	     /* the index of open work has it */
	FOLIO_REGISTERED = 1 << 5,   /* it need not be any more */
	FOLIO_URGENT = 1 << 6,
	FOLIO_SETTLED = 1 << 7, /* it does not count against the share */
};

/* A group that a document is for, and nobody else. */
struct folio_audience {
	struct committee_id origin;
	uint64_t version;
	enum group group;
};

/* Documents that have something in common: `count` offsets in `docs`, from `at` on. */
struct folio_list {
	uint32_t at, count;
};

/* Columns are by serial − first. */
struct folio {
	uint64_t first;		  /* serial */
	uint32_t span;		  /* at most FOLIO_SPAN */
	uint8_t role[FOLIO_SPAN]; /* enum role; 0: no document */
	uint8_t flags[FOLIO_SPAN], state[FOLIO_SPAN], secrecy[FOLIO_SPAN];
	uint8_t tray[FOLIO_SPAN];      /* before its day has come */
	uint32_t due[FOLIO_SPAN];      /* YYYYMMDD: late behind it; 0: never */
	uint32_t last_day[FOLIO_SPAN]; /* named for what is open: struct day; 0: none */
	int64_t arrived_ms[FOLIO_SPAN];
	uint32_t ending[FOLIO_SPAN]; /* the last bytes of its id */
	uint8_t id_before[FOLIO_SPAN][sizeof(struct doc_id) - sizeof(uint32_t)]; /* the others */
	/* hashes of its number, of that of what it answers, and of the id that another system gave
	 * it; 0: none */
	uint32_t number[FOLIO_SPAN], answered[FOLIO_SPAN], foreign[FOLIO_SPAN];
	uint16_t from[FOLIO_SPAN], type[FOLIO_SPAN]; /* places in `committees`, `types` */
	uint16_t audience[FOLIO_SPAN];		     /* place in `audiences` + 1; 0: named ones */
	/* what follows, by its distance from the beginning */
	size_t committees, to, types, audiences, tokens, token_at, token_docs, docs;
	uint32_t committee_count, type_count, audience_count, token_count;
	size_t token_bytes, bytes; /* of the text of all tokens, of all */
};

/* Read where they lie. */
const struct committee_id *folio_committees(const struct folio *p);
const struct folio_list *folio_to(const struct folio *p); /* by committee */
const char *folio_type(const struct folio *p, uint32_t at);
const struct folio_audience *folio_audiences(const struct folio *p);
struct doc_id folio_id(const struct folio *p, uint32_t at);

void folio_drop(const struct folio *p); /* NULL is fine */
/* Its pages count as resident no more. */
void folio_rest(const struct folio *p);

void folio_add(const struct folio *p, const struct folio_list *list, struct folio_bits *bits);
/* Documents with a text that has this word, without the names of committees. */
void folio_add_word(const struct folio *p, const char *word, struct folio_bits *bits);
uint32_t folio_hash(const char *text); /* of "" 0, else never 0 */

bool folio_has(const struct folio_bits *b, uint32_t at);
void folio_set(struct folio_bits *b, uint32_t at);

#endif
