/* Documents by any of their names, and what is stored of one. */
#ifndef VANTHU_DAEMON_CONTROL_FIND_H
#define VANTHU_DAEMON_CONTROL_FIND_H

#include "proto/control.pb-c.h"
#include "routing/base/err.h"
#include "routing/state/record.h"

struct arena;
struct client;

enum {
	CONTROL_ENDING_MIN = 6, /* digits of an id's ending that name it */
	CONTROL_ID_DIGITS = 32,
	CONTROL_CHOICES_MAX = 8, /* that an ambiguous name is answered with */
};

struct found_document {
	enum role role;
	struct serial serial;
	struct rec_document document;
	struct rec_state state; /* zero when there is none yet */
	bool state_damaged;	/* the state is zero because it cannot be read */
	bool received;		/* for us: `work` holds; of what we sent only its recall does */
	struct rec_work work;
};

/* By id, unique ending of it, or printed number; its texts lie in the arena of requests. Every
 * error has been sent to the client. */
must_use enum err control_find(struct client *c, uint64_t id, const char *text, bool relayed_too,
			       struct found_document *out);
/* The same as a request names it: also by the id that another system gave it, among those that one
 * committee issued. Documents that an older build took have no such id here. */
must_use enum err control_find_ref(struct client *c, uint64_t id, const Vanthu__V1__Ref *ref,
				   struct found_document *out);
/* The document of that whole id that is here, not only passing through; of whatever origin when it
 * is "". Nothing is sent to the client. ERR_NOT_FOUND, and what the store says. */
must_use enum err control_find_id(struct client *c, const struct doc_id *id,
				  struct committee_id origin, struct found_document *out);
/* Names of documents that we received go before: a number is looked for among them alone. A whole
 * id names whatever has it. */
must_use enum err control_find_received(struct client *c, uint64_t id, const char *text,
					struct found_document *out);
/* The same of documents that we sent. */
must_use enum err control_find_sent(struct client *c, uint64_t id, const char *text,
				    struct found_document *out);
/* What is answered, of that role. VT-2055 when there is none; errors are sent as by
 * control_find. */
must_use enum err control_find_answered(struct client *c, uint64_t id, const char *text,
					enum role role, struct found_document *out);
/* A document of that role; nothing is sent. ERR_NOT_FOUND ERR_AMBIGUOUS, and what the store
 * says. */
must_use enum err control_find_quietly(struct client *c, const char *text, enum role role,
				       struct found_document *out);
/* The entry on paper that has the id, as it is now; its texts lie in the arena of requests. Nothing
 * is sent. ERR_NOT_FOUND, for who may not see it too, and what the store says. */
must_use enum err control_find_paper_id(struct client *c, const struct doc_id *id,
					struct serial *serial, struct rec_paper *out);
/* One of that secrecy, and a client that may not see it: for that one it is not there. Whoever
 * reads documents and entries on paper for a client reads them by control_get_document and
 * control_get_paper, or asks this of each that a scan shows. */
bool control_hides(const struct client *c, enum secrecy secrecy);
/* The document, the entry on paper under that key; texts lie in `a`. Nothing is sent.
 * ERR_NOT_FOUND, for who may not see it too, and what the store says. */
must_use enum err control_get_document(struct client *c, struct arena *a, const struct key *key,
				       struct rec_document *out);
must_use enum err control_get_paper(struct client *c, struct arena *a, struct serial serial,
				    struct rec_paper *out);
/* State and work; zero when there is none yet, or when it cannot be read. */
must_use enum err control_load_state(struct client *c, struct found_document *f);
/* ERR_CONTENT_ARCHIVED, ERR_CONTENT_RECALLED: its content was here, and is not kept. */
must_use enum err control_content_gone(const struct found_document *f);
/* The signed envelope; what control_content_gone says where it went with the content;
 * ERR_SIGNED_LOST: it was given up (routing/reconcile/hollow.h). */
must_use enum err control_envelope(struct client *c, const struct found_document *f,
				   struct rec_envelope *out);
/* Is it this number, as spelling_number() has it? */
bool control_has_number(const char *number, const char *folded);
/* Hexadecimal digits of a UUID or of its ending, with or without dashes: how many, 0 when it is
 * something else. */
unsigned control_read_hex(const char *text, char digits[CONTROL_ID_DIGITS + 1]);
void control_id_to_hex(const struct doc_id *id, char out[CONTROL_ID_DIGITS + 1]);
/* VT-1007 with the first of `count` choices. */
void control_say_ambiguous(struct client *c, uint64_t id, const char *about,
			   char (*choices)[CONTROL_ID_DIGITS + 1], unsigned count);

#endif
