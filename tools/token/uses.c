/* See uses.h. */
#include "tools/token/uses.h"

#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "routing/base/types.h"

static bool path_of(const char *gateway_folder, const char *prefix, const char *name,
		    const char *suffix, char out[PATH_MAX])
{
	return snprintf(out, PATH_MAX, "%s/uses/%s%s%s", gateway_folder, prefix, name, suffix) <
	       PATH_MAX;
}

void token_uses_write(const char *gateway_folder, const char *name, int64_t at_ms)
{
	char path[PATH_MAX], temporary[PATH_MAX];
	int fd, len;
	bool good;

	if (!path_of(gateway_folder, "", name, "", path) ||
	    !path_of(gateway_folder, ".", name, ".new", temporary))
		return;
	fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return;
	len = dprintf(fd, "%" PRId64 "\n", at_ms);
	good = close(fd) == 0 && len > 0;
	if (!good || rename(temporary, path) != 0)
		unlink(temporary);
}

int64_t token_uses_read(const char *gateway_folder, const char *name)
{
	char path[PATH_MAX];
	int64_t at_ms = 0;
	FILE *f;

	if (!path_of(gateway_folder, "", name, "", path))
		return 0;
	f = fopen(path, "re");
	if (f == NULL)
		return 0;
	if (fscanf(f, "%" SCNd64, &at_ms) != 1 || at_ms < 0)
		at_ms = 0;
	fclose(f);
	return at_ms;
}
