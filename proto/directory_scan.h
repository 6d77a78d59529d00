/* A directory of any size, read where it lies: a file, what has come in parts, or memory. Checked
 * whole first, some entries at a time and in bounded memory (some 150 bytes a committee while it is
 * checked, nothing after); then returned piece by piece.
 *
 *     new → check … check (done) → next … next (none left) → destroy
 *
 * What is read twice must not change in between: who cannot be sure of that copies it first. */
#ifndef VANTHU_PROTO_DIRECTORY_SCAN_H
#define VANTHU_PROTO_DIRECTORY_SCAN_H

#include "proto/directory.h"

struct directory_source {
	void *ctx;
	uint64_t size_bytes;
	/* All of [at, at + len_bytes), which lies within the size. ERR_FILE. */
	enum err (*read)(void *ctx, uint64_t at, uint8_t *out, size_t len_bytes);
};

/* Bytes in memory, borrowed. */
struct directory_source directory_source_of(const struct blob *bytes);

/* Whose word counts. The simulator has its own; everybody else the registry's root. */
struct directory_trust {
	void *ctx;
	/* Opens a head; as directory_head_open. */
	enum err (*head)(void *ctx, struct arena *a, struct blob head, struct rec_directory *out);
	/* The certificates of an entry's keys. ERR_CERTIFICATE. */
	enum err (*certificates)(void *ctx, const struct rec_committee *c);
};

/* `root_der` is borrowed. */
struct directory_trust directory_trust_root(const struct blob *root_der);

struct directory_scan;
/* `base` may be NULL: then only a whole directory opens. Rows are read wherever
 * directory_scan_check runs. NULL without memory. */
struct directory_scan *directory_scan_new(struct directory_source source,
					  struct directory_trust trust,
					  const struct directory_base *base);
void directory_scan_destroy(struct directory_scan *s); /* NULL is fine */

/* The head alone, which is believed; valid as long as the scan. ERR_FORMAT: there is none.
 * ERR_TOO_LARGE; ERR_SIGNATURE and kin. */
must_use enum err directory_scan_head(struct directory_scan *s, const struct rec_directory **head);

/* Some of the check, worth about `work` entries. *done: it is whole, of one root, one tree,
 * certified. ERR_DIGEST, ERR_BAD_TREE, ERR_CERTIFICATE, ERR_FORMAT, ERR_UTF8, ERR_TOO_LARGE,
 * ERR_DIRECTORY_AHEAD (changes over a version that is not here), ERR_FILE. Blocks on source and
 * rows: a worker's. */
must_use enum err directory_scan_check(struct directory_scan *s, uint32_t work, bool *done);

/* The next entries, into the arena: as many as fit max_count and about max_bytes and max_writes, at
 * least one; none at the end. */
struct directory_piece {
	struct rec_committee *entries;
	uint32_t count;
	bool last; /* nothing comes after it */
};

struct directory_measure {
	uint32_t count;
	size_t bytes;
	uint64_t writes; /* as the core counts them: committee_writes */
};
must_use enum err directory_scan_next(struct directory_scan *s, struct arena *a,
				      const struct directory_measure *most,
				      struct directory_piece *out);

uint64_t directory_scan_since(const struct directory_scan *s);       /* after the check */
/* entries in the source; grows until it is known */
uint32_t directory_scan_count(const struct directory_scan *s);
/* entries checked, or returned */
uint32_t directory_scan_position(const struct directory_scan *s);
/* What is no tree, after ERR_BAD_TREE: see directory_tree_fault. */
const char *directory_scan_fault(const struct directory_scan *s, struct committee_id *culprit);

#endif
