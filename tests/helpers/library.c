/* Calls libvanthu as the lines on standard input say, on one connection, and prints the code and
 * what it is about for each. tests/system/library.bats compiles it against the installed library.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vanthu.h>

enum { WORDS_MAX = 8, TIMEOUT_MS = 60000 };

static vanthu *connection;

static void say(int code, const char *more)
{
	const vanthu_fault *f = vanthu_last_fault();

	printf("%d %s%s", code, code == 0 ? "" : vanthu_fault_about(f), more);
	for (size_t i = 0; code != 0 && i < vanthu_fault_choice_count(f); i++)
		printf(" %s", vanthu_fault_choice(f, i));
	printf("\n");
	fflush(stdout);
}

static void reopen(int by_socket, const char *path)
{
	vanthu_close(connection);
	say(by_socket ? vanthu_open_socket(path, TIMEOUT_MS, &connection)
		      : vanthu_open(path, TIMEOUT_MS, &connection),
	    "");
}

/* send ID TO NUMBER CONTENT FLAGS [TYPE [DAY]] */
static void send_one(char **word)
{
	vanthu_draft *d = NULL;
	vanthu_sent *sent = NULL;
	char more[512] = "";
	int e = vanthu_draft_new(&d);

	if (e == 0)
		e = vanthu_draft_set(d, VANTHU_ID, word[1]);
	if (e == 0)
		e = vanthu_draft_to(d, word[2]);
	if (e == 0)
		e = vanthu_draft_set(d, VANTHU_NUMBER, word[3]);
	if (e == 0)
		e = vanthu_draft_set(d, VANTHU_TYPE, word[6][0] == '\0' ? "Kế hoạch" : word[6]);
	if (e == 0 && word[7][0] != '\0')
		e = vanthu_draft_set(d, VANTHU_ISSUED_ON, word[7]);
	if (e == 0)
		e = vanthu_draft_set(d, VANTHU_SUBJECT, "một việc");
	if (e == 0)
		e = vanthu_draft_add_bytes(d, "a.txt", word[4], strlen(word[4]));
	if (e == 0)
		e = vanthu_send(connection, d, (unsigned)strtoul(word[5], NULL, 10), &sent);
	if (e == 0 && vanthu_sent_is_repeated(sent))
		snprintf(more, sizeof more, " repeated");
	for (size_t i = 0; e == 0 && i < vanthu_sent_warning_count(sent); i++)
		snprintf(more + strlen(more), sizeof more - strlen(more), " warning-%d",
			 vanthu_sent_warning(sent, i));
	for (size_t i = 0; e == 0 && i < vanthu_sent_recipient_count(sent); i++)
		snprintf(more + strlen(more), sizeof more - strlen(more), " to-%s",
			 vanthu_sent_recipient(sent, i));
	say(e, more);
	vanthu_sent_free(sent);
	vanthu_draft_free(d);
}

static void show(int code, vanthu_document *d)
{
	char more[512] = "";

	if (d != NULL)
		snprintf(more, sizeof more, " %s %s %s", vanthu_document_text(d, VANTHU_STATE),
			 vanthu_document_text(d, VANTHU_TYPE_NAME),
			 vanthu_document_text(d, VANTHU_URGENCY));
	for (size_t i = 0; d != NULL && i < vanthu_recipient_count(d); i++)
		snprintf(more + strlen(more), sizeof more - strlen(more), " %s:%d:%d",
			 vanthu_recipient_committee(d, i), (int)vanthu_recipient_state(d, i),
			 vanthu_recipient_reason(d, i));
	say(code, more);
	vanthu_document_free(d);
}

struct reading {
	size_t bytes, most;
};

static int take(void *ctx, const void *bytes, size_t len)
{
	struct reading *r = ctx;
	vanthu_document *d = NULL;

	(void)bytes;
	r->bytes += len;
	if (vanthu_show(connection, "x", &d) != VANTHU_ERR_BAD_STATE) /* it would wait for itself */
		abort();
	return r->bytes > r->most;
}

static void read_one(char **word)
{
	struct reading r = { .most = strtoul(word[3], NULL, 10) };
	char more[64];
	int e = vanthu_read(connection, word[1], strtoul(word[2], NULL, 10), take, &r);

	snprintf(more, sizeof more, " %zu", r.bytes);
	say(e, more);
}

/* find FROM NUMBER */
static void find(char **word)
{
	vanthu_filter *f = NULL;
	vanthu_list *l = NULL;
	char more[64] = "";
	int e = vanthu_filter_new(&f);

	if (e == 0 && strcmp(word[1], "-") != 0)
		e = vanthu_filter_set(f, VANTHU_FROM, word[1]);
	if (e == 0)
		e = vanthu_filter_set(f, VANTHU_NUMBER, word[2]);
	if (e == 0)
		e = vanthu_filter_set_number(f, VANTHU_LIMIT, 100);
	if (e == 0)
		e = vanthu_find(connection, VANTHU_ALL, f, &l);
	if (e == 0)
		snprintf(more, sizeof more, "%zu %s", vanthu_list_count(l),
			 vanthu_list_count(l) == 0
			     ? ""
			     : vanthu_document_text(vanthu_list_next(l), VANTHU_ID));
	say(e, more);
	vanthu_list_free(l);
	vanthu_filter_free(f);
}

/* changes SINCE KINDS WAIT_MS; kinds "-": all */
static void changes(char **word)
{
	vanthu_change_list *l = NULL;
	char more[4096] = "";
	int e = vanthu_changes(connection, strtoull(word[1], NULL, 10),
			       strcmp(word[2], "-") == 0 ? NULL : word[2],
			       (int)strtoul(word[3], NULL, 10), &l);

	for (size_t i = 0; l != NULL && i < vanthu_change_count(l); i++)
		snprintf(more + strlen(more), sizeof more - strlen(more), " %lld:%s:%s:%s",
			 (long long)vanthu_change_value(l, i, VANTHU_CHANGE_NUMBER),
			 vanthu_change_text(l, i, VANTHU_CHANGE_KIND),
			 vanthu_change_text(l, i, VANTHU_CHANGE_COMMITTEE),
			 vanthu_change_text(l, i, VANTHU_CHANGE_ID));
	if (l != NULL)
		snprintf(more + strlen(more), sizeof more - strlen(more), " next %llu first %llu",
			 (unsigned long long)vanthu_change_list_next(l),
			 (unsigned long long)vanthu_change_list_first(l));
	say(e, more);
	vanthu_change_list_free(l);
}

static void save(char **word)
{
	char saved[VANTHU_FILE_NAME_SIZE] = "";
	int e = vanthu_save(connection, word[1], strtoul(word[2], NULL, 10), word[3], saved);

	say(e, saved);
}

/* stream ID TO NUMBER BYTES PARTS [half]: of zeros, the last of one byte; half: nothing is sent */
static void stream(char **word)
{
	static const char zeros[50000];
	vanthu_draft *d = NULL;
	vanthu_sent *sent = NULL;
	vanthu_stream *s = NULL;
	unsigned long left, parts = strtoul(word[5], NULL, 10);
	char name[32];
	int e = vanthu_draft_new(&d);

	if (e == 0)
		e = vanthu_draft_set(d, VANTHU_ID, word[1]);
	if (e == 0)
		e = vanthu_draft_to(d, word[2]);
	if (e == 0)
		e = vanthu_draft_set(d, VANTHU_NUMBER, word[3]);
	if (e == 0)
		e = vanthu_draft_set(d, VANTHU_TYPE, "Kế hoạch");
	if (e == 0)
		e = vanthu_draft_set(d, VANTHU_SUBJECT, "một việc");
	if (e == 0)
		e = vanthu_stream_begin(connection, d, 0, &s);
	for (unsigned long i = 0; e == 0 && i < parts; i++) {
		snprintf(name, sizeof name, "%lu.bin", i);
		e = vanthu_stream_part(s, name);
		left = i + 1 == parts ? 1 : strtoul(word[4], NULL, 10);
		for (; e == 0 && left > 0; left -= left < sizeof zeros ? left : sizeof zeros)
			e = vanthu_stream_write(s, zeros,
						left < sizeof zeros ? left : sizeof zeros);
	}
	if (e == 0 && word[6][0] == '\0')
		e = vanthu_stream_send(s, &sent);
	say(e, sent != NULL && vanthu_sent_is_repeated(sent) ? " repeated" : "");
	vanthu_stream_free(s);
	vanthu_sent_free(sent);
	vanthu_draft_free(d);
}

/* range NAME PART FROM LENGTH FILE: in pieces of 999 bytes; says the size of the part too */
static void range(char **word)
{
	vanthu_reader *r = NULL;
	FILE *out = fopen(word[5], "we");
	char piece[999], more[64] = "";
	size_t got = 1;
	int e = vanthu_reader_open(connection, word[1], strtoul(word[2], NULL, 10), &r);

	if (e == 0)
		snprintf(more, sizeof more, " %llu",
			 (unsigned long long)vanthu_reader_size_bytes(r));
	if (e == 0 && strcmp(word[3], "-") != 0)
		e = vanthu_reader_seek(r, strtoul(word[3], NULL, 10), strtoul(word[4], NULL, 10));
	while (e == 0 && got > 0 && out != NULL) {
		e = vanthu_reader_read(r, piece, sizeof piece, &got);
		fwrite(piece, 1, got, out);
	}
	say(e, more);
	vanthu_reader_free(r);
	if (out == NULL || fclose(out) != 0)
		abort();
}

/* key SCOPE KEY */
static void key(char **word)
{
	char id[VANTHU_ID_SIZE];

	vanthu_id_of_key(word[1], word[2], id);
	say(0, id);
}

static void command(char **word)
{
	vanthu_document *d = NULL;
	int e;

	if (strcmp(word[0], "open") == 0 || strcmp(word[0], "socket") == 0) {
		reopen(word[0][0] == 's', word[1]);
	} else if (strcmp(word[0], "send") == 0) {
		send_one(word);
	} else if (strcmp(word[0], "show") == 0) {
		e = vanthu_show(connection, word[1], &d);
		show(e, d);
	} else if (strcmp(word[0], "wait") == 0) {
		e = vanthu_wait(connection, word[1], (int)strtoul(word[2], NULL, 10), &d);
		show(e, d);
	} else if (strcmp(word[0], "read") == 0) {
		read_one(word);
	} else if (strcmp(word[0], "find") == 0) {
		find(word);
	} else if (strcmp(word[0], "changes") == 0) {
		changes(word);
	} else if (strcmp(word[0], "save") == 0) {
		save(word);
	} else if (strcmp(word[0], "stream") == 0) {
		stream(word);
	} else if (strcmp(word[0], "range") == 0) {
		range(word);
	} else if (strcmp(word[0], "key") == 0) {
		key(word);
	}
}

int main(void)
{
	char line[8192];

	while (fgets(line, sizeof line, stdin) != NULL) {
		char *word[WORDS_MAX], *rest = line;

		line[strcspn(line, "\n")] = '\0';
		for (unsigned i = 0; i < WORDS_MAX; i++) {
			word[i] = strsep(&rest, " ");
			word[i] = word[i] == NULL ? line + strlen(line) : word[i];
		}
		command(word);
	}
	vanthu_close(connection);
	return 0;
}
