/* See listen.h. */
#include "daemon/control/listen.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/base/clock.h"
#include "daemon/base/log.h"
#include "daemon/base/socket_group.h"
#include "daemon/control/client.h"
#include "daemon/control/control.h"

enum { BACKLOG = 512, AGAIN_MS = 30 * 1000 };

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

static enum err control_listen(struct control *c, enum local_socket which, const char *name,
			       const char *group)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	char *path = c->paths[which];
	mode_t mask;
	int bound;

	if (!config_socket(c->parts.config, name, path, sizeof c->paths[which])) {
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
	c->listeners[which] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	mask = umask(0177);
	bound = c->listeners[which] < 0
		    ? -1
		    : bind(c->listeners[which], (struct sockaddr *)&a, sizeof a);
	umask(mask);
	if (bound != 0 || listen(c->listeners[which], BACKLOG) != 0) {
		log_event(LOG_ERROR, "socket-failed", "path=%s errno=%d", path, errno);
		return ERR_SYSTEM;
	}
	if (stat(path, &c->bound[which]) != 0)
		return ERR_SYSTEM;
	if (group[0] != '\0' && socket_group_grant(path, group) != ERR_OK) {
		log_event(LOG_ERROR, "socket-group-failed", "path=%s group=%s errno=%d", path,
			  group, errno);
		return ERR_CONFIG;
	}
	return ERR_OK;
}

static enum err open_socket(struct control *c, enum local_socket which)
{
	const struct config *config = c->parts.config;

	switch (which) {
	case SOCKET_OFFICE:
		return control_listen(c, which, "office.sock", config->office_group);
	case SOCKET_OPERATE:
		return control_listen(c, which, "operate.sock", config->operate_group);
	default:
		return control_listen(c, which, "read.sock", config->read_group);
	}
}

static bool stat_home(const struct control *c, struct stat *out)
{
	char path[sizeof c->parts.config->run + sizeof "/.."];

	snprintf(path, sizeof path, "%s", c->parts.config->run);
	return stat(dirname(path), out) == 0;
}

/* Who moved our folder away and made another one in its place did not mean us by it: what we made
 * there would lie in somebody else's. */
static bool is_at_home(struct control *c)
{
	struct stat now;

	if (stat_home(c, &now) && now.st_ino == c->home.st_ino && now.st_dev == c->home.st_dev)
		return true;
	if (!c->strayed)
		log_event(LOG_WARNING, "folder-moved", "run=%s error=VT-%d", c->parts.config->run,
			  (int)ERR_SOCKET_GONE);
	c->strayed = true;
	return false;
}

static enum err find_secret_group(struct control *c)
{
	const char *name = c->parts.config->secret_group;
	enum err e;

	c->secret_gid = (gid_t)-1;
	if (name[0] == '\0')
		return ERR_OK;
	e = socket_group_id(name, &c->secret_gid);
	if (e != ERR_OK)
		log_event(LOG_ERROR, "secret-group-unknown", "group=%s", name);
	return e;
}

enum err control_listen_all(struct control *c)
{
	enum err e = stat_home(c, &c->home) ? find_secret_group(c) : ERR_SYSTEM;

	for (int which = 0; e == ERR_OK && which < SOCKET_COUNT; which++)
		e = open_socket(c, (enum local_socket)which);
	return e;
}

/* Who is connected stays so; new clients come by the new name. */
static void open_again(struct control *c, enum local_socket which)
{
	char path[sizeof c->paths[0]];
	int old = c->listeners[which];
	enum err e;

	memcpy(path, c->paths[which], sizeof path);
	e = open_socket(c, which);
	if (e == ERR_OK) {
		close(old);
		log_event(LOG_WARNING, "socket-made-anew", "path=%s error=VT-%d", path,
			  (int)ERR_SOCKET_GONE);
		return;
	}
	c->keep_after_ms = clock_now().mono_ms + AGAIN_MS;
	if (c->listeners[which] != old && c->listeners[which] >= 0)
		close(c->listeners[which]);
	c->listeners[which] = old;
	memcpy(c->paths[which], path, sizeof path);
}

void control_keep_sockets(struct control *c)
{
	if (clock_now().mono_ms < c->keep_after_ms || !is_at_home(c))
		return;
	for (int which = 0; which < SOCKET_COUNT; which++) {
		const struct stat *was = &c->bound[which];
		struct stat now;

		if (stat(c->paths[which], &now) == 0 && now.st_ino == was->st_ino &&
		    now.st_dev == was->st_dev)
			continue;
		if (mkdir(c->parts.config->run, 0755) == 0 &&
		    chmod(c->parts.config->run, 0755) == 0)
			log_event(LOG_WARNING, "run-folder-made-anew", "path=%s error=VT-%d",
				  c->parts.config->run, (int)ERR_SOCKET_GONE);
		open_again(c, (enum local_socket)which);
	}
}
