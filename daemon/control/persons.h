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
/* The same of what a listing is to be narrowed to: also who is not with the office any more, for
 * what they were in charge of may still be open. */
bool control_person_filter(struct client *c, uint64_t id, text_t name, text_t *out);
/* Who signs a document of that day (YYYY-MM-DD, "" today): one in the list who signs, or anybody
 * where there is no list. False: as above. */
bool control_signer(struct client *c, uint64_t id, text_t name, text_t date);

#endif
