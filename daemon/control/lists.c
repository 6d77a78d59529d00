/* See lists.h. */
#include "daemon/control/lists.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/control/find.h"
#include "daemon/control/listing.h"
#include "daemon/control/names.h"
#include "routing/base/limits.h"
#include "routing/rules/rules.h"

/* For the lists of a head: LISTS_TEXT_MAX of text, in which a member takes two bytes at least. */
enum { LISTS_ARENA_BYTES = 1 << 20 };

/* Those of the office by place: a reload may bring others while rows are sent. */
struct list_walk {
	uint32_t at;
	struct arena *arena;
	struct distributions directory;
	struct names *names;
};

char **control_lines(struct arena *a, text_t lines, size_t *count)
{
	size_t most = 1;
	char *rest = NULL, **out;

	*count = 0;
	if (lines == NULL || lines[0] == '\0')
		return NULL;
	for (const char *p = lines; *p != '\0'; p++)
		most += *p == '\n';
	out = arena_array(a, most, sizeof *out);
	rest = (char *)(uintptr_t)arena_text(a, lines, strlen(lines));
	while (out != NULL && rest != NULL && *count < most)
		out[(*count)++] = strsep(&rest, "\n");
	return out;
}

static void drop(void *walk)
{
	struct list_walk *w = walk;

	control_names_drop(w->names);
	arena_destroy(w->arena);
	free(w);
}

/* Nobody can be sent to who is not there or has ended. */
static bool is_fault(struct client *c, struct committee_id id)
{
	struct lookup l = control_lookup(c);
	struct key key = key_committee(id);
	struct record r;

	return l.get(l.ctx, c->control->arena, FAMILY_COMMITTEE, &key, &r) != ERR_OK ||
	       r.u.committee.retired;
}

static bool fill(struct client *c, struct list_walk *w, const struct distribution *d,
		 Vanthu__V1__ListLine *line)
{
	struct arena *a = c->control->arena;
	size_t left_bytes = NAMES_VIEW_BYTES;

	line->members = arena_array(a, d->member_count, sizeof *line->members);
	line->names = arena_array(a, d->member_count, sizeof *line->names);
	line->faults = arena_array(a, d->member_count, sizeof *line->faults);
	if (line->members == NULL || line->names == NULL || line->faults == NULL)
		return false;
	line->name = (char *)(uintptr_t)d->name;
	for (uint32_t i = 0; i < d->member_count; i++) {
		line->members[i] = (char *)(uintptr_t)d->members[i].text;
		line->names[i] = control_name(c, w->names, d->members[i], &left_bytes);
		if (is_fault(c, d->members[i]))
			line->faults[line->n_faults++] = line->members[i];
	}
	line->n_members = line->n_names = d->member_count;
	return true;
}

static bool step(struct client *c, uint64_t id, void *walk)
{
	struct list_walk *w = walk;
	const struct distributions *office = &c->control->parts.tables->lists;
	Vanthu__V1__Reply r = control_reply_to(id, VANTHU__V1__REPLY__WHAT_LIST);
	Vanthu__V1__ListLine line = VANTHU__V1__LIST_LINE__INIT;
	const struct distribution *d;

	line.of_directory = w->at >= office->count;
	if (line.of_directory && w->at - office->count >= w->directory.count)
		return control_listing_end(c, id, ERR_OK, "");
	d = line.of_directory ? &w->directory.list[w->at - office->count] : &office->list[w->at];
	w->at++;
	if (!fill(c, w, d, &line))
		return control_listing_end(c, id, ERR_NO_MEMORY, "");
	r.more = 1;
	r.list = &line;
	control_say(c, &r);
	return true;
}

void control_lists(struct client *c, const Vanthu__V1__Request *request)
{
	static const struct listing_kind kind = { step, drop, true };
	struct list_walk *w = calloc(1, sizeof *w);
	struct lookup l = control_lookup(c);
	struct key key = key_number(core_directory_version(c->control->parts.core));
	struct record r;
	uint32_t line;

	if (w != NULL) {
		w->arena = arena_new(LISTS_ARENA_BYTES);
		w->names = control_names_new();
	}
	/* One that cannot be read has none, for a submission too (routing/documents/lists.c). */
	if (w != NULL && w->arena != NULL &&
	    l.get(l.ctx, c->control->arena, FAMILY_DIRECTORY, &key, &r) == ERR_OK)
		(void)!distributions_parse(r.u.directory.lists, w->arena, &w->directory, &line);
	control_listing_begin(c, request->id, &kind, w);
}
