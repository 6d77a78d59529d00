/* See documents.h. */
#include "daemon/control/documents.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/control/catalogue.h"
#include "daemon/control/client.h"
#include "daemon/control/details.h"
#include "daemon/control/find.h"
#include "daemon/control/listing.h"
#include "daemon/control/lists.h"
#include "daemon/control/names.h"
#include "daemon/control/office.h"
#include "daemon/control/pick.h"
#include "daemon/control/recipients.h"
#include "daemon/control/sift.h"
#include "daemon/control/stored.h"
#include "proto/fields.h"
#include "routing/base/calendar.h"
#include "routing/base/committee_id.h"
#include "routing/documents/documents.h"
#include "routing/rules/rules.h"

/* ---- one line ---- */

const char *control_state(const struct found_document *f)
{
	/* what is known of it, and what the others say, is shown all the same */
	return f->state_damaged ? "damaged"
				: lifecycle_name(lifecycle_of(f->role, &f->document, &f->state));
}

void control_fill_line(struct client *c, const struct found_document *f,
		       Vanthu__V1__DocumentLine *line)
{
	const struct rec_document *d = &f->document;
	uint32_t parts = d->manifest_count;

	vanthu__v1__document_line__init(line);
	line->id = field_bytes(d->id.bytes, sizeof d->id.bytes);
	line->serial = f->serial.n;
	line->from = (char *)(uintptr_t)d->origin.text;
	line->to = control_recipient_words(c->control->arena, d, &line->n_to);
	line->lists = control_lines(c->control->arena, d->lists, &line->n_lists);
	line->listed = d->listed;
	line->type_code = (char *)(uintptr_t)d->summary.type_code;
	line->number = (char *)(uintptr_t)d->summary.number;
	line->subject = (char *)(uintptr_t)d->summary.subject;
	line->urgency = (Vanthu__V1__Urgency)d->urgency;
	line->state = (char *)(uintptr_t)control_state(f);
	line->work = f->received ? control_work_view(c->control->arena, &f->work) : NULL;
	line->code = line->work == NULL || f->state.complete_at_ms == 0 ? (char *)(uintptr_t) ""
									: line->work->code;
	line->arrived_at_ms =
		f->state_damaged || (f->role == ROLE_OUT && f->state.complete_at_ms == 0)
			? d->taken_at_ms
			: f->state.complete_at_ms;
	line->due_on = (char *)(uintptr_t)d->summary.due_on;
	line->issued_on = (char *)(uintptr_t)d->summary.issued_on;
	line->recipient_count = d->recipient_count;
	line->delivered = f->state.delivered;
	line->refused = f->state.refused;
	line->attachment_count = parts; /* the document itself among them */
}

/* ---- the list ---- */

struct document_walk {
	struct pick pick;
	uint32_t limit, sent;
	int64_t since_ms, until_ms;
	struct committee_id from, to;
	char type_code[TYPE_CODE_MAX + 1];
	char number[FOLD_NUMBER_SIZE]; /* folded */
	enum lifecycle state;	       /* LIFECYCLE_NONE: any */
	bool members, desk, handled, details, files;
	uint64_t sections[TRAY_DONE + 1];
	uint32_t today; /* YYYYMMDD */
	bool sees_secret;
	struct names *names;
	struct sift *sift; /* NULL: any words */
	struct member_cache *cache;
	struct member_filter *filter; /* of `to` */
};

static bool copy_text(char *to, size_t size, const char *from)
{
	size_t len = strlen(from);

	if (len >= size)
		return false;
	memcpy(to, from, len + 1);
	return true;
}

/* Of our own, for us, passing through. */
static void read_box(struct pick *p, const Vanthu__V1__List *m)
{
	unsigned n = 0;

	if (m->box != VANTHU__V1__BOX__BOX_INBOX)
		p->roles[n++] = ROLE_OUT;
	if (m->box != VANTHU__V1__BOX__BOX_OUTBOX)
		p->roles[n++] = ROLE_IN;
	if (m->passing)
		p->roles[n] = ROLE_RELAY;
	p->below = m->before == 0 ? PICK_ALL : m->before;
}

static enum err read_list(struct document_walk *l, const Vanthu__V1__List *m)
{
	read_box(&l->pick, m);
	l->limit = m->limit;
	l->members = m->members;
	l->desk = m->desk;
	l->handled = m->handled;
	l->details = m->details;
	l->files = m->files;
	l->since_ms = m->since_ms;
	l->until_ms = m->until_ms;
	if (field_enum(m->box, VANTHU__V1__BOX__BOX_INBOX, VANTHU__V1__BOX__BOX_ALL) != ERR_OK)
		return ERR_FORMAT;
	if (field_id(m->from, true, &l->from) != ERR_OK || field_id(m->to, true, &l->to) != ERR_OK)
		return ERR_BAD_ID;
	spelling_number(m->number, l->number);
	if (m->number[0] != '\0' && l->number[0] == '\0')
		return ERR_FORMAT;
	l->state = lifecycle_named(m->state);
	if (m->state[0] != '\0' && l->state == LIFECYCLE_NONE)
		return ERR_FORMAT;
	return copy_text(l->type_code, sizeof l->type_code, m->type_code) ? ERR_OK : ERR_FORMAT;
}

static bool has_number(const struct document_walk *l, text_t number)
{
	return l->number[0] == '\0' || control_has_number(number, l->number);
}

/* One whose state cannot be read is in none that could be asked for. */
static bool has_state(const struct document_walk *l, const struct found_document *f)
{
	return l->state == LIFECYCLE_NONE ||
	       (!f->state_damaged && l->state == lifecycle_of(f->role, &f->document, &f->state));
}

/* All but whom it is for, which costs most. */
static bool passes(const struct document_walk *l, const struct found_document *f, int64_t at_ms)
{
	const struct rec_document *d = &f->document;

	/* An inbox shows what is whole here. */
	if (f->role != ROLE_OUT && f->state.complete_at_ms == 0 && !f->state_damaged)
		return false;
	return (id_empty(l->from) || id_equal(l->from, d->origin)) &&
	       (l->type_code[0] == '\0' || strcmp(l->type_code, d->summary.type_code) == 0) &&
	       has_number(l, d->summary.number) && has_state(l, f) &&
	       (l->since_ms == 0 || at_ms >= l->since_ms) &&
	       (l->until_ms == 0 || at_ms < l->until_ms);
}

/* What only passes through is not for this office. */
static void hide(Vanthu__V1__DocumentLine *line)
{
	line->number = line->subject = line->type_name = line->signer = line->files =
		(char *)(uintptr_t) "";
	line->answers = NULL;
}

/* Counts it. False: it is off the desk, or behind as many as are wanted of its section. */
static bool is_on_desk(struct client *c, struct document_walk *l, const struct found_document *f)
{
	char today[DATE_MAX + 1];
	enum tray at;

	date_of_ms(control_wall_ms(c), today);
	at = control_tray(f, today);
	l->sections[at]++;
	if (at == TRAY_NONE || (at == TRAY_DONE && !l->handled))
		return false;
	return l->limit == 0 || l->sections[at] <= l->limit;
}

/* On a desk most are only counted, and a folio of the catalogue says as what; those too that lack a
 * word, which are sifted behind the count. True: it is counted, as is_on_desk would. (One that was
 * damaged since is counted too: it is not lost.) */
static bool count_only(void *walk, const struct folio *p, uint32_t at, bool meant)
{
	struct document_walk *l = walk;
	enum tray tray = (enum tray)p->tray[at];

	if (p->secrecy[at] >= SECRECY_MAT && !l->sees_secret)
		return true;
	if (tray != TRAY_NONE && p->due[at] != 0 && p->due[at] < l->today)
		tray = TRAY_OVERDUE;
	if (meant && tray != TRAY_NONE && (tray != TRAY_DONE || l->handled) &&
	    (l->limit == 0 || l->sections[tray] < l->limit))
		return false;
	l->sections[tray]++;
	return true;
}

/* How many there are, before the end that control_listing_end tells. */
static void say_sections(struct client *c, uint64_t id, const struct document_walk *l)
{
	Vanthu__V1__Reply r = control_reply_to(id, VANTHU__V1__REPLY__WHAT_DESK);
	Vanthu__V1__DeskCount count = VANTHU__V1__DESK_COUNT__INIT;

	count.overdue = l->sections[TRAY_OVERDUE];
	count.new_ = l->sections[TRAY_NEW];
	count.work = l->sections[TRAY_WORK];
	count.done = l->sections[TRAY_DONE];
	r.more = 1;
	r.desk = &count;
	control_say(c, &r);
}

/* What is asked for beyond the line itself. */
static enum err fill_wanted(struct client *c, struct document_walk *l,
			    const struct found_document *f, Vanthu__V1__DocumentLine *line)
{
	enum err e = ERR_OK;

	if (l->members || line->recipient_count == 0)
		e = control_fill_recipients(c, &f->document, l->members, l->cache, line);
	if (e == ERR_OK && l->details)
		e = control_fill_details(c, f, l->names, l->files, line);
	return e;
}

static bool step(struct client *c, uint64_t id, void *walk)
{
	struct document_walk *l = walk;
	Vanthu__V1__Reply r = control_reply_to(id, VANTHU__V1__REPLY__WHAT_LINE);
	Vanthu__V1__DocumentLine line;
	struct found_document f;
	bool to = true;
	bool enough = l->limit != 0 && l->sent == l->limit && !l->desk;
	enum err e = enough ? ERR_NOT_FOUND : pick_next(c, &l->pick, c->control->arena, &f);

	if (e == ERR_OK && f.role == ROLE_NONE)
		return true;
	if (e == ERR_OK)
		e = control_load_state(c, &f);
	if (e == ERR_NOT_FOUND && l->desk)
		say_sections(c, id, l);
	if (e != ERR_OK)
		return control_listing_end(c, id, e, "");
	control_fill_line(c, &f, &line);
	if (control_hides(c, f.document.secrecy) || !passes(l, &f, line.arrived_at_ms))
		return true;
	if (!id_empty(l->to))
		e = control_member_filter(c, l->filter, &f.document, l->to, &to);
	if (e == ERR_OK && (!to || (l->desk && !is_on_desk(c, l, &f))))
		return true;
	if (e == ERR_OK)
		e = fill_wanted(c, l, &f, &line);
	if (e != ERR_OK)
		return control_listing_end(c, id, e, "");
	if (f.role == ROLE_RELAY)
		hide(&line);
	if (l->sift != NULL && !control_sift_passes(l->sift, &line))
		return true;
	r.more = 1;
	r.line = &line;
	control_say(c, &r);
	l->sent++;
	return true;
}

static void drop(void *walk)
{
	struct document_walk *l = walk;

	control_member_cache_drop(l->cache);
	control_member_filter_drop(l->filter);
	control_names_drop(l->names);
	control_sift_drop(l->sift);
	pick_end(&l->pick);
	free(l);
}

/* What the catalogue is asked: the same as passes(), and what is asked behind it. */
static void ask_catalogue(struct client *c, struct document_walk *l)
{
	struct pick *p = &l->pick;
	char today[DATE_MAX + 1];

	p->whole = true;
	p->from = l->from;
	p->to = l->to;
	p->type_code = l->type_code;
	p->number = l->number;
	p->state = l->state;
	p->since_ms = l->since_ms;
	p->until_ms = l->until_ms;
	p->sift = l->sift;
	p->members = l->members;
	date_of_ms(control_wall_ms(c), today);
	l->today = (uint32_t)(strtoul(today, NULL, 10) * 10000 +
			      strtoul(today + 5, NULL, 10) * 100 + strtoul(today + 8, NULL, 10));
	l->sees_secret = control_may_see_secret(c);
	/* whether a number is the one is judged by the document itself */
	if (l->desk && l->number[0] == '\0') {
		p->skip = count_only;
		p->ctx = l;
	} else if (l->desk) {
		p->sift = NULL;
	}
	catalogue_ask(c->control->catalogue);
}

void control_list(struct client *c, const Vanthu__V1__Request *request)
{
	const Vanthu__V1__List *m = request->list;
	uint64_t id = request->id;
	static const struct listing_kind plain = { step, drop, false },
					 with_members = { step, drop, true };
	struct document_walk *l = calloc(1, sizeof *l);
	enum err e = l == NULL ? ERR_OK : read_list(l, m);

	if (e != ERR_OK) {
		free(l);
		control_say_error(c, id, e, "");
		return;
	}
	if (l != NULL) {
		l->cache = control_member_cache();
		l->filter = control_member_filter_new();
		l->names = l->details ? control_names_new() : NULL;
		l->sift = m->text[0] == '\0'
				  ? NULL
				  : control_sift_new(m->text, core_self(c->control->parts.core));
		ask_catalogue(c, l);
	}
	control_listing_begin(c, id, m->members ? &with_members : &plain, l);
}
