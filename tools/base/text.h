/* Vietnamese text: one normal form, comparing without diacritics, widths in cells; and times. */
#ifndef VANTHU_TOOLS_BASE_TEXT_H
#define VANTHU_TOOLS_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* NFC (Unicode Annex 15): the form that is sent and stored. malloc'd; NULL when it is not UTF-8. */
char *text_nfc(const char *text);
/* The same of what a clerk types into a field: without blanks before and behind, and with Đ where a
 * letter that looks like it was typed. */
char *text_entry(const char *text);
/* For matching: lower case, without diacritics, đ and what looks like it as d. malloc'd; NULL when
 * it is not UTF-8. */
char *text_fold(const char *text);
int text_width(const char *text); /* cells */
/* The same of `len` bytes of UTF-8. */
int text_cells(const char *text, size_t len);
/* The word that a text begins with, up to a blank or its end: its length in bytes, and its width.
 */
size_t text_word(const char *text, int *cells);
/* Prints text from cell `at` on; where it would pass `width_cells` it goes on in the next line,
 * `indent` cells in. Words stay whole, so a long id or command may still stand out. Width 0: in one
 * line. */
void text_wrap(FILE *to, const char *text, int indent, int at, int width_cells);
/* Which of the words (ASCII, NULL at the end) is meant, in any case, with or without diacritics,
 * blanks as hyphens: "Hoả tốc" is "hoa-toc". -1: none. */
int text_choose(const char *text, const char *const *words);
/* In place: control characters and line ends become blanks, and what else a text must not have
 * (routing/base/visible.h) a mark in its stead: what others sent must neither drive the terminal
 * nor look like what it is not. */
void text_one_line(char *text);
void text_lines(char *text); /* likewise, and line ends stay */
/* Blanks at both ends go, in place. */
void text_trim(char *text);

/* Unix ms to RFC 3339 UTC with milliseconds; "" for 0. */
void text_rfc3339(int64_t ms, char *out, size_t size_bytes);
/* RFC 3339 to what is read: Vietnam's time (UTC+7, no summer time), or UTC. */
void text_local_time(const char *rfc3339, bool utc, char *out, size_t size_bytes);
/* The day in Vietnam of an instant (Unix ms), YYYY-MM-DD; "" for 0. */
void text_day(int64_t ms, char out[11]);
/* Today in Vietnam, YYYY-MM-DD. */
void text_today(char out[11]);
/* YYYY-MM-DD or DD/MM/YYYY to YYYY-MM-DD; false: no date. */
bool text_date(const char *text, char out[11]);
/* Digits, and nothing else: a number of at most `most`. */
bool text_count(const char *text, uint32_t most, uint32_t *out);
/* Midnight in Vietnam of a day as text_date reads it, so many days later, in Unix time. False: no
 * date. */
bool text_day_ms(const char *text, int days, int64_t *out);
int64_t text_now_ms(void);

#endif
