/* See persons.h. */
#include "daemon/control/persons.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/control/client.h"
#include "daemon/control/listing.h"
#include "routing/base/calendar.h"
#include "routing/rules/rules.h"

static char *text(text_t t)
{
	return (char *)(uintptr_t)(t == NULL ? "" : t);
}

/* By place: a reload may bring another list while the rows are sent. */
struct person_walk {
	uint32_t at;
	char today[DATE_MAX + 1];
};

static bool step(struct client *c, uint64_t id, void *walk)
{
	struct person_walk *w = walk;
	const struct persons *t = &c->control->parts.tables->persons;
	Vanthu__V1__Reply r = control_reply_to(id, VANTHU__V1__REPLY__WHAT_PERSON);
	Vanthu__V1__PersonLine line = VANTHU__V1__PERSON_LINE__INIT;
	const struct person *p;

	if (w->at >= t->count)
		return control_listing_end(c, id, ERR_OK, "");
	p = &t->list[w->at++];
	line.name = text(p->name);
	line.position = text(p->position);
	line.unit = text(p->unit);
	line.signs = p->signs;
	line.from = text(p->from);
	line.until = text(p->until);
	line.active = person_is_active(p, w->today);
	r.more = 1;
	r.person = &line;
	control_say(c, &r);
	return true;
}

void control_persons(struct client *c, const Vanthu__V1__Request *request)
{
	static const struct listing_kind kind = { step, free, false };
	struct person_walk *w = calloc(1, sizeof *w);

	if (w != NULL)
		date_of_ms(control_wall_ms(c), w->today);
	control_listing_begin(c, request->id, &kind, w);
}

static void refuse(struct client *c, uint64_t id, enum err why, text_t name, text_t today)
{
	Vanthu__V1__Reply r = control_reply_to(id, VANTHU__V1__REPLY__WHAT_ERROR);
	Vanthu__V1__ControlError e = VANTHU__V1__CONTROL_ERROR__INIT;
	text_t nearest[PERSON_NEAREST_MAX];
	char *choices[PERSON_NEAREST_MAX], cut[CONTROL_ABOUT_BYTES];

	e.code = why;
	control_cut_about(name, cut);
	e.about = cut;
	e.n_choices =
		persons_nearest(&c->control->parts.tables->persons, name, today, nearest);
	for (size_t i = 0; i < e.n_choices; i++)
		choices[i] = text(nearest[i]);
	e.choices = choices;
	e.choice_count = e.n_choices;
	r.error = &e;
	control_say(c, &r);
}

bool control_signer(struct client *c, uint64_t id, text_t name, text_t date)
{
	const struct persons *list = &c->control->parts.tables->persons;
	char day[DATE_MAX + 1];
	struct person_found found;
	enum err e;

	if (name[0] == '\0' || list->count == 0)
		return true;
	date_of_ms(control_wall_ms(c), day);
	if (strlen(date) == DATE_MAX)
		memcpy(day, date, sizeof day);
	e = persons_signer(list, name, day, &found);
	if (e != ERR_OK)
		refuse(c, id, e, name, day);
	return e == ERR_OK;
}

static bool find(struct client *c, uint64_t id, text_t name, bool also_ended, text_t *out)
{
	char today[DATE_MAX + 1];
	struct person_found found;
	enum err e;

	*out = name;
	if (name[0] == '\0')
		return true;
	date_of_ms(control_wall_ms(c), today);
	e = persons_find(&c->control->parts.tables->persons, name, today, &found);
	if (e == ERR_OK || (also_ended && e == ERR_PERSON_ENDED)) {
		*out = found.name;
		return true;
	}
	refuse(c, id, e, name, today);
	return false;
}

bool control_person(struct client *c, uint64_t id, text_t name, text_t *out)
{
	return find(c, id, name, false, out);
}

bool control_person_filter(struct client *c, uint64_t id, text_t name, text_t *out)
{
	return find(c, id, name, true, out);
}
