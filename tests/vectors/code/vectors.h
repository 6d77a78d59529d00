/* Worked examples of every format for other languages: fixed keys, ids and times go in, JSON and
 * hexadecimal files come out, the same bytes each time. Made with the shipped code of proto/;
 * check.py reads them with none of it. Everything here asserts. */
#ifndef VANTHU_TESTS_VECTORS_CODE_VECTORS_H
#define VANTHU_TESTS_VECTORS_CODE_VECTORS_H

#include "proto/directory.h"
#include "proto/signer.h"
#include "routing/base/arena.h"
#include "routing/state/record.h"

/* ---- one JSON file and the .hex files that it names ---- */
struct out;
struct out *out_open(const char *folder, const char *group); /* GROUP.json, one object */
void out_close(struct out *o);
/* Objects and lists; keys are NULL inside lists. out_vector begins the object of one example: its
 * name is also that of its file. */
void out_vector(struct out *o, const char *name, const char *rule);
void out_object(struct out *o, const char *key);
void out_list(struct out *o, const char *key);
void out_end(struct out *o);
void out_text(struct out *o, const char *key, const char *text);
void out_number(struct out *o, const char *key, uint64_t n);
void out_hex(struct out *o, const char *key, struct blob bytes);
void out_digest(struct out *o, const char *key, const struct digest *d);
/* The example's bytes: into NAME.hex. */
void out_bytes(struct out *o, struct blob bytes);

/* ---- committees, keys, a directory ---- */
enum { MEMBERS = 4, REGISTRY = MEMBERS };
#define VECTORS_NOW_MS 1764000000000LL /* 2025-11-24T16:00:00Z */

struct vectors {
	struct arena *arena;
	const char *folder;
	uint8_t seeds[MEMBERS + 1][32]; /* Ed25519 private keys; the last is the registry's */
	struct blob pems[MEMBERS + 1];
	struct signer *signers[MEMBERS + 1];
	struct blob root_der;
	struct rec_committee entries[MEMBERS]; /* sorted by id: btp, cb-mot, pl, thads */
	struct directory first, second;        /* versions 1 and 2 */
};

enum { BTP = 0, CB_MOT = 1, PL = 2, THADS = 3 };

void members_make(struct vectors *v);
void members_free(struct vectors *v);
struct committee_id member_id(const char *text);
struct doc_id example_id(unsigned n);
struct blob text_blob(const char *text); /* static */
/* Content of a made-up file: byte i is 31 × i mod 251. In the arena. */
struct blob example_content(struct vectors *v, size_t size_bytes);
struct manifest_item example_item(struct blob content, bool inlined);

/* Sealed examples that several files show. */
struct examples {
	struct draft document, group, receipt, refusal, unreadable, spoilt, forbidden, status,
	    assigned, relayed, held;
	struct draft doubt, doubt_of_fact, correction;
	struct draft report, asking; /* cb-mot's figures; and thads asks for them */
	struct draft newer, agreed; /* it replaces `document`; and what cb-mot answers */
	struct draft reminder;	    /* of `document` */
	/* of `document`, after a loss: what cb-mot asks, a content that thads wants, a receipt of
	 * cb-mot's own, and that thads has it no more */
	struct draft asked, wanted, returned, gone;
	struct draft batch[5];
};

void examples_make(struct vectors *v, struct examples *e);

void write_keys(struct vectors *v);
void write_hashes(struct vectors *v);
void write_envelopes(struct vectors *v, const struct examples *e);
void write_peer(struct vectors *v, const struct examples *e);
void write_directory(struct vectors *v);
void write_local(struct vectors *v, const struct examples *e);
void write_evidence(struct vectors *v, const struct examples *e);

#endif
