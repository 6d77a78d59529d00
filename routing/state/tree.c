/* Questions about the tree of committees; see tree.h. A row that cannot be read fails the question,
 * never guesses. */
#include "routing/state/tree.h"

#include <stdlib.h>
#include <string.h>

#include "routing/base/committee_id.h"
#include "routing/base/limits.h"
#include "routing/state/record.h"

enum { TREE_CACHE_SLOTS = 1024 };

struct tree_slot {
	struct committee_id id; /* "" : empty */
	struct committee_id superior;
	bool retired;
	uint64_t since; /* both hold from this version on */
};

struct tree {
	struct tree_slot slots[TREE_CACHE_SLOTS];
};

struct tree *tree_new(void)
{
	return calloc(1, sizeof(struct tree));
}

void tree_destroy(struct tree *t)
{
	free(t);
}

void tree_forget(struct tree *t)
{
	memset(t, 0, sizeof *t);
}

/* FNV-1a: the slot is only a hint, so that chosen ids can at worst make the cache useless. */
static struct tree_slot *slot_of(struct tree *t, struct committee_id id)
{
	uint32_t h = 2166136261u;

	for (const char *p = id.text; *p != '\0'; p++)
		h = (h ^ (uint8_t)*p) * 16777619u;
	return &t->slots[h % TREE_CACHE_SLOTS];
}

struct tree_view tree_at(const struct tree_view *v, uint64_t version)
{
	struct tree_view at = *v;

	at.version = version;
	return at;
}

static struct tenure present_tenure(const struct rec_committee *c)
{
	if (c->place_count > 0)
		return c->places[c->place_count - 1];
	return (struct tenure){ .superior = c->superior, .retired = c->retired };
}

static enum err read_row(const struct tree_view *v, struct committee_id id, struct record *out)
{
	struct key key = key_committee(id);

	return v->lookup.get(v->lookup.ctx, v->arena, FAMILY_COMMITTEE, &key, out);
}

/* Rare: a question about a time before the last move. */
static enum err past_tenure(const struct tree_view *v, struct committee_id id, struct tenure *out)
{
	struct record r;
	enum err e = read_row(v, id, &r);

	if (e != ERR_OK)
		return e;
	for (uint32_t i = r.u.committee.place_count; i-- > 0;) {
		if (r.u.committee.places[i].since > v->version)
			continue;
		*out = r.u.committee.places[i];
		return ERR_OK;
	}
	return ERR_NOT_FOUND;
}

static enum err tenure_of(const struct tree_view *v, struct committee_id id, struct tenure *out)
{
	struct tree_slot *slot = slot_of(v->tree, id);

	if (id_empty(id))
		return ERR_NOT_FOUND;
	if (!id_equal(slot->id, id)) {
		struct record r;
		enum err e = read_row(v, id, &r);
		struct tenure now;

		if (e != ERR_OK)
			return e;
		now = present_tenure(&r.u.committee);
		*slot = (struct tree_slot){ .id = id,
					    .superior = now.superior,
					    .retired = now.retired,
					    .since = now.since };
	}
	if (v->version != 0 && v->version < slot->since)
		return past_tenure(v, id, out);
	*out = (struct tenure){ .since = slot->since,
				.superior = slot->superior,
				.retired = slot->retired };
	return ERR_OK;
}

enum err tree_superior(const struct tree_view *v, struct committee_id id,
		       struct committee_id *superior, bool *retired)
{
	struct tenure at;
	enum err e = tenure_of(v, id, &at);

	if (e != ERR_OK)
		return e;
	*superior = at.superior;
	if (retired != NULL)
		*retired = at.retired;
	return ERR_OK;
}

enum err tree_since(const struct tree_view *v, struct committee_id id, uint64_t *since)
{
	struct committee_id at = id;

	*since = 0;
	for (unsigned depth = 0; depth <= TREE_DEPTH_MAX; depth++) {
		struct tenure tenure;
		enum err e = tenure_of(v, at, &tenure);

		if (e != ERR_OK)
			return e;
		*since = tenure.since > *since ? tenure.since : *since;
		if (id_empty(tenure.superior))
			return ERR_OK;
		at = tenure.superior;
	}
	return ERR_BAD_TREE;
}

enum err tree_first(const struct tree_view *v, struct committee_id id, uint64_t *first)
{
	struct record r;
	enum err e = id_empty(id) ? ERR_NOT_FOUND : read_row(v, id, &r);

	*first = 0;
	if (e == ERR_OK && r.u.committee.place_count > 0)
		*first = r.u.committee.places[0].since;
	return e;
}

/* When the superior that it had under v->version was no longer its superior; 0: it still is. */
static enum err left_at(const struct tree_view *v, struct committee_id id,
			struct committee_id *superior, uint64_t *left)
{
	const struct rec_committee *c;
	struct tenure then;
	struct record r;
	enum err e = tenure_of(v, id, &then);

	*left = 0;
	if (e != ERR_OK)
		return e;
	*superior = then.superior;
	if (v->version == 0 || slot_of(v->tree, id)->since <= v->version)
		return ERR_OK; /* the present one: tenure_of has put it there */
	e = read_row(v, id, &r);
	if (e != ERR_OK)
		return e;
	c = &r.u.committee;
	for (uint32_t i = 0; i < c->place_count && *left == 0; i++) {
		if (c->places[i].since > v->version &&
		    !id_equal(c->places[i].superior, then.superior))
			*left = c->places[i].since;
	}
	return ERR_OK;
}

enum err tree_until(const struct tree_view *v, struct committee_id id, uint64_t *until)
{
	struct committee_id at = id, superior;

	*until = 0;
	for (unsigned depth = 0; depth <= TREE_DEPTH_MAX; depth++) {
		uint64_t left;
		enum err e = left_at(v, at, &superior, &left);

		if (e != ERR_OK)
			return e;
		if (left != 0 && (*until == 0 || left < *until))
			*until = left;
		if (id_empty(superior))
			return ERR_OK;
		at = superior;
	}
	return ERR_BAD_TREE;
}

enum err tree_next_hop(const struct tree_view *v, struct committee_id self,
		       struct committee_id target, struct committee_id *hop)
{
	struct committee_id at = target;
	enum err e;

	for (unsigned depth = 0; depth <= TREE_DEPTH_MAX; depth++) {
		struct committee_id above;

		e = tree_superior(v, at, &above, NULL);
		if (e != ERR_OK)
			return e;
		if (id_equal(above, self)) {
			*hop = at;
			return ERR_OK;
		}
		if (id_empty(above)) {
			/* Not below us: it lies beyond our superior. */
			e = tree_superior(v, self, hop, NULL);
			if (e == ERR_OK && id_empty(*hop))
				e = ERR_NO_ROUTE;
			return e;
		}
		at = above;
	}
	return ERR_BAD_TREE;
}

enum err tree_is_below(const struct tree_view *v, struct committee_id top, struct committee_id id,
		       bool *below)
{
	struct committee_id at = id;

	*below = false;
	for (unsigned depth = 0; depth <= TREE_DEPTH_MAX; depth++) {
		struct committee_id above;
		enum err e = tree_superior(v, at, &above, NULL);

		if (e != ERR_OK)
			return e;
		if (id_empty(above))
			return ERR_OK;
		if (id_equal(above, top)) {
			*below = true;
			return ERR_OK;
		}
		at = above;
	}
	return ERR_BAD_TREE;
}

enum err tree_on_path(const struct tree_view *v, struct committee_id a, struct committee_id b,
		      struct committee_id x, bool *on)
{
	struct committee_id at = a;

	*on = false;
	/* Walk from a to b by next hops; trees are shallow. */
	for (unsigned step = 0; step <= 2 * TREE_DEPTH_MAX; step++) {
		struct committee_id next;
		enum err e;

		if (id_equal(at, x)) {
			*on = true;
			return ERR_OK;
		}
		if (id_equal(at, b))
			return ERR_OK;
		e = tree_next_hop(v, at, b, &next);
		if (e != ERR_OK)
			return e;
		at = next;
	}
	return ERR_BAD_TREE;
}

enum err tree_next_subordinate(const struct tree_view *v, struct committee_id superior,
			       struct committee_id after, struct committee_id *out)
{
	struct committee_id nobody = { "" };
	struct key prefix = key_subordinate(superior, nobody);
	struct scan scan =
	    id_empty(after) ? scan_of(prefix) : scan_from(prefix, key_subordinate(superior, after));

	for (;;) {
		struct committee_id parsed_superior, above;
		struct record r;
		bool retired = false;
		enum err e = v->lookup.next(v->lookup.ctx, v->arena, FAMILY_SUBORDINATE, &scan, &r);

		if (e != ERR_OK)
			return e;
		if (!key_parse_subordinate(&scan.at, &parsed_superior, out))
			return ERR_DAMAGED;
		e = tree_superior(v, *out, &above, &retired);
		if (e != ERR_OK && e != ERR_NOT_FOUND)
			return e;
		/* Rows stay where a committee has ever stood. */
		if (e == ERR_OK && (!retired || v->retired_too) && id_equal(above, superior))
			return ERR_OK;
	}
}
