/* send --update, send --replace: the older document that the one that is sent concerns. */
#include "tools/command/older.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/client/client.h"
#include "tools/command/commands.h"
#include "tools/output/output.h"

/* Its recipients as they would be typed. */
static char *join(const Vanthu__V1__DocumentLine *line)
{
	size_t size = 1;
	char *out;

	for (size_t i = 0; i < line->n_to; i++)
		size += strlen(line->to[i]) + 1;
	out = calloc(1, size);
	for (size_t i = 0; out != NULL && i < line->n_to; i++)
		snprintf(out + strlen(out), size - strlen(out), "%s%s", i == 0 ? "" : ",",
			 line->to[i]);
	return out;
}

enum err older_find(struct call *c, struct older *o, struct submission *s)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Ref ref = VANTHU__V1__REF__INIT;
	const Vanthu__V1__DocumentLine *line;
	Vanthu__V1__Reply *reply;
	enum err e;

	ref.text = (char *)(uintptr_t)o->name;
	request.what_case = VANTHU__V1__REQUEST__WHAT_SHOW;
	request.show = &ref;
	e = call_send(c, &request);
	if (e == ERR_OK)
		e = call_next(c, &reply);
	if (e == ERR_OK && reply->what_case == VANTHU__V1__REPLY__WHAT_ERROR &&
	    reply->error->code == ERR_NOT_FOUND) {
		cli_fail(call_cli(c), ERR_CONCERNS_UNKNOWN, o->name);
		return ERR_CONCERNS_UNKNOWN;
	}
	if (e != ERR_OK || reply->what_case != VANTHU__V1__REPLY__WHAT_VIEW)
		return call_fail(c, e, reply);
	line = reply->view->line;
	if (line->work != NULL) { /* it came here: another issued it */
		cli_fail(call_cli(c), ERR_NOT_ISSUER, o->name);
		return ERR_NOT_ISSUER;
	}
	snprintf(o->origin, sizeof o->origin, "%s", line->from);
	if (line->id.len == sizeof s->older_id.bytes)
		memcpy(s->older_id.bytes, line->id.data, sizeof s->older_id.bytes);
	uuid_print(s->older_id.bytes, o->id);
	s->older_origin = o->origin;
	s->business = o->business;
	o->whom = join(line);
	return o->whom == NULL ? call_fail(c, ERR_NO_MEMORY, NULL) : ERR_OK;
}

enum err older_is_recalled(struct call *c, const struct older *o)
{
	char message[768];

	snprintf(message, sizeof message, "%s: %s", o->name, _(err_text(ERR_RECALLED)));
	cli_fail_text(call_cli(c), ERR_RECALLED, message,
		      _("send the new document by itself, without --replace and --update"));
	return ERR_RECALLED;
}

void older_add(json_t *out, const struct older *o)
{
	if (o->name == NULL)
		return;
	json_object_set_new(out, "business", json_string(json_business(o->business)));
	json_object_set_new(out, "concerns", json_string(o->id));
}
