/* Lists that come from a folder, which has no order. */
#ifndef VANTHU_TOOLS_OUTPUT_SORTED_H
#define VANTHU_TOOLS_OUTPUT_SORTED_H

#include <jansson.h>

/* The same objects by their member "name". The list is taken; a new reference. */
json_t *sorted_by_name(json_t *list);

#endif
