/* YAML into a tree of nodes; see daemon/config/yaml.h. */
#include "daemon/config/yaml.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "daemon/base/i18n.h"
#include "routing/base/arena.h"

enum { FILE_MAX_BYTES = 1 << 20, DEPTH_MAX = 16, ARENA_BYTES = 16 << 20 };

struct yaml_file {
	struct arena *arena;
	struct yaml_node *root;
};

struct reader {
	yaml_parser_t parser;
	struct yaml_file *file;
	struct config_errors *errors;
	struct blob text; /* borrowed; without its byte order mark */
	struct yaml_node *open[DEPTH_MAX]; /* the path from the root */
	struct yaml_node *last[DEPTH_MAX]; /* their newest children */
	const char *key[DEPTH_MAX];        /* a map that waits for the value of this key */
	yaml_mark_t key_at[DEPTH_MAX];
	unsigned depth;
	bool done, failed;
};

void config_errors_add(struct config_errors *errors, unsigned line, unsigned column,
		       const char *format, ...)
{
	va_list args;

	if (errors->count < CONFIG_ERRORS_MAX) {
		struct config_error *e = &errors->list[errors->count];

		e->line = line;
		e->column = column;
		va_start(args, format);
		vsnprintf(e->text, sizeof e->text, format, args);
		va_end(args);
	}
	errors->count++;
}

static void fail(struct reader *r, const yaml_mark_t *at, const char *text)
{
	config_errors_add(r->errors, (unsigned)at->line + 1, (unsigned)at->column + 1, "%s", text);
	r->failed = true;
}

/* libyaml gives no line for a byte that it cannot read, only where it stands. */
static yaml_mark_t mark_of(struct blob text, size_t offset)
{
	yaml_mark_t m = { .index = offset };

	for (size_t i = 0; i < offset && i < text.len_bytes; i++) {
		bool ends = text.data[i] == '\n';

		m.line += ends;
		m.column = ends ? 0 : m.column + ((text.data[i] & 0xc0) != 0x80);
	}
	return m;
}

static void unreadable_byte(struct reader *r)
{
	size_t offset = r->parser.problem_offset;
	yaml_mark_t mark;
	unsigned byte;
	char text[160];

	/* Of a character that breaks off it names the byte that does not go on: the character began
	 * before. */
	if (r->parser.problem != NULL && strstr(r->parser.problem, "trailing") != NULL) {
		do {
			offset -= offset > 0;
		} while (offset > 0 && offset < r->text.len_bytes &&
			 (r->text.data[offset] & 0xc0) == 0x80);
	}
	mark = mark_of(r->text, offset);
	byte = offset < r->text.len_bytes ? r->text.data[offset] : 0;
	if (byte < 0x80)
		snprintf(text, sizeof text, _("a control character (0x%02X): delete it"), byte);
	else
		snprintf(text, sizeof text, _("not UTF-8 (byte 0x%02X): save the file as UTF-8"),
			 byte);
	fail(r, &mark, text);
}

/* libyaml speaks English only: its words come in brackets, behind ours. */
static void not_yaml(struct reader *r)
{
	char text[256];

	if (r->parser.error == YAML_READER_ERROR) {
		unreadable_byte(r);
		return;
	}
	snprintf(text, sizeof text, _("not YAML: check indents, quotes and colons (%s)"),
		 r->parser.problem != NULL ? r->parser.problem : "?");
	fail(r, &r->parser.problem_mark, text);
}

/* Puts a node under the innermost open one, or makes it the root. */
static void add_node(struct reader *r, struct yaml_node *node)
{
	struct yaml_node *owner;
	unsigned top;

	if (r->depth == 0) {
		r->file->root = node;
		return;
	}
	top = r->depth - 1;
	owner = r->open[top];
	if (owner->type == YAML_MAP) {
		node->key = r->key[top];
		node->key_line = (unsigned)r->key_at[top].line + 1;
		node->key_column = (unsigned)r->key_at[top].column + 1;
		r->key[top] = NULL;
		if (yaml_child(owner, node->key) != NULL) {
			fail(r, &r->key_at[top], _("this key is there twice"));
			return;
		}
	}
	if (r->last[top] == NULL)
		owner->first = node;
	else
		r->last[top]->next = node;
	r->last[top] = node;
}

static struct yaml_node *new_node(struct reader *r, enum yaml_type type, const yaml_mark_t *at)
{
	struct yaml_node *node = arena_alloc(r->file->arena, sizeof *node);

	if (node == NULL) {
		fail(r, at, _("the file is too large"));
		return NULL;
	}
	node->type = type;
	node->line = node->key_line = (unsigned)at->line + 1;
	node->column = node->key_column = (unsigned)at->column + 1;
	return node;
}

static bool waits_for_key(const struct reader *r)
{
	return r->depth > 0 && r->open[r->depth - 1]->type == YAML_MAP &&
	       r->key[r->depth - 1] == NULL;
}

static void take_scalar(struct reader *r, const yaml_event_t *event)
{
	const char *text = (const char *)event->data.scalar.value;
	size_t len = event->data.scalar.length;
	struct yaml_node *node;

	if (event->data.scalar.tag != NULL || event->data.scalar.anchor != NULL) {
		fail(r, &event->start_mark, _("tags and anchors are not taken"));
		return;
	}
	text = memchr(text, 0, len) != NULL ? NULL : arena_text(r->file->arena, text, len);
	if (text == NULL) {
		fail(r, &event->start_mark, _("a text with a NUL, or too large"));
		return;
	}
	if (waits_for_key(r)) {
		r->key[r->depth - 1] = text;
		r->key_at[r->depth - 1] = event->start_mark;
		return;
	}
	node = new_node(r, YAML_SCALAR, &event->start_mark);
	if (node == NULL)
		return;
	node->value = text;
	add_node(r, node);
}

static void take_open(struct reader *r, const yaml_event_t *event, enum yaml_type type)
{
	const void *tag =
	    type == YAML_MAP ? event->data.mapping_start.tag : event->data.sequence_start.tag;
	const void *anchor =
	    type == YAML_MAP ? event->data.mapping_start.anchor : event->data.sequence_start.anchor;
	struct yaml_node *node;

	if (tag != NULL || anchor != NULL) {
		fail(r, &event->start_mark, _("tags and anchors are not taken"));
		return;
	}
	if (waits_for_key(r)) {
		fail(r, &event->start_mark, _("a key must be a plain word"));
		return;
	}
	if (r->depth == DEPTH_MAX) {
		fail(r, &event->start_mark, _("nested more than 16 levels deep"));
		return;
	}
	node = new_node(r, type, &event->start_mark);
	if (node == NULL)
		return;
	add_node(r, node);
	r->open[r->depth] = node;
	r->last[r->depth] = NULL;
	r->key[r->depth] = NULL;
	r->depth++;
}

static void take(struct reader *r, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		take_scalar(r, event);
		break;
	case YAML_MAPPING_START_EVENT:
		take_open(r, event, YAML_MAP);
		break;
	case YAML_SEQUENCE_START_EVENT:
		take_open(r, event, YAML_LIST);
		break;
	case YAML_MAPPING_END_EVENT:
	case YAML_SEQUENCE_END_EVENT:
		r->depth--;
		break;
	case YAML_ALIAS_EVENT:
		fail(r, &event->start_mark, _("aliases are not taken"));
		break;
	case YAML_DOCUMENT_START_EVENT:
		if (r->file->root != NULL)
			fail(r, &event->start_mark, _("a second document in one file"));
		break;
	case YAML_STREAM_END_EVENT:
		r->done = true;
		break;
	default:
		break;
	}
}

/* Editors of Windows put a mark before the text: that of UTF-8 says nothing new, that of UTF-16
 * that nothing here can be read. */
static bool pass_mark(struct blob *text)
{
	static const uint8_t utf8[] = { 0xef, 0xbb, 0xbf };
	const uint8_t *d = text->data;
	size_t n = text->len_bytes;

	if (n >= sizeof utf8 && memcmp(d, utf8, sizeof utf8) == 0) {
		text->data += sizeof utf8;
		text->len_bytes -= sizeof utf8;
	}
	return n < 2 || !((d[0] == 0xff && d[1] == 0xfe) || (d[0] == 0xfe && d[1] == 0xff) ||
			  d[0] == 0 || d[1] == 0);
}

enum err yaml_text_read(struct blob text, struct yaml_file **out, struct config_errors *errors)
{
	struct reader *r;
	enum err e = ERR_OK;

	*out = NULL;
	if (!pass_mark(&text)) {
		config_errors_add(errors, 1, 1, "%s",
				  _("the file is UTF-16 or UTF-32, not UTF-8: save it as UTF-8"));
		return ERR_CONFIG;
	}
	r = calloc(1, sizeof *r);
	if (r == NULL)
		return ERR_NO_MEMORY;
	r->text = text;
	r->errors = errors;
	r->file = calloc(1, sizeof *r->file);
	if (r->file == NULL || (r->file->arena = arena_new(ARENA_BYTES)) == NULL ||
	    !yaml_parser_initialize(&r->parser)) {
		yaml_file_free(r->file);
		free(r);
		return ERR_NO_MEMORY;
	}
	yaml_parser_set_input_string(
	    &r->parser, text.data != NULL ? text.data : (const uint8_t *)"", text.len_bytes);
	yaml_parser_set_encoding(&r->parser, YAML_UTF8_ENCODING);
	while (!r->done && !r->failed) {
		yaml_event_t event;

		if (!yaml_parser_parse(&r->parser, &event)) {
			not_yaml(r);
			break;
		}
		take(r, &event);
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&r->parser);
	if (r->failed) {
		yaml_file_free(r->file);
		e = ERR_CONFIG;
	} else {
		*out = r->file;
	}
	free(r);
	return e;
}

enum err yaml_file_read(const char *path, struct yaml_file **out, struct config_errors *errors)
{
	FILE *f = fopen(path, "re");
	uint8_t *text = NULL;
	enum err e = ERR_FILE;
	size_t len;

	*out = NULL;
	if (f == NULL)
		return ERR_FILE;
	text = malloc(FILE_MAX_BYTES + 1);
	if (text == NULL) {
		e = ERR_NO_MEMORY;
		goto out;
	}
	len = fread(text, 1, FILE_MAX_BYTES + 1, f);
	if (ferror(f) != 0)
		goto out;
	if (len > FILE_MAX_BYTES) {
		config_errors_add(errors, 0, 0, "%s", _("the file is larger than 1 MiB"));
		goto out;
	}
	e = yaml_text_read((struct blob){ text, len }, out, errors);
out:
	free(text);
	fclose(f);
	return e;
}

const struct yaml_node *yaml_file_root(const struct yaml_file *f)
{
	return f->root;
}

void yaml_file_free(struct yaml_file *f)
{
	if (f == NULL)
		return;
	arena_destroy(f->arena);
	free(f);
}

const struct yaml_node *yaml_child(const struct yaml_node *map, const char *key)
{
	for (const struct yaml_node *n = map->first; n != NULL; n = n->next) {
		if (n->key != NULL && strcmp(n->key, key) == 0)
			return n;
	}
	return NULL;
}
