/* Hashes against vectors that others published: a wrong one here would sign and store nonsense for
 * decades. */
#include "proto/digest.h"

#include <stdlib.h>
#include <string.h>

#include "proto/crc32c.h"
#include "proto/pae.h"
#include "tests/unit/support/fixture.h"

static void expect_hex(struct digest d, const char *hex)
{
	char text[DIGEST_HEX_SIZE];

	digest_to_hex(&d, text);
	assert_string_equal(text, hex);
}

static void test_sha256_gives_the_published_values(void **state)
{
	(void)state;
	expect_hex(digest_of((struct blob){ NULL, 0 }),
		   "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	expect_hex(fixture_digest("abc"),
		   "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	expect_hex(fixture_digest("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
		   "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

static void test_pieces_hash_as_the_whole_also_while_others_hash(void **state)
{
	struct digest_stream *s = digest_begin(), *t = digest_begin();

	(void)state;
	assert_non_null(s);
	assert_non_null(t);
	digest_add(s, fixture_blob("a"));
	digest_add(t, fixture_blob("zzz"));
	expect_hex(fixture_digest("abc"),
		   "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	digest_add(s, (struct blob){ NULL, 0 });
	digest_add(s, fixture_blob("bc"));
	expect_hex(digest_end(s),
		   "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	digest_abandon(t);
	digest_abandon(NULL);
}

static void test_crc32c_gives_the_published_values_at_every_split(void **state)
{
	/* RFC 3720 B.4 */
	static const uint8_t zeros[32],
	    ones[32] = { 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
			 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
			 255, 255, 255, 255, 255, 255, 255, 255, 255, 255 };
	uint8_t up[32];

	(void)state;
	for (uint8_t i = 0; i < 32; i++)
		up[i] = i;
	assert_int_equal(crc32c(0, fixture_blob("123456789")), 0xe3069283);
	assert_int_equal(crc32c(0, (struct blob){ zeros, 32 }), 0x8a9136aa);
	assert_int_equal(crc32c(0, (struct blob){ ones, 32 }), 0x62a8ab43);
	assert_int_equal(crc32c(0, (struct blob){ up, 32 }), 0x46dd794e);
	for (size_t at = 0; at <= 32; at++)
		assert_int_equal(
		    crc32c(crc32c(0, (struct blob){ up, at }), (struct blob){ up + at, 32 - at }),
		    0x46dd794e);
	assert_int_equal(crc32c(0, (struct blob){ NULL, 0 }), 0);
	/* The processor's and the table's, whatever the alignment and the length. */
	for (size_t begin = 0; begin < 16; begin++) {
		for (size_t len = 0; len <= 16; len++) {
			struct blob some = { up + begin, len };

			assert_int_equal(crc32c(7, some), crc32c_by_table(7, some));
		}
	}
}

static void test_pae_is_the_one_written_by_hand(void **state)
{
	struct arena *a = arena_new(1 << 20);
	struct blob pae;
	struct digest by_hand, root = {{ 0xaa }};

	(void)state;
	/* The example of the DSSE protocol document. */
	assert_ok(
	    pae_encode(a, "http://example.com/HelloWorld", fixture_blob("hello world"), &pae));
	assert_int_equal(pae.len_bytes,
			 strlen("DSSEv1 29 http://example.com/HelloWorld 11 hello world"));
	assert_memory_equal(pae.data, "DSSEv1 29 http://example.com/HelloWorld 11 hello world",
			    pae.len_bytes);
	by_hand = fixture_digest("DSSEv1 29 http://example.com/HelloWorld 11 hello world");
	assert_true(
	    memcmp(digest_pae("http://example.com/HelloWorld", fixture_blob("hello world")).bytes,
		   by_hand.bytes, 32) == 0);
	assert_ok(pae_encode(a, "", (struct blob){ NULL, 0 }, &pae));
	assert_int_equal(pae.len_bytes, strlen("DSSEv1 0  0 "));
	assert_memory_equal(pae.data, "DSSEv1 0  0 ", pae.len_bytes);
	assert_ok(pae_batch(a, &root, 0x0102, &pae));
	assert_int_equal(pae.len_bytes,
			 strlen("DSSEv1 31 application/vnd.vanthu.batch.v1 40 ") + 40);
	assert_memory_equal(pae.data, "DSSEv1 31 application/vnd.vanthu.batch.v1 40 \xaa", 46);
	assert_memory_equal(pae.data + pae.len_bytes - 8, "\0\0\0\0\0\0\x01\x02", 8);
	arena_destroy(a);
}

/* Ours are short; one that is not has a digest that no envelope has. */
static void test_a_payload_type_of_any_length_has_a_digest_that_fits_nothing(void **state)
{
	struct arena *a = arena_new(1 << 20);
	char type[300];
	struct digest d, right;
	struct blob pae;

	(void)state;
	memset(type, 't', sizeof type);
	type[sizeof type - 1] = '\0';
	d = digest_pae(type, fixture_blob("payload"));
	assert_ok(pae_encode(a, type, fixture_blob("payload"), &pae));
	right = digest_of(pae);
	assert_false(digest_equal(&d, &right));
	type[200] = '\0';
	d = digest_pae(type, fixture_blob("payload"));
	assert_ok(pae_encode(a, type, fixture_blob("payload"), &pae));
	right = digest_of(pae);
	assert_true(digest_equal(&d, &right));
	arena_destroy(a);
}

static void test_pae_without_room_fails(void **state)
{
	struct arena *a = arena_new(16);
	struct blob pae;

	(void)state;
	assert_int_equal(pae_encode(a, "type", fixture_blob("payload"), &pae), ERR_NO_MEMORY);
	arena_destroy(a);
}

static void test_chain_step_is_hash_of_chain_number_and_digest(void **state)
{
	uint8_t bytes[32 + 8 + 32] = { 0 };
	struct digest chain, d = fixture_digest("envelope"), by_hand;

	(void)state;
	memset(chain.bytes, 0x11, sizeof chain.bytes);
	memset(bytes, 0x11, 32);
	bytes[38] = 0x01;
	bytes[39] = 0x02;
	memcpy(bytes + 40, d.bytes, 32);
	by_hand = digest_of((struct blob){ bytes, sizeof bytes });
	digest_chain_step(&chain, 0x0102, &d);
	assert_true(digest_equal(&chain, &by_hand));
}

static struct digest submission(const struct submission_fields *f)
{
	return digest_submission(f);
}

static void test_submission_digest_sees_every_field(void **state)
{
	struct recipient r[2] = { { .committee = { "xa" } }, { .group = GROUP_SUBTREE } };
	struct manifest_item item = fixture_inline_item();
	struct submission_fields base = { .recipients = r,
					  .recipient_count = 2,
					  .urgency = 1,
					  .secrecy = 1,
					  .body = fixture_blob("body"),
					  .manifest = &item,
					  .manifest_count = 1 },
				 f = base;
	struct digest first = submission(&base), d[11];
	static const text_t lists[] = { "auto", "B" };

	(void)state;
	f.recipient_count = 1;
	d[0] = submission(&f);
	f = base;
	f.urgency = 2;
	d[1] = submission(&f);
	f = base;
	f.secrecy = 2;
	d[2] = submission(&f);
	f = base;
	f.body = fixture_blob("bodz");
	d[3] = submission(&f);
	f = base;
	f.manifest_count = 0;
	d[4] = submission(&f);
	r[0].committee = fixture_id("xb");
	d[5] = submission(&base);
	r[0].committee = fixture_id("xa");
	item.size_bytes++;
	d[6] = submission(&base);
	item.size_bytes--;
	item.sha256.bytes[31] ^= 1;
	d[7] = submission(&base);
	item.sha256.bytes[31] ^= 1;
	f = base;
	f.number_template = "auto";
	d[8] = submission(&f);
	f = base;
	f.lists = lists;
	f.list_count = 1; /* no template of that name */
	d[9] = submission(&f);
	f.list_count = 2;
	d[10] = submission(&f);
	assert_false(digest_equal(&d[8], &d[9]));
	assert_false(digest_equal(&d[9], &d[10]));
	for (size_t i = 0; i < COUNT_OF(d); i++)
		assert_false(digest_equal(&first, &d[i]));
	d[0] = submission(&base);
	assert_true(digest_equal(&first, &d[0]));
}

static void test_hex_reads_back_and_wrong_hex_is_refused(void **state)
{
	char hex[DIGEST_HEX_SIZE + 1];
	struct digest d = fixture_digest("abc"), e;

	(void)state;
	digest_to_hex(&d, hex);
	assert_ok(digest_from_hex(hex, &e));
	assert_true(digest_equal(&d, &e));
	hex[0] = 'g';
	assert_int_equal(digest_from_hex(hex, &e), ERR_FORMAT);
	digest_to_hex(&d, hex);
	hex[63] = '\0';
	assert_int_equal(digest_from_hex(hex, &e), ERR_FORMAT);
	memset(hex, '0', 65);
	hex[65] = '\0';
	assert_int_equal(digest_from_hex(hex, &e), ERR_FORMAT);
	assert_int_equal(digest_from_hex("", &e), ERR_FORMAT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sha256_gives_the_published_values),
		cmocka_unit_test(test_pieces_hash_as_the_whole_also_while_others_hash),
		cmocka_unit_test(test_crc32c_gives_the_published_values_at_every_split),
		cmocka_unit_test(test_pae_is_the_one_written_by_hand),
		cmocka_unit_test(test_a_payload_type_of_any_length_has_a_digest_that_fits_nothing),
		cmocka_unit_test(test_pae_without_room_fails),
		cmocka_unit_test(test_chain_step_is_hash_of_chain_number_and_digest),
		cmocka_unit_test(test_submission_digest_sees_every_field),
		cmocka_unit_test(test_hex_reads_back_and_wrong_hex_is_refused),
	};

	return cmocka_run_group_tests_name("digest", tests, NULL, NULL);
}
