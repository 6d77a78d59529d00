/* What the demo tells: a directive down the tree, a power cut, a clerk's day, the digital share;
 * and all of it on one screen at the end. Every figure comes from the lab that runs. */
#ifndef VANTHU_TOOLS_LAB_DEMO_STORY_H
#define VANTHU_TOOLS_LAB_DEMO_STORY_H

#include <stdbool.h>

struct demo;

/* Until its end, or until something failed (reported, `failed`) or demo_stopped. */
void demo_story(struct demo *s);
/* Once the screen is closed. `kept`: the lab runs on. */
void demo_summary(struct demo *s, bool kept);

#endif
