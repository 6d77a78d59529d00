/* See folio.h: reading a folio. */
#include "daemon/control/folio.h"

#include <string.h>
#include <sys/mman.h>

static const void *at(const struct folio *p, size_t distance)
{
	return (const uint8_t *)p + distance;
}

const struct committee_id *folio_committees(const struct folio *p)
{
	return at(p, p->committees);
}

const struct folio_list *folio_to(const struct folio *p)
{
	return at(p, p->to);
}

const char *folio_type(const struct folio *p, uint32_t n)
{
	return (const char *)at(p, p->types) + (size_t)n * (TYPE_CODE_MAX + 1);
}

const struct folio_audience *folio_audiences(const struct folio *p)
{
	return at(p, p->audiences);
}

struct doc_id folio_id(const struct folio *p, uint32_t n)
{
	const size_t before = sizeof p->id_before[n];
	struct doc_id id;

	memcpy(id.bytes, p->id_before[n], before);
	for (size_t i = before; i < sizeof id.bytes; i++)
		id.bytes[i] = (uint8_t)(p->ending[n] >> (8 * (sizeof id.bytes - 1 - i)));
	return id;
}

bool folio_has(const struct folio_bits *b, uint32_t n)
{
	return (b->of[n / 64] >> n % 64 & 1) != 0;
}

void folio_set(struct folio_bits *b, uint32_t n)
{
	b->of[n / 64] |= (uint64_t)1 << n % 64;
}

void folio_drop(const struct folio *p)
{
	if (p != NULL)
		munmap((void *)(uintptr_t)p, p->bytes);
}

void folio_rest(const struct folio *p)
{
	madvise((void *)(uintptr_t)p, p->bytes, MADV_DONTNEED);
}

uint32_t folio_hash(const char *text)
{
	uint32_t hash = 2166136261u;

	if (text == NULL || text[0] == '\0')
		return 0;
	for (; *text != '\0'; text++)
		hash = (hash ^ (uint8_t)*text) * 16777619u;
	return hash == 0 ? 1 : hash;
}

void folio_add(const struct folio *p, const struct folio_list *list, struct folio_bits *bits)
{
	const uint16_t *docs = (const uint16_t *)at(p, p->docs) + list->at;

	for (uint32_t i = 0; i < list->count; i++)
		folio_set(bits, docs[i]);
}

/* The token that lies there. */
static uint32_t token_of(const struct folio *p, uint32_t from, uint32_t distance)
{
	const uint32_t *begins = at(p, p->token_at);
	uint32_t low = from, high = p->token_count;

	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (begins[middle] <= distance)
			low = middle;
		else
			high = middle;
	}
	return low;
}

void folio_add_word(const struct folio *p, const char *word, struct folio_bits *bits)
{
	const char *text = at(p, p->tokens), *end = text + p->token_bytes, *from = text;
	const struct folio_list *docs = at(p, p->token_docs);
	const uint32_t *begins = at(p, p->token_at);
	size_t len = strlen(word);
	uint32_t token = 0;

	/* tokens end with 0, which no word has: none is found across two of them */
	while (from < end && (from = memmem(from, (size_t)(end - from), word, len)) != NULL) {
		token = token_of(p, token, (uint32_t)(from - text));
		folio_add(p, &docs[token], bits);
		from = token + 1 < p->token_count ? text + begins[token + 1] : end;
	}
}
