/* See persons.h. */
#include "routing/rules/persons.h"

#include <string.h>

#include "routing/base/calendar.h"
#include "routing/base/limits.h"
#include "routing/rules/lines.h"
#include "routing/rules/spelling.h"

/* ---- reading ---- */

struct reading {
	struct arena *arena;
	struct person *list;
	uint32_t count;
};

static enum err count_row(void *ctx, char *entry)
{
	struct reading *r = ctx;

	(void)entry;
	return r->count++ == PERSONS_MAX ? ERR_TOO_LARGE : ERR_OK;
}

static bool is_none(text_t field)
{
	return field[0] == '\0' || strcmp(field, "-") == 0;
}

static enum err keep(struct reading *r, text_t field, text_t *out)
{
	*out = is_none(field) ? "" : arena_text(r->arena, field, strlen(field));
	if (*out == NULL)
		return ERR_NO_MEMORY;
	return strlen(field) > PERSON_MAX ? ERR_FIELD : ERR_OK;
}

static enum err read_day(text_t field, char out[DATE_MAX + 1])
{
	struct day d;

	if (is_none(field))
		return ERR_OK;
	if (!date_day(field, &d))
		return ERR_BAD_DATE;
	memcpy(out, field, DATE_MAX + 1);
	return ERR_OK;
}

static enum err read_row(struct reading *r, char *at, struct person *p)
{
	text_t name = lines_field(&at), signs;
	enum err e = is_none(name) ? ERR_FIELD : keep(r, name, &p->name);

	if (e == ERR_OK)
		e = keep(r, lines_field(&at), &p->position);
	if (e == ERR_OK)
		e = keep(r, lines_field(&at), &p->unit);
	if (e != ERR_OK)
		return e;
	signs = lines_field(&at);
	p->signs = strcmp(signs, "signs") == 0;
	if (!p->signs && !is_none(signs))
		return ERR_FIELD;
	e = read_day(lines_field(&at), p->from);
	if (e == ERR_OK)
		e = read_day(lines_field(&at), p->until);
	if (e == ERR_OK && p->until[0] != '\0' && strcmp(p->until, p->from) < 0)
		e = ERR_BAD_DATE;
	return e == ERR_OK && *at != '\0' ? ERR_FIELD : e;
}

/* Both on some day. */
static bool meet(const struct person *a, const struct person *b)
{
	return (a->until[0] == '\0' || strcmp(b->from, a->until) <= 0) &&
	       (b->until[0] == '\0' || strcmp(a->from, b->until) <= 0);
}

static enum err take_row(void *ctx, char *entry)
{
	struct reading *r = ctx;
	struct person *p = &r->list[r->count];
	enum err e;

	*p = (struct person){ .name = "", .position = "", .unit = "" };
	e = read_row(r, entry, p);
	for (uint32_t i = 0; e == ERR_OK && i < r->count; i++) {
		if (meet(&r->list[i], p) && spelling_same_name(r->list[i].name, p->name))
			e = ERR_EXISTS;
	}
	if (e == ERR_OK)
		r->count++;
	return e;
}

enum err persons_parse(struct blob text, struct arena *a, struct persons *out, uint32_t *line)
{
	struct reading r = { .arena = a };
	enum err e = lines_each(text, count_row, &r, line);

	*out = (struct persons){ .count = 0 };
	if (e != ERR_OK || r.count == 0)
		return e;
	r.list = arena_array(a, r.count, sizeof *r.list);
	if (r.list == NULL)
		return ERR_NO_MEMORY;
	r.count = 0;
	e = lines_each(text, take_row, &r, line);
	if (e == ERR_OK)
		*out = (struct persons){ .list = r.list, .count = r.count };
	return e;
}

/* ---- asking ---- */

bool person_is_active(const struct person *p, text_t day)
{
	return strcmp(p->from, day) <= 0 && (p->until[0] == '\0' || strcmp(day, p->until) <= 0);
}

/* How a name is compared: first as it is spelt, then without its tone marks. */
enum way { AS_SPELT, WITHOUT_MARKS, WAYS };

static bool matches(enum way way, text_t name, text_t wanted)
{
	char a[FOLD_NAME_SIZE], b[FOLD_NAME_SIZE];

	if (way == AS_SPELT)
		return spelling_same_name(name, wanted);
	return spelling_bare(name, a) && spelling_bare(wanted, b) && strcmp(a, b) == 0;
}

struct search {
	text_t wanted, day;
	enum way way;
	struct person_found found;
	text_t ended;       /* of one that is not active and has the name; NULL: nobody */
	bool ended_several; /* of those, different names are meant */
	bool several;       /* the same of who is active */
};

static void meet_name(struct search *s, text_t name, const struct person *p)
{
	if (s->found.name != NULL && !spelling_same_name(s->found.name, name))
		s->several = true;
	else if (s->found.name == NULL)
		s->found = (struct person_found){ name, p };
}

static void meet_ended(struct search *s, text_t name)
{
	if (s->ended == NULL)
		s->ended = name;
	else if (!spelling_same_name(s->ended, name))
		s->ended_several = true;
}

static void look_at(struct search *s, const struct person *p)
{
	bool active = person_is_active(p, s->day);

	if (matches(s->way, p->name, s->wanted)) {
		if (active)
			meet_name(s, p->name, p);
		else
			meet_ended(s, p->name);
	}
	if (active && p->unit[0] != '\0' && matches(s->way, p->unit, s->wanted))
		meet_name(s, p->unit, NULL);
}

enum err persons_find(const struct persons *t, text_t name, text_t day, struct person_found *out)
{
	*out = (struct person_found){ .name = name };
	if (t->count == 0)
		return ERR_OK;
	for (enum way way = AS_SPELT; way < WAYS; way++) {
		struct search s = { .wanted = name, .day = day, .way = way };

		for (uint32_t i = 0; i < t->count; i++)
			look_at(&s, &t->list[i]);
		if (s.several)
			return ERR_PERSON_SEVERAL;
		if (s.found.name != NULL) {
			*out = s.found;
			return ERR_OK;
		}
		if (s.ended_several)
			return ERR_PERSON_SEVERAL;
		if (s.ended != NULL) {
			out->name = s.ended;
			return ERR_PERSON_ENDED;
		}
	}
	return ERR_PERSON_UNKNOWN;
}

enum err persons_signer(const struct persons *t, text_t name, text_t day, struct person_found *out)
{
	enum err e = persons_find(t, name, day, out);

	if (e != ERR_OK || t->count == 0)
		return e;
	return out->person == NULL ? ERR_PERSON_UNKNOWN
	       : out->person->signs ? ERR_OK
				    : ERR_PERSON_SIGNS;
}

text_t persons_unit(const struct persons *t, text_t name, text_t day)
{
	const struct person *best = NULL;

	for (uint32_t i = 0; i < t->count; i++) {
		const struct person *p = &t->list[i];

		if (p->unit[0] != '\0' && spelling_same_name(p->unit, name))
			return p->unit;
		if (!spelling_same_name(p->name, name))
			continue;
		if (person_is_active(p, day))
			return p->unit;
		if (best == NULL || strcmp(p->from, best->from) > 0)
			best = p;
	}
	return best == NULL ? "" : best->unit;
}

/* ---- the nearest ---- */

enum { COMPARED_MAX = 64 };

/* How many letters are to be changed, put in or left out; of the first COMPARED_MAX of each. */
static unsigned distance(const char *a, const char *b)
{
	unsigned row[COMPARED_MAX + 1];
	size_t b_len = strlen(b) < COMPARED_MAX ? strlen(b) : COMPARED_MAX;

	for (unsigned k = 0; k <= b_len; k++)
		row[k] = k;
	for (unsigned i = 0; i < COMPARED_MAX && a[i] != '\0'; i++) {
		unsigned above_left = row[0];

		row[0] = i + 1;
		for (size_t k = 1; k <= b_len; k++) {
			unsigned best = above_left + (a[i] != b[k - 1]);

			above_left = row[k];
			best = row[k] + 1 < best ? row[k] + 1 : best;
			row[k] = row[k - 1] + 1 < best ? row[k - 1] + 1 : best;
		}
	}
	return row[b_len];
}

/* A part of the name is nearer than any other name: "Bình" is Lê Thị Bình. */
static unsigned farness(text_t name, text_t wanted)
{
	char a[FOLD_NAME_SIZE], b[FOLD_NAME_SIZE];

	if (!spelling_bare(name, a) || !spelling_bare(wanted, b) || b[0] == '\0')
		return UINT32_MAX;
	return strstr(a, b) != NULL || strstr(b, a) != NULL ? 0 : distance(a, b);
}

struct nearest {
	text_t *names;
	unsigned far[PERSON_NEAREST_MAX];
	unsigned count;
};

static void offer(struct nearest *n, text_t name, text_t wanted)
{
	unsigned far = farness(name, wanted), at = n->count;

	for (unsigned i = 0; i < n->count; i++) {
		if (spelling_same_name(n->names[i], name))
			return;
	}
	while (at > 0 && n->far[at - 1] > far)
		at--;
	if (name[0] == '\0' || at == PERSON_NEAREST_MAX)
		return;
	n->count += n->count < PERSON_NEAREST_MAX;
	for (unsigned i = n->count - 1; i > at; i--) {
		n->names[i] = n->names[i - 1];
		n->far[i] = n->far[i - 1];
	}
	n->names[at] = name;
	n->far[at] = far;
}

unsigned persons_nearest(const struct persons *t, text_t name, text_t day,
			 text_t out[PERSON_NEAREST_MAX])
{
	struct nearest n = { .names = out };

	for (uint32_t i = 0; i < t->count; i++) {
		if (!person_is_active(&t->list[i], day))
			continue;
		offer(&n, t->list[i].name, name);
		offer(&n, t->list[i].unit, name);
	}
	return n.count;
}
