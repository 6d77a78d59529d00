/* Copies of the LMDB store: one state, whatever is committed meanwhile; ended by who takes it; and
 * what is wrong with one is said when it is opened or read. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/store/lmdb.h"
#include "tests/unit/support/fixture.h"
#include "tools/base/files.h"

enum { MAP_BYTES = 64 << 20, RECORDS = 2000, COMMITTED_MEANWHILE = 20, KEY_TEXT_BYTES = 32 };

struct corner {
	char folder[64], copy[96];
	struct store *store;
	struct plan *plan;
	struct arena *arena;
	/* of the copy under way */
	int fd;
	uint64_t bytes;
	unsigned commits;
	enum err after_first;
};

static void put(struct corner *p, const char *what, unsigned n)
{
	struct record r = { .family = FAMILY_META, .u.note = { .number = n } };
	char name[KEY_TEXT_BYTES];

	snprintf(name, sizeof name, "%s-%06u", what, n);
	plan_put(p->plan, key_name(name), &r);
}

static void commit(struct corner *p)
{
	assert_ok(p->store->ops->commit(p->store, p->plan));
	plan_clear(p->plan);
}

static int set_up(void **state)
{
	struct corner *p = calloc(1, sizeof *p);
	struct store_lmdb_config config = { .map_bytes = MAP_BYTES,
					    .reserve_bytes = 1 << 20,
					    .submit_reserve_bytes = 1 << 20 };

	assert_non_null(p);
	snprintf(p->folder, sizeof p->folder, "/tmp/vanthu-unit-XXXXXX");
	assert_non_null(mkdtemp(p->folder));
	snprintf(p->copy, sizeof p->copy, "%s/copy.mdb", p->folder);
	config.directory = p->folder;
	p->arena = arena_new(64 << 20);
	assert_non_null(p->arena);
	assert_ok(store_lmdb_open(&config, &p->store));
	p->plan = plan_new(p->store->ops->lookup(p->store));
	assert_non_null(p->plan);
	for (unsigned n = 0; n < RECORDS; n++)
		put(p, "before", n);
	commit(p);
	*state = p;
	return 0;
}

static int tear_down(void **state)
{
	struct corner *p = *state;

	plan_destroy(p->plan);
	p->store->ops->close(p->store);
	arena_destroy(p->arena);
	fs_remove_tree(p->folder);
	free(p);
	return 0;
}

/* Writes it down, and what is committed meanwhile is not in it. */
static enum err take(void *ctx, struct blob bytes)
{
	struct corner *p = ctx;

	if (p->bytes > 0 && p->after_first != ERR_OK)
		return p->after_first;
	if (write(p->fd, bytes.data, bytes.len_bytes) != (ssize_t)bytes.len_bytes)
		return ERR_DISK_FULL;
	p->bytes += bytes.len_bytes;
	if (p->commits < COMMITTED_MEANWHILE) {
		for (unsigned n = 0; n < RECORDS; n++)
			put(p, p->commits % 2 == 0 ? "during" : "before", n + RECORDS);
		p->commits++;
		commit(p);
	}
	return ERR_OK;
}

static enum err copy(struct corner *p)
{
	const struct store_sink sink = { .ctx = p, .take = take };
	enum err e;

	p->bytes = 0;
	p->fd = open(p->copy, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(p->fd >= 0);
	e = p->store->ops->copy(p->store, &sink);
	close(p->fd);
	return e;
}

static unsigned count(struct corner *p, struct store *store, const char *what, unsigned *damaged)
{
	struct lookup l = store->ops->lookup(store);
	struct scan scan = scan_of(key_name(what));
	struct record r;
	unsigned n = 0;
	enum err e;

	scan.report_damage = true;
	*damaged = 0;
	while ((e = l.next(l.ctx, p->arena, FAMILY_META, &scan, &r)) == ERR_OK ||
	       e == ERR_DAMAGED) {
		*damaged += e == ERR_DAMAGED;
		n += e == ERR_OK;
		arena_reset(p->arena);
	}
	assert_int_equal(e, ERR_NOT_FOUND);
	return n;
}

static void test_copy_has_one_state_whatever_is_committed_meanwhile(void **state)
{
	struct corner *p = *state;
	struct store *copied;
	unsigned damaged;

	assert_ok(copy(p));
	assert_true(p->commits > 0);
	assert_ok(store_lmdb_copy_open(p->copy, &copied));
	assert_int_equal(count(p, copied, "before", &damaged), RECORDS);
	assert_int_equal(damaged, 0);
	assert_int_equal(count(p, copied, "during", &damaged), 0);
	copied->ops->close(copied);
	/* and the store has gone on */
	assert_int_equal(count(p, p->store, "during", &damaged), RECORDS);
}

static void test_who_takes_it_ends_it_and_the_store_goes_on(void **state)
{
	struct corner *p = *state;
	struct store *copied;
	unsigned damaged;

	for (unsigned n = 0; n < 20 * RECORDS; n++) {
		put(p, "many", n);
		if (n % RECORDS == RECORDS - 1)
			commit(p);
	}
	p->after_first = ERR_CANCELLED;
	p->commits = COMMITTED_MEANWHILE;
	assert_int_equal(copy(p), ERR_CANCELLED);
	p->after_first = ERR_OK;
	put(p, "after", 1);
	commit(p);
	assert_ok(copy(p));
	assert_ok(store_lmdb_copy_open(p->copy, &copied));
	assert_int_equal(count(p, copied, "after", &damaged), 1);
	assert_int_equal(count(p, copied, "many", &damaged), 20 * RECORDS);
	copied->ops->close(copied);
}

static void test_no_copy_is_opened_that_is_none(void **state)
{
	struct corner *p = *state;
	struct store *copied;

	assert_int_not_equal(store_lmdb_copy_open(p->copy, &copied), ERR_OK);
	assert_null(copied);
	p->fd = open(p->copy, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(p->fd >= 0);
	assert_int_equal(ftruncate(p->fd, 8192), 0);
	close(p->fd);
	assert_int_equal(store_lmdb_copy_open(p->copy, &copied), ERR_DAMAGED);
	assert_null(copied);
}

/* A bit in the middle of a value: its key is found by its text. */
static void test_damaged_record_of_a_copy_is_reported_and_set_aside_nowhere(void **state)
{
	struct corner *p = *state;
	char quarantine[96];
	struct store *copied;
	struct stat st;
	unsigned damaged;
	uint8_t *bytes, *at;

	assert_ok(copy(p));
	p->fd = open(p->copy, O_RDWR | O_CLOEXEC);
	assert_true(p->fd >= 0 && fstat(p->fd, &st) == 0);
	bytes = malloc((size_t)st.st_size);
	assert_non_null(bytes);
	assert_int_equal(pread(p->fd, bytes, (size_t)st.st_size, 0), st.st_size);
	/* free pages have older copies of it */
	for (at = bytes;
	     (at = memmem(at, (size_t)(bytes + st.st_size - at), "before-000777", 13)) != NULL;) {
		at += 13;
		at[2] ^= 1; /* of the checksum */
	}
	assert_int_equal(pwrite(p->fd, bytes, (size_t)st.st_size, 0), st.st_size);
	close(p->fd);
	free(bytes);
	assert_ok(store_lmdb_copy_open(p->copy, &copied));
	assert_int_equal(count(p, copied, "before", &damaged), RECORDS - 1);
	assert_int_equal(damaged, 1);
	copied->ops->close(copied);
	snprintf(quarantine, sizeof quarantine, "%s/quarantine", p->folder);
	assert_int_not_equal(stat(quarantine, &st), 0);
}

/* A leaf page that says it has one record fewer, wherever a copy of it lies. */
static void shorten_leaf(struct corner *p, const char *key)
{
	enum { PAGE = 4096, FLAGS_AT = 10, LOWER_AT = 12, LEAF = 0x02 };
	struct stat st;
	uint8_t *bytes, *at;

	p->fd = open(p->copy, O_RDWR | O_CLOEXEC);
	assert_true(p->fd >= 0 && fstat(p->fd, &st) == 0);
	bytes = malloc((size_t)st.st_size);
	assert_non_null(bytes);
	assert_int_equal(pread(p->fd, bytes, (size_t)st.st_size, 0), st.st_size);
	for (at = bytes;
	     (at = memmem(at, (size_t)(bytes + st.st_size - at), key, strlen(key))) != NULL;
	     at += strlen(key)) {
		uint8_t *page = bytes + (at - bytes) / PAGE * PAGE;

		if ((page[FLAGS_AT] & LEAF) != 0)
			page[LOWER_AT] = (uint8_t)(page[LOWER_AT] - 2);
	}
	assert_int_equal(pwrite(p->fd, bytes, (size_t)st.st_size, 0), st.st_size);
	close(p->fd);
	free(bytes);
}

static void test_copy_says_how_many_records_a_walk_must_find(void **state)
{
	struct corner *p = *state;
	struct store_figures figures;
	struct store *copied;
	uint64_t entries;
	unsigned damaged, others;

	p->commits = COMMITTED_MEANWHILE;
	assert_ok(copy(p));
	assert_ok(store_lmdb_copy_open(p->copy, &copied));
	copied->ops->figures(copied, &figures);
	entries = figures.entries;
	others = count(p, copied, "", &damaged) - RECORDS; /* what each store has */
	assert_int_equal(entries, RECORDS + others);
	copied->ops->close(copied);
	shorten_leaf(p, "before-000777");
	assert_ok(store_lmdb_copy_open(p->copy, &copied));
	copied->ops->figures(copied, &figures);
	assert_int_equal(figures.entries, entries);
	assert_true(count(p, copied, "before", &damaged) < RECORDS && damaged == 0);
	copied->ops->close(copied);
}

static void test_copy_of_a_newer_format_is_refused(void **state)
{
	struct corner *p = *state;
	struct record r = { .family = FAMILY_META, .u.note = { .number = 1000 } };
	struct store *copied;

	plan_put(p->plan, key_name("format"), &r);
	commit(p);
	p->commits = COMMITTED_MEANWHILE;
	assert_ok(copy(p));
	assert_int_equal(store_lmdb_copy_open(p->copy, &copied), ERR_STORE_VERSION);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_copy_has_one_state_whatever_is_committed_meanwhile),
		CASE(test_who_takes_it_ends_it_and_the_store_goes_on),
		CASE(test_no_copy_is_opened_that_is_none),
		CASE(test_damaged_record_of_a_copy_is_reported_and_set_aside_nowhere),
		CASE(test_copy_says_how_many_records_a_walk_must_find),
		CASE(test_copy_of_a_newer_format_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
