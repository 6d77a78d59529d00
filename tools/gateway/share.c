/* See share.h. The list has those alone that have a request under way: never more than there are
 * connections. */
#include "tools/gateway/share.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/token/token.h"

struct holder {
	char token[TOKEN_NAME_MAX + 1];
	unsigned count;
	struct holder *next;
};

struct share {
	pthread_mutex_t lock;
	struct holder *first;
};

struct share *share_new(void)
{
	struct share *s = calloc(1, sizeof *s);

	if (s != NULL)
		pthread_mutex_init(&s->lock, NULL);
	return s;
}

void share_free(struct share *s)
{
	if (s == NULL)
		return;
	while (s->first != NULL) {
		struct holder *h = s->first;

		s->first = h->next;
		free(h);
	}
	pthread_mutex_destroy(&s->lock);
	free(s);
}

/* Where this token's place is, or the end. */
static struct holder **find(struct share *s, const char *token)
{
	struct holder **at = &s->first;

	while (*at != NULL && strcmp((*at)->token, token) != 0)
		at = &(*at)->next;
	return at;
}

bool share_take(struct share *s, const char *token)
{
	struct holder **at;
	bool may;

	pthread_mutex_lock(&s->lock);
	at = find(s, token);
	if (*at == NULL) {
		*at = calloc(1, sizeof **at);
		if (*at != NULL)
			snprintf((*at)->token, sizeof(*at)->token, "%s", token);
	}
	may = *at != NULL && (*at)->count < SHARE_MOST;
	if (may)
		(*at)->count++;
	pthread_mutex_unlock(&s->lock);
	return may;
}

void share_give(struct share *s, const char *token)
{
	struct holder **at, *gone;

	pthread_mutex_lock(&s->lock);
	at = find(s, token);
	gone = *at;
	if (gone != NULL && --gone->count == 0) {
		*at = gone->next;
		free(gone);
	}
	pthread_mutex_unlock(&s->lock);
}
