/* Rules of documents without state, each with its source: what a type is called and who may issue
 * it, what may be sent, how numbers and names are spelt and printed, which series a number belongs
 * to, which days are worked. */
#ifndef VANTHU_ROUTING_RULES_RULES_H
#define VANTHU_ROUTING_RULES_RULES_H

#include "routing/rules/competence.h"
#include "routing/rules/deadline.h"
#include "routing/rules/distribution.h"
#include "routing/rules/doctype.h"
#include "routing/rules/doctype_table.h"
#include "routing/rules/matter_keys.h"
#include "routing/rules/numbering.h"
#include "routing/rules/office_status.h"
#include "routing/rules/persons.h"
#include "routing/rules/policy.h"
#include "routing/rules/portable.h"
#include "routing/rules/retention_table.h"
#include "routing/rules/series.h"
#include "routing/rules/signing.h"
#include "routing/rules/spelling.h"
#include "routing/rules/target_table.h"
#include "routing/rules/tray.h"
#include "routing/rules/type_labels.h"
#include "routing/rules/type_numbers.h"
#include "routing/rules/working_days.h"

#endif
