/* Whom a document is for: groups as the committees that they stand for, under the document's
 * directory. */
#ifndef VANTHU_DAEMON_CONTROL_RECIPIENTS_H
#define VANTHU_DAEMON_CONTROL_RECIPIENTS_H

#include "proto/control.pb-c.h"
#include "routing/base/err.h"
#include "routing/base/types.h"

struct arena;
struct client;
struct member_cache;
struct member_filter;
struct rec_document;
struct recipient_list;

enum { CONTROL_RECIPIENTS_MAX = 10000 };

/* All committees that a document is for (routing/documents/recipients.h), in the request's arena.
 * ERR_TOO_LARGE past CONTROL_RECIPIENTS_MAX. */
must_use enum err control_recipients(struct client *c, const struct rec_document *d,
				     struct recipient_list *out);
/* The members as names, which may lie in the cache (NULL: none) and live as long. */
must_use enum err control_members(struct client *c, const struct rec_document *d,
				  struct member_cache *cache, char ***names, size_t *count);
struct member_cache *control_member_cache(void);	/* NULL without memory, which is fine */
void control_member_cache_drop(struct member_cache *m); /* NULL is fine */

/* The line's number of recipients where it is not known yet, and with `names` its recipients by
 * name. */
must_use enum err control_fill_recipients(struct client *c, const struct rec_document *d,
					  bool names, struct member_cache *cache,
					  Vanthu__V1__DocumentLine *line);
/* Is a committee among them, by name or as a member of a group under the document's directory? Does
 * not make the whole group. */
must_use enum err control_member_filter(struct client *c, struct member_filter *f,
					const struct rec_document *d, struct committee_id id,
					bool *yes);
/* NULL without memory: then each question fails with that */
struct member_filter *control_member_filter_new(void);
void control_member_filter_drop(struct member_filter *f); /* NULL is fine */

/* As the document names them: ids, and words for groups. In the arena; texts of static life or the
 * document's. */
char **control_recipient_words(struct arena *a, const struct rec_document *d, size_t *count);

#endif
