/* Any bytes as the manifest of a backup: each line is one, and without its last it is none. */
#include "tests/fuzz/fuzz.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/backup/manifest.h"

#define NAME "2026-01-01T00-00-00Z"

static char folder[64];

static void remove_folder(void)
{
	char path[128];

	snprintf(path, sizeof path, "%s/" NAME "/" BACKUP_MANIFEST, folder);
	unlink(path);
	snprintf(path, sizeof path, "%s/" NAME, folder);
	rmdir(path);
	rmdir(folder);
}

/* A folder of backups with one of this name; its descriptor. */
static int open_folder(void)
{
	static int fd = -1;
	char path[128];

	if (fd >= 0)
		return fd;
	snprintf(folder, sizeof folder, "%s/vanthu-fuzz.XXXXXX",
		 access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	must(mkdtemp(folder) != NULL);
	snprintf(path, sizeof path, "%s/" NAME, folder);
	must(mkdir(path, 0700) == 0);
	atexit(remove_folder);
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	must(fd >= 0);
	return fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct backup_place place;
	struct backup_content content;
	struct backup_manifest m;
	struct backup_reader *r;
	uint64_t lines = 0;
	int fd;
	enum err e;

	memset(&place, 0, sizeof place);
	place.fd = open_folder();
	place.lock_fd = place.files_fd = -1;
	fd = openat(place.fd, NAME "/" BACKUP_MANIFEST, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
		    0600);
	must(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	close(fd);
	e = backup_reader_open(&place, NAME, &m, &r);
	if (e != ERR_OK)
		return 0;
	while (e == ERR_OK) {
		e = backup_reader_next(r, &content);
		lines += e == ERR_OK;
	}
	must(lines <= size);
	must(e != ERR_NOT_FOUND || (m.contents == lines && m.missing <= lines));
	backup_reader_close(r);
	return 0;
}
