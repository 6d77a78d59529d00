/* The committee directory: entries and the registry's head over them. */
#ifndef VANTHU_PROTO_DIRECTORY_H
#define VANTHU_PROTO_DIRECTORY_H

#include "proto/signer.h"
#include "routing/base/arena.h"
#include "routing/base/err.h"
#include "routing/state/lookup.h"
#include "routing/state/message.h"
#include "routing/state/record.h"

/* Id under which the registry signs heads: no committee can have it (it is a reserved word). */
#define REGISTRY_ID "registry"

must_use enum err directory_entry_pack(struct arena *a, const struct rec_committee *c,
				       struct blob *out);
/* Also fills out->entry. ERR_FORMAT, ERR_UTF8. */
must_use enum err directory_entry_unpack(struct arena *a, struct blob bytes,
					 struct rec_committee *out);

/* Root over entries, which must be sorted by id. */
must_use enum err directory_root(const struct rec_committee *entries, uint32_t count,
				 struct digest *out);

/* Is it one tree (one top, no cycle, known superiors, valid ids and endpoints, unique key ids)?
 * ERR_BAD_TREE with the culprit's id and a word on what is wrong in English. */
must_use enum err directory_check_tree(const struct rec_committee *entries, uint32_t count,
				       struct committee_id *culprit, const char **what);

/* Signs a new head with the registry's key. */
struct directory_issue {
	uint64_t version;
	const struct digest *previous; /* NULL for the first */
	int64_t now_ms, valid_until_ms;
};
must_use enum err directory_sign(struct signer *registry, struct arena *a,
				 const struct rec_committee *entries, uint32_t count,
				 const struct directory_issue *issue, struct rec_directory *out);

/* A head alone, checked against the registry's root certificate. out->head borrows `head`.
 * ERR_SIGNATURE and kin. */
must_use enum err directory_head_open(struct arena *a, struct blob head, struct blob root_der,
				      struct rec_directory *out);

struct directory {
	struct rec_directory head;
	struct rec_committee *entries; /* sorted by id */
	uint32_t entry_count;
	uint64_t since; /* 0: all entries; else those that changed after this version */
};

/* What changes are laid over: a committee's rows and their version. */
struct directory_base {
	struct lookup rows;
	uint64_t version;
};

/* A DirectoryFile to bytes and back, fully checked against the registry's root certificate:
 * signature, root, order, tree, each certificate's issuer. Changes only open over a base; without
 * one (NULL) or with an older one they fail with ERR_DIRECTORY_AHEAD. ERR_SIGNATURE, ERR_DIGEST,
 * ERR_BAD_TREE, ERR_CERTIFICATE, ERR_FORMAT. May run on a worker when the base may be read
 * there. */
must_use enum err directory_file_pack(struct arena *a, const struct directory *d, struct blob *out);
must_use enum err directory_file_open(struct arena *a, struct blob bytes, struct blob root_der,
				      const struct directory_base *base, struct directory *out);

/* Where a directory that comes or goes bit by bit is written. */
struct directory_sink {
	void *ctx;
	enum err (*append)(void *ctx, struct blob bytes); /* ERR_DISK_FULL, ERR_NO_MEMORY, … */
	void (*reset)(void *ctx); /* all of it is forgotten */
};

/* A DirectoryFile field by field: head first, then entries ascending by id. */
enum { DIRECTORY_FIELD_HEAD = 1, DIRECTORY_FIELD_ENTRY = 2, DIRECTORY_FIELD_SINCE = 3 };
must_use enum err directory_append_head(struct directory_sink sink, struct blob head,
					uint64_t since);
must_use enum err directory_append_field(struct directory_sink sink, unsigned field,
					 struct blob bytes);

/* Collects a directory that comes in parts in a sink, as a DirectoryFile. Nothing in it is
 * believed: see directory_scan.h. */
struct directory_parts;
struct directory_parts *directory_parts_new(struct directory_sink sink); /* NULL without memory */
void directory_parts_destroy(struct directory_parts *p); /* NULL is fine */
/* The next part; the part requested with an empty `after` starts a new directory. ERR_GAP: does not
 * follow the parts before, which are forgotten. ERR_TOO_LARGE, ERR_NO_MEMORY, what the sink
 * says. */
must_use enum err directory_parts_add(struct directory_parts *p,
				      const struct msg_directory_part *m);
/* Forgets the collected parts: the sink's content has another owner now. */
void directory_parts_forget(struct directory_parts *p);

#endif
