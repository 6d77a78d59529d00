/* See reject.h. */
#include "routing/links/reject.h"

#include <string.h>

#include "routing/base/arena.h"
#include "routing/base/committee_id.h"
#include "routing/base/limits.h"
#include "routing/base/types.h"
#include "routing/documents/documents.h"
#include "routing/state/event.h"
#include "routing/state/hollow.h"
#include "routing/state/memory.h"
#include "routing/state/message.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"
#include "routing/state/stream.h"
#include "routing/state/tree.h"

bool reject_is_due(struct link *l, const struct ev_publish *e)
{
	struct tries *n = &l->tries[e->lane];

	if (n->seq != e->seq)
		*n = (struct tries){ .seq = e->seq };
	if (n->same == 0 || memcmp(&n->digest, &e->digest, sizeof n->digest) != 0)
		n->same = 0;
	n->digest = e->digest;
	n->same++;
	n->any++;
	return n->same >= REJECT_TRIES || n->any >= REJECT_TRIES_ANY;
}

/* The latest are kept, the newest last. */
void reject_note(struct link *l, const struct ev_publish *e)
{
	struct stream_in *in = &l->in[e->lane];

	if (in->rejected_count == REJECTED_MAX) {
		memmove(in->rejected, in->rejected + 1,
			(REJECTED_MAX - 1) * sizeof in->rejected[0]);
		in->rejected_count--;
	}
	in->rejected[in->rejected_count++] = (struct rejected_seq){ e->seq, ERR_REJECTED };
	l->rejected++;
}

/* ---- the publisher's side ---- */

static bool is_rejected(const struct msg_acknowledge *m, uint64_t seq)
{
	for (uint32_t i = 0; i < m->rejected_count; i++) {
		if (m->rejected[i].seq == seq)
			return true;
	}
	return false;
}

static enum err add_unserved(struct turn_view *t, struct routing_answer *answer,
			     struct committee_id id, uint32_t most)
{
	if (answer->unserved == NULL)
		answer->unserved = arena_array(t->plan->arena, most, sizeof *answer->unserved);
	if (answer->unserved == NULL)
		return ERR_NO_MEMORY;
	answer->unserved[answer->unserved_count++] = (struct unserved){ id, ERR_REJECTED };
	return ERR_OK;
}

/* Whom its groups mean: no row names them. */
static enum err members_of(struct turn_view *t, const struct addressed *to,
			   struct recipient_list *out)
{
	struct recipient *groups = arena_array(t->plan->arena, to->count, sizeof *groups);
	struct addressed by_group = *to;

	if (groups == NULL)
		return ERR_NO_MEMORY;
	by_group.recipients = groups;
	by_group.count = 0;
	for (uint32_t i = 0; i < to->count; i++) {
		if (to->recipients[i].group != GROUP_NONE)
			groups[by_group.count++] = to->recipients[i];
	}
	*out = (struct recipient_list){ .count = 0 };
	return by_group.count == 0 ? ERR_OK : recipients_expand(&t->tree, &by_group, 0, out);
}

static bool is_among(const struct committee_id *ids, uint32_t count, struct committee_id id)
{
	for (uint32_t i = 0; i < count; i++) {
		if (id_equal(ids[i], id))
			return true;
	}
	return false;
}

/* The recipients that the row served: by name; and all whose route is this link, as members of a
 * group or when it names nobody. */
static enum err whom_it_served(struct turn_view *t, const struct link *l,
			       const struct rec_stream *row, const struct rec_document *d,
			       struct routing_answer *answer)
{
	struct routing_question q = document_question(d);
	struct recipient_list all = { .count = 0 }, members;
	enum err e = recipients_expand(&t->tree, &q.to, 0, &all);

	if (e == ERR_OK)
		e = members_of(t, &q.to, &members);
	for (uint32_t i = 0; i < all.count && e == ERR_OK; i++) {
		struct committee_id hop;
		bool served = is_among(row->targets, row->target_count, all.ids[i]);

		if (!served &&
		    (row->target_count == 0 || is_among(members.ids, members.count, all.ids[i]))) {
			e = tree_next_hop(&t->tree, t->core->config.self, all.ids[i], &hop);
			served = e == ERR_OK && id_equal(hop, l->neighbour);
			if (e == ERR_NOT_FOUND || e == ERR_NO_ROUTE)
				e = ERR_OK;
		}
		if (e == ERR_OK && served)
			e = add_unserved(t, answer, all.ids[i], all.count);
	}
	return e;
}

/* What went in the place of signed bytes that are lost was meant to be rejected. */
static enum err why_rejected(struct turn_view *t, struct doc_key doc, enum err *why)
{
	struct record r;
	enum err e = core_get(t, FAMILY_ENVELOPE, key_serial(doc.role, doc.serial), &r);

	*why = e == ERR_OK && hollow_is(&r.u.envelope) ? ERR_SIGNED_LOST : ERR_REJECTED;
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

static enum err row_rejected(struct turn_view *t, struct link *l, const struct rec_stream *row)
{
	struct doc_key doc = { row->role, row->serial };
	struct document_ref none = { .origin = { "" } };
	struct routing_answer answer = { .route_count = 0 };
	enum err e, why = ERR_REJECTED;
	struct record document;

	l->rejected_by++;
	if (row->role == ROLE_NONE) {
		/* a fact: no refusal is sent, only a notice */
		notify(t, NOTICE_REFUSED, none, l->neighbour, why, NULL);
		return ERR_OK;
	}
	e = why_rejected(t, doc, &why);
	if (e == ERR_OK)
		e = core_get(t, FAMILY_DOCUMENT, key_serial(doc.role, doc.serial), &document);
	if (e == ERR_NOT_FOUND || e == ERR_DAMAGED) {
		notify(t, NOTICE_REFUSED, none, l->neighbour, why, NULL);
		return ERR_OK;
	}
	if (e == ERR_OK)
		e = whom_it_served(t, l, row, &document.u.document, &answer);
	for (uint32_t i = 0; i < answer.unserved_count; i++)
		answer.unserved[i].why = why;
	return e == ERR_OK ? document_unserved(t, doc, &document.u.document, &answer) : e;
}

enum err reject_rows(struct turn_view *t, struct link *l, const struct msg_acknowledge *m,
		     uint64_t upto)
{
	for (uint64_t n = l->out[m->lane].acked + 1; n <= upto && m->rejected_count > 0; n++) {
		struct key key = key_seq(l->neighbour, m->lane, n);
		struct record r;
		enum err e;

		if (!is_rejected(m, n))
			continue;
		e = core_get(t, FAMILY_STREAM, key, &r);
		if (e == ERR_OK)
			e = row_rejected(t, l, &r.u.stream);
		if (e != ERR_OK)
			return e;
		/* with its files: nobody will fetch them under this sequence number */
		core_erase(t, FAMILY_STREAM, key);
	}
	return ERR_OK;
}
