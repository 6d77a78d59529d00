/* See reader.h. */
#include "tools/webhook/reader.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum state { IDLE, ASKED, ANSWERED, ENDING };

struct webhook_reader {
	const struct webhook_feed *feed;
	void (*woken)(void *context);
	void *context;
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	/* below: under the mutex */
	enum state state;
	int hurry; /* an eventfd: readable when the open question is not to wait any longer */
	struct webhook_ask ask;
	struct webhook_batch batch;
	enum err result;
};

static void *run(void *of)
{
	struct webhook_reader *r = of;

	pthread_mutex_lock(&r->mutex);
	for (;;) {
		struct webhook_batch batch = { 0 };
		struct webhook_ask ask;
		enum err e;

		while (r->state == IDLE || r->state == ANSWERED)
			pthread_cond_wait(&r->changed, &r->mutex);
		if (r->state == ENDING)
			break;
		ask = r->ask;
		pthread_mutex_unlock(&r->mutex);
		e = r->feed->next(r->feed->context, &ask, &batch);
		pthread_mutex_lock(&r->mutex);
		if (r->state == ENDING) {
			json_decref(batch.changes);
			break;
		}
		r->batch = batch;
		r->result = e;
		r->state = ANSWERED;
		r->woken(r->context);
	}
	pthread_mutex_unlock(&r->mutex);
	return NULL;
}

enum err webhook_reader_start(const struct webhook_feed *feed, void (*woken)(void *context),
			      void *context, struct webhook_reader **out)
{
	struct webhook_reader *r = calloc(1, sizeof *r);

	*out = NULL;
	if (r == NULL)
		return ERR_NO_MEMORY;
	r->feed = feed;
	r->woken = woken;
	r->context = context;
	r->hurry = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (r->hurry < 0) {
		free(r);
		return ERR_SYSTEM;
	}
	pthread_mutex_init(&r->mutex, NULL);
	pthread_cond_init(&r->changed, NULL);
	errno = pthread_create(&r->thread, NULL, run, r);
	if (errno != 0) {
		close(r->hurry);
		free(r);
		return ERR_SYSTEM;
	}
	*out = r;
	return ERR_OK;
}

/* Under the mutex. */
static void set_hurry(struct webhook_reader *r)
{
	uint64_t one = 1;

	/* It cannot fail but where it can be read already. */
	while (write(r->hurry, &one, sizeof one) < 0 && errno == EINTR)
		;
}

void webhook_reader_stop(struct webhook_reader *r)
{
	if (r == NULL)
		return;
	pthread_mutex_lock(&r->mutex);
	if (r->state == ANSWERED)
		json_decref(r->batch.changes);
	r->state = ENDING;
	set_hurry(r);
	pthread_cond_signal(&r->changed);
	pthread_mutex_unlock(&r->mutex);
	pthread_join(r->thread, NULL);
	pthread_cond_destroy(&r->changed);
	pthread_mutex_destroy(&r->mutex);
	close(r->hurry);
	free(r);
}

bool webhook_reader_ask(struct webhook_reader *r, const struct webhook_ask *ask)
{
	uint64_t count;
	bool idle;

	pthread_mutex_lock(&r->mutex);
	idle = r->state == IDLE;
	if (idle) {
		while (read(r->hurry, &count, sizeof count) < 0 && errno == EINTR)
			;
		r->ask = *ask;
		r->ask.stop = r->hurry;
		r->state = ASKED;
		pthread_cond_signal(&r->changed);
	}
	pthread_mutex_unlock(&r->mutex);
	return idle;
}

bool webhook_reader_open(struct webhook_reader *r, struct webhook_ask *out)
{
	bool open;

	pthread_mutex_lock(&r->mutex);
	open = r->state != IDLE;
	*out = r->ask;
	pthread_mutex_unlock(&r->mutex);
	return open;
}

void webhook_reader_hurry(struct webhook_reader *r)
{
	pthread_mutex_lock(&r->mutex);
	if (r->state == ASKED)
		set_hurry(r);
	pthread_mutex_unlock(&r->mutex);
}

bool webhook_reader_take(struct webhook_reader *r, struct webhook_ask *ask, enum err *e,
			 struct webhook_batch *batch)
{
	bool answered;

	pthread_mutex_lock(&r->mutex);
	answered = r->state == ANSWERED;
	if (answered) {
		*ask = r->ask;
		*e = r->result;
		*batch = r->batch;
		r->batch.changes = NULL;
		r->state = IDLE;
	}
	pthread_mutex_unlock(&r->mutex);
	return answered;
}
