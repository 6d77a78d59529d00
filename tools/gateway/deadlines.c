/* See deadlines.h. */
#include "tools/gateway/deadlines.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

enum { ENDING_FREE = 32 }; /* so many may be ending without that others wait */

struct deadline {
	struct deadlines *all;
	int fd;
	enum deadline_phase phase;
	int64_t began_ms;
	uint64_t moved;
	struct deadline *next, **at;
};

struct deadlines {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t stop;
	bool stopping;
	struct deadline *first;
	unsigned live, ending; /* those in DEADLINE_ENDED are the latter */
};

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

bool deadline_over(enum deadline_phase phase, int64_t began_ms, uint64_t moved, int64_t now)
{
	int64_t took = now - began_ms;

	switch (phase) {
	case DEADLINE_HEAD:
		return took > DEADLINE_HEAD_MS;
	case DEADLINE_IDLE:
		return took > DEADLINE_IDLE_MS;
	case DEADLINE_MOVING:
	case DEADLINE_STRANGER:
		return took > DEADLINE_GRACE_MS + (int64_t)(moved / DEADLINE_BYTES_S) * 1000;
	default:
		return false;
	}
}

static void *watch(void *of)
{
	struct deadlines *d = of;
	struct timespec until;

	pthread_mutex_lock(&d->lock);
	while (!d->stopping) {
		int64_t now = now_ms();

		for (struct deadline *one = d->first; one != NULL; one = one->next) {
			if (deadline_over(one->phase, one->began_ms, one->moved, now))
				shutdown(one->fd, SHUT_RDWR);
		}
		clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_sec++;
		pthread_cond_timedwait(&d->stop, &d->lock, &until);
	}
	pthread_mutex_unlock(&d->lock);
	return NULL;
}

struct deadlines *deadlines_start(void)
{
	struct deadlines *d = calloc(1, sizeof *d);
	pthread_condattr_t attr;

	if (d == NULL)
		return NULL;
	pthread_mutex_init(&d->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&d->stop, &attr);
	pthread_condattr_destroy(&attr);
	if (pthread_create(&d->thread, NULL, watch, d) != 0) {
		free(d);
		return NULL;
	}
	return d;
}

void deadlines_stop(struct deadlines *d)
{
	if (d == NULL)
		return;
	pthread_mutex_lock(&d->lock);
	d->stopping = true;
	pthread_cond_broadcast(&d->stop);
	pthread_mutex_unlock(&d->lock);
	pthread_join(d->thread, NULL);
	pthread_cond_destroy(&d->stop);
	pthread_mutex_destroy(&d->lock);
	free(d);
}

/* Who waits longest for nothing of ours makes room for who comes. */
static void make_room(struct deadlines *d)
{
	struct deadline *oldest = NULL;

	if (d->live < DEADLINES_MANY)
		return;
	for (struct deadline *one = d->first; one != NULL; one = one->next) {
		if (one->phase != DEADLINE_MOVING && one->phase != DEADLINE_WORK &&
		    one->phase != DEADLINE_ENDED &&
		    (oldest == NULL || one->began_ms <= oldest->began_ms))
			oldest = one;
	}
	if (oldest == NULL)
		return;
	oldest->phase = DEADLINE_ENDED;
	d->live--;
	d->ending++;
	shutdown(oldest->fd, SHUT_RDWR);
}

/* The threads of those that make room have to see it; else MHD comes to its own limit, and drops
 * who comes. An end cannot be waited for: MHD tells of it in the thread that takes connections,
 * which is this one. So whoever opens faster than others end is slowed down, the more the more have
 * not ended. */
static void let_end(struct deadlines *d)
{
	struct timespec until;

	if (d->ending <= ENDING_FREE || d->stopping)
		return;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += (long)(d->ending - ENDING_FREE) * 1000000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	(void)pthread_cond_timedwait(&d->stop, &d->lock, &until);
}

struct deadline *deadline_new(struct deadlines *d, int fd)
{
	struct deadline *one = calloc(1, sizeof *one);

	if (one == NULL)
		return NULL;
	one->all = d;
	one->fd = fd;
	one->phase = DEADLINE_HEAD;
	one->began_ms = now_ms();
	pthread_mutex_lock(&d->lock);
	make_room(d);
	d->live++;
	one->next = d->first;
	one->at = &d->first;
	if (d->first != NULL)
		d->first->at = &one->next;
	d->first = one;
	let_end(d);
	pthread_mutex_unlock(&d->lock);
	return one;
}

void deadline_free(struct deadline *of)
{
	if (of == NULL)
		return;
	pthread_mutex_lock(&of->all->lock);
	if (of->phase == DEADLINE_ENDED)
		of->all->ending--;
	else
		of->all->live--;
	*of->at = of->next;
	if (of->next != NULL)
		of->next->at = of->at;
	pthread_mutex_unlock(&of->all->lock);
	free(of);
}

void deadline_phase(struct deadline *of, enum deadline_phase phase)
{
	if (of == NULL)
		return;
	pthread_mutex_lock(&of->all->lock);
	if (of->phase != DEADLINE_ENDED)
		of->phase = phase;
	of->began_ms = now_ms();
	of->moved = 0;
	pthread_mutex_unlock(&of->all->lock);
}

void deadline_moved(struct deadline *of, uint64_t bytes)
{
	if (of == NULL)
		return;
	pthread_mutex_lock(&of->all->lock);
	of->moved += bytes;
	pthread_mutex_unlock(&of->all->lock);
}
