/* Keys and signatures, against values that another implementation made (Python's hmac and
 * cryptography): the specification's own example of a message. */
#include "tools/webhook/key.h"

#include <string.h>

#include "tests/unit/support/fixture.h"

static const char id[] = "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W";
static const char body[] = "{\"type\":\"contact.created\",\"timestamp\":\"2022-11-03T20:26:10."
			   "344522Z\",\"data\":{\"id\":\"1f81eb52-5198-4599-803e-"
			   "771906343485\"}}";
enum { AT = 1674087231 };

static void check_signature(const char *key_text, const char *expected)
{
	struct blob bytes = { (const uint8_t *)body, strlen(body) };
	char signature[WEBHOOK_SIGNATURE_SIZE], text[WEBHOOK_KEY_TEXT_SIZE];
	struct webhook_key key;

	assert_int_equal(webhook_key_parse(key_text, &key), ERR_OK);
	assert_int_equal(webhook_key_sign(&key, id, AT, bytes, signature), ERR_OK);
	assert_string_equal(signature, expected);
	webhook_key_print(&key, text);
	assert_memory_equal(text, key_text, 6);
}

static void test_secrets_sign_as_the_specification_says(void **state)
{
	(void)state;
	check_signature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
			"v1,ARw42xaAApl/nxRo+iPGYwSaMQaOwMo2eyH5JBRA+bQ=");
	check_signature("whsec_AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=",
			"v1,bnfqQXzkPtogECe8BII3IenCf1DvYyVJVRar/58N00c=");
}

static const char pair[] = "whsk_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8DoQe/884Qvh1w3RjnS8CZZ+"
			   "TWMJulDV8d3IZkElUxuA==";
static const char seed[] = "whsk_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
static const char signature_of_pair[] =
	"v1a,9WMPN5fBW9vm1uGlvFzBO4lpdfFKN4AQCSr2vrWsFuOibXSOTWlcWrP"
	"RSWk+YpmD9fAwgYREKtLcYCyZrvXFBw==";

static void test_pairs_sign_as_the_specification_says(void **state)
{
	char text[WEBHOOK_KEY_TEXT_SIZE];
	struct webhook_key key;

	(void)state;
	check_signature(pair, signature_of_pair);
	check_signature(seed, signature_of_pair);
	assert_int_equal(webhook_key_parse(seed, &key), ERR_OK);
	webhook_key_public(&key, text);
	assert_string_equal(text, "whpk_A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=");
	webhook_key_print(&key, text);
	assert_string_equal(text, pair);
}

static void test_new_keys_are_read_again_and_differ(void **state)
{
	(void)state;
	for (unsigned ed25519 = 0; ed25519 < 2; ed25519++) {
		char one[WEBHOOK_KEY_TEXT_SIZE], other[WEBHOOK_KEY_TEXT_SIZE];
		struct webhook_key a, b;

		assert_int_equal(webhook_key_new(ed25519 == 1, &a), ERR_OK);
		assert_int_equal(webhook_key_new(ed25519 == 1, &b), ERR_OK);
		webhook_key_print(&a, one);
		webhook_key_print(&b, other);
		assert_string_not_equal(one, other);
		assert_int_equal(webhook_key_parse(one, &b), ERR_OK);
		assert_memory_equal(&a, &b, sizeof a);
		webhook_key_public(&a, other);
		assert_int_equal(other[0] != '\0', ed25519 == 1);
		webhook_key_erase(&a);
		memset(&b, 0, sizeof b);
		assert_memory_equal(&a, &b, sizeof a);
	}
}

static void test_what_is_no_key_is_refused(void **state)
{
	static const char *const wrong[] = {
		"",
		"whsec_",
		"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
		"WHSEC_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
		/* 23 bytes, and 65 */
		"whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
		"whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
		"AAAAAAAAAAAAAAAAAAAAAAAAAAA=",
		/* blanks, another alphabet, bits left over, no padding */
		"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS ",
		" whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
		"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS\n",
		"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa-_",
		"whsec_AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyB=",
		"whsec_AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA",
		/* of pairs: 24 bytes, and a public half of another seed */
		"whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
		"whsk_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8DoQe/"
		"884Qvh1w3RjnS8CZZ+TWMJulDV8d3I"
		"ZkElUxuQ==",
		"whpk_A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=",
	};
	struct webhook_key key;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		if (webhook_key_parse(wrong[i], &key) != ERR_USAGE)
			fail_msg("%s", wrong[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_secrets_sign_as_the_specification_says),
		cmocka_unit_test(test_pairs_sign_as_the_specification_says),
		cmocka_unit_test(test_new_keys_are_read_again_and_differ),
		cmocka_unit_test(test_what_is_no_key_is_refused),
	};

	return cmocka_run_group_tests_name("webhook_key", tests, NULL, NULL);
}
