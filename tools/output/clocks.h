/* Clocks in words: how far one is off, and why nothing is signed. */
#ifndef VANTHU_TOOLS_OUTPUT_CLOCKS_H
#define VANTHU_TOOLS_OUTPUT_CLOCKS_H

#include <stdbool.h>
#include <stddef.h>

#include "proto/control.pb-c.h"

/* "7 h 0 min ahead", "2 min 5 s behind". */
void clocks_words(int64_t ahead_ms, char *out, size_t size);
/* A moment (Unix ms) in local time. */
void clocks_moment(int64_t ms, char *out, size_t size);
/* Why nothing is signed, as a sentence; "" when there is no more to say than the code's text. */
void clocks_why(const Vanthu__V1__Clock *c, char *out, size_t size);
/* What stands beside a neighbour whose clock is off by more than a minute; false: nothing. */
bool clocks_note(const Vanthu__V1__LinkView *l, char *out, size_t size);

#endif
