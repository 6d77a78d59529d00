/* Between the files of the record codec; for nobody else. */
#ifndef VANTHU_PROTO_RECORD_CODEC_INTERNAL_H
#define VANTHU_PROTO_RECORD_CODEC_INTERNAL_H

#include <protobuf-c/protobuf-c.h>

#include "routing/base/arena.h"
#include "routing/base/err.h"
#include "routing/state/record.h"

/* The larger records. */
must_use enum err codec_encode_document(struct arena *a, const struct rec_document *r,
					struct blob *out);
must_use enum err codec_encode_route(struct arena *a, const struct rec_route *r, struct blob *out);
must_use enum err codec_encode_aside(struct arena *a, const struct rec_aside *r, struct blob *out);
must_use enum err codec_encode_stream(struct arena *a, const struct rec_stream *r,
				      struct blob *out);
/* NULL without memory */
ProtobufCBinaryData *codec_blobs(struct arena *a, const struct blob *list, uint32_t count);

/* The message of out->family. Any error but ERR_NO_MEMORY means damage. */
must_use enum err codec_decode(struct arena *a, struct blob message, struct record *out);

#endif
