/* The thread of the spool; see spool.h. */
#include "tools/spool/spool.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "tools/spool/turn.h"

struct spool {
	struct spool_turn turn;
	pthread_t thread;
	int stop; /* an eventfd: can be read when the thread is to end */
};

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* False: it is to end. */
static bool rest(const struct spool *s, int64_t ms)
{
	struct pollfd fd = { .fd = s->stop, .events = POLLIN };
	int64_t until_ms = now_ms() + ms;
	int n;

	do {
		int64_t left = until_ms - now_ms();

		n = poll(&fd, 1, left < 0 ? 0 : (int)left);
	} while (n < 0 && errno == EINTR);
	return n == 0;
}

/* Between two looks at out/ at least this time passes: a feed that always has something new must
 * not make it look again and again. */
static void *run(void *arg)
{
	enum { PAUSE_MS = 20 };
	struct spool *s = arg;
	int64_t wait_ms = 0;

	while (rest(s, wait_ms))
		wait_ms = spool_turn(&s->turn, now_ms()) + PAUSE_MS;
	return NULL;
}

enum err spool_start(const struct spool_parts *parts, struct spool **out)
{
	struct spool *s = calloc(1, sizeof *s);
	sigset_t all, before;
	int error;

	*out = NULL;
	if (s == NULL)
		return ERR_NO_MEMORY;
	s->stop = eventfd(0, EFD_CLOEXEC);
	s->turn.parts = parts;
	s->turn.stop = s->stop;
	if (s->stop < 0) {
		free(s);
		return ERR_SYSTEM;
	}
	/* Signals are the main thread's. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&s->thread, NULL, run, s);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (error != 0) {
		close(s->stop);
		free(s);
		errno = error;
		return ERR_SYSTEM;
	}
	*out = s;
	return ERR_OK;
}

void spool_stop(struct spool *s)
{
	const uint64_t one = 1;

	if (s == NULL)
		return;
	while (write(s->stop, &one, sizeof one) < 0 && errno == EINTR)
		;
	pthread_join(s->thread, NULL);
	spool_turn_free(&s->turn);
	close(s->stop);
	free(s);
}
