/* The history: what this daemon did that somebody may want to deny later or write anew, turn by
 * turn, in the same commit as what was done. Lines have ascending numbers without gaps, are never
 * changed and never erased, and each is chained to the one before:
 *
 *     chain(0) = 32 zero bytes      chain(n) = SHA-256(chain(n−1) ‖ n as 8 bytes ‖ SHA-256(line n))
 *
 * so that chain(n), the head, stands for all lines up to n, and who once heard it can tell whether
 * an older one was changed, left out or put in (routing/links/heads.h). A line names what was
 * written by its key and a digest of what never changes of it, so that the records can be held
 * against it:
 *
 * | entry | written when … | the digest is over |
 * |---|---|---|
 * | DOCUMENT | one was submitted here, came for us, or passes through | its head and body |
 * | RECEIPT | a receipt or refusal was given or came | its envelope |
 * | STATUS | one was given or came | its envelope |
 * | LINE | a register's number was given or made void, or its line added to | the line |
 * | PAPER | a document on paper was registered | the entry without its end |
 * | ACT | somebody did something over a local socket | who, what, when |
 * | DIRECTORY | a version came into force | its head |
 * | DECLARED | a target was declared | the declaration |
 * | ACCEPTED | a damaged record was accepted as lost | who, why, when |
 * | BEGUN | the chain begins, or goes on under another id | chain(n−1) itself |
 * | STARTED | a daemon was started on this store | nothing |
 * | STORE | an alarm about a store was raised or settled | nothing |
 * | REPORTED | figures were reported upwards | the report |
 * | DROPPED | the content of a document was dropped | nothing |
 *
 * What is not in it: frames, links that come and go, what only waits, and what can be counted again
 * from the records. One line a turn (of at most HISTORY_LINE_ENTRIES entries) costs one record and
 * one hash more a commit, whatever the turn took.
 *
 * Bytes of a line: 1 (its version), the time as 8 bytes, then entries: what it is (1 byte: the
 * family's number, or enum history_event), length of the key (1 byte), key, digest (32 bytes).
 * Numbers are big-endian.
 *
 * A store of a build that had none begins one at its first start. A line that cannot be read ends
 * nothing: the next one begins the chain anew, and says so. */
#ifndef VANTHU_ROUTING_STATE_HISTORY_H
#define VANTHU_ROUTING_STATE_HISTORY_H

#include "routing/base/err.h"
#include "routing/state/lookup.h"
#include "routing/state/record.h"

struct arena;
struct core;
struct plan;
struct turn_view;
struct write;

/* Entries that no record belongs to. The numbers are part of the store format, above those of
 * families. */
enum history_event {
	HISTORY_BEGUN = 200,	/* key: the chain's id */
	HISTORY_STARTED = 201,	/* key: how often, as 8 bytes */
	HISTORY_STORE = 202,	/* key: the reason as 4 bytes, then whose */
	HISTORY_REPORTED = 203, /* no key */
	HISTORY_DROPPED = 204,	/* key: role ‖ serial */
};

struct history_entry {
	uint8_t what; /* enum family or enum history_event */
	struct key key;
	struct digest digest;
};

/* Boot: where the chain stands; begins one where there is none, or where its end cannot be read.
 * ERR_STORE and kin. */
must_use enum err history_load(struct turn_view *t);
/* The end of a turn's deciding: makes room for its lines. The digests are known once the plan is
 * sealed. Twice for one plan is fine: what the second time brings stays out. */
void history_finish(struct turn_view *t);
/* The plan is sealed and resolved: its lines are written, and memory has the new head. Must be
 * called for each plan that is committed, in their order. ERR_NO_MEMORY. */
must_use enum err history_seal(struct core *c, struct plan *plan);
/* This store was set back: the next line says so and gives the chain another id. */
void history_begin_anew(struct turn_view *t);
/* Does the history tell of this write? */
bool history_tells(const struct write *w);

/* The digest of what never changes of a record that the history tells of, for a comparison; its
 * references to drafts are resolved. ERR_NO_MEMORY. */
must_use enum err history_digest(struct digest (*digest_of)(struct blob bytes), struct arena *a,
				 const struct record *r, struct digest *out);
/* What a record is beside an entry of the history. A later entry of the same key is what counts. */
enum history_stand {
	HISTORY_SAME = 0,    /* or the entry has no record to be held against */
	HISTORY_DIFFERS = 1, /* it says something else than it did then */
	HISTORY_MISSING = 2,
	HISTORY_UNREADABLE = 3, /* its checksum is wrong: it is in the quarantine */
};

/* ERR_STORE, ERR_NO_MEMORY. */
must_use enum err history_compare(struct digest (*digest_of)(struct blob bytes), struct arena *a,
				  struct lookup lookup, const struct history_entry *entry,
				  enum history_stand *out);
/* Reads a line: *at is 0 at first. False: at its end, or *at is past its length, when the line is
 * none. */
bool history_next(struct blob line, size_t *at, struct history_entry *out);
/* The note of the chain's id. As lookup.get. */
must_use enum err history_id(struct lookup lookup, struct arena *a, struct record *out);
/* When the line was written; 0: it is none. */
int64_t history_at_ms(struct blob line);
/* "document", "started", …; "" for what this build does not know. Static. */
const char *history_name(uint8_t what);

#endif
