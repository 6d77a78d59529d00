/* See evidence.h. */
#include "tools/client/evidence.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/body.h"
#include "proto/certificate.h"
#include "proto/digest.h"
#include "proto/directory.h"
#include "proto/directory_file.h"
#include "proto/envelope.pb-c.h"
#include "proto/fields.h"
#include "proto/head.h"
#include "proto/pb.h"
#include "proto/prescan.h"
#include "proto/verifier.h"
#include "tools/base/file_name.h"
#include "tools/base/files.h"

enum { PIECE_BYTES = 256 * 1024 };

/* ---- the form ---- */

static int compare(const void *a, const void *b)
{
	const ProtobufCBinaryData *x = a, *y = b;
	size_t shorter = x->len < y->len ? x->len : y->len;
	int order = shorter == 0 ? 0 : memcmp(x->data, y->data, shorter);

	return order != 0 ? order : (x->len > y->len) - (x->len < y->len);
}

/* A list of twice the room whenever it is full: the arena is not given back, and that is as much
 * again at most. */
static enum err append(struct arena *a, ProtobufCBinaryData **list, size_t *count,
		       const ProtobufCBinaryData *more, size_t more_count)
{
	for (size_t i = 0; i < more_count; i++) {
		struct blob copy = arena_blob(a, (struct blob){ more[i].data, more[i].len });

		if (copy.data == NULL)
			return ERR_TOO_LARGE;
		if ((*count & (*count - 1)) == 0) { /* 0, 1, 2, 4 … */
			ProtobufCBinaryData *larger =
			    arena_array(a, *count == 0 ? 1 : 2 * *count, sizeof *larger);

			if (larger == NULL)
				return ERR_TOO_LARGE;
			if (*count > 0)
				memcpy(larger, *list, *count * sizeof *larger);
			*list = larger;
		}
		(*list)[(*count)++] = field_bytes(copy.data, copy.len_bytes);
	}
	return ERR_OK;
}

enum err evidence_gather(struct arena *a, Vanthu__V1__Evidence *m,
			 const Vanthu__V1__Evidence *piece)
{
	struct blob envelope = { piece->envelope.data, piece->envelope.len };
	enum err e = ERR_OK;

	if (envelope.len_bytes > 0) {
		envelope = arena_blob(a, envelope);
		m->envelope = field_bytes(envelope.data, envelope.len_bytes);
		e = envelope.data == NULL ? ERR_TOO_LARGE : ERR_OK;
	}
	if (e == ERR_OK)
		e = append(a, &m->relays, &m->n_relays, piece->relays, piece->n_relays);
	if (e == ERR_OK)
		e = append(a, &m->receipts, &m->n_receipts, piece->receipts, piece->n_receipts);
	if (e == ERR_OK)
		e = append(a, &m->heads, &m->n_heads, piece->heads, piece->n_heads);
	return e == ERR_OK ? append(a, &m->entries, &m->n_entries, piece->entries, piece->n_entries)
			   : e;
}

static void put_in_order(ProtobufCBinaryData *list, size_t count)
{
	if (count > 0)
		qsort(list, count, sizeof *list, compare);
}

void evidence_gathered(Vanthu__V1__Evidence *m)
{
	size_t kept = 0;

	put_in_order(m->relays, m->n_relays);
	for (size_t i = 0; i < m->n_relays; i++) {
		if (kept == 0 || compare(&m->relays[kept - 1], &m->relays[i]) != 0)
			m->relays[kept++] = m->relays[i];
	}
	m->n_relays = kept;
}

enum err evidence_pack(struct arena *a, Vanthu__V1__Evidence *m, struct blob *out)
{
	put_in_order(m->receipts, m->n_receipts);
	put_in_order(m->relays, m->n_relays);
	return pb_pack(a, &m->base, out);
}

static bool ascending(const ProtobufCBinaryData *list, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		if (compare(&list[i - 1], &list[i]) >= 0)
			return false;
	}
	return true;
}

/* ---- verifying ---- */

struct check {
	const struct evidence_question *question;
	struct evidence_verdict *verdict;
	struct arena *arena;
	const Vanthu__V1__Evidence *evidence;
	struct directory directory;
	struct verifier *verifier;
	struct opened document;
	int64_t custody_ms; /* the earliest record of somebody else's that shows the document */
	const char *taken[PARTS_MAX]; /* names in the folder that parts before have */
	uint32_t taken_count;
};

static enum err at_number(struct check *c, enum evidence_piece what, size_t number, enum err e)
{
	if (e != ERR_OK && c->verdict->where == EVIDENCE_NOWHERE) {
		c->verdict->where = what;
		c->verdict->number = number;
	}
	return e;
}

static enum err at(struct check *c, enum evidence_piece what, enum err e)
{
	return at_number(c, what, 0, e);
}

static enum err find_key(void *ctx, const struct digest *key_id, struct key_info *out)
{
	const struct check *c = ctx;

	for (uint32_t i = 0; i < c->directory.entry_count; i++) {
		const struct rec_committee *entry = &c->directory.entries[i];

		for (uint32_t k = 0; k < entry->key_count; k++) {
			const struct key_entry *e = &entry->keys[k];

			if (!digest_equal(&e->key_id, key_id))
				continue;
			*out = (struct key_info){ .committee = entry->id,
						  .use = e->use,
						  .from_ms = e->from_ms,
						  .to_ms = e->to_ms,
						  .revoked_from_ms = e->revoked_from_ms };
			memcpy(out->public_key, e->public_key, sizeof out->public_key);
			return ERR_OK;
		}
	}
	return ERR_NOT_FOUND;
}

/* One signature, or those that nobody here can check could be changed unnoticed. */
static enum err signed_once(struct check *c, ProtobufCBinaryData envelope)
{
	enum err e;
	const Vanthu__V1__Envelope *m =
	    pb_unpack(c->arena, &vanthu__v1__envelope__descriptor, field_blob(envelope), &e);

	if (m == NULL)
		return e;
	return m->n_signatures == 1 ? ERR_OK : ERR_SIGNATURE;
}

/* The directory of the evidence, checked against the root as if it came in a file of its own. */
static enum err open_directory(struct check *c)
{
	Vanthu__V1__DirectoryFile m = VANTHU__V1__DIRECTORY_FILE__INIT;
	struct blob file;
	enum err e;

	if (c->evidence->n_heads != 1)
		return ERR_FORMAT;
	e = signed_once(c, c->evidence->heads[0]);
	if (e != ERR_OK)
		return e;
	m.head = c->evidence->heads[0];
	m.n_entries = c->evidence->n_entries;
	m.entries = c->evidence->entries;
	e = pb_pack(c->arena, &m.base, &file);
	return e == ERR_OK
		   ? directory_file_open(c->arena, file, c->question->root_der, NULL, &c->directory)
		   : e;
}

static enum err open_document(struct check *c)
{
	enum err e = signed_once(c, c->evidence->envelope);

	if (e == ERR_OK)
		e = seal_open(c->verifier, c->arena, field_blob(c->evidence->envelope),
			      c->question->wall_ms, &c->document);
	if (e == ERR_OK || c->document.custody_before_ms > 0) {
		c->verdict->signature_good = true;
		c->verdict->signed_by = c->document.signer.committee;
		c->verdict->id = c->document.head.id;
	}
	if (e == ERR_OK && c->document.kind != KIND_DOCUMENT)
		e = ERR_FORMAT;
	return e;
}

/* Every receipt, refusal and relay record must be a good signature about this document, and lie
 * where its kind belongs. */
static enum err check_fact(struct check *c, ProtobufCBinaryData bytes, bool relay)
{
	struct opened opened;
	struct fact fact;
	enum err e = signed_once(c, bytes);

	if (e == ERR_OK)
		e = seal_open(c->verifier, c->arena, field_blob(bytes), c->question->wall_ms,
			      &opened);
	/* A key that has ended in good order since it signed: what is renewed every few years must
	 * not undo old receipts. One that was taken back undoes them. */
	if (e == ERR_KEY_NOT_VALID && opened.custody_before_ms > 0)
		e = ERR_OK;
	if (e == ERR_OK && (opened.kind == KIND_RELAY) != relay)
		e = ERR_FORMAT;
	if (e == ERR_OK)
		e = fact_unpack(c->arena, opened.kind, opened.body, &fact);
	if (e == ERR_OK && !digest_equal(&fact.document.digest, &c->document.digest))
		e = ERR_DIGEST;
	if (e == ERR_OK && fact.at_ms < c->custody_ms &&
	    strcmp(opened.head.origin.text, c->document.signer.committee.text) != 0)
		c->custody_ms = fact.at_ms;
	return e;
}

static enum err check_facts(struct check *c)
{
	const Vanthu__V1__Evidence *m = c->evidence;
	enum err e = ERR_OK;

	if (!ascending(m->receipts, m->n_receipts))
		e = at(c, EVIDENCE_RECEIPTS_ORDER, ERR_FORMAT);
	if (e == ERR_OK && !ascending(m->relays, m->n_relays))
		e = at(c, EVIDENCE_RELAYS_ORDER, ERR_FORMAT);
	for (size_t i = 0; e == ERR_OK && i < m->n_receipts; i++)
		e = at_number(c, EVIDENCE_RECEIPT, i + 1, check_fact(c, m->receipts[i], false));
	for (size_t i = 0; e == ERR_OK && i < m->n_relays; i++)
		e = at_number(c, EVIDENCE_RELAY, i + 1, check_fact(c, m->relays[i], true));
	return e;
}

/* ---- contents ---- */

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

static bool is_taken(const struct check *c, const char *name)
{
	for (uint32_t i = 0; i < c->taken_count; i++) {
		if (strcmp(c->taken[i], name) == 0)
			return true;
	}
	return false;
}

/* The file where `save` puts the next part: the first form of its name that is there, with a number
 * where a part before it has that name. Its content is checked afterwards. */
static enum err hash_saved(struct check *c, const char *name, struct digest *out)
{
	char form[FILE_NAME_SIZE];
	enum err e = ERR_FILE;

	for (unsigned which = 0; file_name_form(name, 1, which, form); which++) {
		const char *path;

		for (unsigned n = 2; is_taken(c, form); n++)
			file_name_form(name, n, which, form);
		path = fs_join(c->arena, c->question->folder, form);
		if (path == NULL)
			return ERR_NO_MEMORY;
		e = hash_file(path, out);
		if (e == ERR_OK)
			c->taken[c->taken_count++] = path + strlen(path) - strlen(form);
		if (e != ERR_FILE || (errno != ENOENT && errno != ENAMETOOLONG && errno != EINVAL &&
				      errno != EILSEQ))
			return e;
	}
	return e;
}

static enum err check_part(struct check *c, const struct document_body *body, uint32_t index)
{
	const struct manifest_item *item = &c->document.head.manifest[index];
	struct digest d = digest_of(body->parts[index].content);
	enum err e;

	if (item->inlined && (item->size_bytes != body->parts[index].content.len_bytes ||
			      !digest_equal(&d, &item->sha256)))
		return ERR_DIGEST;
	if (c->question->folder == NULL)
		return ERR_OK; /* the envelope was asked about; its files with a folder */
	e = hash_saved(c, body->parts[index].name, &d);
	return e == ERR_OK && !digest_equal(&d, &item->sha256) ? ERR_DIGEST : e;
}

static enum err check_parts(struct check *c)
{
	struct document_body body;
	enum err e = document_body_unpack(c->arena, c->document.body, &body);

	if (e == ERR_OK && body.part_count != c->document.head.manifest_count)
		e = ERR_FORMAT;
	if (e != ERR_OK)
		return at(c, EVIDENCE_BODY, e);
	for (uint32_t i = 0; e == ERR_OK && i < body.part_count; i++)
		e = at_number(c, EVIDENCE_PART, i + 1, check_part(c, &body, i));
	if (c->verdict->where == EVIDENCE_PART)
		snprintf(c->verdict->part, sizeof c->verdict->part, "%s",
			 body.parts[c->verdict->number - 1].name);
	return e;
}

static enum err run(struct check *c)
{
	enum err e, result;

	c->evidence = pb_unpack(c->arena, &vanthu__v1__evidence__descriptor, c->question->file, &e);
	if (c->evidence != NULL)
		e = pb_packed_exactly(&c->evidence->base, c->question->file);
	if (e != ERR_OK)
		return at(c, EVIDENCE_FILE, e);
	e = at(c, EVIDENCE_DIRECTORY, open_directory(c));
	if (e != ERR_OK)
		return e;
	c->verifier = verifier_new((struct key_source){ .ctx = c, .find = find_key });
	if (c->verifier == NULL)
		return ERR_NO_MEMORY;
	result = open_document(c);
	if (result != ERR_OK && c->document.custody_before_ms == 0)
		return at(c, EVIDENCE_DOCUMENT, result);
	e = check_facts(c);
	if (e != ERR_OK)
		return e;
	/* The signer's key has ended since: a record of somebody else's, made before that, shows
	 * that the document was there. */
	if (result != ERR_OK && c->custody_ms >= c->document.custody_before_ms)
		return at(c, EVIDENCE_DOCUMENT, result);
	return check_parts(c);
}

void evidence_verify(struct arena *a, const struct evidence_question *q,
		     struct evidence_verdict *out)
{
	struct check c = { .question = q, .verdict = out, .arena = a, .custody_ms = INT64_MAX };

	memset(out, 0, sizeof *out);
	out->result = run(&c);
	verifier_destroy(c.verifier);
}

enum err evidence_verify_pem(struct arena *a, const struct evidence_question *question,
			     struct blob pem, struct evidence_verdict *out)
{
	struct evidence_question q = *question;
	enum err e = certificate_from_pem(a, pem, &q.root_der);

	if (e != ERR_OK)
		return e;
	evidence_verify(a, &q, out);
	for (unsigned i = 1; out->result != ERR_OK &&
			     certificate_root_of_pem(a, pem, i, &q.root_der) == ERR_OK;
	     i++) {
		struct evidence_verdict other;

		evidence_verify(a, &q, &other);
		if (other.result == ERR_OK || (other.signature_good && !out->signature_good))
			*out = other;
	}
	return ERR_OK;
}
