/* See held.h. */
#include "routing/documents/held.h"

#include "routing/base/limits.h"
#include "routing/documents/document.h"
#include "routing/documents/facts.h"
#include "routing/links/links.h"
#include "routing/state/memory.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"
#include "routing/state/stream.h"

enum { HELD_PER_TICK = 32 };

/* As a relay, reports to the origin that it holds a document too long: once. */
static enum err say_held(struct turn_view *t, struct doc_key doc)
{
	struct fact fact = {
		.kind = KIND_RELAY, .at_ms = t->now.wall_ms, .relay_event = 2, .note = ""
	};
	struct record document, state;
	struct rec_state after;
	struct sealed kept;
	enum err e = core_get(t, FAMILY_DOCUMENT, key_serial(doc.role, doc.serial), &document);

	if (e == ERR_OK)
		e = core_get(t, FAMILY_STATE, key_serial(doc.role, doc.serial), &state);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	if (state.u.state.held_at_ms != 0)
		return ERR_OK;
	fact.from = document.u.document.from;
	fact.hop = document.u.document.relay_count + 1;
	fact.document = (struct document_ref){ document.u.document.origin, document.u.document.id,
					       document.u.document.digest };
	e = fact_send(t, document.u.document.origin, &fact, NULL, 0, &kept);
	if (e != ERR_OK && e != ERR_NO_ROUTE)
		return e;
	after = state.u.state;
	after.held_at_ms = t->now.wall_ms;
	notify(t, NOTICE_HELD, fact.document, t->core->config.self, 0,
	       &document.u.document.summary);
	return document_state(t, doc, &document.u.document, &state.u.state, &after);
}

enum err held_scan(struct turn_view *t, struct link *l, enum lane lane)
{
	struct stream_out *out = &l->out[lane];

	if (l->held_seq[lane] < out->acked)
		l->held_seq[lane] = out->acked;
	for (unsigned i = 0;
	     i < HELD_PER_TICK && l->held_seq[lane] < out->last && plan_has_room(t->plan); i++) {
		struct record r;
		enum err e = core_get(t, FAMILY_STREAM,
				      key_seq(l->neighbour, lane, l->held_seq[lane] + 1), &r);

		if (e == ERR_DAMAGED) {
			l->held_seq[lane]++; /* of what, nobody can say */
			continue;
		}
		if (e != ERR_OK)
			return e;
		if (passed_row_age(t->core, t->now, &r.u.stream) < HELD_MS)
			break;
		l->held_seq[lane]++;
		if (r.u.stream.role == ROLE_OUT || r.u.stream.role == ROLE_NONE)
			continue;
		e = say_held(t, (struct doc_key){ r.u.stream.role, r.u.stream.serial });
		if (e != ERR_OK && e != ERR_DAMAGED)
			return e;
	}
	return ERR_OK;
}
