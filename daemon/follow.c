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
	struct committee_id from;
	enum party party;
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

static void tell_bad(struct follow *f, struct committee_id from, enum party party, enum err why)
{
	struct event event = { .type = EVENT_BAD_DIRECTORY, .u.link = { .neighbour = from, .party = party, .reason = (uint32_t)why } };

	log_event(LOG_WARNING, "directory-not-taken", "committee=%s error=VT-%d", from.text, (int)why);
	if (why != ERR_NO_MEMORY && inbox_push(f->parts.inbox, &event, NULL, NULL) != ERR_OK)
		log_event(LOG_WARNING, "inbox-full", "event=bad-directory"); /* it is asked again, and found out again */
}

static void done(struct job *j)
{
	struct check *c = (struct check *)j;
	struct event event = { .type = EVENT_DIRECTORY };

	c->follow->checking = false;
	event.u.directory = (struct ev_directory){ .head = &c->directory.head, .entries = c->directory.entries,
						   .entry_count = c->directory.entry_count, .base = c->directory.since, .from = c->from,
						   .party = c->party };
	if (c->result != ERR_OK)
		tell_bad(c->follow, c->from, c->party, c->result);
	else if (inbox_push(c->follow->parts.inbox, &event, destroy_check, c) == ERR_OK)
		return;
	destroy_check(c);
}

static void begin_check(struct follow *f, struct committee_id from, enum party party)
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
	c->from = from;
	c->party = party;
	c->parts = f->coming;
	c->base = (struct directory_base){ .rows = f->parts.lookup, .version = core_directory_version(f->parts.core) };
	f->coming = fresh;
	f->checking = true;
	c->job.work = work;
	c->job.done = done;
	f->parts.runner.run(f->parts.runner.ctx, &c->job);
}

void follow_part(struct follow *f, struct committee_id from, enum party party, const struct msg_directory_part *m)
{
	enum err e = directory_parts_add(f->coming, m);

	if (e == ERR_OK && m->last)
		begin_check(f, from, party);
	else if (e == ERR_GAP)
		log_event(LOG_INFO, "directory-part-passed-over", "committee=%s", from.text); /* another version came between: asked for anew */
	else if (e != ERR_OK)
		tell_bad(f, from, party, e);
}

bool follow_frame(struct follow *f, struct committee_id neighbour, struct blob frame)
{
	struct message m;

	arena_reset(f->arena);
	if (wire_decode(f->arena, frame, &m) != ERR_OK || m.type != MESSAGE_DIRECTORY_PART)
		return false;
	follow_part(f, neighbour, PARTY_NEIGHBOUR, &m.u.directory_part);
	return true;
}
