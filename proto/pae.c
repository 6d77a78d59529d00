/* DSSE (github.com/secure-systems-lab/dsse, protocol.md); see pae.h. */
#include "proto/pae.h"

#include <stdio.h>
#include <string.h>

enum err pae_encode(struct arena *a, text_t payload_type, struct blob payload, struct blob *out)
{
	size_t room = strlen(payload_type) + payload.len_bytes + 64;
	uint8_t *bytes = arena_raw(a, room);
	int n;

	if (bytes == NULL)
		return ERR_NO_MEMORY;
	n = snprintf((char *)bytes, room, "DSSEv1 %zu %s %zu ", strlen(payload_type), payload_type,
		     payload.len_bytes);
	if (payload.len_bytes > 0)
		memcpy(bytes + n, payload.data, payload.len_bytes);
	*out = (struct blob){ bytes, (size_t)n + payload.len_bytes };
	return ERR_OK;
}

enum err pae_batch(struct arena *a, const struct digest *root, uint64_t leaf_count,
		   struct blob *out)
{
	uint8_t payload[sizeof root->bytes + 8];

	memcpy(payload, root->bytes, sizeof root->bytes);
	for (unsigned i = 0; i < 8; i++)
		payload[sizeof root->bytes + i] = (uint8_t)(leaf_count >> (8 * (7 - i)));
	return pae_encode(a, "application/vnd.vanthu.batch.v1",
			  (struct blob){ payload, sizeof payload }, out);
}
