/* The inputs of a fuzz target that are kept, and mutated ones by a seed, without libFuzzer:
 *    kept-NAME SEED COUNT FILE-OR-FOLDER…    runs them and prints what it ran
 *    kept-NAME write FOLDER FILE-OR-FOLDER…  writes them as bytes, for libFuzzer
 * A file NAME.hex stands for the bytes that it writes down. A crash leaves its input beside the
 * program, as kept-NAME.failed. */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), n = strlen(end);

	return len > n && strcmp(text + len - n, end) == 0;
}

static void from_hex(struct input *in)
{
	size_t out = 0, digits = 0;

	for (size_t i = 0; i < in->len; i++) {
		int c = in->data[i];

		if (!isxdigit(c))
			continue;
		c = isdigit(c) ? c - '0' : tolower(c) - 'a' + 10;
		in->data[out] = (uint8_t)(digits % 2 == 0 ? c << 4 : in->data[out] | c);
		out += digits++ % 2;
	}
	in->len = out;
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
	if (ends_with(path, ".hex"))
		from_hex(in);
	input_count++;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* In the order of their names: a seed means the same inputs on every machine. */
static void load_all(const char *folder)
{
	struct stat is;
	struct dirent **names;
	int n = scandir(folder, &names, NULL, by_name);
	char path[4096];

	if (n < 0 && stat(folder, &is) == 0 && S_ISREG(is.st_mode))
		load(folder);
	for (int i = 0; i < n; i++) {
		const char *name = names[i]->d_name;

		if (name[0] != '.' && !ends_with(name, ".txt")) {
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

/* ---- an input that ends the process is kept ---- */

static char failed_path[512];
static const struct input *running;

/* Of the sanitizers, in a build that has them: called before they end the process. */
extern void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

static void keep_failed(void)
{
	int fd = running == NULL ? -1 : open(failed_path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	ssize_t n;

	if (fd < 0)
		return;
	n = write(fd, running->data, running->len);
	(void)n;
	close(fd);
}

static void on_signal(int signal_number)
{
	keep_failed();
	signal(signal_number, SIG_DFL);
	raise(signal_number);
}

/* What hangs is ended by SIGTERM, and kept too. */
static void keep_what_fails(const char *program)
{
	static const int always[] = { SIGABRT, SIGTERM }, bare[] = { SIGSEGV, SIGBUS, SIGFPE };

	snprintf(failed_path, sizeof failed_path, "%s.failed", program);
	for (size_t i = 0; i < sizeof always / sizeof always[0]; i++)
		signal(always[i], on_signal);
	if (__sanitizer_set_death_callback != NULL) {
		__sanitizer_set_death_callback(keep_failed);
		return;
	}
	for (size_t i = 0; i < sizeof bare / sizeof bare[0]; i++)
		signal(bare[i], on_signal);
}

static void run(const struct input *in)
{
	/* of its own size: what is read behind its end is found */
	uint8_t *own = malloc(in->len == 0 ? 1 : in->len);

	if (own == NULL)
		abort();
	memcpy(own, in->data, in->len);
	running = in;
	(void)LLVMFuzzerTestOneInput(own, in->len);
	running = NULL;
	free(own);
}

static void run_mutated(uint64_t seed, uint64_t count)
{
	struct input mutated = { malloc(INPUT_MAX), 0 };

	if (mutated.data == NULL)
		abort();
	for (uint64_t n = 0; n < count; n++) {
		uint64_t state = seed * 1000003 + n;
		const struct input *from = &inputs[below(&state, input_count)];

		memcpy(mutated.data, from->data, from->len);
		mutated.len = from->len;
		for (size_t c = below(&state, CHANGES_MAX) + 1; c > 0; c--)
			change(&mutated, &state);
		run(&mutated);
	}
	free(mutated.data);
}

static int write_all(const char *folder)
{
	char path[4096];

	for (unsigned i = 0; i < input_count; i++) {
		FILE *f;

		snprintf(path, sizeof path, "%s/%04u", folder, i);
		f = fopen(path, "wb");
		if (f == NULL || fwrite(inputs[i].data, 1, inputs[i].len, f) != inputs[i].len ||
		    fclose(f) != 0) {
			fprintf(stderr, "%s: cannot be written\n", path);
			return 1;
		}
	}
	return 0;
}

int main(int argc, char **argv)
{
	uint64_t count;

	if (argc < 4) {
		fprintf(stderr, "kept-NAME SEED COUNT FILE-OR-FOLDER…\n"
				"kept-NAME write FOLDER FILE-OR-FOLDER…\n");
		return 2;
	}
	for (int i = 3; i < argc; i++)
		load_all(argv[i]);
	if (input_count == 0) {
		fprintf(stderr, "no inputs\n");
		return 1;
	}
	if (strcmp(argv[1], "write") == 0)
		return write_all(argv[2]);
	count = strtoull(argv[2], NULL, 10);
	keep_what_fails(argv[0]);
	for (unsigned i = 0; i < input_count; i++)
		run(&inputs[i]);
	run_mutated(strtoull(argv[1], NULL, 10), count);
	printf("# %u inputs that are kept, %" PRIu64 " mutated\n", input_count, count);
	for (unsigned i = 0; i < input_count; i++)
		free(inputs[i].data);
	return 0;
}
