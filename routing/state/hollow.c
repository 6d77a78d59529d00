/* See hollow.h. */
#include "routing/state/hollow.h"

#include <string.h>

#include "routing/state/record.h"

/* Never another text: stores hold it. Its first byte is no field of any protobuf message (wire type
 * 6). */
static const uint8_t text[] = "vanthu: signed bytes lost";

struct blob hollow_bytes(void)
{
	return (struct blob){ text, sizeof text - 1 };
}

bool hollow_is(const struct rec_envelope *e)
{
	return e->envelope.bytes.len_bytes == sizeof text - 1 &&
	       memcmp(e->envelope.bytes.data, text, sizeof text - 1) == 0;
}
