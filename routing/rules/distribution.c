/* See distribution.h. */
#include "routing/rules/distribution.h"

#include <string.h>

#include "routing/base/committee_id.h"
#include "routing/base/limits.h"
#include "routing/rules/lines.h"
#include "routing/rules/spelling.h"

/* ---- names ---- */

enum { NAME_SIZE = FOLD_NAME_SIZE };

/* How a name is compared: first as it is spelt, then without its tone marks. */
enum way { AS_SPELT, WITHOUT_MARKS, WAYS };

static bool fold(enum way way, text_t name, char out[NAME_SIZE])
{
	char blanks[LIST_NAME_MAX + 1];
	size_t len = strlen(name);

	if (len > LIST_NAME_MAX)
		return false;
	for (size_t i = 0; i <= len; i++)
		blanks[i] = name[i] == '-' ? ' ' : name[i];
	return way == AS_SPELT ? spelling_name(blanks, out) : spelling_bare(blanks, out);
}

static bool same(enum way way, text_t a, text_t b)
{
	char x[NAME_SIZE], y[NAME_SIZE];

	return fold(way, a, x) && fold(way, b, y) && strcmp(x, y) == 0;
}

/* ---- reading ---- */

struct reading {
	struct arena *arena;
	struct distribution *list;
	struct committee_id *members; /* of all, one after the other */
	uint32_t count, member_count;
};

/* The next of the members, cut out; NULL at the end. */
static char *next_member(char **at)
{
	char *word = *at + strspn(*at, " \t,");
	size_t len = strcspn(word, " \t,");

	*at = word + len + (word[len] != '\0');
	word[len] = '\0';
	return len == 0 ? NULL : word;
}

/* So many at most: names are counted anew with each line. */
static enum err count_line(void *ctx, char *entry)
{
	struct reading *r = ctx;

	(void)lines_field(&entry);
	r->count++;
	while (next_member(&entry) != NULL)
		r->member_count++;
	return ERR_OK;
}

static enum err begin_list(struct reading *r, text_t name)
{
	struct distribution *d = &r->list[r->count];
	char folded[NAME_SIZE];

	if (name[0] == '@' || strchr(name, ',') != NULL || !fold(AS_SPELT, name, folded) ||
	    folded[0] == '\0')
		return ERR_FIELD;
	for (uint32_t i = 0; i < r->count; i++) {
		if (same(AS_SPELT, r->list[i].name, name))
			return ERR_EXISTS;
	}
	if (r->count == DISTRIBUTIONS_MAX)
		return ERR_TOO_LARGE;
	d->name = arena_text(r->arena, name, strlen(name));
	d->members = r->members + r->member_count;
	if (d->name == NULL)
		return ERR_NO_MEMORY;
	r->count++;
	return ERR_OK;
}

static enum err take_member(struct reading *r, struct distribution *d, const char *word)
{
	struct committee_id id;

	if (id_parse(word, strlen(word), &id) != ERR_OK)
		return ERR_BAD_ID;
	for (uint32_t i = 0; i < d->member_count; i++) {
		if (id_equal(d->members[i], id))
			return ERR_EXISTS;
	}
	if (d->member_count == RECIPIENTS_MAX)
		return ERR_TOO_MANY_RECIPIENTS;
	r->members[r->member_count++] = id;
	d->member_count++;
	return ERR_OK;
}

static enum err take_line(void *ctx, char *entry)
{
	struct reading *r = ctx;
	text_t name = lines_field(&entry);
	bool goes_on = r->count > 0 && same(AS_SPELT, r->list[r->count - 1].name, name);
	enum err e = goes_on ? ERR_OK : begin_list(r, name);
	bool any = false;
	char *word;

	while (e == ERR_OK && (word = next_member(&entry)) != NULL) {
		e = take_member(r, &r->list[r->count - 1], word);
		any = true;
	}
	return e == ERR_OK && !any ? ERR_LIST_EMPTY : e;
}

enum err distributions_parse(struct blob text, struct arena *a, struct distributions *out,
			     uint32_t *line)
{
	struct reading r = { .arena = a };
	enum err e = lines_each(text, count_line, &r, line);

	*out = (struct distributions){ .count = 0 };
	if (e != ERR_OK || r.count == 0)
		return e;
	r.list = arena_array(a, r.count, sizeof *r.list);
	r.members = arena_array(a, r.member_count, sizeof *r.members);
	if (r.list == NULL || r.members == NULL)
		return ERR_NO_MEMORY;
	r.count = r.member_count = 0;
	e = lines_each(text, take_line, &r, line);
	if (e == ERR_OK)
		*out = (struct distributions){ .list = r.list, .count = r.count };
	return e;
}

/* ---- asking ---- */

static uint32_t count_named(const struct distributions *t, enum way way, text_t name,
			    struct distribution *out)
{
	uint32_t found = 0;

	for (uint32_t i = 0; t != NULL && i < t->count; i++) {
		if (!same(way, t->list[i].name, name))
			continue;
		*out = t->list[i];
		found++;
	}
	return found;
}

enum err distributions_find(const struct distributions *office,
			    const struct distributions *directory, text_t name,
			    struct distribution *out)
{
	*out = (struct distribution){ .name = "" };
	for (enum way way = AS_SPELT; way < WAYS; way++) {
		uint32_t found = count_named(office, way, name, out) +
				 count_named(directory, way, name, out);

		if (found > 0)
			return found == 1 ? ERR_OK : ERR_LIST_SEVERAL;
	}
	return ERR_LIST_UNKNOWN;
}
