/* A disk that goes bad under a finished attachment: what is damaged is never served. Leaves of
 * small files are in memory, those of large ones beside them: both are tried. */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/files/disk.h"
#include "daemon/files/files.h"
#include "proto/digest.h"
#include "proto/merkle.h"
#include "tools/base/files.h"

enum { SMALL = 3, LARGE = 70, REST = 100 };

struct corner {
	uint64_t chunks; /* the last has REST bytes */
	char folder[64];
	struct files *files;
	struct manifest_item item;
};

static size_t size_of(const struct corner *p)
{
	return (size_t)(p->chunks - 1) * CHUNK_BYTES + REST;
}

static int set_up(void **state, uint64_t chunks)
{
	struct corner *p = calloc(1, sizeof *p);
	struct incoming *i;
	uint8_t *content;

	p->chunks = chunks;
	content = malloc(size_of(p));
	snprintf(p->folder, sizeof p->folder, "/tmp/vanthu-chunk-XXXXXX");
	assert_non_null(mkdtemp(p->folder));
	assert_int_equal(files_disk_open(p->folder, &p->files), ERR_OK);
	assert_int_equal(p->files->ops->incoming_open(p->files, "submit.1", &i), ERR_OK);
	for (size_t k = 0; k < size_of(p); k++)
		content[k] = (uint8_t)(k * 7 + k / 251);
	assert_int_equal(p->files->ops->incoming_append(i, (struct blob){ content, size_of(p) }),
			 ERR_OK);
	assert_int_equal(p->files->ops->incoming_finish(i, &p->item), ERR_OK);
	free(content);
	*state = p;
	return 0;
}

static int set_up_small(void **state)
{
	return set_up(state, SMALL);
}

static int set_up_large(void **state)
{
	return set_up(state, LARGE);
}

/* What is only remembered goes. */
static void reopen(struct corner *p)
{
	p->files->ops->close(p->files);
	assert_int_equal(files_disk_open(p->folder, &p->files), ERR_OK);
}

static enum err read_buffers(struct corner *p, const struct chunk_range *range, size_t *got)
{
	static uint8_t out[CHUNKS_A_READ][CHUNK_BYTES + 64];
	uint8_t *buffers[CHUNKS_A_READ];

	for (unsigned i = 0; i < CHUNKS_A_READ; i++)
		buffers[i] = out[i] + 64; /* not one after the other */
	return p->files->ops->chunks(p->files, &p->item, range, buffers, got);
}

static enum err read_chunks(struct corner *p, uint64_t first, uint32_t count, size_t *got)
{
	return read_buffers(p, &(struct chunk_range){ first, count, true }, got);
}

static int tear_down(void **state)
{
	struct corner *p = *state;

	p->files->ops->close(p->files);
	fs_remove_tree(p->folder);
	free(p);
	return 0;
}

static void path_of(const struct corner *p, const char *suffix, char out[200])
{
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(&p->item.sha256, hex);
	snprintf(out, 200, "%s/files/%.2s/%s%s", p->folder, hex, hex, suffix);
}

static void damage(const struct corner *p)
{
	char path[200];
	int fd;

	path_of(p, "", path);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, "damage", 6, CHUNK_BYTES + 5), 6);
	close(fd);
}

static void test_whole_chunks_are_served_and_nothing_beyond_the_end(void **state)
{
	struct corner *p = *state;
	size_t got;

	for (uint64_t i = 0; i < p->chunks; i++) {
		assert_int_equal(read_chunks(p, i, 1, &got), ERR_OK);
		assert_int_equal(got, i + 1 == p->chunks ? REST : CHUNK_BYTES);
	}
	assert_int_equal(read_chunks(p, p->chunks - 3, 3, &got), ERR_OK);
	assert_int_equal(got, 2 * CHUNK_BYTES + REST);
	assert_int_equal(read_chunks(p, p->chunks, 1, &got), ERR_NOT_FOUND);
	assert_int_equal(read_chunks(p, p->chunks - 1, 2, &got), ERR_NOT_FOUND);
	assert_int_equal(read_chunks(p, 0, CHUNKS_A_READ + 1, &got), ERR_NOT_FOUND);
	assert_int_equal(read_chunks(p, 0, 0, &got), ERR_NOT_FOUND);
}

static void
test_damaged_chunk_is_found_when_it_is_checked_and_the_others_still_are_served(void **state)
{
	struct corner *p = *state;
	size_t got;

	damage(p);
	assert_int_equal(read_buffers(p, &(struct chunk_range){ 0, 3, false }, &got), ERR_OK);
	assert_int_equal(read_chunks(p, 0, 1, &got), ERR_OK);
	assert_int_equal(read_chunks(p, 1, 1, &got), ERR_DAMAGED);
	assert_int_equal(read_chunks(p, 2, 1, &got), ERR_OK);
	assert_int_equal(read_chunks(p, 0, 3, &got), ERR_DAMAGED);
}

static void test_file_that_was_cut_short_is_never_served(void **state)
{
	struct corner *p = *state;
	char path[200];
	size_t got;

	path_of(p, "", path);
	assert_int_equal(truncate(path, 2 * CHUNK_BYTES + 1), 0);
	assert_int_equal(read_buffers(p, &(struct chunk_range){ 0, 2, false }, &got), ERR_OK);
	assert_int_equal(got, 2 * CHUNK_BYTES);
	assert_int_equal(read_buffers(p, &(struct chunk_range){ 1, 2, false }, &got), ERR_DAMAGED);
	assert_int_equal(read_buffers(p, &(struct chunk_range){ 2, 1, true }, &got), ERR_DAMAGED);
}

static void test_leaves_are_rebuilt_but_not_of_damage(void **state)
{
	struct corner *p = *state;
	char path[200];
	size_t got;

	path_of(p, ".leaves", path);
	assert_int_equal(unlink(path), p->chunks == SMALL ? -1 : 0);
	reopen(p);
	assert_int_equal(read_chunks(p, 0, 1, &got), ERR_OK);
	assert_int_equal(unlink(path), p->chunks == SMALL ? -1 : 0);
	reopen(p);
	damage(p);
	assert_int_equal(read_chunks(p, 0, 1, &got), ERR_DAMAGED);
}

static void expect_leaves(struct corner *p)
{
	static struct digest leaves[LEAVES_PER_PIECE];
	struct digest root;
	size_t n;

	assert_int_equal(p->files->ops->leaves(p->files, &p->item, 0, leaves, &n), ERR_OK);
	assert_int_equal(n, p->chunks);
	root = merkle_root(leaves, n);
	assert_memory_equal(&root, &p->item.chunk_root, sizeof root);
}

static void test_kept_leaves_that_are_wrong_short_or_gone_are_made_again(void **state)
{
	struct corner *p = *state;
	char path[200];
	int fd;

	path_of(p, ".leaves", path);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, "rubbish", 7, 40), 7);
	close(fd);
	expect_leaves(p);
	assert_int_equal(truncate(path, 10), 0);
	expect_leaves(p);
	assert_int_equal(unlink(path), 0);
	expect_leaves(p);
	assert_int_equal(access(path, R_OK), 0);
}

static void test_kept_leaves_are_resumed_but_not_those_of_another_file(void **state)
{
	struct corner *p = *state;
	const struct files_ops *ops = p->files->ops;
	struct manifest_item other = p->item;
	static struct digest leaves[LEAVES_PER_PIECE];
	struct incoming *i;
	size_t n;

	assert_int_equal(ops->leaves(p->files, &p->item, 0, leaves, &n), ERR_OK);
	assert_int_equal(ops->incoming_open(p->files, "tinh.3.9.0", &i), ERR_OK);
	assert_int_equal(ops->incoming_leaves(i, &p->item, leaves, n), ERR_OK);
	ops->incoming_close(i, false);
	assert_int_equal(ops->incoming_open(p->files, "tinh.3.9.0", &i), ERR_OK);
	other.chunk_root.bytes[0] ^= 1;
	assert_int_equal(ops->incoming_resume(i, &other), ERR_NOT_FOUND);
	assert_int_equal(ops->incoming_resume(i, &p->item), ERR_OK);
	ops->incoming_close(i, true);
	assert_int_equal(ops->incoming_open(p->files, "tinh.3.9.0", &i), ERR_OK);
	assert_int_equal(ops->incoming_resume(i, &p->item), ERR_NOT_FOUND); /* forgotten */
	ops->incoming_close(i, true);
}

static void test_more_small_files_than_are_remembered_are_all_served(void **state)
{
	enum { FILES = 1100 };
	struct corner *p = *state;
	struct manifest_item *items = calloc(FILES, sizeof *items), first = p->item;
	uint8_t content[CHUNK_BYTES + 1] = { 0 };
	struct incoming *i;
	size_t got;

	for (unsigned n = 0; n < FILES; n++) {
		memcpy(content, &n, sizeof n);
		assert_int_equal(p->files->ops->incoming_open(p->files, "submit.2", &i), ERR_OK);
		assert_int_equal(
		    p->files->ops->incoming_append(i, (struct blob){ content, sizeof content }),
		    ERR_OK);
		assert_int_equal(p->files->ops->incoming_finish(i, &items[n]), ERR_OK);
	}
	for (unsigned n = 0; n < FILES; n++) {
		p->item = items[n];
		assert_int_equal(read_chunks(p, 0, 2, &got), ERR_OK);
		assert_int_equal(got, sizeof content);
	}
	p->item = first;
	assert_int_equal(read_chunks(p, 0, 2, &got), ERR_OK);
	free(items);
}

struct settler {
	struct corner *corner;
	pthread_t thread;
	unsigned n;
	enum err result;
};

static void *settle_again(void *arg)
{
	static const uint8_t content[2 * CHUNK_BYTES + REST] = { 1 };
	struct settler *t = arg;
	const struct files_ops *ops = t->corner->files->ops;
	struct manifest_item item;

	for (unsigned k = 0; k < 30 && t->result == ERR_OK; k++) {
		struct incoming *i = NULL;
		char name[32];

		snprintf(name, sizeof name, "submit.%u", 10 + t->n);
		t->result = ops->incoming_open(t->corner->files, name, &i);
		if (t->result == ERR_OK)
			t->result =
			    ops->incoming_append(i, (struct blob){ content, sizeof content });
		if (t->result == ERR_OK)
			t->result = ops->incoming_finish(i, &item);
	}
	return NULL;
}

static void test_same_content_settles_from_several_threads_at_once(void **state)
{
	struct settler settlers[4];

	for (unsigned n = 0; n < 4; n++) {
		settlers[n] = (struct settler){ .corner = *state, .n = n };
		assert_int_equal(
		    pthread_create(&settlers[n].thread, NULL, settle_again, &settlers[n]), 0);
	}
	for (unsigned n = 0; n < 4; n++) {
		assert_int_equal(pthread_join(settlers[n].thread, NULL), 0);
		assert_int_equal(settlers[n].result, ERR_OK);
	}
}

/* ---- fetched: what a second folder gets of the first one's ---- */

struct fetched {
	struct files *files;
	char folder[64];
	struct incoming *incoming;
	uint8_t *content; /* where it is written from without being copied */
};

static void begin_fetch(struct corner *p, struct fetched *f)
{
	size_t size = size_of(p), got;

	snprintf(f->folder, sizeof f->folder, "/tmp/vanthu-chunk-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	assert_int_equal(files_disk_open(f->folder, &f->files), ERR_OK);
	f->content = aligned_alloc(FILES_DIRECT_ALIGN, (size_t)p->chunks * CHUNK_BYTES);
	assert_int_equal(
		p->files->ops->read(p->files, &p->item.sha256, 0, f->content, size, &got), ERR_OK);
	assert_int_equal(got, size);
	assert_int_equal(f->files->ops->incoming_open(f->files, "tinh.3.1.0", &f->incoming),
			 ERR_OK);
}

static void end_fetch(struct fetched *f)
{
	f->files->ops->incoming_close(f->incoming, true);
	f->files->ops->close(f->files);
	fs_remove_tree(f->folder);
	free(f->content);
}

static enum err give(struct fetched *f, uint64_t first, size_t len_bytes)
{
	return f->files->ops->incoming_chunks(
		f->incoming, first,
		(struct blob){ f->content + first * CHUNK_BYTES, len_bytes });
}

static void test_fresh_small_file_needs_no_leaves(void **state)
{
	struct corner *p = *state;
	struct fetched f;
	uint8_t *out = malloc(size_of(p));
	uint64_t missing;
	size_t got;

	begin_fetch(p, &f);
	assert_int_equal(f.files->ops->incoming_resume(f.incoming, &p->item), ERR_OK);
	assert_int_equal(f.files->ops->incoming_missing(f.incoming, 0, &missing), ERR_OK);
	assert_int_equal(missing, 0);
	assert_int_equal(give(&f, 1, CHUNK_BYTES), ERR_GAP); /* in order, or not so */
	assert_int_equal(give(&f, 0, size_of(p)), ERR_OK);
	assert_int_equal(f.files->ops->incoming_finish(f.incoming, &p->item), ERR_OK);
	f.incoming = NULL;
	assert_int_equal(
		f.files->ops->read(f.files, &p->item.sha256, 0, out, size_of(p), &got), ERR_OK);
	assert_int_equal(got, size_of(p));
	assert_memory_equal(out, f.content, size_of(p));
	end_fetch(&f);
	free(out);
}

static void test_small_file_that_does_not_make_its_root_is_not_written(void **state)
{
	struct corner *p = *state;
	struct fetched f;
	struct incoming *again;

	begin_fetch(p, &f);
	assert_int_equal(f.files->ops->incoming_resume(f.incoming, &p->item), ERR_OK);
	f.content[5] ^= 1;
	assert_int_equal(give(&f, 0, size_of(p)), ERR_DIGEST);
	f.files->ops->incoming_close(f.incoming, false);
	/* as if it had never come */
	assert_int_equal(f.files->ops->incoming_open(f.files, "tinh.3.1.0", &f.incoming), ERR_OK);
	assert_int_equal(f.files->ops->incoming_resume(f.incoming, &p->item), ERR_OK);
	f.content[5] ^= 1;
	assert_int_equal(give(&f, 0, CHUNK_BYTES), ERR_OK);
	f.files->ops->incoming_close(f.incoming, false);
	/* some of it is here: which, its leaves say */
	assert_int_equal(f.files->ops->incoming_open(f.files, "tinh.3.1.0", &again), ERR_OK);
	f.incoming = again;
	assert_int_equal(f.files->ops->incoming_resume(f.incoming, &p->item), ERR_NOT_FOUND);
	end_fetch(&f);
}

static int set_up_middling(void **state)
{
	return set_up(state, 31);
}

int main(void)
{
#define SMALL_ONE(test) { "small: " #test, test, set_up_small, tear_down, NULL }
/* of so many bytes that they are written past the page cache, all but the last few */
#define MIDDLING_ONE(test) { "middling: " #test, test, set_up_middling, tear_down, NULL }
#define LARGE_ONE(test) { "large: " #test, test, set_up_large, tear_down, NULL }
	const struct CMUnitTest tests[] = {
		SMALL_ONE(test_whole_chunks_are_served_and_nothing_beyond_the_end),
		LARGE_ONE(test_whole_chunks_are_served_and_nothing_beyond_the_end),
		SMALL_ONE(
		    test_damaged_chunk_is_found_when_it_is_checked_and_the_others_still_are_served),
		LARGE_ONE(
		    test_damaged_chunk_is_found_when_it_is_checked_and_the_others_still_are_served),
		SMALL_ONE(test_file_that_was_cut_short_is_never_served),
		LARGE_ONE(test_file_that_was_cut_short_is_never_served),
		SMALL_ONE(test_leaves_are_rebuilt_but_not_of_damage),
		LARGE_ONE(test_leaves_are_rebuilt_but_not_of_damage),
		LARGE_ONE(test_kept_leaves_that_are_wrong_short_or_gone_are_made_again),
		LARGE_ONE(test_kept_leaves_are_resumed_but_not_those_of_another_file),
		SMALL_ONE(test_fresh_small_file_needs_no_leaves),
		MIDDLING_ONE(test_fresh_small_file_needs_no_leaves),
		SMALL_ONE(test_small_file_that_does_not_make_its_root_is_not_written),
		MIDDLING_ONE(test_small_file_that_does_not_make_its_root_is_not_written),
		SMALL_ONE(test_more_small_files_than_are_remembered_are_all_served),
		SMALL_ONE(test_same_content_settles_from_several_threads_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
