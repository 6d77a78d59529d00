/* What is indexed beside the documents: which answer which, from what was submitted; and which of
 * the received ones have a number in the register, from the work on them. Counted apart from the
 * keys: none may be missing, and none stand there for nothing. */
#include <assert.h>
#include <string.h>

#include "tests/sim/check.h"

enum { ARENA_BYTES = 4 << 20 };

static struct {
	int answers, received; /* keys */
	int accepted;	       /* documents of others with an arrival number */
} found; /* of one member; the simulator has one thread */

static void count_key(struct world *w, const struct member *m, const struct key *key,
		      const struct record *r)
{
	(void)w;
	(void)m;
	(void)r;
	found.answers += key->bytes[0] == 'r';
	/* role, issuer (4 bytes) and serial (8) end it */
	found.received += key->bytes[0] == 'i' && key->bytes[key->len_bytes - 13] == ROLE_IN;
}

static void count_work(struct world *w, const struct member *m, const struct key *key,
		       const struct record *r)
{
	(void)w;
	(void)m;
	found.accepted += key->bytes[0] == ROLE_IN && r->u.work.line.number != 0;
}

/* 'r' ‖ what it answers ‖ where it lies here. */
static bool has_answer(const struct member *m, struct arena *a, const struct wanted *d,
		       const struct rec_ident *at)
{
	struct key key = { .len_bytes = 1 + 16 + 1 + 8 };
	struct record r;

	key.bytes[0] = 'r';
	memcpy(key.bytes + 1, d->answers.id.bytes, 16);
	key.bytes[17] = (uint8_t)at->role;
	for (unsigned i = 0; i < 8; i++)
		key.bytes[18 + i] = (uint8_t)(at->serial.n >> (8 * (7 - i)));
	return member_get(m, a, FAMILY_NUMBER, key, &r);
}

static int check_answers(struct world *w, const struct member *m, struct arena *a)
{
	int wanted = 0;

	for (int i = 0; i < w->document_count; i++) {
		const struct wanted *d = &w->documents[i];
		struct record ident;

		arena_reset(a);
		if (!d->accepted || !d->answers_one ||
		    !member_get(m, a, FAMILY_IDENT, key_ident(d->id, w->members[d->origin].id),
				&ident) ||
		    (ident.u.ident.role != ROLE_OUT && ident.u.ident.role != ROLE_IN))
			continue;
		wanted++;
		if (!has_answer(m, a, d, &ident.u.ident))
			world_violation(w, "matter", "%s has %s, and does not know what it answers",
					m->id.text, d->number);
	}
	return wanted;
}

void check_matters(struct world *w)
{
	struct arena *a = arena_new(ARENA_BYTES);

	assert(a != NULL);
	for (int k = 0; k < w->member_count; k++) {
		const struct member *m = &w->members[k];
		int wanted = check_answers(w, m, a);

		memset(&found, 0, sizeof found);
		check_each(w, m, FAMILY_NUMBER, check_all(), count_key);
		check_each(w, m, FAMILY_WORK, check_all(), count_work);
		if (found.answers != wanted)
			world_violation(w, "matter", "%s knows %d answers, and has %d", m->id.text,
					found.answers, wanted);
		if (found.received != found.accepted)
			world_violation(w, "matter", "%s has accepted %d, and %d numbers of them",
					m->id.text, found.accepted, found.received);
		w->answers += (unsigned)found.answers;
	}
	arena_destroy(a);
}
