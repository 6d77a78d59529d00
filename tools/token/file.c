/* See file.h. */
#include "tools/token/file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/digest.h"
#include "routing/base/arena.h"
#include "routing/base/committee_id.h"
#include "tools/base/named_files.h"
#include "tools/token/token.h"

static const char first_line[] = "vanthu token 1";

/* ---- the text ---- */

static void add_digest(FILE *to, const char *key, const struct digest *d)
{
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(d, hex);
	fprintf(to, "%s: %s\n", key, hex);
}

static void add_time(FILE *to, const char *key, int64_t ms)
{
	if (ms != 0)
		fprintf(to, "%s: %" PRId64 "\n", key, ms);
}

enum err token_file_encode(struct arena *a, const struct token *t, struct blob *out)
{
	char *text = arena_alloc(a, TOKEN_FILE_MAX_BYTES), scopes[128];
	FILE *to = text == NULL ? NULL : fmemopen(text, TOKEN_FILE_MAX_BYTES, "w");
	long len;

	if (to == NULL)
		return ERR_NO_MEMORY;
	token_scopes_print(t->scopes, scopes, sizeof scopes);
	fprintf(to, "%s\nname: %s\n", first_line, t->name);
	if (t->has_secret)
		add_digest(to, "secret", &t->secret);
	if (t->has_certificate)
		add_digest(to, "certificate", &t->certificate);
	if (t->subject[0] != '\0')
		fprintf(to, "subject: %s\n", t->subject);
	fprintf(to, "scope: %s\n", scopes);
	for (unsigned i = 0; i < t->committee_count; i++)
		fprintf(to, "committee: %s\n", t->committees[i].text);
	add_time(to, "created", t->created_ms);
	add_time(to, "expires", t->expires_ms);
	add_time(to, "revoked", t->revoked_ms);
	if (t->rate != TOKEN_RATE_DEFAULT)
		fprintf(to, "rate: %" PRIu32 "\n", t->rate);
	/* So that a file that was cut off is not one with fewer bounds. */
	fprintf(to, "end\n");
	len = ftell(to);
	if (fclose(to) != 0 || len < 0 || (size_t)len >= TOKEN_FILE_MAX_BYTES)
		return ERR_NO_MEMORY;
	*out = (struct blob){ (const uint8_t *)text, (size_t)len };
	return ERR_OK;
}

static bool read_number(const char *value, uint64_t most, uint64_t *out)
{
	size_t digits = strspn(value, "0123456789");

	errno = 0;
	*out = strtoull(value, NULL, 10);
	return digits > 0 && value[digits] == '\0' && errno == 0 && *out <= most;
}

static bool read_time(const char *value, int64_t *out)
{
	uint64_t n;
	bool good = *out == 0 && read_number(value, INT64_MAX, &n) && n > 0;

	*out = good ? (int64_t)n : 0;
	return good;
}

static bool read_subject(const char *value, struct token *out)
{
	size_t len = strlen(value);

	if (len == 0 || len > TOKEN_SUBJECT_MAX || out->subject[0] != '\0')
		return false;
	memcpy(out->subject, value, len + 1);
	return true;
}

static bool read_committee(const char *value, struct token *out)
{
	return out->committee_count < TOKEN_COMMITTEES_MAX &&
	       id_parse(value, strlen(value), &out->committees[out->committee_count++]) == ERR_OK;
}

static bool read_rate(const char *value, struct token *out)
{
	uint64_t n;

	if (out->rate != TOKEN_RATE_DEFAULT || !read_number(value, TOKEN_RATE_MAX, &n))
		return false;
	out->rate = (uint32_t)n;
	return true;
}

/* One line `key: value`. */
static bool read_line(const char *key, const char *value, struct token *out)
{
	if (strcmp(key, "name") == 0 && out->name[0] == '\0' && token_name_check(value) == ERR_OK) {
		memcpy(out->name, value, strlen(value) + 1);
		return true;
	}
	if (strcmp(key, "secret") == 0 && !out->has_secret)
		return out->has_secret = digest_from_hex(value, &out->secret) == ERR_OK;
	if (strcmp(key, "certificate") == 0 && !out->has_certificate)
		return out->has_certificate = digest_from_hex(value, &out->certificate) == ERR_OK;
	if (strcmp(key, "subject") == 0)
		return read_subject(value, out);
	if (strcmp(key, "scope") == 0 && out->scopes == 0)
		return token_scopes_parse(value, &out->scopes) == ERR_OK;
	if (strcmp(key, "committee") == 0)
		return read_committee(value, out);
	if (strcmp(key, "created") == 0)
		return read_time(value, &out->created_ms);
	if (strcmp(key, "expires") == 0)
		return read_time(value, &out->expires_ms);
	if (strcmp(key, "revoked") == 0)
		return read_time(value, &out->revoked_ms);
	return strcmp(key, "rate") == 0 && read_rate(value, out);
}

enum err token_file_decode(struct blob bytes, struct token *out)
{
	char text[TOKEN_FILE_MAX_BYTES + 1], *line = text, *end, *colon;
	bool good = true, whole = false;

	memset(out, 0, sizeof *out);
	out->rate = TOKEN_RATE_DEFAULT;
	if (bytes.len_bytes > TOKEN_FILE_MAX_BYTES ||
	    memchr(bytes.data, '\0', bytes.len_bytes) != NULL)
		return ERR_TOKEN_FILE;
	memcpy(text, bytes.data, bytes.len_bytes);
	text[bytes.len_bytes] = '\0';
	for (unsigned n = 0; good && !whole && (end = strchr(line, '\n')) != NULL; n++) {
		*end = '\0';
		colon = strstr(line, ": ");
		whole = strcmp(line, "end") == 0;
		if (n == 0)
			good = strcmp(line, first_line) == 0;
		else if (!whole)
			good = colon != NULL;
		if (good && n > 0 && !whole) {
			*colon = '\0';
			good = read_line(line, colon + 2, out);
		}
		line = end + 1;
	}
	good = good && whole && line[0] == '\0' && out->name[0] != '\0' && out->scopes != 0 &&
	       out->has_secret + out->has_certificate + (out->subject[0] != '\0') == 1;
	return good ? ERR_OK : ERR_TOKEN_FILE;
}

/* ---- the folder ---- */

static struct named_files files_of(const char *gateway_folder)
{
	return (struct named_files){ gateway_folder, "tokens", TOKEN_FILE_MAX_BYTES };
}

static enum err write_token(const char *gateway_folder, const struct token *t,
			    enum err (*write)(const struct named_files *f, const char *name,
					      struct blob text))
{
	const struct named_files files = files_of(gateway_folder);
	struct arena *a;
	struct blob text;
	enum err e = token_name_check(t->name);
	int why;

	if (e != ERR_OK)
		return e;
	a = arena_new((size_t)2 * TOKEN_FILE_MAX_BYTES);
	e = a == NULL ? ERR_NO_MEMORY : token_file_encode(a, t, &text);
	if (e == ERR_OK)
		e = write(&files, t->name, text);
	why = errno;
	arena_destroy(a);
	errno = why;
	return e;
}

enum err token_file_add(const char *gateway_folder, const struct token *t)
{
	return write_token(gateway_folder, t, named_files_add);
}

enum err token_file_replace(const char *gateway_folder, const struct token *t)
{
	return write_token(gateway_folder, t, named_files_replace);
}

enum err token_file_read(const char *gateway_folder, const char *name, struct token *out)
{
	const struct named_files files = files_of(gateway_folder);
	uint8_t bytes[TOKEN_FILE_MAX_BYTES];
	size_t len;
	enum err e = token_name_check(name);

	memset(out, 0, sizeof *out);
	if (e != ERR_OK)
		return e;
	e = named_files_read(&files, name, bytes, &len);
	if (e == ERR_OK)
		e = token_file_decode((struct blob){ bytes, len }, out);
	if (e == ERR_FORMAT || (e == ERR_OK && strcmp(out->name, name) != 0))
		e = ERR_TOKEN_FILE;
	if (e != ERR_OK) {
		memset(out, 0, sizeof *out);
		memcpy(out->name, name, strlen(name) + 1);
	}
	return e;
}

struct walk {
	const char *gateway_folder;
	bool (*each)(void *of, const struct token *t, enum err e);
	void *of;
};

static bool walk_one(void *of, const char *name)
{
	const struct walk *w = of;
	struct token t;
	enum err e = token_file_read(w->gateway_folder, name, &t);

	return e == ERR_NOT_FOUND || w->each(w->of, &t, e); /* deleted meanwhile */
}

enum err token_file_walk(const char *gateway_folder,
			 bool (*each)(void *of, const struct token *t, enum err e), void *of)
{
	const struct named_files files = files_of(gateway_folder);
	struct walk w = { gateway_folder, each, of };

	return named_files_walk(&files, walk_one, &w);
}
