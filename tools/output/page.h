/* A report as one printable page of HTML: A4 on its side or upright, the head of each table
 * repeated on every sheet, sheets numbered, lines to sign on at the end. Whole in one file: no
 * script, nothing from elsewhere. Every text is escaped. Pictures in it: chart.h. */
#ifndef VANTHU_TOOLS_OUTPUT_PAGE_H
#define VANTHU_TOOLS_OUTPUT_PAGE_H

#include <stdbool.h>
#include <stdio.h>

/* Texts are borrowed; what is NULL or "" is left out. */
struct page_head {
	const char *language; /* "vi", "en" */
	const char *office;   /* whose report it is */
	const char *kind;     /* of document: stands above the title */
	const char *title;
	const char *beside; /* the title in the reader's language, where that is another one */
	const char *period;
	const char *superior; /* of whose office it is: stands above that */
	bool upright;	      /* A4 as a letter; else on its side */
};

struct page_column {
	const char *title;
	const char *beside; /* as of the head */
	unsigned width;	    /* of the table, in hundredths; 0: what is left */
	const char *group;  /* what stands above it and those beside it of the same group */
	bool number;	    /* of figures, to the right */
};

/* How a row is set apart. */
enum page_row { PAGE_ROW_PLAIN, PAGE_ROW_SUM, PAGE_ROW_LEFT_OUT };

void page_begin(FILE *to, const struct page_head *head);
/* Columns end with one without a title. They are numbered below their titles. */
void page_table_begin(FILE *to, const struct page_column *columns);
/* As many cells as columns; a line end in one is a line end on paper. */
void page_row(FILE *to, const char *const *cells, unsigned count);
/* A row of figures: under the columns that the table was begun with, its first cell as many steps
 * in as it lies below another. */
void page_figures(FILE *to, enum page_row kind, unsigned depth, const struct page_column *columns,
		  const char *const *cells);
/* A row that belongs to the one above it: the first cell, then a text over all others. */
void page_addition(FILE *to, const char *first, const char *text, unsigned columns);
/* A sentence instead of rows. */
void page_nothing(FILE *to, const char *text, unsigned columns);
/* The last row of a table: two to sign, side by side: what they are, and below it, smaller, how
 * they sign. `place`: a line with the day above the right one. It goes on to a new sheet with the
 * last rows before it, never by itself. */
void page_signature_row(FILE *to, const char *left, const char *right, const char *how,
			const char *place, unsigned columns);
void page_table_end(FILE *to);
/* A heading, which stays with what follows; one below such a one; a sentence of the text; one in
 * small letters; and sentences as a list, between begin and end. */
void page_heading(FILE *to, const char *text);
void page_subheading(FILE *to, const char *text);
void page_text(FILE *to, const char *text);
void page_note(FILE *to, const char *text);
void page_list_begin(FILE *to);
void page_list_item(FILE *to, const char *text);
void page_list_end(FILE *to);
/* The same below all else. */
void page_signatures(FILE *to, const char *left, const char *right, const char *how,
		     const char *place);
void page_end(FILE *to);

#endif
