/* The simulator's files, over a disk that outlives them: contents survive a crash only when
 * finished. */
#ifndef VANTHU_DAEMON_FILES_MEMORY_H
#define VANTHU_DAEMON_FILES_MEMORY_H

#include "daemon/files/files.h"

struct memory_files_disk;
struct memory_files_disk *memory_files_disk_new(void);
void memory_files_disk_destroy(struct memory_files_disk *d);
must_use enum err files_memory_open(struct memory_files_disk *d, struct files **out);

#endif
