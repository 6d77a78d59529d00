/* See permit.h. */
#include "tools/gateway/permit.h"

#include <stdio.h>
#include <string.h>

#include "tools/base/text.h"
#include "tools/gateway/exchange.h"
#include "tools/gateway/pool.h"

enum { RECIPIENTS_LOOKED_AT = 512, TEXT_BYTES = 16 * 1024 };

/* The view lives until the client's next call. */
static enum err ask(struct client *c, const char *which, struct client_fault *fault,
		    const Vanthu__V1__DocumentView **view)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Ref ref = VANTHU__V1__REF__INIT;
	Vanthu__V1__Reply *reply = NULL;
	enum err e;

	ref.text = (char *)(uintptr_t)which;
	request.what_case = VANTHU__V1__REQUEST__WHAT_SHOW;
	request.show = &ref;
	e = client_send(c, &request);
	if (e == ERR_OK)
		e = client_next(c, &reply);
	if (e == ERR_OK && reply != NULL && reply->what_case == VANTHU__V1__REPLY__WHAT_VIEW) {
		*view = reply->view;
		return ERR_OK;
	}
	client_fault(c, e, reply, fault);
	return fault->err;
}

static bool is_bound_away(const struct exchange *x, const Vanthu__V1__DocumentView *v)
{
	const char *recipients[RECIPIENTS_LOOKED_AT];
	unsigned count = 0;

	for (size_t i = 0; i < v->n_members && count < RECIPIENTS_LOOKED_AT; i++)
		recipients[count++] = v->members[i];
	return !token_may_see(&x->rights, v->line->from, recipients, count);
}

/* Issued here, or it came here. */
static enum err check(const struct exchange *x, const Vanthu__V1__DocumentView *v)
{
	const bool own = strcmp(v->line->from, x->gateway->config->committee.text) == 0;
	const enum token_act all = own ? TOKEN_ACT_SEE_SENT : TOKEN_ACT_SEE_RECEIVED;
	struct doc_id id;
	bool yes = false;

	if (is_bound_away(x, v))
		return ERR_NOT_FOUND;
	if (x->route->act == TOKEN_ACT_OPERATE)
		return ERR_OK; /* shows nothing of it */
	if (token_may(&x->rights, all))
		return ERR_OK;
	if (!own || v->line->id.len != sizeof id.bytes || v->line->id.data == NULL)
		return ERR_NOT_FOUND;
	memcpy(id.bytes, v->line->id.data, sizeof id.bytes);
	if (token_sent_has(x->gateway->config->gateway_folder, x->rights.name, &id, &yes) != ERR_OK)
		return ERR_FILE;
	return yes ? ERR_OK : ERR_NOT_FOUND;
}

enum err permit_view(struct exchange *x, struct client *c, struct client_fault *fault,
		     uint32_t part, struct content_part *out, char id[UUID_TEXT_SIZE])
{
	const Vanthu__V1__DocumentView *view = NULL;
	enum err e = ask(c, route_word(x->route, &x->words, "id", 2), fault, &view);

	if (e == ERR_OK)
		e = check(x, view);
	if (e != ERR_OK)
		return e;
	uuid_print(view->line->id.data, id);
	if (out != NULL && part >= view->n_parts)
		return ERR_NOT_FOUND;
	return out == NULL ? ERR_OK : content_part_of(view, part, out);
}

bool permit_all(const struct exchange *x)
{
	return x->rights.committee_count == 0 && token_may(&x->rights, TOKEN_ACT_SEE_SENT) &&
	       token_may(&x->rights, TOKEN_ACT_SEE_RECEIVED);
}

bool permit_document(struct exchange *x)
{
	struct client_fault fault = { .err = ERR_OK };
	struct pool_place *place;
	enum err e;

	if (permit_all(x))
		return true;
	e = pool_take(x->gateway->pool, CLIENT_OFFICE, &x->rights, &place);
	if (e == ERR_OK) {
		e = permit_view(x, place->client, &fault, 0, NULL, x->document);
		pool_give(x->gateway->pool, place);
	}
	fault.err = e;
	if (e != ERR_OK)
		exchange_fault(x, &fault);
	return e == ERR_OK;
}

bool permit_reference(struct exchange *x, const char *name, bool seen)
{
	const char *which = exchange_field(x, name);
	const Vanthu__V1__DocumentView *view = NULL;
	struct client_fault fault = { .err = ERR_OK };
	struct pool_place *place;
	enum err e;

	if (which == NULL || (x->rights.committee_count == 0 &&
			      (!seen || token_may(&x->rights, TOKEN_ACT_SEE_SENT))))
		return true;
	e = pool_take(x->gateway->pool, CLIENT_OFFICE, &x->rights, &place);
	if (e == ERR_OK) {
		e = ask(place->client, which, &fault, &view);
		if (e == ERR_OK)
			e = seen ? check(x, view) : is_bound_away(x, view) ? ERR_NOT_FOUND : ERR_OK;
		pool_give(x->gateway->pool, place);
	}
	if (e != ERR_OK)
		exchange_refuse(x, e, which, name);
	return e == ERR_OK;
}

enum err permit_named(struct exchange *x, const char *which)
{
	const Vanthu__V1__DocumentView *view = NULL;
	struct client_fault fault = { .err = ERR_OK };
	struct pool_place *place;
	enum err e;

	if (permit_all(x))
		return ERR_OK;
	e = pool_take(x->gateway->pool, CLIENT_OFFICE, &x->rights, &place);
	if (e == ERR_OK) {
		e = ask(place->client, which, &fault, &view);
		if (e == ERR_OK)
			e = check(x, view);
		pool_give(x->gateway->pool, place);
	}
	return e;
}

bool permit_list(struct exchange *x)
{
	const char *from = exchange_field(x, "from"), *to = exchange_field(x, "to");
	const char *box = exchange_field(x, "box");
	bool sent = box != NULL && strcmp(box, "in") != 0,
	     received = box == NULL || strcmp(box, "out") != 0;

	if ((sent && !token_may(&x->rights, TOKEN_ACT_SEE_SENT)) ||
	    (received && !token_may(&x->rights, TOKEN_ACT_SEE_RECEIVED))) {
		exchange_refuse(x, ERR_TOKEN_SCOPE, NULL, "box");
		return false;
	}
	if (x->rights.committee_count == 0 ||
	    (from != NULL && token_may_see(&x->rights, from, NULL, 0)) ||
	    (to != NULL && token_may_see(&x->rights, to, NULL, 0)))
		return true;
	exchange_refuse(x, ERR_TOKEN_COMMITTEE, NULL, "from");
	return false;
}

/* Adds the words of a text, which it cuts at commas. */
static unsigned add_words(char *text, const char **words, unsigned count)
{
	char *word;

	while (text != NULL && (word = strsep(&text, ",")) != NULL && count < RECIPIENTS_MAX) {
		text_trim(word);
		if (word[0] != '\0')
			words[count++] = word;
	}
	return count;
}

bool permit_recipients(struct exchange *x)
{
	const json_t *to = json_object_get(x->fields, "to");
	size_t lists = json_is_array(to) ? json_array_size(to) : 1;
	const char *words[RECIPIENTS_MAX];
	char text[TEXT_BYTES] = "";
	unsigned count = 0;
	size_t used = 0;

	if (x->rights.committee_count == 0)
		return true;
	for (size_t i = 0; i < lists && used < sizeof text; i++) {
		const char *one =
			json_string_value(json_is_array(to) ? json_array_get(to, i) : to);

		used += (size_t)snprintf(text + used, sizeof text - used, "%s,",
					 one == NULL ? "" : one);
	}
	if (used < sizeof text)
		count = add_words(text, words, count);
	if (count > 0 && token_may_send_to(&x->rights, words, count, NULL))
		return true;
	exchange_refuse(x, ERR_TOKEN_COMMITTEE, NULL, "to");
	return false;
}
