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

/* A table that is longer in memory than its text: rows, and their texts. */
enum { TABLE_ARENA_BYTES = 512 << 10 };

/* So many versions are looked through for one that is stored, or was signed long enough ago. */
enum { VERSIONS_SEEN_MAX = 64 };

/* No document that is obeyed is under way for longer: who says that it signed earlier is judged as
 * if by then. */
static const int64_t under_way_ms = 90LL * 24 * 3600 * 1000;

/* ---- tables ---- */

/* A head is checked when it is signed (tools/registry), and one that does not parse all the same
 * judges nothing. */
static enum err parse(struct blob text, struct arena *a, struct competence_table *out)
{
	uint32_t line;
	enum err e = competence_parse(text, a, out, &line);

	return e == ERR_FIELD || e == ERR_BAD_TYPE || e == ERR_UTF8 || e == ERR_EXISTS ||
			       e == ERR_TOO_LARGE
		       ? ERR_OK
		       : e;
}

static enum err head_of(struct turn_view *t, uint64_t version, struct rec_directory *out)
{
	struct record r;
	enum err e = core_get(t, FAMILY_DIRECTORY, key_number(version), &r);

	if (e == ERR_OK)
		*out = r.u.directory;
	return e == ERR_DAMAGED ? ERR_NOT_FOUND : e;
}

/* The table of a version, in the core's memory; none: count 0. ERR_NOT_FOUND: the version is not
 * stored here. */
static enum err table_of(struct turn_view *t, uint64_t version, struct competence_table *out)
{
	struct mandate_tables *m = &t->core->mandates;
	struct mandate_table *free_one = &m->each[m->oldest];
	struct rec_directory head;
	enum err e;

	for (unsigned i = 0; i < MANDATE_TABLES; i++) {
		if (m->each[i].version == version) {
			*out = m->each[i].table;
			return ERR_OK;
		}
	}
	e = head_of(t, version, &head);
	if (e != ERR_OK)
		return e;
	if (free_one->arena == NULL)
		free_one->arena = arena_new(TABLE_ARENA_BYTES);
	if (free_one->arena == NULL)
		return ERR_NO_MEMORY;
	arena_reset(free_one->arena);
	free_one->version = 0;
	e = parse(head.competence, free_one->arena, &free_one->table);
	if (e != ERR_OK)
		return e;
	free_one->version = version;
	m->oldest = (m->oldest + 1) % MANDATE_TABLES;
	*out = free_one->table;
	return ERR_OK;
}

/* ---- versions ---- */

/* The nearest that is stored, from `version` on by `step`; 0: none near. */
static enum err nearest(struct turn_view *t, uint64_t version, int step, uint64_t *out)
{
	struct rec_directory head;

	*out = 0;
	for (unsigned n = 0; n < VERSIONS_SEEN_MAX; n++) {
		enum err e;

		version += (uint64_t)(int64_t)step;
		if (version == 0 || version > t->core->directory_version)
			return ERR_OK;
		e = head_of(t, version, &head);
		if (e == ERR_OK)
			*out = version;
		if (e != ERR_NOT_FOUND)
			return e;
	}
	return ERR_OK;
}

/* By which version it is judged: the one that it names, or, where a newer one was in force for
 * MANDATE_GRACE_MS when it was signed, the newest of these. */
static enum err version_for(struct turn_view *t, const struct mandate_question *q, uint64_t *out)
{
	int64_t earliest_ms = t->now.wall_ms - under_way_ms,
		signed_ms = q->signed_at_ms > earliest_ms ? q->signed_at_ms : earliest_ms;
	uint64_t version = t->core->directory_version;

	*out = q->to->version == 0 ? version : q->to->version;
	for (unsigned n = 0; n < VERSIONS_SEEN_MAX && version > *out; n++, version--) {
		struct rec_directory head;
		enum err e = head_of(t, version, &head);

		if (e != ERR_OK && e != ERR_NOT_FOUND)
			return e;
		if (e == ERR_OK && head.signed_at_ms <= signed_ms - MANDATE_GRACE_MS) {
			*out = version;
			return ERR_OK;
		}
	}
	if (version > *out)
		*out = version; /* dozens of versions behind */
	return ERR_OK;
}

static text_t level_at(const struct rec_committee *c, uint64_t version)
{
	for (uint32_t i = c->level_count; i-- > 0;) {
		if (c->levels[i].since <= version)
			return c->levels[i].level;
	}
	return c->level_count > 0 ? c->levels[0].level : c->level;
}

/* ---- directions ---- */

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
			*out = (struct mandate){ judged, rule, MANDATE_KNOWN };
		any = true;
		if (judged == COMPETENCE_FORBIDDEN)
			return;
	}
}

/* ---- judging ---- */

/* The table gives way to another version's, in this turn maybe; what is signed keeps the rule. */
static enum err keep_rule(struct turn_view *t, struct mandate *out)
{
	if (out->rule[0] != '\0')
		out->rule = arena_text(t->plan->arena, out->rule, strlen(out->rule));
	return out->rule == NULL ? ERR_NO_MEMORY : ERR_OK;
}

static enum err judge_by(struct turn_view *t, const struct mandate_question *m,
			 const struct rec_committee *issuer, uint64_t version, struct mandate *out)
{
	struct competence_question q = {
		.level = competence_issuer(level_at(issuer, version),
					   m->summary->signer_competence),
		.secrecy = m->secrecy,
		.type_code = m->summary->type_code,
		.type_name = m->summary->type_name == NULL ? "" : m->summary->type_name
	};
	struct addressed at = *m->to;
	struct competence_table table;
	unsigned ways = 0;
	enum err e;

	*out = (struct mandate){ COMPETENCE_UNKNOWN, "", MANDATE_NO_LEVEL };
	if (q.level == COMPETENCE_LEVEL_NONE)
		return ERR_OK;
	out->gap = MANDATE_NO_TABLE;
	e = table_of(t, version, &table);
	if (e != ERR_OK || table.count == 0)
		return e;
	if (at.version == 0) /* of no directory, and nobody's who goes by one */
		at.version = t->core->directory_version;
	if (competence_is_directed(&table, q.level))
		e = directions_of(t, &at, &ways);
	if (e == ERR_OK)
		judge_ways(&table, &q, ways, out);
	if (e == ERR_OK)
		e = keep_rule(t, out);
	out->gap = out->judgement == COMPETENCE_UNKNOWN ? MANDATE_NO_ROW : MANDATE_KNOWN;
	return e;
}

/* Of a version between those that are stored: nobody knows which of the two its table was like. */
static enum err judge_around(struct turn_view *t, const struct mandate_question *q,
			     const struct rec_committee *issuer, uint64_t version,
			     struct mandate *out)
{
	uint64_t below, above;
	struct mandate other;
	enum err e = nearest(t, version, -1, &below);

	if (e == ERR_OK)
		e = nearest(t, version, 1, &above);
	if (e == ERR_OK && above == 0)
		above = t->core->directory_version;
	if (e == ERR_OK)
		e = judge_by(t, q, issuer, above, out);
	if (e != ERR_OK || below == 0 || out->judgement != COMPETENCE_FORBIDDEN)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	e = judge_by(t, q, issuer, below, &other);
	if (e == ERR_OK && other.judgement != COMPETENCE_FORBIDDEN)
		*out = other;
	return e;
}

/* No version by which a document may be judged has a table: looked up once a directory, so that not
 * each document reads an entry with keys for nothing. */
static enum err has_no_table(struct turn_view *t, bool *none)
{
	struct core *c = t->core;
	struct rec_directory head;

	*none = c->untabled_version != 0 && c->untabled_version == c->directory_version;
	if (*none || c->tabled)
		return ERR_OK;
	for (uint64_t n = 0; n <= VERSIONS_SEEN_MAX && n < c->directory_version; n++) {
		enum err e = head_of(t, c->directory_version - n, &head);

		if (e != ERR_OK && e != ERR_NOT_FOUND)
			return e;
		if (e == ERR_OK && head.competence.len_bytes > 0) {
			c->tabled = true;
			return ERR_OK;
		}
	}
	c->untabled_version = c->directory_version;
	*none = c->directory_version != 0;
	return ERR_OK;
}

/* Without any table: of what we issue it is said whether we had a level. */
static enum err explain(struct turn_view *t, const struct mandate_question *q, struct mandate *out)
{
	const struct rec_committee *own = NULL;
	enum err e = ERR_OK;

	if (id_equal(q->to->origin, t->core->config.self))
		e = core_own_entry(t, &own);
	if (own != NULL && competence_level_of(own->level) != COMPETENCE_LEVEL_NONE)
		out->gap = MANDATE_NO_TABLE;
	return e;
}

enum err mandate_judge(struct turn_view *t, const struct mandate_question *q, struct mandate *out)
{
	struct record r;
	uint64_t version;
	bool none;
	enum err e = has_no_table(t, &none);

	*out = (struct mandate){ COMPETENCE_UNKNOWN, "", MANDATE_NO_LEVEL };
	if (e == ERR_OK && none)
		return explain(t, q, out);
	if (e != ERR_OK)
		return e;
	e = core_get(t, FAMILY_COMMITTEE, key_committee(q->to->origin), &r);
	if (e == ERR_NOT_FOUND || e == ERR_DAMAGED)
		return ERR_OK;
	if (e == ERR_OK && r.u.committee.level_count == 0 &&
	    competence_level_of(r.u.committee.level) == COMPETENCE_LEVEL_NONE)
		return ERR_OK; /* and never had one */
	if (e == ERR_OK)
		e = version_for(t, q, &version);
	if (e != ERR_OK)
		return e;
	e = judge_by(t, q, &r.u.committee, version, out);
	/* a newer one is waited for before a document is taken */
	if (e == ERR_NOT_FOUND && version < t->core->directory_version)
		e = judge_around(t, q, &r.u.committee, version, out);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}
