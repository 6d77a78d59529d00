/* With a catalogue every list and look-up answers what it answers without, byte for byte: over
 * random documents, questions and changes, while it is whole, half made, being made, or cannot be
 * made at all. */
#include "daemon/control/catalogue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/support/stacks.h"

enum { QUESTIONS = 120, CHANGES = 12, ROUNDS = 5 };

static const char *const words[] = { "ke",	"hoach", "chuyen",   "kiem tra", "so",
				     "thu nop", "hoa",	 "duc",	     "12-kh/tu", "7-bc/du",
				     "tinh",	"xa",	 "huyen uy", "a1",	 "khong co",
				     "van",	"2026",	 "tuoi tre", "-",	 "0012-kh/tu",
				     "subtree", "b" };

/* ---- what is asked ---- */

struct asked {
	Vanthu__V1__Request request;
	Vanthu__V1__List list;
	Vanthu__V1__Ref ref;
	Vanthu__V1__WhyQuery why;
	char text[160];
};

static void ask_for_one(struct stacks *k, struct asked *q)
{
	struct doc_id id = stacks_id(1 + (unsigned)stacks_draw(k, k->documents + 5));
	char hex[33] = "";
	unsigned digits = 6 + (unsigned)stacks_draw(k, 8);

	q->request.what_case = VANTHU__V1__REQUEST__WHAT_SHOW;
	q->request.show = &q->ref;
	q->ref.text = q->text;
	for (unsigned i = 0; i < sizeof id.bytes; i++)
		snprintf(hex + 2 * i, 3, "%02x", id.bytes[i]);
	if (stacks_chance(k, 50))
		snprintf(q->text, sizeof q->text, "%s", hex + 32 - digits);
	else
		snprintf(q->text, sizeof q->text, "%s%u-%s", stacks_chance(k, 30) ? "00" : "",
			 (unsigned)stacks_draw(k, 40), stacks_chance(k, 50) ? "kh/tu" : "BC/ĐU");
	if (stacks_chance(k, 20))
		q->ref.from = (char *)(uintptr_t)ONE_OF(k, stacks_committees);
	if (stacks_chance(k, 10)) {
		q->ref.from = (char *)(uintptr_t)ONE_OF(k, stacks_committees);
		q->ref.foreign_id = (char *)(uintptr_t)(stacks_chance(k, 80) ? "ext-7" : "ext-8");
	}
}

static void ask_for_list(struct stacks *k, struct asked *q)
{
	static const char *const states[] = { "accepted", "sending", "delivered", "refused",
					      "expired" };
	Vanthu__V1__List *l = &q->list;

	q->request.what_case = VANTHU__V1__REQUEST__WHAT_LIST;
	q->request.list = l;
	l->box = (Vanthu__V1__Box)(VANTHU__V1__BOX__BOX_INBOX + stacks_draw(k, 3));
	l->details = stacks_chance(k, 70);
	l->members = stacks_chance(k, 40);
	l->files = stacks_chance(k, 50);
	l->passing = stacks_chance(k, 30);
	l->limit = stacks_chance(k, 40) ? 1 + (uint32_t)stacks_draw(k, 30) : 0;
	if (stacks_chance(k, 50)) {
		snprintf(q->text, sizeof q->text, "%s%s%s", ONE_OF(k, words),
			 stacks_chance(k, 40) ? " " : "",
			 stacks_chance(k, 40) ? ONE_OF(k, words) : "");
		l->text = q->text;
	}
	if (stacks_chance(k, 20))
		l->from = (char *)(uintptr_t)ONE_OF(k, stacks_committees);
	if (stacks_chance(k, 20))
		l->to = (char *)(uintptr_t)ONE_OF(k, stacks_committees);
	if (stacks_chance(k, 20))
		l->type_code = (char *)(uintptr_t)ONE_OF(k, stacks_types);
	if (stacks_chance(k, 15))
		l->number = (char *)(uintptr_t)(stacks_chance(k, 50) ? "7-BC/DU" : "012-kh/TU");
	if (stacks_chance(k, 20))
		l->state = (char *)(uintptr_t)ONE_OF(k, states);
	if (stacks_chance(k, 15))
		l->since_ms = FIXTURE_NOW_MS - (int64_t)stacks_draw(k, 1000) * 3600000;
	if (stacks_chance(k, 15))
		l->until_ms = FIXTURE_NOW_MS - (int64_t)stacks_draw(k, 1000) * 3600000;
	if (stacks_chance(k, 10))
		l->before = 1 + stacks_draw(k, k->documents + 2);
	if (l->box == VANTHU__V1__BOX__BOX_INBOX && stacks_chance(k, 60) && !k->no_desks) {
		l->desk = true;
		l->handled = stacks_chance(k, 40);
	}
}

static void ask_why(struct stacks *k, struct asked *q)
{
	Vanthu__V1__WhyQuery *w = &q->why;
	uint32_t now = month_of_ms(FIXTURE_NOW_MS).n;

	q->request.what_case = VANTHU__V1__REQUEST__WHAT_WHY;
	q->request.why = w;
	if (stacks_chance(k, 70)) {
		w->from_month = now - (uint32_t)stacks_draw(k, 3);
		w->to_month = w->from_month + (uint32_t)stacks_draw(k, 3);
	}
	w->direction = (Vanthu__V1__Direction)stacks_draw(k, 3);
	if (stacks_chance(k, 40))
		w->reason = (Vanthu__V1__WhyReason)(1 + stacks_draw(k, 9));
	w->skip = stacks_draw(k, 5);
	w->most = stacks_chance(k, 50) ? 1 + stacks_draw(k, 20) : 0;
}

static void make_question(struct stacks *k, struct asked *q)
{
	memset(q, 0, sizeof *q);
	vanthu__v1__request__init(&q->request);
	vanthu__v1__list__init(&q->list);
	vanthu__v1__ref__init(&q->ref);
	vanthu__v1__why_query__init(&q->why);
	if (stacks_chance(k, 30))
		ask_for_one(k, q);
	else if (stacks_chance(k, 15) && !k->no_desks)
		ask_why(k, q);
	else
		ask_for_list(k, q);
	q->request.no_secret = false;
}

/* Everything that is answered, as bytes. */
static uint8_t *answer(struct stacks *k, struct asked *q, size_t *len)
{
	struct desk *d = k->d;
	bool more = true;
	uint8_t *out;

	d->at = d->got_len = 0;
	desk_ask(d, &q->request);
	while (more) {
		Vanthu__V1__Reply *r = desk_reply(d);

		more = r->more != 0;
		vanthu__v1__reply__free_unpacked(r, NULL);
	}
	assert_int_equal(d->at, d->got_len);
	*len = d->got_len;
	out = malloc(*len);
	assert_non_null(out);
	memcpy(out, d->got, *len);
	return out;
}

static unsigned compare(struct stacks *k, struct asked *q)
{
	size_t with_len, without_len;
	uint8_t *with, *without;

	k->d->control->catalogue = NULL;
	without = answer(k, q, &without_len);
	k->d->control->catalogue = k->catalogue;
	with = answer(k, q, &with_len);
	if (with_len != without_len || memcmp(with, without, with_len) != 0)
		print_error("why %u..%u direction %d reason %d box %d text '%s' from '%s' to '%s' "
			    "type '%s' number '%s' state '%s' "
			    "desk %d handled %d limit %u members %d ref '%s' foreign '%s'\n",
			    q->why.from_month, q->why.to_month, (int)q->why.direction,
			    (int)q->why.reason, (int)q->list.box, q->list.text, q->list.from,
			    q->list.to, q->list.type_code, q->list.number, q->list.state,
			    q->list.desk, q->list.handled, q->list.limit, q->list.members,
			    q->ref.text, q->ref.foreign_id);
	assert_int_equal(with_len, without_len);
	assert_memory_equal(with, without, with_len);
	free(with);
	free(without);
	return with_len > 64;
}

/* That there is something to compare is a part of it. */
static void compare_many(struct stacks *k)
{
	unsigned answered = 0;

	for (unsigned i = 0; i < QUESTIONS; i++) {
		struct asked q;

		make_question(k, &q);
		k->d->control->clients[0]->no_secret = i % 3 == 0;
		answered += compare(k, &q);
	}
	assert_in_range(answered, QUESTIONS / 8, QUESTIONS);
}

/* ---- tests ---- */

static void play(uint64_t seed)
{
	struct stacks *k = stacks_new(seed);

	stacks_put(k, STACKS_DOCUMENTS);
	stacks_make(k);
	assert_int_equal(catalogue_count(k->catalogue), (STACKS_DOCUMENTS + 1) / STACKS_SPAN);
	compare_many(k);
	for (unsigned i = 0; i < CHANGES; i++)
		stacks_change(k);
	compare_many(k);
	stacks_rename(k);
	stacks_put(k, STACKS_SPAN + 3);
	compare_many(k);
	stacks_make(k);
	compare_many(k);
	stacks_end(k);
}

static void test_lists_and_look_ups_answer_as_without_whatever_is_stored_and_asked(void **state)
{
	const char *seed = getenv("SEED");

	(void)state;
	for (uint64_t i = 1; i <= (seed == NULL ? 2 : 1); i++)
		play(seed == NULL ? i : strtoull(seed, NULL, 10));
}

static void test_half_a_catalogue_and_one_that_is_being_made_answer_as_without(void **state)
{
	struct stacks *k = stacks_new(11);

	(void)state;
	stacks_put(k, 5 * STACKS_SPAN);
	for (unsigned i = 0; i < ROUNDS; i++) {
		catalogue_tick(k->catalogue, UINT64_MAX);
		for (unsigned n = 0; n < 3; n++)
			stacks_change(k);
		compare_many(k);
		if (k->waiting.job == NULL)
			continue;
		/* between reading and being put up, what it read changes */
		k->waiting.job->work(k->waiting.job);
		for (unsigned n = 0; n < 3; n++)
			stacks_change(k);
		stacks_finish_job(k);
		compare_many(k);
	}
	stacks_end(k);
}

static void test_folio_of_which_much_has_changed_is_made_again(void **state)
{
	struct stacks *k = stacks_new(12);
	uint64_t made;

	(void)state;
	stacks_put(k, 3 * STACKS_SPAN);
	stacks_make(k);
	made = catalogue_made(k->catalogue);
	assert_int_equal(made, 3);
	stacks_make(k);
	assert_int_equal(catalogue_made(k->catalogue), made);
	for (unsigned i = 0; i < 4 * STACKS_SPAN; i++)
		stacks_change(k);
	stacks_make(k);
	assert_in_range(catalogue_made(k->catalogue), made + 3, made + 6);
	compare_many(k);
	stacks_end(k);
}

static void test_nothing_is_made_while_records_come_in_numbers_but_now_and_then(void **state)
{
	struct stacks *k = stacks_new(13);
	unsigned begun = 0;

	(void)state;
	stacks_put(k, 4 * STACKS_SPAN);
	for (unsigned i = 0; i < 60; i++) {
		for (unsigned n = 0; n < 40; n++) {
			stacks_put(k, 8);
		}
		catalogue_ask(k->catalogue);
		catalogue_tick(k->catalogue, UINT64_MAX);
		begun += k->waiting.job != NULL;
		if (k->waiting.job != NULL)
			k->waiting.job->work(k->waiting.job);
		stacks_finish_job(k);
	}
	assert_in_range(begun, 1, 3);
	stacks_end(k);
}

static void test_catalogue_that_cannot_be_made_leaves_lists_as_they_are(void **state)
{
	struct stacks *k = stacks_new(14);

	(void)state;
	catalogue_free(k->catalogue);
	k->catalogue = catalogue_new(
		k->d->s->store, (struct job_runner){ .ctx = &k->waiting, .run = stacks_take_job },
		"/nowhere/at/all", STACKS_SPAN);
	assert_non_null(k->catalogue);
	stacks_put(k, 3 * STACKS_SPAN);
	stacks_make(k);
	assert_int_equal(catalogue_count(k->catalogue), 0);
	compare_many(k);
	stacks_end(k);
}

static void test_nothing_is_made_where_the_disk_is_nearly_full(void **state)
{
	struct stacks *k = stacks_new(15);

	(void)state;
	stacks_put(k, 2 * STACKS_SPAN);
	for (unsigned i = 0; i < 4; i++) {
		catalogue_tick(k->catalogue, 1 << 20);
		catalogue_ask(k->catalogue);
		assert_null(k->waiting.job);
	}
	stacks_make(k);
	assert_int_equal(catalogue_count(k->catalogue), 2);
	stacks_end(k);
}

static void test_record_that_is_damaged_later_is_left_out_as_without(void **state)
{
	struct stacks *k = stacks_new(16);

	(void)state;
	stacks_put(k, 3 * STACKS_SPAN);
	stacks_make(k);
	k->no_desks = true; /* they count it as what it was */
	for (unsigned i = 1; i < 3 * STACKS_SPAN; i += 7) {
		static const enum role roles[] = { ROLE_OUT, ROLE_IN, ROLE_RELAY };

		for (size_t n = 0; n < COUNT_OF(roles); n++) {
			struct key key = key_serial(roles[n], (struct serial){ i });

			if (station_has(k->d->s, FAMILY_DOCUMENT, key))
				assert_ok(memory_disk_spoil(k->d->s->disk, FAMILY_DOCUMENT, &key));
		}
	}
	compare_many(k);
	stacks_end(k);
}

static void test_folios_leave_no_file_behind(void **state)
{
	struct stacks *k = stacks_new(17);
	char path[128];

	(void)state;
	snprintf(path, sizeof path, "%s/data", k->d->folder);
	assert_int_equal(mkdir(path, 0700), 0);
	catalogue_free(k->catalogue);
	k->catalogue = catalogue_new(
		k->d->s->store, (struct job_runner){ .ctx = &k->waiting, .run = stacks_take_job },
		path, STACKS_SPAN);
	stacks_put(k, 2 * STACKS_SPAN);
	stacks_make(k);
	assert_int_equal(catalogue_count(k->catalogue), 2);
	assert_int_equal(rmdir(path), 0); /* it is empty */
	compare_many(k);
	stacks_end(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_lists_and_look_ups_answer_as_without_whatever_is_stored_and_asked),
		cmocka_unit_test(
			test_half_a_catalogue_and_one_that_is_being_made_answer_as_without),
		cmocka_unit_test(test_folio_of_which_much_has_changed_is_made_again),
		cmocka_unit_test(
			test_nothing_is_made_while_records_come_in_numbers_but_now_and_then),
		cmocka_unit_test(test_catalogue_that_cannot_be_made_leaves_lists_as_they_are),
		cmocka_unit_test(test_nothing_is_made_where_the_disk_is_nearly_full),
		cmocka_unit_test(test_record_that_is_damaged_later_is_left_out_as_without),
		cmocka_unit_test(test_folios_leave_no_file_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
