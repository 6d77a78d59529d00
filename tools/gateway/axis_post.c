/* See axis_post.h. In this order: which message is it, has it been done; what is in it, and may the
 * token do that; noted as the token's own; done; noted as done. */
#include "tools/gateway/axis_post.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tools/axis/axis.h"
#include "tools/base/text.h"
#include "tools/gateway/axis.h"
#include "tools/gateway/command.h"
#include "tools/gateway/exchange.h"
#include "tools/gateway/form.h"
#include "tools/gateway/parcel.h"
#include "tools/gateway/permit.h"
#include "tools/gateway/pool.h"

struct post {
	struct exchange *x;
	struct axis_work *work;
	struct posted posted;
	const char *file, *sha256;
	const char *key; /* senderDocId; "" none */
	char id[POSTED_ID_SIZE];
	char reason[AXIS_REASON_SIZE];
	const char *field;
	json_t *said;	     /* what `edxml check` says of it */
	struct doc_id makes; /* the document that it is, or will be */
	bool there;	     /* that is here already */
	/* what it changes, where that had to be found; "" as the file says */
	char older[UUID_TEXT_SIZE];
};

static enum err fail(struct post *p, enum err e, const char *field)
{
	p->field = field;
	return e;
}

static void answer(struct post *p, const char *document, bool repeated)
{
	json_t *out = json_pack("{s:i, s:s, s:o}", "errorCode", 0, "docId", p->id, "documentId",
				document[0] == '\0' ? json_null() : json_string(document));

	if (repeated)
		json_object_set_new(out, "repeated", json_true());
	if (exchange_flag(p->x, "dry_run"))
		json_object_set_new(out, "dry_run", json_true());
	snprintf(p->x->document, sizeof p->x->document, "%.36s", document);
	exchange_bare(p->x, MHD_HTTP_OK, out);
}

/* ---- what it is ---- */

static bool is_status(const struct post *p)
{
	return strcmp(axis_text(p->said, "kind"), "status") == 0;
}

static enum err check_digest(struct post *p)
{
	const char *given = exchange_field(p->x, "contentSha256");

	return given == NULL || strcasecmp(given, p->sha256) == 0
		       ? ERR_OK
		       : fail(p, ERR_AXIS_BESIDE, "contentSha256");
}

static enum err look_into(struct post *p)
{
	const char *const args[] = { "edxml", "check", "--", p->file, NULL };
	const char *type = exchange_field(p->x, "messageType");
	enum err e = axis_run(p->work, args, &p->said, p->reason);

	if (e == ERR_OK && type != NULL && (strcmp(type, "status") == 0) != is_status(p))
		return fail(p, ERR_AXIS_BESIDE, "messageType");
	return e;
}

/* ---- may it ---- */

static enum token_act act_of(const struct post *p)
{
	const char *code = axis_text(p->said, "code");

	if (!is_status(p) || strcmp(code, "13") == 0)
		return TOKEN_ACT_SUBMIT;
	if (strcmp(code, "01") == 0)
		return TOKEN_ACT_AXIS;
	return strcmp(code, "02") == 0 || strcmp(code, "03") == 0 ? TOKEN_ACT_INTAKE
								  : TOKEN_ACT_OFFICE;
}

/* Whoever sees only what it handed in itself changes that alone. */
static bool changes_another(const struct post *p)
{
	if (is_status(p))
		return strcmp(axis_text(p->said, "code"), "13") == 0;
	return strcmp(axis_text(p->said, "business"), "new") != 0;
}

static enum err check_rights(struct post *p)
{
	const struct token_rights *r = &p->x->rights;

	if (!token_may(r, act_of(p)))
		return fail(p, ERR_TOKEN_SCOPE, "file");
	/* Its organs would have to be among these committees: nobody has asked for that yet. */
	return r->committee_count == 0 ? ERR_OK : fail(p, ERR_TOKEN_COMMITTEE, "file");
}

/* ---- doing it ---- */

/* ERR_NOT_FOUND: no such document is here, issued by us or arrived. */
static enum err ask(const struct post *p, Vanthu__V1__Ref *ref, char id[UUID_TEXT_SIZE])
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Reply *reply = NULL;
	struct client_fault fault = { .err = ERR_OK };
	struct pool_place *place;
	enum err e = pool_take(p->x->gateway->pool, CLIENT_OFFICE, &p->x->rights, &place);

	if (e != ERR_OK)
		return e;
	request.what_case = VANTHU__V1__REQUEST__WHAT_SHOW;
	request.show = ref;
	e = client_send(place->client, &request);
	if (e == ERR_OK)
		e = client_next(place->client, &reply);
	if (e == ERR_OK && reply->what_case == VANTHU__V1__REPLY__WHAT_VIEW &&
	    reply->view->line != NULL && reply->view->line->id.len == sizeof(struct doc_id)) {
		uuid_print(reply->view->line->id.data, id);
	} else {
		client_fault(place->client, e, e == ERR_OK ? reply : NULL, &fault);
		e = fault.err;
	}
	pool_give(p->x->gateway->pool, place);
	return e;
}

static enum err is_there(const struct post *p, const struct doc_id *id, bool *there)
{
	Vanthu__V1__Ref ref = VANTHU__V1__REF__INIT;
	char text[UUID_TEXT_SIZE], found[UUID_TEXT_SIZE];
	enum err e;

	uuid_print(id->bytes, text);
	ref.text = text;
	e = ask(p, &ref, found);
	*there = e == ERR_OK;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err is_own(const struct post *p, const struct doc_id *id, bool *own)
{
	*own = false;
	return token_sent_has(p->work->gateway_folder, p->x->rights.name, id, own);
}

/* The file names it as others do: by their id of it, or by its number. */
static enum err find_named(const struct post *p, struct axis_finder *f, char id[UUID_TEXT_SIZE])
{
	const char *us = p->work->committee;
	const json_t *about = json_object_get(p->said, "about"), *one;
	const bool named = !is_status(p);
	enum err e = named ? axis_find_id(f, axis_text(p->said, "older"), us, id) : ERR_NOT_FOUND;
	size_t i;

	if (named && strcmp(axis_text(p->said, "business"), "recall") != 0)
		return e;
	json_array_foreach(about, i, one)
	{
		if (e == ERR_NOT_FOUND)
			e = axis_find_id(f, axis_text(one, "document_id"), us, id);
		if (e == ERR_NOT_FOUND)
			e = axis_find_number(f, axis_text(one, "number"), us, id);
	}
	return e;
}

/* Which older document is meant is found out once, here: the import is told. */
static enum err find_older(struct post *p)
{
	struct axis_finder f = { NULL, { .err = ERR_OK } };
	struct pool_place *place;
	enum err e;

	if (!changes_another(p) || token_may(&p->x->rights, TOKEN_ACT_SEE_SENT))
		return ERR_OK;
	e = pool_take(p->x->gateway->pool, CLIENT_OFFICE, &p->x->rights, &place);
	if (e != ERR_OK)
		return e;
	f.client = place->client;
	e = find_named(p, &f, p->older);
	pool_give(p->x->gateway->pool, place);
	if (e == ERR_OK)
		e = permit_named(p->x, p->older);
	/* As of one that is not there; several of that name are perhaps not its own either. */
	return e == ERR_NOT_FOUND || e == ERR_AMBIGUOUS ? fail(p, ERR_NOT_FOUND, "file") : e;
}

/* *others: not for a token that sees only what it handed in itself. */
static enum err look_up(const struct post *p, const struct doc_id *id, bool *there, bool *others)
{
	bool own = true;
	enum err e = is_there(p, id, there);

	if (e == ERR_OK && !token_may(&p->x->rights, TOKEN_ACT_SEE_SENT))
		e = is_own(p, id, &own);
	*others = !own;
	return e;
}

/* As the import finds it out: what vanthu wrote is found by its id where it is here, and keeps it
 * where it is ours. A file can name any document, and say so little that it is the same as that
 * one: another's is not shown by that, nor had. Nor is the id that a key of another token will
 * have. */
static enum err find_out(struct post *p)
{
	const char *origin = axis_text(p->said, "origin");
	struct doc_id named;
	bool others = false, came = false;
	enum err e = ERR_OK;

	if (is_status(p))
		return ERR_OK;
	if (uuid_parse(axis_text(p->said, "import_id"), &p->makes) != ERR_OK)
		return ERR_SYSTEM;
	if (origin[0] != '\0' && uuid_parse(axis_text(p->said, "origin_id"), &named) == ERR_OK) {
		if (strcmp(origin, p->work->committee) == 0)
			p->makes = named;
		else
			e = look_up(p, &named, &came, &others);
	}
	if (e == ERR_OK && !(came && others)) {
		e = look_up(p, &p->makes, &p->there, &others);
		others = others && (p->there || p->makes.bytes[6] >> 4 == 8);
	}
	return e == ERR_OK && others ? fail(p, ERR_CONFLICT, "file") : e;
}

static enum err note_own(const struct post *p)
{
	bool own;
	enum err e = is_own(p, &p->makes, &own);

	return e == ERR_OK && !own
		       ? token_sent_add(p->work->gateway_folder, p->x->rights.name, &p->makes)
		       : e;
}

static bool makes_one(const struct post *p)
{
	return !is_status(p) && strcmp(axis_text(p->said, "business"), "recall") != 0;
}

static enum err import(struct post *p, char document[UUID_TEXT_SIZE])
{
	const bool with = p->older[0] != '\0';
	const char *const args[] = { "--dry-run",
				     "edxml",
				     "import",
				     with ? "--older" : "--",
				     with ? p->older : p->file,
				     with ? "--" : NULL,
				     p->file,
				     NULL };
	const bool look = exchange_flag(p->x, "dry_run");
	const json_t *first;
	json_t *done;
	enum err e = axis_run(p->work, args + (look ? 0 : 1), &done, p->reason);

	first = json_is_array(done) ? json_array_get(done, 0) : done;
	snprintf(document, UUID_TEXT_SIZE, "%.36s", axis_text(first, "id"));
	json_decref(done);
	return e;
}

/* Noted before it is sent: what becomes of it is told to who has handed it in, and may be known
 * before this is answered. One that is there only when the import has found it to be the same; only
 * who may see all of them comes so far with that. */
static enum err do_it(struct post *p)
{
	char document[UUID_TEXT_SIZE] = "", made[UUID_TEXT_SIZE];
	enum err e = makes_one(p) && !p->there ? note_own(p) : ERR_OK;

	uuid_print(p->makes.bytes, made);
	if (e == ERR_OK)
		e = import(p, document);
	if (e == ERR_OK && makes_one(p) && p->there && strcmp(document, made) == 0)
		e = note_own(p);
	if (e == ERR_OK)
		e = posted_note(&p->posted, p->id, p->key,
				json_pack("{s:s, s:s, s:s, s:s, s:s, s:I}", "id", p->id, "sha256",
					  p->sha256, "type", is_status(p) ? "status" : "edoc",
					  "document", document, "senderDocId", p->key, "at_ms",
					  (json_int_t)text_now_ms()));
	if (e == ERR_OK)
		answer(p, document, false);
	return e;
}

/* It is asked of everything that would be done, and nothing is noted. */
static enum err look_only(struct post *p)
{
	char document[UUID_TEXT_SIZE];
	enum err e = import(p, document);

	if (e == ERR_OK)
		answer(p, document, false);
	return e;
}

static enum err take_new(struct post *p)
{
	enum err e;

	if (!command_place_take())
		return ERR_BUSY;
	e = look_into(p);
	if (e == ERR_OK)
		e = check_rights(p);
	if (e == ERR_OK)
		e = find_older(p);
	if (e == ERR_OK)
		e = find_out(p);
	if (e == ERR_OK && exchange_flag(p->x, "dry_run"))
		e = look_only(p);
	else if (e == ERR_OK)
		e = do_it(p);
	command_place_give();
	return e;
}

/* Under its senderDocId it may have had another one before. */
static enum err take(struct post *p)
{
	json_t *known = NULL;
	enum err e;

	posted_id(&p->posted, p->sha256, p->id);
	e = posted_check_key(&p->posted, p->key, p->id);
	if (e != ERR_OK)
		return fail(p, e, e == ERR_AXIS_KEY ? "senderDocId" : NULL);
	e = posted_find(&p->posted, p->id, &known);
	if (e == ERR_OK) {
		/* under this key too */
		if (!exchange_flag(p->x, "dry_run"))
			e = posted_note(&p->posted, p->id, p->key, json_incref(known));
		if (e == ERR_OK)
			answer(p, axis_text(known, "document"), true);
	} else if (e == ERR_NOT_FOUND) {
		e = take_new(p);
	}
	json_decref(known);
	return e;
}

void axis_post(struct exchange *x)
{
	struct parcel *parcel = form_parcel(x);
	struct post p = { .x = x };
	enum err e;

	if (parcel == NULL)
		return;
	p.file = parcel_path(parcel);
	p.sha256 = parcel_sha256(parcel);
	p.key = exchange_field(x, "senderDocId");
	p.key = p.key == NULL ? "" : p.key;
	p.posted = (struct posted){ x->gateway->config->gateway_folder, x->rights.name, -1 };
	p.work = calloc(1, sizeof *p.work);
	e = p.work == NULL ? ERR_NO_MEMORY : check_digest(&p);
	if (e == ERR_OK && strlen(p.key) > POSTED_KEY_MAX)
		e = fail(&p, ERR_HTTP_FIELD, "senderDocId");
	if (e == ERR_OK) {
		axis_prepare(x, p.work, problem_language_name(x->language));
		e = posted_open(&p.posted);
		if (e == ERR_OK)
			e = take(&p);
		posted_close(&p.posted);
	}
	if (e != ERR_OK)
		exchange_refuse(x, e, p.reason[0] == '\0' ? NULL : p.reason, p.field);
	json_decref(p.said);
	free(p.work);
}
