/* A daemon's local sockets over a station, and one client: for tests of what is asked there. */
#ifndef VANTHU_TESTS_UNIT_SUPPORT_DESK_H
#define VANTHU_TESTS_UNIT_SUPPORT_DESK_H

#include "daemon/control/client.h"
#include "tests/unit/support/fixture.h"

struct desk {
	struct fixture *f;
	struct station *s; /* huyen-a */
	char folder[64];
	struct config config;
	struct inbox *inbox;
	struct control *control;
	int fd; /* the client's */
	uint8_t *got;
	size_t got_len, got_capacity, at; /* `at`: behind the last whole reply */
	size_t most_waiting;		  /* bytes sent ahead of the client, at most so far */
};

/* Opens the sockets over what the station's store has now, and connects at `which`. To be called
 * last in a test's set-up. */
struct desk *desk_new(struct fixture *f, struct station *s, enum local_socket which);
void desk_free(struct desk *d); /* with fixture and station */
void desk_ask(struct desk *d, Vanthu__V1__Request *request);
/* One round of the daemon's loop, as far as this socket goes. */
void desk_turn(struct desk *d);
/* Runs rounds and reads until there is a further whole reply; the caller frees it. */
Vanthu__V1__Reply *desk_reply(struct desk *d);

#endif
