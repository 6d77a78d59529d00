/* See lists.h. */
#include "routing/documents/lists.h"

#include <string.h>

#include "routing/base/arena.h"
#include "routing/base/committee_id.h"
#include "routing/base/limits.h"
#include "routing/state/event.h"
#include "routing/state/memory.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"
#include "routing/state/tree.h"

/* Those of the directory in force. Of a head that does not parse there are none: it is checked when
 * it is signed (tools/registry). */
static enum err of_directory(struct turn_view *t, struct distributions *out)
{
	struct record r;
	uint32_t line;
	enum err e = core_get(t, FAMILY_DIRECTORY, key_number(t->core->directory_version), &r);

	*out = (struct distributions){ .count = 0 };
	if (e == ERR_NOT_FOUND || e == ERR_DAMAGED)
		return ERR_OK;
	if (e != ERR_OK)
		return e;
	e = distributions_parse(r.u.directory.lists, t->plan->arena, out, &line);
	return e == ERR_NO_MEMORY ? e : ERR_OK;
}

enum err lists_find(struct turn_view *t, const struct named_lists *named, struct lists_found *out)
{
	struct distributions signed_ones;
	enum err e;

	*out = (struct lists_found){ .about = "" };
	if (named->count == 0)
		return ERR_OK;
	out->list = arena_array(t->plan->arena, named->count, sizeof *out->list);
	if (out->list == NULL)
		return ERR_NO_MEMORY;
	e = of_directory(t, &signed_ones);
	for (uint32_t i = 0; e == ERR_OK && i < named->count; i++) {
		struct distribution found;
		uint32_t k = 0;

		out->about = named->names[i];
		e = distributions_find(named->office, &signed_ones, named->names[i], &found);
		if (e == ERR_OK)
			out->about = found.name;
		while (e == ERR_OK && k < out->count && out->list[k].members != found.members)
			k++;
		if (e == ERR_OK && k == out->count)
			out->list[out->count++] = found;
	}
	return e;
}

/* "xa-a1 (Khối xã)". */
static text_t member_of(struct turn_view *t, struct committee_id id, text_t list)
{
	size_t id_len = strlen(id.text), len = strlen(list);
	char *out = arena_array(t->plan->arena, id_len + len + 4, 1);

	if (out == NULL)
		return list;
	memcpy(out, id.text, id_len);
	memcpy(out + id_len, " (", 2);
	memcpy(out + id_len + 2, list, len);
	memcpy(out + id_len + 2 + len, ")", 2);
	return out;
}

static enum err add(struct turn_view *t, struct committee_id id, struct recipient *recipients,
		    uint32_t *count)
{
	struct committee_id superior;
	bool retired = false;
	enum err e = tree_superior(&t->tree, id, &superior, &retired);

	if (e == ERR_NOT_FOUND)
		return ERR_LIST_MEMBER;
	if (e != ERR_OK)
		return e;
	if (retired)
		return ERR_LIST_RETIRED;
	for (uint32_t i = 0; i < *count; i++) {
		if (recipients[i].group == GROUP_NONE && id_equal(recipients[i].committee, id))
			return ERR_OK;
	}
	if (*count == RECIPIENTS_MAX)
		return ERR_TOO_MANY_RECIPIENTS;
	recipients[(*count)++] = (struct recipient){ .group = GROUP_NONE, .committee = id };
	return ERR_OK;
}

static enum err add_members(struct turn_view *t, const struct distribution *d,
			    struct recipient *recipients, uint32_t *count, text_t *about)
{
	bool anybody = false;

	*about = d->name;
	for (uint32_t i = 0; i < d->member_count; i++) {
		enum err e;

		if (id_equal(d->members[i], t->core->config.self))
			continue;
		e = add(t, d->members[i], recipients, count);
		if (e == ERR_LIST_MEMBER || e == ERR_LIST_RETIRED)
			*about = member_of(t, d->members[i], d->name);
		if (e != ERR_OK)
			return e;
		anybody = true;
	}
	return anybody ? ERR_OK : ERR_LIST_EMPTY;
}

enum err lists_expand(struct turn_view *t, struct lists_found *lists, struct recipient *recipients,
		      uint32_t *count)
{
	enum err e = ERR_OK;

	for (uint32_t i = 0; e == ERR_OK && i < lists->count; i++)
		e = add_members(t, &lists->list[i], recipients, count, &lists->about);
	return e;
}

bool lists_have(const struct lists_found *lists, struct committee_id id)
{
	for (uint32_t i = 0; i < lists->count; i++) {
		for (uint32_t k = 0; k < lists->list[i].member_count; k++) {
			if (id_equal(lists->list[i].members[k], id))
				return true;
		}
	}
	return false;
}

text_t lists_names(struct turn_view *t, const struct lists_found *lists)
{
	size_t size = 1, at = 0;
	char *out;

	for (uint32_t i = 0; i < lists->count; i++)
		size += strlen(lists->list[i].name) + 1;
	out = arena_array(t->plan->arena, size, 1);
	for (uint32_t i = 0; out != NULL && i < lists->count; i++) {
		size_t len = strlen(lists->list[i].name);

		if (at > 0)
			out[at++] = '\n';
		memcpy(out + at, lists->list[i].name, len);
		at += len;
	}
	if (out != NULL)
		out[at] = '\0';
	return out;
}
