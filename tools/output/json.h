/* The contract for programs: one object on standard output. */
#ifndef VANTHU_TOOLS_OUTPUT_JSON_H
#define VANTHU_TOOLS_OUTPUT_JSON_H

struct renderer;

const struct renderer *output_json(void);

#endif
