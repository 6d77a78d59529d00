/* See demo_tree.h. */
#include "tools/lab/demo_tree.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tools/base/text.h"
#include "tools/lab/lab.h"
#include "tools/output/output.h"

enum { POLL_MS = 40, WAIT_MS = 20000, STATE_CELLS = 36, NAME_CELLS = 46 };

/* ---- the tree ---- */

static unsigned load_below(struct demo *s, const struct tree_list *tree, const char *superior,
			   const char *branch, unsigned count)
{
	unsigned left = 0;

	for (uint32_t i = 0; i < tree->count; i++)
		left += strcmp(tree->committees[i].superior.text, superior) == 0;
	for (uint32_t i = 0; i < tree->count && count < DEMO_MEMBERS; i++) {
		const struct rec_committee *c = &tree->committees[i];
		struct demo_member *m = &s->members[count];
		char below[sizeof m->branch];

		if (strcmp(c->superior.text, superior) != 0)
			continue;
		left--;
		snprintf(m->id, sizeof m->id, "%s", c->id.text);
		snprintf(m->name, sizeof m->name, "%s", c->name);
		snprintf(m->branch, sizeof m->branch, "%s%s", branch,
			 superior[0] == '\0' ? ""
			 : left > 0	     ? "├─ "
					     : "└─ ");
		snprintf(below, sizeof below, "%s%s", branch,
			 superior[0] == '\0' ? ""
			 : left > 0	     ? "│  "
					     : "   ");
		count = load_below(s, tree, m->id, below, count + 1);
	}
	return count;
}

void demo_tree_load(struct demo *s, const struct tree_list *tree)
{
	(void)load_below(s, tree, "", "", 0);
}

static enum tone tone_of(const char *state)
{
	static const struct {
		const char *state;
		enum tone tone;
	} all[] = { { "delivered", TONE_GOOD },
		    { "running", TONE_GOOD },
		    { "refused", TONE_BAD },
		    { "stopped", TONE_BAD },
		    { "waiting", TONE_WAITING } };

	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
		if (strcmp(all[i].state, state) == 0)
			return all[i].tone;
	}
	return TONE_DIM;
}

static struct screen_line line_of(struct demo *s, const struct demo_member *m, const char *more)
{
	struct screen_line l = { .count = 0 };
	int cells = s->screen.width_cells - STATE_CELLS - 2;
	json_t *state = json_string(m->state);
	char word[64], name[COMMITTEE_NAME_MAX + 64];

	output_format(s->cli, state, FORMAT_STATE, false, word, sizeof word);
	json_decref(state);
	/* line by line in the order of receipts, branches would lead nowhere */
	snprintf(name, sizeof name, "%s%s", s->screen.live || s->chapter == 1 ? m->branch : "",
		 m->name);
	screen_part(&l, TONE_NONE, 0, "  ");
	screen_part(&l, TONE_NONE, cells > NAME_CELLS ? NAME_CELLS : cells, "%s", name);
	screen_part(&l, tone_of(m->state), 15, " %s", word);
	screen_part(&l, TONE_DIM, 0, "%s", more);
	return l;
}

void demo_tree_draw(struct demo *s, const char *const *ids, const char *state)
{
	for (unsigned i = 0; i < DEMO_MEMBERS && !demo_stopped(s); i++) {
		struct demo_member *m = &s->members[i];
		struct screen_line l;
		bool meant = ids == NULL;

		for (unsigned k = 0; ids != NULL && ids[k] != NULL; k++)
			meant = meant || strcmp(ids[k], m->id) == 0;
		snprintf(m->state, sizeof m->state, "%s", meant ? state : "");
		l = line_of(s, m, "");
		m->place = screen_add(&s->screen, &l, true);
	}
}

void demo_tree_state(struct demo *s, const char *id, const char *state, const char *more)
{
	for (unsigned i = 0; i < DEMO_MEMBERS && !demo_stopped(s); i++) {
		struct demo_member *m = &s->members[i];
		struct screen_line l;

		if (strcmp(m->id, id) != 0)
			continue;
		snprintf(m->state, sizeof m->state, "%s", state);
		l = line_of(s, m, more);
		screen_set(&s->screen, m->place, &l);
	}
}

/* ---- receipts ---- */

/* Of RFC 3339 in UTC with milliseconds, as the daemon's times are; 0: none. */
static int64_t time_ms(const char *text)
{
	struct tm t = { 0 };
	int ms;

	if (text == NULL || sscanf(text, "%d-%d-%dT%d:%d:%d.%dZ", &t.tm_year, &t.tm_mon, &t.tm_mday,
				   &t.tm_hour, &t.tm_min, &t.tm_sec, &ms) != 7)
		return 0;
	t.tm_year -= 1900;
	t.tm_mon -= 1;
	return (int64_t)timegm(&t) * 1000 + ms;
}

/* When it was receipted, by the recipient's clock, and how long after it was sent. */
static double draw_receipt(struct demo *s, const json_t *r, const struct demo_document *d,
			   bool draw)
{
	json_t *at = json_object_get(r, "at");
	double took_s = (double)(time_ms(json_string_value(at)) - d->sent_ms) / 1000;
	char when[64], took[32], more[128];
	size_t len;

	output_format(s->cli, at, FORMAT_TIME, false, when, sizeof when);
	len = strlen(when);
	output_decimal(took_s, 1, " s", took, sizeof took);
	snprintf(more, sizeof more, "%s %7s", len > 8 ? when + len - 8 : when, took);
	if (draw)
		demo_tree_state(s, json_string_value(json_object_get(r, "committee")),
				json_string_value(json_object_get(r, "state")), more);
	return took_s;
}

bool demo_receipts(struct demo *s, const char *from, const struct demo_document *d, unsigned wanted,
		   bool draw, double *took_s)
{
	const char *args[] = { "show", d->id, NULL };
	char seen[DEMO_MEMBERS][COMMITTEE_ID_MAX + 1];
	int64_t until_ms = text_now_ms() + WAIT_MS;
	unsigned count = 0;

	*took_s = 0;
	while (count < wanted && text_now_ms() < until_ms && !demo_stopped(s)) {
		json_t *data = demo_ask(s, from, args), *r;
		size_t i;

		json_array_foreach(json_object_get(data, "receipts"), i, r)
		{
			const char *who = json_string_value(json_object_get(r, "committee"));
			bool known = false;
			double took;

			for (unsigned k = 0; k < count; k++)
				known = known || strcmp(seen[k], who) == 0;
			if (known || count == DEMO_MEMBERS ||
			    strcmp(json_string_value(json_object_get(r, "state")), "delivered") !=
				    0)
				continue;
			snprintf(seen[count++], sizeof seen[0], "%s", who);
			took = draw_receipt(s, r, d, draw);
			*took_s = took > *took_s ? took : *took_s;
		}
		json_decref(data);
		if (count < wanted)
			poll(NULL, 0, POLL_MS);
	}
	s->receipts += count;
	if (count < wanted)
		demo_fail(s, _("%u of %u receipts of %s in time"), count, wanted, d->number);
	return count >= wanted;
}
