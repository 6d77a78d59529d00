/* Documents of vanthu.h: looking at one, and waiting for its receipts. */
#include "tools/client/vanthu_document.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tools/client/vanthu_connection.h"
#include "tools/client/vanthu_draft.h"
#include "tools/client/vanthu_fault.h"

enum { LOOK_FIRST_MS = 50, LOOK_AT_MOST_MS = 1000 };

/* ---- what it holds ---- */

bool vanthu_document_init(struct vanthu_document *d, const struct client *c)
{
	struct blob packed = client_packed(c);
	const Vanthu__V1__DocumentRef *answered;

	*d = (struct vanthu_document){ .reply = vanthu__v1__reply__unpack(NULL, packed.len_bytes,
									  packed.data) };
	if (d->reply == NULL)
		return false;
	if (d->reply->what_case == VANTHU__V1__REPLY__WHAT_VIEW)
		d->view = d->reply->view;
	d->line = d->view != NULL ? d->view->line : d->reply->line;
	if (d->line->id.len == sizeof(struct doc_id))
		uuid_print(d->line->id.data, d->id);
	answered = d->view != NULL && d->view->body != NULL ? d->view->body->reply_to : NULL;
	if (answered != NULL && answered->id.len == sizeof(struct doc_id))
		uuid_print(answered->id.data, d->reply_id);
	return true;
}

void vanthu_document_clear(struct vanthu_document *d)
{
	vanthu__v1__reply__free_unpacked(d->reply, NULL);
}

void vanthu_document_free(vanthu_document *d)
{
	if (d == NULL)
		return;
	vanthu_document_clear(d);
	free(d);
}

/* ---- asking ---- */

int vanthu_ask_view(vanthu *v, const char *name, Vanthu__V1__Reply **reply)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Ref ref = VANTHU__V1__REF__INIT;
	struct client_fault fault;
	enum err e;

	ref.text = (char *)(uintptr_t)name;
	request.what_case = VANTHU__V1__REQUEST__WHAT_SHOW;
	request.show = &ref;
	e = client_send(v->client, &request);
	if (e == ERR_OK)
		e = client_next(v->client, reply);
	if (e == ERR_OK && (*reply)->what_case == VANTHU__V1__REPLY__WHAT_VIEW &&
	    (*reply)->view->line != NULL)
		return VANTHU_OK;
	client_fault(v->client, e, e == ERR_OK ? *reply : NULL, &fault);
	if (fault.about[0] == '\0' && fault.call == NULL)
		return vanthu_fail_about(fault.err, name);
	return vanthu_fail(&fault);
}

int vanthu_show(vanthu *v, const char *name, vanthu_document **out)
{
	vanthu_document *d = calloc(1, sizeof *d);
	Vanthu__V1__Reply *reply;
	int code;

	*out = NULL;
	if (d == NULL)
		return vanthu_fail_about(ERR_NO_MEMORY, "");
	if (!vanthu_lock(v)) {
		free(d);
		return VANTHU_ERR_BAD_STATE;
	}
	code = vanthu_ask_view(v, name, &reply);
	if (code == VANTHU_OK && !vanthu_document_init(d, v->client))
		code = vanthu_fail_about(ERR_NO_MEMORY, "");
	vanthu_unlock(v);
	if (code == VANTHU_OK)
		*out = d;
	else
		free(d);
	return code;
}

static int64_t steady_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool is_settled(const vanthu_document *d)
{
	enum vanthu_state s = vanthu_document_state(d);

	return s == VANTHU_STATE_DELIVERED || s == VANTHU_STATE_REFUSED ||
	       s == VANTHU_STATE_EXPIRED;
}

/* Polls: events on the local events socket may be lost, what a request reads is on disk. */
int vanthu_wait(vanthu *v, const char *name, int timeout_ms, vanthu_document **out)
{
	int64_t until_ms = steady_ms() + timeout_ms, left_ms;
	int pause_ms = LOOK_FIRST_MS, code;

	for (;;) {
		code = vanthu_show(v, name, out);
		left_ms = until_ms - steady_ms();
		if (code != VANTHU_OK || is_settled(*out))
			return code;
		if (left_ms <= 0)
			return vanthu_fail_about(ERR_NOT_YET, name);
		vanthu_document_free(*out);
		poll(NULL, 0, pause_ms < left_ms ? pause_ms : (int)left_ms);
		pause_ms = 2 * pause_ms < LOOK_AT_MOST_MS ? 2 * pause_ms : LOOK_AT_MOST_MS;
	}
}

/* ---- fields ---- */

static const char *word(const char *const *words, unsigned number)
{
	unsigned i = 1;

	while (i < number && words[i - 1] != NULL)
		i++;
	return number == 0 || words[i - 1] == NULL ? "" : words[i - 1];
}

static const char *body_text(const Vanthu__V1__DocumentBody *b, enum vanthu_field field)
{
	switch (field) {
	case VANTHU_TYPE_NAME:
		return b->type_name;
	case VANTHU_TERM:
		return b->term;
	case VANTHU_NOTE:
		return b->note;
	case VANTHU_SIGNER:
		return b->signer == NULL ? "" : b->signer->name;
	case VANTHU_POSITION:
		return b->signer == NULL ? "" : b->signer->position;
	case VANTHU_REPLY_FROM:
		return b->reply_to == NULL ? "" : b->reply_to->origin;
	default:
		return "";
	}
}

const char *vanthu_document_text(const vanthu_document *d, enum vanthu_field field)
{
	switch (field) {
	case VANTHU_ID:
		return d->id;
	case VANTHU_FROM:
		return d->line->from;
	case VANTHU_NUMBER:
		return d->line->number;
	case VANTHU_TYPE:
		return d->line->type_code;
	case VANTHU_SUBJECT:
		return d->line->subject;
	case VANTHU_ISSUED_ON:
		return d->line->issued_on;
	case VANTHU_DUE_ON:
		return d->line->due_on;
	case VANTHU_STATE:
		return d->line->state;
	case VANTHU_URGENCY:
		return word(vanthu_urgencies, (unsigned)d->line->urgency);
	case VANTHU_SECRECY:
		return d->view == NULL ? "" : word(vanthu_secrecies, (unsigned)d->view->secrecy);
	case VANTHU_SIGNED_BY:
		return d->view == NULL ? "" : d->view->signed_by;
	case VANTHU_REPLY_ID:
		return d->reply_id;
	default:
		return d->view == NULL || d->view->body == NULL ? ""
								: body_text(d->view->body, field);
	}
}

int64_t vanthu_document_number(const vanthu_document *d, enum vanthu_field field)
{
	switch (field) {
	case VANTHU_ARRIVED_MS:
		return d->line->arrived_at_ms;
	case VANTHU_SIGNED_MS:
		return d->view == NULL ? 0 : d->view->signed_at_ms;
	case VANTHU_RECIPIENTS:
		return (int64_t)d->line->recipient_count;
	case VANTHU_DELIVERED:
		return (int64_t)d->line->delivered;
	case VANTHU_REFUSED:
		return (int64_t)d->line->refused;
	case VANTHU_PARTS:
		return d->view == NULL ? d->line->attachment_count : (int64_t)d->view->n_parts;
	default:
		return 0;
	}
}

static enum vanthu_state state_of(const char *text)
{
	static const char *const words[] = { "accepted", "sending", "delivered",
					     "refused",	 "expired", "waiting" };

	for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (strcmp(text, words[i]) == 0)
			return (enum vanthu_state)(i + 1);
	}
	return VANTHU_STATE_OTHER;
}

enum vanthu_state vanthu_document_state(const vanthu_document *d)
{
	return state_of(d->line->state);
}

/* ---- parts ---- */

size_t vanthu_part_count(const vanthu_document *d)
{
	return d->view == NULL ? 0 : d->view->n_parts;
}

const char *vanthu_part_name(const vanthu_document *d, size_t part)
{
	return part < vanthu_part_count(d) ? d->view->parts[part]->name : "";
}

const char *vanthu_part_media_type(const vanthu_document *d, size_t part)
{
	return part < vanthu_part_count(d) ? d->view->parts[part]->media_type : "";
}

uint64_t vanthu_part_size_bytes(const vanthu_document *d, size_t part)
{
	return part < vanthu_part_count(d) ? d->view->parts[part]->size_bytes : 0;
}

/* ---- recipients ---- */

size_t vanthu_recipient_count(const vanthu_document *d)
{
	return d->view == NULL ? 0 : d->view->n_receipts;
}

const char *vanthu_recipient_committee(const vanthu_document *d, size_t index)
{
	return index < vanthu_recipient_count(d) ? d->view->receipts[index]->committee : "";
}

enum vanthu_state vanthu_recipient_state(const vanthu_document *d, size_t index)
{
	return index < vanthu_recipient_count(d) ? state_of(d->view->receipts[index]->state)
						 : VANTHU_STATE_OTHER;
}

int vanthu_recipient_reason(const vanthu_document *d, size_t index)
{
	return index < vanthu_recipient_count(d) ? (int)d->view->receipts[index]->reason : 0;
}

int64_t vanthu_recipient_at_ms(const vanthu_document *d, size_t index)
{
	return index < vanthu_recipient_count(d) ? d->view->receipts[index]->at_ms : 0;
}
