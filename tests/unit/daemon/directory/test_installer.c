/* Directories from files and in parts, piece by piece into the core: what comes into force, and
 * what is said of what cannot. */
#include "proto/directory_file.h"
#include "tests/unit/support/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/directory/download.h"
#include "routing/base/committee_id.h"

struct bench {
	struct stage *g;
	struct inbox *inbox;
	struct installer *installer;
	char path[64];
	enum err ended;
	unsigned ends, pieces;
};

static void run_here(void *ctx, struct job *j)
{
	(void)ctx;
	j->work(j);
	j->done(j);
}

static int set_up(void **state)
{
	struct bench *b = calloc(1, sizeof *b);
	void *stage;

	assert_int_equal(stage_set_up(&stage), 0);
	b->g = stage;
	b->inbox = inbox_new();
	b->installer = installer_new(
	    &(struct installer_parts){ .core = b->g->s->core,
				       .inbox = b->inbox,
				       .lookup = b->g->s->lookup,
				       .runner = { .run = run_here },
				       .piece_count = 2,
				       .trust = directory_trust_root(&b->g->f->root_der) });
	assert_true(b->inbox != NULL && b->installer != NULL);
	snprintf(b->path, sizeof b->path, "/tmp/vanthu-installer-%d", (int)getpid());
	*state = b;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *b = *state;
	void *stage = b->g;

	inbox_destroy(b->inbox);
	installer_destroy(b->installer);
	unlink(b->path);
	stage_tear_down(&stage);
	free(b);
	return 0;
}

static void ended(void *ctx, enum err result)
{
	struct bench *b = ctx;

	b->ended = result;
	b->ends++;
}

/* Turns until nothing is left to do, one event each. */
static void turns(struct bench *b)
{
	struct event tick = { .type = EVENT_TICK };
	struct station *s = b->g->s;

	for (unsigned i = 0;
	     i < 1000 && (installer_busy(b->installer) || core_directory_unsettled(s->core)); i++) {
		struct queued q;
		const struct act *a;

		station_clear(s);
		s->now.mono_ms++;
		station_take(s, &tick);
		if (inbox_take(b->inbox, &q, 1) == 1) {
			b->pieces++;
			station_take(s, &q.event);
		}
		station_commit(s);
		a = station_act(s, ACT_INSTALLED, 0);
		if (a != NULL)
			installer_installed(b->installer, &a->u.installed);
		installer_go_on(b->installer);
	}
	assert_false(installer_busy(b->installer));
}

static void write_file(const struct bench *b, struct blob bytes)
{
	FILE *f = fopen(b->path, "we");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes.data, 1, bytes.len_bytes, f), bytes.len_bytes);
	assert_int_equal(fclose(f), 0);
}

static enum err install_file(struct bench *b)
{
	struct installation what = {
		.file = b->path, .from = "the file", .ended = ended, .ctx = b
	};

	b->ends = b->pieces = 0;
	assert_ok(installer_begin(b->installer, &what));
	turns(b);
	assert_int_equal(b->ends, 1);
	return b->ended;
}

static struct blob packed(struct bench *b, const struct directory *d)
{
	struct blob bytes;

	assert_ok(directory_file_pack(b->g->f->arena, d, &bytes));
	return bytes;
}

/* Version 2, in which all have another name. */
static struct directory second(struct bench *b)
{
	struct fixture *f = b->g->f;

	for (unsigned i = 0; i < FIXTURE_COMMITTEES; i++) {
		f->entries[i].name = "Tên mới";
		f->entries[i].changed_in = 2;
		fixture_repack(f, i);
	}
	return fixture_directory(f, 2);
}

static void test_file_comes_into_force_piece_by_piece(void **state)
{
	struct bench *b = *state;
	struct directory d = second(b);

	write_file(b, packed(b, &d));
	assert_ok(install_file(b));
	assert_int_equal(b->pieces, (FIXTURE_COMMITTEES + 1) / 2);
	assert_true(core_directory_version(b->g->s->core) == 2);
	assert_string_equal(
	    station_get(b->g->s, FAMILY_COMMITTEE, key_committee(fixture_id("xa-cu")))
		.u.committee.name,
	    "Tên mới");
	assert_int_equal(installer_view(b->installer).failed, ERR_OK);
	assert_int_equal(install_file(b), ERR_DIRECTORY_OLD); /* the same again is no failure */
	assert_int_equal(installer_view(b->installer).failed, ERR_OK);
}

static void test_each_fault_of_a_file_has_its_own_code_and_stays_to_be_seen(void **state)
{
	struct bench *b = *state;
	struct fixture *f = b->g->f;
	struct rec_committee good = f->entries[3];
	struct directory d = second(b);
	struct blob bytes = packed(b, &d), cut = { bytes.data, bytes.len_bytes - 3 };
	struct installer_view v;

	unlink(b->path);
	assert_int_equal(install_file(b), ERR_FILE);
	write_file(b, (struct blob){ (const uint8_t *)"no directory", 12 });
	assert_int_equal(install_file(b), ERR_DIRECTORY_FORMAT);
	write_file(b, cut);
	assert_int_equal(install_file(b), ERR_DIRECTORY_FORMAT);
	assert_int_equal(truncate(b->path, (off_t)DIRECTORY_FILE_MAX_BYTES + 1), 0);
	assert_int_equal(install_file(b), ERR_DIRECTORY_SIZE);
	v = installer_view(b->installer);
	assert_int_equal(v.failed, ERR_DIRECTORY_SIZE);
	assert_string_equal(v.failed_from, "the file");
	d.entry_count--;
	write_file(b, packed(b, &d));
	assert_int_equal(install_file(b), ERR_DIRECTORY_ROOT);
	f->entries[3].superior = fixture_id("nowhere");
	fixture_repack(f, 3);
	d = fixture_directory(f, 2);
	write_file(b, packed(b, &d));
	assert_int_equal(install_file(b), ERR_DIRECTORY_TREE);
	v = installer_view(b->installer);
	assert_string_equal(v.culprit.text, "xa-a1");
	assert_non_null(strstr(v.fault, "not in the list"));
	assert_true(core_directory_version(b->g->s->core) == 1);
	f->entries[3] = good;
	d = second(b);
	write_file(b, packed(b, &d));
	assert_ok(install_file(b));
	/* until another comes into force */
	assert_int_equal(installer_view(b->installer).failed, ERR_OK);
}

static void test_changes_that_come_in_parts_over_a_link_come_into_force_too(void **state)
{
	struct bench *b = *state;
	struct directory d = second(b);
	struct download *f =
	    download_new(&(struct download_parts){ .installer = b->installer,
					       .core = b->g->s->core,
					       .inbox = b->inbox,
					       .trust = directory_trust_root(&b->g->f->root_der) });
	struct msg_directory_part m = { .since = 1, .head = d.head.head };

	assert_non_null(f);
	for (unsigned i = 0; i < FIXTURE_COMMITTEES; i++) {
		m.entries = &d.entries[i].entry;
		m.entry_count = 1;
		m.upto = d.entries[i].id;
		m.last = i + 1 == FIXTURE_COMMITTEES;
		download_part(f, fixture_id("tinh"), PARTY_NEIGHBOUR, &m);
		assert_int_equal(installer_busy(b->installer), m.last);
		m.after = m.upto;
	}
	turns(b);
	assert_true(core_directory_version(b->g->s->core) == 2);
	download_destroy(f);
}

static void test_head_that_the_registry_has_not_signed_is_put_down_nowhere(void **state)
{
	struct bench *b = *state;
	struct fixture *other = fixture_new();
	struct directory d = fixture_directory(other, 9);
	struct download *f =
	    download_new(&(struct download_parts){ .installer = b->installer,
					       .core = b->g->s->core,
					       .inbox = b->inbox,
					       .trust = directory_trust_root(&b->g->f->root_der) });
	struct msg_directory_part m = { .since = 1, .head = d.head.head, .last = true };
	struct queued q;

	download_part(f, fixture_id("tinh"), PARTY_NEIGHBOUR, &m);
	assert_false(installer_busy(b->installer));
	assert_int_equal(inbox_take(b->inbox, &q, 1), 1);
	assert_int_equal(q.event.type, EVENT_BAD_DIRECTORY);
	assert_int_equal(q.event.u.link.reason, ERR_SIGNATURE);
	download_destroy(f);
	fixture_free(other);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_file_comes_into_force_piece_by_piece),
		TEST(test_each_fault_of_a_file_has_its_own_code_and_stays_to_be_seen),
		TEST(test_changes_that_come_in_parts_over_a_link_come_into_force_too),
		TEST(test_head_that_the_registry_has_not_signed_is_put_down_nowhere),
	};

	return cmocka_run_group_tests_name("installer", tests, NULL, NULL);
}
