/* What a daemon remembers of its last backup; see note.h. */
#include "daemon/backup/note.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "daemon/base/folder.h"
#include "daemon/base/log.h"

#define FIRST "vanthu-backup-note 1\n"

enum { TEXT_SIZE = BACKUP_PATH_MAX + 256 };

static void path_of(const char *data, const char *suffix, char out[BACKUP_PATH_MAX + 16])
{
	snprintf(out, BACKUP_PATH_MAX + 16, "%s/backup%s", data, suffix);
}

void backup_note_read(const char *data, struct backup_note *out)
{
	char path[BACKUP_PATH_MAX + 16], line[TEXT_SIZE];
	int64_t n, code;
	FILE *f;

	memset(out, 0, sizeof *out);
	path_of(data, "", path);
	f = fopen(path, "re");
	if (f == NULL)
		return;
	if (fgets(line, sizeof line, f) == NULL || strcmp(line, FIRST) != 0) {
		fclose(f);
		return;
	}
	while (fgets(line, sizeof line, f) != NULL) {
		char name[BACKUP_NAME_SIZE];
		uint64_t bytes;

		line[strcspn(line, "\n")] = '\0';
		if (sscanf(line, "whole %" SCNd64 " %" SCNu64 " %31s", &n, &bytes, name) == 3) {
			out->whole_ms = n;
			out->bytes = bytes;
			snprintf(out->name, sizeof out->name, "%s", name);
		} else if (strncmp(line, "folder ", 7) == 0) {
			snprintf(out->folder, sizeof out->folder, "%s", line + 7);
		} else if (sscanf(line, "tried %" SCNd64 " %" SCNd64, &n, &code) == 2) {
			out->tried_ms = n;
			out->result = (enum err)code;
		}
	}
	fclose(f);
}

enum err backup_note_write(const char *data, const struct backup_note *n)
{
	char fresh[BACKUP_PATH_MAX + 16], path[BACKUP_PATH_MAX + 16], text[TEXT_SIZE];
	int len, fd;
	bool done;

	path_of(data, ".new", fresh);
	path_of(data, "", path);
	len = snprintf(text, sizeof text, FIRST "tried %" PRId64 " %d\n", n->tried_ms,
		       (int)n->result);
	if (n->whole_ms != 0)
		len += snprintf(text + len, sizeof text - (size_t)len,
				"whole %" PRId64 " %" PRIu64 " %s\nfolder %s\n", n->whole_ms,
				n->bytes, n->name, n->folder);
	fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	done = fd >= 0 && write(fd, text, (size_t)len) == len && fsync(fd) == 0;
	if (fd >= 0)
		close(fd);
	if (done && rename(fresh, path) == 0 && folder_sync(data) == ERR_OK)
		return ERR_OK;
	log_event(LOG_WARNING, "backup-not-noted", "path=%s errno=%d", path, errno);
	return ERR_FILE;
}
