/* See changes.h. */
#include "daemon/control/changes.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/base/clock.h"
#include "daemon/control/client.h"
#include "daemon/control/find.h"
#include "daemon/control/recipients.h"
#include "proto/fields.h"
#include "routing/rules/rules.h"
#include "routing/state/lookup.h"

enum {
	ANSWER_BYTES = 56 * 1024, /* an answer that is as large is closed; … */
	ROOM_BYTES = ANSWER_BYTES + 56 * 1024, /* … its last change may name many recipients */
	CHANGE_BYTES = 256,	  /* of a change without its texts */
	CHANGES_MAX = 1000,
	ROWS_AT_ONCE = 64, /* read for one answer: then it is told how far they went */
};

/* A request: and where it stands. */
struct changes_wait {
	struct task task;
	uint64_t id;
	uint64_t since; /* all up to it are dealt with, or not wanted */
	uint64_t seen;	/* the next number that there was when it was looked */
	uint64_t kinds; /* a bit each; 0: all */
	uint32_t limit;
	int64_t until_ms; /* mono */
};

/* An answer in the making. */
struct answer {
	Vanthu__V1__Changes m;
	size_t bytes;
	bool full;
	bool gap; /* a record cannot be read: what it said is missed */
	bool end; /* there is nothing behind */
};

size_t control_changes_room(struct client *c, const Vanthu__V1__Request *request)
{
	(void)c;
	(void)request;
	return ROOM_BYTES;
}

/* ---- one change ---- */

static const char *book_name(enum book book)
{
	static const char *const names[] = { "", "out", "in", "secret-out", "secret-in" };

	return (unsigned)book < BOOK_COUNT ? names[book] : "";
}

static Vanthu__V1__ChangeDocument *document_view(struct arena *a)
{
	Vanthu__V1__ChangeDocument *d = arena_alloc(a, sizeof *d);

	if (d != NULL)
		vanthu__v1__change_document__init(d);
	return d;
}

static void fill_document(struct client *c, const struct change *change, Vanthu__V1__Change *m)
{
	struct arena *a = c->control->arena;
	struct key key = key_serial(change->role, change->serial);
	struct rec_document *d = arena_alloc(a, sizeof *d);

	if (d == NULL || control_get_document(c, a, &key, d) != ERR_OK)
		return;
	m->id = field_bytes(d->id.bytes, sizeof d->id.bytes);
	m->origin = (char *)(uintptr_t)d->origin.text;
	if (c->socket != SOCKET_OFFICE || (m->document = document_view(a)) == NULL)
		return;
	/* many, perhaps, and not again with each of their answers */
	if (change->kind == CHANGE_SENT || change->kind == CHANGE_ARRIVED)
		m->document->to = control_recipient_words(a, d, &m->document->n_to);
	m->document->type_code = (char *)(uintptr_t)d->summary.type_code;
	m->document->number = (char *)(uintptr_t)d->summary.number;
	m->document->subject = (char *)(uintptr_t)d->summary.subject;
	m->document->due_on = (char *)(uintptr_t)d->summary.due_on;
	m->document->issued_on = (char *)(uintptr_t)d->summary.issued_on;
	m->document->urgency = (Vanthu__V1__Urgency)d->urgency;
	m->document->business = (Vanthu__V1__Business)d->summary.business;
	m->document->attachment_count = d->manifest_count;
}

static void fill_paper(struct client *c, const struct change *change, Vanthu__V1__Change *m)
{
	struct arena *a = c->control->arena;
	struct rec_paper *p = arena_alloc(a, sizeof *p);

	if (p == NULL || control_get_paper(c, a, change->serial, p) != ERR_OK)
		return;
	m->id = field_bytes(p->id.bytes, sizeof p->id.bytes);
	if (c->socket != SOCKET_OFFICE || (m->document = document_view(a)) == NULL)
		return;
	m->document->type_code = (char *)(uintptr_t)p->type_code;
	m->document->number = (char *)(uintptr_t)p->number;
	m->document->subject = (char *)(uintptr_t)p->subject;
	m->document->issued_on = (char *)(uintptr_t)p->date;
}

static void fill(struct client *c, const struct change *change, Vanthu__V1__Change *m)
{
	m->kind = (char *)(uintptr_t)change_kind_name(change->kind);
	m->what = (char *)(uintptr_t)change_what_name(change->what);
	m->committee = (char *)(uintptr_t)change->committee.text;
	m->code = (char *)(uintptr_t)office_status_code(change->status);
	m->reason = change->reason;
	m->book = (char *)(uintptr_t)book_name(change->line.book);
	m->year = change->line.year;
	m->line = change->line.number;
	m->version = change->number;
	m->sent = change->role == ROLE_OUT;
	if (change->name != NULL)
		m->target = (char *)(uintptr_t)change->name;
	if (change->role == ROLE_PAPER)
		fill_paper(c, change, m);
	else if (change->role != ROLE_NONE)
		fill_document(c, change, m);
}

/* ---- the answer ---- */

/* A kind of a later build, one that is not wanted, or what this client is not to know. */
static bool passed_over(struct client *c, const struct changes_wait *w, const struct change *change)
{
	if (change_kind_name(change->kind)[0] == '\0')
		return true;
	if (w->kinds != 0 && (w->kinds >> change->kind & 1) == 0)
		return true;
	return change->secret && !control_may_see_secret(c);
}

static enum err add(struct client *c, struct answer *out, uint64_t number, int64_t at_ms,
		    const struct change *change)
{
	Vanthu__V1__Change *m = arena_alloc(c->control->arena, sizeof *m);

	if (m == NULL)
		return ERR_NO_MEMORY;
	vanthu__v1__change__init(m);
	m->number = number;
	m->at_ms = at_ms;
	fill(c, change, m);
	out->m.changes[out->m.n_changes++] = m;
	out->bytes += CHANGE_BYTES + vanthu__v1__change__get_packed_size(m);
	return ERR_OK;
}

/* What of one record is wanted, and not told yet. */
static enum err add_row(struct client *c, const struct changes_wait *w, uint64_t from,
			const struct rec_feed *row, struct answer *out)
{
	uint64_t at = from > out->m.next ? 0 : out->m.next + 1 - from;
	enum err e = ERR_OK;

	for (; e == ERR_OK && at < row->count && !out->full; at++) {
		const struct change *change = &row->changes[at];

		if (!passed_over(c, w, change))
			e = add(c, out, from + at, row->at_ms, change);
		out->m.next = from + at;
		out->full = out->m.n_changes == w->limit || out->bytes >= ANSWER_BYTES;
	}
	return e;
}

/* To where the record stands that has the number behind `since`, or the next one. */
static struct scan find_row(struct client *c, uint64_t since)
{
	const struct key all = { .len_bytes = 0 };
	struct lookup l = control_lookup(c);
	struct scan down = scan_from(all, key_number(since + 2)), up = scan_of(all);
	struct record r;
	enum err e;

	down.report_damage = up.report_damage = true;
	e = l.last(l.ctx, c->control->arena, FAMILY_FEED, &down, &r);
	if (e == ERR_OK || e == ERR_DAMAGED) {
		up.at = down.at;
		up.open = true; /* that record itself is the first */
	}
	return up;
}

static enum err gather(struct client *c, const struct changes_wait *w, struct answer *out)
{
	struct scan scan = find_row(c, w->since);
	struct lookup l = control_lookup(c);
	enum err e = ERR_OK;

	for (unsigned rows = 0; e == ERR_OK && rows < ROWS_AT_ONCE && !out->full; rows++) {
		struct record r;
		uint64_t from;

		e = l.next(l.ctx, c->control->arena, FAMILY_FEED, &scan, &r);
		if (e == ERR_OK && key_parse_number(&scan.at, &from)) {
			/* numbers that nobody finds any more */
			out->gap = out->gap || from > out->m.next + 1;
			if (out->gap)
				break;
			e = add_row(c, w, from, &r.u.feed, out);
		}
	}
	out->gap = out->gap || e == ERR_DAMAGED;
	out->end = e == ERR_NOT_FOUND;
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

/* The first number behind a record that cannot be read. */
static uint64_t behind_gap(struct client *c, uint64_t since)
{
	struct scan scan = scan_from((struct key){ .len_bytes = 0 }, key_number(since + 1));
	struct lookup l = control_lookup(c);
	struct feed_view feed;
	struct record r;
	uint64_t from;

	if (l.next(l.ctx, c->control->arena, FAMILY_FEED, &scan, &r) == ERR_OK &&
	    key_parse_number(&scan.at, &from))
		return from;
	core_feed(c->control->parts.core, &feed);
	return feed.next;
}

static void say(struct client *c, uint64_t id, Vanthu__V1__Changes *m)
{
	Vanthu__V1__Reply r = control_reply_to(id, VANTHU__V1__REPLY__WHAT_CHANGES);
	struct feed_view feed;

	core_feed(c->control->parts.core, &feed);
	m->feed = field_bytes(feed.id, sizeof feed.id);
	if (m->first == 0)
		m->first = feed.first;
	m->last = feed.next - 1;
	r.changes = m;
	control_say(c, &r);
}

/* Not all can be told: from `first` on it goes on. */
static void say_missed(struct client *c, uint64_t id, enum err why, uint64_t first)
{
	Vanthu__V1__Changes m = VANTHU__V1__CHANGES__INIT;

	m.missed = true;
	m.reason = (uint32_t)why;
	m.first = first;
	m.next = first - 1;
	say(c, id, &m);
}

/* True: answered. False: there is nothing yet, and w->since says up to where. */
static bool try_answer(struct client *c, struct changes_wait *w, bool whatever)
{
	struct answer out = { .bytes = 0 };
	struct feed_view feed;
	enum err e = ERR_OK;

	core_feed(c->control->parts.core, &feed);
	if (w->since >= feed.next || w->since + 1 < feed.first) {
		say_missed(c, w->id, w->since >= feed.next ? ERR_FEED_OTHER : ERR_FEED_MISSED,
			   feed.first);
		return true;
	}
	vanthu__v1__changes__init(&out.m);
	out.m.next = w->since;
	out.m.changes = arena_array(c->control->arena, w->limit, sizeof(Vanthu__V1__Change *));
	e = out.m.changes == NULL ? ERR_NO_MEMORY : gather(c, w, &out);
	if (e != ERR_OK) {
		control_say_error(c, w->id, e, "");
		return true;
	}
	if (out.gap && out.m.n_changes == 0) {
		say_missed(c, w->id, ERR_FEED_MISSED, behind_gap(c, out.m.next));
		return true;
	}
	w->since = out.m.next;
	w->seen = feed.next;
	if (out.m.n_changes == 0 && out.end && !whatever)
		return false;
	say(c, w->id, &out.m);
	return true;
}

/* ---- waiting ---- */

static bool has_room(const struct client *c)
{
	return control_out_waiting(c) == 0 &&
	       shares_room(c->account, SHARE_REPLY, ROOM_BYTES);
}

static bool is_due(const struct client *c, const struct changes_wait *w)
{
	struct feed_view feed;

	core_feed(c->control->parts.core, &feed);
	return c->hung || w->seen != feed.next || clock_now().mono_ms >= w->until_ms;
}

static bool ready(const struct client *c, const void *work)
{
	return !c->waits && is_due(c, work) && (c->hung || has_room(c));
}

static bool step(struct client *c, void *work)
{
	struct changes_wait *w = work;

	if (!is_due(c, w))
		return true;
	if (!c->hung && !has_room(c)) {
		control_wait(c);
		return true;
	}
	arena_reset(c->control->arena);
	if (c->hung || try_answer(c, w, clock_now().mono_ms >= w->until_ms)) {
		control_task_end(c, &w->task);
		free(w);
	}
	return true;
}

static const struct task_kind waiting = { .step = step,
					  .ready = ready,
					  .drop = free,
					  .traits = TASK_ALONE };

static struct changes_wait read_query(const struct client *c, uint64_t id,
				      const Vanthu__V1__ChangesQuery *m)
{
	struct changes_wait w = { .id = id,
				  .since = m->since,
				  .limit = m->limit == 0 || m->limit > CHANGES_MAX ? CHANGES_MAX
										   : m->limit,
				  .until_ms = clock_now().mono_ms + m->wait_ms };
	struct feed_view feed;

	core_feed(c->control->parts.core, &feed);
	if (m->oldest || m->newest)
		w.since = (m->oldest ? feed.first : feed.next) - 1;
	for (size_t i = 0; i < m->n_kinds; i++)
		w.kinds |= UINT64_C(1) << change_kind_named(m->kinds[i]);
	return w;
}

void control_changes(struct client *c, const Vanthu__V1__Request *request)
{
	const Vanthu__V1__ChangesQuery *m = request->changes;
	struct changes_wait asked = read_query(c, request->id, m), *w;
	struct feed_view feed;

	core_feed(c->control->parts.core, &feed);
	if (m->feed.len > 0 &&
	    (m->feed.len != sizeof feed.id || memcmp(m->feed.data, feed.id, sizeof feed.id) != 0)) {
		say_missed(c, request->id, ERR_FEED_OTHER, feed.first);
		return;
	}
	if (try_answer(c, &asked, m->wait_ms == 0))
		return;
	w = malloc(sizeof *w);
	if (w == NULL) {
		control_say_error(c, request->id, ERR_NO_MEMORY, "");
		return;
	}
	*w = asked;
	w->task = (struct task){ .kind = &waiting, .work = w };
	control_task_begin(c, &w->task);
}
