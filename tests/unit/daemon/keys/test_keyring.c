/* Keys out of the stored directory, cached: what is forgotten is read again, what is unknown stays
 * unknown. */
#include "daemon/keys/keyring.h"

#include <string.h>

#include "tests/unit/support/fixture.h"

static void test_keys_are_found_with_their_committee_and_dates(void **state)
{
	struct stage *g = *state;
	struct keyring *k = keyring_new(g->s->lookup);
	struct key_source source = keyring_source(k);
	struct key_info info;

	for (int round = 0; round < 2; round++) {
		for (unsigned i = 0; i < FIXTURE_COMMITTEES; i++) {
			struct digest id = signer_key_id(g->f->signers[i]);

			assert_ok(source.find(source.ctx, &id, &info));
			assert_string_equal(info.committee.text, g->f->entries[i].id.text);
			assert_memory_equal(info.public_key, g->f->entries[i].keys[0].public_key,
					    32);
			assert_true(info.use == KEY_USE_SIGN &&
				    info.from_ms == g->f->entries[i].keys[0].from_ms);
		}
	}
	keyring_destroy(k);
	keyring_destroy(NULL);
}

static void test_unknown_key_is_not_found_however_often_one_asks(void **state)
{
	struct stage *g = *state;
	struct keyring *k = keyring_new(g->s->lookup);
	struct key_source source = keyring_source(k);
	struct digest id = signer_key_id(g->f->registry), known = signer_key_id(g->f->signers[0]);
	struct key_info info;

	assert_int_equal(source.find(source.ctx, &id, &info), ERR_NOT_FOUND);
	assert_int_equal(source.find(source.ctx, &id, &info), ERR_NOT_FOUND);
	known.bytes[31] ^= 1; /* the same slot as a key that is there */
	assert_int_equal(source.find(source.ctx, &known, &info), ERR_NOT_FOUND);
	known.bytes[31] ^= 1;
	assert_ok(source.find(source.ctx, &known, &info));
	known.bytes[31] ^= 1;
	assert_int_equal(source.find(source.ctx, &known, &info), ERR_NOT_FOUND);
	keyring_destroy(k);
}

static void test_revocation_is_seen_after_forgetting(void **state)
{
	struct stage *g = *state;
	struct keyring *k = keyring_new(g->s->lookup);
	struct key_source source = keyring_source(k);
	struct digest id = signer_key_id(g->f->signers[0]);
	struct key_entry key = g->f->entries[0].keys[0];
	struct event e = { .type = EVENT_DIRECTORY };
	struct directory d;
	struct key_info info;

	assert_ok(source.find(source.ctx, &id, &info));
	key.revoked_from_ms = 77;
	g->f->entries[0].keys = &key;
	fixture_repack(g->f, 0);
	d = fixture_directory(g->f, 2);
	e.u.directory = (struct ev_directory){ .head = &d.head,
					       .entries = d.entries,
					       .entry_count = d.entry_count };
	station_take(g->s, &e);
	assert_int_equal(station_acts(g->s, ACT_DIRECTORY), 1);
	station_commit(g->s);
	keyring_forget(k);
	assert_ok(source.find(source.ctx, &id, &info));
	assert_true(info.revoked_from_ms == 77);
	keyring_destroy(k);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_set_up, stage_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_keys_are_found_with_their_committee_and_dates),
		TEST(test_unknown_key_is_not_found_however_often_one_asks),
		TEST(test_revocation_is_seen_after_forgetting),
	};

	return cmocka_run_group_tests_name("keyring", tests, NULL, NULL);
}
