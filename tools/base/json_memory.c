/* See json_memory.h. Blocks of a size are cut from slabs, and wait in a list of their size to be
 * used again; large ones are the C library's. */
#include "tools/base/json_memory.h"

#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>

#include "tools/base/no_memory.h"

enum { GRAIN_BYTES = 16, CLASSES = 32, SLAB_BYTES = 64 * 1024 };

/* Before each block. */
struct head {
	size_t grains; /* its size, and head; 0: it is the C library's */
};
struct unused {
	struct head head;
	struct unused *next;
};
struct slab {
	struct slab *before;
};

static struct {
	struct unused *free[CLASSES];
	struct slab *slabs;
	char *at;
	size_t left_bytes;
} memory;

static struct head *cut(size_t grains)
{
	size_t bytes = grains * GRAIN_BYTES;
	struct head *h;

	if (memory.left_bytes < bytes) {
		struct slab *s = malloc(SLAB_BYTES);

		if (s == NULL)
			return NULL;
		s->before = memory.slabs;
		memory.slabs = s;
		memory.at = (char *)(s + 1);
		memory.left_bytes = SLAB_BYTES - sizeof *s;
	}
	h = (struct head *)(void *)memory.at;
	memory.at += bytes;
	memory.left_bytes -= bytes;
	h->grains = grains;
	return h;
}

void *json_memory_alloc(size_t size_bytes)
{
	size_t grains = (size_bytes + sizeof(struct head) + GRAIN_BYTES - 1) / GRAIN_BYTES;
	struct head *h;

	if (size_bytes > (CLASSES - 1) * GRAIN_BYTES - sizeof(struct head)) {
		if (size_bytes > SIZE_MAX - sizeof *h)
			return NULL;
		h = malloc(sizeof *h + size_bytes);
		if (h != NULL)
			h->grains = 0;
	} else if (memory.free[grains] != NULL) {
		h = &memory.free[grains]->head;
		memory.free[grains] = memory.free[grains]->next;
	} else {
		h = cut(grains);
	}
	return h == NULL ? NULL : h + 1;
}

void json_memory_free(void *block)
{
	struct head *h = block == NULL ? NULL : (struct head *)block - 1;

	if (h == NULL)
		return;
	if (h->grains == 0) {
		free(h);
		return;
	}
	((struct unused *)(void *)h)->next = memory.free[h->grains];
	memory.free[h->grains] = (struct unused *)(void *)h;
}

/* jansson leaves out what it gets no memory for, and few look. */
static void *alloc_for_sure(size_t size_bytes)
{
	return no_memory_checked(json_memory_alloc(size_bytes));
}

void json_memory_begin(void)
{
	json_set_alloc_funcs(alloc_for_sure, json_memory_free);
}
