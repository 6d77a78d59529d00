/* See edxml_id.h. */
#include "tools/command/edxml_id.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/digest.h"
#include "tools/base/text.h"

enum { READ_BYTES = 64 << 10 };

bool edxml_id_part(const struct edxml_file *f, uint32_t n, struct digest *out, uint64_t *size_bytes)
{
	char path[sizeof f->folder + sizeof f->loaded->names[0]];
	struct digest_stream *s = digest_begin();
	uint8_t *bytes = malloc(READ_BYTES);
	ssize_t got = -1;
	int fd;

	snprintf(path, sizeof path, "%s/%s", f->folder, f->loaded->names[n]);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	*size_bytes = 0;
	while (s != NULL && fd >= 0 && bytes != NULL && (got = read(fd, bytes, READ_BYTES)) > 0) {
		digest_add(s, (struct blob){ bytes, (size_t)got });
		*size_bytes += (uint64_t)got;
	}
	free(bytes);
	if (fd >= 0)
		close(fd);
	if (s == NULL)
		return false;
	*out = digest_end(s);
	return got == 0;
}

/* With its end, so that what one text loses the next does not win. */
static void add_text(void *stream, const char *text)
{
	digest_add(stream, (struct blob){ (const uint8_t *)text, strlen(text) + 1 });
}

/* A part that cannot be read makes it an id of this file alone. */
static void add_parts(struct digest_stream *s, const struct edxml_file *f)
{
	for (uint32_t n = 0; n < f->loaded->message->part_count; n++) {
		struct digest digest = f->loaded->sha256;
		uint64_t size = 0;

		add_text(s, f->loaded->names[n]);
		if (!edxml_id_part(f, n, &digest, &size))
			digest = f->loaded->sha256;
		digest_add(s, (struct blob){ digest.bytes, sizeof digest.bytes });
	}
}

/* A UUID of version 7 by its time, the day of issue: ids of later documents are larger. */
void edxml_id_of(const struct edxml_file *f, char out[UUID_TEXT_SIZE])
{
	const struct edxml_message *m = f->loaded->message;
	static const char name[] = "vanthu edxml v2\n";
	struct digest_stream *s = digest_begin();
	struct digest digest = f->loaded->sha256;
	char date[EDXML_DATE_SIZE];
	struct doc_id id;
	int64_t ms = 0;

	if (s != NULL) {
		digest_add(s, (struct blob){ (const uint8_t *)name, sizeof name - 1 });
		edxml_message_visit(m, add_text, s);
		add_parts(s, f);
		digest = digest_end(s);
	}
	if (edxml_date(edxml_text(m->date), date))
		(void)edxml_time(date, &ms);
	if (ms < 0)
		ms = 0;
	memcpy(id.bytes, digest.bytes, sizeof id.bytes);
	for (int n = 0; n < 6; n++)
		id.bytes[n] = (uint8_t)((uint64_t)ms >> (40 - 8 * n));
	id.bytes[6] = (uint8_t)(0x70 | (id.bytes[6] & 0x0f));
	id.bytes[8] = (uint8_t)(0x80 | (id.bytes[8] & 0x3f));
	uuid_print(id.bytes, out);
}
