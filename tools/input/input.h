/* What people type: recipients, periods, types, committees, texts. */
#ifndef VANTHU_TOOLS_INPUT_INPUT_H
#define VANTHU_TOOLS_INPUT_INPUT_H

#include "tools/input/committee_options.h"
#include "tools/input/doctype_option.h"
#include "tools/input/period.h"
#include "tools/input/recipients.h"
#include "tools/input/search.h"
#include "tools/input/signer.h"
#include "tools/input/table.h"
#include "tools/input/term.h"
#include "tools/input/text_field.h"

#endif
