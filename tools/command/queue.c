/* queue: what waits for each neighbour, by age, or document by document. */
#include <stdlib.h>
#include <string.h>

#include "tools/base/text.h"
#include "tools/cli/cli.h"
#include "tools/client/client.h"
#include "tools/command/commands.h"
#include "tools/input/input.h"
#include "tools/output/output.h"

/* Prints the rest of a list, or reports why it broke off. */
static int end_list(struct cli *cli, struct call *c, enum err e, json_t *list,
		    const struct column *columns)
{
	call_close(c);
	if (e == ERR_NOT_FOUND && !cli->error_printed)
		return output_list(cli, list, columns);
	json_decref(list);
	return err_exit_code(e);
}

/* Opens, and asks what the request says. */
static enum err ask(struct cli *cli, Vanthu__V1__Request *request, struct call **c)
{
	enum err e = call_open(cli, CLIENT_READ, c);

	if (e == ERR_OK && (e = call_send(*c, request)) != ERR_OK)
		e = call_fail(*c, e, NULL);
	return e;
}

/* ---- neighbour × age, after Postfix's qshape ---- */

static int show(struct cli *cli)
{
	static const char *const ages[] = { "1m", "5m", "1h", "8h", "1d", "1w", "older" };
	static const struct column columns[] = {
		{ "committee", N_("Neighbour"), FORMAT_TEXT, false },
		{ "total", N_("All"), FORMAT_COUNT, false },
		{ "1m", N_("< 1 min"), FORMAT_COUNT, false },
		{ "5m", N_("< 5 min"), FORMAT_COUNT, false },
		{ "1h", N_("< 1 h"), FORMAT_COUNT, false },
		{ "8h", N_("< 8 h"), FORMAT_COUNT, false },
		{ "1d", N_("< 1 day"), FORMAT_COUNT, false },
		{ "1w", N_("< 1 week"), FORMAT_COUNT, false },
		{ "older", N_("older"), FORMAT_COUNT, false },
		{ NULL, NULL, FORMAT_TEXT, false },
	};
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Nothing nothing = VANTHU__V1__NOTHING__INIT;
	json_t *list = json_array();
	Vanthu__V1__Reply *reply;
	struct call *c = NULL;
	enum err e;

	request.what_case = VANTHU__V1__REQUEST__WHAT_QUEUE;
	request.queue = &nothing;
	e = ask(cli, &request, &c);
	while (e == ERR_OK && (e = call_row(c, VANTHU__V1__REPLY__WHAT_QUEUE, &reply)) == ERR_OK) {
		json_t *row = json_pack("{s:s}", "committee", reply->queue->committee);
		json_int_t total = 0;

		for (size_t i = 0; i < reply->queue->n_buckets && i < sizeof ages / sizeof ages[0];
		     i++) {
			total += (json_int_t)reply->queue->buckets[i];
			json_object_set_new(row, ages[i],
					    json_integer((json_int_t)reply->queue->buckets[i]));
		}
		json_object_set_new(row, "total", json_integer(total));
		json_array_append_new(list, row);
	}
	return end_list(cli, c, e, list, columns);
}

/* ---- document by document ---- */

static json_t *json_item(const Vanthu__V1__QueueItem *q)
{
	return json_pack(
	    "{s:s, s:s, s:o, s:o, s:o, s:I, s:o, s:o, s:I, s:I}", "committee", q->committee, "lane",
	    q->lane, "id", q->id.len == 0 ? json_null() : json_uuid(q->id), "from",
	    json_text_or_null(q->origin), "number", json_text_or_null(q->number), "items",
	    (json_int_t)q->items, "recipients",
	    q->by_group || q->id.len == 0 ? json_null() : json_integer((json_int_t)q->recipients),
	    "queued_at", json_time(q->queued_at_ms), "age_s", (json_int_t)q->age_s, "size_bytes",
	    (json_int_t)q->size_bytes);
}

/* ---- one by one, of one neighbour or of all ---- */

struct listing {
	Vanthu__V1__Request__WhatCase request; /* what is asked; its name is the neighbour's */
	Vanthu__V1__Reply__WhatCase row;
	json_t *(*json)(const Vanthu__V1__Reply *reply);
	const struct column *columns;
};

static int list(struct cli *cli, const struct listing *l, const char *neighbour)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Neighbour name = VANTHU__V1__NEIGHBOUR__INIT;
	json_t *all = json_array();
	Vanthu__V1__Reply *reply;
	struct call *c = NULL;
	char *id = NULL;
	enum err e = call_open(cli, CLIENT_READ, &c);

	if (e == ERR_OK && neighbour[0] != '\0')
		e = recipients_one(c, neighbour, &id);
	if (id != NULL)
		name.committee = id;
	request.what_case = l->request;
	if (l->request == VANTHU__V1__REQUEST__WHAT_ASIDE_LIST)
		request.aside_list = &name;
	else
		request.queue_list = &name;
	if (e == ERR_OK && (e = call_send(c, &request)) != ERR_OK)
		e = call_fail(c, e, NULL);
	while (e == ERR_OK && (e = call_row(c, l->row, &reply)) == ERR_OK)
		json_array_append_new(all, l->json(reply));
	free(id);
	return end_list(cli, c, e, all, l->columns);
}

static json_t *json_queued(const Vanthu__V1__Reply *reply)
{
	return json_item(reply->queued);
}

static const struct listing queued = { VANTHU__V1__REQUEST__WHAT_QUEUE_LIST,
				       VANTHU__V1__REPLY__WHAT_QUEUED, json_queued,
				       (const struct column[]){
					   { "committee", N_("Neighbour"), FORMAT_TEXT, false },
					   { "id", N_("Id"), FORMAT_ID, false },
					   { "from", N_("From"), FORMAT_TEXT, false },
					   { "number", N_("Number"), FORMAT_TEXT, false },
					   { "lane", N_("Lane"), FORMAT_WORD, false },
					   { "recipients", N_("Recipients"), FORMAT_COUNT, false },
					   { "items", N_("Items"), FORMAT_COUNT, false },
					   { "age_s", N_("Age"), FORMAT_AGE, false },
					   { NULL, NULL, FORMAT_TEXT, false },
				       } };

/* ---- what came and is not believed yet ---- */

static const char *kind_name(Vanthu__V1__Kind kind)
{
	static const char *const names[] = { "unknown", "document", "receipt",	 "refusal",
					     "status",	"relay",    "directory", "report" };

	return (unsigned)kind < sizeof names / sizeof names[0] ? names[kind] : names[0];
}

static json_t *json_aside(const Vanthu__V1__Reply *reply)
{
	const Vanthu__V1__AsideItem *a = reply->aside;

	return json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:s, s:o, s:I, s:I}", "committee",
			 a->committee, "lane", a->lane, "kind", kind_name(a->kind), "signer",
			 json_text_or_null(a->signer), "id",
			 a->id.len == 0 ? json_null() : json_uuid(a->id), "from",
			 json_text_or_null(a->origin), "signed_at", json_time(a->signed_at_ms),
			 "why", err_text((enum err)a->why), "code", json_code(a->why), "age_s",
			 (json_int_t)a->age_s, "asked", (json_int_t)a->asked);
}

static const struct listing set_aside = {
	VANTHU__V1__REQUEST__WHAT_ASIDE_LIST, VANTHU__V1__REPLY__WHAT_ASIDE, json_aside,
	(const struct column[]){
	    { "committee", N_("Neighbour"), FORMAT_TEXT, false },
	    { "kind", N_("Kind"), FORMAT_WORD, false },
	    { "signer", N_("Signed by"), FORMAT_TEXT, false },
	    { "id", N_("Id"), FORMAT_ID, false },
	    { "from", N_("From"), FORMAT_TEXT, false },
	    { "signed_at", N_("Says it was signed"), FORMAT_TIME, false },
	    { "code", N_("Code"), FORMAT_TEXT, false },
	    { "asked", N_("Asked"), FORMAT_COUNT, false },
	    { "age_s", N_("Age"), FORMAT_AGE, false },
	    { NULL, NULL, FORMAT_TEXT, false },
	}
};

int cmd_queue(struct cli *cli, int argc, char **argv)
{
	int count;

	if (cli_option(cli, argc, argv) == '?')
		return err_exit_code(ERR_USAGE);
	count = argc - optind;
	if (count == 0 || (count == 1 && strcmp(argv[optind], "show") == 0))
		return show(cli);
	if (count <= 2 && strcmp(argv[optind], "list") == 0)
		return list(cli, &queued, count == 2 ? argv[optind + 1] : "");
	if (count <= 2 && strcmp(argv[optind], "aside") == 0)
		return list(cli, &set_aside, count == 2 ? argv[optind + 1] : "");
	return arguments_missing(cli, count, argv + optind);
}
