/* Lists of digests as sha256sum writes and reads them: "HEX  NAME", a name with a backslash or an
 * end of line in it escaped, its line beginning with a backslash. */
#ifndef VANTHU_TOOLS_ARCHIVE_SUMS_H
#define VANTHU_TOOLS_ARCHIVE_SUMS_H

#include <stdbool.h>

#include "routing/base/arena.h"
#include "routing/base/err.h"
#include "routing/base/types.h"

enum { SUMS_NAME_SIZE = 1024, SUMS_LINE_SIZE = 2 * SUMS_NAME_SIZE + 80 };

struct sums_line {
	struct digest sha256;
	char name[SUMS_NAME_SIZE];
};

/* The line with its end, in `out`. Returns its length; 0: the name is too long. */
size_t sums_print(const struct digest *sha256, const char *name, char out[SUMS_LINE_SIZE]);
/* The next line from *at on, which moves behind it. False: the end, or with *fault a line that is
 * none or that has no end. */
bool sums_next(struct blob text, size_t *at, struct sums_line *out, bool *fault);
/* The digest of an ordinary file and its size. ERR_FILE (errno), ERR_NO_MEMORY. Blocks. */
must_use enum err sums_of_file(const char *path, struct digest *out, uint64_t *size_bytes);

#endif
