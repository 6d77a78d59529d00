/* What the office does with a document that it received, and how that is shown. */
#ifndef VANTHU_DAEMON_CONTROL_OFFICE_H
#define VANTHU_DAEMON_CONTROL_OFFICE_H

#include "proto/control.pb-c.h"
#include "routing/state/record.h"

struct arena;
struct client;

void control_office(struct client *c, const Vanthu__V1__Request *request);
/* Texts are the record's, all else the arena's. NULL without memory. */
Vanthu__V1__WorkView *control_work_view(struct arena *a, const struct rec_work *w);

#endif
