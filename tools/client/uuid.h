/* Ids of documents: UUIDs, made by who submits, of version 7 (RFC 9562 §5.7), which ascend with
 * time; or of version 8 (§5.8), made of a key. */
#ifndef VANTHU_TOOLS_CLIENT_UUID_H
#define VANTHU_TOOLS_CLIENT_UUID_H

#include "routing/base/err.h"
#include "routing/base/types.h"

enum { UUID_TEXT_SIZE = 37 };
must_use enum err uuid_new(int64_t unix_ms, struct doc_id *out); /* ERR_SYSTEM: no randomness */
/* The id of whatever has this key among those of `scope`, always the same: docs/PROTOCOL.md,
 * "Conventions". The key, of any text, needs not to be kept anywhere. */
void uuid_of_key(const char *scope, const char *key, struct doc_id *out);
void uuid_print(const uint8_t bytes[16], char out[UUID_TEXT_SIZE]);
/* ERR_USAGE: no UUID, or nil. */
must_use enum err uuid_parse(const char *text, struct doc_id *out);

#endif
