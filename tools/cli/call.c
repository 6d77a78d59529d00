/* See call.h. */
#include "tools/cli/call.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/base/no_memory.h"
#include "tools/output/output.h"

enum { REPORT_MS = 2000 };

struct call {
	struct cli *cli;
	struct client *client;
	const char *about;
	struct committee_id committee;
};

/* ---- for who asked with -v ---- */

/* Which daemon it is, on a connection of its own: one that hangs must not hold up what was asked
 * for long. */
static void report_daemon(struct cli *cli, const struct config *config,
			  enum client_socket_kind kind)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Nothing nothing = VANTHU__V1__NOTHING__INIT;
	Vanthu__V1__Reply *reply = NULL;
	struct client *c = NULL;
	int pid = 0;
	enum err e = client_connect(config, kind,
				    cli->timeout_ms < REPORT_MS ? cli->timeout_ms : REPORT_MS, &c);

	request.what_case = VANTHU__V1__REQUEST__WHAT_STATUS;
	request.status = &nothing;
	if (e == ERR_OK) {
		pid = client_peer(c);
		e = client_send(c, &request);
	}
	if (e == ERR_OK)
		e = client_next(c, &reply);
	if (e == ERR_OK && reply->what_case == VANTHU__V1__REPLY__WHAT_STATUS) {
		json_t *since = json_time(reply->status->up_since_ms);
		char text[64];

		output_format(cli, since, FORMAT_TIME, true, text, sizeof text);
		cli_detail(cli, _("daemon: vanthud %s, process %d, up since %s"),
			   reply->status->version, pid, text);
		json_decref(since);
	} else {
		cli_detail(cli, _("daemon: process %d does not say who it is: VT-%d %s"), pid,
			   (int)(e == ERR_OK ? ERR_FORMAT : e),
			   _(err_text(e == ERR_OK ? ERR_FORMAT : e)));
	}
	client_close(c);
}

/* Why there is no connection: whose socket it is, if it is one, and what the system said. */
static void report_socket(struct cli *cli, const char *path, int error)
{
	struct stat st;

	if (stat(path, &st) == 0)
		cli_detail(
		    cli,
		    _("the socket is of user %u, group %u, mode %04o; this is user %u, group %u"),
		    (unsigned)st.st_uid, (unsigned)st.st_gid, (unsigned)(st.st_mode & 07777),
		    (unsigned)geteuid(), (unsigned)getegid());
	if (error != 0)
		cli_detail_errno(cli, path, error);
}

/* Nobody listens, nothing is there, one may not, or too many are before us: four things, and four
 * to do. */
static void fail_to_connect(struct cli *cli, enum err e, const struct config *config,
			    const char *path, int error)
{
	char message[CONFIG_PATH_MAX + 256];
	const char *id = config->committee.text;

	if (e == ERR_UNREACHABLE && error == ENOENT && access(config->run, F_OK) != 0) {
		snprintf(message, sizeof message,
			 _("%s: no daemon answers: its folder %s is not there"), id, config->run);
		cli_fail_text(cli, e, message,
			      _("start it, also where it runs already: vanthud makes the folder "
				"when it starts"));
	} else if (e == ERR_UNREACHABLE && error == ENOENT) {
		snprintf(message, sizeof message, _("%s: no daemon answers: %s is not there"), id,
			 path);
		cli_fail_text(cli, e, message, _(err_fix(e)));
	} else if (e == ERR_PERMISSION) {
		snprintf(message, sizeof message, _("%s: this user may not use %s"), id, path);
		cli_fail_text(cli, e, message, _(err_fix(e)));
	} else if (e == ERR_BUSY) {
		snprintf(message, sizeof message,
			 _("%s: the daemon takes no connection on %s: it hangs, or more come than "
			   "it takes"),
			 id, path);
		cli_fail_text(cli, e, message, _(err_fix(e)));
	} else {
		cli_fail(cli, e, id);
	}
}

enum err call_open(struct cli *cli, enum client_socket_kind kind, struct call **out)
{
	struct config *config = no_memory_checked(malloc(sizeof *config));
	struct call *c = no_memory_checked(calloc(1, sizeof *c));
	char path[CONFIG_PATH_MAX + 32];
	enum err e = cli_config(cli, config);
	int error = 0;

	*out = NULL;
	if (e == ERR_OK) {
		bool known = client_socket(config, kind, path, sizeof path);

		if (known)
			cli_detail(cli, _("socket: %s"), path);
		c->cli = cli;
		c->committee = config->committee;
		e = known ? client_connect_path(path, cli->timeout_ms, &error, &c->client)
			  : ERR_CONFIG;
		if (e == ERR_OK)
			client_hide_secret(c->client, cli->no_secret);
		else
			fail_to_connect(cli, e, config, path, error);
		if (cli->verbose > 0 && e == ERR_OK)
			report_daemon(cli, config, kind);
		else if (cli->verbose > 0 && known)
			report_socket(cli, path, error);
	}
	free(config);
	if (e == ERR_OK)
		*out = c;
	else
		free(c);
	return e;
}

void call_close(struct call *c)
{
	if (c == NULL)
		return;
	client_close(c->client);
	free(c);
}

struct committee_id call_committee(const struct call *c)
{
	return c->committee;
}

struct cli *call_cli(struct call *c)
{
	return c->cli;
}

struct client *call_client(struct call *c)
{
	return c->client;
}

void call_about(struct call *c, const char *what)
{
	c->about = what;
}

enum err call_send(struct call *c, Vanthu__V1__Request *request)
{
	return client_send(c->client, request);
}

enum err call_send_more(struct call *c, Vanthu__V1__Request *request, uint64_t id)
{
	return client_send_more(c->client, request, id);
}

enum err call_next(struct call *c, Vanthu__V1__Reply **reply)
{
	return client_next(c->client, reply);
}

/* A document or an entry on paper by its whole id, as a choice; with its id only where this socket
 * shows no more. */
static json_t *describe(struct call *c, const char *id)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__PaperQuery papers = VANTHU__V1__PAPER_QUERY__INIT;
	Vanthu__V1__Ref ref = VANTHU__V1__REF__INIT;
	Vanthu__V1__Reply *r;
	json_t *out = json_pack("{s:s}", "id", id);
	const char *date = "", *from = "", *number = "";

	ref.text = (char *)(uintptr_t)id;
	papers.ref = &ref;
	request.what_case = strcmp(c->cli->command->name, "paper") == 0
				    ? VANTHU__V1__REQUEST__WHAT_PAPERS
				    : VANTHU__V1__REQUEST__WHAT_SHOW;
	if (request.what_case == VANTHU__V1__REQUEST__WHAT_PAPERS)
		request.papers = &papers;
	else
		request.show = &ref;
	if (client_send(c->client, &request) != ERR_OK)
		return out;
	do {
		if (client_next(c->client, &r) != ERR_OK)
			return out;
		if (r->what_case == VANTHU__V1__REPLY__WHAT_VIEW) {
			date = r->view->line->issued_on;
			from = r->view->line->from;
			number = r->view->line->number;
		} else if (r->what_case == VANTHU__V1__REPLY__WHAT_PAPER) {
			date = r->paper->date;
			from = r->paper->party;
			number = r->paper->number;
		} else {
			continue;
		}
		json_object_set_new(out, "date", json_string(date));
		json_object_set_new(out, "from", json_string(from));
		json_object_set_new(out, "number", json_string(number));
	} while (r->more);
	return out;
}

/* One line each, so that a person can distinguish them. */
static void report_ambiguous(struct call *c, const struct client_fault *f)
{
	char message[CLIENT_ABOUT_MAX + 128], id[UUID_TEXT_SIZE];
	json_t *choices = json_array();

	c->cli->more_choices = f->more_choices;
	snprintf(message, sizeof message, "%s: %s", f->about, _(err_text(f->err)));
	for (unsigned i = 0; i < f->choice_count; i++) {
		uuid_print(f->choices[i].bytes, id);
		json_array_append_new(choices, describe(c, id));
	}
	c->cli->choices = choices;
	cli_fail_text(c->cli, f->err, message, _(err_fix(f->err)));
	c->cli->choices = NULL;
	json_decref(choices);
}

/* A name that the list of persons does not have: with those that are most like it. */
static void report_person(struct call *c, const struct client_fault *f)
{
	char message[CLIENT_ABOUT_MAX + 256], fix[768];

	snprintf(message, sizeof message, "%s: %s", _(err_text(f->err)), f->about);
	if (f->nearest[0] != '\0' && f->err != ERR_PERSON_SIGNS)
		snprintf(fix, sizeof fix, _("did you mean: %s? All: vanthu person list"),
			 f->nearest);
	else
		snprintf(fix, sizeof fix, "%s", _(err_fix(f->err)));
	cli_fail_text(c->cli, f->err, message, fix);
}

/* Likewise of a target: with all that there are. */
static void report_target(struct call *c, const struct client_fault *f)
{
	char message[CLIENT_ABOUT_MAX + 256], fix[768];

	snprintf(message, sizeof message, "%s: %s", _(err_text(f->err)), f->about);
	if (f->nearest[0] != '\0')
		snprintf(fix, sizeof fix, _("there are: %s; see: vanthu target declared"),
			 f->nearest);
	else
		snprintf(fix, sizeof fix, "%s", _(err_fix(f->err)));
	cli_fail_text(c->cli, f->err, message, fix);
}

static bool is_about_person(enum err e)
{
	return e == ERR_PERSON_UNKNOWN || e == ERR_PERSON_ENDED || e == ERR_PERSON_SEVERAL ||
	       e == ERR_PERSON_SIGNS;
}

/* How the connection ended, for who asked with -v. */
static void report_call(struct cli *cli, const struct client_fault *f)
{
	if (f->err == ERR_TIMEOUT)
		cli_detail(cli, _("the daemon holds the connection, and nothing came for %d ms"),
			   cli->timeout_ms);
	else if (f->call != NULL && f->error != 0)
		cli_detail_errno(cli, f->call, f->error);
	else if (f->call != NULL)
		cli_detail(cli, "%s",
			   _("the daemon closed the connection: it ended, or did not take what was "
			     "said"));
}

enum err call_report(struct call *c, const struct client_fault *f)
{
	char why[256] = "";

	if (f->ambiguous) {
		report_ambiguous(c, f);
		return f->err;
	}
	if (is_about_person(f->err)) {
		report_person(c, f);
		return f->err;
	}
	if (f->err == ERR_TARGET_UNKNOWN) {
		report_target(c, f);
		return f->err;
	}
	if (f->file) {
		errno = f->error;
		cli_fail_file(c->cli, f->err, f->about);
		return f->err;
	}
	if (f->has_clock)
		clocks_why(&f->clock, why, sizeof why);
	cli_fail(c->cli, f->err, why[0] != '\0' ? why : f->about[0] == '\0' ? c->about : f->about);
	report_call(c->cli, f);
	return f->err;
}

enum err call_fail(struct call *c, enum err e, const Vanthu__V1__Reply *reply)
{
	struct client_fault f;

	client_fault(c->client, e, reply, &f);
	return call_report(c, &f);
}

enum err call_ask(struct call *c, Vanthu__V1__Request *request, Vanthu__V1__Reply__WhatCase wanted,
		  Vanthu__V1__Reply **reply)
{
	enum err e = call_send(c, request);

	if (e == ERR_OK)
		e = call_next(c, reply);
	if (e == ERR_OK && (*reply)->what_case == wanted)
		return ERR_OK;
	return call_fail(c, e, e == ERR_OK ? *reply : NULL);
}

enum err call_row(struct call *c, Vanthu__V1__Reply__WhatCase wanted, Vanthu__V1__Reply **reply)
{
	enum err e = call_next(c, reply);

	if (e == ERR_OK && (*reply)->what_case == wanted)
		return ERR_OK;
	if (e == ERR_OK && (*reply)->what_case == VANTHU__V1__REPLY__WHAT_DONE)
		return ERR_NOT_FOUND;
	return call_fail(c, e, e == ERR_OK ? *reply : NULL);
}
