/* What is to be fetched from one neighbour: FETCH records become transfers, and transfers end. */
#ifndef VANTHU_DAEMON_BULK_FETCH_H
#define VANTHU_DAEMON_BULK_FETCH_H

#include "daemon/bulk/bulk_state.h"

/* fills free transfer slots from the FETCH records, asks for what the window allows */
void fetch_scan(struct bulk *b, struct bulk_link *p);
/* the connection is gone; what is on disk stays */
void fetch_abandon(struct bulk *b, struct bulk_link *p);
void fetch_tick(struct bulk *b, struct bulk_link *p);
bool fetch_active(const struct bulk_link *p);
uint64_t fetch_count(const struct bulk *b, const struct bulk_link *p);

/* What came from it. */
void fetch_chunk(struct bulk *b, struct bulk_link *p, const struct msg_chunk *m);
void fetch_unavailable(struct bulk *b, struct bulk_link *p, const struct msg_unavailable *m);

#endif
