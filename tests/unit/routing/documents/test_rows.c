/* Rows of a document: names that do not fit beside the envelope go into further rows, and whom a
 * row waits for is not queued twice. */
#include "tests/unit/support/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/links/publish_opener.h"
#include "daemon/outbox.h"
#include "proto/body.h"
#include "proto/digest.h"
#include "proto/merkle.h"
#include "proto/wire_decode.h"
#include "proto/wire_encode.h"
#include "routing/state/stream.h"

enum { MANY = 990, FRAMES = 64, COPIED_BYTES = 26 * 1024, VILLAGE_DIGITS = 4, HOPS = 12 };

/* Committees with names as long as may be, in the directory and nowhere else. */
static struct committee_id village(unsigned i)
{
	struct committee_id id;

	snprintf(id.text, sizeof id.text, "thon-ban-co-ten-dai-het-muc-%0*u", VILLAGE_DIGITS, i);
	assert_int_equal(strlen(id.text), COMMITTEE_ID_MAX);
	return id;
}

static int by_id(const void *a, const void *b)
{
	return strcmp(((const struct rec_committee *)a)->id.text,
		      ((const struct rec_committee *)b)->id.text);
}

/* All villages stand below this one; what else stands where is in the fixture. */
static void villages_below(struct stage *g, const char *superior, uint64_t version)
{
	struct rec_committee *all =
	    arena_array(g->f->arena, FIXTURE_COMMITTEES + MANY, sizeof *all);
	struct event e = { .type = EVENT_DIRECTORY }, tick = { .type = EVENT_TICK };
	struct rec_directory head;

	assert_non_null(all);
	memcpy(all, g->f->entries, FIXTURE_COMMITTEES * sizeof *all);
	for (unsigned i = 0; i < MANY; i++) {
		struct rec_committee *c = &all[FIXTURE_COMMITTEES + i];

		*c = (struct rec_committee){ .id = village(i),
					     .superior = fixture_id(superior),
					     .name = "Chi bộ",
					     .symbol = "CB",
					     .endpoint = "",
					     .term_name = "",
					     .term_from = "",
					     .changed_in = version };
		assert_ok(directory_entry_pack(g->f->arena, c, &c->entry));
	}
	qsort(all, FIXTURE_COMMITTEES + MANY, sizeof *all, by_id);
	assert_ok(directory_sign(
		g->f->registry, g->f->arena, all, FIXTURE_COMMITTEES + MANY,
		&(struct directory_issue){
			version, NULL, FIXTURE_NOW_MS, FIXTURE_NOW_MS + 1000000000,
			{ NULL, 0 }, { NULL, 0 } },
		&head));
	e.u.directory = (struct ev_directory){ .reply = { 1 },
					       .head = &head,
					       .entries = all,
					       .entry_count = FIXTURE_COMMITTEES + MANY };
	station_clear(g->s);
	station_take(g->s, &e);
	assert_int_equal(station_act(g->s, ACT_REPLY, 0)->u.reply.result, ERR_OK);
	station_take(g->s, &tick);
	station_commit(g->s);
	station_clear(g->s);
}

/* A document of the station's to all villages: with its recipients it nearly fills an envelope.
 * With a file besides, which nobody here reads. */
static void submit_to_all(struct stage *g, bool file)
{
	struct recipient *recipients = arena_array(g->f->arena, MANY, sizeof *recipients);
	uint8_t *bytes = arena_alloc(g->f->arena, COPIED_BYTES);
	struct part parts[2] = { { .name = "vb.pdf",
				   .media_type = "application/pdf",
				   .content = { bytes, COPIED_BYTES } },
				 { .name = "pl.pdf", .media_type = "application/pdf" } };
	struct document_body body = { .number = "31-KH/ĐU",
				      .type_code = "KH",
				      .subject = "Kế hoạch",
				      .issued_on = "",
				      .due_on = "",
				      .business = 1,
				      .parts = parts,
				      .part_count = 1u + file };
	struct manifest_item items[2] = { { .size_bytes = COPIED_BYTES,
					    .sha256 = digest_of(parts[0].content),
					    .chunk_root = merkle_leaf(parts[0].content),
					    .inlined = true },
					  fixture_file_item(100000) };
	struct event e = { .type = EVENT_SUBMIT };
	struct ev_submit *s = &e.u.submit;

	assert_true(recipients != NULL && bytes != NULL);
	for (unsigned i = 0; i < MANY; i++)
		recipients[i].committee = village(i);
	*s = (struct ev_submit){ .reply = { 7 },
				 .id = fixture_doc_id(1),
				 .submission = fixture_digest("content"),
				 .recipients = recipients,
				 .recipient_count = MANY,
				 .urgency = URGENCY_THUONG,
				 .secrecy = SECRECY_THUONG,
				 .manifest = items,
				 .manifest_count = 1u + file,
				 .body_version = DOCUMENT_BODY_VERSION,
				 .summary = document_summary(&body) };
	assert_ok(document_body_pack(g->f->arena, &body, &s->body));
	station_take(g->s, &e);
	assert_int_equal(station_act(g->s, ACT_REPLY, 0)->u.reply.result, ERR_OK);
	station_commit(g->s);
	assert_true(g->s->plan->drafts[0].envelope.len_bytes > 60 * 1024);
	assert_true(g->s->plan->drafts[0].envelope.len_bytes <= ENVELOPE_MAX_BYTES);
	station_clear(g->s);
}

/* ---- what names whom ---- */

struct tally {
	unsigned times[MANY];
	unsigned rows, others;
};

static void tally_names(struct tally *t, const struct committee_id *targets, uint32_t count)
{
	t->rows++;
	for (uint32_t i = 0; i < count; i++) {
		unsigned n = (unsigned)strtoul(targets[i].text + COMMITTEE_ID_MAX - VILLAGE_DIGITS,
					       NULL, 10);

		if (n < MANY && strcmp(targets[i].text, village(n).text) == 0)
			t->times[n]++;
		else
			t->others++;
	}
}

static void expect_each_once(const struct tally *t)
{
	for (unsigned i = 0; i < MANY; i++)
		assert_int_equal(t->times[i], 1);
	assert_int_equal(t->others, 0);
}

/* The rows from `first` on; each must fit a frame, with the relay record that this hop adds. */
static struct tally rows_of(struct stage *g, const char *neighbour, uint64_t first)
{
	struct tally t = { .rows = 0 };

	for (uint64_t seq = first;
	     station_has(g->s, FAMILY_STREAM, key_seq(fixture_id(neighbour), LANE_NORMAL, seq));
	     seq++) {
		struct rec_stream s = station_get(g->s, FAMILY_STREAM,
						  key_seq(fixture_id(neighbour), LANE_NORMAL, seq))
					  .u.stream;
		struct record r = station_get(g->s, FAMILY_ENVELOPE, key_serial(s.role, s.serial));
		struct publish_item item = { .envelope = r.u.envelope.envelope.bytes,
					     .relays = r.u.envelope.relays,
					     .relay_count = r.u.envelope.relay_count,
					     .targets = s.targets,
					     .target_count = s.target_count };
		size_t own = s.role == ROLE_OUT ? 0 : ITEM_EACH_BYTES + RELAY_RECORD_MAX_BYTES;

		assert_true(wire_item_bound(&item) + own <= ITEM_MAX_BYTES);
		assert_int_equal(s.size_bytes, item.envelope.len_bytes);
		tally_names(&t, s.targets, s.target_count);
	}
	return t;
}

/* ---- the pump ---- */

struct sent {
	struct stage *g;
	struct blob frames[FRAMES];
	unsigned count;
};

static enum err keep_frame(void *ctx, struct committee_id neighbour, struct blob frame)
{
	struct sent *s = ctx;

	(void)neighbour;
	assert_true(s->count < FRAMES);
	s->frames[s->count] = arena_blob(s->g->f->arena, frame);
	assert_non_null(s->frames[s->count++].data);
	return ERR_OK;
}

static struct tally pump(struct stage *g, const struct neighbour *n)
{
	struct sent sent = { .g = g };
	struct outbox *o = outbox_new(g->s->core, g->s->lookup,
				      (struct outbox_ops){ .ctx = &sent, .send = keep_frame });
	struct tally t = { .rows = 0 };
	struct act_pump all = { .directory_version = 1 };

	assert_non_null(o);
	neighbour_subscribe(g->s, n, LANE_NORMAL, 0);
	for (int lane = LANE_FACTS; lane < LANE_COUNT; lane++)
		all.upto[lane] = UINT64_MAX;
	assert_ok(outbox_pump(o, n->id, &all));
	outbox_destroy(o);
	for (unsigned i = 0; i < sent.count; i++) {
		struct message m;

		assert_ok(wire_decode(g->f->arena, sent.frames[i], &m));
		assert_int_equal(m.type, MESSAGE_PUBLISH);
		for (uint32_t k = 0; k < m.u.publish.item_count; k++)
			tally_names(&t, m.u.publish.items[k].targets,
				    m.u.publish.items[k].target_count);
	}
	return t;
}

/* ---- tests ---- */

static void test_bound_of_an_item_is_counted_here_as_the_wire_counts_it(void **state)
{
	struct committee_id targets[2] = { { "a" }, { "thads-tp-hcm" } };
	struct blob relays[1] = { { (const uint8_t *)"relay", 5 } };
	struct publish_item item = { .envelope = { (const uint8_t *)"envelope", 8 } };

	(void)state;
	assert_int_equal(wire_item_bound(&item), ITEM_FIXED_BYTES + 8);
	item.relays = relays;
	item.relay_count = 1;
	assert_int_equal(wire_item_bound(&item), ITEM_FIXED_BYTES + 8 + ITEM_EACH_BYTES + 5);
	item.targets = targets;
	item.target_count = 2;
	assert_int_equal(wire_item_bound(&item),
			 ITEM_FIXED_BYTES + 8 + ITEM_EACH_BYTES + 5 + 2 * ITEM_EACH_BYTES + 1 + 12);
	/* The largest envelope of ours always has room for some names. */
	assert_true(ITEM_FIXED_BYTES + ENVELOPE_MAX_BYTES +
			ITEM_TARGETS_LEAST * (ITEM_EACH_BYTES + COMMITTEE_ID_MAX) <=
		    ITEM_MAX_BYTES);
}

static void
test_submission_with_more_names_than_fit_goes_in_several_items_none_is_lost(void **state)
{
	struct stage *g = *state;
	struct tally rows, sent;
	struct record route;

	villages_below(g, "huyen-b", 2);
	neighbour_up(g->s, &g->tinh);
	submit_to_all(g, false);
	rows = rows_of(g, "tinh", 1);
	assert_int_equal(rows.rows, 3);
	expect_each_once(&rows);
	route = station_get(g->s, FAMILY_ROUTE, key_serial(ROLE_OUT, (struct serial){ 1 }));
	assert_int_equal(route.u.route.count, 3);
	sent = pump(g, &g->tinh);
	assert_int_equal(sent.rows, 3);
	expect_each_once(&sent);
}

static void test_names_that_fit_are_one_row(void **state)
{
	struct stage *g = *state;
	struct submission u = { .recipients = { { .committee = { "xa-b1" } },
						{ .committee = { "tinh" } },
						{ .committee = { "xa-a1" } } } };

	neighbour_up(g->s, &g->tinh);
	station_take(g->s, submission_of(&u, 1, 3));
	station_commit(g->s);
	assert_int_equal(station_count(g->s, FAMILY_STREAM), 2);
	assert_int_equal(station_get(g->s, FAMILY_STREAM, key_seq(g->tinh.id, LANE_NORMAL, 1))
			     .u.stream.target_count,
			 2);
}

static void test_names_of_a_neighbour_that_parts_go_the_new_way_in_rows_that_fit_there(void **state)
{
	struct stage *g = *state;
	struct tally rows;

	villages_below(g, "xa-a1", 2);
	submit_to_all(g, false);
	assert_int_equal(rows_of(g, "xa-a1", 1).rows, 3);
	g->f->entries[fixture_index(g->f, "xa-a1")].superior = fixture_id("huyen-b");
	fixture_repack(g->f, fixture_index(g->f, "xa-a1"));
	villages_below(g, "xa-a1", 3);
	assert_int_equal(rows_of(g, "xa-a1", 1).rows, 0);
	rows = rows_of(g, "tinh", 1);
	assert_int_equal(rows.rows, 3);
	expect_each_once(&rows);
}

/* What a relay passes on, and each hop after it with one more record. */
static void test_relay_leaves_room_for_its_own_record(void **state)
{
	struct stage *g = *state;
	struct neighbour a1 = neighbour_of("xa-a1");
	uint8_t *body = arena_alloc(g->f->arena, COPIED_BYTES),
		*bytes = arena_alloc(g->f->arena, RELAY_RECORD_MAX_BYTES);
	struct draft d =
	    fixture_document(g->f, "tinh", 1, (const char *const[]){ "huyen-b", NULL });
	struct recipient *recipients = arena_array(g->f->arena, MANY, sizeof *recipients);
	struct committee_id *targets = arena_array(g->f->arena, MANY, sizeof *targets);
	struct relay_note notes[HOPS] = { { .relay = { "huyen-b" } } };
	struct blob relays[HOPS];
	struct tally rows;

	villages_below(g, "xa-a1", 2);
	neighbour_up(g->s, &g->tinh);
	neighbour_up(g->s, &a1);
	for (unsigned i = 0; i < MANY; i++)
		recipients[i].committee = targets[i] = village(i);
	d.head.recipients = recipients;
	d.head.recipient_count = MANY;
	d.head.directory_version = 2;
	d.head.body_version = 2; /* passed on unread */
	d.body = (struct blob){ body, COPIED_BYTES };
	fixture_seal(g->f, "tinh", &d);
	/* As a neighbour would send it: in parts, with the records of the hops before. */
	for (unsigned i = 0; i < COUNT_OF(relays); i++)
		relays[i] = (struct blob){ bytes, RELAY_RECORD_MAX_BYTES };
	for (uint32_t at = 0; at < MANY; at += MANY / 5) {
		struct event e = neighbour_item(g->s, &g->tinh, LANE_NORMAL, &d, NULL);

		e.u.publish.targets = targets + at;
		e.u.publish.target_count = MANY / 5;
		e.u.publish.relays = relays;
		e.u.publish.relay_notes = notes;
		e.u.publish.relay_count = COUNT_OF(relays);
		e.u.publish.neighbour_directory = 2;
		station_take(g->s, &e);
		station_commit(g->s);
		station_clear(g->s);
	}
	rows = rows_of(g, "xa-a1", 1);
	assert_true(rows.rows > 5); /* what came in five does not fit five any more */
	expect_each_once(&rows);
	assert_int_equal(station_count(g->s, FAMILY_RELAY), 1);
}

static void says_complete(struct stage *g, const struct neighbour *n, uint64_t seq)
{
	struct message m = { .type = MESSAGE_COMPLETE };

	m.u.seqs = (struct msg_seqs){ .lane = LANE_NORMAL,
				      .stream = core_stream_out(g->s->core, n->id, LANE_NORMAL)->id,
				      .seqs = &seq,
				      .count = 1 };
	station_clear(g->s);
	neighbour_says(g->s, n, &m);
	station_commit(g->s);
}

static void test_rows_of_a_document_with_files_are_let_go_in_their_order(void **state)
{
	struct stage *g = *state;
	struct neighbour a1 = neighbour_of("xa-a1");
	struct tally rows;

	villages_below(g, "xa-a1", 2);
	neighbour_up(g->s, &a1);
	submit_to_all(g, true);
	neighbour_subscribe(g->s, &a1, LANE_NORMAL, 3); /* it has taken all three, and fetches */
	assert_int_equal(rows_of(g, "xa-a1", 1).rows, 3);
	says_complete(g, &a1, 2); /* nothing is fetched by this one */
	says_complete(g, &a1, 3);
	assert_int_equal(rows_of(g, "xa-a1", 1).rows, 3);
	/* It parts before it has the file: nobody is forgotten. */
	g->f->entries[fixture_index(g->f, "xa-a1")].superior = fixture_id("huyen-b");
	fixture_repack(g->f, fixture_index(g->f, "xa-a1"));
	villages_below(g, "xa-a1", 3);
	rows = rows_of(g, "tinh", 1);
	expect_each_once(&rows);
	neighbour_up(g->s, &g->tinh);
	neighbour_subscribe(g->s, &g->tinh, LANE_NORMAL, rows.rows);
	says_complete(g, &g->tinh, 1);
	assert_int_equal(rows_of(g, "tinh", 1).rows, 0);
	assert_int_equal(rows_of(g, "tinh", 2).rows, rows.rows - 1);
	for (uint64_t seq = 2; seq <= rows.rows; seq++)
		says_complete(g, &g->tinh, seq);
	assert_int_equal(station_count(g->s, FAMILY_STREAM), 0);
}

/* Two rows for one neighbour that parts, each of which brings a group its document too: who is a
 * member goes the new way once. */
static void test_member_of_a_group_goes_the_new_way_once_however_many_rows_brought_it(void **state)
{
	struct stage *g = *state;
	struct draft d =
	    fixture_document(g->f, "tinh", 1, (const char *const[]){ "**", "xa-a1", NULL });
	struct tally t = { .rows = 0 };
	struct event e;

	neighbour_up(g->s, &g->tinh);
	fixture_seal(g->f, "tinh", &d);
	e = neighbour_item(g->s, &g->tinh, LANE_NORMAL, &d, NULL);
	station_take(g->s, &e);
	station_commit(g->s);
	station_clear(g->s);
	/* As many names would have made it. */
	{
		struct record row = station_get(g->s, FAMILY_STREAM,
						key_seq(fixture_id("xa-a1"), LANE_NORMAL, 1)),
			      route;
		struct publication *all = arena_array(g->f->arena, 3, sizeof *all);
		struct key place = key_serial(row.u.stream.role, row.u.stream.serial);

		route = station_get(g->s, FAMILY_ROUTE, place);
		assert_int_equal(route.u.route.count, 2);
		memcpy(all, route.u.route.publications, 2 * sizeof *all);
		all[2] = (struct publication){ .neighbour = fixture_id("xa-a1"),
					       .lane = LANE_NORMAL,
					       .seq = 2 };
		route.u.route = (struct rec_route){ .publications = all, .count = 3 };
		plan_put(g->s->plan, place, &route);
		plan_put(g->s->plan, key_seq(fixture_id("xa-a1"), LANE_NORMAL, 2), &row);
		station_commit(g->s);
		station_restart(g->s);
	}
	g->f->entries[fixture_index(g->f, "xa-a1")].superior = fixture_id("huyen-b");
	fixture_repack(g->f, fixture_index(g->f, "xa-a1"));
	villages_below(g, "huyen-b", 2);
	for (uint64_t seq = 1;
	     station_has(g->s, FAMILY_STREAM, key_seq(g->tinh.id, LANE_NORMAL, seq)); seq++) {
		struct record r =
		    station_get(g->s, FAMILY_STREAM, key_seq(g->tinh.id, LANE_NORMAL, seq));

		for (uint32_t i = 0; i < r.u.stream.target_count; i++)
			assert_string_equal(r.u.stream.targets[i].text, "xa-a1");
		t.rows++;
	}
	assert_int_equal(t.rows, 1);
	assert_int_equal(rows_of(g, "xa-a1", 1).rows, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_set_up, stage_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_bound_of_an_item_is_counted_here_as_the_wire_counts_it),
		TEST(
		    test_submission_with_more_names_than_fit_goes_in_several_items_none_is_lost),
		TEST(test_names_that_fit_are_one_row),
		TEST(test_names_of_a_neighbour_that_parts_go_the_new_way_in_rows_that_fit_there),
		TEST(test_relay_leaves_room_for_its_own_record),
		TEST(test_rows_of_a_document_with_files_are_let_go_in_their_order),
		TEST(test_member_of_a_group_goes_the_new_way_once_however_many_rows_brought_it),
	};

	return cmocka_run_group_tests_name("publish", tests, NULL, NULL);
}
