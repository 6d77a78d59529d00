/* Bodies of multipart/form-data: as clients write them, cut anywhere, and as attackers do. */
#include "tools/gateway/multipart.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/support/fixture.h"

#define TYPE "multipart/form-data; boundary=b"
#define HEAD "Content-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n"

/* What was heard, in a line: "name|file[content]" a part. */
struct heard {
	char text[256 * 1024];
	size_t len;
	enum err begin_says;
	bool open;
};

static enum err on_begin(void *ctx, const struct multipart_part *part)
{
	struct heard *h = ctx;

	assert_false(h->open);
	assert_true(part->has_file == (part->file[0] != '\0') || part->has_file);
	h->open = true;
	h->len += (size_t)snprintf(h->text + h->len, sizeof h->text - h->len, "%s%s%s[", part->name,
				   part->has_file ? "|" : "", part->file);
	return h->begin_says;
}

static enum err on_content(void *ctx, const char *bytes, size_t len)
{
	struct heard *h = ctx;

	assert_true(h->open);
	assert_true(len > 0);
	assert_true(h->len + len < sizeof h->text);
	memcpy(h->text + h->len, bytes, len);
	h->len += len;
	h->text[h->len] = '\0';
	return ERR_OK;
}

static enum err on_end(void *ctx)
{
	struct heard *h = ctx;

	assert_true(h->open);
	h->open = false;
	h->text[h->len++] = ']';
	h->text[h->len] = '\0';
	return ERR_OK;
}

static struct heard heard;

/* Each piece in memory of its own size, so that reading behind its end is found. */
static enum err take(struct multipart *m, const char *bytes, size_t len)
{
	char *own = malloc(len + (len == 0));
	enum err e;

	assert_non_null(own);
	memcpy(own, bytes, len);
	e = multipart_take(m, own, len);
	free(own);
	return e;
}

static enum err read_in_two(const char *type, const char *body, size_t len, size_t cut)
{
	const struct multipart_events events = { on_begin, on_content, on_end, &heard };
	struct multipart *m;
	enum err e;

	memset(&heard, 0, sizeof heard);
	e = multipart_new(type, &events, &m);
	if (e != ERR_OK)
		return e;
	e = take(m, body, cut);
	if (e == ERR_OK)
		e = take(m, body + cut, len - cut);
	if (e == ERR_OK)
		e = multipart_finish(m);
	multipart_free(m);
	return e;
}

static enum err read_all(const char *body)
{
	return read_in_two(TYPE, body, strlen(body), 0);
}

static void refuse_head(const char *head)
{
	char body[2048];

	snprintf(body, sizeof body, "--b\r\n%s\r\n\r\nx\r\n--b--\r\n", head);
	if (read_all(body) != ERR_HTTP_MULTIPART)
		fail_msg("taken: %s as %s", head, heard.text);
}

static void expect_head(const char *head, const char *want)
{
	char body[2048], all[2048];

	snprintf(body, sizeof body, "--b\r\n%s\r\n\r\nx\r\n--b--\r\n", head);
	if (read_all(body) != ERR_OK)
		fail_msg("refused: %s", head);
	snprintf(all, sizeof all, "%s[x]", want);
	assert_string_equal(heard.text, all);
}

static const char usual[] =
	"--b\r\nContent-Disposition: form-data; name=\"meta\"\r\n"
	"Content-Type: application/json\r\n\r\n{}\r\n"
	"--b\r\n" HEAD "\r\n--c\r\n-\r\n--\r\r\n\r\n--b\r\n" HEAD "\r\n--b--\r\nepilogue";
static const char usual_heard[] = "meta[{}]file|a[\r\n--c\r\n-\r\n--\r\r\n]file|a[]";

static void test_a_body_cut_anywhere_is_the_same(void **state)
{
	(void)state;
	for (size_t cut = 0; cut < sizeof usual; cut++) {
		assert_ok(read_in_two(TYPE, usual, sizeof usual - 1, cut));
		assert_string_equal(heard.text, usual_heard);
	}
}

static void test_one_byte_at_a_time(void **state)
{
	const struct multipart_events events = { on_begin, on_content, on_end, &heard };
	static const char body[] = "\r\n--b\r\n" HEAD "some\r\n--\r\n--b\r\n" HEAD "\r\n--b--";
	struct multipart *m;

	(void)state;
	memset(&heard, 0, sizeof heard);
	assert_ok(multipart_new(TYPE, &events, &m));
	for (size_t i = 0; i + 1 < sizeof body; i++) {
		assert_int_equal(multipart_finish(m) == ERR_OK, false);
		multipart_free(m);
		assert_ok(multipart_new(TYPE, &events, &m));
		memset(&heard, 0, sizeof heard);
		for (size_t n = 0; n <= i; n++)
			assert_ok(take(m, body + n, 1));
	}
	assert_ok(multipart_finish(m));
	assert_string_equal(heard.text, "file|a[some\r\n--]file|a[]");
	multipart_free(m);
}

static void test_a_body_that_is_cut_off_is_never_whole(void **state)
{
	static const char body[] = "--b\r\n" HEAD "x\r\n--b--";

	(void)state;
	for (size_t len = 0; len < sizeof body - 1; len++)
		assert_int_equal(read_in_two(TYPE, body, len, len / 2), ERR_HTTP_MULTIPART);
	assert_ok(read_in_two(TYPE, body, sizeof body - 1, 3));
}

static void test_names_as_clients_write_them(void **state)
{
	static const struct {
		const char *head, *want;
	} rows[] = {
		/* curl, browsers */
		{ "Content-Disposition: form-data; name=\"file\"; filename=\"a b;c.pdf\"\r\n"
		  "Content-Type: application/pdf",
		  "file|a b;c.pdf" },
		{ "Content-Disposition: form-data; name=\"file\"; filename=\"b\xc3\xa1o c\xc3\xa1o."
		  "pdf\"",
		  "file|b\xc3\xa1o c\xc3\xa1o.pdf" },
		{ "Content-Disposition: form-data; name=\"file\"; filename=\"a%22b.pdf\"",
		  "file|a\"b.pdf" },
		{ "Content-Disposition: form-data; name=\"file\"; filename=\"a\\\"b\\\\c.pdf\"",
		  "file|a\"b\\c.pdf" },
		{ "Content-Disposition: form-data; name=\"file\"; filename=\"C:\\tmp\\x.pdf\"",
		  "file|C:\\tmp\\x.pdf" },
		{ "Content-Disposition: form-data; name=\"file\"; filename=\"50%.pdf\"",
		  "file|50%.pdf" },
		/* .NET */
		{ "Content-Type: application/pdf\r\nContent-Disposition: form-data; name=file; "
		  "filename=\"=?utf-8?B?w6E=?=\"; filename*=utf-8''%C3%A1.pdf",
		  "file|\xc3\xa1.pdf" },
		{ "Content-Disposition: form-data; name=meta", "meta" },
		/* Python */
		{ "Content-Disposition: form-data; name=\"file\"; filename*=utf-8''%C3%A1%20b.pdf",
		  "file|\xc3\xa1 b.pdf" },
		/* Java */
		{ "Content-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n"
		  "Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary",
		  "file|a.pdf" },
		{ "content-disposition:form-data;name=\"file\";filename=a.pdf", "file|a.pdf" },
		{ "Content-Disposition: FORM-DATA; NAME=\"file\"; FileName=\"a;name=meta\"",
		  "file|a;name=meta" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		expect_head(rows[i].head, rows[i].want);
}

static void test_hostile_heads_are_refused(void **state)
{
	static const char *const heads[] = {
		"",
		"X: y",
		"Content-Disposition",
		": form-data; name=\"file\"",
		"Content-Disposition: attachment; name=\"file\"",
		"Content-Disposition: form-databases; name=\"file\"",
		"Content-Disposition: form-data",
		"Content-Disposition: form-data; name=\"file",
		"Content-Disposition: form-data; name=\"file\"x",
		"Content-Disposition: form-data; name=\"\\",
		"Content-Disposition: form-data; name=",
		"Content-Disposition : form-data; name=\"file\"",
		"Content-Disposition: form-data;\r\n name=\"file\"",
		/* two meanings */
		"Content-Disposition: form-data; name=\"meta\"; name=\"file\"",
		"Content-Disposition: form-data; name=\"file\"; filename=\"a\"; filename=\"b\"",
		"Content-Disposition: form-data; name=\"a\"\r\n"
		"Content-Disposition: form-data; name=\"file\"",
		/* bytes that end a line, a name or a terminal's peace */
		"Content-Disposition: form-data; name=\"file\"; filename=\"a\nb\"",
		"Content-Disposition: form-data; name=\"file\"; filename=\"a\rb\"",
		"Content-Disposition: form-data; name=\"file\"; filename=\"a\x1b[2Jb\"",
		"Content-Disposition: form-data; name=\"file\"; filename=\"a\xff.pdf\"",
		"Content-Disposition: form-data; name=\"file\"; filename=\"a\xed\xa0\x80.pdf\"",
		"Content-Disposition: form-data; name=\"\xc0\xaf\"",
		"Content-Disposition: form-data; name=\"file\"; filename*=utf-8''a%00.pdf",
		"Content-Disposition: form-data; name=\"file\"; filename*=utf-8''a%0d%0ab",
		"Content-Disposition: form-data; name=\"file\"; filename*=utf-8''a%",
		"Content-Disposition: form-data; name=\"file\"; filename*=utf-8''a%4",
		"Content-Disposition: form-data; name=\"file\"; filename*=utf-8''a%zz",
		"Content-Disposition: form-data; name=\"file\"; filename*=iso-8859-1''a",
		"Content-Disposition: form-data; name=\"file\"; filename*=utf-8'a",
		"Content-Disposition: form-data; name=\"file\"; filename*=\"\"",
		/* encoded, and would be stored as it came */
		"Content-Disposition: form-data; name=\"file\"\r\nContent-Transfer-Encoding: "
		"base64",
		"Content-Disposition: form-data; name=\"file\"\r\n"
		"Content-Transfer-Encoding: base64; binary",
		"Content-Disposition: form-data; name=\"file\"\r\nX: a\rY: b",
	};
	static const char nul[] = "--b\r\nContent-Disposition: form-data; name=\"a\"\r\nX: \0y"
				  "\r\n\r\n\r\n--b--";

	(void)state;
	for (size_t i = 0; i < COUNT_OF(heads); i++)
		refuse_head(heads[i]);
	assert_int_equal(read_in_two(TYPE, nul, sizeof nul - 1, 9), ERR_HTTP_MULTIPART);
}

/* RFC 2231 §3: nobody sends names in pieces; half of one is none. */
static void test_a_name_in_pieces_is_no_name(void **state)
{
	(void)state;
	expect_head("Content-Disposition: form-data; name=\"file\"; filename*0=\"a\"; "
		    "filename*1=\"b\"",
		    "file");
}

static void test_what_does_not_fit_is_not_cut(void **state)
{
	char head[4096], name[2100];

	(void)state;
	memset(name, 'n', sizeof name);
	name[sizeof name - 1] = '\0';
	snprintf(head, sizeof head, "Content-Disposition: form-data; name=\"%.127s\"", name);
	expect_head(head, name + sizeof name - 1 - 127);
	snprintf(head, sizeof head, "Content-Disposition: form-data; name=\"%.128s\"", name);
	refuse_head(head);
	snprintf(head, sizeof head,
		 "Content-Disposition: form-data; name=\"f\"; filename=\"%.1024s\"", name);
	refuse_head(head);
	snprintf(head, sizeof head,
		 "Content-Disposition: form-data; name=\"f\"; filename*=utf-8''%.1024s", name);
	refuse_head(head);
}

static void test_bodies_of_no_form_are_refused(void **state)
{
	static const char *const bodies[] = {
		"",
		"x",
		"--",
		"preamble\r\n--b\r\n" HEAD "x\r\n--b--",
		"--c\r\n" HEAD "x\r\n--c--",
		"--b" HEAD "x\r\n--b--",
		"--b\n" HEAD "x\r\n--b--",
		"--b-\r\n" HEAD "x\r\n--b--",
		"--b\r\n" HEAD "x\r\n--b",
		"--b\r\n" HEAD "x\r\n--bx",
		"--b\r\n" HEAD "x\r\n--b \r\n--b--",
		"--b\r\n" HEAD "x\n--b--",
		"--b\r\n\r\nx\r\n--b--",
		"--b\r\nContent-Disposition: form-data; name=\"a\"\n\nx\r\n--b--",
		"--b\r\n--b--",
		"\r\n\r\n--b--",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bodies); i++) {
		if (read_all(bodies[i]) != ERR_HTTP_MULTIPART)
			fail_msg("taken: %s", bodies[i]);
	}
	assert_ok(read_all("--b--")); /* no part; who wants one says so */
}

static void test_boundaries(void **state)
{
	static const struct {
		const char *type;
		enum err want;
	} rows[] = {
		{ "multipart/form-data; boundary=\"b\"", ERR_OK },
		{ "Multipart/Form-Data ;charset=utf-8; Boundary=b", ERR_OK },
		{ "multipart/form-data; boundary=----=_Part_1.2", ERR_OK },
		{ "multipart/form-data; boundary=1234567890123456789012345678901234567890"
		  "123456789012345678901234567890",
		  ERR_OK },
		{ "multipart/form-data; boundary=1234567890123456789012345678901234567890"
		  "1234567890123456789012345678901",
		  ERR_HTTP_MULTIPART },
		{ "multipart/form-data", ERR_HTTP_MULTIPART },
		{ "multipart/form-data;", ERR_HTTP_MULTIPART },
		{ "multipart/form-data; boundary=", ERR_HTTP_MULTIPART },
		{ "multipart/form-data; boundary=\"\"", ERR_HTTP_MULTIPART },
		{ "multipart/form-data; boundary=a; boundary=b", ERR_HTTP_MULTIPART },
		{ "multipart/form-data; xboundary=b", ERR_HTTP_MULTIPART },
		{ "multipart/form-data; boundary=\"a\x01\"", ERR_HTTP_MULTIPART },
		{ "multipart/form-database; boundary=b", ERR_HTTP_TYPE },
		{ "multipart/mixed; boundary=b", ERR_HTTP_TYPE },
		{ "application/json", ERR_HTTP_TYPE },
		{ "", ERR_HTTP_TYPE },
		{ NULL, ERR_HTTP_TYPE },
	};
	static const char java[] = "------=_Part_1.2\r\n" HEAD "x\r\n------=_Part_1.2--";
	const struct multipart_events events = { on_begin, on_content, on_end, &heard };
	struct multipart *m;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		enum err e = multipart_new(rows[i].type, &events, &m);

		if (e != rows[i].want)
			fail_msg("%s: VT-%d", rows[i].type, (int)e);
		multipart_free(m);
	}
	assert_ok(
		read_in_two("multipart/form-data; boundary=----=_Part_1.2", java, strlen(java), 5));
}

static void test_a_long_head_ends_it_and_many_parts_too(void **state)
{
	const struct multipart_events events = { on_begin, on_content, on_end, &heard };
	static const char part[] = "--b\r\n" HEAD "\r\n";
	char line[1024];
	struct multipart *m;
	enum err e;

	(void)state;
	memset(line, 'x', sizeof line);
	memset(&heard, 0, sizeof heard);
	assert_ok(multipart_new(TYPE, &events, &m));
	e = take(m, "--b\r\n", 5);
	for (unsigned i = 0; i < 64 && e == ERR_OK; i++)
		e = take(m, line, sizeof line);
	assert_int_equal(e, ERR_HTTP_MULTIPART);
	assert_int_equal(take(m, "x", 1), ERR_HTTP_MULTIPART); /* and it stays so */
	assert_int_equal(multipart_finish(m), ERR_HTTP_MULTIPART);
	multipart_free(m);

	assert_ok(multipart_new(TYPE, &events, &m));
	e = ERR_OK;
	for (unsigned i = 0; i < 1000000; i++) {
		enum err now;

		heard.len = 0;
		now = take(m, part, sizeof part - 1);
		assert_true(i < MULTIPART_PARTS_MAX
				    ? now == ERR_OK
				    : i == MULTIPART_PARTS_MAX || now == ERR_HTTP_MULTIPART);
		e = now;
	}
	assert_int_equal(e, ERR_HTTP_MULTIPART);
	multipart_free(m);
}

static void test_an_event_that_fails_ends_it(void **state)
{
	const struct multipart_events events = { on_begin, on_content, on_end, &heard };
	struct multipart *m;

	(void)state;
	memset(&heard, 0, sizeof heard);
	heard.begin_says = ERR_DISK_FULL;
	assert_ok(multipart_new(TYPE, &events, &m));
	assert_int_equal(take(m, usual, sizeof usual - 1), ERR_DISK_FULL);
	assert_string_equal(heard.text, "meta[");
	assert_int_equal(take(m, "x", 1), ERR_DISK_FULL);
	multipart_free(m);
}

static void test_a_large_content_comes_whole(void **state)
{
	const struct multipart_events events = { on_begin, on_content, on_end, &heard };
	char piece[40000];
	struct multipart *m;

	(void)state;
	memset(&heard, 0, sizeof heard);
	for (size_t i = 0; i < sizeof piece; i++)
		piece[i] = "\r\n--"[i * 7 % 4];
	assert_ok(multipart_new(TYPE, &events, &m));
	assert_ok(take(m, "--b\r\n" HEAD, strlen("--b\r\n" HEAD)));
	for (unsigned i = 0; i < 5; i++)
		assert_ok(take(m, piece, sizeof piece));
	assert_ok(take(m, "\r\n--b--", 7));
	assert_ok(multipart_finish(m));
	assert_int_equal(heard.len, strlen("file|a[") + 5 * sizeof piece + 1);
	for (unsigned i = 0; i < 5; i++)
		assert_memory_equal(heard.text + strlen("file|a[") + i * sizeof piece, piece,
				    sizeof piece);
	multipart_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_body_cut_anywhere_is_the_same),
		cmocka_unit_test(test_one_byte_at_a_time),
		cmocka_unit_test(test_a_body_that_is_cut_off_is_never_whole),
		cmocka_unit_test(test_names_as_clients_write_them),
		cmocka_unit_test(test_hostile_heads_are_refused),
		cmocka_unit_test(test_a_name_in_pieces_is_no_name),
		cmocka_unit_test(test_what_does_not_fit_is_not_cut),
		cmocka_unit_test(test_bodies_of_no_form_are_refused),
		cmocka_unit_test(test_boundaries),
		cmocka_unit_test(test_a_long_head_ends_it_and_many_parts_too),
		cmocka_unit_test(test_an_event_that_fails_ends_it),
		cmocka_unit_test(test_a_large_content_comes_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
