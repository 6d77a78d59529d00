/* See sorted.h. */
#include "tools/output/sorted.h"

#include <stdlib.h>
#include <string.h>

static int by_name(const void *a, const void *b)
{
	const json_t *const *x = a, *const *y = b;

	return strcmp(json_string_value(json_object_get(*x, "name")),
		      json_string_value(json_object_get(*y, "name")));
}

json_t *sorted_by_name(json_t *list)
{
	size_t count = json_array_size(list);
	json_t **all = calloc(count + 1, sizeof *all), *out = json_array();

	for (size_t i = 0; all != NULL && i < count; i++)
		all[i] = json_array_get(list, i);
	if (all != NULL)
		qsort(all, count, sizeof *all, by_name);
	for (size_t i = 0; all != NULL && i < count; i++)
		json_array_append(out, all[i]);
	free(all);
	json_decref(list);
	return out;
}
