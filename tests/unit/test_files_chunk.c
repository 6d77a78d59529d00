/* A disk that goes bad under a finished attachment: what is damaged is never served. */
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

#include "daemon/files.h"
#include "proto/digest.h"
#include "tools/fsutil.h"

enum { CHUNKS = 3, SIZE = 2 * CHUNK_BYTES + 100 };

struct corner {
	char folder[64];
	struct files *files;
	struct manifest_item item;
};

static int set_up(void **state)
{
	static uint8_t content[SIZE];
	struct corner *p = calloc(1, sizeof *p);
	struct incoming *i;

	snprintf(p->folder, sizeof p->folder, "/tmp/vanthu-chunk-XXXXXX");
	assert_non_null(mkdtemp(p->folder));
	assert_int_equal(files_open(p->folder, &p->files), ERR_OK);
	assert_int_equal(p->files->ops->incoming_open(p->files, "submit.1", &i), ERR_OK);
	for (size_t k = 0; k < sizeof content; k++)
		content[k] = (uint8_t)(k * 7 + k / 251);
	assert_int_equal(p->files->ops->incoming_append(i, (struct blob){ content, sizeof content }), ERR_OK);
	assert_int_equal(p->files->ops->incoming_finish(i, &p->item), ERR_OK);
	*state = p;
	return 0;
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
	static uint8_t chunk[CHUNK_BYTES];
	struct corner *p = *state;
	size_t got;

	for (uint64_t i = 0; i < CHUNKS; i++) {
		assert_int_equal(p->files->ops->chunk(p->files, &p->item, i, chunk, &got), ERR_OK);
		assert_int_equal(got, i + 1 == CHUNKS ? 100 : CHUNK_BYTES);
	}
	assert_int_equal(p->files->ops->chunk(p->files, &p->item, CHUNKS, chunk, &got), ERR_NOT_FOUND);
}

static void test_damaged_chunk_is_never_served_and_the_others_still_are(void **state)
{
	static uint8_t chunk[CHUNK_BYTES];
	struct corner *p = *state;
	size_t got;

	damage(p);
	assert_int_equal(p->files->ops->chunk(p->files, &p->item, 0, chunk, &got), ERR_OK);
	assert_int_equal(p->files->ops->chunk(p->files, &p->item, 1, chunk, &got), ERR_DAMAGED);
	assert_int_equal(p->files->ops->chunk(p->files, &p->item, 2, chunk, &got), ERR_OK);
}

static void test_leaves_are_not_made_anew_of_damage(void **state)
{
	static uint8_t chunk[CHUNK_BYTES];
	struct corner *p = *state;
	char path[200];
	size_t got;

	path_of(p, ".leaves", path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(p->files->ops->chunk(p->files, &p->item, 0, chunk, &got), ERR_OK);
	assert_int_equal(unlink(path), 0);
	damage(p);
	assert_int_equal(p->files->ops->chunk(p->files, &p->item, 0, chunk, &got), ERR_DAMAGED);
}

struct settler {
	struct corner *place;
	pthread_t thread;
	unsigned n;
	enum err result;
};

static void *settle_again(void *arg)
{
	static const uint8_t content[SIZE] = { 1 };
	struct settler *t = arg;
	const struct files_ops *ops = t->place->files->ops;
	struct manifest_item item;

	for (unsigned k = 0; k < 30 && t->result == ERR_OK; k++) {
		struct incoming *i = NULL;
		char name[32];

		snprintf(name, sizeof name, "submit.%u", 10 + t->n);
		t->result = ops->incoming_open(t->place->files, name, &i);
		if (t->result == ERR_OK)
			t->result = ops->incoming_append(i, (struct blob){ content, sizeof content });
		if (t->result == ERR_OK)
			t->result = ops->incoming_finish(i, &item);
	}
	return NULL;
}

static void test_same_content_settles_from_several_threads_at_once(void **state)
{
	struct settler settlers[4];

	for (unsigned n = 0; n < 4; n++) {
		settlers[n] = (struct settler){ .place = *state, .n = n };
		assert_int_equal(pthread_create(&settlers[n].thread, NULL, settle_again, &settlers[n]), 0);
	}
	for (unsigned n = 0; n < 4; n++) {
		assert_int_equal(pthread_join(settlers[n].thread, NULL), 0);
		assert_int_equal(settlers[n].result, ERR_OK);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_whole_chunks_are_served_and_nothing_beyond_the_end, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_damaged_chunk_is_never_served_and_the_others_still_are, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_leaves_are_not_made_anew_of_damage, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_same_content_settles_from_several_threads_at_once, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
