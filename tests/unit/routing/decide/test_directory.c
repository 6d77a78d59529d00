/* A directory that changes: as a whole, as changes, part by part; and what it does to links and
 * queues. */
#include "proto/directory_file.h"
#include "tests/unit/support/fixture.h"

#include <string.h>

#include "daemon/directory/spool.h"
#include "routing/base/committee_id.h"

static const char *const to_a1[] = { "xa-a1", NULL };

static struct event install(const struct directory *d, uint64_t base)
{
	struct event e = { .type = EVENT_DIRECTORY };

	e.u.directory = (struct ev_directory){ .reply = { 1 },
					       .head = &d->head,
					       .entries = d->entries,
					       .entry_count = d->entry_count,
					       .base = base };
	return e;
}

/* Version 2: the committee stands under another superior, or has ended. */
static struct directory moved(struct fixture *f, const char *id, const char *superior, bool retired)
{
	static struct tenure places[2];
	struct rec_committee *c = &f->entries[fixture_index(f, id)];

	places[0] = (struct tenure){ .since = 1, .superior = c->superior };
	places[1] =
	    (struct tenure){ .since = 2, .superior = fixture_id(superior), .retired = retired };
	c->superior = fixture_id(superior);
	c->retired = retired;
	c->places = places;
	c->place_count = 2;
	c->changed_in = 2;
	fixture_repack(f, fixture_index(f, id));
	return fixture_directory(f, 2);
}

static void tick(struct station *s)
{
	struct event e = { .type = EVENT_TICK };

	s->now.mono_ms += 1000;
	s->now.wall_ms += 1000;
	station_take(s, &e);
	station_commit(s);
}

static void comes_into_force(struct station *s, const struct directory *d)
{
	struct event e = install(d, 0);

	station_take(s, &e);
	assert_int_equal(station_act(s, ACT_REPLY, 0)->u.reply.result, ERR_OK);
	station_commit(s);
}

/* ---- changes ---- */

static struct directory changes_of(struct fixture *f, const struct directory *d, const char *id)
{
	return (struct directory){ .head = d->head,
				   .entries = &d->entries[fixture_index(f, id)],
				   .entry_count = 1,
				   .since = 1 };
}

static void test_changes_open_over_the_rows_they_change_and_nothing_else(void **state)
{
	struct stage *g = *state;
	struct directory d = moved(g->f, "xa-b1", "huyen-a", false),
			 changes = changes_of(g->f, &d, "xa-b1"), back;
	struct directory_base base = { .rows = g->s->lookup, .version = 1 },
			      older = { .rows = g->s->lookup, .version = 0 };
	struct blob bytes;

	assert_ok(directory_file_pack(g->f->arena, &changes, &bytes));
	assert_ok(directory_file_open(g->f->arena, bytes, g->f->root_der, &base, &back));
	assert_int_equal(back.entry_count, 1);
	assert_true(back.since == 1);
	assert_true(back.entries[0].places[1].since == 2);
	assert_int_equal(directory_file_open(g->f->arena, bytes, g->f->root_der, NULL, &back),
			 ERR_DIRECTORY_AHEAD);
	assert_int_equal(directory_file_open(g->f->arena, bytes, g->f->root_der, &older, &back),
			 ERR_DIRECTORY_AHEAD);
	/* Another committee's entry in its place, and none at all. */
	changes.entries = &d.entries[fixture_index(g->f, "xa-a1")];
	assert_ok(directory_file_pack(g->f->arena, &changes, &bytes));
	assert_int_equal(directory_file_open(g->f->arena, bytes, g->f->root_der, &base, &back),
			 ERR_DIGEST);
	changes.entry_count = 0;
	assert_ok(directory_file_pack(g->f->arena, &changes, &bytes));
	assert_int_equal(directory_file_open(g->f->arena, bytes, g->f->root_der, &base, &back),
			 ERR_DIGEST);
}

static void test_head_alone_renews_what_has_not_changed(void **state)
{
	struct stage *g = *state;
	struct directory d = fixture_directory(g->f, 2), head = { .head = d.head, .since = 1 },
			 back;
	struct directory_base base = { .rows = g->s->lookup, .version = 1 };
	struct blob bytes;
	struct event e;

	assert_ok(directory_file_pack(g->f->arena, &head, &bytes));
	assert_ok(directory_file_open(g->f->arena, bytes, g->f->root_der, &base, &back));
	e = install(&back, back.since);
	station_take(g->s, &e);
	assert_int_equal(station_act(g->s, ACT_REPLY, 0)->u.reply.result, ERR_OK);
	station_commit(g->s);
	assert_true(core_directory_version(g->s->core) == 2);
	assert_false(station_has(g->s, FAMILY_META, key_name("requeue"))); /* nobody moved */
}

static struct msg_directory_part part_of(const struct directory *d, const struct blob *entry,
					 const char *after, const char *upto, bool last)
{
	return (struct msg_directory_part){ .since = 1,
					    .head = d->head.head,
					    .entries = entry,
					    .entry_count = entry != NULL,
					    .after = fixture_id(after),
					    .upto = fixture_id(upto),
					    .last = last };
}

static void test_parts_make_a_whole_only_in_their_order(void **state)
{
	struct stage *g = *state;
	struct directory d = moved(g->f, "xa-b1", "huyen-a", false),
			 other = fixture_directory(g->f, 3), back;
	struct directory_base base = { .rows = g->s->lookup, .version = 1 };
	struct spool *spool = spool_new(NULL);
	struct directory_parts *p = directory_parts_new(spool_sink(spool));
	struct msg_directory_part first = part_of(&d, NULL, "", "xa-a2", false),
				  second =
				      part_of(&d, &d.entries[fixture_index(g->f, "xa-b1")].entry,
					      "xa-a2", "xa-cu", true),
				  foreign = part_of(&other, NULL, "xa-a2", "xa-cu", true);
	struct blob whole;
	uint8_t *bytes;

	assert_non_null(p);
	assert_int_equal(directory_parts_add(p, &second), ERR_GAP);
	assert_ok(directory_parts_add(p, &first));
	/* the head changed: begin again */
	assert_int_equal(directory_parts_add(p, &foreign), ERR_GAP);
	assert_int_equal(directory_parts_add(p, &second), ERR_GAP);
	assert_ok(directory_parts_add(p, &first));
	assert_ok(directory_parts_add(p, &first)); /* asked for once more */
	assert_ok(directory_parts_add(p, &second));
	whole.len_bytes = spool_size(spool);
	whole.data = bytes = arena_alloc(g->f->arena, whole.len_bytes);
	assert_ok(spool_source(spool).read(spool, 0, bytes, whole.len_bytes));
	assert_ok(directory_file_open(g->f->arena, whole, g->f->root_der, &base, &back));
	assert_int_equal(back.entry_count, 1);
	assert_string_equal(back.entries[0].id.text, "xa-b1");
	directory_parts_destroy(p);
	spool_destroy(spool);
}

static void test_version_that_follows_another_head_is_a_fork(void **state)
{
	struct stage *g = *state;
	struct directory d = fixture_directory(g->f, 2);
	struct event e;

	d.head.previous = fixture_digest("another head");
	e = install(&d, 0);
	station_take(g->s, &e);
	assert_int_equal(station_act(g->s, ACT_REPLY, 0)->u.reply.result, ERR_DIRECTORY_FORK);
	assert_non_null(station_notice(g->s, NOTICE_DIRECTORY));
	assert_true(core_directory_version(g->s->core) == 1);
	e = install(&d, 2); /* changes over a version that is not here */
	station_clear(g->s);
	station_take(g->s, &e);
	assert_int_equal(station_act(g->s, ACT_REPLY, 0)->u.reply.result, ERR_DIRECTORY_AHEAD);
}

/* ---- on the wire ---- */

static void test_newer_version_of_the_superior_is_asked_for_part_by_part(void **state)
{
	struct stage *g = *state;
	struct message ping = { .type = MESSAGE_PING }, part = { .type = MESSAGE_DIRECTORY_PART };
	struct directory d = fixture_directory(g->f, 2);
	struct neighbour a1 = neighbour_of("xa-a1");

	neighbour_up(g->s, &g->tinh);
	neighbour_up(g->s, &a1);
	ping.u.ping.directory_version = 2;
	neighbour_says(g->s, &g->tinh, &ping);
	assert_non_null(station_said(g->s, "tinh", MESSAGE_DIRECTORY_WANTED, 0));
	assert_true(
	    station_said(g->s, "tinh", MESSAGE_DIRECTORY_WANTED, 0)->u.directory_wanted.have == 1);
	neighbour_says(g->s, &g->tinh, &ping);
	assert_null(station_said(g->s, "tinh", MESSAGE_DIRECTORY_WANTED, 1)); /* not at each word */
	part.u.directory_part = part_of(&d, NULL, "", "xa-a2", false);
	neighbour_says(g->s, &g->tinh, &part);
	assert_string_equal(
	    station_said(g->s, "tinh", MESSAGE_DIRECTORY_WANTED, 1)->u.directory_wanted.after.text,
	    "xa-a2");
	assert_int_equal(station_acts(g->s, ACT_VIOLATION), 0);
	neighbour_says(g->s, &a1, &ping);
	/* one is asked at a time */
	assert_null(station_said(g->s, "xa-a1", MESSAGE_DIRECTORY_WANTED, 0));
	part.u.directory_part = part_of(&d, NULL, "xa-a2", "xa-b1", false);
	neighbour_says(g->s, &a1, &part);
	/* what was not asked of it is passed over */
	assert_null(station_said(g->s, "tinh", MESSAGE_DIRECTORY_WANTED, 2));
	assert_int_equal(station_acts(g->s, ACT_VIOLATION), 0);
}

static void test_newer_version_of_a_subordinate_is_asked_for_too(void **state)
{
	struct stage *g = *state;
	struct message ping = { .type = MESSAGE_PING, .u.ping = { .directory_version = 2 } };
	struct neighbour a1 = neighbour_of("xa-a1"), a2 = neighbour_of("xa-a2");

	neighbour_up(g->s, &a1);
	neighbour_up(g->s, &a2);
	neighbour_says(g->s, &a1, &ping);
	assert_non_null(station_said(g->s, "xa-a1", MESSAGE_DIRECTORY_WANTED, 0));
	assert_true(core_asks(g->s->core, fixture_id("xa-a1"), PARTY_NEIGHBOUR));
	/* It says nothing: the next one that has it is asked. */
	for (unsigned i = 0; i < 5; i++)
		tick(g->s);
	neighbour_says(g->s, &a1, &ping);
	neighbour_says(g->s, &a2, &ping);
	assert_true(core_asks(g->s->core, fixture_id("xa-a2"), PARTY_NEIGHBOUR));
}

static void test_one_that_hands_on_what_is_no_directory_is_counted_and_left_alone(void **state)
{
	struct stage *g = *state;
	struct message ping = { .type = MESSAGE_PING, .u.ping = { .directory_version = 2 } };
	struct event bad = { .type = EVENT_BAD_DIRECTORY,
			     .u.link = { .neighbour = fixture_id("xa-a1"), .reason = ERR_DIGEST } };
	struct neighbour a1 = neighbour_of("xa-a1");
	struct link_view v;

	neighbour_up(g->s, &a1);
	neighbour_says(g->s, &a1, &ping);
	station_take(g->s, &bad);
	station_commit(g->s);
	assert_true(core_link_find(g->s->core, fixture_id("xa-a1"), &v));
	assert_int_equal(v.violations, 1);
	station_clear(g->s);
	for (unsigned i = 0; i < 59; i++) {
		tick(g->s);
		neighbour_says(g->s, &a1, &ping);
		assert_false(core_asks(g->s->core, fixture_id("xa-a1"), PARTY_NEIGHBOUR));
		station_clear(g->s);
	}
	tick(g->s);
	neighbour_says(g->s, &a1, &ping);
	assert_true(core_asks(g->s->core, fixture_id("xa-a1"), PARTY_NEIGHBOUR));
	/* And twice as long the next time. */
	station_take(g->s, &bad);
	station_commit(g->s);
	for (unsigned i = 0; i < 119; i++) {
		tick(g->s);
		neighbour_says(g->s, &a1, &ping);
		assert_false(core_asks(g->s->core, fixture_id("xa-a1"), PARTY_NEIGHBOUR));
		station_clear(g->s);
	}
}

static void test_parts_that_do_not_come_forward_end_the_asking(void **state)
{
	struct stage *g = *state;
	struct message ping = { .type = MESSAGE_PING, .u.ping = { .directory_version = 2 } },
		       part = { .type = MESSAGE_DIRECTORY_PART };
	struct directory d = fixture_directory(g->f, 2);

	neighbour_up(g->s, &g->tinh);
	neighbour_says(g->s, &g->tinh, &ping);
	part.u.directory_part = part_of(&d, NULL, "", "", false);
	neighbour_says(g->s, &g->tinh, &part);
	assert_null(station_said(g->s, "tinh", MESSAGE_DIRECTORY_WANTED, 1));
	assert_false(core_asks(g->s->core, fixture_id("tinh"), PARTY_NEIGHBOUR));
}

static void test_subordinate_gets_what_changed_since_its_version(void **state)
{
	struct stage *g = *state;
	struct message wanted = { .type = MESSAGE_DIRECTORY_WANTED };
	struct directory d = moved(g->f, "xa-b1", "huyen-a", false);
	struct neighbour a1 = neighbour_of("xa-a1");
	const struct message *m;

	neighbour_up(g->s, &a1);
	comes_into_force(g->s, &d);
	station_clear(g->s);
	tick(g->s);
	station_clear(g->s);
	wanted.u.directory_wanted.have = 1;
	neighbour_says(g->s, &a1, &wanted);
	m = station_said(g->s, "xa-a1", MESSAGE_DIRECTORY_PART, 0);
	assert_non_null(m);
	assert_int_equal(m->u.directory_part.entry_count, 1);
	assert_memory_equal(m->u.directory_part.entries[0].data,
			    d.entries[fixture_index(g->f, "xa-b1")].entry.data,
			    m->u.directory_part.entries[0].len_bytes);
	assert_true(m->u.directory_part.last);
	wanted.u.directory_wanted.have = 2;
	neighbour_says(g->s, &a1, &wanted);
	assert_null(station_said(g->s, "xa-a1", MESSAGE_DIRECTORY_PART, 1));
	neighbour_up(g->s, &g->tinh);
	wanted.u.directory_wanted.have = 1;
	neighbour_says(g->s, &g->tinh, &wanted); /* a superior that is behind is served the same */
	assert_non_null(station_said(g->s, "tinh", MESSAGE_DIRECTORY_PART, 0));
}

/* Another answer than the first, or none: who asks would begin anew. */
static void test_more_parts_than_a_second_allows_are_served_in_the_next(void **state)
{
	struct stage *g = *state;
	struct message wanted = { .type = MESSAGE_DIRECTORY_WANTED };
	struct directory d = moved(g->f, "xa-b1", "huyen-a", false);
	struct neighbour a1 = neighbour_of("xa-a1"), a2 = neighbour_of("xa-a2");
	unsigned served = 0;

	neighbour_up(g->s, &a1);
	neighbour_up(g->s, &a2);
	comes_into_force(g->s, &d);
	tick(g->s);
	station_clear(g->s);
	wanted.u.directory_wanted.have = 1;
	for (unsigned i = 0; i < DIRECTORY_PARTS_A_TURN; i++)
		neighbour_says(g->s, &a1, &wanted);
	neighbour_says(g->s, &a2, &wanted);
	assert_null(station_said(g->s, "xa-a2", MESSAGE_DIRECTORY_PART, 0)); /* not in this turn */
	station_commit(g->s);
	station_clear(g->s);
	tick(g->s);
	assert_non_null(station_said(g->s, "xa-a2", MESSAGE_DIRECTORY_PART, 0));
	for (unsigned i = 0; i < 1000; i++) {
		station_clear(g->s);
		neighbour_says(g->s, &a1, &wanted);
		served += station_said(g->s, "xa-a1", MESSAGE_DIRECTORY_PART, 0) != NULL;
		station_commit(g->s);
	}
	assert_in_range(served, 100, 999);
	station_clear(g->s);
	tick(g->s);
	assert_non_null(station_said(g->s, "xa-a1", MESSAGE_DIRECTORY_PART, 0));
}

/* ---- what is under way ---- */

static void publish_to(struct stage *g, const char *const *to)
{
	struct draft d = fixture_document(g->f, "tinh", 1, to);

	fixture_seal(g->f, "tinh", &d);
	neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, &d);
	station_commit(g->s);
	station_clear(g->s);
}

static void test_queue_of_one_that_moved_goes_the_new_way_by_name(void **state)
{
	struct stage *g = *state;
	struct directory d;
	struct record r;

	neighbour_up(g->s, &g->tinh);
	/* a group: the copy that goes on must name it */
	publish_to(g, (const char *const[]){ "**", NULL });
	assert_true(station_has(g->s, FAMILY_STREAM, key_seq(fixture_id("xa-a1"), LANE_NORMAL, 1)));
	d = moved(g->f, "xa-a1", "huyen-b", false);
	comes_into_force(g->s, &d);
	assert_true(station_has(g->s, FAMILY_META, key_name("requeue")));
	tick(g->s);
	assert_false(
	    station_has(g->s, FAMILY_STREAM, key_seq(fixture_id("xa-a1"), LANE_NORMAL, 1)));
	/* back the way it came */
	r = station_get(g->s, FAMILY_STREAM, key_seq(fixture_id("tinh"), LANE_NORMAL, 1));
	assert_int_equal(r.u.stream.target_count, 1);
	assert_string_equal(r.u.stream.targets[0].text, "xa-a1");
	assert_false(station_has(g->s, FAMILY_STREAM, key_seq(fixture_id("tinh"), LANE_NORMAL, 2)));
	/* who stayed keeps its own */
	assert_true(station_has(g->s, FAMILY_STREAM, key_seq(fixture_id("xa-a2"), LANE_NORMAL, 1)));
	tick(g->s);
	assert_false(station_has(g->s, FAMILY_META, key_name("requeue")));
}

/* The last fact that may go to tinh now. */
static uint64_t facts_that_may_go(struct stage *g)
{
	uint64_t upto = 0;
	const struct act *a;

	for (unsigned n = 0; (a = station_act(g->s, ACT_PUMP, n)) != NULL; n++) {
		if (strcmp(a->neighbour.text, "tinh") == 0)
			upto = a->u.pump.upto[LANE_FACTS];
	}
	return upto;
}

/* A receipt for xa-b1, which stands below xa-a2 from now on, lies in the queue for tinh; and our
 * clock is wrong, so that nothing may be signed. tinh would drop it, for its way leads back. */
static void test_fact_for_one_that_moved_goes_the_new_way_before_any_leaves(void **state)
{
	struct signer_validity ended = { .known = true, .to_ms = FIXTURE_NOW_MS - 1 };
	struct fact f = { .kind = KIND_RECEIPT, .document = { .origin = fixture_id("xa-b1") } };
	struct neighbour a1 = neighbour_of("xa-a1");
	struct stage *g = *state;
	struct draft first = fixture_fact(g->f, "xa-a1", "xa-b1", 1, &f),
		     second = fixture_fact(g->f, "xa-a1", "tinh", 2, &f);
	struct directory d;

	neighbour_up(g->s, &g->tinh);
	neighbour_subscribe(g->s, &g->tinh, LANE_FACTS, 0);
	neighbour_up(g->s, &a1);
	neighbour_publishes(g->s, &a1, LANE_FACTS, &first);
	station_commit(g->s);
	assert_int_equal(facts_that_may_go(g), 1);
	station_clear(g->s);
	core_set_signer(g->s->core, &ended);
	d = moved(g->f, "xa-b1", "xa-a2", false);
	comes_into_force(g->s, &d);
	station_clear(g->s);
	neighbour_publishes(g->s, &a1, LANE_FACTS, &second);
	station_commit(g->s);
	assert_true(station_has(g->s, FAMILY_STREAM, key_seq(fixture_id("tinh"), LANE_FACTS, 2)));
	assert_int_equal(facts_that_may_go(g), 0);
	station_clear(g->s);
	tick(g->s);
	assert_true(station_has(g->s, FAMILY_STREAM, key_seq(fixture_id("xa-a2"), LANE_FACTS, 1)));
	assert_int_equal(facts_that_may_go(g), 2);
	/* the documents still wait until something may be signed */
	assert_true(station_has(g->s, FAMILY_META, key_name("requeue")));
}

static void test_one_that_has_ended_is_refused_to_the_signer(void **state)
{
	struct stage *g = *state;
	struct directory d;

	neighbour_up(g->s, &g->tinh);
	publish_to(g, to_a1);
	d = moved(g->f, "xa-a1", "huyen-a", true);
	comes_into_force(g->s, &d);
	station_clear(g->s);
	tick(g->s);
	assert_int_equal(g->s->plan->draft_count, 1);
	assert_int_equal(g->s->plan->drafts[0].fact.reason, ERR_RETIRED_RECIPIENT);
	assert_string_equal(g->s->plan->drafts[0].fact.targets[0].text, "xa-a1");
	assert_false(
	    station_has(g->s, FAMILY_STREAM, key_seq(fixture_id("xa-a1"), LANE_NORMAL, 1)));
}

static void test_former_subordinate_hears_where_it_belongs_and_nothing_else(void **state)
{
	struct stage *g = *state;
	struct neighbour a1 = neighbour_of("xa-a1");
	struct message wanted = { .type = MESSAGE_DIRECTORY_WANTED },
		       ping = { .type = MESSAGE_PING },
		       subscribe = { .type = MESSAGE_SUBSCRIBE,
				     .u.subscribe = { .lane = LANE_FACTS } };
	struct directory d = moved(g->f, "xa-a1", "huyen-b", false);
	struct link_view v;

	comes_into_force(g->s, &d);
	station_restart(g->s); /* it may come back only later */
	tick(g->s);
	tick(g->s);
	station_clear(g->s);
	assert_true(core_link_find(g->s->core, fixture_id("xa-a1"), &v));
	assert_true(v.leaving && !v.present);
	neighbour_says(g->s, &a1, &subscribe);
	assert_int_equal(station_acts(g->s, ACT_SEND), 0);
	wanted.u.directory_wanted.have = 1;
	neighbour_says(g->s, &a1, &wanted);
	assert_non_null(station_said(g->s, "xa-a1", MESSAGE_DIRECTORY_PART, 0));
	ping.u.ping.directory_version = 2;
	neighbour_says(g->s, &a1, &ping);
	station_clear(g->s);
	tick(g->s);
	assert_true(core_link_find(g->s->core, fixture_id("xa-a1"), &v));
	assert_false(v.leaving);
	assert_int_equal(station_acts(g->s, ACT_DIRECTORY), 1); /* its key is let in no more */
	assert_false(station_has(g->s, FAMILY_LINKOUT, key_link(fixture_id("xa-a1"), LANE_NORMAL)));
}

/* Version 3: it stands where it stood before it was moved. */
static struct directory moved_back(struct fixture *f, const char *id, const char *superior)
{
	static struct tenure places[3];
	struct rec_committee *c = &f->entries[fixture_index(f, id)];

	memcpy(places, c->places, 2 * sizeof places[0]);
	places[2] = (struct tenure){ .since = 3, .superior = fixture_id(superior) };
	c->superior = fixture_id(superior);
	c->places = places;
	c->place_count = 3;
	c->changed_in = 3;
	fixture_repack(f, fixture_index(f, id));
	return fixture_directory(f, 3);
}

static struct message hello_of(const struct neighbour *n, uint64_t acked)
{
	struct message m = { .type = MESSAGE_HELLO };

	m.u.hello = (struct msg_hello){ .protocol_min = 1,
					.protocol_max = 1,
					.committee = n->id,
					.purpose = PURPOSE_CONTROL,
					.directory_version = 1,
					.has_streams = true,
					.says_store = true,
					.store = { .any = true, .starts = 1 } };
	for (int lane = LANE_FACTS; lane < LANE_COUNT; lane++) {
		m.u.hello.streams[lane].stream = n->streams[lane];
		m.u.hello.streams[lane].last = acked;
		m.u.hello.acked[lane] = acked;
	}
	return m;
}

static enum err own_alarm(const struct stage *g)
{
	struct stand_view v;

	core_stand(g->s->core, &v);
	return v.alarm;
}

/* It has heard of neither directory, and remembers what we have forgotten: that is no store of ours
 * that went back. */
static void test_one_that_was_moved_and_came_back_shows_no_store_that_is_behind(void **state)
{
	struct stage *g = *state;
	struct neighbour a1 = neighbour_of("xa-a1");
	struct message hello = hello_of(&a1, 3);
	struct directory d = moved(g->f, "xa-a1", "huyen-b", false);
	const struct message *said;

	comes_into_force(g->s, &d);
	tick(g->s);
	tick(g->s);
	d = moved_back(g->f, "xa-a1", "huyen-a");
	comes_into_force(g->s, &d);
	tick(g->s);
	station_restart(g->s); /* it is on the disk */
	station_clear(g->s);
	neighbour_says(g->s, &a1, &hello);
	said = station_said(g->s, "xa-a1", MESSAGE_HELLO, 0);
	assert_non_null(said);
	assert_int_equal(said->u.hello.acked[LANE_NORMAL], 0);
	assert_int_equal(own_alarm(g), ERR_OK);
	station_commit(g->s);
	/* also while it has not begun its streams anew */
	station_restart(g->s);
	station_clear(g->s);
	neighbour_says(g->s, &a1, &hello);
	assert_int_equal(own_alarm(g), ERR_OK);
	for (int lane = LANE_FACTS; lane < LANE_COUNT; lane++) {
		memcpy(hello.u.hello.streams[lane].stream.bytes, fixture_digest("anew").bytes,
		       sizeof hello.u.hello.streams[lane].stream.bytes);
		hello.u.hello.streams[lane].base = 3;
	}
	neighbour_says(g->s, &a1, &hello);
	station_commit(g->s);
	assert_int_equal(own_alarm(g), ERR_OK);
	/* from then on it shows one */
	station_restart(g->s);
	station_clear(g->s);
	hello.u.hello.acked[LANE_NORMAL] = hello.u.hello.streams[LANE_NORMAL].last = 4;
	neighbour_says(g->s, &a1, &hello);
	station_commit(g->s);
	assert_int_equal(own_alarm(g), ERR_BEHIND);
}

/* What was queued for it goes back to its signers, and counts as passed: it has acknowledged
 * nothing. */
static void test_one_that_has_ended_is_not_said_to_have_acknowledged(void **state)
{
	struct stage *g = *state;
	struct neighbour a1 = neighbour_of("xa-a1");
	struct message hello = hello_of(&a1, 0);
	struct directory d;
	struct record r;

	neighbour_up(g->s, &g->tinh);
	publish_to(g, to_a1);
	d = moved(g->f, "xa-a1", "huyen-a", true);
	comes_into_force(g->s, &d);
	tick(g->s);
	station_commit(g->s);
	r = station_get(g->s, FAMILY_LINKOUT, key_link(a1.id, LANE_NORMAL));
	assert_true(r.u.linkout.acked == 1);
	station_clear(g->s);
	neighbour_says(g->s, &a1, &hello);
	assert_int_equal(station_said(g->s, "xa-a1", MESSAGE_HELLO, 0)->u.hello.acked[LANE_NORMAL],
			 0);
}

static void test_what_two_directories_disagree_about_waits(void **state)
{
	struct stage *g = *state;
	struct draft d =
	    fixture_document(g->f, "tinh", 1, (const char *const[]){ "huyen-b", NULL });
	struct link_view v;
	struct event e;

	neighbour_up(g->s, &g->tinh);
	fixture_seal(g->f, "tinh", &d);
	e = neighbour_item(g->s, &g->tinh, LANE_NORMAL, &d,
			   (const char *const[]){ "huyen-b", NULL });
	e.u.publish.neighbour_directory = 9; /* where it lies this way, perhaps */
	station_take(g->s, &e);
	assert_true(core_link_find(g->s->core, fixture_id("tinh"), &v));
	assert_true(v.peer_directory_version == 9);
	assert_int_equal(g->s->plan->draft_count, 0); /* neither taken nor refused */
	assert_int_equal(station_count(g->s, FAMILY_DOCUMENT), 0);
	assert_non_null(station_said(g->s, "tinh", MESSAGE_DIRECTORY_WANTED, 0));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_set_up, stage_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_changes_open_over_the_rows_they_change_and_nothing_else),
		TEST(test_head_alone_renews_what_has_not_changed),
		TEST(test_parts_make_a_whole_only_in_their_order),
		TEST(test_version_that_follows_another_head_is_a_fork),
		TEST(test_newer_version_of_the_superior_is_asked_for_part_by_part),
		TEST(test_newer_version_of_a_subordinate_is_asked_for_too),
		TEST(test_one_that_hands_on_what_is_no_directory_is_counted_and_left_alone),
		TEST(test_parts_that_do_not_come_forward_end_the_asking),
		TEST(test_subordinate_gets_what_changed_since_its_version),
		TEST(test_more_parts_than_a_second_allows_are_served_in_the_next),
		TEST(test_queue_of_one_that_moved_goes_the_new_way_by_name),
		TEST(test_fact_for_one_that_moved_goes_the_new_way_before_any_leaves),
		TEST(test_one_that_has_ended_is_refused_to_the_signer),
		TEST(test_former_subordinate_hears_where_it_belongs_and_nothing_else),
		TEST(test_one_that_was_moved_and_came_back_shows_no_store_that_is_behind),
		TEST(test_one_that_has_ended_is_not_said_to_have_acknowledged),
		TEST(test_what_two_directories_disagree_about_waits),
	};

	return cmocka_run_group_tests_name("decide_directory", tests, NULL, NULL);
}
