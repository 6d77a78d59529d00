/* Sending a document. */
#ifndef VANTHU_TOOLS_CLIENT_SUBMISSION_H
#define VANTHU_TOOLS_CLIENT_SUBMISSION_H

#include "routing/base/limits.h"
#include "routing/base/types.h"
#include "tools/client/connection.h"

/* One recipient more than there may be: the daemon says so. */
enum { SUBMISSION_FILES_MAX = PARTS_MAX, SUBMISSION_RECIPIENTS_MAX = RECIPIENTS_MAX + 1 };

/* A committee by its id, or with NULL a distribution list by its name, the superior or a group. */
struct submission_recipient {
	const char *committee, *list;
	bool superior;
	Vanthu__V1__Group group;
};

struct submission {
	struct doc_id id;
	const char *files[SUBMISSION_FILES_MAX]; /* the first is the document */
	unsigned file_count;
	/* of each file that is in memory its bytes, `files` then has its name; NULL: none is */
	const struct blob *contents;
	const struct submission_recipient *recipients;
	unsigned recipient_count;
	const char *type_code, *type_name;
	/* "auto…" (routing/rules/numbering.h): the daemon gives the number */
	const char *number;
	const char *subject, *note, *term;
	const char *signer_name, *signer_position;
	const char *signer_competence; /* NULL or "": none */
	char issued_on[11], due_on[11];
	Vanthu__V1__Urgency urgency;
	Vanthu__V1__Secrecy secrecy;
	const char *reply_origin; /* "" none */
	struct doc_id reply_id;
	struct digest reply_digest; /* zero: not known */
	Vanthu__V1__Business business; /* 0: new */
	const char *older_origin; /* what it updates or replaces; NULL or "" nothing */
	struct doc_id older_id;
	uint32_t paper_copies; /* that go on paper besides */
	const char *foreign_id; /* that another system gave it; NULL or "" none */
	bool published;	       /* everybody may read it; publish.allow */
	struct blob edxml;     /* what it has of edXML besides (tools/edxml/rest.h) */
	const char *reminds; /* whom it reminds of reply_id; NULL or "" nobody */
	bool dry_run, strict;
	bool names; /* of the recipients, in the answer too */
	/* hears how many bytes of large files have gone, of how many; may be NULL */
	void (*progress)(void *ctx, uint64_t sent_bytes, uint64_t all_bytes);
	void *progress_ctx;
};

/* Reads the files, streams large ones, blocks until the daemon has all of it on disk. *accepted is
 * valid until the client's next call; *fault is set where it fails. The same id again is safe:
 * ERR_TIMEOUT and ERR_UNREACHABLE leave open whether it happened. */
must_use enum err submission_send(struct client *c, const struct submission *s,
				  struct client_fault *fault, Vanthu__V1__Accepted **accepted);

#endif
