/* An edXML file as lines of text, for tests: what it is, each field that it has, its files with
 * size and a sum of their bytes, what is warned of, or why it is refused. */
#ifndef VANTHU_TESTS_UNIT_SUPPORT_EDXML_DUMP_H
#define VANTHU_TESTS_UNIT_SUPPORT_EDXML_DUMP_H

#include <stdio.h>

#include "tools/edxml/edxml.h"

/* Reads the file in pieces of `step` bytes and writes the lines to `out`. Returns the error that
 * refuses it, that of a packed file too. */
enum err edxml_dump(struct blob file, size_t step, FILE *out);
/* The lines of a message alone. */
void edxml_dump_message(const struct edxml_message *m, FILE *out);

#endif
