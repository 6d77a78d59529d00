/* See subscriber.h. */
#include "tools/webhook/subscriber.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/base/text.h"
#include "tools/webhook/backoff.h"

enum { HTTP_OK = 200, HTTP_REDIRECT = 300, HTTP_GONE = 410 };

static void drop_job(struct webhook_job *j)
{
	free(j->body);
	j->body = NULL;
	j->number = 0;
}

static void drop_changes(struct webhook_subscriber *s)
{
	json_decref(s->changes);
	s->changes = NULL;
	s->at = 0;
}

static void stop_at(struct webhook_subscriber *s, enum err why, int64_t now_ms)
{
	s->cursor.given_up = why;
	s->cursor.given_up_ms = now_ms;
	s->unsaved = true;
	drop_changes(s);
	drop_job(&s->next);
}

void webhook_subscriber_begin(struct webhook_subscriber *s, const struct webhook_entry *entry,
			      int64_t now_ms)
{
	s->subscription = entry->subscription;
	s->cursor = entry->cursor;
	s->next.of = s->test.of = s;
	s->test.test = true;
	s->saved_ms = now_ms;
}

static void move(struct webhook_subscriber *s)
{
	const struct webhook_subscription *to = &s->subscription;

	s->cursor.started = true;
	s->cursor.done = to->from == WEBHOOK_FROM_NUMBER ? to->since : 0;
	s->cursor.feed[0] = '\0';
	s->caught_up = false;
	drop_changes(s);
	drop_job(&s->next);
}

bool webhook_subscriber_follow(struct webhook_subscriber *s, const struct webhook_subscription *now)
{
	bool ordered = now->order > s->cursor.order;
	bool moved = ordered && (now->moves || !s->cursor.started);
	bool other = moved || strcmp(now->url, s->subscription.url) != 0;

	s->subscription = *now;
	if (!ordered)
		return false;
	if (moved)
		move(s);
	s->cursor.order = now->order;
	s->cursor.given_up = ERR_OK;
	s->cursor.given_up_ms = s->cursor.failing_since_ms = s->cursor.next_ms = 0;
	s->cursor.attempts = 0;
	s->unsaved = true;
	return other;
}

void webhook_subscriber_end(struct webhook_subscriber *s)
{
	drop_changes(s);
	drop_job(&s->next);
	drop_job(&s->test);
	webhook_key_erase(&s->subscription.key);
	memset(s, 0, sizeof *s);
}

bool webhook_subscriber_active(const struct webhook_subscriber *s)
{
	return !s->subscription.paused && s->cursor.started && s->cursor.given_up == ERR_OK;
}

bool webhook_subscriber_wants(const struct webhook_subscriber *s)
{
	return webhook_subscriber_active(s) && s->changes == NULL && s->next.body == NULL;
}

/* Where it began with the oldest, or with its making, the oldest that is kept is where it begins.
 * Else something is missing. */
static void miss(struct webhook_subscriber *s, const struct webhook_batch *batch, int64_t now_ms)
{
	bool begins = s->cursor.feed[0] == '\0' && s->subscription.from != WEBHOOK_FROM_NUMBER;

	if (begins && batch->first > 0 && batch->first - 1 > s->cursor.done) {
		s->cursor.done = batch->first - 1;
		s->caught_up = false;
	} else {
		stop_at(s, batch->other ? ERR_WEBHOOK_FEED : ERR_WEBHOOK_LATE, now_ms);
	}
}

static size_t first_after(const json_t *changes, uint64_t number)
{
	size_t i = 0, count = json_array_size(changes);

	while (i < count && webhook_event_number(json_array_get(changes, i)) <= number)
		i++;
	return i;
}

void webhook_subscriber_take(struct webhook_subscriber *s, uint64_t since,
			     const struct webhook_batch *batch, int64_t now_ms)
{
	struct webhook_cursor *c = &s->cursor;

	if (!webhook_subscriber_wants(s) || c->done < since)
		return;
	if (c->feed[0] != '\0' && batch->feed[0] != '\0' && strcmp(c->feed, batch->feed) != 0) {
		stop_at(s, ERR_WEBHOOK_FEED, now_ms);
		return;
	}
	if (batch->missed) {
		if (c->done == since)
			miss(s, batch, now_ms);
		return;
	}
	if (c->feed[0] == '\0') {
		memcpy(c->feed, batch->feed, sizeof c->feed);
		s->unsaved = true;
	}
	s->caught_up = c->done >= batch->next;
	if (s->caught_up)
		return;
	s->changes = json_incref(batch->changes);
	s->at = first_after(batch->changes, c->done);
	s->end = batch->next;
}

/* Older than the subscription, which wants what comes after it. Only files of before have this: now
 * `add` has the daemon's number. Once something was sent, all that follows is newer, whatever the
 * clock says. */
static bool too_old(const struct webhook_subscription *s, const struct webhook_cursor *c,
		    const json_t *change)
{
	const char *at = json_string_value(json_object_get(change, "at"));
	char created[40];

	if (s->from != WEBHOOK_FROM_CREATED || at == NULL || c->delivered > 0)
		return false;
	text_rfc3339(s->created_ms, created, sizeof created);
	return strcmp(at, created) < 0;
}

static enum err make_next(struct webhook_subscriber *s, const json_t *change)
{
	enum err e = webhook_event_body(change, &s->next.body, &s->next.len_bytes);

	if (e != ERR_OK)
		return e;
	s->next.number = webhook_event_number(change);
	webhook_event_id(s->subscription.id, s->cursor.feed, s->next.number, s->next.id);
	return ERR_OK;
}

enum err webhook_subscriber_advance(struct webhook_subscriber *s)
{
	if (!webhook_subscriber_active(s) || s->next.body != NULL)
		return ERR_OK;
	for (; s->changes != NULL && s->at < json_array_size(s->changes); s->at++) {
		const json_t *change = json_array_get(s->changes, s->at);

		if (webhook_event_wanted(&s->subscription, change) &&
		    !too_old(&s->subscription, &s->cursor, change)) {
			enum err e = make_next(s, change);

			s->at += e == ERR_OK;
			return e;
		}
		s->cursor.done = webhook_event_number(change);
	}
	if (s->changes != NULL) {
		s->cursor.done = s->end;
		drop_changes(s);
	}
	return ERR_OK;
}

bool webhook_subscriber_due(const struct webhook_subscriber *s, int64_t now_ms, int64_t *wait_ms)
{
	int64_t left = s->cursor.next_ms - now_ms;

	if (!webhook_subscriber_active(s) || s->next.body == NULL || s->next.busy || s->unsaved)
		return false;
	/* The clock was ahead when this was set, and is right again. */
	if (left > 2 * (int64_t)WEBHOOK_RETRY_CEILING_MS)
		left = 0;
	if (left > 0 && left < *wait_ms)
		*wait_ms = left;
	return left <= 0;
}

bool webhook_subscriber_test(struct webhook_subscriber *s, int64_t now_ms)
{
	json_t *change;
	enum err e = ERR_NO_MEMORY;

	if (s->subscription.test <= s->cursor.tested || s->test.busy)
		return false;
	if (s->test.body != NULL)
		return true;
	change = webhook_event_test(&s->subscription, now_ms);
	if (change != NULL)
		e = webhook_event_body(change, &s->test.body, &s->test.len_bytes);
	json_decref(change);
	s->test.number = s->subscription.test;
	webhook_event_id(s->subscription.id, "test", s->subscription.test, s->test.id);
	return e == ERR_OK;
}

static void failed(struct webhook_subscriber *s, const struct webhook_outcome *o,
		   const struct webhook_luck *luck)
{
	struct webhook_cursor *c = &s->cursor;

	c->attempts++;
	if (c->failing_since_ms == 0 || c->failing_since_ms > luck->now_ms)
		c->failing_since_ms = luck->now_ms;
	c->next_ms =
		luck->now_ms + webhook_backoff_ms(c->attempts, o->retry_after_ms, luck->random);
	if (o->status == HTTP_GONE)
		stop_at(s, ERR_WEBHOOK_GONE, luck->now_ms);
	else if (luck->now_ms - c->failing_since_ms >= luck->give_up_ms)
		stop_at(s, ERR_WEBHOOK_SILENT, luck->now_ms);
}

void webhook_subscriber_outcome(struct webhook_subscriber *s, const struct webhook_job *job,
				const struct webhook_outcome *o, const struct webhook_luck *luck)
{
	struct webhook_answer answer = { .at_ms = luck->now_ms,
					 .number = job->test ? 0 : job->number,
					 .status = o->status,
					 .took_ms = o->took_ms };
	struct webhook_cursor *c = &s->cursor;

	snprintf(answer.error, sizeof answer.error, "%s",
		 o->refused ? err_text(ERR_WEBHOOK_TARGET) : o->error);
	s->unsaved = true;
	if (job->test) {
		c->tested = job->number;
		c->test = answer;
		drop_job(&s->test);
		return;
	}
	webhook_cursor_answer(c, &answer);
	if (o->status < HTTP_OK || o->status >= HTTP_REDIRECT) {
		failed(s, o, luck);
		return;
	}
	c->done = job->number;
	c->delivered++;
	c->attempts = 0;
	c->failing_since_ms = c->next_ms = 0;
	drop_job(&s->next);
}
