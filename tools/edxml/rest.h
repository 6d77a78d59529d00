/* What a document of the State's exchange has that vanthu has no field for: it goes with the
 * document, signed, as a small edXML file of its own in the one form that write.h has, and stands
 * in its place again where the document is written as edXML, by whomever.
 *
 * It is: elements that nobody knows, a signature that nobody can verify, hops, whom it answers
 * there, the address of who sends, pages, amount, typist, sphere, directions, places, tasks, what
 * is said of a change and of the receivers of it. Never what vanthu has itself (number, texts,
 * days, recipients, urgency, kind): that is the document's alone, whatever a rest says. */
#ifndef VANTHU_TOOLS_EDXML_REST_H
#define VANTHU_TOOLS_EDXML_REST_H

#include "tools/edxml/read.h"

/* *out is malloc'd, empty when there is nothing. ERR_EDXML_REST: it is more than EDXML_REST_MAX
 * bytes. ERR_NO_MEMORY. */
must_use enum err edxml_rest_make(const struct edxml_message *m, struct blob *out);
/* Adds it to a message that is to be written, where that says nothing itself; of a rest that
 * cannot be read nothing is added, and *outcome says why: it is as good as whoever signed it. The
 * errors of edxml_read_end. */
must_use enum err edxml_rest_add(struct edxml_message *m, struct blob rest,
				 struct edxml_outcome *outcome);

#endif
