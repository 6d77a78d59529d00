/* Any bytes as a frame of a link: none is read further than it goes, and a message that is taken
 * becomes a frame that is taken, which is the same from then on. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "proto/wire_decode.h"
#include "proto/wire_encode.h"

static enum err decode(struct arena *a, struct blob in, void *ctx)
{
	struct message m, back;
	struct blob first, second;
	enum err e = wire_decode(a, in, &m);

	(void)ctx;
	if (e == ERR_OK)
		e = wire_encode(a, &m, &first);
	if (e == ERR_OK)
		e = wire_decode(a, first, &back);
	if (e == ERR_OK)
		e = wire_encode(a, &back, &second);
	must(e != ERR_OK || (first.len_bytes == second.len_bytes &&
			     memcmp(first.data, second.data, first.len_bytes) == 0));
	return e;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum message_type type;
	struct blob in = { data, size };
	struct arena *a = arena_new(FUZZ_ARENA_BYTES);
	struct message m;
	struct blob frame;

	must(a != NULL);
	if (frame_type(in, &type) != ERR_OK)
		must(wire_decode(a, in, &m) != ERR_OK);
	else if (wire_decode(a, in, &m) == ERR_OK)
		must(m.type == type && (wire_encode(a, &m, &frame) != ERR_OK ||
					wire_decode(a, frame, &m) == ERR_OK));
	arena_destroy(a);
	(void)fuzz_twice(decode, in, NULL);
	return 0;
}
