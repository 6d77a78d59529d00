/* Who may ask what: every request that control.proto has, at every socket, against the table that
 * docs/PROTOCOL.md prints ("Local sockets"). The requests come from the compiled descriptor, so
 * that one which is added without a row in requests.c, or without a word in the document, is
 * noticed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "tests/unit/support/desk.h"

#define PAGE "docs/PROTOCOL.md"

enum { PAGE_MAX = 200 * 1024, WORDS_MAX = 1024, UNKNOWN_FIELD = 2000 };

static const char *const sockets[SOCKET_COUNT] = { [SOCKET_OFFICE] = "office.sock",
						   [SOCKET_OPERATE] = "operate.sock",
						   [SOCKET_READ] = "read.sock" };

/* What the page says of each socket: " submit data list … ". */
struct page {
	char own[SOCKET_COUNT][WORDS_MAX];
};

static void read_row(const char *text, enum local_socket socket, struct page *out)
{
	char head[64];
	const char *at, *end;

	snprintf(head, sizeof head, "\n| `%s` | `", sockets[socket]);
	at = strstr(text, head);
	assert_non_null(at);
	at += strlen(head);
	end = strchr(at, '`');
	assert_non_null(end);
	assert_true((size_t)(end - at) + 3 < WORDS_MAX);
	snprintf(out->own[socket], WORDS_MAX, " %.*s ", (int)(end - at), at);
}

static void read_page(struct page *out)
{
	char *text = calloc(1, PAGE_MAX);
	FILE *f = fopen(PAGE, "re");

	assert_non_null(text);
	assert_non_null(f);
	assert_in_range(fread(text, 1, PAGE_MAX - 1, f), 1, PAGE_MAX - 2);
	fclose(f);
	for (enum local_socket s = SOCKET_OFFICE; s < SOCKET_COUNT; s++)
		read_row(text, s, out);
	free(text);
}

static bool has_word(const char *words, const char *word)
{
	char spaced[64];

	snprintf(spaced, sizeof spaced, " %s ", word);
	return strstr(words, spaced) != NULL;
}

/* What read.sock may be asked, the others may be asked too. */
static bool may_ask(const struct page *p, enum local_socket socket, const char *request)
{
	return has_word(p->own[socket], request) || has_word(p->own[SOCKET_READ], request);
}

static size_t put_varint(uint8_t *out, uint32_t n)
{
	size_t size = 0;

	for (; n >= 0x80; n >>= 7)
		out[size++] = (uint8_t)(n | 0x80);
	out[size++] = (uint8_t)n;
	return size;
}

/* Sends the request empty, with a field that nobody knows beside it: one that may be asked is
 * refused for that field, so that none of them begins anything here. */
static void send_empty(struct desk *d, uint32_t field)
{
	uint8_t frame[32] = { 0, 0, 0, 0, 1 << 3, 7 };
	size_t size = 6;

	size += put_varint(frame + size, field << 3 | 2);
	frame[size++] = 0;
	size += put_varint(frame + size, UNKNOWN_FIELD << 3);
	frame[size++] = 1;
	frame[3] = (uint8_t)(size - 4);
	assert_int_equal(send(d->fd, frame, size, 0), (ssize_t)size);
}

/* Is it let in? When it is not, for the right reason. */
static bool is_let_in(struct desk *d, uint32_t field)
{
	Vanthu__V1__Reply *r;
	bool let_in;

	send_empty(d, field);
	r = desk_reply(d);
	assert_int_equal(r->id, 7);
	assert_int_equal(r->what_case, VANTHU__V1__REPLY__WHAT_ERROR);
	let_in = r->error->code == ERR_UNSUPPORTED && r->error->about[0] != '\0';
	if (!let_in && r->error->code != ERR_PERMISSION)
		fail_msg("field %u: VT-%u %s: it has no row", field, r->error->code,
			 r->error->about);
	vanthu__v1__reply__free_unpacked(r, NULL);
	return let_in;
}

static bool is_request(const ProtobufCFieldDescriptor *f)
{
	return (f->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0;
}

static void test_each_request_is_let_in_where_the_page_says_so(void **state)
{
	const ProtobufCMessageDescriptor *all = &vanthu__v1__request__descriptor;
	struct page page;
	unsigned requests = 0;

	(void)state;
	read_page(&page);
	for (enum local_socket s = SOCKET_OFFICE; s < SOCKET_COUNT; s++) {
		struct fixture *f = fixture_new();
		struct desk *d = desk_new(f, station_new(f, "huyen-a"), s);

		for (unsigned i = 0; i < all->n_fields; i++) {
			const ProtobufCFieldDescriptor *r = &all->fields[i];
			bool let_in;

			if (!is_request(r))
				continue;
			requests++;
			let_in = is_let_in(d, r->id);
			if (let_in != may_ask(&page, s, r->name))
				fail_msg("%s at %s: %s; the page says otherwise", r->name,
					 sockets[s], let_in ? "let in" : "refused");
		}
		desk_free(d);
	}
	assert_true(requests >= 27 * SOCKET_COUNT);
}

static void test_each_request_has_a_socket_and_each_word_of_the_page_a_request(void **state)
{
	const ProtobufCMessageDescriptor *all = &vanthu__v1__request__descriptor;
	struct page page;

	(void)state;
	read_page(&page);
	for (unsigned i = 0; i < all->n_fields; i++) {
		const ProtobufCFieldDescriptor *r = &all->fields[i];

		if (is_request(r) && !may_ask(&page, SOCKET_OFFICE, r->name) &&
		    !may_ask(&page, SOCKET_OPERATE, r->name))
			fail_msg("%s: the page names no socket for it", r->name);
	}
	for (enum local_socket s = SOCKET_OFFICE; s < SOCKET_COUNT; s++) {
		char *rest, *word = strtok_r(page.own[s], " ", &rest);

		for (; word != NULL; word = strtok_r(NULL, " ", &rest)) {
			if (protobuf_c_message_descriptor_get_field_by_name(all, word) == NULL)
				fail_msg("%s: %s is no request", sockets[s], word);
		}
	}
}

static void test_request_that_nobody_knows_is_refused_at_every_socket(void **state)
{
	(void)state;
	for (enum local_socket s = SOCKET_OFFICE; s < SOCKET_COUNT; s++) {
		struct fixture *f = fixture_new();
		struct desk *d = desk_new(f, station_new(f, "huyen-a"), s);
		Vanthu__V1__Reply *r;

		send_empty(d, UNKNOWN_FIELD - 1);
		r = desk_reply(d);
		assert_int_equal(r->what_case, VANTHU__V1__REPLY__WHAT_ERROR);
		assert_int_equal(r->error->code, ERR_UNSUPPORTED);
		vanthu__v1__reply__free_unpacked(r, NULL);
		desk_free(d);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_request_is_let_in_where_the_page_says_so),
		cmocka_unit_test(
		    test_each_request_has_a_socket_and_each_word_of_the_page_a_request),
		cmocka_unit_test(test_request_that_nobody_knows_is_refused_at_every_socket),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
