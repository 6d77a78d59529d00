/* See places.h. */
#include "daemon/control/places.h"

#include <stdlib.h>

#include "routing/base/committee_id.h"

/* Below whom something stood then, and where that one stood. */
struct place {
	struct committee_id superior;
	uint32_t above; /* its place */
};

enum { FIRST_CAPACITY = 64 };

void places_free(struct places *p)
{
	free(p->list);
	p->list = NULL;
	p->count = p->capacity = 0;
}

static enum err add(struct places *p, const struct place *place, uint32_t *number)
{
	for (uint32_t i = 0; i < p->count; i++) {
		if (p->list[i].above == place->above &&
		    id_equal(p->list[i].superior, place->superior)) {
			*number = i + 1;
			return ERR_OK;
		}
	}
	if (p->count == p->capacity) {
		uint32_t capacity = p->capacity == 0 ? FIRST_CAPACITY : 2 * p->capacity;
		struct place *grown = realloc(p->list, capacity * sizeof *grown);

		if (grown == NULL)
			return ERR_NO_MEMORY;
		p->list = grown;
		p->capacity = capacity;
	}
	p->list[p->count++] = *place;
	*number = p->count;
	return ERR_OK;
}

enum err places_number(struct places *p, const struct committee_id *up, uint32_t count,
		       uint32_t *numbers)
{
	enum err e = ERR_OK;

	for (uint32_t i = count; i-- > 0 && e == ERR_OK;) {
		struct place place = { .above = 0 };

		numbers[i] = 0;
		if (i + 1 == count)
			continue; /* the top */
		place.superior = up[i + 1];
		place.above = numbers[i + 1];
		e = add(p, &place, &numbers[i]);
	}
	return e;
}

text_t places_superior(const struct places *p, uint32_t *number)
{
	const struct place *place = &p->list[*number - 1];

	*number = place->above;
	return place->superior.text;
}
