/* A directory as it travels: a packed DirectoryFile, whole or with what has changed since a
 * version. It is packed and opened at once, written field by field, or collected from parts of a
 * link. */
#ifndef VANTHU_PROTO_DIRECTORY_FILE_H
#define VANTHU_PROTO_DIRECTORY_FILE_H

#include "proto/directory.h"
#include "routing/base/arena.h"
#include "routing/base/err.h"
#include "routing/state/message.h"

/* A DirectoryFile to bytes and back, fully checked against the registry's root certificate:
 * signature, root, order, tree, each certificate's issuer. Changes only open over a base; without
 * one (NULL) or with an older one they fail with ERR_DIRECTORY_AHEAD. ERR_SIGNATURE, ERR_DIGEST,
 * ERR_BAD_TREE, ERR_CERTIFICATE, ERR_FORMAT. May run on a worker when the base may be read
 * there. */
must_use enum err directory_file_pack(struct arena *a, const struct directory *d, struct blob *out);
must_use enum err directory_file_open(struct arena *a, struct blob bytes, struct blob root_der,
				      const struct directory_base *base, struct directory *out);

/* Where a directory that comes or goes bit by bit is written. */
struct directory_sink {
	void *ctx;
	enum err (*append)(void *ctx, struct blob bytes); /* ERR_DISK_FULL, ERR_NO_MEMORY, … */
	void (*reset)(void *ctx);			  /* all of it is forgotten */
};

/* A DirectoryFile field by field: head first, then entries ascending by id. */
enum { DIRECTORY_FIELD_HEAD = 1, DIRECTORY_FIELD_ENTRY = 2, DIRECTORY_FIELD_SINCE = 3 };
must_use enum err directory_append_head(struct directory_sink sink, struct blob head,
					uint64_t since);
must_use enum err directory_append_field(struct directory_sink sink, unsigned field,
					 struct blob bytes);

/* Collects a directory that comes in parts in a sink, as a DirectoryFile. Nothing in it is
 * believed: see directory_scan.h. */
struct directory_parts;
struct directory_parts *directory_parts_new(struct directory_sink sink); /* NULL without memory */
void directory_parts_destroy(struct directory_parts *p);		 /* NULL is fine */
/* The next part; the part requested with an empty `after` starts a new directory. ERR_GAP: does not
 * follow the parts before, which are forgotten. ERR_TOO_LARGE, ERR_NO_MEMORY, what the sink
 * says. */
must_use enum err directory_parts_add(struct directory_parts *p,
				      const struct msg_directory_part *m);
/* Forgets the collected parts: the sink's content has another owner now. */
void directory_parts_forget(struct directory_parts *p);

#endif
