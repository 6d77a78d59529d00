/* See tools/edxml/merge.h. */
#include "tools/edxml/merge.h"

#include <string.h>
#include <strings.h>

text_t merge_content_id(text_t id)
{
	id = edxml_text(id);
	return strncasecmp(id, "cid:", 4) == 0 ? id + 4 : id;
}

static struct edxml_part *find(struct edxml_message *m, const struct edxml_part *listed)
{
	text_t id = merge_content_id(listed->content_id), name = edxml_text(listed->listed_name);

	for (uint32_t i = 0; id[0] != '\0' && i < m->part_count; i++)
		if (!m->parts[i].listed &&
		    strcmp(merge_content_id(m->parts[i].content_id), id) == 0)
			return &m->parts[i];
	for (uint32_t i = 0; name[0] != '\0' && i < m->part_count; i++)
		if (!m->parts[i].listed && strcmp(edxml_text(m->parts[i].name), name) == 0 &&
		    (id[0] == '\0' || merge_content_id(m->parts[i].content_id)[0] == '\0'))
			return &m->parts[i];
	return NULL;
}

/* The manifest lists it a second time, in the same words. */
static bool is_listed_already(const struct edxml_message *m, const struct edxml_part *listed)
{
	text_t id = merge_content_id(listed->content_id), name = edxml_text(listed->listed_name);

	for (uint32_t i = 0; i < m->part_count; i++) {
		const struct edxml_part *p = &m->parts[i];

		if (p->listed && strcmp(merge_content_id(p->content_id), id) == 0 &&
		    strcmp(edxml_text(p->listed_name), name) == 0)
			return true;
	}
	return false;
}

static text_t label_of(const struct edxml_part *p)
{
	if (edxml_text(p->name)[0] != '\0')
		return p->name;
	if (edxml_text(p->listed_name)[0] != '\0')
		return p->listed_name;
	return edxml_text(p->content_id);
}

enum err merge_parts(struct edxml_message *m, const struct edxml_part *listed, uint32_t count,
		     struct edxml_outcome *outcome)
{
	for (uint32_t i = 0; i < count; i++) {
		struct edxml_part *p = find(m, &listed[i]);

		if (p == NULL && is_listed_already(m, &listed[i])) {
			edxml_slip_note(&outcome->slips, EDXML_SLIP_TWICE, 0, "Reference");
			continue;
		}
		if (p == NULL)
			return edxml_slip_fault(&outcome->fault, ERR_EDXML_PART, 0,
						label_of(&listed[i]));
		p->listed = true;
		p->listed_type = listed[i].listed_type;
		p->listed_description = listed[i].listed_description;
		p->listed_name = listed[i].listed_name;
	}
	for (uint32_t i = 0; i < m->part_count; i++) {
		const struct edxml_part *p = &m->parts[i];

		if (!p->has_content)
			return edxml_slip_fault(&outcome->fault, ERR_EDXML_PART, 0, label_of(p));
		if (!p->listed)
			edxml_slip_note(&outcome->slips, EDXML_SLIP_NOT_LISTED, 0, label_of(p));
		if (edxml_text(p->name)[0] == '\0' && edxml_text(p->listed_name)[0] == '\0')
			edxml_slip_note(&outcome->slips, EDXML_SLIP_NO_NAME, 0, label_of(p));
	}
	return ERR_OK;
}
