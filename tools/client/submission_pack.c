/* See submission_pack.h. */
#include "tools/client/submission_pack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/fields.h"
#include "routing/rules/rules.h"
#include "tools/base/file_name.h"
#include "tools/base/text.h"
#include "tools/client/media_type.h"

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

/* Two parts of one name could not both be saved: the second gets a number. */
static const char *unique_name(struct arena *a, const struct part *parts, unsigned i,
			       const char *path)
{
	char *nfc = text_nfc(base_name(path));
	const char *name = nfc == NULL ? NULL : arena_text(a, nfc, strlen(nfc));
	const char *given = name;
	char numbered[FILE_NAME_SIZE];

	free(nfc);
	for (unsigned n = 2; name != NULL; n++) {
		unsigned k = 0;

		while (k < i && strcmp(parts[k].name, name) != 0)
			k++;
		if (k == i)
			return name;
		file_name_numbered(given, n, NAME_MAX_BYTES, numbered);
		name = arena_text(a, numbered, strlen(numbered));
	}
	return NULL;
}

enum err submission_part(struct arena *a, struct part *parts, unsigned i, const char *path)
{
	const char *name = unique_name(a, parts, i, path);

	if (name == NULL)
		return ERR_UTF8;
	parts[i] = (struct part){ .name = name, .media_type = media_type_of(name) };
	return ERR_OK;
}

static bool is_automatic(const struct submission *m)
{
	return m->number != NULL && numbering_is_template(m->number);
}

static enum err pack_body(struct arena *a, const struct submission *m, const struct part *parts,
			  unsigned count, struct blob *out)
{
	struct document_body b = { .number = is_automatic(m) ? "" : m->number,
				   .type_code = m->type_code,
				   .type_name = m->type_name,
				   .term = m->term,
				   .subject = m->subject,
				   .signer_name = m->signer_name,
				   .signer_position = m->signer_position,
				   .signer_competence =
					   m->signer_competence == NULL ? "" : m->signer_competence,
				   .issued_on = m->issued_on,
				   .due_on = m->due_on,
				   .note = m->note,
				   .paper_copies = m->paper_copies,
				   .foreign_id = m->foreign_id == NULL ? "" : m->foreign_id,
				   .published = m->published,
				   .edxml = m->edxml,
				   .business = m->business == 0 ? 1 : (uint32_t)m->business,
				   .parts = parts,
				   .part_count = count };

	if (m->reply_origin != NULL && m->reply_origin[0] != '\0') {
		snprintf(b.reply_to.origin.text, sizeof b.reply_to.origin.text, "%s",
			 m->reply_origin);
		b.reply_to.id = m->reply_id;
		b.reply_to.digest = m->reply_digest;
	}
	b.reminds = m->reminds == NULL ? "" : m->reminds;
	if (m->older_origin != NULL && m->older_origin[0] != '\0') {
		snprintf(b.concerns.origin.text, sizeof b.concerns.origin.text, "%s",
			 m->older_origin);
		b.concerns.id = m->older_id;
	}
	return document_body_pack(a, &b, out);
}

static enum err name_recipients(struct arena *a, const struct submission *s, Vanthu__V1__Submit *m)
{
	unsigned count = s->recipient_count;
	Vanthu__V1__SubmitRecipient *each = arena_array(a, count, sizeof *each);

	m->recipients = arena_array(a, count, sizeof *m->recipients);
	if (each == NULL || m->recipients == NULL)
		return ERR_NO_MEMORY;
	for (unsigned i = 0; i < count; i++) {
		const struct submission_recipient *r = &s->recipients[i];

		vanthu__v1__submit_recipient__init(&each[i]);
		if (r->committee != NULL)
			each[i].committee = (char *)(uintptr_t)r->committee;
		else if (r->list != NULL)
			each[i].list = (char *)(uintptr_t)r->list;
		else if (r->superior)
			each[i].superior = 1;
		else
			each[i].group = r->group;
		m->recipients[i] = &each[i];
	}
	m->n_recipients = count;
	return ERR_OK;
}

enum err submission_pack(struct arena *a, const struct submission *m, const struct part *parts,
			 unsigned count, Vanthu__V1__Submit *out)
{
	struct blob body;
	enum err e = pack_body(a, m, parts, count, &body);

	if (e == ERR_OK)
		e = m->recipient_count == 0			     ? ERR_NO_RECIPIENT
		    : m->recipient_count > SUBMISSION_RECIPIENTS_MAX ? ERR_TOO_MANY_RECIPIENTS
								     : name_recipients(a, m, out);
	if (e != ERR_OK)
		return e;
	out->id = field_bytes(m->id.bytes, sizeof m->id.bytes);
	out->urgency = m->urgency;
	out->secrecy = m->secrecy;
	out->body = field_bytes(body.data, body.len_bytes);
	out->dry_run = m->dry_run;
	out->strict = m->strict;
	out->names = m->names;
	if (is_automatic(m))
		out->number_template = (char *)(uintptr_t)m->number;
	return ERR_OK;
}
