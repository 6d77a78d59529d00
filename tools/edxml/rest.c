/* See tools/edxml/rest.h. */
#include "tools/edxml/rest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "routing/base/limits.h"
#include "tools/edxml/opaque.h"
#include "tools/edxml/values.h"
#include "tools/edxml/write.h"

#define AT(field) offsetof(struct edxml_message, field)

/* Texts of the message that are nowhere else. */
static const size_t texts[] = {
	AT(place),
	AT(type_detail),
	AT(sphere),
	AT(typist),
	AT(amount),
	AT(pages),
	AT(direction),
	AT(steering_type),
	AT(application_type),
	AT(info_changed),
	AT(receivers_changed),
	AT(signature),
	AT(from.in_charge),
	AT(from.address),
	AT(from.email),
	AT(from.telephone),
	AT(from.fax),
	AT(from.website),
	AT(staff.department),
	AT(staff.department_id),
	AT(staff.staff),
	AT(staff.staff_id),
	AT(staff.email),
	AT(staff.mobile),
};
static const size_t lists[] = { AT(reply_fors), AT(reference_codes), AT(appendixes),
				AT(task_codes), AT(places) };

enum { TEXTS = sizeof texts / sizeof texts[0], LISTS = sizeof lists / sizeof lists[0] };

static text_t *text_at(struct edxml_message *m, size_t offset)
{
	return (text_t *)(void *)((char *)m + offset);
}

static text_t text_of(const struct edxml_message *m, size_t offset)
{
	text_t text;

	memcpy(&text, (const char *)m + offset, sizeof text);
	return edxml_text(text);
}

static bool same(text_t a, text_t b)
{
	return strcmp(edxml_text(a), edxml_text(b)) == 0;
}

/* What is made anew from what the document says, unless it was another. A rest itself does not say
 * what the document is: there all of it is another. */
static void take_made(const struct edxml_message *m, struct edxml_message *out)
{
	const bool kind = edxml_text(m->business_type)[0] != '\0';
	const bool type = edxml_text(m->type_name)[0] != '\0';
	int business = edxml_business(m->business_type);
	char number[16];

	snprintf(number, sizeof number, "%u", edxml_type_number(edxml_text(m->type_name)));
	if (!type || !same(m->type, number))
		out->type = m->type;
	if (!same(m->content, m->subject))
		out->content = m->content;
	if (!kind || business < 0 ||
	    !same(m->business_reason, edxml_business_text((enum edxml_business)business)))
		out->business_reason = m->business_reason;
}

/* Its texts and lists stay the other one's. */
static void take(const struct edxml_message *m, struct edxml_message *out)
{
	for (size_t i = 0; i < TEXTS; i++)
		*text_at(out, texts[i]) = text_of(m, texts[i]);
	for (size_t i = 0; i < LISTS; i++)
		memcpy((char *)out + lists[i], (const char *)m + lists[i],
		       sizeof(struct edxml_texts));
	out->responses = m->responses;
	out->response_count = m->response_count;
	out->receivers = m->receivers;
	out->receiver_count = m->receiver_count;
	out->replacements = m->replacements;
	out->replacement_count = m->replacement_count;
	out->traces = m->traces;
	out->trace_count = m->trace_count;
	out->unknown = m->unknown;
	out->unknown_count = m->unknown_count;
}

static bool has_business(const struct edxml_message *m)
{
	const struct edxml_staff *s = &m->staff;
	const text_t said[] = { m->business_reason, m->info_changed, m->receivers_changed,
				s->department,	    s->department_id, s->staff,
				s->staff_id,	    s->email,	      s->mobile };

	for (size_t i = 0; i < sizeof said / sizeof said[0]; i++)
		if (edxml_text(said[i])[0] != '\0')
			return true;
	return m->receiver_count != 0 || m->replacement_count != 0;
}

/* ---- making it ---- */

static enum err gather(void *ctx, const uint8_t *bytes, size_t len)
{
	struct opaque *o = ctx;

	opaque_raw(o, (const char *)bytes, len);
	return o->over ? ERR_EDXML_REST : ERR_OK;
}

static enum err no_content(void *ctx, uint32_t part, edxml_take *to, void *to_ctx)
{
	(void)ctx, (void)part, (void)to, (void)to_ctx;
	return ERR_OK;
}

static bool is_nothing(const struct edxml_message *m)
{
	struct edxml_message *none = edxml_message_new();
	bool nothing = none != NULL && edxml_message_equal(m, none);

	edxml_message_free(none);
	return nothing;
}

enum err edxml_rest_make(const struct edxml_message *m, struct blob *out)
{
	struct edxml_message *rest = edxml_message_new();
	struct edxml_source source = { NULL, no_content };
	struct opaque bytes = { .text = NULL };
	enum err e = ERR_NO_MEMORY;

	*out = (struct blob){ NULL, 0 };
	if (rest == NULL)
		return ERR_NO_MEMORY;
	take(m, rest);
	take_made(m, rest);
	rest->has_business = has_business(rest);
	if (is_nothing(rest)) {
		edxml_message_free(rest);
		return ERR_OK;
	}
	opaque_begin(&bytes, EDXML_REST_MAX);
	e = edxml_write(rest, &source, gather, &bytes);
	edxml_message_free(rest);
	if (e != ERR_OK)
		opaque_free(&bytes);
	else
		*out = (struct blob){ (const uint8_t *)bytes.text, bytes.len };
	return e;
}

/* ---- adding it ---- */

static bool copy_text(struct edxml_message *m, text_t *to, text_t from)
{
	return edxml_text(from)[0] == '\0' || edxml_text(*to)[0] != '\0' ||
	       edxml_message_set(m, to, from);
}

/* Items of texts alone; what is there already stays before them. */
static bool copy_items(struct edxml_message *m, void **items, uint32_t *count, const void *from,
		       uint32_t from_count, size_t item_bytes)
{
	for (uint32_t i = 0; i < from_count; i++) {
		const text_t *source =
			(const text_t *)(const void *)((const char *)from + i * item_bytes);
		void *grown = edxml_message_grow(m, *items, count, item_bytes);
		text_t *item;

		if (grown == NULL)
			return false;
		*items = grown;
		item = (text_t *)(void *)((char *)grown + (*count - 1) * item_bytes);
		for (size_t n = 0; n < item_bytes / sizeof *item; n++)
			if (edxml_text(source[n])[0] != '\0' &&
			    !edxml_message_set(m, &item[n], source[n]))
				return false;
	}
	return true;
}

#define COPY(list, count)                                                                          \
	copy_items(m, (void **)&m->list, &m->count, from->list, from->count, sizeof *m->list)

static bool copy_list(struct edxml_message *m, struct edxml_texts *to,
		      const struct edxml_texts *from)
{
	for (uint32_t i = 0; i < from->count; i++)
		if (!edxml_message_add(m, to, from->items[i]))
			return false;
	return true;
}

static bool copy_replacements(struct edxml_message *m, const struct edxml_message *from)
{
	for (uint32_t i = 0; i < from->replacement_count; i++) {
		const struct edxml_replacement *r = &from->replacements[i];
		struct edxml_replacement *list = edxml_message_grow(
			m, m->replacements, &m->replacement_count, sizeof *list);

		if (list == NULL)
			return false;
		m->replacements = list;
		list += m->replacement_count - 1;
		if (!copy_text(m, &list->document_id, r->document_id) ||
		    !copy_list(m, &list->organ_ids, &r->organ_ids))
			return false;
	}
	return true;
}

static bool copy_unknown(struct edxml_message *m, const struct edxml_message *from)
{
	for (uint32_t i = 0; i < from->unknown_count; i++) {
		struct edxml_unknown *list =
			edxml_message_grow(m, m->unknown, &m->unknown_count, sizeof *list);

		if (list == NULL)
			return false;
		m->unknown = list;
		list += m->unknown_count - 1;
		list->place = from->unknown[i].place;
		if (!edxml_message_set(m, &list->xml, from->unknown[i].xml))
			return false;
	}
	return true;
}

/* Hops go on: those of the other system first, then ours. */
static bool copy_traces(struct edxml_message *m, const struct edxml_message *from)
{
	struct edxml_trace *ours = m->traces;
	uint32_t count = m->trace_count;

	m->traces = NULL;
	m->trace_count = 0;
	return COPY(traces, trace_count) &&
	       copy_items(m, (void **)&m->traces, &m->trace_count, ours, count, sizeof *ours);
}

/* Whom it answers there is said in the words of who wrote it: one of these is what is answered
 * here, if anything is. */
static bool copy_responses(struct edxml_message *m, const struct edxml_message *from)
{
	if (from->response_count != 0)
		m->response_count = 0;
	if (from->response_count != 0)
		m->responses = NULL;
	return COPY(responses, response_count);
}

static bool replace_text(struct edxml_message *m, text_t *to, text_t from)
{
	return edxml_text(from)[0] == '\0' || edxml_message_set(m, to, from);
}

static bool copy(struct edxml_message *m, const struct edxml_message *from)
{
	bool fine = true;

	for (size_t i = 0; fine && i < TEXTS; i++)
		fine = copy_text(m, text_at(m, texts[i]), text_of(from, texts[i]));
	for (size_t i = 0; fine && i < LISTS; i++)
		fine = copy_list(m, (struct edxml_texts *)(void *)((char *)m + lists[i]),
				 (const struct edxml_texts *)(const void *)((const char *)from +
									    lists[i]));
	return fine && replace_text(m, &m->type, from->type) &&
	       replace_text(m, &m->content, from->content) &&
	       replace_text(m, &m->business_reason, from->business_reason) &&
	       COPY(receivers, receiver_count) && copy_replacements(m, from) &&
	       copy_responses(m, from) && copy_traces(m, from) && copy_unknown(m, from);
}

enum err edxml_rest_add(struct edxml_message *m, struct blob rest, struct edxml_outcome *outcome)
{
	const struct edxml_sink sink = { NULL, NULL, EDXML_REST_MAX };
	struct edxml_message *from;
	enum err e;

	*outcome = (struct edxml_outcome){ .fault = { .err = ERR_OK } };
	if (rest.len_bytes == 0)
		return ERR_OK;
	if (rest.len_bytes > EDXML_REST_MAX)
		return edxml_slip_fault(&outcome->fault, ERR_EDXML_REST, 0, "");
	e = edxml_read(rest, &sink, outcome, &from);
	if (e != ERR_OK)
		return e;
	e = copy(m, from) ? ERR_OK : ERR_NO_MEMORY;
	m->has_business = m->has_business || has_business(m);
	edxml_message_free(from);
	return e;
}
