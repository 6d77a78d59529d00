/* Stored values of the records office: work, statuses, lines of registers, series of numbers. Each
 * packs into, or unpacks from, the arena; unpacked texts live as long as it. ERR_NO_MEMORY;
 * unpacking ERR_FORMAT. */
#ifndef VANTHU_PROTO_OFFICE_RECORD_H
#define VANTHU_PROTO_OFFICE_RECORD_H

#include "routing/base/err.h"
#include "routing/base/types.h"
#include "routing/state/record.h"

struct arena;

must_use enum err office_record_encode_work(struct arena *a, const struct record *record,
					    struct blob *out);
must_use enum err office_record_decode_work(struct arena *a, struct blob bytes,
					    struct record *record);
must_use enum err office_record_encode_status(struct arena *a, const struct record *record,
					      struct blob *out);
must_use enum err office_record_decode_status(struct arena *a, struct blob bytes,
					      struct record *record);
must_use enum err office_record_encode_line(struct arena *a, const struct record *record,
					    struct blob *out);
must_use enum err office_record_decode_line(struct arena *a, struct blob bytes,
					    struct record *record);
must_use enum err office_record_encode_series(struct arena *a, const struct record *record,
					      struct blob *out);
must_use enum err office_record_decode_series(struct arena *a, struct blob bytes,
					      struct record *record);
must_use enum err office_record_encode_open(struct arena *a, const struct record *record,
					    struct blob *out);
must_use enum err office_record_decode_open(struct arena *a, struct blob bytes,
					    struct record *record);
must_use enum err office_record_encode_gone(struct arena *a, const struct record *record,
					    struct blob *out);
must_use enum err office_record_decode_gone(struct arena *a, struct blob bytes,
					    struct record *record);
must_use enum err office_record_encode_accepted(struct arena *a, const struct record *record,
						struct blob *out);
must_use enum err office_record_decode_accepted(struct arena *a, struct blob bytes,
						struct record *record);
must_use enum err office_record_encode_told(struct arena *a, const struct record *record,
					    struct blob *out);
must_use enum err office_record_decode_told(struct arena *a, struct blob bytes,
					    struct record *record);
must_use enum err office_record_encode_early(struct arena *a, const struct record *record,
					     struct blob *out);
must_use enum err office_record_decode_early(struct arena *a, struct blob bytes,
					     struct record *record);

#endif
