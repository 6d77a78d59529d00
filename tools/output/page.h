/* A report as one printable page of HTML: A4 on its side, the head of each table repeated on every
 * sheet, sheets numbered, lines to sign on at the end. Whole in one file: no script, nothing from
 * elsewhere. Every text is escaped. */
#ifndef VANTHU_TOOLS_OUTPUT_PAGE_H
#define VANTHU_TOOLS_OUTPUT_PAGE_H

#include <stdio.h>

/* Texts are borrowed; what is NULL or "" is left out. */
struct page_head {
	const char *language; /* "vi", "en" */
	const char *office;   /* whose report it is */
	const char *title;
	const char *beside; /* the title in the reader's language, where that is another one */
	const char *period;
};

struct page_column {
	const char *title;
	const char *beside; /* as of the head */
	unsigned width;	    /* of the table, in hundredths; 0: what is left */
};

void page_begin(FILE *to, const struct page_head *head);
/* Columns end with one without a title. They are numbered below their titles. */
void page_table_begin(FILE *to, const struct page_column *columns);
/* As many cells as columns; a line end in one is a line end on paper. */
void page_row(FILE *to, const char *const *cells, unsigned count);
/* A row that belongs to the one above it: the first cell, then a text over all others. */
void page_addition(FILE *to, const char *first, const char *text, unsigned columns);
/* A sentence instead of rows. */
void page_nothing(FILE *to, const char *text, unsigned columns);
/* The last row of a table: two to sign, side by side: what they are, and below it, smaller, how
 * they sign. `place`: a line with the day above the right one. It goes on to a new sheet with the
 * last rows before it, never by itself. */
void page_signatures(FILE *to, const char *left, const char *right, const char *how,
		     const char *place, unsigned columns);
void page_table_end(FILE *to);
void page_end(FILE *to);

#endif
