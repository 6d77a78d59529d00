/* Numbers of types in edXML, as the operator of the configuration that -c names has them. */
#ifndef VANTHU_TOOLS_COMMAND_EDXML_TYPES_H
#define VANTHU_TOOLS_COMMAND_EDXML_TYPES_H

#include "routing/base/err.h"
#include "routing/rules/rules.h"

struct cli;

/* Reads the configuration; failures have been reported. */
must_use enum err edxml_types_read(struct cli *cli, struct type_numbers *out);

#endif
