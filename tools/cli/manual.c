/* See manual.h. Everything from a table is escaped: a number like 31-KH/ĐU must come out with the
 * sign that people type. */
#include "tools/cli/manual.h"

#include <stdio.h>
#include <string.h>

#include "daemon/base/i18n.h"
#include "daemon/config/config.h"
#include "routing/rules/rules.h"
#include "tools/cli/command.h"
#include "tools/cli/usage.h"

static void put(const char *text)
{
	if (*text == '.' || *text == '\'')
		fputs("\\&", stdout);
	for (; *text != '\0'; text++) {
		if (*text == '\\')
			fputs("\\e", stdout);
		else if (*text == '-')
			fputs("\\-", stdout);
		else
			putchar(*text);
	}
}

static void put_line(const char *text)
{
	put(text);
	putchar('\n');
}

static void put_bold(const char *text)
{
	fputs("\\fB", stdout);
	put(text);
	fputs("\\fR", stdout);
}

/* A tag is never broken: choices that would not fit stand below it, where they are. */
enum { TAG_MAX = 60 };

static void put_choices(const char *words)
{
	char one[64];

	for (size_t len; *words != '\0'; words += len + (words[len] == '|')) {
		len = strcspn(words, "|");
		snprintf(one, sizeof one, "%.*s", (int)len, words);
		put_bold(one);
		fputs(words[len] == '|' ? ", " : ". ", stdout);
	}
}

static void print_option(const struct command_option *o, const struct command *c)
{
	char name[160], *words;
	bool first = true;

	usage_option_name(o, name, sizeof name);
	words = strlen(name) > TAG_MAX ? strrchr(name, ' ') : NULL;
	if (words != NULL)
		*words++ = '\0';
	printf(".TP\n");
	put_bold(name);
	putchar('\n');
	if (words != NULL)
		put_choices(words);
	put(_(o->help));
	for (unsigned i = 0; c != NULL && o->forms != NULL && c->forms[0].word[0] != '\0' &&
			     c->forms[i].word != NULL;
	     i++) {
		if (!command_form_takes(&c->forms[i], o))
			continue;
		printf("%s\\fB%s\\fR", first ? " (" : ", ",
		       usage_word(&c->forms[i]));
		first = false;
	}
	printf("%s.\n", first ? "" : ")");
}

static void print_form(const struct command *c, const struct command_form *f)
{
	char head[64], rest[USAGE_LINE_BYTES];

	usage_rest(c, f, rest, sizeof rest);
	snprintf(head, sizeof head, "vanthu %s%s%s", c->name, f->word[0] != '\0' ? " " : "",
		 usage_word(f));
	printf(".TP\n");
	put_bold(head);
	printf("%s", rest[0] == '\0' ? "" : " ");
	put_line(rest);
	put(f->summary[0] != '\0' ? _(f->summary) : _(c->summary));
	printf(".\n");
}

static bool same_options(const struct command *a, const struct command *b)
{
	return a->options[0] != NULL && a->options[0] == b->options[0] &&
	       a->options[1] == b->options[1];
}

/* `before` is the last one whose options were printed: they are not said twice. */
static void print_command(const struct command *c, const struct command *before)
{
	const struct command_option *o = command_option_at(c, 0);

	/* One with several forms says first what it is about. */
	if (c->forms[1].word != NULL) {
		printf(".TP\n");
		put_bold(c->name);
		putchar('\n');
		put(_(c->summary));
		printf(".\n.RS\n");
	}
	for (unsigned i = 0; i < COMMAND_FORMS_MAX && c->forms[i].word != NULL; i++)
		print_form(c, &c->forms[i]);
	if (c->forms[1].word == NULL && o != command_global_options())
		printf(".RS\n");
	if (before != NULL && same_options(c, before)) {
		printf(".PP\n");
		printf(_("The options of %s."), before->name);
		putchar('\n');
	} else {
		for (unsigned i = 0; (o = command_option_at(c, i)) != command_global_options(); i++)
			print_option(o, c);
	}
	if (c->forms[1].word != NULL || command_option_at(c, 0) != command_global_options())
		printf(".RE\n");
}

static void print_commands(const struct command *commands)
{
	const struct command *before = NULL;
	const char *group = "";

	for (const struct command *c = command_in_groups(commands, NULL); c != NULL;
	     c = command_in_groups(commands, c)) {
		if (strcmp(group, c->group) != 0) {
			printf(".SS ");
			put_line(_(c->group));
		}
		group = c->group;
		print_command(c, before);
		before = before != NULL && same_options(c, before) ? before : c;
	}
}

static void print_options(void)
{
	for (const struct command_option *o = command_global_options(); o->name != NULL; o++)
		print_option(o, NULL);
}

enum { CODE_FIRST = 1001, CODE_LAST = 6999 };

static void print_errors(void)
{
	for (unsigned n = CODE_FIRST; n <= CODE_LAST; n++) {
		if (!err_known(n))
			continue;
		printf(".TP 14\n\\fBVT\\-%u\\fR (%d)\n", n, err_exit_code((enum err)n));
		put(_(err_text((enum err)n)));
		printf(".\n");
		if (err_fix((enum err)n)[0] == '\0')
			continue;
		printf(".br\n");
		put(_(err_fix((enum err)n)));
		printf(".\n");
	}
}

static void print_types(void)
{
	const struct doctype *t;

	for (unsigned i = 0; (t = doctype_at(i)) != NULL; i++) {
		printf(".TP 8\n");
		put_bold(doctype_word(t));
		putchar('\n');
		put_line(t->name);
	}
}

static void print_keys(void)
{
	const struct config_key *k;

	for (unsigned i = 0; (k = config_key_at(i)) != NULL; i++) {
		char low[32], high[32];

		printf(".TP\n");
		put_bold(k->name);
		printf(" (%s", _(k->type));
		if (k->required)
			printf("; %s", _("must be given"));
		if (k->fallback[0] != '\0') {
			printf("; %s ", _("default"));
			put_bold(k->fallback);
		}
		if (config_key_range(k, low, high, sizeof low))
			printf(_("; %s to %s"), low, high);
		printf(")\n");
		put(_(k->help));
		printf(".\n");
		if (k->reload)
			printf("%s\n", _("Taken by SIGHUP."));
	}
}

static void print_links(void)
{
	const struct config_key *k;

	for (unsigned i = 0; (k = config_key_at(i)) != NULL; i++) {
		if (config_key_on_link(k) == NULL)
			continue;
		printf(".TP\n\\fBlinks.\\fIID\\fB.%s\\fR\n", config_key_on_link(k));
		printf(_("instead of %s."), k->name);
		putchar('\n');
	}
}

void manual_part(const struct command *commands, const char *name)
{
	static const struct {
		const char *name;
		void (*print)(void);
	} parts[] = { { "options", print_options },
		      { "errors", print_errors },
		      { "types", print_types },
		      { "keys", print_keys },
		      { "links", print_links } };

	if (strcmp(name, "commands") == 0)
		print_commands(commands);
	for (unsigned i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		if (strcmp(parts[i].name, name) == 0)
			parts[i].print();
	}
}
