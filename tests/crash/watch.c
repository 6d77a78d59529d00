/* Which calls concern the watched folder, and the log of them; see watch.h. Nothing here calls a
 * function that calls.c puts itself in front of. */
#include "tests/crash/watch.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { FDS = 65536, LOG_FD_FROM = 900 };

static pthread_once_t once = PTHREAD_ONCE_INIT;
static atomic_bool watched_fds[FDS], stream_fds[FDS];
static char root[PATH_MAX];
static int log_fd = -1;

static void begin(void)
{
	const char *folder = getenv("CRASH_ROOT"), *log = getenv("CRASH_LOG");
	int fd;

	if (folder == NULL)
		return;
	snprintf(root, sizeof root, "%s", folder);
	fd = log == NULL ? -1
			 : (int)syscall(SYS_openat, AT_FDCWD, log,
					O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	/* Far from the descriptors of the program, which stay as they are without this. */
	if (fd >= 0) {
		log_fd = fcntl(fd, F_DUPFD_CLOEXEC, LOG_FD_FROM);
		syscall(SYS_close, fd);
	}
}

bool watch_path(int folder, const char *path, char out[PATH_MAX])
{
	char whole[2 * PATH_MAX] = "", link[64];
	int saved = errno;
	size_t len;
	ssize_t n = 0;

	pthread_once(&once, begin);
	if (root[0] == '\0' || path == NULL)
		return false;
	if (path[0] != '/' && folder == AT_FDCWD) {
		n = getcwd(whole, PATH_MAX) == NULL ? -1 : (ssize_t)strlen(whole);
	} else if (path[0] != '/') {
		snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
		n = readlink(link, whole, PATH_MAX - 1);
	}
	errno = saved;
	if (n < 0)
		return false;
	snprintf(whole + n, sizeof whole - (size_t)n, "%s%s", n > 0 ? "/" : "", path);
	len = strlen(root);
	if (strncmp(whole, root, len) != 0 || (whole[len] != '/' && whole[len] != '\0'))
		return false;
	snprintf(out, PATH_MAX, "%.*s", PATH_MAX - 1, whole + len + (whole[len] == '/'));
	if ((len = strlen(out)) >= 2 && strcmp(out + len - 2, "/.") == 0)
		out[len - 2] = '\0';
	return true;
}

void watch_set(int fd, bool watched)
{
	if (fd < 0 || fd >= FDS)
		return;
	atomic_store(&watched_fds[fd], watched);
	atomic_store(&stream_fds[fd], false);
}

void watch_stream(int fd)
{
	if (fd >= 0 && fd < FDS)
		atomic_store(&stream_fds[fd], true);
}

bool watch_is_stream(int fd)
{
	return fd >= 0 && fd < FDS && atomic_load(&stream_fds[fd]);
}

bool watch_is(int fd)
{
	return fd >= 0 && fd < FDS && atomic_load(&watched_fds[fd]);
}

uint64_t watch_inode(int fd)
{
	struct stat st;
	int saved = errno;
	uint64_t inode = fstat(fd, &st) == 0 ? st.st_ino : 0;

	errno = saved;
	return inode;
}

void watch_log(char type, uint64_t inode, uint64_t offset, const void *a, size_t a_bytes,
	       const char *b)
{
	struct __attribute__((packed)) {
		uint32_t len_bytes;
		char type;
		uint32_t thread;
		uint64_t inode, offset;
		uint32_t a_bytes, b_bytes;
	} head = { .type = type, .inode = inode, .offset = offset };
	struct iovec parts[3];
	int saved = errno;

	pthread_once(&once, begin);
	if (log_fd < 0)
		return;
	head.thread = (uint32_t)syscall(SYS_gettid);
	head.a_bytes = (uint32_t)a_bytes;
	head.b_bytes = b == NULL ? 0 : (uint32_t)strlen(b);
	head.len_bytes = (uint32_t)sizeof head + head.a_bytes + head.b_bytes;
	parts[0] = (struct iovec){ &head, sizeof head };
	parts[1] = (struct iovec){ (void *)(uintptr_t)a, head.a_bytes };
	parts[2] = (struct iovec){ (void *)(uintptr_t)b, head.b_bytes };
	/* A record that is missing would make images that cannot be: the test must not go on. */
	if (syscall(SYS_writev, log_fd, parts, 3) != (long)head.len_bytes)
		abort();
	errno = saved;
}
