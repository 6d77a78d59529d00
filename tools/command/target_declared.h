/* target declared: what committees declared of the other targets, summed in the tree, and who has
 * not. */
#ifndef VANTHU_TOOLS_COMMAND_TARGET_DECLARED_H
#define VANTHU_TOOLS_COMMAND_TARGET_DECLARED_H

#include <jansson.h>

#include "proto/control.pb-c.h"
#include "routing/base/err.h"

struct call;
struct cli;
struct figures;

/* By the options --missing and --history, which have been read. Returns the exit code. */
int target_declared_show(struct cli *cli);

/* As JSON: null for NULL. A new reference. */
json_t *target_declared_json(const Vanthu__V1__Declared *d);
/* "30/40 (75.0 %)" of an object's numbers under two keys; "" where there are none. */
void target_declared_fraction(struct cli *cli, const json_t *o, const char *done, const char *all,
			      char *out, size_t size_bytes);

/* For the one screen of `target`: a list of the targets in force with what is declared of each in
 * the subtree of `f` (any query that has all reporters): id, name_vi, name_en, unit_vi, unit_en,
 * line, from, source, done, all, share, declared, missing, reached. Failures have been reported;
 * *out is a new reference in any case. */
must_use enum err target_declared_targets(struct call *c, const struct figures *f, json_t **out);
/* Gives each of them its "name" in the language of the program. NULL is fine. */
void target_declared_name(json_t *targets);
/* Prints them for people, a line each under a heading of its own. Adds to their objects. Nothing
 * where nobody has declared anything. */
void target_declared_summary(struct cli *cli, json_t *targets);

#endif
