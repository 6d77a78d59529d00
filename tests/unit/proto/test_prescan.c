/* The look over hostile protobuf bytes. What it lets through must unpack; what it must stop is
 * listed by hand. */
#include "proto/prescan.h"

#include <string.h>

#include "proto/control.pb-c.h"
#include "proto/envelope.pb-c.h"
#include "proto/pb.h"
#include "proto/peer.pb-c.h"
#include "proto/record.pb-c.h"
#include "proto/utf8.h"
#include "tests/unit/support/fixture.h"

#define BYTES(text) ((struct blob){ (const uint8_t *)(text), sizeof(text) - 1 })

static enum err scan_envelope(struct blob b)
{
	return prescan(&vanthu__v1__envelope__descriptor, b);
}

static void test_utf8_takes_what_rfc_3629_takes(void **state)
{
	(void)state;
	assert_true(utf8_valid(BYTES("")));
	assert_true(utf8_valid(BYTES("Đảng ủy xã")));
	assert_true(utf8_valid(BYTES("\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef"
				     "\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf")));
}

static void test_utf8_refuses_overlong_surrogate_nul_and_cut_off(void **state)
{
	static const struct blob bad[] = {
		BYTES("\0"),
		BYTES("a\0b"),
		BYTES("\x80"),
		BYTES("\xbf"),
		BYTES("\xc0\x80"),
		BYTES("\xc1\xbf"),
		BYTES("\xe0\x9f\xbf"),
		BYTES("\xe0\x80\x80"),
		BYTES("\xf0\x8f\xbf\xbf"),
		BYTES("\xf0\x80\x80\x80"),
		BYTES("\xed\xa0\x80"),
		BYTES("\xed\xbf\xbf"),
		BYTES("\xf4\x90\x80\x80"),
		BYTES("\xf5\x80\x80\x80"),
		BYTES("\xf8\x88\x80\x80\x80"),
		BYTES("\xfe"),
		BYTES("\xff"),
		BYTES("\xc2"),
		BYTES("a\xe1\xba"),
		BYTES("\xf0\x9f\x98"),
		BYTES("\xc2\x41"),
		BYTES("\xe1\x41\x80"),
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		if (utf8_valid(bad[i]))
			fail_msg("sequence %zu is taken", i);
	}
}

static void test_string_field_with_bad_utf8_or_nul_is_named_so(void **state)
{
	(void)state;
	assert_ok(scan_envelope(BYTES("\x12\x02" "ab")));
	assert_int_equal(scan_envelope(BYTES("\x12\x02" "a\0")), ERR_UTF8);
	assert_int_equal(scan_envelope(BYTES("\x12\x02\xc0\x80")), ERR_UTF8);
	assert_ok(scan_envelope(BYTES("\x0a\x02\xc0\x80"))); /* bytes may be anything */
}

static void test_truncated_bytes_are_refused_at_every_place(void **state)
{
	static const uint8_t good[] = { 0x0a, 0x03, 1,	  2,	3,    0x12, 0x02, 'a',
					'b',  0x1a, 0x04, 0x0a, 0x02, 9,    9 };
	static const size_t ends[] = { 0, 5, 9 };

	(void)state;
	for (size_t len = 0; len < sizeof good; len++) {
		bool at_an_end = false;

		for (size_t i = 0; i < COUNT_OF(ends); i++)
			at_an_end = at_an_end || ends[i] == len;
		assert_int_equal(scan_envelope((struct blob){ good, len }),
				 at_an_end ? ERR_OK : ERR_FORMAT);
	}
	assert_ok(scan_envelope((struct blob){ good, sizeof good }));
}

static void test_wrong_wire_types_groups_and_field_zero_are_refused(void **state)
{
	static const struct blob bad[] = {
		BYTES("\x08\x01"),                 /* payload as a number */
		BYTES("\x15\x01\x02\x03\x04"),     /* payload_type as fixed32 */
		BYTES("\x1b\x1c"),                 /* signatures as a group */
		BYTES("\x7b\x7c"),                 /* an unknown group */
		BYTES("\x02\x00"),                 /* field 0 */
		BYTES("\x0e\x00"), BYTES("\x0f\x00"), /* wire types 6 and 7 */
		BYTES("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), /* a number of 11 bytes */
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		if (scan_envelope(bad[i]) != ERR_FORMAT)
			fail_msg("bytes %zu are taken", i);
	}
	/* A number that is not repeated cannot be packed; one that is can. */
	assert_int_equal(prescan(&vanthu__v1__ping__descriptor, BYTES("\x0a\x01\x01")), ERR_FORMAT);
	assert_ok(prescan(&vanthu__v1__complete__descriptor, BYTES("\x1a\x02\x01\x02")));
	assert_int_equal(
	    prescan(&vanthu__v1__ping__descriptor, BYTES("\x09\x01\x02\x03\x04\x05\x06\x07\x08")),
	    ERR_FORMAT);
}

static void test_unknown_fields_of_every_wire_type_are_passed_over(void **state)
{
	(void)state;
	assert_ok(scan_envelope(BYTES("\xf8\x01\x05"
				      "\xf9\x01"
				      "12345678"
				      "\xfa\x01\x02\xff\xfe"
				      "\xfd\x01"
				      "1234")));
	assert_int_equal(scan_envelope(BYTES("\xf9\x01" "1234567")), ERR_FORMAT);
	assert_int_equal(scan_envelope(BYTES("\xfd\x01" "123")), ERR_FORMAT);
}

static void test_length_beyond_the_end_is_refused_also_when_it_overflows(void **state)
{
	(void)state;
	assert_int_equal(scan_envelope(BYTES("\x0a\x7f" "abc")), ERR_FORMAT);
	assert_int_equal(scan_envelope(BYTES("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"
					     "abc")),
			 ERR_FORMAT);
	assert_int_equal(scan_envelope(BYTES("\xfa\x01\xff\xff\xff\xff\x0f" "abc")), ERR_FORMAT);
}

static void test_more_elements_than_the_bound_are_refused(void **state)
{
	static uint8_t many[2 * 65537];

	(void)state;
	for (size_t i = 0; i < sizeof many; i += 2)
		many[i] = 0x1a; /* an empty signature */
	assert_ok(scan_envelope((struct blob){ many, sizeof many - 2 }));
	assert_int_equal(scan_envelope((struct blob){ many, sizeof many }), ERR_FORMAT);
}

static void test_unpacking_stops_at_the_budget(void **state)
{
	struct arena *a = arena_new(10000);
	static uint8_t many[2 * 5000];
	enum err e = ERR_OK;

	(void)state;
	for (size_t i = 0; i < sizeof many; i += 2)
		many[i] = 0x1a;
	assert_null(pb_unpack(a, &vanthu__v1__envelope__descriptor,
			      (struct blob){ many, sizeof many }, &e));
	assert_int_equal(e, ERR_NO_MEMORY);
	arena_destroy(a);
}

static const ProtobufCFieldDescriptor *data_field(void)
{
	return protobuf_c_message_descriptor_get_field_by_name(&vanthu__v1__chunk__descriptor,
							       "data");
}

static void test_large_field_that_stands_last_is_not_copied(void **state)
{
	struct arena *a = arena_new(4096);
	/* twice: the last one counts */
	struct blob bytes = BYTES("\x10\x07\x32\x01x\x32\x03" "abc"), large;
	const Vanthu__V1__Chunk *m;
	enum err e;

	(void)state;
	m = pb_unpack_around(a, &vanthu__v1__chunk__descriptor, bytes, data_field(), &large, &e);
	assert_non_null(m);
	assert_int_equal(m->seq, 7);
	assert_true(large.len_bytes == 3 && large.data == bytes.data + bytes.len_bytes - 3);
	arena_destroy(a);
}

static void test_large_field_elsewhere_or_not_there_is_found_all_the_same(void **state)
{
	static const struct blob forms[] = { BYTES("\x32\x03"
						   "abc"
						   "\x10\x07"),
					     BYTES("\x32\x03"
						   "abc"
						   "\x10\x07\x7d"
						   "1234"),
					     BYTES("\x7d"
						   "1234"
						   "\x10\x07\x32\x03"
						   "abc") };
	struct arena *a = arena_new(4096);
	struct blob large;
	enum err e;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(forms); i++) {
		const Vanthu__V1__Chunk *m = pb_unpack_around(a, &vanthu__v1__chunk__descriptor,
							      forms[i], data_field(), &large, &e);

		assert_non_null(m);
		assert_int_equal(m->seq, 7);
		assert_int_equal(large.len_bytes, 3);
		assert_memory_equal(large.data, "abc", 3);
	}
	assert_non_null(pb_unpack_around(a, &vanthu__v1__chunk__descriptor,
					 (struct blob){ NULL, 0 }, data_field(), &large, &e));
	assert_int_equal(large.len_bytes, 0);
	assert_non_null(pb_unpack_around(a, &vanthu__v1__chunk__descriptor, BYTES("\x10\x07"),
					 data_field(), &large, &e));
	assert_int_equal(large.len_bytes, 0);
	arena_destroy(a);
}

static void test_bad_bytes_before_or_in_the_large_field_are_refused(void **state)
{
	static const struct blob bad[] = {
		BYTES("\x32\x04"
		      "abc"),
		BYTES("\x10"),
		BYTES("\x12\x00\x32\x03"
		      "abc"),
		BYTES("\x32"),
		BYTES("\x10\x07\x32\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"
		      "abc"),
		BYTES("\x30\x03")
	};
	struct arena *a = arena_new(4096);
	struct blob large;
	enum err e;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		if (pb_unpack_around(a, &vanthu__v1__chunk__descriptor, bad[i], data_field(),
				     &large, &e) != NULL ||
		    e != ERR_FORMAT)
			fail_msg("bytes %zu are taken", i);
	}
	arena_destroy(a);
}

static void test_empty_message_unpacks_and_packs(void **state)
{
	struct arena *a = arena_new(1 << 20);
	Vanthu__V1__Envelope *m, empty = VANTHU__V1__ENVELOPE__INIT;
	struct blob out;
	enum err e;

	(void)state;
	m = pb_unpack(a, &vanthu__v1__envelope__descriptor, (struct blob){ NULL, 0 }, &e);
	assert_non_null(m);
	assert_ok(e);
	assert_string_equal(m->payload_type, "");
	assert_ok(pb_pack(a, &empty.base, &out));
	assert_non_null(out.data);
	assert_int_equal(out.len_bytes, 0);
	arena_destroy(a);
}

static uint64_t draw(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static size_t random_bytes(uint64_t *seed, uint8_t *out)
{
	/* Tags, lengths and continuation bytes that make sense now and then. */
	static const uint8_t likely[] = { 0x0a, 0x12, 0x1a, 0x08, 0x10, 0x18, 0x22, 0x2a, 0x80,
					  0x81, 0x00, 0x01, 0x02, 0x03, 0x04, 0xff, 0x7f, 0x8a };
	size_t len = draw(seed) % 24;

	for (size_t i = 0; i < len; i++)
		out[i] =
		    draw(seed) % 4 == 0 ? (uint8_t)draw(seed) : likely[draw(seed) % sizeof likely];
	return len;
}

static void test_whatever_passes_unpacks_given_memory(void **state)
{
	static const ProtobufCMessageDescriptor *const types[] = {
		&vanthu__v1__envelope__descriptor, &vanthu__v1__payload__descriptor,
		&vanthu__v1__complete__descriptor, &vanthu__v1__publish__descriptor,
		&vanthu__v1__hello__descriptor,	   &vanthu__v1__document_record__descriptor,
		&vanthu__v1__ping__descriptor
	};
	struct arena *a = arena_new(64 << 20);
	uint64_t seed = 88172645463325252ULL;
	unsigned passed = 0;
	uint8_t bytes[24];

	(void)state;
	for (unsigned n = 0; n < 300000; n++) {
		const ProtobufCMessageDescriptor *type = types[n % COUNT_OF(types)];
		struct blob b = { bytes, random_bytes(&seed, bytes) };
		enum err e;

		arena_reset(a);
		if (pb_unpack(a, type, b, &e) != NULL) {
			passed++;
			continue;
		}
		/* "No memory" would stop a daemon, or hold a link up for ever, for bytes that are
		 * simply wrong. */
		if (e == ERR_NO_MEMORY) {
			for (size_t i = 0; i < b.len_bytes; i++)
				print_error("%02x", bytes[i]);
			fail_msg(" as %s: out of memory", type->short_name);
		}
		assert_true(e == ERR_FORMAT || e == ERR_UTF8);
	}
	assert_true(passed > 1000);
	arena_destroy(a);
}

static void test_padded_tags_lengths_and_cut_packed_numbers_are_format_errors(void **state)
{
	static const struct {
		const ProtobufCMessageDescriptor *type;
		struct blob bytes;
	} odd[] = {
		/* a tag of six bytes */
		{ &vanthu__v1__envelope__descriptor, BYTES("\x8a\x80\x80\x80\x80\x00\x00") },
		/* a length of six bytes */
		{ &vanthu__v1__envelope__descriptor, BYTES("\x0a\x80\x80\x80\x80\x80\x00") },
		/* packed, ends inside a number */
		{ &vanthu__v1__complete__descriptor, BYTES("\x1a\x01\x80") },
		{ &vanthu__v1__complete__descriptor,
		  BYTES("\x1a\x0b\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01") },
	};
	struct arena *a = arena_new(1 << 20);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(odd); i++) {
		enum err e = ERR_OK;

		if (pb_unpack(a, odd[i].type, odd[i].bytes, &e) == NULL && e != ERR_FORMAT)
			fail_msg("bytes %zu give error %d", i, (int)e);
	}
	arena_destroy(a);
}

static enum err exact(struct arena *a, struct blob b)
{
	enum err e;
	const Vanthu__V1__Envelope *m = pb_unpack(a, &vanthu__v1__envelope__descriptor, b, &e);

	return m == NULL ? e : pb_packed_exactly(&m->base, b);
}

static void test_only_the_one_form_of_packing_is_exact(void **state)
{
	struct arena *a = arena_new(1 << 16);

	(void)state;
	assert_non_null(a);
	assert_ok(exact(a, BYTES("")));
	/* an empty field is left out */
	assert_int_equal(exact(a, BYTES("\x1a\x05\x0a\x01k\x12\x00")), ERR_FORMAT);
	assert_ok(exact(a, BYTES("\x0a\x01x\x12\x01t\x1a\x03\x0a\x01k")));
	/* another order */
	assert_int_equal(exact(a, BYTES("\x12\x01t\x0a\x01x")), ERR_FORMAT);
	/* twice */
	assert_int_equal(exact(a, BYTES("\x0a\x01x\x0a\x01x")), ERR_FORMAT);
	/* a padded length */
	assert_int_equal(exact(a, BYTES("\x0a\x81\x00x")), ERR_FORMAT);
	/* an unknown field */
	assert_int_equal(exact(a, BYTES("\x0a\x01x\x78\x01")), ERR_FORMAT);
	/* one level down */
	assert_int_equal(exact(a, BYTES("\x1a\x05\x0a\x01k\x78\x01")), ERR_FORMAT);
	/* two */
	assert_int_equal(exact(a, BYTES("\x1a\x09\x0a\x01k\x1a\x04\x10\x03\x78\x01")), ERR_FORMAT);
	assert_ok(exact(a, BYTES("\x1a\x07\x0a\x01k\x1a\x02\x10\x03")));
	/* zero said aloud */
	assert_int_equal(exact(a, BYTES("\x1a\x09\x0a\x01k\x1a\x04\x08\x00\x10\x03")), ERR_FORMAT);
	arena_destroy(a);
}

/* All members of a oneof are one pointer: the one that is set is looked into, by its own type. */
static void test_a_oneof_is_exact_by_the_member_that_it_has(void **state)
{
	const ProtobufCMessageDescriptor *type = &vanthu__v1__request__descriptor;
	Vanthu__V1__Request r = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Nothing nothing = VANTHU__V1__NOTHING__INIT;
	struct arena *a = arena_new(1 << 16);
	const Vanthu__V1__Request *m;
	struct blob bytes, longer;
	uint8_t *more;
	enum err e;

	(void)state;
	assert_non_null(a);
	r.what_case = VANTHU__V1__REQUEST__WHAT_STATUS;
	r.status = &nothing;
	assert_ok(pb_pack(a, &r.base, &bytes));
	m = pb_unpack(a, type, bytes, &e);
	assert_non_null(m);
	assert_ok(pb_packed_exactly(&m->base, bytes));
	more = arena_alloc(a, bytes.len_bytes + 3);
	memcpy(more, bytes.data, bytes.len_bytes);
	memcpy(more + bytes.len_bytes, "\xf8\x7f\x01", 3); /* field 2047 */
	longer = (struct blob){ more, bytes.len_bytes + 3 };
	m = pb_unpack(a, type, longer, &e);
	assert_non_null(m);
	assert_int_equal(pb_packed_exactly(&m->base, longer), ERR_FORMAT);
	arena_destroy(a);
}

/* None of our messages holds itself; one that did would be read to a bound. */
static void test_what_nests_without_end_is_refused(void **state)
{
	static ProtobufCMessageDescriptor nest;
	static const ProtobufCFieldDescriptor inner = { .name = "inner",
							.id = 1,
							.label = PROTOBUF_C_LABEL_NONE,
							.type = PROTOBUF_C_TYPE_MESSAGE,
							.descriptor = &nest };
	static const unsigned by_name[] = { 0 };
	static const ProtobufCIntRange range[] = { { 1, 0 }, { 0, 1 } };
	uint8_t bytes[32];

	(void)state;
	nest = (ProtobufCMessageDescriptor){ .magic = PROTOBUF_C__MESSAGE_DESCRIPTOR_MAGIC,
					     .name = "Nest",
					     .n_fields = 1,
					     .fields = &inner,
					     .fields_sorted_by_name = by_name,
					     .n_field_ranges = 1,
					     .field_ranges = range };
	for (unsigned levels = 1; levels <= 12; levels++) {
		for (unsigned i = 0; i < levels; i++) {
			bytes[2 * i] = 1 << 3 | 2;
			bytes[2 * i + 1] = (uint8_t)(2 * (levels - 1 - i));
		}
		assert_int_equal(prescan(&nest, (struct blob){ bytes, 2 * levels }),
				 levels <= 8 ? ERR_OK : ERR_FORMAT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_utf8_takes_what_rfc_3629_takes),
		cmocka_unit_test(test_utf8_refuses_overlong_surrogate_nul_and_cut_off),
		cmocka_unit_test(test_string_field_with_bad_utf8_or_nul_is_named_so),
		cmocka_unit_test(test_truncated_bytes_are_refused_at_every_place),
		cmocka_unit_test(test_wrong_wire_types_groups_and_field_zero_are_refused),
		cmocka_unit_test(test_unknown_fields_of_every_wire_type_are_passed_over),
		cmocka_unit_test(test_length_beyond_the_end_is_refused_also_when_it_overflows),
		cmocka_unit_test(test_more_elements_than_the_bound_are_refused),
		cmocka_unit_test(test_unpacking_stops_at_the_budget),
		cmocka_unit_test(test_large_field_that_stands_last_is_not_copied),
		cmocka_unit_test(test_large_field_elsewhere_or_not_there_is_found_all_the_same),
		cmocka_unit_test(test_bad_bytes_before_or_in_the_large_field_are_refused),
		cmocka_unit_test(test_empty_message_unpacks_and_packs),
		cmocka_unit_test(test_whatever_passes_unpacks_given_memory),
		cmocka_unit_test(test_padded_tags_lengths_and_cut_packed_numbers_are_format_errors),
		cmocka_unit_test(test_only_the_one_form_of_packing_is_exact),
		cmocka_unit_test(test_a_oneof_is_exact_by_the_member_that_it_has),
		cmocka_unit_test(test_what_nests_without_end_is_refused),
	};

	return cmocka_run_group_tests_name("prescan", tests, NULL, NULL);
}
