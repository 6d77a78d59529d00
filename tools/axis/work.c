/* See work.h. */
#include "tools/axis/work.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *axis_text(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text == NULL ? "" : text;
}

static enum err err_of(const json_t *error)
{
	const char *code = axis_text(error, "code");
	unsigned long n = strncmp(code, "VT-", 3) == 0 ? strtoul(code + 3, NULL, 10) : 0;

	return n != 0 && n < 10000 && err_known((unsigned)n) ? (enum err)n : ERR_SYSTEM;
}

void axis_keep(char out[AXIS_REASON_SIZE], const char *text)
{
	size_t len = strlen(text);

	if (len >= AXIS_REASON_SIZE) {
		len = AXIS_REASON_SIZE - 1;
		while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
			len--;
	}
	memmove(out, text, len);
	out[len] = '\0';
}

/* The path that the command was given, its last word, says where our folders are, and nothing to
 * who did not give it: nowhere in `text` does it stay. */
static void hide_path(char *text, const char *const *args)
{
	const char *path = NULL;
	size_t len;

	for (; *args != NULL; args++)
		path = *args;
	len = path != NULL && path[0] == '/' ? strlen(path) : 0;
	for (char *at = text; len > 0 && (at = strstr(at, path)) != NULL;) {
		size_t more = strncmp(at + len, ": ", 2) == 0 ? 2 : 0;

		memmove(at, at + len + more, strlen(at + len + more) + 1);
	}
}

enum err axis_run(struct axis_work *w, const char *const *args, json_t **data,
		  char reason[AXIS_REASON_SIZE])
{
	char text[4096];
	struct run_result said;
	json_t *root, *error;
	enum err e = run_vanthu(&w->program, args, &said);

	*data = NULL;
	if (e != ERR_OK)
		return e;
	root = json_loadb(said.out, said.len, 0, NULL);
	error = json_object_get(root, "error");
	if (error != NULL) {
		e = err_of(error);
		snprintf(text, sizeof text, "VT-%d %s", (int)e, axis_text(error, "message"));
		hide_path(text, args);
		if (reason != NULL)
			axis_keep(reason, text);
	} else if (json_object_get(root, "data") == NULL) {
		e = ERR_SYSTEM;
	} else {
		*data = json_incref(json_object_get(root, "data"));
	}
	json_decref(root);
	run_free(&said);
	return e;
}

void axis_work_note(struct axis_work *w, enum err e, const char *reason)
{
	w->state.failing = e;
	axis_keep(w->state.reason, reason);
}

enum err axis_work_follow(struct axis_work *w, const struct axis_answer *a)
{
	if (a->retry_after_ms > w->retry_after_ms)
		w->retry_after_ms = a->retry_after_ms;
	if (a->verdict == AXIS_DONE || a->verdict == AXIS_NEVER)
		return ERR_OK;
	if (a->verdict == AXIS_STOP)
		w->state.stopped = ERR_AXIS_IDENTITY;
	axis_work_note(w, a->verdict == AXIS_STOP ? ERR_AXIS_IDENTITY : ERR_AXIS_ANSWER, a->reason);
	return w->state.failing;
}
