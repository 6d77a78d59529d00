/* See identity.h. */
#include "daemon/keys/identity.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

#include "daemon/base/log.h"
#include "daemon/keys/key_file.h"
#include "proto/signer_pem.h"
#include "routing/base/endpoint.h"

enum { KEY_FILE_MAX_BYTES = 64 * 1024 };

static bool read_text(const char *path, char text[KEY_FILE_MAX_BYTES], size_t *len)
{
	FILE *f = fopen(path, "re");

	if (f == NULL)
		return false;
	*len = fread(text, 1, KEY_FILE_MAX_BYTES - 1, f);
	text[*len] = '\0';
	fclose(f);
	return *len > 0;
}

/* Why the system did not give it (0: it is empty); for a file that could be read errno says
 * nothing. */
static void say_invalid(const char *event, const char *path, enum err e)
{
	if (e == ERR_FILE)
		log_event(LOG_ERROR, event, "path=%s error=VT-%d errno=%d", path, (int)e, errno);
	else
		log_event(LOG_ERROR, event, "path=%s error=VT-%d", path, (int)e);
}

static enum err read_signer(struct identity_keys *out, const char *path)
{
	static char text[KEY_FILE_MAX_BYTES]; /* control thread only; cleansed below */
	size_t len;
	enum err e = ERR_FILE;

	errno = 0;
	if (read_text(path, text, &len))
		e = signer_pem_open((struct blob){ (const uint8_t *)text, len },
				    &out->signers[out->signer_count]);
	explicit_bzero(text, sizeof text);
	if (e == ERR_OK)
		out->signer_count++;
	else
		say_invalid("signing-key-invalid", path, e);
	return e;
}

/* First line: the secret. A second, `listen: tcp://…`, when it is not served where the
 * configuration says. */
static bool parse_link_key(char *text, struct own_link_key *k)
{
	char *end = strchr(text, '\n'), *second = end == NULL ? NULL : end + 1;

	if (end != NULL)
		*end = '\0';
	text[strcspn(text, "\r")] = '\0';
	if (strlen(text) != sizeof k->secret - 1)
		return false;
	memcpy(k->secret, text, sizeof k->secret);
	if (second != NULL && strncmp(second, "listen: ", 8) == 0) {
		second += 8;
		second[strcspn(second, "\r\n")] = '\0';
		if (strlen(second) > ENDPOINT_MAX || !endpoint_valid(second, true))
			return false;
		memcpy(k->listen, second, strlen(second) + 1);
	}
	return zmq_curve_public(k->public_text, k->secret) == 0 &&
	       zmq_z85_decode(k->public_key, k->public_text) != NULL;
}

static enum err read_link_key(struct identity_keys *out, const char *path, const char *listen)
{
	static char text[KEY_FILE_MAX_BYTES];
	struct own_link_key *k = &out->links[out->link_count];
	size_t len;
	enum err e = ERR_FILE;

	snprintf(k->listen, sizeof k->listen, "%s", listen);
	errno = 0;
	if (read_text(path, text, &len))
		e = parse_link_key(text, k) ? ERR_OK : ERR_CERTIFICATE;
	explicit_bzero(text, sizeof text);
	if (e == ERR_OK)
		out->link_count++;
	else
		say_invalid("link-key-invalid", path, e);
	return e;
}

/* A key that others can read is theirs too; whoever signs with it signs as this committee. */
static enum err check_modes(const struct config *config)
{
	struct key_file_fault fault;
	char command[sizeof fault.command * 2];
	enum err e = key_file_check_all(config, &fault);

	if (e == ERR_KEY_OPEN)
		log_event(LOG_ERROR, fault.folder ? "key-folder-open" : "key-open",
			  "path=%s mode=%04o command=%s", fault.path, fault.mode,
			  log_quote(fault.command, command, sizeof command));
	return e;
}

enum err identity_read(const struct config *config, struct identity_keys *out)
{
	char next[CONFIG_PATH_MAX + 8];
	enum err e;

	memset(out, 0, sizeof *out);
	e = check_modes(config);
	if (e == ERR_OK)
		e = read_signer(out, config->signing_key);
	if (e == ERR_OK)
		e = read_link_key(out, config->link_key, config->listen);
	if (e != ERR_OK) {
		identity_clear(out);
		return e;
	}
	/* Logged when they cannot be used; the keys in force stay. */
	snprintf(next, sizeof next, "%s.next", config->signing_key);
	if (access(next, F_OK) == 0)
		(void)!read_signer(out, next);
	snprintf(next, sizeof next, "%s.next", config->link_key);
	if (access(next, F_OK) == 0)
		(void)!read_link_key(out, next, config->listen);
	return ERR_OK;
}

void identity_clear(struct identity_keys *k)
{
	for (unsigned i = 0; i < k->signer_count; i++)
		signer_destroy(k->signers[i]);
	explicit_bzero(k, sizeof *k);
}

bool identity_not_ended(const struct key_entry *k, int64_t wall_ms)
{
	return (k->to_ms == 0 || wall_ms <= k->to_ms) &&
	       (k->revoked_from_ms == 0 || wall_ms < k->revoked_from_ms);
}

static const struct key_entry *find_in_force(const struct rec_committee *entry, enum key_use use,
					     const uint8_t public_key[32], int64_t wall_ms)
{
	for (uint32_t i = 0; entry != NULL && i < entry->key_count; i++) {
		const struct key_entry *k = &entry->keys[i];

		if (k->use == use && memcmp(k->public_key, public_key, 32) == 0 &&
		    identity_not_ended(k, wall_ms))
			return k;
	}
	return NULL;
}

bool identity_has_link(const struct rec_committee *entry, const uint8_t public_key[32],
		       int64_t wall_ms)
{
	return find_in_force(entry, KEY_USE_LINK, public_key, wall_ms) != NULL;
}

unsigned identity_signer(const struct identity_keys *k, const struct rec_committee *entry,
			 int64_t wall_ms, struct signer_validity *validity)
{
	const struct key_entry *best = NULL, *of_first = NULL;
	unsigned chosen = 0;

	for (unsigned i = 0; i < k->signer_count; i++) {
		uint8_t public_key[32];

		signer_public_key(k->signers[i], public_key);
		for (uint32_t n = 0; entry != NULL && n < entry->key_count; n++) {
			const struct key_entry *e = &entry->keys[n];

			if (e->use != KEY_USE_SIGN ||
			    memcmp(e->public_key, public_key, sizeof public_key) != 0)
				continue;
			of_first = i == 0 ? e : of_first;
			if (e->from_ms <= wall_ms && identity_not_ended(e, wall_ms) &&
			    (best == NULL || e->from_ms > best->from_ms)) {
				best = e;
				chosen = i;
			}
		}
	}
	best = best != NULL ? best : of_first;
	*validity = (struct signer_validity){ .known = best != NULL };
	if (best != NULL) {
		validity->from_ms = best->from_ms;
		validity->to_ms = best->to_ms;
		validity->revoked_from_ms = best->revoked_from_ms;
	}
	return chosen;
}

unsigned identity_links(const struct identity_keys *k, const struct rec_committee *entry,
			int64_t wall_ms, struct own_link_key out[OWN_KEYS_MAX])
{
	const struct key_entry *found[OWN_KEYS_MAX] = { NULL, NULL };
	unsigned count = 0;

	for (unsigned i = 0; i < k->link_count; i++) {
		const struct key_entry *e =
		    find_in_force(entry, KEY_USE_LINK, k->links[i].public_key, wall_ms);

		if (e == NULL)
			continue;
		found[count] = e;
		out[count++] = k->links[i];
	}
	if (count == 2 && found[1]->from_ms > found[0]->from_ms) {
		struct own_link_key first = out[0];

		out[0] = out[1];
		out[1] = first;
	}
	if (count == 0)
		out[count++] = k->links[0];
	return count;
}
