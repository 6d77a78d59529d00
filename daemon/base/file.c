/* Whole files; see file.h. */
#include "daemon/base/file.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "daemon/base/log.h"

enum err file_read(struct arena *a, const char *path, size_t max_bytes, struct blob *out)
{
	FILE *f = fopen(path, "re");
	struct stat st;
	uint8_t *bytes;
	enum err e = ERR_FILE;

	if (f == NULL) {
		log_event(LOG_ERROR, "file-unreadable", "path=%s errno=%d", path, errno);
		return ERR_FILE;
	}
	if (fstat(fileno(f), &st) == 0 && st.st_size >= 0 && (size_t)st.st_size <= max_bytes &&
	    (bytes = arena_alloc(a, (size_t)st.st_size + 1)) != NULL) {
		*out = (struct blob){ bytes, fread(bytes, 1, (size_t)st.st_size, f) };
		e = ferror(f) == 0 ? ERR_OK : ERR_FILE;
	}
	fclose(f);
	if (e != ERR_OK)
		log_event(LOG_ERROR, "file-unreadable", "path=%s", path);
	return e;
}
