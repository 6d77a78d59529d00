/* See survey.h. */
#include "tools/spool/survey.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/base/text.h"
#include "tools/spool/journal.h"
#include "tools/spool/order.h"
#include "tools/spool/result.h"

enum { WORD_SIZE = NAME_MAX_BYTES + 32 };

struct survey {
	struct spool_place place;
	json_t *items, *open; /* open: entries by the name of their order */
	int64_t active_ms;
};

/* One item, before it gets its place by age. */
struct item {
	const char *state, *name, *id;
	int64_t since_ms, next_ms;
	json_int_t tries;
	const json_t *error; /* borrowed; NULL none */
};

/* RFC 3339; null for 0. */
static json_t *time_json(int64_t ms)
{
	char text[40];

	text_rfc3339(ms, text, sizeof text);
	return ms == 0 ? json_null() : json_string(text);
}

static json_t *text_of(const json_t *object, const char *name)
{
	json_t *value = json_object_get(object, name);

	return json_is_string(value) ? json_incref(value) : json_null();
}

static void add(struct survey *s, const struct item *i)
{
	json_array_append_new(
	    s->items,
	    json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:I}", "state", i->state,
		      "name", i->name, "id",
		      i->id == NULL || i->id[0] == '\0' ? json_null() : json_string(i->id), "since",
		      time_json(i->since_ms), "tries",
		      i->tries == 0 ? json_null() : json_integer(i->tries), "next",
		      time_json(i->next_ms), "code", text_of(i->error, "code"), "message",
		      text_of(i->error, "message"), "fix", text_of(i->error, "fix"), "since_ms",
		      (json_int_t)i->since_ms));
}

static int64_t modified_ms(int at, const char *name)
{
	struct stat st;

	if (fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return 0;
	return (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000;
}

static void active(struct survey *s, int at, const char *name)
{
	int64_t ms = at < 0 ? 0 : modified_ms(at, name);

	s->active_ms = ms > s->active_ms ? ms : s->active_ms;
}

/* Each name of a folder, without those with a dot, up to a bound; of a folder that is not there
 * none. Returns how many. */
static unsigned each_name(struct survey *s, int folder,
			  void (*take)(struct survey *s, int folder, const char *name))
{
	int fd = folder < 0 ? -1 : openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *each;
	unsigned count = 0;

	if (list == NULL && fd >= 0)
		close(fd);
	while (list != NULL && count < SURVEY_ITEMS_MAX && (each = readdir(list)) != NULL) {
		if (each->d_name[0] == '.')
			continue;
		count++;
		if (take != NULL)
			take(s, folder, each->d_name);
	}
	if (list != NULL)
		closedir(list);
	return count;
}

/* ---- what is told of each ---- */

static void take_open(struct survey *s, int folder, const char *name)
{
	json_t *entry = spool_disk_get(folder, name);

	if (entry != NULL)
		json_object_set(s->open, spool_journal_text(entry, "file"), entry);
	json_decref(entry);
}

static void add_open(struct survey *s)
{
	const char *file;
	json_t *entry;

	json_object_foreach(s->open, file, entry)
	{
		char name[NAME_MAX_BYTES + 1], word[WORD_SIZE];
		struct item i = { .state = "under_way", .name = name };
		json_t *said;

		spool_result_name(file, name);
		snprintf(word, sizeof word, "%s.waiting.json", name);
		said = spool_disk_get(s->place.out, word);
		i.id = spool_journal_text(entry, "id");
		i.since_ms = json_integer_value(json_object_get(entry, "at"));
		i.error = json_object_get(said, "error");
		add(s, &i);
		json_decref(said);
	}
}

static void take_order(struct survey *s, int folder, const char *file)
{
	char name[NAME_MAX_BYTES + 1], word[WORD_SIZE];
	struct item i = { .state = "waiting", .name = name };
	json_t *said;

	if (!(spool_order_ends(file, ".yaml") || spool_order_ends(file, ".edxml")) ||
	    json_object_get(s->open, file) != NULL)
		return;
	spool_result_name(file, name);
	snprintf(word, sizeof word, "%s.waiting.json", name);
	said = spool_disk_get(folder, word);
	i.since_ms = modified_ms(folder, file);
	i.error = json_object_get(said, "error");
	add(s, &i);
	json_decref(said);
}

static void take_refused(struct survey *s, int folder, const char *name)
{
	int fd = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	json_t *said = fd < 0 ? NULL : spool_disk_get(fd, "result.json");
	const struct item i = { .state = "refused", .name = name,
				.since_ms = fd < 0 ? 0 : modified_ms(fd, "result.json"),
				.error = json_object_get(said, "error") };

	if (said != NULL)
		add(s, &i);
	json_decref(said);
	if (fd >= 0)
		close(fd);
}

static void take_stuck(struct survey *s, int folder, const char *name)
{
	json_t *entry = spool_disk_get(folder, name);
	const char *id = spool_journal_text(entry, "id");
	const struct item i = {
		.state = "stuck", .name = id, .id = id,
		.since_ms = json_integer_value(json_object_get(entry, "since")),
		.next_ms = json_integer_value(json_object_get(entry, "next")),
		.tries = json_integer_value(json_object_get(entry, "tries")),
		.error = json_object_get(entry, "error"),
	};

	if (entry != NULL)
		add(s, &i);
	json_decref(entry);
}

static void take_untaken(struct survey *s, int folder, const char *name)
{
	const struct item i = { .state = "untaken", .name = name,
				.since_ms = modified_ms(folder, name) };

	if (strcmp(name, "receipts") != 0)
		add(s, &i);
}

/* ---- the whole ---- */

static int by_age(const void *a, const void *b)
{
	const json_t *one = *(json_t *const *)a, *other = *(json_t *const *)b;
	json_int_t x = json_integer_value(json_object_get(one, "since_ms")),
		   y = json_integer_value(json_object_get(other, "since_ms"));

	return x != y ? (x < y ? -1 : 1)
		      : strcmp(spool_journal_text(one, "name"), spool_journal_text(other, "name"));
}

static json_t *sorted(json_t *items)
{
	size_t count = json_array_size(items);
	json_t **all = calloc(count + 1, sizeof(json_t *)), *out = json_array();

	for (size_t i = 0; all != NULL && i < count; i++)
		all[i] = json_array_get(items, i);
	if (all != NULL && count > 0)
		qsort(all, count, sizeof(json_t *), by_age);
	for (size_t i = 0; all != NULL && i < count; i++) {
		json_object_del(all[i], "since_ms");
		json_array_append(out, all[i]);
	}
	free(all);
	return out;
}

static json_int_t count_of(const json_t *items, const char *state)
{
	json_int_t count = 0;
	json_t *each;
	size_t i;

	json_array_foreach(items, i, each)
		count += strcmp(spool_journal_text(each, "state"), state) == 0;
	return count;
}

static json_t *told(struct survey *s, const struct config *c)
{
	static const char *const states[] = { "waiting", "under_way", "refused", "stuck",
					      "untaken" };
	json_t *items = sorted(s->items),
	       *out = json_pack("{s:s, s:o}", "folder", c->gateway_spool, "active_at",
				time_json(s->active_ms));

	for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
		json_object_set_new(out, states[i], json_integer(count_of(items, states[i])));
	json_object_set_new(out, "receipts",
			    json_integer(each_name(s, s->place.receipts, NULL)));
	json_object_set_new(out, "items", items);
	return out;
}

enum err spool_survey(const struct config *c, json_t **out)
{
	struct survey s = { .items = json_array(), .open = json_object() };
	enum err e = spool_place_view(c, &s.place);

	*out = NULL;
	if (e == ERR_OK) {
		each_name(&s, s.place.open, take_open);
		add_open(&s);
		each_name(&s, s.place.out, take_order);
		each_name(&s, s.place.refused, take_refused);
		each_name(&s, s.place.stuck, take_stuck);
		each_name(&s, s.place.in, take_untaken);
		active(&s, s.place.done, ".");
		active(&s, s.place.refused, ".");
		active(&s, s.place.in, ".");
		active(&s, s.place.receipts, ".");
		active(&s, s.place.open, ".");
		active(&s, s.place.state, "cursor");
		*out = told(&s, c);
	}
	json_decref(s.items);
	json_decref(s.open);
	spool_place_close(&s.place);
	return e == ERR_OK && *out == NULL ? ERR_NO_MEMORY : e;
}
