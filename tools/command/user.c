/* user: who signs in at the office's page, as what. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/account/account.h"
#include "tools/base/text.h"
#include "tools/command/commands.h"
#include "tools/command/own_user.h"
#include "tools/output/output.h"

enum { OPT_ROLE = 200, OPT_PERSON, OPT_SECOND, OPT_NO_SECOND };
enum { URI_SIZE = 512 };

const struct command_option user_options[] = {
	{ "role", OPT_ROLE, N_("ROLE,…"),
	  N_("clerk: receives, sends, keeps the registers; leader: reads, decides, passes on; "
	     "handler: works on what arrived; operator: links and queues; viewer: figures"),
	  VALUE_ROLES, "add change" },
	{ "person", OPT_PERSON, N_("NAME"),
	  N_("as the registers and the log name this person: Nguyễn Thị Lan"), VALUE_NONE,
	  "add change" },
	{ "second-factor", OPT_SECOND, NULL,
	  N_("a code from a telephone is asked for at each sign-in, too"), VALUE_NONE,
	  "add reset" },
	{ "no-second-factor", OPT_NO_SECOND, NULL, N_("the password is enough from now on"),
	  VALUE_NONE, "reset" },
	{ NULL, 0, NULL, NULL, VALUE_NONE, NULL },
};

struct given {
	struct account account; /* name, person and roles, as far as they are given */
	bool second, no_second;
	char password[PASSWORD_NEW_SIZE];
};

/* ---- what is printed ---- */

static json_t *roles_json(unsigned roles)
{
	json_t *out = json_array();

	for (const struct account_role_row *row = account_roles(); row->name != NULL; row++) {
		if ((roles & row->role) != 0)
			json_array_append_new(out, json_string(row->name));
	}
	return out;
}

static const char *state_of(const struct account *c)
{
	return c->disabled_ms != 0 ? "disabled" : c->must_change ? "password-to-change" : "valid";
}

static json_t *account_json(const struct account *c)
{
	return json_pack("{s:s, s:s, s:o, s:s, s:b, s:o, s:o, s:o}", "name", c->name, "person",
			 c->person, "roles", roles_json(c->roles), "state", state_of(c),
			 "second_factor", c->has_totp, "created", json_time(c->created_ms),
			 "changed", json_time(c->changed_ms), "disabled",
			 json_time(c->disabled_ms));
}

static const struct column one_columns[] = {
	{ "name", N_("Name"), FORMAT_TEXT, false },
	{ "person", N_("Person"), FORMAT_TEXT, false },
	{ "roles", N_("Roles"), FORMAT_LIST, false },
	{ "state", N_("State"), FORMAT_WORD, false },
	{ "second_factor", N_("Second factor"), FORMAT_BOOL, false },
	{ "password", N_("First password"), FORMAT_TEXT, false },
	{ "secret", N_("Secret for the telephone"), FORMAT_TEXT, false },
	{ "uri", N_("The same as a link"), FORMAT_TEXT, false },
	{ "created", N_("Created"), FORMAT_TIME, false },
	{ "changed", N_("Changed"), FORMAT_TIME, false },
	{ "disabled", N_("Disabled"), FORMAT_TIME, false },
	{ NULL, NULL, FORMAT_TEXT, false },
};

static const struct column list_columns[] = {
	{ "name", N_("Name"), FORMAT_TEXT, false },
	{ "person", N_("Person"), FORMAT_TEXT, true },
	{ "roles", N_("Roles"), FORMAT_LIST, true },
	{ "state", N_("State"), FORMAT_WORD, false },
	{ "second_factor", N_("Second factor"), FORMAT_BOOL, false },
	{ NULL, NULL, FORMAT_TEXT, false },
};

/* With what is shown this once: a password, and the secret of a second factor. */
static int print_new(struct cli *cli, const struct config *config, struct given *g, bool factor)
{
	const struct account *c = &g->account;
	char secret[TOTP_TEXT_SIZE], uri[URI_SIZE];
	json_t *out = account_json(c);

	if (!cli->dry_run && g->password[0] != '\0')
		json_object_set_new(out, "password", json_string(g->password));
	if (!cli->dry_run && factor) {
		totp_print(c->totp, secret);
		json_object_set_new(out, "secret", json_string(secret));
		if (totp_uri(c->totp, config->committee.text, c->name, uri, sizeof uri))
			json_object_set_new(out, "uri", json_string(uri));
		explicit_bzero(uri, sizeof uri);
		explicit_bzero(secret, sizeof secret);
	}
	output_object(cli, out, one_columns);
	explicit_bzero(g->password, sizeof g->password);
	if (!cli->dry_run)
		cli_hint(cli, "%s",
			 _("Hand it on now: it is shown this once, and changed at the first "
			   "sign-in."));
	return 0;
}

/* ---- options ---- */

/* 0; or the exit code of a fault that was reported. */
static int take(struct cli *cli, struct given *g, int option)
{
	if (option == OPT_ROLE && account_roles_parse(optarg, &g->account.roles) != ERR_OK)
		return cli_bad_value(cli, _("roles are clerk, leader, handler, operator and "
					    "viewer, with commas between them"));
	if (option == OPT_PERSON && !account_is_person(optarg))
		return cli_bad_value(cli, _("the name of a person in one line, at most 128 bytes"));
	if (option == OPT_PERSON)
		snprintf(g->account.person, sizeof g->account.person, "%s", optarg);
	g->second = g->second || option == OPT_SECOND;
	g->no_second = g->no_second || option == OPT_NO_SECOND;
	return 0;
}

static int fail(struct cli *cli, const struct config *config, enum err e, const char *name)
{
	if (e == ERR_EXISTS)
		return cli_fail_text(cli, e, _("there is an account of this name"),
				     _("choose another name; see who is there with: vanthu user "
				       "list"));
	if (e == ERR_BUSY)
		return cli_fail_text(cli, e, _("there are 1,024 accounts"),
				     _("delete files of disabled ones in the folder accounts of "
				       "gateway.folder"));
	return e == ERR_FILE ? cli_fail_file(cli, e, config->gateway_folder)
			     : cli_fail(cli, e, name);
}

/* ---- add ---- */

static enum err new_password(struct given *g)
{
	password_new(g->password);
	g->account.must_change = true;
	return password_store(g->password, g->account.password);
}

static int add(struct cli *cli, const struct config *config, struct given *g)
{
	struct account *c = &g->account, old;
	enum err e = account_file_read(config->gateway_folder, c->name, &old);

	if (e == ERR_OK || e == ERR_ACCOUNT_FILE)
		return fail(cli, config, ERR_EXISTS, c->name);
	if (e != ERR_NOT_FOUND)
		return fail(cli, config, e, c->name);
	c->created_ms = c->changed_ms = text_now_ms();
	c->has_totp = g->second;
	if (g->second)
		totp_new(c->totp);
	e = new_password(g);
	if (e == ERR_OK && !cli->dry_run)
		e = account_file_add(config->gateway_folder, c);
	return e == ERR_OK ? print_new(cli, config, g, g->second)
			   : fail(cli, config, e, c->name);
}

/* ---- list, show ---- */

static bool list_one(void *of, const struct account *c, enum err e)
{
	json_array_append_new(of, e == ERR_OK ? account_json(c)
					      : json_pack("{s:s, s:s}", "name", c->name, "state",
							  "damaged"));
	return true;
}

static int list(struct cli *cli, const struct config *config)
{
	json_t *all = json_array();
	enum err e = account_file_walk(config->gateway_folder, list_one, all);

	if (e != ERR_OK) {
		json_decref(all);
		return cli_fail_file(cli, e, config->gateway_folder);
	}
	return output_list(cli, sorted_by_name(all), list_columns);
}

static int show(struct cli *cli, const struct config *config, const struct given *g)
{
	struct account c;
	enum err e = account_file_read(config->gateway_folder, g->account.name, &c);

	return e == ERR_OK ? output_object(cli, account_json(&c), one_columns)
			   : fail(cli, config, e, g->account.name);
}

/* ---- disable, enable, reset, change ---- */

static enum err disable(void *of, struct account *c)
{
	(void)of;
	if (c->disabled_ms == 0) /* twice is no fault, and the first time stays */
		c->disabled_ms = text_now_ms();
	return ERR_OK;
}

static enum err enable(void *of, struct account *c)
{
	(void)of;
	c->disabled_ms = 0;
	return ERR_OK;
}

static enum err change(void *of, struct account *c)
{
	const struct given *g = of;

	if (g->account.roles != 0)
		c->roles = g->account.roles;
	if (g->account.person[0] != '\0')
		memcpy(c->person, g->account.person, sizeof c->person);
	return ERR_OK;
}

/* The new first password is in `g` already: to make one takes its time, and nobody else writes
 * meanwhile. */
static enum err reset(void *of, struct account *c)
{
	struct given *g = of;

	memcpy(c->password, g->account.password, sizeof c->password);
	c->must_change = true;
	c->changed_ms = text_now_ms();
	if (g->second || g->no_second)
		c->has_totp = g->second;
	if (g->second)
		totp_new(c->totp);
	g->account = *c;
	return ERR_OK;
}

static int alter(struct cli *cli, const struct config *config, const char *what, struct given *g)
{
	static const struct {
		const char *what;
		enum err (*change)(void *of, struct account *c);
	} verbs[] = { { "disable", disable },
		      { "enable", enable },
		      { "change", change },
		      { "reset", reset } };
	char name[ACCOUNT_NAME_MAX + 1];
	struct account c;
	enum err e = ERR_USAGE;

	memcpy(name, g->account.name, sizeof name);
	if (strcmp(what, "reset") == 0 && (e = new_password(g)) != ERR_OK)
		return fail(cli, config, e, name);
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
		if (strcmp(what, verbs[i].what) != 0)
			continue;
		if (cli->dry_run) {
			e = account_file_read(config->gateway_folder, name, &c);
			if (e == ERR_OK)
				e = verbs[i].change(g, &c);
		} else {
			e = account_file_change(config->gateway_folder, name, verbs[i].change, g,
						&c);
		}
	}
	if (e != ERR_OK)
		return fail(cli, config, e, name);
	return strcmp(what, "reset") == 0 ? print_new(cli, config, g, g->second)
					  : output_object(cli, account_json(&c), one_columns);
}

/* ---- the command ---- */

static int run_form(struct cli *cli, const struct config *config, const char *what,
		    struct given *g)
{
	const struct account *c = &g->account;

	if (strcmp(what, "show") == 0)
		return show(cli, config, g);
	if (strcmp(what, "add") == 0 && c->roles == 0)
		return cli_wanted(cli, _("--role is wanted: what this person does here"), "");
	if (strcmp(what, "add") == 0 && c->person[0] == '\0')
		return cli_wanted(cli, _("--person is wanted: the name of the person"), "");
	if (strcmp(what, "change") == 0 && c->roles == 0 && c->person[0] == '\0')
		return cli_wanted(cli, _("--role or --person is wanted: what is to change"), "");
	if (g->second && g->no_second)
		return cli_wanted(cli, _("--second-factor or --no-second-factor, not both"), "");
	if (command_own_user(cli, config) != ERR_OK)
		return err_exit_code(ERR_PERMISSION);
	return strcmp(what, "add") == 0 ? add(cli, config, g) : alter(cli, config, what, g);
}

static bool is_verb(const char *what)
{
	static const char *const verbs[] = { "add",   "show",	"disable",
					     "enable", "change", "reset" };

	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
		if (strcmp(what, verbs[i]) == 0)
			return true;
	}
	return false;
}

static int run(struct cli *cli, struct given *g, int count, char **operands)
{
	struct config *config = malloc(sizeof *config);
	const char *name = count == 2 ? operands[1] : "";
	int code;

	if (config == NULL)
		return cli_fail(cli, ERR_NO_MEMORY, NULL);
	if (cli_config(cli, config) != ERR_OK) {
		code = err_exit_code(ERR_CONFIG);
	} else if (strcmp(operands[0], "list") == 0 && count == 1) {
		code = list(cli, config);
	} else if (count != 2 || !is_verb(operands[0])) {
		code = arguments_missing(cli, count, operands);
	} else if (account_name_check(name) != ERR_OK) {
		code = cli_fail(cli, ERR_ACCOUNT_NAME, name);
	} else {
		memcpy(g->account.name, name, strlen(name) + 1);
		code = run_form(cli, config, operands[0], g);
	}
	free(config);
	return code;
}

int cmd_user(struct cli *cli, int argc, char **argv)
{
	struct given g = { .second = false };
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
