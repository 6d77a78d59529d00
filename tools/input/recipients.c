/* See recipients.h. */
#include "tools/input/recipients.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "routing/base/limits.h"
#include "tools/base/text.h"
#include "tools/cli/cli.h"
#include "tools/output/output.h"

/* ---- words to recipients ---- */

static const struct {
	/* folded, blanks for hyphens; the Vietnamese ones are no ids, so they can never hide a
	 * committee */
	const char *word;
	const char *group; /* as the protocol and JSON call it */
} groups[] = {
	{ "superior", "superior" },
	{ "subordinates", "subordinates" },
	{ "subtree", "subtree" },
	{ "all", "subtree" },
	{ "cap tren", "superior" },
	{ "cap duoi", "subordinates" },
	{ "cap duoi truc tiep", "subordinates" },
	{ "toan bo cap duoi", "subtree" },
	{ "tat ca cap duoi", "subtree" },
};

static bool could_be_id(const char *word)
{
	return word[strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
}

/* NULL: no group. "cap-duoi" in ASCII could be somebody's id, so only reserved ids and what cannot
 * be one are groups. */
static const char *group_of(const char *word)
{
	char *folded = text_fold(word);
	const char *found = NULL;

	for (char *p = folded; p != NULL && *p != '\0'; p++) {
		if (*p == '-')
			*p = ' ';
	}
	for (size_t i = 0; folded != NULL && found == NULL && i < sizeof groups / sizeof groups[0];
	     i++) {
		if (strcmp(groups[i].word, folded) == 0 &&
		    (strchr(folded, ' ') == NULL || !could_be_id(word)))
			found = groups[i].group;
	}
	free(folded);
	return found;
}

/* The next word of a list that is cut up; NULL at its end. */
static char *next_word(char **rest)
{
	char *word, *end;

	do {
		word = strsep(rest, ",");
		if (word == NULL)
			return NULL;
		word += strspn(word, " ");
		end = word + strlen(word);
		while (end > word && end[-1] == ' ')
			*--end = '\0';
	} while (*word == '\0');
	return word;
}

/* The name of a distribution list behind its @; NULL: it is none. */
static const char *list_of(const char *word)
{
	return word[0] == '@' && word[1] != '\0' ? word + 1 : NULL;
}

bool recipients_named(const char *to)
{
	return to[strspn(to, ", ")] != '\0';
}

enum err recipients_read(struct arena *a, const char *to, struct submission *m)
{
	char *rest = (char *)(uintptr_t)arena_text(a, to, strlen(to)), *word;
	struct submission_recipient *each = arena_array(a, SUBMISSION_RECIPIENTS_MAX, sizeof *each);

	if (rest == NULL || each == NULL)
		return ERR_NO_MEMORY;
	m->recipients = each;
	m->recipient_count = 0;
	while ((word = next_word(&rest)) != NULL) {
		struct submission_recipient *r = &each[m->recipient_count];
		const char *group = group_of(word);

		if (m->recipient_count == SUBMISSION_RECIPIENTS_MAX)
			return ERR_TOO_MANY_RECIPIENTS;
		*r = (struct submission_recipient){ .list = list_of(word) };
		m->recipient_count++;
		if (r->list != NULL)
			continue;
		if (group == NULL)
			r->committee = word;
		else if (strcmp(group, "superior") == 0)
			r->superior = true;
		else
			r->group = strcmp(group, "subtree") == 0
				       ? VANTHU__V1__GROUP__GROUP_SUBTREE
				       : VANTHU__V1__GROUP__GROUP_SUBORDINATES;
	}
	return m->recipient_count == 0 ? ERR_NO_RECIPIENT : ERR_OK;
}

/* ---- names ---- */

enum { NAMED_MAX = 64, NAMESAKES_MAX = 8, IDS_LOOKED_UP = 8 };

/* A word that may be somebody's name. */
struct named {
	const char *word;
	char *folded;
	char id[COMMITTEE_ID_MAX + 1];
	unsigned count; /* of those called so */
	bool exact;	/* the one in id is called so letter for letter */
	char all[512];	/* the first of them, for people */
};

static enum err each_committee(struct call *c, const char *id,
			       void (*look)(void *, const Vanthu__V1__Committee *), void *ctx)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__CommitteeQuery query = VANTHU__V1__COMMITTEE_QUERY__INIT;
	Vanthu__V1__Reply *reply;
	enum err e;

	query.id = (char *)(uintptr_t)id;
	request.what_case = VANTHU__V1__REQUEST__WHAT_COMMITTEES;
	request.committees = &query;
	e = call_send(c, &request);
	while (e == ERR_OK && (e = call_next(c, &reply)) == ERR_OK &&
	       reply->what_case == VANTHU__V1__REPLY__WHAT_COMMITTEE)
		look(ctx, reply->committee);
	if (e != ERR_OK)
		return call_fail(c, e, NULL);
	return ERR_OK; /* no such committee is an answer too */
}

static void note_known(void *ctx, const Vanthu__V1__Committee *c)
{
	(void)c;
	*(bool *)ctx = true;
}
struct name_search {
	struct named *words;
	unsigned count;
};

/* Who has ended is meant only where nobody else is. */
static void note_name(void *ctx, const Vanthu__V1__Committee *c)
{
	struct name_search *s = ctx;
	char *folded = text_fold(c->name);

	for (unsigned i = 0; folded != NULL && i < s->count; i++) {
		struct named *n = &s->words[i];
		bool exact = strcmp(n->word, c->name) == 0;

		if ((strcmp(folded, n->folded) != 0 && strcmp(c->id, n->folded) != 0) ||
		    (n->exact && !exact) || (c->retired && n->count > 0))
			continue;
		if (exact && !n->exact) {
			n->count = 0;
			n->all[0] = '\0';
		}
		n->exact = exact;
		snprintf(n->id, sizeof n->id, "%s", c->id);
		if (n->count++ < NAMESAKES_MAX)
			snprintf(n->all + strlen(n->all), sizeof n->all - strlen(n->all), "%s%s",
				 n->all[0] == '\0' ? "" : ", ", c->id);
	}
	free(folded);
}

static enum err report_several(struct call *c, const struct named *n)
{
	char message[1024];

	snprintf(message, sizeof message, _("%.200s is the name of %u committees: %s"), n->word,
		 n->count, n->all);
	cli_fail_text(call_cli(c), ERR_SEVERAL_NAMED, message, _(err_fix(ERR_SEVERAL_NAMED)));
	return ERR_SEVERAL_NAMED;
}

/* The words that are no ids that the daemon knows. Of a long list of what looks like ids each is
 * taken for one. */
static enum err pick_names(struct call *c, char *words, bool list, bool doubt,
			   struct name_search *out)
{
	unsigned looked_up = 0;
	char *word;
	enum err e = ERR_OK;

	while (e == ERR_OK && out->count < NAMED_MAX &&
	       (word = list ? next_word(&words) : words) != NULL) {
		bool known = (list && (group_of(word) != NULL || list_of(word) != NULL)) ||
			     *word == '\0';

		if (!known && could_be_id(word) && strlen(word) <= COMMITTEE_ID_MAX) {
			if (doubt && looked_up++ < IDS_LOOKED_UP)
				e = each_committee(c, word, note_known, &known);
			else
				known = true;
		}
		if (!known && e == ERR_OK) {
			out->words[out->count] =
			    (struct named){ .word = word, .folded = text_fold(word) };
			out->count += out->words[out->count].folded != NULL;
		}
		if (!list)
			break;
	}
	return e;
}

static const char *meant(const struct named *names, unsigned count, const char *word)
{
	for (unsigned i = 0; i < count; i++) {
		if (strcmp(names[i].word, word) == 0 && names[i].count == 1)
			return names[i].id;
	}
	return word;
}

/* The words again, with ids where names stood. */
static char *put_together(const char *given, bool list, const struct named *names, unsigned count)
{
	size_t size = strlen(given) + (size_t)count * (COMMITTEE_ID_MAX + 1) + 2;
	char *copy = strdup(given), *rest = copy, *out = calloc(1, size), *word;

	while (copy != NULL && out != NULL && (word = list ? next_word(&rest) : rest) != NULL) {
		snprintf(out + strlen(out), size - strlen(out), "%s%s", out[0] == '\0' ? "" : ",",
			 meant(names, count, word));
		if (!list)
			break;
	}
	free(copy);
	return out;
}

enum err recipients_resolve(struct call *c, const char *given, bool list, bool doubt, char **out)
{
	struct named *names = calloc(NAMED_MAX, sizeof *names);
	struct name_search search = { .words = names };
	char *words = text_nfc(given), *nfc = text_nfc(given);
	enum err e = names == NULL || words == NULL || nfc == NULL
			 ? ERR_NO_MEMORY
			 : pick_names(c, words, list, doubt, &search);

	*out = NULL;
	if (e == ERR_OK && search.count > 0)
		e = each_committee(c, "", note_name, &search);
	for (unsigned i = 0; i < search.count && e == ERR_OK; i++) {
		if (names[i].count > 1)
			e = report_several(c, &names[i]);
	}
	if (e == ERR_OK && (*out = put_together(nfc, list, names, search.count)) == NULL)
		e = ERR_NO_MEMORY;
	for (unsigned i = 0; i < search.count; i++)
		free(names[i].folded);
	free(names);
	free(words);
	free(nfc);
	return e;
}

enum err recipients_one(struct call *c, const char *given, char **out)
{
	enum err e = recipients_resolve(c, given, false, true, out);

	return e != ERR_OK || could_be_id(*out) ? e
						: recipients_report_unknown(c, given, ERR_BAD_ID);
}

/* ---- what was meant ---- */

enum { GUESSES_MAX = 8, NEAR = 2, PART_MIN = 3 };

struct guess {
	const char *word;
	char *folded;
	bool known;
	unsigned distance; /* of the nearest so far; NEAR + 1: none */
	char id[COMMITTEE_ID_MAX + 1];
	char name[NAME_MAX_BYTES + 1];
};

/* Is each word a part of the name or of the id? "dang bo cuc thads" */
static bool has_words(const char *words, const char *name, const char *id)
{
	char word[64];

	while (*words != '\0') {
		size_t len = strcspn(words, " ");

		snprintf(word, sizeof word, "%.*s", (int)len, words);
		if (len >= sizeof word ||
		    (strstr(name, word) == NULL && strstr(id, word) == NULL))
			return false;
		words += len + (words[len] == ' ');
	}
	return true;
}

/* Near is: two slips away in the id, or a part of the id or of the name, or of words that are, with
 * or without diacritics. */
static void compare(struct guess *g, const Vanthu__V1__Committee *c)
{
	char *name = text_fold(c->name), *symbol = text_fold(c->symbol);
	unsigned d = suggest_distance(g->folded, c->id);

	g->known = g->known || strcmp(g->word, c->id) == 0;
	if (d > NEAR && name != NULL && symbol != NULL && strlen(g->folded) >= PART_MIN &&
	    (strcmp(g->folded, symbol) == 0 || strstr(c->id, g->folded) != NULL ||
	     has_words(g->folded, name, c->id)))
		d = NEAR;
	free(name);
	free(symbol);
	if (d >= g->distance || c->retired)
		return;
	g->distance = d;
	snprintf(g->id, sizeof g->id, "%s", c->id);
	snprintf(g->name, sizeof g->name, "%s", c->name);
}

static unsigned read_guesses(char *to, struct guess *guesses)
{
	unsigned n = 0;
	char *word;

	while (n < GUESSES_MAX && (word = next_word(&to)) != NULL) {
		if (group_of(word) != NULL || list_of(word) != NULL)
			continue;
		guesses[n] =
		    (struct guess){ .word = word, .folded = text_fold(word), .distance = NEAR + 1 };
		n += guesses[n].folded != NULL;
	}
	return n;
}

static bool ask(struct call *c, struct guess *guesses, unsigned n)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__CommitteeQuery query = VANTHU__V1__COMMITTEE_QUERY__INIT;
	Vanthu__V1__Reply *reply;
	enum err e;

	request.what_case = VANTHU__V1__REQUEST__WHAT_COMMITTEES;
	request.committees = &query;
	e = call_send(c, &request);
	while (e == ERR_OK && (e = call_next(c, &reply)) == ERR_OK &&
	       reply->what_case == VANTHU__V1__REPLY__WHAT_COMMITTEE) {
		for (unsigned i = 0; i < n; i++)
			compare(&guesses[i], reply->committee);
	}
	return e == ERR_OK && reply->what_case == VANTHU__V1__REPLY__WHAT_DONE;
}

static void append(char *out, size_t size, const char *between, const char *text)
{
	size_t used = strlen(out);

	snprintf(out + used, size - used, "%s%s", used == 0 ? "" : between, text);
}

/* Known, and yet nobody to send to: the committee that sends. False: it is not among them. */
static bool report_self(struct call *c, const struct guess *guesses, unsigned n, enum err e)
{
	struct config *config = malloc(sizeof *config);
	bool found = false;
	char message[512];

	if (config != NULL && cli_config(call_cli(c), config) == ERR_OK) {
		for (unsigned i = 0; i < n; i++)
			found = found || strcmp(guesses[i].word, config->committee.text) == 0;
		snprintf(message, sizeof message,
			 _("%s is the committee that sends: nobody sends to itself"),
			 config->committee.text);
	}
	if (found)
		cli_fail_text(call_cli(c), e, message, _("leave it out of --to"));
	free(config);
	return found;
}

enum err recipients_report_unknown(struct call *c, const char *to, enum err e)
{
	struct guess guesses[GUESSES_MAX];
	char unknown[512] = "", near[1024] = "", message[1024], fix[2048];
	char *copy = strdup(to);
	unsigned n = copy == NULL ? 0 : read_guesses(copy, guesses);
	bool asked = n > 0 && ask(c, guesses, n);

	for (unsigned i = 0; i < n; i++) {
		if (asked && !guesses[i].known) {
			append(unknown, sizeof unknown, ", ", guesses[i].word);
			if (guesses[i].distance <= NEAR) {
				append(near, sizeof near, ", ", guesses[i].id);
				append(near, sizeof near, " ", "(");
				append(near, sizeof near, "", guesses[i].name);
				append(near, sizeof near, "", ")");
			}
		}
		free(guesses[i].folded);
	}
	if (unknown[0] == '\0' && !report_self(c, guesses, n, e))
		cli_fail(call_cli(c), e, NULL);
	free(copy);
	if (unknown[0] == '\0')
		return e;
	snprintf(message, sizeof message, _("not in the directory: %s"), unknown);
	snprintf(fix, sizeof fix, _("did you mean %s? All committees: vanthu committee list"),
		 near);
	cli_fail_text(call_cli(c), e, message,
		      near[0] == '\0' ? _(err_fix(ERR_UNKNOWN_RECIPIENT)) : fix);
	return e;
}

void recipients_hint_unknown(struct call *c, const char *id)
{
	struct guess g = { .word = id, .folded = text_fold(id), .distance = NEAR + 1 };

	if (g.folded != NULL && ask(c, &g, 1) && !g.known) {
		if (g.distance <= NEAR)
			cli_say(call_cli(c), _("%s is not in the directory: did you mean %s (%s)?"),
				id, g.id, g.name);
		else
			cli_say(
			    call_cli(c),
			    _("%s is not in the directory. All committees: vanthu committee list"),
			    id);
	}
	free(g.folded);
}
