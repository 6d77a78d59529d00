/* See tools/edxml/message.h. */
#include "tools/edxml/message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct edxml_message *edxml_message_new(void)
{
	struct arena *memory = arena_sized(EDXML_MEMORY_BYTES, 16 << 10);
	struct edxml_message *m = memory == NULL ? NULL : arena_alloc(memory, sizeof *m);

	if (m == NULL)
		arena_destroy(memory);
	else
		m->memory = memory;
	return m;
}

void edxml_message_free(struct edxml_message *m)
{
	if (m != NULL)
		arena_destroy(m->memory);
}

text_t edxml_text(text_t text)
{
	return text == NULL ? "" : text;
}

/* Room doubles: a list has 2^n places when it has just as many items. */
void *edxml_message_grow(struct edxml_message *m, void *items, uint32_t *count, size_t item_bytes)
{
	uint32_t n = *count;
	void *out = items;

	if (n >= EDXML_ITEMS_MAX)
		return NULL;
	if ((n & (n - 1)) == 0) {
		out = arena_array(m->memory, n == 0 ? 1 : 2 * (size_t)n, item_bytes);
		if (out == NULL)
			return NULL;
		if (n != 0)
			memcpy(out, items, n * item_bytes);
	}
	(*count)++;
	return out;
}

bool edxml_message_set(struct edxml_message *m, text_t *field, const char *text)
{
	*field = arena_text(m->memory, text, strlen(text));
	return *field != NULL;
}

bool edxml_message_add(struct edxml_message *m, struct edxml_texts *list, const char *text)
{
	text_t *items = edxml_message_grow(m, list->items, &list->count, sizeof *items);

	if (items == NULL)
		return false;
	list->items = items;
	return edxml_message_set(m, &items[list->count - 1], text);
}

bool edxml_message_pair(struct edxml_message *m, const char *name, const char *value)
{
	struct edxml_pair *pairs = edxml_message_grow(m, m->pairs, &m->pair_count, sizeof *pairs);

	if (pairs == NULL)
		return false;
	m->pairs = pairs;
	return edxml_message_set(m, &pairs[m->pair_count - 1].name, name) &&
	       edxml_message_set(m, &pairs[m->pair_count - 1].value, value);
}

text_t edxml_message_value(const struct edxml_message *m, const char *name)
{
	for (uint32_t i = 0; i < m->pair_count; i++)
		if (strcmp(edxml_text(m->pairs[i].name), name) == 0)
			return edxml_text(m->pairs[i].value);
	return "";
}

/* Every text that stands by itself. */
#define AT(field) offsetof(struct edxml_message, field)
static const size_t fields[] = {
	AT(document_id),
	AT(code_number),
	AT(code_notation),
	AT(place),
	AT(date),
	AT(type),
	AT(type_detail),
	AT(type_name),
	AT(subject),
	AT(content),
	AT(competence),
	AT(position),
	AT(signer),
	AT(due_date),
	AT(priority),
	AT(sphere),
	AT(typist),
	AT(amount),
	AT(pages),
	AT(direction),
	AT(steering_type),
	AT(application_type),
	AT(status_code),
	AT(status_note),
	AT(status_timestamp),
	AT(business_id),
	AT(business_type),
	AT(business_reason),
	AT(paper),
	AT(info_changed),
	AT(receivers_changed),
	AT(signature),
};
#undef AT

/* ---- comparing ---- */

static bool same(text_t a, text_t b)
{
	return strcmp(edxml_text(a), edxml_text(b)) == 0;
}

/* Items that consist of texts and nothing else. */
static bool same_items(const void *a, const void *b, size_t bytes)
{
	const text_t *left = a, *right = b;

	for (size_t i = 0; i < bytes / sizeof *left; i++)
		if (!same(left[i], right[i]))
			return false;
	return true;
}

static bool same_texts(const struct edxml_texts *a, const struct edxml_texts *b)
{
	return a->count == b->count && same_items(a->items, b->items, a->count * sizeof *a->items);
}

static bool same_fields(const struct edxml_message *a, const struct edxml_message *b)
{
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
		text_t left, right;

		memcpy(&left, (const char *)a + fields[i], sizeof left);
		memcpy(&right, (const char *)b + fields[i], sizeof right);
		if (!same(left, right))
			return false;
	}
	return same_items(&a->from, &b->from, sizeof a->from) &&
	       same_items(&a->staff, &b->staff, sizeof a->staff);
}

static bool same_part(const struct edxml_part *a, const struct edxml_part *b)
{
	return same(a->content_id, b->content_id) && same(a->name, b->name) &&
	       same(a->description, b->description) && same(a->field_name, b->field_name) &&
	       same(a->mime_type, b->mime_type) && same(a->content_type, b->content_type) &&
	       a->listed == b->listed && same(a->listed_type, b->listed_type) &&
	       same(a->listed_description, b->listed_description) &&
	       same(a->listed_name, b->listed_name) && a->has_content == b->has_content &&
	       a->size_bytes == b->size_bytes;
}

static bool same_lists(const struct edxml_message *a, const struct edxml_message *b)
{
	if (a->to_count != b->to_count || a->response_count != b->response_count ||
	    a->receiver_count != b->receiver_count || a->trace_count != b->trace_count ||
	    a->replacement_count != b->replacement_count || a->pair_count != b->pair_count ||
	    a->part_count != b->part_count || a->unknown_count != b->unknown_count)
		return false;
	for (uint32_t i = 0; i < a->replacement_count; i++)
		if (!same(a->replacements[i].document_id, b->replacements[i].document_id) ||
		    !same_texts(&a->replacements[i].organ_ids, &b->replacements[i].organ_ids))
			return false;
	for (uint32_t i = 0; i < a->part_count; i++)
		if (!same_part(&a->parts[i], &b->parts[i]))
			return false;
	for (uint32_t i = 0; i < a->unknown_count; i++)
		if (a->unknown[i].place != b->unknown[i].place ||
		    !same(a->unknown[i].xml, b->unknown[i].xml))
			return false;
	return same_items(a->to, b->to, a->to_count * sizeof *a->to) &&
	       same_items(a->responses, b->responses, a->response_count * sizeof *a->responses) &&
	       same_items(a->receivers, b->receivers, a->receiver_count * sizeof *a->receivers) &&
	       same_items(a->traces, b->traces, a->trace_count * sizeof *a->traces) &&
	       same_items(a->pairs, b->pairs, a->pair_count * sizeof *a->pairs);
}

bool edxml_message_equal(const struct edxml_message *a, const struct edxml_message *b)
{
	return a->kind == b->kind && a->has_business == b->has_business && same_fields(a, b) &&
	       same_lists(a, b) && same_texts(&a->reply_fors, &b->reply_fors) &&
	       same_texts(&a->reference_codes, &b->reference_codes) &&
	       same_texts(&a->appendixes, &b->appendixes) &&
	       same_texts(&a->task_codes, &b->task_codes) && same_texts(&a->places, &b->places);
}

/* ---- all that it says ---- */

struct visit {
	edxml_visit_fn *text;
	void *ctx;
};

static void visit_items(const struct visit *v, const void *items, size_t bytes)
{
	const text_t *all = items;

	for (size_t i = 0; i < bytes / sizeof *all; i++)
		v->text(v->ctx, edxml_text(all[i]));
}

/* A list has its length before it, so that no two messages are told by the same texts. */
static void visit_list(const struct visit *v, const void *items, uint32_t count, size_t item_bytes)
{
	char text[16];

	snprintf(text, sizeof text, "%u", count);
	v->text(v->ctx, text);
	visit_items(v, items, count * item_bytes);
}

static void visit_texts(const struct visit *v, const struct edxml_texts *t)
{
	visit_list(v, t->items, t->count, sizeof *t->items);
}

static void visit_lists(const struct visit *v, const struct edxml_message *m)
{
	visit_list(v, m->to, m->to_count, sizeof *m->to);
	visit_list(v, m->responses, m->response_count, sizeof *m->responses);
	visit_list(v, m->receivers, m->receiver_count, sizeof *m->receivers);
	visit_list(v, NULL, m->replacement_count, 0);
	for (uint32_t i = 0; i < m->replacement_count; i++) {
		visit_items(v, &m->replacements[i].document_id, sizeof(text_t));
		visit_texts(v, &m->replacements[i].organ_ids);
	}
	visit_list(v, m->pairs, m->pair_count, sizeof *m->pairs);
	visit_texts(v, &m->reply_fors);
	visit_texts(v, &m->reference_codes);
	visit_texts(v, &m->appendixes);
	visit_texts(v, &m->task_codes);
	visit_texts(v, &m->places);
}

void edxml_message_visit(const struct edxml_message *m, edxml_visit_fn *text, void *ctx)
{
	const struct visit v = { text, ctx };

	text(ctx, m->kind == EDXML_STATUS ? "status" : "document");
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
		if (fields[i] != offsetof(struct edxml_message, signature) &&
		    fields[i] != offsetof(struct edxml_message, status_timestamp))
			visit_items(&v, (const char *)m + fields[i], sizeof(text_t));
	visit_items(&v, &m->from, sizeof m->from);
	visit_items(&v, &m->staff, sizeof m->staff);
	visit_lists(&v, m);
	for (uint32_t i = 0; i < m->unknown_count; i++)
		if (m->unknown[i].place != EDXML_IN_TRACE)
			text(ctx, edxml_text(m->unknown[i].xml));
}
