/* A bump allocator with a budget; see arena.h. Blocks double, so that small jobs touch little
 * memory. */
#include "routing/base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* What is large goes to a disk: whole pages the kernel copies at less cost. */
enum { FIRST_BLOCK_BYTES = 16 * 1024, LARGE_BYTES = 128 * 1024, PAGE_BYTES = 4096 };

struct block {
	struct block *next;
	size_t size_bytes;
	size_t used_bytes;
	alignas(max_align_t) uint8_t data[];
};

struct arena {
	struct block *first; /* kept over resets */
	struct block *last;
	size_t budget_bytes;
	size_t first_bytes; /* of the first block */
	size_t used_bytes;
};

struct arena *arena_sized(size_t budget_bytes, size_t first_bytes)
{
	struct arena *a = calloc(1, sizeof *a);

	if (a != NULL)
		*a = (struct arena){ .budget_bytes = budget_bytes, .first_bytes = first_bytes };
	return a;
}

struct arena *arena_new(size_t budget_bytes)
{
	return arena_sized(budget_bytes, FIRST_BLOCK_BYTES);
}

static void free_blocks(struct block *b)
{
	while (b != NULL) {
		struct block *next = b->next;

		free(b);
		b = next;
	}
}

void arena_destroy(struct arena *a)
{
	if (a == NULL)
		return;
	free_blocks(a->first);
	free(a);
}

void arena_reset(struct arena *a)
{
	a->used_bytes = 0;
	if (a->first == NULL)
		return;
	free_blocks(a->first->next);
	a->first->next = NULL;
	a->first->used_bytes = 0;
	a->last = a->first;
}

static struct block *add_block(struct arena *a, size_t need_bytes)
{
	size_t size_bytes = a->last == NULL ? a->first_bytes : a->last->size_bytes * 2;
	struct block *b;

	if (size_bytes < need_bytes)
		size_bytes = need_bytes;
	if (size_bytes > need_bytes && size_bytes > a->budget_bytes)
		size_bytes = need_bytes > a->budget_bytes ? need_bytes : a->budget_bytes;
	b = malloc(sizeof *b + size_bytes);
	if (b == NULL)
		return NULL;
	b->next = NULL;
	b->size_bytes = size_bytes;
	b->used_bytes = 0;
	if (a->last != NULL)
		a->last->next = b;
	else
		a->first = b;
	a->last = b;
	return b;
}

static size_t gap_before(const struct block *b, size_t size_bytes)
{
	uintptr_t at = (uintptr_t)(b->data + b->used_bytes);

	return size_bytes < LARGE_BYTES ? 0 : (size_t)(-at % PAGE_BYTES);
}

void *arena_raw(struct arena *a, size_t size_bytes)
{
	struct block *b = a->last;
	size_t rounded;
	void *out;

	if (size_bytes > a->budget_bytes || a->used_bytes > a->budget_bytes - size_bytes)
		return NULL;
	rounded = (size_bytes + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
	if (rounded == 0)
		rounded = alignof(max_align_t); /* distinct addresses, and never NULL for nothing */
	if (b == NULL || b->size_bytes - b->used_bytes < gap_before(b, size_bytes) + rounded)
		b = add_block(a, size_bytes < LARGE_BYTES ? rounded : rounded + PAGE_BYTES);
	if (b == NULL)
		return NULL;
	b->used_bytes += gap_before(b, size_bytes);
	out = b->data + b->used_bytes;
	b->used_bytes += rounded;
	a->used_bytes += rounded;
	return out;
}

void *arena_alloc(struct arena *a, size_t size_bytes)
{
	void *out = arena_raw(a, size_bytes);

	return out == NULL ? NULL : memset(out, 0, size_bytes);
}

void *arena_array(struct arena *a, size_t count, size_t size_bytes)
{
	if (size_bytes != 0 && count > SIZE_MAX / size_bytes)
		return NULL;
	return arena_alloc(a, count * size_bytes);
}

struct blob arena_blob(struct arena *a, struct blob from)
{
	struct blob out = { NULL, 0 };
	uint8_t *copy;

	if (from.len_bytes == 0)
		return out;
	copy = arena_raw(a, from.len_bytes);
	if (copy != NULL)
		out = (struct blob){ memcpy(copy, from.data, from.len_bytes), from.len_bytes };
	return out;
}

text_t arena_text(struct arena *a, const char *from, size_t len_bytes)
{
	char *copy = arena_raw(a, len_bytes + 1);

	if (copy == NULL)
		return NULL;
	if (len_bytes > 0)
		memcpy(copy, from, len_bytes);
	copy[len_bytes] = '\0';
	return copy;
}

size_t arena_used(const struct arena *a)
{
	return a->used_bytes;
}

size_t arena_held(const struct arena *a)
{
	size_t bytes = sizeof *a;

	for (const struct block *b = a->first; b != NULL; b = b->next)
		bytes += sizeof *b + b->size_bytes;
	return bytes;
}
