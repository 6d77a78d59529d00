/* The committee directory in from a file (out: committees.h). */
#ifndef VANTHU_DAEMON_CONTROL_IMPORT_H
#define VANTHU_DAEMON_CONTROL_IMPORT_H

#include <stdbool.h>

#include "proto/control.pb-c.h"

struct client;
struct control;

void control_import(struct client *c, const Vanthu__V1__Request *request);
/* None is under way, or this client's own (which is refused, and need not wait for it). */
bool control_import_fits(struct client *c, size_t frame_bytes);
/* More of one, under its id. False: no import has this id. */
bool control_import_data(struct client *c, uint64_t id, const Vanthu__V1__Data *m);
/* What is being installed, for `status` and for who waits for it. */
void control_installation(const struct control *control, Vanthu__V1__Installation *out);

#endif
