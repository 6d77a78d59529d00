/* Contents into a folder or a file: never outside the folder, never over a file, and never half of
 * one under its name. */
#ifndef VANTHU_TOOLS_CLIENT_SAVE_H
#define VANTHU_TOOLS_CLIENT_SAVE_H

#include "tools/base/file_name.h"
#include "tools/client/content.h"

/* One part, and what became of it. */
struct save_part {
	struct content_part part;
	char taken[FILE_NAME_SIZE]; /* its name in the folder; "": it is not there */
	enum err fault;		    /* why not */
	int why;		    /* its errno, when it is ERR_FILE */
};

/* Parts of one document. */
struct save {
	struct client *client;
	const char *document; /* named as in a Ref */
	int folder;	      /* an open one, the caller's; -1 for save_file and save_descriptor */
	struct save_part *parts;
	uint32_t count;
	/* hears how many bytes of a part have come, from 0 on; may be NULL */
	void (*progress)(void *ctx, const struct content_part *part, uint64_t got_bytes);
	void *progress_ctx;
};

/* One of the parts into the folder, under `as`, or with NULL its own name: where the folder does
 * not take that the nearest that it takes, and with a number where another file has it. A file that
 * has just this content already is taken for it. p->taken and p->fault say what became of it; the
 * name itself is on disk after a sync of the folder. Blocks. */
void save_part(struct save *s, struct save_part *p, const char *as);

/* One part into a new file, whose name in its folder is synced. ERR_EXISTS, ERR_FILE (p->why is its
 * errno), ERR_DIGEST or the daemon's error. Blocks. */
must_use enum err save_file(struct save *s, struct save_part *p, const char *path);

/* One part into a descriptor, which stays the caller's; synced where it has a disk. As above. */
must_use enum err save_descriptor(struct save *s, struct save_part *p, int fd);

#endif
