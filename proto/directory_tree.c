/* One tree, or not; see directory_tree.h. */
#include "proto/directory_tree.h"

#include <stdlib.h>
#include <string.h>

#include "proto/digest.h"
#include "proto/signer.h"
#include "routing/base/committee_id.h"
#include "routing/base/endpoint.h"
#include "routing/base/limits.h"

/* Marked for translation; the tools show it. */
#define N_(text) text

enum { NOBODY = UINT32_MAX };

struct node {
	struct committee_id id, superior;
	bool retired, listens;
	uint32_t above; /* its superior's index, or NOBODY */
};

struct directory_tree {
	struct node *nodes;
	uint32_t count, capacity;
	struct digest *keys;
	size_t key_count, key_capacity;
	uint32_t linked, checked; /* nodes */
	uint32_t tops;
	struct committee_id culprit;
	const char *what;
};

struct directory_tree *directory_tree_new(uint32_t capacity)
{
	struct directory_tree *t = calloc(1, sizeof *t);

	if (t == NULL)
		return NULL;
	t->capacity = capacity;
	t->nodes = calloc((size_t)capacity + 1, sizeof *t->nodes);
	if (t->nodes == NULL) {
		free(t);
		return NULL;
	}
	return t;
}

void directory_tree_destroy(struct directory_tree *t)
{
	if (t == NULL)
		return;
	free(t->nodes);
	free(t->keys);
	free(t);
}

static enum err fault(struct directory_tree *t, struct committee_id culprit, const char *what)
{
	t->culprit = culprit;
	t->what = what;
	return ERR_BAD_TREE;
}

const char *directory_tree_fault(const struct directory_tree *t, struct committee_id *culprit)
{
	*culprit = t->culprit;
	return t->what;
}

/* ---- one by one ---- */

static enum err add_keys(struct directory_tree *t, const struct rec_committee *c)
{
	if (t->key_count + c->key_count > t->key_capacity) {
		size_t capacity = t->key_capacity + t->key_capacity / 4 + c->key_count + 64;
		struct digest *grown = realloc(t->keys, capacity * sizeof *grown);

		if (grown == NULL)
			return ERR_NO_MEMORY;
		t->keys = grown;
		t->key_capacity = capacity;
	}
	for (uint32_t i = 0; i < c->key_count; i++)
		t->keys[t->key_count++] = c->keys[i].key_id;
	return ERR_OK;
}

static enum err check_entry(struct directory_tree *t, const struct rec_committee *c)
{
	if (c->endpoint[0] != '\0' && !endpoint_valid(c->endpoint, false))
		return fault(t, c->id, N_("has an endpoint that is not tcp://HOST:PORT"));
	for (uint32_t k = 0; k < c->key_count; k++) {
		struct digest expected = key_id_of(c->keys[k].public_key);

		if (c->keys[k].use == KEY_USE_SIGN && !digest_equal(&expected, &c->keys[k].key_id))
			return fault(t, c->id, N_("has a key with a wrong key id"));
	}
	return ERR_OK;
}

enum err directory_tree_add(struct directory_tree *t, const struct rec_committee *c, bool known)
{
	int order = t->count == 0 ? -1 : strcmp(t->nodes[t->count - 1].id.text, c->id.text);
	enum err e;

	if (order == 0)
		return fault(t, c->id, N_("is there twice"));
	if (order > 0)
		return fault(t, c->id, N_("is out of order"));
	if (t->count == t->capacity)
		return ERR_TOO_LARGE;
	e = known ? ERR_OK : check_entry(t, c);
	if (e != ERR_OK)
		return e;
	t->nodes[t->count++] = (struct node){ .id = c->id,
					      .superior = c->superior,
					      .retired = c->retired,
					      .listens = c->endpoint[0] != '\0',
					      .above = NOBODY };
	return add_keys(t, c);
}

/* ---- as a whole ---- */

static uint32_t find(const struct directory_tree *t, struct committee_id id)
{
	uint32_t low = 0, high = t->count;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		int order = strcmp(t->nodes[mid].id.text, id.text);

		if (order == 0)
			return mid;
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NOBODY;
}

/* Too many levels above `n`: they end somewhere, or they lead in a circle. Then somebody in it is
 * to be named, not whoever hangs below it. */
static enum err fault_above(struct directory_tree *t, const struct node *n)
{
	const struct node *at = n;

	for (uint32_t steps = 0; at->above != NOBODY; steps++) {
		if (steps > t->count)
			return fault(t, at->id, N_("stands below itself"));
		at = &t->nodes[at->above];
	}
	return fault(t, n->id, N_("is more than 16 levels deep"));
}

static enum err check_position(struct directory_tree *t, const struct node *n)
{
	const struct node *at = n;

	for (unsigned depth = 0; !id_empty(at->superior); depth++) {
		if (depth >= TREE_DEPTH_MAX)
			return fault_above(t, n);
		if (at->above == NOBODY)
			return fault(t, n->id, N_("has a superior that is not in the list"));
		at = &t->nodes[at->above];
		if (depth == 0 && at->retired && !n->retired)
			return fault(t, n->id, N_("has a superior that has ended"));
		if (depth == 0 && !at->listens && !n->retired)
			return fault(
			    t, n->id,
			    N_("has a superior without an endpoint: nothing to connect to"));
	}
	if (id_empty(n->superior) && !n->retired && ++t->tops > 1)
		return fault(t, n->id, N_("is a second committee without a superior"));
	return ERR_OK;
}

static int compare_digests(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct digest));
}

/* A key that two committees had could not say who signed. */
static enum err check_whole(struct directory_tree *t)
{
	struct committee_id nobody = { "" };

	if (t->count == 0)
		return fault(t, nobody, N_("there is no committee"));
	if (t->tops == 0)
		return fault(t, nobody, N_("no committee is at the top"));
	if (t->key_count > 0)
		qsort(t->keys, t->key_count, sizeof *t->keys, compare_digests);
	for (size_t i = 1; i < t->key_count; i++) {
		if (compare_digests(&t->keys[i - 1], &t->keys[i]) == 0)
			return fault(t, nobody, N_("two committees have the same key"));
	}
	return ERR_OK;
}

enum err directory_tree_check(struct directory_tree *t, uint32_t count, bool *done)
{
	*done = false;
	for (; t->linked < t->count && count > 0; t->linked++, count--) {
		if (!id_empty(t->nodes[t->linked].superior))
			t->nodes[t->linked].above = find(t, t->nodes[t->linked].superior);
	}
	for (; t->linked == t->count && t->checked < t->count && count > 0; t->checked++, count--) {
		enum err e = check_position(t, &t->nodes[t->checked]);

		if (e != ERR_OK)
			return e;
	}
	if (t->linked < t->count || t->checked < t->count)
		return ERR_OK;
	*done = true;
	return check_whole(t);
}
