/* Listings on a local socket wait for who reads slowly: what is sent ahead of it is bounded, and in
 * the end it has all. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "proto/directory.h"
#include "tests/unit/support/desk.h"

/* Several times what may wait. */
enum { COMMITTEES = 12000, ENTRY_BYTES = COMMITTEE_NAME_MAX, IDLE_TURNS = 200 };

static void fill_directory(struct fixture *f, struct station *s)
{
	static char name[COMMITTEE_NAME_MAX + 1];
	struct rec_committee *entries = arena_array(f->arena, COMMITTEES, sizeof *entries);
	struct directory_issue issue = {
		2, NULL, FIXTURE_NOW_MS, FIXTURE_NOW_MS + 1000000, { NULL, 0 }, { NULL, 0 }
	};
	struct record r = { .family = FAMILY_DIRECTORY };

	assert_non_null(entries);
	memset(name, 'x', sizeof name - 1);
	for (unsigned i = 0; i < COMMITTEES; i++) {
		struct record c = { .family = FAMILY_COMMITTEE };

		entries[i] = (struct rec_committee){ .name = name,
						     .symbol = "CB",
						     .endpoint = "",
						     .term_name = "",
						     .term_from = "",
						     .changed_in = 2 };
		snprintf(entries[i].id.text, sizeof entries[i].id.text, "cb-%05u", i);
		assert_ok(directory_entry_pack(f->arena, &entries[i], &entries[i].entry));
		c.u.committee = entries[i];
		plan_put(s->plan, key_committee(entries[i].id), &c);
	}
	assert_ok(
	    directory_sign(f->registry, f->arena, entries, COMMITTEES, &issue, &r.u.directory));
	plan_put(s->plan, key_number(2), &r);
	assert_ok(s->store->ops->commit(s->store, s->plan));
	station_clear(s);
}

static int set_up(void **state)
{
	struct fixture *f = fixture_new();
	struct station *s = station_new(f, "huyen-a");

	fill_directory(f, s);
	*state = desk_new(f, s, SOCKET_READ);
	return 0;
}

static int tear_down(void **state)
{
	desk_free(*state);
	return 0;
}

struct received {
	unsigned rows; /* with `more` */
	size_t bytes;
	uint32_t error;
};

/* Asks, reads nothing for a while, then all of it. */
static struct received listen_late(struct desk *d, Vanthu__V1__Request *request)
{
	struct received t = { .rows = 0 };
	bool more = true;

	desk_ask(d, request);
	for (int i = 0; i < IDLE_TURNS; i++)
		desk_turn(d);
	while (more) {
		Vanthu__V1__Reply *r = desk_reply(d);

		more = r->more;
		t.rows += more ? 1 : 0;
		t.bytes += r->what_case == VANTHU__V1__REPLY__WHAT_DATA ? r->data->bytes.len : 0;
		t.error = r->what_case == VANTHU__V1__REPLY__WHAT_ERROR ? r->error->code : 0;
		vanthu__v1__reply__free_unpacked(r, NULL);
	}
	desk_turn(d);
	assert_int_equal(d->at, d->got_len);
	return t;
}

static void test_committees_wait_for_who_reads_slowly_and_all_come(void **state)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__CommitteeQuery query = VANTHU__V1__COMMITTEE_QUERY__INIT;
	struct desk *d = *state;
	struct received t;

	request.what_case = VANTHU__V1__REQUEST__WHAT_COMMITTEES;
	request.committees = &query;
	t = listen_late(d, &request);
	assert_int_equal(t.rows, COMMITTEES + FIXTURE_COMMITTEES);
	assert_int_equal(t.error, 0);
	assert_in_range(d->most_waiting, OUT_PAUSE_BYTES / 2, OUT_PAUSE_BYTES + 2 * ENTRY_BYTES);
}

static void test_directory_waits_for_who_reads_slowly_and_comes_whole(void **state)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Nothing nothing = VANTHU__V1__NOTHING__INIT;
	struct desk *d = *state;
	struct received t;

	request.what_case = VANTHU__V1__REQUEST__WHAT_DIRECTORY;
	request.directory = &nothing;
	t = listen_late(d, &request);
	assert_int_equal(t.error, 0);
	assert_true(t.bytes > (size_t)COMMITTEES * ENTRY_BYTES);
	assert_in_range(d->most_waiting, OUT_PAUSE_BYTES / 2,
			OUT_PAUSE_BYTES + CONTROL_DATA_BYTES + 100);
}

static void test_name_that_is_none_is_refused_and_a_beginning_finds_its_own(void **state)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__CommitteeQuery query = VANTHU__V1__COMMITTEE_QUERY__INIT;
	struct desk *d = *state;

	request.what_case = VANTHU__V1__REQUEST__WHAT_COMMITTEES;
	request.committees = &query;
	query.id = (char *)(uintptr_t) "cb-0";
	assert_int_equal(listen_late(d, &request).error, ERR_NOT_FOUND);
	query.prefix = true;
	assert_int_equal(listen_late(d, &request).rows, 10000); /* cb-00000 to cb-09999 */
	query.prefix = false;
	query.id = (char *)(uintptr_t) "cb-00007";
	assert_int_equal(listen_late(d, &request).rows, 1);
	query.id = (char *)(uintptr_t) "a-name-that-is-longer-than-any-id-can-be";
	assert_int_equal(listen_late(d, &request).error, ERR_NOT_FOUND);
}

static void test_client_that_goes_during_a_listing_leaves_nothing(void **state)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Nothing nothing = VANTHU__V1__NOTHING__INIT;
	struct desk *d = *state;

	request.what_case = VANTHU__V1__REQUEST__WHAT_DIRECTORY;
	request.directory = &nothing;
	desk_ask(d, &request);
	desk_turn(d);
	assert_non_null(d->control->clients[0]->tasks);
	close(d->fd);
	d->fd = -1;
	/* it is written to, and found gone; the sanitizer counts what is left */
	control_service(d->control, NULL, 0);
	assert_int_equal(d->control->client_count, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_committees_wait_for_who_reads_slowly_and_all_come),
		TEST(test_directory_waits_for_who_reads_slowly_and_comes_whole),
		TEST(test_name_that_is_none_is_refused_and_a_beginning_finds_its_own),
		TEST(test_client_that_goes_during_a_listing_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
