/* What is wrong with an order in the spool folder: for who wrote the file, in both languages. */
#ifndef VANTHU_TOOLS_SPOOL_FAULT_H
#define VANTHU_TOOLS_SPOOL_FAULT_H

#include <stddef.h>

#include <jansson.h>

#include "routing/base/err.h"

enum { SPOOL_FAULT_TEXT_SIZE = 512 };

enum spool_said {
	SAID_NOTHING, /* the text of the code */
	SAID_NOT_THERE,
	SAID_NO_FILE,
	SAID_UNREADABLE,
	SAID_FILE_LARGE,
	SAID_FLAG,
	SAID_ONE,
	SAID_LIST,
	SAID_PATH,
	SAID_FILE_TWICE,
	SAID_NO_FILES,
	SAID_NO_KEY,
	SAID_KEY_TWICE,
	SAID_NO_KEYS,
	SAID_ORDER_LARGE,
	SAID_COUNT
};

struct spool_fault {
	enum err err;
	unsigned line, column; /* in the order, 1-based; 0: not about one place */
	char field[64];	       /* the key, or the file that it names; "" none */
	/* in Vietnamese, and in English; "": the text of the code */
	char text[SPOOL_FAULT_TEXT_SIZE], english[SPOOL_FAULT_TEXT_SIZE];
};

/* Keeps all texts in Vietnamese, which results have beside the English ones whatever language the
 * process speaks: gettext has one a process. Once, before there are threads. Without it results
 * have that of the process. */
void spool_fault_open(void);

/* `about` stands in the text; `field` is cut where it is too long. */
void spool_fault_set(struct spool_fault *f, enum err e, const char *field, enum spool_said said,
		     const char *about);
/* A text that the process has in its own language. */
void spool_fault_set_text(struct spool_fault *f, enum err e, const char *text);

/* As commands say an error with --json, with its English beside it: a new object of the caller's,
 * NULL without memory. */
json_t *spool_fault_json(const struct spool_fault *f);
/* Adds one to `warnings` of what was accepted, once. */
void spool_fault_warn(json_t *data, enum err e);

#endif
