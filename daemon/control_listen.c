/* The three doors: where they are, who may come in, and what a daemon that died left behind. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/access.h"
#include "daemon/control_internal.h"
#include "daemon/log.h"

enum { BACKLOG = 512 };

static bool answers(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool yes;

	snprintf(a.sun_path, sizeof a.sun_path, "%s", path);
	yes = fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof a) == 0;
	if (fd >= 0)
		close(fd);
	return yes;
}

enum err control_listen(struct control *c, enum door door, const char *name, const char *group)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	char *path = c->paths[door];
	mode_t mask;
	int bound;

	if (!config_socket(c->parts.config, name, path, sizeof c->paths[door])) {
		path[0] = '\0';
		log_event(LOG_ERROR, "socket-path-too-long", "name=%s", name);
		return ERR_CONFIG;
	}
	if (answers(path)) {
		path[0] = '\0';
		return ERR_STORE_BUSY;
	}
	unlink(path);
	snprintf(a.sun_path, sizeof a.sun_path, "%s", path);
	c->listeners[door] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	mask = umask(0177);
	bound = c->listeners[door] < 0 ? -1 : bind(c->listeners[door], (struct sockaddr *)&a, sizeof a);
	umask(mask);
	if (bound != 0 || listen(c->listeners[door], BACKLOG) != 0) {
		log_event(LOG_ERROR, "socket-failed", "path=%s errno=%d", path, errno);
		return ERR_SYSTEM;
	}
	if (group[0] != '\0' && access_grant(path, group) != ERR_OK) {
		log_event(LOG_ERROR, "socket-group-failed", "path=%s group=%s errno=%d", path, group, errno);
		return ERR_CONFIG;
	}
	return ERR_OK;
}
