/* The types of documents that the office has today: what a program offers to choose from. */
#ifndef VANTHU_TOOLS_GATEWAY_TYPES_H
#define VANTHU_TOOLS_GATEWAY_TYPES_H

struct exchange;

void types_answer(struct exchange *x);

#endif
