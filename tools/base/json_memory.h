/* Memory of JSON values: a long list is a hundred thousand small ones, and the C library takes
 * longer to give and to take them back than it takes to print them. One thread. */
#ifndef VANTHU_TOOLS_BASE_JSON_MEMORY_H
#define VANTHU_TOOLS_BASE_JSON_MEMORY_H

#include <stddef.h>

/* From now on jansson's values come from here; before its first. What it hands out itself
 * (json_dumps) is then released by json_memory_free, not free. Without memory for a value the
 * process ends (no_memory.h). */
void json_memory_begin(void);

/* As malloc and free; aligned for pointers and doubles. What is freed is used again, and goes back
 * to the system when the process ends. */
void *json_memory_alloc(size_t size_bytes);
void json_memory_free(void *block);

#endif
