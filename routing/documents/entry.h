/* What stands beside number and subject in an entry on paper: when it was issued, who signed it,
 * what it answers. */
#ifndef VANTHU_ROUTING_DOCUMENTS_ENTRY_H
#define VANTHU_ROUTING_DOCUMENTS_ENTRY_H

#include "routing/base/err.h"
#include "routing/base/types.h"
#include "routing/documents/slips.h"
#include "routing/state/memory.h"

struct rec_paper;

/* The day of the document. What came in has that of its coming where nobody said another. */
text_t entry_issued_on(const struct rec_paper *p);
/* Do both say the same of that? */
bool entry_same_signing(const struct rec_paper *a, const struct rec_paper *b);
/* Of a secret one, and of a number that was not issued: only that it exists. */
void entry_hide(struct rec_paper *p);
/* Of one that goes out: is it wise to answer that (matter_warning)? Goes behind the rest. */
must_use enum err entry_check_answer(struct turn_view *t, const struct rec_paper *p,
				     struct slips_found *out);

#endif
