/* Drafts of vanthu.h, and sending them. */
#include "tools/client/vanthu_draft.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "routing/base/committee_id.h"
#include "tools/base/text.h"
#include "tools/client/submission.h"
#include "tools/client/types.h"
#include "tools/client/uuid.h"
#include "tools/client/vanthu.h"
#include "tools/client/vanthu_connection.h"
#include "tools/client/vanthu_fault.h"

const char *const vanthu_urgencies[] = { "thuong", "khan", "thuong-khan", "hoa-toc", NULL };
const char *const vanthu_secrecies[] = { "thuong", "mat", "toi-mat", "tuyet-mat", NULL };

enum { TEXTS = VANTHU_REPLY_ID + 1 };

struct vanthu_draft {
	struct submission s; /* its texts are those below, put in when it is sent */
	char *texts[TEXTS];  /* by field; NULL: not set */
	char id[UUID_TEXT_SIZE];
	char *files[SUBMISSION_FILES_MAX];
	struct blob contents[SUBMISSION_FILES_MAX]; /* data NULL: the file is read */
	struct submission_recipient *recipients;
	unsigned recipient_room;
};

struct vanthu_sent {
	Vanthu__V1__Accepted *accepted;
	char same_number[UUID_TEXT_SIZE];
};

int vanthu_draft_new(vanthu_draft **out)
{
	vanthu_draft *d = calloc(1, sizeof *d);

	*out = NULL;
	if (d == NULL)
		return vanthu_fail_about(ERR_NO_MEMORY, "");
	if (uuid_new(text_now_ms(), &d->s.id) != ERR_OK) {
		vanthu_draft_free(d);
		return vanthu_fail_about(ERR_SYSTEM, "getrandom");
	}
	uuid_print(d->s.id.bytes, d->id);
	d->s.urgency = VANTHU__V1__URGENCY__URGENCY_THUONG;
	d->s.secrecy = VANTHU__V1__SECRECY__SECRECY_THUONG;
	*out = d;
	return VANTHU_OK;
}

void vanthu_draft_free(vanthu_draft *d)
{
	if (d == NULL)
		return;
	for (unsigned i = 0; i < TEXTS; i++)
		free(d->texts[i]);
	for (unsigned i = 0; i < d->s.file_count; i++) {
		free(d->files[i]);
		free((void *)(uintptr_t)d->contents[i].data);
	}
	for (unsigned i = 0; i < d->s.recipient_count; i++) {
		free((void *)(uintptr_t)d->recipients[i].committee);
		free((void *)(uintptr_t)d->recipients[i].list);
	}
	free(d->recipients);
	free(d);
}

const char *vanthu_draft_id(const vanthu_draft *d)
{
	return d->id;
}

/* ---- fields ---- */

static enum err choose(const char *text, const char *const *words, unsigned *out)
{
	int n = text_choose(text, words);

	*out = (unsigned)n + 1;
	return n < 0 ? ERR_USAGE : ERR_OK;
}

/* What is not kept as a text. */
static enum err set_value(vanthu_draft *d, enum vanthu_field field, const char *text)
{
	struct doc_id id;
	unsigned n;
	enum err e;

	switch (field) {
	case VANTHU_ID:
		e = uuid_parse(text, &id);
		if (e != ERR_OK)
			return e;
		d->s.id = id;
		uuid_print(id.bytes, d->id);
		return ERR_OK;
	case VANTHU_ISSUED_ON:
		return text_date(text, d->s.issued_on) ? ERR_OK : ERR_BAD_DATE;
	case VANTHU_DUE_ON:
		return text_date(text, d->s.due_on) ? ERR_OK : ERR_BAD_DATE;
	case VANTHU_URGENCY:
		e = choose(text, vanthu_urgencies, &n);
		d->s.urgency = e == ERR_OK ? (Vanthu__V1__Urgency)n : d->s.urgency;
		return e;
	case VANTHU_SECRECY:
		e = choose(text, vanthu_secrecies, &n);
		d->s.secrecy = e == ERR_OK ? (Vanthu__V1__Secrecy)n : d->s.secrecy;
		return e;
	case VANTHU_REPLY_ID:
		return uuid_parse(text, &d->s.reply_id);
	default:
		return ERR_USAGE;
	}
}

static bool is_text(enum vanthu_field field)
{
	return field == VANTHU_TYPE || field == VANTHU_NUMBER || field == VANTHU_SUBJECT ||
	       field == VANTHU_TERM ||
	       field == VANTHU_NOTE || field == VANTHU_SIGNER || field == VANTHU_POSITION ||
	       field == VANTHU_REPLY_FROM;
}

int vanthu_draft_set(vanthu_draft *d, enum vanthu_field field, const char *text)
{
	char *nfc = text_nfc(text);
	enum err e = nfc == NULL ? ERR_UTF8 : ERR_OK;

	if (e == ERR_OK && field == VANTHU_TYPE && nfc[strspn(nfc, " \t")] == '\0')
		e = ERR_BAD_TYPE;
	if (e == ERR_OK && is_text(field)) {
		free(d->texts[field]);
		d->texts[field] = nfc;
		return VANTHU_OK;
	}
	if (e == ERR_OK)
		e = set_value(d, field, nfc);
	free(nfc);
	return e == ERR_OK ? VANTHU_OK : vanthu_fail_about(e, text);
}

/* ---- recipients and parts ---- */

static struct submission_recipient recipient_of(const char *whom)
{
	struct submission_recipient r = { .committee = NULL };

	if (strcmp(whom, "superior") == 0)
		r.superior = true;
	else if (strcmp(whom, "subordinates") == 0)
		r.group = VANTHU__V1__GROUP__GROUP_SUBORDINATES;
	else if (strcmp(whom, "subtree") == 0)
		r.group = VANTHU__V1__GROUP__GROUP_SUBTREE;
	else if (whom[0] == '@')
		r.list = text_nfc(whom + 1);
	else
		r.committee = strdup(whom);
	return r;
}

int vanthu_draft_to(vanthu_draft *d, const char *whom)
{
	unsigned count = d->s.recipient_count;
	struct submission_recipient r;
	struct committee_id id;

	if (count == SUBMISSION_RECIPIENTS_MAX)
		return vanthu_fail_about(ERR_TOO_MANY_RECIPIENTS, whom);
	if (count == d->recipient_room) {
		unsigned room = count == 0 ? 8 : 2 * count;
		void *larger = realloc(d->recipients, room * sizeof *d->recipients);

		if (larger == NULL)
			return vanthu_fail_about(ERR_NO_MEMORY, "");
		d->recipients = larger;
		d->recipient_room = room;
	}
	r = recipient_of(whom);
	if (whom[0] == '@' && (r.list == NULL || r.list[0] == '\0')) {
		free((void *)(uintptr_t)r.list);
		return vanthu_fail_about(ERR_LIST_UNKNOWN, whom);
	}
	if (r.committee == NULL && r.list == NULL && !r.superior &&
	    r.group == VANTHU__V1__GROUP__GROUP_UNSPECIFIED)
		return vanthu_fail_about(ERR_NO_MEMORY, "");
	if (r.committee != NULL && id_parse(whom, strlen(whom), &id) != ERR_OK) {
		free((void *)(uintptr_t)r.committee);
		return vanthu_fail_about(ERR_BAD_ID, whom);
	}
	d->recipients[count] = r;
	d->s.recipient_count++;
	return VANTHU_OK;
}

/* `content` becomes the draft's, or is freed. */
static int add(vanthu_draft *d, const char *name, struct blob content)
{
	unsigned i = d->s.file_count;
	char *copy = i == SUBMISSION_FILES_MAX ? NULL : strdup(name);

	if (copy == NULL) {
		free((void *)(uintptr_t)content.data);
		return vanthu_fail_about(
		    i == SUBMISSION_FILES_MAX ? ERR_TOO_MANY_ATTACHMENTS : ERR_NO_MEMORY, name);
	}
	d->files[i] = copy;
	d->contents[i] = content;
	d->s.file_count++;
	return VANTHU_OK;
}

int vanthu_draft_add_file(vanthu_draft *d, const char *path)
{
	return add(d, path, (struct blob){ NULL, 0 });
}

int vanthu_draft_add_bytes(vanthu_draft *d, const char *name, const void *bytes, size_t len)
{
	uint8_t *copy = malloc(len + 1); /* an empty content is one too */

	if (copy == NULL)
		return vanthu_fail_about(ERR_NO_MEMORY, name);
	if (len > 0)
		memcpy(copy, bytes, len);
	return add(d, name, (struct blob){ copy, len });
}

/* ---- sending ---- */

static const char *text_of(const vanthu_draft *d, enum vanthu_field field)
{
	return d->texts[field] == NULL ? "" : d->texts[field];
}

static struct submission submission_of(const vanthu_draft *d, unsigned flags)
{
	struct submission s = d->s;

	for (unsigned i = 0; i < s.file_count; i++)
		s.files[i] = d->files[i];
	s.contents = d->contents;
	s.recipients = d->recipients;
	s.number = text_of(d, VANTHU_NUMBER);
	s.subject = text_of(d, VANTHU_SUBJECT);
	s.note = text_of(d, VANTHU_NOTE);
	s.term = text_of(d, VANTHU_TERM);
	s.signer_name = text_of(d, VANTHU_SIGNER);
	s.signer_position = text_of(d, VANTHU_POSITION);
	s.signer_competence = "";
	s.reply_origin = text_of(d, VANTHU_REPLY_FROM);
	if (s.issued_on[0] == '\0')
		text_today(s.issued_on);
	s.strict = (flags & VANTHU_STRICT) != 0;
	s.dry_run = (flags & VANTHU_DRY_RUN) != 0;
	return s;
}

const char *vanthu_draft_missing(const vanthu_draft *d)
{
	if (d->texts[VANTHU_TYPE] == NULL)
		return "type";
	return d->texts[VANTHU_SUBJECT] == NULL ? "subject" : NULL;
}

size_t vanthu_draft_part_count(const vanthu_draft *d)
{
	return d->s.file_count;
}

/* On the heap: the reply is gone with the next call. */
vanthu_sent *vanthu_draft_sent(const Vanthu__V1__Accepted *a)
{
	size_t size = vanthu__v1__accepted__get_packed_size(a);
	uint8_t *bytes = malloc(size + 1);
	vanthu_sent *s = calloc(1, sizeof *s);

	if (s != NULL && bytes != NULL) {
		vanthu__v1__accepted__pack(a, bytes);
		s->accepted = vanthu__v1__accepted__unpack(NULL, size, bytes);
	}
	free(bytes);
	if (s == NULL || s->accepted == NULL) {
		free(s);
		return NULL;
	}
	if (a->same_number_id.len == sizeof(struct doc_id))
		uuid_print(a->same_number_id.data, s->same_number);
	return s;
}

/* The type as the daemon has it on the document's day; `t` keeps its texts. The lock is held. */
static int name_type(vanthu *v, const vanthu_draft *d, struct client_types *t,
		     struct submission *s)
{
	const char *word = text_of(d, VANTHU_TYPE);
	const struct doctype *type;
	struct client_types_offer o;
	struct client_fault fault;
	enum err e = client_types_ask(v->client, t, &fault);

	if (e != ERR_OK)
		return vanthu_fail(&fault);
	client_types_on(client_types_table(t), s->issued_on, &o);
	e = client_types_find(&o, word, &type);
	if (e != ERR_OK)
		return vanthu_fail_about(e, word);
	s->type_code = type->code;
	s->type_name = type->name;
	return VANTHU_OK;
}

int vanthu_draft_submission(vanthu *v, const vanthu_draft *d, unsigned flags,
			    struct client_types **types, struct submission *out)
{
	int code;

	*out = submission_of(d, flags);
	if (client_types_new(types) != ERR_OK)
		return vanthu_fail_about(ERR_NO_MEMORY, "");
	code = name_type(v, d, *types, out);
	if (code != VANTHU_OK) {
		client_types_free(*types);
		*types = NULL;
	}
	return code;
}

/* The lock is held. */
static int send_typed(vanthu *v, const vanthu_draft *d, unsigned flags, vanthu_sent **out)
{
	struct submission s;
	Vanthu__V1__Accepted *accepted;
	struct client_types *types;
	struct client_fault fault;
	int code = vanthu_draft_submission(v, d, flags, &types, &s);

	if (code != VANTHU_OK)
		return code;
	if (submission_send(v->client, &s, &fault, &accepted) != ERR_OK)
		code = vanthu_fail(&fault);
	else if (out != NULL && (*out = vanthu_draft_sent(accepted)) == NULL)
		code = vanthu_fail_about(ERR_NO_MEMORY, "");
	client_types_free(types);
	return code;
}

int vanthu_send(vanthu *v, const vanthu_draft *d, unsigned flags, vanthu_sent **out)
{
	const char *missing = d->s.file_count == 0 ? "part" : vanthu_draft_missing(d);
	int code;

	if (out != NULL)
		*out = NULL;
	if (missing != NULL || (flags & ~(unsigned)(VANTHU_STRICT | VANTHU_DRY_RUN)) != 0)
		return vanthu_fail_about(ERR_USAGE, missing != NULL ? missing : "flags");
	if (!vanthu_lock(v))
		return VANTHU_ERR_BAD_STATE;
	code = send_typed(v, d, flags, out);
	vanthu_unlock(v);
	return code;
}

void vanthu_sent_free(vanthu_sent *s)
{
	if (s == NULL)
		return;
	vanthu__v1__accepted__free_unpacked(s->accepted, NULL);
	free(s);
}

int vanthu_sent_is_repeated(const vanthu_sent *s)
{
	return s->accepted->repeated_submission;
}

size_t vanthu_sent_warning_count(const vanthu_sent *s)
{
	return s->accepted->n_warnings;
}

int vanthu_sent_warning(const vanthu_sent *s, size_t index)
{
	return index < s->accepted->n_warnings ? (int)s->accepted->warnings[index] : 0;
}

const char *vanthu_sent_same_number(const vanthu_sent *s)
{
	return s->same_number;
}

const char *vanthu_sent_number(const vanthu_sent *s)
{
	return s->accepted->number;
}

size_t vanthu_sent_recipient_count(const vanthu_sent *s)
{
	return s->accepted->n_recipients;
}

const char *vanthu_sent_recipient(const vanthu_sent *s, size_t index)
{
	return index < s->accepted->n_recipients ? s->accepted->recipients[index] : "";
}
