/* See incoming.h. */
#include "tools/spool/incoming.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "daemon/base/i18n.h"
#include "tools/base/text.h"
#include "tools/spool/deliver.h"
#include "tools/spool/fault.h"
#include "tools/spool/journal.h"

enum { CHANGES_AT_ONCE = 200, LATER_MAX_MS = 300 * 1000, DOUBLINGS_MAX = 10 };

/* What is told of documents in in/receipts: what recipients say of ours, and what their issuers do
 * to those that came. */
static bool is_told(const char *kind)
{
	static const char *const told[] = { "receipt", "refused",  "status",  "delivered",
					    "expired", "recalled", "updated", "replaced" };

	for (size_t i = 0; i < sizeof told / sizeof told[0]; i++) {
		if (strcmp(kind, told[i]) == 0)
			return true;
	}
	return false;
}

static uint64_t number_of(const json_t *object, const char *name)
{
	json_int_t n = json_integer_value(json_object_get(object, name));

	return n < 0 ? 0 : (uint64_t)n;
}

static enum err take(struct spool_place *p, struct spool_cursor *c, const json_t *change)
{
	const char *kind = spool_journal_text(change, "kind"), *id = spool_journal_text(change,
										       "id");
	uint64_t number = number_of(change, "number");
	enum err e = ERR_OK;

	if (strcmp(kind, "arrived") == 0 && id[0] != '\0')
		e = spool_deliver_document(p, c, id, number);
	else if (is_told(kind))
		e = spool_deliver_note(p, c, change, number);
	if (e != ERR_OK)
		return e;
	snprintf(c->day, sizeof c->day, "%s", spool_journal_text(change, "at"));
	c->since = number > c->since ? number : c->since;
	return ERR_OK;
}

static enum err take_all(struct spool_place *p, struct spool_cursor *c, const json_t *data)
{
	const json_t *changes = json_object_get(data, "changes");
	uint64_t before = c->since, next = number_of(data, "next");
	json_t *each;
	size_t i;
	enum err e = ERR_OK;

	json_array_foreach(changes, i, each)
	{
		if (e == ERR_OK)
			e = take(p, c, each);
	}
	if (e == ERR_OK && next > c->since)
		c->since = next;
	/* What was not put has no note of its own in the cursor. */
	if (c->since != before && spool_cursor_save(p, c) != ERR_OK && e == ERR_OK)
		e = ERR_FILE;
	return e;
}

/* ---- too late ---- */

/* What lies in the inbox and was not put yet, of these days; the oldest first. */
static enum err list_days(struct spool_place *p, struct spool_cursor *c, const char *since,
			  const char *until)
{
	const char *args[] = { "--timeout=600", "inbox", "--all", since, until, NULL };
	json_t *answer, *list;
	int code;
	enum err e;

	if (since == NULL)
		args[3] = NULL;
	e = spool_place_ask(p, "en", args, &code, &answer);
	if (e != ERR_OK)
		return e;
	list = json_object_get(answer, "data");
	if (code != 0 || !json_is_array(list))
		e = ERR_BUSY;
	for (size_t i = json_array_size(list); e == ERR_OK && i > 0; i--) {
		const char *id = spool_journal_text(json_array_get(list, i - 1), "id");

		if (id[0] != '\0')
			e = spool_deliver_document(p, c, id, 0);
	}
	json_decref(answer);
	return e;
}

/* Noon of a day, Unix time; 0: none. */
static time_t noon_of(const char *day)
{
	struct tm t = { .tm_hour = 12 };

	if (sscanf(day, "%4d-%2d-%2d", &t.tm_year, &t.tm_mon, &t.tm_mday) != 3)
		return 0;
	t.tm_year -= 1900;
	t.tm_mon--;
	return timegm(&t);
}

/* The lists tell documents, not receipts. A day at a time, so that no answer is long; from the day
 * before the one at which it stopped, for a day begins elsewhere at another hour. */
static enum err catch_up(struct spool_place *p, struct spool_cursor *c)
{
	enum { DAY_S = 24 * 3600, DAYS_MAX = 1000 };
	time_t from = noon_of(c->day) - DAY_S, until = (time_t)(text_now_ms() / 1000) + DAY_S;
	enum err e = ERR_OK;

	if (c->day[0] == '\0' || from > until || (until - from) / DAY_S > DAYS_MAX)
		return list_days(p, c, NULL, NULL);
	for (; e == ERR_OK && from <= until + DAY_S; from += DAY_S) {
		char since[64], last[64], day[16];
		struct tm t;

		gmtime_r(&from, &t);
		strftime(day, sizeof day, "%Y-%m-%d", &t);
		snprintf(since, sizeof since, "--since=%s", day);
		snprintf(last, sizeof last, "--until=%s", day);
		e = list_days(p, c, since, last);
	}
	return e;
}

static enum err tell_missed(struct spool_place *p, struct spool_cursor *c)
{
	const struct spool_fault fault = { .err = ERR_SPOOL_MISSED };
	uint64_t until = c->on;
	json_t *note = json_pack("{s:s, s:I, s:I, s:o}", "kind", "missed", "from",
				 (json_int_t)(c->since + 1), "until", (json_int_t)until, "error",
				 spool_fault_json(&fault));
	enum err e = ERR_NO_MEMORY;

	/* In one step with the note: it is told once. The numbers may be those of another feed. */
	c->catching = false;
	c->since = 0;
	if (note != NULL)
		e = spool_deliver_note(p, c, note, until);
	json_decref(note);
	return e;
}

/* The cursor notes first from where it goes on, so that a second start catches up, too. */
static enum err begin_missed(struct spool_place *p, struct spool_cursor *c, const json_t *data)
{
	uint64_t first = number_of(data, "first"), next = number_of(data, "next");
	uint64_t on = json_is_true(json_object_get(data, "missed")) && next > 0 ? next
		      : first > 0						 ? first - 1
										 : 0;

	snprintf(c->feed, sizeof c->feed, "%s", spool_journal_text(data, "feed"));
	/* At the very first start nothing was missed: it begins with what is kept. */
	c->catching = c->begun;
	c->on = on;
	if (!c->begun)
		c->since = on;
	c->begun = true;
	return spool_cursor_save(p, c);
}

static enum err end_missed(struct spool_place *p, struct spool_cursor *c)
{
	enum err e = catch_up(p, c);

	return e == ERR_OK ? tell_missed(p, c) : e;
}

/* ---- the feed ---- */

static enum err ask(struct spool_place *p, const struct spool_cursor *c, int64_t wait_ms,
		    json_t **answer)
{
	char since[48], feed[CURSOR_FEED_SIZE + 16], wait[48], limit[32];
	const char *args[] = { "changes", wait, limit, NULL, NULL, NULL };
	unsigned n = 3;
	int code;

	snprintf(wait, sizeof wait, "--wait=%lldms", (long long)wait_ms);
	snprintf(limit, sizeof limit, "--limit=%d", CHANGES_AT_ONCE);
	snprintf(since, sizeof since, "--since=%llu", (unsigned long long)c->since);
	snprintf(feed, sizeof feed, "--feed=%s", c->feed);
	if (c->begun)
		args[n++] = since;
	if (c->begun && c->feed[0] != '\0')
		args[n++] = feed;
	return spool_place_ask(p, "en", args, &code, answer);
}

static enum err take_answer(struct spool_place *p, struct spool_cursor *c, const json_t *answer)
{
	const json_t *data = json_object_get(answer, "data");
	const char *feed = spool_journal_text(data, "feed");
	bool other = c->begun && strcmp(c->feed, feed) != 0;

	if (!json_is_object(data))
		return ERR_BUSY;
	if (other || json_is_true(json_object_get(data, "missed")))
		return begin_missed(p, c, data);
	if (!c->begun) {
		snprintf(c->feed, sizeof c->feed, "%s", feed);
		c->begun = true;
	}
	return take_all(p, c, data);
}

static enum err turn(struct spool_place *p, struct spool_incoming *in, int64_t wait_ms)
{
	struct spool_cursor *c = &in->cursor;
	json_t *answer;
	enum err e = ERR_OK;

	if (!in->loaded)
		e = spool_cursor_load(p, c);
	if (e != ERR_OK)
		return e;
	in->loaded = true;
	if (c->catching)
		return end_missed(p, c);
	e = spool_deliver_stuck(p, c);
	if (e != ERR_OK)
		return e;
	e = ask(p, c, wait_ms, &answer);
	if (e == ERR_OK)
		e = take_answer(p, c, answer);
	json_decref(answer);
	return e;
}

bool spool_incoming_turn(struct spool_place *p, struct spool_incoming *in, int64_t now_ms,
			 int64_t wait_ms)
{
	int64_t later_ms = p->parts->config->gateway_spool_poll_ms;
	enum err e;

	if (now_ms < in->not_before_ms)
		return false;
	e = turn(p, in, wait_ms);
	if (e == ERR_OK) {
		in->failures = 0;
		return true;
	}
	/* The cursor is read anew: what is on disk counts, and what was under way is ended. */
	in->loaded = false;
	if (in->failures == 0 && e != ERR_CANCELLED)
		spool_place_log(p, e, _("in/ does not go on for now"));
	for (unsigned i = 0; i < in->failures && i < DOUBLINGS_MAX; i++)
		later_ms *= 2;
	in->failures++;
	in->not_before_ms = now_ms + (later_ms < LATER_MAX_MS ? later_ms : LATER_MAX_MS);
	return false;
}
