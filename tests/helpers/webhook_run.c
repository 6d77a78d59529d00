/* Sends webhooks as the gateway does, without one: a feed from files that a test writes, and a
 * clock that can run faster, so that pauses of hours pass in seconds.
 *   webhook_run CONFIG FEED [SPEED]
 * CONFIG is a vanthud.yaml, FEED a folder with `changes` (a JSON object each line), `id` and
 * perhaps `first`; or a program that is asked as `vanthu` is. Says "ready", then a line for each
 * notice; ends by SIGTERM. */
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/base/text.h"
#include "tools/webhook/webhook.h"

enum { LINE_MAX_BYTES = 64 << 10, PAUSE_MS = 10 };

struct files {
	const char *folder;
};

struct clock {
	int64_t begin_ms;
	int64_t speed;
	uint32_t drawn;
};

static FILE *open_in(const struct files *f, const char *name)
{
	char path[4096];

	snprintf(path, sizeof path, "%s/%s", f->folder, name);
	return fopen(path, "r");
}

static void read_word(const struct files *f, const char *name, char *out, size_t size)
{
	FILE *file = open_in(f, name);

	out[0] = '\0';
	if (file == NULL)
		return;
	if (fgets(out, (int)size, file) != NULL)
		out[strcspn(out, "\n")] = '\0';
	fclose(file);
}

/* A line without its end is being written. */
static void collect(const struct files *f, const struct webhook_ask *ask, struct webhook_batch *out)
{
	static char line[LINE_MAX_BYTES];
	FILE *file = open_in(f, "changes");

	while (file != NULL && json_array_size(out->changes) < ask->limit &&
	       fgets(line, sizeof line, file) != NULL) {
		json_t *change = strchr(line, '\n') == NULL
					 ? NULL
					 : json_loads(line, JSON_REJECT_DUPLICATES, NULL);
		uint64_t number = change == NULL ? 0 : webhook_event_number(change);

		if (number > ask->since) {
			out->next = number;
			json_array_append(out->changes, change);
		}
		json_decref(change);
	}
	if (file != NULL)
		fclose(file);
}

static enum err next(void *context, const struct webhook_ask *ask, struct webhook_batch *out)
{
	const struct files *f = context;
	char first[32];

	for (int waited_ms = 0;; waited_ms += PAUSE_MS) {
		struct pollfd stop = { .fd = ask->stop, .events = POLLIN };

		memset(out, 0, sizeof *out);
		out->next = ask->since;
		read_word(f, "id", out->feed, sizeof out->feed);
		if (out->feed[0] == '\0')
			return ERR_UNREACHABLE;
		read_word(f, "first", first, sizeof first);
		out->first = strtoull(first, NULL, 10);
		out->missed = out->first > 0 && ask->since + 1 < out->first;
		out->changes = json_array();
		if (!out->missed)
			collect(f, ask, out);
		if (out->missed || json_array_size(out->changes) > 0 || waited_ms >= ask->wait_ms)
			return ERR_OK;
		json_decref(out->changes);
		out->changes = NULL;
		if (poll(&stop, 1, PAUSE_MS) > 0)
			return ERR_CANCELLED;
	}
}

/* It goes on where it was when the process is started again. */
static int64_t fast_now(void *context)
{
	const struct clock *c = context;

	return c->begin_ms + (text_now_ms() - c->begin_ms) * c->speed;
}

/* Another one each time, the same in each run. */
static uint32_t draw(void *context)
{
	struct clock *c = context;

	return c->drawn += 0x9e3779b9U;
}

static void say(void *context, const char *event, const char *fields)
{
	(void)context;
	printf("event=%s %s\n", event, fields);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	static struct config config;
	static struct config_errors errors;
	struct files files = { .folder = argc > 2 ? argv[2] : "" };
	struct webhook_feed feed = { .next = next, .context = &files };
	struct clock clock = { .speed = argc > 3 ? atoll(argv[3]) : 1 };
	struct webhook_world world = { fast_now, draw, &clock, 20 };
	struct webhook_parts parts = {
		.config = &config, .vanthu = files.folder, .world = &world, .log = say
	};
	struct webhook *w;
	sigset_t ends;
	struct stat st;
	int got;
	enum err e;

	if (argc < 3 || clock.speed < 1 || config_load(argv[1], &config, &errors) != ERR_OK ||
	    stat(argv[1], &st) != 0) {
		fprintf(stderr, "usage: webhook_run CONFIG FEED [SPEED]\n");
		return 2;
	}
	clock.begin_ms = (int64_t)st.st_mtime * 1000;
	if (stat(files.folder, &st) == 0 && S_ISDIR(st.st_mode))
		parts.feed = &feed;
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	pthread_sigmask(SIG_BLOCK, &ends, NULL);
	e = webhook_start(&parts, &w);
	if (e != ERR_OK) {
		printf("VT-%d\n", (int)e);
		return 1;
	}
	printf("ready\n");
	fflush(stdout);
	sigwait(&ends, &got);
	webhook_stop(w);
	printf("stopped\n");
	return 0;
}
