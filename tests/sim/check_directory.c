/* Never half in force: whatever the moment, a disk has the entries of one version, all of them and
 * no others. */
#include <assert.h>
#include <string.h>

#include "daemon/store/memory.h"
#include "tests/sim/world.h"

static void compare(struct world *w, const struct member *m, struct lookup l,
		    const struct directory *d)
{
	struct scan scan = scan_of((struct key){ .len_bytes = 0 });
	struct arena *a = arena_new(1 << 20);
	struct record r;
	uint32_t n = 0;

	assert(a != NULL);
	while (l.next(l.ctx, a, FAMILY_COMMITTEE, &scan, &r) == ERR_OK) {
		const struct blob *entry = &r.u.committee.entry;

		if (n == d->entry_count || d->entries[n].entry.len_bytes != entry->len_bytes ||
		    memcmp(d->entries[n].entry.data, entry->data, entry->len_bytes) != 0) {
			world_violation(
			    w, "directory", "%s has version %llu in force, and another entry of %s",
			    m->id.text, (unsigned long long)d->head.version, r.u.committee.id.text);
			break;
		}
		n++;
		arena_reset(a);
	}
	if (w->violation[0] == '\0' && n != d->entry_count)
		world_violation(w, "directory",
				"%s has version %llu in force, and %u of its %u entries",
				m->id.text, (unsigned long long)d->head.version, n, d->entry_count);
	arena_destroy(a);
}

void check_directory(struct world *w, const struct member *m)
{
	struct scan scan = scan_of((struct key){ .len_bytes = 0 });
	struct arena *a = arena_new(1 << 20);
	struct lookup l;
	struct record r;
	struct store *s;

	assert(a != NULL && store_memory_open(m->disk, &s) == ERR_OK);
	l = s->ops->lookup(s);
	if (l.last(l.ctx, a, FAMILY_DIRECTORY, &scan, &r) == ERR_OK)
		compare(w, m, l, &w->versions[r.u.directory.version - 1].directory);
	s->ops->close(s);
	arena_destroy(a);
}
