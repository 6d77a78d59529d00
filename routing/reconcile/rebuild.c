/* See rebuild.h. */
#include "routing/reconcile/rebuild.h"

#include <string.h>

#include "routing/base/arena.h"
#include "routing/base/calendar.h"
#include "routing/base/committee_id.h"
#include "routing/books/books.h"
#include "routing/documents/documents.h"
#include "routing/links/links.h"
#include "routing/reconcile/take.h"
#include "routing/reconcile/wanted.h"
#include "routing/rules/rules.h"
#include "routing/state/lookup.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"
#include "routing/target/target.h"

enum { SCRATCH_BYTES = 1 << 20, PLACES_TRIED = 64 };

/* ---- STATE ---- */

enum err rebuild_answers(struct turn_view *t, struct doc_key doc, const struct rec_document *d,
			 struct rec_state *s)
{
	struct scan scan = scan_of(key_serial(doc.role, doc.serial));
	struct arena *scratch = arena_new(SCRATCH_BYTES);
	int64_t last_ms = 0;
	enum err e = scratch == NULL ? ERR_NO_MEMORY : ERR_OK;

	s->delivered = s->refused = 0;
	while (e == ERR_OK) {
		struct record r;

		arena_reset(scratch);
		e = t->lookup.next(t->lookup.ctx, scratch, FAMILY_RECEIPT, &scan, &r);
		if (e != ERR_OK)
			continue;
		if (r.u.receipt.kind == KIND_RECEIPT)
			s->delivered++;
		else
			s->refused++;
		if (r.u.receipt.at_ms > last_ms)
			last_ms = r.u.receipt.at_ms;
	}
	arena_destroy(scratch);
	if (s->closed_at_ms == 0 && d->recipient_count > 0 &&
	    s->delivered + s->refused >= d->recipient_count)
		s->closed_at_ms = last_ms;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Nothing needs its contents any more, or its bytes went with them. */
static enum err content_is_gone(struct turn_view *t, struct doc_key doc,
				const struct rec_document *d, bool *gone)
{
	struct record r;
	enum err e = core_get(t, FAMILY_ENVELOPE, key_serial(doc.role, doc.serial), &r);

	*gone = e == ERR_NOT_FOUND;
	if (e == ERR_NOT_FOUND || e == ERR_DAMAGED)
		e = ERR_OK;
	for (uint32_t i = 0; i < d->manifest_count && !*gone && e == ERR_OK; i++) {
		if (d->manifest[i].inlined)
			continue;
		e = core_get(t, FAMILY_FILE, key_file(d->manifest[i].sha256, doc.role, doc.serial),
			     &r);
		*gone = e == ERR_NOT_FOUND;
		if (e == ERR_NOT_FOUND || e == ERR_DAMAGED)
			e = ERR_OK;
	}
	return e;
}

/* Whole since then: ours since it was sent, one that came as our receipt says; or refused for its
 * bytes (routing/decide/fetched.c), and never whole. */
static enum err whole_since(struct turn_view *t, struct doc_key doc, const struct rec_document *d,
			    struct rec_state *s)
{
	struct record r;
	enum err e = ERR_NOT_FOUND;

	s->complete_at_ms = d->taken_at_ms;
	if (doc.role != ROLE_OUT)
		e = core_get(t, FAMILY_RECEIPT,
			     key_receipt(doc.role, doc.serial, t->core->config.self), &r);
	if (e == ERR_OK && r.u.receipt.kind == KIND_RECEIPT)
		s->complete_at_ms = r.u.receipt.at_ms;
	/* passed on unread is another thing: routing/decide/document.c (refuse_for_us) */
	if (e == ERR_OK && r.u.receipt.kind == KIND_REFUSAL &&
	    (doc.role == ROLE_IN || r.u.receipt.reason == ERR_DIGEST))
		*s = (struct rec_state){ .refused = 1, .content_dropped = true };
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

enum err rebuild_state(struct turn_view *t, struct doc_key doc, const struct rec_document *d)
{
	struct record r = { .family = FAMILY_STATE };
	struct rec_state *s = &r.u.state;
	enum err e = whole_since(t, doc, d, s);

	if (e == ERR_OK && s->complete_at_ms != 0)
		e = content_is_gone(t, doc, d, &s->content_dropped);
	if (e == ERR_OK && doc.role == ROLE_OUT)
		e = rebuild_answers(t, doc, d, s);
	if (e != ERR_OK)
		return e;
	s->expired = doc.role == ROLE_OUT && s->closed_at_ms == 0 &&
		     t->core->config.expire_ms > 0 &&
		     d->taken_at_ms + t->core->config.expire_ms < t->now.wall_ms;
	counter_want_rebuild(t);
	core_put(t, key_serial(doc.role, doc.serial), &r);
	return ERR_OK;
}

/* ---- the line of a register ---- */

enum err rebuild_find_line(struct turn_view *t, struct doc_key doc, enum book book,
			   int64_t since_ms, struct line_key *at)
{
	uint16_t first = (uint16_t)month_year(month_of_ms(since_ms));
	struct arena *scratch = arena_new(SCRATCH_BYTES);
	enum err e = scratch == NULL ? ERR_NO_MEMORY : ERR_NOT_FOUND;
	bool found = false;

	*at = (struct line_key){ .book = book };
	for (uint16_t year = first; e == ERR_NOT_FOUND && !found && year <= first + 1; year++) {
		struct scan scan = scan_of(key_book_year(book, year));
		struct record r;

		do {
			arena_reset(scratch);
			e = t->lookup.next(t->lookup.ctx, scratch, FAMILY_LINE, &scan, &r);
			found = e == ERR_OK && r.u.line.kind == LINE_ENTRY &&
				r.u.line.role == doc.role && r.u.line.serial.n == doc.serial.n &&
				key_parse_line(&scan.at, at);
		} while (e == ERR_OK && !found);
	}
	arena_destroy(scratch);
	if (!found)
		*at = (struct line_key){ .book = BOOK_NONE };
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* ---- WORK ---- */

/* The statuses of one office in their order. */
struct said {
	struct scan scan;
	struct fact fact; /* the next one */
	bool any;
};

static enum err advance(struct turn_view *t, struct said *s)
{
	struct record r;
	enum err e = t->lookup.next(t->lookup.ctx, t->plan->arena, FAMILY_STATUS, &s->scan, &r);

	s->any = e == ERR_OK;
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	s->fact = (struct fact){ .kind = KIND_STATUS,
				 .at_ms = r.u.status.at_ms,
				 .note = r.u.status.note,
				 .status = r.u.status.status };
	memcpy(s->fact.code, r.u.status.code, sizeof s->fact.code);
	return ERR_OK;
}

static enum err begin(struct turn_view *t, struct doc_key doc, struct committee_id office,
		      struct said *s)
{
	*s = (struct said){ .scan = scan_of(key_statuses(doc.role, doc.serial, office)) };
	return advance(t, s);
}

/* Asked back by its issuer. */
static void apply_theirs(struct rec_work *w, const struct fact *f)
{
	if (!office_status_may_follow(&w->stand, OFFICE_RECALL_ASKED))
		return;
	office_status_apply(&w->stand, OFFICE_RECALL_ASKED);
	w->stand.asks = BUSINESS_NONE;
	w->request = (struct doc_id){ { 0 } };
	w->recall_reason = f->note;
}

/* The line of the register that it was accepted under, as our office has told its issuer. */
static struct line_key arrival_line(const struct rec_document *d, const struct fact *f)
{
	return (struct line_key){ .book = register_book(DIRECTION_IN, d->secrecy),
				  .year = (uint16_t)month_year(month_of_ms(f->at_ms)),
				  .number = f->status.arrival };
}

static enum err replay(struct turn_view *t, struct doc_key doc, const struct rec_document *d,
		       struct rec_work *w)
{
	struct said ours, theirs = { .any = false };
	enum err e = begin(t, doc, t->core->config.self, &ours);

	if (e == ERR_OK && doc.role == ROLE_IN)
		e = begin(t, doc, d->origin, &theirs);
	while (e == ERR_OK && (ours.any || theirs.any)) {
		if (theirs.any && (!ours.any || theirs.fact.at_ms <= ours.fact.at_ms)) {
			apply_theirs(w, &theirs.fact);
			e = advance(t, &theirs);
			continue;
		}
		e = take_advance(t, d, &ours.fact, w);
		if (e != ERR_OK)
			return e;
		if (w->line.number == 0 && ours.fact.status.arrival != 0)
			w->line = arrival_line(d, &ours.fact);
		if (office_status_of(ours.fact.code) == OFFICE_RECALL_ASKED)
			w->recall_reason = ours.fact.note;
		e = advance(t, &ours);
	}
	return e;
}

enum err rebuild_work(struct turn_view *t, struct doc_key doc, const struct rec_document *d)
{
	struct record r = { .family = FAMILY_WORK,
			    .u.work = { .to = "", .due_on = "", .note = "", .person = "" } };
	struct rec_work *w = &r.u.work;
	uint32_t last = 0;
	enum err e = replay(t, doc, d, w);

	/* of one that cannot be read the number is not given again */
	if (e == ERR_OK)
		e = wanted_last_status(t, doc, t->core->config.self, &last);
	if (last > w->n)
		w->n = last;
	if (e == ERR_OK && doc.role == ROLE_IN)
		e = concerns_next(t, doc, d, w);
	/* by a build that did not say the number */
	if (e == ERR_OK && doc.role == ROLE_IN && w->accepted_at_ms != 0 && w->line.number == 0)
		e = rebuild_find_line(t, doc, register_book(DIRECTION_IN, d->secrecy),
				      w->accepted_at_ms, &w->line);
	if (e != ERR_OK)
		return e;
	counter_want_rebuild(t);
	core_put(t, key_serial(doc.role, doc.serial), &r);
	return ERR_OK;
}

/* ---- ROUTE ---- */

/* The row that waits there for the document; 0: none does. */
static enum err find_row(struct turn_view *t, const struct link *l, enum lane lane,
			 struct doc_key doc, uint64_t *seq)
{
	struct scan scan = scan_of(key_link(l->neighbour, lane));
	struct arena *scratch = arena_new(SCRATCH_BYTES);
	enum err e = scratch == NULL ? ERR_NO_MEMORY : ERR_OK;

	*seq = 0;
	while (e == ERR_OK && *seq == 0) {
		struct committee_id neighbour;
		enum lane parsed;
		struct record r;

		arena_reset(scratch);
		e = t->lookup.next(t->lookup.ctx, scratch, FAMILY_STREAM, &scan, &r);
		if (e == ERR_OK && r.u.stream.role == doc.role &&
		    r.u.stream.serial.n == doc.serial.n &&
		    !key_parse_seq(&scan.at, &neighbour, &parsed, seq))
			*seq = 0;
	}
	arena_destroy(scratch);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* A number that the neighbour has acknowledged, and under which no row is left; 0: none near. */
static enum err free_place(struct turn_view *t, const struct link *l, enum lane lane, uint64_t *seq)
{
	struct record r;
	enum err e = ERR_OK;

	for (*seq = l->out[lane].acked; *seq > 0 && e == ERR_OK; --*seq) {
		e = core_get(t, FAMILY_STREAM, key_seq(l->neighbour, lane, *seq), &r);
		if (e == ERR_NOT_FOUND)
			return ERR_OK;
		if (e == ERR_DAMAGED)
			e = ERR_OK;
		if (l->out[lane].acked - *seq >= PLACES_TRIED)
			break;
	}
	*seq = 0;
	return e;
}

static bool has_neighbour(const struct routing_answer *a, struct committee_id id)
{
	for (uint32_t i = 0; i < a->route_count; i++) {
		if (id_equal(a->routes[i].neighbour, id))
			return true;
	}
	return false;
}

enum err rebuild_route(struct turn_view *t, struct doc_key doc, const struct rec_document *d)
{
	struct routing_question q = document_question(d);
	struct record r = { .family = FAMILY_ROUTE };
	struct routing_answer answer;
	struct publication *all = arena_array(t->plan->arena, t->core->link_count, sizeof *all);
	enum lane lane = lane_of(d->urgency);
	enum err e = document_route(t, &q, &answer);

	if (all == NULL)
		return ERR_NO_MEMORY;
	for (uint32_t i = 0; i < t->core->link_count && e == ERR_OK; i++) {
		const struct link *l = t->core->links[i];
		uint64_t seq;

		if (!l->present)
			continue;
		e = find_row(t, l, lane, doc, &seq);
		if (e == ERR_OK && seq == 0 && has_neighbour(&answer, l->neighbour))
			e = free_place(t, l, lane, &seq);
		if (seq != 0)
			all[r.u.route.count++] = (struct publication){ l->neighbour, lane, seq };
	}
	r.u.route.publications = all;
	if (e == ERR_OK)
		core_put(t, key_serial(doc.role, doc.serial), &r);
	return e == ERR_STORE || e == ERR_NO_MEMORY ? e : ERR_OK;
}
