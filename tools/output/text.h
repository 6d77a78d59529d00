/* For people: tables without borders, words beside symbols and colour. */
#ifndef VANTHU_TOOLS_OUTPUT_TEXT_H
#define VANTHU_TOOLS_OUTPUT_TEXT_H

struct renderer;

const struct renderer *output_text(void);

#endif
