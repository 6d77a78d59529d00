/* Attachments: the same interface test over the disk and the simulator's memory, and what only a
 * disk can get wrong: caches, crashes, damage. */
#include "daemon/files/files.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/files/disk.h"
#include "daemon/files/memory.h"
#include "proto/digest.h"
#include "proto/merkle.h"
#include "tests/unit/support/fixture.h"

enum { SIZE = 3 * CHUNK_BYTES + 1000, CHUNKS = 4 };

struct corner {
	bool disk;
	char folder[64];
	struct memory_files_disk *memory;
	struct files *files;
	const struct files_ops *ops;
	uint8_t *content;
	struct digest leaves[CHUNKS];
	struct manifest_item item; /* of content */
};

static void open_corner(struct corner *p)
{
	if (p->disk)
		assert_ok(files_disk_open(p->folder, &p->files));
	else
		assert_ok(files_memory_open(p->memory, &p->files));
	p->ops = p->files->ops;
}

static struct blob chunk(const struct corner *p, uint64_t index)
{
	return (struct blob){ p->content + index * CHUNK_BYTES,
			      index + 1 == CHUNKS ? SIZE - index * CHUNK_BYTES : CHUNK_BYTES };
}

static struct corner *corner_new(bool disk)
{
	struct corner *p = calloc(1, sizeof *p);

	assert_non_null(p);
	p->disk = disk;
	snprintf(p->folder, sizeof p->folder, "/tmp/vanthu-unit-XXXXXX");
	assert_non_null(mkdtemp(p->folder));
	p->memory = memory_files_disk_new();
	p->content = malloc(SIZE);
	assert_true(p->memory != NULL && p->content != NULL);
	for (size_t i = 0; i < SIZE; i++)
		p->content[i] = (uint8_t)(i * 7 + i / 251);
	for (uint64_t i = 0; i < CHUNKS; i++)
		p->leaves[i] = merkle_leaf(chunk(p, i));
	p->item = (struct manifest_item){ .size_bytes = SIZE,
					  .sha256 = digest_of((struct blob){ p->content, SIZE }),
					  .chunk_root = merkle_root(p->leaves, CHUNKS) };
	open_corner(p);
	return p;
}

static int set_up_disk(void **state)
{
	*state = corner_new(true);
	return 0;
}

static int set_up_memory(void **state)
{
	*state = corner_new(false);
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int tear_down(void **state)
{
	struct corner *p = *state;

	p->ops->close(p->files);
	memory_files_disk_destroy(p->memory);
	assert_int_equal(nftw(p->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
	free(p->content);
	free(p);
	return 0;
}

static struct manifest_item append_all(struct corner *p, const char *name, size_t piece)
{
	struct manifest_item item = { .inlined = false };
	struct incoming *i;

	assert_ok(p->ops->incoming_open(p->files, name, &i));
	for (size_t at = 0; at < SIZE; at += piece)
		assert_ok(p->ops->incoming_append(
		    i, (struct blob){ p->content + at, SIZE - at < piece ? SIZE - at : piece }));
	assert_ok(p->ops->incoming_finish(i, &item));
	return item;
}

static void expect_item(const struct corner *p, const struct manifest_item *item)
{
	assert_int_equal(item->size_bytes, p->item.size_bytes);
	assert_true(digest_equal(&item->sha256, &p->item.sha256));
	assert_true(digest_equal(&item->chunk_root, &p->item.chunk_root));
}

static void expect_content(struct corner *p)
{
	uint8_t *out = calloc(1, SIZE + 10);
	size_t got;

	assert_true(p->ops->exists(p->files, &p->item.sha256));
	assert_ok(p->ops->read(p->files, &p->item.sha256, 0, out, SIZE + 10, &got));
	assert_int_equal(got, SIZE);
	assert_memory_equal(out, p->content, SIZE);
	assert_ok(p->ops->read(p->files, &p->item.sha256, 3 * CHUNK_BYTES, out, CHUNK_BYTES, &got));
	assert_int_equal(got, 1000);
	assert_ok(p->ops->read(p->files, &p->item.sha256, SIZE, out, 10, &got));
	assert_int_equal(got, 0);
	free(out);
}

static void test_submission_tells_sha256_size_and_root_whatever_the_pieces(void **state)
{
	static const size_t pieces[] = { 1000, CHUNK_BYTES, CHUNK_BYTES + 1, SIZE };
	struct corner *p = *state;

	for (size_t i = 0; i < COUNT_OF(pieces); i++) {
		struct manifest_item item = append_all(p, "submit.1", pieces[i]);

		expect_item(p, &item);
		expect_content(p); /* the second and later ones find the file there */
	}
}

static void test_sealed_submission_has_its_digests_and_no_name_until_it_is_finished(void **state)
{
	struct corner *p = *state;
	struct manifest_item item, again;
	struct incoming *i;

	assert_ok(p->ops->incoming_open(p->files, "submit.1", &i));
	assert_ok(p->ops->incoming_append(i, (struct blob){ p->content, SIZE }));
	assert_ok(p->ops->incoming_seal(i, &item));
	expect_item(p, &item);
	assert_ok(p->ops->incoming_seal(i, &item));
	expect_item(p, &item);
	assert_false(p->ops->exists(p->files, &item.sha256));
	assert_ok(p->ops->incoming_finish(i, &again));
	expect_item(p, &again);
	expect_content(p);
}

static void test_sealed_submission_that_is_forgotten_leaves_nothing(void **state)
{
	struct corner *p = *state;
	struct manifest_item item;
	struct incoming *i;
	char part[200];

	assert_ok(p->ops->incoming_open(p->files, "submit.1", &i));
	assert_ok(p->ops->incoming_append(i, (struct blob){ p->content, SIZE }));
	assert_ok(p->ops->incoming_seal(i, &item));
	p->ops->incoming_close(i, true);
	assert_false(p->ops->exists(p->files, &item.sha256));
	snprintf(part, sizeof part, "%s/incoming/submit.1.part", p->folder);
	assert_int_not_equal(access(part, F_OK), 0);
}

static void test_empty_file_has_the_digest_and_root_of_nothing(void **state)
{
	struct corner *p = *state;
	struct digest nothing = digest_of((struct blob){ NULL, 0 });
	struct manifest_item item;
	struct incoming *i;

	assert_true(files_chunks(0) == 0 && files_chunks(1) == 1 &&
		    files_chunks(CHUNK_BYTES) == 1 && files_chunks(CHUNK_BYTES + 1) == 2);
	assert_ok(p->ops->incoming_open(p->files, "submit.0", &i));
	assert_ok(p->ops->incoming_finish(i, &item));
	assert_int_equal(item.size_bytes, 0);
	assert_true(digest_equal(&item.sha256, &nothing));
	assert_true(digest_equal(&item.chunk_root, &nothing));
	assert_true(p->ops->exists(p->files, &nothing));
}

static struct incoming *fetch_of(struct corner *p, const char *name)
{
	struct incoming *i;

	assert_ok(p->ops->incoming_open(p->files, name, &i));
	assert_ok(p->ops->incoming_leaves(i, &p->item, p->leaves, CHUNKS));
	return i;
}

static void test_fetch_takes_chunks_in_any_order_and_repeatedly(void **state)
{
	static const uint64_t order[] = { 3, 0, 3, 2, 0 };
	struct corner *p = *state;
	struct incoming *i = fetch_of(p, "tinh.3.1.0");
	struct manifest_item item = p->item;
	uint64_t missing;

	for (size_t k = 0; k < COUNT_OF(order); k++)
		assert_ok(p->ops->incoming_chunks(i, order[k], chunk(p, order[k])));
	assert_ok(p->ops->incoming_missing(i, 0, &missing));
	assert_int_equal(missing, 1);
	assert_ok(p->ops->incoming_missing(i, 2, &missing));
	assert_int_equal(missing, CHUNKS);
	assert_ok(p->ops->incoming_chunks(i, 1, chunk(p, 1)));
	assert_ok(p->ops->incoming_finish(i, &item));
	expect_content(p);
}

static void test_wrong_chunk_position_or_length_is_refused_and_the_right_one_taken(void **state)
{
	struct corner *p = *state;
	struct incoming *i = fetch_of(p, "tinh.3.2.0");
	struct manifest_item item = p->item;
	struct blob c = chunk(p, 1);

	p->content[CHUNK_BYTES] ^= 1;
	assert_int_equal(p->ops->incoming_chunks(i, 1, c), ERR_DIGEST);
	p->content[CHUNK_BYTES] ^= 1;
	assert_int_equal(p->ops->incoming_chunks(i, 2, c), ERR_DIGEST);
	assert_int_equal(p->ops->incoming_chunks(i, CHUNKS, c), ERR_DIGEST);
	assert_int_equal(p->ops->incoming_chunks(i, UINT64_MAX, c), ERR_DIGEST);
	c.len_bytes--;
	assert_int_equal(p->ops->incoming_chunks(i, 1, c), ERR_DIGEST);
	assert_int_equal(p->ops->incoming_chunks(i, 1, (struct blob){ NULL, 0 }), ERR_DIGEST);
	for (uint64_t k = 0; k < CHUNKS; k++)
		assert_ok(p->ops->incoming_chunks(i, k, chunk(p, k)));
	assert_ok(p->ops->incoming_finish(i, &item));
	expect_content(p);
}

static void test_chunks_in_a_row_are_taken_together_or_not_at_all(void **state)
{
	struct corner *p = *state;
	struct incoming *i = fetch_of(p, "tinh.3.2.0");
	struct manifest_item item = p->item;
	struct blob all = { p->content, (size_t)p->item.size_bytes },
		    some = { p->content, 3 * CHUNK_BYTES };
	uint64_t missing;

	p->content[2 * CHUNK_BYTES] ^= 1;
	assert_int_equal(p->ops->incoming_chunks(i, 0, some), ERR_DIGEST);
	p->content[2 * CHUNK_BYTES] ^= 1;
	assert_ok(p->ops->incoming_missing(i, 0, &missing));
	assert_int_equal(missing, 0);
	some.len_bytes--;
	assert_int_equal(p->ops->incoming_chunks(i, 0, some), ERR_DIGEST);
	some.len_bytes++;
	assert_ok(p->ops->incoming_chunks(i, 0, some));
	assert_ok(p->ops->incoming_missing(i, 0, &missing));
	assert_int_equal(missing, 3);
	all.data += some.len_bytes;
	all.len_bytes -= some.len_bytes;
	assert_ok(p->ops->incoming_chunks(i, 3, all));
	assert_ok(p->ops->incoming_finish(i, &item));
	expect_content(p);
}

static void test_leaves_that_do_not_lead_to_the_root_are_refused(void **state)
{
	struct corner *p = *state;
	struct manifest_item item = p->item;
	struct incoming *i;

	assert_ok(p->ops->incoming_open(p->files, "tinh.3.3.0", &i));
	p->leaves[2].bytes[0] ^= 1;
	assert_int_equal(p->ops->incoming_leaves(i, &item, p->leaves, CHUNKS), ERR_DIGEST);
	p->leaves[2].bytes[0] ^= 1;
	assert_int_equal(p->ops->incoming_leaves(i, &item, p->leaves, CHUNKS - 1), ERR_DIGEST);
	item.size_bytes = CHUNK_BYTES; /* a size that the leaves do not fit */
	assert_int_equal(p->ops->incoming_leaves(i, &item, p->leaves, CHUNKS), ERR_DIGEST);
	p->ops->incoming_close(i, true);
	p->ops->incoming_close(NULL, true);
}

static void test_chunk_longer_than_the_signed_size_is_refused(void **state)
{
	struct corner *p = *state;
	struct manifest_item item = p->item;
	struct incoming *i;

	/* A signer may sign a root over a full chunk and a size of ten bytes. */
	item.size_bytes = 10;
	item.chunk_root = p->leaves[0];
	assert_ok(p->ops->incoming_open(p->files, "tinh.3.4.0", &i));
	assert_ok(p->ops->incoming_leaves(i, &item, p->leaves, 1));
	assert_int_equal(p->ops->incoming_chunks(i, 0, chunk(p, 0)), ERR_DIGEST);
	p->ops->incoming_close(i, true);
}

static void test_chunks_that_fit_their_root_but_not_the_digest_are_a_digest_error(void **state)
{
	struct corner *p = *state;
	struct manifest_item item = p->item;
	struct incoming *i;

	item.sha256.bytes[0] ^= 1;
	assert_ok(p->ops->incoming_open(p->files, "tinh.3.5.0", &i));
	assert_ok(p->ops->incoming_leaves(i, &item, p->leaves, CHUNKS));
	for (uint64_t k = 0; k < CHUNKS; k++)
		assert_ok(p->ops->incoming_chunks(i, k, chunk(p, k)));
	assert_int_equal(p->ops->incoming_finish(i, &item), ERR_DIGEST);
	p->ops->incoming_close(i, true);
	assert_false(p->ops->exists(p->files, &item.sha256));
	assert_false(p->ops->exists(p->files, &p->item.sha256));
}

static void test_same_file_coming_twice_finishes_twice(void **state)
{
	struct corner *p = *state;
	struct incoming *a = fetch_of(p, "tinh.3.6.0"), *b = fetch_of(p, "tinh.3.7.0");
	struct manifest_item item = p->item;

	for (uint64_t k = 0; k < CHUNKS; k++) {
		assert_ok(p->ops->incoming_chunks(a, k, chunk(p, k)));
		assert_ok(p->ops->incoming_chunks(b, k, chunk(p, k)));
	}
	assert_ok(p->ops->incoming_finish(a, &item));
	assert_ok(p->ops->incoming_finish(b, &item));
	expect_content(p);
}

static void test_dropped_file_is_gone(void **state)
{
	struct corner *p = *state;
	struct digest leaves[LEAVES_PER_PIECE];
	uint8_t byte;
	size_t n;

	append_all(p, "submit.2", SIZE);
	if (p->disk) {
		/* Just written: somebody may be about to name it. A new process knows that nobody
		 * is. */
		assert_int_equal(p->ops->drop(p->files, &p->item.sha256), ERR_BUSY);
		expect_content(p);
		p->ops->close(p->files);
		open_corner(p);
	}
	assert_ok(p->ops->drop(p->files, &p->item.sha256));
	assert_false(p->ops->exists(p->files, &p->item.sha256));
	assert_int_equal(p->ops->read(p->files, &p->item.sha256, 0, &byte, 1, &n), ERR_NOT_FOUND);
	assert_int_equal(p->ops->drop(p->files, &p->item.sha256), ERR_NOT_FOUND);
	assert_int_not_equal(p->ops->leaves(p->files, &p->item, 0, leaves, &n), ERR_OK);
}

static void expect_leaves(struct corner *p)
{
	static struct digest leaves[LEAVES_PER_PIECE];
	size_t n;

	assert_ok(p->ops->leaves(p->files, &p->item, 0, leaves, &n));
	assert_int_equal(n, CHUNKS);
	assert_memory_equal(leaves, p->leaves, sizeof p->leaves);
}

static void test_leaves_of_a_file_are_those_of_its_chunks(void **state)
{
	static struct digest leaves[LEAVES_PER_PIECE];
	struct corner *p = *state;
	size_t n;

	append_all(p, "submit.3", SIZE);
	expect_leaves(p);
	assert_ok(p->ops->leaves(p->files, &p->item, 1, leaves, &n));
	assert_int_equal(n, 0);
}

/* ---- disk only ---- */

static void path_of(const struct corner *p, const char *suffix, char out[200])
{
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(&p->item.sha256, hex);
	snprintf(out, 200, "%s/files/%.2s/%s%s", p->folder, hex, hex, suffix);
}

static void overwrite(const char *path, off_t at, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, text, strlen(text), at), strlen(text));
	close(fd);
}

static void test_leaves_of_a_damaged_file_are_not_made_up(void **state)
{
	static struct digest leaves[LEAVES_PER_PIECE];
	struct corner *p = *state;
	char path[200];
	size_t n;

	append_all(p, "submit.5", SIZE);
	p->ops->close(p->files); /* what it remembers goes with it */
	open_corner(p);
	path_of(p, "", path);
	overwrite(path, 5, "x");
	assert_int_equal(p->ops->leaves(p->files, &p->item, 0, leaves, &n), ERR_DAMAGED);
	assert_int_equal(truncate(path, 100), 0);
	assert_int_equal(p->ops->leaves(p->files, &p->item, 0, leaves, &n), ERR_DAMAGED);
}

static void test_fetch_goes_on_after_a_restart_and_checks_what_is_there(void **state)
{
	struct corner *p = *state;
	struct incoming *i = fetch_of(p, "tinh.3.8.0");
	struct manifest_item item = p->item;
	char path[200];
	uint64_t missing;

	for (uint64_t k = 0; k < 3; k++)
		assert_ok(p->ops->incoming_chunks(i, k, chunk(p, k)));
	p->ops->incoming_close(i, false);
	p->ops->close(p->files);
	snprintf(path, sizeof path, "%s/incoming/tinh.3.8.0.part", p->folder);
	overwrite(path, CHUNK_BYTES + 3, "torn"); /* a crash left rubbish in the second chunk */
	open_corner(p);
	assert_ok(p->ops->incoming_open(p->files, "tinh.3.8.0", &i));
	/* so few are asked for again */
	assert_int_equal(p->ops->incoming_resume(i, &item), ERR_NOT_FOUND);
	assert_ok(p->ops->incoming_leaves(i, &item, p->leaves, CHUNKS));
	assert_ok(p->ops->incoming_missing(i, 0, &missing));
	assert_int_equal(missing, 1);
	assert_ok(p->ops->incoming_chunks(i, 1, chunk(p, 1)));
	assert_int_equal(p->ops->incoming_finish(i, &item), ERR_GAP); /* the last one never came */
	assert_ok(p->ops->incoming_missing(i, 0, &missing));
	assert_int_equal(missing, 3);
	assert_ok(p->ops->incoming_chunks(i, 3, chunk(p, 3)));
	assert_ok(p->ops->incoming_finish(i, &item));
	expect_content(p);
	assert_int_not_equal(access(path, F_OK), 0);
}

static void test_chunk_damaged_between_write_and_finish_is_found(void **state)
{
	struct corner *p = *state;
	struct incoming *i = fetch_of(p, "tinh.3.10.0");
	struct manifest_item item = p->item;
	char path[200];

	for (uint64_t k = CHUNKS; k-- > 0;) /* backwards: all is read once more at the end */
		assert_ok(p->ops->incoming_chunks(i, k, chunk(p, k)));
	snprintf(path, sizeof path, "%s/incoming/tinh.3.10.0.part", p->folder);
	overwrite(path, 2 * CHUNK_BYTES, "torn");
	assert_int_equal(p->ops->incoming_finish(i, &item), ERR_GAP);
	assert_ok(p->ops->incoming_chunks(i, 2, chunk(p, 2)));
	assert_ok(p->ops->incoming_finish(i, &item));
	expect_content(p);
}

static void test_damaged_file_of_the_same_name_is_set_aside_and_never_overwritten(void **state)
{
	struct corner *p = *state;
	char path[200];

	append_all(p, "submit.6", SIZE);
	path_of(p, "", path);
	overwrite(path, 0, "damage");
	append_all(p, "submit.7", SIZE);
	expect_content(p);
	path_of(p, ".damaged", path);
	assert_int_equal(access(path, R_OK), 0);
}

static void test_submission_that_a_crash_cut_off_is_deleted_and_a_fetch_is_kept(void **state)
{
	struct corner *p = *state;
	struct incoming *a, *b = fetch_of(p, "tinh.3.11.0");
	char cut_off[200], kept[200];

	assert_ok(p->ops->incoming_open(p->files, "submit.8", &a));
	assert_ok(p->ops->incoming_append(a, fixture_blob("half")));
	p->ops->incoming_close(a, false);
	p->ops->incoming_close(b, false);
	p->ops->close(p->files);
	open_corner(p);
	snprintf(cut_off, sizeof cut_off, "%s/incoming/submit.8.part", p->folder);
	snprintf(kept, sizeof kept, "%s/incoming/tinh.3.11.0.part", p->folder);
	assert_int_not_equal(access(cut_off, F_OK), 0);
	assert_int_equal(access(kept, F_OK), 0);
}

/* 40 MiB: its leaves are more than are held in memory. */
static void test_leaves_of_a_large_submission_are_beside_it(void **state)
{
	enum { TIMES = 40 * 32 + 1 };
	static struct digest leaves[LEAVES_PER_PIECE];
	struct corner *p = *state;
	struct merkle_stream root;
	struct digest same = merkle_leaf(chunk(p, 0)), want;
	struct manifest_item item;
	struct incoming *i;
	struct stat st;
	char path[200];
	size_t n;

	merkle_begin(&root);
	assert_ok(p->ops->incoming_open(p->files, "submit.1", &i));
	for (unsigned k = 0; k < TIMES; k++) {
		assert_ok(p->ops->incoming_append(i, chunk(p, 0)));
		merkle_add(&root, same);
	}
	want = merkle_end(&root);
	assert_ok(p->ops->incoming_finish(i, &item));
	assert_true(digest_equal(&item.chunk_root, &want));
	p->item = item;
	path_of(p, ".leaves", path);
	assert_true(stat(path, &st) == 0 && st.st_size == TIMES * (off_t)sizeof same);
	for (uint64_t piece = 0; piece < 2; piece++) {
		assert_ok(p->ops->leaves(p->files, &item, piece, leaves, &n));
		assert_int_equal(n, piece == 0 ? LEAVES_PER_PIECE : TIMES - LEAVES_PER_PIECE);
		assert_true(digest_equal(&leaves[0], &same) && digest_equal(&leaves[n - 1], &same));
	}
}

static void test_folder_that_cannot_be_made_is_an_error(void **state)
{
	struct files *f = *state;

	assert_int_not_equal(files_disk_open("/proc/nowhere", &f), ERR_OK);
	assert_null(f);
}

#define MEMORY(name) { "memory: " #name, name, set_up_memory, tear_down, NULL }
#define DISK(name) { "disk: " #name, name, set_up_disk, tear_down, NULL }
#define BOTH(name) MEMORY(name), DISK(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(test_submission_tells_sha256_size_and_root_whatever_the_pieces),
		BOTH(test_sealed_submission_has_its_digests_and_no_name_until_it_is_finished),
		BOTH(test_sealed_submission_that_is_forgotten_leaves_nothing),
		BOTH(test_empty_file_has_the_digest_and_root_of_nothing),
		BOTH(test_fetch_takes_chunks_in_any_order_and_repeatedly),
		BOTH(test_wrong_chunk_position_or_length_is_refused_and_the_right_one_taken),
		BOTH(test_chunks_in_a_row_are_taken_together_or_not_at_all),
		BOTH(test_leaves_that_do_not_lead_to_the_root_are_refused),
		BOTH(test_chunk_longer_than_the_signed_size_is_refused),
		BOTH(test_chunks_that_fit_their_root_but_not_the_digest_are_a_digest_error),
		BOTH(test_same_file_coming_twice_finishes_twice),
		BOTH(test_dropped_file_is_gone),
		BOTH(test_leaves_of_a_file_are_those_of_its_chunks),
		DISK(test_leaves_of_a_damaged_file_are_not_made_up),
		DISK(test_fetch_goes_on_after_a_restart_and_checks_what_is_there),
		DISK(test_chunk_damaged_between_write_and_finish_is_found),
		DISK(test_damaged_file_of_the_same_name_is_set_aside_and_never_overwritten),
		DISK(test_submission_that_a_crash_cut_off_is_deleted_and_a_fetch_is_kept),
		DISK(test_leaves_of_a_large_submission_are_beside_it),
		DISK(test_folder_that_cannot_be_made_is_an_error),
	};

	return cmocka_run_group_tests_name("files", tests, NULL, NULL);
}
