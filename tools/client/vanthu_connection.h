/* The handle of vanthu.h: one connection to a daemon, which threads share by its lock. */
#ifndef VANTHU_TOOLS_CLIENT_VANTHU_CONNECTION_H
#define VANTHU_TOOLS_CLIENT_VANTHU_CONNECTION_H

#include <pthread.h>
#include <stdbool.h>

#include "tools/client/connection.h"
#include "tools/client/vanthu.h"

struct vanthu {
	pthread_mutex_t lock; /* held during a call: `client` is one thread's at a time */
	struct client *client;
	int timeout_ms; /* of each wait for the daemon */
};

/* Waits until no other thread is in a call. False: this very thread is in one, from a vanthu_take;
 * that is the last fault, VANTHU_ERR_BAD_STATE. */
bool vanthu_lock(vanthu *v);
void vanthu_unlock(vanthu *v);

#endif
