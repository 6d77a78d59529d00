/* What a superior holds of those below it is what each of them said, month by month, by where it
 * stood when; of nothing that was refused is anything kept, nothing is kept twice, and of those who
 * never said anything there is nothing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/store/memory.h"
#include "routing/base/committee_id.h"
#include "routing/state/plan.h"
#include "routing/target/target.h"
#include "tests/sim/figures.h"
#include "tests/sim/year.h"

#define GRACE_MS 86400000LL /* a receipt so young may not have come yet */

enum { CELLS_MOST = 1024, QUESTIONS_MOST = 1024 };

/* Of one month of one committee: what it said, less what is held. One thread. */
static struct model_cell left[CELLS_MOST];
static unsigned left_count;

/* Of one disk: in its own subtree, by where each stood. */
static struct target_count said_below, held_below;

static bool stands_below(const char *path, int superior)
{
	char text[16];

	snprintf(text, sizeof text, ">%d>", superior);
	return strstr(path, text) != NULL;
}

static bool has_ended(const struct world *w, int member)
{
	return w->versions[w->version_count - 1].parent[member] == NOT_THERE;
}

static void begin_month(const struct snapshot *s, const char *month)
{
	left_count = 0;
	for (unsigned i = 0; i < s->count && left_count < CELLS_MOST; i++) {
		if (strcmp(s->cells[i].month, month) == 0)
			left[left_count++] = s->cells[i];
	}
}

static void take_row(const struct world *w, int member, const struct report_row *row,
		     const char *month)
{
	struct model_cell *cell = NULL;
	char path[64];

	check_target_path(w, member, row->at.since, path);
	for (unsigned i = 0; i < left_count && cell == NULL; i++) {
		if (left[i].direction == row->at.direction && strcmp(left[i].path, path) == 0 &&
		    strcmp(left[i].type, row->type_code) == 0)
			cell = &left[i];
	}
	if (cell == NULL && left_count < CELLS_MOST) {
		cell = &left[left_count++];
		*cell = (struct model_cell){ .direction = row->at.direction };
		snprintf(cell->month, sizeof cell->month, "%s", month);
		snprintf(cell->path, sizeof cell->path, "%s", path);
		snprintf(cell->type, sizeof cell->type, "%s", row->type_code);
	}
	if (cell == NULL)
		return;
#define TAKE(count_name) cell->count.count_name -= row->count.count_name;
	TARGET_COUNTS(TAKE)
#undef TAKE
}

static void check_month(struct world *w, const struct member *m, const struct key *key,
			const struct record *r)
{
	const struct report *held = &r->u.figures.figures;
	struct target_count zero = { .digital = 0 };
	struct committee_id who;
	const struct snapshot *s;
	struct month month;
	char text[32];
	int member;

	if (!key_parse_figures(key, &who, &month))
		return;
	member = world_find(w, who.text);
	s = member < 0 ? NULL : figures_find(w, member, r->u.figures.signed_at_ms);
	snprintf(text, sizeof text, "%04u-%02u", month_year(month), month_in_year(month));
	if (member >= 0 && (w->figures->silent >> member & 1) != 0) {
		world_violation(w, "figures", "%s holds figures of %s, all of which were lost",
				m->id.text, who.text);
		return;
	}
	/* a month that reports of this year do not speak of any more; or of one that has ended
	 * before anybody looked, or held by such a one */
	if (s == NULL && r->u.figures.signed_at_ms < w->figures->from_ms &&
	    (held->row_count == 0 || (member >= 0 && has_ended(w, member)) ||
	     has_ended(w, m->index)))
		return;
	if (s == NULL) {
		world_violation(w, "figures", "%s holds figures of %s that it never said, of %lld",
				m->id.text, who.text, (long long)r->u.figures.signed_at_ms);
		return;
	}
	begin_month(s, text);
	for (unsigned i = 0; i < left_count; i++) {
		if (stands_below(left[i].path, m->index))
			target_add(&said_below, &left[i].count);
	}
	for (uint32_t i = 0; i < held->row_count; i++) {
		char path[64];

		check_target_path(w, member, held->rows[i].at.since, path);
		if (stands_below(path, m->index))
			target_add(&held_below, &held->rows[i].count);
		take_row(w, member, &held->rows[i], text);
	}
	for (unsigned i = 0; i < left_count; i++) {
		const struct target_count *c = &left[i].count;

		if (!target_equal(c, &zero))
			world_violation(w, "figures",
					"%s holds of %s otherwise than it was: %s %s %s at %s: "
					"digital %lld paper %lld pending %lld processed %lld too "
					"few",
					m->id.text, who.text, text,
					left[i].direction == DIRECTION_IN ? "in" : "out",
					left[i].type, left[i].path, (long long)c->digital,
					(long long)c->paper, (long long)c->pending,
					(long long)c->processed);
	}
}

static void check_known(struct world *w, const struct member *m, const struct key *key,
			const struct record *r)
{
	const struct rec_report *k = &r->u.report;
	struct committee_id who;
	int member;

	if (!key_parse_committee(key, &who))
		return;
	member = world_find(w, who.text);
	if (member >= 0 && k->signed_at_ms < w->figures->from_ms)
		return; /* said before anybody wrote it down here */
	if (member < 0 || (k->envelope.len_bytes > 0 &&
			   figures_find(w, member, k->signed_at_ms) == NULL))
		world_violation(w, "figures", "%s has a report of %s that it never gave",
				m->id.text, who.text);
	else if (k->envelope.len_bytes > 0 && (w->figures->silent >> member & 1) != 0)
		world_violation(w, "figures", "%s has a report of %s, all of which were lost",
				m->id.text, who.text);
	else
		check_declared(w, m, member, &k->summary);
	if (member >= 0 && w->violation[0] == '\0' && w->clocks_wrong == 0 &&
	    k->refused > w->figures->injected[member])
		world_violation(w, "figures", "%s refused %llu of %s, VT-%d, and %u were wrong",
				m->id.text, (unsigned long long)k->refused, who.text,
				(int)k->refused_why, w->figures->injected[member]);
}

void check_figures(struct world *w, const struct member *m)
{
	if (w->figures == NULL || !w->figures->watching)
		return;
	memset(&said_below, 0, sizeof said_below);
	memset(&held_below, 0, sizeof held_below);
	check_each(w, m, FAMILY_FIGURES, check_all(), check_month);
	check_each(w, m, FAMILY_REPORT, check_all(), check_known);
	if (!target_equal(&said_below, &held_below))
		world_violation(w, "figures", "%s holds another sum of its subtree than was said",
				m->id.text);
}

/* ---- when all is quiet ---- */

static void check_one_level(struct world *w, int superior, int member)
{
	const struct member *up = &w->members[superior], *m = &w->members[member];
	bool silent = (w->figures->silent >> member & 1) != 0, known;
	struct arena *a = arena_new(1 << 20);
	struct record r;

	known = member_get(up, a, FAMILY_REPORT, key_committee(m->id), &r) &&
		r.u.report.envelope.len_bytes > 0;
	if (silent && known)
		world_violation(w, "figures", "%s is not missing at %s", m->id.text, up->id.text);
	if (!silent && !known)
		world_violation(w, "figures", "%s is missing at %s", m->id.text, up->id.text);
	if (!silent && known && r.u.report.signed_at_ms != w->figures->last_ms[member])
		world_violation(w, "figures", "%s has not the last report of %s: %lld, not %lld",
				up->id.text, m->id.text, (long long)r.u.report.signed_at_ms,
				(long long)w->figures->last_ms[member]);
	if (!silent && known && w->year == NULL)
		check_last_declared(w, superior, member, &r.u.report.summary);
	/* what a key signed that ended too soon may have been refused */
	if (!silent && known && (w->weak >> member & 1) == 0 && (w->weak >> superior & 1) == 0 &&
	    (r.u.report.checked_at_ms == 0 || r.u.report.unfit_all != 0))
		world_violation(w, "figures", "%s: %s does not fit in %llu documents",
				up->id.text, m->id.text,
				(unsigned long long)r.u.report.unfit_all);
	arena_destroy(a);
}

static bool is_above(const struct world *w, int superior, int member)
{
	return world_is_below(w, w->version_count, superior, member);
}

/* Those that it stood under when it did what it reports, and no more, have it too. */
static void check_former_levels(struct world *w, int member)
{
	const struct snapshot *s = figures_find(w, member, w->figures->last_ms[member]);
	struct target_count zero = { .digital = 0 };

	for (unsigned i = 0; s != NULL && i < s->count; i++) {
		for (int up = 0; up < w->member_count && w->violation[0] == '\0'; up++) {
			if (!target_equal(&s->cells[i].count, &zero) &&
			    stands_below(s->cells[i].path, up) && !is_above(w, up, member) &&
			    !has_ended(w, up))
				check_one_level(w, up, member);
		}
	}
}

void check_all_figures(struct world *w)
{
	for (int i = 0; i < w->member_count && w->violation[0] == '\0'; i++) {
		check_figures(w, &w->members[i]);
		if (has_ended(w, i))
			continue;
		for (int up = world_parent(w, w->version_count, i); up >= 0 && !has_ended(w, up);
		     up = world_parent(w, w->version_count, up))
			check_one_level(w, up, i);
		check_former_levels(w, i);
	}
}

/* ---- a lie ---- */

static struct {
	struct committee_id superior, liar;
	int64_t before_ms;
	struct report_unfit list[QUESTIONS_MOST];
	unsigned count;
} wanted;

static void want(enum unfit_why why, enum direction direction, struct doc_id id)
{
	if (wanted.count < QUESTIONS_MOST)
		wanted.list[wanted.count++] = (struct report_unfit){ why, direction, id };
}

static bool receipt_of(const struct member *m, const struct key *document, struct committee_id who,
		       int64_t *at_ms)
{
	struct arena *a = arena_new(1 << 20);
	struct serial serial;
	struct record r;
	enum role role;
	bool there = key_parse_serial(document, &role, &serial) &&
		     member_get(m, a, FAMILY_RECEIPT, key_receipt(role, serial, who), &r) &&
		     r.u.receipt.kind == KIND_RECEIPT;

	if (there)
		*at_ms = r.u.receipt.at_ms;
	arena_destroy(a);
	return there;
}

/* Of what we sent, what the liar has receipted; of what it sent, what we had a day ago. */
static void want_document(struct world *w, const struct member *m, const struct key *key,
			  const struct record *r)
{
	const struct rec_document *d = &r->u.document;
	bool out = id_equal(d->origin, wanted.superior);
	int64_t at_ms;

	(void)w;
	if (!out && !(d->mine && id_equal(d->origin, wanted.liar)))
		return;
	if (receipt_of(m, key, out ? wanted.liar : wanted.superior, &at_ms) &&
	    at_ms < wanted.before_ms - (out ? 0 : GRACE_MS))
		want(UNFIT_NOT_COUNTED, out ? DIRECTION_OUT : DIRECTION_IN, d->id);
}

static bool is_named(const struct rec_report *k, const struct report_unfit *what)
{
	for (uint32_t i = 0; i < k->unfit_count; i++) {
		if (k->unfit[i].why == what->why && k->unfit[i].direction == what->direction &&
		    memcmp(&k->unfit[i].id, &what->id, sizeof what->id) == 0)
			return true;
	}
	return false;
}

void check_lie(struct world *w, int superior, int liar, int64_t signed_ms,
	       const struct doc_id made_up[2])
{
	const struct member *m = &w->members[superior];
	struct arena *a = arena_new(1 << 20);
	struct record r;

	wanted.superior = m->id;
	wanted.liar = w->members[liar].id;
	wanted.count = 0;
	if (!member_get(m, a, FAMILY_REPORT, key_committee(wanted.liar), &r) ||
	    r.u.report.signed_at_ms != signed_ms) {
		arena_destroy(a);
		return; /* it got lost, or the truth came after it */
	}
	w->figures->lies++;
	wanted.before_ms = r.u.report.summary.exchanged_before_ms;
	want(UNFIT_NOT_OURS, DIRECTION_OUT, made_up[0]); /* it "received" this one */
	want(UNFIT_NOT_OURS, DIRECTION_IN, made_up[1]);
	check_each(w, m, FAMILY_DOCUMENT, key_role(ROLE_OUT), want_document);
	check_each(w, m, FAMILY_DOCUMENT, key_role(ROLE_IN), want_document);
	if (r.u.report.checked_at_ms == 0 || r.u.report.unfit_all != wanted.count)
		world_violation(w, "figures", "%s questions %llu documents of a lie of %s, not %u",
				m->id.text, (unsigned long long)r.u.report.unfit_all,
				wanted.liar.text, wanted.count);
	for (unsigned i = 0; i < wanted.count && i < r.u.report.unfit_count; i++) {
		if (wanted.count <= REPORT_UNFIT_MAX && !is_named(&r.u.report, &wanted.list[i]))
			world_violation(w, "figures", "%s does not name a document of a lie of %s",
					m->id.text, wanted.liar.text);
	}
	arena_destroy(a);
}
