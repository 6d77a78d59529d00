/* The n-th call of a kind fails; see fault.h. */
#include "tests/crash/fault.h"

#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { FRAMES = 24 };

static const char *const names[FAULT_KINDS] = { "write",  "sync", "open",  "name",
						"memory", "map",  "socket" };

static atomic_ulong counts[FAULT_KINDS];
static atomic_bool armed;
static const char *arm_path, *trace_path;
static void *frames[FRAMES];
static int kind_wanted = -1, error_wanted;
static unsigned long first, times;

__attribute__((constructor)) static void begin(void)
{
	const char *text = getenv("CRASH_FAULT");
	char kind[16];

	if (text != NULL &&
	    sscanf(text, "%15[a-z]:%lu:%d:%lu", kind, &first, &error_wanted, &times) == 4) {
		for (int i = 0; i < FAULT_KINDS; i++)
			kind_wanted = strcmp(kind, names[i]) == 0 ? i : kind_wanted;
	}
	trace_path = getenv("CRASH_TRACE");
	if (trace_path != NULL)
		backtrace(frames, FRAMES); /* its first call takes memory */
	arm_path = getenv("CRASH_ARM");
	atomic_store(&armed, arm_path == NULL);
}

__attribute__((destructor)) static void end(void)
{
	const char *path = getenv("CRASH_COUNT");
	char text[512];
	int len = 0;
	long fd;

	if (path == NULL)
		return;
	for (int i = 0; i < FAULT_KINDS; i++)
		len += snprintf(text + len, sizeof text - (size_t)len, "%s %lu\n", names[i],
				atomic_load(&counts[i]));
	fd = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd >= 0) {
		syscall(SYS_write, fd, text, len);
		syscall(SYS_close, fd);
	}
}

/* Who made the first call that failed. */
static void trace(void)
{
	int count = backtrace(frames, FRAMES);
	long fd = syscall(SYS_openat, AT_FDCWD, trace_path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd >= 0) {
		backtrace_symbols_fd(frames, count, (int)fd);
		syscall(SYS_close, fd);
	}
}

bool fault_now(enum fault_kind kind, int natural)
{
	unsigned long n;

	if (!atomic_load(&armed)) {
		if (syscall(SYS_faccessat, AT_FDCWD, arm_path, F_OK) != 0)
			return false;
		atomic_store(&armed, true);
	}
	n = atomic_fetch_add(&counts[kind], 1) + 1;
	if ((int)kind != kind_wanted || n < first || (times != 0 && n >= first + times))
		return false;
	if (n == first && trace_path != NULL)
		trace();
	errno = error_wanted != 0 ? error_wanted : natural;
	return true;
}
