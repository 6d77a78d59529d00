/* See subtree.h. */
#include "daemon/control/subtree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/config/config.h"
#include "daemon/control/client.h"
#include "daemon/control/declare.h"
#include "daemon/control/listing.h"
#include "daemon/control/misplaced.h"
#include "daemon/control/names.h"
#include "daemon/control/places.h"
#include "proto/fields.h"
#include "routing/base/arena.h"
#include "routing/base/committee_id.h"
#include "routing/rules/rules.h"
#include "routing/state/tree.h"
#include "routing/target/target.h"

enum {
	/* entries that are merged before more are added */
	SUMS_AT_ONCE = 1 << 16,
	PATH_BYTES = 4 << 20, /* what of the directory is read for one path */
	/* a report leaves before 01:00, and may be on its way until then */
	REPORT_LEAVES_MS = 30 * 60 * 1000,
	REPORT_EXPECTED_MS = 3 * 3600 * 1000,
	DAY_MS = 24 * 3600 * 1000,
};

struct sum {
	struct committee_id committee;
	uint32_t place; /* where it stood, a number of places; 0: at the top, or not asked for */
	struct target_key at; /* since: always 0 */
	bool excluded;
	/* as the table has it, or of one that it does not know as it was said */
	char type_code[TYPE_CODE_MAX + 1];
	char type_name[COMMITTEE_NAME_MAX + 1];
	struct target_count count;
};

struct member {
	struct committee_id id;
	uint32_t depth;
	bool below; /* now; else it only was */
	bool damaged; /* a month of its figures cannot be read */
	bool known;   /* it has said something of one of the months */
};

struct path {
	struct committee_id of;
	uint64_t since;
	struct committee_id up[TREE_DEPTH_MAX + 1]; /* itself first, the top of the query last */
	uint32_t places[TREE_DEPTH_MAX + 1];	    /* of each; with by_place */
	uint32_t count; /* 0: it did not stand there */
	bool never; /* it was in no such directory at all */
	struct month last; /* figures of later months do not count there */
};

enum phase {
	PHASE_FIND,
	PHASE_FORMER,
	PHASE_COUNT,
	PHASE_SUMS,
	PHASE_MISPLACED,
	PHASE_REPORTERS
};

struct subtree_walk {
	Vanthu__V1__SubtreeQuery query; /* without texts */
	struct committee_id self, top;
	struct tree *tree;
	enum phase phase;
	struct scan scan; /* of reports, for those that stood here */
	struct arena *scratch; /* of one path: a report may name as many places as it has rows */
	struct member *members;
	uint32_t member_count, member_capacity, member_at;
	struct sum *sums;
	uint32_t sum_count, sum_capacity, sum_at;
	struct misplaced misplaced;
	uint32_t misplaced_at;
	struct type_labels *labels; /* by_type; else NULL */
	struct path path;
	struct places places;
	int64_t now_ms;
	struct names *names;
};

static void drop(void *walk)
{
	struct subtree_walk *w = walk;

	if (w == NULL)
		return;
	tree_destroy(w->tree);
	arena_destroy(w->scratch);
	control_names_drop(w->names);
	misplaced_free(&w->misplaced);
	free(w->labels);
	free(w->members);
	free(w->sums);
	places_free(&w->places);
	free(w);
}

static char *text(text_t t)
{
	return (char *)(uintptr_t)(t == NULL ? "" : t);
}

static struct tree_view tree_of(struct client *c, const struct subtree_walk *w, uint64_t version)
{
	return (struct tree_view){ .tree = w->tree,
				   .lookup = control_lookup(c),
				   .arena = c->control->arena,
				   .retired_too = true,
				   .version = version };
}

/* ---- who ---- */

static enum err add_member(struct subtree_walk *w, struct committee_id id, uint32_t depth,
			   bool below)
{
	if (w->member_count == w->member_capacity) {
		uint32_t capacity = w->member_capacity == 0 ? 64 : 2 * w->member_capacity;
		struct member *grown = realloc(w->members, capacity * sizeof *grown);

		if (grown == NULL)
			return ERR_NO_MEMORY;
		w->members = grown;
		w->member_capacity = capacity;
	}
	w->members[w->member_count++] = (struct member){ .id = id, .depth = depth, .below = below };
	return ERR_OK;
}

static enum err add_children(struct client *c, struct subtree_walk *w)
{
	struct tree_view v = tree_of(c, w, 0);
	const struct member at = w->members[w->member_at];
	struct committee_id child = { "" };
	enum err e = ERR_OK;

	while (e == ERR_OK && at.depth < TREE_DEPTH_MAX) {
		e = tree_next_subordinate(&v, at.id, child, &child);
		if (e == ERR_OK)
			e = add_member(w, child, at.depth + 1, true);
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static bool is_member(const struct subtree_walk *w, struct committee_id id)
{
	for (uint32_t i = 0; i < w->member_count; i++) {
		if (id_equal(w->members[i].id, id))
			return true;
	}
	return false;
}

/* One that reported to us and stands elsewhere now: its earlier figures may be of this subtree. */
static enum err add_former(struct client *c, struct subtree_walk *w, bool *more)
{
	struct lookup l = control_lookup(c);
	struct committee_id id;
	struct record r;
	enum err e = l.next(l.ctx, c->control->arena, FAMILY_REPORT, &w->scan, &r);

	*more = e == ERR_OK;
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	if (!key_parse_committee(&w->scan.at, &id) || is_member(w, id))
		return ERR_OK;
	return add_member(w, id, 0, false);
}

/* ---- where ---- */

/* From the committee up to the top of the query, under the tree of `since`. Of one below us only
 * what counted here is known for certain to be whole: its way must lead on to us. */
static enum err find_path(struct client *c, struct subtree_walk *w, struct committee_id of,
			  uint64_t since)
{
	struct tree_view v = tree_of(c, w, 0);
	struct path *p = &w->path;
	struct committee_id at = of;
	uint32_t count = 0;
	enum err e;

	if (id_equal(p->of, of) && p->since == since)
		return ERR_OK;
	p->of = of;
	p->since = since;
	p->count = 0;
	v.arena = w->scratch;
	arena_reset(w->scratch);
	e = place_last_month(&v, of, since, &p->last);
	p->never = e == ERR_NOT_FOUND;
	if (p->never)
		return ERR_OK;
	if (e == ERR_OK)
		e = place_version(&v, of, since, &v.version);
	if (e == ERR_NOT_FOUND || e == ERR_DAMAGED || e == ERR_BAD_TREE)
		e = ERR_OK; /* not found: ourselves, before any directory */
	for (uint32_t n = 0; e == ERR_OK && n <= TREE_DEPTH_MAX; n++) {
		struct committee_id up;

		if (count == 0)
			p->up[n] = at;
		if (count == 0 && id_equal(at, w->top))
			count = n + 1;
		if (id_equal(at, w->self)) {
			p->count = count;
			break;
		}
		e = tree_superior(&v, at, &up, NULL);
		if (e != ERR_OK || id_empty(up))
			break;
		at = up;
	}
	if (e != ERR_OK && e != ERR_NOT_FOUND && e != ERR_DAMAGED)
		return e;
	return w->query.by_place ? places_number(&w->places, p->up, p->count, p->places) : ERR_OK;
}

/* ---- sums ---- */

static int compare_sums(const void *a, const void *b)
{
	const struct sum *x = a, *y = b;
	int order = strcmp(x->committee.text, y->committee.text);

	if (order != 0)
		return order;
	if (x->place != y->place)
		return x->place < y->place ? -1 : 1;
	if (x->at.month.n != y->at.month.n)
		return x->at.month.n < y->at.month.n ? -1 : 1;
	if (x->at.direction != y->at.direction)
		return x->at.direction < y->at.direction ? -1 : 1;
	if (x->excluded != y->excluded)
		return x->excluded ? 1 : -1;
	if (x->at.type != y->at.type)
		return x->at.type < y->at.type ? -1 : 1;
	/* the number of a type is short: who wants to finds texts that have that of another */
	order = strcmp(x->type_code, y->type_code);
	return order != 0 ? order : strcmp(x->type_name, y->type_name);
}

static void merge(struct subtree_walk *w)
{
	uint32_t kept = 0;

	if (w->sum_count == 0)
		return;
	qsort(w->sums, w->sum_count, sizeof *w->sums, compare_sums);
	for (uint32_t i = 1; i < w->sum_count; i++) {
		if (compare_sums(&w->sums[kept], &w->sums[i]) == 0)
			target_add(&w->sums[kept].count, &w->sums[i].count);
		else
			w->sums[++kept] = w->sums[i];
	}
	w->sum_count = kept + 1;
}

static enum err add_sum(struct subtree_walk *w, const struct sum *s)
{
	if (w->sum_count == w->sum_capacity) {
		uint32_t capacity = w->sum_capacity == 0 ? 256 : 2 * w->sum_capacity;
		struct sum *grown;

		if (w->sum_count >= SUMS_AT_ONCE) {
			merge(w);
			if (w->sum_count < w->sum_capacity / 2) {
				w->sums[w->sum_count++] = *s;
				return ERR_OK;
			}
		}
		grown = realloc(w->sums, capacity * sizeof *grown);
		if (grown == NULL)
			return ERR_NO_MEMORY;
		w->sums = grown;
		w->sum_capacity = capacity;
	}
	w->sums[w->sum_count++] = *s;
	return ERR_OK;
}

static void keep_text(char *out, size_t size_bytes, text_t from)
{
	size_t len = from == NULL ? 0 : strlen(from);

	if (len < size_bytes)
		memcpy(out, len == 0 ? "" : from, len + 1);
}

/* Of a type that our table knows its texts, whatever a report calls it. */
static void put_type(const struct subtree_walk *w, const struct report_row *row, struct sum *s)
{
	text_t code = row->type_code == NULL ? "" : row->type_code,
	       name = row->type_name == NULL ? "" : row->type_name;
	const struct type_label *known;

	s->at.type = series_type(code, name);
	known = type_labels_find(w->labels, s->at.type, code, name);
	keep_text(s->type_code, sizeof s->type_code, known == NULL ? code : known->code);
	keep_text(s->type_name, sizeof s->type_name, known == NULL ? name : known->name);
}

/* Does it count where its committee says that it stood? */
static enum place_fault fault_of(const struct path *p, struct month month)
{
	if (p->never)
		return PLACE_NEVER;
	return month.n > p->last.n ? PLACE_LEFT : PLACE_FITS;
}

static enum err count_row(struct client *c, struct subtree_walk *w, const struct member *m,
			  const struct report_row *row)
{
	struct sum s = { .count = row->count };
	enum err e = find_path(c, w, m->id, row->at.since);
	enum place_fault fault;
	uint32_t ends;

	if (e != ERR_OK)
		return e;
	fault = id_equal(m->id, w->self) ? PLACE_FITS : fault_of(&w->path, row->at.month);
	if (fault != PLACE_FITS && (m->below || w->path.count > 0))
		return misplaced_add(&w->misplaced, m->id, fault, row);
	if (w->path.count == 0)
		return ERR_OK;
	s.excluded = target_excludes(&c->control->parts.config->excluded, row->type_code,
				     row->type_name);
	if (w->query.by_month)
		s.at.month = row->at.month;
	if (w->query.by_direction)
		s.at.direction = row->at.direction;
	if (w->query.by_type)
		put_type(w, row, &s);
	ends = w->query.by_committee && w->query.whole ? w->path.count : 1;
	for (uint32_t i = 0; i < ends && e == ERR_OK; i++) {
		if (w->query.by_committee)
			s.committee = w->path.up[i];
		if (w->query.by_committee && w->query.by_place)
			s.place = w->path.places[i];
		e = add_sum(w, &s);
	}
	return e;
}

static enum err count_own(struct client *c, struct subtree_walk *w, const struct member *m)
{
	struct month from = { (uint16_t)w->query.from_month };
	struct scan scan =
		scan_from((struct key){ .len_bytes = 0 }, key_counter_month(from, DIRECTION_NONE));
	struct lookup l = control_lookup(c);
	struct record r;
	enum err e;

	while ((e = l.next(l.ctx, c->control->arena, FAMILY_COUNTER, &scan, &r)) == ERR_OK) {
		struct report_row row = { .type_code = r.u.counter.type_code,
					  .type_name = r.u.counter.type_name,
					  .count = r.u.counter.count };

		if (!key_parse_counter(&scan.at, &row.at))
			continue;
		if (row.at.month.n > w->query.to_month)
			return ERR_OK;
		e = count_row(c, w, m, &row);
		if (e != ERR_OK)
			return e;
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Where one of the months cannot be read the sums are not whole: it is damaged. */
static enum err count_reported(struct client *c, struct subtree_walk *w, struct member *m)
{
	struct month before = { (uint16_t)(w->query.from_month - 1) }, none = { 0 };
	struct scan scan = scan_from(key_figures(m->id, none), key_figures(m->id, before));
	struct lookup l = control_lookup(c);
	struct record r;
	enum err e;

	scan.report_damage = true;
	while ((e = l.next(l.ctx, c->control->arena, FAMILY_FIGURES, &scan, &r)) == ERR_OK ||
	       e == ERR_DAMAGED) {
		const struct report *figures = &r.u.figures.figures;
		struct committee_id who;
		struct month month;

		if (!key_parse_figures(&scan.at, &who, &month))
			continue;
		if (month.n > w->query.to_month)
			return ERR_OK;
		m->damaged = m->damaged || e == ERR_DAMAGED;
		m->known = m->known || e == ERR_OK;
		if (e == ERR_DAMAGED)
			continue;
		for (uint32_t i = 0; i < figures->row_count && e == ERR_OK; i++)
			e = count_row(c, w, m, &figures->rows[i]);
		if (e != ERR_OK)
			return e;
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* ---- saying ---- */

/* From its superior then up to the top. */
static enum err fill_above(struct client *c, const struct subtree_walk *w, uint32_t place,
			   Vanthu__V1__SubtreeSum *out)
{
	out->above = arena_array(c->control->arena, TREE_DEPTH_MAX, sizeof *out->above);
	if (out->above == NULL)
		return ERR_NO_MEMORY;
	while (place != 0 && out->n_above < TREE_DEPTH_MAX)
		out->above[out->n_above++] = text(places_superior(&w->places, &place));
	return ERR_OK;
}

static enum err say_sum(struct client *c, uint64_t id, const struct subtree_walk *w,
			const struct sum *s)
{
	Vanthu__V1__Reply r = control_reply_to(id, VANTHU__V1__REPLY__WHAT_SUBTREE);
	Vanthu__V1__SubtreeLine line = VANTHU__V1__SUBTREE_LINE__INIT;
	Vanthu__V1__SubtreeSum sum = VANTHU__V1__SUBTREE_SUM__INIT;
	Vanthu__V1__TargetRow row = VANTHU__V1__TARGET_ROW__INIT;

	row.month = s->at.month.n;
	row.direction = (Vanthu__V1__Direction)s->at.direction;
#define SET(count_name) row.count_name = s->count.count_name;
	TARGET_COUNTS(SET)
#undef SET
	sum.committee = text(s->committee.text);
	sum.type_code = text(s->type_code);
	sum.type_name = text(s->type_name);
	sum.excluded = s->excluded;
	sum.figures = &row;
	line.what_case = VANTHU__V1__SUBTREE_LINE__WHAT_SUM;
	line.sum = &sum;
	r.more = true;
	r.subtree = &line;
	if (fill_above(c, w, s->place, &sum) != ERR_OK)
		return ERR_NO_MEMORY;
	control_say(c, &r);
	return ERR_OK;
}

/* What by now should have come: the last night's report, or before it is expected the one before
 * that. */
static bool is_late(const struct subtree_walk *w, int64_t as_of_ms)
{
	int64_t midnight = day_begin_ms(day_of_ms(w->now_ms));

	if (w->now_ms < midnight + REPORT_EXPECTED_MS)
		midnight -= DAY_MS;
	return as_of_ms < midnight + REPORT_LEAVES_MS;
}

static int64_t end_ms(const struct subtree_walk *w)
{
	struct month after = { (uint16_t)(w->query.to_month + 1) };
	char first[DATE_MAX + 1];
	struct day day;

	snprintf(first, sizeof first, "%04u-%02u-01", month_year(after), month_in_year(after));
	return date_day(first, &day) ? day_begin_ms(day) : INT64_MAX;
}

/* It has reported, but of these months nothing: they lie before all that it said, or its last
 * report before them, late or not due yet. What nobody has said is no 0. */
static bool is_unsaid(const struct subtree_walk *w, const struct member *m,
		      const Vanthu__V1__Reporter *r)
{
	bool late = r->stand == VANTHU__V1__REPORT_STAND__REPORT_STAND_LATE;

	uint32_t said = month_of_ms(r->as_of_ms).n;

	return !m->known && w->query.from_month <= month_of_ms(w->now_ms).n &&
	       (late || w->query.to_month < said || said < w->query.from_month);
}

static enum err fill_lists(struct arena *a, const struct rec_report *r,
			   Vanthu__V1__Reporter *out)
{
	const struct report *said = &r->summary;
	Vanthu__V1__Unfit *unfit = arena_array(a, r->unfit_count, sizeof *unfit);
	Vanthu__V1__Declared *declared = arena_array(a, said->declared_count, sizeof *declared);

	out->unfit = arena_array(a, r->unfit_count, sizeof *out->unfit);
	out->declared = arena_array(a, said->declared_count, sizeof *out->declared);
	out->excluded = arena_array(a, said->excluded_count, sizeof *out->excluded);
	if (unfit == NULL || declared == NULL || out->unfit == NULL || out->declared == NULL ||
	    out->excluded == NULL)
		return ERR_NO_MEMORY;
	for (uint32_t i = 0; i < r->unfit_count; i++) {
		vanthu__v1__unfit__init(&unfit[i]);
		unfit[i].why = (Vanthu__V1__UnfitWhy)r->unfit[i].why;
		unfit[i].direction = (Vanthu__V1__Direction)r->unfit[i].direction;
		unfit[i].id = field_bytes(r->unfit[i].id.bytes, sizeof r->unfit[i].id.bytes);
		out->unfit[out->n_unfit++] = &unfit[i];
	}
	for (uint32_t i = 0; i < said->declared_count; i++) {
		control_declared_fill(&said->declared[i], &declared[i]);
		out->declared[out->n_declared++] = &declared[i];
	}
	for (uint32_t i = 0; i < said->excluded_count; i++)
		out->excluded[out->n_excluded++] = text(said->excluded[i]);
	return ERR_OK;
}

/* The first month that it has said anything of, 0: none. */
static enum err find_first(struct client *c, struct committee_id who, uint32_t *month)
{
	struct month none = { 0 }, first;
	struct scan scan = scan_of(key_figures(who, none));
	struct lookup l = control_lookup(c);
	struct committee_id of;
	struct record r;
	enum err e = l.next(l.ctx, c->control->arena, FAMILY_FIGURES, &scan, &r);

	if (e == ERR_OK && key_parse_figures(&scan.at, &of, &first))
		*month = first.n;
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

/* NULL: none came again. */
static Vanthu__V1__ReportsAgain *again_of(struct arena *a, const struct rec_report *k)
{
	Vanthu__V1__ReportsAgain *out = k->again == 0 ? NULL : arena_alloc(a, sizeof *out);

	if (out == NULL)
		return NULL;
	vanthu__v1__reports_again__init(out);
	out->count = k->again;
	out->through = text(k->again_through.text);
	out->at_ms = k->again_at_ms;
	return out;
}

static enum err fill_known(struct client *c, const struct subtree_walk *w,
			   struct committee_id who, Vanthu__V1__Reporter *out)
{
	struct lookup l = control_lookup(c);
	struct key key = key_committee(who);
	const struct rec_report *k;
	struct record *r = arena_alloc(c->control->arena, sizeof *r);
	enum err e;

	if (r == NULL)
		return ERR_NO_MEMORY;
	e = l.get(l.ctx, c->control->arena, FAMILY_REPORT, &key, r);
	out->stand = VANTHU__V1__REPORT_STAND__REPORT_STAND_MISSING;
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
	k = &r->u.report;
	out->as_of_ms = k->summary.as_of_ms;
	out->taken_at_ms = k->taken_at_ms;
	out->closed = k->summary.as_of_ms >= end_ms(w);
	/* with all days of the period in it, nothing newer is waited for */
	if (k->envelope.len_bytes > 0)
		out->stand = !out->closed && is_late(w, k->summary.as_of_ms)
				     ? VANTHU__V1__REPORT_STAND__REPORT_STAND_LATE
				     : VANTHU__V1__REPORT_STAND__REPORT_STAND_THERE;
	out->refused = k->refused;
	out->refused_why = (uint32_t)k->refused_why;
	out->refused_at_ms = k->refused_at_ms;
	out->again = again_of(c->control->arena, k);
	if (k->again > 0 && out->again == NULL)
		return ERR_NO_MEMORY;
	out->unfit_all = k->unfit_all;
	out->checked_at_ms = k->checked_at_ms;
	return fill_lists(c->control->arena, k, out);
}

static enum err say_reporter(struct client *c, uint64_t id, struct subtree_walk *w,
			     const struct member *m)
{
	Vanthu__V1__Reply r = control_reply_to(id, VANTHU__V1__REPLY__WHAT_SUBTREE);
	Vanthu__V1__SubtreeLine line = VANTHU__V1__SUBTREE_LINE__INIT;
	Vanthu__V1__Reporter out = VANTHU__V1__REPORTER__INIT;
	struct tree_view v = tree_of(c, w, 0);
	size_t names_bytes = NAMES_LINE_BYTES;
	struct committee_id superior = { "" };
	bool retired = false;
	enum err e = tree_superior(&v, m->id, &superior, &retired);

	if (e == ERR_OK || e == ERR_NOT_FOUND || e == ERR_DAMAGED)
		e = fill_known(c, w, m->id, &out);
	if (e == ERR_OK)
		e = find_first(c, m->id, &out.first_month);
	if (e != ERR_OK)
		return e;
	if (is_unsaid(w, m, &out))
		out.stand = VANTHU__V1__REPORT_STAND__REPORT_STAND_MISSING;
	if (retired)
		out.stand = VANTHU__V1__REPORT_STAND__REPORT_STAND_ENDED;
	if (m->damaged) /* its next report makes it good */
		out.stand = VANTHU__V1__REPORT_STAND__REPORT_STAND_MISSING;
	if (id_equal(m->id, w->self)) {
		out.stand = VANTHU__V1__REPORT_STAND__REPORT_STAND_OWN;
		out.as_of_ms = w->now_ms;
		out.closed = w->now_ms >= end_ms(w);
		e = control_declared_own(c, &out.declared, &out.n_declared);
		if (e != ERR_OK)
			return e;
	}
	out.committee = text(m->id.text);
	out.superior = text(superior.text);
	out.depth = m->depth;
	out.name = control_name_of(c, w->names, m->id.text, &names_bytes);
	line.what_case = VANTHU__V1__SUBTREE_LINE__WHAT_REPORTER;
	line.reporter = &out;
	r.more = true;
	r.subtree = &line;
	control_say(c, &r);
	return ERR_OK;
}

/* ---- the walk ---- */

static void next_phase(struct subtree_walk *w)
{
	w->phase++;
	w->member_at = 0;
}

static enum err find_step(struct client *c, struct subtree_walk *w)
{
	enum err e = w->query.alone ? ERR_OK : add_children(c, w);

	if (++w->member_at < w->member_count)
		return e;
	next_phase(w);
	w->scan = scan_of((struct key){ .len_bytes = 0 });
	if (w->query.alone)
		next_phase(w);
	return e;
}

static enum err count_step(struct client *c, struct subtree_walk *w)
{
	struct member *m = &w->members[w->member_at];
	enum err e = id_equal(m->id, w->self) ? count_own(c, w, m) : count_reported(c, w, m);

	if (++w->member_at == w->member_count) {
		next_phase(w);
		merge(w);
	}
	return e;
}

static bool step(struct client *c, uint64_t id, void *walk)
{
	struct subtree_walk *w = walk;
	enum err e = ERR_OK;
	bool more = true;

	switch (w->phase) {
	case PHASE_FIND:
		e = find_step(c, w);
		break;
	case PHASE_FORMER:
		e = add_former(c, w, &more);
		if (!more)
			next_phase(w);
		break;
	case PHASE_COUNT:
		e = count_step(c, w);
		break;
	case PHASE_SUMS:
		if (w->sum_at == w->sum_count)
			next_phase(w);
		else
			e = say_sum(c, id, w, &w->sums[w->sum_at++]);
		break;
	case PHASE_MISPLACED:
		if (w->misplaced_at == w->misplaced.count)
			next_phase(w);
		else
			misplaced_say(c, id, w->names, &w->misplaced, w->misplaced_at++);
		break;
	case PHASE_REPORTERS:
		if (w->member_at == w->member_count)
			return control_listing_end(c, id, ERR_OK, "");
		if (w->members[w->member_at].below)
			e = say_reporter(c, id, w, &w->members[w->member_at]);
		w->member_at++;
		break;
	}
	return e == ERR_OK || control_listing_end(c, id, e, "");
}

/* Is the top ours to know: ourselves, or below us now or once? */
static enum err find_top(struct client *c, struct subtree_walk *w, const char *committee)
{
	struct tree_view v = tree_of(c, w, 0);
	struct key key;
	struct lookup l = control_lookup(c);
	bool below = false;
	struct record r;
	enum err e;

	w->top = w->self;
	if (committee[0] == '\0')
		return ERR_OK;
	e = field_id(committee, false, &w->top);
	if (e != ERR_OK)
		return ERR_BAD_ID;
	if (id_equal(w->top, w->self))
		return ERR_OK;
	e = tree_is_below(&v, w->self, w->top, &below);
	key = key_committee(w->top);
	if (e == ERR_OK && !below)
		e = l.get(l.ctx, c->control->arena, FAMILY_REPORT, &key, &r);
	return e == ERR_NOT_FOUND ? ERR_NOT_BELOW : e;
}

static enum err make_labels(struct client *c, struct subtree_walk *w)
{
	const struct tables *tables = c->control->parts.tables;
	char today[DATE_MAX + 1];

	w->labels = malloc(sizeof *w->labels);
	if (w->labels == NULL)
		return ERR_NO_MEMORY;
	date_of_ms(w->now_ms, today);
	type_labels_make(tables == NULL ? NULL : &tables->types, today, w->labels);
	return ERR_OK;
}

void control_subtree(struct client *c, const Vanthu__V1__Request *request)
{
	const Vanthu__V1__SubtreeQuery *m = request->subtree;
	static const struct listing_kind kind = { step, drop, true };
	struct subtree_walk *w = calloc(1, sizeof *w);
	uint32_t january = month_make(month_year(month_of_ms(control_wall_ms(c))), 1).n;
	enum err e = ERR_OK;

	if (w == NULL || (w->tree = tree_new()) == NULL ||
	    (w->scratch = arena_new(PATH_BYTES)) == NULL) {
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
	w->self = core_self(c->control->parts.core);
	w->now_ms = control_wall_ms(c);
	w->names = control_names_new();
	if (m->by_type)
		e = make_labels(c, w);
	if (e == ERR_OK &&
	    (w->query.from_month == 0 || w->query.from_month > w->query.to_month ||
	     w->query.to_month >= UINT16_MAX))
		e = ERR_BAD_DATE;
	if (e == ERR_OK)
		e = find_top(c, w, m->committee);
	if (e == ERR_OK)
		e = add_member(w, w->top, 0, true);
	if (e != ERR_OK) {
		control_say_error(c, request->id, e, m->committee);
		drop(w);
		return;
	}
	control_listing_begin(c, request->id, &kind, w);
}
