/* See registers.h. A line says what it registers; all else is read from the records of that
 * document or entry, as they are now. */
#include "daemon/control/registers.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/base/socket_group.h"
#include "daemon/control/blocks.h"
#include "daemon/control/client.h"
#include "daemon/control/find.h"
#include "daemon/control/listing.h"
#include "daemon/control/lists.h"
#include "daemon/control/newer.h"
#include "daemon/control/office.h"
#include "daemon/control/papers.h"
#include "proto/fields.h"
#include "routing/base/arena.h"
#include "routing/base/committee_id.h"
#include "routing/core.h"
#include "routing/rules/rules.h"
#include "routing/state/memory.h"

enum {
	NAMES_BYTES = 256 * 1024, /* of recipients; those beyond stay ids */
	RECEIPTS_READ_MAX = 256,  /* to find when the last one came */
	NAMES_KEPT = 64,
	NAME_KEPT_BYTES = 160,
};

/* A book names the same committees line after line, and each name is in an entry with keys and
 * certificates. As it was when it was first named: one listing calls nobody by two names. */
struct name_kept {
	struct committee_id id;
	char name[NAME_KEPT_BYTES];
};

struct register_walk {
	enum book book;
	bool secret;
	struct month from, to; /* both within */
	struct scan scan;
	uint32_t shown; /* the number of the line that was sent last: its additions follow */
	uint16_t shown_year;
	/* the block that is being read (blocks.h): from its first line on, every line so far could
	 * be read, and nothing has been written meanwhile */
	struct line_key block; /* its last line so far; book NONE: no block */
	struct block months;
	bool whole;
	uint64_t writes;
	bool from_beginning;		    /* of the first year */
	struct name_kept names[NAMES_KEPT]; /* by a hash of the id */
};

static char *text(text_t t)
{
	return (char *)(uintptr_t)(t == NULL ? "" : t);
}

static char *kept(struct arena *a, text_t t)
{
	return text(arena_text(a, t, strlen(t)));
}

/* ---- names and dates ---- */

static char *date_of(struct arena *a, int64_t wall_ms)
{
	char date[DATE_MAX + 1];

	if (wall_ms == 0)
		return text("");
	date_of_ms(wall_ms, date);
	return kept(a, date);
}

static struct name_kept *place_of_name(struct register_walk *w, struct committee_id id)
{
	uint32_t hash = 5381;

	for (const char *at = id.text; *at != '\0'; at++)
		hash = hash * 33 + (uint8_t)*at;
	return &w->names[hash % NAMES_KEPT];
}

/* "" when the directory does not have it. It lives until the next step of the walk, and until
 * another name takes its place: it is kept in the arena. */
static char *name_of(struct client *c, struct register_walk *w, struct committee_id id)
{
	struct name_kept *kept_name = place_of_name(w, id);
	struct lookup l = control_lookup(c);
	struct key key = key_committee(id);
	struct record r;

	if (!id_empty(id) && id_equal(kept_name->id, id))
		return kept(c->control->arena, kept_name->name);
	if (l.get(l.ctx, c->control->arena, FAMILY_COMMITTEE, &key, &r) != ERR_OK)
		return text("");
	if (strlen(r.u.committee.name) < sizeof kept_name->name) {
		kept_name->id = id;
		memcpy(kept_name->name, r.u.committee.name, strlen(r.u.committee.name) + 1);
	}
	return text(r.u.committee.name);
}

static bool fill_recipients(struct client *c, struct register_walk *w, const struct rec_document *d,
			    Vanthu__V1__RegisterLine *line)
{
	struct arena *a = c->control->arena;
	size_t bytes = 0;

	line->to = arena_array(a, d->recipients_len, sizeof *line->to);
	line->to_names = arena_array(a, d->recipients_len, sizeof *line->to_names);
	if (line->to == NULL || line->to_names == NULL)
		return false;
	for (uint32_t i = 0; i < d->recipients_len; i++) {
		const struct recipient *r = &d->recipients[i];
		bool named = r->group == GROUP_NONE && bytes < NAMES_BYTES;

		line->to[i] = r->group == GROUP_SUBTREE	       ? text("subtree")
			      : r->group == GROUP_SUBORDINATES ? text("subordinates")
							       : text(r->committee.text);
		line->to_names[i] = named ? name_of(c, w, r->committee) : text("");
		bytes += strlen(line->to_names[i]);
	}
	line->n_to = line->n_to_names = d->recipients_len;
	line->lists = control_lines(a, d->lists, &line->n_lists);
	line->listed = d->listed;
	return true;
}

/* ---- what a document went through ---- */

/* When the last receipt came. They lie by name: so of many only when all are in. */
static enum err last_receipt(struct client *c, struct doc_key doc, const struct rec_state *s,
			     int64_t *out)
{
	struct scan scan = scan_of(key_serial(doc.role, doc.serial));
	struct lookup l = control_lookup(c);
	struct record r;
	enum err e = ERR_OK;

	*out = s->refused == 0 ? s->closed_at_ms : 0;
	if (*out != 0 || s->delivered == 0 || s->delivered + s->refused > RECEIPTS_READ_MAX)
		return ERR_OK;
	while ((e = l.next(l.ctx, c->control->arena, FAMILY_RECEIPT, &scan, &r)) == ERR_OK) {
		if (r.u.receipt.kind == KIND_RECEIPT && r.u.receipt.at_ms > *out)
			*out = r.u.receipt.at_ms;
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Who assigned it last, and when. */
static enum err last_assignment(struct client *c, struct doc_key doc,
				Vanthu__V1__RegisterLine *line)
{
	struct scan scan =
		scan_of(key_statuses(doc.role, doc.serial, core_self(c->control->parts.core)));
	struct lookup l = control_lookup(c);
	struct record r;
	enum err e;

	while ((e = l.last(l.ctx, c->control->arena, FAMILY_STATUS, &scan, &r)) == ERR_OK) {
		if (office_status_of(r.u.status.code) != OFFICE_ASSIGNED)
			continue;
		line->assigned_at_ms = r.u.status.at_ms;
		line->assigned_by = text(r.u.status.status.person);
		break;
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err fill_paper_answer(struct client *c, const struct register_walk *w,
				  struct serial serial, Vanthu__V1__RegisterLine *line)
{
	struct rec_paper paper;
	enum err e = control_get_paper(c, c->control->arena, serial, &paper);

	if (e == ERR_OK && (w->secret || paper.secrecy < SECRECY_MAT))
		line->answer_symbol = text(paper.number);
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

/* The number of our document that answers it. A secret one is named in the secret books alone. */
static enum err fill_answer(struct client *c, const struct register_walk *w, struct doc_id id,
			    Vanthu__V1__RegisterLine *line)
{
	struct lookup l = control_lookup(c);
	struct key key = key_ident(id, core_self(c->control->parts.core));
	struct rec_document d;
	struct record r;
	enum err e;

	if (!doc_id_valid(&id))
		return ERR_OK;
	e = l.get(l.ctx, c->control->arena, FAMILY_IDENT, &key, &r);
	if (e == ERR_OK && r.u.ident.role == ROLE_PAPER)
		return fill_paper_answer(c, w, r.u.ident.serial, line);
	if (e == ERR_OK && r.u.ident.role != ROLE_OUT)
		e = ERR_NOT_FOUND;
	if (e == ERR_OK) {
		key = key_serial(r.u.ident.role, r.u.ident.serial);
		e = control_get_document(c, c->control->arena, &key, &d);
	}
	if (e == ERR_OK && (w->secret || d.secrecy < SECRECY_MAT))
		line->answer_symbol = text(d.summary.number);
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

static enum err fill_sent(struct client *c, struct doc_key doc, const struct rec_document *d,
			  const struct rec_state *s, Vanthu__V1__RegisterLine *line)
{
	enum err e = last_receipt(c, doc, s, &line->delivered_at_ms);

	line->moved_on = date_of(c->control->arena, d->taken_at_ms);
	line->copies = d->recipient_count;
	line->delivered = s->delivered;
	return e;
}

static enum err fill_received(struct client *c, const struct register_walk *w, struct doc_key doc,
			      const struct rec_state *s, Vanthu__V1__RegisterLine *line)
{
	struct lookup l = control_lookup(c);
	struct key key = key_serial(doc.role, doc.serial);
	struct record r;
	enum err e = l.get(l.ctx, c->control->arena, FAMILY_WORK, &key, &r);

	line->moved_on = date_of(c->control->arena, s->complete_at_ms);
	if (e != ERR_OK)
		return e;
	line->work = control_work_view(c->control->arena, &r.u.work);
	if (line->work == NULL)
		return ERR_NO_MEMORY;
	e = last_assignment(c, doc, line);
	return e == ERR_OK ? fill_answer(c, w, r.u.work.answer, line) : e;
}

static enum err fill_document(struct client *c, struct register_walk *w, struct doc_key doc,
			      Vanthu__V1__RegisterLine *line)
{
	struct lookup l = control_lookup(c);
	struct key key = key_serial(doc.role, doc.serial);
	struct rec_state state = { .delivered = 0 };
	struct record r;
	/* the line points into it until it is packed */
	struct rec_document *d = arena_alloc(c->control->arena, sizeof *d);
	enum err e =
		d == NULL ? ERR_NO_MEMORY : control_get_document(c, c->control->arena, &key, d);

	if (e != ERR_OK)
		return e;
	if (!fill_recipients(c, w, d, line))
		return ERR_NO_MEMORY;
	line->id = field_bytes(d->id.bytes, sizeof d->id.bytes);
	line->symbol = text(d->summary.number);
	line->type_code = text(d->summary.type_code);
	line->type_name = text(d->summary.type_name);
	line->subject = text(d->summary.subject);
	line->date = text(d->summary.issued_on);
	line->due_on = text(d->summary.due_on);
	line->signer = text(d->summary.signer_name);
	line->competence = text(d->summary.signer_competence);
	line->position = text(d->summary.signer_position);
	line->secrecy = (Vanthu__V1__Secrecy)d->secrecy;
	line->urgency = (Vanthu__V1__Urgency)d->urgency;
	line->from = text(d->origin.text);
	line->from_name = name_of(c, w, d->origin);
	line->business = (Vanthu__V1__Business)d->summary.business;
	e = control_older_number(c, d, &line->older);
	if (e != ERR_OK)
		return e;
	e = l.get(l.ctx, c->control->arena, FAMILY_STATE, &key, &r);
	if (e == ERR_OK)
		state = r.u.state;
	else if (e != ERR_NOT_FOUND && e != ERR_DAMAGED)
		return e;
	return doc.role == ROLE_OUT ? fill_sent(c, doc, d, &state, line)
				    : fill_received(c, w, doc, &state, line);
}

static enum err fill_paper(struct client *c, struct serial serial, Vanthu__V1__RegisterLine *line)
{
	struct arena *a = c->control->arena;
	struct rec_paper *p = arena_alloc(a, sizeof *p); /* as in fill_document */
	enum err e = p == NULL ? ERR_NO_MEMORY : control_get_paper(c, a, serial, p);

	if (e != ERR_OK)
		return e;
	line->paper = true;
	line->id = field_bytes(p->id.bytes, sizeof p->id.bytes);
	line->symbol = text(p->number);
	line->type_code = text(p->type_code);
	line->type_name = text(p->type_name);
	line->subject = text(p->subject);
	line->secrecy = (Vanthu__V1__Secrecy)p->secrecy;
	line->moved_on = text(p->date);
	line->signer = text(p->signer_name);
	line->competence = text(p->signer_competence);
	line->position = text(p->signer_position);
	if (line->note[0] == '\0')
		line->note = text(p->note);
	if (p->direction == DIRECTION_IN) {
		line->from = text(p->party);
		line->date = text(p->issued_on);
		return ERR_OK;
	}
	line->date = text(p->date); /* it goes on the day that it is signed */
	if (p->party[0] == '\0')
		return ERR_OK;
	line->to = arena_array(a, 1, sizeof *line->to);
	line->to_names = arena_array(a, 1, sizeof *line->to_names);
	if (line->to == NULL || line->to_names == NULL)
		return ERR_NO_MEMORY;
	line->to[0] = text(p->party);
	line->to_names[0] = text("");
	line->n_to = line->n_to_names = 1;
	return ERR_OK;
}

/* ---- the walk ---- */

/* What cannot be read was accepted as lost by somebody, then. */
static enum err fill_accepted(struct client *c, enum family family, const struct key *key,
			      Vanthu__V1__RegisterLine *line)
{
	struct lookup l = control_lookup(c);
	struct key accepted;
	struct record r;
	enum err e = key_accepted(family, key, &accepted)
			     ? l.get(l.ctx, c->control->arena, FAMILY_ACCEPTED, &accepted, &r)
			     : ERR_NOT_FOUND;

	if (e == ERR_OK) {
		line->accepted_at_ms = r.u.accepted.at_ms;
		line->accepted_by = r.u.accepted.uid;
	}
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

/* What it registers, that cannot be read, leaves the line with its number. */
static enum err fill_entry(struct client *c, struct register_walk *w, const struct rec_line *from,
			   Vanthu__V1__RegisterLine *line)
{
	struct doc_key doc = { from->role, from->serial };
	bool paper = from->role == ROLE_PAPER;
	struct key key = paper ? key_paper(doc.serial) : key_serial(doc.role, doc.serial);
	enum err e;

	if (from->role == ROLE_NONE)
		return ERR_OK;
	e = paper ? fill_paper(c, from->serial, line) : fill_document(c, w, doc, line);
	if (e == ERR_DAMAGED)
		e = fill_accepted(c, paper ? FAMILY_PAPER : FAMILY_DOCUMENT, &key, line);
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

/* What an entry on paper says after a correction. */
static enum err fill_correction(struct client *c, struct serial serial,
				Vanthu__V1__RegisterLine *line)
{
	struct arena *a = c->control->arena;
	struct rec_paper *p = arena_alloc(a, sizeof *p); /* as in fill_document */
	enum err e;

	line->corrected = arena_alloc(a, sizeof *line->corrected);
	if (p == NULL || line->corrected == NULL)
		return ERR_NO_MEMORY;
	e = control_get_paper(c, a, serial, p);
	if (e == ERR_OK) {
		control_paper_said(p, line->corrected);
		return ERR_OK;
	}
	line->corrected = NULL;
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

/* `from` NULL: the line cannot be read. */
static enum err say_line(struct client *c, uint64_t id, struct register_walk *w, struct line_key at,
			 const struct rec_line *from)
{
	Vanthu__V1__Reply r = control_reply_to(id, VANTHU__V1__REPLY__WHAT_REGISTER);
	Vanthu__V1__RegisterLine line = VANTHU__V1__REGISTER_LINE__INIT;
	enum err e = ERR_OK;

	line.year = at.year;
	line.number = at.number;
	line.addition = at.addition;
	line.kind = VANTHU__V1__REGISTER_LINE_KIND__REGISTER_LINE_KIND_DAMAGED;
	if (from != NULL) {
		line.kind = (Vanthu__V1__RegisterLineKind)from->kind;
		line.at_ms = from->at_ms;
		line.person = text(from->person);
		line.note = text(from->note);
		line.code = text(office_status_code(from->status));
		line.business = (Vanthu__V1__Business)from->business;
		line.newer = text(from->newer);
		line.office = text(from->office.text);
		line.office_name = id_empty(from->office) ? text("") : name_of(c, w, from->office);
	}
	if (from == NULL)
		e = fill_accepted(c, FAMILY_LINE, &w->scan.at, &line);
	else if (at.addition == 0)
		e = fill_entry(c, w, from, &line);
	else if (from->kind == LINE_ADDITION && from->role == ROLE_PAPER)
		e = fill_correction(c, from->serial, &line);
	if (e != ERR_OK)
		return e;
	if (at.addition == 0) {
		w->shown = at.number;
		w->shown_year = at.year;
	}
	r.more = 1;
	r.register_ = &line;
	control_say(c, &r);
	return ERR_OK;
}

static bool is_within(const struct register_walk *w, int64_t at_ms)
{
	struct month m = month_of_ms(at_ms);

	return m.n >= w->from.n && m.n <= w->to.n;
}

/* Additions go with their line, whenever they were made. A line that cannot be read is shown with
 * its year. */
static bool is_shown(const struct register_walk *w, struct line_key at, const struct rec_line *l)
{
	if (at.addition != 0)
		return w->shown == at.number && w->shown_year == at.year;
	return l == NULL || is_within(w, l->at_ms);
}

/* The walk comes to a line of another block, or year. True: that has none of the months that are
 * asked for, and the walk goes on behind it. */
static bool begin_block(const struct client *c, struct register_walk *w, struct line_key at)
{
	struct blocks *blocks = c->control->blocks;
	bool follows = w->block.book != BOOK_NONE && w->block.year == at.year;
	struct block known;

	/* a year's last block may yet grow */
	if (follows && w->whole && w->months.from.n != 0 && blocks_writes(blocks) == w->writes)
		blocks_note(blocks, w->block, w->months);
	/* nobody knows what stands before the first that a walk reads in the midst of a year */
	w->whole = w->from_beginning || w->block.book != BOOK_NONE;
	w->block = at;
	w->months = (struct block){ .from = { 0 } };
	w->writes = blocks_writes(blocks);
	if (!blocks_find(blocks, at, &known) ||
	    (known.from.n <= w->to.n && known.to.n >= w->from.n))
		return false;
	at.number |= BLOCK_LINES - 1;
	at.addition = UINT16_MAX;
	w->scan.at = key_line(at);
	return true;
}

/* NULL: it cannot be read. */
static void add_to_block(struct register_walk *w, struct line_key at, const struct rec_line *l)
{
	struct month m = l == NULL ? (struct month){ 0 } : month_of_ms(l->at_ms);

	w->block = at;
	w->whole = w->whole && m.n != 0;
	if (w->months.from.n == 0 || m.n < w->months.from.n)
		w->months.from = m;
	if (m.n > w->months.to.n)
		w->months.to = m;
}

static bool is_of_block(const struct register_walk *w, struct line_key at)
{
	return w->block.book == at.book && w->block.year == at.year &&
	       w->block.number / BLOCK_LINES == at.number / BLOCK_LINES;
}

static bool step(struct client *c, uint64_t id, void *walk)
{
	struct register_walk *w = walk;
	struct lookup l = control_lookup(c);
	struct line_key at;
	const struct rec_line *line;
	struct record r;
	enum err e = l.next(l.ctx, c->control->arena, FAMILY_LINE, &w->scan, &r);

	if (e != ERR_OK && e != ERR_DAMAGED)
		return control_listing_end(c, id, e, "");
	if (!key_parse_line(&w->scan.at, &at))
		return true;
	if (at.book != w->book || at.year > month_year(w->to))
		return control_listing_end(c, id, ERR_OK, "");
	line = e == ERR_OK ? &r.u.line : NULL;
	if (!is_of_block(w, at) && begin_block(c, w, at))
		return true;
	if (at.addition == 0)
		add_to_block(w, at, line);
	if (!is_shown(w, at, line))
		return true;
	e = say_line(c, id, w, at, line);
	return e == ERR_OK || control_listing_end(c, id, e, "");
}

static enum book book_of(const Vanthu__V1__RegisterQuery *m)
{
	if (m->book == VANTHU__V1__BOOK__BOOK_OUT)
		return m->secret ? BOOK_SECRET_OUT : BOOK_OUT;
	return m->secret ? BOOK_SECRET_IN : BOOK_IN;
}

void control_registers(struct client *c, const Vanthu__V1__Request *request)
{
	const Vanthu__V1__RegisterQuery *m = request->register_;
	static const struct listing_kind kind = { step, free, true };
	struct key all = { .len_bytes = 0 };
	unsigned year = month_year(month_of_ms(control_wall_ms(c)));
	struct register_walk *w;

	if (m->secret && control_judge_secret(c) != ERR_OK) {
		control_say_error(c, request->id, control_judge_secret(c), "secret");
		return;
	}
	w = calloc(1, sizeof *w);
	if (w != NULL) {
		*w = (struct register_walk){ .book = book_of(m),
					     .secret = m->secret,
					     .from = { (uint16_t)m->from_month },
					     .to = { (uint16_t)m->to_month } };
		if (m->to_month == 0) {
			w->from = month_make(year, 1);
			w->to = month_make(year, MONTHS_A_YEAR);
		}
		w->scan = scan_from(all, key_book_year(w->book, (uint16_t)month_year(w->from)));
		if (m->after_year != 0)
			w->scan = scan_from(
				all, key_line((struct line_key){ .book = w->book,
								 .year = (uint16_t)m->after_year,
								 .number = m->after_number,
								 .addition = UINT16_MAX }));
		w->from_beginning = m->after_year == 0;
		w->scan.report_damage = true;
	}
	control_listing_begin(c, request->id, &kind, w);
}
