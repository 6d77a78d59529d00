/* Names of files that go into folders which take less than ours: shorter ones, or none with
 * characters that other systems refuse. */
#ifndef VANTHU_TOOLS_BASE_FILE_NAME_H
#define VANTHU_TOOLS_BASE_FILE_NAME_H

#include <stdbool.h>
#include <stddef.h>

#include "routing/base/limits.h"

enum { FILE_NAME_SIZE = NAME_MAX_BYTES + 1 };

/* The name as one of several: `n` from 2 on gives "report-2.pdf", 1 the name itself. Never more
 * than `max_bytes` (16 to NAME_MAX_BYTES): what is too long loses whole characters as people see
 * them, before its ending, which stays. `name` is UTF-8. */
void file_name_numbered(const char *name, unsigned n, size_t max_bytes, char out[FILE_NAME_SIZE]);

/* Windows, macOS and most exchange disks take it: portable (routing/rules/portable.h) and composed
 * (NFC). */
bool file_name_is_portable(const char *name);

/* The nearest name that is portable: '_' for what is refused. Never empty. */
void file_name_portable(const char *name, char out[FILE_NAME_SIZE]);

/* The forms of a name that a folder may take, by `which` from 0: the name itself with marks for
 * what nobody sees, shorter ones, then the same of its portable name. False: there is no further
 * one. Saving uses the first form that the folder takes, and searching for the file tries them in
 * the same order. */
bool file_name_form(const char *name, unsigned n, unsigned which, char out[FILE_NAME_SIZE]);

#endif
