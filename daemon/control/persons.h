/* The persons of the office: listed, and names of requests checked against them. */
#ifndef VANTHU_DAEMON_CONTROL_PERSONS_H
#define VANTHU_DAEMON_CONTROL_PERSONS_H

#include "proto/control.pb-c.h"
#include "routing/base/types.h"

struct client;

/* PersonLine rows in the order of the list. */
void control_persons(struct client *c, const Vanthu__V1__Request *request);

/* A name as the list writes it, in *out: borrowed from the list, or `name` itself where there is
 * none or nothing was named. False: the client was told why not, with the nearest names. */
bool control_person(struct client *c, uint64_t id, text_t name, text_t *out);

#endif
