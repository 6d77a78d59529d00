/* In whose place a document is signed (docs/DOMAIN.md §2): T/M ĐẢNG ỦY, T/L BAN THƯỜNG VỤ, K/T CHỦ
 * NHIỆM; the State's TM. KT. TL. TUQ. and Q. likewise. However they are spelt. */
#ifndef VANTHU_ROUTING_RULES_SIGNING_H
#define VANTHU_ROUTING_RULES_SIGNING_H

#include <stdbool.h>

#include "routing/base/types.h"

/* Does it begin with one of these, and say for whom? */
bool signing_is_competence(text_t competence);
/* K/T of a committee that decides together: its deputy secretary signs T/M as well. */
bool signing_is_for_committee(text_t competence);

#endif
