/* A pool of threads with two lists; see workers.h. */
#include "daemon/base/workers.h"

#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* To wake a thread takes as long as some of these jobs. */
enum { SMALL_A_THREAD = 16 };

enum { CHECKING_MOST = 8, WAITING_LEAST = 8, WAITING_MOST = 16, WAITING_A_PROCESSOR = 4 };

struct list {
	struct job *first, **last;
};

struct workers {
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct list todo, done;
	pthread_t *threads;
	unsigned thread_count;
	unsigned pending;	       /* control thread only, as these: */
	unsigned unsaid, unsaid_small; /* since the last workers_flush */
	unsigned waiting;	       /* threads with nothing to do */
	int fd;
	bool stopping;
};

static void push(struct list *l, struct job *j)
{
	j->next = NULL;
	*l->last = j;
	l->last = &j->next;
}

static struct job *pop(struct list *l)
{
	struct job *j = l->first;

	if (j != NULL) {
		l->first = j->next;
		if (l->first == NULL)
			l->last = &l->first;
	}
	return j;
}

static void signal_done(struct workers *w)
{
	uint64_t one = 1;

	/* An eventfd takes 8 bytes or is full, and full means that the reader has been
	 * signalled. */
	if (write(w->fd, &one, sizeof one) < 0)
		return;
}

/* Signalled after the lock is released: whoever wakes wants the lock at once. */
static void report(struct workers *w, struct job *j)
{
	bool first;

	pthread_mutex_lock(&w->lock);
	first = w->done.first == NULL;
	push(&w->done, j);
	pthread_mutex_unlock(&w->lock);
	if (first)
		signal_done(w);
}

static void *run(void *arg)
{
	struct workers *w = arg;

	pthread_mutex_lock(&w->lock);
	while (!w->stopping) {
		struct job *j = pop(&w->todo);

		if (j == NULL) {
			w->waiting++;
			pthread_cond_wait(&w->wake, &w->lock);
			w->waiting--;
			continue;
		}
		pthread_mutex_unlock(&w->lock);
		j->work(j);
		report(w, j);
		pthread_mutex_lock(&w->lock);
	}
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

unsigned workers_processors(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0
		       ? (unsigned)CPU_COUNT(&set)
		       : 1;
}

unsigned workers_checking(unsigned processors)
{
	unsigned n = processors > 2 ? processors - 1 : 1;

	return n < CHECKING_MOST ? n : CHECKING_MOST;
}

unsigned workers_waiting(unsigned processors)
{
	unsigned n = WAITING_A_PROCESSOR * processors;

	return n < WAITING_LEAST ? WAITING_LEAST : n < WAITING_MOST ? n : WAITING_MOST;
}

static bool start_threads(struct workers *w, unsigned count, const char *name)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	for (; w->thread_count < count; w->thread_count++) {
		char label[16];

		if (pthread_create(&w->threads[w->thread_count], NULL, run, w) != 0)
			break;
		snprintf(label, sizeof label, "%.10s-%u", name, w->thread_count % 100);
		pthread_setname_np(w->threads[w->thread_count], label);
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return w->thread_count == count;
}

struct workers *workers_new(unsigned count, const char *name)
{
	struct workers *w = calloc(1, sizeof *w);

	if (w == NULL)
		return NULL;
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->wake, NULL);
	w->todo.last = &w->todo.first;
	w->done.last = &w->done.first;
	w->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	w->threads = calloc(count, sizeof *w->threads);
	if (w->fd < 0 || w->threads == NULL || !start_threads(w, count, name)) {
		workers_destroy(w);
		return NULL;
	}
	return w;
}

void workers_destroy(struct workers *w)
{
	struct job *j;

	if (w == NULL)
		return;
	pthread_mutex_lock(&w->lock);
	w->stopping = true;
	pthread_cond_broadcast(&w->wake);
	pthread_mutex_unlock(&w->lock);
	for (unsigned i = 0; i < w->thread_count; i++)
		pthread_join(w->threads[i], NULL);
	/* A job not begun counts as never asked for; done() is called all the same, and its owner
	 * frees it. */
	while ((j = pop(&w->done)) != NULL || (j = pop(&w->todo)) != NULL)
		j->done(j);
	if (w->fd >= 0)
		close(w->fd);
	free(w->threads);
	pthread_cond_destroy(&w->wake);
	pthread_mutex_destroy(&w->lock);
	free(w);
}

static void submit(void *ctx, struct job *j)
{
	struct workers *w = ctx;

	w->pending++;
	w->unsaid += !j->small;
	w->unsaid_small += j->small;
	pthread_mutex_lock(&w->lock);
	push(&w->todo, j);
	pthread_mutex_unlock(&w->lock);
}

void workers_flush(struct workers *w)
{
	unsigned wanted = w->unsaid + (w->unsaid_small + SMALL_A_THREAD - 1) / SMALL_A_THREAD;
	unsigned waiting;

	if (wanted == 0)
		return;
	pthread_mutex_lock(&w->lock);
	waiting = w->waiting;
	pthread_mutex_unlock(&w->lock);
	/* A thread that began to wait since then found nothing to do, or does what was sent out. */
	for (unsigned i = 0; i < wanted && i < waiting; i++)
		pthread_cond_signal(&w->wake);
	w->unsaid = w->unsaid_small = 0;
}

static void wait_for_one(void *ctx)
{
	struct workers *w = ctx;
	struct pollfd p = { .fd = w->fd, .events = POLLIN };

	workers_flush(w);
	while (w->pending > 0 && workers_collect(w, UINT32_MAX) == 0)
		poll(&p, 1, -1);
}

struct job_runner workers_runner(struct workers *w)
{
	return (struct job_runner){ .ctx = w, .run = submit, .wait = wait_for_one };
}

int workers_fd(const struct workers *w)
{
	return w->fd;
}

unsigned workers_collect(struct workers *w, unsigned max)
{
	unsigned n = 0;
	uint64_t count;
	struct job *j;

	if (read(w->fd, &count, sizeof count) < 0 && w->pending == 0)
		return 0;
	while (n < max) {
		pthread_mutex_lock(&w->lock);
		j = pop(&w->done);
		pthread_mutex_unlock(&w->lock);
		if (j == NULL)
			return n;
		w->pending--;
		n++;
		j->done(j);
	}
	signal_done(w); /* there may be more */
	return n;
}

unsigned workers_pending(const struct workers *w)
{
	return w->pending;
}
