/* The committee directory in from a file (out: control_committee.c). What comes in is checked whole by a worker before the core hears of it. */
#include <stdlib.h>
#include <string.h>

#include "daemon/control_internal.h"
#include "proto/directory.h"
#include "proto/fields.h"

enum { FILE_ARENA_FACTOR = 16, FILE_ARENA_LEAST = 16 << 20 };

struct import {
	struct job job; /* first */
	struct control *control;
	struct client *client;
	uint64_t id;
	struct arena *arena;
	uint8_t *file;
	size_t size_bytes, got_bytes;
	struct directory_base base;
	struct directory directory;
	enum err result;
	bool busy;
};

/* Another one may begin. */
static void make_way(struct import *i)
{
	struct control *control = i->control;

	if (control == NULL || control->importing != i)
		return;
	control->importing = NULL;
	shares_say_freed(control->shares);
}

uint64_t control_import_bytes(const struct control *c)
{
	return c->importing == NULL ? 0 : c->importing->got_bytes;
}

static void destroy(struct import *i)
{
	make_way(i);
	arena_destroy(i->arena);
	free(i->file);
	free(i);
}

static void release(void *owner)
{
	destroy(owner);
}

void control_import_drop(struct client *c)
{
	if (c->import != NULL && !c->import->busy)
		destroy(c->import);
	c->import = NULL;
}

static void work(struct job *j)
{
	struct import *i = (struct import *)j;

	i->result = directory_file_open(i->arena, (struct blob){ i->file, i->size_bytes }, i->client->control->parts.registry_root_der,
					&i->base, &i->directory);
}

static void done(struct job *j)
{
	struct import *i = (struct import *)j;
	struct client *c = i->client;
	struct event event = { .type = EVENT_DIRECTORY };
	struct pending_reply *p;

	i->busy = false;
	/* The client has gone, or has spoilt this import since, and may have begun another one. */
	if (control_job_back(c) || c->import != i) {
		destroy(i);
		return;
	}
	c->import = NULL;
	p = i->result == ERR_OK ? control_expect(c, i->id) : NULL;
	if (p == NULL) {
		control_say_error(c, i->id, i->result == ERR_OK ? ERR_BUSY : i->result, "");
		destroy(i);
		return;
	}
	p->import = true;
	p->entry_count = i->directory.entry_count;
	event.u.directory = (struct ev_directory){ .reply = { p->number }, .uid = c->uid, .head = &i->directory.head,
						   .entries = i->directory.entries, .entry_count = i->directory.entry_count,
						   .base = i->directory.since };
	make_way(i);
	i->control = NULL; /* which may be gone when the core is done with it */
	if (inbox_push(c->control->parts.inbox, &event, release, i) != ERR_OK) {
		control_expect_no_more(c->control, p);
		control_say_error(c, i->id, ERR_BUSY, "");
		destroy(i);
	}
}

void control_import(struct client *c, uint64_t id, const Vanthu__V1__Import *m)
{
	struct import *i;

	if (m->size_bytes == 0 || m->size_bytes > DIRECTORY_FILE_MAX_BYTES || c->import != NULL) {
		control_say_error(c, id, c->import != NULL ? ERR_BUSY : ERR_TOO_LARGE, "");
		return;
	}
	i = calloc(1, sizeof *i);
	if (i != NULL) {
		i->file = malloc((size_t)m->size_bytes);
		i->arena = arena_new((size_t)m->size_bytes * FILE_ARENA_FACTOR + FILE_ARENA_LEAST);
	}
	if (i == NULL || i->file == NULL || i->arena == NULL) {
		if (i != NULL)
			destroy(i);
		control_say_error(c, id, ERR_NO_MEMORY, "");
		return;
	}
	i->control = c->control;
	i->client = c;
	i->id = id;
	i->size_bytes = (size_t)m->size_bytes;
	c->import = i;
	c->control->importing = i;
}

bool control_import_data(struct client *c, uint64_t id, const Vanthu__V1__Data *m)
{
	struct import *i = c->import;

	if (i == NULL || i->id != id)
		return false;
	if (i->busy || m->bytes.len > i->size_bytes - i->got_bytes) {
		control_say_error(c, id, ERR_FORMAT, "");
		control_import_drop(c);
		return true;
	}
	if (m->bytes.len > 0)
		memcpy(i->file + i->got_bytes, m->bytes.data, m->bytes.len);
	i->got_bytes += m->bytes.len;
	if (i->got_bytes == i->size_bytes) {
		i->busy = true;
		i->base = (struct directory_base){ .rows = control_lookup(c), .version = core_directory_version(c->control->parts.core) };
		i->job.work = work;
		i->job.done = done;
		control_run(c, &i->job);
	}
	return true;
}
