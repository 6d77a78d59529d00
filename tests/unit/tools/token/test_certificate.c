/* The fingerprint of a certificate in PEM. */
#include "tools/token/certificate.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "proto/digest.h"
#include "tests/unit/support/fixture.h"

#define IN(text) "-----BEGIN CERTIFICATE-----\n" text "\n-----END CERTIFICATE-----\n"

static void test_it_is_the_digest_of_the_der(void **state)
{
	struct fixture *f = fixture_new();
	struct digest got, want = digest_of(f->root_der);
	char text[4096], pem[4200];

	(void)state;
	assert_true(f->root_der.len_bytes < sizeof text / 2);
	EVP_EncodeBlock((unsigned char *)text, f->root_der.data, (int)f->root_der.len_bytes);
	snprintf(pem, sizeof pem, IN("%s"), text);
	assert_ok(token_certificate_digest(f->arena, fixture_blob(pem), &got));
	assert_memory_equal(got.bytes, want.bytes, sizeof want.bytes);
	fixture_free(f);
}

static void test_what_is_no_certificate_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"-----BEGIN CERTIFICATE-----\nMAMCAQE=\n",
		"-----BEGIN PRIVATE KEY-----\nMAMCAQE=\n-----END PRIVATE KEY-----\n",
		IN(""),
		IN("MAMCAQ=="),	    /* shorter than it says */
		IN("MAMCAQEA"),	    /* longer */
		IN("AgEB"),	    /* no SEQUENCE */
		IN("MAMCAQE=MAMC"), /* goes on behind its end */
		IN("MAMC*QE="),
		IN("MIWqqqqqqqo="), /* a length of too many bytes */
	};
	struct arena *a = arena_new(1 << 16);
	struct digest got;

	(void)state;
	assert_non_null(a);
	assert_ok(token_certificate_digest(a, fixture_blob("text before\n" IN("MAMC\r\nAQE=")),
					   &got));
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_int_equal(token_certificate_digest(a, fixture_blob(bad[i]), &got),
				 ERR_CERTIFICATE);
	arena_destroy(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_it_is_the_digest_of_the_der),
		cmocka_unit_test(test_what_is_no_certificate_is_refused),
	};

	return cmocka_run_group_tests_name("certificate", tests, NULL, NULL);
}
