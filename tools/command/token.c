/* token: who may use the gateway, for what, and until when. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/digest.h"
#include "routing/base/committee_id.h"
#include "tools/base/files.h"
#include "tools/base/text.h"
#include "tools/command/commands.h"
#include "tools/command/own_user.h"
#include "tools/output/output.h"
#include "tools/token/token.h"

enum { OPT_SCOPE = 200, OPT_COMMITTEE, OPT_EXPIRES, OPT_RATE, OPT_CERTIFICATE, OPT_SUBJECT };
#define DAY_MS	     (24LL * 3600 * 1000)
#define FOREVER_DAYS 36500u

const struct command_option token_options[] = {
	{ "scope", OPT_SCOPE, N_("SCOPE,…"),
	  N_("office, operate, read: as over the socket of this name; send: hand in documents and "
	     "follow these; receive: see what arrives, accept and return it; work: see what "
	     "arrives, pass it on within the office, finish it; secret, beside office: what is "
	     "registered of secret documents"),
	  VALUE_SCOPES, "add" },
	{ "committee", OPT_COMMITTEE, N_("ID,…"),
	  N_("only documents from or to these committees (all)"), VALUE_RECIPIENTS, "add" },
	{ "expires", OPT_EXPIRES, N_("DATE|DURATION"),
	  N_("the last day on which it holds, or how long from now: 90d, 12h (for ever)"),
	  VALUE_NONE, "add" },
	{ "rate", OPT_RATE, N_("N/s"),
	  N_("requests a second; 0: no bound (gateway.rate in vanthud.yaml)"), VALUE_NONE, "add" },
	{ "certificate", OPT_CERTIFICATE, N_("FILE"),
	  N_("no secret: whoever has the key of this certificate (PEM) uses it"), VALUE_FILE,
	  "add" },
	{ "common-name", OPT_SUBJECT, N_("NAME"),
	  N_("no secret: certificates of gateway.client_ca with this common name (CN) use it"),
	  VALUE_NONE, "add" },
	{ NULL, 0, NULL, NULL, VALUE_NONE, NULL },
};

struct given {
	const char *certificate;
	struct token token;
};

/* ---- what is printed ---- */

static const char *state_of(const struct token *t, int64_t now_ms)
{
	if (t->revoked_ms != 0)
		return "revoked";
	return t->expires_ms != 0 && now_ms >= t->expires_ms ? "expired" : "valid";
}

static json_t *scopes_json(unsigned scopes)
{
	json_t *out = json_array();

	for (const struct token_scope_row *row = token_scopes(); row->name != NULL; row++) {
		if ((scopes & row->scope) != 0)
			json_array_append_new(out, json_string(row->name));
	}
	return out;
}

static json_t *committees_json(const struct token *t)
{
	json_t *out = t->committee_count == 0 ? json_null() : json_array();

	for (unsigned i = 0; i < t->committee_count; i++)
		json_array_append_new(out, json_string(t->committees[i].text));
	return out;
}

static json_t *certificate_json(const struct token *t)
{
	char hex[DIGEST_HEX_SIZE];

	if (!t->has_certificate)
		return json_null();
	digest_to_hex(&t->certificate, hex);
	return json_string(hex);
}

static json_t *token_json(const char *folder, const struct token *t)
{
	return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "name", t->name,
			 "state", state_of(t, text_now_ms()), "scopes", scopes_json(t->scopes),
			 "committees", committees_json(t), "rate",
			 t->rate == TOKEN_RATE_DEFAULT ? json_null() : json_integer(t->rate),
			 "certificate", certificate_json(t), "common_name",
			 json_text_or_null(t->subject), "created", json_time(t->created_ms),
			 "expires", json_time(t->expires_ms), "revoked", json_time(t->revoked_ms),
			 "used", json_time(token_uses_read(folder, t->name)));
}

static const struct column one_columns[] = {
	{ "name", N_("Name"), FORMAT_TEXT, false },
	{ "token", N_("Token"), FORMAT_TEXT, false },
	{ "state", N_("State"), FORMAT_WORD, false },
	{ "scopes", N_("Scopes"), FORMAT_LIST, false },
	{ "committees", N_("Committees"), FORMAT_LIST, false },
	{ "rate", N_("Requests a second"), FORMAT_COUNT, false },
	{ "certificate", N_("Certificate"), FORMAT_TEXT, false },
	{ "common_name", N_("Common name"), FORMAT_TEXT, false },
	{ "created", N_("Created"), FORMAT_TIME, false },
	{ "expires", N_("Expires"), FORMAT_TIME, false },
	{ "revoked", N_("Revoked"), FORMAT_TIME, false },
	{ "used", N_("Last used"), FORMAT_TIME, false },
	{ NULL, NULL, FORMAT_TEXT, false },
};

static const struct column list_columns[] = {
	{ "name", N_("Name"), FORMAT_TEXT, false },
	{ "state", N_("State"), FORMAT_WORD, false },
	{ "scopes", N_("Scopes"), FORMAT_LIST, true },
	{ "committees", N_("Committees"), FORMAT_LIST, true },
	{ "expires", N_("Expires"), FORMAT_MINUTE, false },
	{ "used", N_("Last used"), FORMAT_MINUTE, false },
	{ NULL, NULL, FORMAT_TEXT, false },
};

/* ---- options ---- */

static bool take_committees(struct token *t, const char *list)
{
	t->committee_count = 0;
	for (;;) {
		size_t len = strcspn(list, ",");
		struct committee_id id;

		if (t->committee_count == TOKEN_COMMITTEES_MAX ||
		    id_parse(list, len, &id) != ERR_OK)
			return false;
		t->committees[t->committee_count++] = id;
		if (list[len] == '\0')
			return true;
		list += len + 1;
	}
}

/* The end of a day in Vietnam, or so many minutes, hours or days from now; never in the past. */
static bool take_expires(struct token *t, const char *text, int64_t now_ms)
{
	static const struct {
		char unit;
		int64_t ms;
	} units[] = { { 'm', 60000 }, { 'h', 3600000 }, { 'd', DAY_MS } };
	size_t len = strlen(text);
	char digits[12];
	uint32_t n;

	if (text_day_ms(text, 1, &t->expires_ms))
		return t->expires_ms > now_ms;
	if (len < 2 || len > sizeof digits)
		return false;
	snprintf(digits, sizeof digits, "%.*s", (int)len - 1, text);
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
		if (units[i].unit != text[len - 1])
			continue;
		if (!text_count(digits, (uint32_t)(FOREVER_DAYS * DAY_MS / units[i].ms), &n) ||
		    n == 0)
			return false;
		t->expires_ms = now_ms + n * units[i].ms;
		return true;
	}
	return false;
}

static bool take_rate(struct token *t, const char *text)
{
	char digits[12];
	size_t len = strcspn(text, "/");

	if (len >= sizeof digits || (text[len] != '\0' && strcmp(text + len, "/s") != 0))
		return false;
	snprintf(digits, sizeof digits, "%.*s", (int)len, text);
	return text_count(digits, TOKEN_RATE_MAX, &t->rate);
}

static bool take_subject(struct token *t, const char *text)
{
	size_t len = strlen(text);

	if (len == 0 || len > TOKEN_SUBJECT_MAX || strpbrk(text, "\r\n") != NULL)
		return false;
	memcpy(t->subject, text, len + 1);
	return true;
}

/* 0; or the exit code of a fault that was reported. */
static int take(struct cli *cli, struct given *g, int option)
{
	struct token *t = &g->token;

	if (option == OPT_SCOPE && token_scopes_parse(optarg, &t->scopes) != ERR_OK)
		return cli_bad_value(cli, _("scopes are office, operate, read, send, receive and "
					    "work, with commas between them"));
	if (option == OPT_COMMITTEE && !take_committees(t, optarg))
		return cli_bad_value(cli, _("ids of committees with commas between them, at most "
					    "64; no groups"));
	if (option == OPT_EXPIRES && !take_expires(t, optarg, text_now_ms()))
		return cli_bad_value(cli, _("a day that has not passed, as DD/MM/YYYY or "
					    "YYYY-MM-DD, or a time such as 90d, 12h, 30m"));
	if (option == OPT_RATE && !take_rate(t, optarg))
		return cli_bad_value(cli, _("requests a second, from 0 to 1000000: 50/s"));
	if (option == OPT_CERTIFICATE)
		g->certificate = optarg;
	if (option == OPT_SUBJECT && !take_subject(t, optarg))
		return cli_bad_value(cli, _("a common name of at most 64 bytes, in one line"));
	return 0;
}

/* ---- add ---- */

/* A fault has been reported. */
static enum err read_certificate(struct cli *cli, const char *path, struct token *t)
{
	char message[CONFIG_PATH_MAX + 64];
	struct arena *a = arena_new((size_t)8 * TOKEN_CERTIFICATE_MAX_BYTES);
	struct blob pem;
	enum err e =
		a == NULL ? ERR_NO_MEMORY : fs_read(a, path, TOKEN_CERTIFICATE_MAX_BYTES, &pem);

	if (e == ERR_OK)
		e = token_certificate_digest(a, pem, &t->certificate);
	t->has_certificate = e == ERR_OK;
	arena_destroy(a);
	if (e == ERR_CERTIFICATE) {
		snprintf(message, sizeof message, _("there is no certificate in PEM in %s"), path);
		cli_fail_text(cli, e, message,
			      _("give the certificate of the client, which begins with -----BEGIN "
				"CERTIFICATE-----"));
	} else if (e != ERR_OK) {
		cli_fail_file(cli, e, path);
	}
	return e;
}

static bool count_one(void *of, const struct token *t, enum err e)
{
	(void)t;
	(void)e;
	return ++*(unsigned *)of < TOKEN_BOOK_MAX;
}

/* All but the writing. */
static enum err prepare(struct cli *cli, const struct config *config, struct given *g, char *secret)
{
	struct token *t = &g->token, old;
	unsigned count = 0;
	enum err e = command_own_user(cli, config);

	if (e == ERR_OK && (e = token_name_check(t->name)) != ERR_OK)
		cli_fail(cli, e, t->name);
	if (e == ERR_OK && g->certificate != NULL)
		e = read_certificate(cli, g->certificate, t);
	if (e == ERR_OK && token_file_read(config->gateway_folder, t->name, &old) != ERR_NOT_FOUND)
		e = ERR_EXISTS;
	if (e == ERR_OK) {
		e = token_file_walk(config->gateway_folder, count_one, &count);
		if (e == ERR_OK && count >= TOKEN_BOOK_MAX)
			cli_fail_text(cli, e = ERR_BUSY, _("there are 1,024 tokens"),
				      _("delete files of revoked ones in the folder tokens of "
					"gateway.folder"));
	}
	if (e == ERR_OK && !t->has_certificate && t->subject[0] == '\0') {
		t->has_secret = true;
		e = token_secret_new(secret, &t->secret);
	}
	t->created_ms = text_now_ms();
	return e;
}

static int add(struct cli *cli, const struct config *config, struct given *g)
{
	char secret[TOKEN_SECRET_SIZE] = "";
	struct token *t = &g->token;
	json_t *out;
	enum err e = prepare(cli, config, g, secret);

	if (e == ERR_OK && !cli->dry_run)
		e = token_file_add(config->gateway_folder, t);
	if (e == ERR_EXISTS)
		return cli_fail_text(cli, e, _("there is a token of this name, or was one"),
				     _("choose another name; see who is there with: vanthu token "
				       "list"));
	if (e != ERR_OK)
		return cli->error_printed ? err_exit_code(e)
					  : cli_fail_file(cli, e, config->gateway_folder);
	out = token_json(config->gateway_folder, t);
	if (t->has_secret && !cli->dry_run)
		json_object_set_new(out, "token", json_string(secret));
	output_object(cli, out, one_columns);
	explicit_bzero(secret, sizeof secret);
	if (t->has_secret && !cli->dry_run)
		cli_hint(cli, "%s", _("Keep the token now: it is shown this once."));
	return 0;
}

/* ---- list, show, revoke ---- */

struct listing {
	json_t *list;
	const char *folder;
};

static bool list_one(void *of, const struct token *t, enum err e)
{
	struct listing *l = of;

	json_array_append_new(l->list, e == ERR_OK ? token_json(l->folder, t)
						   : json_pack("{s:s, s:s}", "name", t->name,
							       "state", "damaged"));
	return true;
}

static int list(struct cli *cli, const struct config *config)
{
	struct listing l = { json_array(), config->gateway_folder };
	enum err e = token_file_walk(config->gateway_folder, list_one, &l);

	if (e != ERR_OK) {
		json_decref(l.list);
		return cli_fail_file(cli, e, config->gateway_folder);
	}
	return output_list(cli, sorted_by_name(l.list), list_columns);
}

static int fail(struct cli *cli, const struct config *config, enum err e, const char *name)
{
	return e == ERR_FILE ? cli_fail_file(cli, e, config->gateway_folder)
			     : cli_fail(cli, e, name);
}

static int show(struct cli *cli, const struct config *config, const char *name)
{
	struct token t;
	enum err e = token_file_read(config->gateway_folder, name, &t);

	if (e != ERR_OK)
		return fail(cli, config, e, name);
	return output_object(cli, token_json(config->gateway_folder, &t), one_columns);
}

/* Twice is no fault, and the first time stays. */
static int end(struct cli *cli, const struct config *config, const char *name)
{
	struct token t;
	enum err e = command_own_user(cli, config);

	if (e != ERR_OK)
		return err_exit_code(e);
	e = token_file_read(config->gateway_folder, name, &t);
	if (e == ERR_OK && t.revoked_ms == 0) {
		t.revoked_ms = text_now_ms();
		if (!cli->dry_run)
			e = token_file_replace(config->gateway_folder, &t);
	}
	if (e != ERR_OK)
		return fail(cli, config, e, name);
	return output_object(cli, token_json(config->gateway_folder, &t), one_columns);
}

static int run(struct cli *cli, struct given *g, int count, char **operands)
{
	struct config *config = malloc(sizeof *config);
	const char *what = operands[0], *name = count == 2 ? operands[1] : "";
	int code;

	if (config == NULL)
		return cli_fail(cli, ERR_NO_MEMORY, NULL);
	if (cli_config(cli, config) != ERR_OK) {
		code = err_exit_code(ERR_CONFIG);
	} else if (strcmp(what, "list") == 0 && count == 1) {
		code = list(cli, config);
	} else if (strcmp(what, "show") == 0 && count == 2) {
		code = show(cli, config, name);
	} else if (strcmp(what, "revoke") == 0 && count == 2) {
		code = end(cli, config, name);
	} else if (strcmp(what, "add") != 0 || count != 2) {
		code = arguments_missing(cli, count, operands);
	} else if (g->token.scopes == 0) {
		code = cli_wanted(cli, _("--scope is wanted: what the token is for"), "");
	} else if (g->certificate != NULL && g->token.subject[0] != '\0') {
		code = cli_wanted(cli, _("--certificate or --common-name, not both"), "");
	} else if (token_name_check(name) != ERR_OK) {
		code = cli_fail(cli, ERR_TOKEN_NAME, name);
	} else {
		memcpy(g->token.name, name, strlen(name) + 1);
		code = add(cli, config, g);
	}
	free(config);
	return code;
}

int cmd_token(struct cli *cli, int argc, char **argv)
{
	struct given g = { .token = { .rate = TOKEN_RATE_DEFAULT } };
	int c, code;

	while ((c = cli_option(cli, argc, argv)) != -1) {
		if (c == '?')
			return err_exit_code(ERR_USAGE);
		code = take(cli, &g, c);
		if (code != 0)
			return code;
	}
	if (optind == argc)
		return arguments_missing(cli, 0, argv + optind);
	return run(cli, &g, argc - optind, argv + optind);
}
