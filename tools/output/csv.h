/* Rows for a spreadsheet: RFC 4180, UTF-8. */
#ifndef VANTHU_TOOLS_OUTPUT_CSV_H
#define VANTHU_TOOLS_OUTPUT_CSV_H

#include <stdio.h>

/* A spreadsheet takes a cell that begins with = + - or @ for a formula: such a one gets an
 * apostrophe before it, unless it is a number. So does one behind a semicolon: where that parts
 * columns (Vietnamese settings do), it begins a cell. */
void csv_row(FILE *to, const char *const *cells, unsigned count);

#endif
