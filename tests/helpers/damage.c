/* Flips one bit in a stored record while its daemon is down.   damage STORE-FOLDER FAMILY-NUMBER
 *   NTH-FROM-THE-LAST (0: the newest) [value|rewrite|end|bit|head|key|family|page]
 * In the value, by LMDB, as it would be written, with `rewrite` and, in its last byte, `end`, under
 * a right checksum as well; or where it lies in data.mdb, as a disk does it: in the value, in its
 * checksum, in the last byte of the key, in that of its family, so that it is another's, or in the
 * number of its page. Knows where records lie (daemon/store/lmdb_layout.c) and prints the key.
 */
#include <errno.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "routing/state/record.h"

enum { DATABASES_MAX = 64, KEPT = 64, SERIAL_KEY = 9 };
static const size_t map_bytes = (size_t)64 << 30;

struct at_key {
	unsigned char bytes[512];
	size_t len_bytes;
	const void *mapped, *value; /* where LMDB showed it */
	size_t value_bytes;
};

/* SERIAL_KEY, 0: where the family stands in the keys of a shared database; -1: it has its own. */
static const char *database_of(int family, int *at)
{
	static const char *const alone[FAMILY_COUNT] = {
		[FAMILY_META] = "meta",
		[FAMILY_IDENT] = "ident",
		[FAMILY_FILE] = "file",
		[FAMILY_SWEEP] = "due",
		[FAMILY_COMMITTEE] = "committee",
		[FAMILY_SUBORDINATE] = "subordinate",
		[FAMILY_DIRECTORY] = "directory",
		[FAMILY_KEY] = "key",
		[FAMILY_ACT] = "act",
		[FAMILY_PAPER] = "paper",
		[FAMILY_NUMBER] = "number",
		[FAMILY_ASIDE] = "aside",
		[FAMILY_STAGED] = "staged",
		[FAMILY_CHANGED] = "changed",
		[FAMILY_OPEN] = "open",
		[FAMILY_REPORT] = "report",
		[FAMILY_FIGURES] = "figures",
		[FAMILY_DECLARED] = "declared",
		[FAMILY_FEED] = "feed",
		[FAMILY_HISTORY] = "history",
	};
	/* LINE stands as 0 there */
	int documents = (family >= FAMILY_DOCUMENT && family <= FAMILY_RECEIPT) ||
			family == FAMILY_WORK || family == FAMILY_STATUS;

	*at = -1;
	if (family > 0 && family < FAMILY_COUNT && alone[family] != NULL)
		return alone[family];
	*at = documents ? SERIAL_KEY : 0;
	return documents ? "documents" : "links";
}

/* Bit by bit, by RFC 3720. */
static unsigned crc32c_of(unsigned crc, const unsigned char *bytes, size_t count)
{
	for (size_t i = 0; i < 8 * count; i++)
		crc = crc >> 1 ^ (((crc ^ bytes[i / 8] >> i % 8) & 1) != 0 ? 0x82f63b78u : 0);
	return crc;
}

/* Over version, family, key and what follows the checksum; of a family in a database of its own. */
static void put_checksum(int family, const struct at_key *p, unsigned char *value, size_t bytes)
{
	const unsigned char head[2] = { value[0], (unsigned char)family };
	unsigned crc = crc32c_of(~0u, head, sizeof head);

	crc = crc32c_of(crc, p->bytes, p->len_bytes);
	crc = ~crc32c_of(crc, value + 5, bytes - 5);
	for (unsigned i = 0; i < 4; i++)
		value[1 + i] = (unsigned char)(crc >> (8 * (3 - i)));
}

static int flip(MDB_txn *txn, MDB_dbi dbi, struct at_key *p, int rewritten, int last)
{
	MDB_val key = { .mv_size = p->len_bytes, .mv_data = p->bytes }, old, new;
	unsigned char *copy;
	int code = mdb_get(txn, dbi, &key, &old);

	if (code != 0)
		return code;
	copy = malloc(old.mv_size);
	if (copy == NULL)
		return ENOMEM;
	memcpy(copy, old.mv_data, old.mv_size);
	copy[last ? old.mv_size - 1 : old.mv_size / 2] ^= 1;
	if (rewritten != 0)
		put_checksum(rewritten, p, copy, old.mv_size);
	new = (MDB_val){ .mv_size = old.mv_size, .mv_data = copy };
	code = mdb_put(txn, dbi, &key, &new, 0);
	free(copy);
	for (size_t i = 0; i < p->len_bytes; i++)
		printf("%02x", p->bytes[i]);
	printf("\n");
	return code;
}

/* Where in data.mdb this address of LMDB's map lies; -1: not found. */
static long place_in_file(const void *at)
{
	unsigned long begin, end, address = (unsigned long)at;
	char line[1024];
	long found = -1;
	FILE *maps = fopen("/proc/self/maps", "re");

	while (maps != NULL && found < 0 && fgets(line, sizeof line, maps) != NULL) {
		if (strstr(line, "/data.mdb") != NULL &&
		    sscanf(line, "%lx-%lx", &begin, &end) == 2 && address >= begin && address < end)
			found = (long)(address - begin);
	}
	if (maps != NULL)
		fclose(maps);
	return found;
}

/* Past LMDB: whoever wrote this has no commit. */
static int flip_in_file(const char *store, long at)
{
	char path[1024];
	FILE *f;
	int byte = -1;

	snprintf(path, sizeof path, "%s/data.mdb", store);
	f = fopen(path, "r+e");
	if (f == NULL)
		return 1;
	if (fseek(f, at, SEEK_SET) == 0)
		byte = fgetc(f);
	if (byte < 0 || fseek(f, at, SEEK_SET) != 0 || fputc(byte ^ 1, f) == EOF)
		byte = -1;
	return fclose(f) == 0 && byte >= 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
	static struct at_key found[KEPT];
	const char *where = argc == 5 ? argv[4] : "value";
	int family = argc >= 4 ? (int)strtol(argv[2], NULL, 10) : 0,
	    nth = argc >= 4 ? (int)strtol(argv[3], NULL, 10) : 0, code;
	const struct at_key *chosen;
	long place = -1;
	int at;
	const char *database = database_of(family, &at);
	size_t count = 0;
	MDB_val key, value;
	MDB_cursor *cursor;
	MDB_env *env;
	MDB_txn *txn;
	MDB_dbi dbi;

	if (family == 0 || nth < 0 || nth >= KEPT) {
		fprintf(stderr, "usage: damage STORE-FOLDER FAMILY-NUMBER NTH-FROM-THE-LAST "
				"[value|rewrite|end|bit|head|key|family|page]\n");
		return 2;
	}
	if (mdb_env_create(&env) != 0 || mdb_env_set_maxdbs(env, DATABASES_MAX) != 0 ||
	    mdb_env_set_mapsize(env, map_bytes) != 0 || mdb_env_open(env, argv[1], 0, 0600) != 0 ||
	    mdb_txn_begin(env, NULL, 0, &txn) != 0 || mdb_dbi_open(txn, database, 0, &dbi) != 0 ||
	    mdb_cursor_open(txn, dbi, &cursor) != 0)
		return 1;
	for (code = mdb_cursor_get(cursor, &key, &value, MDB_FIRST); code == 0;
	     code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) {
		if (key.mv_size > sizeof found->bytes ||
		    (at >= 0 &&
		     (key.mv_size <= (size_t)at ||
		      ((unsigned char *)key.mv_data)[at] != (family == FAMILY_LINE ? 0 : family))))
			continue;
		found[count % KEPT].len_bytes = key.mv_size;
		found[count % KEPT].mapped = key.mv_data;
		found[count % KEPT].value = value.mv_data;
		found[count % KEPT].value_bytes = value.mv_size;
		memcpy(found[count++ % KEPT].bytes, key.mv_data, key.mv_size);
	}
	mdb_cursor_close(cursor);
	chosen = &found[(count - 1 - (size_t)nth) % KEPT];
	code = (size_t)nth < count ? 0 : MDB_NOTFOUND;
	if (code == 0 && (strcmp(where, "value") == 0 || strcmp(where, "rewrite") == 0 ||
			  strcmp(where, "end") == 0)) {
		code = flip(txn, dbi, &found[(count - 1 - (size_t)nth) % KEPT],
			    strcmp(where, "value") == 0 ? 0 : family, strcmp(where, "end") == 0);
		if (code == 0)
			code = mdb_txn_commit(txn);
	} else if (code == 0) {
		place = place_in_file(chosen->mapped);
		if (strcmp(where, "bit") == 0)
			place = place_in_file(chosen->value) + (long)chosen->value_bytes / 2;
		else if (strcmp(where, "head") == 0)
			place = place_in_file(chosen->value) + 2;
		else if (strcmp(where, "page") == 0)
			place -= place % sysconf(_SC_PAGESIZE);
		else
			place += strcmp(where, "key") == 0 ? (long)chosen->len_bytes - 1 : at;
		mdb_txn_abort(txn);
	}
	mdb_env_close(env);
	if (code == 0 && place >= 0)
		code = flip_in_file(argv[1], place);
	return code == 0 ? 0 : 1;
}
