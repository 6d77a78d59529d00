/* What the preloaded library knows of the files below one folder, and the log that it writes of
 * them. Environment, read once: CRASH_ROOT, the folder, as realpath(3) gives it; CRASH_LOG, the
 * file that records are appended to. Without either nothing is logged.
 *
 * A record is: total length, 4 bytes; type, 1 byte; thread, 4 bytes; inode, offset, 8 bytes each;
 * lengths of two texts, 4 bytes each; the two texts. All little-endian, nothing padded; one
 * write(2) each, so that records of threads and of the driver that writes into the same file do not
 * mix. Types: tests/crash/disk.py. */
#ifndef VANTHU_TESTS_CRASH_WATCH_H
#define VANTHU_TESTS_CRASH_WATCH_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The path below the root that a call means, without a leading slash ("" is the root itself), into
 * `out`. False: it is not below it. errno stays. */
bool watch_path(int folder, const char *path, char out[PATH_MAX]);

/* Remembers whether this descriptor is of a file below the root. */
void watch_set(int fd, bool watched);

bool watch_is(int fd);

/* glibc writes through this descriptor without a call of the program's; until the next watch_set.
 */
void watch_stream(int fd);

bool watch_is_stream(int fd);

/* The inode of a descriptor; 0: none. errno stays. */
uint64_t watch_inode(int fd);

/* One record. `a` and `b` are borrowed; NULL with length 0 is fine. errno stays. */
void watch_log(char type, uint64_t inode, uint64_t offset, const void *a, size_t a_bytes,
	       const char *b);

#endif
