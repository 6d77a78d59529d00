/* Evidence: a document's whole life in one file, that verifies with the registry's root certificate
 * and nothing else. Every byte of it is either signed, or hashed into something signed, or must
 * stand in the one form that evidence_pack gives: no bit can be changed unnoticed. */
#ifndef VANTHU_TOOLS_CLIENT_EVIDENCE_H
#define VANTHU_TOOLS_CLIENT_EVIDENCE_H

#include "proto/control.pb-c.h"
#include "routing/base/arena.h"
#include "routing/base/err.h"
#include "routing/base/limits.h"
#include "routing/base/types.h"
#include "tools/client/connection.h"

/* Of a file. */
enum { EVIDENCE_MAX_BYTES = 64 << 20 };

/* Adds what a piece of an answer has, copied to the arena: `m` begins as
 * VANTHU__V1__EVIDENCE__INIT. */
must_use enum err evidence_gather(struct arena *a, Vanthu__V1__Evidence *m,
				  const Vanthu__V1__Evidence *piece);
/* After the last piece: a relay's record that several pieces brought is there once. */
void evidence_gathered(Vanthu__V1__Evidence *m);
/* Puts receipts and relay records in the order of the format (bytewise; m's lists are changed) and
 * packs. The bytes go to the arena. */
must_use enum err evidence_pack(struct arena *a, Vanthu__V1__Evidence *m, struct blob *out);

struct evidence_question {
	struct blob file, root_der;
	/* where all parts lie under their names, or NULL: then only the inline ones are checked */
	const char *folder;
	int64_t wall_ms;
};

/* A piece of evidence. */
enum evidence_piece {
	EVIDENCE_NOWHERE,
	EVIDENCE_FILE, /* as a whole */
	EVIDENCE_DIRECTORY,
	EVIDENCE_DOCUMENT,
	EVIDENCE_BODY,
	EVIDENCE_PART,
	EVIDENCE_RECEIPTS_ORDER,
	EVIDENCE_RECEIPT,
	EVIDENCE_RELAYS_ORDER,
	EVIDENCE_RELAY
};

struct evidence_verdict {
	enum err result;
	bool signature_good; /* the document's: only then the next two are set */
	struct committee_id signed_by;
	struct doc_id id;
	/* what a result other than ERR_OK is about, and of several which one, from 1 */
	enum evidence_piece where;
	size_t number;
	char part[NAME_MAX_BYTES + 1]; /* of EVIDENCE_PART its name */
};

/* Blocks on reading the folder's files. What is unpacked goes to the arena. */
void evidence_verify(struct arena *a, const struct evidence_question *q,
		     struct evidence_verdict *out);

/* The same by each of the roots that stand in `pem`: whichever signed; q->root_der is not looked
 * at. The first one's verdict stands when none did. ERR_CERTIFICATE and kin: it is not a root. */
must_use enum err evidence_verify_pem(struct arena *a, const struct evidence_question *q,
				      struct blob pem, struct evidence_verdict *out);

#endif
