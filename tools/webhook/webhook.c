/* See webhook.h. */
#include "tools/webhook/webhook.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#include "tools/base/text.h"
#include "tools/webhook/sender.h"

enum { TURN_MS = 1000 };

struct webhook {
	struct webhook_folder folder;
	struct run_program program;
	struct webhook_feed feed;
	struct webhook_world world;
	struct webhook_poster *poster;
	struct webhook_reader *reader;
	struct webhook_sender *sender;
	int lock;
	bool running;
	pthread_t thread;
	atomic_bool stop;
	pthread_mutex_t mutex;
	struct webhook_condition health; /* under the mutex */
};

static int64_t machine_now(void *context)
{
	(void)context;
	return text_now_ms();
}

static uint32_t machine_random(void *context)
{
	uint32_t n = 0;

	(void)context;
	/* Without any, pauses are only less spread. */
	return getrandom(&n, sizeof n, GRND_NONBLOCK) == (ssize_t)sizeof n ? n : UINT32_MAX / 2;
}

static void woken(void *of)
{
	const struct webhook *w = of;

	webhook_poster_wake(w->poster);
}

static void *run(void *of)
{
	struct webhook *w = of;

	while (!atomic_load(&w->stop)) {
		struct webhook_condition health;

		webhook_sender_turn(w->sender);
		webhook_sender_health(w->sender, &health);
		pthread_mutex_lock(&w->mutex);
		w->health = health;
		pthread_mutex_unlock(&w->mutex);
	}
	return NULL;
}

/* One that was killed just now holds it until the last of its threads is gone. */
static enum err take_lock(struct webhook *w)
{
	enum { TRIES = 100, PAUSE_MS = 50 };
	enum err e = webhook_folder_lock_sender(&w->folder, &w->lock);

	for (unsigned i = 0; i < TRIES && e == ERR_WEBHOOK_RUNNING; i++) {
		poll(NULL, 0, PAUSE_MS);
		e = webhook_folder_lock_sender(&w->folder, &w->lock);
	}
	return e;
}

static enum err make_poster(struct webhook *w, const struct config *config)
{
	struct webhook_poster_parts parts = { .ca = config->gateway_webhook_ca,
					      .timeout_ms = config->gateway_webhook_timeout_ms };

	if (!config_networks_parse(config->gateway_webhook_allow, &parts.allow))
		return ERR_CONFIG;
	return webhook_poster_new(&parts, &w->poster);
}

static enum err make_sender(struct webhook *w, const struct webhook_parts *p)
{
	struct webhook_sender_parts parts = { .folder = &w->folder,
					      .poster = w->poster,
					      .reader = w->reader,
					      .world = &w->world,
					      .give_up_ms = p->config->gateway_webhook_give_up_ms,
					      .log = p->log,
					      .context = p->context };

	return webhook_sender_new(&parts, &w->sender);
}

static enum err make_parts(struct webhook *w, const struct webhook_parts *p)
{
	enum err e = webhook_folder_of(p->config, &w->folder);

	if (e == ERR_OK)
		e = webhook_folder_make(&w->folder);
	if (e == ERR_OK)
		e = take_lock(w);
	if (e == ERR_OK)
		e = make_poster(w, p->config);
	if (e == ERR_OK)
		e = webhook_reader_start(&w->feed, woken, w, &w->reader);
	return e == ERR_OK ? make_sender(w, p) : e;
}

/* Signals are for the threads of the caller. */
static enum err begin(struct webhook *w, const struct webhook_parts *p)
{
	sigset_t all, before;
	enum err e;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	e = make_parts(w, p);
	if (e == ERR_OK) {
		errno = pthread_create(&w->thread, NULL, run, w);
		w->running = errno == 0;
		e = w->running ? ERR_OK : ERR_SYSTEM;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return e;
}

enum err webhook_start(const struct webhook_parts *parts, struct webhook **out)
{
	struct webhook *w = calloc(1, sizeof *w);
	enum err e;
	int why;

	*out = NULL;
	if (w == NULL)
		return ERR_NO_MEMORY;
	w->lock = -1;
	pthread_mutex_init(&w->mutex, NULL);
	w->program = (struct run_program){
		.vanthu = parts->vanthu, .config = parts->config->file, .language = "en", .stop = -1
	};
	w->feed = parts->feed != NULL ? *parts->feed : webhook_feed_run(&w->program);
	w->world = parts->world != NULL ? *parts->world
					: (struct webhook_world){ .now_ms = machine_now,
								  .random = machine_random,
								  .turn_ms = TURN_MS };
	e = begin(w, parts);
	if (e == ERR_OK) {
		*out = w;
		return ERR_OK;
	}
	why = errno;
	webhook_stop(w);
	errno = why;
	return e;
}

void webhook_stop(struct webhook *w)
{
	if (w == NULL)
		return;
	atomic_store(&w->stop, true);
	if (w->running) {
		webhook_poster_wake(w->poster);
		pthread_join(w->thread, NULL);
	}
	webhook_reader_stop(w->reader);
	webhook_sender_destroy(w->sender);
	webhook_poster_destroy(w->poster);
	if (w->lock >= 0)
		close(w->lock);
	pthread_mutex_destroy(&w->mutex);
	free(w);
}

void webhook_health(struct webhook *w, struct webhook_condition *out)
{
	pthread_mutex_lock(&w->mutex);
	*out = w->health;
	pthread_mutex_unlock(&w->mutex);
}
