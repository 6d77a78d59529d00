/* See form.h. */
#include "tools/gateway/form.h"

#include <stdlib.h>
#include <string.h>

#include "tools/gateway/exchange.h"
#include "tools/gateway/fields.h"
#include "tools/gateway/multipart.h"
#include "tools/gateway/parcel.h"
#include "tools/gateway/submit.h"

enum { META_MAX_BYTES = 256 * 1024 };
enum form_part { NOW_NOTHING, NOW_META, NOW_FILE };

struct form {
	struct exchange *x;
	struct multipart *multipart;
	struct multipart_events events;
	enum form_part now;
	struct submit *submit; /* once meta has come */
	unsigned files;
	struct parcel *parcel; /* of ROUTE_PARCEL */
	char *meta;
	size_t meta_len, meta_size;
};

static enum err refuse(struct form *f, enum err e, const char *field)
{
	exchange_refuse(f->x, e, NULL, field);
	return e;
}

static enum err begin_part(void *ctx, const struct multipart_part *part)
{
	struct form *f = ctx;

	if (strcmp(part->name, "meta") == 0 && f->submit == NULL) {
		f->now = NOW_META;
		return ERR_OK;
	}
	/* meta comes first: what it says decides where the files go. */
	if (strcmp(part->name, "file") != 0 || f->submit == NULL || part->file[0] == '\0')
		return refuse(f, ERR_HTTP_MULTIPART, part->name);
	f->now = NOW_FILE;
	f->files++;
	return submit_file_begin(f->submit, part->file);
}

static enum err take_meta(struct form *f, const char *bytes, size_t len)
{
	if (f->meta_len + len > META_MAX_BYTES)
		return refuse(f, ERR_HTTP_LARGE, "meta");
	if (f->meta_len + len > f->meta_size) {
		size_t size = (f->meta_len + len) * 2;
		char *larger = realloc(f->meta, size);

		if (larger == NULL)
			return refuse(f, ERR_NO_MEMORY, NULL);
		f->meta = larger;
		f->meta_size = size;
	}
	memcpy(f->meta + f->meta_len, bytes, len);
	f->meta_len += len;
	return ERR_OK;
}

static enum err content(void *ctx, const char *bytes, size_t len)
{
	struct form *f = ctx;

	return f->now == NOW_META ? take_meta(f, bytes, len)
				  : submit_file_bytes(f->submit, bytes, len);
}

/* meta is whole: what it says is checked, and the way is chosen. */
static enum err end_meta(struct form *f)
{
	struct exchange *x = f->x;
	const char *field = NULL;
	json_error_t error;
	enum err e;

	x->fields = json_loadb(f->meta == NULL ? "" : f->meta, f->meta_len, JSON_REJECT_DUPLICATES,
			       &error);
	if (!json_is_object(x->fields))
		return refuse(f, ERR_HTTP_BODY, "meta");
	e = fields_of_query(x->connection, x->route, x->fields, &field);
	if (e == ERR_OK)
		e = fields_check(x->fields, x->route, &field);
	if (e != ERR_OK)
		return refuse(f, e, field);
	return submit_begin(x, &f->submit);
}

static enum err end_part(void *ctx)
{
	struct form *f = ctx;
	enum form_part now = f->now;

	f->now = NOW_NOTHING;
	return now == NOW_META ? end_meta(f) : submit_file_end(f->submit);
}

void form_begin(struct exchange *x)
{
	struct form *f = calloc(1, sizeof *f);
	enum err e;

	if (f == NULL) {
		exchange_refuse(x, ERR_NO_MEMORY, NULL, NULL);
		return;
	}
	x->form = f;
	f->x = x;
	f->events = (struct multipart_events){ begin_part, content, end_part, f };
	if (x->route->body == ROUTE_PARCEL) {
		f->parcel = parcel_new(x);
		if (f->parcel == NULL)
			return;
		f->events = parcel_events(f->parcel);
	}
	e = multipart_new(exchange_header(x, "Content-Type"), &f->events, &f->multipart);
	if (e != ERR_OK)
		exchange_refuse(x, e, NULL, "Content-Type");
}

void form_take(struct exchange *x, const char *bytes, size_t len)
{
	if (x->response != NULL || x->form == NULL)
		return;
	if (multipart_take(x->form->multipart, bytes, len) != ERR_OK)
		exchange_refuse(x, ERR_HTTP_MULTIPART, NULL, NULL); /* unless its event has */
}

/* An upload may take hours: who was revoked meanwhile hands nothing in. */
static bool is_whole(struct exchange *x)
{
	enum err e = exchange_still(x->gateway, &x->rights, &x->session);

	if (e == ERR_OK && multipart_finish(x->form->multipart) != ERR_OK)
		e = ERR_HTTP_MULTIPART;
	if (e != ERR_OK)
		exchange_refuse(x, e, NULL, NULL);
	return e == ERR_OK;
}

struct parcel *form_parcel(struct exchange *x)
{
	return is_whole(x) && parcel_finish(x->form->parcel) ? x->form->parcel : NULL;
}

void form_answer(struct exchange *x)
{
	struct form *f = x->form;

	if (!is_whole(x))
		return;
	if (f->submit == NULL)
		exchange_refuse(x, ERR_HTTP_MULTIPART, NULL, "meta");
	else if (f->files == 0)
		exchange_refuse(x, ERR_HTTP_MULTIPART, NULL, "file");
	else
		submit_finish(f->submit);
}

void form_free(struct form *f)
{
	if (f == NULL)
		return;
	submit_free(f->submit);
	parcel_free(f->parcel);
	multipart_free(f->multipart);
	free(f->meta);
	free(f);
}
