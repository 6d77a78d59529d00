/* Merkle trees as RFC 6962 §2.1: leaf = SHA-256(0x00 ‖ data), node = SHA-256(0x01 ‖ left ‖ right).
 * Used for signature batches (leaf data: envelope digest), attachments (leaf data: a 32 KiB chunk)
 * and the directory (leaf data: an entry). */
#ifndef VANTHU_PROTO_MERKLE_H
#define VANTHU_PROTO_MERKLE_H

#include "routing/base/err.h"
#include "routing/base/types.h"

struct digest merkle_leaf(struct blob data);
struct digest merkle_node(const struct digest *left, const struct digest *right);

/* Tree hash over leaf hashes; the hash of no leaves is SHA-256 of nothing. Does not recurse deeper
 * than log2(count). */
struct digest merkle_root(const struct digest *leaves, size_t count);

/* All audit paths of one tree at O(n log n), for a signature batch: paths[i] holds path_len[i]
 * digests, BATCH_PATH_MAX apart. count ≤ BATCH_LEAVES_MAX. The leaves are used up: each level is
 * written over the one below. */
void merkle_paths(struct digest *leaves, size_t count, struct digest *paths, uint8_t *path_len,
		  struct digest *root);

/* One leaf's audit path; returns its length. `path` has room for 64. */
size_t merkle_path(const struct digest *leaves, size_t count, size_t index, struct digest *path);

/* The root that this leaf and path lead to (RFC 9162 §2.1.3.2). ERR_FORMAT when index ≥ count or
 * the path has the wrong length. */
must_use enum err merkle_climb(struct digest leaf, uint64_t index, uint64_t count,
			       const struct digest *path, size_t path_len, struct digest *root);

/* A root over leaves that come one by one, in log2(n) memory. Plain data: copy to fork, nothing to
 * free. */
struct merkle_stream {
	uint64_t count;
	struct digest stack[64];
};

void merkle_begin(struct merkle_stream *m);
void merkle_add(struct merkle_stream *m, struct digest leaf);
struct digest merkle_end(const struct merkle_stream *m);

#endif
