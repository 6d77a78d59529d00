/* How often somebody may try a password. Attempts are counted by account and by where they come
 * from: a browser that has signed in to this account before is known by a cookie (device), all
 * others by address. So whoever guesses locks out himself, at his address, and nobody who works at
 * a browser of his own (OWASP: slow down online guessing with device cookies). All functions may be
 * called from any thread. */
#ifndef VANTHU_TOOLS_GATEWAY_THROTTLE_H
#define VANTHU_TOOLS_GATEWAY_THROTTLE_H

#include <stdbool.h>
#include <stdint.h>

#include "routing/base/err.h"

enum {
	THROTTLE_TRIES = 10,	       /* that fail … */
	THROTTLE_MS = 15 * 60 * 1000, /* … within so much time: then no more until it is over */
	THROTTLE_ROWS = 4096,
	THROTTLE_FROM_MAX = 64,
	DEVICE_SIZE = 128 /* of its text, with a NUL */
};

struct throttle;

/* The key that devices are signed with lies in `device.key` of the gateway's folder, 0600: made
 * where it is not there. ERR_FILE (errno), ERR_NO_MEMORY, ERR_SYSTEM. *out is the caller's. */
must_use enum err throttle_open(const char *gateway_folder, struct throttle **out);
void throttle_close(struct throttle *t); /* NULL is fine */

/* An attempt. `from`: the address; `device`: what the browser shows as one, or NULL. It counts as
 * failed until throttle_passed, so that many at once are no more than one after the other.
 * ERR_SIGN_IN_LATER: *wait_s says how long. */
must_use enum err throttle_try(struct throttle *t, const char *account, const char *from,
			       const char *device, int64_t now_ms, uint32_t *wait_s);
void throttle_passed(struct throttle *t, const char *account, const char *from, const char *device);

/* A device for an account that has signed in: "ACCOUNT.RANDOM.MAC". ERR_SYSTEM. */
must_use enum err throttle_device(const struct throttle *t, const char *account,
				  char out[DEVICE_SIZE]);

#endif
