/* Reading a document's files over HTTP (RFC 9110 §14: Range, If-Range, ETag). */
#ifndef VANTHU_TOOLS_GATEWAY_PART_H
#define VANTHU_TOOLS_GATEWAY_PART_H

#include <stdbool.h>
#include <stdint.h>

struct exchange;

/* Answers with a part of a document, or a range of it. */
void part_answer(struct exchange *x);

/* What a field Range asks of so many bytes. */
enum part_range {
	PART_ALL,   /* no range, several, or one in another unit: all of it (RFC 9110 §14.2) */
	PART_RANGE, /* *from and *length */
	PART_BEYOND /* 416 */
};

/* `range` may be NULL. */
enum part_range part_range(const char *range, uint64_t size_bytes, uint64_t *from,
			   uint64_t *length);
/* Is one of the entity tags of If-None-Match this one, or is it *? A W/ before one, which proxies
 * put there, counts for nothing (RFC 9110 §13.1.2). */
bool part_tag_among(const char *tags, const char *tag);

#endif
