/* See figures.h. */
#include "tools/output/figures.h"

#include <stdlib.h>
#include <string.h>

#include "tools/base/no_memory.h"

struct figures_name {
	char *id, *name;
};

void figures_free(struct figures *f)
{
	for (size_t i = 0; i < f->name_count; i++) {
		free(f->names[i].id);
		free(f->names[i].name);
	}
	free(f->names);
	for (size_t i = 0; i < f->line_count; i++)
		vanthu__v1__subtree_line__free_unpacked(f->lines[i], NULL);
	free(f->lines);
	free(f->sums);
	free(f->reporters);
	free(f->misplaced);
	memset(f, 0, sizeof *f);
}

/* A reply goes with the next one: what it says is copied, by its bytes. */
static Vanthu__V1__SubtreeLine *copy(const Vanthu__V1__SubtreeLine *line)
{
	size_t size_bytes = vanthu__v1__subtree_line__get_packed_size(line);
	uint8_t *bytes = no_memory_checked(malloc(size_bytes + 1));
	Vanthu__V1__SubtreeLine *out;

	vanthu__v1__subtree_line__pack(line, bytes);
	out = no_memory_checked(vanthu__v1__subtree_line__unpack(NULL, size_bytes, bytes));
	free(bytes);
	return out;
}

static void keep(struct figures *f, const Vanthu__V1__SubtreeLine *from)
{
	Vanthu__V1__SubtreeLine *line = copy(from);

	if (f->line_count == f->line_capacity) {
		f->line_capacity = f->line_capacity == 0 ? 64 : 2 * f->line_capacity;
		f->lines =
			no_memory_checked(realloc(f->lines, f->line_capacity * sizeof *f->lines));
		f->sums = no_memory_checked(realloc(f->sums, f->line_capacity * sizeof *f->sums));
		f->reporters = no_memory_checked(
			realloc(f->reporters, f->line_capacity * sizeof *f->reporters));
		f->misplaced = no_memory_checked(
			realloc(f->misplaced, f->line_capacity * sizeof *f->misplaced));
	}
	f->lines[f->line_count++] = line;
	if (line->what_case == VANTHU__V1__SUBTREE_LINE__WHAT_SUM && line->sum->figures != NULL)
		f->sums[f->sum_count++] = line->sum;
	else if (line->what_case == VANTHU__V1__SUBTREE_LINE__WHAT_REPORTER)
		f->reporters[f->reporter_count++] = line->reporter;
	else if (line->what_case == VANTHU__V1__SUBTREE_LINE__WHAT_MISPLACED)
		f->misplaced[f->misplaced_count++] = line->misplaced;
}

/* The months of "this year" are those of the daemon's clock. */
static enum err ask_year(struct call *c, struct figures *out)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__TargetQuery query = VANTHU__V1__TARGET_QUERY__INIT;
	Vanthu__V1__Reply *reply;
	enum err e;

	request.what_case = VANTHU__V1__REQUEST__WHAT_TARGET;
	request.target = &query;
	e = call_ask(c, &request, VANTHU__V1__REPLY__WHAT_TARGET, &reply);
	if (e == ERR_OK) {
		out->from.n = (uint16_t)reply->target->from_month;
		out->to.n = (uint16_t)reply->target->to_month;
	}
	return e;
}

/* "All" is from the first month with something in it to the last, as far as months were asked
 * for. */
static void narrow(struct figures *f)
{
	struct month from = { 0 }, to = { 0 };

	for (size_t i = 0; i < f->sum_count; i++) {
		uint16_t n = (uint16_t)f->sums[i]->figures->month;

		if (n != 0 && (from.n == 0 || n < from.n))
			from.n = n;
		to.n = n > to.n ? n : to.n;
	}
	if (from.n != 0) {
		f->from = from;
		f->to = to;
	}
}

static enum err ask_lines(struct call *c, const struct figures_query *q, struct figures *f)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__SubtreeQuery query = VANTHU__V1__SUBTREE_QUERY__INIT;
	Vanthu__V1__Reply *reply;
	enum err e;

	query.from_month = f->from.n;
	query.to_month = f->to.n;
	query.committee = (char *)(uintptr_t)(q->committee == NULL ? "" : q->committee);
	query.by_committee = q->by_committee;
	query.whole = q->whole;
	query.by_month = q->by_month;
	query.by_direction = q->by_direction;
	query.by_type = q->by_type;
	query.alone = q->alone;
	query.by_place = q->by_place;
	request.what_case = VANTHU__V1__REQUEST__WHAT_SUBTREE;
	request.subtree = &query;
	e = call_send(c, &request);
	if (e != ERR_OK)
		return call_fail(c, e, NULL);
	while ((e = call_row(c, VANTHU__V1__REPLY__WHAT_SUBTREE, &reply)) == ERR_OK)
		keep(f, reply->subtree);
	return e == ERR_NOT_FOUND && !call_cli(c)->error_printed ? ERR_OK : e;
}

/* ---- names ---- */

static const struct figures_name *find_name(const struct figures *f, const char *id)
{
	for (size_t i = 0; i < f->name_count; i++) {
		if (strcmp(f->names[i].id, id) == 0)
			return &f->names[i];
	}
	return NULL;
}

static enum err ask_name(struct call *c, const char *id, struct figures *f)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__CommitteeQuery query = VANTHU__V1__COMMITTEE_QUERY__INIT;
	struct figures_name *name;
	Vanthu__V1__Reply *reply;
	enum err e;

	f->names = no_memory_checked(realloc(f->names, (f->name_count + 1) * sizeof *f->names));
	name = &f->names[f->name_count++];
	name->id = no_memory_checked(strdup(id));
	name->name = NULL;
	query.id = name->id;
	request.what_case = VANTHU__V1__REQUEST__WHAT_COMMITTEES;
	request.committees = &query;
	e = call_send(c, &request);
	if (e != ERR_OK)
		return call_fail(c, e, NULL);
	while ((e = call_next(c, &reply)) == ERR_OK &&
	       reply->what_case == VANTHU__V1__REPLY__WHAT_COMMITTEE) {
		free(name->name);
		name->name = no_memory_checked(strdup(reply->committee->name));
		if (!reply->more)
			break;
	}
	/* one that the directory does not know has its id */
	return e == ERR_OK ? ERR_OK : call_fail(c, e, NULL);
}

static enum err ask_names(struct call *c, struct figures *f)
{
	enum err e = ERR_OK;

	for (size_t i = 0; i < f->sum_count && e == ERR_OK; i++) {
		const char *id = f->sums[i]->committee;

		if (figures_reporter(f, id) == NULL && find_name(f, id) == NULL)
			e = ask_name(c, id, f);
	}
	return e;
}

const char *figures_name(const struct figures *f, const char *committee)
{
	const Vanthu__V1__Reporter *r = figures_reporter(f, committee);
	const struct figures_name *name = r == NULL ? find_name(f, committee) : NULL;
	const char *text = r != NULL ? r->name : name != NULL ? name->name : NULL;

	return text == NULL || text[0] == '\0' ? committee : text;
}

/* ---- asking ---- */

enum err figures_ask(struct call *c, const struct figures_query *query, struct figures *out)
{
	bool all = query->from.n == 0 && query->to.n == UINT16_MAX;
	enum err e = ERR_OK;

	memset(out, 0, sizeof *out);
	out->from = query->from;
	out->to = query->to;
	if (all) {
		out->from.n = 1;
		out->to.n = UINT16_MAX - 1;
	} else if (query->from.n == 0 && query->to.n == 0)
		e = ask_year(c, out);
	if (e == ERR_OK)
		e = ask_lines(c, query, out);
	if (e == ERR_OK && query->by_place)
		e = ask_names(c, out);
	if (e != ERR_OK)
		figures_free(out);
	else if (all)
		narrow(out);
	return e;
}

static bool stood(const Vanthu__V1__SubtreeSum *s, const struct figures_place *place)
{
	bool there = s->n_above == place->count;

	for (size_t i = 0; there && i < place->count; i++)
		there = strcmp(s->above[i], place->above[i]) == 0;
	return there;
}

static bool passes(const Vanthu__V1__SubtreeSum *s, const struct figures_filter *want)
{
	uint32_t month = s->figures->month;

	return s->excluded == want->excluded &&
	       (want->committee == NULL || strcmp(want->committee, s->committee) == 0) &&
	       (want->place == NULL || stood(s, want->place)) &&
	       (want->from.n == 0 || month >= want->from.n) &&
	       (want->to.n == 0 || month <= want->to.n) &&
	       (want->type_code == NULL || (strcmp(want->type_code, s->type_code) == 0 &&
					    strcmp(want->type_name, s->type_name) == 0));
}

struct target_sides figures_sum(const struct figures *f, const struct figures_filter *filter)
{
	struct target_sides out = { .in = { .digital = 0 } };

	for (size_t i = 0; i < f->sum_count; i++) {
		struct target_count count;

		if (!passes(f->sums[i], filter))
			continue;
		count = figures_count(f->sums[i]->figures);
		target_sides_add(&out, (enum direction)f->sums[i]->figures->direction, &count);
	}
	return out;
}

const Vanthu__V1__Reporter *figures_reporter(const struct figures *f, const char *committee)
{
	for (size_t i = 0; i < f->reporter_count; i++) {
		if (strcmp(f->reporters[i]->committee, committee) == 0)
			return f->reporters[i];
	}
	return NULL;
}

/* ---- places ---- */

static bool is_directly_below(const Vanthu__V1__Reporter *r, const char *superior)
{
	return r->depth > 0 && strcmp(r->superior, superior) == 0;
}

void figures_stands(const struct figures *f, const Vanthu__V1__Reporter *r,
		    struct figures_place *out)
{
	out->count = 0;
	while (r != NULL && r->depth > 0 && out->count < TREE_DEPTH_MAX) {
		out->above[out->count++] = r->superior;
		r = figures_reporter(f, r->superior);
	}
}

void figures_below(const Vanthu__V1__Reporter *superior, const struct figures_place *its,
		   struct figures_place *out)
{
	out->above[0] = superior->committee;
	out->count = 1;
	for (size_t i = 0; i < its->count && out->count < TREE_DEPTH_MAX; i++)
		out->above[out->count++] = its->above[i];
}

bool figures_is_former(const struct figures *f, size_t sum, const struct figures_place *place)
{
	const Vanthu__V1__SubtreeSum *s = f->sums[sum];
	const Vanthu__V1__Reporter *r;

	if (s->excluded || place->count == 0 || !stood(s, place))
		return false;
	for (size_t i = 0; i < sum; i++) {
		if (!f->sums[i]->excluded && strcmp(f->sums[i]->committee, s->committee) == 0 &&
		    stood(f->sums[i], place))
			return false;
	}
	r = figures_reporter(f, s->committee);
	return r == NULL || !is_directly_below(r, place->above[0]);
}

unsigned figures_begin_later(const struct figures *f, struct month *first)
{
	unsigned count = 0;

	first->n = 0;
	for (size_t i = 0; i < f->reporter_count; i++) {
		uint32_t begins = f->reporters[i]->first_month;

		if (begins <= f->from.n)
			continue;
		count++;
		first->n = begins > first->n ? (uint16_t)begins : first->n;
	}
	return count;
}
