/* Other targets of the plan: declared by the office, and what it has declared. */
#ifndef VANTHU_DAEMON_CONTROL_DECLARE_H
#define VANTHU_DAEMON_CONTROL_DECLARE_H

#include "proto/control.pb-c.h"
#include "routing/base/err.h"

struct client;
struct declaration;

void control_declare(struct client *c, const Vanthu__V1__Request *request);
void control_declarations(struct client *c, const Vanthu__V1__Request *request);

/* As a reply says it; borrows the texts of `said`. */
void control_declared_fill(const struct declaration *said, Vanthu__V1__Declared *out);
/* The last that our office declared of each target, as struct report has them: a list of the
 * control's arena, DECLARED_MAX at most. */
must_use enum err control_declared_own(struct client *c, Vanthu__V1__Declared ***out,
				       size_t *count);

#endif
