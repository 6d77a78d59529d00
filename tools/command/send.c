/* send: one document with its attachments. The id is made here, so that repeating a send that timed
 * out is safe. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "routing/documents/documents.h"
#include "routing/rules/rules.h"
#include "tools/base/text.h"
#include "tools/client/client.h"
#include "tools/command/commands.h"
#include "tools/command/accepted.h"
#include "tools/command/delivered.h"
#include "tools/command/older.h"
#include "tools/command/send_order.h"
#include "tools/input/input.h"
#include "tools/output/output.h"

enum { ENDING_CHARS = 8, RECIPIENTS_BYTES = 1 << 20 };

/* ---- the document that it answers ---- */

/* One that is not here has a code of its own: the document that is sent is not what is missing. */
static enum err ask_answered(struct call *c, const char *name, Vanthu__V1__Reply **reply)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Ref ref = VANTHU__V1__REF__INIT;
	enum err e;

	ref.text = (char *)(uintptr_t)name;
	request.what_case = VANTHU__V1__REQUEST__WHAT_SHOW;
	request.show = &ref;
	e = call_send(c, &request);
	if (e == ERR_OK)
		e = call_next(c, reply);
	if (e == ERR_OK && (*reply)->what_case == VANTHU__V1__REPLY__WHAT_ERROR &&
	    (*reply)->error->code == ERR_NOT_FOUND) {
		cli_fail(call_cli(c), ERR_ANSWERED_UNKNOWN, name);
		return ERR_ANSWERED_UNKNOWN;
	}
	return e == ERR_OK && (*reply)->what_case == VANTHU__V1__REPLY__WHAT_VIEW
		       ? ERR_OK
		       : call_fail(c, e, *reply);
}

static bool may_finish(const struct send_answered *a)
{
	return strcmp(a->code, "03") == 0 || strcmp(a->code, "04") == 0 ||
	       strcmp(a->code, "05") == 0;
}

/* With --finish, before anything is sent. Finished already is fine: a repeated send. */
static enum err check_finish(struct call *c, const struct send_order *w)
{
	char fix[256];

	if (w->finishing != FINISH_YES || may_finish(&w->answered) ||
	    strcmp(w->answered.code, "06") == 0)
		return ERR_OK;
	snprintf(fix, sizeof fix, _("enter it in the register first: vanthu accept %s"),
		 w->answered.id);
	cli_fail_text(call_cli(c), w->answered.received ? ERR_BAD_STATE : ERR_NOT_RECIPIENT,
		      _("what it answers is not in hand here, and cannot be finished"),
		      w->answered.received ? fix : "");
	return w->answered.received ? ERR_BAD_STATE : ERR_NOT_RECIPIENT;
}

/* Found by any of its names; who issued it is the recipient where none is named. */
static enum err find_reply(struct call *c, struct send_order *w)
{
	struct send_answered *a = &w->answered;
	const Vanthu__V1__DocumentLine *line;
	Vanthu__V1__Reply *reply;
	enum err e;

	if (w->reply_to == NULL)
		return ERR_OK;
	e = ask_answered(c, w->reply_to, &reply);
	if (e != ERR_OK)
		return e;
	line = reply->view->line;
	snprintf(a->origin, sizeof a->origin, "%s", line->from);
	w->s.reply_origin = a->origin;
	if (line->id.len == sizeof w->s.reply_id.bytes)
		memcpy(w->s.reply_id.bytes, line->id.data, sizeof w->s.reply_id.bytes);
	uuid_print(w->s.reply_id.bytes, a->id);
	if (reply->view->digest.len == sizeof w->s.reply_digest.bytes)
		memcpy(w->s.reply_digest.bytes, reply->view->digest.data,
		       sizeof w->s.reply_digest.bytes);
	a->received = line->work != NULL;
	if (a->received)
		snprintf(a->code, sizeof a->code, "%s", line->work->code);
	if (w->whom == NULL && !a->received) {
		cli_fail(call_cli(c), ERR_NO_RECIPIENT, NULL); /* it is our own: to whom? */
		return ERR_NO_RECIPIENT;
	}
	if (w->whom == NULL)
		w->whom = a->origin;
	return check_finish(c, w);
}

/* Does whoever sits there want it finished with the answer? */
static bool wants_finish(struct cli *cli, const struct send_order *w)
{
	char line[64];
	char *folded;
	bool yes;

	if (w->finishing != FINISH_ASK)
		return w->finishing == FINISH_YES;
	if (!slips_can_ask(cli))
		return false;
	fprintf(stderr, _("Is the work on %s finished with it? [y/n] "), w->reply_to);
	fflush(stderr);
	folded = fgets(line, sizeof line, stdin) == NULL ? NULL : text_fold(line);
	yes = folded != NULL && (folded[0] == 'y' || folded[0] == 'c');
	free(folded);
	return yes;
}

/* The second act, after the document is accepted: should it fail, or this program die before it,
 * the same command does it later. 0, or the exit code of what was reported. */
static int finish_answered(struct cli *cli, struct call *c, const struct send_order *w,
			   const char *id, bool *finished)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Office office = VANTHU__V1__OFFICE__INIT;
	Vanthu__V1__Ref ref = VANTHU__V1__REF__INIT, answer = VANTHU__V1__REF__INIT;
	Vanthu__V1__Reply *reply;
	enum err e;

	*finished = false;
	if (w->reply_to == NULL || w->s.dry_run ||
	    (!may_finish(&w->answered) && w->finishing != FINISH_YES))
		return 0;
	if (!wants_finish(cli, w)) {
		if (w->finishing == FINISH_ASK)
			cli_hint(cli,
				 _("Finish what it answers with: vanthu finish %s --answer %s"),
				 w->answered.id + UUID_TEXT_SIZE - 1 - ENDING_CHARS,
				 id + UUID_TEXT_SIZE - 1 - ENDING_CHARS);
		return 0;
	}
	ref.text = (char *)(uintptr_t)w->answered.id;
	answer.text = (char *)(uintptr_t)id;
	office.ref = &ref;
	office.answer = &answer;
	office.act = VANTHU__V1__OFFICE_ACT__OFFICE_ACT_FINISH;
	request.what_case = VANTHU__V1__REQUEST__WHAT_OFFICE;
	request.office = &office;
	e = call_send(c, &request);
	if (e == ERR_OK)
		e = call_next(c, &reply);
	*finished = e == ERR_OK && reply->what_case == VANTHU__V1__REPLY__WHAT_OFFICE;
	if (*finished)
		return 0;
	/* by another answer: it stays so */
	*finished = e == ERR_OK && reply->what_case == VANTHU__V1__REPLY__WHAT_ERROR &&
		    reply->error->code == ERR_BAD_STATE && strcmp(reply->error->about, "06") == 0;
	if (*finished) {
		cli_hint(cli, _("%s was finished before; that stays as it is."), w->reply_to);
		return 0;
	}
	cli_warn(cli,
		 _("sent, but what it answers is not finished; do it with: vanthu finish %s "
		   "--answer %s"),
		 w->reply_to, id + UUID_TEXT_SIZE - 1 - ENDING_CHARS);
	return 7;
}

/* The number, where the daemon gave it: the first of the columns. */
static const struct column *add_number(json_t *out, const struct send_order *w,
				       const Vanthu__V1__Accepted *a, const struct column *columns)
{
	if (!numbering_is_template(w->s.number))
		return columns + 1;
	json_object_set_new(out, "number", json_string(a->number));
	return columns;
}

/* A dry run finishes nothing, and says what would be. */
static void add_answered(const struct cli *cli, json_t *out, const struct send_order *w,
			 bool finished)
{
	const bool would = w->finishing == FINISH_YES && may_finish(&w->answered);

	if (w->reply_to == NULL)
		return;
	json_object_set_new(out, "reply_to", json_string(w->answered.id));
	if (w->s.dry_run && (cli->json || cli->plain))
		json_object_set_new(out, "would_finish", json_boolean(would));
	if (cli->json || cli->plain)
		json_object_set_new(out, "finished", json_boolean(finished));
	else if (w->s.dry_run && would)
		json_object_set_new(out, "finished", json_string(_("would be finished")));
	else if (!w->s.dry_run)
		json_object_set_new(out, "finished",
				    json_string(finished ? _("finished") : _("not finished yet")));
}

static int print_accepted(struct cli *cli, struct call *c, const struct send_order *w,
			  const Vanthu__V1__Accepted *a, const char *id)
{
	static const struct column columns[] = { { "number", N_("Number"), FORMAT_TEXT, false },
						 { "id", N_("Id"), FORMAT_TEXT, false },
						 { "to_text", N_("To"), FORMAT_WHO, false },
						 { "competence", N_("May issue"), FORMAT_TEXT,
						   false },
						 { "rule", N_("By rule"), FORMAT_TEXT, false },
						 { "repeated", N_("Repeated"), FORMAT_BOOL, false },
						 { "finished", N_("Answered"), FORMAT_TEXT,
						   false },
						 { "competence_why", N_("Why so"), FORMAT_WORD,
						   false },
						 { "lists", N_("Lists"), FORMAT_LIST, false },
						 { NULL, NULL, FORMAT_TEXT, false } };
	json_t *out = json_pack("{s:s, s:o}", "id", id, "recipients",
				json_texts(a->recipients, a->n_recipients));
	const struct column *shown;
	bool finished;
	int code;

	shown = add_number(out, w, a, columns);
	accepted_names(cli, out, a);
	accepted_lists(out, a);
	if (a->repeated_submission)
		json_object_set_new(out, "repeated", json_true());
	if (cli->dry_run) {
		json_object_set_new(out, "dry_run", json_true());
		json_object_set_new(out, "competence",
				    accepted_may(cli, a->competence == 1));
		json_object_set_new(out, "rule", json_text_or_null(a->competence_rule));
		json_object_set_new(out, "competence_why", accepted_why(a));
	}
	slips_add(out, slips_of(a)); /* before the reply is gone */
	code = finish_answered(cli, c, w, id, &finished);
	add_answered(cli, out, w, finished);
	older_add(out, &w->older);
	output_object(cli, out, shown);
	if (cli->dry_run)
		cli_hint(cli, "%s", _("Nothing was sent: this was a dry run."));
	else
		cli_hint(cli, _("Accepted: signed and on disk. Where it is now: vanthu trace %s"),
			 id + UUID_TEXT_SIZE - 1 - ENDING_CHARS);
	return code;
}

static void show_progress(void *ctx, uint64_t sent_bytes, uint64_t all_bytes)
{
	struct progress *p = ctx;

	p->all = all_bytes;
	progress_at(p, sent_bytes);
}

static bool is_unknown(enum err e)
{
	return e == ERR_UNKNOWN_RECIPIENT || e == ERR_BAD_ID;
}

/* Reports what fails, but a recipient that nobody knows only where that is the last word. */
static enum err submit_once(struct call *c, struct send_order *w, bool last,
			    Vanthu__V1__Accepted **accepted)
{
	struct arena *a = arena_new(RECIPIENTS_BYTES);
	struct progress progress;
	struct client_fault fault = { .err = a == NULL ? ERR_NO_MEMORY : ERR_OK };

	progress_begin(&progress, _("Sending"), 0, call_cli(c)->quiet);
	w->s.progress = show_progress;
	w->s.progress_ctx = &progress;
	if (fault.err == ERR_OK)
		fault.err = recipients_read(a, w->whom, &w->s);
	if (fault.err == ERR_OK)
		fault.err = submission_send(call_client(c), &w->s, &fault, accepted);
	progress_end(&progress);
	arena_destroy(a);
	if (is_unknown(fault.err))
		return last ? recipients_report_unknown(c, w->whom, fault.err) : fault.err;
	if (fault.err == ERR_RECALLED && w->older.name != NULL)
		return older_is_recalled(c, &w->older);
	return fault.err == ERR_OK ? ERR_OK : call_report(c, &fault);
}

/* What looks like an id and is none may be a name: "b" of a committee called B. */
static enum err submit(struct call *c, struct send_order *w, Vanthu__V1__Accepted **accepted)
{
	char *to;
	enum err e;

	e = submit_once(c, w, w->looked_up, accepted);
	if (w->looked_up || !is_unknown(e))
		return e;
	w->looked_up = true;
	e = recipients_resolve(c, w->whom, true, true, &to);
	if (e != ERR_OK)
		return e;
	free(w->to);
	w->to = to;
	w->whom = to;
	return submit_once(c, w, true, accepted);
}

static int print_delivered(struct cli *cli, struct call *c, const struct send_order *w,
			   const Vanthu__V1__Accepted *a, const char *id)
{
	static const struct column columns[] = { { "number", N_("Number"), FORMAT_TEXT, false },
						 { "id", N_("Id"), FORMAT_TEXT, false },
						 { "to_text", N_("To"), FORMAT_WHO, false },
						 { "state", N_("State"), FORMAT_STATE, false },
						 { "lists", N_("Lists"), FORMAT_LIST, false },
						 { NULL, NULL, FORMAT_TEXT, false } };
	json_t *out = json_pack("{s:s, s:o, s:s}", "id", id, "recipients",
				json_texts(a->recipients, a->n_recipients), "state", "delivered");
	const struct column *shown;
	bool finished;
	int code, answered;

	shown = add_number(out, w, a, columns);
	accepted_names(cli, out, a);
	accepted_lists(out, a);
	slips_add(out, slips_of(a)); /* before the reply is gone */
	answered = finish_answered(cli, c, w, id, &finished);
	add_answered(cli, out, w, finished);
	older_add(out, &w->older);
	code = delivered_wait(cli, c, id);
	if (code == 0) {
		output_object(cli, out, shown);
		return answered;
	}
	json_decref(out);
	return code;
}

static struct slips_answer slips_in(const struct send_order *w, const Vanthu__V1__Accepted *a)
{
	struct slips_answer slips = slips_of(a);

	slips.files = w->s.files;
	slips.file_count = w->s.file_count;
	return slips;
}

/* What the daemon would warn of: fetched before anything is sent, where somebody can be asked, or
 * with --strict. 0: go on. */
static int look_first(struct cli *cli, struct call *c, struct send_order *w)
{
	Vanthu__V1__Accepted *accepted;
	bool strict = w->s.strict;
	int code = 0;
	enum err e;

	if (!strict && (cli->dry_run || !slips_can_ask(cli)))
		return 0;
	w->s.dry_run = true;
	w->s.strict = false; /* all of them, not the first */
	e = submit(c, w, &accepted);
	w->s.dry_run = cli->dry_run;
	w->s.strict = strict;
	if (e != ERR_OK)
		return err_exit_code(e);
	if (strict)
		return slips_refuse(cli, slips_in(w, accepted));
	slips_print(cli, &w->printed, slips_in(w, accepted));
	code = slips_ask(cli, &w->printed, _("Send it all the same? [y/n] "),
			 _("nothing was sent"));
	return code;
}

/* It cannot be numbered any more once it is sent: a new one takes its place. */
static void warn_numberless(struct cli *cli, const struct send_order *w, const char *id)
{
	cli_warn(cli, "%s",
		 _("no --number is given: an official document has one, and nobody will find this "
		   "one by it"));
	if (!w->s.dry_run)
		cli_hint(cli,
			 _("Forgotten? Send it again with a number: --number auto --replace %s"),
			 id + UUID_TEXT_SIZE - 1 - ENDING_CHARS);
}

static int send_it(struct cli *cli, struct send_order *w)
{
	Vanthu__V1__Accepted *accepted;
	struct call *c = NULL;
	char id[UUID_TEXT_SIZE];
	int code = 0;
	enum err e = call_open(cli, CLIENT_OFFICE, &c);

	if (e == ERR_OK && w->older.name != NULL)
		e = older_find(c, &w->older, &w->s);
	if (e == ERR_OK && w->whom == NULL)
		w->whom = w->older.whom;
	if (e == ERR_OK)
		e = find_reply(c, w);
	if (e == ERR_OK && w->texts[TEXT_SIGNER] != NULL)
		e = signer_fill(c, w->s.issued_on, &w->texts[TEXT_SIGNER],
				&w->texts[TEXT_POSITION]);
	w->s.signer_name = send_order_text(w, TEXT_SIGNER);
	w->s.signer_position = send_order_text(w, TEXT_POSITION);
	w->s.names = !cli->json && !cli->plain;
	if (e == ERR_OK)
		e = recipients_resolve(c, w->whom, true, false, &w->to);
	if (e == ERR_OK) {
		w->whom = w->to;
		code = look_first(cli, c, w);
	}
	uuid_print(w->s.id.bytes, id);
	cli->request_id = e == ERR_OK && code == 0 && !w->s.dry_run ? id : NULL;
	if (e == ERR_OK && code == 0)
		e = submit(c, w, &accepted);
	if (e == ERR_OK && code == 0) {
		slips_print(cli, &w->printed, slips_in(w, accepted));
		if (w->texts[TEXT_NUMBER] == NULL)
			warn_numberless(cli, w, id);
		code = w->wait == WAIT_DELIVERED && !w->s.dry_run
			       ? print_delivered(cli, c, w, accepted, id)
			       : print_accepted(cli, c, w, accepted, id);
	}
	call_close(c);
	cli->request_id = NULL;
	return e == ERR_OK ? code : err_exit_code(e);
}

int cmd_send(struct cli *cli, int argc, char **argv)
{
	struct send_order w = { .s = { .urgency = VANTHU__V1__URGENCY__URGENCY_THUONG,
				   .secrecy = VANTHU__V1__SECRECY__SECRECY_THUONG } };
	static const struct doc_id none;
	int code = send_order_read(cli, argc, argv, &w);

	w.s.dry_run = cli->dry_run;
	if (code == 0 && memcmp(&w.s.id, &none, sizeof none) == 0 &&
	    uuid_new(text_now_ms(), &w.s.id) != ERR_OK)
		code = cli_fail(cli, ERR_SYSTEM, NULL);
	if (code == 0)
		code = send_it(cli, &w);
	for (unsigned i = 0; i < TEXT_COUNT; i++)
		free(w.texts[i]);
	free(w.to);
	free(w.older.whom);
	free((void *)(uintptr_t)w.s.edxml.data);
	return code;
}
