/* The simulator's store, over a disk that outlives it: a crash loses exactly what was not
 * committed. */
#ifndef VANTHU_DAEMON_STORE_MEMORY_H
#define VANTHU_DAEMON_STORE_MEMORY_H

#include "daemon/store/store.h"

struct memory_disk;
struct memory_disk *memory_disk_new(void);
void memory_disk_destroy(struct memory_disk *d);
/* a copy of its present state; NULL without memory */
struct memory_disk *memory_disk_copy(const struct memory_disk *d);
/* The next `n`-th commit from now fails with this error (0 = never); what it would have written is
 * lost, or, when `landed`, is there. */
void memory_disk_fail(struct memory_disk *d, uint32_t n, enum err e, bool landed);
/* A bit of a stored value changes, as on a bad disk. ERR_NOT_FOUND. */
must_use enum err memory_disk_spoil(struct memory_disk *d, enum family family,
				    const struct key *key);
/* The n-th record of a family, from 0; false: there are not so many. */
bool memory_disk_nth(const struct memory_disk *d, enum family family, size_t n, struct key *key);
/* How many records that were spoilt have not been written over since. */
uint32_t memory_disk_damaged(const struct memory_disk *d);
/* Whether these bytes stand anywhere in what it keeps. */
bool memory_disk_contains(const struct memory_disk *d, struct blob bytes);
must_use enum err store_memory_open(struct memory_disk *d, struct store **out);

#endif
