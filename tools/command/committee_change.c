/* The registry's side of `committee`: each command makes the next version of the directory. */
#include <stdio.h>
#include <string.h>

#include "routing/base/committee_id.h"
#include "routing/base/limits.h"
#include "routing/rules/rules.h"
#include "tools/base/files.h"
#include "tools/command/commands.h"
#include "tools/input/input.h"
#include "tools/output/output.h"
#include "tools/registry/registry.h"

#define DRAIN_MS (30LL * 24 * 3600 * 1000)

struct wanted {
	struct arena *arena;
	const char *operand; /* an id or a request file */
	const struct committee_options *options;
	const char *about;   /* what a failure is about */
	uint32_t line;	     /* of the file, where its fault stands; 0 */
	struct committee_id member; /* of a list: who cannot be */
	const char *list;
	const char *row; /* what a line of that file is */
	struct registry_fault fault; /* with ERR_BAD_TREE: who is wrong, and how */
	const char *fix;     /* and what mends it; NULL: another superior */
};

static enum err wrong(struct wanted *w, struct committee_id who, const char *what)
{
	w->fault = (struct registry_fault){ who, what };
	return ERR_BAD_TREE;
}

/* The superior that was named, not whoever would hang below it, is at fault when it can be none. */
static enum err check_superior(const struct registry_change *c, struct wanted *w)
{
	struct committee_id superior = w->options->superior;
	uint32_t i = 0;

	while (i < c->count && !id_equal(c->entries[i].id, superior))
		i++;
	if (i == c->count)
		return wrong(w, superior, N_("is no committee of this directory"));
	if (c->entries[i].retired)
		return wrong(w, superior, N_("has ended: nobody can stand below it"));
	return c->entries[i].endpoint[0] != '\0'
		   ? ERR_OK
		   : wrong(w, superior, N_("has no endpoint: nobody could connect to it"));
}

static enum err find_entry(struct registry_change *c, const struct wanted *w,
			   struct rec_committee **out)
{
	struct committee_id id;

	if (w->operand == NULL || id_parse(w->operand, strlen(w->operand), &id) != ERR_OK)
		return ERR_BAD_ID;
	*out = registry_change_entry(c, id);
	return *out == NULL ? ERR_NOT_FOUND : ERR_OK;
}

static enum err add(struct registry_change *c, struct wanted *w)
{
	struct rec_committee *added = &c->entries[c->count];
	struct identity public_keys;
	unsigned which;
	enum err e = w->operand == NULL
			 ? ERR_USAGE
			 : request_file_read(w->arena, w->operand, added, &public_keys, &which);

	if (e == ERR_OK && which != REQUEST_BOTH)
		e = ERR_FORMAT;
	if (e != ERR_OK)
		return e;
	committee_options_apply(w->options, added);
	added->changed_in = 0;
	if (!id_empty(w->options->superior))
		e = check_superior(c, w);
	if (e != ERR_OK)
		return e;
	for (uint32_t i = 0; i < c->count; i++) {
		if (id_equal(c->entries[i].id, added->id))
			return ERR_EXISTS;
	}
	c->count++;
	return registry_certify(w->arena, &c->registry, &public_keys, c->now_ms, added);
}

/* Up from the new superior: does one come to the committee that moves? */
static bool is_below(const struct registry_change *c, struct committee_id superior,
		     struct committee_id moved)
{
	for (uint32_t steps = 0; steps <= c->count && !id_empty(superior); steps++) {
		uint32_t i = 0;

		if (id_equal(superior, moved))
			return true;
		while (i < c->count && !id_equal(c->entries[i].id, superior))
			i++;
		if (i == c->count)
			return false;
		superior = c->entries[i].superior;
	}
	return false;
}

static enum err move(struct registry_change *c, struct wanted *w)
{
	struct rec_committee *entry;
	enum err e = find_entry(c, w, &entry);

	if (e != ERR_OK)
		return e;
	if (id_empty(w->options->superior) || entry->retired ||
	    id_equal(entry->superior, w->options->superior))
		return ERR_BAD_STATE;
	if (is_below(c, w->options->superior, entry->id))
		return wrong(w, w->options->superior,
			     N_("is the committee that moves, or stands below it: it cannot be its "
				"superior"));
	e = check_superior(c, w);
	if (e != ERR_OK)
		return e;
	e = registry_change_tenure(w->arena, c, entry, w->options->superior, false);
	committee_options_apply(w->options, entry);
	return e;
}

static enum err retire(struct registry_change *c, struct wanted *w)
{
	struct rec_committee *entry;
	struct key_entry *keys;
	enum err e = find_entry(c, w, &entry);

	if (e != ERR_OK)
		return e;
	if (entry->retired)
		return ERR_BAD_STATE;
	w->fix = N_("move it below another, or end it too, before: vanthu committee move ID "
		    "--superior ID --registry DIR");
	for (uint32_t i = 0; i < c->count; i++) {
		if (!c->entries[i].retired && id_equal(c->entries[i].superior, entry->id))
			return wrong(w, c->entries[i].id,
				     N_("still stands below the committee that is to end"));
	}
	keys = arena_array(w->arena, entry->key_count, sizeof *keys);
	if (keys == NULL)
		return ERR_NO_MEMORY;
	for (uint32_t i = 0; i < entry->key_count; i++) {
		keys[i] = entry->keys[i];
		/* Time to pass on what it holds for others, and to sign that it did. Its link key
		 * stays, until it is revoked. */
		if (keys[i].use == KEY_USE_SIGN && keys[i].to_ms == 0)
			keys[i].to_ms = c->now_ms + DRAIN_MS;
	}
	entry->keys = keys;
	return registry_change_tenure(w->arena, c, entry, entry->superior, true);
}

static enum err change_organ(const struct wanted *w, struct rec_committee *entry)
{
	const struct committee_options *o = w->options;
	const struct organ_days days = { o->organ, o->organ_from, o->organ_until };

	if (o->organ[0] == '\0')
		return o->organ_from[0] == '\0' && o->organ_until[0] == '\0' ? ERR_OK : ERR_USAGE;
	if (days.from[0] != '\0' && days.until[0] != '\0' && strcmp(days.from, days.until) > 0)
		return ERR_BAD_DATE;
	return registry_change_organ(w->arena, entry, &days);
}

static enum err change(struct registry_change *c, struct wanted *w)
{
	struct rec_committee *entry;
	enum err e = find_entry(c, w, &entry);

	if (e == ERR_OK && !id_empty(w->options->superior) &&
	    !id_equal(w->options->superior, entry->superior))
		return ERR_USAGE; /* that is a move */
	if (e == ERR_OK && w->options->level[0] != '\0')
		e = registry_change_level(w->arena, c, entry, w->options->level);
	if (e == ERR_OK)
		e = change_organ(w, entry);
	if (e == ERR_OK)
		committee_options_apply(w->options, entry);
	return e;
}

/* Another table of who may issue what; an empty file: nothing is judged any more. */
static enum err policy(struct registry_change *c, struct wanted *w)
{
	struct competence_table table;
	struct blob text;
	enum err e = w->operand == NULL ? ERR_USAGE
					: fs_read(w->arena, w->operand, COMPETENCE_MAX, &text);

	w->row = N_("a row is LEVEL  SYMBOL  NAME  may|may-not|unknown  RULE, with two "
		    "blanks between; see vanthu policy");
	if (e == ERR_OK)
		e = competence_parse(text, w->arena, &table, &w->line);
	if (e == ERR_OK)
		e = competence_print(&table, w->arena, &c->registry.directory.head.competence);
	/* A table without rows is one all the same, and no other comes in its place. */
	if (e == ERR_OK && table.count == 0)
		c->registry.directory.head.competence = (struct blob){ (const uint8_t *)"#\n", 2 };
	if (e == ERR_OK && c->registry.directory.head.competence.len_bytes > COMPETENCE_MAX)
		e = ERR_TOO_LARGE;
	return e;
}

static enum err check_member(const struct registry_change *c, struct committee_id id)
{
	for (uint32_t i = 0; i < c->count; i++) {
		if (id_equal(c->entries[i].id, id))
			return c->entries[i].retired ? ERR_LIST_RETIRED : ERR_OK;
	}
	return ERR_LIST_MEMBER;
}

/* Members that are not in the tree, or have ended, are named rather than signed. */
static enum err check_members(const struct registry_change *c, struct wanted *w,
			      const struct distributions *lists)
{
	for (uint32_t i = 0; i < lists->count; i++) {
		const struct distribution *d = &lists->list[i];

		for (uint32_t k = 0; k < d->member_count; k++) {
			enum err e = check_member(c, d->members[k]);

			if (e != ERR_OK) {
				w->member = d->members[k];
				w->list = d->name;
				return e;
			}
		}
	}
	return ERR_OK;
}

/* Other distribution lists, all of them: as they are written, comments too. */
static enum err lists(struct registry_change *c, struct wanted *w)
{
	struct distributions all;
	struct blob text;
	enum err e = w->operand == NULL ? ERR_USAGE
					: fs_read(w->arena, w->operand, LISTS_TEXT_MAX, &text);

	w->row = N_("a line is NAME  ID, ID, …, with two blanks behind the name; each name and "
		    "each member once");
	if (e == ERR_OK)
		e = distributions_parse(text, w->arena, &all, &w->line);
	if (e == ERR_OK)
		e = check_members(c, w, &all);
	if (e == ERR_OK)
		c->registry.directory.head.lists = text;
	return e;
}

static enum err renew(struct registry_change *c, struct wanted *w)
{
	(void)c;
	return w->operand == NULL ? ERR_OK : ERR_USAGE;
}

static const struct {
	const char *name;
	enum err (*run)(struct registry_change *c, struct wanted *w);
} commands[] = { { "add", add },       { "move", move },   { "retire", retire },
		 { "change", change }, { "renew", renew }, { "policy", policy },
		 { "lists", lists } };

bool committee_change_is(const char *what)
{
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
		if (strcmp(commands[i].name, what) == 0)
			return true;
	}
	return false;
}

static int report(struct cli *cli, enum err e, const struct wanted *w)
{
	char message[512];

	if (e == ERR_BAD_TREE && w->fault.what != NULL) {
		snprintf(message, sizeof message, "%s %s", w->fault.culprit.text, _(w->fault.what));
		cli_fail_text(cli, e, message, w->fix != NULL ? _(w->fix) : registry_tree_fix());
	} else if (w->list != NULL) {
		snprintf(message, sizeof message, "%s: %s (%s)", _(err_text(e)), w->member.text,
			 w->list);
		cli_fail_text(cli, e, message, _(err_fix(e)));
	} else if (w->line > 0) {
		snprintf(message, sizeof message, "%s:%u", w->operand, (unsigned)w->line);
		cli_fail_text(cli, e, message, _(w->row));
	} else if (e == ERR_BAD_STATE) {
		cli_fail_text(cli, e, w->operand,
			      _("it has ended, or stands there already; `committee move` wants "
				"--superior ID"));
	} else if (e == ERR_USAGE) {
		return cli_usage(cli, w->operand == NULL ? "committee" : w->operand);
	} else {
		cli_fail_file(cli, e, w->about);
	}
	return err_exit_code(e);
}

int committee_change(struct cli *cli, const char *folder, const char *what, const char *operand,
		     const struct committee_options *o)
{
	static const struct column columns[] = {
		{ "version", N_("Directory"), FORMAT_COUNT, false },
		{ "committees", N_("Committees"), FORMAT_COUNT, false },
		{ "file", N_("File"), FORMAT_TEXT, false },
		{ NULL, NULL, FORMAT_TEXT, false }
	};
	struct wanted w = { .arena = arena_new(REGISTRY_ARENA_BYTES),
			    .operand = operand,
			    .options = o,
			    .about = folder };
	struct registry_change c;
	int code = 0;
	enum err e = w.arena == NULL ? ERR_NO_MEMORY : registry_change_begin(w.arena, folder, &c);

	if (e == ERR_NOT_FOUND && strcmp(what, "add") == 0)
		e = ERR_OK; /* the first one */
	if (e == ERR_OK && !committee_change_is(what))
		e = ERR_USAGE;
	for (size_t i = 0; e == ERR_OK && i < sizeof commands / sizeof commands[0]; i++) {
		if (strcmp(commands[i].name, what) != 0)
			continue;
		e = commands[i].run(&c, &w);
		w.about = operand;
	}
	if (e == ERR_OK && !cli->dry_run)
		e = registry_change_publish(w.arena, &c, &w.fault);
	if (e == ERR_OK) {
		const char *file = fs_join(w.arena, folder, "directory.vtd");

		e = cli->dry_run ? ERR_OK : committee_install_made(cli, file);
		code = err_exit_code(e);
		if (e == ERR_OK)
			output_object(cli,
				      json_pack("{s:I, s:I, s:s}", "version", (json_int_t)c.version,
						"committees", (json_int_t)c.count, "file", file),
				      columns);
	} else {
		code = report(cli, e, &w);
	}
	arena_destroy(w.arena);
	return code;
}
