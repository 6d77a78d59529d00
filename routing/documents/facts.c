/* See facts.h. */
#include "routing/documents/facts.h"

#include <string.h>

#include "routing/base/arena.h"
#include "routing/base/committee_id.h"
#include "routing/base/limits.h"
#include "routing/links/links.h"
#include "routing/state/memory.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"
#include "routing/state/tree.h"

enum err fact_forward(struct turn_view *t, struct committee_id to, struct committee_id from,
		      const struct rec_stream *fact)
{
	struct rec_stream copy = *fact;
	struct committee_id hop;
	struct link *l;
	uint64_t seq;
	enum err e = tree_next_hop(&t->tree, t->core->config.self, to, &hop);

	if (e == ERR_NOT_FOUND || e == ERR_NO_ROUTE)
		return ERR_NO_ROUTE;
	if (e != ERR_OK)
		return e;
	l = link_find(t->core, hop);
	if (l == NULL || !l->present || id_equal(hop, from))
		return ERR_NO_ROUTE;
	copy.to = to;
	link_publish(t, l, LANE_FACTS, &copy, &seq);
	return ERR_OK;
}

uint32_t fact_draft(struct turn_view *t, struct committee_id to, const struct fact *fact)
{
	struct recipient *recipient = arena_alloc(t->plan->arena, sizeof *recipient);
	struct draft d = { .fact = *fact };

	if (recipient == NULL)
		return 0;
	recipient->group = GROUP_NONE;
	recipient->committee = to;
	d.head = (struct head){ .id = core_draw_id(t->core, t->now.wall_ms),
				.origin = t->core->config.self,
				.kind = fact->kind,
				.body_version = 1,
				.urgency = URGENCY_THUONG,
				.secrecy = SECRECY_THUONG,
				.signed_at_ms = t->now.wall_ms,
				.directory_version = t->core->directory_version,
				.hop_limit = HOP_LIMIT,
				.recipients = recipient,
				.recipient_count = 1 };
	return plan_draft(t->plan, &d);
}

enum err fact_send(struct turn_view *t, struct committee_id to, const struct fact *fact,
		   const struct blob *relays, uint32_t relay_count, struct sealed *keep)
{
	struct committee_id nobody = { "" };
	struct rec_stream s = { .role = ROLE_NONE, .relays = relays, .relay_count = relay_count };

	s.draft = fact_draft(t, to, fact);
	if (s.draft == 0)
		return ERR_NO_MEMORY;
	s.fact.draft = s.draft;
	/* until it is sealed */
	s.size_bytes =
		fact->kind == KIND_REPORT || fact->kind == KIND_RETURNED ? ENVELOPE_MAX_BYTES : 0;
	if (keep != NULL)
		*keep = (struct sealed){ .draft = s.draft };
	return fact_forward(t, to, nobody, &s);
}

enum err fact_key_ended(struct turn_view *t, const struct sealed *fact, struct digest *digest,
			bool *yes)
{
	const struct rec_committee *own = NULL;
	struct digest key_id;
	enum err e = ERR_NOT_FOUND;

	*yes = false;
	*digest = (struct digest){ { 0 } };
	if (t->core->config.signed_with != NULL && fact->draft == 0)
		e = t->core->config.signed_with(t->plan->arena, fact->bytes, &key_id, digest);
	if (e != ERR_OK)
		return e == ERR_NO_MEMORY ? e : ERR_OK;
	e = core_own_entry(t, &own);
	*yes = e == ERR_OK && own != NULL; /* our entry knows it no more */
	for (uint32_t i = 0; *yes && i < own->key_count; i++) {
		const struct key_entry *k = &own->keys[i];

		if (memcmp(&k->key_id, &key_id, sizeof key_id) == 0)
			*yes = k->revoked_from_ms != 0 ||
			       (k->to_ms != 0 && k->to_ms <= t->now.wall_ms);
	}
	return e;
}
