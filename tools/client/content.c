/* See content.h. */
#include "tools/client/content.h"

#include <stdio.h>

#include "proto/digest.h"
#include "proto/fields.h"

enum { WINDOW_BYTES = 2 << 20 };

enum err content_part_of(const Vanthu__V1__DocumentView *view, uint32_t number,
			 struct content_part *out)
{
	const Vanthu__V1__PartView *p = view->parts[number];

	out->number = number;
	snprintf(out->name, sizeof out->name, "%s", p->name);
	out->size_bytes = p->size_bytes;
	return field_fixed(p->sha256, out->sha256.bytes, sizeof out->sha256.bytes) == ERR_OK
		   ? ERR_OK
		   : ERR_FORMAT;
}

static enum err more_credit(struct client *c, uint64_t id, uint64_t bytes)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__ControlCredit credit = VANTHU__V1__CONTROL_CREDIT__INIT;

	credit.bytes = bytes;
	request.what_case = VANTHU__V1__REQUEST__WHAT_CREDIT;
	request.credit = &credit;
	return client_send_more(c, &request, id);
}

static enum err ask(struct client *c, const char *document, uint32_t part, uint64_t *id)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Content content = VANTHU__V1__CONTENT__INIT;
	Vanthu__V1__Ref ref = VANTHU__V1__REF__INIT;
	enum err e;

	ref.text = (char *)(uintptr_t)document;
	content.ref = &ref;
	content.part = part;
	content.credit_bytes = WINDOW_BYTES;
	request.what_case = VANTHU__V1__REQUEST__WHAT_CONTENT;
	request.content = &content;
	e = client_send(c, &request);
	*id = request.id;
	return e;
}

enum err content_read(struct client *c, const char *document, const struct content_part *part,
		      content_take *take, void *ctx, struct client_fault *fault)
{
	struct digest_stream *hash = digest_begin();
	uint64_t id = 0, got = 0, promised = WINDOW_BYTES;
	Vanthu__V1__Reply *reply = NULL;
	bool last = false, ours = hash == NULL;
	enum err e = hash == NULL ? ERR_NO_MEMORY : ask(c, document, part->number, &id);

	while (e == ERR_OK && !last) {
		e = client_next(c, &reply);
		if (e != ERR_OK || reply->what_case != VANTHU__V1__REPLY__WHAT_DATA)
			break;
		digest_add(hash, field_blob(reply->data->bytes));
		got += reply->data->bytes.len;
		last = reply->data->last;
		e = take(ctx, reply->data->bytes.data, reply->data->bytes.len);
		ours = e != ERR_OK;
		if (e == ERR_OK && !last && got + WINDOW_BYTES / 2 > promised) {
			promised = got + WINDOW_BYTES;
			e = more_credit(c, id, promised);
		}
	}
	if (e == ERR_OK && last) {
		struct digest d = digest_end(hash);

		if (digest_equal(&d, &part->sha256))
			return ERR_OK;
		e = ERR_DIGEST;
		ours = true;
	} else {
		digest_abandon(hash);
	}
	if (ours) {
		*fault = (struct client_fault){ .err = e };
		snprintf(fault->about, sizeof fault->about, "%s", part->name);
		if (!last)
			client_abandon(c);
	} else {
		client_fault(c, e, reply, fault);
	}
	return fault->err;
}
