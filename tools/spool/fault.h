/* What is wrong with an order in the spool folder: for who wrote the file, in both languages. */
#ifndef VANTHU_TOOLS_SPOOL_FAULT_H
#define VANTHU_TOOLS_SPOOL_FAULT_H

#include <stddef.h>

#include <jansson.h>

#include "routing/base/err.h"

enum { SPOOL_FAULT_TEXT_SIZE = 512 };

struct spool_fault {
	enum err err;
	unsigned line, column; /* in the order, 1-based; 0: not about one place */
	char field[64];	       /* the key, or the file that it names; "" none */
	/* in the language of this process, and in English; "" : the text of the code */
	char text[SPOOL_FAULT_TEXT_SIZE], english[SPOOL_FAULT_TEXT_SIZE];
};

/* `format` is marked by N_() and translated here. `field` is cut where it is too long. */
__attribute__((format(printf, 4, 5))) void
spool_fault_set(struct spool_fault *f, enum err e, const char *field, const char *format, ...);

/* As commands say an error with --json, with its English beside it: a new object of the caller's,
 * NULL without memory. */
json_t *spool_fault_json(const struct spool_fault *f);
/* Adds one to `warnings` of what was accepted, once. */
void spool_fault_warn(json_t *data, enum err e);

#endif
