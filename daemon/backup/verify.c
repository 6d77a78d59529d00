/* Is a backup what its manifest says? See verify.h. */
#include "daemon/backup/verify.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "routing/base/arena.h"
#include "routing/state/record.h"

enum { RECORD_ARENA_BYTES = 16 << 20, WHAT_SIZE = 64 + 2 * KEY_MAX_BYTES };

void backup_verify_fault(struct backup_check *c, enum backup_fault kind, const char *what)
{
	c->faults++;
	if (c->fault != NULL)
		c->fault(c->ctx, kind, what);
}

static const struct backup_watch *watch_of(const struct backup_check *c)
{
	return c->watch.copied == NULL ? NULL : &c->watch;
}

/* ---- records ---- */

/* What an operator has accepted as lost lies there as it did when it was copied. */
static bool is_accepted(struct lookup l, struct arena *a, enum family f, const struct key *key)
{
	struct key accepted;
	struct record r;
	enum err e = key_accepted(f, key, &accepted)
			     ? l.get(l.ctx, a, FAMILY_ACCEPTED, &accepted, &r)
			     : ERR_NOT_FOUND;

	return e == ERR_OK || e == ERR_DAMAGED;
}

static void damaged_record(struct backup_check *c, enum family f, const struct key *key)
{
	char what[WHAT_SIZE];
	int n = snprintf(what, sizeof what, "%s ", family_name(f));

	for (unsigned i = 0; i < key->len_bytes; i++)
		n += snprintf(what + n, sizeof what - (size_t)n, "%02x", key->bytes[i]);
	backup_verify_fault(c, BACKUP_FAULT_RECORD, what);
}

static enum err walk_family(struct backup_check *c, struct lookup l, enum family f, struct arena *a)
{
	struct scan scan = scan_of((struct key){ .len_bytes = 0 });
	struct record r;
	enum err e;

	scan.report_damage = true;
	do {
		arena_reset(a);
		e = l.next(l.ctx, a, f, &scan, &r);
		c->records += e == ERR_OK;
		if (e == ERR_DAMAGED && is_accepted(l, a, f, &scan.at))
			c->records++; /* one more that is there */
		else if (e == ERR_DAMAGED)
			damaged_record(c, f, &scan.at);
	} while (e == ERR_OK || e == ERR_DAMAGED);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* A page that a disk has spoilt may lead a walk past records without a word. */
static void compare_count(struct backup_check *c, struct store *copy, uint64_t damaged)
{
	char what[WHAT_SIZE];
	struct store_figures f;

	copy->ops->figures(copy, &f);
	if (c->records + damaged == f.entries)
		return;
	snprintf(what, sizeof what, "%llu of %llu", (unsigned long long)(c->records + damaged),
		 (unsigned long long)f.entries);
	backup_verify_fault(c, BACKUP_FAULT_HIDDEN, what);
}

/* Both ascend: what records name is in the manifest. */
static enum err compare(struct backup_place *p, const char *name, struct backup_check *c,
			struct lookup l, struct arena *a)
{
	struct scan scan = scan_of((struct key){ .len_bytes = 0 });
	struct backup_content listed = { .bytes = 0 };
	struct backup_manifest m;
	struct backup_reader *reader;
	enum err e = backup_reader_open(p, name, &m, &reader);

	if (e == ERR_OK)
		e = backup_reader_next(reader, &listed);
	while (e == ERR_OK || e == ERR_NOT_FOUND) {
		char hex[DIGEST_HEX_SIZE];
		struct digest sha256;
		struct record r;
		struct serial serial;
		enum role role;

		arena_reset(a);
		if (l.next(l.ctx, a, FAMILY_FILE, &scan, &r) != ERR_OK)
			break;
		if (!key_parse_file(&scan.at, &sha256, &role, &serial))
			continue;
		while (e == ERR_OK && memcmp(&listed.sha256, &sha256, sizeof sha256) < 0)
			e = backup_reader_next(reader, &listed);
		if (e == ERR_OK && digest_equal(&listed.sha256, &sha256))
			continue;
		digest_to_hex(&sha256, hex);
		backup_verify_fault(c, BACKUP_FAULT_UNLISTED, hex);
	}
	backup_reader_close(reader);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err read_records(struct backup_place *p, const char *name, struct backup_check *c)
{
	char path[BACKUP_PATH_MAX + 64];
	struct arena *a = arena_new(RECORD_ARENA_BYTES);
	uint64_t faults = c->faults;
	struct store *copy = NULL;
	struct lookup l;
	enum err e;

	backup_path_at(p, name, BACKUP_STORE_FILE, path, sizeof path);
	e = a == NULL ? ERR_NO_MEMORY : c->open_copy(path, &copy);
	if (e == ERR_DAMAGED) {
		backup_verify_fault(c, BACKUP_FAULT_STORE, BACKUP_STORE_FILE);
		e = ERR_OK;
	} else if (e == ERR_OK) {
		l = copy->ops->lookup(copy);
		for (int f = FAMILY_META; e == ERR_OK && f < FAMILY_COUNT; f++)
			e = walk_family(c, l, (enum family)f, a);
		if (e == ERR_OK)
			compare_count(c, copy, c->faults - faults);
		if (e == ERR_OK)
			e = compare(p, name, c, l, a);
		copy->ops->close(copy);
	}
	arena_destroy(a);
	return e;
}

/* ---- data.mdb ---- */

static enum err read_store(struct backup_place *p, const char *name, struct backup_check *c,
			   bool *good)
{
	struct backup_content got;
	int fd = backup_open_at(p, name, BACKUP_STORE_FILE, O_RDONLY);
	enum err e;

	*good = false;
	if (fd < 0 && errno != ENOENT)
		return backup_errno(p, BACKUP_STORE_FILE);
	e = fd < 0 ? ERR_DIGEST : backup_copy(fd, -1, watch_of(c), &got);
	if (fd >= 0)
		close(fd);
	*good = e == ERR_OK && got.bytes == c->manifest.store_bytes &&
		digest_equal(&got.sha256, &c->manifest.store);
	if (!*good && (e == ERR_OK || e == ERR_DIGEST)) {
		backup_verify_fault(c, BACKUP_FAULT_STORE, BACKUP_STORE_FILE);
		return ERR_OK;
	}
	return e;
}

static enum err verify_store(struct backup_place *p, const char *name, struct backup_check *c)
{
	enum err e = backup_manifest_check(p, name, &c->manifest);
	bool good;

	if (e == ERR_BACKUP_DAMAGED) {
		backup_verify_fault(c, BACKUP_FAULT_MANIFEST, BACKUP_MANIFEST);
		return e;
	}
	if (e == ERR_OK && strcmp(c->manifest.committee.text, p->committee.text) != 0)
		return backup_fails(p, ERR_BACKUP_COMMITTEE, c->manifest.committee.text);
	if (e == ERR_OK)
		e = read_store(p, name, c, &good);
	return e == ERR_OK && good ? read_records(p, name, c) : e;
}

static enum err found(struct backup_place *p, const char *name, const struct backup_check *c,
		      enum err e)
{
	return e == ERR_OK && c->faults > 0 ? backup_fails(p, ERR_BACKUP_DAMAGED, name) : e;
}

enum err backup_verify_store(struct backup_place *p, const char *name, struct backup_check *c)
{
	return found(p, name, c, verify_store(p, name, c));
}

/* ---- contents ---- */

static enum err verify_content(struct backup_place *p, struct backup_check *c,
			       const struct backup_content *wanted)
{
	char hex[DIGEST_HEX_SIZE];
	struct backup_content got;
	int fd = backup_content_open(p, &wanted->sha256);
	enum err e = ERR_OK;

	digest_to_hex(&wanted->sha256, hex);
	if (fd < 0) {
		backup_verify_fault(c, BACKUP_FAULT_ABSENT, hex);
		return ERR_OK;
	}
	e = backup_copy(fd, -1, watch_of(c), &got);
	close(fd);
	if (e == ERR_OK && got.bytes == wanted->bytes && digest_equal(&got.sha256, &wanted->sha256))
		return ERR_OK;
	if (e != ERR_OK && e != ERR_DIGEST)
		return e;
	backup_verify_fault(c, BACKUP_FAULT_CONTENT, hex);
	return ERR_OK;
}

enum err backup_verify(struct backup_place *p, const char *name, struct backup_check *c)
{
	struct backup_reader *r = NULL;
	struct backup_manifest m;
	struct backup_content wanted;
	enum err e = verify_store(p, name, c);

	if (e == ERR_OK)
		e = backup_reader_open(p, name, &m, &r);
	while (e == ERR_OK && (e = backup_reader_next(r, &wanted)) == ERR_OK) {
		if (!wanted.missing)
			e = verify_content(p, c, &wanted);
	}
	backup_reader_close(r);
	return found(p, name, c, e == ERR_NOT_FOUND ? ERR_OK : e);
}
