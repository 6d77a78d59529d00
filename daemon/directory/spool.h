/* Bytes put down one after the other and read again anywhere: in a file without a name, gone with
 * the process, or in memory for tests. One thread at a time. */
#ifndef VANTHU_DAEMON_DIRECTORY_SPOOL_H
#define VANTHU_DAEMON_DIRECTORY_SPOOL_H

#include "proto/directory_file.h"
#include "proto/directory_scan.h"

struct spool;
/* In this folder; NULL: in memory. NULL without memory; without a file it fails at the first
 * append. */
struct spool *spool_new(const char *folder);
void spool_destroy(struct spool *s); /* NULL is fine */
/* append: ERR_DISK_FULL, ERR_FILE, ERR_NO_MEMORY */
struct directory_sink spool_sink(struct spool *s);
struct directory_source spool_source(struct spool *s); /* what it holds now */
uint64_t spool_size(const struct spool *s);

#endif
