/* What is wanting in a message that was read: slips, and nothing that refuses it. */
#ifndef VANTHU_TOOLS_EDXML_JUDGE_H
#define VANTHU_TOOLS_EDXML_JUDGE_H

#include "tools/edxml/message.h"
#include "tools/edxml/slip.h"

void judge_message(const struct edxml_message *m, struct edxml_slips *slips);

#endif
