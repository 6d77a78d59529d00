/* See complete_ask.h. */
#include "tools/cli/complete_ask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/fields.h"
#include "tools/account/account.h"
#include "tools/base/text.h"
#include "tools/cli/cli.h"
#include "tools/cli/complete_offer.h"
#include "tools/client/client.h"
#include "tools/lab/lab.h"
#include "tools/token/token.h"

enum { DOCUMENTS_MAX = 200, ROWS_MAX = 8192, ENDING_CHARS = 8 };
/* For all rows together, beyond what one of them may take. */
enum { BUDGET_MORE_MS = 200 };

/* Hands each row of a list to `take`, which returns false when it has seen enough. */
static void ask(const struct completing *c, enum client_socket_kind kind,
		Vanthu__V1__Request *request, bool (*take)(void *, const Vanthu__V1__Reply *),
		void *ctx)
{
	int64_t until_ms = text_now_ms() + c->cli->timeout_ms + BUDGET_MORE_MS;
	struct call *client = NULL;
	Vanthu__V1__Reply *reply;
	bool more =
		call_open(c->cli, kind, &client) == ERR_OK && call_send(client, request) == ERR_OK;

	for (unsigned n = 0; more && n < ROWS_MAX && text_now_ms() < until_ms; n++)
		more = call_next(client, &reply) == ERR_OK && take(ctx, reply);
	call_close(client);
}

/* ---- committees and links ---- */

static bool take_committee(void *ctx, const Vanthu__V1__Reply *reply)
{
	if (reply->what_case != VANTHU__V1__REPLY__WHAT_COMMITTEE)
		return false;
	if (!reply->committee->retired)
		complete_offer(ctx, reply->committee->id, reply->committee->name);
	return true;
}

void complete_ask_committees(const struct completing *c)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__CommitteeQuery query = VANTHU__V1__COMMITTEE_QUERY__INIT;

	request.what_case = VANTHU__V1__REQUEST__WHAT_COMMITTEES;
	request.committees = &query;
	ask(c, CLIENT_READ, &request, take_committee, (void *)(uintptr_t)c);
}

static bool take_link(void *ctx, const Vanthu__V1__Reply *reply)
{
	if (reply->what_case != VANTHU__V1__REPLY__WHAT_LINK)
		return false;
	complete_offer(ctx, reply->link->committee, "");
	return true;
}

void complete_ask_neighbours(const struct completing *c)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Nothing nothing = VANTHU__V1__NOTHING__INIT;

	request.what_case = VANTHU__V1__REQUEST__WHAT_LINKS;
	request.links = &nothing;
	ask(c, CLIENT_READ, &request, take_link, (void *)(uintptr_t)c);
}

/* ---- documents ---- */

struct found {
	char number[NUMBER_MAX + 1], ending[ENDING_CHARS + 1], subject[160];
	bool doubled; /* its number names another one as well */
};

struct found_list {
	struct found rows[DOCUMENTS_MAX];
	unsigned count;
};

static void note(struct found_list *list, ProtobufCBinaryData id, const char *number,
		 const char *subject)
{
	struct found *f = &list->rows[list->count];
	char text[UUID_TEXT_SIZE];

	uuid_print(id.data, text);
	snprintf(f->number, sizeof f->number, "%s", number);
	snprintf(f->ending, sizeof f->ending, "%s", text + strlen(text) - ENDING_CHARS);
	snprintf(f->subject, sizeof f->subject, "%s", subject);
	for (unsigned i = 0; i < list->count; i++) {
		if (f->number[0] != '\0' && strcmp(list->rows[i].number, f->number) == 0)
			f->doubled = list->rows[i].doubled = true;
	}
	list->count++;
}

static bool take_document(void *ctx, const Vanthu__V1__Reply *reply)
{
	struct found_list *list = ctx;
	const Vanthu__V1__DocumentLine *line = reply->line;

	if (reply->what_case != VANTHU__V1__REPLY__WHAT_LINE ||
	    line->id.len != sizeof(struct doc_id))
		return false;
	note(list, line->id, line->number, line->subject);
	return list->count < DOCUMENTS_MAX;
}

/* By their numbers, and by the endings of their ids once something is typed, or where the number is
 * no name. */
static void offer_found(const struct completing *c, const struct found_list *list)
{
	for (unsigned i = 0; i < list->count; i++) {
		const struct found *f = &list->rows[i];
		bool named = f->number[0] != '\0' && !f->doubled;

		if (named)
			complete_offer(c, f->number, f->subject);
		if (!named || c->folded[0] != '\0')
			complete_offer(c, f->ending, f->subject);
	}
}

/* The newest documents. */
void complete_ask_documents(const struct completing *c)
{
	struct found_list *list = calloc(1, sizeof *list);
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__List query = VANTHU__V1__LIST__INIT;

	query.box = VANTHU__V1__BOX__BOX_ALL;
	query.limit = DOCUMENTS_MAX;
	request.what_case = VANTHU__V1__REQUEST__WHAT_LIST;
	request.list = &query;
	if (list == NULL)
		return;
	ask(c, CLIENT_OFFICE, &request, take_document, list);
	offer_found(c, list);
	free(list);
}

/* What was cancelled can be neither corrected nor cancelled. */
static bool take_paper(void *ctx, const Vanthu__V1__Reply *reply)
{
	struct found_list *list = ctx;
	const Vanthu__V1__PaperLine *line = reply->paper;

	if (reply->what_case != VANTHU__V1__REPLY__WHAT_PAPER ||
	    line->id.len != sizeof(struct doc_id))
		return false;
	if (line->cancelled_at_ms == 0)
		note(list, line->id, line->number, line->subject);
	return list->count < DOCUMENTS_MAX;
}

void complete_ask_papers(const struct completing *c)
{
	struct found_list *list = calloc(1, sizeof *list);
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__PaperQuery query = VANTHU__V1__PAPER_QUERY__INIT;

	request.what_case = VANTHU__V1__REQUEST__WHAT_PAPERS;
	request.papers = &query;
	if (list == NULL)
		return;
	ask(c, CLIENT_OFFICE, &request, take_paper, list);
	offer_found(c, list);
	free(list);
}

/* ---- persons ---- */

static bool take_person(void *ctx, const Vanthu__V1__Reply *reply)
{
	if (reply->what_case != VANTHU__V1__REPLY__WHAT_PERSON)
		return false;
	if (!reply->person->active)
		return true;
	complete_offer(ctx, reply->person->name, reply->person->position);
	if (reply->person->unit[0] != '\0')
		complete_offer(ctx, reply->person->unit, "");
	return true;
}

static bool take_signer(void *ctx, const Vanthu__V1__Reply *reply)
{
	if (reply->what_case != VANTHU__V1__REPLY__WHAT_PERSON)
		return false;
	if (reply->person->active && reply->person->signs)
		complete_offer(ctx, reply->person->name, reply->person->position);
	return true;
}

static void ask_persons(const struct completing *c,
			bool (*take)(void *, const Vanthu__V1__Reply *))
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Nothing nothing = VANTHU__V1__NOTHING__INIT;

	request.what_case = VANTHU__V1__REQUEST__WHAT_PERSONS;
	request.persons = &nothing;
	ask(c, CLIENT_OFFICE, &request, take, (void *)(uintptr_t)c);
}

void complete_ask_persons(const struct completing *c)
{
	ask_persons(c, take_person);
}

void complete_ask_signers(const struct completing *c)
{
	ask_persons(c, take_signer);
}

/* ---- targets that are declared ---- */

static bool take_goal(void *ctx, const Vanthu__V1__Reply *reply)
{
	const struct completing *c = ctx;
	const Vanthu__V1__DeclarationLine *line = reply->declaration;

	if (reply->what_case != VANTHU__V1__REPLY__WHAT_DECLARATION)
		return false;
	if (line->what_case == VANTHU__V1__DECLARATION_LINE__WHAT_GOAL && line->goal->in_force)
		complete_offer(c, line->goal->id,
			       _(".")[0] == ',' ? line->goal->name_vi : line->goal->name_en);
	return true;
}

void complete_ask_targets(const struct completing *c)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__DeclarationsQuery query = VANTHU__V1__DECLARATIONS_QUERY__INIT;

	request.what_case = VANTHU__V1__REQUEST__WHAT_DECLARATIONS;
	request.declarations = &query;
	ask(c, CLIENT_READ, &request, take_goal, (void *)(uintptr_t)c);
}

/* ---- distribution lists ---- */

static bool take_list(void *ctx, const Vanthu__V1__Reply *reply)
{
	char word[LIST_NAME_MAX + 2];

	if (reply->what_case != VANTHU__V1__REPLY__WHAT_LIST)
		return false;
	snprintf(word, sizeof word, "@%s", reply->list->name);
	for (char *p = word; *p != '\0'; p++)
		*p = *p == ' ' ? '-' : *p;
	complete_offer(ctx, word, _("distribution list"));
	return true;
}

void complete_ask_lists(const struct completing *c)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Nothing nothing = VANTHU__V1__NOTHING__INIT;

	request.what_case = VANTHU__V1__REQUEST__WHAT_LISTS;
	request.lists = &nothing;
	ask(c, CLIENT_OFFICE, &request, take_list, (void *)(uintptr_t)c);
}

/* ---- labs ---- */

static bool offer_token(void *of, const struct token *t, enum err e)
{
	char scopes[128];

	token_scopes_print(t->scopes, scopes, sizeof scopes);
	if (e == ERR_OK && t->revoked_ms == 0)
		complete_offer(of, t->name, scopes);
	return true;
}

void complete_ask_tokens(const struct completing *c)
{
	struct config *config = malloc(sizeof *config);
	struct completing offered = *c;

	/* What cannot be read offers nothing. */
	if (config != NULL && cli_config(c->cli, config) == ERR_OK)
		(void)!token_file_walk(config->gateway_folder, offer_token, &offered);
	free(config);
}

static bool offer_account(void *of, const struct account *c, enum err e)
{
	if (e == ERR_OK)
		complete_offer(of, c->name, c->person);
	return true;
}

void complete_ask_accounts(const struct completing *c)
{
	struct config *config = malloc(sizeof *config);
	struct completing offered = *c;

	/* What cannot be read offers nothing. */
	if (config != NULL && cli_config(c->cli, config) == ERR_OK)
		(void)!account_file_walk(config->gateway_folder, offer_account, &offered);
	free(config);
}

void complete_ask_members(const struct completing *c, const char *folder)
{
	struct lab l;

	if (lab_open(c->cli, folder, &l) == ERR_OK) {
		for (unsigned i = 0; i < l.count; i++)
			complete_offer(c, l.members[i].id, "");
	}
	lab_close(&l);
}
