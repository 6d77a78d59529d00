/* See due_order.h. */
#include "daemon/control/due_order.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/control/catalogue.h"
#include "daemon/control/client.h"
#include "routing/base/arena.h"
#include "routing/state/lookup.h"

enum {
	/* A walk over 100,000 documents takes some 5 ms, and so many take 384 KiB. */
	PLACED_MAX = 8192,
	COLUMNS_A_STEP = 256,
	READ_A_STEP = 8,
	UNREAD_SPANS = 2, /* so much that no folio describes is read again with each walk */
};

/* Where a document stands. */
struct place {
	enum deadline_state state;
	int64_t due_at_ms, arrived_at_ms;
	struct doc_id id;
	uint64_t serial;
};

/* Of what came on a day, and of what is due then: asked for many times over. */
struct known_day {
	uint32_t day;
	int64_t at_ms;
};
struct known_state {
	int64_t due_at_ms;
	enum deadline_state state;
};

struct due_order {
	enum role role;
	const struct due_rules *rules;
	bool all;
	struct known_day registering;
	struct known_state judged;
	uint64_t at; /* the next serial of this walk */
	bool walked, placed, more;
	struct place after; /* what was given last, when `placed` */
	/* A heap, the last in order on top; sorted when all have been walked. */
	struct place heap[PLACED_MAX];
	uint32_t count, given;
};

/* ---- the order ---- */

static int compare_numbers(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int compare(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	int order = (int)y->state - (int)x->state;

	if (order == 0)
		order = compare_numbers(x->due_at_ms, y->due_at_ms);
	if (order == 0)
		order = compare_numbers(x->arrived_at_ms, y->arrived_at_ms);
	return order == 0 ? memcmp(x->id.bytes, y->id.bytes, sizeof x->id.bytes) : order;
}

static void swap(struct place *a, struct place *b)
{
	struct place c = *a;

	*a = *b;
	*b = c;
}

static void rise(struct due_order *o, uint32_t at)
{
	for (; at > 0 && compare(&o->heap[at], &o->heap[(at - 1) / 2]) > 0; at = (at - 1) / 2)
		swap(&o->heap[at], &o->heap[(at - 1) / 2]);
}

static void sink(struct due_order *o)
{
	uint32_t at = 0, child;

	while ((child = 2 * at + 1) < o->count) {
		if (child + 1 < o->count && compare(&o->heap[child + 1], &o->heap[child]) > 0)
			child++;
		if (compare(&o->heap[at], &o->heap[child]) >= 0)
			break;
		swap(&o->heap[at], &o->heap[child]);
		at = child;
	}
}

/* One more that is open. */
static void put(struct due_order *o, const struct place *p)
{
	if ((!o->all && p->state < DEADLINE_SOON) || (o->placed && compare(p, &o->after) <= 0))
		return;
	if (o->count < PLACED_MAX) {
		o->heap[o->count] = *p;
		rise(o, o->count++);
		return;
	}
	o->more = true;
	if (compare(p, &o->heap[0]) >= 0)
		return;
	o->heap[0] = *p;
	sink(o);
}

/* ---- by its folio ---- */

static int64_t register_by(struct due_order *o, int64_t arrived_at_ms)
{
	uint32_t day = day_of_ms(arrived_at_ms).n;

	if (o->registering.day != day)
		o->registering = (struct known_day){ day, deadline_register_ms(&o->rules->deadlines,
									       URGENCY_THUONG,
									       arrived_at_ms) };
	return o->registering.at_ms;
}

static enum deadline_state state_of(struct due_order *o, const struct deadline *d)
{
	if (d->reason == DEADLINE_NONE)
		return DEADLINE_OPEN;
	if (o->judged.due_at_ms != d->at_ms || d->at_ms == 0)
		o->judged =
			(struct known_state){ d->at_ms, deadline_state_at(&o->rules->deadlines, d,
									  o->rules->now_ms) };
	return o->judged.state;
}

static void put_described(struct due_order *o, const struct folio *t, uint32_t at)
{
	struct place p = { .arrived_at_ms = t->arrived_ms[at], .serial = t->first + at };
	struct deadline d = { .reason = DEADLINE_NONE };
	int64_t by;

	if (t->last_day[at] != 0)
		d = (struct deadline){ .reason = DEADLINE_DOCUMENT,
				       .at_ms = deadline_day_ms((struct day){ t->last_day[at] }) };
	if ((t->flags[at] & FOLIO_REGISTERED) == 0) {
		by = (t->flags[at] & FOLIO_URGENT) != 0
			     ? p.arrived_at_ms + o->rules->deadlines.urgent_ms
			     : register_by(o, p.arrived_at_ms);
		if (d.reason == DEADLINE_NONE || by < d.at_ms)
			d = (struct deadline){ .reason = DEADLINE_REGISTER, .at_ms = by };
	}
	p.due_at_ms = d.at_ms;
	p.state = state_of(o, &d);
	p.id = folio_id(t, at);
	put(o, &p);
}

/* ---- by its records ---- */

static enum err put_read(struct client *c, struct due_order *o, uint64_t serial)
{
	struct key key = key_serial(o->role, (struct serial){ serial });
	struct due_item item;
	enum err e = due_item_read(c, o->rules, &key, &item);

	if (e == ERR_OK)
		put(o, &(struct place){ .state = item.state,
					.due_at_ms = item.deadline.at_ms,
					.arrived_at_ms = item.arrived_at_ms,
					.id = item.document.id,
					.serial = serial });
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

static enum err put_changed(struct client *c, struct due_order *o, uint64_t serial)
{
	struct key key = key_serial(o->role, (struct serial){ serial });
	struct lookup l = control_lookup(c);
	struct record r;
	enum err e;

	arena_reset(c->control->arena);
	e = l.get(l.ctx, c->control->arena, FAMILY_OPEN, &key, &r);
	if (e == ERR_OK || e == ERR_DAMAGED)
		return put_read(c, o, serial);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* ---- the walk ---- */

static enum err walk_folio(struct client *c, struct due_order *o, const struct folio *t)
{
	const struct catalogue *k = c->control->catalogue;
	uint64_t end = t->first + t->span;
	unsigned read = 0;
	enum err e = ERR_OK;

	if (end - o->at > COLUMNS_A_STEP)
		end = o->at + COLUMNS_A_STEP;
	for (; e == ERR_OK && o->at < end && read < READ_A_STEP; o->at++) {
		uint32_t at = (uint32_t)(o->at - t->first);

		if ((t->flags[at] & FOLIO_ANY) != 0 || catalogue_has_changed(k, t, at)) {
			e = put_changed(c, o, o->at);
			read++;
		} else if ((t->flags[at] & FOLIO_OPEN) != 0 && t->role[at] == (uint8_t)o->role) {
			put_described(o, t, at);
		}
	}
	return e;
}

/* What no folio describes, by the index of what is open. */
static enum err walk_index(struct client *c, struct due_order *o)
{
	struct key role = key_role(o->role);
	struct scan scan =
		o->at == 0 ? scan_of(role)
			   : scan_from(role, key_serial(o->role, (struct serial){ o->at - 1 }));
	struct lookup l = control_lookup(c);
	struct serial serial;
	enum err e = ERR_OK;

	for (unsigned read = 0; e == ERR_OK && read < READ_A_STEP; read++) {
		struct record r;
		enum role found;

		arena_reset(c->control->arena);
		e = l.next(l.ctx, c->control->arena, FAMILY_OPEN, &scan, &r);
		if (e != ERR_OK)
			break;
		if (!key_parse_serial(&scan.at, &found, &serial))
			return ERR_DAMAGED;
		o->at = serial.n;
		if (catalogue_folio(c->control->catalogue, serial.n) != NULL)
			break;
		e = put_read(c, o, serial.n);
		o->at++;
	}
	o->walked = e == ERR_NOT_FOUND;
	return o->walked ? ERR_OK : e;
}

static enum err walk(struct client *c, struct due_order *o)
{
	const struct folio *t = catalogue_folio(c->control->catalogue, o->at);
	enum err e = t != NULL ? walk_folio(c, o, t) : walk_index(c, o);

	if (e == ERR_OK && o->walked)
		qsort(o->heap, o->count, sizeof o->heap[0], compare);
	return e;
}

/* ---- the whole ---- */

struct due_order *due_order_new(struct client *c, enum role role, const struct due_rules *rules,
				bool all)
{
	struct due_order *o =
		catalogue_lacks(c->control->catalogue, UNREAD_SPANS) ? NULL : calloc(1, sizeof *o);

	if (o == NULL)
		return NULL;
	o->role = role;
	o->rules = rules;
	o->all = all;
	return o;
}

void due_order_free(struct due_order *o)
{
	free(o);
}

/* In the order in which they came. */
static enum err next_of_index(struct client *c, struct scan *scan, struct doc_key *out)
{
	struct lookup l = control_lookup(c);
	struct record r;
	enum err e = l.next(l.ctx, c->control->arena, FAMILY_OPEN, scan, &r);

	if (e == ERR_OK && !key_parse_serial(&scan->at, &out->role, &out->serial))
		out->role = ROLE_NONE;
	return e;
}

/* The next place; it may be empty by now. */
static enum err give(struct client *c, struct due_order *o, struct doc_key *out)
{
	struct lookup l = control_lookup(c);
	struct record r;
	struct key key;
	enum err e;

	o->placed = true;
	o->after = o->heap[o->given++];
	key = key_serial(o->role, (struct serial){ o->after.serial });
	e = l.get(l.ctx, c->control->arena, FAMILY_OPEN, &key, &r);
	if (e == ERR_OK || e == ERR_DAMAGED)
		*out = (struct doc_key){ .role = o->role, .serial = { o->after.serial } };
	return e == ERR_DAMAGED || e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err due_order_next(struct client *c, struct due_order *o, struct scan *scan,
			struct doc_key *out)
{
	*out = (struct doc_key){ .role = ROLE_NONE };
	if (o == NULL)
		return next_of_index(c, scan, out);
	if (!o->walked)
		return walk(c, o);
	if (o->given < o->count)
		return give(c, o, out);
	if (!o->more)
		return ERR_NOT_FOUND;
	/* those behind the last one */
	o->at = 0;
	o->count = o->given = 0;
	o->walked = o->more = false;
	return ERR_OK;
}
