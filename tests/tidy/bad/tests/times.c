/* Measures how long something takes. */
#include <time.h>

int took(struct timespec *t);
int took(struct timespec *t)
{
	return clock_gettime(CLOCK_MONOTONIC, t);
}
