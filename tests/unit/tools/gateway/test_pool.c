/* Connections that are lent: never more than there are, and never all to one. */
#include "tools/gateway/pool.h"

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
		cmocka_unit_test(
			test_each_request_hides_secret_documents_but_for_tokens_that_are_for_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
