/* See axis_systems.h. */
#include "tools/command/axis_systems.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/axis/axis.h"
#include "tools/command/commands.h"
#include "tools/output/output.h"

static struct served *served_of(const struct config *config, const char *name)
{
	struct served *s = calloc(1, sizeof *s);

	if (s == NULL)
		return NULL;
	s->work.gateway_folder = config->gateway_folder;
	snprintf(s->work.adapter.name, sizeof s->work.adapter.name, "%s",
		 axis_name_valid(name) ? name : "");
	s->lock = -1;
	s->work.program.stop = -1;
	return s;
}

static int fail(struct cli *cli, const struct config *config, enum err e, const char *name)
{
	return e == ERR_FILE ? cli_fail_file(cli, e, config->gateway_folder)
			     : cli_fail(cli, e, name);
}

/* ---- what is printed ---- */

static json_int_t count_of(const struct served *s, enum served_where where)
{
	char **ids;
	size_t count;

	if (served_ids(s, where, "", &ids, &count) != ERR_OK)
		return 0;
	axis_disk_names_free(ids, count);
	return (json_int_t)count;
}

static json_t *view(const struct served *s)
{
	const struct served_state *t = &s->state;
	char code[16];

	snprintf(code, sizeof code, "VT-%d", (int)t->stopped);
	return json_pack("{s:s, s:s, s:o, s:I, s:I, s:I, s:o, s:o}", "name", s->work.adapter.name,
			 "state", t->stopped == ERR_OK ? "active" : "stopped", "error",
			 t->stopped == ERR_OK ? json_null() : json_string(code), "waiting",
			 count_of(s, SERVED_WAITING), "failed", count_of(s, SERVED_FAILED), "done",
			 (json_int_t)t->told_done, "asked", json_time(t->seen_ms), "since",
			 json_time(t->from_ms));
}

static int64_t told_ms(const json_t *entry)
{
	return json_integer_value(json_object_get(entry, "told_ms"));
}

static json_t *failures(const struct served *s)
{
	json_t *list = json_array(), *entry;
	enum served_where where;
	char **ids;
	size_t count;

	if (served_ids(s, SERVED_FAILED, "", &ids, &count) != ERR_OK)
		return list;
	for (size_t i = 0; i < count; i++) {
		if (served_find(s, ids[i], &entry, &where) != ERR_OK)
			continue;
		json_array_append_new(
			list,
			json_pack("{s:s, s:s, s:o, s:s, s:s, s:o}", "id", ids[i], "document",
				  axis_text(entry, "document"), "code",
				  json_text_or_null(axis_text(entry, "status")), "by",
				  served_is_ours(entry) ? "us" : "system", "reason",
				  axis_text(entry, "reason"), "at", json_time(told_ms(entry))));
		json_decref(entry);
	}
	axis_disk_names_free(ids, count);
	return list;
}

static const struct column one_columns[] = {
	{ "name", N_("Name"), FORMAT_TEXT, false },
	{ "state", N_("State"), FORMAT_WORD, false },
	{ "error", N_("Error"), FORMAT_CODE, false },
	{ "waiting", N_("Waiting"), FORMAT_COUNT, false },
	{ "failed", N_("Not handed over"), FORMAT_COUNT, false },
	{ "done", N_("Taken"), FORMAT_COUNT, false },
	{ "asked", N_("Asked last"), FORMAT_TIME, false },
	{ "since", N_("Created"), FORMAT_TIME, false },
	{ NULL, NULL, FORMAT_TEXT, false },
};

static const struct column list_columns[] = {
	{ "name", N_("Name"), FORMAT_TEXT, false },
	{ "state", N_("State"), FORMAT_WORD, false },
	{ "waiting", N_("Waiting"), FORMAT_COUNT, false },
	{ "failed", N_("Not handed over"), FORMAT_COUNT, false },
	{ "error", N_("Error"), FORMAT_CODE, true },
	{ "asked", N_("Asked last"), FORMAT_MINUTE, false },
	{ NULL, NULL, FORMAT_TEXT, false },
};

static const struct column failure_columns[] = {
	{ "document", N_("Document"), FORMAT_TEXT, false },
	{ "code", N_("Status"), FORMAT_OFFICE, true },
	{ "by", N_("Who says so"), FORMAT_TEXT, false },
	{ "reason", N_("Reason"), FORMAT_TEXT, true },
	{ "at", N_("When"), FORMAT_MINUTE, false },
	{ NULL, NULL, FORMAT_TEXT, false },
};

/* ---- what is done ---- */

int axis_systems(struct cli *cli, const struct config *config)
{
	json_t *all = json_array();
	char **names;
	size_t count;
	enum err e = served_systems(config->gateway_folder, &names, &count);

	for (size_t i = 0; e == ERR_OK && i < count; i++) {
		struct served *s = served_of(config, names[i]);

		e = s == NULL ? ERR_NO_MEMORY : served_look(s);
		if (e == ERR_OK)
			json_array_append_new(all, view(s));
		/* One that has only sent so far has no list yet. */
		e = e == ERR_NOT_FOUND ? ERR_OK : e;
		free(s);
	}
	axis_disk_names_free(names, count);
	if (e == ERR_OK)
		return output_list(cli, all, list_columns);
	json_decref(all);
	return fail(cli, config, e, NULL);
}

/* What it could not take, and what we could not hand out to it. */
static void name_who(json_t *list)
{
	json_t *one;
	size_t i;

	json_array_foreach(list, i, one)
	{
		const char *who = served_is_ours(one) ? _("this side") : _("the system");

		json_object_set_new(one, "by", json_string(who));
	}
}

static int print_one(struct cli *cli, const struct served *s)
{
	json_t *out = view(s), *list = failures(s);

	json_object_set(out, "failures", list);
	cli->renderer->object(cli, out, one_columns);
	if (!cli->json && json_array_size(list) > 0) {
		name_who(list);
		cli->renderer->heading(cli, _("Not handed over, and why"));
		cli->renderer->list(cli, list, failure_columns);
	}
	json_decref(list);
	json_decref(out);
	return 0;
}

int axis_systems_show(struct cli *cli, const struct config *config, const char *name)
{
	struct served *s = served_of(config, name);
	enum err e = s == NULL ? ERR_NO_MEMORY : served_look(s);
	int code = e == ERR_OK ? print_one(cli, s) : fail(cli, config, e, name);

	free(s);
	return code;
}

int axis_systems_retry(struct cli *cli, const struct config *config, const char *name)
{
	struct served *s = served_of(config, name);
	enum err e = s == NULL ? ERR_NO_MEMORY : served_look(s);
	int code;

	if (e == ERR_OK && !cli->dry_run) {
		e = served_open(s, 0);
		if (e == ERR_OK)
			e = served_retry(s);
		served_close(s);
	}
	code = e == ERR_OK ? print_one(cli, s) : fail(cli, config, e, name);
	free(s);
	return code;
}
