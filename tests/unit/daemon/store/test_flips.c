/* One bit of data.mdb is wrong, anywhere: in a value, a key, the head of a page, a list of free
 * pages, the heads of the file. Then the store is refused by name, or it opens and says that
 * something is missing or damaged, or all records are found as they were, in order and each by its
 * key; a process that ends by a signal has said why. Each open is in a child process. Positions
 * come from a seed:   FLIPS=5000 FLIPS_SEED=3 build/unit/daemon/store/test_flips */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/store/lmdb.h"
#include "daemon/store/lmdb_layout.h"
#include "tests/unit/support/fixture.h"
#include "tools/base/files.h"

enum {
	MAP_BYTES = 64 << 20,
	DOCUMENTS = 120,
	TURNS = 24,
	LONG_BYTES = 10000,
	FLIPS_STANDARD = 400,
	PAGE = 4096,
	HEAD_BYTES = 160, /* of a page: its head and its first offsets; of a file's head: all */
	ARENA_BYTES = 8 << 20,
};

/* What came of one flip, as the exit code of the child. */
enum outcome { SAME = 0, REFUSED, FOUND, SILENT, STRANGE, OUTCOMES };

struct corner {
	char folder[64], file[96], errors[96];
	uint8_t *bytes; /* data.mdb as it was */
	size_t len;
	uint64_t dump; /* of all records */
	uint64_t seed;
};

static uint64_t next_random(struct corner *p)
{
	uint64_t z = p->seed += 0x9e3779b97f4a7c15ULL; /* splitmix64 */

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

static enum err open_store(const struct corner *p, struct store **out)
{
	struct store_lmdb_config config = { .directory = p->folder,
					    .map_bytes = MAP_BYTES,
					    .reserve_bytes = 1 << 20,
					    .submit_reserve_bytes = 1 << 20 };

	return store_lmdb_open(&config, out);
}

/* ---- a store of some turns, with records that were written over, erased, short and long ---- */

static void put(struct plan *plan, enum family f, struct key key, uint64_t n, struct blob bytes)
{
	struct record r = { .family = f };

	if (f == FAMILY_META)
		r.u.note = (struct rec_note){ n, bytes };
	else if (f == FAMILY_STATE)
		r.u.state = (struct rec_state){ .delivered = n };
	else if (f == FAMILY_COUNTER)
		r.u.counter.count.digital = n;
	plan_put(plan, key, &r);
}

static void fill_turn(struct plan *plan, unsigned turn, uint8_t *long_value)
{
	char name[32];

	memset(long_value, (int)turn + 1, LONG_BYTES); /* borrowed until the commit */
	for (unsigned i = turn % (TURNS / 2); i < DOCUMENTS; i += TURNS / 2) {
		struct serial serial = { i + 1 };
		struct key key = key_serial(i % 3 == 0 ? ROLE_IN : ROLE_OUT, serial), file;
		struct blob bytes = { long_value, i % 9 == 0 ? 9000 + i : 40 + i % 60 };

		snprintf(name, sizeof name, "note %u", i);
		put(plan, FAMILY_META, key_name(name), turn, bytes);
		put(plan, FAMILY_STATE, key, i + turn, bytes);
		file = key;
		memmove(file.bytes + 32, file.bytes, file.len_bytes);
		memset(file.bytes, (int)i, 32);
		file.len_bytes = (uint8_t)(file.len_bytes + 32);
		put(plan, FAMILY_FILE, file, 0, bytes);
		snprintf(name, sizeof name, "c%u", i);
		if (turn > TURNS / 2 && i % 5 == 0)
			plan_erase(plan, FAMILY_COUNTER, key_name(name));
		else
			put(plan, FAMILY_COUNTER, key_name(name), i, bytes);
	}
}

static void fill(struct corner *p)
{
	uint8_t *long_value = malloc(LONG_BYTES);
	struct store *s;
	struct plan *plan;

	assert_non_null(long_value);
	assert_ok(open_store(p, &s));
	plan = plan_new(s->ops->lookup(s));
	assert_non_null(plan);
	for (unsigned turn = 0; turn < TURNS; turn++) {
		fill_turn(plan, turn, long_value);
		assert_ok(s->ops->commit(s, plan));
		plan_clear(plan);
	}
	plan_destroy(plan);
	s->ops->close(s);
	free(long_value);
}

/* ---- what a store says, as one number ---- */

static uint64_t mix(uint64_t sum, const void *data, size_t len)
{
	const uint8_t *bytes = data;

	for (size_t i = 0; i < len; i++)
		sum = (sum ^ bytes[i]) * 0x100000001b3ULL; /* FNV-1a */
	return sum;
}

static uint64_t mix_record(uint64_t sum, const struct key *key, const struct record *r)
{
	sum = mix(mix(sum, &r->family, sizeof r->family), key->bytes, key->len_bytes);
	if (r->family == FAMILY_META)
		return mix(mix(sum, &r->u.note.number, sizeof r->u.note.number),
			   r->u.note.bytes.data, r->u.note.bytes.len_bytes);
	if (r->family == FAMILY_STATE)
		return mix(sum, &r->u.state.delivered, sizeof r->u.state.delivered);
	if (r->family == FAMILY_COUNTER)
		return mix(sum, &r->u.counter.count.digital, sizeof r->u.counter.count.digital);
	return sum;
}

/* Each family in order, and each record once more by its key. *lost: one was not found by its key.
 */
static uint64_t dump(struct store *s, struct arena *a, bool *lost)
{
	struct lookup l = s->ops->lookup(s);
	uint64_t sum = 0xcbf29ce484222325ULL;
	struct record r, again;

	for (int f = FAMILY_META; f < FAMILY_COUNT; f++) {
		struct scan scan = scan_of((struct key){ .len_bytes = 0 });

		for (unsigned n = 0;
		     n < 10 * DOCUMENTS && l.next(l.ctx, a, (enum family)f, &scan, &r) == ERR_OK;
		     n++) {
			sum = mix_record(sum, &scan.at, &r);
			*lost = *lost ||
				l.get(l.ctx, a, (enum family)f, &scan.at, &again) != ERR_OK;
			arena_reset(a);
		}
	}
	return sum;
}

/* In the child. */
static enum outcome judge(const struct corner *p)
{
	struct arena *a = arena_new(ARENA_BYTES);
	struct store_figures figures;
	struct store *s;
	bool lost = false, same;
	enum err e;

	if (a == NULL)
		return STRANGE;
	e = open_store(p, &s);
	if (e != ERR_OK)
		return e == ERR_STORE_DAMAGED || e == ERR_DAMAGED || e == ERR_STORE_VERSION
			       ? REFUSED
			       : STRANGE;
	if (s->ops->survey(s, NULL) != ERR_OK)
		return STRANGE;
	s->ops->figures(s, &figures);
	same = dump(s, a, &lost) == p->dump && !lost;
	s->ops->close(s);
	arena_destroy(a);
	if (figures.survey.faults > 0 || figures.survey.damaged > 0 || figures.survey.missing > 0 ||
	    figures.survey.differing != 0)
		return FOUND;
	return same ? SAME : SILENT;
}

static void write_file(const struct corner *p, size_t at, unsigned bit)
{
	int fd = open(p->file, O_WRONLY | O_CLOEXEC);
	uint8_t byte = at < p->len ? p->bytes[at] : 0;

	byte = (uint8_t)(byte ^ 1u << bit);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, p->bytes, p->len, 0), p->len);
	if (at < p->len)
		assert_int_equal(pwrite(fd, &byte, 1, (off_t)at), 1);
	assert_int_equal(ftruncate(fd, (off_t)p->len), 0);
	assert_int_equal(close(fd), 0);
}

static bool was_named(const struct corner *p)
{
	char text[4096] = "";
	FILE *f = fopen(p->errors, "re");
	size_t n = f == NULL ? 0 : fread(text, 1, sizeof text - 1, f);

	if (f != NULL)
		assert_int_equal(fclose(f), 0);
	text[n] = '\0';
	return strstr(text, "VT-4040") != NULL;
}

static enum outcome try_child(struct corner *p)
{
	int status, fd;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		fd = open(p->errors, O_WRONLY | O_CREAT | O_TRUNC, 0600);
		dup2(fd, STDERR_FILENO);
		alarm(60);
		_exit((int)judge(p));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status))
		return WEXITSTATUS(status) < OUTCOMES ? (enum outcome)WEXITSTATUS(status) : STRANGE;
	return was_named(p) ? REFUSED : STRANGE;
}

static enum outcome flip(struct corner *p, size_t at, unsigned bit)
{
	char path[128];

	write_file(p, at, bit);
	snprintf(path, sizeof path, "%s/quarantine", p->folder);
	fs_remove_tree(path);
	return try_child(p);
}

/* ---- the cases ---- */

static int set_up(void **state)
{
	struct corner *p = calloc(1, sizeof *p);
	struct arena *a = arena_new(ARENA_BYTES);
	const char *seed = getenv("FLIPS_SEED");
	struct stat file;
	struct store *s;
	bool lost = false;
	int fd;

	assert_non_null(p);
	/* in memory where that is to be had: each child syncs */
	snprintf(p->folder, sizeof p->folder, "/dev/shm/vanthu-unit-XXXXXX");
	if (mkdtemp(p->folder) == NULL) {
		snprintf(p->folder, sizeof p->folder, "/tmp/vanthu-unit-XXXXXX");
		assert_non_null(mkdtemp(p->folder));
	}
	snprintf(p->file, sizeof p->file, "%s/store/data.mdb", p->folder);
	snprintf(p->errors, sizeof p->errors, "%s/errors", p->folder);
	p->seed = seed == NULL ? 1 : strtoull(seed, NULL, 10);
	fill(p);
	assert_ok(open_store(p, &s));
	p->dump = dump(s, a, &lost);
	assert_false(lost);
	s->ops->close(s);
	arena_destroy(a);
	fd = open(p->file, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0 && fstat(fd, &file) == 0);
	p->len = (size_t)file.st_size;
	p->bytes = malloc(p->len);
	assert_non_null(p->bytes);
	assert_int_equal(pread(fd, p->bytes, p->len, 0), p->len);
	assert_int_equal(close(fd), 0);
	*state = p;
	return 0;
}

static int tear_down(void **state)
{
	struct corner *p = *state;

	fs_remove_tree(p->folder);
	free(p->bytes);
	free(p);
	return 0;
}

static void test_no_bit_is_wrong_and_nothing_is_found(void **state)
{
	assert_int_equal(flip(*state, SIZE_MAX, 0), SAME);
}

/* A third anywhere, a third in heads of pages, and the rest in the two heads of the file and in
 * what lies at the ends of pages, where the first records of each are. */
static size_t place(struct corner *p, unsigned i)
{
	size_t pages = p->len / PAGE, page = next_random(p) % pages;

	switch (i % 6) {
	case 0:
	case 1:
		return next_random(p) % p->len;
	case 2:
	case 3:
		return page * PAGE + next_random(p) % HEAD_BYTES;
	case 4:
		return next_random(p) % 2 * PAGE + next_random(p) % HEAD_BYTES;
	default:
		return page * PAGE + PAGE - 1 - next_random(p) % 256;
	}
}

static void test_one_bit_anywhere_is_without_effect_or_said(void **state)
{
	struct corner *p = *state;
	const char *wanted = getenv("FLIPS");
	unsigned flips = wanted == NULL ? FLIPS_STANDARD : (unsigned)strtoul(wanted, NULL, 10);
	unsigned count[OUTCOMES] = { 0 };

	for (unsigned i = 0; i < flips; i++) {
		size_t at = place(p, i);
		unsigned bit = next_random(p) % 8;
		enum outcome o = flip(p, at, bit);

		count[o]++;
		if (o == SILENT || o == STRANGE)
			printf("byte %zu (page %zu, %zu) bit %u: %s\n", at, at / PAGE, at % PAGE,
			       bit, o == SILENT ? "silent" : "ended without a name");
	}
	printf("%u flips in %zu bytes: %u without effect, %u refused by name, %u found, %u silent, "
	       "%u ended without a name\n",
	       flips, p->len, count[SAME], count[REFUSED], count[FOUND], count[SILENT],
	       count[STRANGE]);
	assert_int_equal(count[SILENT], 0);
	assert_int_equal(count[STRANGE], 0);
	assert_true(count[REFUSED] > 0 && count[FOUND] > 0 && count[SAME] > 0);
}

/* ---- what is refused can be salvaged ---- */

static void no_fault(void *ctx, const char *database, uint64_t page, const char *what)
{
	(void)ctx;
	(void)database;
	(void)page;
	(void)what;
}

static void no_damage(void *ctx, enum family f, const struct key *key)
{
	(void)ctx;
	(void)f;
	(void)key;
}

static void no_difference(void *ctx, enum family f, uint64_t expected, uint64_t found)
{
	(void)ctx;
	(void)f;
	(void)expected;
	(void)found;
}

/* How many records come over into a new store, which must be sound; 0: the file says nothing. */
static uint64_t salvage(struct corner *p, const char *to)
{
	const struct store_lmdb_findings findings = { NULL, no_fault, no_damage, no_difference };
	struct store_lmdb_config config = { .directory = p->folder,
					    .map_bytes = MAP_BYTES,
					    .reserve_bytes = 1 << 20,
					    .submit_reserve_bytes = 1 << 20 };
	struct store_lmdb_examined out;
	struct store_figures figures;
	struct store *s;
	enum err e;

	fs_remove_tree(to);
	e = store_lmdb_examine(&config, &findings, to, &out);
	if (e == ERR_STORE_DAMAGED)
		return 0;
	assert_ok(e);
	config.directory = to;
	assert_ok(store_lmdb_open(&config, &s));
	s->ops->figures(s, &figures);
	assert_int_equal(figures.unsound, ERR_OK);
	s->ops->close(s);
	return out.copied;
}

static void test_of_a_damaged_page_all_is_salvaged_that_does_not_lie_on_it(void **state)
{
	enum { TRIES = 40, PAGE_RECORDS_MAX = 100 };
	struct corner *p = *state;
	uint64_t all, copied, whole = 0, most = 0;
	char to[96];

	snprintf(to, sizeof to, "%s-salvaged", p->folder);
	write_file(p, SIZE_MAX, 0);
	all = salvage(p, to);
	assert_true(all > 4 * DOCUMENTS - DOCUMENTS);
	for (unsigned i = 0; i < TRIES; i++) {
		size_t page = 2 + next_random(p) % (p->len / PAGE - 2);

		/* its number, its kind, its bounds */
		write_file(p, page * PAGE + next_random(p) % 16, next_random(p) % 8);
		copied = salvage(p, to);
		assert_true(copied <= all && copied + PAGE_RECORDS_MAX >= all);
		whole += copied == all;
		most = all - copied > most ? all - copied : most;
	}
	printf("%d heads of pages damaged: %llu times all of %llu records were salvaged, else all "
	       "but %llu at most\n",
	       TRIES, (unsigned long long)whole, (unsigned long long)all, (unsigned long long)most);
	fs_remove_tree(to);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_no_bit_is_wrong_and_nothing_is_found),
		TEST(test_one_bit_anywhere_is_without_effect_or_said),
		TEST(test_of_a_damaged_page_all_is_salvaged_that_does_not_lie_on_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
