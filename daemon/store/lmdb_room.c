/* How much the store may still grow, and what else is short.
 *
 * Three resources run out, and an operator does something else about each: store.map, the disk (or
 * a quota on it), and inodes. The map that LMDB gets is larger than store.map: the configured size
 * is checked before each turn, and no commit reaches the end of the real map. The disk is shared
 * with attachments and with other programs: blocks beyond the end of data.mdb are allocated in
 * advance (fallocate), so that nobody takes them between a decision and its commit. */
#include "daemon/store/lmdb_room.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/statvfs.h>

#include "daemon/base/log.h"
#include "daemon/store/lmdb_read.h"

enum {
	FACTS_SHARE = 8,            /* of the reserve: below it not even facts are taken */
	/* a reserve is at most this part of a map: a small one would be full from the beginning */
	MAP_SHARE = 8,
	/* asked for at once, only while there is room for it */
	FETCH_BYTES_MAX = PIECES_PER_FETCH * CHUNK_BYTES,
	INODES_RESERVE = 256,       /* for others on the file system, and for what is under way */
	TAIL_BYTES = 4 << 20,
	PLENTY_BYTES = 256 << 20,   /* so much more than the reserve is not gone within a turn */
};

/* Pages that earlier transactions freed: the free list is database 0, each value begins with its
 * count. */
static size_t free_pages(MDB_txn *txn)
{
	MDB_cursor *cursor;
	MDB_val key, value;
	size_t n = 0, each;

	if (mdb_cursor_open(txn, 0, &cursor) != MDB_SUCCESS)
		return 0;
	while (mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == MDB_SUCCESS) {
		memcpy(&each, value.mv_data, sizeof each);
		n += each;
	}
	mdb_cursor_close(cursor);
	return n;
}

static uint64_t least_of(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t above(uint64_t n, uint64_t bound)
{
	return n > bound ? n - bound : 0;
}

/* What is used of the map, without the pages that are free to be used again. Those are counted only
 * when it matters: that reads the whole free list. */
static enum err measure_map(struct lmdb_store *s, bool exactly, struct store_room *out,
			    uint64_t *end_bytes)
{
	MDB_envinfo info;
	MDB_stat stat;
	MDB_txn *txn;
	enum err e;

	mdb_env_info(s->env, &info);
	mdb_env_stat(s->env, &stat);
	*end_bytes = (info.me_last_pgno + 1) * stat.ms_psize;
	out->map_bytes = s->map_bytes;
	out->map_used_bytes = *end_bytes;
	if (!exactly && above(s->map_bytes, *end_bytes) > s->map_bytes / 2)
		return ERR_OK;
	e = lmdb_reader_take(s, &txn);
	if (e != ERR_OK)
		return e;
	out->map_used_bytes -= free_pages(txn) * stat.ms_psize;
	lmdb_reader_give(s, txn);
	return ERR_OK;
}

/* Allocates blocks beyond the end of data.mdb, for the commits to come. On a full disk, what could
 * be allocated is the room that facts have. */
static uint64_t hold_tail(struct lmdb_store *s, uint64_t end_bytes, bool *failed)
{
	uint64_t wanted = least_of(TAIL_BYTES, s->reserve_bytes);

	*failed = false;
	if (s->tail_end < end_bytes)
		s->tail_end = end_bytes;
	if (s->tail_unknown || s->tail_end - end_bytes >= wanted / 2)
		return s->tail_end - end_bytes;
	if (fallocate(s->owner.data_fd, FALLOC_FL_KEEP_SIZE, (off_t)s->tail_end,
		      (off_t)(end_bytes + wanted - s->tail_end)) == 0)
		s->tail_end = end_bytes + wanted;
	else if (errno == EOPNOTSUPP || errno == ENOSYS)
		s->tail_unknown = true;
	else
		*failed = errno != EINTR;
	return s->tail_end - end_bytes;
}

static void decide(const struct lmdb_store *s, struct store_room *out)
{
	uint64_t map_reserve = least_of(s->reserve_bytes, s->map_bytes / MAP_SHARE);
	uint64_t map_submit = least_of(s->submit_reserve_bytes, map_reserve / 4);
	uint64_t map_free = above(out->map_bytes, out->map_used_bytes),
		 disk_free = out->disk_free_bytes;
	uint64_t submit =
	    s->submit_reserve_bytes > FETCH_BYTES_MAX ? s->submit_reserve_bytes : FETCH_BYTES_MAX;
	bool map_short = map_free <= map_reserve + map_submit;

	out->submissions = !map_short && disk_free > s->reserve_bytes + submit;
	/* Without room for files no documents are taken either: the sender gets the reason. */
	out->documents = map_free > map_reserve && disk_free > s->reserve_bytes + FETCH_BYTES_MAX;
	out->facts =
	    map_free > map_reserve / FACTS_SHARE && disk_free > s->reserve_bytes / FACTS_SHARE;
	out->why = out->submissions ? ERR_OK : map_short ? ERR_MAP_FULL : ERR_DISK_FULL;
	out->spare_bytes = out->files ? above(disk_free, s->reserve_bytes) : 0;
	out->left_bytes =
	    least_of(above(map_free, map_reserve), above(disk_free, s->reserve_bytes));
	out->left_why = above(map_free, map_reserve) <= above(disk_free, s->reserve_bytes)
			    ? ERR_MAP_FULL
			    : ERR_DISK_FULL;
	out->left_facts_bytes = least_of(above(map_free, map_reserve / FACTS_SHARE),
					 above(disk_free, s->reserve_bytes / FACTS_SHARE));
}

static enum err measure_disk(const struct lmdb_store *s, struct store_room *out)
{
	struct statvfs disk;

	if (statvfs(s->directory, &disk) != 0)
		return errno == ENOENT ? ERR_STORE_GONE : ERR_STORE;
	out->disk_free_bytes = (uint64_t)disk.f_bavail * disk.f_frsize;
	out->inodes_known = disk.f_files > 0;
	out->inodes_free = out->inodes_known ? disk.f_favail : 0;
	out->files =
	    !out->inodes_known || out->inodes_free > least_of(INODES_RESERVE, disk.f_files / 16);
	return ERR_OK;
}

enum err lmdb_room(struct store *base, struct store_room *out)
{
	struct lmdb_store *s = (struct lmdb_store *)base;
	uint64_t end_bytes, tail;
	bool failed;
	enum err e;

	memset(out, 0, sizeof *out);
	e = measure_map(s, false, out, &end_bytes);
	if (e == ERR_OK)
		e = measure_disk(s, out);
	if (e != ERR_OK)
		return e;
	tail = hold_tail(s, end_bytes, &failed);
	decide(s, out);
	if (failed) {
		/* Full, whatever statvfs says is free: a quota, or blocks that only root gets. */
		out->submissions = out->documents = false;
		out->why = out->why == ERR_OK ? ERR_DISK_FULL : out->why;
		out->left_bytes = 0;
		out->facts = out->facts && tail > 0;
	}
	/* Other programs may take the rest meanwhile: only what is allocated counts. */
	if (!s->tail_unknown && out->disk_free_bytes < s->reserve_bytes + PLENTY_BYTES) {
		if (tail < out->left_bytes) {
			out->left_bytes = tail;
			out->left_why = ERR_DISK_FULL;
		}
		out->left_facts_bytes = least_of(out->left_facts_bytes, tail);
	}
	return ERR_OK;
}
