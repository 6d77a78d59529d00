/* Writes all vectors into a folder that is there:   vectors FOLDER
 * (`make vectors` writes tests/vectors/data again) */
#include <stdio.h>

#include "tests/vectors/code/vectors.h"

int main(int argc, char **argv)
{
	struct vectors v = { .folder = argv[argc - 1] };
	struct examples examples;

	if (argc != 2) {
		fprintf(stderr, "usage: vectors FOLDER\n");
		return 2;
	}
	v.arena = arena_new(64 << 20);
	if (v.arena == NULL)
		return 1;
	members_make(&v);
	examples_make(&v, &examples);
	write_keys(&v);
	write_hashes(&v);
	write_envelopes(&v, &examples);
	write_peer(&v, &examples);
	write_directory(&v);
	write_local(&v, &examples);
	write_evidence(&v, &examples);
	members_free(&v);
	arena_destroy(v.arena);
	return 0;
}
