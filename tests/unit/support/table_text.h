/* Texts of tables for tests of their readers: those under etc/, and spoilt ones. */
#ifndef VANTHU_TESTS_UNIT_SUPPORT_TABLE_TEXT_H
#define VANTHU_TESTS_UNIT_SUPPORT_TABLE_TEXT_H

#include "tests/unit/support/fixture.h"

/* The file's bytes, until the next call. */
struct blob table_text_of_file(const char *path);
/* Shows each cut of a text, the text with other bytes in it and its lines in other order, and any
 * bytes; each in memory of just its size. The same ones each time. */
void table_text_spoil(struct blob whole, void (*show)(struct blob text));

#endif
