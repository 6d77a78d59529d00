/* What the daemon answers to a submission, as parts of what `send` prints. */
#ifndef VANTHU_TOOLS_COMMAND_ACCEPTED_H
#define VANTHU_TOOLS_COMMAND_ACCEPTED_H

#include <jansson.h>
#include <stdbool.h>

#include "proto/control.pb-c.h"

struct cli;

/* By the table of who may issue what: the word of programs, or a sentence. */
json_t *accepted_may(const struct cli *cli, bool may);
/* Why no rule says so; null: one does. */
json_t *accepted_why(const Vanthu__V1__Accepted *a);
/* For people: names beside ids, the first few of many. */
void accepted_names(struct cli *cli, json_t *out, const Vanthu__V1__Accepted *a);
void accepted_lists(json_t *out, const Vanthu__V1__Accepted *a);

#endif
