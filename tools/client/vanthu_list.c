/* Filters and lists of vanthu.h. */
#include "tools/client/vanthu_list.h"

#include <stdlib.h>
#include <string.h>

#include "tools/base/text.h"
#include "tools/client/vanthu_connection.h"
#include "tools/client/vanthu_fault.h"

int vanthu_filter_new(vanthu_filter **out)
{
	*out = calloc(1, sizeof **out);
	if (*out == NULL)
		return vanthu_fail_about(ERR_NO_MEMORY, "");
	vanthu__v1__list__init(&(*out)->list);
	return VANTHU_OK;
}

static char **text_at(vanthu_filter *f, enum vanthu_field field)
{
	switch (field) {
	case VANTHU_FROM:
		return &f->list.from;
	case VANTHU_TO:
		return &f->list.to;
	case VANTHU_TYPE:
		return &f->list.type_code;
	case VANTHU_NUMBER:
		return &f->list.number;
	case VANTHU_STATE:
		return &f->list.state;
	default:
		return NULL;
	}
}

static void drop(char *text)
{
	if (text != protobuf_c_empty_string)
		free(text);
}

void vanthu_filter_free(vanthu_filter *f)
{
	if (f == NULL)
		return;
	drop(f->list.from);
	drop(f->list.to);
	drop(f->list.type_code);
	drop(f->list.number);
	drop(f->list.state);
	free(f);
}

int vanthu_filter_set(vanthu_filter *f, enum vanthu_field field, const char *text)
{
	char **at = text_at(f, field), *nfc = at == NULL ? NULL : text_nfc(text);

	if (nfc == NULL)
		return vanthu_fail_about(at == NULL ? ERR_USAGE : ERR_UTF8, text);
	drop(*at);
	*at = nfc;
	return VANTHU_OK;
}

int vanthu_filter_set_number(vanthu_filter *f, enum vanthu_field field, int64_t number)
{
	if (number < 0)
		return vanthu_fail_about(ERR_USAGE, "number");
	switch (field) {
	case VANTHU_SINCE_MS:
		f->list.since_ms = number;
		return VANTHU_OK;
	case VANTHU_UNTIL_MS:
		f->list.until_ms = number;
		return VANTHU_OK;
	case VANTHU_LIMIT:
		f->list.limit = number > UINT32_MAX ? UINT32_MAX : (uint32_t)number;
		return VANTHU_OK;
	default:
		return vanthu_fail_about(ERR_USAGE, "field");
	}
}

/* ---- lists ---- */

static enum err append(vanthu_list *l, const struct client *c)
{
	if (l->count == l->room) {
		size_t room = l->room == 0 ? 16 : 2 * l->room;
		void *larger = realloc(l->documents, room * sizeof *l->documents);

		if (larger == NULL)
			return ERR_NO_MEMORY;
		l->documents = larger;
		l->room = room;
	}
	if (!vanthu_document_init(&l->documents[l->count], c))
		return ERR_NO_MEMORY;
	l->count++;
	return ERR_OK;
}

/* The lock is held. */
static int collect(vanthu *v, const Vanthu__V1__List *what, vanthu_list *l)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Reply *reply = NULL;
	struct client_fault fault;
	enum err e;

	request.what_case = VANTHU__V1__REQUEST__WHAT_LIST;
	request.list = (Vanthu__V1__List *)(uintptr_t)what;
	e = client_send(v->client, &request);
	while (e == ERR_OK) {
		e = client_next(v->client, &reply);
		if (e != ERR_OK || reply->what_case != VANTHU__V1__REPLY__WHAT_LINE)
			break;
		if (append(l, v->client) != ERR_OK) {
			client_abandon(v->client);
			return vanthu_fail_about(ERR_NO_MEMORY, "");
		}
	}
	if (e == ERR_OK && reply->what_case == VANTHU__V1__REPLY__WHAT_DONE)
		return VANTHU_OK;
	client_fault(v->client, e, reply, &fault);
	return vanthu_fail(&fault);
}

int vanthu_find(vanthu *v, enum vanthu_box box, const vanthu_filter *filter, vanthu_list **out)
{
	Vanthu__V1__List what = VANTHU__V1__LIST__INIT;
	vanthu_list *l = calloc(1, sizeof *l);
	int code;

	*out = NULL;
	if (l == NULL)
		return vanthu_fail_about(ERR_NO_MEMORY, "");
	if (filter != NULL)
		what = filter->list;
	what.box = (Vanthu__V1__Box)box;
	if (box < VANTHU_INBOX || box > VANTHU_ALL)
		code = vanthu_fail_about(ERR_USAGE, "box");
	else if (!vanthu_lock(v))
		code = VANTHU_ERR_BAD_STATE;
	else {
		code = collect(v, &what, l);
		vanthu_unlock(v);
	}
	if (code == VANTHU_OK)
		*out = l;
	else
		vanthu_list_free(l);
	return code;
}

void vanthu_list_free(vanthu_list *l)
{
	if (l == NULL)
		return;
	for (size_t i = 0; i < l->count; i++)
		vanthu_document_clear(&l->documents[i]);
	free(l->documents);
	free(l);
}

size_t vanthu_list_count(const vanthu_list *l)
{
	return l->count;
}

const vanthu_document *vanthu_list_next(vanthu_list *l)
{
	if (l->at < l->count)
		return &l->documents[l->at++];
	l->at = 0;
	return NULL;
}
