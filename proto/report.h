/* Reports of figures, packed and read; a report's body, and what of it is stored. Unpacking fails
 * with ERR_FORMAT (more than routing/base/limits.h allows, a direction or type that is none;
 * whether figures can be, routing/target/reported.h says), ERR_UTF8, ERR_NO_MEMORY. Rows come
 * without at.type. All belongs to the arena. */
#ifndef VANTHU_PROTO_REPORT_H
#define VANTHU_PROTO_REPORT_H

#include "routing/base/err.h"
#include "routing/base/types.h"
#include "routing/state/figures.h"

struct arena;
struct record;

must_use enum err report_pack(struct arena *a, const struct report *r, struct blob *out);
must_use enum err report_unpack(struct arena *a, struct blob bytes, struct report *out);

/* Stored values: as routing/state/record.h has them. */
must_use enum err report_record_encode(struct arena *a, const struct record *record,
				       struct blob *out);
must_use enum err report_record_decode(struct arena *a, struct blob bytes, struct record *record);
must_use enum err report_record_encode_figures(struct arena *a, const struct record *record,
					       struct blob *out);
must_use enum err report_record_decode_figures(struct arena *a, struct blob bytes,
					       struct record *record);
must_use enum err report_record_encode_declared(struct arena *a, const struct record *record,
						struct blob *out);
must_use enum err report_record_decode_declared(struct arena *a, struct blob bytes,
						struct record *record);

#endif
