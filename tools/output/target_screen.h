/* `vanthu target` for people: one screen of 24 lines by 80 cells. */
#ifndef VANTHU_TOOLS_OUTPUT_TARGET_SCREEN_H
#define VANTHU_TOOLS_OUTPUT_TARGET_SCREEN_H

#include <jansson.h>

struct cli;

/* Of the JSON of `target show`, to which texts of the screen's own are added. Prints that as JSON
 * or plain columns where those are wanted. */
void target_screen(struct cli *cli, json_t *target);

#endif
