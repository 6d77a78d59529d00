/* Names a fault of the store's map. LMDB follows what its pages say: a wrong bit there, or a disk
 * that cannot be read, ends the process by a signal, and nothing would say why. */
#ifndef VANTHU_DAEMON_STORE_LMDB_MAP_FAULT_H
#define VANTHU_DAEMON_STORE_LMDB_MAP_FAULT_H

#include <stddef.h>

/* From now on SIGSEGV and SIGBUS at an address within the map write to stderr which file and page
 * it is and what to do, and then end the process as they would have. Any other address is left to
 * what was there before. One map a process; another call takes the place of the one before.
 * `map` NULL: watch nothing any more. */
void lmdb_map_fault_watch(const char *path, const void *map, size_t len_bytes, size_t page_bytes);

#endif
