/* Any bytes as a receipt, a relay's record, a refusal, a status or another fact, as what a report
 * says, and as the body of a directory's head; an envelope that can be peeked into brings its body.
 * What is taken is packed and taken again as the same. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "proto/body.h"
#include "proto/report.h"
#include "proto/verifier.h"
#include "routing/state/record.h"

static bool same(struct blob a, struct blob b)
{
	return a.len_bytes == b.len_bytes && memcmp(a.data, b.data, a.len_bytes) == 0;
}

static enum err as_fact(struct arena *a, struct blob in, void *ctx)
{
	struct fact f, back;
	struct blob packed, again;
	enum err e = fact_unpack(a, *(const enum kind *)ctx, in, &f);

	if (e == ERR_OK)
		e = fact_pack(a, &f, &packed);
	if (e == ERR_OK)
		e = fact_unpack(a, *(const enum kind *)ctx, packed, &back);
	if (e == ERR_OK)
		e = fact_pack(a, &back, &again);
	must(e != ERR_OK || same(packed, again));
	return e;
}

static enum err as_report(struct arena *a, struct blob in, void *ctx)
{
	struct report r, back;
	struct blob packed, again;
	enum err e = report_unpack(a, in, &r);

	(void)ctx;
	if (e == ERR_OK)
		e = report_pack(a, &r, &packed);
	if (e == ERR_OK)
		e = report_unpack(a, packed, &back);
	if (e == ERR_OK)
		e = report_pack(a, &back, &again);
	must(e != ERR_OK || same(packed, again));
	return e;
}

static enum err as_directory(struct arena *a, struct blob in, void *ctx)
{
	struct directory_body b;
	struct blob packed;
	enum err e = directory_body_unpack(a, in, &b);

	(void)ctx;
	return e == ERR_OK ? directory_body_pack(a, &b, &packed) : e;
}

static void try_all(struct blob in)
{
	for (int kind = KIND_NONE; kind <= KIND_GONE + 1; kind++) {
		enum kind k = (enum kind)kind;

		(void)fuzz_twice(as_fact, in, &k);
	}
	(void)fuzz_twice(as_report, in, NULL);
	(void)fuzz_twice(as_directory, in, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(FUZZ_ARENA_BYTES);
	struct blob in = { data, size };
	struct opened o;

	must(a != NULL);
	try_all(seal_peek(a, in, &o) == ERR_OK ? o.body : in);
	arena_destroy(a);
	return 0;
}
