/* Takes what arrives, each document once, into a folder of its own that appears by one rename.
 *   cc follow.c $(pkg-config --cflags --libs vanthu) -o follow
 *   follow CONFIG FOLDER [ROUNDS]
 * Nothing else is remembered: a document whose folder is there has been taken. Killed at any
 * instant, it goes on where it was. Without ROUNDS it looks every two seconds, for ever. */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vanthu.h>

enum { PATH_SIZE = 4096, TIMEOUT_MS = 10000, PAUSE_S = 2 };

static int fail(const char *what, int code)
{
	fprintf(stderr, "%s: VT-%d %s: %s\n", what, code, vanthu_error_text(code),
		vanthu_fault_about(vanthu_last_fault()));
	return code;
}

/* All parts into FOLDER/.ID, and then FOLDER/ID. */
static int take(vanthu *v, const char *folder, const char *id)
{
	char whole[PATH_SIZE], partly[PATH_SIZE], saved[VANTHU_FILE_NAME_SIZE];
	vanthu_document *document = NULL;
	int e;

	snprintf(whole, sizeof whole, "%s/%s", folder, id);
	snprintf(partly, sizeof partly, "%s/.%s.%ld", folder, id, (long)getpid());
	if (access(whole, F_OK) == 0)
		return 0;
	if ((e = vanthu_show(v, id, &document)) != 0)
		return e;
	if (mkdir(partly, 0700) != 0)
		e = VANTHU_ERR_FILE;
	for (size_t i = 0; e == 0 && i < vanthu_part_count(document); i++)
		e = vanthu_save(v, id, i, partly, saved);
	if (e == 0 && rename(partly, whole) != 0)
		e = VANTHU_ERR_FILE;
	if (e == 0)
		printf("%s %s\n", id, vanthu_document_text(document, VANTHU_NUMBER));
	fflush(stdout);
	vanthu_document_free(document);
	return e;
}

/* A filter with VANTHU_SINCE_MS would spare looking at what was taken long ago. */
static int look(vanthu *v, const char *folder)
{
	const vanthu_document *each;
	vanthu_list *inbox = NULL;
	int e = vanthu_find(v, VANTHU_INBOX, NULL, &inbox);

	if (e != 0)
		return fail("find", e);
	while ((each = vanthu_list_next(inbox)) != NULL) {
		e = take(v, folder, vanthu_document_text(each, VANTHU_ID));
		if (e != 0)
			(void)fail(vanthu_document_text(each, VANTHU_ID), e); /* the next look */
	}
	vanthu_list_free(inbox);
	return e;
}

int main(int argc, char **argv)
{
	long rounds = argc == 4 ? atol(argv[3]) : -1;
	vanthu *v = NULL;
	int e;

	if (argc != 3 && argc != 4)
		return 2;
	if ((e = vanthu_open(argv[1], TIMEOUT_MS, &v)) != 0)
		return fail("open", e) != 0;
	for (;;) {
		e = look(v, argv[2]); /* a daemon that is away comes back: the handle connects anew */
		if (rounds > 0 && --rounds == 0)
			break;
		sleep(PAUSE_S);
	}
	vanthu_close(v);
	return e != 0;
}
