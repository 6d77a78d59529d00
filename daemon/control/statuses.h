/* The history of statuses of a document, and what each office said last. */
#ifndef VANTHU_DAEMON_CONTROL_STATUSES_H
#define VANTHU_DAEMON_CONTROL_STATUSES_H

#include "proto/control.pb-c.h"
#include "routing/base/err.h"
#include "routing/state/record.h"

struct arena;
struct client;
struct found_document;

enum {
	STATUSES_BYTES = 64 * 1024, /* that a view's history may take */
	NOTES_BYTES = 128 * 1024,   /* that all notes beside its receipts may take */
};

/* All of a document, office by office in its own order, as many as fit STATUSES_BYTES: where they
 * do not all, the first of each office. All that it points to is the arena's of requests. */
must_use enum err control_statuses(struct client *c, const struct found_document *f,
				   Vanthu__V1__DocumentView *view);

/* What one office said last. `scratch` is reset. *arrival, *at_ms: 0 when it said none. */
struct office_last {
	struct office_stand stand;
	char code[3]; /* of the last one about its work, known to this build or not; "" none */
	uint32_t arrival;
	int64_t at_ms;
	uint32_t recalls;   /* how often it has answered a recall */
	text_t recall_note; /* with its last answer, in the arena of requests; NULL: none */
};

must_use enum err control_office_last(struct client *c, const struct found_document *f,
				      struct committee_id office, struct arena *scratch,
				      struct office_last *out);

#endif
