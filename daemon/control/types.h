/* Types of documents as a client asks for them: the table in force, whole, so that a client names
 * types as this daemon does (tables.doctypes). */
#ifndef VANTHU_DAEMON_CONTROL_TYPES_H
#define VANTHU_DAEMON_CONTROL_TYPES_H

#include "proto/control.pb-c.h"

struct client;

/* Each row of the table, in its order. */
void control_types(struct client *c, const Vanthu__V1__Request *request);

#endif
