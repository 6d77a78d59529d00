/* See sessions.h. */
#include "tools/gateway/sessions.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/digest.h"
#include "tools/base/secret.h"

struct entry {
	struct digest id;
	char proof[SESSION_SECRET_SIZE];
	char account[ACCOUNT_NAME_MAX + 1]; /* "": free */
	int64_t account_changed_ms; /* of its password, when it began */
	int64_t began_ms, used_ms;
};

struct step {
	char account[ACCOUNT_NAME_MAX + 1];
	uint64_t used;
};

struct sessions {
	const char *gateway_folder;
	pthread_mutex_t lock;
	struct entry all[SESSIONS_MAX];
	struct step steps[ACCOUNTS_MAX];
};

struct sessions *sessions_new(const char *gateway_folder)
{
	struct sessions *s = calloc(1, sizeof *s);

	if (s == NULL)
		return NULL;
	s->gateway_folder = gateway_folder;
	pthread_mutex_init(&s->lock, NULL);
	return s;
}

void sessions_free(struct sessions *s)
{
	if (s == NULL)
		return;
	pthread_mutex_destroy(&s->lock);
	explicit_bzero(s, sizeof *s);
	free(s);
}

/* ---- under the lock ---- */

static bool is_over(const struct entry *e, int64_t now_ms)
{
	return now_ms - e->used_ms >= SESSION_IDLE_MS || now_ms - e->began_ms >= SESSION_MOST_MS ||
	       now_ms < e->began_ms - SESSION_IDLE_MS; /* the clock was put back */
}

static void clear(struct entry *e)
{
	explicit_bzero(e, sizeof *e);
}

static void sweep(struct sessions *s, int64_t now_ms)
{
	for (unsigned i = 0; i < SESSIONS_MAX; i++) {
		if (s->all[i].account[0] != '\0' && is_over(&s->all[i], now_ms))
			clear(&s->all[i]);
	}
}

/* Ends the one that is longest unused of an account that has SESSIONS_OF_ONE_MAX. */
static void make_room(struct sessions *s, const char *account)
{
	struct entry *oldest = NULL;
	unsigned count = 0;

	for (unsigned i = 0; i < SESSIONS_MAX; i++) {
		struct entry *e = &s->all[i];

		if (strcmp(e->account, account) != 0)
			continue;
		count++;
		if (oldest == NULL || e->used_ms < oldest->used_ms)
			oldest = e;
	}
	if (count >= SESSIONS_OF_ONE_MAX)
		clear(oldest);
}

static struct entry *find_free(struct sessions *s)
{
	for (unsigned i = 0; i < SESSIONS_MAX; i++) {
		if (s->all[i].account[0] == '\0')
			return &s->all[i];
	}
	return NULL;
}

static struct entry *find(struct sessions *s, const struct digest *id)
{
	for (unsigned i = 0; i < SESSIONS_MAX; i++) {
		if (s->all[i].account[0] != '\0' && digest_equal(&s->all[i].id, id))
			return &s->all[i];
	}
	return NULL;
}

/* ---- begin ---- */

static struct digest id_of(const char *secret)
{
	return digest_of((struct blob){ (const uint8_t *)secret, strlen(secret) });
}

enum err sessions_begin(struct sessions *s, const char *account, int64_t now_ms,
			struct session_secrets *out)
{
	struct account a;
	struct entry *e;
	enum err err = account_file_read(s->gateway_folder, account, &a);

	if (err == ERR_OK)
		err = secret_new(out->secret);
	if (err == ERR_OK)
		err = secret_new(out->proof);
	if (err != ERR_OK)
		return err;
	pthread_mutex_lock(&s->lock);
	sweep(s, now_ms);
	make_room(s, account);
	e = find_free(s);
	if (e != NULL) {
		e->id = id_of(out->secret);
		memcpy(e->proof, out->proof, sizeof e->proof);
		memcpy(e->account, a.name, sizeof e->account);
		e->account_changed_ms = a.changed_ms;
		e->began_ms = e->used_ms = now_ms;
	}
	pthread_mutex_unlock(&s->lock);
	explicit_bzero(&a, sizeof a);
	return e == NULL ? ERR_BUSY : ERR_OK;
}

/* ---- find ---- */

/* A copy of a session that holds; ERR_SESSION. */
static enum err look(struct sessions *s, const struct digest *id, int64_t now_ms, bool use,
		     struct entry *out)
{
	struct entry *e;

	pthread_mutex_lock(&s->lock);
	e = find(s, id);
	if (e != NULL && is_over(e, now_ms)) {
		clear(e);
		e = NULL;
	}
	if (e != NULL && use && now_ms > e->used_ms)
		e->used_ms = now_ms;
	if (e != NULL)
		*out = *e;
	pthread_mutex_unlock(&s->lock);
	return e == NULL ? ERR_SESSION : ERR_OK;
}

/* Reads its account, and ends it where that does not hold any more. */
static enum err check_account(struct sessions *s, const struct entry *e, struct account *out)
{
	enum err err = account_file_read(s->gateway_folder, e->account, out);

	explicit_bzero(out->password, sizeof out->password);
	explicit_bzero(out->totp, sizeof out->totp);
	if (err == ERR_FILE || err == ERR_NO_MEMORY)
		return err;
	if (err == ERR_OK && out->disabled_ms == 0 && out->changed_ms == e->account_changed_ms)
		return ERR_OK;
	sessions_end(s, &e->id);
	return ERR_SESSION;
}

enum err sessions_find(struct sessions *s, const char *secret, int64_t now_ms, bool only_look,
		       struct session *out)
{
	struct entry e;
	enum err err;

	memset(out, 0, sizeof *out);
	if (secret == NULL || strlen(secret) != SESSION_SECRET_SIZE - 1)
		return ERR_SESSION;
	out->id = id_of(secret);
	err = look(s, &out->id, now_ms, !only_look, &e);
	if (err == ERR_OK)
		err = check_account(s, &e, &out->account);
	if (err != ERR_OK)
		return err;
	memcpy(out->proof, e.proof, sizeof out->proof);
	out->ends_ms = e.began_ms + SESSION_MOST_MS;
	out->idle_ms = e.used_ms + SESSION_IDLE_MS;
	return ERR_OK;
}

enum err sessions_still(struct sessions *s, const struct digest *id, int64_t now_ms)
{
	struct account a;
	struct entry e;
	enum err err = look(s, id, now_ms, false, &e);

	return err == ERR_OK ? check_account(s, &e, &a) : err;
}

/* ---- end ---- */

void sessions_end(struct sessions *s, const struct digest *id)
{
	struct entry *e;

	pthread_mutex_lock(&s->lock);
	e = find(s, id);
	if (e != NULL)
		clear(e);
	pthread_mutex_unlock(&s->lock);
}

void sessions_end_others(struct sessions *s, const char *account, const struct digest *but)
{
	pthread_mutex_lock(&s->lock);
	for (unsigned i = 0; i < SESSIONS_MAX; i++) {
		struct entry *e = &s->all[i];

		if (strcmp(e->account, account) == 0 &&
		    (but == NULL || !digest_equal(&e->id, but)))
			clear(e);
	}
	pthread_mutex_unlock(&s->lock);
}

unsigned sessions_count(struct sessions *s, int64_t now_ms)
{
	unsigned count = 0;

	pthread_mutex_lock(&s->lock);
	sweep(s, now_ms);
	for (unsigned i = 0; i < SESSIONS_MAX; i++)
		count += s->all[i].account[0] != '\0';
	pthread_mutex_unlock(&s->lock);
	return count;
}

struct token_rights session_rights(const struct session *s)
{
	struct token_rights r = { .scopes = s->account.must_change
						    ? 0
						    : account_scopes(s->account.roles) };

	snprintf(r.name, sizeof r.name, "@%s", s->account.name);
	return r;
}

/* ---- the second factor ---- */

/* Under the lock. Where there are more accounts than rows, the first row goes: a code of it could
 * be used twice within a minute and a half. */
static struct step *step_of(struct sessions *s, const char *account)
{
	for (unsigned i = 0; i < ACCOUNTS_MAX; i++) {
		if (s->steps[i].account[0] == '\0')
			snprintf(s->steps[i].account, sizeof s->steps[i].account, "%s", account);
		if (strcmp(s->steps[i].account, account) == 0)
			return &s->steps[i];
	}
	s->steps[0].used = 0;
	snprintf(s->steps[0].account, sizeof s->steps[0].account, "%s", account);
	return &s->steps[0];
}

uint64_t sessions_step(struct sessions *s, const char *account)
{
	uint64_t used;

	pthread_mutex_lock(&s->lock);
	used = step_of(s, account)->used;
	pthread_mutex_unlock(&s->lock);
	return used;
}

bool sessions_take_step(struct sessions *s, const char *account, uint64_t step)
{
	struct step *t;
	bool mine;

	pthread_mutex_lock(&s->lock);
	t = step_of(s, account);
	mine = step > t->used;
	if (mine)
		t->used = step;
	pthread_mutex_unlock(&s->lock);
	return mine;
}
