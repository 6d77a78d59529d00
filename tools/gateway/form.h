/* A document that comes as multipart/form-data: `meta`, a JSON object with the fields of the row,
 * and `file` parts, the document first. Small ones wait in memory, large ones go to the daemon
 * while they come; nothing is sent before the form is whole. */
#ifndef VANTHU_TOOLS_GATEWAY_FORM_H
#define VANTHU_TOOLS_GATEWAY_FORM_H

#include <stddef.h>

struct exchange;
struct form;
struct parcel;

/* Begins, with the row's rights checked: x->form. What is refused has been answered. */
void form_begin(struct exchange *x);
/* The next bytes of the body; nothing once it is refused. */
void form_take(struct exchange *x, const char *bytes, size_t len);
/* The body has come: sends, and answers. */
void form_answer(struct exchange *x);
/* The body of ROUTE_PARCEL has come: NULL, it has been refused. */
struct parcel *form_parcel(struct exchange *x);
void form_free(struct form *f); /* NULL is fine */

#endif
