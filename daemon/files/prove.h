/* Is a content what its name says? */
#ifndef VANTHU_DAEMON_FILES_PROVE_H
#define VANTHU_DAEMON_FILES_PROVE_H

#include "daemon/files/files.h"

/* files_ops.prove */
must_use enum err files_prove(struct files *base, const struct digest *sha256,
			      struct content_proof *out);

#endif
