/* See tests/unit/support/edxml_dump.h. */
#include "tests/unit/support/edxml_dump.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PACKED_MOST = 64 << 20 };

struct contents {
	uint64_t sums[PARTS_MAX];
	uint8_t heads[PARTS_MAX][4];
	uint64_t sizes[PARTS_MAX];
	int fds[PARTS_MAX];
};

static uint64_t sum(uint64_t so_far, const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		so_far = (so_far ^ bytes[i]) * 0x100000001b3ULL;
	return so_far;
}

static enum err take(void *ctx, uint32_t part, const uint8_t *bytes, size_t len)
{
	struct contents *c = ctx;

	if (c->sizes[part] == 0)
		c->sums[part] = 0xcbf29ce484222325ULL;
	for (size_t i = 0; i < len && c->sizes[part] + i < 4; i++)
		c->heads[part][c->sizes[part] + i] = bytes[i];
	c->sums[part] = sum(c->sums[part], bytes, len);
	c->sizes[part] += len;
	if (c->fds[part] == 0)
		c->fds[part] = memfd_create("part", MFD_CLOEXEC);
	return write(c->fds[part], bytes, len) == (ssize_t)len ? ERR_OK : ERR_SYSTEM;
}

static void field(FILE *out, const char *name, text_t value)
{
	if (edxml_text(value)[0] == '\0')
		return;
	fprintf(out, "%s: ", name);
	for (const char *at = value; *at != '\0'; at++)
		if (*at == '\n')
			fputs("\\n", out);
		else if (*at == '\r')
			fputs("\\r", out);
		else
			fputc(*at, out);
	fputc('\n', out);
}

static void texts(FILE *out, const char *name, const struct edxml_texts *list)
{
	for (uint32_t i = 0; i < list->count; i++)
		field(out, name, list->items[i]);
}

static void organ(FILE *out, const char *name, const struct edxml_organ *o)
{
	fprintf(out, "%s: %s | %s | %s | %s | %s | %s | %s | %s\n", name, edxml_text(o->organ_id),
		edxml_text(o->in_charge), edxml_text(o->name), edxml_text(o->address),
		edxml_text(o->email), edxml_text(o->telephone), edxml_text(o->fax),
		edxml_text(o->website));
}

static void header(const struct edxml_message *m, FILE *out)
{
	char printed[NUMBER_MAX * 2];

	field(out, "id", m->document_id);
	edxml_number_join(m->code_number, m->code_notation, printed, sizeof printed);
	field(out, "number", printed);
	field(out, "place", m->place);
	field(out, "date", m->date);
	field(out, "type", m->type);
	field(out, "type detail", m->type_detail);
	field(out, "type name", m->type_name);
	field(out, "subject", m->subject);
	field(out, "content", m->content);
	field(out, "competence", m->competence);
	field(out, "position", m->position);
	field(out, "signer", m->signer);
	field(out, "due", m->due_date);
	field(out, "priority", m->priority);
	field(out, "sphere", m->sphere);
	field(out, "typist", m->typist);
	field(out, "amount", m->amount);
	field(out, "pages", m->pages);
	field(out, "direction", m->direction);
	texts(out, "reply for", &m->reply_fors);
	texts(out, "reference", &m->reference_codes);
	texts(out, "appendix", &m->appendixes);
	field(out, "steering", m->steering_type);
	texts(out, "task", &m->task_codes);
	field(out, "application", m->application_type);
	texts(out, "to place", &m->places);
	field(out, "status", m->status_code);
	field(out, "note", m->status_note);
	field(out, "at", m->status_timestamp);
}

static void business(const struct edxml_message *m, FILE *out)
{
	fprintf(out, "business: %s | %s | %s | %s\n", edxml_text(m->business_type),
		edxml_text(m->business_id), edxml_text(m->business_reason), edxml_text(m->paper));
	field(out, "info changed", m->info_changed);
	field(out, "receivers changed", m->receivers_changed);
	for (uint32_t i = 0; i < m->receiver_count; i++)
		fprintf(out, "receiver: %s | %s\n", edxml_text(m->receivers[i].organ_id),
			edxml_text(m->receivers[i].type));
	for (uint32_t i = 0; i < m->replacement_count; i++) {
		field(out, "replaces", m->replacements[i].document_id);
		texts(out, "held by", &m->replacements[i].organ_ids);
	}
}

void edxml_dump_message(const struct edxml_message *m, FILE *out)
{
	const struct edxml_staff *s = &m->staff;

	fprintf(out, "%s\n", m->kind == EDXML_STATUS ? "a status" : "a document");
	organ(out, "from", &m->from);
	for (uint32_t i = 0; i < m->to_count; i++)
		organ(out, "to", &m->to[i]);
	header(m, out);
	for (uint32_t i = 0; i < m->response_count; i++)
		fprintf(out, "response: %s | %s | %s | %s\n", edxml_text(m->responses[i].organ_id),
			edxml_text(m->responses[i].code), edxml_text(m->responses[i].document_id),
			edxml_text(m->responses[i].date));
	if (m->has_business)
		business(m, out);
	field(out, "department", s->department);
	field(out, "department id", s->department_id);
	field(out, "staff", s->staff);
	field(out, "staff id", s->staff_id);
	field(out, "staff email", s->email);
	field(out, "mobile", s->mobile);
	for (uint32_t i = 0; i < m->trace_count; i++)
		fprintf(out, "trace: %s | %s\n", edxml_text(m->traces[i].organ_id),
			edxml_text(m->traces[i].timestamp));
	field(out, "signature", m->signature);
	for (uint32_t i = 0; i < m->pair_count; i++)
		fprintf(out, "field: %s = %s\n", edxml_text(m->pairs[i].name),
			edxml_text(m->pairs[i].value));
	for (uint32_t i = 0; i < m->unknown_count; i++) {
		fprintf(out, "unknown in %d ", m->unknown[i].place);
		field(out, "", m->unknown[i].xml);
	}
}

static enum err unpack(const struct edxml_part *p, const struct contents *c, uint32_t i, FILE *out)
{
	int to = memfd_create("unpacked", MFD_CLOEXEC);
	uint8_t buffer[4096];
	uint64_t all = 0xcbf29ce484222325ULL, size = 0;
	bool done = false;
	enum err e = ERR_OK;
	ssize_t n;

	if (unpack_wanted(edxml_part_name(p), c->heads[i], c->sizes[i] < 4 ? c->sizes[i] : 4))
		e = unpack_file(c->fds[i], edxml_part_name(p), to, PACKED_MOST, &done);
	if (e != ERR_OK)
		fprintf(out, "refused: VT-%u\n", (unsigned)e);
	lseek(to, 0, SEEK_SET);
	while (done && (n = read(to, buffer, sizeof buffer)) > 0) {
		all = sum(all, buffer, (size_t)n);
		size += (uint64_t)n;
	}
	if (done)
		fprintf(out, "unpacked: %llu bytes, sum %016llx\n", (unsigned long long)size,
			(unsigned long long)all);
	close(to);
	return e;
}

static enum err parts(const struct edxml_message *m, const struct contents *c, FILE *out)
{
	enum err e = ERR_OK;

	for (uint32_t i = 0; e == ERR_OK && i < m->part_count; i++) {
		const struct edxml_part *p = &m->parts[i];

		fprintf(out, "part: %s | %s | %s | %s | %s%s\n", edxml_text(p->content_id),
			edxml_part_name(p), edxml_text(p->content_type), edxml_text(p->listed_type),
			edxml_text(p->description), p->listed ? "" : " | not listed");
		fprintf(out, "  %llu bytes, sum %016llx\n", (unsigned long long)p->size_bytes,
			(unsigned long long)c->sums[i]);
		e = unpack(p, c, i, out);
	}
	return e;
}

static void outcome(const struct edxml_outcome *o, FILE *out)
{
	if (o->fault.err != ERR_OK)
		fprintf(out, "refused: VT-%u line %u %s\n", (unsigned)o->fault.err, o->fault.line,
			o->fault.about);
	for (unsigned i = 0; i < o->slips.count; i++)
		fprintf(out, "slip: %s line %u %s\n", edxml_slip_word(o->slips.rows[i].what),
			o->slips.rows[i].line, o->slips.rows[i].about);
	if (o->slips.more != 0)
		fprintf(out, "slips: %u more\n", o->slips.more);
}

enum err edxml_dump(struct blob file, size_t step, FILE *out)
{
	struct contents *c = calloc(1, sizeof *c);
	struct edxml_sink sink = { .ctx = c, .write = take };
	struct edxml_outcome *o = calloc(1, sizeof *o);
	struct edxml_reader *r;
	struct edxml_message *m = NULL;
	enum err e = edxml_read_begin(&sink, o, &r);

	for (size_t at = 0; e == ERR_OK && at < file.len_bytes; at += step) {
		size_t n = file.len_bytes - at < step ? file.len_bytes - at : step;

		e = edxml_read_feed(r, (struct blob){ file.data + at, n });
	}
	if (e == ERR_OK)
		e = edxml_read_end(r, &m);
	if (e == ERR_OK) {
		edxml_dump_message(m, out);
		e = parts(m, c, out);
	}
	outcome(o, out);
	edxml_read_free(r);
	edxml_message_free(m);
	for (unsigned i = 0; i < PARTS_MAX; i++)
		if (c->fds[i] > 0)
			close(c->fds[i]);
	free(c);
	free(o);
	return e;
}
