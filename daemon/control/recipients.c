/* See recipients.h. */
#include "daemon/control/recipients.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/control/client.h"
#include "routing/base/committee_id.h"
#include "routing/documents/documents.h"
#include "routing/state/tree.h"

enum err control_recipients(struct client *c, const struct rec_document *d,
			    struct recipient_list *out)
{
	const struct addressed to = { .origin = d->origin,
				      .version = d->directory_version,
				      .recipients = d->recipients,
				      .count = d->recipients_len };
	struct tree_view v = { .tree = tree_new(),
			       .lookup = control_lookup(c),
			       .arena = c->control->arena };
	enum err e = v.tree == NULL ? ERR_NO_MEMORY
				    : recipients_expand(&v, &to, CONTROL_RECIPIENTS_MAX, out);

	tree_destroy(v.tree);
	return e == ERR_TOO_MANY_RECIPIENTS ? ERR_TOO_LARGE : e;
}

/* Most documents of a listing go to the same group under the same directory: expanded once. */
struct member_cache {
	struct committee_id origin;
	uint64_t version;
	enum group group; /* GROUP_NONE: empty */
	struct committee_id *ids;
	uint32_t count;
};

struct member_cache *control_member_cache(void)
{
	return calloc(1, sizeof(struct member_cache));
}

void control_member_cache_drop(struct member_cache *m)
{
	if (m != NULL)
		free(m->ids);
	free(m);
}

static bool is_cached(const struct member_cache *m, const struct rec_document *d)
{
	return m->group != GROUP_NONE && m->group == d->recipients[0].group &&
	       m->version == d->directory_version && id_equal(m->origin, d->origin);
}

static void keep(struct member_cache *m, const struct rec_document *d,
		 const struct recipient_list *list)
{
	struct committee_id *ids = list->count == 0 ? NULL : malloc(list->count * sizeof *ids);

	free(m->ids);
	*m = (struct member_cache){ .group = GROUP_NONE };
	if (ids == NULL)
		return;
	memcpy(ids, list->ids, list->count * sizeof *ids);
	*m = (struct member_cache){ .origin = d->origin,
				    .version = d->directory_version,
				    .group = d->recipients[0].group,
				    .ids = ids,
				    .count = list->count };
}

/* ---- is it among them? ---- */

/* One tree for all lines of a listing, and the answer for the group that most of them go to: a walk
 * up the tree, not the whole group. */
struct member_filter {
	struct tree *tree;
	struct committee_id origin;
	uint64_t version;
	enum group group; /* GROUP_NONE: no answer is kept */
	bool is_member;
};

struct member_filter *control_member_filter_new(void)
{
	struct member_filter *f = calloc(1, sizeof *f);

	if (f != NULL && (f->tree = tree_new()) == NULL) {
		free(f);
		return NULL;
	}
	return f;
}

void control_member_filter_drop(struct member_filter *f)
{
	if (f != NULL)
		tree_destroy(f->tree);
	free(f);
}

enum err control_member_filter(struct client *c, struct member_filter *f,
			       const struct rec_document *d, struct committee_id id, bool *yes)
{
	struct tree_view v = { .tree = f == NULL ? NULL : f->tree,
			       .lookup = control_lookup(c),
			       .arena = c->control->arena };
	const struct addressed to = { .origin = d->origin, .version = d->directory_version };
	enum err e = f == NULL ? ERR_NO_MEMORY : ERR_OK;

	*yes = false;
	for (uint32_t i = 0; e == ERR_OK && i < d->recipients_len && !*yes; i++) {
		const struct recipient *r = &d->recipients[i];

		if (r->group == GROUP_NONE) {
			*yes = id_equal(r->committee, id);
		} else if (f->group == r->group && f->version == d->directory_version &&
			   id_equal(f->origin, d->origin)) {
			*yes = f->is_member;
		} else {
			e = recipients_group_contains(&v, &to, r->group, id, yes);
			if (e == ERR_NOT_FOUND)
				e = ERR_OK; /* not there under that directory */
			*f = (struct member_filter){ .tree = f->tree,
						     .origin = d->origin,
						     .version = d->directory_version,
						     .group = e == ERR_OK ? r->group : GROUP_NONE,
						     .is_member = *yes };
		}
	}
	return e;
}

enum err control_fill_recipients(struct client *c, const struct rec_document *d, bool names,
				 struct member_cache *cache, Vanthu__V1__DocumentLine *line)
{
	bool group = false;
	char **list;
	size_t count;
	enum err e;

	for (uint32_t i = 0; i < d->recipients_len; i++)
		group = group || d->recipients[i].group != GROUP_NONE;
	if (!names && !group) {
		line->recipient_count = d->recipients_len; /* named once each */
		return ERR_OK;
	}
	e = control_members(c, d, cache, &list, &count);
	if (e != ERR_OK)
		return e;
	if (line->recipient_count == 0)
		line->recipient_count = count; /* only the origin has counted them */
	if (names) {
		line->to = list;
		line->n_to = count;
		/* of expanded groups they are not the last */
		line->listed = group ? 0 : line->listed;
	}
	return ERR_OK;
}

enum err control_members(struct client *c, const struct rec_document *d, struct member_cache *cache,
			 char ***names, size_t *count)
{
	struct recipient_list list = { .count = 0 };
	bool one_group =
	    cache != NULL && d->recipients_len == 1 && d->recipients[0].group != GROUP_NONE;
	enum err e = ERR_OK;

	*count = 0;
	if (one_group && is_cached(cache, d))
		list = (struct recipient_list){ .ids = cache->ids, .count = cache->count };
	else
		e = control_recipients(c, d, &list);
	if (e == ERR_OK && one_group && list.ids != cache->ids)
		keep(cache, d, &list);
	*names = e == ERR_OK ? arena_array(c->control->arena, list.count, sizeof **names) : NULL;
	if (*names == NULL)
		return e == ERR_OK ? ERR_NO_MEMORY : e;
	for (; *count < list.count; (*count)++)
		(*names)[*count] = list.ids[*count].text;
	return ERR_OK;
}

char **control_recipient_words(struct arena *a, const struct rec_document *d, size_t *count)
{
	char **names = arena_array(a, d->recipients_len, sizeof *names);

	*count = names == NULL ? 0 : d->recipients_len;
	for (size_t i = 0; i < *count; i++) {
		const struct recipient *r = &d->recipients[i];
		const char *name = r->group == GROUP_SUBTREE	    ? "subtree"
				   : r->group == GROUP_SUBORDINATES ? "subordinates"
								    : r->committee.text;

		names[i] = (char *)(uintptr_t)name;
	}
	return names;
}
