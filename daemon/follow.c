/* See follow.h. One check at a time: parts that come meanwhile begin the next. */
#include "daemon/follow.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/log.h"
#include "proto/directory.h"
#include "proto/wire.h"

enum { FRAME_ARENA_BYTES = 2 << 20, CHECK_ARENA_FACTOR = 16, CHECK_ARENA_LEAST = 16 << 20 };

struct check {
	struct job job; /* first */
	struct follow *follow;
	struct directory_parts *parts;
	struct directory_base base;
	struct arena *arena;
	struct directory directory;
	enum err result;
};
struct follow {
	struct follow_parts parts;
	struct arena *arena; /* one frame */
	struct directory_parts *coming;
	bool checking;
};

struct follow *follow_new(const struct follow_parts *parts)
{
	struct follow *f = calloc(1, sizeof *f);

	if (f == NULL)
		return NULL;
	f->parts = *parts;
	f->arena = arena_new(FRAME_ARENA_BYTES);
	f->coming = directory_parts_new();
	if (f->arena == NULL || f->coming == NULL) {
		follow_destroy(f);
		return NULL;
	}
	return f;
}

void follow_destroy(struct follow *f)
{
	if (f == NULL)
		return;
	directory_parts_destroy(f->coming);
	arena_destroy(f->arena);
	free(f);
}

static void destroy_check(void *owner)
{
	struct check *c = owner;

	directory_parts_destroy(c->parts);
	arena_destroy(c->arena);
	free(c);
}

static void work(struct job *j)
{
	struct check *c = (struct check *)j;

	c->result = directory_parts_open(c->parts, c->arena, c->follow->parts.registry_root_der, &c->base, &c->directory);
}

static void done(struct job *j)
{
	struct check *c = (struct check *)j;
	struct event event = { .type = EVENT_DIRECTORY };

	c->follow->checking = false;
	event.u.directory = (struct ev_directory){ .head = &c->directory.head, .entries = c->directory.entries,
						   .entry_count = c->directory.entry_count, .base = c->directory.since };
	if (c->result == ERR_OK)
		c->result = inbox_push(c->follow->parts.inbox, &event, destroy_check, c);
	if (c->result == ERR_OK)
		return;
	log_event(LOG_WARNING, "directory-not-taken", "error=VT-%d", (int)c->result);
	destroy_check(c);
}

static void begin_check(struct follow *f)
{
	struct check *c = calloc(1, sizeof *c);
	struct directory_parts *fresh = directory_parts_new();

	if (c != NULL)
		c->arena = arena_new((size_t)DIRECTORY_FILE_MAX_BYTES * CHECK_ARENA_FACTOR + CHECK_ARENA_LEAST);
	if (c == NULL || c->arena == NULL || fresh == NULL || f->checking) {
		directory_parts_destroy(fresh);
		if (c != NULL)
			destroy_check(c);
		return; /* asked for again */
	}
	c->follow = f;
	c->parts = f->coming;
	c->base = (struct directory_base){ .rows = f->parts.lookup, .version = core_directory_version(f->parts.core) };
	f->coming = fresh;
	f->checking = true;
	c->job.work = work;
	c->job.done = done;
	f->parts.runner.run(f->parts.runner.ctx, &c->job);
}

bool follow_frame(struct follow *f, struct blob frame)
{
	struct message m;
	enum err e;

	arena_reset(f->arena);
	if (wire_decode(f->arena, frame, &m) != ERR_OK || m.type != MESSAGE_DIRECTORY_PART)
		return false;
	e = directory_parts_add(f->coming, &m.u.directory_part);
	if (e == ERR_OK && m.u.directory_part.last)
		begin_check(f);
	else if (e != ERR_OK)
		log_event(LOG_INFO, "directory-part-passed-over", "error=VT-%d", (int)e);
	return true;
}
