/* See sender.h. */
#include "tools/webhook/sender.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/webhook/subscriber.h"

enum {
	BATCH = 64, /* changes of one answer */
	WAIT_MS = 30000,
	FEED_PAUSE_MS = 1000, /* after a feed that did not answer; doubled each time, up to … */
	FEED_PAUSE_MAX_MS = 30000,
	SKIPPED_MS = 60000, /* a cursor that only skipped is written so often */
	LINE_SIZE = 256
};

struct webhook_sender {
	struct webhook_sender_parts parts;
	struct webhook_stamp stamp;
	struct webhook_subscriber *list[WEBHOOK_MAX];
	unsigned count, turn; /* whose turn it is to be first */
	unsigned damaged;
	int64_t feed_next_ms, feed_pause_ms;
	enum err feed, folder;
	uint64_t delivered, failed;
};

enum err webhook_sender_new(const struct webhook_sender_parts *p, struct webhook_sender **out)
{
	*out = calloc(1, sizeof **out);
	if (*out == NULL)
		return ERR_NO_MEMORY;
	(*out)->parts = *p;
	return ERR_OK;
}

static int64_t now_ms(const struct webhook_sender *s)
{
	return s->parts.world->now_ms(s->parts.world->context);
}

static void say(struct webhook_sender *s, const char *event, const struct webhook_subscriber *of,
		const char *fields)
{
	char line[LINE_SIZE];

	if (s->parts.log == NULL)
		return;
	if (of == NULL)
		snprintf(line, sizeof line, "%s", fields);
	else
		snprintf(line, sizeof line, "name=%s id=%s %s", of->subscription.name,
			 of->subscription.id, fields);
	s->parts.log(s->parts.context, event, line);
}

/* ---- the folder ---- */

static void break_off(struct webhook_sender *s, struct webhook_job *job)
{
	if (job->busy)
		webhook_poster_cancel(s->parts.poster, job);
	job->busy = false;
}

static void end(struct webhook_sender *s, struct webhook_subscriber *one)
{
	break_off(s, &one->next);
	break_off(s, &one->test);
	webhook_subscriber_end(one);
	free(one);
}

/* What is not on the disk is written before the next event is sent: else one that was taken would
 * be sent again after a crash, and the one before it, too. */
static void save(struct webhook_sender *s, struct webhook_subscriber *one)
{
	enum err e =
		webhook_folder_save_cursor(s->parts.folder, one->subscription.id, &one->cursor);

	if (e != ERR_OK && s->folder == ERR_OK)
		say(s, "webhook-folder", one, "cursor=unwritten");
	s->folder = e;
	if (e != ERR_OK)
		return;
	one->unsaved = false;
	one->saved_ms = now_ms(s);
}

static struct webhook_subscriber *find(struct webhook_sender *s, const char *id)
{
	for (unsigned i = 0; i < s->count; i++) {
		if (strcmp(s->list[i]->subscription.id, id) == 0)
			return s->list[i];
	}
	return NULL;
}

static void follow(struct webhook_sender *s, const struct webhook_entry *entry)
{
	struct webhook_subscriber *one = find(s, entry->subscription.id);

	if (one == NULL && s->count < WEBHOOK_MAX) {
		one = calloc(1, sizeof *one);
		if (one == NULL)
			return;
		webhook_subscriber_begin(one, entry, now_ms(s));
		s->list[s->count++] = one;
	}
	if (one == NULL)
		return;
	one->seen = true;
	/* An event that is under way to where it is not wanted any more is broken off first: its
	 * body goes with the order. */
	if (entry->subscription.order > one->cursor.order)
		break_off(s, &one->next);
	if (webhook_subscriber_follow(one, &entry->subscription))
		one->caught_up = false;
}

static void sweep(struct webhook_sender *s)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < s->count; i++) {
		if (s->list[i]->seen)
			s->list[kept++] = s->list[i];
		else
			end(s, s->list[i]);
	}
	s->count = kept;
}

static void look_at_folder(struct webhook_sender *s)
{
	struct webhook_entry *entries;
	unsigned count, damaged = 0;
	enum err e;

	if (!webhook_folder_changed(s->parts.folder, &s->stamp))
		return;
	e = webhook_folder_load(s->parts.folder, &entries, &count);
	if (e != ERR_OK) {
		s->folder = e;
		s->stamp.settled = false;
		return; /* what it has goes on */
	}
	for (unsigned i = 0; i < s->count; i++)
		s->list[i]->seen = false;
	for (unsigned i = 0; i < count; i++) {
		if (entries[i].fault == ERR_OK)
			follow(s, &entries[i]);
		else
			damaged++;
		webhook_key_erase(&entries[i].subscription.key);
	}
	free(entries);
	sweep(s);
	if (damaged > s->damaged)
		say(s, "webhook-damaged", NULL, "reason=VT-6028");
	s->damaged = damaged;
}

/* ---- the feed ---- */

static void take_answer(struct webhook_sender *s)
{
	struct webhook_batch batch;
	struct webhook_ask ask;
	enum err e;

	if (!webhook_reader_take(s->parts.reader, &ask, &e, &batch))
		return;
	if (e == ERR_CANCELLED)
		return;
	if (e != ERR_OK) {
		if (s->feed == ERR_OK)
			say(s, "webhook-feed", NULL, "answers=no");
		s->feed = e;
		s->feed_pause_ms = s->feed_pause_ms == 0 ? FEED_PAUSE_MS : 2 * s->feed_pause_ms;
		if (s->feed_pause_ms > FEED_PAUSE_MAX_MS)
			s->feed_pause_ms = FEED_PAUSE_MAX_MS;
		s->feed_next_ms = now_ms(s) + s->feed_pause_ms;
		return;
	}
	if (s->feed != ERR_OK)
		say(s, "webhook-feed", NULL, "answers=yes");
	s->feed = ERR_OK;
	s->feed_pause_ms = s->feed_next_ms = 0;
	for (unsigned i = 0; i < s->count; i++)
		webhook_subscriber_take(s->list[i], ask.since, &batch, now_ms(s));
	json_decref(batch.changes);
}

/* Who lags comes first, and waits for nothing; where all have what there is, the answer may wait
 * for something new. */
static bool next_question(const struct webhook_sender *s, struct webhook_ask *out)
{
	bool any = false, lags = false;

	for (unsigned i = 0; i < s->count; i++) {
		const struct webhook_subscriber *one = s->list[i];

		if (!webhook_subscriber_wants(one) || (lags && one->caught_up))
			continue;
		if (!any || (!one->caught_up && !lags) || one->cursor.done < out->since)
			out->since = one->cursor.done;
		lags = lags || !one->caught_up;
		any = true;
	}
	out->wait_ms = lags ? 0 : WAIT_MS;
	out->limit = BATCH;
	return any;
}

static void ask_feed(struct webhook_sender *s)
{
	struct webhook_ask wanted = { .stop = -1 }, open;

	if (!next_question(s, &wanted) || now_ms(s) < s->feed_next_ms)
		return;
	if (!webhook_reader_open(s->parts.reader, &open))
		webhook_reader_ask(s->parts.reader, &wanted);
	else if (open.wait_ms > 0 && (wanted.wait_ms == 0 || wanted.since < open.since))
		webhook_reader_hurry(s->parts.reader);
}

/* ---- deliveries ---- */

static void log_outcome(struct webhook_sender *s, const struct webhook_subscriber *one,
			const struct webhook_job *job, const struct webhook_outcome *o)
{
	char fields[LINE_SIZE];

	if (one->cursor.given_up != ERR_OK) {
		snprintf(fields, sizeof fields, "reason=VT-%d number=%llu status=%u",
			 (int)one->cursor.given_up, (unsigned long long)job->number, o->status);
		say(s, "webhook-given-up", one, fields);
	} else if (one->cursor.attempts == 1) {
		snprintf(fields, sizeof fields, "number=%llu status=%u",
			 (unsigned long long)job->number, o->status);
		say(s, "webhook-failed", one, fields);
	}
}

static void take_outcomes(struct webhook_sender *s)
{
	struct webhook_outcome o;
	void *owner;

	while (webhook_poster_take(s->parts.poster, &owner, &o)) {
		struct webhook_job *job = owner, done = *job;
		struct webhook_subscriber *one = job->of;
		struct webhook_luck luck = {
			.now_ms = now_ms(s),
			.give_up_ms = s->parts.give_up_ms,
			.random = s->parts.world->random(s->parts.world->context),
		};
		uint64_t before = one->cursor.delivered;

		job->busy = false;
		webhook_subscriber_outcome(one, job, &o, &luck);
		s->delivered += one->cursor.delivered - before;
		s->failed += !done.test && one->cursor.delivered == before;
		if (!done.test)
			log_outcome(s, one, &done, &o);
	}
}

static void begin(struct webhook_sender *s, struct webhook_job *job)
{
	const struct webhook_subscription *to = &job->of->subscription;
	struct webhook_post post = { .url = to->url,
				     .id = job->id,
				     .key = &to->key,
				     .now_ms = now_ms(s),
				     .body = job->body,
				     .len_bytes = job->len_bytes,
				     .owner = job };

	job->busy = webhook_poster_begin(s->parts.poster, &post) == ERR_OK;
}

/* Each in its turn, so that many that are slow keep nobody out for ever. */
static int64_t serve(struct webhook_sender *s)
{
	int64_t wait_ms = s->parts.world->turn_ms;

	for (unsigned n = 0; n < s->count; n++) {
		struct webhook_subscriber *one = s->list[(s->turn + n) % s->count];

		if (webhook_subscriber_advance(one) != ERR_OK)
			continue;
		if (one->unsaved || (!one->next.busy && now_ms(s) - one->saved_ms > SKIPPED_MS &&
				     webhook_subscriber_active(one)))
			save(s, one);
		if (webhook_subscriber_test(one, now_ms(s)))
			begin(s, &one->test);
		if (webhook_subscriber_due(one, now_ms(s), &wait_ms))
			begin(s, &one->next);
	}
	if (s->count > 0)
		s->turn = (s->turn + 1) % s->count;
	return wait_ms;
}

void webhook_sender_turn(struct webhook_sender *s)
{
	int64_t wait_ms;

	look_at_folder(s);
	take_answer(s);
	take_outcomes(s);
	wait_ms = serve(s);
	ask_feed(s);
	webhook_poster_turn(s->parts.poster, (int)wait_ms);
}

void webhook_sender_destroy(struct webhook_sender *s)
{
	if (s == NULL)
		return;
	for (unsigned i = 0; i < s->count; i++) {
		if (s->list[i]->unsaved || webhook_subscriber_active(s->list[i]))
			save(s, s->list[i]);
		end(s, s->list[i]);
	}
	free(s);
}

void webhook_sender_health(const struct webhook_sender *s, struct webhook_condition *out)
{
	*out = (struct webhook_condition){ .damaged = s->damaged,
					   .delivered = s->delivered,
					   .failed = s->failed,
					   .feed = s->feed,
					   .folder = s->folder };
	for (unsigned i = 0; i < s->count; i++) {
		const struct webhook_subscriber *one = s->list[i];

		if (one->cursor.given_up != ERR_OK)
			out->given_up++;
		else if (one->subscription.paused)
			out->paused++;
		else
			out->active++;
		out->failing += webhook_subscriber_active(one) && one->cursor.attempts > 0;
	}
}
