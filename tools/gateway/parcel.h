/* One file with fields beside it, as multipart/form-data: each field a part, in any order, and a
 * part `file`, which goes to the disk while it comes, with its digest. Parts that the row has no
 * field for are left out: programs of others send more than is asked. */
#ifndef VANTHU_TOOLS_GATEWAY_PARCEL_H
#define VANTHU_TOOLS_GATEWAY_PARCEL_H

#include <stddef.h>
#include <stdint.h>

#include "tools/gateway/multipart.h"

struct exchange;
struct parcel;

/* NULL: it has been refused. */
struct parcel *parcel_new(struct exchange *x);
/* Deletes the file. NULL is fine. */
void parcel_free(struct parcel *p);
/* What reads it; what is wrong has been answered. */
struct multipart_events parcel_events(struct parcel *p);
/* All has come: fields are read and checked. False: it has been refused. */
bool parcel_finish(struct parcel *p);
const char *parcel_path(const struct parcel *p);
const char *parcel_sha256(const struct parcel *p); /* hexadecimal; after parcel_finish */

#endif
