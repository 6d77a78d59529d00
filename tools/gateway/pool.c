/* See pool.h. */
#include "tools/gateway/pool.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tools/token/token.h"

enum { KINDS = CLIENT_READ + 1, TYPES_OLD_MS = 10000 };

struct entry {
	struct pool_place place; /* first: a place is its entry */
	enum client_socket_kind kind;
	bool hides; /* secret documents, since its last request: one that does stays so */
	char who[TOKEN_NAME_MAX + 1]; /* it is lent to */
	struct entry *next;
};

struct pool {
	const struct config *config;
	unsigned most, wait_s;
	int timeout_ms;
	pthread_mutex_t lock;
	pthread_cond_t given;
	struct entry *idle[KINDS], *lent;
	unsigned count[KINDS]; /* idle and lent */
};

struct pool *pool_new(const struct config *config, unsigned most, unsigned wait_s, int timeout_ms)
{
	struct pool *p = calloc(1, sizeof *p);
	pthread_condattr_t attr;

	if (p == NULL)
		return NULL;
	p->config = config;
	p->most = most;
	p->wait_s = wait_s;
	p->timeout_ms = timeout_ms;
	pthread_mutex_init(&p->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&p->given, &attr);
	pthread_condattr_destroy(&attr);
	return p;
}

static void free_entry(struct entry *e)
{
	client_types_free(e->place.types);
	client_close(e->place.client);
	free(e);
}

void pool_free(struct pool *p)
{
	if (p == NULL)
		return;
	for (unsigned k = 0; k < KINDS; k++) {
		while (p->idle[k] != NULL) {
			struct entry *e = p->idle[k];

			p->idle[k] = e->next;
			free_entry(e);
		}
	}
	pthread_cond_destroy(&p->given);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

/* Has somebody so many that the last quarter is others'? Nobody by name never has. */
static bool has_enough(const struct pool *p, enum client_socket_kind kind,
		       const struct token_rights *who)
{
	unsigned held = 0;

	for (const struct entry *e = p->lent; e != NULL && who != NULL; e = e->next)
		held += e->kind == kind && strcmp(e->who, who->name) == 0;
	return held >= p->most - p->most / 4;
}

static void lend(struct pool *p, struct entry *e, const struct token_rights *who)
{
	snprintf(e->who, sizeof e->who, "%s", who == NULL ? "" : who->name);
	e->hides = token_hides_secret(who);
	e->next = p->lent;
	p->lent = e;
}

static void unlink_lent(struct pool *p, const struct entry *e)
{
	for (struct entry **at = &p->lent; *at != NULL; at = &(*at)->next) {
		if (*at == e) {
			*at = e->next;
			break;
		}
	}
}

static bool may_take(const struct pool *p, enum client_socket_kind kind,
		     const struct token_rights *who)
{
	return (p->idle[kind] != NULL || p->count[kind] < p->most) && !has_enough(p, kind, who);
}

/* An idle one, first of those that need no new connection; NULL: none is. */
static struct entry *unlink_idle(struct pool *p, enum client_socket_kind kind, bool hides)
{
	struct entry **found = &p->idle[kind], *e;

	for (struct entry **at = found; *at != NULL; at = &(*at)->next) {
		if ((*at)->hides == hides) {
			found = at;
			break;
		}
	}
	e = *found;
	if (e != NULL)
		*found = e->next;
	return e;
}

static struct entry *entry_new(struct pool *p, enum client_socket_kind kind)
{
	struct entry *e = calloc(1, sizeof *e);

	if (e == NULL)
		return NULL;
	e->kind = kind;
	p->count[kind]++;
	return e;
}

/* An idle one, or one that has no client yet. It is lent from here on, so that whoever is slow to
 * connect has its share as well. ERR_BUSY: neither, in time. */
static enum err take_entry(struct pool *p, enum client_socket_kind kind,
			   const struct token_rights *who, struct entry **out)
{
	struct timespec until;
	enum err e = ERR_BUSY;
	int waited = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += p->wait_s;
	pthread_mutex_lock(&p->lock);
	while (!may_take(p, kind, who) && waited == 0)
		waited = pthread_cond_timedwait(&p->given, &p->lock, &until);
	if (may_take(p, kind, who)) {
		*out = unlink_idle(p, kind, token_hides_secret(who));
		if (*out == NULL)
			*out = entry_new(p, kind);
		e = *out == NULL ? ERR_NO_MEMORY : ERR_OK;
	}
	if (e == ERR_OK)
		lend(p, *out, who);
	pthread_mutex_unlock(&p->lock);
	return e;
}

static void forget(struct pool *p, struct entry *e)
{
	pthread_mutex_lock(&p->lock);
	unlink_lent(p, e);
	p->count[e->kind]--;
	pthread_cond_broadcast(&p->given);
	pthread_mutex_unlock(&p->lock);
	free(e);
}

enum err pool_take(struct pool *p, enum client_socket_kind kind, const struct token_rights *who,
		   struct pool_place **out)
{
	struct entry *entry = NULL;
	enum err e = take_entry(p, kind, who, &entry);

	*out = NULL;
	if (e == ERR_OK && entry->place.client == NULL) {
		e = client_connect(p->config, kind, p->timeout_ms, &entry->place.client);
		if (e != ERR_OK)
			forget(p, entry);
	}
	if (e != ERR_OK)
		return e;
	client_hide_secret(entry->place.client, entry->hides);
	*out = &entry->place;
	return ERR_OK;
}

void pool_give(struct pool *p, struct pool_place *place)
{
	struct entry *entry = (struct entry *)(void *)place;

	pthread_mutex_lock(&p->lock);
	unlink_lent(p, entry);
	entry->next = p->idle[entry->kind];
	p->idle[entry->kind] = entry;
	pthread_cond_broadcast(&p->given);
	pthread_mutex_unlock(&p->lock);
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

enum err pool_types(struct pool_place *place, const struct doctype_table **out,
		    struct client_fault *fault)
{
	struct client_types *types;
	enum err e;

	if (place->types == NULL || now_ms() - place->types_at_ms > TYPES_OLD_MS) {
		e = client_types_new(&types);
		if (e == ERR_OK)
			e = client_types_ask(place->client, types, fault);
		if (e != ERR_OK) {
			client_types_free(types);
			fault->err = e;
			return e;
		}
		client_types_free(place->types);
		place->types = types;
		place->types_at_ms = now_ms();
	}
	*out = client_types_table(place->types);
	return ERR_OK;
}
