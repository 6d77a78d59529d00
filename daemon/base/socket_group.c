/* See daemon/base/socket_group.h. */
#include "daemon/base/socket_group.h"

#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PEER_GROUPS_MAX = 1024 };

enum err socket_group_grant(const char *path, const char *name)
{
	const struct group *g = getgrnam(name);

	return g == NULL || chown(path, (uid_t)-1, g->gr_gid) != 0 || chmod(path, 0660) != 0
		   ? ERR_CONFIG
		   : ERR_OK;
}

enum err socket_group_id(const char *name, gid_t *out)
{
	const struct group *g = getgrnam(name);

	*out = g == NULL ? (gid_t)-1 : g->gr_gid;
	return g == NULL ? ERR_CONFIG : ERR_OK;
}

bool socket_group_peer_in(int fd, gid_t gid)
{
	struct ucred peer;
	gid_t groups[PEER_GROUPS_MAX];
	socklen_t len = sizeof peer;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 && peer.gid == gid)
		return true;
	len = sizeof groups;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len) != 0)
		return false;
	for (size_t i = 0; i < len / sizeof groups[0]; i++) {
		if (groups[i] == gid)
			return true;
	}
	return false;
}

bool socket_group_private(gid_t gid, uid_t owner)
{
	const struct group *g = getgrgid(gid);
	const struct passwd *p = getpwuid(owner);

	if (g == NULL || p == NULL || p->pw_gid != gid || strcmp(p->pw_name, g->gr_name) != 0)
		return false;
	for (char *const *member = g->gr_mem; *member != NULL; member++) {
		if (strcmp(*member, p->pw_name) != 0)
			return false;
	}
	return true;
}
