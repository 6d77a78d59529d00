/* What the files of vanthu.h share; nobody else includes it. */
#ifndef VANTHU_TOOLS_CLIENT_VANTHU_INTERNAL_H
#define VANTHU_TOOLS_CLIENT_VANTHU_INTERNAL_H

#include <pthread.h>
#include <stdbool.h>

#include "tools/client/connection.h"
#include "tools/client/uuid.h"
#include "tools/client/vanthu.h"

struct vanthu {
	pthread_mutex_t lock; /* held during a call: `client` is one thread's at a time */
	struct client *client;
};

/* A view, or a line of a list; what it has is that reply's, unpacked from the heap. */
struct vanthu_document {
	Vanthu__V1__Reply *reply;
	const Vanthu__V1__DocumentLine *line;
	const Vanthu__V1__DocumentView *view; /* NULL: of a list */
	char id[UUID_TEXT_SIZE];
	char reply_id[UUID_TEXT_SIZE];
};

/* Keep what went wrong as this thread's last fault, and return its code. */
int vanthu_fail(const struct client_fault *fault);
int vanthu_fail_about(enum err e, const char *about);

/* False: this very thread is in a call with it, from a vanthu_take; that is the last fault. */
bool vanthu_lock(vanthu *v);
void vanthu_unlock(vanthu *v);

/* Fills *d with the client's last reply, a view or a line, copied. False: no memory. */
bool vanthu_document_init(struct vanthu_document *d, const struct client *c);
void vanthu_document_clear(struct vanthu_document *d);
/* The view of a document; the lock is held. What goes wrong is the last fault. */
int vanthu_ask_view(vanthu *v, const char *name, Vanthu__V1__Reply **reply);

/* Words of an urgency or secrecy, by the protocol's number less one; NULL after the last. */
extern const char *const vanthu_urgencies[], *const vanthu_secrecies[];

#endif
