/* Signing in and out at the office's page: the requests /v1/session, and whose session a request
 * is. */
#ifndef VANTHU_TOOLS_GATEWAY_SIGN_IN_H
#define VANTHU_TOOLS_GATEWAY_SIGN_IN_H

#include <stdbool.h>

#include "routing/base/err.h"

struct exchange;

/* Handlers of the table of routes. */
void sign_in_answer(struct exchange *x);   /* name, password, code: a session begins */
void sign_in_who(struct exchange *x);	   /* who is signed in, and until when */
void sign_in_end(struct exchange *x);	   /* signed out */
void sign_in_password(struct exchange *x); /* another password of one's own */

/* Does the request show a session and nothing else that it could be judged by? */
bool sign_in_shows(const struct exchange *x);
/* Whose it is: fills x->rights, x->session and x->person. Changes need the proof that the page was
 * given, in X-Vanthu-Proof: a form of another site cannot send it. ERR_SESSION,
 * ERR_SESSION_FORGED, ERR_PASSWORD_CHANGE, ERR_FILE, ERR_NO_MEMORY. Blocks on the disk. */
must_use enum err sign_in_check(struct exchange *x);

#endif
