/* Who is signed in, until when; and who may try a password how often. */
#include "tools/gateway/sessions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/support/fixture.h"
#include "tools/base/files.h"
#include "tools/gateway/throttle.h"

struct place {
	char folder[64];
	struct sessions *sessions;
	struct throttle *throttle;
};

#define NOW FIXTURE_NOW_MS

static void add(struct place *p, const char *name)
{
	struct account a = { .person = "Lan",
			     .roles = ACCOUNT_CLERK,
			     .password = "$argon2id$x",
			     .has_totp = true,
			     .changed_ms = NOW };

	snprintf(a.name, sizeof a.name, "%s", name);
	assert_ok(account_file_add(p->folder, &a));
}

static int set_up(void **state)
{
	struct place *p = calloc(1, sizeof *p);

	assert_non_null(p);
	snprintf(p->folder, sizeof p->folder, "/tmp/vanthu-unit-XXXXXX");
	assert_non_null(mkdtemp(p->folder));
	p->sessions = sessions_new(p->folder);
	assert_non_null(p->sessions);
	assert_ok(throttle_open(p->folder, &p->throttle));
	add(p, "lan");
	*state = p;
	return 0;
}

static int tear_down(void **state)
{
	struct place *p = *state;

	sessions_free(p->sessions);
	throttle_close(p->throttle);
	fs_remove_tree(p->folder);
	free(p);
	return 0;
}

static void test_a_session_ends_when_it_is_not_used_and_in_any_case(void **state)
{
	struct place *p = *state;
	struct session_secrets s;
	struct session found;
	int64_t now = NOW;

	assert_ok(sessions_begin(p->sessions, "lan", now, &s));
	assert_string_not_equal(s.secret, s.proof);
	assert_ok(sessions_find(p->sessions, s.secret, now, false, &found));
	assert_string_equal(found.account.person, "Lan");
	assert_string_equal(found.account.password, ""); /* it goes nowhere */
	assert_string_equal(found.proof, s.proof);
	assert_int_equal(session_rights(&found).scopes, TOKEN_SCOPE_OFFICE);
	assert_string_equal(session_rights(&found).name, "@lan");
	/* To look is no use. */
	now += SESSION_IDLE_MS - 1;
	assert_ok(sessions_find(p->sessions, s.secret, now, true, &found));
	assert_int_equal(sessions_find(p->sessions, s.secret, now + 1, true, &found), ERR_SESSION);
	assert_int_equal(sessions_find(p->sessions, s.secret, NOW, true, &found), ERR_SESSION);
	/* Who uses it keeps it, but no longer than SESSION_MOST_MS. */
	assert_ok(sessions_begin(p->sessions, "lan", NOW, &s));
	for (now = NOW; now < NOW + SESSION_MOST_MS; now += SESSION_IDLE_MS / 2)
		assert_ok(sessions_find(p->sessions, s.secret, now, false, &found));
	assert_int_equal(sessions_find(p->sessions, s.secret, NOW + SESSION_MOST_MS, false, &found),
			 ERR_SESSION);
	assert_int_equal(sessions_count(p->sessions, now), 0);
}

static void test_what_is_no_secret_of_ours_is_nobody(void **state)
{
	struct place *p = *state;
	struct session_secrets s;
	struct session found;

	assert_ok(sessions_begin(p->sessions, "lan", NOW, &s));
	assert_int_equal(sessions_find(p->sessions, NULL, NOW, false, &found), ERR_SESSION);
	assert_int_equal(sessions_find(p->sessions, "", NOW, false, &found), ERR_SESSION);
	assert_int_equal(sessions_find(p->sessions, s.proof, NOW, false, &found), ERR_SESSION);
	s.secret[5] = s.secret[5] == 'A' ? 'B' : 'A';
	assert_int_equal(sessions_find(p->sessions, s.secret, NOW, false, &found), ERR_SESSION);
	assert_int_equal(sessions_begin(p->sessions, "hoa", NOW, &s), ERR_NOT_FOUND);
}

static enum err disable(void *of, struct account *a)
{
	a->disabled_ms = *(int64_t *)of;
	return ERR_OK;
}

static enum err change_password(void *of, struct account *a)
{
	a->changed_ms = *(int64_t *)of;
	return ERR_OK;
}

static enum err make_first(void *of, struct account *a)
{
	(void)of;
	a->must_change = true;
	return ERR_OK;
}

static void test_what_becomes_of_the_account_holds_at_once(void **state)
{
	struct place *p = *state;
	struct session_secrets s;
	struct session found;
	struct account a;
	int64_t never = 0, at = NOW + 5;

	assert_ok(sessions_begin(p->sessions, "lan", NOW, &s));
	assert_ok(account_file_change(p->folder, "lan", make_first, NULL, &a));
	assert_ok(sessions_find(p->sessions, s.secret, NOW, false, &found));
	assert_int_equal(session_rights(&found).scopes, 0);
	assert_ok(account_file_change(p->folder, "lan", disable, &at, &a));
	assert_int_equal(sessions_still(p->sessions, &found.id, NOW), ERR_SESSION);
	/* and let in again it begins anew */
	assert_ok(account_file_change(p->folder, "lan", disable, &never, &a));
	assert_int_equal(sessions_find(p->sessions, s.secret, NOW, false, &found), ERR_SESSION);
	assert_ok(sessions_begin(p->sessions, "lan", NOW, &s));
	assert_ok(account_file_change(p->folder, "lan", change_password, &at, &a));
	assert_int_equal(sessions_find(p->sessions, s.secret, NOW, false, &found), ERR_SESSION);
}

static void test_sessions_end_one_and_the_others(void **state)
{
	struct place *p = *state;
	struct session_secrets s[SESSIONS_OF_ONE_MAX + 1], hoa;
	struct session found;

	add(p, "hoa");
	assert_ok(sessions_begin(p->sessions, "hoa", NOW, &hoa));
	for (unsigned i = 0; i <= SESSIONS_OF_ONE_MAX; i++)
		assert_ok(sessions_begin(p->sessions, "lan", NOW + i, &s[i]));
	/* The one that was longest unused made room. */
	assert_int_equal(sessions_find(p->sessions, s[0].secret, NOW, false, &found), ERR_SESSION);
	assert_int_equal(sessions_count(p->sessions, NOW), SESSIONS_OF_ONE_MAX + 1);
	assert_ok(sessions_find(p->sessions, s[1].secret, NOW, false, &found));
	sessions_end_others(p->sessions, "lan", &found.id);
	assert_int_equal(sessions_count(p->sessions, NOW), 2);
	assert_ok(sessions_still(p->sessions, &found.id, NOW));
	sessions_end(p->sessions, &found.id);
	assert_int_equal(sessions_still(p->sessions, &found.id, NOW), ERR_SESSION);
	assert_ok(sessions_find(p->sessions, hoa.secret, NOW, false, &found));
}

static void test_a_code_is_taken_once(void **state)
{
	struct place *p = *state;

	assert_true(sessions_step(p->sessions, "lan") == 0);
	assert_true(sessions_take_step(p->sessions, "lan", 100));
	assert_false(sessions_take_step(p->sessions, "lan", 100));
	assert_false(sessions_take_step(p->sessions, "lan", 99));
	assert_true(sessions_take_step(p->sessions, "hoa", 100));
	assert_true(sessions_take_step(p->sessions, "lan", 101));
	assert_true(sessions_step(p->sessions, "lan") == 101);
}

/* ---- attempts ---- */

static enum err try_at(struct place *p, const char *from, const char *device, int64_t now)
{
	uint32_t wait_s;
	enum err e = throttle_try(p->throttle, "lan", from, device, now, &wait_s);

	assert_true((e == ERR_SIGN_IN_LATER) == (wait_s > 0));
	return e;
}

static void test_who_guesses_locks_out_himself_alone(void **state)
{
	struct place *p = *state;
	char device[DEVICE_SIZE], forged[DEVICE_SIZE];
	uint32_t wait_s;

	assert_ok(throttle_device(p->throttle, "lan", device));
	for (unsigned i = 0; i < THROTTLE_TRIES; i++)
		assert_ok(try_at(p, "192.0.2.1", NULL, NOW + i));
	assert_int_equal(try_at(p, "192.0.2.1", NULL, NOW + 20), ERR_SIGN_IN_LATER);
	/* from elsewhere, of somebody else, and at a browser that has been here */
	assert_ok(try_at(p, "192.0.2.2", NULL, NOW + 20));
	assert_ok(throttle_try(p->throttle, "hoa", "192.0.2.1", NULL, NOW + 20, &wait_s));
	assert_ok(try_at(p, "192.0.2.1", device, NOW + 20));
	/* a device is of one account, and nobody makes one */
	assert_int_equal(throttle_try(p->throttle, "lan", "192.0.2.1", "lan", NOW + 20, &wait_s),
			 ERR_SIGN_IN_LATER);
	memcpy(forged, device, sizeof forged);
	forged[4] = forged[4] == 'A' ? 'B' : 'A';
	assert_int_equal(try_at(p, "192.0.2.1", forged, NOW + 20), ERR_SIGN_IN_LATER);
	assert_ok(throttle_device(p->throttle, "hoa", forged));
	assert_int_equal(try_at(p, "192.0.2.1", forged, NOW + 20), ERR_SIGN_IN_LATER);
	/* a device has no more tries than others */
	for (unsigned i = 1; i < THROTTLE_TRIES; i++)
		assert_ok(try_at(p, "192.0.2.1", device, NOW + 20));
	assert_int_equal(try_at(p, "192.0.2.1", device, NOW + 20), ERR_SIGN_IN_LATER);
	/* until the time is over */
	assert_int_equal(try_at(p, "192.0.2.1", NULL, NOW + THROTTLE_MS - 1), ERR_SIGN_IN_LATER);
	assert_ok(try_at(p, "192.0.2.1", NULL, NOW + THROTTLE_MS));
}

static void test_who_passes_begins_anew(void **state)
{
	struct place *p = *state;

	for (unsigned i = 0; i < 3 * THROTTLE_TRIES; i++) {
		assert_ok(try_at(p, "192.0.2.1", NULL, NOW));
		if (i % THROTTLE_TRIES == THROTTLE_TRIES - 1)
			throttle_passed(p->throttle, "lan", "192.0.2.1", NULL);
	}
}

static void test_a_device_outlives_the_gateway(void **state)
{
	struct place *p = *state;
	char device[DEVICE_SIZE];

	assert_ok(throttle_device(p->throttle, "lan", device));
	throttle_close(p->throttle);
	assert_ok(throttle_open(p->folder, &p->throttle));
	for (unsigned i = 0; i < THROTTLE_TRIES; i++)
		assert_ok(try_at(p, "192.0.2.1", NULL, NOW));
	assert_ok(try_at(p, "192.0.2.1", device, NOW));
}

static void test_many_names_and_addresses_stay_within_bounds(void **state)
{
	struct place *p = *state;
	char from[32];

	for (unsigned i = 0; i < THROTTLE_ROWS + 10; i++) {
		snprintf(from, sizeof from, "10.0.%u.%u", i / 256, i % 256);
		assert_ok(try_at(p, from, NULL, NOW + i));
	}
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		EACH(test_a_session_ends_when_it_is_not_used_and_in_any_case),
		EACH(test_what_is_no_secret_of_ours_is_nobody),
		EACH(test_what_becomes_of_the_account_holds_at_once),
		EACH(test_sessions_end_one_and_the_others),
		EACH(test_a_code_is_taken_once),
		EACH(test_who_guesses_locks_out_himself_alone),
		EACH(test_who_passes_begins_anew),
		EACH(test_a_device_outlives_the_gateway),
		EACH(test_many_names_and_addresses_stay_within_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
