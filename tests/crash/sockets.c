/* LD_PRELOAD: calls of sockets that are made to fail, and what leaves over local ones, logged
 * before it does. See calls.c. */
#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "tests/crash/fault.h"
#include "tests/crash/real.h"
#include "tests/crash/watch.h"

enum { SAID_MAX = 4096 };

/* Answers over local sockets. Who reads the log knows which request each belongs to. */
ssize_t send(int fd, const void *data, size_t size, int flags)
{
	REAL(ssize_t, send, int, const void *, size_t, int);
	struct sockaddr_storage own;
	socklen_t len = sizeof own;
	int saved = errno;

	if (fault_now(FAULT_SOCKET, ECONNRESET))
		return -1;
	if (getsockname(fd, (struct sockaddr *)&own, &len) == 0 && own.ss_family == AF_UNIX)
		watch_log('A', (uint64_t)fd, size, data, size < SAID_MAX ? size : SAID_MAX, NULL);
	errno = saved;
	return real(fd, data, size, flags);
}

ssize_t recv(int fd, void *data, size_t size, int flags)
{
	REAL(ssize_t, recv, int, void *, size_t, int);

	return fault_now(FAULT_SOCKET, ECONNRESET) ? -1 : real(fd, data, size, flags);
}

int socket(int family, int type, int protocol)
{
	REAL(int, socket, int, int, int);

	return fault_now(FAULT_SOCKET, EMFILE) ? -1 : real(family, type, protocol);
}

int bind(int fd, const struct sockaddr *at, socklen_t len)
{
	REAL(int, bind, int, const struct sockaddr *, socklen_t);

	return fault_now(FAULT_SOCKET, EADDRINUSE) ? -1 : real(fd, at, len);
}

int listen(int fd, int most)
{
	REAL(int, listen, int, int);

	return fault_now(FAULT_SOCKET, EADDRINUSE) ? -1 : real(fd, most);
}

int accept4(int fd, struct sockaddr *from, socklen_t *len, int flags)
{
	REAL(int, accept4, int, struct sockaddr *, socklen_t *, int);

	return fault_now(FAULT_SOCKET, EMFILE) ? -1 : real(fd, from, len, flags);
}

int accept(int fd, struct sockaddr *from, socklen_t *len)
{
	REAL(int, accept, int, struct sockaddr *, socklen_t *);

	return fault_now(FAULT_SOCKET, EMFILE) ? -1 : real(fd, from, len);
}

int connect(int fd, const struct sockaddr *to, socklen_t len)
{
	REAL(int, connect, int, const struct sockaddr *, socklen_t);

	return fault_now(FAULT_SOCKET, ECONNREFUSED) ? -1 : real(fd, to, len);
}

int epoll_create1(int flags)
{
	REAL(int, epoll_create1, int);

	return fault_now(FAULT_SOCKET, EMFILE) ? -1 : real(flags);
}

int eventfd(unsigned begin, int flags)
{
	REAL(int, eventfd, unsigned, int);

	return fault_now(FAULT_SOCKET, EMFILE) ? -1 : real(begin, flags);
}
