/* What the answer to a request may take, and what is kept until it is whole: a function for each
 * kind of answer, for the table of requests. A client that would need more than is free waits, and
 * its requests wait in the socket. No client that reads its answers is failed for lack of room. See
 * share.h. */
#ifndef VANTHU_DAEMON_CONTROL_ROOM_H
#define VANTHU_DAEMON_CONTROL_ROOM_H

#include <stdbool.h>
#include <stddef.h>

#include "proto/control.pb-c.h"

struct client;

/* In bytes; more than a message is as much as one. May read the store. */
typedef size_t room_needed(struct client *c, const Vanthu__V1__Request *request);

room_needed room_nothing; /* the request has no answer of its own */
room_needed room_little;
room_needed room_message; /* as much as a message holds */
room_needed room_submit;
room_needed room_show;
room_needed room_content;
room_needed room_verify;
room_needed room_papers;
room_needed room_paper_import;
room_needed room_links;
room_needed room_trace;
room_needed room_target;
room_needed room_office;

/* What the answer to a submission to so many recipients may take, when some are groups. */
size_t room_accepted(struct client *c, size_t recipient_count, bool groups);

#endif
