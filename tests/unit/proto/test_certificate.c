/* X.509 containers: made here, read by OpenSSL's own rules, and nothing that another root signed
 * counts. */

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "proto/certificate.h"
#include "proto/signer.h"
#include "proto/signer_pem.h"
#include "tests/unit/support/fixture.h"

static int set_up(void **state)
{
	*state = fixture_new();
	return 0;
}

static int tear_down(void **state)
{
	fixture_free(*state);
	return 0;
}

static void test_root_is_signed_by_itself_and_holds_the_registrys_key(void **state)
{
	struct fixture *f = *state;
	uint8_t key[32], expected[32];

	assert_ok(certificate_check(f->root_der, f->root_der, key));
	signer_public_key(f->registry, expected);
	assert_memory_equal(key, expected, sizeof key);
}

static void test_issued_certificate_holds_the_committees_key_under_the_root_only(void **state)
{
	struct fixture *f = *state;
	const struct key_entry *entry = &f->entries[0].keys[0];
	struct blob other_pem, other_root;
	uint8_t key[32];

	assert_ok(certificate_check(entry->certificate, f->root_der, key));
	assert_memory_equal(key, entry->public_key, sizeof key);
	assert_ok(signer_pem_generate(f->arena, &other_pem));
	assert_ok(certificate_root(f->arena, other_pem, "Văn phòng", FIXTURE_NOW_MS,
				   FIXTURE_NOW_MS + 1000000, &other_root));
	assert_int_equal(certificate_check(entry->certificate, other_root, key), ERR_CERTIFICATE);
	assert_int_equal(certificate_check(entry->certificate, entry->certificate, key),
			 ERR_CERTIFICATE);
	assert_int_equal(certificate_check(f->root_der, other_root, key), ERR_CERTIFICATE);
}

static void test_any_flipped_bit_cut_or_appended_byte_is_refused(void **state)
{
	struct fixture *f = *state;
	struct blob good = f->entries[0].keys[0].certificate;
	uint8_t *bytes = arena_alloc(f->arena, good.len_bytes + 1), key[32];

	memcpy(bytes, good.data, good.len_bytes);
	for (size_t bit = 0; bit < good.len_bytes * 8; bit += 5) {
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (certificate_check((struct blob){ bytes, good.len_bytes }, f->root_der, key) ==
		    ERR_OK)
			fail_msg("bit %zu does not matter", bit);
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	for (size_t len = 0; len < good.len_bytes; len += 7)
		assert_int_equal(certificate_check((struct blob){ bytes, len }, f->root_der, key),
				 ERR_CERTIFICATE);
	assert_int_equal(
	    certificate_check((struct blob){ bytes, good.len_bytes + 1 }, f->root_der, key),
	    ERR_CERTIFICATE);
	assert_ok(certificate_check((struct blob){ bytes, good.len_bytes }, f->root_der, key));
}

static void test_pem_goes_and_comes_back_and_rubbish_does_not(void **state)
{
	struct fixture *f = *state;
	struct blob pem, der;

	assert_ok(certificate_to_pem(f->arena, f->root_der, &pem));
	assert_ok(certificate_from_pem(f->arena, pem, &der));
	assert_int_equal(der.len_bytes, f->root_der.len_bytes);
	assert_memory_equal(der.data, f->root_der.data, der.len_bytes);
	assert_int_equal(certificate_from_pem(
			     f->arena, fixture_blob("-----BEGIN CERTIFICATE-----\nAAAA\n"), &der),
			 ERR_CERTIFICATE);
	assert_int_equal(certificate_from_pem(f->arena, (struct blob){ NULL, 0 }, &der),
			 ERR_CERTIFICATE);
	/* a key is no certificate */
	assert_int_equal(certificate_from_pem(f->arena, f->root_pem, &der), ERR_CERTIFICATE);
	assert_int_equal(certificate_to_pem(f->arena, fixture_blob("no der"), &pem),
			 ERR_CERTIFICATE);
	assert_int_equal(certificate_to_pem(f->arena, (struct blob){ NULL, 0 }, &pem),
			 ERR_CERTIFICATE);
}

static struct blob joined(struct fixture *f, struct blob a, struct blob b)
{
	uint8_t *bytes = arena_alloc(f->arena, a.len_bytes + b.len_bytes);

	assert_non_null(bytes);
	memcpy(bytes, a.data, a.len_bytes);
	memcpy(bytes + a.len_bytes, b.data, b.len_bytes);
	return (struct blob){ bytes, a.len_bytes + b.len_bytes };
}

static void test_the_root_is_found_among_others(void **state)
{
	struct fixture *f = *state, *g = fixture_new();
	struct certificate_subject s = { .id = "tinh",
					 .name = "Tỉnh ủy",
					 .public_key = (const uint8_t[32]){ 1 },
					 .from_ms = 0,
					 .to_ms = 1000 };
	struct blob leaf_der, leaf, root, other, der;

	assert_ok(certificate_issue(f->arena, f->root_pem, f->root_der, &s, &leaf_der));
	assert_ok(certificate_to_pem(f->arena, leaf_der, &leaf));
	assert_ok(certificate_to_pem(f->arena, f->root_der, &root));
	assert_ok(certificate_root(f->arena, g->root_pem, "another registry", 0, 1000, &der));
	assert_ok(certificate_to_pem(f->arena, der, &other));
	assert_ok(certificate_from_pem(
	    f->arena, joined(f, joined(f, leaf, fixture_blob("# root\n")), root), &der));
	assert_memory_equal(der.data, f->root_der.data, f->root_der.len_bytes);
	/* signed by another: no root */
	assert_int_equal(certificate_from_pem(f->arena, leaf, &der), ERR_CERTIFICATE);
	assert_ok(
	    certificate_root_of_pem(f->arena, joined(f, other, joined(f, leaf, root)), 1, &der));
	assert_memory_equal(der.data, f->root_der.data, f->root_der.len_bytes);
	assert_int_equal(certificate_root_of_pem(f->arena, joined(f, other, root), 2, &der),
			 ERR_CERTIFICATE);
	fixture_free(g);
}

static void test_what_is_no_ed25519_key_makes_no_signer_and_no_certificate(void **state)
{
	struct fixture *f = *state;
	EVP_PKEY *rsa = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
	BIO *bio = BIO_new(BIO_s_mem());
	struct signer *s = (struct signer *)(uintptr_t)1;
	struct blob pem, der;
	char *data;

	assert_int_equal(PEM_write_bio_PrivateKey(bio, rsa, NULL, NULL, 0, NULL, NULL), 1);
	pem.len_bytes = (size_t)BIO_get_mem_data(bio, &data);
	pem.data = (const uint8_t *)data;
	assert_int_equal(signer_pem_open(pem, &s), ERR_CERTIFICATE);
	assert_null(s);
	assert_int_equal(certificate_root(f->arena, pem, "x", 0, 1000, &der), ERR_CERTIFICATE);
	assert_int_equal(signer_pem_open(fixture_blob("not a key"), &s), ERR_CERTIFICATE);
	assert_int_equal(signer_pem_open((struct blob){ NULL, 0 }, &s), ERR_CERTIFICATE);
	assert_int_equal(certificate_root(f->arena, fixture_blob("not a key"), "x", 0, 1000, &der),
			 ERR_CERTIFICATE);
	assert_int_equal(certificate_root(f->arena, (struct blob){ NULL, 0 }, "x", 0, 1000, &der),
			 ERR_CERTIFICATE);
	assert_int_equal(
	    certificate_issue(
		f->arena, f->root_pem, fixture_blob("no der"),
		&(struct certificate_subject){ "xa", "x", f->keys[0].public_key, 0, 1000 }, &der),
	    ERR_CERTIFICATE);
	BIO_free(bio);
	EVP_PKEY_free(rsa);
}

static void test_certificate_names_committee_and_validity(void **state)
{
	struct fixture *f = *state;
	struct blob der = f->entries[0].keys[0].certificate;
	const unsigned char *p = der.data;
	X509 *x = d2i_X509(NULL, &p, (long)der.len_bytes);
	char name[64];
	time_t at = (time_t)((FIXTURE_NOW_MS - 1000000) / 1000);

	assert_non_null(x);
	assert_true(X509_NAME_get_text_by_NID(X509_get_subject_name(x), NID_commonName, name,
					      sizeof name) > 0);
	assert_string_equal(name, "huyen-a");
	assert_true(X509_NAME_get_text_by_NID(X509_get_issuer_name(x), NID_commonName, name,
					      sizeof name) > 0);
	assert_string_equal(name, "registry");
	assert_int_equal(X509_cmp_time(X509_get0_notBefore(x), &(time_t){ at + 1 }), -1);
	assert_int_equal(X509_cmp_time(X509_get0_notBefore(x), &(time_t){ at - 1 }), 1);
	assert_int_equal(X509_check_ca(x), 0);
	X509_free(x);
}

static void test_key_id_is_the_hash_of_the_public_key_info(void **state)
{
	struct fixture *f = *state;
	struct blob der = f->root_der;
	const unsigned char *p = der.data;
	X509 *x = d2i_X509(NULL, &p, (long)der.len_bytes);
	unsigned char *spki = NULL, hash[32];
	int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &spki);
	struct digest id = signer_key_id(f->registry);

	assert_true(len > 0);
	assert_int_equal(EVP_Digest(spki, (size_t)len, hash, NULL, EVP_sha256(), NULL), 1);
	assert_memory_equal(hash, id.bytes, sizeof hash);
	OPENSSL_free(spki);
	X509_free(x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_root_is_signed_by_itself_and_holds_the_registrys_key),
		cmocka_unit_test(
		    test_issued_certificate_holds_the_committees_key_under_the_root_only),
		cmocka_unit_test(test_any_flipped_bit_cut_or_appended_byte_is_refused),
		cmocka_unit_test(test_pem_goes_and_comes_back_and_rubbish_does_not),
		cmocka_unit_test(test_the_root_is_found_among_others),
		cmocka_unit_test(test_what_is_no_ed25519_key_makes_no_signer_and_no_certificate),
		cmocka_unit_test(test_certificate_names_committee_and_validity),
		cmocka_unit_test(test_key_id_is_the_hash_of_the_public_key_info),
	};

	return cmocka_run_group_tests_name("certificate", tests, set_up, tear_down);
}
