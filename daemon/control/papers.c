/* See papers.h. Keys only ascend by month: so each month is scanned, its newest are remembered, and
 * sent in their order. A month of more than are remembered is scanned again for the rest. */
#include "daemon/control/papers.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/control/client.h"
#include "daemon/control/details.h"
#include "daemon/control/find.h"
#include "daemon/control/listing.h"
#include "daemon/control/paper.h"
#include "proto/fields.h"
#include "routing/base/committee_id.h"

enum { REMEMBERED_MAX = 4096, POSITION_BITS = 40, EARLIER_MAX = 16 };

/* One entry of the month: day ‖ direction ‖ number, so that they compare in the order they are
 * sent. */
typedef uint64_t position_t;

struct paper_walk {
	struct month from, month; /* {0}: none begun */
	enum direction direction; /* DIRECTION_NONE: both */
	bool named;		  /* then only what `name` says */
	struct paper_name name;
	struct scan scan;
	bool sending, ended;
	position_t below; /* all from here on have been sent */
	position_t floor; /* some below it were dropped; 0: none */
	position_t *found;
	size_t count, sent;
};

void control_paper_said(const struct rec_paper *p, Vanthu__V1__PaperSaid *out)
{
	vanthu__v1__paper_said__init(out);
	out->type_code = (char *)(uintptr_t)p->type_code;
	out->type_name = (char *)(uintptr_t)p->type_name;
	out->number = (char *)(uintptr_t)p->number;
	out->subject = (char *)(uintptr_t)p->subject;
	out->date = (char *)(uintptr_t)p->date;
	out->party = (char *)(uintptr_t)p->party;
	out->at_ms = p->changed_at_ms != 0 ? p->changed_at_ms : p->added_at_ms;
	out->uid = p->uid;
	out->issued_on = (char *)(uintptr_t)(p->issued_on == NULL ? "" : p->issued_on);
}

/* As it was before its corrections; what cannot be read ends it. */
static void fill_earlier(struct client *c, const struct rec_paper *p, Vanthu__V1__PaperLine *line)
{
	struct arena *a = c->control->arena;
	struct serial at = p->previous;

	line->earlier = arena_array(a, EARLIER_MAX, sizeof(Vanthu__V1__PaperSaid *));
	while (line->earlier != NULL && at.n != 0 && line->n_earlier < EARLIER_MAX) {
		struct rec_paper *one = arena_alloc(a, sizeof *one);
		Vanthu__V1__PaperSaid *earlier = arena_alloc(a, sizeof *earlier);

		if (one == NULL || earlier == NULL || control_get_paper(c, a, at, one) != ERR_OK)
			return;
		control_paper_said(one, earlier);
		line->earlier[line->n_earlier++] = earlier;
		at = one->previous;
	}
}

void control_fill_paper(struct client *c, const struct rec_paper *p, Vanthu__V1__PaperLine *line)
{
	vanthu__v1__paper_line__init(line);
	line->id = field_bytes(p->id.bytes, sizeof p->id.bytes);
	line->direction = (Vanthu__V1__Direction)p->direction;
	line->type_code = (char *)(uintptr_t)p->type_code;
	line->type_name = (char *)(uintptr_t)p->type_name;
	line->number = (char *)(uintptr_t)p->number;
	line->subject = (char *)(uintptr_t)p->subject;
	line->date = (char *)(uintptr_t)p->date;
	line->party = (char *)(uintptr_t)p->party;
	line->secrecy = (Vanthu__V1__Secrecy)p->secrecy;
	line->added_at_ms = p->added_at_ms;
	line->cancelled_at_ms = p->cancelled_at_ms;
	line->reason = (char *)(uintptr_t)p->reason;
	line->uid = p->uid;
	line->changed_at_ms = p->changed_at_ms;
	line->change_reason = (char *)(uintptr_t)(p->why == NULL ? "" : p->why);
	line->not_issued = p->not_issued;
	if (p->previous.n != 0)
		fill_earlier(c, p, line);
	line->signer = (char *)(uintptr_t)(p->signer_name == NULL ? "" : p->signer_name);
	line->position = (char *)(uintptr_t)(p->signer_position == NULL ? "" : p->signer_position);
	line->competence =
		(char *)(uintptr_t)(p->signer_competence == NULL ? "" : p->signer_competence);
	line->issued_on = (char *)(uintptr_t)(p->issued_on == NULL ? "" : p->issued_on);
	line->note = (char *)(uintptr_t)(p->note == NULL ? "" : p->note);
	if (doc_id_valid(&p->reply_id))
		line->answers = control_reference(c, &p->reply_id, p->reply_origin);
}

static void say_line(struct client *c, uint64_t id, const struct rec_paper *p)
{
	Vanthu__V1__Reply r = control_reply_to(id, VANTHU__V1__REPLY__WHAT_PAPER);
	Vanthu__V1__PaperLine line;

	control_fill_paper(c, p, &line);
	r.more = 1;
	r.paper = &line;
	control_say(c, &r);
}

static struct scan scan_through(struct month last)
{
	struct key all = { .len_bytes = 0 };

	if (last.n == 0 || last.n == UINT16_MAX)
		return scan_of(all);
	/* From the first key of the month behind it downwards. */
	return scan_from(all,
			 key_paper_cell((struct month){ (uint16_t)(last.n + 1) }, DIRECTION_NONE));
}

static int newest_first(const void *a, const void *b)
{
	const position_t *x = a, *y = b;

	return *x < *y ? 1 : *x > *y ? -1 : 0;
}

static void remember(struct paper_walk *w, position_t position)
{
	if (position >= w->below || position < w->floor)
		return;
	if (w->count == REMEMBERED_MAX) {
		qsort(w->found, w->count, sizeof *w->found, newest_first);
		w->count /= 2;
		w->floor = w->found[w->count - 1];
		if (position < w->floor)
			return;
	}
	w->found[w->count++] = position;
}

static void begin_sending(struct paper_walk *w)
{
	qsort(w->found, w->count, sizeof *w->found, newest_first);
	w->sent = 0;
	w->sending = true;
}

/* One key further down. */
static enum err gather(struct client *c, struct paper_walk *w)
{
	struct lookup l = control_lookup(c);
	struct scan ahead = w->scan;
	struct serial serial;
	struct month month;
	struct record r;
	enum err e = l.last(l.ctx, c->control->arena, FAMILY_PAPER, &ahead, &r);

	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	if (e == ERR_OK &&
	    (!date_month(r.u.paper.date, &month) || !key_parse_paper(&ahead.at, &serial))) {
		w->scan = ahead;
		return ERR_OK;
	}
	if (e == ERR_NOT_FOUND || month.n < w->from.n ||
	    (w->month.n != 0 && month.n != w->month.n)) {
		w->ended = e == ERR_NOT_FOUND || month.n < w->from.n;
		begin_sending(w);
		return ERR_OK;
	}
	w->scan = ahead;
	w->month = month;
	if (r.u.paper.next.n != 0)
		return ERR_OK; /* its correction stands in its month */
	if ((w->direction == DIRECTION_NONE || w->direction == r.u.paper.direction) &&
	    (!w->named || control_paper_named(&w->name, &r.u.paper)) &&
	    !control_hides(c, r.u.paper.secrecy))
		remember(w, (position_t)strtoul(r.u.paper.date + 8, NULL, 10) << POSITION_BITS |
				    (serial.n & (((position_t)1 << POSITION_BITS) - 1)));
	return ERR_OK;
}

/* All that was remembered has been sent: the rest of the month, or the one before it. */
static enum err go_on(struct paper_walk *w)
{
	if (w->floor != 0) {
		w->below = w->found[w->count - 1];
		w->scan = scan_through(w->month);
		w->ended = false;
	} else if (w->ended) {
		return ERR_NOT_FOUND;
	} else {
		w->below = UINT64_MAX;
		w->month.n = 0;
	}
	w->floor = 0;
	w->count = 0;
	w->sending = false;
	return ERR_OK;
}

static enum err send_next(struct client *c, uint64_t id, struct paper_walk *w)
{
	struct rec_paper paper;
	struct serial serial;
	enum err e;

	if (w->sent == w->count)
		return go_on(w);
	serial.n = (uint64_t)w->month.n << POSITION_BITS |
		   (w->found[w->sent++] & (((position_t)1 << POSITION_BITS) - 1));
	e = control_get_paper(c, c->control->arena, serial, &paper);
	if (e == ERR_OK)
		say_line(c, id, &paper);
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

static bool step(struct client *c, uint64_t id, void *walk)
{
	struct paper_walk *w = walk;
	enum err e = w->sending ? send_next(c, id, w) : gather(c, w);

	return e == ERR_OK || control_listing_end(c, id, e, "");
}

static void drop(void *walk)
{
	struct paper_walk *w = walk;

	free(w->found);
	free(w);
}

void control_papers(struct client *c, const Vanthu__V1__Request *request)
{
	const Vanthu__V1__PaperQuery *m = request->papers;
	uint64_t id = request->id;
	static const struct listing_kind kind = { step, drop, false };
	struct paper_walk *w;

	if (m->from_month > UINT16_MAX || m->to_month > UINT16_MAX) {
		control_say_error(c, id, ERR_BAD_DATE, "");
		return;
	}
	w = calloc(1, sizeof *w);
	if (w != NULL) {
		*w = (struct paper_walk){ .from = { (uint16_t)m->from_month },
					  .direction = (enum direction)m->direction,
					  .below = UINT64_MAX,
					  .scan =
					      scan_through((struct month){ (uint16_t)m->to_month }),
					  .found = calloc(REMEMBERED_MAX, sizeof *w->found),
					  .named = m->ref != NULL };
		if (m->ref != NULL)
			control_paper_name(m->ref->text, &w->name);
		if (w->found == NULL) {
			free(w);
			w = NULL;
		}
	}
	control_listing_begin(c, id, &kind, w);
}
