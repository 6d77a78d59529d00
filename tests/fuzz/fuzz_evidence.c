/* Any bytes as an evidence file: under a root that is none nothing is believed, and what the file
 * would have to say is read all the same. */
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <string.h>

#include "tools/client/evidence.h"

enum { ARENA_BYTES = 8 << 20 };

/* The root of tests/vectors, in whose folder the kept inputs lie; empty when it is not there. */
static struct blob root(void)
{
	static uint8_t der[1024];
	static size_t len;
	static bool looked;
	FILE *f = looked ? NULL : fopen("tests/vectors/data/root-certificate.hex", "r");
	unsigned byte;

	looked = true;
	while (f != NULL && len < sizeof der && fscanf(f, " %2x", &byte) == 1)
		der[len++] = (uint8_t)byte;
	if (f != NULL)
		fclose(f);
	return (struct blob){ der, len };
}

static void verify(struct blob file, struct blob root_der)
{
	struct arena *a = arena_new(ARENA_BYTES);
	struct evidence_question q = { .file = file,
				       .root_der = root_der,
				       .wall_ms = INT64_C(1800000000000) };
	struct evidence_verdict v;

	must(a != NULL);
	memset(&v, 0, sizeof v);
	evidence_verify(a, &q, &v);
	must(v.result == ERR_OK || v.where != EVIDENCE_NOWHERE);
	must(v.result != ERR_OK || v.signature_good);
	must(root_der.len_bytes > 0 || v.result != ERR_OK);
	arena_destroy(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	verify((struct blob){ data, size }, root());
	verify((struct blob){ data, size }, (struct blob){ data, 0 });
	return 0;
}
