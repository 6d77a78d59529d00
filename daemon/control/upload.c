/* See upload.h. */
#include "daemon/control/upload.h"

#include <stdio.h>

#include "proto/body.h"
#include "proto/digest.h"
#include "proto/head.h"
#include "proto/merkle.h"
#include "proto/seal.h"

const struct files_ops *upload_files(const struct upload *u)
{
	return u->files->ops;
}

/* ---- what goes inline ---- */

static uint32_t largest_inline(const struct upload *u)
{
	uint32_t best = u->part_count;

	for (uint32_t i = 0; i < u->part_count; i++) {
		if (u->manifest[i].inlined &&
		    (best == u->part_count ||
		     u->manifest[i].size_bytes > u->manifest[best].size_bytes))
			best = i;
	}
	return best;
}

/* Small parts go inline up to 32 KiB together; what makes the envelope too large becomes a file
 * again, the largest first. */
enum err upload_choose_inline(struct upload *u)
{
	struct head head = { .recipients = u->recipients,
			     .recipient_count = u->event.recipient_count,
			     .manifest = u->manifest,
			     .manifest_count = u->part_count };
	uint64_t together = 0;

	for (uint32_t i = 0; i < u->part_count; i++) {
		uint64_t size = u->parts[i].size_bytes;

		u->manifest[i].size_bytes = size;
		u->manifest[i].inlined =
		    !u->parts[i].streamed && together + size <= INLINE_MAX_BYTES;
		together += u->manifest[i].inlined ? size : 0;
	}
	while (seal_size_bound(&head, u->body.len_bytes + together + 8u * u->part_count) >
	       ENVELOPE_MAX_BYTES) {
		uint32_t i = largest_inline(u);

		if (i == u->part_count)
			return ERR_TOO_LARGE; /* even with all parts as files */
		u->manifest[i].inlined = false;
		together -= u->manifest[i].size_bytes;
	}
	return ERR_OK;
}

/* ---- the job: hash, write, build ---- */

static enum err describe_inline(struct upload *u, uint32_t i)
{
	struct blob content = u->parts[i].content;
	struct merkle_stream m;

	merkle_begin(&m);
	for (size_t at = 0; at < content.len_bytes; at += CHUNK_BYTES) {
		size_t n =
		    content.len_bytes - at < CHUNK_BYTES ? content.len_bytes - at : CHUNK_BYTES;

		merkle_add(&m, merkle_leaf((struct blob){ content.data + at, n }));
	}
	u->manifest[i].sha256 = digest_of(content);
	u->manifest[i].chunk_root = merkle_end(&m);
	return ERR_OK;
}

static enum err open_part(struct upload *u, uint32_t i)
{
	char name[64];

	snprintf(name, sizeof name, "submit.%p.%u", (void *)u, i);
	return upload_files(u)->incoming_open(u->files, name, &u->parts[i].incoming);
}

static enum err finish_part(struct upload *u, uint32_t i)
{
	enum err e = upload_files(u)->incoming_finish(u->parts[i].incoming, &u->manifest[i]);

	if (e == ERR_OK) {
		u->parts[i].incoming = NULL;
		u->parts[i].pinned = true;
	}
	return e;
}

static enum err store_part(struct upload *u, uint32_t i)
{
	enum err e = open_part(u, i);

	if (e == ERR_OK)
		e = upload_files(u)->incoming_append(u->parts[i].incoming, u->parts[i].content);
	return e == ERR_OK ? finish_part(u, i) : e;
}

static enum err write_arrived(struct upload *u)
{
	enum err e = ERR_OK;

	for (struct upload_piece *p = u->working; p != NULL && e == ERR_OK; p = p->next) {
		struct upload_part *part = &u->parts[p->part];

		if (part->incoming == NULL)
			e = open_part(u, p->part);
		if (e == ERR_OK)
			e = upload_files(u)->incoming_append(
			    part->incoming, (struct blob){ p->data, p->len_bytes });
		if (e == ERR_OK && p->last) {
			part->whole = true;
			e = finish_part(u, p->part);
		}
	}
	return e;
}

bool upload_whole(const struct upload *u)
{
	for (uint32_t i = 0; i < u->part_count; i++) {
		if (u->parts[i].streamed && !u->parts[i].whole)
			return false;
	}
	return true;
}

/* All contents are known: manifest, body with the inline ones, submission digest. */
static enum err build(struct upload *u)
{
	struct ev_submit *s = &u->event;
	struct submission_fields fields = { .recipients = u->recipients,
					    .recipient_count = s->recipient_count,
					    .urgency = s->urgency,
					    .secrecy = s->secrecy,
					    .body = u->body,
					    .manifest = u->manifest,
					    .manifest_count = u->part_count };
	struct blob *contents = arena_array(u->arena, u->part_count, sizeof *contents);
	static const uint8_t nothing;
	enum err e = contents == NULL ? ERR_NO_MEMORY : ERR_OK;

	for (uint32_t i = 0; e == ERR_OK && i < u->part_count; i++) {
		if (u->parts[i].streamed)
			continue;
		if (!u->manifest[i].inlined) {
			e = s->dry_run ? ERR_OK : store_part(u, i);
			continue;
		}
		e = describe_inline(u, i);
		contents[i] = u->parts[i].content;
		if (contents[i].data == NULL)
			contents[i].data = &nothing;
	}
	if (e == ERR_OK)
		e = document_body_fill(u->arena, u->body, contents, u->part_count, &s->body);
	if (e != ERR_OK)
		return e;
	s->submission = digest_submission(&fields);
	s->recipients = u->recipients;
	s->manifest = u->manifest;
	s->manifest_count = u->part_count;
	s->body_version = DOCUMENT_BODY_VERSION;
	return ERR_OK;
}

void upload_work(struct job *j)
{
	struct upload *u = (struct upload *)j;

	u->result = write_arrived(u);
	if (u->result == ERR_OK && upload_whole(u))
		u->result = build(u);
}
