/* See slips.h. */
#include "routing/documents/slips.h"

#include <string.h>

#include "routing/base/arena.h"
#include "routing/rules/rules.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"

enum err slips_check(struct turn_view *t, const struct key *series, struct doc_key self,
		     uint32_t gap, struct policy_question *q, struct slips_found *out)
{
	enum err result = ERR_OK;

	*out = (struct slips_found){ .count = 0 };
	if (series != NULL)
		result = number_others(t, series, self, &out->others);
	if (result == ERR_OK && out->others.count > 0) {
		out->codes[out->count++] = ERR_SAME_NUMBER;
		out->same_count = out->others.count;
		result = number_id(t, out->others.one, &out->same);
	}
	out->count += policy_warnings(q, out->codes + out->count);
	if (result == ERR_OK && gap > 0 && out->count < WARNINGS_MAX) {
		out->codes[out->count++] = ERR_NUMBER_GAP;
		out->gap = gap;
	}
	return result;
}

static void add_first(struct slips_found *s, enum err code)
{
	uint32_t kept = s->count < WARNINGS_MAX ? s->count : WARNINGS_MAX - 1;

	memmove(s->codes + 1, s->codes, kept * sizeof *s->codes);
	s->codes[0] = (uint32_t)code;
	s->count = kept + 1;
}

enum err slips_received(struct turn_view *t, const struct received *r, struct slips_found *out)
{
	enum err e = same_number_find(&t->lookup, t->plan->arena, r, &out->received);

	if (e != ERR_OK || out->received.count == 0)
		return e;
	out->same = out->received.id;
	out->same_count = out->received.count;
	add_first(out, ERR_SAME_NUMBER);
	return ERR_OK;
}

enum err slips_same_id(struct turn_view *t, const struct doc_id *id, struct doc_key self,
		       struct slips_found *out)
{
	bool same;
	enum err e = same_id_find(&t->lookup, t->plan->arena, id, self, &same);

	if (e == ERR_OK && same)
		add_first(out, ERR_SAME_ID);
	return e;
}

enum err slips_own_symbol(struct turn_view *t, text_t *out)
{
	const struct rec_committee *own = NULL;
	enum err e = core_own_entry(t, &own);

	*out = own != NULL ? own->symbol : "";
	return e;
}

void slips_answer(struct turn_view *t, const struct slips_found *s, struct act_reply *a)
{
	uint32_t *codes = arena_array(t->plan->arena, s->count, sizeof *codes);
	struct same_number *received = arena_alloc(t->plan->arena, sizeof *received);

	if (codes == NULL || received == NULL)
		return;
	*received = s->received;
	a->received = received;
	memcpy(codes, s->codes, s->count * sizeof *codes);
	a->warnings = codes;
	a->warning_count = s->count;
	a->same = s->same;
	a->same_count = s->same_count;
	a->gap = s->gap;
}
