/* What is not dropped yet: contents that were settled lately, or that submissions under way have
 * pinned, because the record that names them may not be committed. Any thread. */
#ifndef VANTHU_DAEMON_FILES_KEPT_H
#define VANTHU_DAEMON_FILES_KEPT_H

#include "daemon/files/disk_files.h"

void files_note_recent(struct disk_files *f, const struct digest *sha256);
must_use enum err files_pin(struct disk_files *f, const struct digest *sha256); /* ERR_NO_MEMORY */
/* files_ops.release, files_ops.drop */
void files_release(struct files *base, const struct digest *sha256);
must_use enum err files_drop(struct files *base, const struct digest *sha256);

#endif
