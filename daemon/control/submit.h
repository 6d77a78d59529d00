/* Submissions: the request, pieces of contents, the answer. */
#ifndef VANTHU_DAEMON_CONTROL_SUBMIT_H
#define VANTHU_DAEMON_CONTROL_SUBMIT_H

#include <stdbool.h>

#include "proto/control.pb-c.h"

struct client;

void control_submit(struct client *c, const Vanthu__V1__Request *request);
/* Is there room for the whole submission, or for this piece, until it is on disk? */
bool control_submit_fits(struct client *c, size_t frame_bytes);
bool control_data_fits(struct client *c, size_t frame_bytes);
/* More of a submission, under its id; of an unknown id: dropped. */
void control_data(struct client *c, uint64_t id, const Vanthu__V1__Data *m);

#endif
