/* See folder.h. */
#include "daemon/base/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum err folder_make(const char *path)
{
	return mkdir(path, 0700) == 0 || errno == EEXIST ? ERR_OK : ERR_FILE;
}

enum err folder_sync(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), why = 0;

	if (fd < 0)
		return errno == EACCES ? ERR_OK : ERR_FILE;
	if (fsync(fd) != 0 && errno != EINVAL)
		why = errno;
	close(fd);
	errno = why;
	return why == 0 ? ERR_OK : ERR_FILE;
}

enum err folder_sync_parent(const char *path)
{
	char folder[PATH_MAX];
	char *slash;

	if ((size_t)snprintf(folder, sizeof folder, "%s", path) >= sizeof folder) {
		errno = ENAMETOOLONG;
		return ERR_FILE;
	}
	for (size_t n = strlen(folder); n > 1 && folder[n - 1] == '/'; n--)
		folder[n - 1] = '\0';
	slash = strrchr(folder, '/');
	if (slash == NULL)
		snprintf(folder, sizeof folder, ".");
	else
		slash[slash == folder ? 1 : 0] = '\0';
	return folder_sync(folder);
}
