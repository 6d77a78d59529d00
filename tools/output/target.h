/* The digital share as JSON and as a sentence. */
#ifndef VANTHU_TOOLS_OUTPUT_TARGET_H
#define VANTHU_TOOLS_OUTPUT_TARGET_H

#include <jansson.h>

#include "proto/control.pb-c.h"
#include "routing/target/target.h"

struct cli;

/* Without its rows. A new reference. */
json_t *target_json(const Vanthu__V1__Target *target);
/* Printed with every figure: the plan that sets the target names no formula (docs/DOMAIN.md §6).
 * In the language of the user. */
const char *target_definition(enum target_headline h);
/* Which one a daemon says; what an older one does not say is the default. */
enum target_headline target_headline_of(Vanthu__V1__Headline h);
/* All counts by their names, with `counted` and `share`, into `out`, whose other keys stay. */
void target_put_counts(json_t *out, const struct target_count *c);
/* {of, all, share}. A new reference. */
json_t *target_ratio_json(struct target_ratio r);
/* D1 to D4 by these names, each a ratio. A new reference. */
json_t *target_measures_json(const struct target_sides *s);
/* Twenty cells, full as far as the share goes, with the line in its place. */
void target_bar(unsigned share, unsigned line, char *out, size_t size_bytes);
/* Digital of counted as a number from 0 to 1, null where nothing is counted. A new reference. */
json_t *target_share_json(uint64_t digital, uint64_t counted);
/* "92.3 % ✓ reaches the line of 90.0 %", out of target_json. */
void target_sentence(struct cli *cli, const json_t *target, char *out, size_t size_bytes);

#endif
