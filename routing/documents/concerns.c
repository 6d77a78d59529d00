/* See concerns.h. */
#include "routing/documents/concerns.h"

#include <string.h>

#include "routing/base/committee_id.h"
#include "routing/books/books.h"
#include "routing/documents/document.h"
#include "routing/documents/open_work.h"
#include "routing/documents/recipients.h"
#include "routing/rules/rules.h"
#include "routing/state/event.h"
#include "routing/state/feed.h"
#include "routing/state/lookup.h"
#include "routing/state/memory.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"

enum { NEWER_READ_MAX = 256 }; /* of one document; an issuer that sends more waits for answers */

static const struct doc_id nothing;

static bool is_request(enum business b)
{
	return b == BUSINESS_RECALL || b == BUSINESS_UPDATE || b == BUSINESS_REPLACE;
}

const struct doc_id *concerns_older(const struct summary *s, struct committee_id origin)
{
	return s->concerns != NULL && is_request(s->business) &&
			       id_equal(s->concerns->origin, origin)
		       ? &s->concerns->id
		       : &nothing;
}

void concerns_index(struct turn_view *t, const struct rec_document *newer, struct doc_key doc)
{
	const struct doc_id *older = concerns_older(&newer->summary, newer->origin);
	struct record r = { .family = FAMILY_NUMBER };

	if (doc_id_valid(older))
		core_put(t, matter_key(MATTER_CONCERNED, older, doc.role, doc.serial), &r);
}

/* What cannot be read asks for nothing. */
static enum err skip_unread(enum err e)
{
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

/* ---- those that concern one ---- */

struct newer {
	const struct rec_document *older;
	enum role role;
	struct scan scan;
	unsigned read;
	struct doc_key key;
	struct rec_document document;
};

static struct newer newer_of(const struct rec_document *older, enum role role)
{
	return (struct newer){ .older = older,
			       .role = role,
			       .scan = scan_of(matter_prefix(MATTER_CONCERNED, &older->id)) };
}

/* ERR_NOT_FOUND: no further one. */
static enum err next(struct turn_view *t, struct newer *n)
{
	while (n->read++ < NEWER_READ_MAX) {
		struct record r;
		enum err e = t->lookup.next(t->lookup.ctx, t->plan->arena, FAMILY_NUMBER, &n->scan,
					    &r);

		if (e != ERR_OK)
			return e;
		if (!matter_parse(&n->scan.at, &n->key.role, &n->key.serial) ||
		    n->key.role != n->role)
			continue;
		e = core_get(t, FAMILY_DOCUMENT, key_serial(n->key.role, n->key.serial), &r);
		if (skip_unread(e) != ERR_OK)
			return e;
		if (e != ERR_OK || !id_equal(r.u.document.origin, n->older->origin))
			continue;
		n->document = r.u.document;
		return ERR_OK;
	}
	return ERR_NOT_FOUND;
}

/* One of ours that does that with it: its number; NULL: there is none. */
static enum err ours_that(struct turn_view *t, const struct rec_document *older, enum business b,
			  text_t *number)
{
	struct newer n = newer_of(older, ROLE_OUT);
	enum err e;

	*number = NULL;
	while ((e = next(t, &n)) == ERR_OK && *number == NULL) {
		if (n.document.summary.business == b)
			*number = n.document.summary.number;
	}
	return skip_unread(e);
}

/* ---- at the issuer ---- */

/* ERR_NOT_FOUND: nothing of ours has this id. */
static enum err find_ours(struct turn_view *t, const struct doc_id *id, struct doc_key *key,
			  struct rec_document *out)
{
	struct record r;
	enum err e = core_get(t, FAMILY_IDENT, key_ident(*id, t->core->config.self), &r);

	if (e == ERR_OK && r.u.ident.role != ROLE_OUT)
		e = ERR_NOT_FOUND;
	if (e != ERR_OK)
		return e;
	*key = (struct doc_key){ r.u.ident.role, r.u.ident.serial };
	e = core_get(t, FAMILY_DOCUMENT, key_serial(key->role, key->serial), &r);
	if (e == ERR_OK)
		*out = r.u.document;
	return e;
}

enum err concerns_of(struct turn_view *t, const struct doc_id *newer, enum business *what,
		     text_t *number)
{
	struct rec_document d;
	struct doc_key key;
	enum err e = find_ours(t, newer, &key, &d);

	*what = BUSINESS_NONE;
	*number = "";
	if (e == ERR_OK && is_request(d.summary.business)) {
		*what = d.summary.business;
		*number = d.summary.number;
	}
	return skip_unread(e);
}

enum err concerns_recalled(struct turn_view *t, struct doc_key doc, const struct rec_document *d,
			   bool *yes)
{
	text_t by;
	enum err e = doc.role == ROLE_OUT ? ours_that(t, d, BUSINESS_RECALL, &by) : ERR_NOT_FOUND;

	*yes = e == ERR_OK && by != NULL;
	return skip_unread(e);
}

enum err concerns_check(struct turn_view *t, const struct summary *s, enum err *out, text_t *by)
{
	struct rec_document older;
	struct doc_key key;
	struct record r;
	bool recalled = false;
	enum err e;

	*out = ERR_OK;
	*by = NULL;
	if (s->concerns == NULL || !is_request(s->business))
		return ERR_OK;
	if (!id_equal(s->concerns->origin, t->core->config.self)) {
		*out = ERR_NOT_ISSUER;
		return ERR_OK;
	}
	e = find_ours(t, &s->concerns->id, &key, &older);
	if (e == ERR_NOT_FOUND)
		*out = ERR_CONCERNS_UNKNOWN;
	else if (e == ERR_DAMAGED)
		*out = e; /* it may be whole again soon */
	if (e != ERR_OK)
		return skip_unread(e);
	/* asked back, from whomever: frozen on the order (Decree 30/2020, annex VI, III.8) */
	e = core_get(t, FAMILY_WORK, key_serial(key.role, key.serial), &r);
	recalled = e == ERR_OK;
	if (e == ERR_NOT_FOUND)
		e = concerns_recalled(t, key, &older, &recalled);
	if (e == ERR_OK && !recalled)
		e = ours_that(t, &older, BUSINESS_REPLACE, by);
	*out = recalled ? ERR_RECALLED : *by != NULL ? ERR_REPLACED : ERR_OK;
	return skip_unread(e);
}

enum err concerns_warn(struct turn_view *t, const struct ev_submit *e,
		       const struct recipient_list *to, enum err out[2])
{
	const struct doc_id *id = concerns_older(&e->summary, t->core->config.self);
	struct routing_question q;
	struct recipient_list had;
	struct rec_document older;
	struct doc_key key;
	uint32_t at;
	enum err r;

	out[0] = out[1] = ERR_OK;
	if (!doc_id_valid(id))
		return ERR_OK;
	r = find_ours(t, id, &key, &older);
	if (r != ERR_OK)
		return skip_unread(r);
	/* errors of content are mended by one of equal form (Decree 30/2020, article 18 (3)) */
	if (e->summary.business == BUSINESS_REPLACE &&
	    strcmp(e->summary.type_code, older.summary.type_code) != 0)
		out[0] = ERR_CONCERNS_TYPE;
	q = document_question(&older);
	r = recipients_expand(&t->tree, &q.to, 0, &had);
	for (uint32_t i = 0; r == ERR_OK && i < had.count; i++) {
		if (!recipients_find(to, had.ids[i], &at))
			out[1] = ERR_CONCERNS_SOME;
	}
	return r;
}

enum err concerns_enter(struct turn_view *t, const struct rec_document *newer, uint32_t uid)
{
	const struct doc_id *id = concerns_older(&newer->summary, newer->origin);
	struct rec_document older;
	struct doc_key key;
	struct rec_line line = { .kind = LINE_ADDITION,
				 .at_ms = t->now.wall_ms,
				 .uid = uid,
				 .person = "",
				 .note = "",
				 .business = newer->summary.business,
				 .newer = newer->summary.number };
	enum err e = doc_id_valid(id) ? find_ours(t, id, &key, &older) : ERR_NOT_FOUND;

	if (e != ERR_OK || older.line.number == 0)
		return skip_unread(e);
	line.role = key.role;
	line.serial = key.serial;
	older.line.book = register_book(DIRECTION_OUT, older.secrecy);
	e = register_add(t, older.line, &line);
	/* full of additions: it is sent all the same */
	return e == ERR_BUSY ? ERR_OK : skip_unread(e);
}

/* ---- at a recipient ---- */

static enum err is_whole(struct turn_view *t, struct doc_key doc, bool *yes)
{
	struct record r;
	enum err e = core_get(t, FAMILY_STATE, key_serial(doc.role, doc.serial), &r);

	*yes = e == ERR_OK && r.u.state.complete_at_ms != 0;
	return skip_unread(e);
}

enum err concerns_find(struct turn_view *t, const struct rec_document *newer, struct doc_key *older)
{
	const struct doc_id *id = concerns_older(&newer->summary, newer->origin);
	struct record r;
	enum err e = doc_id_valid(id) ? core_get(t, FAMILY_IDENT, key_ident(*id, newer->origin), &r)
				      : ERR_NOT_FOUND;

	if (e == ERR_OK && r.u.ident.role != ROLE_IN)
		e = ERR_NOT_FOUND;
	if (e == ERR_OK)
		*older = (struct doc_key){ r.u.ident.role, r.u.ident.serial };
	return e;
}

enum err concerns_answer(struct turn_view *t, struct doc_key older, const struct doc_id *request,
			 enum office_status *out)
{
	struct scan scan =
		scan_of(key_statuses(older.role, older.serial, t->core->config.self));
	struct record r;
	enum err e;

	*out = OFFICE_NONE;
	while ((e = t->lookup.next(t->lookup.ctx, t->plan->arena, FAMILY_STATUS, &scan, &r)) ==
	       ERR_OK) {
		if (memcmp(&r.u.status.status.request, request, sizeof *request) == 0)
			*out = office_status_of(r.u.status.code);
	}
	return skip_unread(e);
}

enum err concerns_number(struct turn_view *t, struct committee_id origin, const struct doc_id *id,
			 text_t *out)
{
	struct record r;
	enum err e = doc_id_valid(id) ? core_get(t, FAMILY_IDENT, key_ident(*id, origin), &r)
				      : ERR_NOT_FOUND;

	*out = "";
	if (e == ERR_OK && r.u.ident.role != ROLE_IN && r.u.ident.role != ROLE_OUT)
		e = ERR_NOT_FOUND;
	if (e == ERR_OK)
		e = core_get(t, FAMILY_DOCUMENT, key_serial(r.u.ident.role, r.u.ident.serial), &r);
	if (e == ERR_OK)
		*out = r.u.document.summary.number;
	return skip_unread(e);
}

/* The higher goes first; 0: it asks for nothing any more. */
static unsigned weight(const struct rec_work *work, enum business b)
{
	switch (b) {
	case BUSINESS_RECALL:
		return 3;
	case BUSINESS_REPLACE:
		return work->stand.replaced ? 0 : 2;
	case BUSINESS_UPDATE:
		return work->stand.replaced ? 0 : 1;
	default:
		return 0;
	}
}

/* Does this one ask, still, and before `best`? */
static enum err asks(struct turn_view *t, struct doc_key older, const struct newer *n,
		     const struct rec_work *work, unsigned best, bool *yes)
{
	enum office_status answer = OFFICE_NONE;
	enum err e;

	*yes = false;
	if (weight(work, n->document.summary.business) <= best)
		return ERR_OK;
	e = is_whole(t, n->key, yes);
	if (e == ERR_OK && *yes)
		e = concerns_answer(t, older, &n->document.id, &answer);
	*yes = *yes && answer == OFFICE_NONE;
	return e;
}

enum err concerns_next(struct turn_view *t, struct doc_key older, const struct rec_document *d,
		       struct rec_work *work)
{
	struct newer n = newer_of(d, ROLE_IN);
	unsigned best = 0;
	enum err e = ERR_OK;

	if (office_stand_frozen(&work->stand) ||
	    (work->stand.recall == OFFICE_RECALL_ASKED && !doc_id_valid(&work->request)))
		return ERR_OK;
	while (e == ERR_OK && (e = next(t, &n)) == ERR_OK) {
		bool yes;

		e = asks(t, older, &n, work, best, &yes);
		if (e != ERR_OK || !yes)
			continue;
		best = weight(work, n.document.summary.business);
		work->stand.recall = OFFICE_RECALL_ASKED;
		work->stand.asks = n.document.summary.business;
		work->request = n.document.id;
		work->recall_reason = n.document.summary.subject;
	}
	return skip_unread(e);
}

static enum change_kind asked_kind(enum business asks)
{
	return asks == BUSINESS_UPDATE	  ? CHANGE_UPDATED
	       : asks == BUSINESS_REPLACE ? CHANGE_REPLACED
					  : CHANGE_RECALLED;
}

/* The question that is next for one that is here, whole and for us. */
static enum err ask_about(struct turn_view *t, struct doc_key older)
{
	const struct rec_work untouched = { .to = "", .due_on = "", .note = "", .person = "" };
	struct key key = key_serial(older.role, older.serial);
	struct record document, work;
	struct doc_id before;
	bool whole;
	enum err e = core_get(t, FAMILY_DOCUMENT, key, &document);

	if (e == ERR_OK)
		e = is_whole(t, older, &whole);
	if (e != ERR_OK || !whole || !document.u.document.mine)
		return skip_unread(e);
	e = core_get(t, FAMILY_WORK, key, &work);
	if (e == ERR_NOT_FOUND)
		work = (struct record){ .family = FAMILY_WORK, .u.work = untouched };
	else if (e != ERR_OK)
		return skip_unread(e);
	before = work.u.work.request;
	e = concerns_next(t, older, &document.u.document, &work.u.work);
	if (e != ERR_OK || memcmp(&before, &work.u.work.request, sizeof before) == 0)
		return e;
	e = document_work(t, older, &document.u.document, &work.u.work);
	if (e != ERR_OK)
		return e;
	notify(t, NOTICE_STATUS,
	       (struct document_ref){ document.u.document.origin, document.u.document.id,
				      document.u.document.digest },
	       document.u.document.origin, OFFICE_RECALL_ASKED, &document.u.document.summary);
	feed_add(t, &(struct change){ .kind = asked_kind(work.u.work.stand.asks),
				      .role = older.role,
				      .serial = older.serial,
				      .committee = document.u.document.origin });
	return ERR_OK;
}

enum err concerns_arrived(struct turn_view *t, struct doc_key doc, const struct rec_document *d)
{
	struct newer n = newer_of(d, ROLE_IN);
	struct doc_key older;
	enum err e = concerns_find(t, d, &older);

	if (e == ERR_OK)
		e = ask_about(t, older);
	e = skip_unread(e);
	if (e == ERR_OK)
		e = next(t, &n);
	return e == ERR_OK ? ask_about(t, doc) : skip_unread(e);
}
