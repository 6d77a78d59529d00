/* See queue.h.
 *
 * A queue's rows are items, and a document with more names than fit one has several for one link
 * (routing/documents/rows.c). The line is sent at the first of them that waits, and sums up all
 * that wait with it. Receipts and other facts have no names for people: a link's are one line. */
#include "daemon/control/queue.h"

#include <stdlib.h>

#include "daemon/control/client.h"
#include "daemon/control/find.h"
#include "daemon/control/listing.h"
#include "proto/fields.h"
#include "routing/base/committee_id.h"
#include "routing/state/stream.h"

/* documents first */
static const enum lane listed_lanes[] = { LANE_URGENT, LANE_NORMAL, LANE_FACTS };
enum { LISTED_LANES = sizeof listed_lanes / sizeof listed_lanes[0] };

struct queue_walk {
	struct committee_id only; /* "": all links */
	uint32_t link;
	unsigned lane;
	uint64_t seq; /* scanned up to here; 0: the lane's scan has not begun */
};

/* One line in the making: what is summed up. */
struct line {
	struct committee_id neighbour;
	enum lane lane;
	uint64_t acked;
	struct rec_stream row; /* the first */
	uint64_t items, recipients, size_bytes;
	bool by_group; /* also for committees that no row names */
};

static const char *lane_name(enum lane lane)
{
	return lane == LANE_FACTS ? "facts" : lane == LANE_URGENT ? "urgent" : "normal";
}

static void add_row(struct line *l, const struct rec_stream *row)
{
	l->items++;
	l->recipients += row->target_count;
	l->by_group = l->by_group || row->target_count == 0;
	l->size_bytes = row->size_bytes; /* of the one envelope */
}

/* Sums up the rows of this document that wait there. *first: none of them lies before `seq`. */
static enum err sum_up(struct client *c, struct line *l, uint64_t seq, bool *first)
{
	struct lookup lookup = control_lookup(c);
	struct key key = key_serial(l->row.role, l->row.serial);
	struct record route;
	enum err e = lookup.get(lookup.ctx, c->control->arena, FAMILY_ROUTE, &key, &route);
	bool listed = false;

	*first = true;
	for (uint32_t i = 0; e == ERR_OK && *first && i < route.u.route.count; i++) {
		const struct publication *p = &route.u.route.publications[i];
		struct record r;

		if (p->lane != l->lane || p->seq <= l->acked ||
		    !id_equal(p->neighbour, l->neighbour))
			continue;
		key = key_seq(p->neighbour, p->lane, p->seq);
		e = lookup.get(lookup.ctx, c->control->arena, FAMILY_STREAM, &key, &r);
		/* Under the sequence number of a stream that has ended since, another document may
		 * stand by now. */
		if (e == ERR_OK && r.u.stream.role == l->row.role &&
		    r.u.stream.serial.n == l->row.serial.n) {
			*first = p->seq >= seq;
			listed = listed || p->seq == seq;
			add_row(l, &r.u.stream);
		}
		e = e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
	}
	if (e == ERR_NOT_FOUND || e == ERR_DAMAGED)
		e = ERR_OK;
	if (*first && !listed)
		add_row(l, &l->row); /* its own record is all that is known of it */
	return e;
}

static void say(struct client *c, uint64_t id, const struct line *l)
{
	Vanthu__V1__Reply r = control_reply_to(id, VANTHU__V1__REPLY__WHAT_QUEUED);
	Vanthu__V1__QueueItem out = VANTHU__V1__QUEUE_ITEM__INIT;
	struct key key = key_serial(l->row.role, l->row.serial);
	struct rec_document document;

	out.committee = (char *)(uintptr_t)l->neighbour.text;
	out.lane = (char *)(uintptr_t)lane_name(l->lane);
	out.items = l->items;
	out.recipients = l->recipients;
	out.by_group = l->by_group;
	out.size_bytes = l->size_bytes;
	out.queued_at_ms = l->row.queued_at_ms;
	out.age_s = l->row.queued_at_ms == 0
			? 0
			: (uint64_t)core_row_age_ms(c->control->parts.core, &l->row) / 1000;
	/* One whose record cannot be read waits as well. */
	if (l->row.role != ROLE_NONE &&
	    control_get_document(c, c->control->arena, &key, &document) == ERR_OK) {
		out.id = field_bytes(document.id.bytes, sizeof document.id.bytes);
		out.origin = document.origin.text;
		out.number = (char *)(uintptr_t)document.summary.number;
	}
	r.more = 1;
	r.queued = &out;
	control_say(c, &r);
}

/* All facts of a link in one: how many, and since when. */
static enum err say_facts(struct client *c, uint64_t id, struct line *l, const struct stream_out *s)
{
	struct lookup lookup = control_lookup(c);
	struct key key = key_seq(l->neighbour, LANE_FACTS, s->acked + 1);
	struct record r;
	enum err e = lookup.get(lookup.ctx, c->control->arena, FAMILY_STREAM, &key, &r);

	l->items = s->last - s->acked;
	l->row = (struct rec_stream){ .role = ROLE_NONE,
				      .queued_at_ms = e == ERR_OK ? r.u.stream.queued_at_ms : 0,
				      .passed_ms = e == ERR_OK ? r.u.stream.passed_ms : 0 };
	say(c, id, l);
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

/* The row behind w->seq; *ended: there is none in this lane. */
static enum err next_row(struct client *c, uint64_t id, struct queue_walk *w,
			 const struct link_view *v, bool *ended)
{
	enum lane lane = listed_lanes[w->lane];
	struct stream_out *s = core_stream_out(c->control->parts.core, v->neighbour, lane);
	struct line line = { .neighbour = v->neighbour, .lane = lane };
	struct lookup lookup = control_lookup(c);
	struct record r;
	struct key key;
	bool first;
	enum err e;

	*ended = true;
	if (s == NULL || s->last == s->acked)
		return ERR_OK;
	if (lane == LANE_FACTS)
		return say_facts(c, id, &line, s);
	w->seq = w->seq < s->acked ? s->acked : w->seq;
	if (w->seq >= s->last)
		return ERR_OK;
	*ended = false;
	key = key_seq(v->neighbour, lane, ++w->seq);
	e = lookup.get(lookup.ctx, c->control->arena, FAMILY_STREAM, &key, &r);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
	line.acked = s->acked;
	line.row = r.u.stream;
	e = sum_up(c, &line, w->seq, &first);
	if (e == ERR_OK && first)
		say(c, id, &line);
	return e;
}

static bool step(struct client *c, uint64_t id, void *walk)
{
	struct queue_walk *w = walk;
	struct link_view v;
	bool ended = true;
	enum err e = ERR_OK;

	if (!core_link(c->control->parts.core, w->link, &v))
		return control_listing_end(c, id, ERR_OK, "");
	if (w->lane < LISTED_LANES && (id_empty(w->only) || id_equal(w->only, v.neighbour)))
		e = next_row(c, id, w, &v, &ended);
	else
		w->lane = LISTED_LANES;
	if (e != ERR_OK)
		return control_listing_end(c, id, e, "");
	if (ended) {
		w->lane++;
		w->seq = 0;
	}
	if (w->lane >= LISTED_LANES) {
		w->link++;
		w->lane = 0;
	}
	return true;
}

void control_queue_list(struct client *c, const Vanthu__V1__Request *request)
{
	const Vanthu__V1__Neighbour *m = request->queue_list;
	uint64_t id = request->id;
	static const struct listing_kind kind = { step, free, false };
	struct queue_walk *w = calloc(1, sizeof *w);
	struct link_view v;
	enum err e = w == NULL ? ERR_OK : field_id(m->committee, true, &w->only);

	if (e != ERR_OK)
		e = ERR_BAD_ID;
	else if (w != NULL && !id_empty(w->only) &&
		 !core_link_find(c->control->parts.core, w->only, &v))
		e = ERR_NOT_FOUND;
	if (e != ERR_OK) {
		free(w);
		control_say_error(c, id, e, m->committee);
		return;
	}
	control_listing_begin(c, id, &kind, w);
}
