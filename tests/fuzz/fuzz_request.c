/* Any bytes as a request over a local socket, without the four bytes of its length: unpacked and
 * checked as the daemon does it before it looks at who asks. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "daemon/control/check.h"
#include "proto/pb.h"

static enum err decode(struct arena *a, struct blob in, void *ctx)
{
	char about[CONTROL_ABOUT_BYTES] = "";
	enum err e = ERR_OK;
	const Vanthu__V1__Request *m = pb_unpack(a, &vanthu__v1__request__descriptor, in, &e);

	(void)ctx;
	if (m == NULL) {
		must(e != ERR_OK);
		return e;
	}
	e = control_check(m, about);
	must(memchr(about, '\0', sizeof about) != NULL);
	return e;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	(void)fuzz_twice(decode, (struct blob){ data, size }, NULL);
	/* the vectors have their length before them */
	if (size > 4)
		(void)fuzz_twice(decode, (struct blob){ data + 4, size - 4 }, NULL);
	return 0;
}
