/* No document lost that was acknowledged to a submitter: every recipient has it, byte for byte. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "proto/body.h"
#include "tests/sim/world.h"

enum { ARENA_BYTES = 4 << 20 };

static bool part_is_there(struct member *m, const struct wanted *d, uint32_t i,
			  const struct document_body *body)
{
	uint8_t *expected = malloc(d->part_bytes[i] + 1), *got = malloc(d->part_bytes[i] + 1);
	struct blob content =
	    i < body->part_count ? body->parts[i].content : (struct blob){ NULL, 0 };
	size_t n = content.len_bytes;
	bool same;

	assert(expected != NULL && got != NULL);
	workload_part(d, i, expected);
	if (n > 0)
		memcpy(got, content.data, n < d->part_bytes[i] ? n : d->part_bytes[i]);
	if (n == 0 && d->part_bytes[i] > 0 && m->running &&
	    m->files->ops->read(m->files, &d->part_digest[i], 0, got, d->part_bytes[i], &n) !=
		ERR_OK)
		n = 0;
	same = n == d->part_bytes[i] && memcmp(expected, got, n) == 0;
	free(expected);
	free(got);
	return same;
}

static void check_at(struct world *w, const struct wanted *d, struct member *m, struct arena *a)
{
	struct record ident, state, envelope;
	struct document_body body;
	struct opened opened;
	bool there;

	if (!member_get(m, a, FAMILY_IDENT, key_ident(d->id, w->members[d->origin].id), &ident)) {
		world_violation(w, "loss", "%s of %s never came to %s", d->number,
				w->members[d->origin].id.text, m->id.text);
		return;
	}
	if (!member_get(m, a, FAMILY_STATE, key_serial(ident.u.ident.role, ident.u.ident.serial),
			&state) ||
	    state.u.state.complete_at_ms == 0) {
		world_violation(w, "loss", "%s is not complete at %s", d->number, m->id.text);
		return;
	}
	if (state.u.state.content_dropped && recalls_let_go(w, m->index))
		return; /* check_recalls has it */
	there = member_get(m, a, FAMILY_ENVELOPE,
			   key_serial(ident.u.ident.role, ident.u.ident.serial), &envelope);
	if (there && damages_hollow(m, d, &envelope.u.envelope))
		return;
	if (!there || seal_peek(a, envelope.u.envelope.envelope.bytes, &opened) != ERR_OK ||
	    document_body_unpack(a, opened.body, &body) != ERR_OK) {
		world_violation(w, "loss", "the envelope of %s is gone at %s", d->number,
				m->id.text);
		return;
	}
	for (uint32_t i = 0; i < d->part_count; i++) {
		if (!part_is_there(m, d, i, &body))
			world_violation(w, "loss", "part %u of %s differs at %s", i, d->number,
					m->id.text);
	}
}

void check_loss(struct world *w)
{
	struct arena *a = arena_new(ARENA_BYTES);

	assert(a != NULL);
	for (int i = 0; i < w->document_count; i++) {
		const struct wanted *d = &w->documents[i];

		for (int k = 0; d->accepted && k < w->member_count; k++) {
			arena_reset(a);
			if (k == d->origin ||
			    (!mandates_own(w, d) && (d->addressed >> k & 1) != 0 &&
			     !workload_excused(w, d, k) && !damages_lost(w, d, k)))
				check_at(w, d, &w->members[k], a);
		}
	}
	arena_destroy(a);
}
