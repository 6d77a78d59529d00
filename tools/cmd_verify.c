/* verify: by the daemon for what it holds, or offline from an exported file, the registry's root certificate and nothing else. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/digest.h"
#include "proto/directory.h"
#include "proto/fields.h"
#include "proto/head.h"
#include "proto/prescan.h"
#include "tools/client.h"
#include "tools/commands.h"
#include "tools/fsutil.h"
#include "tools/json.h"
#include "tools/output.h"
#include "tools/text.h"

enum { OPT_ROOT = 1, OPT_FILES, ARENA_BYTES = 512 << 20, EVIDENCE_MAX_BYTES = 64 << 20, PIECE_BYTES = 256 * 1024 };

static const struct option options[] = {
	{ "root", required_argument, NULL, OPT_ROOT }, { "files", required_argument, NULL, OPT_FILES }, { NULL, 0, NULL, 0 },
};

static int print_verdict(struct cli *cli, enum err result, const char *signed_by, ProtobufCBinaryData id)
{
	static const struct column columns[] = { { "valid", N_("Valid"), FORMAT_BOOL, false },
						 { "signed_by", N_("Signed by"), FORMAT_TEXT, false },
						 { "id", N_("Id"), FORMAT_TEXT, false },
						 { "reason", N_("Why not"), FORMAT_TEXT, false },
						 { NULL, NULL, FORMAT_TEXT, false } };
	char reason[256];

	snprintf(reason, sizeof reason, "VT-%d %s", (int)result, _(err_text(result)));
	output_object(cli, json_pack("{s:b, s:o, s:o, s:o}", "valid", result == ERR_OK, "signed_by", json_text_or_null(signed_by), "id",
				     json_uuid(id), "reason", result == ERR_OK ? json_null() : json_string(reason)),
		      columns);
	return result == ERR_OK ? 0 : 5;
}

/* ---- offline ---- */

struct offline {
	struct arena *arena;
	const Vanthu__V1__Evidence *evidence;
	struct blob root_der;
	struct directory directory;
	struct verifier *verifier;
};

static enum err find_key(void *ctx, const struct digest *key_id, struct key_info *out)
{
	const struct offline *o = ctx;

	for (uint32_t i = 0; i < o->directory.entry_count; i++) {
		const struct rec_committee *c = &o->directory.entries[i];

		for (uint32_t k = 0; k < c->key_count; k++) {
			const struct key_entry *e = &c->keys[k];

			if (!digest_equal(&e->key_id, key_id))
				continue;
			*out = (struct key_info){ .committee = c->id, .use = e->use, .from_ms = e->from_ms, .to_ms = e->to_ms,
						  .revoked_from_ms = e->revoked_from_ms };
			memcpy(out->public_key, e->public_key, sizeof out->public_key);
			return ERR_OK;
		}
	}
	return ERR_NOT_FOUND;
}

/* The directory of the evidence, checked against the root as if it came in a file of its own. */
static enum err open_directory(struct offline *o)
{
	Vanthu__V1__DirectoryFile m = VANTHU__V1__DIRECTORY_FILE__INIT;
	struct blob file;
	enum err e;

	if (o->evidence->n_heads == 0)
		return ERR_SIGNATURE;
	m.head = o->evidence->heads[0];
	m.n_entries = o->evidence->n_entries;
	m.entries = o->evidence->entries;
	e = pack(o->arena, &m.base, &file);
	return e == ERR_OK ? directory_file_open(o->arena, file, o->root_der, NULL, &o->directory) : e;
}

static enum err hash_file(const char *path, struct digest *out)
{
	struct digest_stream *s = digest_begin();
	uint8_t *piece = malloc(PIECE_BYTES);
	FILE *f = fopen(path, "re");
	enum err e = ERR_FILE;
	size_t n;

	if (s != NULL && piece != NULL && f != NULL) {
		while ((n = fread(piece, 1, PIECE_BYTES, f)) > 0)
			digest_add(s, (struct blob){ piece, n });
		e = ferror(f) == 0 ? ERR_OK : ERR_FILE;
	}
	if (f != NULL)
		fclose(f);
	free(piece);
	if (e != ERR_OK) {
		digest_abandon(s);
		return e;
	}
	*out = digest_end(s);
	return ERR_OK;
}

static enum err check_parts(struct offline *o, const struct opened *opened, const char *folder)
{
	struct document_body body;
	enum err e = document_body_unpack(o->arena, opened->body, &body);

	if (e == ERR_OK && body.part_count != opened->head.manifest_count)
		e = ERR_FORMAT;
	for (uint32_t i = 0; e == ERR_OK && i < body.part_count; i++) {
		const struct manifest_item *item = &opened->head.manifest[i];
		struct digest d = digest_of(body.parts[i].content);
		const char *path;

		if (!item->inlined) {
			if (folder == NULL)
				continue; /* the envelope was asked about; its files with --files */
			path = fs_join(o->arena, folder, body.parts[i].name);
			e = path == NULL ? ERR_NO_MEMORY : hash_file(path, &d);
		}
		if (e == ERR_OK && !digest_equal(&d, &item->sha256))
			e = ERR_DIGEST;
	}
	return e;
}

/* Every receipt, refusal and relay record must be a good signature about this document. The earliest of somebody else's shows custody. */
static enum err check_fact(struct offline *o, ProtobufCBinaryData bytes, const struct digest *document, int64_t wall_ms, int64_t *custody_ms)
{
	struct opened opened;
	struct fact fact;
	enum err e = seal_open(o->verifier, o->arena, field_blob(bytes), wall_ms, &opened);

	if (e == ERR_OK)
		e = fact_unpack(o->arena, opened.kind, opened.body, &fact);
	if (e == ERR_OK && !digest_equal(&fact.document.digest, document))
		e = ERR_DIGEST;
	if (e == ERR_OK && fact.at_ms < *custody_ms)
		*custody_ms = fact.at_ms;
	return e;
}

static enum err check_evidence(struct offline *o, const char *folder, struct opened *document)
{
	int64_t wall_ms = text_now_ms(), custody_ms = INT64_MAX;
	enum err e = open_directory(o), result;

	if (e != ERR_OK)
		return e;
	o->verifier = verifier_new((struct key_source){ .ctx = o, .find = find_key });
	if (o->verifier == NULL)
		return ERR_NO_MEMORY;
	result = seal_open(o->verifier, o->arena, field_blob(o->evidence->envelope), wall_ms, document);
	for (size_t i = 0; e == ERR_OK && i < o->evidence->n_receipts; i++)
		e = check_fact(o, o->evidence->receipts[i], &document->digest, wall_ms, &custody_ms);
	for (size_t i = 0; e == ERR_OK && i < o->evidence->n_relays; i++)
		e = check_fact(o, o->evidence->relays[i], &document->digest, wall_ms, &custody_ms);
	if (result != ERR_OK && document->custody_before_ms > 0 && custody_ms < document->custody_before_ms)
		result = ERR_OK;
	if (result == ERR_OK)
		result = e;
	if (result == ERR_OK && document->kind != KIND_DOCUMENT)
		result = ERR_FORMAT;
	return result == ERR_OK ? check_parts(o, document, folder) : result;
}

static int verify_file(struct cli *cli, const char *path, const char *root, const char *folder)
{
	struct offline o = { .arena = arena_new(ARENA_BYTES) };
	struct opened document;
	struct blob file, pem;
	int code;
	enum err e;

	memset(&document, 0, sizeof document);
	if (o.arena == NULL)
		return cli_fail(cli, ERR_NO_MEMORY, NULL);
	e = fs_read(o.arena, root, 65536, &pem);
	if (e == ERR_OK)
		e = certificate_from_pem(o.arena, pem, &o.root_der);
	if (e != ERR_OK) {
		arena_destroy(o.arena);
		return cli_fail(cli, e, root);
	}
	e = fs_read(o.arena, path, EVIDENCE_MAX_BYTES, &file);
	if (e != ERR_OK) {
		arena_destroy(o.arena);
		return cli_fail(cli, e, path);
	}
	o.evidence = unpack(o.arena, &vanthu__v1__evidence__descriptor, file, &e);
	if (o.evidence != NULL)
		e = check_evidence(&o, folder, &document);
	code = print_verdict(cli, e, document.signer.committee.text, field_bytes(document.head.id.bytes, o.evidence == NULL ? 0 : 16));
	verifier_destroy(o.verifier);
	arena_destroy(o.arena);
	return code;
}

/* ---- by the daemon ---- */

static int verify_stored(struct cli *cli, const char *id)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Ref ref = VANTHU__V1__REF__INIT;
	Vanthu__V1__Reply *reply;
	struct client *c = NULL;
	int code;
	enum err e;

	ref.text = (char *)(uintptr_t)id;
	request.what_case = VANTHU__V1__REQUEST__WHAT_VERIFY;
	request.verify = &ref;
	e = client_open(cli, CLIENT_OFFICE, &c);
	if (e == ERR_OK)
		e = client_call(c, &request, VANTHU__V1__REPLY__WHAT_VERDICT, &reply);
	code = err_exit_code(e);
	if (e == ERR_OK)
		code = print_verdict(cli, reply->verdict->valid ? ERR_OK : (enum err)reply->verdict->reason, reply->verdict->signed_by,
				     reply->verdict->id);
	client_close(c);
	return code;
}

int cmd_verify(struct cli *cli, int argc, char **argv)
{
	const char *root = NULL, *files = NULL;
	int c;

	while ((c = cli_option(cli, argc, argv, options)) != -1) {
		if (c == '?')
			return err_exit_code(ERR_USAGE);
		if (c == OPT_ROOT)
			root = optarg;
		else
			files = optarg;
	}
	if (argc - optind != 1)
		return cli_usage(cli, _("one ID or one FILE is wanted"));
	return root != NULL ? verify_file(cli, argv[optind], root, files) : verify_stored(cli, argv[optind]);
}
