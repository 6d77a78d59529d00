/* See blocks.h. */
#include "daemon/control/blocks.h"

#include <stdlib.h>

#include "routing/state/plan.h"

enum { SLOTS = 8192, PROBES = 16 };

/* book ‖ year ‖ block, never 0 */
struct slot {
	uint64_t key;
	struct block months; /* from {0}: forgotten */
};

struct blocks {
	uint64_t writes;
	struct slot slots[SLOTS];
};

struct blocks *blocks_new(void)
{
	return calloc(1, sizeof(struct blocks));
}

void blocks_free(struct blocks *b)
{
	free(b);
}

static uint64_t key_of(struct line_key at)
{
	return (uint64_t)at.book << 56 | (uint64_t)at.year << 40 | at.number / BLOCK_LINES;
}

/* Its slot, or with `add` a free one; NULL: there is none. What finds none is read each time. */
static struct slot *slot_of(const struct blocks *b, struct line_key at, bool add)
{
	uint64_t key = key_of(at), hash = key * 0x9e3779b97f4a7c15u >> 32;

	for (unsigned i = 0; b != NULL && i < PROBES; i++) {
		const struct slot *s = &b->slots[(hash + i) % SLOTS];

		if (s->key == key || (s->key == 0 && add))
			return (struct slot *)(uintptr_t)s;
		if (s->key == 0)
			return NULL;
	}
	return NULL;
}

void blocks_follow(struct blocks *b, const struct plan *p)
{
	for (uint32_t i = 0; b != NULL && p->family_writes[FAMILY_LINE] > 0 && i < p->write_count;
	     i++) {
		struct line_key at;
		struct slot *s;

		if (p->writes[i].record.family != FAMILY_LINE ||
		    !key_parse_line(&p->writes[i].key, &at) || at.addition != 0)
			continue;
		b->writes++;
		s = slot_of(b, at, false);
		if (s != NULL)
			s->months = (struct block){ .from = { 0 } };
	}
}

uint64_t blocks_writes(const struct blocks *b)
{
	return b == NULL ? 0 : b->writes;
}

bool blocks_find(const struct blocks *b, struct line_key at, struct block *out)
{
	const struct slot *s = slot_of(b, at, false);

	if (s == NULL || s->months.from.n == 0)
		return false;
	*out = s->months;
	return true;
}

void blocks_note(struct blocks *b, struct line_key at, struct block months)
{
	struct slot *s = slot_of(b, at, true);

	if (s != NULL)
		*s = (struct slot){ key_of(at), months };
}
