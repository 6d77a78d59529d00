/* See archive.h. The core judges, for the list as for what goes. */
#include "daemon/control/archive.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/base/clock.h"
#include "daemon/control/client.h"
#include "daemon/control/documents.h"
#include "daemon/control/find.h"
#include "daemon/control/listing.h"
#include "proto/fields.h"
#include "routing/base/arena.h"
#include "routing/documents/documents.h"

enum { REQUEST_BYTES = 4096 };

static char *text(text_t t)
{
	return (char *)(uintptr_t)(t == NULL ? "" : t);
}

/* ---- which may go ---- */

struct archive_walk {
	enum role role;
	struct scan scan;
	uint32_t limit, sent;
	char before[DATE_MAX + 1]; /* "": any day */
};

static void fill(struct client *c, const struct found_document *f, const struct archive_verdict *v,
		 Vanthu__V1__ArchiveLine *out, Vanthu__V1__DocumentLine *line)
{
	control_fill_line(c, f, line);
	line->type_name = text(f->document.summary.type_name);
	line->published = f->document.summary.published;
	out->line = line;
	out->received = f->role == ROLE_IN;
	out->years = v->years;
	out->done_at_ms = v->done_ms;
	out->from = text(v->from);
	out->held = (uint32_t)v->why;
	for (uint32_t i = 0; i < f->document.manifest_count; i++)
		out->size_bytes += f->document.manifest[i].size_bytes;
}

/* The one that the walk stands at. ERR_NOT_FOUND: it is none of the list. */
static enum err say(struct client *c, uint64_t id, struct archive_walk *w, struct found_document *f)
{
	Vanthu__V1__Reply r = control_reply_to(id, VANTHU__V1__REPLY__WHAT_ARCHIVE);
	Vanthu__V1__ArchiveLine out = VANTHU__V1__ARCHIVE_LINE__INIT;
	struct lookup l = control_lookup(c);
	struct archive_question q = { .core = c->control->parts.core,
				      .lookup = &l,
				      .arena = c->control->arena,
				      .now = clock_now(),
				      .doc = { f->role, f->serial },
				      .document = &f->document,
				      .state = &f->state };
	Vanthu__V1__DocumentLine line;
	struct archive_verdict v;
	enum err e =
		control_hides(c, f->document.secrecy) ? ERR_NOT_FOUND : control_load_state(c, f);

	if (e == ERR_OK && f->state_damaged)
		return ERR_NOT_FOUND;
	if (e == ERR_OK)
		e = archive_judge(&q, &v);
	if (e != ERR_OK)
		return e;
	if (!archive_is_due(&v) || (w->before[0] != '\0' && strcmp(v.from, w->before) >= 0))
		return ERR_NOT_FOUND;
	fill(c, f, &v, &out, &line);
	r.more = 1;
	r.archive = &out;
	control_say(c, &r);
	w->sent++;
	return ERR_OK;
}

static bool step(struct client *c, uint64_t id, void *walk)
{
	struct archive_walk *w = walk;
	struct lookup l = control_lookup(c);
	struct found_document f = { .role = w->role };
	enum role role;
	struct record r;
	enum err e;

	if (w->limit != 0 && w->sent == w->limit)
		return control_listing_end(c, id, ERR_OK, "");
	e = l.next(l.ctx, c->control->arena, FAMILY_DOCUMENT, &w->scan, &r);
	if (e == ERR_NOT_FOUND && w->role == ROLE_OUT) {
		w->role = ROLE_IN;
		w->scan = scan_of(key_role(ROLE_IN));
		return true;
	}
	if (e == ERR_OK && key_parse_serial(&w->scan.at, &role, &f.serial)) {
		f.document = r.u.document;
		e = say(c, id, w, &f);
		if (e == ERR_NOT_FOUND)
			e = ERR_OK;
	}
	return e == ERR_OK || control_listing_end(c, id, e, "");
}

void control_archive(struct client *c, const Vanthu__V1__Request *request)
{
	const Vanthu__V1__ArchiveQuery *m = request->archive;
	static const struct listing_kind kind = { step, free, true };
	struct archive_walk *w = calloc(1, sizeof *w);

	if (w != NULL) {
		struct key prefix;

		w->role = m->received ? ROLE_IN : ROLE_OUT;
		prefix = key_role(w->role);
		w->scan = m->after == 0
				  ? scan_of(prefix)
				  : scan_from(prefix,
					      key_serial(w->role, (struct serial){ m->after }));
		w->limit = m->limit;
		memcpy(w->before, m->before, strlen(m->before)); /* a day, or "" */
	}
	control_listing_begin(c, request->id, &kind, w);
}

/* ---- one goes ---- */

static void answer(struct client *c, const struct pending_reply *p, const struct act_reply *a)
{
	(void)a;
	control_say_done(c, p->request_id);
}

/* The event's memory. */
static void release(void *owner)
{
	arena_destroy(owner);
}

void control_archive_take(struct client *c, const Vanthu__V1__Request *request)
{
	const Vanthu__V1__ArchiveTake *m = request->archive_take;
	struct event event = { .type = EVENT_OPERATE };
	struct ev_operate *o = &event.u.operate;
	struct question q = { .request_id = request->id,
			      .event = &event,
			      .reply = &o->reply,
			      .answer = answer,
			      .release = release };
	struct store *store = c->control->parts.store;
	struct rec_document d;
	struct store_figures figures;
	struct arena *a;
	struct key key;
	enum err e;

	o->operation = OPERATION_ARCHIVED;
	o->uid = c->uid;
	o->role = m->received ? ROLE_IN : ROLE_OUT;
	o->serial = (struct serial){ m->serial };
	memcpy(o->id.bytes, m->id.data, sizeof o->id.bytes);
	memcpy(o->evidence.bytes, m->evidence.data, sizeof o->evidence.bytes);
	key = key_serial(o->role, o->serial);
	e = control_get_document(c, c->control->arena, &key, &d);
	if (e != ERR_OK) {
		control_say_error(c, request->id, e, "");
		return;
	}
	a = arena_new(REQUEST_BYTES);
	o->archive = a == NULL ? NULL : arena_text(a, m->archive, strlen(m->archive));
	if (o->archive == NULL) {
		arena_destroy(a);
		control_say_error(c, request->id, ERR_NO_MEMORY, "");
		return;
	}
	/* what was found within this second counts, too */
	store->ops->figures(store, &figures);
	core_set_unsound(c->control->parts.core, figures.unsound);
	q.owner = a;
	control_ask_core(c, &q);
}
