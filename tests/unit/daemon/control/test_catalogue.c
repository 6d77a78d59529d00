/* With a catalogue every list and look-up answers what it answers without, byte for byte: over
 * random documents, questions and changes, while it is whole, half made, being made, or cannot be
 * made at all. */
#include "daemon/control/catalogue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/support/desk.h"

enum {
	SPAN = 64,
	DOCUMENTS = 400,
	QUESTIONS = 120,
	CHANGES = 12,
	TEXT_BYTES = 96,
	ROUNDS = 5,
};

/* Jobs wait in it until the test has them done. */
struct waiting_job {
	struct job *job;
};

struct catalogue_desk {
	struct desk *d;
	struct catalogue *catalogue;
	struct waiting_job waiting;
	char folder[64];
	uint64_t random;
	unsigned documents; /* so far; their serials are 1 and on */
	bool no_desks;	    /* that are asked for */
};

static uint64_t draw(struct catalogue_desk *k, uint64_t below)
{
	k->random ^= k->random << 13;
	k->random ^= k->random >> 7;
	k->random ^= k->random << 17;
	return (k->random >> 11) % below;
}

static bool chance(struct catalogue_desk *k, unsigned percent)
{
	return draw(k, 100) < percent;
}

#define ONE_OF(k, list) ((list)[draw((k), COUNT_OF(list))])

/* ---- the catalogue ---- */

static void take_job(void *ctx, struct job *j)
{
	struct waiting_job *w = ctx;

	assert_null(w->job);
	w->job = j;
}

static void finish_job(struct catalogue_desk *k)
{
	struct job *j = k->waiting.job;

	if (j == NULL)
		return;
	k->waiting.job = NULL;
	j->done(j);
}

/* Ticks until nothing is left to be made. */
static void make_all(struct catalogue_desk *k)
{
	for (unsigned i = 0; i < 4 * DOCUMENTS / SPAN; i++) {
		catalogue_tick(k->catalogue, UINT64_MAX);
		while (k->waiting.job != NULL) {
			k->waiting.job->work(k->waiting.job);
			finish_job(k);
		}
	}
}

static struct catalogue_desk *desk_with(uint64_t seed)
{
	struct fixture *f = fixture_new();
	struct catalogue_desk *k = calloc(1, sizeof *k);

	assert_non_null(k);
	k->d = desk_new(f, station_new(f, "huyen-a"), SOCKET_OFFICE);
	k->random = seed * 0x9e3779b97f4a7c15u + 1;
	snprintf(k->folder, sizeof k->folder, "%s", k->d->folder);
	k->catalogue = catalogue_new(k->d->s->store,
				     (struct job_runner){ .ctx = &k->waiting, .run = take_job },
				     k->folder, SPAN);
	assert_non_null(k->catalogue);
	return k;
}

static void end(struct catalogue_desk *k)
{
	if (k->waiting.job != NULL)
		k->waiting.job->work(k->waiting.job);
	finish_job(k);
	k->d->control->catalogue = NULL;
	catalogue_free(k->catalogue);
	desk_free(k->d);
	free(k);
}

/* ---- what is stored ---- */

static const char *const committees[] = { "tinh", "huyen-a", "huyen-b", "xa-a1", "xa-a2", "gone" };
static const char *const types[] = { "KH", "BC", "CV", "QĐ", "" };
static const char *const texts[] = {
	"Kế hoạch chuyển đổi số",
	"Báo cáo công tác cán bộ",
	"về việc THU, NỘP đảng phí",
	"kết quả kiểm tra – giám sát",
	"“Tuổi trẻ” sáng tạo",
	"Ke hoach khong dau",
	"văn bản của 日本",
	"Huyện ủy A phối hợp",
	"mua sắm tài sản công năm 2026",
	"12-KH/TU kèm theo",
	"hòa bình, hoà bình",
	"xa-a1",
};
static const char *const people[] = { "Nguyễn Thị Hòa", "Lê Văn Đức", "Văn phòng", "" };
static const char *const words[] = { "ke",	"hoach", "chuyen",   "kiem tra", "so",
				     "thu nop", "hoa",	 "duc",	     "12-kh/tu", "7-bc/du",
				     "tinh",	"xa",	 "huyen uy", "a1",	 "khong co",
				     "van",	"2026",	 "tuoi tre", "-",	 "0012-kh/tu",
				     "subtree", "b" };

static text_t kept(struct catalogue_desk *k, const char *text)
{
	return arena_text(k->d->s->plan->arena, text, strlen(text));
}

static text_t random_text(struct catalogue_desk *k)
{
	char text[2 * TEXT_BYTES];

	snprintf(text, sizeof text, "%s %s", ONE_OF(k, texts), ONE_OF(k, texts));
	return kept(k, text);
}

static text_t random_number(struct catalogue_desk *k)
{
	char number[48];

	if (chance(k, 8))
		return "";
	snprintf(number, sizeof number, "%s%u%s%s", chance(k, 20) ? "0" : "", (unsigned)draw(k, 40),
		 chance(k, 10) ? " - " : "-",
		 chance(k, 50)	 ? "KH/TU"
		 : chance(k, 50) ? "BC/ĐU"
				 : "BC/DU");
	return kept(k, number);
}

static text_t random_day(struct catalogue_desk *k)
{
	static const char *const days[] = { "", "2025-06-01", "2025-06-15", "2025-07-20",
					    "2024-01-31" };

	return ONE_OF(k, days);
}

static struct doc_id id_of(unsigned n)
{
	struct doc_id id = fixture_doc_id(n);

	id.bytes[12] = (uint8_t)(n * 7);
	return id;
}

static void fill_recipients(struct catalogue_desk *k, struct rec_document *d)
{
	uint32_t count = 1 + (uint32_t)draw(k, 3);
	struct recipient *r = arena_array(k->d->s->plan->arena, count, sizeof *r);

	assert_non_null(r);
	for (uint32_t i = 0; i < count; i++)
		r[i].committee = fixture_id(committees[(draw(k, 3) + 2 * i) % 6]);
	if (chance(k, 30)) {
		r[0] = (struct recipient){ .group = chance(k, 50) ? GROUP_SUBTREE
								  : GROUP_SUBORDINATES };
		count = chance(k, 80) ? 1 : count;
	}
	d->recipients = r;
	d->recipients_len = count;
	d->recipient_count = count;
}

static void fill_summary(struct catalogue_desk *k, struct summary *s)
{
	*s = (struct summary){ .number = random_number(k),
			       .type_code = ONE_OF(k, types),
			       .subject = random_text(k),
			       .issued_on = random_day(k),
			       .due_on = random_day(k),
			       .type_name = chance(k, 80) ? "Kế hoạch" : "",
			       .signer_name = ONE_OF(k, people),
			       .files = "văn bản.pdf\nphụ lục.xlsx" };
	if (chance(k, 10))
		s->foreign_id = kept(k, "ext-7");
	if (chance(k, 15)) {
		struct document_ref *ref = arena_alloc(k->d->s->plan->arena, sizeof *ref);

		assert_non_null(ref);
		*ref = (struct document_ref){ .origin = fixture_id(ONE_OF(k, committees)),
					      .id = id_of(1 + (unsigned)draw(k, DOCUMENTS)) };
		s->reply_to = ref;
	}
}

static void put_state(struct catalogue_desk *k, struct key key)
{
	struct record r = { .family = FAMILY_STATE,
			    .u.state = { .delivered = draw(k, 3), .refused = draw(k, 12) == 0 } };

	if (chance(k, 85))
		r.u.state.complete_at_ms = FIXTURE_NOW_MS - (int64_t)draw(k, 1000) * 3600000;
	r.u.state.expired = chance(k, 5);
	plan_put(k->d->s->plan, key, &r);
}

static void put_work(struct catalogue_desk *k, struct key key)
{
	struct record r = { .family = FAMILY_WORK,
			    .u.work = { .to = ONE_OF(k, people),
					.due_on = random_day(k),
					.note = "",
					.person = ONE_OF(k, people),
					.recall_reason = "" } };
	static const enum office_status at[] = { OFFICE_NONE, OFFICE_ARRIVED, OFFICE_ACCEPTED,
						 OFFICE_FINISHED, OFFICE_RETURNED };
	const char *const *with = &people[draw(k, 2)];

	r.u.work.stand.work = ONE_OF(k, at);
	if (chance(k, 10))
		r.u.work.stand.recall = OFFICE_RECALL_ASKED;
	r.u.work.with = with;
	r.u.work.with_count = (uint32_t)draw(k, 2);
	plan_put(k->d->s->plan, key, &r);
}

static void put_document(struct catalogue_desk *k)
{
	static const enum role roles[] = { ROLE_OUT, ROLE_IN, ROLE_IN, ROLE_RELAY };
	struct serial serial = { ++k->documents };
	enum role role = ONE_OF(k, roles);
	struct key key = key_serial(role, serial);
	struct record r = { .family = FAMILY_DOCUMENT },
		      ident = { .family = FAMILY_IDENT,
				.u.ident = { .role = role, .serial = serial } };
	struct rec_document *d = &r.u.document;

	*d = (struct rec_document){
		.origin = fixture_id(role == ROLE_OUT ? "huyen-a" : ONE_OF(k, committees)),
		.id = id_of(k->documents),
		.urgency = URGENCY_THUONG,
		.secrecy = chance(k, 10) ? SECRECY_MAT : SECRECY_THUONG,
		.signed_at_ms = FIXTURE_NOW_MS,
		.taken_at_ms = FIXTURE_NOW_MS - (int64_t)draw(k, 1000) * 3600000,
		.directory_version = 1,
		.mine = role == ROLE_IN,
		.lists = chance(k, 10) ? kept(k, "Ban Thường vụ\nKhối Đảng") : "",
	};
	fill_recipients(k, d);
	fill_summary(k, &d->summary);
	plan_put(k->d->s->plan, key, &r);
	plan_put(k->d->s->plan, key_ident(d->id, d->origin), &ident);
	if (chance(k, 97))
		put_state(k, key);
	if (role == ROLE_IN && chance(k, 80))
		put_work(k, key);
}

static void commit(struct catalogue_desk *k)
{
	struct station *s = k->d->s;

	assert_ok(s->store->ops->commit(s->store, s->plan));
	catalogue_follow(k->catalogue, s->plan);
	station_clear(s);
}

static void put_documents(struct catalogue_desk *k, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		put_document(k);
		if (i % 16 == 15)
			commit(k);
	}
	commit(k);
}

/* The role of an old one is asked of the store. */
static void change_one(struct catalogue_desk *k)
{
	static const enum role roles[] = { ROLE_OUT, ROLE_IN, ROLE_RELAY };
	struct serial serial = { 1 + draw(k, k->documents) };

	for (size_t i = 0; i < COUNT_OF(roles); i++) {
		struct key key = key_serial(roles[i], serial);

		if (!station_has(k->d->s, FAMILY_DOCUMENT, key))
			continue;
		if (chance(k, 50))
			put_state(k, key);
		if (roles[i] == ROLE_IN && chance(k, 70))
			put_work(k, key);
		if (chance(k, 5))
			plan_erase(k->d->s->plan, FAMILY_DOCUMENT, key);
	}
	commit(k);
}

/* A committee gets another name: names are no part of the catalogue. */
static void rename_one(struct catalogue_desk *k)
{
	struct committee_id id = fixture_id(ONE_OF(k, committees));
	struct key key = key_committee(id);
	struct record r;

	if (!station_has(k->d->s, FAMILY_COMMITTEE, key))
		return;
	r = station_get(k->d->s, FAMILY_COMMITTEE, key);
	r.u.committee.name = random_text(k);
	plan_put(k->d->s->plan, key, &r);
	commit(k);
}

/* ---- what is asked ---- */

struct asked {
	Vanthu__V1__Request request;
	Vanthu__V1__List list;
	Vanthu__V1__Ref ref;
	char text[160];
};

static void ask_for_one(struct catalogue_desk *k, struct asked *q)
{
	struct doc_id id = id_of(1 + (unsigned)draw(k, k->documents + 5));
	char hex[33] = "";
	unsigned digits = 6 + (unsigned)draw(k, 8);

	q->request.what_case = VANTHU__V1__REQUEST__WHAT_SHOW;
	q->request.show = &q->ref;
	q->ref.text = q->text;
	for (unsigned i = 0; i < sizeof id.bytes; i++)
		snprintf(hex + 2 * i, 3, "%02x", id.bytes[i]);
	if (chance(k, 50))
		snprintf(q->text, sizeof q->text, "%s", hex + 32 - digits);
	else
		snprintf(q->text, sizeof q->text, "%s%u-%s", chance(k, 30) ? "00" : "",
			 (unsigned)draw(k, 40), chance(k, 50) ? "kh/tu" : "BC/ĐU");
	if (chance(k, 20))
		q->ref.from = (char *)(uintptr_t)ONE_OF(k, committees);
	if (chance(k, 10)) {
		q->ref.from = (char *)(uintptr_t)ONE_OF(k, committees);
		q->ref.foreign_id = (char *)(uintptr_t)(chance(k, 80) ? "ext-7" : "ext-8");
	}
}

static void ask_for_list(struct catalogue_desk *k, struct asked *q)
{
	static const char *const states[] = { "accepted", "sending", "delivered", "refused",
					      "expired" };
	Vanthu__V1__List *l = &q->list;

	q->request.what_case = VANTHU__V1__REQUEST__WHAT_LIST;
	q->request.list = l;
	l->box = (Vanthu__V1__Box)(VANTHU__V1__BOX__BOX_INBOX + draw(k, 3));
	l->details = chance(k, 70);
	l->members = chance(k, 40);
	l->files = chance(k, 50);
	l->passing = chance(k, 30);
	l->limit = chance(k, 40) ? 1 + (uint32_t)draw(k, 30) : 0;
	if (chance(k, 50)) {
		snprintf(q->text, sizeof q->text, "%s%s%s", ONE_OF(k, words),
			 chance(k, 40) ? " " : "", chance(k, 40) ? ONE_OF(k, words) : "");
		l->text = q->text;
	}
	if (chance(k, 20))
		l->from = (char *)(uintptr_t)ONE_OF(k, committees);
	if (chance(k, 20))
		l->to = (char *)(uintptr_t)ONE_OF(k, committees);
	if (chance(k, 20))
		l->type_code = (char *)(uintptr_t)ONE_OF(k, types);
	if (chance(k, 15))
		l->number = (char *)(uintptr_t)(chance(k, 50) ? "7-BC/DU" : "012-kh/TU");
	if (chance(k, 20))
		l->state = (char *)(uintptr_t)ONE_OF(k, states);
	if (chance(k, 15))
		l->since_ms = FIXTURE_NOW_MS - (int64_t)draw(k, 1000) * 3600000;
	if (chance(k, 15))
		l->until_ms = FIXTURE_NOW_MS - (int64_t)draw(k, 1000) * 3600000;
	if (chance(k, 10))
		l->before = 1 + draw(k, k->documents + 2);
	if (l->box == VANTHU__V1__BOX__BOX_INBOX && chance(k, 60) && !k->no_desks) {
		l->desk = true;
		l->handled = chance(k, 40);
	}
}

static void make_question(struct catalogue_desk *k, struct asked *q)
{
	memset(q, 0, sizeof *q);
	vanthu__v1__request__init(&q->request);
	vanthu__v1__list__init(&q->list);
	vanthu__v1__ref__init(&q->ref);
	if (chance(k, 30))
		ask_for_one(k, q);
	else
		ask_for_list(k, q);
	q->request.no_secret = false;
}

/* Everything that is answered, as bytes. */
static uint8_t *answer(struct catalogue_desk *k, struct asked *q, size_t *len)
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

static unsigned compare(struct catalogue_desk *k, struct asked *q)
{
	size_t with_len, without_len;
	uint8_t *with, *without;

	k->d->control->catalogue = NULL;
	without = answer(k, q, &without_len);
	k->d->control->catalogue = k->catalogue;
	with = answer(k, q, &with_len);
	if (with_len != without_len || memcmp(with, without, with_len) != 0)
		print_error("box %d text '%s' from '%s' to '%s' type '%s' number '%s' state '%s' "
			    "desk %d handled %d limit %u members %d ref '%s' foreign '%s'\n",
			    (int)q->list.box, q->list.text, q->list.from, q->list.to,
			    q->list.type_code, q->list.number, q->list.state, q->list.desk,
			    q->list.handled, q->list.limit, q->list.members, q->ref.text,
			    q->ref.foreign_id);
	assert_int_equal(with_len, without_len);
	assert_memory_equal(with, without, with_len);
	free(with);
	free(without);
	return with_len > 64;
}

/* That there is something to compare is a part of it. */
static void compare_many(struct catalogue_desk *k)
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
	struct catalogue_desk *k = desk_with(seed);

	put_documents(k, DOCUMENTS);
	make_all(k);
	assert_int_equal(catalogue_count(k->catalogue), (DOCUMENTS + 1) / SPAN);
	compare_many(k);
	for (unsigned i = 0; i < CHANGES; i++)
		change_one(k);
	compare_many(k);
	rename_one(k);
	put_documents(k, SPAN + 3);
	compare_many(k);
	make_all(k);
	compare_many(k);
	end(k);
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
	struct catalogue_desk *k = desk_with(11);

	(void)state;
	put_documents(k, 5 * SPAN);
	for (unsigned i = 0; i < ROUNDS; i++) {
		catalogue_tick(k->catalogue, UINT64_MAX);
		for (unsigned n = 0; n < 3; n++)
			change_one(k);
		compare_many(k);
		if (k->waiting.job == NULL)
			continue;
		/* between reading and being put up, what it read changes */
		k->waiting.job->work(k->waiting.job);
		for (unsigned n = 0; n < 3; n++)
			change_one(k);
		finish_job(k);
		compare_many(k);
	}
	end(k);
}

static void test_folio_of_which_much_has_changed_is_made_again(void **state)
{
	struct catalogue_desk *k = desk_with(12);
	uint64_t made;

	(void)state;
	put_documents(k, 3 * SPAN);
	make_all(k);
	made = catalogue_made(k->catalogue);
	assert_int_equal(made, 3);
	make_all(k);
	assert_int_equal(catalogue_made(k->catalogue), made);
	for (unsigned i = 0; i < 4 * SPAN; i++)
		change_one(k);
	make_all(k);
	assert_in_range(catalogue_made(k->catalogue), made + 3, made + 6);
	compare_many(k);
	end(k);
}

static void test_nothing_is_made_while_records_come_in_numbers_but_now_and_then(void **state)
{
	struct catalogue_desk *k = desk_with(13);
	unsigned begun = 0;

	(void)state;
	put_documents(k, 4 * SPAN);
	for (unsigned i = 0; i < 60; i++) {
		for (unsigned n = 0; n < 40; n++) {
			put_documents(k, 8);
		}
		catalogue_ask(k->catalogue);
		catalogue_tick(k->catalogue, UINT64_MAX);
		begun += k->waiting.job != NULL;
		if (k->waiting.job != NULL)
			k->waiting.job->work(k->waiting.job);
		finish_job(k);
	}
	assert_in_range(begun, 1, 3);
	end(k);
}

static void test_catalogue_that_cannot_be_made_leaves_lists_as_they_are(void **state)
{
	struct catalogue_desk *k = desk_with(14);

	(void)state;
	catalogue_free(k->catalogue);
	k->catalogue = catalogue_new(k->d->s->store,
				     (struct job_runner){ .ctx = &k->waiting, .run = take_job },
				     "/nowhere/at/all", SPAN);
	assert_non_null(k->catalogue);
	put_documents(k, 3 * SPAN);
	make_all(k);
	assert_int_equal(catalogue_count(k->catalogue), 0);
	compare_many(k);
	end(k);
}

static void test_nothing_is_made_where_the_disk_is_nearly_full(void **state)
{
	struct catalogue_desk *k = desk_with(15);

	(void)state;
	put_documents(k, 2 * SPAN);
	for (unsigned i = 0; i < 4; i++) {
		catalogue_tick(k->catalogue, 1 << 20);
		catalogue_ask(k->catalogue);
		assert_null(k->waiting.job);
	}
	make_all(k);
	assert_int_equal(catalogue_count(k->catalogue), 2);
	end(k);
}

static void test_record_that_is_damaged_later_is_left_out_as_without(void **state)
{
	struct catalogue_desk *k = desk_with(16);

	(void)state;
	put_documents(k, 3 * SPAN);
	make_all(k);
	k->no_desks = true; /* they count it as what it was */
	for (unsigned i = 1; i < 3 * SPAN; i += 7) {
		static const enum role roles[] = { ROLE_OUT, ROLE_IN, ROLE_RELAY };

		for (size_t n = 0; n < COUNT_OF(roles); n++) {
			struct key key = key_serial(roles[n], (struct serial){ i });

			if (station_has(k->d->s, FAMILY_DOCUMENT, key))
				assert_ok(memory_disk_spoil(k->d->s->disk, FAMILY_DOCUMENT, &key));
		}
	}
	compare_many(k);
	end(k);
}

static void test_folios_leave_no_file_behind(void **state)
{
	struct catalogue_desk *k = desk_with(17);
	char path[128];

	(void)state;
	snprintf(path, sizeof path, "%s/data", k->d->folder);
	assert_int_equal(mkdir(path, 0700), 0);
	catalogue_free(k->catalogue);
	k->catalogue = catalogue_new(k->d->s->store,
				     (struct job_runner){ .ctx = &k->waiting, .run = take_job },
				     path, SPAN);
	put_documents(k, 2 * SPAN);
	make_all(k);
	assert_int_equal(catalogue_count(k->catalogue), 2);
	assert_int_equal(rmdir(path), 0); /* it is empty */
	compare_many(k);
	end(k);
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
