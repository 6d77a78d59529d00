/* See mandate.h. */
#include "routing/documents/mandate.h"

#include <string.h>

#include "routing/base/arena.h"
#include "routing/base/committee_id.h"
#include "routing/state/memory.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"
#include "routing/state/tree.h"

/* Bits by enum competence_direction. */
enum {
	GOES_DOWN = 1u << COMPETENCE_DOWN,
	GOES_UP = 1u << COMPETENCE_UP,
	GOES_ACROSS = 1u << COMPETENCE_ACROSS
};

/* The table of a version; none: count 0. A head is checked when it is signed (tools/registry), and
 * one that does not parse all the same judges nothing. */
static enum err table_of(struct turn_view *t, uint64_t version, struct competence_table *out)
{
	struct record r;
	uint32_t line;
	enum err e = core_get(t, FAMILY_DIRECTORY, key_number(version), &r);

	*out = (struct competence_table){ .count = 0 };
	if (e == ERR_NOT_FOUND || e == ERR_DAMAGED)
		return ERR_OK;
	if (e == ERR_OK && r.u.directory.competence.len_bytes == 0) {
		/* so that not each document reads a head, and an entry with keys, for nothing */
		t->core->untabled_version = version;
		return ERR_OK;
	}
	if (e == ERR_OK)
		e = competence_parse(r.u.directory.competence, t->plan->arena, out, &line);
	return e == ERR_FIELD || e == ERR_BAD_TYPE || e == ERR_UTF8 || e == ERR_EXISTS ||
			       e == ERR_TOO_LARGE
		       ? ERR_OK
		       : e;
}

/* One recipient's. A committee that the version does not have says nothing. */
static enum err direction_of(const struct tree_view *tree, struct committee_id origin,
			     struct committee_id id, unsigned *ways)
{
	bool below = false, above = false;
	enum err e = tree_is_below(tree, origin, id, &below);

	if (e == ERR_OK && !below)
		e = tree_is_below(tree, id, origin, &above);
	if (e == ERR_OK)
		*ways |= below ? GOES_DOWN : above ? GOES_UP : GOES_ACROSS;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err directions_of(struct turn_view *t, const struct addressed *to, unsigned *ways)
{
	struct tree_view tree = tree_at(&t->tree, to->version);
	enum err e = ERR_OK;

	*ways = 0;
	for (uint32_t i = 0; e == ERR_OK && i < to->count; i++) {
		if (to->recipients[i].group == GROUP_SUPERIOR)
			*ways |= GOES_UP;
		else if (to->recipients[i].group != GROUP_NONE)
			*ways |= GOES_DOWN;
		else
			e = direction_of(&tree, to->origin, to->recipients[i].committee, ways);
	}
	return e;
}

/* What is forbidden goes before what is not known, and that before what is allowed. */
static void judge_ways(const struct competence_table *table, struct competence_question *q,
		       unsigned ways, struct mandate *out)
{
	bool any = false;

	for (int way = COMPETENCE_ANYWHERE; way <= COMPETENCE_ACROSS; way++) {
		text_t rule;
		enum competence judged;

		if ((ways & 1u << way) == 0 && (way != COMPETENCE_ANYWHERE || ways != 0))
			continue;
		q->direction = (enum competence_direction)way;
		judged = competence_judge(table, q, &rule);
		if (!any || judged == COMPETENCE_FORBIDDEN ||
		    (judged == COMPETENCE_UNKNOWN && out->judgement == COMPETENCE_ALLOWED))
			*out = (struct mandate){ judged, rule };
		any = true;
		if (judged == COMPETENCE_FORBIDDEN)
			return;
	}
}

enum err mandate_judge(struct turn_view *t, const struct addressed *to, enum secrecy secrecy,
		       const struct summary *s, struct mandate *out)
{
	struct competence_question q = { .secrecy = secrecy,
					 .type_code = s->type_code,
					 .type_name = s->type_name == NULL ? "" : s->type_name };
	/* 0 is of no directory, and nobody's who goes by one */
	struct addressed at = *to;
	struct competence_table table;
	struct record r;
	unsigned ways = 0;
	enum err e;

	if (at.version == 0)
		at.version = t->core->directory_version;
	*out = (struct mandate){ COMPETENCE_UNKNOWN, "" };
	if (at.version == t->core->untabled_version)
		return ERR_OK;
	e = table_of(t, at.version, &table);
	if (e != ERR_OK || table.count == 0)
		return e;
	e = core_get(t, FAMILY_COMMITTEE, key_committee(to->origin), &r);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
	q.level = competence_issuer(r.u.committee.level, s->signer_competence);
	if (q.level == COMPETENCE_LEVEL_NONE || r.u.committee.changed_in > at.version)
		return ERR_OK;
	if (competence_is_directed(&table, q.level))
		e = directions_of(t, &at, &ways);
	if (e == ERR_OK)
		judge_ways(&table, &q, ways, out);
	return e;
}
