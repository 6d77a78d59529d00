/* Both digests of a content made chunk by chunk, against those of the whole and of each chunk. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/chunk_digest.h"
#include "proto/digest.h"
#include "proto/merkle.h"
#include "routing/base/limits.h"

enum { MOST = 3 * CHUNK_BYTES + 200 };

static uint8_t *content;

static int set_up(void **state)
{
	(void)state;
	content = malloc(MOST + 1);
	for (size_t i = 0; i <= MOST; i++)
		content[i] = (uint8_t)(i * 31 + i / 251 + i / 65521);
	return content == NULL;
}

static int tear_down(void **state)
{
	(void)state;
	free(content);
	return 0;
}

/* `known`: of so many chunks at the beginning the leaf hash is not asked for. */
static void agrees(struct chunk_digest *c, const uint8_t *at, size_t size, unsigned known)
{
	struct digest is, should = digest_of((struct blob){ at, size });

	assert_non_null(c);
	for (size_t done = 0, n = 0; done < size; done += n, known -= known > 0) {
		struct blob chunk = { at + done, 0 };
		struct digest leaf;

		chunk.len_bytes = n = size - done < CHUNK_BYTES ? size - done : CHUNK_BYTES;
		if (known > 0) {
			chunk_digest_add_whole(c, chunk);
			continue;
		}
		is = chunk_digest_add(c, chunk);
		leaf = merkle_leaf(chunk);
		assert_memory_equal(&is, &leaf, sizeof leaf);
	}
	is = chunk_digest_end(c);
	assert_memory_equal(&is, &should, sizeof should);
}

static void test_both_digests_are_those_of_one_after_the_other_at_every_size(void **state)
{
	(void)state;
	for (size_t size = 0; size <= 4 * 64 + 1; size++)
		agrees(chunk_digest_begin(), content, size, 0);
	for (size_t size = CHUNK_BYTES - 130; size <= CHUNK_BYTES + 130; size++)
		agrees(chunk_digest_begin(), content + 1, size, 0); /* where no word is aligned */
	for (unsigned known = 0; known <= 4; known++)
		agrees(chunk_digest_begin(), content, MOST, known);
}

/* FIPS 180-4, the example of one block: not only OpenSSL says so. */
static void test_abc_has_the_digest_of_the_standard(void **state)
{
	static const char hex[] =
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
	struct chunk_digest *c = chunk_digest_begin();
	char is[DIGEST_HEX_SIZE];
	struct digest d;

	(void)state;
	chunk_digest_add_whole(c, (struct blob){ (const uint8_t *)"abc", 3 });
	d = chunk_digest_end(c);
	digest_to_hex(&d, is);
	assert_string_equal(is, hex);
}

static void test_one_that_is_abandoned_leaves_nothing(void **state)
{
	struct chunk_digest *c = chunk_digest_begin();

	(void)state;
	chunk_digest_add(c, (struct blob){ content, CHUNK_BYTES });
	chunk_digest_abandon(c);
	chunk_digest_abandon(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_both_digests_are_those_of_one_after_the_other_at_every_size),
		cmocka_unit_test(test_abc_has_the_digest_of_the_standard),
		cmocka_unit_test(test_one_that_is_abandoned_leaves_nothing),
	};

	return cmocka_run_group_tests_name("chunk_digest", tests, set_up, tear_down);
}
