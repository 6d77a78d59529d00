/* See tables.h. */
#include "daemon/tables/tables.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/i18n.h"

enum { FILE_MAX_BYTES = 1 << 20, ARENA_BYTES = 8 << 20 };

/* The files under etc/, as they are delivered. */
static const char holidays_text[] =
#include "daemon/holidays.inc"
	;
static const char doctypes_text[] =
#include "daemon/doctypes.inc"
	;
static const char targets_text[] =
#include "daemon/targets.inc"
	;
static const char retention_text[] =
#include "daemon/retention.inc"
	;

struct source {
	const char *key, *path; /* path "": what is built in */
	struct blob built_in;
	struct config_errors *errors;
};

/* ERR_FILE: it cannot be read, with errno; ERR_TOO_LARGE. */
static enum err read_whole(const char *path, struct arena *a, struct blob *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint8_t *bytes;
	struct stat st;
	size_t used = 0;
	ssize_t n = 1;
	enum err e = ERR_OK;

	if (fd < 0 || fstat(fd, &st) != 0)
		e = ERR_FILE;
	else if (!S_ISREG(st.st_mode) || st.st_size > FILE_MAX_BYTES)
		e = ERR_TOO_LARGE;
	bytes = e == ERR_OK ? arena_array(a, (size_t)st.st_size + 1, 1) : NULL;
	if (e == ERR_OK && bytes == NULL)
		e = ERR_NO_MEMORY;
	while (e == ERR_OK && used < (size_t)st.st_size && n > 0) {
		n = read(fd, bytes + used, (size_t)st.st_size - used);
		if (n < 0)
			e = ERR_FILE;
		else
			used += (size_t)n;
	}
	*out = (struct blob){ bytes, used };
	if (fd >= 0)
		close(fd);
	return e;
}

static enum err text_of(const struct source *s, struct arena *a, struct blob *out)
{
	enum err e = ERR_OK;

	*out = s->built_in;
	if (s->path[0] != '\0')
		e = read_whole(s->path, a, out);
	if (e == ERR_FILE)
		config_errors_add(s->errors, 0, 0, "%s: %s: %s", s->key, s->path, strerror(errno));
	else if (e == ERR_TOO_LARGE)
		config_errors_add(s->errors, 0, 0, _("%s: %s: no plain file of at most 1 MiB"),
				  s->key, s->path);
	return e == ERR_NO_MEMORY ? e : e == ERR_OK ? ERR_OK : ERR_CONFIG;
}

/* What a parser said. */
static enum err judged(const struct source *s, enum err e, uint32_t line)
{
	if (e == ERR_OK || e == ERR_NO_MEMORY)
		return e;
	config_errors_add(s->errors, 0, 0, "%s: %s:%u: VT-%d %s", s->key, s->path, line, (int)e,
			  _(err_text(e)));
	return ERR_CONFIG;
}

static enum err read_days(const struct source *s, struct arena *a, struct working_days *out)
{
	struct blob text;
	uint32_t line = 0;
	enum err e = text_of(s, a, &text);

	if (e != ERR_OK)
		return e;
	e = working_days_parse(text, a, out, &line);
	return judged(s, e, line);
}

static enum err read_types(const struct source *s, struct arena *a, struct doctype_table *out)
{
	struct blob text;
	uint32_t line = 0;
	enum err e = text_of(s, a, &text);

	if (e != ERR_OK)
		return e;
	e = doctype_table_parse(text, a, out, &line);
	return judged(s, e, line);
}

static enum err read_persons(const struct source *s, struct arena *a, struct persons *out)
{
	struct blob text;
	uint32_t line = 0;
	enum err e = text_of(s, a, &text);

	if (e != ERR_OK)
		return e;
	e = persons_parse(text, a, out, &line);
	return judged(s, e, line);
}

static enum err read_lists(const struct source *s, struct arena *a, struct distributions *out)
{
	struct blob text;
	uint32_t line = 0;
	enum err e = text_of(s, a, &text);

	if (e != ERR_OK)
		return e;
	e = distributions_parse(text, a, out, &line);
	return judged(s, e, line);
}

static enum err read_targets(const struct source *s, struct arena *a, struct target_table *out)
{
	struct blob text;
	uint32_t line = 0;
	enum err e = text_of(s, a, &text);

	if (e != ERR_OK)
		return e;
	e = target_table_parse(text, a, out, &line);
	return judged(s, e, line);
}

static enum err read_retention(const struct source *s, struct arena *a, struct retention_table *out)
{
	struct blob text;
	uint32_t line = 0;
	enum err e = text_of(s, a, &text);

	if (e != ERR_OK)
		return e;
	e = retention_table_parse(text, a, out, &line);
	return judged(s, e, line);
}

#define BUILT_IN(text) { (const uint8_t *)(text), sizeof(text) - 1 }

enum err tables_read(const struct config *config, struct arena *a, struct tables *out,
		     struct config_errors *errors)
{
	struct source days = { "tables.holidays", config->holidays, BUILT_IN(holidays_text),
			       errors },
		      types = { "tables.doctypes", config->doctypes, BUILT_IN(doctypes_text),
				errors },
		      persons = { "tables.persons", config->persons, { NULL, 0 }, errors },
		      lists = { "tables.lists", config->lists, { NULL, 0 }, errors },
		      targets = { "tables.targets", config->targets, BUILT_IN(targets_text),
				  errors },
		      retention = { "tables.retention", config->retention, BUILT_IN(retention_text),
				    errors };
	enum err e[6];

	memset(out, 0, sizeof *out);
	e[0] = read_days(&days, a, &out->days);
	e[1] = read_types(&types, a, &out->types);
	e[2] = read_persons(&persons, a, &out->persons);
	e[3] = read_lists(&lists, a, &out->lists);
	e[4] = read_targets(&targets, a, &out->targets);
	e[5] = read_retention(&retention, a, &out->retention);
	for (unsigned i = 0; i < sizeof e / sizeof e[0]; i++) {
		if (e[i] != ERR_OK)
			return e[i];
	}
	return ERR_OK;
}

enum err tables_check(const struct config *config, struct config_errors *errors)
{
	struct arena *a = arena_new(ARENA_BYTES);
	struct tables t;
	enum err e = a == NULL ? ERR_NO_MEMORY : tables_read(config, a, &t, errors);

	arena_destroy(a);
	return e;
}

enum err tables_renew(struct tables_store *s, const struct config *config,
		      struct config_errors *errors)
{
	struct arena *a = arena_new(ARENA_BYTES);
	struct tables fresh;
	enum err e = a == NULL ? ERR_NO_MEMORY : tables_read(config, a, &fresh, errors);

	if (e != ERR_OK) {
		arena_destroy(a);
		return e;
	}
	arena_destroy(s->before);
	*s = (struct tables_store){ .now = fresh, .arena = a, .before = s->arena };
	return ERR_OK;
}

void tables_free(struct tables_store *s)
{
	arena_destroy(s->arena);
	arena_destroy(s->before);
	*s = (struct tables_store){ .arena = NULL };
}

struct deadline_rules tables_deadlines(const struct tables *t, const struct config *config)
{
	return (struct deadline_rules){ .days = &t->days,
					.urgent_ms = config->urgent_ms,
					.soon_days = config->soon_days,
					.remind_down_days = config->remind_down_days,
					.remind_up_days = config->remind_up_days,
					.remind_every_days = config->remind_every_days,
					.remind_superior_days =
						config->remind_superior_days };
}
