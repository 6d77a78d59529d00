/* See file.h. */
#include "tools/account/file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "routing/base/arena.h"
#include "tools/account/account.h"
#include "tools/base/named_files.h"

static const char first_line[] = "vanthu account 1";

/* ---- the text ---- */

static void add_time(FILE *to, const char *key, int64_t ms)
{
	if (ms != 0)
		fprintf(to, "%s: %" PRId64 "\n", key, ms);
}

enum err account_file_encode(struct arena *a, const struct account *c, struct blob *out)
{
	char *text = arena_alloc(a, ACCOUNT_FILE_MAX_BYTES), roles[128], totp[TOTP_TEXT_SIZE];
	FILE *to = text == NULL ? NULL : fmemopen(text, ACCOUNT_FILE_MAX_BYTES, "w");
	long len;

	if (to == NULL)
		return ERR_NO_MEMORY;
	account_roles_print(c->roles, roles, sizeof roles);
	fprintf(to, "%s\nname: %s\nperson: %s\nroles: %s\n", first_line, c->name, c->person, roles);
	if (c->password[0] != '\0')
		fprintf(to, "password: %s\n", c->password);
	if (c->must_change)
		fprintf(to, "must-change: yes\n");
	if (c->has_totp) {
		totp_print(c->totp, totp);
		fprintf(to, "totp: %s\n", totp);
	}
	add_time(to, "created", c->created_ms);
	add_time(to, "changed", c->changed_ms);
	add_time(to, "disabled", c->disabled_ms);
	/* So that a file that was cut off is not an account without its second factor. */
	fprintf(to, "end\n");
	len = ftell(to);
	if (fclose(to) != 0 || len < 0 || (size_t)len >= ACCOUNT_FILE_MAX_BYTES)
		return ERR_NO_MEMORY;
	*out = (struct blob){ (const uint8_t *)text, (size_t)len };
	return ERR_OK;
}

/* Once, and not empty. */
static bool read_text(const char *value, char *out, size_t size_bytes)
{
	size_t len = strlen(value);

	if (len == 0 || len >= size_bytes || out[0] != '\0')
		return false;
	memcpy(out, value, len + 1);
	return true;
}

static bool read_time(const char *value, int64_t *out)
{
	size_t digits = strspn(value, "0123456789");

	if (*out != 0 || digits == 0 || value[digits] != '\0')
		return false;
	errno = 0;
	*out = strtoll(value, NULL, 10);
	return errno == 0 && *out > 0;
}

/* One line `key: value`. */
static bool read_line(const char *key, const char *value, struct account *out)
{
	if (strcmp(key, "name") == 0)
		return account_name_check(value) == ERR_OK &&
		       read_text(value, out->name, sizeof out->name);
	if (strcmp(key, "person") == 0)
		return account_is_person(value) &&
		       read_text(value, out->person, sizeof out->person);
	if (strcmp(key, "roles") == 0 && out->roles == 0)
		return account_roles_parse(value, &out->roles) == ERR_OK;
	if (strcmp(key, "password") == 0)
		return read_text(value, out->password, sizeof out->password);
	if (strcmp(key, "must-change") == 0 && !out->must_change)
		return out->must_change = strcmp(value, "yes") == 0;
	if (strcmp(key, "totp") == 0 && !out->has_totp)
		return out->has_totp = totp_parse(value, out->totp);
	if (strcmp(key, "created") == 0)
		return read_time(value, &out->created_ms);
	if (strcmp(key, "changed") == 0)
		return read_time(value, &out->changed_ms);
	return strcmp(key, "disabled") == 0 && read_time(value, &out->disabled_ms);
}

enum err account_file_decode(struct blob bytes, struct account *out)
{
	char text[ACCOUNT_FILE_MAX_BYTES + 1], *line = text, *end, *colon;
	bool good = true, whole = false;

	memset(out, 0, sizeof *out);
	if (bytes.len_bytes > ACCOUNT_FILE_MAX_BYTES ||
	    memchr(bytes.data, '\0', bytes.len_bytes) != NULL)
		return ERR_ACCOUNT_FILE;
	memcpy(text, bytes.data, bytes.len_bytes);
	text[bytes.len_bytes] = '\0';
	for (unsigned n = 0; good && !whole && (end = strchr(line, '\n')) != NULL; n++) {
		*end = '\0';
		colon = strstr(line, ": ");
		whole = strcmp(line, "end") == 0;
		if (n == 0) {
			good = strcmp(line, first_line) == 0;
		} else if (!whole) {
			good = colon != NULL;
			if (good) {
				*colon = '\0';
				good = read_line(line, colon + 2, out);
			}
		}
		line = end + 1;
	}
	good = good && whole && line[0] == '\0' && out->name[0] != '\0' && out->person[0] != '\0' &&
	       out->roles != 0;
	return good ? ERR_OK : ERR_ACCOUNT_FILE;
}

/* ---- the folder ---- */

static struct named_files files_of(const char *gateway_folder)
{
	return (struct named_files){ gateway_folder, "accounts", ACCOUNT_FILE_MAX_BYTES };
}

/* Under the lock. */
static enum err put(const struct named_files *files, const struct account *c, bool fresh)
{
	struct arena *a = arena_new((size_t)2 * ACCOUNT_FILE_MAX_BYTES);
	struct blob text;
	enum err e = a == NULL ? ERR_NO_MEMORY : account_file_encode(a, c, &text);
	int why;

	if (e == ERR_OK)
		e = named_files_put(files, c->name, text, fresh);
	why = errno;
	arena_destroy(a);
	errno = why;
	return e;
}

static bool count_one(void *of, const char *name)
{
	(void)name;
	return ++*(unsigned *)of < ACCOUNTS_MAX;
}

enum err account_file_add(const char *gateway_folder, const struct account *c)
{
	const struct named_files files = files_of(gateway_folder);
	unsigned count = 0;
	int lock;
	enum err e = account_name_check(c->name);

	if (e != ERR_OK)
		return e;
	e = named_files_lock(&files, &lock);
	if (e == ERR_OK)
		e = named_files_walk(&files, count_one, &count);
	if (e == ERR_OK && count >= ACCOUNTS_MAX)
		e = ERR_BUSY;
	if (e == ERR_OK)
		e = put(&files, c, true);
	named_files_unlock(lock);
	return e;
}

enum err account_file_read(const char *gateway_folder, const char *name, struct account *out)
{
	const struct named_files files = files_of(gateway_folder);
	uint8_t bytes[ACCOUNT_FILE_MAX_BYTES];
	size_t len;
	enum err e = account_name_check(name);

	memset(out, 0, sizeof *out);
	if (e != ERR_OK)
		return e;
	e = named_files_read(&files, name, bytes, &len);
	if (e == ERR_OK)
		e = account_file_decode((struct blob){ bytes, len }, out);
	if (e == ERR_FORMAT || (e == ERR_OK && strcmp(out->name, name) != 0))
		e = ERR_ACCOUNT_FILE;
	if (e != ERR_OK) {
		memset(out, 0, sizeof *out);
		memcpy(out->name, name, strlen(name) + 1);
	}
	return e;
}

enum err account_file_change(const char *gateway_folder, const char *name,
			     enum err (*change)(void *of, struct account *c), void *of,
			     struct account *out)
{
	const struct named_files files = files_of(gateway_folder);
	int lock;
	enum err e = account_name_check(name);

	memset(out, 0, sizeof *out);
	if (e != ERR_OK)
		return e;
	e = named_files_lock(&files, &lock);
	if (e == ERR_OK)
		e = account_file_read(gateway_folder, name, out);
	if (e == ERR_OK)
		e = change(of, out);
	if (e == ERR_OK)
		e = put(&files, out, false);
	named_files_unlock(lock);
	return e;
}

struct walk {
	const char *gateway_folder;
	bool (*each)(void *of, const struct account *c, enum err e);
	void *of;
};

static bool walk_one(void *of, const char *name)
{
	const struct walk *w = of;
	struct account c;
	enum err e;

	if (account_name_check(name) != ERR_OK)
		return true;
	e = account_file_read(w->gateway_folder, name, &c);
	return e == ERR_NOT_FOUND || w->each(w->of, &c, e); /* deleted meanwhile */
}

enum err account_file_walk(const char *gateway_folder,
			   bool (*each)(void *of, const struct account *c, enum err e), void *of)
{
	const struct named_files files = files_of(gateway_folder);
	struct walk w = { gateway_folder, each, of };

	return named_files_walk(&files, walk_one, &w);
}
