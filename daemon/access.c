/* See access.h. */
#include "daemon/access.h"

#include <grp.h>
#include <stddef.h>
#include <sys/stat.h>
#include <unistd.h>

enum err access_grant(const char *path, const char *name)
{
	const struct group *g = getgrnam(name);

	return g == NULL || chown(path, (uid_t)-1, g->gr_gid) != 0 || chmod(path, 0660) != 0 ? ERR_CONFIG : ERR_OK;
}
