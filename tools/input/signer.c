/* See signer.h. */
#include "tools/input/signer.h"

#include <stdlib.h>
#include <string.h>

#include "routing/base/arena.h"
#include "routing/rules/rules.h"

enum { ARENA_BYTES = 4 << 20 };

static bool take(struct arena *a, const Vanthu__V1__PersonLine *line, struct person *out)
{
	*out = (struct person){ .name = arena_text(a, line->name, strlen(line->name)),
				.position = arena_text(a, line->position, strlen(line->position)),
				.unit = arena_text(a, line->unit, strlen(line->unit)),
				.signs = line->signs };
	if (strlen(line->from) <= DATE_MAX)
		memcpy(out->from, line->from, strlen(line->from) + 1);
	if (strlen(line->until) <= DATE_MAX)
		memcpy(out->until, line->until, strlen(line->until) + 1);
	return out->name != NULL && out->position != NULL && out->unit != NULL;
}

static enum err read_list(struct call *c, struct arena *a, struct person *list, uint32_t *count)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Nothing nothing = VANTHU__V1__NOTHING__INIT;
	Vanthu__V1__Reply *reply;
	enum err e;

	request.what_case = VANTHU__V1__REQUEST__WHAT_PERSONS;
	request.persons = &nothing;
	*count = 0;
	e = call_send(c, &request);
	if (e != ERR_OK)
		return call_fail(c, e, NULL);
	while ((e = call_row(c, VANTHU__V1__REPLY__WHAT_PERSON, &reply)) == ERR_OK) {
		if (*count < PERSONS_MAX && take(a, reply->person, &list[*count]))
			++*count;
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static void replace(char **text, const char *with)
{
	char *copy = strdup(with);

	if (copy == NULL)
		return; /* the daemon says what is wrong with the one that stays */
	free(*text);
	*text = copy;
}

enum err signer_fill(struct call *c, const char *date, char **name, char **position)
{
	struct arena *a = arena_new(ARENA_BYTES);
	struct person *list = calloc(PERSONS_MAX, sizeof *list);
	struct persons persons = { .list = list };
	struct person_found found;
	enum err e = a == NULL || list == NULL ? ERR_NO_MEMORY : ERR_OK;

	if (e != ERR_OK)
		cli_fail(call_cli(c), e, NULL);
	if (e == ERR_OK && *name != NULL)
		e = read_list(c, a, list, &persons.count);
	if (e == ERR_OK && persons.count > 0 && *name != NULL &&
	    persons_signer(&persons, *name, date, &found) == ERR_OK) {
		replace(name, found.name);
		if (*position == NULL && found.person->position[0] != '\0')
			replace(position, found.person->position);
	}
	free(list);
	arena_destroy(a);
	return e;
}
