/* Sending a document: what `send` and the demo share. */
#ifndef VANTHU_TOOLS_CLIENT_SUBMISSION_H
#define VANTHU_TOOLS_CLIENT_SUBMISSION_H

#include "routing/base/types.h"
#include "tools/client/connection.h"

enum { SUBMISSION_FILES_MAX = PARTS_MAX };

struct submission {
	struct doc_id id;
	const char *files[SUBMISSION_FILES_MAX]; /* the first is the document */
	unsigned file_count;
	const char *to;       /* WHO[,WHO…] */
	const char *type_code, *type_name;
	const char *number, *subject, *note, *term;
	const char *signer_name, *signer_position;
	char issued_on[11], due_on[11];
	Vanthu__V1__Urgency urgency;
	Vanthu__V1__Secrecy secrecy;
	const char *reply_origin; /* "" none */
	struct doc_id reply_id;
	bool dry_run, strict;
	/* ERR_UNKNOWN_RECIPIENT and ERR_BAD_ID are returned without a word: the caller tries
	 * something else */
	bool unknown_untold;
};

/* Reads the files, streams large ones, waits until the daemon has all of it on disk. *accepted is
 * valid until the client's next call. Errors have been told. */
must_use enum err submission_send(struct client *c, const struct submission *s,
				  Vanthu__V1__Accepted **accepted);

#endif
