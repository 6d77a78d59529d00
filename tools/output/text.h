/* For people: tables without borders, words beside symbols and colour. */
#ifndef VANTHU_TOOLS_OUTPUT_TEXT_H
#define VANTHU_TOOLS_OUTPUT_TEXT_H

#include <jansson.h>
#include <stddef.h>

struct cli;
struct column;
struct renderer;

const struct renderer *output_text(void);
/* How many lines of the terminal a list will take, its headings among them. */
size_t text_list_lines(struct cli *cli, const json_t *list, const struct column *columns);

#endif
