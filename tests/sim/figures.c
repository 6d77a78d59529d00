/* Figure worlds: offices at work over four midnights and the end of a month, in every second one
 * while the tree changes; reports go up, are asked for, get lost, come again, late and in others'
 * names, and say what cannot be. What each must say is counted on its signer's own disk before the
 * turn in which it leaves. Draws from a sequence of its own. */
#include "tests/sim/figures.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/store/memory.h"
#include "proto/seal.h"
#include "proto/signer_pem.h"
#include "routing/base/calendar.h"
#include "routing/state/plan.h"

enum {
	FIRST_NIGHT_MS = 4000,
	NIGHT_EVERY_MS = 4000,
	NIGHTS = 4, /* and one more when all is quiet */
	ACTS_MOST = 40,
	FIRST_ACT_MS = 1000,
	LAST_ACT_MS = 19000,
	ARENA_BYTES = 4 << 20,
	LIE_SETTLES_MS = 20000,
	LAST_SETTLES_MS = 90000,
};

#define NIGHT_ENDS_MS (63 * 60000LL) /* 01:03: the last of a tree have reported by 01:00 */
#define LOSS_LASTS_MS (26 * 3600000LL)
#define VIETNAM_MS    (7 * 3600000LL)
#define A_DAY_MS      86400000LL

static int64_t day_of(int64_t wall_ms)
{
	return (wall_ms + VIETNAM_MS) / A_DAY_MS;
}

static int64_t wall_of(const struct world *w)
{
	return w->start_wall_ms + w->skipped_ms + w->now_ms;
}

void figures_begin(struct world *w, uint32_t silent)
{
	w->figures = calloc(1, sizeof *w->figures);
	assert(w->figures != NULL);
	w->figures->silent = silent;
	prng_seed(&w->figures->prng, w->seed * 0xa0761d6478bd642fULL);
	prng_seed(&w->figures->declares, w->seed * 0xe7037ed1a0b428dbULL);
}

void figures_release(struct world *w)
{
	struct figures *f = w->figures;

	if (f == NULL)
		return;
	for (unsigned i = 0; i < f->count; i++)
		free(f->list[i].cells);
	free(f->list);
	for (int i = 0; i < MEMBERS_MAX; i++)
		free(f->before[i].cells);
	for (unsigned i = 0; i < REPORTS_KEPT; i++)
		free(f->kept[i].bytes);
	free(f);
	w->figures = NULL;
}

void figures_draw(struct world *w)
{
	struct figures *f = w->figures;

	figures_watch(w);
	if (prng_chance(&f->prng, 400))
		f->silent = 1u << (1 + prng_below(&f->prng, (uint64_t)w->member_count - 1));
	for (int i = 0; i < NIGHTS; i++)
		world_schedule(w, (struct sim_event){ .at_ms = FIRST_NIGHT_MS + i * NIGHT_EVERY_MS,
						      .kind = SIM_FIGURES,
						      .direction = FIGURES_NIGHT });
	for (int i = (int)prng_below(&f->prng, ACTS_MOST); i > 0; i--)
		world_schedule(w, (struct sim_event){
					  .at_ms = FIRST_ACT_MS +
						   (int64_t)prng_below(&f->prng, LAST_ACT_MS),
					  .kind = SIM_FIGURES,
					  .direction = FIGURES_ASK +
						       (int)prng_below(&f->prng,
								       FIGURES_KINDS - 1) });
	declares_draw(w);
}

/* ---- what each report must say ---- */

const struct snapshot *figures_find(const struct world *w, int member, int64_t signed_ms)
{
	const struct figures *f = w->figures;

	for (unsigned i = f->count; i-- > 0;) {
		if (f->list[i].member == member && f->list[i].signed_ms == signed_ms)
			return &f->list[i];
	}
	return NULL;
}

static void remember(struct figures *f, const struct snapshot *s)
{
	if (f->count == f->capacity) {
		f->capacity = f->capacity == 0 ? 64 : 2 * f->capacity;
		f->list = realloc(f->list, f->capacity * sizeof *f->list);
		assert(f->list != NULL);
	}
	f->list[f->count++] = *s;
}

static void take_snapshot(struct member *m, struct snapshot *s)
{
	struct model_cell *cells;

	free(s->cells);
	s->count = check_target_count(m->world, m, &cells);
	s->cells = malloc((s->count + 1) * sizeof *s->cells);
	assert(s->cells != NULL);
	memcpy(s->cells, cells, s->count * sizeof *s->cells);
}

static int64_t last_signed(const struct member *m)
{
	struct arena *a = arena_new(1 << 16);
	struct record r;
	int64_t ms = 0;

	assert(a != NULL);
	if (member_get(m, a, FAMILY_META, key_name("report-signed"), &r))
		ms = (int64_t)r.u.note.number;
	arena_destroy(a);
	return ms;
}

void figures_watch(struct world *w)
{
	w->figures->watching = true;
	w->figures->from_ms = wall_of(w);
	for (int i = 0; i < w->member_count; i++)
		w->figures->last_ms[i] = last_signed(&w->members[i]);
}

void figures_before(struct member *m)
{
	struct world *w = m->world;
	struct figures *f = w->figures;
	struct snapshot *s = f == NULL ? NULL : &f->before[m->index];
	struct now now = member_now(m);

	if (f == NULL || !f->watching || now.mono_ms < core_deadline_ms(m->core) ||
	    (!f->asked[m->index] && day_of(f->last_ms[m->index]) == day_of(now.wall_ms)))
		return;
	take_snapshot(m, s);
}

void figures_after(struct member *m)
{
	struct world *w = m->world;
	struct figures *f = w->figures;
	struct snapshot *s = f == NULL ? NULL : &f->before[m->index];
	int64_t last_ms;

	if (f == NULL || !f->watching)
		return;
	last_ms = last_signed(m);
	if (last_ms != f->last_ms[m->index]) {
		/* the turn's own events made it due: its tick came after them */
		if (s->cells == NULL)
			take_snapshot(m, s);
		s->member = m->index;
		s->signed_ms = f->last_ms[m->index] = last_ms;
		remember(f, s);
		s->cells = NULL;
	}
	free(s->cells);
	s->cells = NULL;
}

/* ---- on the way ---- */

static bool is_lost(const struct figures *f, const struct member *m, int signer,
		    int64_t signed_ms)
{
	if ((f->silent >> signer & 1) != 0)
		return true;
	for (unsigned i = 0; i < f->loss_count; i++) {
		const struct loss *l = &f->losses[i];

		if (l->signer == signer && l->receiver == m->index && signed_ms >= l->from_ms &&
		    signed_ms < l->to_ms)
			return true;
	}
	return false;
}

static void keep(struct figures *f, int signer, const struct ev_publish *e)
{
	struct kept_report *k = &f->kept[f->kept_next++ % REPORTS_KEPT];

	free(k->bytes);
	*k = (struct kept_report){ .signer = signer,
				   .signed_ms = e->head->signed_at_ms,
				   .len_bytes = e->envelope.len_bytes,
				   .bytes = malloc(e->envelope.len_bytes + 1),
				   .digest = e->digest };
	assert(k->bytes != NULL);
	memcpy(k->bytes, e->envelope.data, e->envelope.len_bytes);
}

/* A lost one is what an older daemon cannot read: it has its place in the stream, and is
 * dropped. */
void figures_opened(struct member *m, struct ev_publish *e)
{
	struct world *w = m->world;
	struct figures *f = w->figures;
	int signer;

	if (f == NULL || e->verdict != ERR_OK || e->fact == NULL || e->fact->kind != KIND_REPORT)
		return;
	if (e->fact->report->asks) {
		f->asked[m->index] = true;
		return;
	}
	signer = world_find(w, e->signer.text);
	if (signer < 0)
		return;
	if (f->watching && w->year == NULL)
		keep(f, signer, e);
	if (!is_lost(f, m, signer, e->head->signed_at_ms))
		return;
	f->lost++;
	e->verdict = ERR_UNSUPPORTED;
	e->fact = NULL;
}

/* ---- what happens ---- */

static void night(struct world *w)
{
	int64_t wall_ms = wall_of(w), next_ms = (day_of(wall_ms) + 1) * A_DAY_MS - VIETNAM_MS;

	w->skipped_ms += next_ms + NIGHT_ENDS_MS - wall_ms;
	w->figures->nights++;
	memset(w->figures->asked, 0, sizeof w->figures->asked);
	for (int i = 0; i < w->member_count; i++)
		world_wake(w, &w->members[i], 0);
}

static void operate(struct world *w, struct member *m, enum operation what, struct committee_id who)
{
	struct event event = { .type = EVENT_OPERATE };

	if (!m->running)
		return;
	event.u.operate = (struct ev_operate){ .operation = what,
					       .neighbour = who,
					       .reply = { REPLY_FIGURES } };
	assert(inbox_push(m->inbox, &event, NULL, NULL) == ERR_OK);
	world_wake(w, m, 0);
}

static struct member *some_member(struct world *w)
{
	return &w->members[prng_below(&w->figures->prng, (uint64_t)w->member_count)];
}

static struct edge *some_edge(struct world *w, int *index)
{
	*index = (int)prng_below(&w->figures->prng, (uint64_t)w->edge_count);
	return &w->edges[*index];
}

static void lose(struct world *w)
{
	struct figures *f = w->figures;
	struct loss *l;
	int index;

	if (f->loss_count == LOSSES_MOST)
		return;
	l = &f->losses[f->loss_count++];
	*l = (struct loss){ .signer = some_member(w)->index,
			    .receiver = some_edge(w, &index)->superior,
			    .from_ms = wall_of(w),
			    .to_ms = wall_of(w) + LOSS_LASTS_MS };
	if (prng_chance(&f->prng, 700))
		l->receiver = world_parent(w, w->version_count, l->signer);
}

/* What a program that is not ours puts on its way: it lies in the queue for the superior when the
 * daemon starts again. False: there is no queue yet. */
static bool slip_in(struct world *w, const struct edge *e, struct committee_id to,
		    const struct draft *d)
{
	struct member *m = &w->members[e->subordinate];
	struct committee_id superior = w->members[e->superior].id, neighbour;
	struct record last, r = { .family = FAMILY_STREAM }, link;
	struct scan scan = scan_of(key_link(superior, LANE_FACTS));
	struct arena *a = arena_new(ARENA_BYTES);
	uint64_t seq = 0;
	struct store *s;
	struct plan *plan;
	struct lookup l;
	enum lane lane;
	bool there;

	assert(a != NULL);
	member_crash(m);
	assert(store_memory_open(m->disk, &s) == ERR_OK);
	l = s->ops->lookup(s);
	there = member_get(m, a, FAMILY_LINKOUT, key_link(superior, LANE_FACTS), &link);
	if (there) {
		if (l.last(l.ctx, a, FAMILY_STREAM, &scan, &last) != ERR_OK ||
		    !key_parse_seq(&scan.at, &neighbour, &lane, &seq) ||
		    seq < link.u.linkout.acked)
			seq = link.u.linkout.acked;
		r.u.stream = (struct rec_stream){ .role = ROLE_NONE,
						  .to = to,
						  .digest = d->digest,
						  .size_bytes = d->envelope.len_bytes,
						  .fact = { .bytes = d->envelope },
						  .queued_at_ms = wall_of(w) };
		plan = plan_new(l);
		assert(plan != NULL);
		plan_put(plan, key_seq(superior, LANE_FACTS, seq + 1), &r);
		assert(s->ops->commit(s, plan) == ERR_OK);
		plan_destroy(plan);
	}
	s->ops->close(s);
	arena_destroy(a);
	return there;
}

/* Doubled when it is the last one, late when it was lost and a newer one has come, else long
 * past. */
static void show_again(struct world *w)
{
	struct figures *f = w->figures;
	unsigned there = f->kept_next < REPORTS_KEPT ? f->kept_next : REPORTS_KEPT;
	const struct kept_report *k = &f->kept[prng_below(&f->prng, there == 0 ? 1 : there)];
	struct draft d = { .envelope = { k->bytes, k->len_bytes }, .digest = k->digest };
	int index;
	struct edge *e = some_edge(w, &index);

	if (k->bytes == NULL || !w->members[e->subordinate].running ||
	    !slip_in(w, e, w->members[e->superior].id, &d))
		return;
	/* who passes on what another signed does no harm to that one's name */
	f->injected[k->signer] += e->subordinate == k->signer;
	f->again++;
	for (unsigned i = 0; i < f->loss_count; i++) {
		struct loss *l = &f->losses[i];

		if (l->signer == k->signer && l->to_ms > k->signed_ms)
			l->to_ms = k->signed_ms;
	}
}

static struct draft draft_of(struct world *w, const struct member *as, const struct recipient *to,
			     const struct report *r)
{
	struct draft d = { .fact = { .kind = KIND_REPORT, .note = "", .report = r } };

	d.head = hostile_head(w, as, KIND_REPORT, to);
	return d;
}

static struct report empty_report(struct world *w)
{
	struct month now = month_of_ms(wall_of(w));

	return (struct report){ .from = now, .to = now, .as_of_ms = wall_of(w) - 1000 };
}

/* In another's name, with the liar's key under the other's id, or with another member's own. */
static void forge(struct world *w)
{
	struct figures *f = w->figures;
	struct member *as = some_member(w), *by = some_member(w);
	struct arena *a = arena_new(ARENA_BYTES);
	struct report r = empty_report(w);
	struct recipient to;
	struct draft d;
	int index;
	struct edge *e = some_edge(w, &index);

	assert(a != NULL);
	to = (struct recipient){ .committee = w->members[e->superior].id };
	d = draft_of(w, as, &to, &r);
	if (as != by && by->running && w->members[e->subordinate].running) {
		bool own = prng_chance(&f->prng, 500);

		assert(seal_drafts(own ? by->signer : w->evil, a, &d, 1) == ERR_OK);
		if (!own)
			hostile_dress_up(w, &d, as);
		f->forged += slip_in(w, e, to.committee, &d);
	}
	arena_destroy(a);
}

static void say_what_cannot_be(struct world *w, struct report *r, struct report_row *row,
			       struct declaration *declared)
{
	*row = (struct report_row){ .at = { .month = r->to, .direction = DIRECTION_IN },
				    .type_code = "CV",
				    .type_name = "Công văn",
				    .count = { .digital = 1 } };
	*declared = (struct declaration){ "Máy", 2, 1, "2026-09-01", "", 1 };
	r->rows = row;
	r->row_count = 1;
	switch (prng_below(&w->figures->prng, 5)) {
	case 0:
		row->count.processed = 2;
		break;
	case 1:
		row->count.digital = UINT64_C(1) << 40;
		break;
	case 2:
		r->to.n++;
		row->at.month.n++;
		break;
	case 3:
		r->declared = declared;
		r->declared_count = 1;
		break;
	default:
		row->at.direction = DIRECTION_OUT;
		row->count.slow = 2;
	}
}

int64_t figures_inject(struct world *w, int edge, struct report *report)
{
	struct edge *e = &w->edges[edge];
	struct member *as = &w->members[e->subordinate];
	struct arena *a = arena_new(ARENA_BYTES);
	struct recipient to = { .committee = w->members[e->superior].id };
	struct draft d = draft_of(w, as, &to, report);
	int64_t signed_ms = 0;

	assert(a != NULL);
	if (as->running) {
		assert(seal_drafts(as->signer, a, &d, 1) == ERR_OK);
		if (slip_in(w, e, to.committee, &d)) {
			w->figures->injected[as->index]++;
			signed_ms = d.head.signed_at_ms;
		}
	}
	arena_destroy(a);
	return signed_ms;
}

static void impossible(struct world *w)
{
	struct report r = empty_report(w);
	struct declaration declared;
	struct report_row row;
	int index;

	(void)some_edge(w, &index);
	say_what_cannot_be(w, &r, &row, &declared);
	w->figures->impossible += figures_inject(w, index, &r) != 0;
}

void figures_event(struct world *w, const struct sim_event *e)
{
	struct committee_id nobody = { "" };
	struct member *m;

	if (w->healed)
		return;
	switch (e->direction) {
	case FIGURES_NIGHT:
		night(w);
		break;
	case FIGURES_ASK:
		w->figures->asks++;
		operate(w, some_member(w), OPERATION_ASK_REPORT, some_member(w)->id);
		break;
	case FIGURES_NOW:
		m = some_member(w);
		w->figures->asked[m->index] = true;
		operate(w, m, OPERATION_REPORT, nobody);
		break;
	case FIGURES_LOSE:
		lose(w);
		break;
	case FIGURES_AGAIN:
		show_again(w);
		break;
	case FIGURES_FORGE:
		forge(w);
		break;
	case FIGURES_DECLARE:
		declares_event(w);
		break;
	default:
		impossible(w);
	}
}

bool figures_replied(const struct act_reply *r)
{
	return r->to.n == REPLY_FIGURES;
}

/* ---- the end ---- */

/* A canary: a program that compares one direction only would have left this. */
static void forget_half(struct member *m, struct committee_id liar)
{
	struct record r = { .family = FAMILY_REPORT };
	struct arena *a = arena_new(ARENA_BYTES);
	struct rec_report *k = &r.u.report;
	uint32_t left = 0;
	struct plan *plan;
	struct store *s;

	assert(a != NULL && store_memory_open(m->disk, &s) == ERR_OK);
	plan = plan_new(s->ops->lookup(s));
	if (plan != NULL && member_get(m, a, FAMILY_REPORT, key_committee(liar), &r)) {
		struct report_unfit *half = arena_array(a, k->unfit_count, sizeof *half);

		for (uint32_t i = 0; i < k->unfit_count; i++) {
			if (k->unfit[i].direction == DIRECTION_OUT)
				half[left++] = k->unfit[i];
		}
		k->unfit_all -= k->unfit_count - left;
		k->unfit = half;
		k->unfit_count = left;
		plan_put(plan, key_committee(liar), &r);
		assert(s->ops->commit(s, plan) == ERR_OK);
	}
	plan_destroy(plan);
	s->ops->close(s);
	arena_destroy(a);
}

/* One leaves out all documents, and makes up one in each direction. */
static void lie(struct world *w)
{
	struct doc_id made_up[2] = { { { 1 } }, { { 2 } } };
	struct report r = empty_report(w);
	struct report_exchange x[2];
	struct snapshot s = { .count = 0 };
	struct edge *e;
	int index;

	e = some_edge(w, &index);
	if (world_parent(w, w->version_count, e->subordinate) != e->superior ||
	    (w->figures->silent >> e->subordinate & 1) != 0)
		return;
	for (int i = 0; i < 2; i++)
		x[i] = (struct report_exchange){ .with = w->members[e->superior].id,
						 .direction = i == 0 ? DIRECTION_IN : DIRECTION_OUT,
						 .ids = &made_up[i],
						 .id_count = 1 };
	r.exchanges = x;
	r.exchange_count = 2;
	r.exchanged_before_ms = r.as_of_ms;
	r.exchanged_since_ms = r.as_of_ms - 60 * A_DAY_MS;
	s.member = e->subordinate;
	s.signed_ms = figures_inject(w, index, &r);
	if (s.signed_ms == 0)
		return;
	s.cells = calloc(1, sizeof *s.cells);
	remember(w->figures, &s);
	world_run_until(w, w->now_ms + LIE_SETTLES_MS);
	if (w->canary == CANARY_HALF_COMPARED)
		forget_half(&w->members[e->superior], w->members[e->subordinate].id);
	check_lie(w, e->superior, e->subordinate, s.signed_ms, made_up);
}

void figures_finish(struct world *w)
{
	for (int i = 0; i < w->member_count && w->violation[0] == '\0'; i++)
		check_figures(w, &w->members[i]);
	w->figures->loss_count = 0;
	if (w->violation[0] == '\0')
		lie(w);
	if (w->violation[0] != '\0')
		return;
	declares_finish(w);
	night(w);
	world_run_until(w, w->now_ms + LAST_SETTLES_MS);
	if (w->canary == CANARY_KEEPS_FIRST)
		declares_keep_first(w);
	check_all_figures(w);
}
