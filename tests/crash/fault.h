/* Calls that are made to fail. Environment, read once: CRASH_FAULT = KIND:N:ERROR:TIMES, with KIND
 * one of write sync open name memory map socket, N the first call of that kind that fails (from 1),
 * ERROR a number of errno(3), or 0 for what such a call fails with by nature, TIMES how many fail
 * from there on (0: all). CRASH_COUNT: a file into which a process writes at its orderly end how
 * many calls of each kind it made. CRASH_ARM: a file; calls count only once it is there.
 * CRASH_TRACE: a file that gets the calls which led to the first that fails. */
#ifndef VANTHU_TESTS_CRASH_FAULT_H
#define VANTHU_TESTS_CRASH_FAULT_H

#include <stdbool.h>

enum fault_kind {
	FAULT_WRITE,  /* into files below the watched folder */
	FAULT_SYNC,   /* of those, and of folders there */
	FAULT_OPEN,   /* there */
	FAULT_NAME,   /* rename, link, unlink, mkdir, rmdir there */
	FAULT_MEMORY, /* malloc and its like */
	FAULT_MAP,    /* mmap */
	FAULT_SOCKET, /* socket, bind, listen, accept, connect, and what waits for them */
	FAULT_KINDS
};

/* Counts a call of this kind; true: it is to fail, and errno says with what: `natural`, what such a
 * call fails with when the machine is short of something, unless CRASH_FAULT names another than 0.
 */
bool fault_now(enum fault_kind kind, int natural);

#endif
