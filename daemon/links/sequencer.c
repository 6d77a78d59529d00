/* Lines of frames; see sequencer.h. */
#include "daemon/links/sequencer.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "proto/wire_decode.h"
#include "routing/base/committee_id.h"

enum {
	WAITING_MAX = 2048,                  /* frames in all lines */
	/* of frames, and of what they became, until the turn that took them is over */
	WAITING_BYTES_MAX = 16 * 1024 * 1024,
	/* so many times its own size a frame counts while it is being opened: with what it will
	 * be */
	OPENED_SHARE = 3,
	INBOX_RESERVE = 2048,                /* left for local clients and finished fetches */
	ARENAS_KEPT = 8,
	TINY_FRAME_BYTES = 512,
	TINY_ARENA_BYTES = 1024,
	/* a document or a receipt or two: opened in the tenth of a millisecond that waking a worker
	 * costs too */
	SMALL_FRAME_BYTES = 8 * 1024,
};

struct ticket {
	struct job job; /* first */
	struct ticket *next;
	struct sequencer *owner;
	struct committee_id neighbour;
	struct arena *arena;
	uint8_t *frame;
	size_t frame_bytes;
	size_t counted_bytes; /* in waiting_bytes */
	int64_t wall_ms;
	bool aside; /* not from the wire */
	int64_t corrected_at_ms;
	struct publish_opener opener;
	struct event single;
	struct event *events;
	uint32_t count, taken;
	uint32_t unreleased; /* events in the inbox or in a turn */
	enum err result;
	bool ready;
	bool tiny; /* its arena is not worth keeping */
};

struct line {
	struct line *next;
	struct committee_id neighbour;
	struct ticket *first, **last;
};

struct sequencer {
	struct sequencer_parts parts;
	struct line *lines;
	unsigned waiting;
	size_t waiting_bytes;
	bool opened_here; /* a frame since the last flush */
	struct arena *kept[ARENAS_KEPT]; /* arenas of frames that are done, for the next */
	unsigned kept_count;
};

struct sequencer *sequencer_new(const struct sequencer_parts *parts)
{
	struct sequencer *s = calloc(1, sizeof *s);

	if (s != NULL)
		s->parts = *parts;
	return s;
}

static void give_back(struct sequencer *s, struct arena *a)
{
	if (s->kept_count == ARENAS_KEPT) {
		arena_destroy(a);
		return;
	}
	arena_reset(a);
	s->kept[s->kept_count++] = a;
}

static void count(struct ticket *t, size_t bytes)
{
	t->owner->waiting_bytes += bytes - t->counted_bytes;
	t->counted_bytes = bytes;
}

static void destroy_ticket(struct ticket *t)
{
	struct sequencer *s = t->owner;

	count(t, 0);
	if (t->arena != NULL && !t->tiny)
		give_back(s, t->arena);
	else
		arena_destroy(t->arena);
	free(t->frame);
	free(t);
}

void sequencer_destroy(struct sequencer *s)
{
	if (s == NULL)
		return;
	while (s->lines != NULL) {
		struct line *l = s->lines;

		s->lines = l->next;
		while (l->first != NULL) {
			struct ticket *t = l->first;

			l->first = t->next;
			destroy_ticket(t);
		}
		free(l);
	}
	while (s->kept_count > 0)
		arena_destroy(s->kept[--s->kept_count]);
	free(s);
}

static struct line *line_of(struct sequencer *s, struct committee_id neighbour)
{
	struct line *l = s->lines;

	while (l != NULL && !id_equal(l->neighbour, neighbour))
		l = l->next;
	if (l != NULL)
		return l;
	l = calloc(1, sizeof *l);
	if (l == NULL)
		return NULL;
	l->neighbour = neighbour;
	l->last = &l->first;
	l->next = s->lines;
	s->lines = l;
	return l;
}

static struct ticket *queue_ticket(struct sequencer *s, struct committee_id neighbour)
{
	struct line *l = line_of(s, neighbour);
	struct ticket *t = l == NULL ? NULL : calloc(1, sizeof *t);

	if (t == NULL)
		return NULL;
	t->owner = s;
	t->neighbour = neighbour;
	*l->last = t;
	l->last = &t->next;
	s->waiting++;
	return t;
}

static void work(struct job *j)
{
	struct ticket *t = (struct ticket *)j;
	struct publish_opener_events opened;

	t->result = publish_opener_open(
		&t->opener, t->arena, t->neighbour,
		(struct publish_opener_frame){ .bytes = { t->frame, t->frame_bytes },
					       .wall_ms = t->wall_ms,
					       .aside = t->aside,
					       .corrected_at_ms = t->corrected_at_ms },
		&opened);
	t->events = opened.list;
	t->count = opened.count;
}

static void done(struct job *j)
{
	struct ticket *t = (struct ticket *)j;

	t->ready = true;
	if (t->result != ERR_OK)
		t->count = 0;
	free(t->frame);
	t->frame = NULL;
	count(t, arena_held(t->arena));
}

static struct arena *take_arena(struct sequencer *s)
{
	return s->kept_count > 0 ? s->kept[--s->kept_count] : arena_new(DECODE_BUDGET_BYTES);
}

/* Thousands of small messages may wait, and each has its arena: one as small as they. What does not
 * fit, or not decode, is decoded again. */
static enum err decode_tiny(struct ticket *t, struct blob frame)
{
	struct arena *tiny =
	    frame.len_bytes > TINY_FRAME_BYTES ? NULL : arena_new(TINY_ARENA_BYTES);
	enum err e =
	    tiny == NULL ? ERR_NO_MEMORY : wire_decode(tiny, frame, &t->single.u.message.message);

	if (e != ERR_OK) {
		arena_destroy(tiny);
		return e;
	}
	give_back(t->owner, t->arena);
	t->arena = tiny;
	t->tiny = true;
	return ERR_OK;
}

/* Opens the ticket's frame, here or on a worker. */
static void open_publish(struct sequencer *s, struct ticket *t, struct blob frame)
{
	if (t->result == ERR_OK && (t->frame = malloc(frame.len_bytes)) == NULL)
		t->result = ERR_NO_MEMORY;
	if (t->result != ERR_OK) {
		t->ready = true;
		return;
	}
	memcpy(t->frame, frame.data, frame.len_bytes);
	t->frame_bytes = frame.len_bytes;
	count(t, OPENED_SHARE * frame.len_bytes);
	t->job.work = work;
	t->job.done = done;
	/* A frame that comes alone is opened here, without a job; whoever sends many gets the
	 * workers. */
	if (s->waiting == 1 && !s->opened_here && frame.len_bytes <= SMALL_FRAME_BYTES) {
		s->opened_here = true;
		work(&t->job);
		done(&t->job);
		return;
	}
	s->parts.runner.run(s->parts.runner.ctx, &t->job);
}

void sequencer_frame(struct sequencer *s, struct committee_id neighbour, struct blob frame,
		     int64_t wall_ms)
{
	struct ticket *t = queue_ticket(s, neighbour);
	enum message_type type;

	if (t == NULL)
		return; /* without memory: what is not acknowledged comes again */
	t->arena = take_arena(s);
	t->wall_ms = wall_ms;
	t->opener = s->parts.opener;
	t->result = t->arena == NULL ? ERR_NO_MEMORY : frame_type(frame, &type);
	if (t->result == ERR_OK && type != MESSAGE_PUBLISH) {
		t->single.type = EVENT_MESSAGE;
		t->single.u.message.neighbour = neighbour;
		t->result = decode_tiny(t, frame);
		if (t->result != ERR_OK)
			t->result = wire_decode(t->arena, frame, &t->single.u.message.message);
		if (t->result == ERR_OK && type == MESSAGE_CHUNK)
			/* belongs on the bulk connection, and its data would point into a frame
			 * that is gone by then */
			t->result = ERR_PROTOCOL;
		t->events = &t->single;
		t->count = t->result == ERR_OK ? 1 : 0;
		t->ready = true;
		if (t->arena != NULL)
			count(t, arena_held(t->arena));
		return;
	}
	open_publish(s, t, frame);
}

void sequencer_reopen(struct sequencer *s, struct committee_id neighbour, struct blob frame,
		      int64_t wall_ms, int64_t corrected_at_ms)
{
	struct ticket *t = sequencer_room(s) ? queue_ticket(s, neighbour) : NULL;

	if (t == NULL)
		return; /* it is reopened later */
	t->arena = take_arena(s);
	t->wall_ms = wall_ms;
	t->aside = true;
	t->corrected_at_ms = corrected_at_ms;
	t->opener = s->parts.opener;
	t->result = t->arena == NULL ? ERR_NO_MEMORY : ERR_OK;
	open_publish(s, t, frame);
}

void sequencer_link(struct sequencer *s, enum event_type type, struct committee_id neighbour,
		    enum err reason)
{
	struct ticket *t = queue_ticket(s, neighbour);

	assert(type == EVENT_CONNECTED || type == EVENT_DISCONNECTED || type == EVENT_FAULT);
	if (t == NULL)
		return; /* the core's own patience notices */
	t->single.type = type;
	t->single.u.link.neighbour = neighbour;
	t->single.u.link.reason = (uint32_t)reason;
	t->events = &t->single;
	t->count = 1;
	t->ready = true;
}

static void release(void *owner)
{
	struct ticket *t = owner;

	if (--t->unreleased == 0 && t->taken == t->count)
		destroy_ticket(t);
}

/* True when the whole ticket is in the inbox. */
static bool move(struct sequencer *s, struct ticket *t)
{
	while (t->taken < t->count) {
		if (inbox_room(s->parts.inbox) <= INBOX_RESERVE ||
		    inbox_push(s->parts.inbox, &t->events[t->taken], release, t) != ERR_OK)
			return false;
		t->taken++;
		t->unreleased++;
	}
	return true;
}

static void flush_line(struct sequencer *s, struct line *l)
{
	while (l->first != NULL && l->first->ready) {
		struct ticket *t = l->first;

		if (!move(s, t))
			return;
		l->first = t->next;
		if (l->first == NULL)
			l->last = &l->first;
		s->waiting--;
		/* A frame that passes the budget is a bomb: what we publish ourselves stays far
		 * below. Without an arena it was our memory. */
		if (t->result == ERR_NO_MEMORY && t->arena != NULL)
			t->result = ERR_PROTOCOL;
		if (t->result != ERR_OK && t->result != ERR_NO_MEMORY && !t->aside)
			s->parts.violation(s->parts.ctx, t->neighbour, t->result);
		if (t->unreleased == 0)
			destroy_ticket(t);
	}
}

void sequencer_flush(struct sequencer *s)
{
	s->opened_here = false;
	for (struct line *l = s->lines; l != NULL; l = l->next)
		flush_line(s, l);
}

bool sequencer_room(const struct sequencer *s)
{
	return s->waiting < WAITING_MAX && s->waiting_bytes < WAITING_BYTES_MAX;
}

unsigned sequencer_waiting(const struct sequencer *s)
{
	return s->waiting;
}

void sequencer_directory(struct sequencer *s, uint64_t version)
{
	s->parts.opener.directory_version = version;
}
