/* See why.h. Records are in no order of time: so what counts against the share is remembered by
 * its time, a bounded number of the newest, and told in that order. Where there are more, the
 * records are read again for the rest, as papers.c does. Only what is told is read in full. */
#include "daemon/control/why.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/config/config.h"
#include "daemon/control/catalogue.h"
#include "daemon/control/client.h"
#include "daemon/control/find.h"
#include "daemon/control/listing.h"
#include "daemon/control/names.h"
#include "daemon/control/stored.h"
#include "daemon/control/why_cause.h"
#include "proto/fields.h"
#include "routing/base/arena.h"
#include "routing/base/committee_id.h"
#include "routing/core.h"
#include "routing/rules/rules.h"
#include "routing/state/tree.h"
#include "routing/target/target.h"

enum {
	REMEMBERED_MAX = 4096,
	/* records a step: most are passed over after a look */
	READ_AT_ONCE = 16,
	PASSED_AT_ONCE = 256, /* by what a folio says */
	PAPER_MONTH_BITS = 40,
};

/* Of one time, entries on paper go before documents, as the books of a day do. */
enum kind_of_entry { ENTRY_IN = 0, ENTRY_OUT, ENTRY_PAPER };

struct position {
	int64_t at_ms;
	enum kind_of_entry kind;
	struct serial serial;
};

enum phase { PHASE_OUT, PHASE_IN, PHASE_PAPER, PHASE_TELL };

struct why_walk {
	Vanthu__V1__WhyQuery query; /* without texts */
	struct why_context *context;
	enum phase phase;
	bool begun; /* the scan of the phase */
	struct scan scan;
	uint64_t at; /* the next serial of the phase */
	Vanthu__V1__WhySum sum;
	bool summed; /* and said: read again, records are not summed again */
	struct position *found;
	size_t count, told;
	bool bounded, dropped;
	struct position below; /* bounded: all from here on have been told */
	struct position floor; /* dropped: some below it were */
	uint64_t skip, left;   /* left: to be told, where query.most says how many */
	/* with a committee */
	bool of_committee;
	struct committee_id committee;
	uint32_t unfit_at;
};

static void drop(void *walk)
{
	struct why_walk *w = walk;

	why_context_drop(w->context);
	free(w->found);
	free(w);
}

static char *text(text_t t)
{
	return (char *)(uintptr_t)(t == NULL ? "" : t);
}

/* ---- the newest ---- */

static int compare(const struct position *x, const struct position *y)
{
	if (x->at_ms != y->at_ms)
		return x->at_ms < y->at_ms ? 1 : -1;
	if (x->kind != y->kind)
		return x->kind < y->kind ? 1 : -1;
	return x->serial.n < y->serial.n ? 1 : x->serial.n > y->serial.n ? -1 : 0;
}

static int newest_first(const void *a, const void *b)
{
	return compare(a, b);
}

static bool is_wanted(const struct why_walk *w, enum kind_of_entry kind)
{
	Vanthu__V1__WhyReason r = w->query.reason;

	if (r == VANTHU__V1__WHY_REASON__WHY_REASON_UNSPECIFIED)
		return true;
	if (r == VANTHU__V1__WHY_REASON__WHY_REASON_PAPER)
		return kind == ENTRY_PAPER;
	return kind == (r <= VANTHU__V1__WHY_REASON__WHY_REASON_NO_ROUTE ? ENTRY_OUT : ENTRY_IN);
}

static void remember(struct why_walk *w, struct position p)
{
	if (!is_wanted(w, p.kind) || (w->bounded && compare(&p, &w->below) <= 0) ||
	    (w->dropped && compare(&p, &w->floor) > 0))
		return;
	if (w->count == REMEMBERED_MAX) {
		qsort(w->found, w->count, sizeof *w->found, newest_first);
		w->count /= 2;
		w->floor = w->found[w->count - 1];
		w->dropped = true;
		if (compare(&p, &w->floor) > 0)
			return;
	}
	w->found[w->count++] = p;
}

/* ---- reading ---- */

static bool is_excluded(const struct client *c, const struct target_cell *cell)
{
	return target_excludes(&c->control->parts.config->excluded, cell->type_code,
			       cell->type_name);
}

/* What counts against the share, as the cell has it; its member of the sum. */
static void take(struct client *c, struct why_walk *w, const struct target_cell *cell,
		 struct position p)
{
	const struct target_count *n = &cell->count;
	bool against = p.kind == ENTRY_PAPER ? n->paper > 0
		       : p.kind == ENTRY_OUT
			       ? n->pending > 0
			       : n->digital > n->processed + n->returned + n->recalled;
	uint64_t *to = p.kind == ENTRY_OUT		    ? &w->sum.pending
		       : p.kind == ENTRY_IN		    ? &w->sum.unprocessed
		       : cell->at.direction == DIRECTION_IN ? &w->sum.paper_in
							    : &w->sum.paper_out;

	if (cell->at.direction == DIRECTION_NONE || cell->at.month.n < w->query.from_month ||
	    cell->at.month.n > w->query.to_month || !against)
		return;
	if (is_excluded(c, cell)) {
		w->sum.excluded += !w->summed;
		return;
	}
	*to += !w->summed;
	remember(w, p);
}

/* May it count against the share, by its state alone? What is delivered to all needs no further
 * look. */
static bool may_count(const struct why_walk *w, enum role role, const struct rec_state *s)
{
	uint32_t month = month_of_ms(s->complete_at_ms).n;

	if (s->complete_at_ms == 0 || month < w->query.from_month || month > w->query.to_month)
		return false;
	return role == ROLE_IN || s->closed_at_ms == 0 || s->refused > 0 || s->expired ||
	       s->delivered == 0;
}

static enum err get(struct client *c, enum family family, const struct key *key, struct record *out)
{
	struct lookup l = control_lookup(c);

	return l.get(l.ctx, c->control->arena, family, key, out);
}

static enum err look_at_document(struct client *c, struct why_walk *w, enum role role,
				 struct serial serial, const struct rec_state *state)
{
	struct key key = key_serial(role, serial);
	struct position p = { .at_ms = state->complete_at_ms,
			      .kind = role == ROLE_OUT ? ENTRY_OUT : ENTRY_IN,
			      .serial = serial };
	struct target_cell cell;
	struct record document, work;
	bool worked = false;
	enum err e = ERR_OK;

	if (!may_count(w, role, state))
		return ERR_OK;
	if (role == ROLE_IN) {
		e = get(c, FAMILY_WORK, &key, &work);
		worked = e == ERR_OK;
		if (worked && control_work_done(&work.u.work))
			return ERR_OK;
	}
	if (e == ERR_OK || e == ERR_NOT_FOUND)
		e = get(c, FAMILY_DOCUMENT, &key, &document);
	if (e != ERR_OK) {
		w->sum.damaged += !w->summed && e == ERR_DAMAGED;
		return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
	}
	cell = target_of_document(role, &document.u.document, state, worked ? &work.u.work : NULL);
	take(c, w, &cell, p);
	return ERR_OK;
}

static void next_phase(struct why_walk *w)
{
	w->phase++;
	w->begun = false;
	w->at = 0;
}

/* By its folio it may count. One of which the month is not known is looked at. */
static bool is_worth_reading(const struct client *c, const struct why_walk *w,
			     const struct folio *t, uint32_t at, enum role role)
{
	uint32_t month;

	if ((t->flags[at] & FOLIO_ANY) != 0 || catalogue_has_changed(c->control->catalogue, t, at))
		return true;
	if (t->role[at] != (uint8_t)role || (t->flags[at] & FOLIO_SETTLED) != 0)
		return false;
	month = month_of_ms(t->arrived_ms[at]).n;
	return month >= w->query.from_month && month <= w->query.to_month;
}

/* The next one of a folio that is worth reading, or its end. */
static enum err read_described(struct client *c, struct why_walk *w, const struct folio *t,
			       enum role role)
{
	uint64_t end = t->first + t->span;
	struct record r;
	struct key key;
	enum err e;

	for (unsigned i = 0; i < PASSED_AT_ONCE && w->at < end; i++, w->at++) {
		if (!is_worth_reading(c, w, t, (uint32_t)(w->at - t->first), role))
			continue;
		key = key_serial(role, (struct serial){ w->at });
		w->at++;
		e = get(c, FAMILY_STATE, &key, &r);
		if (e == ERR_DAMAGED)
			w->sum.damaged += !w->summed;
		if (e != ERR_OK)
			return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
		return look_at_document(c, w, role, (struct serial){ w->at - 1 }, &r.u.state);
	}
	w->begun = false;
	return ERR_OK;
}

/* What no folio describes, by what is stored. */
static enum err read_next(struct client *c, struct why_walk *w, enum role role)
{
	struct lookup l = control_lookup(c);
	struct serial serial;
	struct record r;
	enum err e;

	if (!w->begun)
		w->scan = w->at == 0 ? scan_of(key_role(role))
				     : scan_from(key_role(role),
						 key_serial(role, (struct serial){ w->at - 1 }));
	w->begun = true;
	w->scan.report_damage = true;
	e = l.next(l.ctx, c->control->arena, FAMILY_STATE, &w->scan, &r);
	if (e == ERR_NOT_FOUND) {
		next_phase(w);
		return ERR_OK;
	}
	if ((e != ERR_OK && e != ERR_DAMAGED) || !key_parse_serial(&w->scan.at, &role, &serial))
		return e == ERR_DAMAGED ? ERR_OK : e;
	w->at = serial.n;
	if (catalogue_folio(c->control->catalogue, serial.n) != NULL) {
		w->begun = false;
		return ERR_OK;
	}
	w->at++;
	if (e == ERR_DAMAGED)
		w->sum.damaged += !w->summed;
	return e == ERR_DAMAGED ? ERR_OK : look_at_document(c, w, role, serial, &r.u.state);
}

static enum err read_document(struct client *c, struct why_walk *w, enum role role)
{
	const struct folio *t = catalogue_folio(c->control->catalogue, w->at);

	return t != NULL ? read_described(c, w, t, role) : read_next(c, w, role);
}

/* Keys ascend by month. */
static enum err read_paper(struct client *c, struct why_walk *w)
{
	struct month from = { (uint16_t)w->query.from_month };
	struct lookup l = control_lookup(c);
	struct position p = { .kind = ENTRY_PAPER };
	struct target_cell cell;
	struct record r;
	struct day day;
	enum err e;

	if (!w->begun)
		w->scan = scan_from((struct key){ .len_bytes = 0 },
				    key_paper_cell(from, DIRECTION_NONE));
	w->begun = true;
	w->scan.report_damage = true;
	e = l.next(l.ctx, c->control->arena, FAMILY_PAPER, &w->scan, &r);
	if (e == ERR_OK || e == ERR_DAMAGED) {
		if (!key_parse_paper(&w->scan.at, &p.serial))
			return ERR_OK;
		if (p.serial.n >> PAPER_MONTH_BITS > w->query.to_month)
			e = ERR_NOT_FOUND;
	}
	if (e == ERR_NOT_FOUND) {
		next_phase(w);
		return ERR_OK;
	}
	if (e == ERR_DAMAGED)
		w->sum.damaged += !w->summed;
	if (e != ERR_OK)
		return e == ERR_DAMAGED ? ERR_OK : e;
	if (w->query.direction != VANTHU__V1__DIRECTION__DIRECTION_UNSPECIFIED &&
	    w->query.direction != (Vanthu__V1__Direction)r.u.paper.direction)
		return ERR_OK;
	cell = target_of_paper(&r.u.paper);
	p.at_ms = date_day(r.u.paper.date, &day) ? day_begin_ms(day) : 0;
	take(c, w, &cell, p);
	return ERR_OK;
}

/* Secret documents are in the counters only: nothing of one is read here. */
static enum err count_secret(struct client *c, struct why_walk *w)
{
	struct month from = { (uint16_t)w->query.from_month };
	struct scan scan =
		scan_from((struct key){ .len_bytes = 0 }, key_counter_month(from, DIRECTION_NONE));
	struct lookup l = control_lookup(c);
	struct target_key at;
	struct record r;
	enum err e;

	while ((e = l.next(l.ctx, c->control->arena, FAMILY_COUNTER, &scan, &r)) == ERR_OK) {
		if (!key_parse_counter(&scan.at, &at))
			continue;
		if (at.month.n > w->query.to_month)
			return ERR_OK;
		if (w->query.direction == VANTHU__V1__DIRECTION__DIRECTION_UNSPECIFIED ||
		    w->query.direction == (Vanthu__V1__Direction)at.direction)
			w->sum.secret += r.u.counter.count.secret;
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* ---- telling ---- */

static void say(struct client *c, uint64_t id, Vanthu__V1__WhyLine *line)
{
	Vanthu__V1__Reply r = control_reply_to(id, VANTHU__V1__REPLY__WHAT_WHY);

	r.more = true;
	r.why = line;
	control_say(c, &r);
}

static void say_document(struct client *c, uint64_t id, Vanthu__V1__WhyDocument *d)
{
	Vanthu__V1__WhyLine line = VANTHU__V1__WHY_LINE__INIT;

	line.what_case = VANTHU__V1__WHY_LINE__WHAT_DOCUMENT;
	line.document = d;
	say(c, id, &line);
}

static enum err begin_telling(struct client *c, uint64_t id, struct why_walk *w)
{
	Vanthu__V1__WhyLine line = VANTHU__V1__WHY_LINE__INIT;
	enum err e;

	qsort(w->found, w->count, sizeof *w->found, newest_first);
	w->told = 0;
	if (w->summed)
		return ERR_OK;
	w->summed = true;
	w->sum.partial = core_recounting(c->control->parts.core);
	e = count_secret(c, w);
	if (e != ERR_OK)
		return e;
	line.what_case = VANTHU__V1__WHY_LINE__WHAT_SUM;
	line.sum = &w->sum;
	say(c, id, &line);
	return ERR_OK;
}

static bool has_reason(const struct why_walk *w, const Vanthu__V1__WhyDocument *d)
{
	for (size_t i = 0; i < d->n_causes; i++) {
		if (d->causes[i]->reason == w->query.reason)
			return true;
	}
	return w->query.reason == VANTHU__V1__WHY_REASON__WHY_REASON_UNSPECIFIED;
}

static enum err fill_paper(struct client *c, const struct position *p, Vanthu__V1__WhyDocument *out,
			   struct record *r)
{
	struct rec_paper *paper = &r->u.paper;
	enum err e = control_get_paper(c, c->control->arena, p->serial, paper);

	if (e != ERR_OK)
		return e;
	out->id = field_bytes(paper->id.bytes, sizeof paper->id.bytes);
	out->direction = (Vanthu__V1__Direction)paper->direction;
	out->paper = true;
	out->type_code = text(paper->type_code);
	out->type_name = text(paper->type_name);
	out->number = text(paper->number);
	out->subject = text(paper->subject);
	out->party = text(paper->party);
	return why_cause_paper(c, out);
}

/* What an issuer said of it; of a secret one nothing. */
static void fill_summary(struct client *c, const struct why_walk *w, const struct found_document *f,
			 Vanthu__V1__WhyDocument *out)
{
	const struct summary *s = &f->document.summary;
	size_t names_bytes = NAMES_LINE_BYTES;

	out->id = field_bytes(f->document.id.bytes, sizeof f->document.id.bytes);
	if (f->document.secrecy >= SECRECY_MAT)
		return;
	out->type_code = text(s->type_code);
	out->type_name = text(s->type_name);
	out->number = text(s->number);
	out->subject = text(s->subject);
	if (f->role != ROLE_IN)
		return;
	out->from = text(f->document.origin.text);
	out->party = control_name_of(c, w->context->names, f->document.origin.text, &names_bytes);
}

static enum err fill_document(struct client *c, const struct why_walk *w, const struct position *p,
			      Vanthu__V1__WhyDocument *out, struct found_document *f)
{
	struct key key;
	enum err e;

	f->role = p->kind == ENTRY_OUT ? ROLE_OUT : ROLE_IN;
	f->serial = p->serial;
	key = key_serial(f->role, f->serial);
	e = control_get_document(c, c->control->arena, &key, &f->document);
	if (e != ERR_OK)
		return e;
	e = control_load_state(c, f);
	if (e != ERR_OK)
		return e;
	out->direction = f->role == ROLE_OUT ? VANTHU__V1__DIRECTION__DIRECTION_OUT
					     : VANTHU__V1__DIRECTION__DIRECTION_IN;
	fill_summary(c, w, f, out);
	return f->role == ROLE_OUT ? why_cause_sent(c, w->context, f, out)
				   : why_cause_received(c, w->context, f, out);
}

/* All that was remembered has been told: the rest, or the end. */
static enum err go_on(struct why_walk *w)
{
	if (!w->dropped)
		return ERR_NOT_FOUND;
	w->below = w->found[w->count - 1];
	w->bounded = true;
	w->dropped = false;
	w->count = 0;
	w->phase = PHASE_OUT;
	w->begun = false;
	w->at = 0;
	return ERR_OK;
}

static enum err tell_next(struct client *c, uint64_t id, struct why_walk *w)
{
	Vanthu__V1__WhyDocument out = VANTHU__V1__WHY_DOCUMENT__INIT;
	bool by_kind = w->query.reason <= VANTHU__V1__WHY_REASON__WHY_REASON_PAPER;
	struct found_document *f;
	const struct position *p;
	struct record *r;
	enum err e;

	if (w->told == w->count)
		return go_on(w);
	if (w->query.most != 0 && w->left == 0)
		return ERR_NOT_FOUND;
	p = &w->found[w->told++];
	if (by_kind && w->skip > 0) {
		w->skip--;
		return ERR_OK;
	}
	f = arena_alloc(c->control->arena, sizeof *f);
	r = arena_alloc(c->control->arena, sizeof *r);
	if (f == NULL || r == NULL)
		return ERR_NO_MEMORY;
	memset(f, 0, sizeof *f);
	out.at_ms = p->at_ms;
	e = p->kind == ENTRY_PAPER ? fill_paper(c, p, &out, r) : fill_document(c, w, p, &out, f);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
	if (!has_reason(w, &out))
		return ERR_OK;
	if (w->skip > 0) {
		w->skip--;
		return ERR_OK;
	}
	w->left -= w->left > 0;
	say_document(c, id, &out);
	return ERR_OK;
}

static bool skips(const struct why_walk *w, Vanthu__V1__Direction other)
{
	return w->query.direction == other;
}

static enum err read_some(struct client *c, struct why_walk *w)
{
	enum phase at = w->phase;
	enum err e = ERR_OK;

	if ((at == PHASE_OUT && skips(w, VANTHU__V1__DIRECTION__DIRECTION_IN)) ||
	    (at == PHASE_IN && skips(w, VANTHU__V1__DIRECTION__DIRECTION_OUT))) {
		next_phase(w);
		return ERR_OK;
	}
	for (unsigned i = 0; e == ERR_OK && i < READ_AT_ONCE && w->phase == at; i++)
		e = at == PHASE_PAPER ? read_paper(c, w)
				      : read_document(c, w, at == PHASE_OUT ? ROLE_OUT : ROLE_IN);
	return e;
}

static bool step(struct client *c, uint64_t id, void *walk)
{
	struct why_walk *w = walk;
	enum err e;

	if (w->phase == PHASE_TELL) {
		e = tell_next(c, id, w);
	} else {
		e = read_some(c, w);
		if (e == ERR_OK && w->phase == PHASE_TELL)
			e = begin_telling(c, id, w);
	}
	return e == ERR_OK || control_listing_end(c, id, e, "");
}

/* ---- of a committee below ---- */

static enum err say_unfit(struct client *c, uint64_t id, struct why_walk *w,
			  const struct report_unfit *unfit)
{
	Vanthu__V1__WhyDocument out = VANTHU__V1__WHY_DOCUMENT__INIT;
	struct found_document *f = arena_alloc(c->control->arena, sizeof *f);
	struct committee_id origin =
		unfit->direction == DIRECTION_OUT ? w->context->self : w->committee;
	enum err e;

	if (f == NULL)
		return ERR_NO_MEMORY;
	e = control_find_id(c, &unfit->id, origin, f);
	if (e == ERR_OK) {
		fill_summary(c, w, f, &out);
		out.at_ms = f->state.complete_at_ms;
	}
	out.id = field_bytes(unfit->id.bytes, sizeof unfit->id.bytes);
	out.direction = (Vanthu__V1__Direction)unfit->direction;
	if (e == ERR_OK || e == ERR_NOT_FOUND || e == ERR_DAMAGED)
		e = why_cause_unfit(c, w->context, w->committee, unfit, &out);
	if (e == ERR_OK)
		say_document(c, id, &out);
	return e;
}

/* One a step. A report that comes meanwhile goes on where the old one was. */
static bool step_unfit(struct client *c, uint64_t id, void *walk)
{
	struct why_walk *w = walk;
	struct key key = key_committee(w->committee);
	struct record *r = arena_alloc(c->control->arena, sizeof *r);
	enum err e = r == NULL ? ERR_NO_MEMORY : get(c, FAMILY_REPORT, &key, r);

	if (e == ERR_OK && w->unfit_at >= r->u.report.unfit_count)
		e = ERR_NOT_FOUND;
	if (e == ERR_OK)
		e = say_unfit(c, id, w, &r->u.report.unfit[w->unfit_at++]);
	return e == ERR_OK || control_listing_end(c, id, e, "");
}

/* Is it below us, or was once? */
static enum err find_committee(struct client *c, struct why_walk *w, const char *committee)
{
	struct tree_view v = { .tree = w->context->tree,
			       .lookup = control_lookup(c),
			       .arena = c->control->arena,
			       .retired_too = true };
	struct record *r = arena_alloc(c->control->arena, sizeof *r);
	bool below = false;
	struct key key;
	enum err e = field_id(committee, false, &w->committee);

	if (e != ERR_OK || r == NULL)
		return e == ERR_OK ? ERR_NO_MEMORY : ERR_BAD_ID;
	w->of_committee = true;
	e = tree_is_below(&v, w->context->self, w->committee, &below);
	key = key_committee(w->committee);
	if (e == ERR_OK && !below)
		e = get(c, FAMILY_REPORT, &key, r);
	return e == ERR_NOT_FOUND ? ERR_NOT_ENTITLED : e;
}

void control_why(struct client *c, const Vanthu__V1__Request *request)
{
	static const struct listing_kind kind = { step, drop, true },
					 unfit_kind = { step_unfit, drop, true };
	const Vanthu__V1__WhyQuery *m = request->why;
	struct why_walk *w = calloc(1, sizeof *w);
	uint32_t january = month_make(month_year(month_of_ms(control_wall_ms(c))), 1).n;
	enum err e = ERR_OK;

	if (w != NULL) {
		w->context = why_context_new(c);
		w->found = calloc(REMEMBERED_MAX, sizeof *w->found);
	}
	if (w == NULL || w->context == NULL || w->found == NULL) {
		if (w != NULL)
			drop(w);
		control_listing_begin(c, request->id, &kind, NULL);
		return;
	}
	w->query = *m;
	w->query.committee = NULL;
	if (m->from_month == 0 && m->to_month == 0) {
		w->query.from_month = january;
		w->query.to_month = january + MONTHS_A_YEAR - 1;
	}
	w->skip = m->skip;
	w->left = m->most;
	vanthu__v1__why_sum__init(&w->sum);
	if (m->committee[0] != '\0')
		e = find_committee(c, w, m->committee);
	if (e != ERR_OK) {
		control_say_error(c, request->id, e, m->committee);
		drop(w);
		return;
	}
	catalogue_ask(c->control->catalogue);
	control_listing_begin(c, request->id, w->of_committee ? &unfit_kind : &kind, w);
}
