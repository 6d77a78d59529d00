/* Any bytes as a directory: an entry, a head, a whole file, and parts of one as they come over a
 * link. The entries of a file are read here under a head that nobody signed; under the registry's
 * root nothing that was changed is taken. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "proto/body.h"
#include "proto/directory.h"
#include "proto/directory_file.h"
#include "proto/directory_scan.h"
#include "proto/verifier.h"

static enum err open_unsigned(void *ctx, struct arena *a, struct blob head,
			      struct rec_directory *out)
{
	struct directory_body b;
	struct opened o;
	enum err e = seal_peek(a, head, &o);

	(void)ctx;
	if (e == ERR_OK)
		e = directory_body_unpack(a, o.body, &b);
	if (e == ERR_OK)
		*out = (struct rec_directory){ .head = head,
					       .version = b.version,
					       .entries_root = b.entries_root,
					       .entry_count = b.entry_count,
					       .digest = o.digest };
	return e;
}

static enum err any_certificate(void *ctx, const struct rec_committee *c)
{
	(void)ctx;
	(void)c;
	return ERR_OK;
}

static enum err as_entry(struct arena *a, struct blob in, void *ctx)
{
	struct rec_committee c, back;
	struct blob packed, again;
	enum err e = directory_entry_unpack(a, in, &c);

	(void)ctx;
	if (e == ERR_OK)
		e = directory_entry_pack(a, &c, &packed);
	if (e == ERR_OK)
		e = directory_entry_unpack(a, packed, &back);
	if (e == ERR_OK)
		e = directory_entry_pack(a, &back, &again);
	must(e != ERR_OK || (packed.len_bytes == again.len_bytes &&
			     memcmp(packed.data, again.data, again.len_bytes) == 0));
	return e;
}

static enum err as_file(struct arena *a, struct blob in, void *ctx)
{
	static const uint8_t no_root[] = "no certificate";
	struct directory d;

	(void)ctx;
	return directory_file_open(a, in, (struct blob){ no_root, sizeof no_root }, NULL, &d);
}

/* Within what a turn does, then in its pieces. */
static void scan(struct blob in)
{
	const struct directory_trust trust = { .head = open_unsigned,
					       .certificates = any_certificate };
	const struct directory_measure most = { .count = 3, .bytes = 4096, .writes = 100 };
	struct directory_scan *s = directory_scan_new(directory_source_of(&in), trust, NULL);
	const struct rec_directory *head;
	struct directory_piece piece = { .last = false };
	struct committee_id culprit;
	bool done = false;
	enum err e;

	must(s != NULL);
	e = directory_scan_head(s, &head);
	while (e == ERR_OK && !done)
		e = directory_scan_check(s, 5, &done);
	if (e != ERR_OK) {
		(void)directory_scan_fault(s, &culprit);
		directory_scan_destroy(s);
		return;
	}
	must(directory_scan_count(s) <= in.len_bytes);
	while (e == ERR_OK && !piece.last) {
		struct arena *a = arena_new(FUZZ_ARENA_BYTES);

		must(a != NULL);
		e = directory_scan_next(s, a, &most, &piece);
		must(e != ERR_OK || piece.count <= most.count);
		arena_destroy(a);
	}
	directory_scan_destroy(s);
}

static enum err append(void *ctx, struct blob bytes)
{
	size_t *sum = ctx;

	*sum += bytes.len_bytes;
	return ERR_OK;
}

static void reset(void *ctx)
{
	*(size_t *)ctx = 0;
}

/* Two halves of what came, and one of them again. */
static void try_parts(struct blob in)
{
	size_t sum = 0, half = in.len_bytes / 2;
	struct directory_parts *p =
		directory_parts_new((struct directory_sink){ &sum, append, reset });
	struct msg_directory_part m = { .head = { in.data, half },
					.entries = (struct blob[]){ { in.data + half,
								      in.len_bytes - half } },
					.entry_count = 1 };

	must(p != NULL);
	for (unsigned i = 0; i < 3; i++) {
		enum err e = directory_parts_add(p, &m);

		must(e == ERR_OK || sum <= 2 * (in.len_bytes + 64));
		m.last = i == 1;
	}
	directory_parts_forget(p);
	directory_parts_destroy(p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct blob in = { data, size };

	(void)fuzz_twice(as_entry, in, NULL);
	must(fuzz_twice(as_file, in, NULL) != ERR_OK);
	scan(in);
	try_parts(in);
	return 0;
}
