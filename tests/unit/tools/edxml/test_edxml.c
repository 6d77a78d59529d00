/* edXML as it is in the world: each file of tests/edxml gives what its .txt says, whatever pieces
 * it comes in; and what needs no file. EDXML_WRITE=1 writes the .txt anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/support/edxml_dump.h"
#include "tools/edxml/base64.h"
#include "tools/edxml/gate.h"

#define FORMS "tests/edxml"
#define HEAD  "<edXML xmlns='urn:x'><edXMLEnvelope><edXMLHeader><MessageHeader>"
#define TAIL  "</MessageHeader></edXMLHeader></edXMLEnvelope></edXML>"

static struct blob read_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *bytes;
	long size;

	assert_non_null(f);
	assert_int_equal(fseek(f, 0, SEEK_END), 0);
	size = ftell(f);
	rewind(f);
	bytes = malloc((size_t)size + 1);
	assert_non_null(bytes);
	assert_int_equal(fread(bytes, 1, (size_t)size, f), size);
	bytes[size] = 0;
	fclose(f);
	return (struct blob){ bytes, (size_t)size };
}

static char *dump(struct blob file, size_t step, enum err *e)
{
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	*e = edxml_dump(file, step, out);
	fclose(out);
	return text;
}

static void form(const char *name)
{
	char path[512], expected[512];
	struct blob file, want;
	char *whole, *pieces;
	enum err e, again;

	snprintf(path, sizeof path, FORMS "/%s", name);
	snprintf(expected, sizeof expected, FORMS "/%.*s.txt", (int)(strlen(name) - 6), name);
	file = read_file(path);
	whole = dump(file, file.len_bytes + 1, &e);
	if (getenv("EDXML_WRITE") != NULL) {
		FILE *to = fopen(expected, "w");

		assert_non_null(to);
		fputs(whole, to);
		fclose(to);
	}
	want = read_file(expected);
	if (strcmp(whole, (const char *)want.data) != 0)
		print_error("%s\n", name);
	assert_string_equal(whole, (const char *)want.data);
	for (size_t step = 1; step < 100; step += 7) {
		pieces = dump(file, step, &again);
		assert_int_equal(e, again);
		if (e == ERR_OK && strcmp(pieces, whole) != 0)
			print_error("%s in pieces of %zu\n", name, step);
		if (e == ERR_OK)
			assert_string_equal(pieces, whole);
		free(pieces);
	}
	free(whole);
	free((void *)(uintptr_t)file.data);
	free((void *)(uintptr_t)want.data);
}

static void test_each_form_gives_what_is_written_beside_it(void **state)
{
	DIR *folder = opendir(FORMS);
	struct dirent *at;
	unsigned count = 0;

	(void)state;
	assert_non_null(folder);
	while ((at = readdir(folder)) != NULL) {
		size_t n = strlen(at->d_name);

		if (n <= 6 || strcmp(at->d_name + n - 6, ".edxml") != 0)
			continue;
		form(at->d_name);
		count++;
	}
	closedir(folder);
	assert_true(count >= 120);
}

/* ---- large and hostile, made here ---- */

struct sum {
	uint64_t bytes;
	bool wrong;
};

static enum err count(void *ctx, uint32_t part, const uint8_t *bytes, size_t len)
{
	struct sum *s = ctx;

	(void)part;
	for (size_t i = 0; i < len; i++)
		s->wrong |= bytes[i] != 0;
	s->bytes += len;
	return ERR_OK;
}

static enum err feed(struct edxml_reader *r, const char *text)
{
	return edxml_read_feed(r, (struct blob){ (const uint8_t *)text, strlen(text) });
}

/* One line of base64 without an end, in memory that does not grow with it. */
static void test_64_mib_in_one_line_are_read_in_pieces(void **state)
{
	struct sum s = { 0, false };
	struct edxml_sink sink = { &s, count, 0 };
	static struct edxml_outcome o;
	struct edxml_reader *r;
	struct edxml_message *m;
	char line[4097];

	(void)state;
	memset(line, 'A', sizeof line - 1);
	line[sizeof line - 1] = '\0';
	assert_int_equal(edxml_read_begin(&sink, &o, &r), ERR_OK);
	assert_int_equal(feed(r, HEAD TAIL), ERR_OK);
	edxml_read_free(r);
	assert_int_equal(edxml_read_begin(&sink, &o, &r), ERR_OK);
	assert_int_equal(feed(r, "<edXML><MessageHeader/><AttachmentEncoded><Attachment>"
				 "<ContentTransferEncoded>"),
			 ERR_OK);
	for (unsigned i = 0; i < 64 * 1024 * 1024 / 3072; i++)
		assert_int_equal(feed(r, line), ERR_OK);
	assert_int_equal(feed(r, "</ContentTransferEncoded></Attachment></AttachmentEncoded>"
				 "</edXML>"),
			 ERR_OK);
	assert_int_equal(edxml_read_end(r, &m), ERR_OK);
	assert_int_equal(s.bytes, 64 * 1024 * 1024 / 3072 * 3072);
	assert_int_equal(m->parts[0].size_bytes, s.bytes);
	assert_false(s.wrong);
	edxml_message_free(m);
	edxml_read_free(r);
}

/* So many of `piece` between head and tail. */
static enum err repeated(const char *head, const char *piece, unsigned times, const char *tail,
			 struct edxml_fault *fault)
{
	static struct edxml_outcome o;
	struct edxml_sink sink = { NULL, NULL, 1 << 20 };
	struct edxml_reader *r;
	struct edxml_message *m = NULL;
	enum err e = edxml_read_begin(&sink, &o, &r);

	if (e == ERR_OK)
		e = feed(r, head);
	for (unsigned i = 0; e == ERR_OK && i < times; i++)
		e = feed(r, piece);
	if (e == ERR_OK)
		e = feed(r, tail);
	if (e == ERR_OK)
		e = edxml_read_end(r, &m);
	edxml_read_free(r);
	edxml_message_free(m);
	*fault = o.fault;
	return e;
}

static void test_what_has_no_end_is_refused_early(void **state)
{
	struct edxml_fault f;

	(void)state;
	assert_int_equal(repeated("<edXML a='1' ", "b='2' ", 1000000, "/>", &f), ERR_EDXML_BOUND);
	assert_int_equal(repeated("<edXML>", "<a>", 1000000, "", &f), ERR_EDXML_BOUND);
	assert_int_equal(repeated(HEAD "<Subject>", "0123456789", 1000000, "</Subject>" TAIL, &f),
			 ERR_EDXML_BOUND);
	assert_string_equal(f.about, "Subject");
	assert_int_equal(repeated(HEAD, "<To><OrganId>x</OrganId></To>", 2000, TAIL, &f),
			 ERR_EDXML_BOUND);
	assert_int_equal(repeated(HEAD, "<Odd/>", 2000, TAIL, &f), ERR_EDXML_BOUND);
	assert_int_equal(repeated("<edXML><!--", "long ", 1000000, "--></edXML>", &f),
			 ERR_EDXML_BOUND);
	assert_int_equal(repeated("<edXML ", "longer", 1000000, "/>", &f), ERR_EDXML_BOUND);
	assert_int_equal(repeated("<?xml ", "longer", 1000000, "?>", &f), ERR_EDXML_BOUND);
	assert_int_equal(repeated("", "before ", 1000000, "<edXML/>", &f), ERR_EDXML_OTHER);
	assert_int_equal(repeated("<edXML><MessageHeader/><AttachmentEncoded>", "<Attachment/>",
				  1000, "</AttachmentEncoded></edXML>", &f),
			 ERR_TOO_MANY_ATTACHMENTS);
	assert_int_equal(repeated("<edXML><Attachment><ContentTransferEncoded>", "AAAAAAAA",
				  1 << 20, "</ContentTransferEncoded></Attachment></edXML>", &f),
			 ERR_TOO_LARGE);
}

/* What is kept of an element that nobody knows is bounded, and the rest is read. */
static void test_a_huge_unknown_element_is_left_out(void **state)
{
	struct edxml_fault f;

	(void)state;
	assert_int_equal(repeated(HEAD "<Odd>", "0123456789", 100000, "</Odd>" TAIL, &f), ERR_OK);
}

static void test_base64_in_pieces_of_any_length(void **state)
{
	static const char text[] = "QUJDREVGR0g=\r\n";
	uint8_t out[16], rest[2];
	size_t n, left;

	(void)state;
	for (size_t step = 1; step < sizeof text; step++) {
		struct base64 b = { .bits = 0 };
		bool bad = false;

		n = 0;
		for (size_t i = 0; i < sizeof text - 1; i += step) {
			size_t len = sizeof text - 1 - i < step ? sizeof text - 1 - i : step;

			n += base64_decode(&b, text + i, len, out + n, &bad);
		}
		assert_false(bad);
		assert_true(base64_end(&b, rest, &left));
		memcpy(out + n, rest, left);
		assert_int_equal(n + left, 8);
		assert_memory_equal(out, "ABCDEFGH", 8);
	}
}

static bool decodes(const char *text)
{
	struct base64 b = { .bits = 0 };
	uint8_t out[64], rest[2];
	bool bad = false;
	size_t left;

	(void)base64_decode(&b, text, strlen(text), out, &bad);
	return !bad && base64_end(&b, rest, &left);
}

static void test_what_is_no_base64_is_found(void **state)
{
	(void)state;
	assert_true(decodes(""));
	assert_true(decodes("QUI="));
	assert_true(decodes("QUI"));
	assert_true(decodes(" Q\tUI\n= "));
	assert_true(decodes("-_-_"));
	assert_false(decodes("Q"));
	assert_false(decodes("QUI=="));
	assert_false(decodes("Q==="));
	assert_false(decodes("="));
	assert_false(decodes("QUI=QUI="));
	assert_false(decodes("QU!B"));
}

static void test_dates_of_many_programs_are_one_day(void **state)
{
	char day[EDXML_DATE_SIZE], out[EDXML_DATE_SIZE];
	static const char *const same[] = { "2026/11/24",	   "2026-11-24",
					    "24/11/2026",	   "24-11-2026",
					    "2026/11/24 10:00:00", "2026-11-24T00:00:00+07:00",
					    "20261124",		   "20261124093000",
					    "24.11.2026",	   "24/11/2026 9:30:00 SA",
					    "ngày 24 tháng 11 năm 2026",
					    "Ngày 24  tháng 11 năm 2026" };
	static const char *const none[] = { "",		"2014/02/30", "2026/11",     "2026112",
					    "2026112409", "null",     "2026/11/241", "0001-01-01",
					    "24/11/26", "11/24/2026", "2026/24/11",  "241/1/2026",
					    "24/11/02026", "20260230", "ngày 24 tháng 11 năm 26",
					    "ngày tháng năm 2026", "-1/1/2026", "24/11-" };

	(void)state;
	for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
		assert_true(edxml_date(same[i], day));
		assert_string_equal(day, "2026-11-24");
	}
	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
		assert_false(edxml_date(none[i], day));
	assert_true(edxml_date("4/1/2026", day));
	assert_string_equal(day, "2026-01-04");
	assert_true(edxml_date("2026/1/4", day));
	assert_string_equal(day, "2026-01-04");
	edxml_date_print("2026-11-24", out);
	assert_string_equal(out, "2026/11/24");
	edxml_date_print("no day", out);
	assert_string_equal(out, "");
}

static void test_a_time_is_vietnams(void **state)
{
	char out[EDXML_TIME_SIZE];
	int64_t ms;

	(void)state;
	assert_true(edxml_time("1970/01/02 00:00:01", &ms));
	assert_int_equal(ms, (17 * 3600 + 1) * 1000);
	edxml_time_print(ms, out);
	assert_string_equal(out, "1970/01/02 00:00:01");
	assert_true(edxml_time("2026-11-24T23:59", &ms));
	edxml_time_print(ms, out);
	assert_string_equal(out, "2026/11/24 23:59:00");
	assert_true(edxml_time("4/1/2026 9:30:05", &ms));
	edxml_time_print(ms, out);
	assert_string_equal(out, "2026/01/04 09:30:05");
	assert_true(edxml_time("20260104093005", &ms));
	edxml_time_print(ms, out);
	assert_string_equal(out, "2026/01/04 09:30:05");
	assert_false(edxml_time("20260104243005", &ms));
	assert_false(edxml_time("4/1/2026 9", &ms));
	assert_false(edxml_time("2026/11/24 24:00:00", &ms));
	assert_false(edxml_time("2026/11/24 1", &ms));
	assert_false(edxml_time("yesterday", &ms));
}

static void test_numbers_are_joined_as_they_are_printed(void **state)
{
	static const struct {
		const char *printed, *number, *notation;
	} rows[] = { { "05-NQ/ĐUK", "05", "NQ/ĐUK" },
		     { "15/QĐ-BTP", "15", "QĐ-BTP" },
		     { "7816/VPCP-TTĐT", "7816", "VPCP-TTĐT" },
		     { "30/2020/NĐ-CP", "30", "2020/NĐ-CP" },
		     { "17", "17", "" },
		     { "05-TT.ĐU/X", "05", "TT.ĐU/X" } };
	char out[NUMBER_MAX + 1], number[NUMBER_MAX + 1], notation[NUMBER_MAX + 1];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		edxml_number_split(rows[i].printed, number, sizeof number, notation,
				   sizeof notation);
		assert_string_equal(number, rows[i].number);
		assert_string_equal(notation, rows[i].notation);
		edxml_number_join(number, notation, out, sizeof out);
		assert_string_equal(out, rows[i].printed);
	}
	edxml_number_join("05", "-NQ/ĐUK", out, sizeof out);
	assert_string_equal(out, "05-NQ/ĐUK");
	assert_true(edxml_number_same("05-NQ/ĐUK", "05/NQ/ĐUK"));
	assert_true(edxml_number_same("5-NQ/ĐUK", "05-NQ/ĐUK"));
	assert_false(edxml_number_same("05-NQ/ĐUK", "06-NQ/ĐUK"));
}

static void test_values_of_the_tables(void **state)
{
	struct type_numbers own;

	(void)state;
	assert_int_equal(edxml_business(""), EDXML_NEW);
	assert_int_equal(edxml_business("3"), EDXML_REPLACE);
	assert_int_equal(edxml_business("01"), EDXML_RECALL);
	assert_int_equal(edxml_business("4"), -1);
	assert_int_equal(edxml_business("new"), -1);
	assert_int_equal(edxml_priority("4"), 4);
	assert_int_equal(edxml_priority("5"), -1);
	assert_int_equal(edxml_type_number("Công văn"), 18);
	assert_int_equal(edxml_type_number("CÔNG VĂN"), 18);
	assert_int_equal(edxml_type_number("Kết luận"), 0);
	assert_string_equal(edxml_type_name(1), "Nghị quyết");
	assert_null(edxml_type_name(0));
	assert_null(edxml_type_name(33));
	assert_true(type_numbers_parse("Kết luận=40, Kế hoạch=5", &own));
	assert_int_equal(edxml_type_number_by(&own, "KẾT LUẬN"), 40);
	assert_int_equal(edxml_type_number_by(&own, "Kế hoạch"), 5); /* the State has 10 */
	assert_int_equal(edxml_type_number_by(&own, "Quy định"), 0); /* its 5 is given away */
	assert_int_equal(edxml_type_number_by(&own, "Công văn"), 18);
	assert_int_equal(edxml_type_number_by(&own, "Thông tri"), 0);
	assert_string_equal(edxml_type_name_by(&own, "40"), "Kết luận");
	assert_string_equal(edxml_type_name_by(&own, "05"), "Kế hoạch");
	assert_null(edxml_type_name_by(&own, "10"));
	assert_string_equal(edxml_type_name_by(&own, "18"), "Công văn");
	assert_null(edxml_type_name_by(&own, "-1"));
	assert_null(edxml_type_name_by(&own, "4294967336")); /* 40, and 2^32 */
	assert_null(edxml_type_name_by(&own, NULL));
	assert_non_null(edxml_status_text("15"));
	assert_null(edxml_status_text("07"));
	assert_string_equal(edxml_media_read("application/xslx"),
			    edxml_media_read("application/xlsx"));
	assert_string_equal(edxml_media_write(edxml_media_read("application/docx")),
			    "application/docx");
	assert_string_equal(edxml_media_read("image/png"), "image/png");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_form_gives_what_is_written_beside_it),
		cmocka_unit_test(test_64_mib_in_one_line_are_read_in_pieces),
		cmocka_unit_test(test_what_has_no_end_is_refused_early),
		cmocka_unit_test(test_a_huge_unknown_element_is_left_out),
		cmocka_unit_test(test_base64_in_pieces_of_any_length),
		cmocka_unit_test(test_what_is_no_base64_is_found),
		cmocka_unit_test(test_dates_of_many_programs_are_one_day),
		cmocka_unit_test(test_a_time_is_vietnams),
		cmocka_unit_test(test_numbers_are_joined_as_they_are_printed),
		cmocka_unit_test(test_values_of_the_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
