/* Open addressing, never more than half full; see daemon/base/byteset.h. No keyed hash: whoever
 * chooses names badly slows down one answer about a document of its own, and a set is bounded. */
#include "daemon/base/byteset.h"

#include <assert.h>
#include <string.h>

struct byteset {
	struct blob *list;
	uint32_t *slots; /* position + 1; 0: free */
	uint32_t count, max, mask;
};

struct byteset *byteset_new(struct arena *a, uint32_t max)
{
	struct byteset *n = arena_alloc(a, sizeof *n);
	uint32_t slots = 2;

	assert(max <= 1u << 24);
	while (slots < 2 * max)
		slots *= 2;
	if (n == NULL)
		return NULL;
	n->list = arena_array(a, max, sizeof *n->list);
	n->slots = arena_array(a, slots, sizeof *n->slots);
	n->max = max;
	n->mask = slots - 1;
	return n->list == NULL || n->slots == NULL ? NULL : n;
}

/* Eight bytes at a time: whole envelopes are names too. */
static uint32_t hash_of(struct blob b)
{
	uint64_t h = b.len_bytes;

	for (size_t at = 0; at < b.len_bytes; at += sizeof h) {
		uint64_t word = 0;
		size_t left = b.len_bytes - at;

		memcpy(&word, b.data + at, left < sizeof word ? left : sizeof word);
		h = (h ^ word) * 0x9e3779b97f4a7c15u;
		h ^= h >> 32;
	}
	return (uint32_t)h;
}

/* Where it stands, or would stand. */
static uint32_t slot_of(const struct byteset *n, struct blob b)
{
	uint32_t at = hash_of(b) & n->mask;

	for (; n->slots[at] != 0; at = (at + 1) & n->mask) {
		const struct blob *known = &n->list[n->slots[at] - 1];

		if (known->len_bytes == b.len_bytes &&
		    (b.len_bytes == 0 || memcmp(known->data, b.data, b.len_bytes) == 0))
			break;
	}
	return at;
}

bool byteset_add(struct byteset *n, struct blob bytes, uint32_t *position)
{
	uint32_t at = slot_of(n, bytes);

	if (n->slots[at] != 0) {
		*position = n->slots[at] - 1;
		return false;
	}
	assert(n->count < n->max);
	n->list[n->count] = bytes;
	*position = n->count++;
	n->slots[at] = n->count;
	return true;
}

bool byteset_find(const struct byteset *n, struct blob bytes, uint32_t *position)
{
	uint32_t at = slot_of(n, bytes);

	*position = n->slots[at] == 0 ? 0 : n->slots[at] - 1;
	return n->slots[at] != 0;
}
