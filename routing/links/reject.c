/* See reject.h. */
#include "routing/links/reject.h"

#include <string.h>

#include "routing/base/arena.h"
#include "routing/base/committee_id.h"
#include "routing/base/limits.h"
#include "routing/base/types.h"
#include "routing/documents/documents.h"
#include "routing/state/event.h"
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

/* The recipients that the row served: by name, and as members of a group all whose route is this
 * link. */
static enum err whom_it_served(struct turn_view *t, const struct link *l,
			       const struct rec_stream *row, const struct rec_document *d,
			       struct routing_answer *answer)
{
	struct routing_question q = document_question(d);
	struct recipient_list all;
	enum err e = recipients_expand(&t->tree, &q.to, 0, &all);

	for (uint32_t i = 0; i < all.count && e == ERR_OK; i++) {
		struct committee_id hop;
		bool served = false;

		for (uint32_t k = 0; k < row->target_count && !served; k++)
			served = id_equal(row->targets[k], all.ids[i]);
		if (row->target_count == 0) {
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

static enum err row_rejected(struct turn_view *t, struct link *l, const struct rec_stream *row)
{
	struct doc_key doc = { row->role, row->serial };
	struct document_ref none = { .origin = { "" } };
	struct routing_answer answer = { .route_count = 0 };
	struct record document;
	enum err e;

	l->rejected_by++;
	if (row->role == ROLE_NONE) {
		/* a fact: no refusal is sent, only a notice */
		notify(t, NOTICE_REFUSED, none, l->neighbour, ERR_REJECTED, NULL);
		return ERR_OK;
	}
	e = core_get(t, FAMILY_DOCUMENT, key_serial(doc.role, doc.serial), &document);
	if (e == ERR_NOT_FOUND || e == ERR_DAMAGED) {
		notify(t, NOTICE_REFUSED, none, l->neighbour, ERR_REJECTED, NULL);
		return ERR_OK;
	}
	if (e == ERR_OK)
		e = whom_it_served(t, l, row, &document.u.document, &answer);
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
