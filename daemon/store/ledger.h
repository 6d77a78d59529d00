/* What a store should hold: for each family how many records, and a sum over them that does not
 * depend on their order. A store keeps it in the same commit as the change, so that a walk over all
 * records can be compared with it: a checksum in a value says that the value is right, and nothing
 * of a value that is not found any more. */
#ifndef VANTHU_DAEMON_STORE_LEDGER_H
#define VANTHU_DAEMON_STORE_LEDGER_H

#include "routing/base/types.h"
#include "routing/state/record.h"

struct ledger_sum {
	uint64_t count;
	uint64_t digest; /* sum of each record's part, modulo 2^64 */
};

struct ledger {
	uint64_t commit; /* the store's number of the commit that wrote it */
	struct ledger_sum of[FAMILY_COUNT];
};

enum { LEDGER_HEAD_BYTES = 15, LEDGER_BYTES_MAX = LEDGER_HEAD_BYTES + 16 * FAMILY_COUNT };

/* A record is there from now on, or no longer. Of its value the head is read, which has its
 * checksum, and its length. */
void ledger_add(struct ledger *l, enum family f, const struct key *key, struct blob value);
void ledger_remove(struct ledger *l, enum family f, const struct key *key, struct blob value);

/* Returns how many of the LEDGER_BYTES_MAX bytes it took. */
size_t ledger_encode(const struct ledger *l, uint8_t out[LEDGER_BYTES_MAX]);
/* False: not what ledger_encode wrote, or of a newer build, with families that this one does not
 * know. */
bool ledger_decode(struct blob bytes, struct ledger *out);

#endif
