/* The thread of a matter as a client of the office socket reads it: circles that forged ids make
 * end, what is not here has its place, and of a great many answers the rest is counted. */
#include <stdio.h>
#include <string.h>

#include "proto/body.h"
#include "routing/state/memory.h"
#include "tests/unit/support/desk.h"
#include "tests/unit/support/paper.h"

enum {
	CIRCLE = 1, /* three: each answers the next */
	ITSELF = 5,
	MANY = 10,
	ANSWERS = 600, /* more than are shown under one document */
	FIRST_ANSWER = 1000,
	ORPHAN = 20,
	MISSING = 99,
	FOREIGN = 30, /* the same id as MANY, of another issuer */
};

static void receive(struct stage *g, unsigned id, unsigned answered, const char *origin)
{
	static const char *const to[] = { "huyen-a", NULL };
	struct draft d = fixture_document(g->f, "tinh", id, to);
	struct part part = { .name = "vb.pdf",
			     .media_type = "application/pdf",
			     .content = fixture_blob("content") };
	struct document_body body = { .number = "31-KH/ĐU",
				      .type_code = "KH",
				      .subject = "Kế hoạch",
				      .business = 1,
				      .parts = &part,
				      .part_count = 1 };

	if (answered != 0)
		body.reply_to = (struct document_ref){ .origin = fixture_id(origin),
						       .id = fixture_doc_id(answered) };
	assert_ok(document_body_pack(g->f->arena, &body, &d.body));
	fixture_seal(g->f, "tinh", &d);
	station_clear(g->s);
	neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, &d);
	station_commit(g->s);
}

static int set_up(void **state)
{
	struct stage g = { .f = fixture_new(), .tinh = neighbour_of("tinh") };

	g.s = station_new(g.f, "huyen-a");
	neighbour_up(g.s, &g.tinh);
	receive(&g, CIRCLE, CIRCLE + 1, "tinh");
	receive(&g, CIRCLE + 1, CIRCLE + 2, "tinh");
	receive(&g, CIRCLE + 2, CIRCLE, "tinh");
	receive(&g, ITSELF, ITSELF, "tinh");
	receive(&g, ORPHAN, MISSING, "xa-a1");
	receive(&g, MANY, 0, "");
	for (unsigned i = 0; i < ANSWERS; i++)
		receive(&g, FIRST_ANSWER + i, MANY, "tinh");
	receive(&g, FOREIGN, MANY, "xa-a1");
	*state = desk_new(g.f, g.s, SOCKET_OFFICE);
	return 0;
}

static int tear_down(void **state)
{
	desk_free(*state);
	return 0;
}

/* What the lines of a thread say together. */
struct read {
	unsigned lines, deepest, absent, asked, incomplete;
	uint64_t left_out;
	uint32_t error;
	uint8_t first[16], last[16];
};

static void add(struct read *t, const Vanthu__V1__ThreadLine *l)
{
	assert_int_equal(l->id.len, 16);
	memcpy(t->lines == 0 ? t->first : t->last, l->id.data, 16);
	t->lines++;
	t->deepest = l->depth > t->deepest ? l->depth : t->deepest;
	t->absent += l->line == NULL && l->paper == NULL ? 1 : 0;
	t->asked += l->asked ? 1 : 0;
	t->incomplete += l->incomplete ? 1 : 0;
	t->left_out += l->left_out;
}

static struct read thread(struct desk *d, unsigned id)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Ref ref = VANTHU__V1__REF__INIT;
	struct doc_id wanted = fixture_doc_id(id);
	struct read t = { .lines = 0 };
	char hex[2 * sizeof wanted.bytes + 1];
	bool more = true;

	for (size_t i = 0; i < sizeof wanted.bytes; i++)
		snprintf(hex + 2 * i, 3, "%02x", wanted.bytes[i]);
	ref.text = hex;
	request.what_case = VANTHU__V1__REQUEST__WHAT_THREAD;
	request.thread = &ref;
	desk_ask(d, &request);
	while (more) {
		Vanthu__V1__Reply *r = desk_reply(d);

		more = r->more;
		if (r->what_case == VANTHU__V1__REPLY__WHAT_THREAD)
			add(&t, r->thread);
		t.error = r->what_case == VANTHU__V1__REPLY__WHAT_ERROR ? r->error->code : 0;
		vanthu__v1__reply__free_unpacked(r, NULL);
	}
	return t;
}

/* Each of them is shown once, whichever is asked about. */
static void test_a_circle_ends(void **state)
{
	for (unsigned id = CIRCLE; id <= CIRCLE + 2; id++) {
		struct read t = thread(*state, id);

		assert_int_equal(t.error, 0);
		assert_int_equal(t.lines, 3);
		assert_int_equal(t.asked, 1);
		assert_int_equal(t.deepest, 2);
		assert_int_equal(t.left_out, 0);
	}
	assert_int_equal(thread(*state, ITSELF).lines, 1);
}

static void test_what_is_not_here_has_its_place(void **state)
{
	struct doc_id missing = fixture_doc_id(MISSING);
	struct read t = thread(*state, ORPHAN);

	assert_int_equal(t.lines, 2);
	assert_int_equal(t.absent, 1);
	assert_memory_equal(t.first, &missing, 16);
	assert_int_equal(thread(*state, 77).error, ERR_NOT_FOUND);
}

static void test_of_a_great_many_the_rest_is_counted(void **state)
{
	struct read t = thread(*state, MANY);

	assert_int_equal(t.error, 0);
	assert_int_equal(t.lines, 1 + 512);
	assert_true(t.left_out >= ANSWERS - 512);
	assert_int_equal(t.incomplete, 0);
	/* From one of those that are not shown the matter begins with the same one. */
	t = thread(*state, FIRST_ANSWER + ANSWERS - 1);
	assert_memory_equal(t.first, thread(*state, MANY).first, 16);
}

/* The id alone is not the document. */
static void test_the_same_id_of_another_issuer_is_another_matter(void **state)
{
	struct read t = thread(*state, FOREIGN);

	assert_int_equal(t.lines, 2);
	assert_int_equal(t.absent, 1);
	assert_int_equal(t.asked, 1);
}

/* As a store of an older build has it, whose answers are still being read. */
static void test_while_the_index_is_made_each_line_says_that_some_may_be_missing(void **state)
{
	struct desk *d = *state;
	struct read t;

	d->s->core->matters.active = true;
	t = thread(d, CIRCLE);
	d->s->core->matters.active = false;
	assert_int_equal(t.lines, 3);
	assert_int_equal(t.incomplete, 3);
	assert_int_equal(thread(d, CIRCLE).incomplete, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_circle_ends),
		cmocka_unit_test(test_what_is_not_here_has_its_place),
		cmocka_unit_test(test_of_a_great_many_the_rest_is_counted),
		cmocka_unit_test(
			test_while_the_index_is_made_each_line_says_that_some_may_be_missing),
		cmocka_unit_test(test_the_same_id_of_another_issuer_is_another_matter),
	};

	return cmocka_run_group_tests_name("thread", tests, set_up, tear_down);
}
