/* Publishes the next version of a registry's directory, in which any number of committees stand
 * elsewhere or end: a merger is one version, which the command line makes of several.
 *     places REGISTRY-FOLDER [ID SUPERIOR]…
 * SUPERIOR -: it ends. Where it stands already it stays. */
#include <stdio.h>
#include <string.h>

#include "routing/base/committee_id.h"
#include "tools/registry/registry.h"

static enum err place(struct arena *a, struct registry_change *c, const char *id, const char *above)
{
	bool ends = strcmp(above, "-") == 0;
	struct committee_id who, superior;
	struct rec_committee *entry;
	enum err e = id_parse(id, strlen(id), &who);

	if (e != ERR_OK)
		return e;
	entry = registry_change_entry(c, who);
	if (entry == NULL)
		return ERR_NOT_FOUND;
	superior = entry->superior;
	if (!ends)
		e = id_parse(above, strlen(above), &superior);
	if (e != ERR_OK || (!ends && id_equal(superior, entry->superior)))
		return e;
	return registry_change_tenure(a, c, entry, superior, ends);
}

int main(int argc, char **argv)
{
	struct arena *a = arena_new(REGISTRY_ARENA_BYTES);
	struct registry_fault fault;
	struct registry_change c;
	enum err e;

	if (argc < 2 || argc % 2 != 0 || a == NULL) {
		fprintf(stderr, "usage: places REGISTRY-FOLDER [ID SUPERIOR]...\n");
		return 2;
	}
	e = registry_change_begin(a, argv[1], &c);
	for (int i = 2; i < argc && e == ERR_OK; i += 2)
		e = place(a, &c, argv[i], argv[i + 1]);
	if (e == ERR_OK)
		e = registry_change_publish(a, &c, &fault);
	if (e != ERR_OK)
		fprintf(stderr, "places: VT-%d\n", (int)e);
	arena_destroy(a);
	return e == ERR_OK ? 0 : 1;
}
