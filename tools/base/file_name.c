/* See file_name.h. */
#include "tools/base/file_name.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unigbrk.h>

#include "routing/rules/rules.h"
#include "tools/base/text.h"

enum { ENDING_MAX_BYTES = 20 };

/* Where the ending begins: ".pdf", ".tar.gz"; the end of the name when it has none. What is longer
 * than endings are is part of the name. */
static const char *ending_of(const char *name)
{
	const char *dot = strrchr(name, '.'), *end = name + strlen(name);

	if (dot == NULL || dot == name || end - dot > ENDING_MAX_BYTES || dot + 1 == end)
		return end;
	if (dot - name > 4 && strncasecmp(dot - 4, ".tar", 4) == 0)
		return dot - 4;
	return dot;
}

/* The most whole characters, with all their marks, that fit. */
static size_t fitting(const char *text, size_t len, size_t max_bytes)
{
	const uint8_t *at = (const uint8_t *)text, *end = at + len, *next;

	while ((next = u8_grapheme_next(at, end)) != NULL &&
	       (size_t)(next - (const uint8_t *)text) <= max_bytes)
		at = next;
	return (size_t)(at - (const uint8_t *)text);
}

void file_name_numbered(const char *name, unsigned n, size_t max_bytes, char out[FILE_NAME_SIZE])
{
	const char *ending = ending_of(name);
	char number[16] = "";
	size_t stem = (size_t)(ending - name), behind;

	if (n > 1)
		snprintf(number, sizeof number, "-%u", n);
	behind = strlen(number) + strlen(ending);
	if (stem + behind > max_bytes) {
		/* room for next to nothing: better without its ending than without its name */
		if (behind >= max_bytes) {
			ending = name + strlen(name);
			stem = strlen(name);
			behind = strlen(number);
		}
		stem = fitting(name, stem, max_bytes - behind);
		while (stem > 1 && name[stem - 1] == ' ')
			stem--;
	}
	snprintf(out, FILE_NAME_SIZE, "%.*s%s%s", (int)stem, name, number, ending);
}

bool file_name_is_portable(const char *name)
{
	char *nfc = text_nfc(name);
	bool composed = nfc != NULL && strcmp(nfc, name) == 0;

	free(nfc);
	return composed && portable_name(name);
}

void file_name_portable(const char *name, char out[FILE_NAME_SIZE])
{
	char *nfc = text_nfc(name), whole[FILE_NAME_SIZE + 1];
	size_t len;

	snprintf(whole, sizeof whole, "%s%s", portable_is_device(name) ? "_" : "",
		 nfc == NULL ? "_" : nfc);
	free(nfc);
	file_name_numbered(whole, 1, NAME_MAX_BYTES, out);
	for (char *c = out; *c != '\0'; c++) {
		if (!portable_char(*c))
			*c = '_';
	}
	len = strlen(out);
	while (len > 0 && (out[len - 1] == '.' || out[len - 1] == ' '))
		out[--len] = '\0';
	if (len == 0)
		snprintf(out, FILE_NAME_SIZE, "_");
}

bool file_name_form(const char *name, unsigned n, unsigned which, char out[FILE_NAME_SIZE])
{
	/* most file systems; eCryptfs; whatever else */
	static const size_t bounds[] = { NAME_MAX_BYTES, 143, 64 };
	enum { BOUNDS = sizeof bounds / sizeof bounds[0] };
	char seen[FILE_NAME_SIZE];

	snprintf(seen, sizeof seen, "%s", name);
	text_one_line(seen);
	if (seen[0] == '\0' || strchr(seen, '/') != NULL || strcmp(seen, ".") == 0 ||
	    strcmp(seen, "..") == 0)
		snprintf(seen, sizeof seen, "_");
	if (which >= BOUNDS)
		file_name_portable(seen, seen);
	file_name_numbered(seen, n, bounds[which % BOUNDS], out);
	return which < 2 * BOUNDS;
}
