/* The persons of the office as a client reads them, and whom a name in a request means: in any
 * spelling, by the list of the day, with those whose names are near where it means nobody. */
#include "daemon/control/persons.h"

#include <string.h>

#include "tests/unit/support/desk.h"

/* FIXTURE_NOW_MS is 2025-06-15. */
static const char office[] = "Nguyễn Văn An  Bí thư  Thường trực  signs\n"
			     "Trần Cường  Chuyên viên  Văn phòng  -  2020-01-01  2025-06-14\n"
			     "Lê Thị Bình  -  Văn phòng  signs  2025-06-15\n"
			     "Hoàng Bính  -  Tổ chức\n"
			     "Hoàng Bình  -  Tổ chức\n";

static struct tables tables;
static struct arena *arena;

static int set_up(void **state)
{
	struct fixture *f = fixture_new();
	struct desk *d = desk_new(f, station_new(f, "huyen-a"), SOCKET_OFFICE);
	uint32_t line;

	arena = arena_new(1 << 20);
	assert_non_null(arena);
	assert_ok(persons_parse(fixture_blob(office), arena, &tables.persons, &line));
	d->control->parts.tables = &tables;
	*state = d;
	return 0;
}

static int tear_down(void **state)
{
	desk_free(*state);
	arena_destroy(arena);
	return 0;
}

static struct client *client_of(struct desk *d)
{
	return d->control->clients[0];
}

static void test_the_list_comes_row_by_row_with_who_is_there_today(void **state)
{
	static const bool active[] = { true, false, true, true, true };
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Nothing nothing = VANTHU__V1__NOTHING__INIT;
	struct desk *d = *state;

	request.what_case = VANTHU__V1__REQUEST__WHAT_PERSONS;
	request.persons = &nothing;
	desk_ask(d, &request);
	for (unsigned i = 0; i < 5; i++) {
		Vanthu__V1__Reply *r = desk_reply(d);

		assert_int_equal(r->what_case, VANTHU__V1__REPLY__WHAT_PERSON);
		assert_string_equal(r->person->name, tables.persons.list[i].name);
		assert_int_equal(r->person->active, active[i]);
		if (i == 0)
			assert_true(r->person->signs &&
				    strcmp(r->person->position, "Bí thư") == 0 &&
				    strcmp(r->person->unit, "Thường trực") == 0);
		vanthu__v1__reply__free_unpacked(r, NULL);
	}
	vanthu__v1__reply__free_unpacked(desk_reply(d), NULL); /* the end */
}

/* The name that is meant; NULL: refused with `why` and so many near names. */
static void expect(struct desk *d, bool filter, const char *name, const char *meant, enum err why,
		   unsigned near)
{
	bool (*find)(struct client *, uint64_t, text_t, text_t *) =
		filter ? control_person_filter : control_person;
	Vanthu__V1__Reply *r;
	text_t found = NULL;

	assert_int_equal(find(client_of(d), 7, name, &found), meant != NULL);
	if (meant != NULL) {
		assert_string_equal(found, meant);
		return;
	}
	r = desk_reply(d);
	assert_int_equal(r->what_case, VANTHU__V1__REPLY__WHAT_ERROR);
	assert_int_equal(r->id, 7);
	assert_int_equal(r->error->code, why);
	assert_string_equal(r->error->about, name);
	assert_true(r->error->n_choices >= near && r->error->n_choices <= PERSON_NEAREST_MAX);
	vanthu__v1__reply__free_unpacked(r, NULL);
}

static void test_whom_a_name_in_a_request_means(void **state)
{
	struct desk *d = *state;

	expect(d, false, "", "", ERR_OK, 0);
	expect(d, false, "nguyen van an", "Nguyễn Văn An", ERR_OK, 0);
	expect(d, false, "to chuc", "Tổ chức", ERR_OK, 0); /* a unit */
	expect(d, false, "Nguyễn Văn Am", NULL, ERR_PERSON_UNKNOWN, 1);
	expect(d, false, "Trần Cường", NULL, ERR_PERSON_ENDED, 0);
	expect(d, false, "Hoang Binh", NULL, ERR_PERSON_SEVERAL, 0);
	/* what one did who is not there any more is still asked for */
	expect(d, true, "tran cuong", "Trần Cường", ERR_OK, 0);
	expect(d, true, "Nguyễn Văn Am", NULL, ERR_PERSON_UNKNOWN, 1);
}

static void test_without_a_list_any_name_is_taken_as_it_is(void **state)
{
	struct desk *d = *state;

	tables.persons.count = 0;
	expect(d, false, "Ai cũng được", "Ai cũng được", ERR_OK, 0);
	assert_true(control_signer(client_of(d), 7, "Ai cũng được", "2025-06-15"));
}

static void signer(struct desk *d, const char *name, const char *date, enum err why)
{
	Vanthu__V1__Reply *r;

	assert_int_equal(control_signer(client_of(d), 7, name, date), why == ERR_OK);
	if (why == ERR_OK)
		return;
	r = desk_reply(d);
	assert_int_equal(r->error->code, why);
	vanthu__v1__reply__free_unpacked(r, NULL);
}

static void test_who_signs_is_judged_by_the_day_of_the_document(void **state)
{
	struct desk *d = *state;

	signer(d, "", "2025-06-15", ERR_OK);
	signer(d, "Nguyễn Văn An", "1990-01-01", ERR_OK);
	signer(d, "Lê Thị Bình", "2025-06-15", ERR_OK);
	signer(d, "Lê Thị Bình", "", ERR_OK); /* today */
	signer(d, "Lê Thị Bình", "2025-06-14", ERR_PERSON_ENDED);
	signer(d, "Trần Cường", "2025-06-14", ERR_PERSON_SIGNS);
	signer(d, "Trần Cường", "2025-06-15", ERR_PERSON_ENDED);
	signer(d, "Tổ chức", "2025-06-15", ERR_PERSON_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_the_list_comes_row_by_row_with_who_is_there_today, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_whom_a_name_in_a_request_means, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_without_a_list_any_name_is_taken_as_it_is,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_who_signs_is_judged_by_the_day_of_the_document,
						set_up, tear_down),
	};

	return cmocka_run_group_tests_name("persons of the office", tests, NULL, NULL);
}
