/* See book.h.
 *
 * Who guesses a secret learns nothing from how long a look takes: the secrets stand in the order of
 * a digest with a key that this process has drawn, and each look takes the same steps. */
#include "tools/token/book.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>

#include "proto/digest.h"
#include "tools/base/files.h"
#include "tools/token/bucket.h"
#include "tools/token/token.h"

/* File systems take their times from a clock with ticks of 1 to 10 ms: a folder that was changed so
 * recently may change again without its time changing, so it is read again. */
enum { TICK_MARGIN_NS = 100000000 };

struct entry {
	struct token token;
	struct token_bucket bucket;
	int64_t written_ms; /* when its last use was written, by the clock of the wall */
};

/* One way to find an entry. */
struct key {
	struct digest keyed; /* of a secret or a certificate, see keyed_digest */
	uint32_t entry;
};

/* How the folder looked when it was read. */
struct stamp {
	dev_t device;
	ino_t inode;
	int64_t modified_ns, changed_ns;
	bool there;
};

struct token_book {
	pthread_mutex_t lock;
	char folder[PATH_MAX], tokens[PATH_MAX];
	uint32_t rate;
	uint8_t salt[32];
	struct stamp stamp;
	bool settled; /* the stamp says whether the folder has changed */
	struct entry *entries;
	struct key *keys;
	unsigned count, key_count, damaged, left_out;
	void (*warn)(unsigned left_out);
};

struct now token_book_now(void)
{
	struct timespec wall, mono;

	clock_gettime(CLOCK_REALTIME, &wall);
	clock_gettime(CLOCK_MONOTONIC, &mono);
	return (struct now){ .wall_ms = (int64_t)wall.tv_sec * 1000 + wall.tv_nsec / 1000000,
			     .mono_ms = (int64_t)mono.tv_sec * 1000 + mono.tv_nsec / 1000000,
			     .mono_us = (int64_t)mono.tv_sec * 1000000 + mono.tv_nsec / 1000 };
}

static struct digest keyed_digest(const struct token_book *b, const struct digest *d)
{
	uint8_t both[sizeof b->salt + sizeof d->bytes];

	memcpy(both, b->salt, sizeof b->salt);
	memcpy(both + sizeof b->salt, d->bytes, sizeof d->bytes);
	return digest_of((struct blob){ both, sizeof both });
}

/* ---- reading the folder ---- */

static int64_t nanoseconds(struct timespec t)
{
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static enum err look(const struct token_book *b, struct stamp *out)
{
	struct stat st;

	memset(out, 0, sizeof *out);
	if (stat(b->tokens, &st) != 0)
		return errno == ENOENT ? ERR_OK : ERR_FILE;
	out->there = true;
	out->device = st.st_dev;
	out->inode = st.st_ino;
	out->modified_ns = nanoseconds(st.st_mtim);
	out->changed_ns = nanoseconds(st.st_ctim);
	return ERR_OK;
}

static bool same(const struct stamp *a, const struct stamp *b)
{
	return a->there == b->there && a->device == b->device && a->inode == b->inode &&
	       a->modified_ns == b->modified_ns && a->changed_ns == b->changed_ns;
}

/* Would a change after this look show in the folder's time? */
static bool is_settled(const struct stamp *s)
{
	struct timespec now;
	int64_t since;

	if (clock_gettime(CLOCK_REALTIME_COARSE, &now) != 0)
		return false;
	since = nanoseconds(now) - s->changed_ns;
	return !s->there || since > TICK_MARGIN_NS || since < -TICK_MARGIN_NS;
}

/* What is being read, before it takes the place of what there was. */
struct reading {
	struct entry *entries;
	unsigned count, damaged, left_out;
	bool no_memory;
};

/* There is no place left: one that is revoked gives its own up, for without it the answer is that
 * there is no such token. True: the new one is dealt with. */
static bool make_room(struct reading *r, const struct token *t)
{
	for (unsigned i = 0; t->revoked_ms == 0 && i < r->count; i++) {
		if (r->entries[i].token.revoked_ms != 0) {
			r->entries[i] = (struct entry){ .token = *t };
			return true;
		}
	}
	r->left_out += t->revoked_ms == 0;
	return true;
}

static bool read_one(void *of, const struct token *t, enum err e)
{
	struct reading *r = of;
	struct entry *more;

	if (e != ERR_OK) {
		r->damaged++;
		return true;
	}
	if (r->count == TOKEN_BOOK_MAX)
		return make_room(r, t);
	more = realloc(r->entries, (r->count + 1) * sizeof *more);
	r->no_memory = more == NULL;
	if (more == NULL)
		return false;
	r->entries = more;
	r->entries[r->count++] = (struct entry){ .token = *t };
	return true;
}

static struct entry *find_name(struct entry *entries, unsigned count, const char *name)
{
	for (unsigned i = 0; i < count; i++) {
		if (strcmp(entries[i].token.name, name) == 0)
			return &entries[i];
	}
	return NULL;
}

static int by_keyed(const void *a, const void *b)
{
	const struct key *x = a, *y = b;

	return memcmp(x->keyed.bytes, y->keyed.bytes, sizeof x->keyed.bytes);
}

static enum err make_keys(const struct token_book *b, const struct reading *r, struct key **keys,
			  unsigned *count)
{
	*keys = calloc(r->count + 1, sizeof **keys);
	*count = 0;
	if (*keys == NULL)
		return ERR_NO_MEMORY;
	for (unsigned i = 0; i < r->count; i++) {
		const struct token *t = &r->entries[i].token;

		if (!t->has_secret && !t->has_certificate)
			continue;
		(*keys)[(*count)++] =
			(struct key){ keyed_digest(b, t->has_secret ? &t->secret : &t->certificate),
				      i };
	}
	qsort(*keys, *count, sizeof **keys, by_keyed);
	return ERR_OK;
}

static enum err read_folder(struct token_book *b)
{
	struct reading r = { .entries = NULL };
	struct key *keys = NULL;
	unsigned key_count = 0;
	enum err e = token_file_walk(b->folder, read_one, &r);

	if (e == ERR_OK && r.no_memory)
		e = ERR_NO_MEMORY;
	if (e == ERR_OK)
		e = make_keys(b, &r, &keys, &key_count);
	if (e != ERR_OK) {
		free(r.entries);
		return e;
	}
	/* Whoever has used up its rate is not given it anew by a change of another token. */
	for (unsigned i = 0; i < r.count; i++) {
		const struct entry *old = find_name(b->entries, b->count, r.entries[i].token.name);

		if (old != NULL) {
			r.entries[i].bucket = old->bucket;
			r.entries[i].written_ms = old->written_ms;
		}
	}
	free(b->entries);
	free(b->keys);
	b->entries = r.entries;
	b->keys = keys;
	b->count = r.count;
	b->key_count = key_count;
	b->damaged = r.damaged;
	/* `token add` refuses them: somebody has put the files there. */
	if (r.left_out > 0 && r.left_out != b->left_out)
		b->warn(r.left_out);
	b->left_out = r.left_out;
	return ERR_OK;
}

/* Under the lock. A folder that cannot be read lets nobody in. */
static enum err follow(struct token_book *b)
{
	struct stamp now;
	enum err e = look(b, &now);

	if (e != ERR_OK || (b->settled && same(&now, &b->stamp)))
		return e;
	b->settled = false;
	e = read_folder(b);
	if (e == ERR_OK) {
		b->settled = is_settled(&now);
		b->stamp = now;
	}
	return e;
}

static enum err make_folder(const char *gateway_folder, const char *name, char out[PATH_MAX])
{
	if (snprintf(out, PATH_MAX, "%s/%s", gateway_folder, name) >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return ERR_FILE;
	}
	return fs_mkdir(out, true);
}

enum err token_book_open(const char *gateway_folder, uint32_t rate,
			 void (*warn)(unsigned left_out), struct token_book **out)
{
	struct token_book *b = calloc(1, sizeof *b);
	char uses[PATH_MAX];
	enum err e = b == NULL ? ERR_NO_MEMORY : fs_mkdir(gateway_folder, true);

	*out = NULL;
	if (b == NULL)
		return e;
	pthread_mutex_init(&b->lock, NULL);
	b->rate = rate;
	b->warn = warn;
	if (e == ERR_OK && snprintf(b->folder, sizeof b->folder, "%s", gateway_folder) >= PATH_MAX)
		e = ERR_FILE;
	if (e == ERR_OK)
		e = make_folder(gateway_folder, "uses", uses);
	if (e == ERR_OK)
		e = make_folder(gateway_folder, "tokens", b->tokens);
	if (e == ERR_OK && getrandom(b->salt, sizeof b->salt, 0) != sizeof b->salt)
		e = ERR_SYSTEM;
	if (e == ERR_OK)
		e = follow(b);
	if (e != ERR_OK) {
		token_book_close(b);
		return e;
	}
	*out = b;
	return ERR_OK;
}

void token_book_close(struct token_book *b)
{
	if (b == NULL)
		return;
	pthread_mutex_destroy(&b->lock);
	free(b->entries);
	free(b->keys);
	free(b);
}

/* ---- a request ---- */

/* -1, 0 or 1, in the same steps whatever the bytes are. */
static int compare(const struct digest *a, const struct digest *b)
{
	int greater = 0, smaller = 0;

	for (size_t i = 0; i < sizeof a->bytes; i++) {
		int open = 1 - (greater | smaller);

		greater |= open & (a->bytes[i] > b->bytes[i]);
		smaller |= open & (a->bytes[i] < b->bytes[i]);
	}
	return greater - smaller;
}

/* The steps depend on how many keys there are, and on nothing else. */
static struct entry *find_digest(struct token_book *b, const struct digest *d)
{
	struct digest keyed = keyed_digest(b, d);
	unsigned base = 0, left = b->key_count;

	if (left == 0)
		return NULL;
	while (left > 1) {
		unsigned half = left / 2;

		base += (compare(&b->keys[base + half].keyed, &keyed) <= 0) * half;
		left -= half;
	}
	return digest_equal(&b->keys[base].keyed, &keyed) ? &b->entries[b->keys[base].entry] : NULL;
}

static enum err judge(const struct token_book *b, struct entry *entry, struct now now,
		      struct token_rights *rights)
{
	const struct token *t = &entry->token;
	uint32_t rate = t->rate == TOKEN_RATE_DEFAULT ? b->rate : t->rate;

	memcpy(rights->name, t->name, sizeof rights->name);
	if (t->revoked_ms != 0)
		return ERR_TOKEN_REVOKED;
	if (t->expires_ms != 0 && now.wall_ms >= t->expires_ms)
		return ERR_TOKEN_EXPIRED;
	if (!token_bucket_take(&entry->bucket, rate, now.mono_us, &rights->retry_after_s))
		return ERR_TOKEN_RATE;
	rights->scopes = t->scopes;
	rights->committee_count = t->committee_count;
	memcpy(rights->committees, t->committees, sizeof rights->committees);
	return ERR_OK;
}

/* Is its last use to be written now? A clock that was set back does not stop it. */
static bool is_use_due(struct entry *entry, int64_t now_ms)
{
	bool due = now_ms >= entry->written_ms + TOKEN_USES_EVERY_MS || now_ms < entry->written_ms;

	if (due)
		entry->written_ms = now_ms;
	return due;
}

static bool is_in_force(const struct token *t, struct now now)
{
	return t->revoked_ms == 0 && (t->expires_ms == 0 || now.wall_ms < t->expires_ms);
}

/* Several tokens may be of one name in certificates: who was revoked may be let in anew. */
static struct entry *find_subject(struct token_book *b, const char *subject, struct now now)
{
	struct entry *found = NULL;

	for (unsigned i = 0; i < b->count; i++) {
		struct entry *one = &b->entries[i];

		if (one->token.subject[0] == '\0' || strcmp(one->token.subject, subject) != 0)
			continue;
		if (is_in_force(&one->token, now))
			return one;
		found = one;
	}
	return found;
}

/* By the digest of a secret or certificate, or by a name in a certificate. */
static enum err check(struct token_book *b, const struct digest *d, const char *subject,
		      struct now now, struct token_rights *rights)
{
	struct entry *entry = NULL;
	bool use_due = false;
	enum err e;

	pthread_mutex_lock(&b->lock);
	e = follow(b);
	if (e == ERR_OK && d != NULL)
		entry = find_digest(b, d);
	if (e == ERR_OK && entry == NULL && subject != NULL)
		entry = find_subject(b, subject, now);
	if (e == ERR_OK)
		e = entry == NULL ? ERR_TOKEN_UNKNOWN : judge(b, entry, now, rights);
	if (e == ERR_OK)
		use_due = is_use_due(entry, now.wall_ms);
	pthread_mutex_unlock(&b->lock);
	if (use_due)
		token_uses_write(b->folder, rights->name, now.wall_ms);
	return e;
}

enum err token_book_check(struct token_book *b, const char *bearer, struct now now,
			  struct token_rights *rights)
{
	struct digest d;

	memset(rights, 0, sizeof *rights);
	return token_secret_digest(bearer, &d) ? check(b, &d, NULL, now, rights)
					       : ERR_TOKEN_UNKNOWN;
}

enum err token_book_check_certificate(struct token_book *b, const struct digest *der,
				      const char *subject, struct now now,
				      struct token_rights *rights)
{
	memset(rights, 0, sizeof *rights);
	return check(b, der, subject, now, rights);
}

enum err token_book_still(struct token_book *b, const char *name, struct now now)
{
	const struct entry *entry;
	enum err e;

	pthread_mutex_lock(&b->lock);
	e = follow(b);
	entry = e == ERR_OK ? find_name(b->entries, b->count, name) : NULL;
	if (e == ERR_OK && entry == NULL)
		e = ERR_TOKEN_UNKNOWN;
	else if (e == ERR_OK && entry->token.revoked_ms != 0)
		e = ERR_TOKEN_REVOKED;
	else if (e == ERR_OK && entry->token.expires_ms != 0 &&
		 now.wall_ms >= entry->token.expires_ms)
		e = ERR_TOKEN_EXPIRED;
	pthread_mutex_unlock(&b->lock);
	return e;
}

void token_book_count(struct token_book *b, struct token_book_counts *out)
{
	pthread_mutex_lock(&b->lock);
	*out = (struct token_book_counts){ b->count, b->damaged, b->left_out };
	pthread_mutex_unlock(&b->lock);
}
