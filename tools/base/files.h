/* Small files and folders of the tools: written whole or not at all. After ERR_FILE errno says why
 * (cli_fail_file reports it). */
#ifndef VANTHU_TOOLS_BASE_FILES_H
#define VANTHU_TOOLS_BASE_FILES_H

#include <stdbool.h>

#include "routing/base/arena.h"
#include "routing/base/err.h"

/* New file, never over another: ERR_EXISTS; ERR_FILE. `private_too`: mode 0600, else 0644 less the
 * umask, which never takes the owner's rights. Synced, and its name in the folder too. */
must_use enum err fs_write_new(const char *path, struct blob bytes, bool private_too);
/* A new file in `folder` (an open one) that has no name yet, mode 0644 less the umask: nothing of
 * it stays when this process ends before fs_show. Returns its descriptor, the caller's; -1: this
 * file system has none of these. */
int fs_hidden(int folder);
/* Gives it its name in `folder`, never over another. False: errno says why. */
bool fs_show(int fd, int folder, const char *name);
/* The folder that a path lies in, the caller's; *name is the path's last word. -1: none that can be
 * read. */
int fs_open_folder_of(const char *path, const char **name);
/* Replaces the file atomically, by a rename. */
must_use enum err fs_replace(const char *path, struct blob bytes);
/* An ordinary file for reading: *fd is the caller's, -1 after ERR_FILE (errno EISDIR: a folder,
 * EINVAL: a device or a pipe). */
must_use enum err fs_open(const char *path, int *fd, uint64_t *size_bytes);
/* By what one sees that a file was written: taken before it is read, compared after. */
struct fs_stamp {
	uint64_t device, inode, size_bytes;
	int64_t modified_ns, changed_ns;
};

/* ERR_FILE. Waits some milliseconds where the file was written in this very tick of the clock: a
 * change after that would not be seen. */
must_use enum err fs_stamp(int fd, struct fs_stamp *out);
/* ERR_CHANGED_FILE: it is another one now. */
must_use enum err fs_unchanged(int fd, const struct fs_stamp *before);
/* The whole file into the arena. ERR_FILE, ERR_TOO_LARGE. */
must_use enum err fs_read(struct arena *a, const char *path, size_t max_bytes, struct blob *out);
/* There already: ERR_OK, as it is. Its name is synced. */
must_use enum err fs_mkdir(const char *path, bool private_too);
/* "a/b" in the arena; NULL without memory. */
const char *fs_join(struct arena *a, const char *folder, const char *name);
/* Deletes a folder and all in it; only used on folders that this program made. */
void fs_remove_tree(const char *path);
/* What an errno says of a file, in the language of the user; a static text. EINVAL: no ordinary
 * file. */
const char *fs_why(int error);

#endif
