/* See send.h. */
#include "tools/spool/send.h"

#include <stdio.h>
#include <string.h>

#include "tools/client/client.h"
#include "tools/spool/heal.h"

enum {
	OPTION_SIZE = 64,
	ARGS = ORDER_OPTIONS_MAX + PARTS_MAX + 8,
	PARTLY = 7 /* exit code of what was sent, and what it answers is not finished */
};

static enum spool_verdict judge(enum err e, int code, const json_t *answer)
{
	unsigned number = spool_place_code(answer);

	if (e != ERR_OK)
		return e == ERR_TIMEOUT || e == ERR_TOO_LARGE ? VERDICT_LATER : VERDICT_DOWN;
	if (code == 0 || (code == PARTLY && json_is_object(json_object_get(answer, "data"))))
		return json_is_object(json_object_get(answer, "data")) ? VERDICT_ACCEPTED
								       : VERDICT_LATER;
	if (number == ERR_UNREACHABLE || number == ERR_CONFIG)
		return VERDICT_DOWN;
	if (spool_heals(number) || code == err_exit_code(ERR_TIMEOUT))
		return VERDICT_LATER;
	return VERDICT_REFUSED;
}

/* The error, or that of a run that said none. */
static json_t *error_of(enum err e, const json_t *answer)
{
	const struct spool_fault fault = { .err = e == ERR_OK ? ERR_SYSTEM : e };
	json_t *error = json_deep_copy(json_object_get(answer, "error"));
	enum err code = (enum err)spool_place_code(answer);

	if (!json_is_object(error)) {
		json_decref(error);
		return spool_fault_json(&fault);
	}
	if (err_known((unsigned)code)) {
		json_object_set_new(error, "message_en", json_string(err_text(code)));
		json_object_set_new(error, "fix_en", json_string(err_fix(code)));
	}
	return error;
}

static enum spool_verdict ask(const struct spool_place *p, const char *language,
			      const char *const *args, json_t **said)
{
	json_t *answer;
	int code;
	enum err e = spool_place_ask(p, language, args, &code, &answer);
	enum spool_verdict verdict = judge(e, code, answer);

	*said = verdict == VERDICT_ACCEPTED ? json_incref(json_object_get(answer, "data"))
					    : error_of(e, answer);
	if (verdict == VERDICT_ACCEPTED && code == PARTLY)
		spool_fault_warn(*said, ERR_SPOOL_UNFINISHED);
	json_decref(answer);
	return verdict;
}

/* What `send` says of a document, of one that was found. */
static json_t *as_sent(const json_t *shown)
{
	json_t *out = json_object();

	json_object_set(out, "id", json_object_get(shown, "id"));
	json_object_set(out, "recipients", json_object_get(shown, "to"));
	json_object_set(out, "number", json_object_get(shown, "number"));
	json_object_set_new(out, "repeated", json_true());
	json_object_set_new(out, "warnings", json_array());
	return out;
}

static bool has_code(const json_t *error, enum err e)
{
	char wanted[16];
	const char *code = json_string_value(json_object_get(error, "code"));

	snprintf(wanted, sizeof wanted, "VT-%d", (int)e);
	return code != NULL && strcmp(code, wanted) == 0;
}

/* VERDICT_ACCEPTED: *shown is what `show` says of it; VERDICT_REFUSED: it is not here. */
static enum spool_verdict look(const struct spool_place *p, const char *id, json_t **shown)
{
	const char *const args[] = { "show", "--", id, NULL };
	enum spool_verdict verdict = ask(p, "en", args, shown);

	if (verdict == VERDICT_REFUSED && !has_code(*shown, ERR_NOT_FOUND))
		verdict = VERDICT_LATER;
	return verdict;
}

static bool is_ours(const struct spool_place *p, const json_t *shown)
{
	const char *from = json_string_value(json_object_get(shown, "from"));

	return from != NULL && strcmp(from, p->parts->config->committee.text) == 0;
}

/* Has the document the files of the order? `inputs` as the journal has them: the order itself
 * first, and in entries of earlier versions without what is in them. */
static bool has_files(const json_t *shown, const json_t *inputs)
{
	const json_t *list = json_object_get(shown, "attachments");
	bool same = json_array_size(list) + 1 == json_array_size(inputs);

	if (json_object_get(json_array_get(inputs, 0), "sha256") == NULL)
		return true;
	for (size_t i = 1; same && i < json_array_size(inputs); i++)
		same = json_equal(json_object_get(json_array_get(list, i - 1), "sha256"),
				  json_object_get(json_array_get(inputs, i), "sha256"));
	return same;
}

enum spool_verdict spool_send_ask(const struct spool_place *p, const char *id,
				  const json_t *inputs, json_t **said)
{
	json_t *shown;
	enum spool_verdict verdict = look(p, id, &shown);

	/* An id that an order chose may be another document's. */
	if (verdict == VERDICT_ACCEPTED &&
	    (!is_ours(p, shown) || (inputs != NULL && !has_files(shown, inputs))))
		verdict = VERDICT_REFUSED;
	*said = verdict == VERDICT_ACCEPTED ? as_sent(shown) : NULL;
	json_decref(shown);
	return verdict;
}

bool spool_send_answers(const struct spool_place *p)
{
	static const char *const args[] = { "inbox", "--limit=1", NULL };
	json_t *answer;
	int code;
	enum err e = spool_place_ask(p, "en", args, &code, &answer);

	json_decref(answer);
	return e == ERR_OK && code == 0;
}

void spool_send_edxml_id(const struct spool_place *p, const struct spool_inputs *inputs,
			 char id[PLACE_ID_SIZE])
{
	const char *const args[] = { "--dry-run", "edxml", "import", "--", inputs->list[0].copy,
				     NULL };
	const char *text = NULL;
	struct doc_id made;
	json_t *said;

	id[0] = '\0';
	/* Only of what is sent it says who may issue it: a status has another's id. */
	if (ask(p, "en", args, &said) == VERDICT_ACCEPTED &&
	    json_object_get(said, "competence") != NULL)
		text = json_string_value(json_object_get(said, "id"));
	if (text != NULL && uuid_parse(text, &made) == ERR_OK)
		uuid_print(made.bytes, id);
	json_decref(said);
}

/* How it is asked for. */
struct line {
	const char *args[ARGS];
	char id[OPTION_SIZE], date[OPTION_SIZE];
};

/* The file itself, or its options and files. */
static void fill(const struct spool_sending *s, const char *day, struct line *l)
{
	const char **args = l->args;
	unsigned n = 0;

	if (s->order == NULL) {
		args[n++] = "edxml";
		args[n++] = "import";
		args[n++] = "--";
		args[n++] = s->inputs->list[0].copy;
		args[n] = NULL;
		return;
	}
	args[n++] = "--timeout=600";
	args[n++] = "send";
	for (unsigned i = 0; i < s->order->option_count; i++)
		args[n++] = s->order->options[i];
	snprintf(l->id, sizeof l->id, "--id=%s", s->id);
	if (s->order->id == NULL)
		args[n++] = l->id;
	snprintf(l->date, sizeof l->date, "--date=%s", day);
	if (!s->order->dated)
		args[n++] = l->date;
	args[n++] = "--";
	for (unsigned i = 1; i < s->inputs->count; i++)
		args[n++] = s->inputs->list[i].copy;
	args[n] = NULL;
}

/* The same in English: nothing can come of asking twice, for it has one id. Accepted now: the
 * better. */
static enum spool_verdict add_english(const struct spool_place *p, const struct line *l,
				      json_t **said)
{
	json_t *english;
	enum spool_verdict verdict = ask(p, "en", l->args, &english);

	if (verdict == VERDICT_ACCEPTED) {
		json_decref(*said);
		*said = english;
		return verdict;
	}
	if (verdict == VERDICT_REFUSED) {
		json_object_set(*said, "message_en", json_object_get(english, "message"));
		json_object_set(*said, "fix_en", json_object_get(english, "fix"));
	}
	json_decref(english);
	return VERDICT_REFUSED;
}

/* It is refused, and may have gone before: before what refuses it now, or on another day, which is
 * then its date. Under an id that is made of its content, what is there with its files is it. What
 * is there under an id that the order chose may be another document with the same files: the daemon
 * judges, by the date of that. */
static enum spool_verdict look_back(const struct spool_place *p, const struct spool_sending *s,
				    json_t **said)
{
	bool made = s->order != NULL && s->order->id == NULL,
	     conflict = has_code(*said, ERR_CONFLICT);
	enum spool_verdict verdict;
	struct line line;
	json_t *shown, *inputs;

	if (!made && !s->again && !conflict)
		return VERDICT_REFUSED;
	inputs = spool_inputs_stamps(s->inputs);
	verdict = look(p, s->id, &shown);
	if (verdict == VERDICT_ACCEPTED &&
	    (!is_ours(p, shown) || (s->order != NULL && !has_files(shown, inputs)))) {
		verdict = VERDICT_REFUSED;
	} else if (verdict == VERDICT_ACCEPTED && conflict && !made) {
		const char *issued = json_string_value(json_object_get(shown, "issued"));

		verdict = VERDICT_REFUSED;
		if (s->order != NULL && !s->order->dated && issued != NULL) {
			json_decref(*said);
			fill(s, issued, &line);
			verdict = ask(p, "vi", line.args, said);
		}
	} else if (verdict == VERDICT_ACCEPTED) {
		json_decref(*said);
		*said = as_sent(shown);
	}
	json_decref(inputs);
	json_decref(shown);
	return verdict;
}

enum spool_verdict spool_send(const struct spool_place *p, const struct spool_sending *s,
			      json_t **said)
{
	struct line line;
	enum spool_verdict verdict;

	fill(s, s->date, &line);
	verdict = ask(p, "vi", line.args, said);
	if (verdict == VERDICT_REFUSED && s->id[0] != '\0')
		verdict = look_back(p, s, said);
	return verdict == VERDICT_REFUSED ? add_english(p, &line, said) : verdict;
}
