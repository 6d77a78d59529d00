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

#define assert_ok(call) assert_int_equal((call), ERR_OK)

enum { MOST = 4 };

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
		assert_ok(pool_take(p, CLIENT_OFFICE, "a", &a[i]));
	assert_int_equal(pool_take(p, CLIENT_OFFICE, "a", &a[3]), ERR_BUSY);
	assert_null(a[3]);
	assert_ok(pool_take(p, CLIENT_OFFICE, "b", &b));
	assert_int_equal(pool_take(p, CLIENT_OFFICE, "", &again), ERR_BUSY);
	/* One that comes back is lent again, the same connection. */
	pool_give(p, a[1]);
	assert_ok(pool_take(p, CLIENT_OFFICE, "b", &again));
	assert_ptr_equal(again, a[1]);
	assert_int_equal(pool_take(p, CLIENT_OFFICE, "a", &a[1]), ERR_BUSY);
	pool_give(p, b);
	assert_ok(pool_take(p, CLIENT_OFFICE, "a", &a[1]));
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
		assert_ok(pool_take(p, CLIENT_OFFICE, "", &all[i]));
	assert_int_equal(pool_take(p, CLIENT_OFFICE, "a", &more), ERR_BUSY);
	for (unsigned i = 0; i < MOST; i++)
		pool_give(p, all[i]);
	assert_ok(pool_take(p, CLIENT_OFFICE, "a", &more));
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
		assert_int_equal(pool_take(p, CLIENT_OFFICE, "a", &place), ERR_UNREACHABLE);
	pool_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nobody_has_them_all),
		cmocka_unit_test(test_requests_of_nobody_may_have_all),
		cmocka_unit_test(test_a_daemon_that_is_away_costs_no_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
