/* What both kinds of files share: how many chunks a size has, and what readers have found wrong. */
#include "daemon/files/files.h"

void files_suspect(struct files *f, const struct digest *sha256)
{
	if (f->suspect_count < FILES_SUSPECTS_MAX)
		f->suspects[f->suspect_count++] = *sha256;
}

uint64_t files_chunks(uint64_t size_bytes)
{
	return size_bytes / CHUNK_BYTES + (size_bytes % CHUNK_BYTES != 0);
}
