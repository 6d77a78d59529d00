/* Sends documents as streams and reads ranges of their parts, as the lines on standard input say;
 * prints a line for each: "OK …" or "VT-n ABOUT". tests/system/stream.bats. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/digest.h"
#include "tools/client/client.h"

enum { WORDS_MAX = 8, LINE_BYTES = 4096, WRITE_BYTES = 100 * 1000, TIMEOUT_MS = 120000 };

static struct client *connection;
static struct submission fields;
static struct submission_recipient recipient;
static char texts[WORDS_MAX][LINE_BYTES];
static struct client_fault fault;
static struct submission_stream *stream;

static void say(enum err e)
{
	if (e == ERR_OK)
		printf("OK\n");
	else
		printf("VT-%d %s\n", (int)e, fault.about);
	fflush(stdout);
}

/* socket PATH */
static enum err open_socket(char **word)
{
	int error;

	client_close(connection);
	return client_connect_path(word[1], TIMEOUT_MS, &error, &connection);
}

static const char *keep(unsigned n, const char *text)
{
	snprintf(texts[n], sizeof texts[n], "%s", text);
	return texts[n];
}

/* fields ID TO NUMBER SUBJECT [dry] */
static enum err set_fields(char **word)
{
	enum err e = uuid_parse(word[1], &fields.id);

	recipient = (struct submission_recipient){ .committee = keep(0, word[2]) };
	fields.recipients = &recipient;
	fields.recipient_count = 1;
	fields.number = keep(1, word[3]);
	fields.subject = keep(2, word[4]);
	fields.type_code = "CV";
	fields.type_name = "Công văn";
	fields.term = fields.note = fields.signer_name = fields.signer_position = "";
	snprintf(fields.issued_on, sizeof fields.issued_on, "2026-01-05");
	fields.urgency = VANTHU__V1__URGENCY__URGENCY_THUONG;
	fields.secrecy = VANTHU__V1__SECRECY__SECRECY_THUONG;
	fields.dry_run = strcmp(word[5], "dry") == 0;
	return e;
}

/* begin [late]: without its fields */
static enum err begin(char **word)
{
	submission_stream_free(stream);
	return submission_stream_begin(connection, word[1][0] == '\0' ? &fields : NULL, &fault,
				       &stream);
}

/* zeros BYTES */
static enum err write_zeros(char **word)
{
	static const uint8_t zeros[WRITE_BYTES];
	unsigned long long left = strtoull(word[1], NULL, 10);
	enum err e = ERR_OK;

	while (left > 0 && e == ERR_OK) {
		size_t n = left < sizeof zeros ? (size_t)left : sizeof zeros;

		e = submission_stream_part_write(stream, zeros, n);
		left -= n;
	}
	return e;
}

/* file PATH [BYTES A WRITE] */
static enum err write_file(char **word)
{
	size_t size = word[2][0] == '\0' ? WRITE_BYTES : (size_t)strtoull(word[2], NULL, 10);
	uint8_t *bytes = malloc(size);
	int fd = open(word[1], O_RDONLY | O_CLOEXEC);
	enum err e = bytes == NULL || fd < 0 ? ERR_FILE : ERR_OK;
	ssize_t n;

	while (e == ERR_OK && (n = read(fd, bytes, size)) > 0)
		e = submission_stream_part_write(stream, bytes, (size_t)n);
	if (fd >= 0)
		close(fd);
	free(bytes);
	return e;
}

/* end [SHA-256] */
static enum err end(char **word)
{
	struct digest d;

	if (word[1][0] == '\0')
		return submission_stream_part_end(stream, NULL);
	if (digest_from_hex(word[1], &d) != ERR_OK)
		return ERR_USAGE;
	return submission_stream_part_end(stream, &d);
}

/* finish: says the id, and whether it had been sent before */
static void finish(void)
{
	Vanthu__V1__Accepted *a;
	enum err e = submission_stream_finish(stream, &a);
	char id[UUID_TEXT_SIZE];

	if (e == ERR_OK) {
		uuid_print(a->id.data, id);
		printf("OK %s%s\n", id, a->repeated_submission ? " repeated" : "");
		fflush(stdout);
	} else {
		say(e);
	}
	submission_stream_free(stream);
	stream = NULL;
}

static enum err part_of(const char *document, uint32_t number, struct content_part *out)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Ref ref = VANTHU__V1__REF__INIT;
	Vanthu__V1__Reply *reply = NULL;
	enum err e;

	ref.text = (char *)(uintptr_t)document;
	request.what_case = VANTHU__V1__REQUEST__WHAT_SHOW;
	request.show = &ref;
	e = client_send(connection, &request);
	if (e == ERR_OK)
		e = client_next(connection, &reply);
	if (e != ERR_OK || reply->what_case != VANTHU__V1__REPLY__WHAT_VIEW) {
		client_fault(connection, e, reply, &fault);
		return fault.err;
	}
	return number < reply->view->n_parts ? content_part_of(reply->view, number, out)
					     : ERR_NOT_FOUND;
}

/* read DOCUMENT PART FROM LENGTH FILE [WINDOW]: no piece is larger than half of the window */
static enum err read_range(char **word)
{
	struct content_part part;
	struct content_range range = { .document = word[1],
				       .part = &part,
				       .from = strtoull(word[3], NULL, 10),
				       .length_bytes = strtoull(word[4], NULL, 10),
				       .window_bytes = (uint32_t)strtoul(word[6], NULL, 10) };
	size_t most = range.window_bytes / 2 < CHUNK_BYTES ? CHUNK_BYTES : range.window_bytes / 2;
	struct content_stream *s = NULL;
	FILE *out = fopen(word[5], "we");
	enum err e = out == NULL ? ERR_FILE
				 : part_of(word[1], (uint32_t)strtoul(word[2], NULL, 10), &part);

	if (e == ERR_OK)
		e = content_open(connection, &range, &fault, &s);
	while (e == ERR_OK && !content_ended(s)) {
		struct blob piece;

		e = content_next(s, &piece);
		if (e == ERR_OK && piece.len_bytes > 0 &&
		    fwrite(piece.data, piece.len_bytes, 1, out) != 1)
			e = ERR_FILE;
		if (e == ERR_OK && range.window_bytes > 0 && piece.len_bytes > most)
			e = ERR_TOO_LARGE;
	}
	content_close(s);
	if (out != NULL && fclose(out) != 0)
		e = ERR_FILE;
	return e;
}

static void run(char **word)
{
	static const struct {
		const char *name;
		enum err (*run)(char **word);
	} verbs[] = { { "socket", open_socket }, { "fields", set_fields }, { "begin", begin },
		      { "zeros", write_zeros },	 { "file", write_file },   { "end", end },
		      { "read", read_range } };

	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
		if (strcmp(word[0], verbs[i].name) == 0) {
			say(verbs[i].run(word));
			return;
		}
	}
	if (strcmp(word[0], "part") == 0) {
		say(submission_stream_part_begin(stream, word[1]));
	} else if (strcmp(word[0], "given") == 0) {
		submission_stream_fields(stream, &fields);
		say(ERR_OK);
	} else if (strcmp(word[0], "finish") == 0) {
		finish();
	} else if (strcmp(word[0], "abandon") == 0) {
		submission_stream_free(stream);
		stream = NULL;
		say(ERR_OK);
	} else {
		printf("unknown: %s\n", word[0]);
		exit(2);
	}
}

/* Words between blanks; %20 in one is a blank. */
static void split(char *line, char **word)
{
	static char nothing[1];
	char *rest = NULL, *at = strtok_r(line, " \n", &rest);

	for (unsigned i = 0; i < WORDS_MAX; i++) {
		word[i] = at == NULL ? nothing : at;
		at = at == NULL ? NULL : strtok_r(NULL, " \n", &rest);
		for (char *p; (p = strstr(word[i], "%20")) != NULL;) {
			*p = ' ';
			memmove(p + 1, p + 3, strlen(p + 3) + 1);
		}
	}
}

int main(void)
{
	char line[LINE_BYTES], *word[WORDS_MAX];

	while (fgets(line, sizeof line, stdin) != NULL) {
		split(line, word);
		if (word[0][0] != '\0')
			run(word);
	}
	submission_stream_free(stream);
	client_close(connection);
	return 0;
}
