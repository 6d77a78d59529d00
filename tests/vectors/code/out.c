/* JSON by hand: the few shapes that vectors need, one value a line, so that a change is one line of
 * a difference. See vectors.h. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/vectors/code/vectors.h"

enum { DEPTH_MAX = 8, NAME_MAX_CHARS = 64, PATH_CHARS = 512, DIGITS_A_LINE = 64 };

struct out {
	FILE *file;
	char folder[PATH_CHARS];
	char name[NAME_MAX_CHARS];
	unsigned depth;
	char closing[DEPTH_MAX];
	bool first;
};

static FILE *create(const char *folder, const char *name, const char *ending)
{
	char path[PATH_CHARS + NAME_MAX_CHARS + 16];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s.%s", folder, name, ending);
	f = fopen(path, "we");
	assert(f != NULL);
	return f;
}

static void finish(FILE *f)
{
	int bad = ferror(f);

	bad |= fclose(f);
	assert(bad == 0);
}

static void quoted(FILE *f, const char *text)
{
	fputc('"', f);
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text < 0x20)
			fprintf(f, "\\u%04x", (unsigned)*text);
		else if (*text == '"' || *text == '\\')
			fprintf(f, "\\%c", *text);
		else
			fputc(*text, f);
	}
	fputc('"', f);
}

static void begin_member(struct out *o, const char *key)
{
	fputs(o->first ? "\n" : ",\n", o->file);
	for (unsigned i = 0; i < o->depth; i++)
		fputc('\t', o->file);
	o->first = false;
	if (key == NULL)
		return;
	quoted(o->file, key);
	fputs(": ", o->file);
}

static void begin(struct out *o, char opening, char closing)
{
	assert(o->depth < DEPTH_MAX);
	fputc(opening, o->file);
	o->closing[o->depth++] = closing;
	o->first = true;
}

void out_end(struct out *o)
{
	assert(o->depth > 0);
	o->depth--;
	if (!o->first) {
		fputc('\n', o->file);
		for (unsigned i = 0; i < o->depth; i++)
			fputc('\t', o->file);
	}
	fputc(o->closing[o->depth], o->file);
	o->first = false;
}

struct out *out_open(const char *folder, const char *group)
{
	struct out *o = calloc(1, sizeof *o);

	assert(o != NULL);
	snprintf(o->folder, sizeof o->folder, "%s", folder);
	o->file = create(folder, group, "json");
	begin(o, '{', '}');
	return o;
}

void out_close(struct out *o)
{
	assert(o->depth == 1);
	out_end(o);
	fputc('\n', o->file);
	finish(o->file);
	free(o);
}

void out_vector(struct out *o, const char *name, const char *rule)
{
	snprintf(o->name, sizeof o->name, "%s", name);
	out_object(o, name);
	out_text(o, "rule", rule);
}

void out_object(struct out *o, const char *key)
{
	begin_member(o, key);
	begin(o, '{', '}');
}

void out_list(struct out *o, const char *key)
{
	begin_member(o, key);
	begin(o, '[', ']');
}

void out_text(struct out *o, const char *key, const char *text)
{
	begin_member(o, key);
	quoted(o->file, text);
}

void out_number(struct out *o, const char *key, uint64_t n)
{
	begin_member(o, key);
	fprintf(o->file, "%llu", (unsigned long long)n);
}

void out_hex(struct out *o, const char *key, struct blob bytes)
{
	begin_member(o, key);
	fputc('"', o->file);
	for (size_t i = 0; i < bytes.len_bytes; i++)
		fprintf(o->file, "%02x", bytes.data[i]);
	fputc('"', o->file);
}

void out_digest(struct out *o, const char *key, const struct digest *d)
{
	out_hex(o, key, (struct blob){ d->bytes, sizeof d->bytes });
}

void out_bytes(struct out *o, struct blob bytes)
{
	FILE *f = create(o->folder, o->name, "hex");

	for (size_t i = 0; i < bytes.len_bytes; i++)
		fprintf(f, "%02x%s", bytes.data[i],
			(i + 1) % (DIGITS_A_LINE / 2) == 0 || i + 1 == bytes.len_bytes ? "\n" : "");
	finish(f);
	out_number(o, "size_bytes", bytes.len_bytes);
}
