/* What was written is read as the same message, for random documents and statuses with everything
 * that they can have; and what another program wrote, read and written, is read the same again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/support/edxml_dump.h"

enum { SEEDS = 400, CONTENT_MOST = 40000 };

/* splitmix64: a seed is the same everywhere. */
static uint64_t draw(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

static unsigned below(uint64_t *state, unsigned n)
{
	return (unsigned)(draw(state) % n);
}

struct bytes {
	uint8_t *data;
	size_t len, room;
};

static enum err take(void *ctx, const uint8_t *bytes, size_t len)
{
	struct bytes *b = ctx;

	if (b->len + len > b->room) {
		b->room = 2 * (b->len + len);
		b->data = realloc(b->data, b->room);
		assert_non_null(b->data);
	}
	memcpy(b->data + b->len, bytes, len);
	b->len += len;
	return ERR_OK;
}

/* The byte of a part's content at a place: what was sent and what comes back is compared with it.
 */
static uint8_t byte_at(uint32_t part, uint64_t at)
{
	return (uint8_t)((at * 131 + part * 7) >> (at & 3));
}

static enum err content(void *ctx, uint32_t part, edxml_take *to, void *to_ctx)
{
	const struct edxml_message *m = ctx;
	uint8_t piece[1021];
	uint64_t at = 0;

	while (at < m->parts[part].size_bytes) {
		size_t n = m->parts[part].size_bytes - at < sizeof piece
				   ? (size_t)(m->parts[part].size_bytes - at)
				   : sizeof piece;
		enum err e;

		for (size_t i = 0; i < n; i++)
			piece[i] = byte_at(part, at + i);
		e = to(to_ctx, piece, n);
		if (e != ERR_OK)
			return e;
		at += n;
	}
	return ERR_OK;
}

static enum err check(void *ctx, uint32_t part, const uint8_t *bytes, size_t len)
{
	uint64_t *at = ctx;

	for (size_t i = 0; i < len; i++)
		if (bytes[i] != byte_at(part, at[part]++))
			return ERR_DIGEST;
	return ERR_OK;
}

static text_t text(struct edxml_message *m, uint64_t *state)
{
	static const char *const pieces[] = { "Đảng ủy", "a",	"<b>",	  "&amp;",
					      "\"",	 "]]>", "\n",	  "\r",
					      "\t",	 "05",	"NQ/ĐUK", "\xf0\x9f\x93\x84",
					      "'",	 "   ", "cid:",	  "2014/02/30" };
	char out[512] = "x";
	unsigned n = below(state, 8);
	text_t field;

	for (unsigned i = 0; i < n; i++)
		strncat(out, pieces[below(state, sizeof pieces / sizeof pieces[0])],
			sizeof out - strlen(out) - 2);
	strncat(out, "y", 2);
	assert_true(edxml_message_set(m, &field, out));
	return field;
}

/* Items of texts alone, each there or not, and one at least. */
static void fill(struct edxml_message *m, uint64_t *state, void *item, size_t bytes)
{
	text_t *texts = item;
	size_t n = bytes / sizeof *texts;

	for (size_t i = 0; i < n; i++)
		texts[i] = below(state, 3) == 0 ? NULL : text(m, state);
	texts[below(state, (unsigned)n)] = text(m, state);
}

static void some_texts(struct edxml_message *m, uint64_t *state, struct edxml_texts *list)
{
	for (unsigned n = below(state, 4); n > 0; n--)
		assert_true(edxml_message_add(m, list, text(m, state)));
}

#define SOME(list, count, most)                                                                    \
	for (unsigned n_ = below(state, most); n_ > 0; n_--) {                                     \
		m->list = edxml_message_grow(m, m->list, &m->count, sizeof *m->list);              \
		assert_non_null(m->list);                                                          \
		fill(m, state, &m->list[m->count - 1], sizeof *m->list);                           \
	}

static void some_parts(struct edxml_message *m, uint64_t *state)
{
	for (unsigned n = below(state, 4), i = 0; i < n; i++) {
		struct edxml_part *p;
		char id[32];

		m->parts = edxml_message_grow(m, m->parts, &m->part_count, sizeof *m->parts);
		assert_non_null(m->parts);
		p = &m->parts[i];
		snprintf(id, sizeof id, "%s%u", below(state, 2) == 0 ? "cid:" : "", i);
		assert_true(edxml_message_set(m, &p->content_id, id));
		p->name = text(m, state);
		p->description = below(state, 2) == 0 ? NULL : text(m, state);
		p->field_name = below(state, 2) == 0 ? NULL : text(m, state);
		p->mime_type = below(state, 2) == 0 ? NULL : text(m, state);
		p->content_type = text(m, state);
		p->listed = below(state, 4) != 0;
		if (p->listed) {
			p->listed_name = text(m, state);
			p->listed_type = text(m, state);
		}
		p->has_content = true;
		p->size_bytes = below(state, CONTENT_MOST);
	}
}

static void some_unknown(struct edxml_message *m, uint64_t *state)
{
	static const char *const kept[] = {
		"<Odd xmlns=\"\">text &amp; more</Odd>",
		"<a:B xmlns:a=\"urn:a\" c=\"1&#10;\"><a:D xmlns:a=\"urn:a\"></a:D>&#13;</a:B>",
		"<X xmlns=\"urn:x\" xmlns:q=\"urn:q\" q:r=\"&quot;\"></X>",
	};

	for (unsigned n = below(state, 4); n > 0; n--) {
		m->unknown =
			edxml_message_grow(m, m->unknown, &m->unknown_count, sizeof *m->unknown);
		assert_non_null(m->unknown);
		m->unknown[m->unknown_count - 1] = (struct edxml_unknown){
			.place = EDXML_IN_MESSAGE,
			.xml = kept[below(state, sizeof kept / sizeof kept[0])],
		};
	}
}

static void fill_business(struct edxml_message *m, uint64_t *state)
{
	m->has_business = true;
	m->business_id = text(m, state);
	m->business_type = text(m, state);
	m->business_reason = text(m, state);
	m->paper = text(m, state);
	m->info_changed = text(m, state);
	m->receivers_changed = below(state, 2) == 0 ? NULL : text(m, state);
	SOME(receivers, receiver_count, 4)
	for (unsigned n = below(state, 3); n > 0; n--) {
		m->replacements = edxml_message_grow(m, m->replacements, &m->replacement_count,
						     sizeof *m->replacements);
		assert_non_null(m->replacements);
		m->replacements[m->replacement_count - 1].document_id = text(m, state);
		some_texts(m, state, &m->replacements[m->replacement_count - 1].organ_ids);
	}
	if (m->kind == EDXML_DOCUMENT)
		fill(m, state, &m->staff, sizeof m->staff);
}

static struct edxml_message *random_message(uint64_t *state)
{
	struct edxml_message *m = edxml_message_new();

	assert_non_null(m);
	m->kind = below(state, 4) == 0 ? EDXML_STATUS : EDXML_DOCUMENT;
	fill(m, state, &m->from, sizeof m->from);
	SOME(to, to_count, 4)
	fill(m, state, &m->document_id, 5 * sizeof m->document_id); /* to date */
	fill(m, state, &m->type, 5 * sizeof m->type);		    /* to content */
	fill(m, state, &m->competence, 4 * sizeof m->competence);   /* to due_date */
	fill(m, state, &m->priority, 6 * sizeof m->priority);	    /* to direction */
	some_texts(m, state, &m->reply_fors);
	some_texts(m, state, &m->reference_codes);
	some_texts(m, state, &m->appendixes);
	some_texts(m, state, &m->task_codes);
	some_texts(m, state, &m->places);
	SOME(responses, response_count, 3)
	fill(m, state, &m->steering_type, 2 * sizeof m->steering_type);
	if (m->kind == EDXML_STATUS) {
		m->status_code = text(m, state);
		m->status_note = text(m, state);
		m->status_timestamp = text(m, state);
		fill(m, state, &m->staff, sizeof m->staff);
	}
	if (below(state, 4) != 0)
		fill_business(m, state);
	SOME(traces, trace_count, 4)
	if (below(state, 3) == 0)
		m->signature = "<Signature xmlns=\"\"><SignatureValue xmlns=\"\">x</SignatureValue>"
			       "</Signature>";
	SOME(pairs, pair_count, 5)
	some_unknown(m, state);
	some_parts(m, state);
	return m;
}

static void expect_same(struct edxml_message *m)
{
	struct bytes file = { NULL, 0, 0 }, second = { NULL, 0, 0 };
	uint64_t at[PARTS_MAX] = { 0 }, none[PARTS_MAX] = { 0 };
	struct edxml_source source = { m, content };
	struct edxml_sink sink = { at, check, 0 }, sink2 = { none, check, 0 };
	static struct edxml_outcome o;
	struct edxml_message *back = NULL, *again = NULL;

	assert_int_equal(edxml_write(m, &source, take, &file), ERR_OK);
	if (edxml_read((struct blob){ file.data, file.len }, &sink, &o, &back) != ERR_OK)
		print_error("%s\n", o.fault.about);
	else if (!edxml_message_equal(m, back)) {
		edxml_dump_message(m, stderr);
		edxml_dump_message(back, stderr);
	}
	assert_non_null(back);
	assert_true(edxml_message_equal(m, back));
	for (uint32_t i = 0; i < m->part_count; i++)
		assert_int_equal(at[i], m->parts[i].size_bytes);
	/* one form: what was read is written as the same bytes */
	source.ctx = back;
	assert_int_equal(edxml_write(back, &source, take, &second), ERR_OK);
	assert_int_equal(second.len, file.len);
	assert_memory_equal(second.data, file.data, file.len);
	assert_int_equal(edxml_read((struct blob){ second.data, second.len }, &sink2, &o, &again),
			 ERR_OK);
	edxml_message_free(back);
	edxml_message_free(again);
	free(file.data);
	free(second.data);
}

static void test_a_message_comes_back_as_it_was(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		uint64_t random = seed;
		struct edxml_message *m = random_message(&random);

		expect_same(m);
		edxml_message_free(m);
	}
}

static void test_an_empty_message_is_written_and_read(void **state)
{
	struct edxml_message *m = edxml_message_new();

	(void)state;
	expect_same(m);
	edxml_message_free(m);
}

static enum err full(void *ctx, const uint8_t *bytes, size_t len)
{
	(void)ctx, (void)bytes, (void)len;
	return ERR_DISK_FULL;
}

static enum err broken(void *ctx, uint32_t part, edxml_take *to, void *to_ctx)
{
	(void)ctx, (void)part, (void)to, (void)to_ctx;
	return ERR_DIGEST;
}

static void test_what_cannot_be_written_or_read_ends_it(void **state)
{
	struct edxml_message *m = edxml_message_new();
	struct edxml_source source = { m, broken };
	struct bytes file = { NULL, 0, 0 };

	(void)state;
	assert_int_equal(edxml_write(m, &source, full, NULL), ERR_DISK_FULL);
	m->parts = edxml_message_grow(m, m->parts, &m->part_count, sizeof *m->parts);
	m->parts[0].has_content = true;
	assert_int_equal(edxml_write(m, &source, take, &file), ERR_DIGEST);
	free(file.data);
	edxml_message_free(m);
}

/* What XML cannot have at all becomes a mark, and the file stays readable. */
static void test_characters_that_xml_cannot_have_are_marked(void **state)
{
	struct edxml_message *m = edxml_message_new(), *back;
	struct edxml_source source = { m, content };
	struct edxml_sink sink = { NULL, NULL, 0 };
	static struct edxml_outcome o;
	struct bytes file = { NULL, 0, 0 };

	(void)state;
	assert_true(edxml_message_set(m, &m->subject,
				      "a\x01"
				      "b\xef\xbf\xbf"
				      "c"));
	assert_int_equal(edxml_write(m, &source, take, &file), ERR_OK);
	assert_int_equal(edxml_read((struct blob){ file.data, file.len }, &sink, &o, &back),
			 ERR_OK);
	assert_string_equal(back->subject, "a\xef\xbf\xbd"
					   "b\xef\xbf\xbd"
					   "c");
	edxml_message_free(back);
	edxml_message_free(m);
	free(file.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_message_comes_back_as_it_was),
		cmocka_unit_test(test_an_empty_message_is_written_and_read),
		cmocka_unit_test(test_what_cannot_be_written_or_read_ends_it),
		cmocka_unit_test(test_characters_that_xml_cannot_have_are_marked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
