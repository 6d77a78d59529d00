/* See figures_types.h. */
#include "tools/output/figures_types.h"

#include <stdlib.h>
#include <string.h>

#include "tools/output/figures.h"

struct target_count figures_count(const Vanthu__V1__TargetRow *row)
{
	struct target_count out = { .digital = 0 };

#define TAKE(count_name) out.count_name = row->count_name;
	TARGET_COUNTS(TAKE)
#undef TAKE
	return out;
}

static int by_type(const void *a, const void *b)
{
	const struct figures_type *x = a, *y = b;
	int order = strcmp(x->code, y->code);

	if (order == 0)
		order = strcmp(x->name, y->name);
	if (order == 0)
		order = (int)x->excluded - (int)y->excluded;
	return order != 0 ? order : x->at < y->at ? -1 : 1;
}

static int by_place(const void *a, const void *b)
{
	const struct figures_type *x = a, *y = b;

	return x->at < y->at ? -1 : 1;
}

static bool is_type(const struct figures_type *x, const struct figures_type *y)
{
	return x->excluded == y->excluded && strcmp(x->code, y->code) == 0 &&
	       strcmp(x->name, y->name) == 0;
}

struct figures_type *figures_types(const struct figures *f, size_t *count)
{
	struct figures_type *out = calloc(f->sum_count + 1, sizeof *out);
	size_t kept = 0;

	if (out == NULL)
		abort(); /* as figures_ask */
	for (size_t i = 0; i < f->sum_count; i++) {
		const Vanthu__V1__SubtreeSum *s = f->sums[i];
		struct target_count c = figures_count(s->figures);

		out[i] = (struct figures_type){
			.code = s->type_code, .name = s->type_name, .excluded = s->excluded, .at = i
		};
		target_sides_add(&out[i].sides, (enum direction)s->figures->direction, &c);
	}
	qsort(out, f->sum_count, sizeof *out, by_type);
	for (size_t i = 0; i < f->sum_count; i++) {
		if (kept == 0 || !is_type(&out[kept - 1], &out[i])) {
			out[kept++] = out[i];
			continue;
		}
		target_add(&out[kept - 1].sides.in, &out[i].sides.in);
		target_add(&out[kept - 1].sides.out, &out[i].sides.out);
	}
	qsort(out, kept, sizeof *out, by_place);
	*count = kept;
	return out;
}
