/* hashes.json and directory.json; see vectors.h. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "proto/digest.h"
#include "proto/directory_file.h"
#include "proto/merkle.h"
#include "proto/pae.h"
#include "routing/state/stream.h"
#include "tests/vectors/code/vectors.h"

static void write_pae(struct vectors *v, struct out *o, const char *name, const char *type,
		      struct blob payload)
{
	struct digest d = digest_pae(type, payload);
	struct blob bytes;
	enum err e = pae_encode(v->arena, type, payload, &bytes);

	assert(e == ERR_OK);
	out_vector(o, name, "pae");
	out_bytes(o, bytes);
	out_text(o, "payload_type", type);
	out_hex(o, "payload", payload);
	out_digest(o, "digest", &d);
	out_end(o);
}

/* n leaves of one byte each, 00, 01, …, with all audit paths. */
static void write_tree(struct out *o, unsigned n)
{
	struct digest leaves[16] = {{{0}}}, path[64], root;
	char name[32];

	for (unsigned i = 0; i < n; i++) {
		uint8_t byte = (uint8_t)i;

		leaves[i] = merkle_leaf((struct blob){ &byte, 1 });
	}
	root = merkle_root(leaves, n);
	snprintf(name, sizeof name, "tree-of-%u", n);
	out_vector(o, name, "tree");
	out_number(o, "leaf_count", n);
	out_digest(o, "root", &root);
	out_list(o, "paths");
	for (unsigned i = 0; i < n; i++) {
		size_t len = merkle_path(leaves, n, i, path);

		out_hex(o, NULL, (struct blob){ path[0].bytes, len * sizeof path[0] });
	}
	out_end(o);
	out_end(o);
}

static void write_chain(struct out *o)
{
	struct stream_id id = { { 0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xaa,
				  0xab, 0xac, 0xad, 0xae, 0xaf } };
	struct digest chain = stream_chain_start(id, 258);

	out_vector(o, "chain", "chain");
	out_hex(o, "stream", (struct blob){ id.bytes, sizeof id.bytes });
	out_number(o, "begin", 258);
	out_digest(o, "start", &chain);
	out_list(o, "steps");
	for (uint64_t n = 259; n < 263; n++) {
		uint8_t byte = (uint8_t)n;
		struct digest d = digest_of((struct blob){ &byte, 1 });

		digest_chain_step(&chain, n, &d);
		out_object(o, NULL);
		out_number(o, "seq", n);
		out_digest(o, "digest", &d);
		out_digest(o, "chain", &chain);
		out_end(o);
	}
	out_end(o);
	out_end(o);
}

static void write_submission(struct out *o)
{
	static const struct recipient recipients[] = { { .committee = { "thads" } },
						       { .group = GROUP_SUBTREE },
						       { .group = GROUP_SUPERIOR } };
	struct manifest_item manifest[] = {
		{ .size_bytes = 3, .sha256 = digest_of(text_blob("abc")) },
		{ .size_bytes = 0, .sha256 = digest_of(text_blob("")) }
	};
	struct submission_fields f = { .recipients = recipients,
				       .recipient_count = 3,
				       .urgency = URGENCY_HOA_TOC,
				       .secrecy = SECRECY_THUONG,
				       .body = text_blob("a body as submitted"),
				       .manifest = manifest,
				       .manifest_count = 2 };
	struct digest d = digest_submission(&f);

	out_vector(o, "submission", "submission");
	out_list(o, "recipients");
	for (unsigned i = 0; i < 3; i++) {
		out_object(o, NULL);
		out_number(o, "group", recipients[i].group);
		out_text(o, "committee", recipients[i].committee.text);
		out_end(o);
	}
	out_end(o);
	out_number(o, "urgency", f.urgency);
	out_number(o, "secrecy", f.secrecy);
	out_hex(o, "body", f.body);
	out_list(o, "parts");
	for (unsigned i = 0; i < 2; i++) {
		out_object(o, NULL);
		out_number(o, "size_bytes", manifest[i].size_bytes);
		out_digest(o, "sha256", &manifest[i].sha256);
		out_end(o);
	}
	out_end(o);
	out_digest(o, "digest", &d);
	out_end(o);
}

static void write_content(struct vectors *v, struct out *o, size_t size_bytes)
{
	struct blob content = example_content(v, size_bytes);
	struct manifest_item item = example_item(content, false);
	char name[32];

	snprintf(name, sizeof name, "content-of-%zu", size_bytes);
	out_vector(o, name, "content");
	out_text(o, "content", "byte i is 31 * i mod 251");
	out_number(o, "size_bytes", size_bytes);
	out_digest(o, "sha256", &item.sha256);
	out_list(o, "leaves");
	for (size_t at = 0; at < size_bytes; at += CHUNK_BYTES) {
		size_t n = size_bytes - at < CHUNK_BYTES ? size_bytes - at : CHUNK_BYTES;
		struct digest leaf = merkle_leaf((struct blob){ content.data + at, n });

		out_digest(o, NULL, &leaf);
	}
	out_end(o);
	out_digest(o, "chunk_root", &item.chunk_root);
	out_end(o);
}

void write_hashes(struct vectors *v)
{
	static const size_t sizes[] = {
		0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 100000, 5 * CHUNK_BYTES
	};
	struct out *o = out_open(v->folder, "hashes");

	write_pae(v, o, "pae-empty", "", (struct blob){ NULL, 0 });
	/* the example of DSSE's own page */
	write_pae(v, o, "pae-of-dsse", "http://example.com/HelloWorld", text_blob("hello world"));
	write_pae(v, o, "pae-utf8", "application/vnd.vanthu.status.v1", text_blob("Đã vào sổ"));
	for (unsigned n = 0; n < 10; n++)
		write_tree(o, n);
	write_chain(o);
	write_submission(o);
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
		write_content(v, o, sizes[i]);
	out_close(o);
}

/* ---- the directory ---- */

static void write_version(struct vectors *v, struct out *o, const struct directory *d,
			  const struct digest *previous)
{
	char name[32];
	struct blob file;
	enum err e = directory_file_pack(v->arena, d, &file);

	assert(e == ERR_OK);
	snprintf(name, sizeof name, "directory-head-%llu", (unsigned long long)d->head.version);
	out_vector(o, name, "head");
	out_bytes(o, d->head.head);
	out_digest(o, "digest", &d->head.digest);
	out_hex(o, "previous_digest",
		previous == NULL ? (struct blob){ NULL, 0 } : (struct blob){ previous->bytes, 32 });
	out_number(o, "version", d->head.version);
	out_number(o, "valid_until_ms", (uint64_t)d->head.valid_until_ms);
	out_digest(o, "entries_root", &d->head.entries_root);
	out_hex(o, "competence", d->head.competence);
	out_hex(o, "lists", d->head.lists);
	out_end(o);
	snprintf(name, sizeof name, "directory-file-%llu", (unsigned long long)d->head.version);
	out_vector(o, name, "directory");
	out_bytes(o, file);
	out_number(o, "version", d->head.version);
	out_number(o, "entry_count", d->entry_count);
	out_end(o);
}

/* Version 2 as changes since version 1. */
static void write_changes(struct vectors *v, struct out *o)
{
	struct directory changes = { .head = v->second.head,
				     .entries = &v->second.entries[PL],
				     .entry_count = 1,
				     .since = 1 };
	struct blob file;
	enum err e = directory_file_pack(v->arena, &changes, &file);

	assert(e == ERR_OK);
	out_vector(o, "directory-changes-2-since-1", "directory");
	out_bytes(o, file);
	out_number(o, "version", 2);
	out_number(o, "entry_count", 1);
	out_number(o, "since", 1);
	out_end(o);
}

void write_directory(struct vectors *v)
{
	struct out *o = out_open(v->folder, "directory");

	for (unsigned i = 0; i < MEMBERS; i++) {
		const struct rec_committee *c = &v->second.entries[i];
		char name[64];

		snprintf(name, sizeof name, "directory-entry-%s", c->id.text);
		out_vector(o, name, "message");
		out_bytes(o, c->entry);
		out_text(o, "message", "DirectoryEntry");
		out_object(o, "expect");
		out_text(o, "id", c->id.text);
		out_text(o, "name", c->name);
		out_text(o, "superior", c->superior.text);
		out_text(o, "endpoint", c->endpoint);
		out_number(o, "changed_in", c->changed_in);
		out_number(o, "no_seal", c->no_seal);
		out_text(o, "level", c->level == NULL ? "" : c->level);
		out_digest(o, "keys.0.key_id", &c->keys[0].key_id);
		out_hex(o, "keys.1.public_key", (struct blob){ c->keys[1].public_key, 32 });
		out_number(o, "keys.1.use", c->keys[1].use);
		out_end(o);
		out_end(o);
	}
	write_version(v, o, &v->first, NULL);
	write_version(v, o, &v->second, &v->first.head.digest);
	write_changes(v, o);
	out_close(o);
}
