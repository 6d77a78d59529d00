/* See doctor.h. */
#include "daemon/doctor.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "daemon/base/clock.h"
#include "daemon/base/folder.h"
#include "daemon/base/i18n.h"
#include "daemon/store/lmdb.h"
#include "proto/digest.h"

enum { EXIT_WRONG = 10, HASHED_AT_ONCE = 1 << 20, HEX = 64 };

struct visit {
	uint64_t wrong, contents, content_bytes;
	uint8_t *buffer;
};

/* ---- records ---- */

static void say_fault(void *ctx, const char *database, uint64_t page, const char *what)
{
	struct visit *v = ctx;

	v->wrong++;
	printf("fault\t%s\t%" PRIu64 "\t%s\n", database, page, what);
}

/* Whose record it is, of those whose key begins with role ‖ serial. */
static void say_document(enum family f, const struct key *key)
{
	static const char *const roles[] = {
		[ROLE_IN] = "in", [ROLE_OUT] = "out", [ROLE_RELAY] = "relay"
	};
	bool has = (f >= FAMILY_DOCUMENT && f <= FAMILY_RECEIPT) || f == FAMILY_WORK ||
		   f == FAMILY_STATUS || f == FAMILY_OPEN || f == FAMILY_TOLD;
	unsigned role = key->len_bytes >= 9 ? key->bytes[0] : 0;
	uint64_t serial = 0;

	if (!has || role >= sizeof roles / sizeof roles[0] || roles[role] == NULL) {
		printf("\t-\t0\n");
		return;
	}
	for (unsigned i = 1; i < 9; i++)
		serial = serial << 8 | key->bytes[i];
	printf("\t%s\t%" PRIu64 "\n", roles[role], serial);
}

static void say_damaged(void *ctx, enum family f, const struct key *key)
{
	struct visit *v = ctx;

	v->wrong++;
	printf("damaged\t%s\t", f == FAMILY_NONE ? "-" : family_name(f));
	for (unsigned i = 0; i < key->len_bytes; i++)
		printf("%02x", key->bytes[i]);
	say_document(f, key);
}

static void say_differs(void *ctx, enum family f, uint64_t expected, uint64_t found)
{
	struct visit *v = ctx;

	v->wrong++;
	printf("differs\t%s\t%" PRIu64 "\t%" PRIu64 "\n", family_name(f), expected, found);
}

/* ---- attachments: a file's name is its SHA-256 (daemon/files/files.h) ---- */

static void say_content(struct visit *v, const char *name, const char *what)
{
	v->wrong++;
	printf("content\t%s\t%s\n", name, what);
}

static void hash_content(struct visit *v, int folder, const char *name)
{
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct digest_stream *s = fd < 0 ? NULL : digest_begin();
	char hex[HEX + 1];
	struct digest d;
	ssize_t n = -1;

	while (s != NULL && (n = read(fd, v->buffer, HASHED_AT_ONCE)) > 0) {
		digest_add(s, (struct blob){ v->buffer, (size_t)n });
		v->content_bytes += (uint64_t)n;
	}
	if (fd >= 0)
		close(fd);
	if (n < 0) {
		digest_abandon(s);
		say_content(v, name, "it cannot be read");
		return;
	}
	d = digest_end(s);
	for (unsigned i = 0; i < sizeof d.bytes; i++)
		snprintf(hex + 2 * i, 3, "%02x", d.bytes[i]);
	v->contents++;
	if (strcmp(hex, name) != 0)
		say_content(v, name, "it is not what its name says");
}

static void hash_folder(struct visit *v, const char *path)
{
	DIR *d = opendir(path);
	struct dirent *entry;

	while (d != NULL && (entry = readdir(d)) != NULL) {
		if (strspn(entry->d_name, "0123456789abcdef") == HEX && entry->d_name[HEX] == '\0')
			hash_content(v, dirfd(d), entry->d_name);
	}
	if (d != NULL)
		closedir(d);
}

static enum err hash_all(struct visit *v, const char *data)
{
	char path[CONFIG_PATH_MAX + 16];

	v->buffer = malloc(HASHED_AT_ONCE);
	if (v->buffer == NULL)
		return ERR_NO_MEMORY;
	for (unsigned i = 0; i < 256; i++) {
		snprintf(path, sizeof path, "%s/files/%02x", data, i);
		hash_folder(v, path);
	}
	free(v->buffer);
	printf("contents\t%" PRIu64 "\t%" PRIu64 "\n", v->contents, v->content_bytes);
	return ERR_OK;
}

/* ---- the whole ---- */

/* The daemon that is started there must know that its neighbours may hold more. */
static enum err leave_note(const struct config *config, const char *to)
{
	char path[CONFIG_PATH_MAX + 16];
	FILE *f;

	snprintf(path, sizeof path, "%s/restored", to);
	f = fopen(path, "wxe");
	if (f == NULL)
		return ERR_FILE;
	fprintf(f, "vanthu-restored 1\nsalvage %s\nrestored %" PRId64 "\n", config->data,
		clock_now().wall_ms);
	if (fflush(f) != 0 || fsync(fileno(f)) != 0) {
		fclose(f);
		return ERR_FILE;
	}
	return fclose(f) == 0 && folder_sync(to) == ERR_OK ? ERR_OK : ERR_FILE;
}

static enum err examine(const struct config *config, const struct doctor_order *o, struct visit *v)
{
	const struct store_lmdb_config store = { .directory = config->data,
						 .map_bytes = config->map_bytes,
						 .reserve_bytes = config->reserve_bytes,
						 .submit_reserve_bytes =
							 config->reserve_bytes / 4 };
	const struct store_lmdb_findings findings = {
		.ctx = v, .fault = say_fault, .damaged = say_damaged, .differs = say_differs
	};
	struct store_lmdb_examined found;
	enum err e = store_lmdb_examine(&store, &findings, o->salvage, &found);

	if (e == ERR_STORE_DAMAGED && v->wrong == 0)
		v->wrong = 1;
	if (e != ERR_OK)
		return e;
	printf("records\t%" PRIu64 "\t%d\n", found.survey.records, found.sums_known);
	if (found.accepted > 0)
		printf("accepted\t%" PRIu64 "\n", found.accepted);
	if (o->salvage == NULL)
		return ERR_OK;
	e = leave_note(config, o->salvage);
	if (e == ERR_OK)
		printf("salvaged\t%" PRIu64 "\t%" PRIu64 "\n", found.copied, found.strayed);
	return e;
}

int doctor_run(const struct config *config, const struct doctor_order *order)
{
	struct visit v = { .wrong = 0 };
	enum err e = examine(config, order, &v);

	if (e == ERR_OK && order->contents)
		e = hash_all(&v, config->data);
	if (fflush(stdout) != 0 && e == ERR_OK)
		e = ERR_FILE;
	if (e != ERR_OK) {
		printf("error\t%d\n", (int)e);
		fflush(stdout);
		return err_exit_code(e);
	}
	return v.wrong > 0 ? EXIT_WRONG : 0;
}
