/* Sends a document with an attachment, waits for its receipts, lists the outbox and saves a copy.
 *   cc send_and_wait.c $(pkg-config --cflags --libs vanthu) -o send_and_wait
 *   send_and_wait CONFIG COMMITTEE FILE ATTACHMENT FOLDER */
#include <stdio.h>
#include <vanthu.h>

static int fail(const char *what, int code)
{
	fprintf(stderr, "%s: VT-%d %s: %s\n", what, code, vanthu_error_text(code),
		vanthu_fault_about(vanthu_last_fault()));
	return 1;
}

int main(int argc, char **argv)
{
	vanthu *v = NULL;
	vanthu_draft *draft = NULL;
	vanthu_document *document = NULL;
	vanthu_list *outbox = NULL;
	const vanthu_document *each;
	char saved[VANTHU_FILE_NAME_SIZE];
	int e;

	if (argc != 6)
		return 2;
	if ((e = vanthu_draft_new(&draft)) != 0 || (e = vanthu_draft_to(draft, argv[2])) != 0 ||
	    (e = vanthu_draft_set(draft, VANTHU_TYPE, "KH")) != 0 ||
	    (e = vanthu_draft_set(draft, VANTHU_NUMBER, "31-KH/ĐU")) != 0 ||
	    (e = vanthu_draft_set(draft, VANTHU_SUBJECT, "Kế hoạch năm 2026")) != 0 ||
	    (e = vanthu_draft_add_file(draft, argv[3])) != 0 ||
	    (e = vanthu_draft_add_file(draft, argv[4])) != 0)
		return fail("draft", e);
	if ((e = vanthu_open(argv[1], 10000, &v)) != 0)
		return fail("open", e);
	printf("id %s\n", vanthu_draft_id(draft)); /* keep it: under it sending again is safe */
	if ((e = vanthu_send(v, draft, 0, NULL)) != 0)
		return fail("send", e);
	if ((e = vanthu_wait(v, vanthu_draft_id(draft), 60000, &document)) != 0)
		return fail("wait", e);
	for (size_t i = 0; i < vanthu_recipient_count(document); i++)
		printf("%s %s VT-%d\n", vanthu_recipient_committee(document, i),
		       vanthu_recipient_state(document, i) == VANTHU_STATE_DELIVERED ? "has it"
										     : "has not",
		       vanthu_recipient_reason(document, i));
	if ((e = vanthu_find(v, VANTHU_OUTBOX, NULL, &outbox)) != 0)
		return fail("find", e);
	while ((each = vanthu_list_next(outbox)) != NULL)
		printf("%s %s %s\n", vanthu_document_text(each, VANTHU_NUMBER),
		       vanthu_document_text(each, VANTHU_STATE),
		       vanthu_document_text(each, VANTHU_SUBJECT));
	for (size_t i = 0; i < vanthu_part_count(document); i++) {
		if ((e = vanthu_save(v, vanthu_draft_id(draft), i, argv[5], saved)) != 0)
			return fail("save", e);
		printf("saved %s\n", saved);
	}
	vanthu_list_free(outbox);
	vanthu_document_free(document);
	vanthu_draft_free(draft);
	vanthu_close(v);
	return 0;
}
