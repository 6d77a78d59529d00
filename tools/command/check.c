/* check: one line for a monitoring system, as its plugins print it: 0 right, 1 warning, 2 critical,
 * 3 unknown. One table of checks. */
#include <stdio.h>
#include <string.h>

#include "routing/base/limits.h"
#include "tools/base/text.h"
#include "tools/cli/cli.h"
#include "tools/client/client.h"
#include "tools/command/check_target.h"
#include "tools/command/commands.h"
#include "tools/command/target_show.h"
#include "tools/input/input.h"
#include "tools/output/output.h"

enum level { LEVEL_OK, LEVEL_WARNING, LEVEL_CRITICAL, LEVEL_UNKNOWN };
/* Critical while half of the time is left after which a document is refused: ASIDE_DOCUMENT_MS. */
enum { ASIDE_CRITICAL_S = 12 * 3600, NAMES_SIZE = 200 };
enum {
	QUEUE_WARNING_S = 3600,
	QUEUE_CRITICAL_S = 24 * 3600,
	DAY_MS = 24 * 3600 * 1000,
	ENDS_SOON_DAYS = 14,
	ALL = -1
};

enum { OPT_WITHIN = 1, OPT_PERIOD, WITHIN_MAX = 100 };

const struct command_option check_own_options[] = {
	{ "within", OPT_WITHIN, N_("POINTS"),
	  N_("percentage points above the line that are a warning still"), VALUE_NONE, "target" },
	{ "period", OPT_PERIOD, N_("PERIOD"),
	  N_("2026, 2026-11, 2026-Q4, 2026-H2, 2025-11..2026-02, term or all"), VALUE_NONE,
	  "target" },
	{ NULL, 0, NULL, NULL, VALUE_NONE, NULL },
};

static const char *const level_words[] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };
static const char *const level_names[] = { "ok", "warning", "critical", "unknown" };

/* What the daemon says. */
struct facts {
	const Vanthu__V1__Status *status;
	/* of what lies set aside; the neighbour where nobody knows who signed it */
	char signers[NAMES_SIZE];
	struct target_state target; /* where it was asked for */
};

struct finding {
	enum level level;
	char text[320];
	char figures[160]; /* "name=value…" for graphs */
};

static const char *words_of(unsigned code)
{
	return _(err_text((enum err)code));
}

/* Each once, as many as there is room for. */
static void add_name(char names[NAMES_SIZE], const char *name)
{
	size_t len = strlen(name), at = strlen(names);

	for (const char *p = strstr(names, name); p != NULL; p = strstr(p + 1, name)) {
		if ((p == names || p[-1] == ' ') && (p[len] == '\0' || p[len] == ' '))
			return;
	}
	if (at + len + 6 < NAMES_SIZE)
		snprintf(names + at, NAMES_SIZE - at, "%s%s", at == 0 ? "" : " ", name);
	else if (strstr(names, "…") == NULL)
		snprintf(names + at, NAMES_SIZE - at, " …");
}

static void age_words(uint64_t age_s, char *out, size_t size)
{
	json_t *age = json_integer((json_int_t)age_s);

	output_format(NULL, age, FORMAT_AGE, false, out, size);
	json_decref(age);
}

static bool has_alarm(const Vanthu__V1__Status *s, enum err code)
{
	bool has = false;

	for (size_t i = 0; i < s->n_alarms; i++)
		has = has || s->alarms[i] == (unsigned)code;
	return has;
}

static void set_code(struct finding *f, enum level level, unsigned code)
{
	f->level = level;
	snprintf(f->text, sizeof f->text, "VT-%u %s", code, words_of(code));
}

static bool is_former(const Vanthu__V1__LinkView *l)
{
	return strcmp(l->role, "former") == 0;
}

static void check_clock(const struct facts *k, struct finding *f)
{
	const Vanthu__V1__Status *s = k->status;
	const Vanthu__V1__LinkView *worst = NULL;
	int64_t worst_ms = 0;
	unsigned known = 0, links = 0;
	char off[80];

	for (size_t i = 0; i < s->n_links; i++) {
		const Vanthu__V1__LinkView *l = s->links[i];
		int64_t ms = l->clock_ahead_ms < 0 ? -l->clock_ahead_ms : l->clock_ahead_ms;

		links += !is_former(l);
		if (!l->up || l->clock_measured_at_ms == 0)
			continue;
		known++;
		if (worst == NULL || ms > worst_ms) {
			worst = l;
			worst_ms = ms;
		}
	}
	snprintf(f->figures, sizeof f->figures, "clock=%lld.%03llds", (long long)(worst_ms / 1000),
		 (long long)(worst_ms % 1000));
	f->level = known > 0 || links == 0 ? LEVEL_OK : LEVEL_UNKNOWN;
	if (worst_ms > CLOCK_SHOWN_MS)
		f->level = worst_ms > CLOCK_TOLERANCE_MS ? LEVEL_CRITICAL : LEVEL_WARNING;
	if (s->clock != NULL && s->clock->refusing == ERR_CLOCK_WRONG) {
		f->level = LEVEL_CRITICAL;
		clocks_why(s->clock, f->text, sizeof f->text);
	} else if (worst_ms > CLOCK_SHOWN_MS) {
		clocks_words(worst->clock_ahead_ms, off, sizeof off);
		snprintf(f->text, sizeof f->text, _("the clock of %s: %s"), worst->committee, off);
	} else if (known == 0) {
		snprintf(f->text, sizeof f->text, "%s",
			 _("no neighbour to compare the clock with"));
	} else {
		snprintf(f->text, sizeof f->text,
			 ngettext("compared with %u neighbour", "compared with %u neighbours",
				  known),
			 known);
	}
}

static void check_key(const struct facts *k, struct finding *f)
{
	const Vanthu__V1__Status *s = k->status;
	const Vanthu__V1__Clock *c = s->clock;
	char to[40];

	if (c == NULL || (!c->key_known && s->directory_version == 0)) {
		f->level = LEVEL_UNKNOWN;
		snprintf(f->text, sizeof f->text, "%s", _("no directory yet"));
	} else if (c->refusing == ERR_OWN_KEY || c->refusing == ERR_OWN_KEY_UNKNOWN ||
		   !c->key_known) {
		f->level = LEVEL_CRITICAL;
		clocks_why(c, f->text, sizeof f->text);
		if (f->text[0] == '\0')
			snprintf(f->text, sizeof f->text, "%s", words_of(ERR_OWN_KEY_UNKNOWN));
	} else if (c->key_to_ms != 0 &&
		   c->key_to_ms - c->now_ms < (int64_t)ENDS_SOON_DAYS * DAY_MS) {
		f->level = LEVEL_WARNING;
		clocks_moment(c->key_to_ms, to, sizeof to);
		snprintf(f->text, sizeof f->text, _("the signing key ends at %s"), to);
	} else {
		snprintf(f->text, sizeof f->text, "%s", _("the signing key is valid"));
	}
}

static void check_links(const struct facts *k, struct finding *f)
{
	const Vanthu__V1__Status *s = k->status;
	unsigned up = 0, down = 0;
	char names[NAMES_SIZE] = "";

	for (size_t i = 0; i < s->n_links; i++) {
		const Vanthu__V1__LinkView *l = s->links[i];

		up += l->up && !is_former(l);
		if (l->up || is_former(l))
			continue;
		down++;
		add_name(names, l->committee);
		if (strcmp(l->role, "superior") == 0)
			f->level = LEVEL_CRITICAL;
		else if (f->level == LEVEL_OK)
			f->level = LEVEL_WARNING;
	}
	if (down > 0 && up == 0)
		f->level = LEVEL_CRITICAL;
	snprintf(f->figures, sizeof f->figures, "links_up=%u links_down=%u", up, down);
	if (has_alarm(s, ERR_LINKS_FULL))
		set_code(f, LEVEL_CRITICAL, ERR_LINKS_FULL);
	else if (down > 0)
		snprintf(f->text, sizeof f->text, _("down: %s"), names);
	else
		snprintf(f->text, sizeof f->text, ngettext("%u link up", "%u links up", up), up);
}

static void check_queue(const struct facts *k, struct finding *f)
{
	const Vanthu__V1__Status *s = k->status;
	char oldest[64];

	age_words(s->queue_oldest_s, oldest, sizeof oldest);
	f->level = s->queue_oldest_s > QUEUE_CRITICAL_S	 ? LEVEL_CRITICAL
		   : s->queue_oldest_s > QUEUE_WARNING_S ? LEVEL_WARNING
							 : LEVEL_OK;
	snprintf(f->figures, sizeof f->figures, "queue=%llu queue_oldest=%llus",
		 (unsigned long long)s->queue_count, (unsigned long long)s->queue_oldest_s);
	if (s->queue_count == 0)
		snprintf(f->text, sizeof f->text, "%s", _("nothing waits"));
	else
		snprintf(f->text, sizeof f->text, _("%llu wait, the oldest for %s"),
			 (unsigned long long)s->queue_count, oldest);
}

/* What cannot be believed here; else, what others could not believe of us. */
static void check_aside(const struct facts *k, struct finding *f)
{
	const Vanthu__V1__Status *s = k->status;
	char oldest[64];

	snprintf(f->figures, sizeof f->figures, "set_aside=%llu set_aside_oldest=%llus",
		 (unsigned long long)s->set_aside, (unsigned long long)s->set_aside_oldest_s);
	if (s->set_aside > 0) {
		age_words(s->set_aside_oldest_s, oldest, sizeof oldest);
		f->level =
			s->set_aside_oldest_s > ASIDE_CRITICAL_S ? LEVEL_CRITICAL : LEVEL_WARNING;
		snprintf(f->text, sizeof f->text,
			 _("%llu set aside, the oldest for %s; signed by: %s"),
			 (unsigned long long)s->set_aside, oldest, k->signers);
	} else if (has_alarm(s, ERR_DOUBTED)) {
		set_code(f, LEVEL_WARNING, ERR_DOUBTED);
	} else {
		snprintf(f->text, sizeof f->text, "%s", _("nothing set aside"));
	}
}

/* Is it the matter of another check? */
static bool is_reported_elsewhere(const Vanthu__V1__Status *s, unsigned code)
{
	static const enum err elsewhere[] = {
		ERR_CLOCK_WRONG, ERR_OWN_KEY, ERR_OWN_KEY_UNKNOWN, ERR_DIRECTORY_EXPIRED,
		ERR_LINKS_FULL,	 ERR_DAMAGED, ERR_ASIDE,	   ERR_DOUBTED,
		ERR_BEHIND,	 ERR_TWICE,   ERR_PEER_BEHIND,	   ERR_PEER_TWICE,
		ERR_REWRITTEN,	 ERR_PEER_REWRITTEN
	};

	for (size_t i = 0; i < sizeof elsewhere / sizeof elsewhere[0]; i++) {
		if (code == (unsigned)elsewhere[i])
			return true;
	}
	return code == s->directory_failed;
}

/* Whatever the daemon itself calls an alarm, and no other check reports. */
static void check_room(const struct facts *k, struct finding *f)
{
	const Vanthu__V1__Status *s = k->status;

	snprintf(f->figures, sizeof f->figures, "disk_free=%lluB",
		 (unsigned long long)s->disk_free_bytes);
	for (size_t i = 0; i < s->n_alarms; i++) {
		if (f->text[0] == '\0' && !is_reported_elsewhere(s, s->alarms[i]))
			set_code(f, LEVEL_CRITICAL, s->alarms[i]);
	}
	if (f->text[0] == '\0')
		snprintf(f->text, sizeof f->text, "%s", _("room on the disk"));
}

static void check_directory(const struct facts *k, struct finding *f)
{
	const Vanthu__V1__Status *s = k->status;
	int64_t left_ms =
		s->directory_valid_until_ms - (s->clock == NULL ? text_now_ms() : s->clock->now_ms);
	char until[40];

	if (s->directory_failed != 0) {
		set_code(f, LEVEL_CRITICAL, s->directory_failed);
		return;
	}
	if (s->directory_version == 0) {
		f->level = LEVEL_CRITICAL;
		snprintf(f->text, sizeof f->text, "%s", _("no directory yet"));
		return;
	}
	clocks_moment(s->directory_valid_until_ms, until, sizeof until);
	f->level = left_ms < 0					? LEVEL_CRITICAL
		   : left_ms < (int64_t)ENDS_SOON_DAYS * DAY_MS ? LEVEL_WARNING
								: LEVEL_OK;
	snprintf(f->text, sizeof f->text, _("directory %llu, valid until %s"),
		 (unsigned long long)s->directory_version, until);
}

static void check_damage(const struct facts *k, struct finding *f)
{
	const Vanthu__V1__Status *s = k->status;

	bool missing = has_alarm(s, ERR_RECORDS_MISSING);

	snprintf(f->figures, sizeof f->figures, "damaged=%llu missing=%llu",
		 (unsigned long long)s->damaged, (unsigned long long)s->missing);
	if (s->store_faults > 0 || missing) {
		set_code(f, LEVEL_CRITICAL,
			 s->store_faults > 0 ? ERR_STORE_DAMAGED : ERR_RECORDS_MISSING);
		return;
	}
	f->level = s->damaged > 0 ? LEVEL_CRITICAL : LEVEL_OK;
	if (s->damaged > 0)
		snprintf(f->text, sizeof f->text, "VT-%d %s", ERR_DAMAGED, words_of(ERR_DAMAGED));
	else
		snprintf(f->text, sizeof f->text, "%s", _("nothing damaged"));
}

/* A neighbour's is that operator's to mend, and a word to this one. */
static void check_store(const struct facts *k, struct finding *f)
{
	static const enum err codes[] = { ERR_BEHIND,	      ERR_TWICE,      ERR_REWRITTEN,
					  ERR_PEER_REWRITTEN, ERR_PEER_TWICE, ERR_PEER_BEHIND };

	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
		if (has_alarm(k->status, codes[i])) {
			set_code(f,
				 i <= 2 ? LEVEL_CRITICAL : LEVEL_WARNING, /* ours */
				 codes[i]);
			return;
		}
	}
	snprintf(f->text, sizeof f->text, "%s", _("nothing shows it behind"));
}

/* Never made is a warning: who has this looked at wants backups, and a monitoring system hides what
 * is unknown. Twice the age is critical: two in a row were missed. */
static void check_backup(const struct facts *k, struct finding *f)
{
	const Vanthu__V1__BackupNote *b = k->status->backup;
	int64_t now_ms = k->status->clock == NULL ? text_now_ms() : k->status->clock->now_ms;
	uint64_t age_s;
	char age[64];

	if (b == NULL || b->whole_at_ms == 0) {
		f->level = LEVEL_WARNING;
		if (b != NULL && b->result != 0)
			set_code(f, LEVEL_CRITICAL, b->result);
		else
			snprintf(f->text, sizeof f->text, "%s", _("there is no backup yet"));
		return;
	}
	age_s = now_ms > b->whole_at_ms ? (uint64_t)(now_ms - b->whole_at_ms) / 1000 : 0;
	age_words(age_s, age, sizeof age);
	snprintf(f->figures, sizeof f->figures, "backup_age=%llus backup_size=%lluB",
		 (unsigned long long)age_s, (unsigned long long)b->bytes);
	if (b->max_age_ms > 0 && age_s > (uint64_t)b->max_age_ms / 1000)
		f->level = age_s / 2 > (uint64_t)b->max_age_ms / 1000 ? LEVEL_CRITICAL
								      : LEVEL_WARNING;
	if (b->result != 0 && f->level == LEVEL_OK)
		f->level = LEVEL_WARNING;
	if (b->result != 0)
		snprintf(f->text, sizeof f->text, _("the last is %s old: VT-%u %s"), age, b->result,
			 words_of(b->result));
	else
		snprintf(f->text, sizeof f->text, _("the last is %s old: %s"), age, b->folder);
}

/* What the office answers for; of the daemon it says nothing. */
static void check_target(const struct facts *k, struct finding *f)
{
	const struct target_state *t = &k->target;
	bool below = t->missing + t->late + t->unfit + t->refused > 0;

	f->level = t->share == TARGET_BELOW	      ? LEVEL_CRITICAL
		   : t->share == TARGET_NEAR || below ? LEVEL_WARNING
		   : t->share == TARGET_UNKNOWN	      ? LEVEL_UNKNOWN
						      : LEVEL_OK;
	snprintf(f->text, sizeof f->text, "%s", t->text);
	snprintf(f->figures, sizeof f->figures, "%s", t->figures);
}

/* The words are forms of the command in vanthu.c. */
static const struct check {
	const char *word;
	void (*look)(const struct facts *k, struct finding *f);
} checks[] = {
	{ "clock", check_clock },	  { "key", check_key },	      { "links", check_links },
	{ "queue", check_queue },	  { "aside", check_aside },   { "room", check_room },
	{ "directory", check_directory }, { "damage", check_damage }, { "store", check_store },
	{ "target", check_target },	  { "backup", check_backup },
};

enum { CHECKS = sizeof checks / sizeof checks[0] };

/* Only where it is named: a share that is low is no fault of the daemon's. */
static bool is_apart(int i)
{
	return checks[i].look == check_target;
}

/* Nor is it part of all before the first backup was asked for: that a committee has others is not
 * known here. */
static bool is_in_all(const struct facts *k, int i)
{
	return !is_apart(i) && (checks[i].look != check_backup || k->status->backup != NULL);
}

/* Unknown is less than a warning that is certain. */
static int rank(enum level l)
{
	static const int ranks[] = { 0, 2, 3, 1 };

	return ranks[l];
}

static void print(struct cli *cli, const struct finding *all, const int *shown, int count,
		  enum level worst)
{
	char line[4096], figures[1024] = "";
	size_t at = 0;

	if (cli->json) {
		json_t *list = json_array();

		for (int i = 0; i < count; i++)
			json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "check",
							      checks[shown[i]].word, "level",
							      level_names[all[shown[i]].level],
							      "text", all[shown[i]].text));
		output_object(cli,
			      json_pack("{s:s, s:i, s:o}", "level", level_names[worst], "exit",
					(int)worst, "checks", list),
			      NULL);
		return;
	}
	at += (size_t)snprintf(line, sizeof line, "VANTHU %s -", level_words[worst]);
	/* What is wrong; when nothing is, everything. */
	for (int i = 0, printed = 0; i < count; i++) {
		const struct finding *f = &all[shown[i]];

		if (f->figures[0] != '\0')
			snprintf(figures + strlen(figures), sizeof figures - strlen(figures), " %s",
				 f->figures);
		if (worst != LEVEL_OK && f->level == LEVEL_OK)
			continue;
		if (at < sizeof line)
			at += (size_t)snprintf(line + at, sizeof line - at, "%s %s: %s",
					       printed++ > 0 ? ";" : "", checks[shown[i]].word,
					       f->text);
	}
	/* What a monitoring system reads ends at the bar. */
	for (char *p = strchr(line, '|'); p != NULL; p = strchr(p, '|'))
		*p = '/';
	text_one_line(line);
	printf("%s%s%s\n", line, figures[0] == '\0' ? "" : " |", figures);
}

static int judge(struct cli *cli, const struct facts *k, int only)
{
	struct finding all[CHECKS];
	enum level worst = LEVEL_OK;
	int shown[CHECKS], count = 0;

	memset(all, 0, sizeof all);
	for (int i = 0; i < CHECKS; i++) {
		if (only == ALL ? !is_in_all(k, i) : only != i)
			continue;
		checks[i].look(k, &all[i]);
		worst = rank(all[i].level) > rank(worst) ? all[i].level : worst;
		shown[count++] = i;
	}
	print(cli, all, shown, count, worst);
	return (int)worst;
}

/* First whose it is that lies aside: the status stays valid until the next call. */
static enum err ask(struct call *c, struct facts *k)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Nothing nothing = VANTHU__V1__NOTHING__INIT;
	Vanthu__V1__Neighbour all = VANTHU__V1__NEIGHBOUR__INIT;
	Vanthu__V1__Reply *reply;
	enum err e;

	request.what_case = VANTHU__V1__REQUEST__WHAT_ASIDE_LIST;
	request.aside_list = &all;
	e = call_send(c, &request);
	if (e != ERR_OK)
		return call_fail(c, e, NULL);
	while ((e = call_row(c, VANTHU__V1__REPLY__WHAT_ASIDE, &reply)) == ERR_OK)
		add_name(k->signers, reply->aside->signer[0] != '\0' ? reply->aside->signer
								     : reply->aside->committee);
	if (e != ERR_NOT_FOUND)
		return e;
	request.what_case = VANTHU__V1__REQUEST__WHAT_STATUS;
	request.status = &nothing;
	e = call_ask(c, &request, VANTHU__V1__REPLY__WHAT_STATUS, &reply);
	if (e == ERR_OK)
		k->status = reply->status;
	return e;
}

/* False after a fault was reported. */
static bool read_options(struct cli *cli, int argc, char **argv, unsigned long *within,
			 struct target_wanted *wanted)
{
	int c;

	while ((c = cli_option(cli, argc, argv)) != -1) {
		if (c == '?' || (c == OPT_WITHIN && !cli_number(cli, 0, WITHIN_MAX, within)))
			return false;
		if (c != OPT_PERIOD)
			continue;
		wanted->term = strcmp(optarg, TERM_WORD) == 0;
		if (!wanted->term && !period_parse(optarg, &wanted->period)) {
			cli_bad_value(cli, _("a period is: 2026, 2026-11, 2026-Q4, 2026-H2, "
					     "2025-11..2026-02, term or all"));
			return false;
		}
	}
	return true;
}

static enum err ask_target(struct call *c, const struct target_wanted *wanted, unsigned long within,
			   struct target_state *out)
{
	struct period months;
	char *ours = NULL;
	enum err e = target_show_find(c, wanted, &months, &ours);

	return e == ERR_OK ? check_target_state(c, &months, within, out) : e;
}

int cmd_check(struct cli *cli, int argc, char **argv)
{
	struct target_wanted wanted = { .committee = NULL }; /* this year */
	struct facts k = { .signers = "" };
	unsigned long within = 0;
	struct call *c = NULL;
	int only = ALL, code = LEVEL_UNKNOWN;
	enum err e;

	if (!read_options(cli, argc, argv, &within, &wanted))
		return LEVEL_UNKNOWN;
	for (int i = 0; i < CHECKS && optind < argc; i++)
		only = strcmp(argv[optind], checks[i].word) == 0 ? i : only;
	if (argc - optind > 1 ||
	    (argc - optind == 1 && only == ALL && strcmp(argv[optind], "all") != 0)) {
		arguments_missing(cli, argc - optind, argv + optind);
		return LEVEL_UNKNOWN;
	}
	e = call_open(cli, CLIENT_READ, &c);
	if (e == ERR_OK && only != ALL && is_apart(only))
		e = ask_target(c, &wanted, within, &k.target);
	else if (e == ERR_OK)
		e = ask(c, &k);
	if (e == ERR_OK)
		code = judge(cli, &k, only);
	else if (!cli->json)
		/* the line that is shown; the rest is on stderr */
		printf("VANTHU %s - VT-%d %s\n", level_words[LEVEL_UNKNOWN], (int)e,
		       words_of((unsigned)e));
	call_close(c);
	return code;
}
