/* Contents of a submission that come before it: of whoever learns their sizes, names and number
 * only while they come (docs/PROTOCOL.md, Local sockets). One part after the other goes to the
 * disk, against credit that is given only where the disk has room. The submission, under the same
 * id, takes them over; without it they go with the client. Control thread only. */
#ifndef VANTHU_DAEMON_CONTROL_STAGE_H
#define VANTHU_DAEMON_CONTROL_STAGE_H

#include "daemon/control/client.h"

struct upload;

/* Under this id Data may come; the client is sent credit, or why not. */
void stage_begin(struct client *c, uint64_t id);
/* One more piece. False: nothing is staged under this id. */
bool stage_data(struct client *c, uint64_t id, const Vanthu__V1__Data *m);
/* The submission has come, and nothing more follows. False: nothing is staged under its id, and the
 * upload stays the caller's. True: it is taken, to be begun (upload_begin) with what was staged
 * once that is on disk, or to be refused: ERR_FORMAT where its parts are not those that came. */
bool stage_close(struct client *c, struct upload *u);
/* The submission was refused, and the client knows: what was staged for it goes. Fine when nothing
 * was. */
void stage_drop(struct client *c, uint64_t id);
/* Is there room for one more, and for pieces behind it? */
bool stage_fits(struct client *c, size_t frame_bytes);

#endif
