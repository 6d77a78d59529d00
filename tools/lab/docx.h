/* A real office document for demonstrations: a minimal DOCX (ECMA-376: a ZIP of XML parts, stored
 * without compression). */
#ifndef VANTHU_TOOLS_LAB_DOCX_H
#define VANTHU_TOOLS_LAB_DOCX_H

#include "routing/base/arena.h"
#include "routing/base/err.h"

/* Paragraphs of UTF-8 text, the first as a title. The file lies in the arena. ERR_NO_MEMORY. */
must_use enum err docx_make(struct arena *a, const char *const *paragraphs, unsigned count,
			    struct blob *out);

#endif
