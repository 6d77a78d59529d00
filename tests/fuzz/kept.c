/* The inputs of a fuzz target that are kept, and mutated ones by a seed, with the sanitizers of the
 * tests and without libFuzzer:   kept-NAME SEED COUNT FOLDER…
 * Prints what it ran. A crash leaves its input beside the program, as kept-NAME.failed. */
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

enum { INPUTS_MAX = 4096, INPUT_MAX = 1 << 20, CHANGES_MAX = 8 };

struct input {
	uint8_t *data;
	size_t len;
};

static struct input inputs[INPUTS_MAX];
static unsigned input_count;

/* splitmix64: a seed is the same everywhere. */
static uint64_t draw(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

static size_t below(uint64_t *state, size_t n)
{
	return n == 0 ? 0 : (size_t)(draw(state) % n);
}

static void load(const char *path)
{
	FILE *f = fopen(path, "rb");
	struct input *in = &inputs[input_count];

	if (f == NULL || input_count == INPUTS_MAX) {
		fprintf(stderr, "%s: cannot be read, or there are too many\n", path);
		exit(2);
	}
	in->data = malloc(INPUT_MAX);
	if (in->data == NULL)
		abort();
	in->len = fread(in->data, 1, INPUT_MAX, f);
	fclose(f);
	input_count++;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* In the order of their names: a seed means the same inputs on every machine. */
static void load_folder(const char *folder)
{
	struct dirent **names;
	int n = scandir(folder, &names, NULL, by_name);
	char path[4096];

	for (int i = 0; i < n; i++) {
		const char *name = names[i]->d_name;
		size_t len = strlen(name);

		if (name[0] != '.' && !(len > 4 && strcmp(name + len - 4, ".txt") == 0)) {
			snprintf(path, sizeof path, "%s/%s", folder, name);
			load(path);
		}
		free(names[i]);
	}
	if (n >= 0)
		free(names);
}

static void insert(struct input *in, size_t at, const uint8_t *bytes, size_t len)
{
	if (in->len + len > INPUT_MAX)
		return;
	memmove(in->data + at + len, in->data + at, in->len - at);
	memcpy(in->data + at, bytes, len);
	in->len += len;
}

/* One change: bits, bytes, a piece gone, doubled, or out of another input. */
static void change(struct input *in, uint64_t *state)
{
	static const char *const words[] = { "<",  ">",	 "</",	      "<!--",  "-->", "]]>",
					     "&",  "\"", "<![CDATA[", "<?xml", "\n",  "{",
					     "}",  ":",	 "\r\n",      "&#0;",  "%00", "../",
					     "- ", "0",	 "=" };
	size_t at = below(state, in->len + 1), len = below(state, 64) + 1;
	const struct input *other = &inputs[below(state, input_count)];
	const char *word = words[below(state, sizeof words / sizeof words[0])];

	if (len > in->len - at)
		len = in->len - at;
	switch (below(state, 6)) {
	case 0:
		if (len != 0)
			in->data[at] ^= (uint8_t)(1u << below(state, 8));
		break;
	case 1:
		if (len != 0)
			in->data[at] = (uint8_t)draw(state);
		break;
	case 2:
		memmove(in->data + at, in->data + at + len, in->len - at - len);
		in->len -= len;
		break;
	case 3: {
		uint8_t piece[64];

		memcpy(piece, in->data + at, len);
		insert(in, at, piece, len);
		break;
	}
	case 4: {
		size_t from = below(state, other->len + 1), most = other->len - from;

		insert(in, at, other->data + from, most < len ? most : len);
		break;
	}
	default:
		insert(in, at, (const uint8_t *)word, strlen(word));
		break;
	}
}

static const char *failed_path;

static void keep_failed(const struct input *in)
{
	FILE *f = fopen(failed_path, "wb");

	if (f == NULL)
		return;
	fwrite(in->data, 1, in->len, f);
	fclose(f);
}

static void run(const struct input *in)
{
	/* of its own size: what is read behind its end is found */
	uint8_t *own = malloc(in->len == 0 ? 1 : in->len);

	if (own == NULL)
		abort();
	memcpy(own, in->data, in->len);
	keep_failed(in);
	(void)LLVMFuzzerTestOneInput(own, in->len);
	free(own);
}

int main(int argc, char **argv)
{
	char path[512];
	struct input mutated = { malloc(INPUT_MAX), 0 };
	uint64_t seed, count;

	if (argc < 4 || mutated.data == NULL) {
		fprintf(stderr, "kept-NAME SEED COUNT FOLDER…\n");
		return 2;
	}
	seed = strtoull(argv[1], NULL, 10);
	count = strtoull(argv[2], NULL, 10);
	for (int i = 3; i < argc; i++)
		load_folder(argv[i]);
	snprintf(path, sizeof path, "%s.failed", argv[0]);
	failed_path = path;
	for (unsigned i = 0; i < input_count; i++)
		run(&inputs[i]);
	for (uint64_t n = 0; input_count != 0 && n < count; n++) {
		uint64_t state = seed * 1000003 + n;
		const struct input *from = &inputs[below(&state, input_count)];

		memcpy(mutated.data, from->data, from->len);
		mutated.len = from->len;
		for (size_t c = below(&state, CHANGES_MAX) + 1; c > 0; c--)
			change(&mutated, &state);
		run(&mutated);
	}
	remove(path);
	printf("# %u inputs that are kept, %" PRIu64 " mutated\n", input_count, count);
	for (unsigned i = 0; i < input_count; i++)
		free(inputs[i].data);
	free(mutated.data);
	return input_count == 0;
}
