/* Changes an evidence file in every way that there is no reason to believe it after: each single
 * bit, each truncation, bytes after it, parts twice, in another order or under another name, fields
 * that nobody knows, padded lengths. Each must be refused, with a reason.
 *
 *   bitflip FILE ROOT.pem     prints what was tried; exit 1 when anything was believed */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "proto/certificate.h"
#include "tools/base/files.h"
#include "tools/client/evidence.h"

enum {
	ARENA_BYTES = 64 << 20,
	FILE_MAX_BYTES = 1 << 20,
	ROOM_BYTES = 4096,
	PARTS_MOST = 256,
	JOBS = 2,
	FIELDS = 5
};

struct part {
	size_t begin, body, end; /* tag, content, behind it */
	unsigned field;
};

struct bench {
	struct arena *arena;
	struct blob root_der;
	int64_t wall_ms;
	uint8_t *bytes; /* room for one part more */
	size_t len;
	struct part parts[PARTS_MOST];
	unsigned part_count;
	unsigned long tried, believed;
};

static bool verifies(struct bench *b, const uint8_t *bytes, size_t len, struct evidence_verdict *v)
{
	struct evidence_question q = { .file = { bytes, len },
				       .root_der = b->root_der,
				       .wall_ms = b->wall_ms };

	arena_reset(b->arena);
	evidence_verify(b->arena, &q, v);
	return v->result == ERR_OK;
}

static void expect_refusal(struct bench *b, const uint8_t *bytes, size_t len, const char *what,
			   size_t at)
{
	struct evidence_verdict v;

	b->tried++;
	if (!verifies(b, bytes, len, &v) && v.where != EVIDENCE_NOWHERE &&
	    err_text(v.result)[0] != '\0' && v.result != ERR_NO_MEMORY)
		return;
	b->believed++;
	printf("%s at %zu: result VT-%d at place %d\n", what, at, (int)v.result, (int)v.where);
}

static size_t read_varint(const uint8_t *bytes, size_t at, size_t *out)
{
	unsigned shift = 0;

	*out = 0;
	do {
		*out |= (size_t)(bytes[at] & 0x7f) << shift;
		shift += 7;
	} while ((bytes[at++] & 0x80) != 0);
	return at;
}

static size_t write_varint(uint8_t *bytes, size_t value, size_t width)
{
	for (size_t i = 0; i < width; i++) {
		bytes[i] = (uint8_t)((value & 0x7f) | (i + 1 < width ? 0x80 : 0));
		value >>= 7;
	}
	return width;
}

static bool find_parts(struct bench *b)
{
	size_t at = 0;

	while (at < b->len && b->part_count < PARTS_MOST) {
		struct part *p = &b->parts[b->part_count++];
		size_t len;

		p->begin = at;
		p->field = b->bytes[at] >> 3;
		p->body = read_varint(b->bytes, at + 1, &len);
		at = p->end = p->body + len;
	}
	return at == b->len;
}

/* ---- the changes ---- */

static void flip_bits(struct bench *b, unsigned job)
{
	for (size_t i = job; i < b->len; i += JOBS) {
		for (unsigned bit = 0; bit < 8; bit++) {
			b->bytes[i] ^= (uint8_t)(1u << bit);
			expect_refusal(b, b->bytes, b->len, "bit flipped", i * 8 + bit);
			b->bytes[i] ^= (uint8_t)(1u << bit);
		}
	}
}

static void cut_and_append(struct bench *b, unsigned job)
{
	for (size_t len = job; len < b->len; len += JOBS)
		expect_refusal(b, b->bytes, len, "truncated", len);
	for (unsigned byte = job; byte < 256; byte += JOBS) {
		b->bytes[b->len] = (uint8_t)byte;
		expect_refusal(b, b->bytes, b->len + 1, "byte appended", byte);
		b->bytes[b->len + 1] = 0; /* with a length or a number that makes it a field */
		expect_refusal(b, b->bytes, b->len + 2, "empty field appended", byte);
	}
}

/* bytes[0, at) ‖ middle ‖ bytes[from, len) */
static void spliced(struct bench *b, size_t at, const uint8_t *middle, size_t middle_len,
		    size_t from, const char *what)
{
	uint8_t *copy = malloc(b->len + middle_len);

	if (copy == NULL)
		abort();
	memcpy(copy, b->bytes, at);
	memcpy(copy + at, middle, middle_len);
	memcpy(copy + at + middle_len, b->bytes + from, b->len - from);
	expect_refusal(b, copy, at + middle_len + b->len - from, what, at);
	free(copy);
}

/* One part with other content: prefix ‖ content ‖ suffix. */
static void changed(struct bench *b, const struct part *p, struct blob prefix, struct blob suffix,
		    const char *what)
{
	size_t len = p->end - p->body + prefix.len_bytes + suffix.len_bytes, n = 0;
	uint8_t *middle = malloc(len + 16);

	if (middle == NULL)
		abort();
	middle[n++] = b->bytes[p->begin];
	n += write_varint(middle + n, len, len < 128 ? 1 : len < 16384 ? 2 : 3);
	if (prefix.len_bytes > 0)
		memcpy(middle + n, prefix.data, prefix.len_bytes);
	n += prefix.len_bytes;
	memcpy(middle + n, b->bytes + p->body, p->end - p->body);
	n += p->end - p->body;
	if (suffix.len_bytes > 0)
		memcpy(middle + n, suffix.data, suffix.len_bytes);
	n += suffix.len_bytes;
	spliced(b, p->begin, middle, n, p->end, what);
	free(middle);
}

static void shuffle_parts(struct bench *b)
{
	static const uint8_t unknown_number[] = { 0x78, 1 }, unknown_bytes[] = { 0x7a, 1, 'x' },
			     signature[] = { 0x1a, 0 };

	for (unsigned i = 0; i < b->part_count; i++) {
		const struct part *p = &b->parts[i];
		size_t len = p->end - p->begin, body_len = p->end - p->body;
		uint8_t *middle = malloc(b->len + 16);

		if (middle == NULL)
			abort();
		spliced(b, p->end, b->bytes + p->begin, len, p->end, "part twice");
		spliced(b, p->begin, unknown_bytes, sizeof unknown_bytes, p->begin,
			"unknown field before a part");
		for (unsigned k = i + 1; k < b->part_count; k++) { /* the two are swapped */
			const struct part *q = &b->parts[k];
			size_t n = 0;

			memcpy(middle + n, b->bytes + q->begin, q->end - q->begin);
			n += q->end - q->begin;
			memcpy(middle + n, b->bytes + p->end, q->begin - p->end);
			n += q->begin - p->end;
			memcpy(middle + n, b->bytes + p->begin, len);
			spliced(b, p->begin, middle, n + len, q->end, "parts exchanged");
		}
		memcpy(middle, b->bytes + p->begin, len);
		/* the part under another field's name */
		for (unsigned field = 0; field < FIELDS + 3; field++) {
			middle[0] = (uint8_t)(field << 3 | 2);
			if (field != p->field)
				spliced(b, p->begin, middle, len, p->end, "part renamed");
		}
		middle[0] = b->bytes[p->begin];
		memcpy(middle + 1 + write_varint(middle + 1, body_len, 4), b->bytes + p->body,
		       body_len);
		spliced(b, p->begin, middle, 5 + body_len, p->end, "length padded");
		free(middle);
		changed(b, p, (struct blob){ NULL, 0 },
			(struct blob){ unknown_number, sizeof unknown_number },
			"unknown field at a part's end");
		changed(b, p, (struct blob){ unknown_number, sizeof unknown_number },
			(struct blob){ NULL, 0 }, "unknown field in a part");
		changed(b, p, (struct blob){ NULL, 0 },
			(struct blob){ signature, sizeof signature }, "empty signature in a part");
	}
}

/* ---- the run ---- */

static bool load(struct bench *b, const char *file, const char *root)
{
	struct blob bytes, pem;
	struct arena *keep = arena_new(4 << 20); /* lives as long as the process */

	b->arena = arena_new(ARENA_BYTES);
	b->wall_ms = (int64_t)time(NULL) * 1000;
	if (b->arena == NULL || keep == NULL || fs_read(keep, root, 65536, &pem) != ERR_OK ||
	    certificate_from_pem(keep, pem, &b->root_der) != ERR_OK ||
	    fs_read(keep, file, FILE_MAX_BYTES, &bytes) != ERR_OK)
		return false;
	b->bytes = calloc(1, bytes.len_bytes + ROOM_BYTES);
	if (b->bytes == NULL)
		return false;
	memcpy(b->bytes, bytes.data, bytes.len_bytes);
	b->len = bytes.len_bytes;
	return find_parts(b);
}

static int job(struct bench *b, unsigned n)
{
	flip_bits(b, n);
	cut_and_append(b, n);
	if (n == 0)
		shuffle_parts(b);
	printf("job %u: %lu changes tried, %lu believed\n", n, b->tried, b->believed);
	fflush(stdout);
	return b->believed > 0;
}

int main(int argc, char **argv)
{
	static struct bench b;
	struct evidence_verdict v;
	int failed = 0, status;

	if (argc != 3 || !load(&b, argv[1], argv[2])) {
		fprintf(stderr, "usage: bitflip FILE ROOT.pem\n");
		return 2;
	}
	if (!verifies(&b, b.bytes, b.len, &v)) {
		printf("unchanged, it is refused: VT-%d at place %d\n", (int)v.result,
		       (int)v.where);
		return 2;
	}
	for (unsigned n = 0; n < JOBS; n++) {
		pid_t pid = fork();

		if (pid < 0)
			return 2;
		if (pid == 0)
			_exit(job(&b, n));
	}
	for (unsigned n = 0; n < JOBS; n++)
		failed |= wait(&status) < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0;
	printf("%zu bytes, %zu bits, %u parts\n", b.len, b.len * 8, b.part_count);
	return failed;
}
