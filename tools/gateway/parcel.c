/* See parcel.h. */
#include "tools/gateway/parcel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "proto/digest.h"
#include "proto/utf8.h"
#include "tools/base/files.h"
#include "tools/gateway/exchange.h"
#include "tools/gateway/fields.h"

enum { VALUE_MAX_BYTES = 4096, ROOM_EVERY_BYTES = 16 << 20, AROUND_BYTES = 16 << 20 };
enum parcel_part { NOW_NOTHING, NOW_FIELD, NOW_FILE };

struct parcel {
	struct exchange *x;
	enum parcel_part now;
	char name[MULTIPART_NAME_SIZE], value[VALUE_MAX_BYTES];
	size_t value_len;
	char path[CONFIG_PATH_MAX + 64], sha256[DIGEST_HEX_SIZE];
	int fd; /* -1: not begun, or whole */
	bool has_file;
	uint64_t bytes, max_bytes;
	struct digest_stream *digest;
};

static enum err refuse(struct parcel *p, enum err e, const char *field)
{
	exchange_refuse(p->x, e, NULL, field);
	return e;
}

static enum err fail_write(struct parcel *p)
{
	return refuse(p, errno == ENOSPC || errno == EDQUOT ? ERR_DISK_FULL : ERR_FILE, NULL);
}

struct parcel *parcel_new(struct exchange *x)
{
	struct parcel *p = calloc(1, sizeof *p);
	const char *length = exchange_header(x, "Content-Length");

	x->fields = json_object();
	if (p == NULL || x->fields == NULL) {
		free(p);
		exchange_refuse(x, ERR_NO_MEMORY, NULL, NULL);
		return NULL;
	}
	p->x = x;
	p->fd = -1;
	/* Base64, and what stands around. */
	p->max_bytes = x->gateway->config->attachment_max_bytes / 3 * 4 + AROUND_BYTES;
	/* Who says so before is told before: nobody sends for minutes what is not taken. */
	if (length != NULL && strtoull(length, NULL, 10) > p->max_bytes + AROUND_BYTES) {
		(void)refuse(p, ERR_TOO_LARGE, "file");
		free(p);
		return NULL;
	}
	return p;
}

void parcel_free(struct parcel *p)
{
	if (p == NULL)
		return;
	if (p->fd >= 0)
		close(p->fd);
	if (p->path[0] != '\0')
		unlink(p->path);
	if (p->digest != NULL)
		(void)digest_end(p->digest);
	free(p);
}

static enum err open_file(struct parcel *p)
{
	const char *base = p->x->gateway->config->gateway_folder;
	char folder[CONFIG_PATH_MAX + 16];

	snprintf(folder, sizeof folder, "%s/incoming", base);
	if (fs_mkdir(folder, true) != ERR_OK)
		return fail_write(p);
	snprintf(p->path, sizeof p->path, "%s/%s.edxml", folder, p->x->id);
	p->fd = open(p->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	p->digest = digest_begin();
	p->has_file = true;
	if (p->fd < 0)
		return fail_write(p);
	return p->digest == NULL ? refuse(p, ERR_NO_MEMORY, NULL) : ERR_OK;
}

static enum err begin_part(void *ctx, const struct multipart_part *part)
{
	struct parcel *p = ctx;

	if (strcmp(part->name, "file") == 0) {
		p->now = NOW_FILE;
		return p->has_file ? refuse(p, ERR_HTTP_MULTIPART, "file") : open_file(p);
	}
	p->now = fields_find(p->x->route, part->name) != NULL ? NOW_FIELD : NOW_NOTHING;
	memcpy(p->name, part->name, sizeof p->name);
	p->value_len = 0;
	return ERR_OK;
}

/* What the daemon keeps free is left free. */
static enum err check_room(struct parcel *p, size_t len)
{
	const struct config *c = p->x->gateway->config;
	const uint64_t before = p->bytes;
	struct statvfs disk;

	p->bytes += len;
	if (p->bytes > p->max_bytes)
		return refuse(p, ERR_TOO_LARGE, "file");
	if (before / ROOM_EVERY_BYTES == p->bytes / ROOM_EVERY_BYTES && before > 0)
		return ERR_OK;
	if (fstatvfs(p->fd, &disk) != 0)
		return fail_write(p);
	return (uint64_t)disk.f_bavail * disk.f_frsize < c->reserve_bytes + ROOM_EVERY_BYTES
		       ? refuse(p, ERR_DISK_FULL, NULL)
		       : ERR_OK;
}

static enum err write_file(struct parcel *p, const char *bytes, size_t len)
{
	enum err e = check_room(p, len);

	if (e == ERR_OK)
		digest_add(p->digest, (struct blob){ (const uint8_t *)bytes, len });
	while (e == ERR_OK && len > 0) {
		ssize_t n = write(p->fd, bytes, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return fail_write(p);
		bytes += n;
		len -= (size_t)n;
	}
	return e;
}

static enum err content(void *ctx, const char *bytes, size_t len)
{
	struct parcel *p = ctx;

	if (p->now == NOW_FILE)
		return write_file(p, bytes, len);
	if (p->now == NOW_NOTHING)
		return ERR_OK;
	if (p->value_len + len >= sizeof p->value)
		return refuse(p, ERR_HTTP_LARGE, p->name);
	memcpy(p->value + p->value_len, bytes, len);
	p->value_len += len;
	return ERR_OK;
}

static enum err end_field(struct parcel *p)
{
	json_t *value = NULL;

	if (memchr(p->value, '\0', p->value_len) == NULL)
		value = json_stringn(p->value, p->value_len); /* NULL: not UTF-8 */
	if (value == NULL || json_object_get(p->x->fields, p->name) != NULL) {
		json_decref(value);
		return refuse(p, ERR_HTTP_FIELD, p->name);
	}
	if (p->value_len == 0) { /* says nothing */
		json_decref(value);
		return ERR_OK;
	}
	return json_object_set_new(p->x->fields, p->name, value) == 0
		       ? ERR_OK
		       : refuse(p, ERR_NO_MEMORY, NULL);
}

static enum err end_part(void *ctx)
{
	struct parcel *p = ctx;
	enum parcel_part now = p->now;
	struct digest d;

	p->now = NOW_NOTHING;
	if (now == NOW_FIELD)
		return end_field(p);
	if (now == NOW_NOTHING)
		return ERR_OK;
	d = digest_end(p->digest);
	p->digest = NULL;
	digest_to_hex(&d, p->sha256);
	if (close(p->fd) != 0) {
		p->fd = -1;
		return fail_write(p);
	}
	p->fd = -1;
	return ERR_OK;
}

struct multipart_events parcel_events(struct parcel *p)
{
	return (struct multipart_events){ begin_part, content, end_part, p };
}

bool parcel_finish(struct parcel *p)
{
	struct exchange *x = p->x;
	const char *field = "file";
	enum err e = p->has_file ? ERR_OK : ERR_HTTP_MULTIPART;

	if (e == ERR_OK)
		e = fields_of_query(x->connection, x->route, x->fields, &field);
	if (e == ERR_OK)
		e = fields_check(x->fields, x->route, &field);
	if (e != ERR_OK)
		exchange_refuse(x, e, NULL, field);
	return e == ERR_OK;
}

const char *parcel_path(const struct parcel *p)
{
	return p->path;
}

const char *parcel_sha256(const struct parcel *p)
{
	return p->sha256;
}
