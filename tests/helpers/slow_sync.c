/* LD_PRELOAD: every sync to the disk takes SLOW_SYNC_US µs more, as on one behind a network: fsync,
 * fdatasync, and writes through descriptors that sync each write, as LMDB's to its meta page. For
 * BENCH=far (tests/bench). */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static void take_time(void)
{
	const char *text = getenv("SLOW_SYNC_US");
	long us = text == NULL ? 0 : strtol(text, NULL, 10);
	struct timespec t = { .tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000 };

	while (us > 0 && clock_nanosleep(CLOCK_MONOTONIC, 0, &t, &t) != 0)
		;
}

int fsync(int fd)
{
	int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");

	take_time();
	return real(fd);
}

int fdatasync(int fd)
{
	int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");

	take_time();
	return real(fd);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t at)
{
	ssize_t (*real)(int, const void *, size_t, off_t) =
		(ssize_t(*)(int, const void *, size_t, off_t))dlsym(RTLD_NEXT, "pwrite");
	int flags = fcntl(fd, F_GETFL);

	if (flags >= 0 && (flags & O_DSYNC) != 0)
		take_time();
	return real(fd, data, size, at);
}
