/* The walk over a directory where it lies, in steps of any size: the same verdict whatever they
 * are, and what a source, a registry or a neighbour may do wrong. */
#include "proto/directory_scan.h"

#include <stdlib.h>
#include <string.h>

#include "proto/body.h"
#include "proto/digest.h"
#include "proto/directory_file.h"
#include "proto/seal.h"
#include "tests/unit/support/fixture.h"

enum { STEPS_MAX = 100000 };

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

/* ---- our rows, as a store has them ---- */

struct rows {
	const struct rec_committee *list;
	uint32_t count, next;
};

static enum err next_row(void *ctx, struct arena *a, enum family family, struct scan *scan,
			 struct record *out)
{
	struct rows *r = ctx;

	(void)a;
	(void)scan;
	assert_int_equal(family, FAMILY_COMMITTEE);
	if (r->next == r->count)
		return ERR_NOT_FOUND;
	*out = (struct record){ .family = family, .u.committee = r->list[r->next++] };
	return ERR_OK;
}

static struct directory_base base_of(struct rows *r, uint64_t version)
{
	return (struct directory_base){ .version = version,
					.rows = { .ctx = r, .next = next_row } };
}

/* In steps of so much work; *steps may be NULL. */
static enum err check(const struct fixture *f, struct blob file, const struct directory_base *base,
		      uint32_t work, unsigned *steps)
{
	struct directory_scan *s = directory_scan_new(directory_source_of(&file),
						      directory_trust_root(&f->root_der), base);
	enum err e = ERR_OK;
	bool done = false;
	unsigned n = 0;

	assert_non_null(s);
	for (; e == ERR_OK && !done; n++) {
		e = directory_scan_check(s, work, &done);
		assert_true(n < STEPS_MAX);
	}
	directory_scan_destroy(s);
	if (steps != NULL)
		*steps = n;
	return e;
}

static struct blob packed(struct fixture *f, const struct directory *d)
{
	struct blob bytes;

	assert_ok(directory_file_pack(f->arena, d, &bytes));
	return bytes;
}

/* Version 2, of which only the last committee is another than in ours. */
static struct directory changed(struct fixture *f, struct rec_committee *ours)
{
	struct directory d;

	memcpy(ours, f->entries, sizeof f->entries);
	f->entries[FIXTURE_COMMITTEES - 1].name = "Tên mới";
	fixture_repack(f, FIXTURE_COMMITTEES - 1);
	d = fixture_directory(f, 2);
	d.since = 1;
	d.entries = &f->entries[FIXTURE_COMMITTEES - 1];
	d.entry_count = 1;
	return d;
}

static void test_changes_over_our_rows_are_checked_in_steps_of_any_size(void **state)
{
	struct fixture *f = *state;
	struct rec_committee ours[FIXTURE_COMMITTEES];
	struct directory d = changed(f, ours);
	struct blob file = packed(f, &d);
	unsigned all = 0, one = 0;

	for (uint32_t work = 1; work < 40; work++) {
		struct rows rows = { .list = ours, .count = FIXTURE_COMMITTEES };
		struct directory_base base = base_of(&rows, 1);

		assert_ok(check(f, file, &base, work, work == 1 ? &one : &all));
		rows.next = 0;
		rows.count--; /* a row that is not there any more: another root */
		rows.list = ours + 1;
		assert_int_equal(check(f, file, &base, work, NULL), ERR_DIGEST);
	}
	assert_true(one > 2 * all); /* they were small steps */
}

/* The change comes first, and rows of ours behind it. */
static void test_rows_behind_the_last_change_are_walked_in_steps_too(void **state)
{
	struct fixture *f = *state;
	struct rec_committee ours[FIXTURE_COMMITTEES];
	struct directory d;
	struct blob file;

	memcpy(ours, f->entries, sizeof f->entries);
	f->entries[0].name = "Tên mới";
	fixture_repack(f, 0);
	d = fixture_directory(f, 2);
	d.since = 1;
	d.entry_count = 1;
	file = packed(f, &d);
	for (uint32_t work = 1; work < 40; work++) {
		struct rows rows = { .list = ours, .count = FIXTURE_COMMITTEES };
		struct directory_base base = base_of(&rows, 1);

		assert_ok(check(f, file, &base, work, NULL));
	}
}

/* ---- sources ---- */

struct broken {
	struct blob bytes;
	unsigned left; /* reads before one fails */
};

static enum err read_broken(void *ctx, uint64_t at, uint8_t *out, size_t len_bytes)
{
	struct broken *b = ctx;

	if (b->left == 0)
		return ERR_FILE;
	b->left--;
	memcpy(out, b->bytes.data + at, len_bytes);
	return ERR_OK;
}

/* A file on a disk that does not read: never taken for a wrong one. */
static void test_a_source_that_cannot_be_read_says_so(void **state)
{
	struct fixture *f = *state;
	struct directory d = fixture_directory(f, 2);
	struct blob file = packed(f, &d);
	bool done = false;

	for (unsigned n = 0; !done; n++) {
		struct broken b = { .bytes = file, .left = n };
		struct directory_source source = { &b, file.len_bytes, read_broken };
		struct directory_scan *s =
			directory_scan_new(source, directory_trust_root(&f->root_der), NULL);
		enum err e = ERR_OK;

		assert_non_null(s);
		assert_true(n < 10);
		while (e == ERR_OK && !done)
			e = directory_scan_check(s, 1000, &done);
		assert_true(done || e == ERR_FILE);
		directory_scan_destroy(s);
	}
}

/* ---- what a file may say of itself ---- */

static size_t put_field(uint8_t *out, unsigned number, struct blob bytes)
{
	size_t at = 0, len = bytes.len_bytes;

	out[at++] = (uint8_t)(number << 3 | 2);
	for (; len >= 0x80; len >>= 7)
		out[at++] = (uint8_t)(len | 0x80);
	out[at++] = (uint8_t)len;
	if (bytes.len_bytes > 0)
		memcpy(out + at, bytes.data, bytes.len_bytes);
	return at + bytes.len_bytes;
}

static void test_since_when_is_said_once(void **state)
{
	struct fixture *f = *state;
	struct directory d = fixture_directory(f, 2);
	uint8_t *bytes = arena_alloc(f->arena, d.head.head.len_bytes + 16);
	size_t len = put_field(bytes, DIRECTORY_FIELD_HEAD, d.head.head);

	memcpy(bytes + len, (uint8_t[]){ DIRECTORY_FIELD_SINCE << 3, 1 }, 2);
	memcpy(bytes + len + 2, (uint8_t[]){ DIRECTORY_FIELD_SINCE << 3, 1 }, 2);
	assert_int_equal(check(f, (struct blob){ bytes, len + 2 }, NULL, 100, NULL),
			 ERR_DIRECTORY_AHEAD);
	assert_int_equal(check(f, (struct blob){ bytes, len + 4 }, NULL, 100, NULL), ERR_FORMAT);
}

/* A head of so many entries. */
static struct blob head_of(struct fixture *f, uint64_t entry_count)
{
	struct directory_body body = { .version = 2, .entry_count = entry_count };
	struct draft d = fixture_document(f, "tinh", 1, (const char *const[]){ NULL });

	d.head.origin = (struct committee_id){ REGISTRY_ID };
	d.head.kind = KIND_DIRECTORY;
	d.head.body_version = DIRECTORY_BODY_VERSION;
	d.head.manifest_count = 0;
	assert_ok(directory_body_pack(f->arena, &body, &d.body));
	assert_ok(seal_drafts(f->registry, f->arena, &d, 1));
	return d.envelope;
}

static void test_more_entries_than_the_bound_are_refused_whoever_signed_them(void **state)
{
	struct fixture *f = *state;
	struct blob most = head_of(f, DIRECTORY_ENTRIES_MAX);
	size_t len, bytes_max = most.len_bytes + 16 + 2 * (DIRECTORY_ENTRIES_MAX + 1);
	uint8_t *bytes = arena_alloc(f->arena, bytes_max);

	assert_non_null(bytes);
	len = put_field(bytes, DIRECTORY_FIELD_HEAD, head_of(f, DIRECTORY_ENTRIES_MAX + 1));
	assert_int_equal(check(f, (struct blob){ bytes, len }, NULL, 100, NULL), ERR_TOO_LARGE);
	len = put_field(bytes, DIRECTORY_FIELD_HEAD, most);
	for (unsigned i = 0; i < DIRECTORY_ENTRIES_MAX; i++)
		len += put_field(bytes + len, DIRECTORY_FIELD_ENTRY, (struct blob){ NULL, 0 });
	/* so many there may be, and these are none */
	assert_int_equal(check(f, (struct blob){ bytes, len }, NULL, 10000, NULL), ERR_FORMAT);
	len += put_field(bytes + len, DIRECTORY_FIELD_ENTRY, (struct blob){ NULL, 0 });
	assert_int_equal(check(f, (struct blob){ bytes, len }, NULL, 10000, NULL), ERR_TOO_LARGE);
}

/* ---- piece by piece ---- */

/* All of it in pieces of that measure; returns how many. */
static unsigned pieces(struct fixture *f, struct blob file, struct directory_measure most)
{
	struct directory_scan *s = directory_scan_new(directory_source_of(&file),
						      directory_trust_root(&f->root_der), NULL);
	struct directory_piece piece = { .last = false };
	bool done = false;
	unsigned n = 0, entries = 0;

	assert_non_null(s);
	while (!done)
		assert_ok(directory_scan_check(s, 1000, &done));
	for (; !piece.last; n++) {
		assert_ok(directory_scan_next(s, f->arena, &most, &piece));
		assert_true(piece.count > 0 && piece.count <= most.count);
		for (uint32_t i = 0; i < piece.count; i++)
			assert_string_equal(piece.entries[i].id.text,
					    f->entries[entries++].id.text);
	}
	assert_int_equal(entries, FIXTURE_COMMITTEES);
	directory_scan_destroy(s);
	return n;
}

static void test_a_piece_is_bounded_by_number_bytes_and_writes(void **state)
{
	struct fixture *f = *state;
	struct directory d = fixture_directory(f, 2);
	const struct directory_measure all = { 100, 1 << 20, 1 << 20 };
	struct directory_measure most = all;
	struct blob file = packed(f, &d);

	assert_int_equal(pieces(f, file, all), 1);
	most.count = 2;
	assert_int_equal(pieces(f, file, most), (FIXTURE_COMMITTEES + 1) / 2);
	most = all;
	most.bytes = 1; /* one at least */
	assert_int_equal(pieces(f, file, most), FIXTURE_COMMITTEES);
	most = all;
	most.writes = 2 * committee_writes(&f->entries[0]);
	assert_int_equal(pieces(f, file, most), (FIXTURE_COMMITTEES + 1) / 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_changes_over_our_rows_are_checked_in_steps_of_any_size),
		TEST(test_rows_behind_the_last_change_are_walked_in_steps_too),
		TEST(test_a_source_that_cannot_be_read_says_so),
		TEST(test_since_when_is_said_once),
		TEST(test_more_entries_than_the_bound_are_refused_whoever_signed_them),
		TEST(test_a_piece_is_bounded_by_number_bytes_and_writes),
	};

	return cmocka_run_group_tests_name("directory_scan", tests, NULL, NULL);
}
