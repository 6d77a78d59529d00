/* See type_numbers.h. */
#include "routing/rules/type_numbers.h"

#include <string.h>

#include "routing/rules/spelling.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* What stands between two places, without blanks at both ends. */
static bool take_name(const char *from, const char *to, char *out, size_t size_bytes)
{
	while (from < to && is_blank(*from))
		from++;
	while (to > from && is_blank(to[-1]))
		to--;
	if (from == to || (size_t)(to - from) >= size_bytes)
		return false;
	memcpy(out, from, (size_t)(to - from));
	out[to - from] = '\0';
	return true;
}

static bool take_number(const char *from, const char *to, unsigned *out)
{
	char digits[8];

	if (!take_name(from, to, digits, sizeof digits) ||
	    strspn(digits, "0123456789") != strlen(digits))
		return false;
	*out = 0;
	for (const char *at = digits; *at != '\0'; at++)
		*out = *out * 10 + (unsigned)(*at - '0');
	return *out >= 1 && *out <= TYPE_NUMBER_LAST;
}

static bool take_item(const char *from, const char *to, struct type_numbers *out)
{
	struct type_number item;
	const char *equals = from;

	while (equals < to && *equals != '=')
		equals++;
	if (equals == to || out->count == TYPE_NUMBERS_MAX ||
	    !take_name(from, equals, item.name, sizeof item.name) ||
	    !take_number(equals + 1, to, &item.number) ||
	    type_numbers_of(out, item.name) != 0 || type_numbers_name(out, item.number) != NULL)
		return false;
	out->items[out->count++] = item;
	return true;
}

bool type_numbers_parse(text_t text, struct type_numbers *out)
{
	const char *end;

	out->count = 0;
	if (strlen(text) > TYPE_NUMBERS_TEXT_MAX)
		return false;
	if (text[strspn(text, " \t")] == '\0')
		return true;
	for (;; text = end + 1) {
		end = text + strcspn(text, ",");
		if (!take_item(text, end, out))
			return false;
		if (*end == '\0')
			return true;
	}
}

unsigned type_numbers_of(const struct type_numbers *t, text_t name)
{
	for (unsigned i = 0; i < t->count; i++)
		if (spelling_same_name(t->items[i].name, name))
			return t->items[i].number;
	return 0;
}

text_t type_numbers_name(const struct type_numbers *t, unsigned number)
{
	for (unsigned i = 0; i < t->count; i++)
		if (t->items[i].number == number)
			return t->items[i].name;
	return NULL;
}
