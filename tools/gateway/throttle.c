/* See throttle.h. */
#include "tools/gateway/throttle.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "routing/base/arena.h"
#include "tools/account/account.h"
#include "tools/base/files.h"
#include "tools/base/secret.h"

enum { KEY_BYTES = SECRET_KEY_BYTES };

struct row {
	char account[ACCOUNT_NAME_MAX + 1]; /* "": free */
	char from[DEVICE_SIZE];	    /* an address, or a device */
	int64_t began_ms;		    /* of the first of these */
	unsigned failed;
};

struct throttle {
	uint8_t key[KEY_BYTES];
	pthread_mutex_t lock;
	struct row rows[THROTTLE_ROWS];
};

/* ---- its key ---- */

/* Two gateways that begin at once: the first file holds. */
static enum err read_key(const char *path, uint8_t key[KEY_BYTES])
{
	struct arena *a = arena_new(4096);
	struct blob bytes = { NULL, 0 };
	enum err e = a == NULL ? ERR_NO_MEMORY : fs_read(a, path, KEY_BYTES, &bytes);

	if (e == ERR_OK && bytes.len_bytes != KEY_BYTES) {
		e = ERR_FILE;
		errno = EINVAL;
	}
	if (e == ERR_OK)
		memcpy(key, bytes.data, KEY_BYTES);
	arena_destroy(a);
	return e == ERR_TOO_LARGE ? ERR_FILE : e;
}

static enum err make_key(const char *path, uint8_t key[KEY_BYTES])
{
	enum err e;

	if (getrandom(key, KEY_BYTES, 0) != KEY_BYTES)
		return ERR_SYSTEM;
	e = fs_write_new(path, (struct blob){ key, KEY_BYTES }, true);
	return e == ERR_EXISTS ? read_key(path, key) : e;
}

enum err throttle_open(const char *gateway_folder, struct throttle **out)
{
	struct throttle *t = calloc(1, sizeof *t);
	char path[PATH_MAX];
	enum err e = t == NULL ? ERR_NO_MEMORY : ERR_OK;

	*out = NULL;
	if (e != ERR_OK)
		return e;
	pthread_mutex_init(&t->lock, NULL);
	snprintf(path, sizeof path, "%s/device.key", gateway_folder);
	e = read_key(path, t->key);
	if (e == ERR_FILE && errno == ENOENT)
		e = make_key(path, t->key);
	if (e != ERR_OK) {
		throttle_close(t);
		return e;
	}
	*out = t;
	return ERR_OK;
}

void throttle_close(struct throttle *t)
{
	if (t == NULL)
		return;
	pthread_mutex_destroy(&t->lock);
	explicit_bzero(t, sizeof *t);
	free(t);
}

/* ---- devices ---- */

enum err throttle_device(const struct throttle *t, const char *account, char out[DEVICE_SIZE])
{
	char random[SECRET_TEXT_SIZE], mac[SECRET_MAC_SIZE];
	enum err e = secret_new(random);
	int len;

	if (e != ERR_OK)
		return e;
	random[22] = '\0'; /* 132 bits are enough to be nobody else's */
	len = snprintf(out, DEVICE_SIZE, "%s.%s", account, random);
	secret_sign(t->key, out, (size_t)len, mac);
	snprintf(out + len, DEVICE_SIZE - (size_t)len, ".%s", mac);
	return ERR_OK;
}

static bool is_device(const struct throttle *t, const char *account, const char *device)
{
	const char *mac = device == NULL ? NULL : strrchr(device, '.');
	char want[SECRET_MAC_SIZE];
	size_t len = strlen(account);

	if (mac == NULL || strlen(device) >= DEVICE_SIZE || strncmp(device, account, len) != 0 ||
	    device[len] != '.' || strlen(mac + 1) != SECRET_MAC_SIZE - 1)
		return false;
	secret_sign(t->key, device, (size_t)(mac - device), want);
	return secret_equal(mac + 1, want, SECRET_MAC_SIZE - 1);
}

/* ---- counting, under the lock ---- */

static struct row *row_of(struct throttle *t, const char *account, const char *from, int64_t now_ms)
{
	struct row *oldest = &t->rows[0];

	for (unsigned i = 0; i < THROTTLE_ROWS; i++) {
		struct row *r = &t->rows[i];

		if (strcmp(r->account, account) == 0 && strcmp(r->from, from) == 0)
			return r;
		/* A free one has began 0. Who tries many accounts from many addresses makes room
		 * by letting go of what is oldest, which is soonest over. */
		if (r->began_ms < oldest->began_ms)
			oldest = r;
	}
	*oldest = (struct row){ .began_ms = now_ms };
	snprintf(oldest->account, sizeof oldest->account, "%s", account);
	snprintf(oldest->from, sizeof oldest->from, "%s", from);
	return oldest;
}

enum err throttle_try(struct throttle *t, const char *account, const char *from,
		      const char *device, int64_t now_ms, uint32_t *wait_s)
{
	const char *by = is_device(t, account, device) ? device : from;
	struct row *r;
	enum err e = ERR_OK;

	*wait_s = 0;
	pthread_mutex_lock(&t->lock);
	r = row_of(t, account, by, now_ms);
	if (now_ms - r->began_ms >= THROTTLE_MS || now_ms < r->began_ms) {
		r->began_ms = now_ms;
		r->failed = 0;
	}
	if (r->failed >= THROTTLE_TRIES) {
		*wait_s = (uint32_t)((THROTTLE_MS - (now_ms - r->began_ms)) / 1000 + 1);
		e = ERR_SIGN_IN_LATER;
	} else {
		r->failed++;
	}
	pthread_mutex_unlock(&t->lock);
	return e;
}

void throttle_passed(struct throttle *t, const char *account, const char *from, const char *device)
{
	const char *by = is_device(t, account, device) ? device : from;

	pthread_mutex_lock(&t->lock);
	for (unsigned i = 0; i < THROTTLE_ROWS; i++) {
		struct row *r = &t->rows[i];

		if (strcmp(r->account, account) == 0 && strcmp(r->from, by) == 0)
			*r = (struct row){ .failed = 0 };
	}
	pthread_mutex_unlock(&t->lock);
}
