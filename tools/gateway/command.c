/* See command.h. */
#include "tools/gateway/command.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "routing/base/arena.h"
#include "tools/gateway/exchange.h"
#include "tools/gateway/permit.h"

enum { ARENA_BYTES = 4 << 20, TIMEOUT_MS = 120000, WAIT_S = 20 };

/* ---- places: how many children there may be ---- */

static struct {
	pthread_mutex_t lock;
	pthread_cond_t given;
	unsigned taken;
} places = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0 };

bool command_place_take(void)
{
	struct timespec until;
	bool taken;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += WAIT_S;
	pthread_mutex_lock(&places.lock);
	while (places.taken >= COMMAND_AT_ONCE &&
	       pthread_cond_clockwait(&places.given, &places.lock, CLOCK_MONOTONIC, &until) == 0)
		;
	taken = places.taken < COMMAND_AT_ONCE;
	places.taken += taken;
	pthread_mutex_unlock(&places.lock);
	return taken;
}

void command_place_give(void)
{
	pthread_mutex_lock(&places.lock);
	places.taken--;
	pthread_cond_signal(&places.given);
	pthread_mutex_unlock(&places.lock);
}

/* ---- arguments ---- */

void command_add(struct command_line *l, const char *text)
{
	const char *kept = arena_text(l->arena, text, strlen(text));

	if (kept == NULL || l->count + 1 >= sizeof l->args / sizeof l->args[0]) {
		l->failed = true;
		return;
	}
	l->args[l->count++] = kept;
	l->args[l->count] = NULL;
}

void command_option(struct command_line *l, const char *name, const char *value)
{
	size_t size = strlen(name) + (value == NULL ? 0 : strlen(value)) + 4;
	char *text = malloc(size);

	if (text == NULL) {
		l->failed = true;
		return;
	}
	snprintf(text, size, "--%s%s%s", name, value == NULL ? "" : "=",
		 value == NULL ? "" : value);
	for (char *at = text; *at != '\0' && *at != '='; at++)
		*at = *at == '_' ? '-' : *at;
	command_add(l, text);
	free(text);
}

static bool is_among(const char *words, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = words; at != NULL && *at != '\0'; at += strspn(at, " ")) {
		size_t word = strcspn(at, " ");

		if (word == len && strncmp(at, name, len) == 0)
			return true;
		at += word;
	}
	return false;
}

static void add_list(struct command_line *l, const char *name, const json_t *list)
{
	char joined[8192] = "";
	size_t i, used = 0;
	json_t *one;

	json_array_foreach(list, i, one)
	{
		int n = snprintf(joined + used, sizeof joined - used, "%s%s", i == 0 ? "" : ",",
				 json_string_value(one));

		used += n > 0 ? (size_t)n : 0;
		if (used >= sizeof joined) {
			l->failed = true;
			return;
		}
	}
	command_option(l, name, joined);
}

static void add_field(struct command_line *l, const char *name, const json_t *value)
{
	char number[24];

	if (json_is_true(value)) {
		command_option(l, name, NULL);
	} else if (json_is_integer(value)) {
		snprintf(number, sizeof number, "%lld", (long long)json_integer_value(value));
		command_option(l, name, number);
	} else if (json_is_array(value)) {
		add_list(l, name, value);
	} else if (json_is_string(value)) {
		command_option(l, name, json_string_value(value));
	}
}

void command_fields(struct command_line *l, const struct exchange *x, const char *operands)
{
	const char *name;
	json_t *value;

	json_object_foreach(x->fields, name, value)
	{
		if (!is_among(operands, name))
			add_field(l, name, value);
	}
}

static void add_words(struct command_line *l, const char *words)
{
	while (*words != '\0') {
		size_t len = strcspn(words, " ");
		char word[64];

		snprintf(word, sizeof word, "%.*s", (int)len, words);
		command_add(l, word);
		words += len + strspn(words + len, " ");
	}
}

/* What is no option, behind a `--`: nothing that comes from outside is taken for one. ERR_USAGE:
 * "-", by which the command line means its standard input. */
static enum err add_operands(struct command_line *l, const struct exchange *x)
{
	const char *at = x->route->operands == NULL ? "" : x->route->operands;

	if (*at != '\0')
		command_add(l, "--");
	while (*at != '\0') {
		size_t len = strcspn(at, " ");
		char name[64];
		const char *value = route_word(x->route, &x->words, at, len);

		snprintf(name, sizeof name, "%.*s", (int)len, at);
		if (value == NULL)
			value = exchange_field(x, name);
		else if (strcmp(name, "id") == 0 && x->document[0] != '\0')
			value = x->document; /* the very one that was permitted */
		if (value != NULL && strcmp(value, "-") == 0)
			return ERR_HTTP_FIELD;
		if (value != NULL)
			command_add(l, value);
		at += len + strspn(at + len, " ");
	}
	return ERR_OK;
}

/* ---- answers ---- */

/* As `send` says that a document had been sent before; a quote in a text would be escaped. */
#define REPEATED "\"repeated\":true"

static void answer_failure(struct exchange *x, const json_t *root)
{
	enum err e;
	json_t *p = problem_of_command(json_object_get(root, "error"), x->language, &e);

	exchange_problem(x, e, p);
}

static void answer_said(struct exchange *x, struct run_result *said, unsigned status,
			const char *pick)
{
	json_t *root = NULL, *data;

	if (status == MHD_HTTP_CREATED &&
	    memmem(said->out, said->len, REPEATED, sizeof REPEATED - 1) != NULL)
		status = MHD_HTTP_OK; /* nothing new was made */
	if (said->code == 0 && pick == NULL && said->len > 0) {
		exchange_text(x, status, said->out, said->len);
		said->out = NULL;
		return;
	}
	root = json_loadb(said->out, said->len, 0, NULL);
	data = json_object_get(root, "data");
	if (said->code != 0 && json_object_get(root, "error") != NULL)
		answer_failure(x, root);
	else if (data == NULL)
		exchange_refuse(x, ERR_SYSTEM, NULL, NULL);
	else if (pick == NULL)
		exchange_json(x, status, json_incref(data)); /* it warns by its exit code */
	else
		exchange_json(x, status, json_incref(json_object_get(data, pick)));
	json_decref(root);
}

void command_run(struct exchange *x, struct command_line *l, unsigned status, const char *pick)
{
	const struct run_program program = exchange_program(x, TIMEOUT_MS);
	struct run_result said;
	enum err e = l->failed ? ERR_HTTP_LARGE : ERR_OK;

	if (e == ERR_OK && !command_place_take())
		e = ERR_BUSY;
	if (e != ERR_OK) {
		exchange_refuse(x, e, NULL, NULL);
		return;
	}
	e = run_vanthu(&program, l->args, &said);
	command_place_give();
	if (e != ERR_OK) {
		exchange_refuse(x, e, NULL, NULL);
		return;
	}
	answer_said(x, &said, status, pick);
	run_free(&said);
}

static struct command_line *line_new(struct exchange *x)
{
	struct command_line *l = calloc(1, sizeof *l);

	if (l != NULL)
		l->arena = arena_new(ARENA_BYTES);
	if (l == NULL || l->arena == NULL) {
		free(l);
		exchange_refuse(x, ERR_NO_MEMORY, NULL, NULL);
		return NULL;
	}
	return l;
}

static void line_free(struct command_line *l)
{
	arena_destroy(l->arena);
	free(l);
}

static void run_row(struct exchange *x, const char *words)
{
	struct command_line *l = line_new(x);
	enum err e;

	if (l == NULL)
		return;
	add_words(l, words);
	command_fields(l, x, x->route->operands);
	e = add_operands(l, x);
	if (e == ERR_OK)
		command_run(x, l, MHD_HTTP_OK, x->route->pick);
	else
		exchange_refuse(x, e, NULL, NULL);
	line_free(l);
}

void command_answer(struct exchange *x)
{
	/* The matter names documents that nobody has asked about one by one. */
	if (exchange_flag(x, "thread") && !permit_all(x))
		exchange_refuse(x, ERR_TOKEN_SCOPE, NULL, "thread");
	else if ((x->route->about == ROUTE_GENERAL || permit_document(x)) &&
		 (x->route->about != ROUTE_RECIPIENTS || permit_recipients(x)))
		run_row(x, x->route->command);
}

/* Which list it is follows from the box; words that are searched for stand behind the options. */
void command_documents(struct exchange *x)
{
	static const struct {
		const char *box, *words;
	} boxes[] = { { "in", "inbox" }, { "out", "outbox" }, { "all", "find" } };
	const char *box = exchange_field(x, "box"), *words = boxes[0].words;
	struct command_line *l = permit_list(x) ? line_new(x) : NULL;

	if (l == NULL)
		return;
	for (unsigned i = 0; box != NULL && i < sizeof boxes / sizeof boxes[0]; i++) {
		if (strcmp(boxes[i].box, box) == 0)
			words = boxes[i].words;
	}
	add_words(l, words);
	command_fields(l, x, "box text");
	if (exchange_field(x, "text") != NULL) {
		command_add(l, "--");
		command_add(l, exchange_field(x, "text"));
	}
	command_run(x, l, MHD_HTTP_OK, NULL);
	line_free(l);
}
