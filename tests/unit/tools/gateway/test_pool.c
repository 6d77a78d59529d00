/* Connections that are lent: never more than there are, and never all to one. */
#include "tools/gateway/pool.h"

#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "tools/token/token.h"

#define assert_ok(call) assert_int_equal((call), ERR_OK)

enum { MOST = 4 };

static const struct token_rights token_a = { .name = "a", .scopes = TOKEN_SCOPE_OFFICE },
				 token_b = { .name = "b", .scopes = TOKEN_SCOPE_OFFICE },
				 cleared = { .name = "c",
					     .scopes = TOKEN_SCOPE_OFFICE | TOKEN_SCOPE_SECRET };

/* An office socket, where connections wait and nobody answers. */
static int listen_at(struct config *c)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(c->run, sizeof c->run, "/tmp/test-pool-XXXXXX");
	assert_non_null(mkdtemp(c->run));
	snprintf(at.sun_path, sizeof at.sun_path, "%s/office.sock", c->run);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(listen(fd, 64), 0);
	return fd;
}

static void end(int fd, const struct config *c)
{
	char path[CONFIG_PATH_MAX + 32];

	snprintf(path, sizeof path, "%s/office.sock", c->run);
	unlink(path);
	rmdir(c->run);
	close(fd);
}

static void test_nobody_has_them_all(void **state)
{
	static struct config c;
	int fd = listen_at(&c);
	struct pool *p = pool_new(&c, MOST, 0, 1000);
	struct pool_place *a[MOST], *b, *again;

	(void)state;
	assert_non_null(p);
	for (unsigned i = 0; i < 3; i++)
		assert_ok(pool_take(p, CLIENT_OFFICE, &token_a, &a[i]));
	assert_int_equal(pool_take(p, CLIENT_OFFICE, &token_a, &a[3]), ERR_BUSY);
	assert_null(a[3]);
	assert_ok(pool_take(p, CLIENT_OFFICE, &token_b, &b));
	assert_int_equal(pool_take(p, CLIENT_OFFICE, NULL, &again), ERR_BUSY);
	/* One that comes back is lent again, the same connection. */
	pool_give(p, a[1]);
	assert_ok(pool_take(p, CLIENT_OFFICE, &token_b, &again));
	assert_ptr_equal(again, a[1]);
	assert_int_equal(pool_take(p, CLIENT_OFFICE, &token_a, &a[1]), ERR_BUSY);
	pool_give(p, b);
	assert_ok(pool_take(p, CLIENT_OFFICE, &token_a, &a[1]));
	pool_give(p, again);
	for (unsigned i = 0; i < 3; i++)
		pool_give(p, a[i]);
	pool_free(p);
	end(fd, &c);
}

static void test_requests_of_nobody_may_have_all(void **state)
{
	static struct config c;
	int fd = listen_at(&c);
	struct pool *p = pool_new(&c, MOST, 0, 1000);
	struct pool_place *all[MOST], *more;

	(void)state;
	for (unsigned i = 0; i < MOST; i++)
		assert_ok(pool_take(p, CLIENT_OFFICE, NULL, &all[i]));
	assert_int_equal(pool_take(p, CLIENT_OFFICE, &token_a, &more), ERR_BUSY);
	for (unsigned i = 0; i < MOST; i++)
		pool_give(p, all[i]);
	assert_ok(pool_take(p, CLIENT_OFFICE, &token_a, &more));
	pool_give(p, more);
	pool_free(p);
	pool_free(NULL);
	end(fd, &c);
}

static void test_a_daemon_that_is_away_costs_no_place(void **state)
{
	static struct config c = { .run = "/nonexistent" };
	struct pool *p = pool_new(&c, 1, 0, 1000);
	struct pool_place *place;

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(pool_take(p, CLIENT_OFFICE, &token_a, &place), ERR_UNREACHABLE);
	pool_free(p);
}

/* ---- many at once, and a daemon that is slow to take them ---- */

enum { CROWD = 2 * MOST, WAIT_MS = 600000 };

struct crowd {
	struct pool *pool;
	pthread_t each[CROWD];
	struct pool_place *places[CROWD];
	unsigned next; /* atomic: of each */
	sem_t refused;
};

static void *take_one(void *of)
{
	struct crowd *c = of;
	unsigned i = __atomic_fetch_add(&c->next, 1, __ATOMIC_RELAXED);

	if (pool_take(c->pool, CLIENT_OFFICE, &token_a, &c->places[i]) != ERR_OK)
		sem_post(&c->refused);
	return NULL;
}

/* A connection that is not made yet is one of those that somebody has. */
static void test_a_crowd_that_is_still_connecting_has_its_share_as_well(void **state)
{
	static struct config c;
	static struct crowd crowd;
	int fd = listen_at(&c), accepted[MOST];
	struct pool_place *b;
	unsigned held = 0;

	(void)state;
	assert_int_equal(listen(fd, 0), 0); /* one waits to be accepted, and the next blocks */
	crowd.pool = pool_new(&c, MOST, 0, WAIT_MS);
	sem_init(&crowd.refused, 0, 0);
	for (unsigned i = 0; i < CROWD; i++)
		assert_int_equal(pthread_create(&crowd.each[i], NULL, take_one, &crowd), 0);
	/* However many have a place, so many are refused before anybody is connected. */
	for (unsigned i = 0; i < CROWD - MOST; i++)
		sem_wait(&crowd.refused);
	for (unsigned i = 0; i < MOST - 1; i++)
		accepted[i] = accept(fd, NULL, NULL);
	/* and another token finds one left, where the crowd's last would block for good */
	assert_ok(pool_take(crowd.pool, CLIENT_OFFICE, &token_b, &b));
	accepted[MOST - 1] = accept(fd, NULL, NULL);
	for (unsigned i = 0; i < CROWD; i++) {
		pthread_join(crowd.each[i], NULL);
		held += crowd.places[i] != NULL;
	}
	assert_int_equal(held, MOST - 1);
	for (unsigned i = 0; i < CROWD; i++) {
		if (crowd.places[i] != NULL)
			pool_give(crowd.pool, crowd.places[i]);
	}
	pool_give(crowd.pool, b);
	pool_free(crowd.pool);
	for (unsigned i = 0; i < MOST; i++)
		close(accepted[i]);
	sem_destroy(&crowd.refused);
	end(fd, &c);
}

/* What the daemon is asked next, over a connection that it has, or a new one (-1). */
static bool asks_without_secret(struct pool_place *place, int listener, int *at_daemon)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT, *heard;
	Vanthu__V1__Nothing nothing = VANTHU__V1__NOTHING__INIT;
	uint8_t frame[256];
	bool no_secret;
	ssize_t n;

	request.what_case = VANTHU__V1__REQUEST__WHAT_STATUS;
	request.status = &nothing;
	assert_ok(client_send(place->client, &request));
	if (*at_daemon < 0)
		*at_daemon = accept(listener, NULL, NULL);
	n = recv(*at_daemon, frame, sizeof frame, 0);
	assert_true(n > 4);
	heard = vanthu__v1__request__unpack(NULL, (size_t)n - 4, frame + 4);
	assert_non_null(heard);
	no_secret = heard->no_secret;
	vanthu__v1__request__free_unpacked(heard, NULL);
	return no_secret;
}

static void test_each_request_hides_secret_documents_but_for_tokens_that_are_for_them(void **state)
{
	static struct config c;
	int fd = listen_at(&c), first = -1, second = -1;
	struct pool *p = pool_new(&c, 1, 0, 1000);
	struct pool_place *place;

	(void)state;
	assert_ok(pool_take(p, CLIENT_OFFICE, &cleared, &place));
	assert_false(asks_without_secret(place, fd, &first));
	pool_give(p, place);
	/* The same connection, and from then on it is one that hides. */
	assert_ok(pool_take(p, CLIENT_OFFICE, &token_a, &place));
	assert_true(asks_without_secret(place, fd, &first));
	assert_true(asks_without_secret(place, fd, &first));
	pool_give(p, place);
	assert_ok(pool_take(p, CLIENT_OFFICE, NULL, &place));
	assert_true(asks_without_secret(place, fd, &first));
	pool_give(p, place);
	/* So whoever may see them needs another. */
	assert_ok(pool_take(p, CLIENT_OFFICE, &cleared, &place));
	assert_false(asks_without_secret(place, fd, &second));
	pool_give(p, place);
	pool_free(p);
	close(first);
	close(second);
	end(fd, &c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nobody_has_them_all),
		cmocka_unit_test(test_requests_of_nobody_may_have_all),
		cmocka_unit_test(test_a_daemon_that_is_away_costs_no_place),
		cmocka_unit_test(test_a_crowd_that_is_still_connecting_has_its_share_as_well),
		cmocka_unit_test(
			test_each_request_hides_secret_documents_but_for_tokens_that_are_for_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
