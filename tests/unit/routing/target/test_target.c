/* What counts as what, the share that comes of it, and the line that it is held against. */
#include "routing/target/target.h"

#include <string.h>

#include "routing/rules/rules.h"

#include "tests/unit/support/fixture.h"

#define NOV_26 1764000000000LL /* 2025-11-24T16:00Z */

static struct target_cell out_place(uint64_t recipients, uint64_t delivered, uint64_t refused)
{
	struct rec_document d = { .secrecy = SECRECY_THUONG,
				  .taken_at_ms = NOV_26,
				  .recipient_count = recipients };
	struct rec_state s = { .complete_at_ms = NOV_26 + 1,
			       .delivered = delivered,
			       .refused = refused };

	return target_of_document(ROLE_OUT, &d, &s, NULL);
}

static void expect(struct target_cell p, uint64_t digital, uint64_t pending, uint64_t refused,
		   uint64_t secret)
{
	assert_int_equal(p.count.digital, digital);
	assert_int_equal(p.count.pending, pending);
	assert_int_equal(p.count.refused, refused);
	assert_int_equal(p.count.secret, secret);
	assert_int_equal(p.count.paper, 0);
}

static void test_outgoing_is_pending_until_all_receipts_are_in(void **state)
{
	(void)state;
	expect(out_place(3, 0, 0), 0, 1, 0, 0);
	expect(out_place(3, 2, 0), 0, 1, 0, 0);
	expect(out_place(3, 3, 0), 1, 0, 0, 0);
	expect(out_place(3, 2, 1), 0, 1, 1, 0); /* will not become digital by itself */
	expect(out_place(3, 1, 1), 0, 1, 0, 0);
	/* receipted by all of nobody is not delivered */
	assert_int_equal(out_place(0, 0, 0).count.digital, 0);
	assert_int_equal(out_place(3, 3, 0).at.direction, DIRECTION_OUT);
	assert_int_equal(out_place(3, 3, 0).at.month.n, month_make(2025, 11).n);
}

static void test_incoming_counts_when_it_is_whole_and_for_us(void **state)
{
	struct rec_document d = { .secrecy = SECRECY_THUONG, .taken_at_ms = NOV_26, .mine = true };
	/* taken in November, whole in December */
	struct rec_state s = { .complete_at_ms = NOV_26 + 86400000LL * 7 };
	struct target_cell p = target_of_document(ROLE_IN, &d, NULL, NULL);

	(void)state;
	expect(p, 0, 0, 0, 0);
	assert_int_equal(p.at.month.n, 0);
	p = target_of_document(ROLE_IN, &d, &s, NULL);
	expect(p, 1, 0, 0, 0);
	assert_int_equal(p.at.month.n, month_make(2025, 12).n);
	assert_int_equal(p.at.direction, DIRECTION_IN);
	/* only passes through */
	assert_int_equal(target_of_document(ROLE_RELAY, &d, &s, NULL).at.month.n, 0);
	s = (struct rec_state){ .refused = 1, .content_dropped = true };
	/* refused: never in an inbox */
	assert_int_equal(target_of_document(ROLE_IN, &d, &s, NULL).at.month.n, 0);
}

static void test_work_is_processed_in_time_late_or_by_nobody(void **state)
{
	static const struct {
		enum office_status work, recall;
		enum business asks;
		const char *office_due, *document_due;
		uint64_t processed, late, returned, recalled;
	} rows[] = {
		{ OFFICE_NONE, OFFICE_NONE, BUSINESS_NONE, "", "", 0, 0, 0, 0 },
		{ OFFICE_ACCEPTED, OFFICE_NONE, BUSINESS_NONE, "", "", 1, 0, 0, 0 },
		{ OFFICE_ACCEPTED, OFFICE_NONE, BUSINESS_NONE, "", "2026-01-01", 0, 0, 0, 0 },
		{ OFFICE_ACCEPTED, OFFICE_NONE, BUSINESS_NONE, "2026-01-01", "", 0, 0, 0, 0 },
		{ OFFICE_ASSIGNED, OFFICE_NONE, BUSINESS_NONE, "", "", 0, 0, 0, 0 },
		{ OFFICE_PROCESSING, OFFICE_NONE, BUSINESS_NONE, "", "", 0, 0, 0, 0 },
		/* finished on 2025-12-01 in Vietnam, of the evening before elsewhere */
		{ OFFICE_FINISHED, OFFICE_NONE, BUSINESS_NONE, "", "", 1, 0, 0, 0 },
		{ OFFICE_FINISHED, OFFICE_NONE, BUSINESS_NONE, "2025-12-01", "", 1, 0, 0, 0 },
		{ OFFICE_FINISHED, OFFICE_NONE, BUSINESS_NONE, "2025-11-30", "", 1, 1, 0, 0 },
		{ OFFICE_FINISHED, OFFICE_NONE, BUSINESS_NONE, "2026-01-01", "2025-11-30", 1, 1, 0,
		  0 },
		{ OFFICE_RETURNED, OFFICE_NONE, BUSINESS_NONE, "", "", 0, 0, 1, 0 },
		{ OFFICE_FINISHED, OFFICE_RECALL_ASKED, BUSINESS_NONE, "", "", 1, 0, 0, 0 },
		{ OFFICE_FINISHED, OFFICE_RECALL_DECLINED, BUSINESS_NONE, "", "", 1, 0, 0, 0 },
		{ OFFICE_FINISHED, OFFICE_RECALL_AGREED, BUSINESS_NONE, "", "", 0, 0, 0, 1 },
		{ OFFICE_FINISHED, OFFICE_RECALL_AGREED, BUSINESS_UPDATE, "", "", 1, 0, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct rec_document d = { .mine = true,
					  .summary.due_on = rows[i].document_due };
		struct rec_state s = { .complete_at_ms = NOV_26 };
		struct rec_work w = { .stand = { .work = rows[i].work,
						 .recall = rows[i].recall,
						 .asks = rows[i].asks },
				      .finished_at_ms = 1764522000000, /* 2025-11-30T17:00Z */
				      .due_on = rows[i].office_due };
		struct target_count c = target_of_document(ROLE_IN, &d, &s, &w).count;

		if (c.digital != 1 || c.processed != rows[i].processed || c.late != rows[i].late ||
		    c.returned != rows[i].returned || c.recalled != rows[i].recalled)
			fail_msg("row %zu: processed %d late %d returned %d recalled %d", i,
				 (int)c.processed, (int)c.late, (int)c.returned, (int)c.recalled);
	}
}

static void test_slow_is_digital_all_the_same(void **state)
{
	struct rec_document d = { .recipient_count = 1 };
	struct rec_state s = { .complete_at_ms = NOV_26,
			       .delivered = 1,
			       .closed_at_ms = NOV_26 + TARGET_SLOW_MS };
	struct target_cell at = target_of_document(ROLE_OUT, &d, &s, NULL);

	(void)state;
	assert_true(at.count.digital == 1 && at.count.slow == 0);
	s.closed_at_ms++;
	at = target_of_document(ROLE_OUT, &d, &s, NULL);
	assert_true(at.count.digital == 1 && at.count.slow == 1 && at.count.also_paper == 0);
	d.summary.paper_copies = 2; /* counted when it has arrived: until then it is pending */
	at = target_of_document(ROLE_OUT, &d, &s, NULL);
	assert_int_equal(at.count.also_paper, 1);
	s.delivered = 0;
	at = target_of_document(ROLE_OUT, &d, &s, NULL);
	assert_true(at.count.also_paper == 0 && at.count.pending == 1);
}

static void test_types_are_one_however_they_are_spelt(void **state)
{
	(void)state;
	assert_true(series_type("KH", "Kế hoạch") == series_type("KH", ""));
	assert_true(series_type("CV", NULL) != series_type("KH", NULL));
	/* a symbol of two types */
	assert_true(series_type("QĐ", "Quyết định") != series_type("QĐ", "Quy định"));
	assert_true(series_type("QĐ", "") != 0);
	assert_true(series_type("", "Thư công") != series_type("", ""));
	assert_int_equal(series_type(NULL, NULL), 0);
}

static void test_secrets_are_left_out_of_the_share(void **state)
{
	struct rec_document d = { .secrecy = SECRECY_MAT,
				  .taken_at_ms = NOV_26,
				  .recipient_count = 1 };
	struct rec_state s = { .complete_at_ms = NOV_26, .delivered = 1 };
	struct rec_paper p = { .direction = DIRECTION_IN,
			       .date = "2026-11-24",
			       .secrecy = SECRECY_TUYET_MAT };

	(void)state;
	expect(target_of_document(ROLE_OUT, &d, &s, NULL), 0, 0, 0, 1);
	expect(target_of_paper(&p), 0, 0, 0, 1);
	assert_int_equal(target_counted(&(struct target_count){ .secret = 7 }), 0);
}

static void test_paper_counts_in_the_month_of_its_date_unless_cancelled(void **state)
{
	struct rec_paper p = { .direction = DIRECTION_OUT,
			       .date = "2026-02-28",
			       .secrecy = SECRECY_THUONG };
	struct target_cell at = target_of_paper(&p);

	(void)state;
	assert_int_equal(at.count.paper, 1);
	assert_int_equal(at.at.month.n, month_make(2026, 2).n);
	assert_int_equal(at.at.direction, DIRECTION_OUT);
	p.cancelled_at_ms = 1;
	assert_int_equal(target_of_paper(&p).at.month.n, 0);
}

static void test_share_is_rounded_down_and_the_line_is_exact(void **state)
{
	struct target_count almost = { .digital = 89999, .paper = 10001 },
			    nine = { .digital = 9, .pending = 1 }, none = { .secret = 4 };

	(void)state;
	assert_int_equal(target_share(&almost), 8999);
	assert_false(target_reached(&almost, 9000));
	assert_true(target_reached(&nine, 9000));
	assert_false(target_reached(&nine, 9001));
	assert_int_equal(target_share(&none), 0);
	assert_false(target_reached(&none, 0)); /* nothing counted reaches nothing */
}

static void test_counts_never_wrap_around(void **state)
{
	struct target_count c = { .digital = 1 };

	(void)state;
	target_subtract(&c,
			&(struct target_count){
			    .digital = 2, .paper = 1, .pending = 1, .refused = 1, .secret = 1 });
	assert_true(target_equal(&c, &(struct target_count){ .digital = 0 }));
	target_add(&c, &(struct target_count){ 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 });
	assert_true(target_equal(&c, &(struct target_count){ 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 }));
	assert_false(target_equal(&c, &(struct target_count){ 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12 }));
}

static void test_line_rises_by_its_steps(void **state)
{
	struct target_line line;
	char text[128];

	(void)state;
	assert_true(target_line_parse("2025=90%, 2027-07=92.5%,2030=100%", &line));
	assert_int_equal(line.count, 3);
	/* before the first: the first */
	assert_int_equal(target_line_at(&line, month_make(2024, 1)), 9000);
	assert_int_equal(target_line_at(&line, month_make(2027, 6)), 9000);
	assert_int_equal(target_line_at(&line, month_make(2027, 7)), 9250);
	assert_int_equal(target_line_at(&line, month_make(2029, 12)), 9250);
	assert_int_equal(target_line_at(&line, month_make(2030, 1)), 10000);
	assert_int_equal(target_line_at(&line, month_make(2999, 1)), 10000);
	target_line_print(&line, text, sizeof text);
	assert_string_equal(text, "2025=90%, 2027-07=92.50%, 2030=100%");
	assert_true(target_line_parse(text, &line));
	assert_int_equal(line.steps[1].share, 9250);
}

static void test_what_is_no_line_is_refused(void **state)
{
	static const char *const bad[] = { "",
					   " ",
					   "90%",
					   "2025",
					   "2025=",
					   "2025=90",
					   "2025=%",
					   "2025=101%",
					   "2025=100.01%",
					   "2025=90.%",
					   "2025=90.123%",
					   "2025=90%,",
					   "2025=90%;2030=100%",
					   "2030=100%, 2025=90%",
					   "2025=90%, 2025=95%",
					   "2025-13=90%",
					   "2025-0=90%",
					   "20255=90%",
					   "1800=90%",
					   "2025=90% x",
					   "=90%",
					   "2025=9000%" };
	static const char too_many[] = "2001=1%,2002=1%,2003=1%,2004=1%,2005=1%,2006=1%,2007=1%,"
				       "2008=1%,2009=1%,2010=1%,2011=1%,2012=1%,"
				       "2013=1%,2014=1%,2015=1%,2016=1%,2017=1%";
	struct target_line line;

	(void)state;
	assert_false(target_line_parse(too_many, &line));
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		if (target_line_parse(bad[i], &line))
			fail_msg("\"%s\" passes for a line", bad[i]);
	}
	assert_true(target_line_parse("2025=0%", &line));
	assert_true(target_line_parse("2025=99.99%", &line));
	assert_int_equal(line.steps[0].share, 9999);
}

static void test_printing_a_line_stays_within_its_room(void **state)
{
	struct target_line line;
	char text[12];

	(void)state;
	assert_true(target_line_parse("2025=90%, 2030=100%", &line));
	memset(text, 'x', sizeof text);
	target_line_print(&line, text, 10);
	assert_int_equal(text[10], 'x');
	assert_true(strlen(text) < 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_work_is_processed_in_time_late_or_by_nobody),
		cmocka_unit_test(test_slow_is_digital_all_the_same),
		cmocka_unit_test(test_types_are_one_however_they_are_spelt),
		cmocka_unit_test(test_outgoing_is_pending_until_all_receipts_are_in),
		cmocka_unit_test(test_incoming_counts_when_it_is_whole_and_for_us),
		cmocka_unit_test(test_secrets_are_left_out_of_the_share),
		cmocka_unit_test(test_paper_counts_in_the_month_of_its_date_unless_cancelled),
		cmocka_unit_test(test_share_is_rounded_down_and_the_line_is_exact),
		cmocka_unit_test(test_counts_never_wrap_around),
		cmocka_unit_test(test_line_rises_by_its_steps),
		cmocka_unit_test(test_what_is_no_line_is_refused),
		cmocka_unit_test(test_printing_a_line_stays_within_its_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
