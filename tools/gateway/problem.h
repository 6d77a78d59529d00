/* What went wrong, as RFC 9457 has it: application/problem+json with the VT code and what mends it,
 * in the language that is asked for. */
#ifndef VANTHU_TOOLS_GATEWAY_PROBLEM_H
#define VANTHU_TOOLS_GATEWAY_PROBLEM_H

#include <jansson.h>

#include "routing/base/err.h"

enum problem_language { PROBLEM_EN, PROBLEM_VI, PROBLEM_LANGUAGES };

/* Keeps the texts of all errors in both languages. Once, before there are threads: gettext has one
 * language a process. */
void problem_open(void);

/* The language of a field Accept-Language (RFC 9110 §12.5.4); NULL, or neither of ours: `other`. */
enum problem_language problem_language(const char *accept, enum problem_language other);
/* "en" or "vi". */
const char *problem_language_name(enum problem_language l);

/* The status of HTTP for an error. */
unsigned problem_status(enum err e);
/* Does it say "later"? Then Retry-After goes with it, in seconds; 0: it does not. */
unsigned problem_retry_after_s(enum err e);

/* A new reference: {type, title, status, code, detail, fix, field}. `detail` (what it is about) and
 * `field` (the member of the request) may be NULL. */
json_t *problem_new(enum err e, enum problem_language l, const char *detail, const char *field);
/* The same of an error that the command line said: {"code", "message", "fix", …}; what else that
 * has is kept. */
json_t *problem_of_command(const json_t *error, enum problem_language l, enum err *e);

#endif
