/* The directory: what a registry signs, what a file holds, and each way in which a tree can be
 * none. */
#include "proto/directory.h"

#include <string.h>

#include "proto/digest.h"
#include "proto/directory_file.h"
#include "proto/directory_tree.h"
#include "proto/envelope.pb-c.h"
#include "proto/fields.h"
#include "proto/merkle.h"
#include "proto/seal.h"
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

static void test_entry_comes_back_as_it_was(void **state)
{
	struct fixture *f = *state;
	text_t organs[] = { "000.00.00.H01", "G22.1" };
	const struct organ_days days[] = { { "G22.1", "2020-07-22", "" } };
	struct rec_committee c = f->entries[0], out;
	struct blob bytes;

	c.organ_ids = organs;
	c.organ_id_count = 2;
	c.organs = days;
	c.organ_count = 1;
	c.no_seal = true;
	c.retired = true;
	c.changed_in = 9;
	assert_ok(directory_entry_pack(f->arena, &c, &bytes));
	assert_ok(directory_entry_unpack(f->arena, bytes, &out));
	assert_string_equal(out.id.text, "huyen-a");
	assert_string_equal(out.superior.text, "tinh");
	assert_string_equal(out.name, c.name);
	assert_string_equal(out.symbol, c.symbol);
	assert_string_equal(out.endpoint, c.endpoint);
	assert_string_equal(out.term_name, "2025-2030");
	assert_string_equal(out.term_from, "2025-07-01");
	assert_true(out.no_seal && out.retired && out.changed_in == 9);
	assert_int_equal(out.organ_id_count, 2);
	assert_string_equal(out.organ_ids[1], "G22.1");
	assert_int_equal(out.organ_count, 1);
	assert_string_equal(out.organs[0].code, "G22.1");
	assert_string_equal(out.organs[0].from, "2020-07-22");
	assert_string_equal(out.organs[0].until, "");
	assert_int_equal(out.key_count, 1);
	assert_memory_equal(&out.keys[0].key_id, &c.keys[0].key_id, 32);
	assert_memory_equal(out.keys[0].public_key, c.keys[0].public_key, 32);
	assert_int_equal(out.keys[0].certificate.len_bytes, c.keys[0].certificate.len_bytes);
	assert_true(out.keys[0].from_ms == c.keys[0].from_ms);
	assert_int_equal(out.entry.len_bytes, bytes.len_bytes);
	assert_memory_equal(out.entry.data, bytes.data, bytes.len_bytes);
}

static enum err entry_back(struct fixture *f, const struct rec_committee *c)
{
	struct rec_committee out;
	struct blob bytes;

	assert_ok(directory_entry_pack(f->arena, c, &bytes));
	return directory_entry_unpack(f->arena, bytes, &out);
}

static void test_days_are_of_a_code_of_the_entry_and_there(void **state)
{
	struct fixture *f = *state;
	text_t organs[] = { "G22.1" };
	struct organ_days days[17] = { { "G22.1", "", "2020-07-22" } };
	struct rec_committee c = f->entries[0];

	c.organ_ids = organs;
	c.organ_id_count = 1;
	c.organs = days;
	c.organ_count = 1;
	assert_ok(entry_back(f, &c));
	days[0].code = "G22.2";
	assert_int_equal(entry_back(f, &c), ERR_FORMAT);
	days[0].code = "G22.1";
	days[0].until = "2020-02-30";
	assert_int_equal(entry_back(f, &c), ERR_FORMAT);
	days[0].until = "";
	days[0].from = "soon";
	assert_int_equal(entry_back(f, &c), ERR_FORMAT);
	for (size_t i = 0; i < COUNT_OF(days); i++)
		days[i] = (struct organ_days){ "G22.1", "", "" };
	c.organ_count = COUNT_OF(days);
	assert_int_equal(entry_back(f, &c), ERR_FORMAT);
}

static void test_entry_fields_have_their_bounds(void **state)
{
	struct fixture *f = *state;
	char text[COMMITTEE_NAME_MAX + 2];
	static text_t organs[17];
	static struct key_entry keys[65];
	struct rec_committee c;

	memset(text, 'a', sizeof text);
	text[sizeof text - 1] = '\0';
	c = f->entries[0];
	c.name = text;
	assert_int_equal(entry_back(f, &c), ERR_FORMAT);
	c = f->entries[0];
	text[SYMBOL_MAX + 1] = '\0';
	c.symbol = text;
	assert_int_equal(entry_back(f, &c), ERR_FORMAT);
	c = f->entries[0];
	c.term_from = "2025-13-01";
	assert_int_equal(entry_back(f, &c), ERR_FORMAT);
	c = f->entries[0];
	memset(&c.id, 0, sizeof c.id);
	assert_int_equal(entry_back(f, &c), ERR_FORMAT);
	c = f->entries[0];
	memcpy(c.superior.text, "a/b", 4);
	assert_int_equal(entry_back(f, &c), ERR_FORMAT);
	c = f->entries[0];
	for (size_t i = 0; i < COUNT_OF(organs); i++)
		organs[i] = "x";
	c.organ_ids = organs;
	c.organ_id_count = 16;
	assert_ok(entry_back(f, &c));
	c.organ_id_count = 17;
	assert_int_equal(entry_back(f, &c), ERR_FORMAT);
	c = f->entries[0];
	for (size_t i = 0; i < COUNT_OF(keys); i++)
		keys[i] = f->entries[0].keys[0];
	c.keys = keys;
	c.key_count = 64;
	assert_ok(entry_back(f, &c));
	c.key_count = 65;
	assert_int_equal(entry_back(f, &c), ERR_FORMAT);
	c.key_count = 1;
	keys[0].use = (enum key_use)9;
	assert_int_equal(entry_back(f, &c), ERR_FORMAT);
	c = f->entries[0];
	memset(text, 'a', sizeof text);
	text[COMMITTEE_ID_MAX + 1] = '\0';
	organs[0] = text;
	c.organ_ids = organs;
	c.organ_id_count = 1;
	assert_int_equal(entry_back(f, &c), ERR_FORMAT);
}

/* Where it stood and how it was judged: ascending, bounded, and the last is what it is now. */
static void test_what_was_before_ends_with_what_is(void **state)
{
	enum { PLACES = 64 };
	struct fixture *f = *state;
	struct rec_committee c = f->entries[0], plain = c;
	struct level_since levels[LEVELS_MAX + 1];
	struct tenure places[PLACES + 1];

	for (unsigned i = 0; i < COUNT_OF(places); i++)
		places[i] = (struct tenure){ .since = 1 + i, .superior = c.superior };
	c.places = places;
	c.place_count = PLACES;
	assert_ok(entry_back(f, &c));
	c.place_count++;
	assert_int_equal(entry_back(f, &c), ERR_FORMAT);
	c.place_count = 2;
	places[1].since = places[0].since;
	assert_int_equal(entry_back(f, &c), ERR_FORMAT);
	places[1].since++;
	places[1].retired = true;
	assert_int_equal(entry_back(f, &c), ERR_FORMAT);
	c = plain;
	for (unsigned i = 0; i < COUNT_OF(levels); i++)
		levels[i] = (struct level_since){ .since = 1 + i, .level = "xã" };
	c.level = "xã";
	c.levels = levels;
	c.level_count = LEVELS_MAX;
	assert_ok(entry_back(f, &c));
	c.level_count++;
	assert_int_equal(entry_back(f, &c), ERR_FORMAT);
	c.level_count = 2;
	levels[1].since = levels[0].since;
	assert_int_equal(entry_back(f, &c), ERR_FORMAT);
	levels[1].since++;
	c.level = "huyện";
	assert_int_equal(entry_back(f, &c), ERR_FORMAT);
}

static void test_empty_or_broken_entry_is_a_format_error(void **state)
{
	struct fixture *f = *state;
	struct rec_committee out;

	assert_int_equal(directory_entry_unpack(f->arena, (struct blob){ NULL, 0 }, &out),
			 ERR_FORMAT);
	assert_int_equal(directory_entry_unpack(f->arena, fixture_blob("\x0a"), &out), ERR_FORMAT);
	assert_int_equal(directory_entry_unpack(f->arena, fixture_blob("\x0a\x01\xff"), &out),
			 ERR_UTF8);
}

static void test_root_is_over_the_exact_entries_in_their_order(void **state)
{
	struct fixture *f = *state;
	struct digest leaves[FIXTURE_COMMITTEES], expected, root;
	struct rec_committee swapped;

	for (unsigned i = 0; i < FIXTURE_COMMITTEES; i++)
		leaves[i] = merkle_leaf(f->entries[i].entry);
	expected = merkle_root(leaves, FIXTURE_COMMITTEES);
	assert_ok(directory_root(f->entries, FIXTURE_COMMITTEES, &root));
	assert_true(digest_equal(&root, &expected));
	swapped = f->entries[0];
	f->entries[0] = f->entries[1];
	f->entries[1] = swapped;
	assert_int_equal(directory_root(f->entries, FIXTURE_COMMITTEES, &root), ERR_FORMAT);
	f->entries[0] = f->entries[1];
	/* twice the same */
	assert_int_equal(directory_root(f->entries, FIXTURE_COMMITTEES, &root), ERR_FORMAT);
}

static void no_tree(struct fixture *f, const char *culprit, const char *word)
{
	struct committee_id who;
	const char *what;

	assert_int_equal(directory_check_tree(f->entries, FIXTURE_COMMITTEES, &who, &what),
			 ERR_BAD_TREE);
	assert_string_equal(who.text, culprit);
	if (strstr(what, word) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", what, word);
}

static void test_each_fault_of_a_tree_names_its_culprit(void **state)
{
	struct fixture *f = *state;
	struct rec_committee good[FIXTURE_COMMITTEES];
	struct key_entry key = f->entries[3].keys[0];
	struct committee_id who;
	const char *what;

	memcpy(good, f->entries, sizeof good);
	assert_ok(directory_check_tree(f->entries, FIXTURE_COMMITTEES, &who, &what));
	f->entries[3].superior = fixture_id("nowhere");
	no_tree(f, "xa-a1", "not in the list");
	f->entries[3].superior = fixture_id("xa-cu");
	no_tree(f, "xa-a1", "ended");
	f->entries[3].superior = fixture_id("xa-b1");
	no_tree(f, "xa-a1", "endpoint");
	f->entries[3].superior = (struct committee_id){ "" };
	no_tree(f, "xa-a1", "second");
	memcpy(f->entries, good, sizeof good);
	/* tinh below xa-a1 below huyen-a below tinh; huyen-b only hangs there */
	f->entries[2].superior = fixture_id("xa-a1");
	f->entries[3].endpoint = "tcp://127.0.0.1:7000";
	assert_int_equal(directory_check_tree(f->entries, FIXTURE_COMMITTEES, &who, &what),
			 ERR_BAD_TREE);
	assert_string_not_equal(who.text, "huyen-b");
	assert_non_null(strstr(what, "below itself"));
	memcpy(f->entries, good, sizeof good);
	f->entries[2].superior = fixture_id("tinh");
	no_tree(f, "tinh", "below itself");
	memcpy(f->entries, good, sizeof good);
	f->entries[1].endpoint = "ipc:///tmp/x";
	no_tree(f, "huyen-b", "tcp://");
	f->entries[1].endpoint = "tcp://*:7000";
	no_tree(f, "huyen-b", "tcp://");
	memcpy(f->entries, good, sizeof good);
	f->entries[4] = f->entries[3];
	no_tree(f, "xa-a1", "twice");
	memcpy(f->entries, good, sizeof good);
	f->entries[3] = good[4];
	f->entries[4] = good[3];
	no_tree(f, "xa-a1", "order");
	memcpy(f->entries, good, sizeof good);
	key.key_id.bytes[0] ^= 1;
	f->entries[3].keys = &key;
	no_tree(f, "xa-a1", "key");
	memcpy(f->entries, good, sizeof good);
	for (unsigned i = 0; i < FIXTURE_COMMITTEES; i++)
		f->entries[i].retired = true;
	no_tree(f, "", "at the top");
	memcpy(f->entries, good, sizeof good);
	assert_int_equal(directory_check_tree(NULL, 0, &who, &what), ERR_BAD_TREE);
	assert_non_null(what);
}

static void test_key_of_two_committees_is_no_tree(void **state)
{
	struct fixture *f = *state;
	struct committee_id who;
	const char *what;

	f->entries[4].keys = f->entries[3].keys;
	assert_int_equal(directory_check_tree(f->entries, FIXTURE_COMMITTEES, &who, &what),
			 ERR_BAD_TREE);
}

static void test_a_tree_takes_what_it_was_made_for_and_is_checked_bit_by_bit(void **state)
{
	struct fixture *f = *state;
	struct directory_tree *t = directory_tree_new(FIXTURE_COMMITTEES - 1);
	unsigned steps = 0;
	bool done = false;

	assert_non_null(t);
	for (unsigned i = 0; i + 1 < FIXTURE_COMMITTEES; i++)
		assert_ok(directory_tree_add(t, &f->entries[i], false));
	assert_int_equal(directory_tree_add(t, &f->entries[FIXTURE_COMMITTEES - 1], false),
			 ERR_TOO_LARGE);
	for (; !done; steps++)
		assert_ok(directory_tree_check(t, 1, &done));
	/* each is linked, and then looked at */
	assert_int_equal(steps, 2 * (FIXTURE_COMMITTEES - 1));
	directory_tree_destroy(t);
}

static void test_tree_is_at_most_sixteen_deep(void **state)
{
	static struct rec_committee chain[TREE_DEPTH_MAX + 2];
	static char names[COUNT_OF(chain)][8];
	struct committee_id who;
	const char *what;

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(chain); i++) {
		names[i][0] = 'c';
		names[i][1] = (char)('a' + i);
		chain[i] = (struct rec_committee){ .id = fixture_id(names[i]),
						   .name = "",
						   .symbol = "",
						   .endpoint = "tcp://h:1" };
		if (i > 0)
			chain[i].superior = chain[i - 1].id;
	}
	assert_ok(directory_check_tree(chain, TREE_DEPTH_MAX + 1, &who, &what));
	assert_int_equal(directory_check_tree(chain, TREE_DEPTH_MAX + 2, &who, &what),
			 ERR_BAD_TREE);
	assert_string_equal(who.text, chain[TREE_DEPTH_MAX + 1].id.text);
}

static void test_nothing_is_signed_of_entries_in_another_order(void **state)
{
	struct fixture *f = *state;
	const struct rec_committee swapped[] = { f->entries[1], f->entries[0] };
	const struct directory_issue issue = { .version = 2 };
	uint64_t before = signer_count(f->registry);
	struct rec_directory head;

	assert_int_equal(
		directory_sign(f->registry, f->arena, swapped, COUNT_OF(swapped), &issue, &head),
		ERR_FORMAT);
	assert_int_equal(signer_count(f->registry), before);
}

static void test_head_opens_under_its_root_only(void **state)
{
	struct fixture *f = *state, *other = fixture_new();
	struct digest previous = fixture_digest("before");
	struct rec_directory signed_head, head;
	struct draft d;

	assert_ok(directory_sign(
		f->registry, f->arena, f->entries, FIXTURE_COMMITTEES,
		&(struct directory_issue){
			3, &previous, FIXTURE_NOW_MS, FIXTURE_NOW_MS + 5,
			{ NULL, 0 }, { NULL, 0 } },
		&signed_head));
	assert_ok(directory_head_open(f->arena, signed_head.head, f->root_der, &head));
	assert_true(head.version == 3 && head.valid_until_ms == FIXTURE_NOW_MS + 5 &&
		    head.entry_count == FIXTURE_COMMITTEES);
	assert_true(digest_equal(&head.entries_root, &signed_head.entries_root));
	assert_true(digest_equal(&head.digest, &signed_head.digest));
	assert_int_equal(directory_head_open(f->arena, signed_head.head, other->root_der, &head),
			 ERR_SIGNATURE);
	assert_int_equal(
	    directory_head_open(f->arena, signed_head.head, fixture_blob("no root"), &head),
	    ERR_CERTIFICATE);
	assert_int_equal(
	    directory_head_open(f->arena, (struct blob){ NULL, 0 }, f->root_der, &head),
	    ERR_FORMAT);
	/* A registry whose clock is years ahead: versions and the root decide, no clock is
	 * asked. */
	assert_ok(directory_sign(
		f->registry, f->arena, f->entries, FIXTURE_COMMITTEES,
		&(struct directory_issue){
			4, &previous, 2 * FIXTURE_NOW_MS, 3 * FIXTURE_NOW_MS,
			{ NULL, 0 }, { NULL, 0 } },
		&signed_head));
	assert_ok(directory_head_open(f->arena, signed_head.head, f->root_der, &head));
	assert_true(head.version == 4);
	/* Another kind of envelope, signed by the registry's key under a committee's name. */
	d = fixture_document(f, "tinh", 1, (const char *const[]){ "*", NULL });
	assert_ok(seal_drafts(f->registry, f->arena, &d, 1));
	assert_int_not_equal(directory_head_open(f->arena, d.envelope, f->root_der, &head), ERR_OK);
	fixture_free(other);
}

static void test_file_goes_and_comes_back(void **state)
{
	struct fixture *f = *state;
	struct directory d = fixture_directory(f, 2), back;
	struct blob bytes;

	assert_ok(directory_file_pack(f->arena, &d, &bytes));
	assert_ok(directory_file_open(f->arena, bytes, f->root_der, NULL, &back));
	assert_int_equal(back.entry_count, FIXTURE_COMMITTEES);
	assert_true(back.head.version == 2);
	assert_string_equal(back.entries[6].id.text, "xa-cu");
	assert_true(back.entries[6].retired);
}

static enum err open_changed(struct fixture *f, struct directory *d)
{
	struct directory back;
	struct blob bytes;

	assert_ok(directory_file_pack(f->arena, d, &bytes));
	return directory_file_open(f->arena, bytes, f->root_der, NULL, &back);
}

static void test_tampered_missing_or_added_entry_is_a_digest_error(void **state)
{
	struct fixture *f = *state;
	struct directory d = fixture_directory(f, 2);
	struct rec_committee good = f->entries[3];

	f->entries[3].name = "Another name";
	fixture_repack(f, 3);
	assert_int_equal(open_changed(f, &d), ERR_DIGEST);
	f->entries[3] = good;
	d.entry_count--;
	assert_int_equal(open_changed(f, &d), ERR_DIGEST);
	d.entry_count++;
	assert_ok(open_changed(f, &d));
}

static void test_flipped_bit_in_a_file_is_refused(void **state)
{
	struct fixture *f = *state;
	struct directory d = fixture_directory(f, 2), back;
	struct arena *a = arena_new(16 << 20);
	struct blob bytes;
	uint8_t *copy;

	assert_ok(directory_file_pack(f->arena, &d, &bytes));
	copy = arena_alloc(f->arena, bytes.len_bytes);
	memcpy(copy, bytes.data, bytes.len_bytes);
	for (size_t bit = 0; bit < bytes.len_bytes * 8; bit += 13) {
		arena_reset(a);
		copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (directory_file_open(a, (struct blob){ copy, bytes.len_bytes }, f->root_der,
					NULL, &back) == ERR_OK)
			/* nothing that counts */
			assert_true(digest_equal(&back.head.digest, &d.head.digest));
		copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	for (size_t len = 0; len < bytes.len_bytes; len += 31) {
		arena_reset(a);
		assert_int_not_equal(
		    directory_file_open(a, (struct blob){ copy, len }, f->root_der, NULL, &back),
		    ERR_OK);
	}
	arena_destroy(a);
}

static void
test_signed_directory_that_is_no_tree_or_has_a_foreign_certificate_is_refused(void **state)
{
	struct fixture *f = *state, *other = fixture_new();
	struct rec_committee good = f->entries[3];
	struct key_entry key = good.keys[0];
	struct directory d;

	f->entries[3].superior = (struct committee_id){ "" };
	fixture_repack(f, 3);
	d = fixture_directory(f, 2);
	assert_int_equal(open_changed(f, &d), ERR_BAD_TREE);
	f->entries[3] = good;
	f->entries[3].keys = &key;
	key.certificate = other->entries[3].keys[0].certificate;
	fixture_repack(f, 3);
	d = fixture_directory(f, 2);
	assert_int_equal(open_changed(f, &d), ERR_CERTIFICATE);
	key.certificate = f->entries[4].keys[0].certificate; /* a good one, for another key */
	fixture_repack(f, 3);
	d = fixture_directory(f, 2);
	assert_int_equal(open_changed(f, &d), ERR_CERTIFICATE);
	fixture_free(other);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_entry_comes_back_as_it_was),
		TEST(test_days_are_of_a_code_of_the_entry_and_there),
		TEST(test_entry_fields_have_their_bounds),
		TEST(test_what_was_before_ends_with_what_is),
		TEST(test_empty_or_broken_entry_is_a_format_error),
		TEST(test_root_is_over_the_exact_entries_in_their_order),
		TEST(test_each_fault_of_a_tree_names_its_culprit),
		TEST(test_key_of_two_committees_is_no_tree),
		TEST(test_a_tree_takes_what_it_was_made_for_and_is_checked_bit_by_bit),
		TEST(test_tree_is_at_most_sixteen_deep),
		TEST(test_nothing_is_signed_of_entries_in_another_order),
		TEST(test_head_opens_under_its_root_only),
		TEST(test_file_goes_and_comes_back),
		TEST(test_tampered_missing_or_added_entry_is_a_digest_error),
		TEST(test_flipped_bit_in_a_file_is_refused),
		TEST(test_signed_directory_that_is_no_tree_or_has_a_foreign_certificate_is_refused),
	};

	return cmocka_run_group_tests_name("directory", tests, NULL, NULL);
}
