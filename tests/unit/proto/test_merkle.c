/* Merkle trees against the vectors of Certificate Transparency (RFC 6962), and every path of every
 * small tree. */
#include "proto/merkle.h"

#include <stdlib.h>
#include <string.h>

#include "proto/digest.h"
#include "tests/unit/support/fixture.h"

enum { SIZES = 130 };

/* The test leaves and roots that the CT implementations share. */
static const struct {
	const char *bytes;
	size_t len;
	const char *root; /* of the leaves up to here */
} vectors[] = {
	{ "", 0, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d" },
	{ "\x00", 1, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125" },
	{ "\x10", 1, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77" },
	{ "\x20\x21", 2, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7" },
	{ "\x30\x31", 2, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4" },
	{ "\x40\x41\x42\x43", 4,
	  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef" },
	{ "\x50\x51\x52\x53\x54\x55\x56\x57", 8,
	  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c" },
	{ "\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f", 16,
	  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328" },
};

static void fill(struct digest *leaves, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint8_t n[4] = { (uint8_t)(i >> 8), (uint8_t)i };

		leaves[i] = merkle_leaf((struct blob){ n, sizeof n });
	}
}

static void test_roots_of_the_published_leaves_are_the_published_ones(void **state)
{
	struct digest leaves[COUNT_OF(vectors)];
	char hex[DIGEST_HEX_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(vectors); i++) {
		struct digest root;

		leaves[i] =
		    merkle_leaf((struct blob){ (const uint8_t *)vectors[i].bytes, vectors[i].len });
		root = merkle_root(leaves, i + 1);
		digest_to_hex(&root, hex);
		assert_string_equal(hex, vectors[i].root);
	}
}

static void test_tree_of_nothing_is_the_hash_of_nothing(void **state)
{
	struct digest root = merkle_root(NULL, 0), nothing = digest_of((struct blob){ NULL, 0 });

	(void)state;
	assert_true(digest_equal(&root, &nothing));
}

static void test_leaf_is_not_a_node_and_long_leaves_hash_as_short_ones(void **state)
{
	static uint8_t bytes[600];
	struct digest two[2] = { fixture_digest("a"), fixture_digest("b") },
		      node = merkle_node(&two[0], &two[1]), leaf;

	(void)state;
	leaf = merkle_leaf((struct blob){ two[0].bytes, sizeof two });
	assert_false(digest_equal(&node, &leaf));
	for (size_t len = 250; len < 260; len++) {
		/* begins with the 0 that marks a leaf */
		struct digest plain = digest_of((struct blob){ bytes, len + 1 });

		leaf = merkle_leaf((struct blob){ bytes + 1, len });
		assert_true(digest_equal(&plain, &leaf));
	}
}

static void test_every_leaf_of_every_size_climbs_to_the_root(void **state)
{
	static struct digest leaves[SIZES], used[SIZES], paths[SIZES * BATCH_PATH_MAX];
	uint8_t path_len[SIZES];

	(void)state;
	fill(leaves, SIZES);
	for (size_t count = 1; count <= SIZES; count++) {
		struct digest root = merkle_root(leaves, count), all;

		memcpy(used, leaves, count * sizeof *leaves);
		merkle_paths(used, count, paths, path_len, &all);
		assert_true(digest_equal(&root, &all));
		for (size_t i = 0; i < count; i++) {
			struct digest path[64], climbed;
			size_t len = merkle_path(leaves, count, i, path);

			assert_ok(merkle_climb(leaves[i], i, count, path, len, &climbed));
			assert_true(digest_equal(&root, &climbed));
			assert_int_equal(len, path_len[i]);
			assert_memory_equal(path, &paths[i * BATCH_PATH_MAX], len * sizeof path[0]);
		}
	}
}

static void test_wrong_index_leaf_or_path_never_gives_the_root(void **state)
{
	static struct digest leaves[40];

	(void)state;
	fill(leaves, COUNT_OF(leaves));
	for (size_t count = 2; count <= COUNT_OF(leaves); count++) {
		struct digest root = merkle_root(leaves, count), path[64], climbed;
		size_t len = merkle_path(leaves, count, count / 3, path);

		for (size_t i = 0; i < count; i++) {
			if (i != count / 3 && merkle_climb(leaves[count / 3], i, count, path, len,
							   &climbed) == ERR_OK)
				assert_false(digest_equal(&root, &climbed));
		}
		path[len - 1].bytes[0] ^= 1;
		assert_ok(merkle_climb(leaves[count / 3], count / 3, count, path, len, &climbed));
		assert_false(digest_equal(&root, &climbed));
		path[len - 1].bytes[0] ^= 1;
		assert_int_equal(
		    merkle_climb(leaves[count / 3], count / 3, count, path, len - 1, &climbed),
		    ERR_FORMAT);
		assert_int_equal(
		    merkle_climb(leaves[count / 3], count / 3, count, path, len + 1, &climbed),
		    ERR_FORMAT);
	}
}

static void test_index_outside_the_tree_is_refused(void **state)
{
	struct digest leaf = fixture_digest("x"), root, path[64] = { 0 };

	(void)state;
	assert_int_equal(merkle_climb(leaf, 0, 0, path, 0, &root), ERR_FORMAT);
	assert_int_equal(merkle_climb(leaf, 1, 1, path, 0, &root), ERR_FORMAT);
	assert_int_equal(merkle_climb(leaf, 5, 5, path, 3, &root), ERR_FORMAT);
	assert_int_equal(merkle_climb(leaf, UINT64_MAX, UINT64_MAX, path, 64, &root), ERR_FORMAT);
	assert_ok(merkle_climb(leaf, 0, 1, path, 0, &root));
	assert_true(digest_equal(&leaf, &root));
}

static void test_stream_gives_the_root_after_every_leaf_and_copies_fork(void **state)
{
	static struct digest leaves[300];
	struct merkle_stream m, fork;

	(void)state;
	fill(leaves, COUNT_OF(leaves));
	merkle_begin(&m);
	for (size_t i = 0; i < COUNT_OF(leaves); i++) {
		struct digest a, b;

		merkle_add(&m, leaves[i]);
		fork = m;
		a = merkle_end(&m);
		b = merkle_root(leaves, i + 1);
		assert_true(digest_equal(&a, &b));
		merkle_add(&fork, leaves[0]);
	}
}

static void test_largest_batch_has_paths_that_fit(void **state)
{
	struct digest *leaves = calloc(BATCH_LEAVES_MAX, sizeof *leaves),
		      *used = calloc(BATCH_LEAVES_MAX, sizeof *used);
	struct digest *paths = calloc((size_t)BATCH_LEAVES_MAX * BATCH_PATH_MAX, sizeof *paths);
	uint8_t *len = calloc(BATCH_LEAVES_MAX, 1);
	struct digest root, climbed;

	(void)state;
	assert_true(leaves != NULL && used != NULL && paths != NULL && len != NULL);
	fill(leaves, BATCH_LEAVES_MAX);
	memcpy(used, leaves, BATCH_LEAVES_MAX * sizeof *leaves);
	merkle_paths(used, BATCH_LEAVES_MAX, paths, len, &root);
	for (size_t i = 0; i < BATCH_LEAVES_MAX; i += 409) {
		assert_int_equal(len[i], BATCH_PATH_MAX);
		assert_ok(merkle_climb(leaves[i], i, BATCH_LEAVES_MAX, &paths[i * BATCH_PATH_MAX],
				       len[i], &climbed));
		assert_true(digest_equal(&root, &climbed));
	}
	free(leaves);
	free(used);
	free(paths);
	free(len);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_roots_of_the_published_leaves_are_the_published_ones),
		cmocka_unit_test(test_tree_of_nothing_is_the_hash_of_nothing),
		cmocka_unit_test(test_leaf_is_not_a_node_and_long_leaves_hash_as_short_ones),
		cmocka_unit_test(test_every_leaf_of_every_size_climbs_to_the_root),
		cmocka_unit_test(test_wrong_index_leaf_or_path_never_gives_the_root),
		cmocka_unit_test(test_index_outside_the_tree_is_refused),
		cmocka_unit_test(test_stream_gives_the_root_after_every_leaf_and_copies_fork),
		cmocka_unit_test(test_largest_batch_has_paths_that_fit),
	};

	return cmocka_run_group_tests_name("merkle", tests, NULL, NULL);
}
