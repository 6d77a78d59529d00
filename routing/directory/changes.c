/* See changes.h. */
#include "routing/directory/changes.h"

#include <string.h>

#include "routing/base/arena.h"
#include "routing/base/committee_id.h"
#include "routing/base/limits.h"
#include "routing/base/types.h"
#include "routing/state/lookup.h"
#include "routing/state/memory.h"
#include "routing/state/message.h"
#include "routing/state/record.h"

enum { MERGED_MAX = 16, READ_MAX = 512, FILL_BYTES = 48 * 1024, SCRATCH_BYTES = 8 << 20 };

/* One version's committees, where the walk stands. */
struct cursor {
	uint64_t version;
	struct scan scan;
	struct committee_id id;
	bool ended;
};

struct collector {
	struct turn_view *t;
	struct msg_directory_part *part;
	struct blob *entries;
	struct arena *scratch; /* one row */
	size_t filled;
	unsigned rows_read;
	bool full;
};

static bool may_go_on(const struct collector *c)
{
	return !c->full && c->rows_read < READ_MAX && c->part->entry_count < FRAME_ITEMS_MAX;
}

static enum err add(struct collector *c, const struct rec_committee *entry)
{
	struct blob copy;

	if (c->part->entry_count > 0 && c->filled + entry->entry.len_bytes > FILL_BYTES) {
		c->full = true;
		return ERR_OK;
	}
	copy = arena_blob(c->t->plan->arena, entry->entry);
	if (copy.data == NULL)
		return ERR_NO_MEMORY;
	c->entries[c->part->entry_count++] = copy;
	c->filled += copy.len_bytes;
	return ERR_OK;
}

/* ---- by version ---- */

static enum err step(struct collector *c, struct cursor *at)
{
	struct record r;
	uint64_t version;
	enum err e = c->t->lookup.next(c->t->lookup.ctx, c->scratch, FAMILY_CHANGED, &at->scan, &r);

	at->ended = e == ERR_NOT_FOUND;
	if (e == ERR_OK && !key_parse_version(&at->scan.at, &version, &at->id))
		return ERR_DAMAGED;
	return at->ended ? ERR_OK : e;
}

static const struct cursor *first_of(const struct cursor *cursors, unsigned count)
{
	const struct cursor *first = NULL;

	for (unsigned i = 0; i < count; i++) {
		if (!cursors[i].ended &&
		    (first == NULL || strcmp(cursors[i].id.text, first->id.text) < 0))
			first = &cursors[i];
	}
	return first;
}

/* The committee whose turn it is, by its entry; and past it, in every version that names it. */
static enum err take(struct collector *c, struct cursor *cursors, unsigned count)
{
	struct committee_id id = first_of(cursors, count)->id;
	struct key key = key_committee(id);
	struct record r;
	enum err e = c->t->lookup.get(c->t->lookup.ctx, c->scratch, FAMILY_COMMITTEE, &key, &r);

	if (e == ERR_OK && r.u.committee.changed_in > c->part->since &&
	    r.u.committee.changed_in <= c->t->core->directory_version)
		e = add(c, &r.u.committee);
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	e = ERR_OK;
	for (unsigned i = 0; i < count && e == ERR_OK && !c->full; i++) {
		if (!cursors[i].ended && id_equal(cursors[i].id, id))
			e = step(c, &cursors[i]);
	}
	if (!c->full)
		c->part->upto = id;
	c->rows_read++;
	return e;
}

static enum err collect_versions(struct collector *c)
{
	struct cursor cursors[MERGED_MAX] = { { .version = 0 } };
	unsigned count = (unsigned)(c->t->core->directory_version - c->part->since);
	enum err e = ERR_OK;

	for (unsigned i = 0; i < count && e == ERR_OK; i++) {
		struct key prefix = key_number(c->part->since + 1 + i);

		cursors[i].scan =
		    id_empty(c->part->after)
			? scan_of(prefix)
			: scan_from(prefix, key_version(c->part->since + 1 + i, c->part->after));
		e = step(c, &cursors[i]);
	}
	while (e == ERR_OK && may_go_on(c) && first_of(cursors, count) != NULL) {
		arena_reset(c->scratch);
		e = take(c, cursors, count);
	}
	c->part->last = e == ERR_OK && first_of(cursors, count) == NULL;
	return e;
}

/* ---- by all rows ---- */

static enum err collect_rows(struct collector *c)
{
	struct key all = { .len_bytes = 0 };
	struct scan scan =
	    id_empty(c->part->after) ? scan_of(all) : scan_from(all, key_committee(c->part->after));
	enum err e = ERR_OK;

	for (; may_go_on(c); c->rows_read++) {
		struct record r;

		arena_reset(c->scratch);
		e = c->t->lookup.next(c->t->lookup.ctx, c->scratch, FAMILY_COMMITTEE, &scan, &r);
		if (e == ERR_OK && r.u.committee.changed_in > c->part->since)
			e = add(c, &r.u.committee);
		if (e != ERR_OK || c->full)
			break;
		c->part->upto = r.u.committee.id;
	}
	c->part->last = e == ERR_NOT_FOUND;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err changes_collect(struct turn_view *t, struct msg_directory_part *part)
{
	struct collector c = { .t = t,
			       .part = part,
			       .entries = arena_array(t->plan->arena, FRAME_ITEMS_MAX,
						      sizeof(struct blob)),
			       .scratch = arena_new(SCRATCH_BYTES) };
	enum err e = c.entries == NULL || c.scratch == NULL ? ERR_NO_MEMORY : ERR_OK;

	part->entries = c.entries;
	part->entry_count = 0;
	part->upto = part->after;
	if (e == ERR_OK)
		e = t->core->install.indexed &&
			    t->core->directory_version - part->since <= MERGED_MAX
			? collect_versions(&c)
			: collect_rows(&c);
	arena_destroy(c.scratch);
	return e;
}
