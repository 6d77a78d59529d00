/* The months of our term, as the directory has it. */
#ifndef VANTHU_TOOLS_INPUT_TERM_H
#define VANTHU_TOOLS_INPUT_TERM_H

#include "routing/base/calendar.h"
#include "tools/cli/cli.h"

/* What people type for it. */
#define TERM_WORD "term"

/* From the month in which the term of our committee began to this one, on the read socket. Failures
 * have been reported; ERR_NO_TERM: the directory does not say when it began. */
must_use enum err term_months(struct call *c, struct month *from, struct month *to);

#endif
