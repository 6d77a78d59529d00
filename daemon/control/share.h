/* Who may hold how many slots and bytes at the local sockets. Pure accounting: no sockets, no
 * time. Control thread only.
 *
 * A socket that allows more has more, and what it has for itself nobody else can take: what `read`
 * may hold, `operate` may hold besides, and `office` besides that. One uid has a part of it, so
 * that another one gets in. Every client may hold a little without being asked
 * (routing/base/limits.h: CONTROL_IN_BYTES, CONTROL_OUT_BYTES, CONTROL_SUBMIT_BYTES); only what is
 * beyond that is shared here. */
#ifndef VANTHU_DAEMON_CONTROL_SHARE_H
#define VANTHU_DAEMON_CONTROL_SHARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "routing/base/limits.h"

enum local_socket {
	SOCKET_OFFICE,
	SOCKET_OPERATE,
	SOCKET_READ,
	SOCKET_COUNT
}; /* what allows most comes first */

struct shares;
struct account; /* what the clients of one uid hold at one socket */

/* Requests leave some of each share alone, so that those that are here can be answered: then they
 * go, and make room. */
enum share_use { SHARE_REQUEST, SHARE_REPLY };

/* Which limit refuses one more slot. */
enum lack {
	LACK_NONE,
	LACK_UID,    /* of those that the uid may have at this socket */
	LACK_SOCKET, /* of this socket's, which those that allow less share */
	LACK_READ,   /* what is left is the read socket's: it must not be shut out either */
};

struct shares *shares_new(void); /* NULL without memory */
/* Releases `s`; its memory is freed with the last account. NULL is fine. */
void shares_release(struct shares *s);

enum lack shares_lack(const struct shares *s, enum local_socket socket, uint32_t uid);
/* Takes a slot, whether or not one is free: call shares_lack before. NULL without memory. */
struct account *shares_enter(struct shares *s, enum local_socket socket, uint32_t uid);
/* gives up one slot; the account stays while it has others, or bytes */
void shares_leave(struct account *a);
unsigned shares_slots(const struct account *a);
unsigned shares_slots_of(const struct shares *s, enum local_socket socket, uint32_t uid);
/* The most slots of a socket, with those of the sockets that allow less; and of one uid at it. */
unsigned shares_slots_max(enum local_socket socket);
unsigned shares_slots_uid_max(enum local_socket socket);

/* Is there room for so many bytes more? */
bool shares_room(const struct account *a, enum share_use use, size_t bytes);
/* Would what `holder` holds be missed by `wants`? */
bool shares_competes(const struct account *holder, const struct account *wants);
/* Changes whenever something that was held has been released. */
uint64_t shares_freed(const struct shares *s);
void shares_say_freed(struct shares *s);     /* of something that is counted elsewhere */
size_t shares_bytes(const struct shares *s); /* held by all accounts */

/* Part of an account's bytes. Zeroed: nothing. */
struct charge {
	struct account *account;
	size_t bytes;
};

/* So much and not what it was. Always possible: ask shares_room before what is large. */
void share_charge_set(struct charge *c, struct account *a, size_t bytes);
void share_charge_end(struct charge *c); /* nothing any more; twice is fine */

#endif
