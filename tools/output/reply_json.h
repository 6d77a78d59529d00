/* Replies of the daemon as the JSON of `vanthu --json`. All return new references. */
#ifndef VANTHU_TOOLS_OUTPUT_REPLY_JSON_H
#define VANTHU_TOOLS_OUTPUT_REPLY_JSON_H

#include <jansson.h>

#include "proto/control.pb-c.h"

json_t *json_time(int64_t ms);		     /* RFC 3339, null for 0 */
json_t *json_text_or_null(const char *text); /* null for "" */
json_t *json_hex(ProtobufCBinaryData bytes);
json_t *json_uuid(ProtobufCBinaryData id);
json_t *json_texts(char **list, size_t count);
const char *json_urgency(Vanthu__V1__Urgency urgency); /* thuong khan thuong-khan hoa-toc */
const char *json_business(Vanthu__V1__Business b);      /* new recall update replace */
json_t *json_code(unsigned code);		       /* "VT-nnnn", null for 0 */

json_t *json_work(const Vanthu__V1__WorkView *w);
json_t *json_statuses(Vanthu__V1__StatusView **list, size_t count);
/* Null for NULL. */
/* An entry on paper. */
json_t *json_paper(const Vanthu__V1__PaperLine *l);
/* null: nobody wrote it down */
json_t *json_signer(const char *name, const char *position, const char *competence);
/* NULL: there are none */
json_t *json_reminded(const Vanthu__V1__Reminded *r);
json_t *json_same_number(const Vanthu__V1__SameNumber *s);
json_t *json_reference(const Vanthu__V1__Reference *r);
json_t *json_line(const Vanthu__V1__DocumentLine *line);
/* "2/6": receipts of its recipients; "" where they are not known here. */
json_t *json_progress(const Vanthu__V1__DocumentLine *line);
json_t *json_receipts(Vanthu__V1__ReceiptView **list, size_t count);
json_t *json_link(const Vanthu__V1__LinkView *link);
json_t *json_clock(const Vanthu__V1__Clock *clock); /* null for NULL */

#endif
