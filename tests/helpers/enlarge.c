/* Publishes the next version of a registry's directory with many more committees, which nobody
 * runs.
 *     enlarge REGISTRY-FOLDER COUNT SUPERIOR    xa-000001 … under SUPERIOR, after those there
 * Each has keys of its own, as real ones have: what a directory costs is mostly keys. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "routing/base/committee_id.h"
#include "tools/base/text.h"
#include "tools/registry/registry.h"

enum { MOST = 1000000, NAME_BYTES = 32, SCRATCH_BYTES = 64 * 1024 };

static const char *named(struct arena *a, const char *before, uint32_t n)
{
	char *name = arena_alloc(a, NAME_BYTES);

	if (name == NULL)
		return "";
	snprintf(name, NAME_BYTES, "%s%06u", before, n);
	return name;
}

static enum err add(struct arena *a, const struct registry *r, uint32_t n,
		    struct committee_id superior, struct rec_committee *out)
{
	struct arena *private_keys = arena_new(SCRATCH_BYTES);
	const char *id = named(a, "xa-", n);
	struct identity keys;
	enum err e = private_keys == NULL ? ERR_NO_MEMORY : identity_new(private_keys, &keys);

	if (e == ERR_OK)
		e = id_parse(id, strlen(id), &out->id);
	if (e == ERR_OK) {
		out->superior = superior;
		out->name = named(a, "Đảng ủy xã ", n);
		out->symbol = named(a, "XA", n);
		out->endpoint = out->term_name = out->term_from = "";
		e = registry_certify(a, r, &keys, text_now_ms(), out);
	}
	arena_destroy(private_keys);
	return e;
}

static enum err enlarge(struct arena *a, const char *folder, uint32_t count, const char *superior)
{
	struct rec_committee *entries;
	struct registry_fault fault;
	struct committee_id above;
	struct registry r;
	uint32_t had;
	enum err e = registry_open(a, folder, &r);

	if (e == ERR_OK)
		e = id_parse(superior, strlen(superior), &above);
	if (e != ERR_OK)
		return e;
	had = r.directory.entry_count;
	entries = arena_array(a, had + count, sizeof *entries);
	if (entries == NULL)
		return ERR_NO_MEMORY;
	memcpy(entries, r.directory.entries, had * sizeof *entries);
	for (uint32_t n = 0; e == ERR_OK && n < count; n++)
		e = add(a, &r, had + n, above, &entries[had + n]);
	return e == ERR_OK ? registry_publish(a, &r, entries, had + count, text_now_ms(), &fault)
			   : e;
}

int main(int argc, char **argv)
{
	struct arena *a = arena_new(REGISTRY_ARENA_BYTES);
	long count = argc == 4 ? strtol(argv[2], NULL, 10) : 0;
	enum err e;

	if (count < 1 || count > MOST || a == NULL) {
		fprintf(stderr, "usage: enlarge REGISTRY-FOLDER COUNT SUPERIOR\n");
		return 2;
	}
	e = enlarge(a, argv[1], (uint32_t)count, argv[3]);
	if (e != ERR_OK)
		fprintf(stderr, "enlarge: VT-%d\n", (int)e);
	arena_destroy(a);
	return e == ERR_OK ? 0 : 1;
}
