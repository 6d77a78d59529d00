/* Values of edXML's fields and what they are here (docs/DOMAIN.md §17): dates, numbers, urgency,
 * types, statuses. */
#ifndef VANTHU_TOOLS_EDXML_VALUES_H
#define VANTHU_TOOLS_EDXML_VALUES_H

#include "routing/rules/rules.h"
#include "tools/edxml/message.h"

/* Bussiness/BussinessDocType. */
enum edxml_business { EDXML_NEW = 0, EDXML_RECALL = 1, EDXML_UPDATE = 2, EDXML_REPLACE = 3 };
enum { EDXML_DATE_SIZE = 11, EDXML_TIME_SIZE = 20 };

/* The day of a date as programs write it (2026/11/24, 2026-11-24, 24/11/2026, 4/1/2026, 20261124,
 * ngày 24 tháng 11 năm 2026, with or without a time behind it) as YYYY-MM-DD. False: none that
 * exists; out is "" then. */
bool edxml_date(text_t text, char out[EDXML_DATE_SIZE]);
/* YYYY-MM-DD as edXML writes it, yyyy/MM/dd; "" for what is none. */
void edxml_date_print(text_t day, char out[EDXML_DATE_SIZE]);
/* "yyyy/MM/dd HH:mm:ss" in Vietnam of an instant (Unix ms). */
void edxml_time_print(int64_t ms, char out[EDXML_TIME_SIZE]);
/* The instant of such a text, "/" or "-" between; a day alone is its beginning. False: none. */
bool edxml_time(text_t text, int64_t *ms);

/* 0 to 3, -1: none of them. Nothing is a new document. */
int edxml_business(text_t text);
const char *edxml_business_text(enum edxml_business what); /* as the samples say it, Vietnamese */
/* 0 ordinary to 4, -1: none of them. Nothing is ordinary. */
int edxml_priority(text_t text);
/* What a status means, Vietnamese; NULL: a code that nobody knows. */
const char *edxml_status_text(text_t code);

/* The number as it is printed: "05" and "NQ/ĐUK" are 05-NQ/ĐUK, "15" and "QĐ-BTP" 15/QĐ-BTP. Cut
 * when it does not fit. */
void edxml_number_join(text_t number, text_t notation, char *out, size_t size_bytes);
/* The reverse: what stands before the first '-' or '/', and behind it. Either is "" where the
 * number has no such part. Cut when it does not fit. */
void edxml_number_split(text_t printed, char *number, size_t number_bytes, char *notation,
			size_t notation_bytes);
/* Whether two printed numbers are the same one, joined by "-" or by "/". */
bool edxml_number_same(text_t a, text_t b);

/* The integer of a type in the table of administrative documents, by the type's name; 0: it has
 * none, as the Party's own types. */
unsigned edxml_type_number(text_t name);
const char *edxml_type_name(unsigned number); /* NULL: none */
/* The same, as an operator has it (edxml.types) before the table: a number that is given to one
 * type is no other's. */
unsigned edxml_type_number_by(const struct type_numbers *own, text_t name);
const char *edxml_type_name_by(const struct type_numbers *own, text_t number);

/* The name that a part goes by: beside its content, else in the manifest, else "". */
text_t edxml_part_name(const struct edxml_part *p);

#endif
