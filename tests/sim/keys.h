/* Keys and directory of a simulated tree, all from the seed: a run must be the same twice, byte for
 * byte. */
#ifndef VANTHU_TESTS_SIM_KEYS_H
#define VANTHU_TESTS_SIM_KEYS_H

#include "tests/sim/world.h"

void keys_make_directory(struct world *w);
void keys_make_entry(struct world *w, struct member *m, struct rec_committee *out);
/* the member has it from then on */
struct key_entry keys_make_one(struct world *w, struct member *m);
/* What the verifiers ask; ctx is the member: it knows the directory that it has. */
enum err keys_find(void *ctx, const struct digest *key_id, struct key_info *out);

#endif
