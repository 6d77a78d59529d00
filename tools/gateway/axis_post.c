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

struct post {
	struct exchange *x;
	struct axis_work *work;
	struct posted posted;
	const char *file, *sha256;
	const char *key; /* senderDocId; "" none */
	char id[POSTED_ID_SIZE];
	char reason[AXIS_REASON_SIZE];
	const char *field;
	json_t *said; /* what `edxml check` says of it */
	bool ours;    /* one of our own documents that comes back */
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

/* What changes an older document, or asks for it back, names it as others do; which one that is the
 * command finds out. So only who may see all of them may. */
static bool changes_another(const struct post *p)
{
	if (is_status(p))
		return strcmp(axis_text(p->said, "code"), "13") == 0;
	return strcmp(axis_text(p->said, "business"), "new") != 0;
}

static enum err check_rights(struct post *p)
{
	const struct token_rights *r = &p->x->rights;

	if (!token_may(r, act_of(p)) || (changes_another(p) && !token_may(r, TOKEN_ACT_SEE_SENT)))
		return fail(p, ERR_TOKEN_SCOPE, "file");
	/* Its organs would have to be among these committees: nobody has asked for that yet. */
	return r->committee_count == 0 ? ERR_OK : fail(p, ERR_TOKEN_COMMITTEE, "file");
}

/* ---- doing it ---- */

/* Before it is sent: what becomes of it is told to who has handed it in, and may be known before
 * this is answered. One of ours that comes back is somebody's already. */
static enum err note_own(struct post *p)
{
	const char *folder = p->work->gateway_folder, *id = axis_text(p->said, "import_id");
	struct doc_id made;
	bool yes = false;
	enum err e;

	p->ours = strcmp(axis_text(p->said, "origin"), p->work->committee) == 0;
	if (is_status(p) || p->ours || strcmp(axis_text(p->said, "business"), "recall") == 0)
		return ERR_OK;
	if (uuid_parse(id, &made) != ERR_OK)
		return ERR_SYSTEM;
	e = token_sent_has(folder, p->x->rights.name, &made, &yes);
	return e == ERR_OK && !yes ? token_sent_add(folder, p->x->rights.name, &made) : e;
}

static enum err import(struct post *p, char document[UUID_TEXT_SIZE])
{
	const char *const args[] = { "edxml", "import", "--", p->file, NULL };
	const json_t *first;
	json_t *done;
	struct doc_id own;
	enum err e = axis_run(p->work, args, &done, p->reason);

	first = json_is_array(done) ? json_array_get(done, 0) : done;
	snprintf(document, UUID_TEXT_SIZE, "%.36s", axis_text(first, "id"));
	json_decref(done);
	/* All of it is the same as what is there, or it would have been refused. */
	if (e == ERR_OK && p->ours && !is_status(p) && uuid_parse(document, &own) == ERR_OK)
		e = token_sent_add(p->work->gateway_folder, p->x->rights.name, &own);
	return e;
}

static enum err do_it(struct post *p)
{
	char document[UUID_TEXT_SIZE] = "";
	enum err e = note_own(p);

	if (e == ERR_OK)
		e = import(p, document);
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

static enum err take_new(struct post *p)
{
	enum err e;

	if (!command_place_take())
		return ERR_BUSY;
	e = look_into(p);
	if (e == ERR_OK)
		e = check_rights(p);
	if (e == ERR_OK && exchange_flag(p->x, "dry_run"))
		answer(p, "", false);
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
