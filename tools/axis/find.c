/* See tools/axis/find.h. */
#include "tools/axis/find.h"

#include <string.h>

static enum err ask(struct axis_finder *f, Vanthu__V1__Ref *ref, Vanthu__V1__Reply **reply)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	enum err e;

	request.what_case = VANTHU__V1__REQUEST__WHAT_SHOW;
	request.show = ref;
	*reply = NULL;
	e = client_send(f->client, &request);
	if (e == ERR_OK)
		e = client_next(f->client, reply);
	if (e == ERR_OK && (*reply)->what_case == VANTHU__V1__REPLY__WHAT_VIEW &&
	    (*reply)->view->line->id.len == sizeof(struct doc_id))
		return ERR_OK;
	client_fault(f->client, e, e == ERR_OK ? *reply : NULL, &f->fault);
	return f->fault.err;
}

static enum err find(struct axis_finder *f, Vanthu__V1__Ref *ref, const char *issuer,
		     char out[UUID_TEXT_SIZE])
{
	Vanthu__V1__Reply *reply;
	enum err e;

	if (issuer != NULL)
		ref->from = (char *)(uintptr_t)issuer;
	e = ask(f, ref, &reply);
	if (e == ERR_OK)
		uuid_print(reply->view->line->id.data, out);
	return e;
}

static enum err by_name(struct axis_finder *f, text_t name, const char *issuer,
			char out[UUID_TEXT_SIZE])
{
	Vanthu__V1__Ref ref = VANTHU__V1__REF__INIT;

	if (name[0] == '\0')
		return ERR_NOT_FOUND;
	ref.text = (char *)(uintptr_t)name;
	return find(f, &ref, issuer, out);
}

enum err axis_find_view(struct axis_finder *f, const char *id, const Vanthu__V1__DocumentView **out)
{
	Vanthu__V1__Ref ref = VANTHU__V1__REF__INIT;
	Vanthu__V1__Reply *reply;
	enum err e;

	ref.text = (char *)(uintptr_t)id;
	e = ask(f, &ref, &reply);
	*out = e == ERR_OK ? reply->view : NULL;
	return e;
}

enum err axis_find_number(struct axis_finder *f, text_t printed, const char *issuer,
			  char out[UUID_TEXT_SIZE])
{
	char number[NUMBER_MAX + 1], notation[NUMBER_MAX + 1], joined[NUMBER_MAX + 1];
	enum err e = by_name(f, edxml_text(printed), issuer, out);

	if (e != ERR_NOT_FOUND)
		return e;
	edxml_number_split(edxml_text(printed), number, sizeof number, notation, sizeof notation);
	edxml_number_join(number, notation, joined, sizeof joined);
	return strcmp(joined, edxml_text(printed)) == 0 ? e : by_name(f, joined, issuer, out);
}

static enum err by_foreign(struct axis_finder *f, text_t id, const char *issuer,
			   char out[UUID_TEXT_SIZE])
{
	Vanthu__V1__Ref ref = VANTHU__V1__REF__INIT;

	if (id[0] == '\0' || strlen(id) > FOREIGN_ID_MAX)
		return ERR_NOT_FOUND;
	ref.foreign_id = (char *)(uintptr_t)id;
	return find(f, &ref, issuer, out);
}

/* Systems of others make UUIDs too: one that is ours goes before. */
enum err axis_find_id(struct axis_finder *f, text_t id, const char *issuer,
		      char out[UUID_TEXT_SIZE])
{
	const char *comma;
	struct doc_id own;
	enum err e = ERR_NOT_FOUND;

	id = edxml_text(id);
	if (uuid_parse(id, &own) == ERR_OK)
		e = by_name(f, id, NULL, out);
	if (e == ERR_NOT_FOUND)
		e = by_foreign(f, id, issuer, out);
	comma = strchr(id, ',');
	comma = comma == NULL ? NULL : strchr(comma + 1, ',');
	return e == ERR_NOT_FOUND && comma != NULL ? axis_find_number(f, comma + 1, issuer, out)
						   : e;
}
