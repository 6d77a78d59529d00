/* The manifest of a backup: text, a line each, that people can read too. Contents stand in the
 * order of their digests.
 *
 *     vanthu-backup 1
 *     committee btp
 *     taken 1796074437123 2026-11-30T21:33:57Z
 *     software 0.1.0
 *     store 8 1245184 SHA-256           its format, bytes and digest of data.mdb
 *     content 52311 SHA-256             of each content that records name
 *     missing SHA-256                   one that was lost or damaged when this was made
 *     contents 1 52311 1                how many of the first, their bytes, of the second
 *     end SHA-256                       of all lines above
 */
#ifndef VANTHU_DAEMON_BACKUP_MANIFEST_H
#define VANTHU_DAEMON_BACKUP_MANIFEST_H

#include "daemon/backup/place.h"

struct backup_manifest {
	struct committee_id committee;
	int64_t taken_ms;
	char software[32];
	uint64_t store_format, store_bytes;
	struct digest store;
	uint64_t contents, content_bytes, missing;
};

struct backup_content {
	struct digest sha256;
	uint64_t bytes;
	bool missing;
};

/* ---- writing ---- */

struct backup_writer;
/* Of the backup that is being made. The first lines are written from `m`. */
must_use enum err backup_writer_open(struct backup_place *p, const struct backup_manifest *m,
				     struct backup_writer **out);
must_use enum err backup_writer_put(struct backup_writer *w, const struct backup_content *c);
/* The last lines; all is on disk when it returns. */
must_use enum err backup_writer_end(struct backup_writer *w);
void backup_writer_close(struct backup_writer *w); /* NULL is fine */

/* ---- reading ---- */

struct backup_reader;
/* The first lines, in `m`. ERR_BACKUP_DAMAGED: they are none. */
must_use enum err backup_reader_open(struct backup_place *p, const char *name,
				     struct backup_manifest *m, struct backup_reader **out);
/* The next content. ERR_NOT_FOUND: that was the last, the counts in the manifest are filled and the
 * digest of the whole is right; ERR_BACKUP_DAMAGED: something is not. */
must_use enum err backup_reader_next(struct backup_reader *r, struct backup_content *out);
void backup_reader_close(struct backup_reader *r); /* NULL is fine */

/* Reads it to its end. */
must_use enum err backup_manifest_check(struct backup_place *p, const char *name,
					struct backup_manifest *out);

#endif
