/* Rules without state. What the origin accepts must be what every reader's decoder takes: a
 * submission that is refused everywhere else is lost work. */
#include "routing/rules/policy.h"

#include <stdio.h>
#include <string.h>

#include "proto/head.h"
#include "tests/unit/support/fixture.h"

enum { MAX = 1 << 20 };

static struct manifest_item items[ATTACHMENTS_MAX + 3];
static struct recipient recipients[RECIPIENTS_MAX + 2];

static struct ev_submit submission(void)
{
	for (size_t i = 0; i < COUNT_OF(items); i++)
		items[i] = fixture_file_item(1000);
	for (size_t i = 0; i < COUNT_OF(recipients); i++)
		recipients[i] = (struct recipient){ .committee = { "xa" } };
	return (struct ev_submit){ .recipients = recipients,
				   .recipient_count = 1,
				   .urgency = URGENCY_THUONG,
				   .secrecy = SECRECY_THUONG,
				   .manifest = items,
				   .manifest_count = 1 };
}

static struct head head(void)
{
	submission();
	return (struct head){ .origin = { "tinh" },
			      .kind = KIND_DOCUMENT,
			      .urgency = URGENCY_THUONG,
			      .secrecy = SECRECY_THUONG,
			      .hop_limit = 3,
			      .manifest = items,
			      .manifest_count = 1 };
}

static void test_secrets_do_not_travel_here(void **state)
{
	struct ev_submit e = submission();

	(void)state;
	assert_ok(policy_submit(&e, MAX));
	for (int s = SECRECY_MAT; s <= SECRECY_TUYET_MAT; s++) {
		struct head h = head();

		e.secrecy = (enum secrecy)s;
		h.secrecy = (enum secrecy)s;
		assert_int_equal(policy_submit(&e, MAX), ERR_SECRET);
		assert_int_equal(policy_document(&h, fixture_id("xa"), NULL, 0, MAX), ERR_SECRET);
	}
	e.secrecy = SECRECY_NONE;
	assert_int_equal(policy_submit(&e, MAX), ERR_FORMAT);
}

static void test_submissions_have_recipients_urgency_and_parts_within_bounds(void **state)
{
	struct ev_submit e = submission();

	(void)state;
	e.recipient_count = 0;
	assert_int_equal(policy_submit(&e, MAX), ERR_NO_RECIPIENT);
	e.recipient_count = RECIPIENTS_MAX;
	assert_ok(policy_submit(&e, MAX));
	e.recipient_count++;
	assert_int_equal(policy_submit(&e, MAX), ERR_TOO_MANY_RECIPIENTS);
	e = submission();
	e.urgency = URGENCY_NONE;
	assert_int_equal(policy_submit(&e, MAX), ERR_FORMAT);
	e.urgency = (enum urgency)5;
	assert_int_equal(policy_submit(&e, MAX), ERR_FORMAT);
	e = submission();
	e.manifest_count = 0;
	assert_int_equal(policy_submit(&e, MAX), ERR_FORMAT);
	/* the document itself, and as many attachments as may be */
	e.manifest_count = ATTACHMENTS_MAX + 1;
	assert_ok(policy_submit(&e, MAX));
	e.manifest_count++;
	assert_int_equal(policy_submit(&e, MAX), ERR_TOO_MANY_ATTACHMENTS);
	e.manifest_count = 2;
	items[1].size_bytes = MAX;
	assert_ok(policy_submit(&e, MAX));
	items[1].size_bytes++;
	assert_int_equal(policy_submit(&e, MAX), ERR_TOO_LARGE);
}

static enum err readable(struct arena *a, const struct ev_submit *e)
{
	struct head h = head(), back;
	struct blob payload, body;

	h.id = fixture_doc_id(1);
	h.body_version = 1;
	h.recipients = e->recipients;
	h.recipient_count = e->recipient_count;
	h.manifest = e->manifest;
	h.manifest_count = e->manifest_count;
	assert_ok(payload_pack(a, &h, (struct blob){ NULL, 0 }, &payload));
	return payload_unpack(a, payload, &back, &body);
}

static void test_what_the_origin_accepts_every_reader_can_decode(void **state)
{
	struct arena *a = arena_new(64 << 20);
	struct ev_submit e = submission();

	(void)state;
	e.manifest_count = ATTACHMENTS_MAX + 1;
	assert_ok(policy_submit(&e, MAX));
	assert_ok(readable(a, &e));
	e = submission();
	/* A thousand by name and a group beside them. */
	e.recipient_count = RECIPIENTS_MAX + 1;
	recipients[RECIPIENTS_MAX] = (struct recipient){ .group = GROUP_SUBORDINATES };
	if (policy_submit(&e, MAX) == ERR_OK)
		assert_ok(readable(a, &e));
	arena_destroy(a);
}

static void test_loops_and_hops_are_counted(void **state)
{
	struct relay_note notes[HOP_LIMIT] = { { .relay = { "huyen-a" } },
					       { .relay = { "huyen-b" } } };
	struct head h = head();

	(void)state;
	assert_ok(policy_document(&h, fixture_id("xa"), notes, 2, MAX));
	assert_int_equal(policy_document(&h, fixture_id("tinh"), notes, 0, MAX), ERR_LOOP);
	assert_int_equal(policy_document(&h, fixture_id("huyen-b"), notes, 2, MAX), ERR_LOOP);
	assert_int_equal(policy_document(&h, fixture_id("xa"), notes, 3, MAX), ERR_HOP_LIMIT);
	h.hop_limit = 1000;
	assert_int_equal(policy_document(&h, fixture_id("xa"), notes, HOP_LIMIT, MAX),
			 ERR_HOP_LIMIT);
	h = head();
	h.manifest_count = 0;
	assert_int_equal(policy_document(&h, fixture_id("xa"), NULL, 0, MAX), ERR_FORMAT);
	h.manifest_count = 1;
	items[0].size_bytes = MAX + 1;
	assert_int_equal(policy_document(&h, fixture_id("xa"), NULL, 0, MAX), ERR_TOO_LARGE);
}

/* The codes of a question, as a string that tells their order. */
static const char *slips(const char *type_code, const char *type_name, const char *number,
			 const char *issued, const char *due)
{
	static char text[64];
	struct summary s = { .number = number,
			     .type_code = type_code,
			     .subject = "",
			     .issued_on = issued,
			     .due_on = due };
	struct manifest_item item = fixture_inline_item();
	struct policy_question q = { .summary = &s,
				     .type_name = type_name,
				     .manifest = &item,
				     .manifest_count = 1,
				     .own_symbol = "ĐU",
				     .wall_ms = 1790000000000 }; /* 21/09/2026 */
	uint32_t codes[WARNINGS_MAX], n = policy_warnings(&q, codes);

	text[0] = '\0';
	for (uint32_t i = 0; i < n; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text), "%s%u", i == 0 ? "" : " ",
			 (unsigned)codes[i]);
	return text;
}

static void test_a_number_of_another_type_or_committee_is_a_slip(void **state)
{
	(void)state;
	assert_string_equal(slips("CV", "Công văn", "04-CV/ĐU", "", ""), "");
	assert_string_equal(slips("CV", "Công văn", "04-BC/ĐU", "", ""), "1012");
	/* the Party's form always has the type */
	assert_string_equal(slips("CV", "Công văn", "04-XX/ĐU", "", ""), "1012");
	assert_string_equal(slips("BC", "Báo cáo", "4/KH-ĐU", "", ""), "1012");
	/* a công văn of the State has no symbol of its type */
	assert_string_equal(slips("CV", "Công văn", "05/ĐU", "", ""), "");
	assert_string_equal(slips("", "Thư công", "05-KH/ĐU", "", ""), "1012");
	assert_string_equal(slips("", "Thư công", "05/ĐU", "", ""), "");
	/* its other spelling */
	assert_string_equal(slips("QĐ", "Quy định", "05-QyĐ/ĐU", "", ""), "");
	assert_string_equal(slips("QĐ", "Quyết định", "05-QyĐ/ĐU", "", ""), "1012");
	/* another capital, another Đ */
	assert_string_equal(slips("QĐ", "Quyết định", "05-qđ/Ðu", "", ""), "");
	assert_string_equal(slips("CV", "Công văn", "04-CV/BTC", "", ""), "1008");
	/* the State's form has its organisation behind the type, and before who drafted it */
	assert_string_equal(slips("QĐ", "Quyết định", "15/QĐ-ĐU", "", ""), "");
	assert_string_equal(slips("QĐ", "Quyết định", "15/QĐ-BTP", "", ""), "1008");
	assert_string_equal(slips("CV", "Công văn", "05/ĐU-VP", "", ""), "");
	assert_string_equal(slips("CV", "Công văn", "05/VP-ĐU", "", ""), "1008");
	assert_string_equal(slips("CV", "Công văn", "", "", ""), "");
	assert_string_equal(slips("CV", "Công văn", "CV/ĐU", "", ""), "");
}

static void test_days_that_cannot_be_and_files_of_nothing_are_slips(void **state)
{
	struct summary s = {
		.number = "", .type_code = "CV", .subject = "", .issued_on = "", .due_on = ""
	};
	struct manifest_item none[2] = { fixture_inline_item(), { .size_bytes = 0 } };
	struct policy_question q = { .summary = &s,
				     .type_name = "",
				     .manifest = none,
				     .manifest_count = 2,
				     .own_symbol = "",
				     .wall_ms = 1790000000000 };
	uint32_t codes[WARNINGS_MAX];

	(void)state;
	/* today is right for both */
	assert_string_equal(slips("CV", "", "", "2026-09-21", "2026-09-21"), "");
	assert_string_equal(slips("CV", "", "", "2026-09-22", ""), "1010");
	/* due before it is issued */
	assert_string_equal(slips("CV", "", "", "2030-01-01", "2026-12-01"), "1010 1013");
	assert_string_equal(slips("CV", "", "", "", "2026-09-20"), "1013");
	assert_string_equal(slips("CV", "", "", "2026-09-21", "2027-01-01"), "");
	assert_int_equal(policy_warnings(&q, codes), 1);
	assert_int_equal(codes[0], ERR_EMPTY_FILE);
	q.manifest_count = 1;
	assert_int_equal(policy_warnings(&q, codes), 0);
	q.odd_name = true;
	assert_int_equal(policy_warnings(&q, codes), 1);
	assert_int_equal(codes[0], ERR_FILE_NAME);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_number_of_another_type_or_committee_is_a_slip),
		cmocka_unit_test(test_days_that_cannot_be_and_files_of_nothing_are_slips),
		cmocka_unit_test(test_secrets_do_not_travel_here),
		cmocka_unit_test(test_submissions_have_recipients_urgency_and_parts_within_bounds),
		cmocka_unit_test(test_what_the_origin_accepts_every_reader_can_decode),
		cmocka_unit_test(test_loops_and_hops_are_counted),
	};

	return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
