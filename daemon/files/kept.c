/* What is not dropped yet; see kept.h. */
#include "daemon/files/kept.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/base/clock.h"
#include "daemon/files/disk_io.h"
#include "proto/digest.h"

static void note_recent(struct disk_files *f, const struct digest *sha256)
{
	f->recent[f->recent_next++ % FILES_RECENT_MAX] =
	    (struct recent_file){ *sha256, clock_now().mono_ms };
}

void files_note_recent(struct disk_files *f, const struct digest *sha256)
{
	pthread_mutex_lock(&f->lock);
	note_recent(f, sha256);
	pthread_mutex_unlock(&f->lock);
}

static size_t find_pin(const struct disk_files *f, const struct digest *sha256)
{
	size_t at = 0;

	while (at < f->pin_count && !digest_equal(&f->pins[at], sha256))
		at++;
	return at;
}

enum err files_pin(struct disk_files *f, const struct digest *sha256)
{
	enum err e = ERR_OK;

	pthread_mutex_lock(&f->lock);
	if (f->pin_count == f->pin_capacity) {
		size_t capacity = f->pin_capacity == 0 ? 64 : f->pin_capacity * 2;
		struct digest *grown = realloc(f->pins, capacity * sizeof *grown);

		e = grown == NULL ? ERR_NO_MEMORY : ERR_OK;
		f->pins = grown == NULL ? f->pins : grown;
		f->pin_capacity = grown == NULL ? f->pin_capacity : capacity;
	}
	if (e == ERR_OK)
		f->pins[f->pin_count++] = *sha256;
	pthread_mutex_unlock(&f->lock);
	return e;
}

void files_release(struct files *base, const struct digest *sha256)
{
	struct disk_files *f = (struct disk_files *)base;
	size_t at;

	pthread_mutex_lock(&f->lock);
	at = find_pin(f, sha256);
	if (at < f->pin_count)
		f->pins[at] = f->pins[--f->pin_count];
	/* who decided to drop it before its record was there may be about to do so */
	note_recent(f, sha256);
	pthread_mutex_unlock(&f->lock);
}

enum err files_drop(struct files *base, const struct digest *sha256)
{
	struct disk_files *f = (struct disk_files *)base;
	int64_t since_ms = clock_now().mono_ms - FILES_RECENT_MS;
	char path[FILES_PATH_MAX];
	enum err e = ERR_OK;

	pthread_mutex_lock(&f->lock);
	if (find_pin(f, sha256) < f->pin_count)
		e = ERR_BUSY;
	for (unsigned i = 0; i < FILES_RECENT_MAX; i++) {
		if (f->recent[i].at_ms > since_ms && f->recent[i].at_ms != 0 &&
		    digest_equal(&f->recent[i].sha256, sha256))
			e = ERR_BUSY;
	}
	if (e == ERR_OK) {
		files_path(f, sha256, ".leaves", path);
		unlink(path);
		files_path(f, sha256, "", path);
		if (unlink(path) != 0)
			e = errno == ENOENT ? ERR_NOT_FOUND : files_errno("unlink");
	}
	pthread_mutex_unlock(&f->lock);
	return e;
}
