/* See declare.h. */
#include "daemon/control/declare.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/control/client.h"
#include "daemon/control/listing.h"
#include "daemon/control/persons.h"
#include "routing/base/arena.h"
#include "routing/base/calendar.h"
#include "routing/rules/rules.h"
#include "routing/target/target.h"

enum { REQUEST_BYTES = 16 << 10 };

static char *text(text_t t)
{
	return (char *)(uintptr_t)(t == NULL ? "" : t);
}

void control_declared_fill(const struct declaration *said, Vanthu__V1__Declared *out)
{
	vanthu__v1__declared__init(out);
	out->name = text(said->name);
	out->done = said->done;
	out->all = said->all;
	out->as_of = text(said->as_of);
	out->person = text(said->person);
	out->at_ms = said->at_ms;
}

/* ---- declaring ---- */

static void release(void *owner)
{
	arena_destroy(owner);
}

static void answer(struct client *c, const struct pending_reply *p, const struct act_reply *a)
{
	Vanthu__V1__Reply r = control_reply_to(p->request_id, VANTHU__V1__REPLY__WHAT_DECLARED);
	Vanthu__V1__DeclareDone done = VANTHU__V1__DECLARE_DONE__INIT;
	Vanthu__V1__Declared before;

	done.target = text(a->target);
	done.repeated_request = a->repeated;
	if (a->before != NULL) {
		control_declared_fill(a->before, &before);
		done.before = &before;
	}
	r.declared = &done;
	control_say(c, &r);
}

/* With those that there are on that day. */
static void refuse_name(struct client *c, uint64_t id, text_t name, text_t as_of)
{
	const struct target_table *t = &c->control->parts.tables->targets;
	Vanthu__V1__Reply r = control_reply_to(id, VANTHU__V1__REPLY__WHAT_ERROR);
	Vanthu__V1__ControlError e = VANTHU__V1__CONTROL_ERROR__INIT;
	char *choices[DECLARED_MAX], cut[CONTROL_ABOUT_BYTES];

	for (uint32_t i = 0; i < t->count && e.n_choices < DECLARED_MAX; i++) {
		if (t->rows[i].first == i && target_table_at(t, i, as_of) != NULL)
			choices[e.n_choices++] = text(t->rows[i].id);
	}
	e.code = ERR_TARGET_UNKNOWN;
	control_cut_about(name, cut);
	e.about = cut;
	e.choices = choices;
	e.choice_count = e.n_choices;
	r.error = &e;
	control_say(c, &r);
}

static enum err copy(struct arena *a, const Vanthu__V1__Declare *m, text_t id, text_t person,
		     struct ev_declare *out)
{
	out->name = arena_text(a, id, strlen(id));
	out->as_of = arena_text(a, m->as_of, strlen(m->as_of));
	out->person = arena_text(a, person, strlen(person));
	out->done = m->done;
	out->all = m->all;
	out->correction = m->correction;
	out->dry_run = m->dry_run;
	return out->name != NULL && out->as_of != NULL && out->person != NULL ? ERR_OK
									      : ERR_NO_MEMORY;
}

void control_declare(struct client *c, const Vanthu__V1__Request *request)
{
	const Vanthu__V1__Declare *m = request->declare;
	uint64_t id = request->id;
	struct event event = { .type = EVENT_DECLARE };
	struct ev_declare *d = &event.u.declare;
	struct question q = { .request_id = id,
			      .event = &event,
			      .reply = &d->reply,
			      .answer = answer,
			      .release = release };
	const struct target_row *target;
	struct arena *a;
	text_t person;
	enum err e;

	if (!control_person(c, id, m->person, &person))
		return;
	if (target_table_find(&c->control->parts.tables->targets, m->name, m->as_of, &target) !=
	    ERR_OK) {
		refuse_name(c, id, m->name, m->as_of);
		return;
	}
	a = arena_new(REQUEST_BYTES);
	e = a == NULL ? ERR_NO_MEMORY : copy(a, m, target->id, person, d);
	if (e != ERR_OK) {
		arena_destroy(a);
		control_say_error(c, id, e, "");
		return;
	}
	d->uid = c->uid;
	q.owner = a;
	control_ask_core(c, &q);
}

/* ---- what there is ---- */

struct declared_walk {
	uint32_t at; /* by place: a reload may bring another table while the rows are sent */
	bool history;
	char today[DATE_MAX + 1];
	struct scan scan;
};

static void say(struct client *c, uint64_t id, Vanthu__V1__DeclarationLine *line)
{
	Vanthu__V1__Reply r = control_reply_to(id, VANTHU__V1__REPLY__WHAT_DECLARATION);

	r.more = true;
	r.declaration = line;
	control_say(c, &r);
}

static void say_goal(struct client *c, uint64_t id, const struct declared_walk *w,
		     const struct target_row *row)
{
	const struct target_table *t = &c->control->parts.tables->targets;
	Vanthu__V1__DeclarationLine line = VANTHU__V1__DECLARATION_LINE__INIT;
	Vanthu__V1__TargetGoal goal = VANTHU__V1__TARGET_GOAL__INIT;

	goal.id = text(row->id);
	goal.from = text(row->from);
	goal.ended = row->ended;
	goal.share = row->share;
	goal.name_vi = text(row->name_vi);
	goal.name_en = text(row->name_en);
	goal.unit_vi = text(row->unit_vi);
	goal.unit_en = text(row->unit_en);
	goal.source = text(row->source);
	goal.in_force = target_table_at(t, row->first, w->today) == row;
	line.what_case = VANTHU__V1__DECLARATION_LINE__WHAT_GOAL;
	line.goal = &goal;
	say(c, id, &line);
}

static bool say_next_made(struct client *c, uint64_t id, struct declared_walk *w)
{
	struct lookup l = control_lookup(c);
	Vanthu__V1__DeclarationLine line = VANTHU__V1__DECLARATION_LINE__INIT;
	Vanthu__V1__DeclarationMade made = VANTHU__V1__DECLARATION_MADE__INIT;
	Vanthu__V1__Declared said;
	struct record r;
	enum err e = ERR_NOT_FOUND;

	if (w->history)
		e = l.next(l.ctx, c->control->arena, FAMILY_DECLARED, &w->scan, &r);
	if (e != ERR_OK)
		return control_listing_end(c, id, e == ERR_NOT_FOUND ? ERR_OK : e, "");
	control_declared_fill(&r.u.declared.said, &said);
	made.said = &said;
	made.uid = r.u.declared.uid;
	line.what_case = VANTHU__V1__DECLARATION_LINE__WHAT_MADE;
	line.made = &made;
	say(c, id, &line);
	return true;
}

static bool step(struct client *c, uint64_t id, void *walk)
{
	struct declared_walk *w = walk;
	const struct target_table *t = &c->control->parts.tables->targets;

	if (w->at >= t->count)
		return say_next_made(c, id, w);
	say_goal(c, id, w, &t->rows[w->at++]);
	return true;
}

void control_declarations(struct client *c, const Vanthu__V1__Request *request)
{
	static const struct listing_kind kind = { step, free, false };
	struct declared_walk *w = calloc(1, sizeof *w);

	if (w != NULL) {
		w->history = request->declarations->history;
		w->scan = scan_of((struct key){ .len_bytes = 0 });
		date_of_ms(control_wall_ms(c), w->today);
	}
	control_listing_begin(c, request->id, &kind, w);
}

enum err control_declared_own(struct client *c, Vanthu__V1__Declared ***out, size_t *count)
{
	struct arena *a = c->control->arena;
	Vanthu__V1__Declared *each = arena_array(a, DECLARED_MAX, sizeof *each),
			     **list = arena_array(a, DECLARED_MAX, sizeof *list);
	struct scan scan = scan_of((struct key){ .len_bytes = 0 });
	struct lookup l = control_lookup(c);
	struct declaration said;
	size_t n = 0;
	enum err e = ERR_OK;

	if (each == NULL || list == NULL)
		return ERR_NO_MEMORY;
	while (n < DECLARED_MAX && (e = declared_next(&l, a, &scan, &said)) == ERR_OK) {
		control_declared_fill(&said, &each[n]);
		list[n] = &each[n];
		n++;
	}
	*out = list;
	*count = n;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}
