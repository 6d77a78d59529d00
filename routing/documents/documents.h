/* What happens to a document in the core: who it is for, which route it takes, what is still
 * missing, who has answered, how long it is kept. One file each; who is outside includes this
 * header. */
#ifndef VANTHU_ROUTING_DOCUMENTS_DOCUMENTS_H
#define VANTHU_ROUTING_DOCUMENTS_DOCUMENTS_H

#include "routing/documents/alike.h"
#include "routing/documents/archive.h"
#include "routing/documents/complete.h"
#include "routing/documents/concerns.h"
#include "routing/documents/document.h"
#include "routing/documents/duplicate.h"
#include "routing/documents/entry.h"
#include "routing/documents/early.h"
#include "routing/documents/facts.h"
#include "routing/documents/given.h"
#include "routing/documents/held.h"
#include "routing/documents/lifecycle.h"
#include "routing/documents/lists.h"
#include "routing/documents/mandate.h"
#include "routing/documents/matter.h"
#include "routing/documents/numbers.h"
#include "routing/documents/open_work.h"
#include "routing/documents/recipients.h"
#include "routing/documents/reminders.h"
#include "routing/documents/requeue.h"
#include "routing/documents/retention.h"
#include "routing/documents/route.h"
#include "routing/documents/rows.h"
#include "routing/documents/same_number.h"
#include "routing/documents/sent_work.h"
#include "routing/documents/slips.h"
#include "routing/documents/term.h"
#include "routing/documents/told.h"

#endif
