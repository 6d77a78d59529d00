/* See tools/command/edxml_organs.h. */
#include "tools/command/edxml_organs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "routing/base/arena.h"
#include "routing/state/record.h"
#include "tools/cli/cli.h"
#include "tools/command/commands.h"

enum { MEMORY_BYTES = 256 << 20, FIRST_ROOM = 256 };

struct edxml_organs {
	struct arena *memory;
	struct row {
		text_t id, name;
		struct organ_days *codes;
		size_t code_count;
		bool retired;
	} * rows;
	size_t count, room;
};

/* A code without days holds always. */
static bool take_code(struct edxml_organs *o, const Vanthu__V1__Committee *c, const char *code,
		      struct organ_days *out)
{
	const char *from = "", *until = "";

	for (size_t i = 0; i < c->n_organs; i++)
		if (strcmp(c->organs[i]->code, code) == 0) {
			from = c->organs[i]->from;
			until = c->organs[i]->until;
		}
	out->code = arena_text(o->memory, code, strlen(code));
	out->from = arena_text(o->memory, from, strlen(from));
	out->until = arena_text(o->memory, until, strlen(until));
	return out->code != NULL && out->from != NULL && out->until != NULL;
}

static enum err take(struct edxml_organs *o, const Vanthu__V1__Committee *c)
{
	struct row *row, *grown;

	if (o->count == o->room) {
		o->room = o->room == 0 ? FIRST_ROOM : 2 * o->room;
		grown = realloc(o->rows, o->room * sizeof *grown);
		if (grown == NULL)
			return ERR_NO_MEMORY;
		o->rows = grown;
	}
	row = &o->rows[o->count];
	*row = (struct row){ .id = arena_text(o->memory, c->id, strlen(c->id)),
			     .name = arena_text(o->memory, c->name, strlen(c->name)),
			     .codes = arena_array(o->memory, c->n_organ_ids, sizeof *row->codes),
			     .code_count = c->n_organ_ids,
			     .retired = c->retired };
	if (row->id == NULL || row->name == NULL || row->codes == NULL)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < c->n_organ_ids; i++)
		if (!take_code(o, c, c->organ_ids[i], &row->codes[i]))
			return ERR_NO_MEMORY;
	o->count++;
	return ERR_OK;
}

enum err edxml_organs_ask(struct call *c, struct edxml_organs **out)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__CommitteeQuery query = VANTHU__V1__COMMITTEE_QUERY__INIT;
	struct edxml_organs *o = calloc(1, sizeof *o);
	Vanthu__V1__Reply *reply;
	enum err e, taken = ERR_OK;

	*out = NULL;
	if (o == NULL || (o->memory = arena_new(MEMORY_BYTES)) == NULL) {
		edxml_organs_free(o);
		return call_fail(c, ERR_NO_MEMORY, NULL);
	}
	request.what_case = VANTHU__V1__REQUEST__WHAT_COMMITTEES;
	request.committees = &query;
	e = call_send(c, &request);
	if (e != ERR_OK) {
		edxml_organs_free(o);
		return call_fail(c, e, NULL);
	}
	while ((e = call_row(c, VANTHU__V1__REPLY__WHAT_COMMITTEE, &reply)) == ERR_OK)
		if (taken == ERR_OK)
			taken = take(o, reply->committee);
	if (e == ERR_NOT_FOUND && !call_cli(c)->error_printed)
		e = taken == ERR_OK ? ERR_OK : call_fail(c, taken, NULL);
	if (e == ERR_OK)
		*out = o;
	else
		edxml_organs_free(o);
	return e;
}

void edxml_organs_free(struct edxml_organs *o)
{
	if (o == NULL)
		return;
	arena_destroy(o->memory);
	free(o->rows);
	free(o);
}

/* Texts of this form compare as days do. */
static bool holds(const struct organ_days *c, const char *day)
{
	return (c->from[0] == '\0' || strcmp(c->from, day) <= 0) &&
	       (c->until[0] == '\0' || strcmp(day, c->until) <= 0);
}

static bool has(const struct row *row, const char *code, const char *day)
{
	for (size_t i = 0; i < row->code_count; i++)
		if (strcasecmp(row->codes[i].code, code) == 0 && holds(&row->codes[i], day))
			return true;
	return false;
}

/* A committee that has ended keeps its codes; one that lives and has the same goes before it. */
const char *edxml_organs_committee(const struct edxml_organs *o, const char *code, const char *day)
{
	const struct row *found = NULL;

	for (size_t i = 0; i < o->count; i++)
		if (has(&o->rows[i], code, day) && (found == NULL || !o->rows[i].retired))
			found = &o->rows[i];
	for (size_t i = 0; found == NULL && i < o->count; i++)
		if (strcasecmp(o->rows[i].id, code) == 0)
			found = &o->rows[i];
	return found == NULL ? NULL : found->id;
}

void edxml_organs_nearest(const struct edxml_organs *o, const char *code, char *out,
			  size_t size_bytes)
{
	unsigned best = (unsigned)strlen(code) / 3 + 1;

	snprintf(out, size_bytes, "%s", "");
	for (size_t i = 0; i < o->count; i++)
		for (size_t k = 0; k < o->rows[i].code_count; k++) {
			unsigned far = suggest_distance(o->rows[i].codes[k].code, code);

			if (far >= best)
				continue;
			best = far;
			snprintf(out, size_bytes, "%s (%s)", o->rows[i].codes[k].code,
				 o->rows[i].id);
		}
}

static const struct row *row_of(const struct edxml_organs *o, const char *committee)
{
	for (size_t i = 0; i < o->count; i++)
		if (strcmp(o->rows[i].id, committee) == 0)
			return &o->rows[i];
	return NULL;
}

const char *edxml_organs_code(const struct edxml_organs *o, const char *committee, const char *day)
{
	const struct row *row = row_of(o, committee);

	for (size_t i = row == NULL ? 0 : row->code_count; i > 0; i--)
		if (holds(&row->codes[i - 1], day))
			return row->codes[i - 1].code;
	return committee;
}

const char *edxml_organs_name(const struct edxml_organs *o, const char *committee)
{
	const struct row *row = row_of(o, committee);

	return row == NULL ? "" : row->name;
}
