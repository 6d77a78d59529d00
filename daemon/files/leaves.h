/* Leaf hashes of finished files, and chunks checked against them. */
#ifndef VANTHU_DAEMON_FILES_LEAVES_H
#define VANTHU_DAEMON_FILES_LEAVES_H

#include "daemon/files/disk_files.h"

void leaf_cache_init(struct leaf_cache *c);
void leaf_cache_destroy(struct leaf_cache *c);
/* So few that they are not kept on disk. */
bool files_leaves_small(uint64_t count);
/* files_ops.leaves, files_ops.chunks */
must_use enum err files_read_leaves(struct files *base, const struct manifest_item *item,
				    uint64_t piece, struct digest *out, size_t *count);
must_use enum err files_read_chunks(struct files *base, const struct manifest_item *item,
				    const struct chunk_range *range, uint8_t *const buffers[],
				    size_t *got);
/* Of a file that has just been settled: in memory or beside it. */
must_use enum err files_keep_leaves(struct disk_files *f, const struct manifest_item *item,
				    const struct digest *leaves);
/* The same, where they are in a file already, which becomes the one beside it. */
must_use enum err files_adopt_leaves(struct disk_files *f, const struct manifest_item *item,
				     const char *leaves_path);

#endif
