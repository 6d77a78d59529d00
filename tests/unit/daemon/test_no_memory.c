/* Each piece of memory that the opener of frames, or a turn that is made, asks for is refused once:
 * it says so and leaves nothing behind. The same as in tests/unit/proto/test_no_memory.c. */
#include <stdlib.h>
#include <string.h>

#include "daemon/links/publish_opener.h"
#include "daemon/turn.h"
#include "proto/wire_encode.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/no_memory.h"

enum { FRAMES = 4 };

struct desk {
	struct fixture *f;
	struct blob frames[FRAMES]; /* a document with a relay record, and what is for us */
	struct stage *stage;
	struct inbox *inbox;
	struct outbox *outbox;
};

static struct blob frame_of(struct fixture *f, const struct draft *d, struct blob *relay)
{
	const struct publish_item item = { .seq = 1,
					   .envelope = d->envelope,
					   .relays = relay,
					   .relay_count = relay == NULL ? 0 : 1 };
	const struct message m = { .type = MESSAGE_PUBLISH,
				   .u.publish = { LANE_NORMAL, { { 3 } }, &item, 1, 5 } };
	struct blob frame;

	assert_ok(wire_encode(f->arena, &m, &frame));
	return frame;
}

static void make_frames(struct desk *d)
{
	struct fixture *f = d->f;
	struct draft document =
		fixture_document(f, "tinh", 1, (const char *const[]){ "huyen-a", NULL });
	struct document_ref about = { document.head.origin, document.head.id, { { 1 } } };
	struct fact ours = { .kind = KIND_RECEIPT, .document = about, .at_ms = FIXTURE_NOW_MS },
		    relay = { .kind = KIND_RELAY,
			      .document = about,
			      .at_ms = FIXTURE_NOW_MS,
			      .relay_event = 1,
			      .hop = 1 },
		    doubt = { .kind = KIND_DOUBT,
			      .document = about,
			      .doubted_kind = KIND_RECEIPT,
			      .at_ms = FIXTURE_NOW_MS },
		    returned = { .kind = KIND_RETURNED, .document = about, .at_ms = 1 };
	struct draft signed_by_us = fixture_fact(f, "huyen-a", "tinh", 2, &ours),
		     passed_on = fixture_fact(f, "huyen-b", "tinh", 3, &relay), fact;

	fixture_seal(f, "tinh", &document);
	d->frames[0] = frame_of(f, &document, &passed_on.envelope);
	doubt.envelope = returned.envelope = signed_by_us.envelope;
	doubt.doubted = signed_by_us.digest;
	fact = fixture_fact(f, "tinh", "huyen-a", 4, &doubt);
	d->frames[1] = frame_of(f, &fact, NULL);
	fact = fixture_fact(f, "tinh", "huyen-a", 5, &returned);
	d->frames[2] = frame_of(f, &fact, NULL);
	fact = fixture_fact(f, "tinh", "huyen-a", 6, &ours);
	d->frames[3] = frame_of(f, &fact, NULL);
}

static int set_up(void **state)
{
	struct desk *d = calloc(1, sizeof *d);
	void *stage = NULL;

	assert_non_null(d);
	stage_set_up(&stage);
	d->stage = stage;
	d->f = d->stage->f;
	d->inbox = inbox_new();
	d->outbox =
		outbox_new(d->stage->s->core, d->stage->s->lookup, (struct outbox_ops){ .ctx = d });
	assert_true(d->inbox != NULL && d->outbox != NULL);
	make_frames(d);
	*state = d;
	return 0;
}

static int tear_down(void **state)
{
	struct desk *d = *state;
	void *stage = d->stage;

	outbox_destroy(d->outbox);
	inbox_destroy(d->inbox);
	stage_tear_down(&stage);
	free(d);
	return 0;
}

static enum err opened_in(void *ctx, struct arena *a)
{
	const struct desk *d = ctx;
	const struct publish_opener o = { .verifier = d->f->verifier, .self = { "huyen-a" } };
	enum err e = ERR_OK;

	verifier_forget(d->f->verifier);
	for (unsigned i = 0; e == ERR_OK && i < FRAMES; i++) {
		struct publish_opener_frame frame = { .bytes = d->frames[i],
						      .wall_ms = FIXTURE_NOW_MS };
		struct publish_opener_events events;

		e = publish_opener_open(&o, a, fixture_id("tinh"), frame, &events);
		if (e == ERR_OK)
			assert_ok(events.list[0].u.publish.verdict);
	}
	return e;
}

/* Never a verdict about what a neighbour sent. */
static void test_a_frame_is_opened_whole_or_there_was_no_memory(void **state)
{
	no_memory_sweep_arena(opened_in, *state);
}

static enum err turn_made(void *ctx)
{
	const struct desk *d = ctx;
	struct turn *t = turn_new(&(struct turn_parts){ .core = d->stage->s->core,
							.store = d->stage->s->store,
							.signer = fixture_signer(d->f, "huyen-a"),
							.outbox = d->outbox,
							.inbox = d->inbox });

	turn_destroy(t);
	return t == NULL ? ERR_NO_MEMORY : ERR_OK;
}

static void test_turns_are_made_whole_or_not_at_all(void **state)
{
	no_memory_sweep(turn_made, *state, ERR_NO_MEMORY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_frame_is_opened_whole_or_there_was_no_memory,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_turns_are_made_whole_or_not_at_all, set_up,
						tear_down),
	};

	return cmocka_run_group_tests_name("daemon_no_memory", tests, NULL, NULL);
}
