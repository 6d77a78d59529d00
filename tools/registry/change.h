/* A change of the registry's directory, from the newest version to the next: read, alter entries,
 * publish. */
#ifndef VANTHU_TOOLS_REGISTRY_CHANGE_H
#define VANTHU_TOOLS_REGISTRY_CHANGE_H

#include "tools/registry/registry.h"

struct registry_change {
	struct registry registry;
	struct rec_committee *entries; /* room for one more than there are */
	uint32_t count;
	int64_t now_ms;
	uint64_t version; /* that it will have */
};

/* ERR_FILE: no registry there; ERR_NOT_FOUND: it has no directory yet; entries may be added all the
 * same. Keys that a clock that was ahead let begin in the future begin now. */
must_use enum err registry_change_begin(struct arena *a, const char *folder,
					struct registry_change *out);
/* An entry to alter: its bytes are signed again. NULL: no such committee. */
struct rec_committee *registry_change_entry(struct registry_change *c, struct committee_id id);
/* Puts the committee under another superior, or ends it; its former superiors stay in the entry. */
must_use enum err registry_change_tenure(struct arena *a, const struct registry_change *c,
					 struct rec_committee *entry, struct committee_id superior,
					 bool retired);
/* Another level from this version on; those that it has had stay in the entry. */
must_use enum err registry_change_level(struct arena *a, const struct registry_change *c,
					struct rec_committee *entry, text_t level);
/* A code of an organ that the committee has from and until those days (YYYY-MM-DD; "": no bound);
 * of one that it has already other days. ERR_TOO_LARGE: it has as many codes as an entry takes. */
must_use enum err registry_change_organ(struct arena *a, struct rec_committee *entry,
					const struct organ_days *days);
/* One more key, and an end in `overlap_ms` for those of the same use that have none. */
must_use enum err registry_change_key(struct arena *a, const struct registry_change *c,
				      struct rec_committee *entry, const struct key_entry *key,
				      int64_t overlap_ms);
/* Signs and writes the next version. ERR_BAD_TREE with the culprit. */
must_use enum err registry_change_publish(struct arena *a, struct registry_change *c,
					  struct registry_fault *fault);

#endif
