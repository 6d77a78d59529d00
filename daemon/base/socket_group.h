/* Who may use a local socket, and who is in a group. Apart because <grp.h> and routing/base/types.h
 * both know a `group`. */
#ifndef VANTHU_DAEMON_BASE_SOCKET_GROUP_H
#define VANTHU_DAEMON_BASE_SOCKET_GROUP_H

#include <stdbool.h>
#include <sys/types.h>

#include "routing/base/err.h"

/* Gives the file to a group, mode 0660. ERR_CONFIG: no such group, or it may not be given. */
must_use enum err socket_group_grant(const char *path, const char *group);

/* ERR_CONFIG: there is no such group. May ask the system's name services, so at start alone. */
must_use enum err socket_group_id(const char *group, gid_t *out);
/* Is who has connected in that group, by the groups that it had then? False when the system does
 * not say. */
bool socket_group_peer_in(int fd, gid_t gid);

/* The group that a user has for himself (adduser makes one, and a umask of 002 goes with it): of
 * his name, and nobody else is in it. */
bool socket_group_private(gid_t gid, uid_t owner);

#endif
