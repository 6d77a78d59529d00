/* UUIDs of version 7 (RFC 9562 §5.7): time-ordered ids of documents, made by who submits. */
#ifndef VANTHU_TOOLS_CLIENT_UUID_H
#define VANTHU_TOOLS_CLIENT_UUID_H

#include "routing/base/err.h"
#include "routing/base/types.h"

enum { UUID_TEXT_SIZE = 37 };
must_use enum err uuid_new(int64_t unix_ms, struct doc_id *out); /* ERR_SYSTEM: no randomness */
void uuid_print(const uint8_t bytes[16], char out[UUID_TEXT_SIZE]);
/* ERR_USAGE: not a UUID of version 7. */
must_use enum err uuid_parse(const char *text, struct doc_id *out);

#endif
