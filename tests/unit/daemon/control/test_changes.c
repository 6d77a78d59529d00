/* The feed as a client reads it: from any number on, waiting, by kind; what is too late; what each
 * socket shows. */
#include "daemon/control/changes.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/support/desk.h"
#include "tests/unit/support/paper.h"

static struct stage g;

static void submit(unsigned id)
{
	struct submission u;

	station_clear(g.s);
	memset(&u, 0, sizeof u);
	u.recipients[0].committee = fixture_id("tinh");
	station_take(g.s, submission_of(&u, id, 1));
	station_commit(g.s);
	station_clear(g.s);
}

static int begin(void **state, enum local_socket socket)
{
	struct desk *d;

	g = (struct stage){ .f = fixture_new(), .tinh = neighbour_of("tinh") };
	g.s = station_new(g.f, "huyen-a");
	neighbour_up(g.s, &g.tinh);
	submit(1);
	submit(2);
	d = desk_new(g.f, g.s, socket);
	*state = d;
	return 0;
}

static int at_office(void **state)
{
	return begin(state, SOCKET_OFFICE);
}

static int at_read(void **state)
{
	return begin(state, SOCKET_READ);
}

static int tear_down(void **state)
{
	desk_free(*state);
	return 0;
}

static uint64_t newest(void)
{
	struct feed_view v;

	core_feed(g.s->core, &v);
	return v.next - 1;
}

static void ask(struct desk *d, Vanthu__V1__ChangesQuery *m)
{
	Vanthu__V1__Request r = VANTHU__V1__REQUEST__INIT;

	r.id = 9;
	r.what_case = VANTHU__V1__REQUEST__WHAT_CHANGES;
	r.changes = m;
	desk_ask(d, &r);
}

static Vanthu__V1__Reply *answer_of(struct desk *d)
{
	Vanthu__V1__Reply *r = desk_reply(d);

	assert_int_equal(r->id, 9);
	assert_int_equal(r->what_case, VANTHU__V1__REPLY__WHAT_CHANGES);
	return r;
}

static Vanthu__V1__Reply *answer(struct desk *d, Vanthu__V1__ChangesQuery *m)
{
	ask(d, m);
	return answer_of(d);
}

static Vanthu__V1__ChangesQuery since(uint64_t number)
{
	Vanthu__V1__ChangesQuery m = VANTHU__V1__CHANGES_QUERY__INIT;

	m.since = number;
	return m;
}

#define FREE(reply) vanthu__v1__reply__free_unpacked(reply, NULL)

static void test_numbers_ascend_and_next_goes_on_where_the_answer_ended(void **state)
{
	struct desk *d = *state;
	Vanthu__V1__ChangesQuery m = since(0);
	uint64_t last = 0;
	unsigned answers = 0;

	m.limit = 3;
	for (;;) {
		Vanthu__V1__Reply *r = answer(d, &m);
		Vanthu__V1__Changes *c = r->changes;
		size_t count = c->n_changes;

		assert_true(count <= 3 && !c->missed && c->first == 1 && c->last == newest());
		for (size_t i = 0; i < count; i++) {
			assert_int_equal(c->changes[i]->number, last + 1);
			last++;
		}
		assert_int_equal(c->next, last);
		m.since = c->next;
		FREE(r);
		answers++;
		if (count == 0)
			break;
	}
	assert_int_equal(last, newest());
	assert_true(answers > 2);
}

static void test_document_stands_beside_a_change_at_the_office(void **state)
{
	struct desk *d = *state;
	Vanthu__V1__ChangesQuery m = since(newest() - 1);
	struct doc_id id = fixture_doc_id(2);
	Vanthu__V1__Reply *r = answer(d, &m);
	Vanthu__V1__Change *c = r->changes->changes[0];

	assert_int_equal(r->changes->n_changes, 1);
	assert_string_equal(c->kind, "sent");
	assert_memory_equal(c->id.data, id.bytes, sizeof id.bytes);
	assert_string_equal(c->origin, "huyen-a");
	assert_true(c->sent && c->document != NULL && c->document->n_to == 1);
	assert_string_equal(c->document->to[0], "tinh");
	FREE(r);
}

static void test_content_is_not_shown_at_the_read_socket(void **state)
{
	struct desk *d = *state;
	Vanthu__V1__ChangesQuery m = since(newest() - 1);
	Vanthu__V1__Reply *r = answer(d, &m);

	assert_int_equal(r->changes->n_changes, 1);
	assert_int_equal(r->changes->changes[0]->id.len, 16);
	assert_null(r->changes->changes[0]->document);
	FREE(r);
}

static void test_only_wanted_kinds_are_told_and_next_passes_the_others(void **state)
{
	struct desk *d = *state;
	Vanthu__V1__ChangesQuery m = since(0);
	char *kinds[] = { (char *)(uintptr_t) "sent", (char *)(uintptr_t) "directory" };
	Vanthu__V1__Reply *r;

	m.kinds = kinds;
	m.n_kinds = 2;
	r = answer(d, &m);
	assert_int_equal(r->changes->n_changes, 3);
	assert_string_equal(r->changes->changes[0]->kind, "directory");
	assert_int_equal(r->changes->changes[0]->version, 1);
	assert_string_equal(r->changes->changes[2]->kind, "sent");
	assert_int_equal(r->changes->next, newest());
	FREE(r);
}

static void test_who_waits_is_answered_by_the_commit(void **state)
{
	struct desk *d = *state;
	Vanthu__V1__ChangesQuery m = since(newest());
	Vanthu__V1__Reply *r;

	m.wait_ms = CHANGES_WAIT_MAX_MS;
	ask(d, &m);
	for (unsigned i = 0; i < 100; i++)
		desk_turn(d);
	assert_int_equal(control_out_waiting(d->control->clients[0]), 0);
	assert_false(control_busy(d->control)); /* who waits keeps nobody awake */
	submit(3);
	assert_true(control_busy(d->control));
	r = answer_of(d);
	assert_true(r->changes->n_changes == 2 && r->changes->next == newest());
	FREE(r);
}

static void test_who_waits_for_a_kind_is_not_answered_by_another(void **state)
{
	struct desk *d = *state;
	Vanthu__V1__ChangesQuery m = since(newest());
	char *kinds[] = { (char *)(uintptr_t) "paper" };
	Vanthu__V1__Reply *r;

	m.wait_ms = CHANGES_WAIT_MAX_MS;
	m.kinds = kinds;
	m.n_kinds = 1;
	ask(d, &m);
	for (unsigned i = 0; i < 100; i++)
		desk_turn(d);
	submit(3);
	for (unsigned i = 0; i < 100; i++)
		desk_turn(d);
	assert_false(control_busy(d->control));
	paper_add(&g, 20, DIRECTION_OUT, "20-CV/ĐU", "2025-06-02");
	r = answer_of(d);
	assert_int_equal(r->changes->n_changes, 1);
	assert_string_equal(r->changes->changes[0]->what, "added");
	FREE(r);
}

static void test_time_that_is_over_is_an_answer_without_changes(void **state)
{
	struct desk *d = *state;
	Vanthu__V1__ChangesQuery m = since(newest());
	Vanthu__V1__Reply *r;

	m.wait_ms = 1;
	r = answer(d, &m);
	assert_true(r->changes->n_changes == 0 && r->changes->next == newest());
	FREE(r);
}

static void test_who_goes_waits_no_more(void **state)
{
	struct desk *d = *state;
	Vanthu__V1__ChangesQuery m = since(newest());

	m.wait_ms = CHANGES_WAIT_MAX_MS;
	ask(d, &m);
	desk_turn(d);
	assert_int_equal(d->control->client_count, 1);
	close(d->fd);
	d->fd = -1;
	for (unsigned i = 0; i < 1000 && d->control->client_count > 0; i++)
		desk_turn(d);
	assert_int_equal(d->control->client_count, 0);
}

static void test_who_is_too_late_is_told_where_to_go_on(void **state)
{
	struct desk *d = *state;
	Vanthu__V1__ChangesQuery m = since(0);
	struct event tick = { .type = EVENT_TICK };
	Vanthu__V1__Reply *r;
	struct feed_view v;

	core_set_feed(g.s->core, 0, 1);
	g.s->now.mono_ms += 20000;
	station_take(g.s, &tick);
	station_commit(g.s);
	core_feed(g.s->core, &v);
	assert_true(v.first > 2);
	r = answer(d, &m);
	assert_true(r->changes->missed && r->changes->reason == ERR_FEED_MISSED);
	assert_true(r->changes->first == v.first && r->changes->next == v.first - 1);
	m.since = r->changes->next;
	FREE(r);
	r = answer(d, &m);
	assert_true(!r->changes->missed && r->changes->n_changes > 0);
	assert_int_equal(r->changes->changes[0]->number, v.first);
	FREE(r);
	m.since = 0;
	m.oldest = true;
	r = answer(d, &m);
	assert_int_equal(r->changes->changes[0]->number, v.first);
	FREE(r);
}

static void test_numbers_and_ids_of_another_feed_are_found_out(void **state)
{
	static uint8_t other[16] = { 1 };
	struct desk *d = *state;
	Vanthu__V1__ChangesQuery m = since(newest() + 1);
	Vanthu__V1__Reply *r = answer(d, &m);
	struct feed_view v;

	assert_true(r->changes->missed && r->changes->reason == ERR_FEED_OTHER);
	FREE(r);
	m = since(newest() - 1);
	m.feed = (ProtobufCBinaryData){ sizeof other, other };
	r = answer(d, &m);
	assert_true(r->changes->missed && r->changes->reason == ERR_FEED_OTHER);
	FREE(r);
	core_feed(g.s->core, &v);
	m.feed.data = v.id;
	r = answer(d, &m);
	assert_true(!r->changes->missed && r->changes->n_changes == 1);
	FREE(r);
}

static void test_a_damaged_record_is_told_as_missed(void **state)
{
	struct desk *d = *state;
	struct key key = key_number(newest() - 3); /* of document 1: two changes */
	Vanthu__V1__ChangesQuery m = since(newest() - 4);
	Vanthu__V1__Reply *r;

	assert_ok(memory_disk_spoil(g.s->disk, FAMILY_FEED, &key));
	r = answer(d, &m);
	assert_true(r->changes->missed && r->changes->reason == ERR_FEED_MISSED);
	assert_int_equal(r->changes->first, newest() - 1);
	assert_int_equal(r->changes->next, newest() - 2);
	FREE(r);
	/* what lies before it is told first */
	m = since(0);
	r = answer(d, &m);
	assert_true(!r->changes->missed && r->changes->next == newest() - 4);
	FREE(r);
}

#define OFFICE(name) cmocka_unit_test_setup_teardown(name, at_office, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		OFFICE(test_numbers_ascend_and_next_goes_on_where_the_answer_ended),
		OFFICE(test_document_stands_beside_a_change_at_the_office),
		cmocka_unit_test_setup_teardown(test_content_is_not_shown_at_the_read_socket,
						at_read, tear_down),
		OFFICE(test_only_wanted_kinds_are_told_and_next_passes_the_others),
		OFFICE(test_who_waits_is_answered_by_the_commit),
		OFFICE(test_who_waits_for_a_kind_is_not_answered_by_another),
		OFFICE(test_time_that_is_over_is_an_answer_without_changes),
		OFFICE(test_who_goes_waits_no_more),
		OFFICE(test_who_is_too_late_is_told_where_to_go_on),
		OFFICE(test_numbers_and_ids_of_another_feed_are_found_out),
		OFFICE(test_a_damaged_record_is_told_as_missed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
