/* Sums of figures by type of document. */
#ifndef VANTHU_TOOLS_OUTPUT_FIGURES_TYPES_H
#define VANTHU_TOOLS_OUTPUT_FIGURES_TYPES_H

#include <stdbool.h>
#include <stddef.h>

#include "proto/control.pb-c.h"
#include "routing/target/target.h"

struct figures;

/* A row's counts. */
struct target_count figures_count(const Vanthu__V1__TargetRow *row);

/* The sums of one type. Its texts are borrowed of the figures. */
struct figures_type {
	const char *code, *name;
	bool excluded;
	size_t at; /* its first sum */
	struct target_sides sides;
};

/* By type, each once, in the order in which they first come; owned, *count of them. Sorts, for
 * others may have sent any number of types. */
struct figures_type *figures_types(const struct figures *f, size_t *count);

#endif
