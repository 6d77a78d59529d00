/* What people read in the place of ids: names of committees, and documents by number. Cells for
 * tables and sheets in text; JSON and plain columns have the ids and names themselves. */
#ifndef VANTHU_TOOLS_OUTPUT_PEOPLE_H
#define VANTHU_TOOLS_OUTPUT_PEOPLE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct cli;

enum {
	PEOPLE_NAME_CELLS = 40, /* of a name in a table */
	PEOPLE_NAMED_MAX = 3,	/* names of many that are written out */
};

/* A text of at most so many cells, cut behind a word, with "…". `out` is terminated. */
void people_shorten(const char *text, int cells, char *out, size_t size_bytes);
/* For a table: the name, shortened; the id where there is no name. */
json_t *people_name(const char *name, const char *id);
/* For a sheet: "Name (id)", whole; the id alone where there is no name. */
json_t *people_name_id(const char *name, const char *id);
/* Several, of which `ids` and `names` are lists of as many: the first few, and how many more.
 * Groups are words. */
json_t *people_names(struct cli *cli, const json_t *ids, const json_t *names, bool whole);
/* The number of a document that another one names, as json_reference has it; its subject too where
 * `whole`. Null for null. */
/* T/M ĐẢNG ỦY, BÍ THƯ Nguyễn Văn A: what there is of it; null: nothing. */
json_t *people_signer(const json_t *signer);
/* Another with the same number, as people read it: number and date, with `whole` the id too. Null:
 * none. */
json_t *people_same_number(struct cli *cli, const json_t *same, bool whole);
/* How often it was reminded of, and when last, with `cell` as short as can be; null: never. */
json_t *people_reminded(struct cli *cli, const json_t *reminded, bool cell);
json_t *people_reference(const json_t *reference, bool whole);
/* A status's code for FORMAT_OFFICE, with what it is about: `asks`, a word of json_business or "".
 * `issuer`: its issuer reads it, or it is told of its issuer, who asked; else a recipient does, who
 * was asked. Null for no code. */
json_t *people_status(const char *code, const char *asks, bool issuer);
/* The same of the code under `key` of an object and of its "asks", as a recipient reads it. */
json_t *people_request(const json_t *of, const char *key);
/* "replaces 31-KH/ĐU", "replaced by 31-KH/ĐU": a word of json_business, and the other's number. */
json_t *people_does(const char *business, const char *number);
json_t *people_done(const char *business, const char *number);
/* Adds to a line of json_line what its table shows: from_text, to_text, subject_text (with what it
 * answers), person_text, due_text. */
void people_line(struct cli *cli, json_t *line);
/* Adds name_text to each of a list whose objects have "committee" and "name". */
void people_committees(json_t *list);

#endif
