/* What a disk and time do to files. Writing back fails: the kernel reports it to each open file
 * once (errseq_t), and who gets the error and ignores it has lost it; what could not be written
 * stays in the page cache as if it had been. This file's own sync_file_range and fsync report as
 * the kernel does. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "daemon/base/clock.h"
#include "daemon/files/disk.h"
#include "daemon/files/files.h"
#include "proto/digest.h"
#include "proto/merkle.h"
#include "tests/unit/support/fixture.h"
#include "tools/base/files.h"

enum { SIZE = 16 << 20, SMALL = 3 * CHUNK_BYTES, CHUNKS = 3 };

/* Write-back has failed and nobody was notified yet. */
static bool failed;

static int reported(void)
{
	if (!failed)
		return 0;
	failed = false;
	errno = EIO;
	return -1;
}

/* Instead of the one in daemon/base/clock.c. */
static int64_t passed_ms;

struct now clock_now(void)
{
	return (struct now){ .wall_ms = FIXTURE_NOW_MS + passed_ms,
			     .mono_ms = 1000000 + passed_ms };
}

int64_t clock_mono_us(void)
{
	return clock_now().mono_ms * 1000;
}

enum err clock_random(void *out, size_t len_bytes)
{
	memset(out, 7, len_bytes);
	return ERR_OK;
}

int sync_file_range(int fd, off64_t offset, off64_t count, unsigned int flags)
{
	(void)fd;
	(void)offset;
	(void)count;
	return (flags & (SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WAIT_AFTER)) != 0
		       ? reported()
		       : 0;
}

int fsync(int fd)
{
	(void)fd;
	return reported();
}

/* What a write past the page cache meets, and how many there were. */
static int direct_errno;
static unsigned direct_writes;

ssize_t pwrite(int fd, const void *bytes, size_t len, off_t offset)
{
	if ((fcntl(fd, F_GETFL) & O_DIRECT) != 0) {
		direct_writes++;
		assert_true((uintptr_t)bytes % FILES_DIRECT_ALIGN == 0);
		assert_true(len % FILES_DIRECT_ALIGN == 0 && offset % FILES_DIRECT_ALIGN == 0);
		errno = direct_errno;
		if (direct_errno != 0)
			return -1;
	}
	return syscall(SYS_pwrite64, fd, bytes, len, offset);
}

struct corner {
	char folder[64];
	struct files *files;
	uint8_t *content;
};

static int set_up(void **state)
{
	struct corner *p = calloc(1, sizeof *p);

	assert_non_null(p);
	snprintf(p->folder, sizeof p->folder, "/tmp/vanthu-unit-XXXXXX");
	assert_non_null(mkdtemp(p->folder));
	assert_ok(files_disk_open(p->folder, &p->files));
	p->content = aligned_alloc(FILES_DIRECT_ALIGN, SIZE);
	assert_non_null(p->content);
	memset(p->content, 0, SIZE);
	failed = false;
	direct_errno = 0;
	direct_writes = 0;
	*state = p;
	return 0;
}

static int tear_down(void **state)
{
	struct corner *p = *state;

	p->files->ops->close(p->files);
	fs_remove_tree(p->folder);
	free(p->content);
	free(p);
	return 0;
}

static void test_submission_whose_write_back_failed_is_not_finished(void **state)
{
	struct corner *p = *state;
	struct manifest_item item;
	struct incoming *i;
	enum err e = ERR_OK;

	assert_ok(p->files->ops->incoming_open(p->files, "submit.1", &i));
	for (size_t at = 0; at < SIZE && e == ERR_OK; at += 1 << 20) {
		failed = failed || at == 4 << 20; /* the first stretch could not be written */
		e = p->files->ops->incoming_append(i, (struct blob){ p->content + at, 1 << 20 });
	}
	if (e == ERR_OK)
		e = p->files->ops->incoming_finish(i, &item);
	assert_int_not_equal(e, ERR_OK);
	p->files->ops->incoming_close(i, true);
}

/* What could not be written is not what is to be found by the next try. */
static void test_fetch_whose_sync_failed_begins_from_nothing(void **state)
{
	struct corner *p = *state;
	struct digest leaves[CHUNKS];
	struct manifest_item item = { .size_bytes = SMALL,
				      .sha256 = digest_of((struct blob){ p->content, SMALL }) };
	struct incoming *i;
	uint64_t missing;

	for (unsigned c = 0; c < CHUNKS; c++)
		leaves[c] = merkle_leaf((struct blob){ p->content + c * CHUNK_BYTES, CHUNK_BYTES });
	item.chunk_root = merkle_root(leaves, CHUNKS);
	assert_ok(p->files->ops->incoming_open(p->files, "tinh.3.1.0", &i));
	assert_ok(p->files->ops->incoming_leaves(i, &item, leaves, CHUNKS));
	assert_ok(p->files->ops->incoming_chunks(i, 0, (struct blob){ p->content, SMALL }));
	failed = true;
	assert_int_not_equal(p->files->ops->incoming_finish(i, &item), ERR_OK);
	p->files->ops->incoming_close(i, false); /* as transfer_give_up does */
	assert_ok(p->files->ops->incoming_open(p->files, "tinh.3.1.0", &i));
	assert_ok(p->files->ops->incoming_leaves(i, &item, leaves, CHUNKS));
	assert_ok(p->files->ops->incoming_missing(i, 0, &missing));
	assert_int_equal(missing, 0);
	p->files->ops->incoming_close(i, true);
}

/* However long the rest of its submission takes, and however long it takes the core after that. */
static void test_content_of_a_submission_is_not_dropped_before_it_is_released(void **state)
{
	struct corner *p = *state;
	struct manifest_item item, same;
	struct incoming *i;

	for (unsigned n = 0; n < 2; n++) {
		assert_ok(p->files->ops->incoming_open(p->files, n == 0 ? "submit.1" : "submit.2",
						       &i));
		assert_ok(p->files->ops->incoming_append(i, (struct blob){ p->content, SMALL }));
		assert_ok(p->files->ops->incoming_finish(i, n == 0 ? &item : &same));
	}
	passed_ms = 3600 * 1000;
	assert_int_equal(p->files->ops->drop(p->files, &item.sha256), ERR_BUSY);
	p->files->ops->release(p->files, &item.sha256);
	passed_ms *= 2;
	/* the other one's */
	assert_int_equal(p->files->ops->drop(p->files, &item.sha256), ERR_BUSY);
	p->files->ops->release(p->files, &item.sha256);
	/* who decided before that may be about to drop it */
	assert_int_equal(p->files->ops->drop(p->files, &item.sha256), ERR_BUSY);
	passed_ms += 6 * 60 * 1000;
	assert_ok(p->files->ops->drop(p->files, &item.sha256));
	passed_ms = 0;
}

/* A fetch of odd length: the last few bytes have no place past the cache. */
static enum err fetch_odd(struct corner *p, struct manifest_item *item)
{
	enum { ODD = 1000001, ODD_CHUNKS = (ODD + CHUNK_BYTES - 1) / CHUNK_BYTES };
	struct digest leaves[ODD_CHUNKS];
	struct incoming *i;
	enum err e;

	for (size_t c = 0; c < ODD_CHUNKS; c++)
		leaves[c] = merkle_leaf(
			(struct blob){ p->content + c * CHUNK_BYTES,
				       c + 1 < ODD_CHUNKS ? CHUNK_BYTES : ODD % CHUNK_BYTES });
	*item = (struct manifest_item){ .size_bytes = ODD,
					.sha256 = digest_of((struct blob){ p->content, ODD }),
					.chunk_root = merkle_root(leaves, ODD_CHUNKS) };
	assert_ok(p->files->ops->incoming_open(p->files, "tinh.3.9.0", &i));
	assert_ok(p->files->ops->incoming_resume(i, item));
	e = p->files->ops->incoming_chunks(i, 0, (struct blob){ p->content, ODD });
	if (e == ERR_OK)
		e = p->files->ops->incoming_finish(i, item);
	if (e != ERR_OK)
		p->files->ops->incoming_close(i, true);
	return e;
}

static bool is_there_whole(struct corner *p, const struct manifest_item *item)
{
	uint8_t *out = malloc(SIZE);
	size_t got = 0;
	enum err e = p->files->ops->read(p->files, &item->sha256, 0, out, SIZE, &got);
	bool same = e == ERR_OK && got == item->size_bytes && memcmp(out, p->content, got) == 0;

	free(out);
	return same;
}

static bool goes_past_cache(const struct corner *p)
{
	int fd = open(p->folder, O_TMPFILE | O_RDWR | O_DIRECT | O_CLOEXEC, 0600);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static void test_content_is_written_past_the_cache_but_for_its_last_bytes(void **state)
{
	struct corner *p = *state;
	struct manifest_item item;

	if (!goes_past_cache(p))
		skip(); /* a file system that has only its cache */
	memset(p->content, 3, SIZE);
	assert_ok(fetch_odd(p, &item));
	assert_true(direct_writes > 0);
	assert_true(is_there_whole(p, &item));
}

/* A device with larger blocks, or a file system that has only its cache. */
static void test_what_cannot_be_written_past_the_cache_goes_through_it(void **state)
{
	struct corner *p = *state;
	struct manifest_item item;

	if (!goes_past_cache(p))
		skip();
	direct_errno = EINVAL;
	assert_ok(fetch_odd(p, &item));
	assert_int_equal(direct_writes, 1);
	assert_true(is_there_whole(p, &item));
	p->content[0] = 1;
	assert_ok(fetch_odd(p, &item)); /* not tried again */
	assert_int_equal(direct_writes, 1);
	assert_true(is_there_whole(p, &item));
}

static void test_write_past_the_cache_that_fails_is_its_files_error(void **state)
{
	struct corner *p = *state;
	struct manifest_item item;

	if (!goes_past_cache(p))
		skip();
	direct_errno = EIO;
	assert_int_equal(fetch_odd(p, &item), ERR_FILE);
	direct_errno = ENOSPC;
	assert_int_equal(fetch_odd(p, &item), ERR_DISK_FULL);
	direct_errno = 0;
	assert_ok(fetch_odd(p, &item)); /* the next one has nothing of it */
	assert_true(is_there_whole(p, &item));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_submission_whose_write_back_failed_is_not_finished),
		TEST(test_fetch_whose_sync_failed_begins_from_nothing),
		TEST(test_content_of_a_submission_is_not_dropped_before_it_is_released),
		TEST(test_content_is_written_past_the_cache_but_for_its_last_bytes),
		TEST(test_what_cannot_be_written_past_the_cache_goes_through_it),
		TEST(test_write_past_the_cache_that_fails_is_its_files_error),
	};

	return cmocka_run_group_tests_name("files_fault", tests, NULL, NULL);
}
