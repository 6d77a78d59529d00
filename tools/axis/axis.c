/* See axis.h. */
#include "tools/axis/axis.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/random.h>
#include <unistd.h>

#include "tools/axis/intake.h"
#include "tools/base/text.h"

enum {
	LOOK_MS = 1000, /* at the folder */
	WAIT_S = 3,	/* for the feed: so late a change of the adapter may be noticed */
	RUN_MS = 15 * 60 * 1000,
	STACK_BYTES = 512 << 10
};

struct worker {
	struct axis *axis;
	pthread_t thread;
	bool used;
	atomic_bool ended;
	char name[AXIS_NAME_SIZE];
};

struct axis {
	struct axis_parts parts;
	pthread_t thread;
	int stop; /* can be read once all is to end */
	int lock; /* -1: not ours */
	struct worker workers[AXIS_ADAPTERS_MAX];
};

/* Until `ms` have gone by. True: all is to end. */
static bool pause_for(const struct axis *a, int64_t ms)
{
	struct pollfd fd = { .fd = a->stop, .events = POLLIN };

	return poll(&fd, 1, ms < 0 ? 0 : ms > INT32_MAX ? INT32_MAX : (int)ms) > 0;
}

/* ---- one adapter ---- */

/* What `vanthu axis` says now. A later order lets go on what had stopped. */
static enum err follow(struct axis_work *w)
{
	struct axis_adapter a;
	enum err e = axis_adapter_read(w->gateway_folder, w->adapter.name, &a);

	if (e != ERR_OK)
		return e;
	w->adapter = a;
	if (a.order <= w->state.order)
		return ERR_OK;
	if (w->state.stopped == ERR_AXIS_FEED) {
		w->state.done = 0; /* all that is kept: what was entered is not entered again */
		w->state.feed[0] = '\0';
	}
	w->state.order = a.order;
	w->state.stopped = w->state.failing = ERR_OK;
	w->state.attempts = 0;
	w->state.next_ms = 0;
	w->state.reason[0] = '\0';
	return axis_state_write(w->gateway_folder, a.name, &w->state);
}

static enum err connect_to(struct axis_work *w, const struct axis *a, char *secret)
{
	struct axis_wire_parts parts = { &w->adapter, secret, a->stop };
	enum err e = axis_secret_read(&w->adapter, secret);

	if (e == ERR_OK)
		e = axis_wire_new(&parts, &w->wire);
	if (e != ERR_OK)
		axis_work_note(w, e, w->adapter.secret_file);
	return e;
}

/* Both halves, with one connection. `polls`: it is time to look for what comes. */
static enum err exchange(struct axis_work *w, const struct axis *a, bool polls)
{
	char secret[AXIS_SECRET_SIZE];
	enum err e = connect_to(w, a, secret);

	if (e == ERR_OK)
		e = axis_outbox_send(w);
	if (e == ERR_OK && polls)
		e = axis_intake(w);
	axis_wire_free(w->wire);
	w->wire = NULL;
	explicit_bzero(secret, sizeof secret);
	return e;
}

static void settle(struct axis_work *w, const struct axis *a, enum err e, bool polled)
{
	struct axis_state *s = &w->state;
	int64_t now = text_now_ms();
	uint32_t random = 0;

	if (e != ERR_OK) {
		if (getrandom(&random, sizeof random, GRND_NONBLOCK) != (ssize_t)sizeof random)
			random = UINT32_MAX / 2;
		s->failing = e;
		s->attempts++;
		s->next_ms = now + axis_backoff_ms(s->attempts, w->retry_after_ms, random);
		a->parts.log(w->adapter.name, e);
	} else {
		if (s->failing != ERR_OK)
			a->parts.log(w->adapter.name, ERR_OK);
		s->failing = ERR_OK;
		s->reason[0] = '\0';
		s->attempts = 0;
		if (polled) {
			s->polled_ms = now;
			s->next_ms = now + w->adapter.poll_ms;
		}
	}
	e = axis_state_write(w->gateway_folder, w->adapter.name, s);
	if (e != ERR_OK)
		a->parts.log(w->adapter.name, e);
}

/* One turn; false: the adapter was removed. */
static bool turn(struct axis_work *w, const struct axis *a)
{
	struct axis_state *s = &w->state;
	enum err e = follow(w);
	bool polls;
	int64_t now;

	if (e != ERR_OK || w->adapter.paused || s->stopped != ERR_OK) {
		(void)pause_for(a, LOOK_MS);
		return e != ERR_NOT_FOUND;
	}
	w->retry_after_ms = -1;
	now = text_now_ms();
	e = axis_outbox_enter(w, s->next_ms - now > WAIT_S * 1000 ? WAIT_S : 0);
	if (e == ERR_CANCELLED)
		return true;
	now = text_now_ms();
	polls = now >= s->next_ms;
	/* After a failure both halves wait. The feed alone failed: the axis is not to blame. */
	if (polls || (s->attempts == 0 && e == ERR_OK &&
		      axis_outbox_count(w->gateway_folder, w->adapter.name) > 0)) {
		enum err other = s->stopped == ERR_OK ? exchange(w, a, polls) : ERR_OK;

		e = e == ERR_OK ? other : e;
		if (e != ERR_CANCELLED)
			settle(w, a, e, polls);
	}
	(void)pause_for(a, e == ERR_OK ? 0 : LOOK_MS);
	return true;
}

static void *work(void *of)
{
	struct worker *me = of;
	const struct axis *a = me->axis;
	struct axis_work *w = calloc(1, sizeof *w);
	enum err e = w == NULL ? ERR_NO_MEMORY : ERR_OK;

	if (w != NULL) {
		w->gateway_folder = a->parts.config->gateway_folder;
		w->committee = a->parts.config->committee.text;
		w->program = (struct run_program){ .vanthu = a->parts.vanthu,
						   .config = a->parts.config->file,
						   .language = "vi",
						   .timeout_ms = RUN_MS,
						   .stop = a->stop };
		e = axis_adapter_read(w->gateway_folder, me->name, &w->adapter);
	}
	if (e == ERR_OK)
		e = axis_folder_make(w->gateway_folder, me->name);
	if (e == ERR_OK)
		e = axis_state_read(w->gateway_folder, &w->adapter, &w->state);
	if (e != ERR_OK)
		a->parts.log(me->name, e);
	while (e == ERR_OK && !pause_for(a, 0) && turn(w, a))
		;
	free(w);
	(void)pause_for(a, e == ERR_OK ? 0 : (int64_t)10 * LOOK_MS);
	atomic_store(&me->ended, true);
	return NULL;
}

/* ---- all of them ---- */

static void reap(struct axis *a, bool all)
{
	for (unsigned i = 0; i < AXIS_ADAPTERS_MAX; i++) {
		struct worker *w = &a->workers[i];

		if (w->used && (all || atomic_load(&w->ended))) {
			pthread_join(w->thread, NULL);
			w->used = false;
		}
	}
}

static void begin(struct axis *a, const char *name)
{
	struct worker *free_one = NULL;
	pthread_attr_t attr;

	for (unsigned i = 0; i < AXIS_ADAPTERS_MAX; i++) {
		if (a->workers[i].used && strcmp(a->workers[i].name, name) == 0)
			return;
		if (!a->workers[i].used && free_one == NULL)
			free_one = &a->workers[i];
	}
	if (free_one == NULL || strlen(name) >= sizeof free_one->name)
		return;
	free_one->axis = a;
	atomic_store(&free_one->ended, false);
	memcpy(free_one->name, name, strlen(name) + 1);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	free_one->used = pthread_create(&free_one->thread, &attr, work, free_one) == 0;
	pthread_attr_destroy(&attr);
}

/* One process at a time serves the folder. */
static bool is_ours(struct axis *a)
{
	char path[AXIS_PATH_MAX];

	if (a->lock >= 0)
		return true;
	axis_path(a->parts.config->gateway_folder, NULL, ".lock", path);
	a->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (a->lock >= 0 && flock(a->lock, LOCK_EX | LOCK_NB) != 0) {
		close(a->lock);
		a->lock = -1;
	}
	return a->lock >= 0;
}

static void look(struct axis *a)
{
	const char *folder = a->parts.config->gateway_folder;
	char path[AXIS_PATH_MAX], **names;
	size_t count;

	axis_path(folder, NULL, NULL, path);
	if (axis_disk_names(path, ".json", AXIS_ADAPTERS_MAX, &names, &count) != ERR_OK)
		return;
	for (size_t i = 0; i < count && is_ours(a); i++) {
		if (axis_name_valid(names[i]))
			begin(a, names[i]);
	}
	axis_disk_names_free(names, count);
}

static void *supervise(void *of)
{
	struct axis *a = of;

	do {
		reap(a, false);
		look(a);
	} while (!pause_for(a, LOOK_MS));
	reap(a, true);
	return NULL;
}

enum err axis_start(const struct axis_parts *parts, struct axis **out)
{
	struct axis *a = calloc(1, sizeof *a);

	*out = NULL;
	if (a == NULL)
		return ERR_NO_MEMORY;
	a->parts = *parts;
	a->lock = -1;
	a->stop = eventfd(0, EFD_CLOEXEC);
	if (a->stop < 0 || pthread_create(&a->thread, NULL, supervise, a) != 0) {
		if (a->stop >= 0)
			close(a->stop);
		free(a);
		return ERR_SYSTEM;
	}
	*out = a;
	return ERR_OK;
}

void axis_stop(struct axis *a)
{
	uint64_t one = 1;

	if (a == NULL)
		return;
	while (write(a->stop, &one, sizeof one) < 0 && errno == EINTR)
		;
	pthread_join(a->thread, NULL);
	if (a->lock >= 0)
		close(a->lock);
	close(a->stop);
	free(a);
}
