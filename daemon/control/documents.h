/* Documents as lines, one and many. */
#ifndef VANTHU_DAEMON_CONTROL_DOCUMENTS_H
#define VANTHU_DAEMON_CONTROL_DOCUMENTS_H

#include "proto/control.pb-c.h"

struct client;
struct found_document;

void control_list(struct client *c, const Vanthu__V1__Request *request);
/* accepted sending delivered refused expired damaged */
const char *control_state(const struct found_document *f);
/* The line's texts are the document's, or lie in the arena of requests. */
void control_fill_line(struct client *c, const struct found_document *f,
		       Vanthu__V1__DocumentLine *line);

#endif
