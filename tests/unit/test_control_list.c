/* Listings on a local socket wait for who reads slowly: what is told ahead of it is bounded, and in the end it has all. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/control_internal.h"
#include "proto/directory.h"
#include "tests/unit/fixture.h"
#include "tools/fsutil.h"

/* Several times what may wait. */
enum { COMMITTEES = 12000, ENTRY_BYTES = COMMITTEE_NAME_MAX, TURNS_MAX = 100000 };

struct desk {
	struct fixture *f;
	struct station *s;
	char folder[64];
	struct config config;
	struct inbox *inbox;
	struct control *control;
	int fd;
	uint8_t *got;
	size_t got_len, got_capacity, most_waiting;
};

static int64_t now_ms(void *ctx)
{
	(void)ctx;
	return FIXTURE_NOW_MS;
}

static bool no_key(void *ctx, const uint8_t public_key[32])
{
	(void)ctx;
	(void)public_key;
	return false;
}

static void fill_directory(struct desk *d)
{
	static char name[COMMITTEE_NAME_MAX + 1];
	struct rec_committee *entries = arena_array(d->f->arena, COMMITTEES, sizeof *entries);
	struct directory_issue issue = { 2, NULL, FIXTURE_NOW_MS, FIXTURE_NOW_MS + 1000000 };
	struct record r = { .family = FAMILY_DIRECTORY };

	assert_non_null(entries);
	memset(name, 'x', sizeof name - 1);
	for (unsigned i = 0; i < COMMITTEES; i++) {
		struct record c = { .family = FAMILY_COMMITTEE };

		entries[i] = (struct rec_committee){ .name = name, .symbol = "CB", .endpoint = "", .term_name = "", .term_from = "", .changed_in = 2 };
		snprintf(entries[i].id.text, sizeof entries[i].id.text, "cb-%05u", i);
		assert_ok(directory_entry_pack(d->f->arena, &entries[i], &entries[i].entry));
		c.u.committee = entries[i];
		plan_put(d->s->plan, key_committee(entries[i].id), &c);
	}
	assert_ok(directory_sign(d->f->registry, d->f->arena, entries, COMMITTEES, &issue, &r.u.directory));
	plan_put(d->s->plan, key_number(2), &r);
	assert_ok(d->s->store->ops->commit(d->s->store, d->s->plan));
	station_clear(d->s);
}

static int set_up(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct desk *d = calloc(1, sizeof *d);
	struct control_parts parts = { .wall_ms = now_ms, .key_in_use = no_key };
	zmq_pollitem_t items[DOOR_COUNT];

	assert_non_null(d);
	d->f = fixture_new();
	d->s = station_new(d->f, "huyen-a");
	fill_directory(d);
	snprintf(d->folder, sizeof d->folder, "/tmp/vanthu-unit-XXXXXX");
	assert_non_null(mkdtemp(d->folder));
	snprintf(d->config.run, sizeof d->config.run, "%s", d->folder);
	d->inbox = inbox_new();
	parts.config = &d->config;
	parts.core = d->s->core;
	parts.store = d->s->store;
	parts.inbox = d->inbox;
	assert_ok(control_open(&parts, &d->control));
	d->fd = socket(AF_UNIX, SOCK_STREAM, 0);
	snprintf(address.sun_path, sizeof address.sun_path, "%s/read.sock", d->folder);
	assert_int_equal(connect(d->fd, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(control_poll(d->control, items, DOOR_COUNT), DOOR_COUNT);
	items[DOOR_READ].revents = ZMQ_POLLIN;
	control_service(d->control, items, DOOR_COUNT);
	assert_int_equal(d->control->client_count, 1);
	*state = d;
	return 0;
}

static int tear_down(void **state)
{
	struct desk *d = *state;

	close(d->fd);
	control_close(d->control);
	inbox_destroy(d->inbox);
	fs_remove_tree(d->folder);
	station_free(d->s);
	fixture_free(d->f);
	free(d->got);
	free(d);
	return 0;
}

/* One round of the daemon's loop, as far as this socket goes. */
static void turn(struct desk *d)
{
	zmq_pollitem_t items[DOOR_COUNT + 1];
	unsigned n = control_poll(d->control, items, DOOR_COUNT + 1);

	assert_int_equal(n, DOOR_COUNT + 1);
	for (unsigned i = 0; i < n; i++) {
		struct pollfd p = { .fd = items[i].fd, .events = items[i].events };

		assert_true(poll(&p, 1, 0) >= 0);
		items[i].revents = (short)(p.revents & items[i].events);
	}
	control_service(d->control, items, n);
	if (control_out_waiting(d->control->clients[0]) > d->most_waiting)
		d->most_waiting = control_out_waiting(d->control->clients[0]);
}

static void ask(struct desk *d, Vanthu__V1__Request *request)
{
	uint8_t frame[256];
	size_t size = vanthu__v1__request__get_packed_size(request);

	assert_true(size < sizeof frame - 4);
	memset(frame, 0, 3);
	frame[3] = (uint8_t)size;
	vanthu__v1__request__pack(request, frame + 4);
	assert_int_equal(send(d->fd, frame, size + 4, 0), (ssize_t)size + 4);
}

static void read_some(struct desk *d)
{
	ssize_t n;

	assert_true(control_reserve(&d->got, &d->got_capacity, d->got_len + 65536));
	n = recv(d->fd, d->got + d->got_len, 65536, MSG_DONTWAIT);
	d->got_len += n > 0 ? (size_t)n : 0;
}

/* The next whole reply behind *at; NULL: not here yet. */
static Vanthu__V1__Reply *next_reply(struct desk *d, size_t *at)
{
	const uint8_t *p = d->got + *at;
	Vanthu__V1__Reply *r;
	size_t size;

	if (d->got_len - *at < 4)
		return NULL;
	size = (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
	if (d->got_len - *at < 4 + size)
		return NULL;
	r = vanthu__v1__reply__unpack(NULL, size, p + 4);
	assert_non_null(r);
	*at += 4 + size;
	return r;
}

struct told {
	unsigned rows, ends; /* rows: with `more` */
	size_t bytes;
	uint32_t error;
};

static void count_reply(const Vanthu__V1__Reply *r, struct told *t)
{
	t->rows += r->more ? 1 : 0;
	t->ends += r->more ? 0 : 1;
	t->bytes += r->what_case == VANTHU__V1__REPLY__WHAT_DATA ? r->data->bytes.len : 0;
	t->error = r->what_case == VANTHU__V1__REPLY__WHAT_ERROR ? r->error->code : t->error;
}

/* Asks, reads nothing for a while, then all of it. */
static struct told listen_late(struct desk *d, Vanthu__V1__Request *request)
{
	struct told t = { .rows = 0 };
	Vanthu__V1__Reply *r;
	size_t at = 0;

	ask(d, request);
	for (int i = 0; i < 200; i++)
		turn(d);
	for (int i = 0; i < TURNS_MAX && t.ends == 0; i++) {
		turn(d);
		read_some(d);
		while ((r = next_reply(d, &at)) != NULL) {
			count_reply(r, &t);
			vanthu__v1__reply__free_unpacked(r, NULL);
		}
	}
	assert_int_equal(t.ends, 1);
	assert_int_equal(at, d->got_len);
	return t;
}

static void test_committees_wait_for_who_reads_slowly_and_all_come(void **state)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__CommitteeQuery query = VANTHU__V1__COMMITTEE_QUERY__INIT;
	struct desk *d = *state;
	struct told t;

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
	struct told t;

	request.what_case = VANTHU__V1__REQUEST__WHAT_DIRECTORY;
	request.directory = &nothing;
	t = listen_late(d, &request);
	assert_int_equal(t.error, 0);
	assert_true(t.bytes > (size_t)COMMITTEES * ENTRY_BYTES);
	assert_in_range(d->most_waiting, OUT_PAUSE_BYTES / 2, OUT_PAUSE_BYTES + CONTROL_DATA_BYTES + 100);
}

static void test_name_that_is_none_is_told_and_a_beginning_finds_its_own(void **state)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__CommitteeQuery query = VANTHU__V1__COMMITTEE_QUERY__INIT;
	struct desk *d = *state;

	request.what_case = VANTHU__V1__REQUEST__WHAT_COMMITTEES;
	request.committees = &query;
	query.id = (char *)(uintptr_t)"cb-0";
	assert_int_equal(listen_late(d, &request).error, ERR_NOT_FOUND);
	d->got_len = 0;
	query.prefix = true;
	assert_int_equal(listen_late(d, &request).rows, 10000); /* cb-00000 to cb-09999 */
	d->got_len = 0;
	query.prefix = false;
	query.id = (char *)(uintptr_t)"cb-00007";
	assert_int_equal(listen_late(d, &request).rows, 1);
	d->got_len = 0;
	query.id = (char *)(uintptr_t)"a-name-that-is-longer-than-any-id-can-be";
	assert_int_equal(listen_late(d, &request).error, ERR_NOT_FOUND);
}

static void test_client_that_goes_while_it_is_told_leaves_nothing(void **state)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Nothing nothing = VANTHU__V1__NOTHING__INIT;
	struct desk *d = *state;

	request.what_case = VANTHU__V1__REQUEST__WHAT_DIRECTORY;
	request.directory = &nothing;
	ask(d, &request);
	turn(d);
	assert_non_null(d->control->clients[0]->listing);
	close(d->fd);
	d->fd = -1;
	control_service(d->control, NULL, 0); /* it is written to, and found gone; the sanitizer counts what is left */
	assert_int_equal(d->control->client_count, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_committees_wait_for_who_reads_slowly_and_all_come),
		TEST(test_directory_waits_for_who_reads_slowly_and_comes_whole),
		TEST(test_name_that_is_none_is_told_and_a_beginning_finds_its_own),
		TEST(test_client_that_goes_while_it_is_told_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
