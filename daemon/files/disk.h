/* Attachments in a folder; its shape is in files.h. */
#ifndef VANTHU_DAEMON_FILES_DISK_H
#define VANTHU_DAEMON_FILES_DISK_H

#include "daemon/files/files.h"

/* Opens the folder, makes what is missing (0700). Submissions that a crash cut off are deleted. */
must_use enum err files_disk_open(const char *directory, struct files **out);

#endif
