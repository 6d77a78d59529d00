/* The keys of all committees for the verifier, from the store's directory rows: a bounded cache
 * before the KEY and COMMITTEE families. Any thread. */
#ifndef VANTHU_DAEMON_KEYS_KEYRING_H
#define VANTHU_DAEMON_KEYS_KEYRING_H

#include "proto/verifier.h"
#include "routing/state/lookup.h"

struct keyring;
/* NULL without memory; the lookup must be usable from any thread */
struct keyring *keyring_new(struct lookup lookup);
void keyring_destroy(struct keyring *k);
struct key_source keyring_source(struct keyring *k);
void keyring_forget(struct keyring *k); /* the directory has changed */

#endif
