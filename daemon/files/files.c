/* How many chunks a size has: shared by both kinds of files. */
#include "daemon/files/files.h"

uint64_t files_chunks(uint64_t size_bytes)
{
	return size_bytes / CHUNK_BYTES + (size_bytes % CHUNK_BYTES != 0);
}
