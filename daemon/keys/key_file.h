/* Private keys on disk: who else than their owner may read them, or put others in their place. For
 * the daemon, which refuses to start with such a key, and for the tools, which say it before. */
#ifndef VANTHU_DAEMON_KEYS_KEY_FILE_H
#define VANTHU_DAEMON_KEYS_KEY_FILE_H

#include "daemon/config/config.h"

struct key_file_fault {
	/* what is open to others: the key, or a folder that it lies in */
	char path[CONFIG_PATH_MAX];
	unsigned mode;                     /* its permission bits */
	bool folder;
	char command[CONFIG_PATH_MAX + 64]; /* the shell command that mends it */
};

/* Checks the modes of the file (where a symbolic link leads) and of the folders of both.
 * ERR_KEY_OPEN: *fault says what is open and the command that mends it; ERR_FILE: they cannot be
 * read (errno). Blocks on the file system. */
must_use enum err key_file_check(const char *path, struct key_file_fault *fault);
/* Of all private keys of a configuration, with those that wait beside them (*.next), the first that
 * is open. ERR_OK also for a key that is not there: whoever reads the key reports that. */
must_use enum err key_file_check_all(const struct config *config, struct key_file_fault *fault);

#endif
