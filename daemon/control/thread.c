/* See thread.h. First upwards, to the document that the matter begins with; then down from there, a
 * document a step, the oldest answer first. Ids are chosen by whoever signs: what was met is not
 * met again, so that circles end; and a matter has an end to what is shown of it. */
#include "daemon/control/thread.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/control/client.h"
#include "daemon/control/documents.h"
#include "daemon/control/find.h"
#include "daemon/control/listing.h"
#include "daemon/control/names.h"
#include "daemon/control/paper.h"
#include "daemon/control/papers.h"
#include "proto/fields.h"
#include "proto/verifier.h"
#include "routing/base/arena.h"
#include "routing/base/calendar.h"
#include "routing/base/committee_id.h"
#include "routing/documents/documents.h"
#include "routing/rules/rules.h"
#include "routing/state/memory.h"

enum {
	UP_MAX = 256,	    /* documents between the one asked about and the beginning */
	SHOWN_MAX = 2048,   /* of one matter */
	CHILDREN_MAX = 512, /* under one document */
	SCRATCH_BYTES = 1 << 20
};

struct node {
	struct doc_id id, under;
	struct committee_id origin; /* "" not known */
	int64_t signed_at_ms;
	uint32_t depth;
	Vanthu__V1__ThreadRelation relation;
};

struct thread_walk {
	struct doc_id asked;
	struct node *todo; /* a stack: the top is shown next */
	size_t count;
	struct doc_id *met; /* shown, or on the stack */
	size_t met_count;
	struct arena *scratch; /* of what is only looked at */
};

static void drop(void *walk)
{
	struct thread_walk *w = walk;

	if (w == NULL)
		return;
	arena_destroy(w->scratch);
	free(w->todo);
	free(w->met);
	free(w);
}

static struct thread_walk *walk_new(void)
{
	struct thread_walk *w = calloc(1, sizeof *w);

	if (w == NULL)
		return NULL;
	w->scratch = arena_new(SCRATCH_BYTES);
	w->todo = calloc(SHOWN_MAX, sizeof *w->todo);
	w->met = calloc(SHOWN_MAX, sizeof *w->met);
	if (w->scratch != NULL && w->todo != NULL && w->met != NULL)
		return w;
	drop(w);
	return NULL;
}

/* False: it is met already, or there is no room. */
static bool meet(struct thread_walk *w, const struct doc_id *id)
{
	for (size_t i = 0; i < w->met_count; i++) {
		if (memcmp(&w->met[i], id, sizeof *id) == 0)
			return false;
	}
	if (w->met_count == SHOWN_MAX)
		return false;
	w->met[w->met_count++] = *id;
	return true;
}

static bool is_met(const struct thread_walk *w, const struct doc_id *id)
{
	for (size_t i = 0; i < w->met_count; i++) {
		if (memcmp(&w->met[i], id, sizeof *id) == 0)
			return true;
	}
	return false;
}

/* ---- upwards ---- */

/* What the document says that it answers; id zero: nothing, or it cannot be read. */
static enum err answered_by(struct client *c, const struct found_document *f,
			    struct document_ref *out)
{
	struct rec_envelope envelope;
	enum err e = control_envelope(c, f, &envelope);
	bool gone = e == ERR_CONTENT_RECALLED || e == ERR_CONTENT_ARCHIVED || e == ERR_SIGNED_LOST;

	*out = (struct document_ref){ .origin = { "" } };
	if (gone && f->document.summary.reply_to != NULL)
		*out = *f->document.summary.reply_to;
	if (e == ERR_OK)
		e = seal_peek_answered(c->control->arena, envelope.envelope.bytes, out);
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED || e == ERR_FORMAT || gone ? ERR_OK : e;
}

/* The older one that it recalls, updates or replaces; id zero: none. */
static struct document_ref older_of(const struct rec_document *d)
{
	const struct doc_id *id = concerns_older(&d->summary, d->origin);

	return (struct document_ref){ .origin = doc_id_valid(id) ? d->origin
								 : (struct committee_id){ "" },
				      .id = *id };
}

/* A document that an office finished with this one; id zero: none. */
static enum err finished_with(struct client *c, const struct doc_id *id, struct document_ref *out)
{
	struct lookup l = control_lookup(c);
	struct scan scan = scan_of(matter_prefix(MATTER_FINISHED, id));
	struct record r;
	enum err e;

	*out = (struct document_ref){ .origin = { "" } };
	while ((e = l.next(l.ctx, c->control->arena, FAMILY_NUMBER, &scan, &r)) == ERR_OK) {
		struct rec_document d;
		struct serial serial;
		enum role role;
		struct key key;

		if (!matter_parse(&scan.at, &role, &serial))
			continue;
		key = key_serial(role, serial);
		e = control_get_document(c, c->control->arena, &key, &d);
		if (e == ERR_OK)
			*out = (struct document_ref){ .origin = d.origin, .id = d.id };
		if (e != ERR_NOT_FOUND && e != ERR_DAMAGED)
			break;
	}
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

/* The beginning of the matter of `f`: the last one upwards that is known, here or not. */
static enum err find_beginning(struct client *c, struct thread_walk *w,
			       const struct found_document *from, struct node *out)
{
	struct found_document f = *from;
	enum err e = ERR_OK;

	*out = (struct node){ .id = f.document.id, .origin = f.document.origin };
	meet(w, &out->id);
	for (unsigned i = 0; e == ERR_OK && i < UP_MAX; i++) {
		struct document_ref up;

		up = older_of(&f.document);
		e = doc_id_valid(&up.id) ? ERR_OK : answered_by(c, &f, &up);
		if (e == ERR_OK && !doc_id_valid(&up.id))
			e = finished_with(c, &f.document.id, &up);
		if (e != ERR_OK || !doc_id_valid(&up.id) || !meet(w, &up.id))
			break;
		*out = (struct node){ .id = up.id, .origin = up.origin };
		arena_reset(c->control->arena);
		e = control_find_id(c, &up.id, up.origin, &f);
	}
	w->met_count = 0; /* on the way down each is met anew */
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* ---- downwards ---- */

/* The beginning of the day that it went or came. */
static int64_t day_ms(text_t date)
{
	struct day day;

	return date_day(date, &day) ? day_begin_ms(day) : 0;
}

/* Is `origin` that of what it stands under, where both are known? */
static bool is_of(const struct node *under, struct committee_id origin)
{
	return id_empty(under->origin) || id_empty(origin) || id_equal(origin, under->origin);
}

static enum err add_paper(struct client *c, struct thread_walk *w, const struct node *under,
			  struct node *child, struct doc_key doc)
{
	struct rec_paper paper;
	enum err e = control_get_paper(c, w->scratch, doc.serial, &paper);

	if (e != ERR_OK)
		return e;
	*child = (struct node){ .id = paper.id,
				.under = under->id,
				.origin = core_self(c->control->parts.core),
				.signed_at_ms = day_ms(paper.date),
				.depth = under->depth + 1,
				.relation = VANTHU__V1__THREAD_RELATION__THREAD_RELATION_ANSWERS };
	return is_of(under, paper.reply_origin) ? ERR_OK : ERR_NOT_FOUND;
}

static Vanthu__V1__ThreadRelation relation_of(enum business b)
{
	return b == BUSINESS_RECALL   ? VANTHU__V1__THREAD_RELATION__THREAD_RELATION_RECALLS
	       : b == BUSINESS_UPDATE ? VANTHU__V1__THREAD_RELATION__THREAD_RELATION_UPDATES
				      : VANTHU__V1__THREAD_RELATION__THREAD_RELATION_REPLACES;
}

/* One more under `under`, where its kind of index says so; what cannot be read is none. */
static enum err add_child(struct client *c, struct thread_walk *w, const struct node *under,
			  struct node *child, struct doc_key doc)
{
	struct key key = key_serial(doc.role, doc.serial);
	struct found_document f = { .role = doc.role, .serial = doc.serial };
	struct document_ref ref;
	enum err e;

	arena_reset(w->scratch);
	if (doc.role == ROLE_PAPER)
		return add_paper(c, w, under, child, doc);
	e = control_get_document(c, w->scratch, &key, &f.document);
	if (e != ERR_OK)
		return e;
	*child = (struct node){ .id = f.document.id,
				.under = under->id,
				.origin = f.document.origin,
				.signed_at_ms = f.document.signed_at_ms,
				.depth = under->depth + 1,
				.relation = VANTHU__V1__THREAD_RELATION__THREAD_RELATION_ANSWERS };
	ref = older_of(&f.document);
	if (memcmp(&ref.id, &under->id, sizeof ref.id) == 0)
		child->relation = relation_of(f.document.summary.business);
	else
		e = answered_by(c, &f, &ref);
	if (f.document.summary.reminds != NULL && f.document.summary.reminds[0] != '\0')
		child->relation = VANTHU__V1__THREAD_RELATION__THREAD_RELATION_REMINDS;
	/* the same id of another origin is another document */
	return e == ERR_OK && !is_of(under, ref.origin) ? ERR_NOT_FOUND : e;
}

static int by_time(const void *a, const void *b)
{
	const struct node *x = a, *y = b;

	if (x->signed_at_ms != y->signed_at_ms)
		return x->signed_at_ms < y->signed_at_ms ? -1 : 1;
	return memcmp(&x->id, &y->id, sizeof x->id);
}

struct children {
	struct node *list; /* CHILDREN_MAX */
	size_t count;
	uint64_t left_out;
};

static void add(struct thread_walk *w, struct children *out, const struct node *child)
{
	if (is_met(w, &child->id))
		return;
	if (out->count == CHILDREN_MAX || w->met_count == SHOWN_MAX)
		out->left_out++;
	else if (meet(w, &child->id))
		out->list[out->count++] = *child;
}

/* Those that answer it, or that recall, update or replace it. */
static enum err add_linked(struct client *c, struct thread_walk *w, const struct node *under,
			   enum matter_link link, struct children *out)
{
	struct lookup l = control_lookup(c);
	struct scan scan = scan_of(matter_prefix(link, &under->id));
	struct record r;
	enum err e;

	while ((e = l.next(l.ctx, c->control->arena, FAMILY_NUMBER, &scan, &r)) == ERR_OK) {
		struct doc_key doc;
		struct node child;

		if (!matter_parse(&scan.at, &doc.role, &doc.serial))
			continue;
		if (out->count == CHILDREN_MAX) {
			out->left_out++;
			continue;
		}
		arena_reset(c->control->arena);
		e = add_child(c, w, under, &child, doc);
		if (e == ERR_OK)
			add(w, out, &child);
		if (e != ERR_OK && e != ERR_NOT_FOUND && e != ERR_DAMAGED)
			return e;
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Those that an office finished it with and that say nothing of it themselves. */
static enum err add_finishing(struct client *c, struct thread_walk *w, const struct node *under,
			      const struct found_document *f, struct children *out)
{
	struct lookup l = control_lookup(c);
	struct scan scan = scan_of(key_serial(f->role, f->serial));
	enum err e = ERR_OK;

	while (e == ERR_OK) {
		struct node child = {
			.under = under->id,
			.depth = under->depth + 1,
			.relation = VANTHU__V1__THREAD_RELATION__THREAD_RELATION_FINISHES
		};
		struct committee_id office;
		struct found_document found;
		struct serial serial;
		struct record r;
		enum role role;
		uint32_t n;

		arena_reset(c->control->arena);
		e = l.next(l.ctx, c->control->arena, FAMILY_STATUS, &scan, &r);
		if (e != ERR_OK || !doc_id_valid(&r.u.status.status.answer) ||
		    !key_parse_status(&scan.at, &role, &serial, &office, &n))
			continue;
		child.id = r.u.status.status.answer;
		child.origin = office;
		child.signed_at_ms = r.u.status.at_ms;
		if (control_find_id(c, &child.id, child.origin, &found) == ERR_OK)
			child.signed_at_ms = found.document.signed_at_ms;
		add(w, out, &child);
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* All under one document onto the stack, the oldest on top. */
static enum err push_children(struct client *c, struct thread_walk *w, const struct node *under,
			      const struct found_document *f, uint64_t *left_out)
{
	struct children found = { .list = calloc(CHILDREN_MAX, sizeof *found.list) };
	enum err e = found.list == NULL ? ERR_NO_MEMORY
					: add_linked(c, w, under, MATTER_CONCERNED, &found);

	if (e == ERR_OK)
		e = add_linked(c, w, under, MATTER_ANSWERED, &found);
	if (e == ERR_OK && f != NULL)
		e = add_finishing(c, w, under, f, &found);
	if (found.count > 0)
		qsort(found.list, found.count, sizeof *found.list, by_time);
	for (size_t i = found.count; i-- > 0;)
		w->todo[w->count++] = found.list[i];
	*left_out = found.left_out;
	free(found.list);
	return e;
}

/* ---- the listing ---- */

static void say(struct client *c, uint64_t id, const struct thread_walk *w, const struct node *n,
		uint64_t left_out)
{
	Vanthu__V1__Reply r = control_reply_to(id, VANTHU__V1__REPLY__WHAT_THREAD);
	Vanthu__V1__ThreadLine line = VANTHU__V1__THREAD_LINE__INIT;
	Vanthu__V1__DocumentLine document;
	Vanthu__V1__PaperLine paper;
	struct found_document f;
	size_t name_bytes = COMMITTEE_NAME_MAX + 1;
	struct serial serial;
	struct rec_paper p;

	arena_reset(c->control->arena);
	line.incomplete = core_matters_incomplete(c->control->parts.core);
	line.depth = n->depth;
	line.relation = n->relation;
	line.id = field_bytes(n->id.bytes, sizeof n->id.bytes);
	line.origin = (char *)(uintptr_t)n->origin.text;
	line.origin_name = control_name(c, NULL, n->origin, &name_bytes);
	line.asked = memcmp(&n->id, &w->asked, sizeof n->id) == 0;
	line.left_out = left_out;
	if (doc_id_valid(&n->under))
		line.under = field_bytes(n->under.bytes, sizeof n->under.bytes);
	if (control_find_id(c, &n->id, n->origin, &f) == ERR_OK) {
		control_fill_line(c, &f, &document);
		document.from_name = line.origin_name;
		line.line = &document;
	} else if (control_find_paper_id(c, &n->id, &serial, &p) == ERR_OK) {
		control_fill_paper(c, &p, &paper);
		line.paper = &paper;
	}
	r.more = 1;
	r.thread = &line;
	control_say(c, &r);
}

static bool step(struct client *c, uint64_t id, void *walk)
{
	struct thread_walk *w = walk;
	struct found_document f;
	struct node n;
	uint64_t left_out = 0;
	enum err e;

	if (w->count == 0)
		return control_listing_end(c, id, ERR_OK, "");
	n = w->todo[--w->count];
	e = control_find_id(c, &n.id, n.origin, &f);
	if (e != ERR_OK && e != ERR_NOT_FOUND && e != ERR_DAMAGED)
		return control_listing_end(c, id, e, "");
	e = push_children(c, w, &n, e == ERR_OK ? &f : NULL, &left_out);
	if (e != ERR_OK)
		return control_listing_end(c, id, e, "");
	say(c, id, w, &n, left_out);
	return true;
}

/* *from: the document to go upwards from, or with an id zero none. An entry on paper is found where
 * no document has the name. False: the client has been answered. */
static bool find_asked(struct client *c, uint64_t id, const char *text, struct node *asked,
		       struct found_document *from)
{
	struct rec_paper p;

	memset(from, 0, sizeof *from);
	*asked = (struct node){ .origin = core_self(c->control->parts.core) };
	if (control_find_quietly(c, text, ROLE_OUT, from) == ERR_NOT_FOUND &&
	    control_find_quietly(c, text, ROLE_IN, from) == ERR_NOT_FOUND &&
	    control_find_paper(c, text, &p) == ERR_OK) {
		asked->id = p.id;
		memset(from, 0, sizeof *from);
		if (!doc_id_valid(&p.reply_id))
			return true;
		if (control_find_id(c, &p.reply_id, p.reply_origin, from) != ERR_OK)
			memset(from, 0, sizeof *from);
		return true;
	}
	if (control_find(c, id, text, false, from) != ERR_OK)
		return false;
	asked->id = from->document.id;
	return true;
}

void control_thread(struct client *c, const Vanthu__V1__Request *request)
{
	static const struct listing_kind kind = { step, drop, true };
	const uint64_t id = request->id;
	struct found_document f;
	struct thread_walk *w;
	struct node asked;
	enum err e;

	if (!find_asked(c, id, request->thread->text, &asked, &f))
		return;
	w = walk_new();
	if (w != NULL) {
		w->asked = asked.id;
		w->todo[0] = asked;
		e = doc_id_valid(&f.document.id) ? find_beginning(c, w, &f, &w->todo[0]) : ERR_OK;
		if (e != ERR_OK) {
			drop(w);
			control_say_error(c, id, e, "");
			return;
		}
		w->todo[0].relation = VANTHU__V1__THREAD_RELATION__THREAD_RELATION_BEGINS;
		w->count = 1;
		meet(w, &w->todo[0].id);
	}
	control_listing_begin(c, id, &kind, w);
}
