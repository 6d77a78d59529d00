/* See file.h. */
#include "tools/token/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/folder.h"
#include "proto/digest.h"
#include "routing/base/arena.h"
#include "routing/base/committee_id.h"
#include "tools/base/files.h"
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

static enum err path_of(const char *gateway_folder, const char *prefix, const char *name,
			const char *suffix, char out[PATH_MAX])
{
	if (snprintf(out, PATH_MAX, "%s/tokens/%s%s%s", gateway_folder, prefix, name, suffix) <
	    PATH_MAX)
		return ERR_OK;
	errno = ENAMETOOLONG;
	return ERR_FILE;
}

/* Who writes holds a lock on the folder: two that add one name at once, and a temporary file of
 * one name. The kernel releases it when the process ends. */
static enum err lock_folder(const char *gateway_folder, int *fd)
{
	char path[PATH_MAX];
	enum err e = path_of(gateway_folder, "", "", "", path);

	*fd = -1;
	if (e == ERR_OK)
		e = fs_mkdir(gateway_folder, true);
	if (e == ERR_OK)
		e = fs_mkdir(path, true);
	if (e != ERR_OK)
		return e;
	*fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return *fd >= 0 && flock(*fd, LOCK_EX) == 0 ? ERR_OK : ERR_FILE;
}

/* Under the lock. */
static enum err put(const char *gateway_folder, const struct token *t, bool fresh)
{
	struct arena *a = arena_new((size_t)2 * TOKEN_FILE_MAX_BYTES);
	char temporary[PATH_MAX], path[PATH_MAX];
	struct blob text;
	enum err e = a == NULL ? ERR_NO_MEMORY : token_file_encode(a, t, &text);

	if (e == ERR_OK)
		e = path_of(gateway_folder, "", t->name, "", path);
	if (e == ERR_OK)
		e = path_of(gateway_folder, ".", t->name, ".new", temporary);
	if (e == ERR_OK && fresh && access(path, F_OK) == 0)
		e = ERR_EXISTS;
	if (e == ERR_OK && !fresh && access(path, F_OK) != 0)
		e = errno == ENOENT ? ERR_NOT_FOUND : ERR_FILE;
	if (e == ERR_OK) {
		unlink(temporary); /* of one that was killed */
		e = fs_write_new(temporary, text, true);
	}
	if (e == ERR_OK && rename(temporary, path) != 0)
		e = ERR_FILE;
	if (e == ERR_OK)
		e = folder_sync_parent(path);
	arena_destroy(a);
	return e;
}

static enum err write_token(const char *gateway_folder, const struct token *t, bool fresh)
{
	int lock, why;
	enum err e = token_name_check(t->name);

	if (e != ERR_OK)
		return e;
	e = lock_folder(gateway_folder, &lock);
	if (e == ERR_OK)
		e = put(gateway_folder, t, fresh);
	why = errno;
	if (lock >= 0)
		close(lock);
	errno = why;
	return e;
}

enum err token_file_add(const char *gateway_folder, const struct token *t)
{
	return write_token(gateway_folder, t, true);
}

enum err token_file_replace(const char *gateway_folder, const struct token *t)
{
	return write_token(gateway_folder, t, false);
}

/* A file that others may write gives nobody rights. */
static enum err read_file(int fd, const char *name, struct token *out)
{
	uint8_t bytes[TOKEN_FILE_MAX_BYTES + 1];
	struct stat st;
	size_t len = 0;
	ssize_t n = 1;
	enum err e;

	if (fstat(fd, &st) != 0)
		return ERR_FILE;
	if (!S_ISREG(st.st_mode) || (st.st_mode & 022) != 0)
		return ERR_TOKEN_FILE;
	while (n > 0 && len < sizeof bytes) {
		n = read(fd, bytes + len, sizeof bytes - len);
		len += n > 0 ? (size_t)n : 0;
	}
	if (n < 0)
		return ERR_FILE;
	e = token_file_decode((struct blob){ bytes, len }, out);
	return e == ERR_OK && strcmp(out->name, name) != 0 ? ERR_TOKEN_FILE : e;
}

enum err token_file_read(const char *gateway_folder, const char *name, struct token *out)
{
	char path[PATH_MAX];
	enum err e = token_name_check(name);
	int fd, why;

	memset(out, 0, sizeof *out);
	if (e == ERR_OK)
		e = path_of(gateway_folder, "", name, "", path);
	if (e != ERR_OK)
		return e;
	memcpy(out->name, name, strlen(name) + 1);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return errno == ENOENT ? ERR_NOT_FOUND : ERR_FILE;
	e = read_file(fd, name, out);
	why = errno;
	close(fd);
	errno = why;
	if (e != ERR_OK) {
		memset(out, 0, sizeof *out);
		memcpy(out->name, name, strlen(name) + 1);
	}
	return e;
}

enum err token_file_walk(const char *gateway_folder,
			 bool (*each)(void *of, const struct token *t, enum err e), void *of)
{
	const struct dirent *entry;
	char path[PATH_MAX];
	struct token t;
	bool more = true;
	DIR *d;
	enum err e = path_of(gateway_folder, "", "", "", path);

	if (e != ERR_OK)
		return e;
	d = opendir(path);
	if (d == NULL)
		return errno == ENOENT ? ERR_OK : ERR_FILE;
	while (more && (errno = 0, entry = readdir(d)) != NULL) {
		enum err one;

		if (token_name_check(entry->d_name) != ERR_OK)
			continue;
		one = token_file_read(gateway_folder, entry->d_name, &t);
		/* deleted meanwhile */
		if (one != ERR_NOT_FOUND)
			more = each(of, &t, one);
	}
	e = more && errno != 0 ? ERR_FILE : ERR_OK;
	closedir(d);
	return e;
}
