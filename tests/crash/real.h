/* How a function of the preloaded library calls the one that it stands in front of. */
#ifndef VANTHU_TESTS_CRASH_REAL_H
#define VANTHU_TESTS_CRASH_REAL_H

#include <dlfcn.h>
#include <stddef.h>
#include <stdint.h>

/* Declares `real`, looked up once. Two threads that look at once find the same. */
#define REAL(returns, name, ...)                                                                   \
	static returns (*real)(__VA_ARGS__);                                                       \
	if (real == NULL)                                                                          \
	real = (returns(*)(__VA_ARGS__))(uintptr_t)dlsym(RTLD_NEXT, #name)

#endif
