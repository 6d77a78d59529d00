/* The committee directory: entries and the registry's head over them. */
#ifndef VANTHU_PROTO_DIRECTORY_H
#define VANTHU_PROTO_DIRECTORY_H

#include "proto/signer.h"
#include "routing/base/arena.h"
#include "routing/base/err.h"
#include "routing/state/lookup.h"
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
	struct blob competence; /* routing/rules/competence.h, as text; empty: none */
	struct blob lists;      /* routing/rules/distribution.h, the same */
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

#endif
