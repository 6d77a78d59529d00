/* The office's page: files that are built into the gateway (tools/page), compressed already. Under
 * names with a digest they are kept by browsers for a year; the page itself is asked for anew. */
#ifndef VANTHU_TOOLS_GATEWAY_PAGE_H
#define VANTHU_TOOLS_GATEWAY_PAGE_H

#include <stdbool.h>

struct exchange;

/* Handlers of the table of routes. */
void page_root(struct exchange *x);   /* / leads to the page */
void page_answer(struct exchange *x); /* the page */
void page_file(struct exchange *x);   /* one of its files */

/* Is this coding in a field Accept-Encoding, and not with a q of 0 (RFC 9110 §12.5.3)? */
bool page_accepts(const char *field, const char *coding);

#endif
