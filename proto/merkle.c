/* Merkle trees of RFC 6962 without recursion; see merkle.h. */
#include "proto/merkle.h"

#include <assert.h>
#include <string.h>

#include "proto/digest.h"

struct digest merkle_leaf(struct blob data)
{
	static const uint8_t prefix = 0;

	return digest_of_both((struct blob){ &prefix, 1 }, data);
}

struct digest merkle_node(const struct digest *left, const struct digest *right)
{
	uint8_t bytes[1 + 2 * sizeof left->bytes];

	bytes[0] = 1;
	memcpy(bytes + 1, left->bytes, sizeof left->bytes);
	memcpy(bytes + 1 + sizeof left->bytes, right->bytes, sizeof right->bytes);
	return digest_of((struct blob){ bytes, sizeof bytes });
}

void merkle_begin(struct merkle_stream *m)
{
	m->count = 0;
}

/* The stack holds one root for each set bit of count, the largest subtree first. */
static unsigned depth_of(uint64_t count)
{
	return (unsigned)__builtin_popcountll(count);
}

void merkle_add(struct merkle_stream *m, struct digest leaf)
{
	unsigned top = depth_of(m->count);

	for (uint64_t bits = m->count; (bits & 1) != 0; bits >>= 1)
		leaf = merkle_node(&m->stack[--top], &leaf);
	m->stack[top] = leaf;
	m->count++;
}

struct digest merkle_end(const struct merkle_stream *m)
{
	unsigned top = depth_of(m->count);
	struct digest root;

	if (top == 0)
		return digest_of((struct blob){ NULL, 0 });
	root = m->stack[--top];
	while (top > 0)
		root = merkle_node(&m->stack[--top], &root);
	return root;
}

struct digest merkle_root(const struct digest *leaves, size_t count)
{
	struct merkle_stream m;

	merkle_begin(&m);
	for (size_t i = 0; i < count; i++)
		merkle_add(&m, leaves[i]);
	return merkle_end(&m);
}

/* The largest power of two below n (n > 1). */
static size_t split(size_t n)
{
	size_t k = 1;

	while (k * 2 < n)
		k *= 2;
	return k;
}

size_t merkle_path(const struct digest *leaves, size_t count, size_t index, struct digest *path)
{
	struct digest down[64];
	size_t depth = 0;

	assert(index < count);
	/* From the root down to the leaf; the other side of each split is a step of the path. */
	while (count > 1) {
		size_t k = split(count);

		if (index < k) {
			down[depth++] = merkle_root(leaves + k, count - k);
			count = k;
		} else {
			down[depth++] = merkle_root(leaves, k);
			leaves += k;
			index -= k;
			count -= k;
		}
	}
	for (size_t i = 0; i < depth; i++)
		path[i] = down[depth - 1 - i];
	return depth;
}

void merkle_paths(struct digest *level, size_t count, struct digest *paths, uint8_t *path_len,
		  struct digest *root)
{
	/* Level by level: pair neighbours; an odd last one moves up unpaired, which is RFC 6962's
	 * tree. */
	size_t width = count;

	assert(count > 0 && count <= BATCH_LEAVES_MAX);
	memset(path_len, 0, count);
	for (unsigned height = 0; width > 1; height++) {
		for (size_t i = 0; i < count; i++) {
			size_t at = (i >> height) ^ 1;

			if (at < width)
				paths[i * BATCH_PATH_MAX + path_len[i]++] = level[at];
		}
		for (size_t i = 0; i < width / 2; i++)
			level[i] = merkle_node(&level[2 * i], &level[2 * i + 1]);
		if (width % 2 == 1)
			level[width / 2] = level[width - 1];
		width = (width + 1) / 2;
	}
	*root = level[0];
}

enum err merkle_climb(struct digest leaf, uint64_t index, uint64_t count, const struct digest *path,
		      size_t path_len, struct digest *root)
{
	uint64_t at = index, last = count - 1;
	struct digest r = leaf;

	if (count == 0 || index >= count)
		return ERR_FORMAT;
	for (size_t i = 0; i < path_len; i++) {
		if (last == 0)
			return ERR_FORMAT;
		if ((at & 1) != 0 || at == last) {
			r = merkle_node(&path[i], &r);
			while ((at & 1) == 0 && at != 0) {
				at >>= 1;
				last >>= 1;
			}
		} else {
			r = merkle_node(&r, &path[i]);
		}
		at >>= 1;
		last >>= 1;
	}
	if (last != 0)
		return ERR_FORMAT;
	*root = r;
	return ERR_OK;
}
