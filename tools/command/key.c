/* key: what the directory knows of our keys; new ones; at the registry, their certificates and the
 * end of old ones.
 *
 * A new key lies beside the one in use, as FILE.next, until the directory has it: then the daemon
 * takes it by itself (docs/ARCHITECTURE.md "Keys"). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/base/folder.h"
#include "proto/digest.h"
#include "proto/signer_pem.h"
#include "routing/base/committee_id.h"
#include "routing/base/endpoint.h"
#include "tools/base/files.h"
#include "tools/base/text.h"
#include "tools/cli/cli.h"
#include "tools/client/client.h"
#include "tools/command/commands.h"
#include "tools/output/output.h"
#include "tools/registry/registry.h"

enum {
	OPT_REGISTRY = 200,
	OPT_SIGN,
	OPT_LINK,
	OPT_ENDPOINT,
	OPT_LISTEN,
	OPT_OVERLAP,
	OPT_FORCE,
	KEYS_MAX = 256
};
#define DAY_MS (24LL * 3600 * 1000)

const struct command_option key_options[] = {
	{ "sign", OPT_SIGN, NULL, N_("only a new signing key"), VALUE_NONE, "new" },
	{ "link", OPT_LINK, NULL, N_("only a new link key"), VALUE_NONE, "new" },
	{ "endpoint", OPT_ENDPOINT, N_("tcp://HOST:PORT"),
	  N_("where subordinates reach the new link key: a port of its own"), VALUE_NONE, "new" },
	{ "listen", OPT_LISTEN, N_("tcp://ADDRESS:PORT"),
	  N_("where the daemon listens for it (as --endpoint)"), VALUE_NONE, "new" },
	{ "force", OPT_FORCE, NULL, N_("in place of a new key that still waits for the registry"),
	  VALUE_NONE, "new" },
	{ "overlap", OPT_OVERLAP, N_("DAYS"),
	  N_("how long the old keys stay valid beside the new ones (7)"), VALUE_NONE, "rotate" },
	{ "registry", OPT_REGISTRY, N_("DIR"), N_("the folder of the registry, with its keys"),
	  VALUE_FOLDER, "rotate revoke" },
	{ NULL, 0, NULL, NULL, VALUE_NONE, NULL },
};

struct key_options {
	const char *registry, *endpoint, *listen;
	unsigned which; /* REQUEST_* */
	int64_t overlap_ms;
	bool force;
};

/* ---- list ---- */

static enum err fetch_keys(struct cli *cli, json_t *list)
{
	static const char *const uses[] = { "", "sign", "link", "encrypt" };
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Nothing nothing = VANTHU__V1__NOTHING__INIT;
	Vanthu__V1__Reply *reply;
	struct call *c = NULL;
	enum err e = call_open(cli, CLIENT_READ, &c);

	request.what_case = VANTHU__V1__REQUEST__WHAT_KEYS;
	request.keys = &nothing;
	if (e == ERR_OK && (e = call_send(c, &request)) != ERR_OK)
		e = call_fail(c, e, NULL);
	while (e == ERR_OK && (e = call_row(c, VANTHU__V1__REPLY__WHAT_KEY, &reply)) == ERR_OK) {
		const Vanthu__V1__Key *k = reply->key;

		json_array_append_new(
		    list,
		    json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:b}", "use",
			      k->use <= 3 ? uses[k->use] : "", "key_id", json_hex(k->key_id),
			      "public_key", json_hex(k->public_key), "from", json_time(k->from_ms),
			      "to", json_time(k->to_ms), "revoked_from",
			      json_time(k->revoked_from_ms), "in_use", k->ours));
	}
	call_close(c);
	return e == ERR_NOT_FOUND && !cli->error_printed ? ERR_OK : e;
}

static int list(struct cli *cli)
{
	static const struct column columns[] = {
		{ "use", N_("Use"), FORMAT_WORD, false },
		{ "in_use", N_("Ours"), FORMAT_BOOL, false },
		{ "from", N_("Valid from"), FORMAT_TIME, false },
		{ "to", N_("Valid to"), FORMAT_TIME, false },
		{ "revoked_from", N_("Revoked"), FORMAT_TIME, false },
		{ "key_id", N_("Key id"), FORMAT_TEXT, true },
		{ NULL, NULL, FORMAT_TEXT, false },
	};
	json_t *out = json_array();
	enum err e = fetch_keys(cli, out);

	if (e == ERR_OK)
		return output_list(cli, out, columns);
	json_decref(out);
	return err_exit_code(e);
}

/* ---- new ---- */

static const char *beside(struct arena *a, const char *path, const char *suffix)
{
	char joined[CONFIG_PATH_MAX + 16];

	snprintf(joined, sizeof joined, "%s%s", path, suffix);
	return arena_text(a, joined, strlen(joined));
}

/* The id of the key in a file: of the signing key's public part, or of the link key's. */
static enum err key_of_file(struct arena *a, const char *path, bool link, char hex[DIGEST_HEX_SIZE])
{
	char secret[41];
	uint8_t public_key[32];
	struct digest id;
	struct blob text;
	struct signer *s;
	enum err e = fs_read(a, path, 65536, &text);

	if (e != ERR_OK)
		return e;
	if (link) {
		if (text.len_bytes < 40)
			return ERR_CERTIFICATE;
		memcpy(secret, text.data, 40);
		secret[40] = '\0';
		if (!identity_link_public(secret, public_key))
			return ERR_CERTIFICATE;
		id = digest_of((struct blob){ public_key, 32 });
	} else {
		e = signer_pem_open(text, &s);
		if (e != ERR_OK)
			return e;
		id = signer_key_id(s);
		signer_destroy(s);
	}
	digest_to_hex(&id, hex);
	return ERR_OK;
}

static bool is_known(const json_t *keys, const char *hex)
{
	size_t i;
	json_t *k;

	json_array_foreach(keys, i, k)
	{
		const char *id = json_string_value(json_object_get(k, "key_id"));

		if (id != NULL && strcmp(id, hex) == 0)
			return true;
	}
	return false;
}

/* FILE.next that the directory has becomes FILE; one that waits for the registry is not
 * written over unless forced. */
static enum err make_room(struct cli *cli, struct arena *a, const char *path, bool link, bool force)
{
	const char *next = beside(a, path, ".next"), *old = beside(a, path, ".old");
	char hex[DIGEST_HEX_SIZE];
	json_t *keys;
	enum err e;

	if (next == NULL || old == NULL)
		return ERR_NO_MEMORY;
	if (access(next, F_OK) != 0)
		return ERR_OK;
	keys = json_array();
	e = key_of_file(a, next, link, hex);
	if (e == ERR_OK)
		e = fetch_keys(cli, keys);
	if (e == ERR_OK && is_known(keys, hex))
		e = rename(path, old) == 0 && rename(next, path) == 0 ? folder_sync_parent(path)
								      : ERR_FILE;
	else if (e == ERR_OK)
		e = force ? (unlink(next) == 0 ? ERR_OK : ERR_FILE) : ERR_EXISTS;
	json_decref(keys);
	return e;
}

static enum err write_keys(struct arena *a, const struct config *config,
			   const struct key_options *o, const struct identity *keys)
{
	const char *sign = beside(a, config->signing_key, ".next"),
		   *link = beside(a, config->link_key, ".next");
	char text[64 + ENDPOINT_MAX];
	int n = snprintf(text, sizeof text, "%.40s\n%s%s%s", keys->link_secret,
			 o->listen[0] == '\0' ? "" : "listen: ", o->listen,
			 o->listen[0] == '\0' ? "" : "\n");
	enum err e = sign == NULL || link == NULL ? ERR_NO_MEMORY : ERR_OK;

	if (e == ERR_OK && (o->which & REQUEST_SIGN) != 0)
		e = fs_write_new(sign, keys->signing_pem, true);
	if (e == ERR_OK && (o->which & REQUEST_LINK) != 0)
		e = fs_write_new(link, (struct blob){ (const uint8_t *)text, (size_t)n }, true);
	return e;
}

static enum err make_keys(struct cli *cli, struct arena *a, const struct config *config,
			  const struct key_options *o, const char **request)
{
	struct rec_committee entry = { .id = config->committee,
				       .name = "",
				       .symbol = "",
				       .endpoint = o->endpoint,
				       .term_name = "",
				       .term_from = "" };
	struct identity keys;
	enum err e = ERR_OK;

	if ((o->which & REQUEST_SIGN) != 0)
		e = make_room(cli, a, config->signing_key, false, o->force);
	if (e == ERR_OK && (o->which & REQUEST_LINK) != 0)
		e = make_room(cli, a, config->link_key, true, o->force);
	if (e == ERR_OK)
		e = identity_new(a, &keys);
	if (e == ERR_OK)
		e = write_keys(a, config, o, &keys);
	*request = beside(a, config->signing_key, ".request");
	if (e == ERR_OK)
		e = *request == NULL ? ERR_NO_MEMORY
				     : request_file_write(a, *request, &entry, &keys, o->which);
	return e;
}

static int make(struct cli *cli, struct key_options *o)
{
	static const struct column columns[] = { { "request", N_("Request"), FORMAT_TEXT, false },
						 { NULL, NULL, FORMAT_TEXT, false } };
	struct arena *a = arena_new(REGISTRY_ARENA_BYTES);
	struct config *config = calloc(1, sizeof *config);
	const char *request = "";
	int code = 0;
	enum err e = a == NULL || config == NULL ? ERR_NO_MEMORY : cli_config(cli, config);

	/* A CURVE server has one key a port: subordinates find the new one on another, while the
	 * old one serves those who have not heard yet. */
	if (e == ERR_OK && o->which == 0)
		o->which = config->listen[0] == '\0' || o->endpoint[0] != '\0' ? REQUEST_BOTH
									       : REQUEST_SIGN;
	if (e == ERR_OK && (o->which & REQUEST_LINK) != 0 && config->listen[0] != '\0' &&
	    o->endpoint[0] == '\0') {
		code = cli_wanted(cli,
				  _("--endpoint tcp://HOST:PORT is wanted: a new link key is "
				    "served on a port of its own"),
				  "");
		goto out;
	}
	if (o->endpoint[0] != '\0' && o->listen[0] == '\0')
		o->listen = o->endpoint;
	if (e == ERR_OK && !cli->dry_run)
		e = make_keys(cli, a, config, o, &request);
	if (e == ERR_EXISTS)
		code = cli_fail_text(
		    cli, e, _("a new key is waiting for the registry already"),
		    _("give its request to the registry, or make another with --force"));
	else if (e != ERR_OK)
		code = cli->error_printed
			       ? err_exit_code(e)
			       : cli_fail(cli, e, config == NULL ? NULL : config->signing_key);
	else {
		code = output_object(cli, json_pack("{s:s}", "request", request), columns);
		if (o->which == REQUEST_SIGN)
			cli_say(cli, "%s",
				_("Only the signing key is new: a new link key wants --endpoint, a "
				  "port of its own."));
		cli_say(cli,
			_("Next, at the registry: vanthu key rotate %s --registry DIR. The daemon "
			  "takes the new keys when the directory has them."),
			request);
	}
out:
	free(config);
	arena_destroy(a);
	return code;
}

/* ---- the registry ---- */

static int published(struct cli *cli, struct arena *a, const struct key_options *o,
		     struct registry_change *c, enum err e)
{
	static const struct column columns[] = {
		{ "version", N_("Directory"), FORMAT_COUNT, false },
		{ "committee", N_("Committee"), FORMAT_TEXT, false },
		{ "file", N_("File"), FORMAT_TEXT, false },
		{ NULL, NULL, FORMAT_TEXT, false }
	};
	struct registry_fault fault = { .what = NULL };
	const char *file;

	if (e == ERR_OK && !cli->dry_run)
		e = registry_change_publish(a, c, &fault);
	if (e != ERR_OK)
		return e == ERR_BAD_TREE && fault.what != NULL
			   ? cli_fail_text(cli, e, _(fault.what), _(err_fix(e)))
			   : cli_fail_file(cli, e, o->registry);
	file = fs_join(a, o->registry, "directory.vtd");
	e = cli->dry_run ? ERR_OK : committee_install_made(cli, file);
	if (e == ERR_OK)
		output_object(
		    cli, json_pack("{s:I, s:s}", "version", (json_int_t)c->version, "file", file),
		    columns);
	return err_exit_code(e);
}

static enum err certify(struct arena *a, struct registry_change *c, const char *path,
			const struct key_options *o)
{
	struct key_request request = { .use = KEY_USE_NONE };
	struct rec_committee wanted, *entry;
	struct identity keys;
	unsigned which;
	enum err e = request_file_read(a, path, &wanted, &keys, &which);

	if (e != ERR_OK)
		return e;
	entry = registry_change_entry(c, wanted.id);
	if (entry == NULL)
		return ERR_NOT_FOUND;
	if (entry->retired)
		return ERR_RETIRED_RECIPIENT;
	if ((which & REQUEST_LINK) != 0 && entry->endpoint[0] != '\0' &&
	    (wanted.endpoint[0] == '\0' || strcmp(wanted.endpoint, entry->endpoint) == 0))
		return ERR_CONFLICT; /* one key a port */
	if (wanted.endpoint[0] != '\0')
		entry->endpoint = wanted.endpoint;
	for (unsigned use = KEY_USE_SIGN; use <= KEY_USE_LINK && e == ERR_OK; use++) {
		if ((which & use) == 0)
			continue;
		request.use = (enum key_use)use;
		request.entry = entry;
		e = registry_sign_key(a, &c->registry, &keys, c->now_ms, &request);
		if (e == ERR_OK)
			e = registry_change_key(a, c, entry, &request.key, o->overlap_ms);
	}
	return e;
}

static int rotate(struct cli *cli, const char *path, const struct key_options *o)
{
	struct arena *a = arena_new(REGISTRY_ARENA_BYTES);
	struct registry_change c;
	enum err e = a == NULL ? ERR_NO_MEMORY : registry_change_begin(a, o->registry, &c);
	int code;

	if (e == ERR_OK)
		e = certify(a, &c, path, o);
	if (e == ERR_CONFLICT)
		code = cli_fail_text(
		    cli, e,
		    _("the request names the address that the present link key has, and each key "
		      "has a port of its own"),
		    _("make it with another --endpoint: vanthu key new, or vanthu init"));
	else
		code = e == ERR_OK ? published(cli, a, o, &c, e)
				   : cli_fail_file(cli, e, e == ERR_KEY_OPEN ? o->registry : path);
	arena_destroy(a);
	return code;
}

static bool names_key(const struct key_entry *k, const char *which)
{
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(&k->key_id, hex);
	return strcmp(which, "all") == 0 ||
	       (strcmp(which, "sign") == 0 && k->use == KEY_USE_SIGN) ||
	       (strcmp(which, "link") == 0 && k->use == KEY_USE_LINK) ||
	       (strlen(which) >= 6 && strncmp(hex, which, strlen(which)) == 0);
}

static enum err revoke_keys(struct arena *a, struct registry_change *c, const char *who,
			    const char *which)
{
	struct rec_committee *entry;
	struct committee_id id;
	struct key_entry *keys;
	unsigned count = 0;

	if (id_parse(who, strlen(who), &id) != ERR_OK)
		return ERR_BAD_ID;
	entry = registry_change_entry(c, id);
	keys = entry == NULL ? NULL : arena_array(a, entry->key_count, sizeof *keys);
	if (entry == NULL || keys == NULL)
		return entry == NULL ? ERR_NOT_FOUND : ERR_NO_MEMORY;
	for (uint32_t i = 0; i < entry->key_count; i++) {
		keys[i] = entry->keys[i];
		/* One that a clock that was ahead lets end only later ends now. */
		if ((keys[i].revoked_from_ms != 0 && keys[i].revoked_from_ms <= c->now_ms) ||
		    !names_key(&keys[i], which))
			continue;
		keys[i].revoked_from_ms = c->now_ms;
		count++;
	}
	entry->keys = keys;
	return count == 0 ? ERR_NOT_FOUND : ERR_OK;
}

static int revoke_command(struct cli *cli, const char *who, const char *which,
			  const struct key_options *o)
{
	struct arena *a = arena_new(REGISTRY_ARENA_BYTES);
	struct registry_change c;
	enum err e = a == NULL ? ERR_NO_MEMORY : registry_change_begin(a, o->registry, &c);
	int code;

	if (e == ERR_OK)
		e = revoke_keys(a, &c, who, which);
	code = e == ERR_OK	   ? published(cli, a, o, &c, e)
	       : e == ERR_KEY_OPEN ? cli_fail_file(cli, e, o->registry)
				   : cli_fail(cli, e, who);
	arena_destroy(a);
	return code;
}

/* ---- options ---- */

static bool take(struct key_options *o, int option, const char *value)
{
	char *end;

	switch (option) {
	case OPT_REGISTRY:
		o->registry = value;
		return true;
	case OPT_SIGN:
		o->which |= REQUEST_SIGN;
		return true;
	case OPT_LINK:
		o->which |= REQUEST_LINK;
		return true;
	case OPT_ENDPOINT:
		o->endpoint = value;
		return endpoint_valid(value, false);
	case OPT_LISTEN:
		o->listen = value;
		return endpoint_valid(value, true);
	case OPT_OVERLAP:
		o->overlap_ms = strtoll(value, &end, 10) * DAY_MS;
		return *end == '\0' && end != value && o->overlap_ms >= 0 &&
		       o->overlap_ms <= 3660 * DAY_MS;
	case OPT_FORCE:
		o->force = true;
		return true;
	default:
		return false;
	}
}

int cmd_key(struct cli *cli, int argc, char **argv)
{
	struct key_options o = { .endpoint = "", .listen = "", .overlap_ms = 7 * DAY_MS };
	const char *what;
	int c, operands;

	while ((c = cli_option(cli, argc, argv)) != -1) {
		if (c == '?')
			return err_exit_code(ERR_USAGE);
		if (!take(&o, c, optarg))
			return cli_usage(cli, optarg == NULL ? "key" : optarg);
	}
	operands = argc - optind;
	what = operands == 0 ? "list" : argv[optind];
	if (strcmp(what, "list") == 0 && operands <= 1)
		return list(cli);
	if (strcmp(what, "new") == 0 && operands == 1)
		return make(cli, &o);
	if (strcmp(what, "rotate") == 0 && operands == 2 && o.registry != NULL)
		return rotate(cli, argv[optind + 1], &o);
	if (strcmp(what, "revoke") == 0 && operands == 3 && o.registry != NULL)
		return revoke_command(cli, argv[optind + 1], argv[optind + 2], &o);
	return arguments_missing(cli, operands, argv + optind);
}
