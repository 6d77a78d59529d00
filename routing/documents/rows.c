/* See rows.h. */
#include "routing/documents/rows.h"

#include <string.h>

#include "routing/base/arena.h"
#include "routing/base/committee_id.h"
#include "routing/base/limits.h"
#include "routing/base/types.h"
#include "routing/documents/document.h"
#include "routing/documents/facts.h"
#include "routing/documents/route.h"
#include "routing/links/links.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"

/* This hop's own signed record, once. */
static enum err sign_relay(struct turn_view *t, struct doc_key doc, const struct rec_document *d)
{
	struct fact fact = { .kind = KIND_RELAY,
			     .at_ms = t->now.wall_ms,
			     .from = d->from,
			     .relay_event = 1,
			     .hop = d->relay_count + 1,
			     .note = "",
			     .document = {
				 .origin = d->origin, .id = d->id, .digest = d->digest } };
	struct record relay = { .family = FAMILY_RELAY }, known;
	enum err e = core_get(t, FAMILY_RELAY, key_serial(doc.role, doc.serial), &known);

	if (e != ERR_NOT_FOUND)
		return e;
	relay.u.relay.envelope.draft = fact_draft(t, d->origin, &fact);
	if (relay.u.relay.envelope.draft == 0)
		return ERR_NO_MEMORY;
	core_put(t, key_serial(doc.role, doc.serial), &relay);
	notify(t, NOTICE_RELAYED, fact.document, d->from, 0, &d->summary);
	return ERR_OK;
}

enum err document_sign_again(struct turn_view *t, struct doc_key doc, const struct rec_document *d)
{
	core_erase(t, FAMILY_RELAY, key_serial(doc.role, doc.serial));
	return sign_relay(t, doc, d);
}

/* ---- what fits ---- */

/* What an item of this document takes beside its targets, as wire_item_bound counts and at most:
 * what is still to be sealed is not known yet. */
static size_t item_bytes(const struct rec_envelope *e, enum role role)
{
	size_t size = ITEM_FIXED_BYTES +
		      (e->envelope.draft != 0 ? ENVELOPE_MAX_BYTES : e->envelope.bytes.len_bytes);

	for (uint32_t i = 0; i < e->relay_count; i++)
		size += ITEM_EACH_BYTES + e->relays[i].len_bytes;
	return role == ROLE_OUT ? size : size + ITEM_EACH_BYTES + RELAY_RECORD_MAX_BYTES;
}

/* How many of the names that begin at `at` one row takes. */
static uint32_t names_in_row(const struct route *r, uint32_t at, size_t taken)
{
	uint32_t n = 0;

	for (; at + n < r->target_count; n++) {
		taken += ITEM_EACH_BYTES + strlen(r->targets[at + n].text);
		if (taken > ITEM_MAX_BYTES)
			break;
	}
	/* Whatever leaves no room for ITEM_TARGETS_LEAST was refused when it came
	 * (daemon/links/publish_opener.c); one that an older store holds goes name by name. */
	return n > 0 || r->target_count == at ? n : 1;
}

static uint32_t rows_of(const struct route *r, size_t taken)
{
	uint32_t rows = 0, at = 0;

	do {
		at += names_in_row(r, at, taken);
		rows++;
	} while (at < r->target_count);
	return rows;
}

/* ---- what waits there already ---- */

/* A row of the document that its neighbour has not acknowledged yet. */
struct waiting {
	struct committee_id neighbour;
	const struct committee_id *targets;
	uint32_t target_count;
};

struct waiting_rows {
	struct waiting *rows;
	uint32_t count;
};

static bool leads_to(const struct routing_answer *answer, struct committee_id neighbour)
{
	for (uint32_t i = 0; i < answer->route_count; i++) {
		if (id_equal(answer->routes[i].neighbour, neighbour))
			return true;
	}
	return false;
}

static enum err find_waiting(struct turn_view *t, struct doc_key doc,
			     const struct rec_route *published, const struct routing_answer *answer,
			     struct waiting_rows *out)
{
	out->rows = arena_array(t->plan->arena, published->count, sizeof *out->rows);
	if (out->rows == NULL)
		return ERR_NO_MEMORY;
	for (uint32_t i = 0; i < published->count; i++) {
		const struct publication *p = &published->publications[i];
		struct link *l = link_find(t->core, p->neighbour);
		struct record r;
		enum err e;

		if (l == NULL || !l->present || p->seq <= l->out[p->lane].acked ||
		    !leads_to(answer, p->neighbour))
			continue;
		e = core_get(t, FAMILY_STREAM, key_seq(p->neighbour, p->lane, p->seq), &r);
		if (e != ERR_OK && e != ERR_NOT_FOUND)
			return e;
		/* Under a sequence number of an ended stream another document may be stored by
		 * now. */
		if (e == ERR_OK && r.u.stream.role == doc.role &&
		    r.u.stream.serial.n == doc.serial.n)
			out->rows[out->count++] =
			    (struct waiting){ p->neighbour, r.u.stream.targets,
					      r.u.stream.target_count };
	}
	return ERR_OK;
}

static bool is_named(const struct waiting_rows *w, struct committee_id neighbour,
		     struct committee_id target)
{
	for (uint32_t i = 0; i < w->count; i++) {
		for (uint32_t k = 0;
		     id_equal(w->rows[i].neighbour, neighbour) && k < w->rows[i].target_count;
		     k++) {
			if (id_equal(w->rows[i].targets[k], target))
				return true;
		}
	}
	return false;
}

/* The part of a route that no row waits for. One without names is for groups, and any row brings
 * those their document. */
static enum err left_of(struct turn_view *t, const struct route *r, const struct waiting_rows *w,
			struct route *left, bool *any)
{
	*left = (struct route){ .neighbour = r->neighbour };
	*any = r->target_count == 0;
	for (uint32_t i = 0; i < w->count && *any; i++)
		*any = !id_equal(w->rows[i].neighbour, r->neighbour);
	left->targets = arena_array(t->plan->arena, r->target_count, sizeof *left->targets);
	if (left->targets == NULL)
		return ERR_NO_MEMORY;
	for (uint32_t i = 0; i < r->target_count; i++) {
		if (!is_named(w, r->neighbour, r->targets[i]))
			left->targets[left->target_count++] = r->targets[i];
	}
	*any = *any || left->target_count > 0;
	return ERR_OK;
}

static enum err leave_out_waiting(struct turn_view *t, struct doc_key doc,
				  const struct rec_route *published,
				  const struct routing_answer *answer, struct routing_answer *out)
{
	struct waiting_rows waiting = { .count = 0 };
	enum err e =
	    published->count == 0 ? ERR_OK : find_waiting(t, doc, published, answer, &waiting);

	*out = *answer;
	if (e != ERR_OK || waiting.count == 0)
		return e;
	out->route_count = 0;
	out->routes = arena_array(t->plan->arena, answer->route_count, sizeof *out->routes);
	if (out->routes == NULL)
		return ERR_NO_MEMORY;
	for (uint32_t i = 0; i < answer->route_count && e == ERR_OK; i++) {
		bool any;

		e = left_of(t, &answer->routes[i], &waiting, &out->routes[out->route_count], &any);
		out->route_count += any;
	}
	return e;
}

/* ---- rows ---- */

/* One route's, and where each lies. */
static enum err publish_route(struct turn_view *t, const struct rec_stream *row,
			      const struct route *r, size_t taken, struct publication *places)
{
	struct link *l = link_find(t->core, r->neighbour);
	uint32_t at = 0;

	if (l == NULL)
		return ERR_BAD_TREE; /* route.c answers with present links only */
	do {
		struct rec_stream s = *row;

		s.targets = r->targets == NULL ? NULL : r->targets + at;
		s.target_count = names_in_row(r, at, taken);
		places->neighbour = l->neighbour;
		link_publish(t, l, places->lane, &s, &places->seq);
		places++;
		at += s.target_count;
	} while (at < r->target_count);
	return ERR_OK;
}

static enum err publish_rows(struct turn_view *t, struct doc_key doc, const struct rec_document *d,
			     const struct rec_envelope *envelope, const struct rec_route *published,
			     const struct routing_answer *answer)
{
	struct rec_stream row = { .role = doc.role,
				  .serial = doc.serial,
				  .draft = d->draft,
				  .digest = d->digest,
				  .size_bytes = envelope->envelope.bytes.len_bytes,
				  .has_files = manifest_has_files(d->manifest, d->manifest_count) };
	size_t taken = item_bytes(envelope, doc.role);
	struct record route = { .family = FAMILY_ROUTE };
	uint32_t count = published->count;
	struct publication *all;

	for (uint32_t i = 0; i < answer->route_count; i++)
		count += rows_of(&answer->routes[i], taken);
	all = arena_array(t->plan->arena, count, sizeof *all);
	if (all == NULL)
		return ERR_NO_MEMORY;
	if (published->count > 0)
		memcpy(all, published->publications, published->count * sizeof *all);
	for (uint32_t i = published->count; i < count; i++)
		all[i].lane = lane_of(d->urgency);
	count = published->count;
	for (uint32_t i = 0; i < answer->route_count; i++) {
		enum err e = publish_route(t, &row, &answer->routes[i], taken, &all[count]);

		if (e != ERR_OK)
			return e;
		count += rows_of(&answer->routes[i], taken);
	}
	route.u.route = (struct rec_route){ .publications = all, .count = count };
	core_put(t, key_serial(doc.role, doc.serial), &route);
	return ERR_OK;
}

/* Of what was published the rows that still wait for something, and all that went elsewhere than
 * the answer leads. The row of the rest is gone, and what is published now stands for it: however
 * often a document goes the same way again, its record does not grow. */
static enum err leave_out_done(struct turn_view *t, struct doc_key doc,
			       const struct routing_answer *answer, struct rec_route *published)
{
	struct publication *left = arena_array(t->plan->arena, published->count, sizeof *left);
	uint32_t count = 0;

	if (left == NULL)
		return ERR_NO_MEMORY;
	for (uint32_t i = 0; i < published->count; i++) {
		const struct publication *p = &published->publications[i];
		struct record r;
		enum err e = ERR_NOT_FOUND;
		bool waits = true;

		if (leads_to(answer, p->neighbour)) {
			e = core_get(t, FAMILY_STREAM, key_seq(p->neighbour, p->lane, p->seq), &r);
			waits = e != ERR_NOT_FOUND &&
				(e != ERR_OK || (r.u.stream.role == doc.role &&
						 r.u.stream.serial.n == doc.serial.n));
		}
		if (e != ERR_OK && e != ERR_NOT_FOUND && e != ERR_DAMAGED)
			return e;
		if (waits)
			left[count++] = *p;
	}
	*published = (struct rec_route){ .publications = left, .count = count };
	return ERR_OK;
}

enum err document_publish_first(struct turn_view *t, struct doc_key doc,
				const struct rec_document *d, const struct routing_answer *answer)
{
	const struct rec_envelope unsealed = { .envelope = { .draft = d->draft } };
	const struct rec_route nowhere = { .count = 0 };

	return publish_rows(t, doc, d, &unsealed, &nowhere, answer);
}

enum err document_publish(struct turn_view *t, struct doc_key doc, const struct rec_document *d,
			  const struct routing_answer *answer)
{
	struct record route, envelope;
	struct routing_answer left;
	enum err e;

	if (answer->route_count == 0)
		return ERR_OK;
	e = core_get(t, FAMILY_ROUTE, key_serial(doc.role, doc.serial), &route);
	if (e == ERR_NOT_FOUND) {
		route.u.route = (struct rec_route){ .count = 0 };
		e = ERR_OK;
	}
	if (e == ERR_OK)
		e = leave_out_waiting(t, doc, &route.u.route, answer, &left);
	if (e != ERR_OK || left.route_count == 0)
		return e;
	e = core_get(t, FAMILY_ENVELOPE, key_serial(doc.role, doc.serial), &envelope);
	if (e == ERR_OK && doc.role != ROLE_OUT)
		e = sign_relay(t, doc, d);
	if (e == ERR_OK)
		e = leave_out_done(t, doc, &left, &route.u.route);
	return e == ERR_OK ? publish_rows(t, doc, d, &envelope.u.envelope, &route.u.route, &left)
			   : e;
}
