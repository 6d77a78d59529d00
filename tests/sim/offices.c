/* Office worlds: clerks accept, return, assign, start and finish what has arrived, several of them
 * the same document; issuers ask documents back, update and replace them, and the offices of the
 * recipients agree or decline, while everything else goes wrong; and the model of what may have
 * come of it, which shares no code with what it checks. Draws from a sequence of its own. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "daemon/store/memory.h"
#include "tests/sim/check.h"

enum {
	AGAIN_MS = 900,
	FIRST_MS = 2000,
	LAST_ASKED_MS = 50000, /* from then on an office that nobody asks does not wait for it */
	LAST_MS = 30000,
	GIVE_UP_MS = 90000,
	REPLY_OFFICE = 300000,
	STATUSES_LOOKED = 12 /* of one office */
};

static void add_act(struct world *w, struct prng *p, int document, int member,
		    enum office_status next)
{
	struct office_act *a = &w->acts[w->act_count];

	*a = (struct office_act){ .document = document, .member = member, .next = next };
	world_schedule(w, (struct sim_event){ .at_ms = FIRST_MS + (int64_t)prng_below(p, LAST_MS),
					      .kind = SIM_OFFICE,
					      .document = w->act_count++ });
}

/* Half of them the first step, so that the others have something to follow. */
static const enum office_status steps[] = { OFFICE_ACCEPTED, OFFICE_ACCEPTED, OFFICE_ACCEPTED,
					    OFFICE_RETURNED, OFFICE_ASSIGNED, OFFICE_PROCESSING,
					    OFFICE_FINISHED };

/* One in three answers another, sent before or after it, here or not. */
static void draw_answers(struct world *w, struct prng *p)
{
	for (int i = 0; i < w->document_count; i++) {
		struct wanted *d = &w->documents[i];
		const struct wanted *other =
			&w->documents[prng_below(p, (uint64_t)w->document_count)];

		d->answers_one = prng_chance(p, 333);
		if (d->answers_one)
			d->answers = (struct document_ref){ .origin = w->members[other->origin].id,
							    .id = other->id };
	}
}

/* An issuer asks once; each office says something, several of them twice. */
static void draw_recalls(struct world *w, struct prng *p)
{
	for (int i = 0; i < w->document_count && w->act_count < OFFICE_ACTS_MAX - 8; i++) {
		const struct wanted *d = &w->documents[i];
		bool asked = (!d->has_newer || d->asked_too) && !d->conflicting &&
			     (prng_chance(p, 200) || d->at_once || d->asked_too);

		if (!asked && d->older == 0)
			continue;
		if (asked)
			add_act(w, p, i, d->origin, OFFICE_RECALL_ASKED);
		for (int k = 0; k < w->member_count && w->act_count < OFFICE_ACTS_MAX; k++) {
			if ((d->addressed >> k & 1) != 0)
				add_act(w, p, i, k,
					prng_chance(p, 600) ? OFFICE_RECALL_AGREED
							    : OFFICE_RECALL_DECLINED);
		}
	}
}

/* Some concern one before them, of the same issuer; each at most one, and each at most once. */
static void draw_newer(struct world *w, struct prng *p)
{
	for (int i = 1; i < w->document_count; i++) {
		struct wanted *d = &w->documents[i];

		if (d->conflicting || !prng_chance(p, 350))
			continue;
		for (int k = 0; k < i && d->older == 0; k++) {
			struct wanted *o = &w->documents[k];

			if (o->origin != d->origin || o->has_newer || o->conflicting)
				continue;
			d->older = k + 1;
			d->business = prng_chance(p, 600) ? BUSINESS_REPLACE : BUSINESS_UPDATE;
			o->has_newer = true;
		}
	}
}

void offices_draw(struct world *w)
{
	struct prng p;

	prng_seed(&p, w->seed * 0xd6e8feb86659fd93ULL);
	w->act_count = 20 + (int)prng_below(&p, OFFICE_ACTS_MAX - 20);
	for (int i = 0; i < w->act_count; i++) {
		struct office_act *a = &w->acts[i];

		a->document = (int)prng_below(&p, (uint64_t)w->document_count);
		for (int k = 0; k < 20; k++) { /* a recipient, most times */
			a->member = (int)prng_below(&p, (uint64_t)w->member_count);
			if ((w->documents[a->document].addressed >> a->member & 1) != 0)
				break;
		}
		a->next = steps[prng_below(&p, sizeof steps / sizeof steps[0])];
		world_schedule(w, (struct sim_event){
				      .at_ms = FIRST_MS + (int64_t)prng_below(&p, LAST_MS),
				      .kind = SIM_OFFICE,
				      .document = i });
	}
	draw_answers(w, &p);
	draw_newer(w, &p);
	if (w->recalls)
		recalls_draw(w);
	draw_recalls(w, &p);
}

/* The clerk sees it in the inbox: on the disk, whole. */
static bool in_inbox(const struct member *m, const struct world *w, const struct wanted *d,
		     struct ev_office *out)
{
	struct arena *a = arena_new(1 << 20);
	struct record ident, state;
	bool there;

	assert(a != NULL);
	there = member_get(m, a, FAMILY_IDENT, key_ident(d->id, w->members[d->origin].id),
			   &ident) &&
		(ident.u.ident.role == ROLE_IN || out->next == OFFICE_RECALL_ASKED) &&
		member_get(m, a, FAMILY_STATE,
			   key_serial(ident.u.ident.role, ident.u.ident.serial), &state) &&
		state.u.state.complete_at_ms != 0;
	if (there) {
		out->role = ident.u.ident.role;
		out->serial = ident.u.ident.serial;
	}
	arena_destroy(a);
	return there;
}

bool offices_sees(const struct member *m, const struct wanted *d)
{
	return m->running && in_inbox(m, m->world, d, &(struct ev_office){ .next = OFFICE_NONE });
}

/* Until an answer comes, the client repeats itself. */
void offices_act(struct world *w, int index)
{
	struct office_act *a = &w->acts[index];
	struct member *m = &w->members[a->member];
	struct event event = { .type = EVENT_OFFICE };
	struct ev_office *e = &event.u.office;

	if (a->answered || a->given_up)
		return;
	a->given_up = w->now_ms > GIVE_UP_MS;
	world_schedule(w, (struct sim_event){ .at_ms = w->now_ms + AGAIN_MS,
					      .kind = SIM_OFFICE,
					      .document = index });
	e->next = a->next;
	if (!m->running || !in_inbox(m, w, &w->documents[a->document], e))
		return;
	e->reply.n = REPLY_OFFICE + (uint64_t)index;
	e->note = a->next == OFFICE_RETURNED || a->next == OFFICE_RECALL_ASKED ||
				  a->next == OFFICE_RECALL_DECLINED
			  ? "gửi nhầm"
			  : "";
	e->to = a->next == OFFICE_ASSIGNED ? "Văn phòng" : "";
	e->due_on = e->person = "";
	assert(inbox_push(m->inbox, &event, NULL, NULL) == ERR_OK);
	world_wake(w, m, 0);
}

bool offices_replied(struct world *w, const struct act_reply *r)
{
	struct office_act *a;

	if (r->to.n < REPLY_OFFICE)
		return false;
	a = &w->acts[r->to.n - REPLY_OFFICE];
	if (r->result == ERR_BEHIND && w->setback && a->member == w->setback_member)
		return true; /* nothing new until it has back what it lost */
	switch (r->result) {
	case ERR_OK:
		a->done = true;
		a->arrival = r->work->line.number;
		a->repeated = r->repeated;
		if (a->next == OFFICE_RECALL_ASKED)
			w->documents[a->document].asked_ms = w->now_ms;
		break;
	case ERR_NOT_ASKED: /* it is not there yet: until it is */
		if (w->now_ms < LAST_ASKED_MS)
			return true;
		break;
	case ERR_BAD_STATE:
	case ERR_RECALLED:
	case ERR_REPLACED:
		break;
	case ERR_CLOCK_WRONG:
	case ERR_OWN_KEY:
	case ERR_OWN_KEY_UNKNOWN:
		return true; /* later */
	default:
		if (damages_answer(w, r->result))
			return true;
		world_violation(w, "office", "an act was answered with VT-%d", (int)r->result);
	}
	a->answered = true;
	return true;
}

bool offices_wait(const struct world *w, const struct wanted *d)
{
	return d->older != 0 && !w->documents[d->older - 1].accepted;
}

void offices_accepted(struct world *w, const struct wanted *d)
{
	const struct wanted *older = d->older == 0 ? NULL : &w->documents[d->older - 1];

	/* frozen at its issuer */
	if (older != NULL && older->asked_ms != 0 && d->submitted_ms > older->asked_ms)
		world_violation(w, "recall", "%s was taken after %s had been asked back",
				d->number, older->number);
	for (int i = 0; d->at_once && i < w->act_count; i++) {
		if (&w->documents[w->acts[i].document] == d &&
		    w->acts[i].next == OFFICE_RECALL_ASKED)
			world_schedule(w, (struct sim_event){ .at_ms = w->now_ms,
							      .kind = SIM_OFFICE,
							      .document = i });
	}
}

bool offices_refused(struct world *w, struct wanted *d, enum err why)
{
	if (d->older == 0 || why != ERR_RECALLED)
		return false;
	/* it was asked back meanwhile: what was to replace it is a document by itself */
	w->documents[d->older - 1].has_newer = false;
	d->older = 0;
	return true;
}

bool offices_done(const struct world *w)
{
	for (int i = 0; i < w->act_count; i++) {
		if (!w->acts[i].answered && w->members[w->acts[i].member].running &&
		    w->now_ms < GIVE_UP_MS)
			return false;
	}
	return true;
}

/* The numbers of an office's statuses are its order, whichever way they come: one that is not here
 * yet leaves a hole below the highest. */
void offices_noticed(struct world *w, const struct member *m, const struct act_notify *n)
{
	const struct wanted *d = workload_find(w, &n->document.id);
	struct arena *a = arena_new(1 << 20);
	struct committee_id office = n->committee;
	struct record ident, r;
	uint32_t last = 0, there = 0;

	assert(a != NULL);
	if (d != NULL && d->origin == m->index &&
	    member_get(m, a, FAMILY_IDENT, key_ident(d->id, m->id), &ident)) {
		for (uint32_t i = 1; i <= STATUSES_LOOKED; i++) {
			if (!member_get(m, a, FAMILY_STATUS,
					key_status(ident.u.ident.role, ident.u.ident.serial, office,
						   i),
					&r))
				continue;
			last = i;
			there++;
		}
	}
	w->out_of_order += last > there;
	arena_destroy(a);
}

/* ---- a disk that is put back ---- */

/* Does the holder have it, or lie its signed bytes somewhere on its disk? */
static bool holds(const struct member *holder, const struct wanted *d, const struct member *office,
		  const struct record *status)
{
	const struct blob *signed_bytes = &status->u.status.envelope.bytes;
	struct arena *a = arena_new(1 << 20);
	struct committee_id origin = office->world->members[d->origin].id;
	struct record ident, r;
	bool there =
		signed_bytes->len_bytes > 0 && memory_disk_contains(holder->disk, *signed_bytes);

	assert(a != NULL);
	if (member_get(holder, a, FAMILY_IDENT, key_ident(d->id, origin), &ident)) {
		for (uint32_t n = 1; n <= STATUSES_LOOKED && !there; n++)
			there = member_get(holder, a, FAMILY_STATUS,
					   key_status(ident.u.ident.role, ident.u.ident.serial,
						      office->id, n),
					   &r) &&
				strcmp(r.u.status.code, status->u.status.code) == 0;
	}
	arena_destroy(a);
	return there;
}

static bool known_of(const struct member *m, const struct office_act *act, const struct wanted *d)
{
	struct world *w = m->world;
	struct committee_id origin = w->members[d->origin].id;
	struct arena *a = arena_new(1 << 20);
	struct record ident, r;
	char code[8];
	bool known = false;

	assert(a != NULL);
	snprintf(code, sizeof code, "%02u", (unsigned)act->next % 100);
	if (member_get(m, a, FAMILY_IDENT, key_ident(d->id, origin), &ident)) {
		for (uint32_t n = 1; n <= STATUSES_LOOKED; n++) {
			if (!member_get(
				    m, a, FAMILY_STATUS,
				    key_status(ident.u.ident.role, ident.u.ident.serial, m->id, n),
				    &r) ||
			    strcmp(r.u.status.code, code) != 0)
				continue;
			for (int k = 0; k < w->member_count; k++)
				known = known || (k != m->index && holds(&w->members[k], d, m, &r));
		}
	}
	arena_destroy(a);
	return known;
}

/* What was said to one that asks for an older one stands in the history of that. */
static bool known_elsewhere(const struct member *m, const struct office_act *act)
{
	const struct wanted *d = &m->world->documents[act->document];

	return known_of(m, act, d) ||
	       (d->older != 0 && known_of(m, act, &m->world->documents[d->older - 1]));
}

void offices_put_back(const struct member *m)
{
	struct world *w = m->world;

	for (int i = 0; i < w->act_count; i++) {
		struct office_act *act = &w->acts[i];

		if (!act->done || act->member != m->index || known_elsewhere(m, act))
			continue;
		act->done = false;
		if (act->next == OFFICE_RECALL_ASKED)
			w->documents[act->document].asked_ms = 0;
	}
}
