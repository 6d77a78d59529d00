/* The digital share as JSON and as a sentence. */
#ifndef VANTHU_TOOLS_OUTPUT_TARGET_H
#define VANTHU_TOOLS_OUTPUT_TARGET_H

#include <jansson.h>

#include "proto/control.pb-c.h"

struct cli;

/* Without its rows. A new reference. */
json_t *target_json(const Vanthu__V1__Target *target);
/* Digital of counted as a number from 0 to 1, null where nothing is counted. A new reference. */
json_t *target_share_json(uint64_t digital, uint64_t counted);
/* "92.3 % ✓ reaches the line of 90.0 %", out of target_json. */
void target_sentence(struct cli *cli, const json_t *target, char *out, size_t size_bytes);

#endif
