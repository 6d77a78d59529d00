/* What a daemon remembers of its last backup: the file `backup` in the data folder. It is no
 * record: in a restored store it would speak of the backup that the store was restored from. */
#ifndef VANTHU_DAEMON_BACKUP_NOTE_H
#define VANTHU_DAEMON_BACKUP_NOTE_H

#include "daemon/backup/place.h"

struct backup_note {
	/* the last whole one; 0: there was none */
	int64_t whole_ms; /* when its store was copied */
	uint64_t bytes;	  /* all that belongs to it */
	char name[BACKUP_NAME_SIZE];
	char folder[BACKUP_PATH_MAX];
	/* the last that was asked for; 0: none ever was */
	int64_t tried_ms;
	enum err result;
};

/* Nothing that can be read is nothing remembered. Blocks on the disk. */
void backup_note_read(const char *data, struct backup_note *out);
/* On disk when it returns. */
must_use enum err backup_note_write(const char *data, const struct backup_note *n);

#endif
