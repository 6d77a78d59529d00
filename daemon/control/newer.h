/* Documents that others name: what one answers, and newer ones that recall, update or replace older
 * ones of their issuer, as it stands beside the lines of both. */
#ifndef VANTHU_DAEMON_CONTROL_NEWER_H
#define VANTHU_DAEMON_CONTROL_NEWER_H

#include "proto/control.pb-c.h"
#include "routing/base/err.h"
#include "routing/base/types.h"

struct arena;
struct client;
struct found_document;
struct rec_document;

/* A document that another one names: its number and subject, where it is here. */
must_use enum err control_refer(struct client *c, const struct document_ref *ref,
				Vanthu__V1__Reference **out);
/* What it does with an older one, which that is, and what is done with it; texts in the arena of
 * requests. */
must_use enum err control_fill_newer(struct client *c, const struct found_document *f,
				     Vanthu__V1__DocumentLine *line);
/* Of one of ours that asks for something: how that recipient's office answered. */
must_use enum err control_request(struct client *c, const struct found_document *f,
				  struct committee_id who, struct arena *scratch,
				  Vanthu__V1__ReceiptView *v);
/* What a document does; BUSINESS_NONE: it is not here. */
enum business control_business(struct client *c, struct committee_id origin,
			       const struct doc_id *id);
/* The number of the one that it recalls, updates or replaces; "" none, or not here. */
must_use enum err control_older_number(struct client *c, const struct rec_document *d, char **out);

#endif
