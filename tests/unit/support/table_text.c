/* See table_text.h. */
#include "tests/unit/support/table_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX_BYTES = 64 * 1024, ROUNDS = 2000 };

struct blob table_text_of_file(const char *path)
{
	static uint8_t bytes[FILE_MAX_BYTES];
	FILE *f = fopen(path, "rb");
	size_t len;

	assert_non_null(f);
	len = fread(bytes, 1, sizeof bytes, f);
	assert_int_equal(fclose(f), 0);
	assert_in_range(len, 1, sizeof bytes - 1);
	return (struct blob){ bytes, len };
}

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static void show_copy(const uint8_t *bytes, size_t len, void (*show)(struct blob text))
{
	uint8_t *copy = malloc(len > 0 ? len : 1);

	assert_non_null(copy);
	memcpy(copy, bytes, len);
	show((struct blob){ copy, len });
	free(copy);
}

/* Some of its pieces one behind the other, with other bytes here and there. */
static void show_mixed(struct blob whole, uint32_t *seed, void (*show)(struct blob text))
{
	uint8_t bytes[1024];
	size_t len = 0;

	while (next_random(seed) % 8 != 0) {
		size_t at = next_random(seed) % whole.len_bytes;
		size_t piece = next_random(seed) % 100;

		if (piece > whole.len_bytes - at)
			piece = whole.len_bytes - at;
		if (piece > sizeof bytes - len)
			piece = sizeof bytes - len;
		memcpy(bytes + len, whole.data + at, piece);
		len += piece;
	}
	for (unsigned n = next_random(seed) % 4; n > 0 && len > 0; n--)
		bytes[next_random(seed) % len] = (uint8_t)next_random(seed);
	show_copy(bytes, len, show);
}

static void show_noise(uint32_t *seed, void (*show)(struct blob text))
{
	uint8_t bytes[200];
	size_t len = next_random(seed) % sizeof bytes;

	for (size_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)next_random(seed);
	show_copy(bytes, len, show);
}

void table_text_spoil(struct blob whole, void (*show)(struct blob text))
{
	uint32_t seed = 14;

	for (size_t len = 0; len <= whole.len_bytes; len++)
		show_copy(whole.data, len, show);
	for (unsigned i = 0; i < ROUNDS; i++) {
		show_mixed(whole, &seed, show);
		show_noise(&seed, show);
	}
}
