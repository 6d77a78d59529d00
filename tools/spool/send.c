/* See send.h. */
#include "tools/spool/send.h"

#include <stdio.h>
#include <string.h>

enum { OPTION_SIZE = 64, ARGS = ORDER_OPTIONS_MAX + PARTS_MAX + 8 };

/* What is nobody's fault who wrote the order, and mends itself or by an operator. */
static bool mends_itself(unsigned code)
{
	static const enum err later[] = { ERR_CHANGED_FILE, ERR_NOT_YET,	ERR_BEHIND,
					  ERR_TWICE,	    ERR_CLOCK_WRONG,	ERR_OWN_KEY,
					  ERR_CANCELLED,    ERR_OWN_KEY_UNKNOWN };

	for (size_t i = 0; i < sizeof later / sizeof later[0]; i++) {
		if (code == later[i])
			return true;
	}
	return code >= 4000 && code < 6000;
}

static enum spool_verdict judge(enum err e, int code, const json_t *answer)
{
	unsigned number = spool_place_code(answer);

	if (e != ERR_OK)
		return e == ERR_TIMEOUT || e == ERR_TOO_LARGE ? VERDICT_LATER : VERDICT_DOWN;
	if (code == 0)
		return json_is_object(json_object_get(answer, "data")) ? VERDICT_ACCEPTED
								       : VERDICT_LATER;
	if (number == ERR_UNREACHABLE || number == ERR_CONFIG)
		return VERDICT_DOWN;
	if (number == 0 || mends_itself(number) || code == err_exit_code(ERR_TIMEOUT))
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

enum spool_verdict spool_send_ask(const struct spool_place *p, const char *id, json_t **said)
{
	const char *const args[] = { "show", "--", id, NULL };
	json_t *shown;
	enum spool_verdict verdict = ask(p, "en", args, &shown);

	*said = verdict == VERDICT_ACCEPTED ? as_sent(shown) : NULL;
	if (verdict == VERDICT_REFUSED) {
		const char *code = json_string_value(json_object_get(shown, "code"));
		char none[16];

		snprintf(none, sizeof none, "VT-%d", (int)ERR_NOT_FOUND);
		if (code == NULL || strcmp(code, none) != 0)
			verdict = VERDICT_LATER;
	}
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

/* The file itself, or its options and files. */
static void fill(const struct spool_sending *s, char id[OPTION_SIZE], char date[OPTION_SIZE],
		 const char *args[ARGS])
{
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
	snprintf(id, OPTION_SIZE, "--id=%s", s->id);
	if (s->order->id == NULL)
		args[n++] = id;
	snprintf(date, OPTION_SIZE, "--date=%s", s->date);
	if (!s->order->dated)
		args[n++] = date;
	args[n++] = "--";
	for (unsigned i = 1; i < s->inputs->count; i++)
		args[n++] = s->inputs->list[i].copy;
	args[n] = NULL;
}

/* The same in English: nothing can come of asking twice, for it has one id. Accepted now: the
 * better. */
static enum spool_verdict add_english(const struct spool_place *p, const char *const *args,
				      json_t **said)
{
	json_t *english;
	enum spool_verdict verdict = ask(p, "en", args, &english);

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

enum spool_verdict spool_send(const struct spool_place *p, const struct spool_sending *s,
			      json_t **said)
{
	const char *args[ARGS];
	char id[OPTION_SIZE], date[OPTION_SIZE];
	enum spool_verdict verdict;
	json_t *sent;

	fill(s, id, date, args);
	verdict = ask(p, "vi", args, said);
	if (verdict == VERDICT_REFUSED && s->again && s->id[0] != '\0') {
		/* It may have gone before what refuses it now: under this id it is ours. */
		enum spool_verdict before = spool_send_ask(p, s->id, &sent);

		if (before == VERDICT_ACCEPTED) {
			json_decref(*said);
			*said = sent;
		}
		if (before != VERDICT_REFUSED)
			return before;
	}
	return verdict == VERDICT_REFUSED ? add_english(p, args, said) : verdict;
}
