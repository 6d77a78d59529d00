/* One transfer: a published envelope whose attachments are being fetched. Its life is in
 * transfer.c. */
#ifndef VANTHU_DAEMON_BULK_TRANSFER_H
#define VANTHU_DAEMON_BULK_TRANSFER_H

#include "daemon/bulk/bulk_state.h"

/* the next item that is a file; after the last one the core is notified */
void transfer_begin_item(struct transfer *t);
/* frees its slot; the memory when no job works on it any more */
void transfer_release(struct bulk_link *p, struct transfer *t);
/* to be tried again later */
void transfer_give_up(struct bulk_link *p, struct transfer *t, enum err why);
void transfer_ask_all(struct bulk_link *p);
/* gives back memory that was not used since the last call; each second */
void transfer_tick(struct bulk *b);
/* writes what has been collected for a while; each second */
void transfer_write_late(struct transfer *t);
struct transfer *transfer_find(const struct bulk_link *p, enum lane lane, uint64_t seq); /* NULL */
/* A chunk of the item that is being fetched. ERR_PROTOCOL: not one that was asked for. */
must_use enum err transfer_take(struct transfer *t, const struct msg_chunk *m);

#endif
