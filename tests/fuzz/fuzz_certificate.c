/* Any bytes as a certificate: as DER under itself and under a root, and as a PEM file. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "proto/certificate.h"

static enum err as_pem(struct arena *a, struct blob in, void *ctx)
{
	struct blob der = { NULL, 0 }, pem;
	enum err e = ERR_OK;

	(void)ctx;
	for (unsigned i = 3; e != ERR_NO_MEMORY && i > 0; i--)
		e = certificate_root_of_pem(a, in, i - 1, &der);
	return e == ERR_OK ? certificate_to_pem(a, der, &pem) : e;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct blob in = { data, size };
	uint8_t key[32];

	if (certificate_check(in, in, key) == ERR_OK) {
		struct arena *a = arena_new(FUZZ_ARENA_BYTES);
		struct blob pem = { NULL, 0 }, back = { NULL, 0 };

		/* what is a root comes back out of a file as the same bytes */
		must(a != NULL && certificate_to_pem(a, in, &pem) == ERR_OK);
		must(certificate_from_pem(a, pem, &back) == ERR_OK && back.len_bytes == size &&
		     memcmp(back.data, data, size) == 0);
		arena_destroy(a);
	}
	(void)fuzz_twice(as_pem, in, NULL);
	return 0;
}
