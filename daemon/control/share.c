/* See daemon/control/share.h. */
#include "daemon/control/share.h"

#include <stdlib.h>

struct share {
	unsigned slots, slots_uid;
	size_t bytes, bytes_uid;
};

/* With those of the sockets that allow less. */
static const struct share most[SOCKET_COUNT] = {
	[SOCKET_OFFICE] = { CONTROL_CLIENTS_MAX, CONTROL_OFFICE_SLOTS_UID, CONTROL_SHARED_BYTES,
			    CONTROL_OFFICE_BYTES_UID },
	[SOCKET_OPERATE] = { CONTROL_OPERATE_SLOTS, CONTROL_OPERATE_SLOTS_UID,
			     CONTROL_OPERATE_BYTES, CONTROL_OPERATE_BYTES_UID },
	[SOCKET_READ] = { CONTROL_READ_SLOTS, CONTROL_READ_SLOTS_UID, CONTROL_READ_BYTES,
			  CONTROL_READ_BYTES_UID },
};

struct account {
	struct account *next;
	struct shares *shares;
	enum local_socket socket;
	uint32_t uid;
	unsigned slots;
	size_t bytes;
};

struct shares {
	struct account *accounts;
	unsigned slots[SOCKET_COUNT];
	size_t bytes[SOCKET_COUNT];
	uint64_t freed;
	bool gone; /* its owner has released it */
};

struct shares *shares_new(void)
{
	return calloc(1, sizeof(struct shares));
}

void shares_release(struct shares *s)
{
	if (s == NULL)
		return;
	s->gone = true;
	if (s->accounts == NULL)
		free(s);
}

static struct account *find(const struct shares *s, enum local_socket socket, uint32_t uid)
{
	struct account *a = s->accounts;

	while (a != NULL && (a->socket != socket || a->uid != uid))
		a = a->next;
	return a;
}

unsigned shares_slots_max(enum local_socket socket)
{
	return most[socket].slots;
}

unsigned shares_slots_uid_max(enum local_socket socket)
{
	return most[socket].slots_uid;
}

unsigned shares_slots_of(const struct shares *s, enum local_socket socket, uint32_t uid)
{
	const struct account *a = find(s, socket, uid);

	return a == NULL ? 0 : a->slots;
}

unsigned shares_slots(const struct account *a)
{
	return a->slots;
}

enum lack shares_lack(const struct shares *s, enum local_socket socket, uint32_t uid)
{
	unsigned together = 0;

	if (shares_slots_of(s, socket, uid) >= most[socket].slots_uid)
		return LACK_UID;
	/* Each bound that counts this socket in. */
	for (int d = SOCKET_COUNT - 1; d >= 0; d--) {
		together += s->slots[d];
		if (d <= (int)socket && together >= most[d].slots)
			return LACK_SOCKET;
	}
	for (int d = SOCKET_OPERATE, above = 0; d >= (int)SOCKET_OFFICE; d--) {
		above += (int)s->slots[d];
		if (d <= (int)socket && socket != SOCKET_READ &&
		    above >= (int)most[d].slots - CONTROL_READ_SLOTS_OWN)
			return LACK_READ;
	}
	return LACK_NONE;
}

struct account *shares_enter(struct shares *s, enum local_socket socket, uint32_t uid)
{
	struct account *a = find(s, socket, uid);

	if (a == NULL) {
		a = calloc(1, sizeof *a);
		if (a == NULL)
			return NULL;
		*a = (struct account){
			.next = s->accounts, .shares = s, .socket = socket, .uid = uid
		};
		s->accounts = a;
	}
	a->slots++;
	s->slots[socket]++;
	return a;
}

static void drop_if_empty(struct account *a)
{
	struct shares *s = a->shares;
	struct account **at = &s->accounts;

	if (a->slots > 0 || a->bytes > 0)
		return;
	while (*at != a)
		at = &(*at)->next;
	*at = a->next;
	free(a);
	if (s->gone && s->accounts == NULL)
		free(s);
}

void shares_leave(struct account *a)
{
	a->slots--;
	a->shares->slots[a->socket]--;
	drop_if_empty(a);
}

bool shares_room(const struct account *a, enum share_use use, size_t bytes)
{
	size_t spared = use == SHARE_REQUEST ? CONTROL_REPLY_RESERVE_BYTES : 0, together = 0;

	if (a->bytes + bytes + spared > most[a->socket].bytes_uid)
		return false;
	for (int d = SOCKET_COUNT - 1; d >= 0; d--) {
		together += a->shares->bytes[d];
		if (d <= (int)a->socket && together + bytes + spared > most[d].bytes)
			return false;
	}
	return true;
}

bool shares_competes(const struct account *holder, const struct account *wants)
{
	return holder->bytes > 0 && holder->socket >= wants->socket;
}

uint64_t shares_freed(const struct shares *s)
{
	return s->freed;
}

void shares_say_freed(struct shares *s)
{
	s->freed++;
}

size_t shares_bytes(const struct shares *s)
{
	size_t together = 0;

	for (int d = 0; d < SOCKET_COUNT; d++)
		together += s->bytes[d];
	return together;
}

void share_charge_end(struct charge *c)
{
	struct account *a = c->account;

	if (a != NULL && c->bytes > 0) {
		a->bytes -= c->bytes;
		a->shares->bytes[a->socket] -= c->bytes;
		a->shares->freed++;
		drop_if_empty(a);
	}
	*c = (struct charge){ .bytes = 0 };
}

void share_charge_set(struct charge *c, struct account *a, size_t bytes)
{
	if (bytes == 0) {
		share_charge_end(c);
		return;
	}
	if (bytes < c->bytes)
		a->shares->freed++;
	a->bytes += bytes - c->bytes; /* wraps on the way down, and comes out right */
	a->shares->bytes[a->socket] += bytes - c->bytes;
	*c = (struct charge){ .account = a, .bytes = bytes };
}
