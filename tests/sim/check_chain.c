/* The history: on every disk that a crash leaves, one chain without gaps, and of each record that
 * it tells of the last entry is what the record says; none is without an entry. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "proto/digest.h"
#include "routing/state/history.h"
#include "tests/sim/check.h"

struct told {
	uint64_t order;
	struct history_entry entry;
	bool met; /* a record is there */
};

static struct {
	struct told *list;
	size_t count, capacity;
	uint64_t lines;
	struct digest chain;
	bool broken;
} history;

static int by_key(const void *a, const void *b)
{
	const struct told *x = a, *y = b;
	int order = (int)x->entry.what - (int)y->entry.what;

	if (order == 0)
		order = (int)x->entry.key.len_bytes - (int)y->entry.key.len_bytes;
	if (order == 0)
		order = memcmp(x->entry.key.bytes, y->entry.key.bytes, x->entry.key.len_bytes);
	return order;
}

static int by_key_and_order(const void *a, const void *b)
{
	const struct told *x = a, *y = b;
	int order = by_key(a, b);

	return order != 0 ? order : (x->order > y->order) - (x->order < y->order);
}

static void note(const struct history_entry *entry)
{
	if (history.count == history.capacity) {
		history.capacity = history.capacity == 0 ? 64 : 2 * history.capacity;
		history.list = realloc(history.list, history.capacity * sizeof *history.list);
		assert(history.list != NULL);
	}
	history.list[history.count] =
		(struct told){ .order = history.count, .entry = *entry, .met = false };
	history.count++;
}

static void fail(struct world *w, const struct member *m, const char *what, uint64_t n)
{
	if (!history.broken)
		world_violation(w, "history", "%s: %s, at %llu", m->id.text, what,
				(unsigned long long)n);
	history.broken = true;
}

static void line(struct world *w, const struct member *m, const struct key *key,
		 const struct record *r)
{
	struct digest digest = digest_of(r->u.history.line);
	struct history_entry entry;
	size_t at = 0;
	uint64_t n = 0;

	if (!key_parse_number(key, &n) || n != ++history.lines)
		fail(w, m, "a line is missing", n);
	digest_chain_step(&history.chain, n, &digest);
	if (memcmp(history.chain.bytes, r->u.history.chain.bytes, sizeof digest.bytes) != 0)
		fail(w, m, "a line does not follow from the one before", n);
	while (history_next(r->u.history.line, &at, &entry))
		note(&entry);
	if (at != r->u.history.line.len_bytes)
		fail(w, m, "a line cannot be read", n);
}

/* The last entry of each key alone. */
static void keep_the_last(void)
{
	size_t kept = 0;

	if (history.count == 0)
		return;
	qsort(history.list, history.count, sizeof *history.list, by_key_and_order);
	for (size_t i = 0; i < history.count; i++) {
		if (kept > 0 && by_key(&history.list[kept - 1], &history.list[i]) == 0)
			kept--;
		history.list[kept++] = history.list[i];
	}
	history.count = kept;
}

/* Of the others this reads no more than that they are told of. */
static bool digest_of_record(const struct record *r, struct digest *out)
{
	if (r->family == FAMILY_DOCUMENT)
		*out = r->u.document.digest;
	else if (r->family == FAMILY_DIRECTORY)
		*out = r->u.directory.digest;
	else if (r->family == FAMILY_RECEIPT)
		*out = digest_of(r->u.receipt.envelope.bytes);
	else if (r->family == FAMILY_STATUS)
		*out = digest_of(r->u.status.envelope.bytes);
	else
		return false;
	return true;
}

static void record(struct world *w, const struct member *m, const struct key *key,
		   const struct record *r)
{
	struct told sought = { .entry = { .what = (uint8_t)r->family, .key = *key } }, *found;
	struct digest digest;

	found = history.count == 0 ? NULL
				   : bsearch(&sought, history.list, history.count,
					     sizeof *history.list, by_key);
	if (found == NULL) {
		fail(w, m, family_name(r->family), 0);
		return;
	}
	found->met = true;
	if (digest_of_record(r, &digest) &&
	    memcmp(digest.bytes, found->entry.digest.bytes, sizeof digest.bytes) != 0)
		fail(w, m, "a record is another than was written", found->order);
}

void check_chain(struct world *w, const struct member *m)
{
	static const enum family told[] = { FAMILY_DOCUMENT,  FAMILY_RECEIPT, FAMILY_STATUS,
					    FAMILY_LINE,      FAMILY_PAPER,   FAMILY_ACT,
					    FAMILY_DIRECTORY, FAMILY_DECLARED };

	memset(&history, 0, sizeof history);
	check_each(w, m, FAMILY_HISTORY, check_all(), line);
	keep_the_last();
	for (size_t i = 0; i < sizeof told / sizeof told[0] && !history.broken; i++)
		check_each(w, m, told[i], check_all(), record);
	for (size_t i = 0; i < history.count; i++) {
		if (history.list[i].entry.what < FAMILY_COUNT && !history.list[i].met)
			fail(w, m, "what was written is gone", history.list[i].order);
	}
	free(history.list);
}
