/* Handing a document in. What the daemon takes as it is goes there as a stream; what needs the
 * clerk's lookups (what it answers, updates or replaces, who signed it) goes by way of
 * `vanthu send`, with its files in a folder of their own meanwhile. */
#ifndef VANTHU_TOOLS_GATEWAY_SUBMIT_H
#define VANTHU_TOOLS_GATEWAY_SUBMIT_H

#include <stddef.h>

#include "routing/base/err.h"

struct exchange;
struct submit;

/* With x->fields read and checked. *out is the caller's; an error has been answered, here and in
 * all that follow. Blocks on the daemon. */
must_use enum err submit_begin(struct exchange *x, struct submit **out);
/* One file after the other. */
must_use enum err submit_file_begin(struct submit *s, const char *name);
must_use enum err submit_file_bytes(struct submit *s, const char *bytes, size_t len);
must_use enum err submit_file_end(struct submit *s);
/* All are there: sends, and answers. */
void submit_finish(struct submit *s);
void submit_free(struct submit *s); /* NULL is fine */
/* Deletes what an earlier process left of folders of files, and of files of an axis. */
void submit_sweep(const char *gateway_folder);

#endif
