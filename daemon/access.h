/* Who may use a local socket. Apart because <grp.h> and routing/types.h both know a `group`. */
#ifndef VANTHU_DAEMON_ACCESS_H
#define VANTHU_DAEMON_ACCESS_H

#include "routing/err.h"

/* Gives the file to a group, mode 0660. ERR_CONFIG: no such group, or it may not be given. */
must_use enum err access_grant(const char *path, const char *group);

#endif
