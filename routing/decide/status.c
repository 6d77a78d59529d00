/* See status.h. */
#include "routing/decide/status.h"

#include <string.h>

#include "routing/base/arena.h"
#include "routing/base/calendar.h"
#include "routing/base/committee_id.h"
#include "routing/base/limits.h"
#include "routing/books/books.h"
#include "routing/documents/documents.h"
#include "routing/rules/rules.h"
#include "routing/state/event.h"
#include "routing/state/feed.h"
#include "routing/state/lookup.h"
#include "routing/state/memory.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"

enum { SCRATCH_BYTES = 1 << 20 };
static const int64_t YEAR_10000_MS = 253402300800000;

static bool same_bytes(struct blob a, struct blob b)
{
	return a.len_bytes == b.len_bytes && memcmp(a.data, b.data, a.len_bytes) == 0;
}

/* The number of a status that says none (an office that has another program): the one after the
 * last, or that of the very same envelope when it comes once more. */
static enum err number_of(struct turn_view *t, const struct ev_publish *e, struct doc_key key,
			  uint32_t *out)
{
	struct scan scan = scan_of(key_statuses(key.role, key.serial, e->signer));
	struct arena *scratch;
	enum err result = ERR_OK;
	uint32_t last = 0;
	bool same = false;

	*out = e->fact->status.n;
	if (*out != 0)
		return ERR_OK;
	scratch = arena_new(SCRATCH_BYTES);
	if (scratch == NULL)
		return ERR_NO_MEMORY;
	scan.report_damage = true;
	while ((result == ERR_OK || result == ERR_DAMAGED) && !same) {
		struct committee_id signer;
		enum role role;
		struct serial serial;
		struct record r;

		arena_reset(scratch);
		result = t->lookup.next(t->lookup.ctx, scratch, FAMILY_STATUS, &scan, &r);
		if (result != ERR_OK && result != ERR_DAMAGED)
			continue;
		if (!key_parse_status(&scan.at, &role, &serial, &signer, &last))
			result = ERR_STORE;
		else if (result == ERR_OK)
			same = same_bytes(r.u.status.envelope.bytes, e->envelope);
	}
	arena_destroy(scratch);
	*out = same ? last : last + 1;
	return result == ERR_NOT_FOUND || result == ERR_DAMAGED ? ERR_OK : result;
}

/* What no office says: a text that people do not see as it is, a day or a time that is none. */
static enum err body_fault(const struct fact *f)
{
	struct month month;
	enum err r = policy_text(f->note, NOTE_MAX, false);

	if (r == ERR_OK)
		r = policy_text(f->status.person, PERSON_MAX, false);
	if (r != ERR_OK)
		return r;
	if (f->status.due_on[0] != '\0' && !date_month(f->status.due_on, &month))
		return ERR_BAD_DATE;
	return f->at_ms < 0 || f->at_ms >= YEAR_10000_MS ? ERR_BAD_DATE : ERR_OK;
}

/* Once; the same number with other bytes is its signer's mistake, and the first one stands. *added:
 * its number, 0 where it was there, also where that cannot be read any more: then this stands in
 * its place. */
static enum err keep(struct turn_view *t, const struct ev_publish *e, struct doc_key key,
		     uint32_t *added, enum err *fault)
{
	struct record r = { .family = FAMILY_STATUS }, old;
	struct key at;
	uint32_t n;
	bool lost;
	enum err result = number_of(t, e, key, &n);

	*added = 0;
	if (result != ERR_OK)
		return result;
	if (n > STATUSES_MAX) {
		*fault = ERR_BUSY;
		return ERR_OK;
	}
	at = key_status(key.role, key.serial, e->signer, n);
	result = core_get(t, FAMILY_STATUS, at, &old);
	if (result != ERR_NOT_FOUND && result != ERR_DAMAGED)
		return result;
	lost = result == ERR_DAMAGED;
	r.u.status = (struct rec_status){ .envelope = { .bytes = e->envelope },
					  .at_ms = e->fact->at_ms,
					  .note = e->fact->note,
					  .status = e->fact->status };
	r.u.status.status.n = n;
	memcpy(r.u.status.code, e->fact->code, sizeof r.u.status.code);
	core_put(t, at, &r);
	matter_finished(t, &e->fact->status.answer, key);
	*added = lost ? 0 : n;
	return ERR_OK;
}

static enum err document_of(struct turn_view *t, const struct ev_publish *e, enum role role,
			    struct doc_key *key, struct rec_document *d, enum err *fault)
{
	const struct document_ref *ref = &e->fact->document;
	struct record r;
	enum err result = core_get(t, FAMILY_IDENT, key_ident(ref->id, ref->origin), &r);

	if (result == ERR_NOT_FOUND || (result == ERR_OK && r.u.ident.role != role)) {
		*fault = ERR_NOT_FOUND;
		return ERR_OK;
	}
	if (result != ERR_OK)
		return result;
	if (memcmp(r.u.ident.digest.bytes, ref->digest.bytes, sizeof ref->digest.bytes) != 0) {
		*fault = ERR_DIGEST;
		return ERR_OK;
	}
	*key = (struct doc_key){ r.u.ident.role, r.u.ident.serial };
	result = core_get(t, FAMILY_DOCUMENT, key_serial(key->role, key->serial), &r);
	*d = r.u.document;
	return result;
}

/* How a recipient answered a recall, or a newer document, in the register of what went out. */
static enum err enter_answer(struct turn_view *t, const struct ev_publish *e, struct doc_key key,
			     const struct rec_document *d, enum office_status s)
{
	const struct doc_id *request = &e->fact->status.request;
	struct rec_line line = { .kind = LINE_ADDITION,
				 .role = key.role,
				 .serial = key.serial,
				 .status = s,
				 .at_ms = t->now.wall_ms,
				 .person = e->fact->status.person,
				 .note = e->fact->note,
				 .office = e->signer };
	struct line_key at = d->line;
	enum err r = ERR_OK;

	if ((s != OFFICE_RECALL_AGREED && s != OFFICE_RECALL_DECLINED) || at.number == 0)
		return ERR_OK;
	if (doc_id_valid(request))
		r = concerns_of(t, request, &line.business, &line.newer);
	at.book = register_book(DIRECTION_OUT, d->secrecy);
	if (r == ERR_OK)
		r = register_add(t, at, &line);
	/* full of additions, or the line cannot be read: the status itself says it */
	return r == ERR_BUSY || r == ERR_NOT_FOUND || r == ERR_DAMAGED ? ERR_OK : r;
}

/* What a recipient's office says of a document of ours. */
static enum err of_ours(struct turn_view *t, const struct ev_publish *e, enum err *fault)
{
	struct rec_document d;
	struct routing_question q;
	struct doc_key key;
	bool recipient = false;
	uint32_t added;
	enum office_status s = office_status_of(e->fact->code);
	enum err r = document_of(t, e, ROLE_OUT, &key, &d, fault);

	if (r != ERR_OK || *fault != ERR_OK)
		return r;
	q = document_question(&d);
	r = recipients_contain(&t->tree, &q.to, e->signer, &recipient);
	if (r != ERR_OK)
		return r;
	*fault = !recipient			? ERR_NOT_ADDRESSED
		 : office_status_from_issuer(s) ? ERR_NOT_ENTITLED
						: ERR_OK;
	if (*fault != ERR_OK)
		return ERR_OK;
	r = keep(t, e, key, &added, fault);
	if (r != ERR_OK || added == 0)
		return r;
	r = enter_answer(t, e, key, &d, s);
	if (r != ERR_OK)
		return r;
	notify(t, NOTICE_STATUS, e->fact->document, e->signer, (uint32_t)s, &d.summary);
	feed_office(t, s, key.role, key.serial, e->signer);
	return sent_work_follow(t, key, &d, e->signer, added);
}

/* The issuer asks for one of its own back. What our office has answered already stands. */
static enum err recall_of_theirs(struct turn_view *t, const struct ev_publish *e, enum err *fault)
{
	const struct document_ref *ref = &e->fact->document;
	struct rec_document d;
	struct doc_key key;
	struct record work;
	uint32_t added;
	bool known;
	enum err result = core_get(t, FAMILY_IDENT, key_ident(ref->id, ref->origin), &work);

	if (result == ERR_NOT_FOUND)
		return early_keep(t, e, fault);
	if (result == ERR_OK)
		result = document_of(t, e, ROLE_IN, &key, &d, fault);
	if (result != ERR_OK || *fault != ERR_OK)
		return result;
	/* First what may be damaged: nothing is planned then. */
	result = core_get(t, FAMILY_STATE, key_serial(key.role, key.serial), &work);
	if (result != ERR_OK && result != ERR_NOT_FOUND)
		return result;
	result = core_get(t, FAMILY_WORK, key_serial(key.role, key.serial), &work);
	if (result != ERR_OK && result != ERR_NOT_FOUND)
		return result;
	known = result == ERR_OK;
	result = keep(t, e, key, &added, fault);
	if (result != ERR_OK || added == 0)
		return result;
	if (!known)
		work = (struct record){ .family = FAMILY_WORK,
				     .u.work = {
					 .to = "", .due_on = "", .note = "", .person = "" } };
	if (office_status_may_follow(&work.u.work.stand, OFFICE_RECALL_ASKED)) {
		office_status_apply(&work.u.work.stand, OFFICE_RECALL_ASKED);
		work.u.work.stand.asks = BUSINESS_NONE;
		work.u.work.request = (struct doc_id){ { 0 } };
		work.u.work.recall_reason = e->fact->note;
		result = document_work(t, key, &d, &work.u.work);
		if (result != ERR_OK)
			return result;
	}
	notify(t, NOTICE_STATUS, e->fact->document, e->signer, OFFICE_RECALL_ASKED, &d.summary);
	feed_office(t, OFFICE_RECALL_ASKED, key.role, key.serial, e->signer);
	return ERR_OK;
}

enum err decide_status(struct turn_view *t, const struct ev_publish *e, enum err *fault)
{
	*fault = body_fault(e->fact);
	if (*fault != ERR_OK)
		return ERR_OK;
	if (id_equal(e->fact->document.origin, t->core->config.self))
		return of_ours(t, e, fault);
	if (id_equal(e->fact->document.origin, e->signer) &&
	    office_status_from_issuer(office_status_of(e->fact->code)))
		return recall_of_theirs(t, e, fault);
	*fault = ERR_NOT_ENTITLED;
	return ERR_OK;
}
